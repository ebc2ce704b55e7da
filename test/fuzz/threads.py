#!/usr/bin/env python3
"""threads.py: differential fuzzing of the rewrite of loops of single GPU threads.

Random kernels with loops without barriers are compiled by clang for NVPTX, rewritten by `tweed-pipeline` under changing machines and
limits, and run on the emulator beside what was not rewritten: several trip counts, steps and overlaps. Every byte must agree.

  threads.py --tweed TWEED --plugin TweedLLVM.so --folder DIR [--count N] [--seed S] [--jobs J] [--self-check]

Deterministic in the seed, whatever the number of jobs. Files of a kernel that differs stay in the folder. --self-check spoils each rewritten kernel, which must be
noticed. Exit status 0 if no kernel was wrong (with --self-check: if enough were), 1 otherwise.
"""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "..", "kernels", "cuda")
sys.path.insert(0, os.path.join(KERNELS, "Inputs"))
import compile as cuda  # noqa: E402

BLOCK, PAD = 32, 8  # threads of a block; rows of the arrays before and behind those that the trip count asks for
TYPES = {"float": "f32", "int": "i32", "double": "f64"}
AFTER = ["", "", "instcombine<no-verify-fixpoint>,simplifycfg,early-cse", "loop-mssa(licm),gvn,dse"]
TIMEOUT = 120


class Array:
    def __init__(self, number, r, shared_with):
        self.name, self.type = "a%d" % number, r.choice(list(TYPES))
        self.stored = r.random() < 0.5
        # Another name for the array `of`, some rows further up or down.
        self.of = r.choice(shared_with) if shared_with and r.random() < 0.4 else None
        if self.of:
            self.type = self.of.type
        self.plain = self.of is not None or r.random() < 0.5

    def parameter(self):
        return "%s *%s" % (self.type, self.name if self.plain else "__restrict__ " + self.name)


class Kernel:
    """A kernel's source, and launches. Row i of an array is one element of each thread: no thread sees another one's."""

    def __init__(self, seed):
        self.r = r = random.Random(seed)
        self.arrays = []
        for k in range(r.randint(2, 4)):
            self.arrays.append(Array(k, r, [a for a in self.arrays if not a.of and a.plain]))
        self.arrays[0].stored = True
        self.temps, self.sums, self.lines = [], [], []
        self.header = r.choice([
            "for (int i = 0; i < n; i++)", "for (int i = n - 1; i >= 0; i--)", "for (int i = 0; i < n; i += 2)",
            "for (long i = 0; i < n; i += by)", "for (int i = low; i < n; i += by)", "for (long i = n - 1; i >= 0; i -= 3)",
            "for (unsigned i = 0; i != (unsigned)n; i++)"])
        # Sums of unsigned numbers and negative ones are no rows.
        self.index = "(int)i" if "unsigned" in self.header else "i"
        for k in range(r.randint(0, 2)):
            self.sums.append(("s%d" % k, r.choice(list(TYPES))))
        for _ in range(r.randint(2, 6)):
            self.statement()

    def row(self, array):
        offset, kind = self.r.choice([0, 0, 0, 1, -1, 2, -3]), self.r.randrange(10)
        row = "2 * " + self.index if kind == 0 else self.index + " * by" if kind == 1 else self.index
        return "%s[(%s%s) * BLOCK]" % (array.name, row, " + %d" % offset if offset else "")

    def value(self, depth=0):
        r = self.r
        kind = r.randrange(9)
        if kind < 3 or depth > 2:
            return self.row(r.choice(self.arrays))
        if kind == 3 and self.temps:
            return r.choice(self.temps)
        if kind == 4:
            return "%d" % r.randint(-4, 9)
        if kind == 5:
            return "(float)(int)i"
        if kind == 6:
            return "(%s < %s ? %s : %s)" % tuple(self.value(depth + 1) for _ in range(4))
        return "(%s %s %s)" % (self.value(depth + 1), r.choice("+-*"), self.value(depth + 1))

    def statement(self):
        r = self.r
        kind = r.randrange(8)
        if kind < 3:
            name = "t%d" % len(self.temps)
            self.lines.append("%s %s = (%s)%s;" % (r.choice(list(TYPES)), name, r.choice(["float", "int"]), self.clamped()))
            self.temps.append(name)
        elif kind == 3 and self.sums:
            name, type_ = r.choice(self.sums)
            self.lines.append("%s = (%s)(%s %s %s);" % (name, type_, name, r.choice("+-"), self.clamped()))
        else:
            array = r.choice([a for a in self.arrays if a.stored])
            condition = "if (%s > %s) " % (self.value(1), self.value(1)) if r.random() < 0.15 else ""
            self.lines.append("%s%s = (%s)%s;" % (condition, self.row(array), array.type, self.clamped()))

    def clamped(self):
        """A float that an int holds, so that no conversion is undefined."""
        return "small(%s)" % self.value()

    def source(self):
        out = ['#include "cuda.h"', "enum { BLOCK = %d };" % BLOCK,
               "INLINE float small(double x) { return x > -1e6 && x < 1e6 ? (float)x : 1; }", ""]
        parameters = [a.parameter() for a in self.arrays if not a.of] + ["double *result", "int n", "int by", "int low", "int up"]
        out.append("KERNEL loop(%s) {" % ", ".join(parameters))
        for a in self.arrays:
            if a.of:
                out.append("  %s *%s = %s + up * BLOCK;" % (a.type, a.name, a.of.name))
            else:
                out.append("  %s += %d * BLOCK + threadIdx.x;" % (a.name, 2 * PAD))
        for name, type_ in self.sums:
            out.append("  %s %s = 1;" % (type_, name))
        out += ["  " + self.header + " {"] + ["    " + line for line in self.lines] + ["  }"]
        out.append("  result[threadIdx.x] = %s;" % (" + ".join("(double)" + name for name, _ in self.sums) or "0"))
        return "\n".join(out + ["}"]) + "\n"

    def launches(self):
        r = self.r
        for n in (0, 1, 2, 3, r.randint(4, 12), r.randint(13, 40)):
            by, up = r.choice([1, 1, 2, 3]), r.choice([0, 1, -1, 2, -4, 6])
            rows = (2 * n + 4 * PAD + 12) * 3
            buffers = ["inout %s[%d]=random" % (TYPES[a.type], rows * BLOCK) for a in self.arrays if not a.of]
            yield "loop<<<1,%d>>>(%s, out f64[%d], %d, %d, %d, %d)" % (BLOCK, ", ".join(buffers), BLOCK, n, by, r.choice([0, 1, -2]), up)


def run(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return "%s: not done within %d s" % (command[0], TIMEOUT), 124
    return done.stdout, done.returncode


def passes(r):
    parameters = ["machine=" + r.choice(["auto", "auto", "sm_80", "sm_70", "cortex-a55", "generic"])]
    if r.random() < 0.5:
        parameters.append("max-ii=%d" % r.choice([40, 100, 250, 600]))
    if r.random() < 0.4:
        parameters.append("max-stages=%d" % r.choice([2, 3, 5, 12]))
    after = r.choice(AFTER)
    return "tweed-pipeline<%s>,verify%s" % (";".join(parameters), ",function(%s)" % after if after else "")


def spoil(path):
    """Makes a mistake in the pipelined part: a store goes elsewhere, or an addition becomes a subtraction."""
    with open(path) as file:
        head, kernel, tail = re.split(r"(?m)^(?=tweed\.kernel:|tweed\.epilogue:)", file.read(), maxsplit=2)
    for wrong, right in ((r" fadd ", " fsub "), (r" fmul ", " fadd "), (r"phi (\w+) \[ %\S+, %tweed\.prologue", r"phi \1 [ undef, %tweed.prologue")):
        spoiled, count = re.subn(wrong, right, kernel, count=1)
        if count:
            with open(path, "w") as file:
                file.write(head + spoiled + tail)
            return True
    return False


def fuzz(options, seed):
    """What became of a kernel, and what is wrong with it."""
    kernel, r = Kernel(seed), random.Random(seed * 3 + 1)
    base = os.path.join(options.folder, "threads.%d" % seed)
    source, plain, rewritten, program = (base + end for end in (".cu", ".ll", ".rewritten.ll", ".run"))
    with open(source, "w") as file:
        file.write(kernel.source())
    cuda.compile_kernel(options.clang, source, plain, "-Wno-everything", arch=r.choice(["sm_70", "sm_80", "sm_90a"]))
    wanted = passes(r)
    output, status = run([options.opt, "-S", "-load-pass-plugin=" + options.plugin, "-passes=" + wanted, "-pass-remarks=tweed",
                          "-pass-remarks-missed=tweed", plain, "-o", rewritten])
    if status:
        return "wrong", "%s\n%s" % (wanted, output)
    pipelined = "pipelined loop with" in output
    reason = "pipelined" if pipelined else re.sub(r"^.*?not pipelined: ", "", output.strip().split("\n")[0])[:40] if output.strip() else "no loop"
    wrong = None
    if pipelined and (not options.self_check or spoil(rewritten)):
        for launch in kernel.launches():
            first = ["--program", program] if os.path.exists(program) else [rewritten, "--compare", plain, "--keep", program]
            output, status = run([options.tweed, "emulate", *first, "--launch", launch, "--seeds", "1"])
            if status:
                wrong = "%s\n%s\n%s" % (wanted, launch, output)
                break
    elif pipelined:
        reason = "could not be spoiled"
    for path in (program,) if wrong else (source, plain, rewritten, program):
        if os.path.exists(path):
            os.remove(path)
    return ("wrong" if wrong else reason), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("tweed", None), ("plugin", None), ("folder", None), ("clang", "clang-19"), ("opt", "opt-19")):
        parser.add_argument("--" + name, required=default is None, default=default)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--self-check", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    found, seeds = collections.Counter(), range(options.seed, options.seed + options.count)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for seed, (kind, wrong) in zip(seeds, pool.map(lambda seed: fuzz(options, seed), seeds)):
            found[kind] += 1
            if wrong and not options.self_check:
                print("kernel %d: %s" % (seed, wrong), flush=True)
    for kind, count in found.most_common():
        print("%5d %s" % (count, kind))
    print("kernels: %d, pipelined and right: %d, wrong: %d" % (options.count, found["pipelined"], found["wrong"]))
    spoiled = found["wrong"] + found["pipelined"]
    sys.exit(found["wrong"] * 4 < spoiled * 3 or not spoiled if options.self_check else found["wrong"] > 0)


if __name__ == "__main__":
    main()
