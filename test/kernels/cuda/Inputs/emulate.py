"""emulate.py clean|museum [KERNEL…|KERNEL:BUG…]: runs the kernels of clean.txt against reference.cu, or those of museum.txt, each
of which must be caught, by the verdict that stands there. Prints a line for each; the exit status says whether all is well.

  --tweed TWEED --clang CLANG --folder FOLDER   the command, the compiler, where compiled kernels go
  --seeds N                                     how many interleavings
  --no-tsan                                     without ThreadSanitizer: kernels whose verdict is a race alone are left out"""
import argparse
import os
import re
import subprocess
import sys
import time

import compile as kernels

HERE = os.path.dirname(os.path.abspath(__file__))


def table(name):
    with open(os.path.join(HERE, name)) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield [cell.strip() for cell in line.split(" | ")]


def kernel_of(launch):
    return launch.split("<<<")[0]


class Run:
    def __init__(self, options):
        self.options = options
        self.failed = 0
        self.known = set()

    def compiled(self, source, bug=None):
        output = os.path.join(self.options.folder, "%s%s.ll" % (source[:-3], "." + bug if bug else ""))
        if output not in self.known:
            kernels.compile_kernel(self.options.clang, os.path.join(os.path.dirname(HERE), source), output,
                                   *(["-DBUG_" + bug] if bug else []))
        self.known.add(output)
        return output

    def emulate(self, ir, launch, *more):
        command = [self.options.tweed, "emulate", ir, "--launch", launch, "--seeds", str(self.options.seeds), *more]
        if not self.options.no_tsan:
            command.append("--tsan")
        start = time.time()
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        return run.returncode, run.stdout + run.stderr, time.time() - start

    def say(self, good, text, output, seconds):
        print("%s %s (%.1f s)" % ("ok  " if good else "FAIL", text, seconds), flush=True)
        if not good:
            print(output, flush=True)
            self.failed += 1

    def clean(self, source, launch, tolerance):
        reference = self.compiled("reference.cu")
        code, output, seconds = self.emulate(self.compiled(source), launch, "--compare", reference, "--tolerance", tolerance)
        self.say(code == 0, "%s %s" % (source, kernel_of(launch)), output, seconds)

    def museum(self, bug, source, kernel, verdict):
        if self.options.no_tsan and verdict == "race":
            return
        launch = next(l for _, l, _ in table("clean.txt") if kernel_of(l) == kernel)
        code, output, seconds = self.emulate(self.compiled(source, bug), launch)
        errors = [line for line in output.splitlines() if "error: " in line]
        good = code == 1 and bool(errors) and re.search(verdict, errors[0]) is not None
        self.say(good, "%s %s %s: %s" % (source, kernel, bug, errors[0] if errors else "nothing"), output, seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["clean", "museum"])
    parser.add_argument("wanted", nargs="*", help="kernels, or KERNEL:BUG; default: all")
    parser.add_argument("--tweed", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--no-tsan", action="store_true")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    run, wanted = Run(options), set(options.wanted)
    for row in table(options.which + ".txt"):
        name = kernel_of(row[1]) if options.which == "clean" else "%s:%s" % (row[2], row[0])
        if not options.wanted or name in wanted:
            wanted.discard(name)
            getattr(run, options.which)(*row)
    for name in wanted if options.wanted else ():
        print("FAIL there is no %s" % name)
        run.failed += 1
    sys.exit(run.failed > 0)


if __name__ == "__main__":
    main()
