#!/usr/bin/env python3
"""The kernels of test/kernels/cuda on a GPU, against the emulator.

  kernels.py pack FOLDER --tweed TWEED --clang CLANG --llc LLC [KERNEL…]   where LLVM is: PTX, launches, what the emulator makes of them
  kernels.py run FOLDER                                                   where a GPU is: a row of a table for each; exit status 1 if any differs

FOLDER holds all that `run` needs but Python and the driver."""
import argparse
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "..", "..", "test", "kernels", "cuda")
TABLE = "table.txt"
FLAGS = ("-x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_90a -Xclang -target-feature -Xclang +ptx80 "
         "-Wno-unknown-cuda-version -O2 -gline-tables-only -S -emit-llvm").split()


def rows():
    with open(os.path.join(KERNELS, "Inputs", "clean.txt")) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield [cell.strip() for cell in line.split(" | ")]


def compile_source(options, source):
    """The source's IR, beside its PTX."""
    base = os.path.join(options.folder, source[:-3])
    if not os.path.exists(base + ".ptx"):
        subprocess.run([options.clang, *FLAGS, os.path.join(KERNELS, source), "-o", base + ".ll"], check=True)
        subprocess.run([options.llc, "-mcpu=sm_90a", "-mattr=+ptx80", base + ".ll", "-o", base + ".ptx"], check=True)
    return base + ".ll"


def pack(options):
    os.makedirs(options.folder, exist_ok=True)
    for name in ("run.py", "kernels.py"):
        shutil.copy(os.path.join(HERE, name), options.folder)
    with open(os.path.join(options.folder, TABLE), "w") as table:
        for number, (source, launch, tolerance) in enumerate(rows()):
            kernel = launch.split("<<<")[0]
            if options.wanted and kernel not in options.wanted:
                continue
            ir, plan = compile_source(options, source), "plan.%d" % number
            path = os.path.join(options.folder, plan)
            emulate = [options.tweed, "emulate", ir, "--launch", launch]
            subprocess.run([*emulate, "--plan", path], check=True)
            subprocess.run([*emulate, "--write", os.path.join(path, "out")], check=True, stdout=subprocess.DEVNULL)
            print("%s | %s.ptx | %s | %s" % (launch.split(">>>")[0] + ">>>", source[:-3], plan, tolerance), file=table)
    for name in os.listdir(options.folder):
        if name.endswith(".ll"):
            os.remove(os.path.join(options.folder, name))


def run(options):
    failed = 0
    print("| kernel | tolerance | GPU against emulator | ms, best of 20 |\n|---|---|---|---|")
    with open(os.path.join(options.folder, TABLE)) as table:
        for line in table:
            launch, ptx, plan, tolerance = line.strip().split(" | ")
            plan = os.path.join(options.folder, plan)
            done = subprocess.run(
                [sys.executable, os.path.join(HERE, "run.py"), os.path.join(options.folder, ptx), "--plan", plan, "--expect",
                 os.path.join(plan, "out"), "--tolerance", tolerance, "--repeat", "20", "--time-limit", "20"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            failed += done.returncode != 0
            timed = [l for l in done.stdout.splitlines() if " ms at best" in l]
            verdict = "agree" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]
            print("| `%s` | %s | %s | %s |" % (launch, tolerance, verdict,
                                              timed[0].split(" ms at best")[0].split()[-1] if timed else ""), flush=True)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["pack", "run"])
    parser.add_argument("folder")
    parser.add_argument("wanted", nargs="*", metavar="KERNEL")
    parser.add_argument("--tweed", default="tweed")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--llc", default="llc-19")
    options = parser.parse_args()
    return pack(options) if options.what == "pack" else run(options)


if __name__ == "__main__":
    sys.exit(main())
