"""joint.py TWEED KERNEL|FILE [OPTION...] [--brief | --show REGEX]: solves a kernel jointly, has the schedule verified, and prints II, length, proofs,
groups, the depth of what the copies fill, and which ops (those whose names fit the expression) share a group. --brief: II and proof only."""
import json
import os
import re
import subprocess
import sys
import tempfile

tweed, name, *options = sys.argv[1:]
show = ".*"
brief = "--brief" in options
if brief:
    options.remove("--brief")
if "--show" in options:
    at = options.index("--show")
    show = options[at + 1]
    del options[at : at + 2]


def run(*arguments):
    done = subprocess.run([tweed, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit("%s: exit %d: %s" % (" ".join(arguments), done.returncode, done.stderr))
    return done.stdout


with tempfile.TemporaryDirectory() as folder:
    problem, schedule = os.path.join(folder, "problem.yaml"), os.path.join(folder, "schedule.json")
    if name.endswith(".yaml"):
        problem = name
    else:
        with open(problem, "w") as file:
            file.write(run("kernel", name))
    run("solve", "--joint", problem, "--format", "json", "-o", schedule, *options)
    verified = run("verify", problem, schedule)
    s = json.load(open(schedule))

roles = {}
for op in s["ops"]:
    roles.setdefault(op["role"], []).append(op["name"])
if brief:
    print("%s: %s, II %d, proof %s" % (s["problem"], s["status"], s["ii"], s["proof"]))
    sys.exit(0 if s.get("joint") else "not joint")
length = "proved" if s.get("length_bound") == s["length"] else "not proved"
print("%s: %s, II %d, proof %s, length %d %s, %d groups" %
      (s["problem"], s["status"], s["ii"], s["proof"], s["length"], length, len(roles)))
print(verified.split()[0], s["problem"] if s.get("joint") else "not joint")
depths = {}
for c in s["channels"]:
    depths[c["from"]] = max(depths.get(c["from"], 0), c["depth"])
loads = next(ops for ops in roles.values() if s["ops"][0]["name"] in ops)
print("depths:", " ".join("%s %d" % (n, depths[n]) for n in sorted(loads) if n in depths))
for ops in sorted(sorted(n for n in ops if re.fullmatch(show, n)) for ops in roles.values()):
    if ops:
        print("group:", " ".join(ops))
