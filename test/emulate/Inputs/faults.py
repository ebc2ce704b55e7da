"""Runs each kernel of faults.cu, which is compiled in PATH.ll, and prints the first line that is said of it; the same on OS
threads. Usage: faults.py PATH COMMAND..."""
import os
import re
import subprocess
import sys

path, command = sys.argv[1], sys.argv[2:]
source = open(os.path.join(os.path.dirname(__file__), "faults.cu")).read()
launch = "%s<<<1,64>>>(inout i32[64])"


def run(name, threads, seed):
    done = subprocess.run([path + ".runner", launch % name, "1", str(seed), "0", threads, ""], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout.splitlines()[0]


subprocess.run(command + [path + ".ll", "--launch", launch % "prints", "--keep", path + ".runner"],
               stdout=subprocess.DEVNULL, check=True)
for name in re.findall(r"KERNEL (\w+)", source):
    status, line = run(name, "co", 0)
    print("%s: %s" % (name, line))
    good = name in ("prints", "leaves")
    for threads, seed in (("co", 0), ("os", 0), ("co", 1), ("os", 1)):
        status, other = run(name, threads, seed)
        if status != (0 if good else 1) or (seed == 0 and re.sub("0x[0-9a-f]+", "", other) != re.sub("0x[0-9a-f]+", "", line)):
            print("%s: status %d on %s, seed %d: %s" % (name, status, threads, seed, other))
