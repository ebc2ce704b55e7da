#!/usr/bin/env python3
"""compile_time.py: what the plugin adds to clang -O2.

  compile_time.py --plugin TweedLLVM.so [--rounds N] [--count FILES] [--check]

Over test/loops/*.c and over files without loops, with and without the plugin by turns: the user time of each compilation
(the least and the median of its rounds; other work on the machine only ever adds) and, with valgrind, the number of
instructions of some compilations, which repeats exactly. --check: exit status 1 if a goal is missed: below 10 % on the
loops; without loops nothing beyond loading the plugin, below 2 % of instructions.
"""

import argparse
import glob
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
CLANG = os.environ.get("TWEED_CLANG", "/usr/lib/llvm-19/bin/clang")
COUNTED = ["blas1.c", "conditionals.c", "hashes.c", "stencils.c"]
STRAIGHT = """
struct s%(n)d { int a, b; double c; };
double f%(n)d(struct s%(n)d *p, int x, double y) {
  if (x > p->a) p->b = x * 3 + p->a; else p->c += y * x;
  switch (x & 7) { case 0: return p->c; case 1: p->a ^= x; break; case 5: y /= p->c + 2; break; default: p->b -= 7; }
  return y * p->c + p->b %% (p->a * p->a + 1);
}
int g%(n)d(struct s%(n)d *p, struct s%(n)d *q) { return f%(n)d(p, q->a, q->c) > f%(n)d(q, p->b, p->c) ? p->a : q->b; }
"""


def sources(folder):
    """(path, flags, has loops) of what is compiled."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "test", "loops", "*.c"))):
        text = open(path).read()
        if "// LOOP:" not in text:
            continue
        flags = [f for line in text.splitlines() if line.startswith("// FLAGS:") for f in line.split()[2:]]
        found.append((path, flags, True))
    for size in (20, 400):
        path = os.path.join(folder, "straight%d.c" % size)
        with open(path, "w") as file:
            file.write("".join(STRAIGHT % {"n": n} for n in range(size)))
        found.append((path, [], False))
    return found


def command(source, flags, plugin):
    return [CLANG, "-std=gnu11", "-w", "-O2", *flags, *(["-fpass-plugin=" + plugin] if plugin else []), "-c", source, "-o",
            "/dev/null"]


def user_time(arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(arguments, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def times(rows, plugin, rounds):
    """Least and median user time of each row, without and with the plugin."""
    seconds = {(path, p): [] for path, _, _ in rows for p in (None, plugin)}
    for _ in range(rounds):
        for path, flags, _ in rows:
            for p in (None, plugin):
                seconds[path, p].append(user_time(command(path, flags, p)))
    return seconds


def instructions(path, flags, plugin, folder):
    """Instructions of the compiler proper, by callgrind."""
    out = os.path.join(folder, "callgrind")
    shown = subprocess.run(command(path, flags, plugin) + ["-###"], capture_output=True, text=True, check=True).stderr
    proper = shlex.split([line for line in shown.splitlines() if '"-cc1"' in line][-1])
    subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, *proper], capture_output=True, check=True)
    with open(out) as file:
        return next(int(line.split()[1]) for line in file if line.startswith(("summary:", "totals:")))


def percent(with_, without):
    return 100.0 * (with_ - without) / without


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--count", nargs="*", default=COUNTED, help="files of test/loops whose instructions are counted")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    plugin, missed = os.path.abspath(options.plugin), []
    with tempfile.TemporaryDirectory() as folder:
        rows = sources(folder)
        seconds = times(rows, plugin, options.rounds)
        for name, pick in (("least", min), ("median", statistics.median)):
            for loops in (True, False):
                paths = [r[0] for r in rows if r[2] == loops]
                a, b = (sum(pick(seconds[path, p]) for path in paths) for p in (None, plugin))
                print("user time, %s of %d, %2d files with%s loops: %.3f s -> %.3f s: %+.1f %%" % (
                    name, options.rounds, len(paths), "" if loops else "out", a, b, percent(b, a)))
                if name == "least" and loops and percent(b, a) >= 10:
                    missed.append("time on the loops")
        if options.count and not shutil.which("valgrind"):
            print("no valgrind: instructions are not counted", file=sys.stderr)
        elif options.count:
            total = {True: [0, 0], False: [0, 0]}
            for path, flags, loops in rows:
                if loops and os.path.basename(path) not in options.count:
                    continue
                a, b = (instructions(path, flags, p, folder) for p in (None, plugin))
                total[loops][0] += a
                total[loops][1] += b
                print("instructions, %-16s: %6.0f M -> %6.0f M: %+.1f %%" % (os.path.basename(path), a / 1e6, b / 1e6, percent(b, a)))
            for loops in (True, False):
                print("instructions, all counted files with%s loops: %+.1f %%" % ("" if loops else "out", percent(*total[loops][::-1])))
            if percent(*total[True][::-1]) >= 10:
                missed.append("instructions on the loops")
            if percent(*total[False][::-1]) >= 2:
                missed.append("instructions without loops")
    for name in missed:
        print("MISSED: " + name)
    sys.exit(1 if options.check and missed else 0)


if __name__ == "__main__":
    main()
