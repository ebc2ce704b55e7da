"""Solves shipped kernels jointly and prints a line for each: what is proved of which objective."""
import json
import subprocess
import sys

tweed = sys.argv[1]
for name in sys.argv[2:]:
    problem = subprocess.run([tweed, "kernel", name], capture_output=True, check=True).stdout
    run = subprocess.run([tweed, "solve", "--joint", "-", "--format", "json"], input=problem, capture_output=True)
    s = json.loads(run.stdout)
    phases = [f"{p['name']} {p['value']} {'proved' if p['value'] == p['bound'] else 'open'}" for p in s["phases"]]
    roles = 1 + max(op["role"] for op in s["ops"])
    print(", ".join([s["problem"], s["status"], s["proof"], *phases, f"{roles} roles"]))
