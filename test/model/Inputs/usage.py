"""usage.py TWEED FOLDER: runs wrong command lines in the folder and prints exit status, bytes on stdout and the first line of
stderr of each; and writes to a full disk."""
import subprocess
import sys

tweed, folder = sys.argv[1:]
LINES = """
frobnicate
solve
solve p.yaml p.yaml
solve --nonsense p.yaml
solve -x p.yaml
solve p.yaml --ii
solve p.yaml --ii x
solve p.yaml --ii 0
solve p.yaml --max-ii 1.5
solve p.yaml --time-limit soon
solve p.yaml --threads -1
solve p.yaml --seed 99999999999999999999
solve p.yaml --format cuda
solve p.yaml --format pdf
solve p.yaml --joint
solve p.yaml --solver magic
solve p.yaml -o nowhere/s.json
solve p.yaml --ii 1
verify p.yaml
verify - -
verify p.yaml nothing.json
bounds
bounds --format dot p.yaml
machine a b
machine pdp-11
random --ops 0
random x
version now
"""
for line in [""] + LINES.split("\n")[1:-1]:
    run = subprocess.run([tweed] + line.split(), cwd=folder, capture_output=True, text=True, timeout=60)
    print("[%s]: exit %d, %d bytes: %s" % (line, run.returncode, len(run.stdout), run.stderr.split("\n")[0]))
with open("/dev/full", "w") as full:
    run = subprocess.run([tweed, "solve", "p.yaml"], cwd=folder, stdout=full, stderr=subprocess.DEVNULL, timeout=60)
    print("full disk: exit %d" % run.returncode)
