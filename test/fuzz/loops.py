#!/usr/bin/env python3
"""loops.py: differential fuzzing of the rewrite with random loops.

Files of random loops (loopgen.py) are compiled by clang to IR, rewritten by `tweed-pipeline` under changing machines and
limits, and run beside what was not rewritten (harness.c): many trip counts, guard pages around the arrays, overlapping
arrays. Every byte must agree. A loop that differs is reduced to a small file with the commands to see it again.

  loops.py --plugin TweedLLVM.so [--count N] [--seed S] [--jobs J] [--out DIR] [--self-check]

Deterministic in the seed, whatever the number of jobs. Exit status 0 if no loop was wrong, 1 if one was, 2 for wrong use.
"""

import argparse
import collections
import copy
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys

import loopgen

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = os.path.join(HERE, "..", "..", "lib", "model", "machines")
PER_FILE = 40

SCALAR = "-fno-vectorize -fno-slp-vectorize -fno-unroll-loops"
LEVELS = ["-O1", "-O2 " + SCALAR, "-O2 " + SCALAR, "-O2", "-O3 " + SCALAR, "-O3", "-O2 -g " + SCALAR,
          "-O2 -fwrapv " + SCALAR, "-O3 -march=haswell"]
# What may run behind the rewrite, to draw conclusions from flags and metadata that it should not have kept.
AFTER = ["", "", "", "function(instcombine<no-verify-fixpoint>,simplifycfg,early-cse)", "default<O2>",
         "function(loop-mssa(licm),gvn,dse)"]
# Not with FastISel: on AVX, LLVM 19's folds the load of a single float into a blend that reads 16 bytes.
UNOPTIMIZED = "-O0 -fast-isel=0"
TIMEOUT = 300


class Setup:
    """How one file is compiled, drawn from its seed."""

    def __init__(self, seed, folder):
        r = random.Random(seed * 7 + 1)
        self.clang = (r.choice(LEVELS) + (" -fno-strict-aliasing" if r.random() < 0.4 else "")).split()
        self.loose = "-fno-strict-aliasing" in self.clang
        self.parameters = ["seed=%d" % r.randrange(100)]
        shipped = sorted(n[:-5] for n in os.listdir(MACHINES) if n.endswith(".yaml"))
        if r.random() < 0.5:
            self.machine = os.path.join(folder, "machine.yaml")
            self.machine_text = random_machine(r, open(os.path.join(MACHINES, r.choice(shipped) + ".yaml")).read())
        else:
            self.machine, self.machine_text = r.choice(shipped), None
        if r.random() < 0.35:
            self.parameters.append("max-stages=%d" % r.choice([2, 3, 4, 6, 20]))
        self.after = r.choice(AFTER)
        self.llc = r.choice([UNOPTIMIZED, "-O1", "-O2", "-O2"])

    def passes(self):
        return "function(tweed-pipeline<%s>)" % ";".join(["machine=" + self.machine] + self.parameters)


def random_machine(r, text):
    """A shipped machine with other latencies and unit counts, so that schedules come out very different."""
    slow = r.choice([0, 1, 2, 2, 4])

    def latency(match):
        if int(match.group(2)) == 0:
            return match.group(0)
        return match.group(1) + str(r.choice([1, 2, 3, int(match.group(2)), 1 + slow, 3 + 5 * slow, 11 * slow]))

    held = collections.Counter()  # the most that one class holds of a unit
    for unit, cycles in re.findall(r"(\w+): \[([\d, ]+)\]", text):
        held[unit] = max(held[unit], *(int(x) for x in cycles.split(",")))

    def units(match):
        count = max(held[match.group(1)], r.choice([1, 2, 3, 4, 8]))
        return match.group(0) if r.random() < 0.3 else "%s: %d" % (match.group(1), count)

    out = []
    for line in text.splitlines():
        if line.startswith("units:"):
            line = re.sub(r"(\w+): \d+", units, line)
        elif line.startswith("issue:"):
            line = "issue: %d" % r.choice([0, 0, 1, 2, 3, 6])
        else:
            line = re.sub(r"(\{latency: )(\d+)", latency, line)
        out.append(line)
    return "\n".join(out) + "\n"


def tool(name):
    """LLVM's tool as found on PATH, where a sanitized build puts stand-ins that load its run time first."""
    return name + "-19"


def call(command, **keywords):
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, **keywords)


class Failure(Exception):
    """A tool failed: stage (clang, opt, llc, run) and its output."""

    def __init__(self, stage, text):
        super().__init__(stage)
        self.stage, self.text = stage, text


def checked(stage, command):
    try:
        done = call(command)
    except subprocess.TimeoutExpired as error:
        raise Failure(stage, "timed out") from error
    if done.returncode != 0:
        raise Failure(stage, (done.stderr or done.stdout)[-4000:])
    return done


def compile_plain(folder, setup, loops):
    source = os.path.join(folder, "loops.c")
    with open(source, "w") as file:
        file.write(loopgen.render_file(loops))
    checked("clang", [tool("clang"), "-std=c11", "-w", "-ffp-contract=off", "-I", HERE, "-emit-llvm", "-c", source, "-o",
                      os.path.join(folder, "plain.bc"), *setup.clang])


def run_behind(folder, setup, name):
    """Without the plugin, which has a place in the default pipelines."""
    if setup.after:
        checked("opt behind", [tool("opt"), "-passes=" + setup.after, os.path.join(folder, name), "-o", os.path.join(folder, name)])


def rewrite(folder, setup, plugin, out="tweed.bc"):
    if setup.machine_text:
        with open(setup.machine, "w") as file:
            file.write(setup.machine_text)
    remarks = os.path.join(folder, "remarks.yaml")
    checked("opt", [tool("opt"), "-load-pass-plugin=" + plugin, "-passes=" + setup.passes(), "-verify-each",
                    os.path.join(folder, "plain.bc"), "-o", os.path.join(folder, out),
                    "-pass-remarks-output=" + remarks, "-pass-remarks-filter=tweed"])
    run_behind(folder, setup, out)
    return remarks


def build(folder, name, level, harness):
    base = os.path.join(folder, name)
    checked("llc", [tool("llc"), *level.split(), "-filetype=obj", "-relocation-model=pic", base + ".bc", "-o", base + ".o"])
    checked("link", [tool("clang"), base + ".o", harness, "-lm", "-o", base])
    return base


def digests(program, *arguments):
    done = checked("run", [program, *arguments])
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith("f"))


def read_remarks(path):
    """Counts: loops pipelined, reasons of those that were not."""
    counts, functions = collections.Counter(), set()
    kind = name = None
    for line in open(path) if os.path.exists(path) else []:
        if line.startswith("--- !"):
            kind = line[5:].strip()
        elif line.startswith("Name:"):
            name = line.split()[1]
        elif line.startswith("Function:") and kind == "Passed":
            counts["pipelined"] += 1
            functions.add(line.split()[1])
        elif line.startswith("Function:") and kind == "Missed":
            counts[name] += 1
    counts["functions"] = len(functions)
    return counts


def differing(folder, setup, loops, options, level):
    """Compiles and runs both versions: ({name: what is wrong}, remark counts). Failure if a tool fails."""
    compile_plain(folder, setup, loops)
    if options.self_check:
        plain = build(folder, "plain", UNOPTIMIZED, options.harness)
        setup = copy.copy(setup)
        setup.clang = ["-O0"] + (["-fno-strict-aliasing"] if setup.loose else [])
        compile_plain(folder, setup, loops)
        os.rename(os.path.join(folder, "plain.bc"), os.path.join(folder, "tweed.bc"))
        counts = collections.Counter()
    else:
        counts = read_remarks(rewrite(folder, setup, options.plugin))
        # The same passes behind both: what they do to the original is not the rewrite's.
        shutil.copyfile(os.path.join(folder, "plain.bc"), os.path.join(folder, "original.bc"))
        run_behind(folder, setup, "original.bc")
        plain = build(folder, "original", level, options.harness)
    other = build(folder, "tweed", level, options.harness)
    a, b = digests(plain), digests(other)
    wrong = {name: "plain %s, rewritten %s" % (a[name], b.get(name, "missing")) for name in a if a[name] != b.get(name)}
    for name, digest in a.items():
        if "fault" in digest:
            counts["faults"] += 1
            print("the original of %s faults" % name, file=sys.stderr)
    return wrong, counts


def same_twice(folder, setup, plugin):
    rewrite(folder, setup, plugin, "again.bc")
    with open(os.path.join(folder, "tweed.bc"), "rb") as a, open(os.path.join(folder, "again.bc"), "rb") as b:
        return a.read() == b.read()


# ---- reduction ----

def statement_lists(loop):
    """Every list of statements in the loop, the outer ones first."""
    found = [inner.body for inner in loop.inners]
    for statements in found:  # grows while it is walked
        for s in statements:
            found += s.parts
    return found


def smaller(loop):
    """Loops with one thing less: copies of `loop` without a statement, with an if replaced by one side, with a simpler value."""
    if len(loop.inners) > 1:
        for k in range(len(loop.inners)):
            less = copy.deepcopy(loop)
            del less.inners[k]
            yield less
    if loop.outer:
        less = copy.deepcopy(loop)
        less.outer = 1 if loop.outer > 1 else 0
        if less.outer:
            yield less
    for which, statements in enumerate(statement_lists(loop)):
        for k, s in enumerate(statements):
            less = copy.deepcopy(loop)
            del statement_lists(less)[which][k]
            yield less
            for part in s.parts:
                less = copy.deepcopy(loop)
                statement_lists(less)[which][k:k + 1] = copy.deepcopy(part)
                yield less
            for value in ("1", "i") if s.text and " = " in s.text else ():
                less = copy.deepcopy(loop)
                text = s.text.split(" = ")[0] + " = %s;" % value
                if text != s.text:
                    statement_lists(less)[which][k].text = text
                    yield less
    for k in range(len(loop.carried)):
        less = copy.deepcopy(loop)
        del less.carried[k]
        yield less


def reduce(loop, fails):
    """The smallest loop reached by greedy steps that still fails."""
    steps = 0
    again = True
    while again and steps < 400:
        again = False
        for less in smaller(loop):
            steps += 1
            if steps >= 400:
                break
            if fails(less):
                loop, again = less, True
                break
    return loop


# ---- one file ----

def report(folder, setup, loop, stage, text, options):
    """Writes a folder with everything to see the failure again."""
    keep = os.path.join(options.out, "%s-%s" % (loop.name if loop else "file", os.path.basename(folder)))
    shutil.rmtree(keep, ignore_errors=True)
    shutil.copytree(folder, keep)
    with open(os.path.join(keep, "README"), "w") as file:
        file.write("%s\n%s\n\nclang -w -std=c11 -ffp-contract=off -I %s -emit-llvm -c loops.c -o plain.bc %s\n" % (
            stage, text, HERE, " ".join(setup.clang)))
        file.write("opt -load-pass-plugin=%s '-passes=%s' plain.bc -o tweed.bc\n" % (options.plugin, setup.passes().replace(
            folder, keep)))
        if setup.after:
            file.write("cp plain.bc original.bc; for x in original tweed; do opt '-passes=%s' $x.bc -o $x.bc; done\n" % setup.after)
        file.write("llc %s -filetype=obj -relocation-model=pic X.bc -o X.o && clang X.o %s -lm -o X && ./X %s\n" % (
            setup.llc, options.harness, loop.name if loop else ""))
    return keep


def examine(folder, setup, loops, stage, text, options):
    """Reduces what went wrong to one loop and reports it; returns one line."""
    def outcome(candidates):
        try:
            wrong, _ = differing(folder, setup, candidates, options, setup.llc)
            return ("wrong", next(iter(wrong.values()))) if wrong else None
        except Failure as failure:
            return (failure.stage, failure.text)

    if stage in ("link", "llc", "clang") and not options.self_check:
        return "%s: %s" % (report(folder, setup, None, stage, text, options), stage)
    for loop in loops:
        found = outcome([loop])
        if not found or found[0] == "clang":
            continue
        small = reduce(loop, lambda less: (outcome([less]) or ("", ""))[0] == found[0])
        found = outcome([small]) or found
        kept = report(folder, setup, small, found[0], found[1], options)
        return "%s: %s: %s" % (kept, found[0], found[1].strip().splitlines()[0] if found[1].strip() else "")
    return "%s: %s in the whole file only: %s" % (report(folder, setup, None, stage, text, options), stage, text[:200])


def one_file(job):
    number, options = job
    seed = options.seed * 1000003 + number
    folder = os.path.join(options.out, "work", "%d" % number)
    os.makedirs(folder, exist_ok=True)
    setup = Setup(seed, folder)
    if options.level:
        setup.clang = options.level.split()
    styles = ["restrict", "mixed", "loose" if setup.loose else "plain", "bytes"]
    count = min(PER_FILE, options.count - number * PER_FILE)
    loops = [loopgen.make_loop(seed * 64 + k, "f%d_%d" % (number, k), styles[k % 4]) for k in range(count)]
    lines, counts = [], collections.Counter(loops=count)
    try:
        wrong, more = differing(folder, setup, loops, options, setup.llc)
        counts.update(more)
        if number % 16 == 0 and not options.self_check and not same_twice(folder, setup, options.plugin):
            counts["wrong"] += 1
            lines.append(report(folder, setup, None, "opt", "not the same IR twice", options) + ": not deterministic")
        counts["wrong"] += len(wrong)
        for loop in loops:
            if loop.name in wrong and len(lines) < options.reduce:
                lines.append(examine(folder, setup, [loop], "wrong", wrong[loop.name], options))
            elif loop.name in wrong:
                lines.append("%s seed %d: %s" % (loop.name, options.seed, wrong[loop.name]))
    except Failure as failure:
        counts["wrong"] += 1
        lines.append(examine(folder, setup, loops, failure.stage, failure.text, options))
    shutil.rmtree(folder, ignore_errors=True)
    return counts, lines


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plugin", help="TweedLLVM.so")
    parser.add_argument("--count", type=int, default=2000, help="how many loops")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", default="fuzz-loops", help="folder for work files and reproducers")
    parser.add_argument("--level", help="clang's options for every file, instead of changing ones")
    parser.add_argument("--reduce", type=int, default=1, help="how many failing loops of a file are reduced")
    parser.add_argument("--stop", type=int, default=20, help="stop after so many wrong loops")
    parser.add_argument("--self-check", action="store_true",
                        help="without the plugin: the generated loops must give the same at -O0 and optimised")
    options = parser.parse_args()
    if not options.self_check and not (options.plugin and os.path.exists(options.plugin)):
        parser.error("--plugin must name TweedLLVM.so")
    return options


def main():
    options = arguments()
    options.out = os.path.abspath(options.out)
    options.plugin = options.plugin and os.path.abspath(options.plugin)
    os.makedirs(options.out, exist_ok=True)
    options.harness = os.path.join(options.out, "harness.o")
    subprocess.run([tool("clang"), "-std=c11", "-O2", "-c", os.path.join(HERE, "harness.c"), "-o", options.harness], check=True)
    total = collections.Counter()
    with multiprocessing.Pool(options.jobs) as pool:
        files = (options.count + PER_FILE - 1) // PER_FILE
        for number, (counts, lines) in enumerate(pool.imap(one_file, ((k, options) for k in range(files)))):
            total.update(counts)
            for line in lines:
                print("FAIL", line, flush=True)
            if number % 10 == 9:
                print("... %d loops, %d wrong" % (total["loops"], total["wrong"]), file=sys.stderr, flush=True)
            if total["wrong"] >= options.stop:
                pool.terminate()
                break
    missed = {k: v for k, v in total.items() if k[0].isupper()}
    if missed or total["pipelined"]:
        print("not pipelined:", ", ".join("%s %d" % x for x in sorted(missed.items(), key=lambda x: -x[1])) or "none")
        print("innermost loops: %d, pipelined: %d (%.1f %%)" % (
            total["pipelined"] + sum(missed.values()), total["pipelined"],
            100 * total["pipelined"] / (total["pipelined"] + sum(missed.values()))))
    print("loops: %d, functions with a pipelined loop: %d, faults in the original: %d, wrong: %d" % (
        total["loops"], total["functions"], total["faults"], total["wrong"]))
    sys.exit(1 if total["wrong"] or total["faults"] else 0)


if __name__ == "__main__":
    main()
