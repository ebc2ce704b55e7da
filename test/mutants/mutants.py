#!/usr/bin/env python3
"""mutants.py: bugs of our own, planted in a copy of the source, which the tests must catch.

  mutants.py [--work DIR] [--only NAME...] [--jobs J]

A checker that never fires proves nothing. Each mutant changes one place of the library; the tests named in its row run on
it and at least one test of each kind must fail. Before, the same tests must pass on the unchanged copy. Exit status 0 if
all that held, 1 if not; 2 if a mutant no longer applies to the source: then its row here must follow the source.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
COPIED = ["CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", ".clang-format", "cmake", "include", "lib", "passes",
          "tools", "test"]

# name, what it does wrong, file, text that must stand there once, text in its place, kinds of tests that must catch it
MUTANTS = [
    ("memory-carried", "drops memory dependences into later iterations", "lib/llvm/memory.c",
     "  return backward < from || add_memdep(body, j, i, -backward);\n",
     "  return backward < from || true;\n", ["loops", "fuzz"]),
    ("memory-forward", "drops memory dependences in program order", "lib/llvm/memory.c",
     "  if (forward <= to && !add_memdep(body, i, j, forward))\n    return false;\n",
     "  (void)forward;\n", ["loops", "fuzz"]),
    ("phi-shifted", "a carried value comes from the iteration before", "lib/llvm/expand.c",
     "LLVMValueRef again = value_of(x, c.ref, KERNEL, c.iteration + x->plan->unroll);",
     "LLVMValueRef again = value_of(x, c.ref, KERNEL, c.iteration + x->plan->unroll - 1);", ["loops", "fuzz"]),
    ("guard-skipped", "takes the pipelined path whatever the trip count and the overlap", "lib/llvm/expand.c",
     "LLVMBuildCondBr(b, condition, x->blocks[PROLOGUE], x->rest);",
     "LLVMBuildCondBr(b, LLVMConstInt(LLVMTypeOf(condition), 1, false), x->blocks[PROLOGUE], x->rest);", ["loops", "fuzz"]),
    ("overlap-unchecked", "takes the pipelined path although the arrays overlap", "lib/llvm/expand.c",
     "all = LLVMBuildAnd(b, all, LLVMBuildOr(b, below, above, \"\"), \"tweed.apart\");",
     "(void)below, (void)above;", ["loops", "fuzz"]),
    ("verifier-units", "the verifier looks at no unit", "lib/model/verify.c",
     "      if (held > p->machine->units[unit].count)\n",
     "      if (held > p->machine->units[unit].count && unit < 0)\n", ["unit"]),
    ("verifier-distance", "the verifier looks at no dependence between iterations", "lib/model/verify.c",
     "    if (s->start[dep->to] < earliest)\n",
     "    if (dep->distance == 0 && s->start[dep->to] < earliest)\n", ["unit"]),
]
LOOPS = ["aliasing.c", "recurrences.c", "trip_counts.c", "scans.c", "stencils.c"]


def run(command, seconds=1800):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)


def must(command):
    done = run(command)
    if done.returncode != 0:
        sys.exit("%s\nfailed:\n%s" % (" ".join(command), done.stdout[-4000:]))


class Copy:
    def __init__(self, folder, jobs):
        self.source, self.build, self.jobs = os.path.join(folder, "source"), os.path.join(folder, "build"), jobs
        self.plugin = os.path.join(self.build, "lib", "TweedLLVM.so")
        for name in COPIED:
            path = os.path.join(ROOT, name)
            if os.path.isdir(path):
                # With the time of now: an earlier run may have left objects of a mutant.
                shutil.copytree(path, os.path.join(self.source, name), copy_function=shutil.copy,
                                ignore=shutil.ignore_patterns("__pycache__"))
            elif os.path.exists(path):
                os.makedirs(self.source, exist_ok=True)
                shutil.copy(path, self.source)
        must(["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DTWEED_WERROR=OFF"])

    def make(self):
        return run(["ninja", "-j", str(self.jobs), "-C", self.build, "TweedLLVM", "unit_model_verify"])

    # Each returns the output of the first test that fails, or None.
    def unit(self, folder):
        done = run([os.path.join(self.build, "test", "unit", "model_verify")])
        return done.stdout if done.returncode != 0 else None

    def loops(self, folder):
        for name in LOOPS:
            done = run([sys.executable, os.path.join(self.source, "test", "loops", "run.py"), "--quick", "--plugin",
                        self.plugin, os.path.join(self.source, "test", "loops", name)])
            if done.returncode not in (0, 1):
                sys.exit("run.py does not work: %s" % done.stdout[-2000:])
            if done.returncode == 1:
                return done.stdout
        return None

    def fuzz(self, folder):
        done = run([sys.executable, os.path.join(self.source, "test", "fuzz", "loops.py"), "--plugin", self.plugin, "--count",
                    "240", "--seed", "7", "--reduce", "0", "--stop", "1", "--jobs", str(self.jobs), "--out", folder])
        if "wrong: " not in done.stdout:
            sys.exit("loops.py does not work: %s" % done.stdout[-2000:])
        return done.stdout if done.returncode != 0 else None


def applied(mutant, copy):
    """The changed text of the mutant's file, or exits."""
    name, _, path, old, new, _ = mutant
    with open(os.path.join(copy.source, path)) as file:
        text = file.read()
    if text.count(old) != 1:
        print("FAIL %s no longer applies: its text stands %d times in %s" % (name, text.count(old), path))
        sys.exit(2)
    return text, text.replace(old, new)


def plant(mutant, copy, folder):
    """Plants the mutant, runs its tests, takes it out again. True if all kinds caught it."""
    name, what, path, _, _, kinds = mutant
    original, changed = applied(mutant, copy)
    target = os.path.join(copy.source, path)
    with open(target, "w") as file:
        file.write(changed)
    made = copy.make()
    caught = []
    if made.returncode == 0:
        for kind in kinds:
            output = getattr(copy, kind)(os.path.join(folder, "fuzz-" + name))
            if output is not None:
                caught.append(kind)
    with open(target, "w") as file:
        file.write(original)
    if made.returncode != 0:
        print("FAIL %s does not compile:\n%s" % (name, made.stdout[-2000:]))
        return False
    missed = [k for k in kinds if k not in caught]
    print("%s %s (%s): caught by %s%s" % ("FAIL" if missed else "ok  ", name, what, ", ".join(caught) or "nothing",
                                       "; not by " + ", ".join(missed) if missed else ""), flush=True)
    return not missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--work", help="where the copy is built; a temporary folder if not given")
    parser.add_argument("--only", nargs="+", choices=[m[0] for m in MUTANTS])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    mutants = [m for m in MUTANTS if not options.only or m[0] in options.only]
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(options.work or temporary)
        shutil.rmtree(os.path.join(folder, "source"), ignore_errors=True)
        copy = Copy(folder, options.jobs)
        for mutant in mutants:
            applied(mutant, copy)
        made = copy.make()
        if made.returncode != 0:
            sys.exit("the unchanged source does not build:\n" + made.stdout[-4000:])
        sound = True
        for kind in sorted({k for m in mutants for k in m[5]}):
            output = getattr(copy, kind)(os.path.join(folder, "fuzz-unchanged"))
            if output is not None:
                print("FAIL the unchanged source fails the tests \"%s\":\n%s" % (kind, output[-2000:]))
                sound = False
        caught = sum([plant(m, copy, folder) for m in mutants]) if sound else 0
    print("mutants: %d, caught: %d" % (len(mutants), caught))
    sys.exit(0 if caught == len(mutants) else 1)


if __name__ == "__main__":
    main()
