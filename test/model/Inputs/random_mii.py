"""random_mii.py TWEED: makes many random problems and compares their MII, by `tweed bounds`, with the one that was planted, and
which of the two bounds gives it."""
import json
import subprocess
import sys

tweed = sys.argv[1]
tried = 0
for seed in range(60):
    ops, mii = 1 + seed * 7 % 90, 1 + seed % 12
    circuit = 0 if seed % 3 == 0 and ops >= mii else 1 + seed % min(ops, 9)
    options = ["--ops", ops, "--mii", mii, "--circuit", circuit, "--distance", 1 + seed % 4, "--edges", seed % 5 / 2,
               "--occupancy", 1 + seed % 7 * 3, "--seed", seed]
    made = subprocess.run([tweed, "random"] + [str(o) for o in options], capture_output=True, check=True).stdout
    found = subprocess.run([tweed, "bounds", "--format", "json", "-"], input=made, capture_output=True, check=True).stdout
    bounds = json.loads(found)
    planted = bounds["res_mii"] if circuit == 0 else bounds["rec_mii"]
    if bounds["mii"] != mii or planted != mii:
        sys.exit("%s: %s" % (options, bounds))
    tried += 1
print(tried, "problems")
