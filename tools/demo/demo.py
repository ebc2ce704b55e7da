#!/usr/bin/env python3
"""Pipelines the loops of loops.c, runs the result beside the original, and prints what became of each loop.

    demo.py BUILD [--work FOLDER]

1. For this machine: clang-19 -O2 -> opt-19 with the plugin -> program; its answers must be those of the program without Tweed.
2. For a Cortex-A55: the same, and the cycles of each loop before and after by llvm-mca; where qemu and a cross compiler are
   there, the very code of the table runs too.
Scalar code (no vectorizer, no unroller), so that II and cycles are those of the loop as it stands in the source.
"""
import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "bench"))
import mca  # noqa: E402
import remarks  # noqa: E402

SCALAR = ["-O2", "-fno-vectorize", "-fno-slp-vectorize", "-fno-unroll-loops", "-fno-discard-value-names"]
CPU = "cortex-a55"
AARCH64 = ["--target=aarch64-linux-gnu", "-mcpu=" + CPU]


def run(*command, **options):
    """Runs a program and returns its output; a failure ends the demo and shows the command."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    if done.returncode:
        sys.exit("demo: failed: %s\n%s%s" % (" ".join(command), done.stdout, done.stderr))
    return done.stdout


class Target:
    """One way from C to a program, with and without Tweed."""

    def __init__(self, name, title, work, plugin, flags, launcher, linker):
        self.name, self.title, self.work, self.plugin = name, title, work, plugin
        self.flags, self.launcher, self.linker = flags, launcher, linker

    def path(self, suffix):
        return os.path.join(self.work, self.name + suffix)

    def compile(self):
        run("clang-19", *self.flags, *SCALAR, "-S", "-emit-llvm", os.path.join(HERE, "loops.c"), "-o", self.path(".plain.ll"))
        run("opt-19", "-load-pass-plugin=" + self.plugin, "-passes=tweed-pipeline", "-pass-remarks-output=" + self.path(".yaml"),
            self.path(".plain.ll"), "-S", "-o", self.path(".tweed.ll"))
        for kind in ("plain", "tweed"):
            run("llc-19", "-O2", "-relocation-model=pic", self.path(".%s.ll" % kind), "-o", self.path(".%s.s" % kind))

    def answers(self, kind):
        """What the program prints; None where it can't run here."""
        if not self.linker:
            return None
        program = self.path("." + kind)
        run(*self.linker, "-O1", os.path.join(HERE, "driver.c"), self.path(".%s.s" % kind), "-o", program)
        return run(*self.launcher, program)

    def compare(self):
        plain, tweed = self.answers("plain"), self.answers("tweed")
        if plain is None:
            print("%-22s not run: no cross compiler or qemu" % self.title)
            return
        wrong = [a.split()[0] for a, b in zip(plain.splitlines(), tweed.splitlines()) if a != b]
        if wrong or plain.count("\n") != tweed.count("\n"):
            sys.exit("demo: %s: other answers than the original: %s" % (self.title, ", ".join(wrong)))
        print("%-22s %d loops, 72 trip counts each: equal answers, bit for bit" % (self.title, plain.count("\n")))


def rows(target):
    """One row of the table per loop."""
    plain, tweed = (open(target.path(".%s.s" % kind)).read() for kind in ("plain", "tweed"))
    records = {r.function: r for r in remarks.read(target.path(".yaml"), "tweed") if r.kind in ("Passed", "Missed")}
    for function in mca.functions(plain):
        loops = mca.loops(plain, function)
        if len(loops) != 1:
            continue
        record = records.get(function)
        before = mca.cycles(loops[0].body, CPU)
        kernel = mca.find(mca.loops(tweed, function), "tweed.kernel")
        if record is None or record.kind != "Passed" or kernel is None:
            yield [function, "", "", "", "", "", record.name if record else "no remark", "", "%.2f" % before, "", ""], 1.0
            continue
        after = mca.cycles(kernel.body, CPU) / int(record["Unroll"])
        yield [function] + [record[key] for key in ("Ops", "ResMII", "RecMII", "II", "Stages", "Solver", "Proof")] + [
            "%.2f" % before, "%.2f" % after, "%.2fx" % (before / after)], before / after


def table(target):
    head = ["loop", "ops", "ResMII", "RecMII", "II", "stages", "solver", "proof", "before", "after", "gain"]
    lines, gains = [head], []
    for row, gain in rows(target):
        lines.append([str(cell) for cell in row])
        if row[9]:
            gains.append(gain)
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(w) if i in (0, 6, 7) else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))).rstrip())
    if not gains:
        sys.exit("demo: no loop was pipelined")
    product = 1.0
    for gain in gains:
        product *= gain
    print("\n%d of %d loops pipelined; cycles per iteration on %s by llvm-mca: %.2fx fewer (geometric mean)" % (
        len(gains), len(lines) - 1, CPU, product ** (1.0 / len(gains))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--work", help="keep the files of every step here")
    arguments = parser.parse_args()
    plugin = os.path.join(os.path.abspath(arguments.build), "lib", "TweedLLVM.so")
    scratch = tempfile.TemporaryDirectory()
    work = arguments.work or scratch.name
    os.makedirs(work, exist_ok=True)
    emulator, cross = shutil.which("qemu-aarch64-static"), shutil.which("aarch64-linux-gnu-gcc")
    native = Target("native", "this machine, " + platform.machine(), work, plugin, [], [], ["clang-19"])
    a55 = Target(CPU, CPU + " (qemu)", work, plugin, AARCH64, [emulator], [cross, "-static"] if emulator and cross else None)
    for target in (native, a55):
        target.compile()
        target.compare()
    print()
    table(a55)
    return 0


if __name__ == "__main__":
    sys.exit(main())
