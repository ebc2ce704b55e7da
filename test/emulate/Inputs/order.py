"""Runs the kernels of order.cu, compiled in PATH.ll, over a few seeds: those called racy_ must be reported as races in all of
them, the others in none. Usage: order.py PATH COMMAND..."""
import os
import re
import subprocess
import sys

path, command = sys.argv[1], sys.argv[2:]
source = open(os.path.join(os.path.dirname(__file__), "order.cu")).read()
names = re.findall(r"KERNEL (\w+)", source)
launch = "%s<<<4,64>>>(inout i32[64])"
subprocess.run(command + [path + ".ll", "--tsan", "--launch", launch % "clean_blocks", "--keep", path + ".runner"],
               stdout=subprocess.DEVNULL, check=True)
wrong = 0
for name in names:
    good = True
    for seed, threads in ((0, "co"), (1, "co"), (2, "co"), (3, "co"), (1, "os")):
        one = launch % name if "block" in name or "lock" in name else launch.replace("<4,", "<1,") % name
        done = subprocess.run([path + ".runner", one, "1", str(seed), "1e9", threads, ""], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        racy = done.returncode == 1 and "tweed: race, seed" in done.stdout
        if racy != name.startswith("racy_") or (not racy and done.returncode != 0):
            good = False
            print("%s, seed %d, %s: status %d\n%s" % (name, seed, threads, done.returncode, done.stdout))
    wrong += not good
print("%d of %d kernels as expected" % (len(names) - wrong, len(names)))
sys.exit(wrong != 0)
