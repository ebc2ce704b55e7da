#!/usr/bin/env python3
"""csmith.py: csmith's programs through clang with the plugin, against plain clang.

  csmith.py --plugin TweedLLVM.so [--count N] [--seed S] [--jobs J] [--out DIR]

A program counts once it has run to its end after plain clang, and the same checksum must come from clang with the plugin
at the same level, with the plugin told to act wherever it can. Programs that plain clang can't finish in time are
replaced by others. Exit status 0 if none was wrong, 1 if one was, 2 for wrong use.
"""

import argparse
import collections
import multiprocessing
import os
import random
import shutil
import subprocess
import sys

import loops

# Loops over arrays without calls and volatile accesses are what can be pipelined; the first row is csmith as it comes.
STYLES = [
    [],
    ["--no-volatiles", "--no-jumps", "--max-funcs", "3"],
    ["--no-volatiles", "--no-jumps", "--no-pointers", "--max-funcs", "2", "--max-array-dim", "2", "--max-array-len-per-dim", "40"],
    ["--no-volatiles", "--no-jumps", "--max-funcs", "1", "--max-array-dim", "1", "--max-array-len-per-dim", "80", "--max-block-depth", "3"],
]
# Without unrolling more loops are left: most of csmith's have a small constant trip count.
LEVELS = ["-O2", "-O2 -fno-unroll-loops", "-O1 -fno-unroll-loops", "-O3"]
# FILE: a machine with random latencies and units, on which more loops have something to overlap.
OPTIONS = ["force", "force;machine=cortex-a55;max-stages=6", "force;machine=FILE", "force;machine=FILE;max-stages=20"]
RUN_SECONDS = 5


def compile_program(source, out, flags):
    loops.checked("clang", [loops.tool("clang"), "-w", "-I/usr/include/csmith", source, "-o", out, *flags])


def run_program(program, seconds):
    """Its output, or None if it does not end in time."""
    try:
        done = subprocess.run([program], capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return "%s(status %d)" % (done.stdout, done.returncode)


def one_program(job):
    """(verdict, loops pipelined, line): verdict is good, wrong, or dropped."""
    number, options = job
    seed = options.seed * 100000 + number
    folder = os.path.join(options.out, "work", str(number))
    os.makedirs(folder, exist_ok=True)
    source, plain, tweed = (os.path.join(folder, n) for n in ("program.c", "plain", "tweed"))
    level = LEVELS[number % len(LEVELS)].split()
    machine = os.path.join(folder, "machine.yaml")
    with open(os.path.join(loops.MACHINES, "generic.yaml")) as shipped, open(machine, "w") as file:
        file.write(loops.random_machine(random.Random(seed), shipped.read()))
    plugin = ["-Xclang", "-load", "-Xclang", options.plugin, "-fpass-plugin=" + options.plugin, "-mllvm",
              "-tweed-options=" + OPTIONS[number // 4 % len(OPTIONS)].replace("FILE", machine), "-fsave-optimization-record",
              "-foptimization-record-file=" + os.path.join(folder, "remarks.yaml"), "-foptimization-record-passes=tweed"]
    try:
        loops.checked("csmith", ["csmith", "--seed", str(seed), "-o", source, *STYLES[number % 16 // 4]])
        compile_program(source, plain, level)
        expected = run_program(plain, RUN_SECONDS)
        if expected is None or "status 0" not in expected:
            return "dropped", 0, ""
    except loops.Failure as failure:
        return "dropped", 0, "%s failed: %s" % (failure.stage, failure.text[:200])
    try:
        compile_program(source, tweed, level + plugin)
        got = run_program(tweed, 10 * RUN_SECONDS)
    except loops.Failure as failure:
        got = "%s failed: %s" % (failure.stage, failure.text)
    pipelined = loops.read_remarks(os.path.join(folder, "remarks.yaml"))["pipelined"]
    line = ""
    if got != expected:
        keep = os.path.join(options.out, "csmith-%d" % seed)
        shutil.rmtree(keep, ignore_errors=True)
        shutil.copytree(folder, keep)
        line = "%s/program.c: clang %s %s: expected %s, got %s" % (keep, level, " ".join(plugin), expected.strip(), got)
    shutil.rmtree(folder)
    return ("wrong" if line else "good"), pipelined, line


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--count", type=int, default=300, help="how many programs must have run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", default="fuzz-csmith")
    options = parser.parse_args()
    if not os.path.exists(options.plugin):
        parser.error("no such plugin: " + options.plugin)
    if not shutil.which("csmith") or not os.path.exists("/usr/include/csmith/csmith.h"):
        parser.error("csmith or its header is missing (tools/setup.sh --fuzz)")
    options.plugin, options.out = os.path.abspath(options.plugin), os.path.abspath(options.out)
    os.makedirs(options.out, exist_ok=True)
    os.chdir(options.out)  # csmith leaves a file where it runs
    verdicts, pipelined, with_loops = collections.Counter(), 0, 0
    with multiprocessing.Pool(options.jobs) as pool:
        for verdict, more, line in pool.imap(one_program, ((k, options) for k in range(4 * options.count))):
            verdicts[verdict] += 1
            pipelined += more
            with_loops += more > 0
            if line:
                print("FAIL" if verdict == "wrong" else "note:", line, flush=True)
            tested = verdicts["good"] + verdicts["wrong"]
            if tested % 20 == 0 and verdict != "dropped":
                print("... %d programs, %d wrong" % (tested, verdicts["wrong"]), file=sys.stderr, flush=True)
            if tested >= options.count:
                pool.terminate()
                break
    tested = verdicts["good"] + verdicts["wrong"]
    # csmith.h has a loop of its own, which most programs contain.
    print("programs: %d (%d with a pipelined loop, %d loops with those of csmith.h), replaced: %d, wrong: %d" % (
        tested, with_loops, pipelined, verdicts["dropped"], verdicts["wrong"]))
    sys.exit(0 if tested >= options.count and not verdicts["wrong"] else 1)


if __name__ == "__main__":
    main()
