#!/usr/bin/env python3
"""kernels.py: differential fuzzing of rewritten GPU kernels on the emulator.

Random kernels (kernelgen.py) are compiled by clang to IR for NVPTX, rewritten by Tweed's passes, and emulated beside what was
not rewritten: several trip counts, several interleavings, under ThreadSanitizer where asked for. Every output must agree
exactly, and no fault may be reported. Originals run alone first: one with a fault is an error of the generator, and ends the
run with status 3. What fails is reduced, and kept with the commands to see it again.

  kernels.py --tweed tweed --plugin TweedLLVM.so [--count N] [--seed S] [--jobs J] [--tsan N] [--out DIR] [--forms NAME,…]

Deterministic in the seed, whatever the number of jobs. Exit status 0 if no kernel was wrong, 1 if one was, 2 for wrong use.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys

import kernelgen

HERE = os.path.dirname(os.path.abspath(__file__))
CUDA = os.path.join(HERE, "..", "kernels", "cuda")
BATCH = 8  # kernels of one file
TIME_LIMIT = 60  # seconds for one launch
ARCHITECTURES = ["sm_90a", "sm_90a", "sm_80"]
FORMS = {"specialize": "tweed-warp-specialize<force%s>", "pipeline": "tweed-pipeline<force%s>", "auto": "tweed<seed=1%s>"}
SOLVERS = [""] + 7 * [";solver=ims"]  # the exact ones take their time
# What may run behind the rewrite.
AFTER = ["", "", "default<O3>"]


class Failure(Exception):
    """A tool failed: stage and its output."""

    def __init__(self, stage, text):
        super().__init__(stage)
        self.stage, self.text = stage, text


def call(command, limit=900):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise Failure(command[0], "timed out") from error


def checked(stage, command):
    done = call(command)
    if done.returncode != 0:
        raise Failure(stage, "exit status %d\n%s" % (done.returncode, done.stdout[-4000:]))
    return done.stdout


def tool(name):
    """LLVM's tool as found on PATH, where a sanitized build puts stand-ins that load its run time first."""
    return name + "-19"


# ---- one file of kernels ----

class File:
    """Some kernels in one module, and what is made of it."""

    def __init__(self, folder, kernels, setup, options):
        self.folder, self.kernels, self.setup, self.options = folder, kernels, setup, options
        self.after = setup["after"]
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def compile(self):
        with open(self.path("kernels.cu"), "w") as file:
            file.write(kernelgen.render_file(self.kernels))
        checked("clang", self.compile_command())
        self.say_shapes()
        checked("opt", [tool("opt"), "-S", "-passes=verify", self.path("plain.ll"), "-o", self.path("plain.ll")])  # as opt prints it

    def say_shapes(self):
        """Launch bounds in all dimensions, as MLIR has them, where a block has several."""
        with open(self.path("plain.ll")) as file:
            text = file.read()
        for k in self.kernels:
            if not kernelgen.is_flat(k):
                bounds = ", ".join('!"maxntid%s", i32 %d' % pair for pair in zip("xyz", k["shape"]))
                text = re.sub(r'!\{ptr @%s, !"maxntidx", i32 \d+\}' % k["name"], "!{ptr @%s, %s}" % (k["name"], bounds), text)
        with open(self.path("plain.ll"), "w") as file:
            file.write(text)

    def dynamic(self):
        """The parameter for dynamic shared memory, where all launches with any ask for the same."""
        sizes = {kernelgen.declarations(k)[1] for k in self.kernels} - {0}
        return ";dynamic=%d" % sizes.pop() if len(sizes) == 1 and self.setup["say"] else ""

    def compile_command(self):
        return [tool("clang"), "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", "-Xclang", "-target-feature",
                "-Xclang", "+ptx80", "-w", "-O2", "-gline-tables-only", "-S", "-emit-llvm", "-I", CUDA,
                "--cuda-gpu-arch=" + self.setup["arch"], self.path("kernels.cu"), "-o", self.path("plain.ll")]

    def rewrite_command(self, form):
        passes = self.options.forms[form].replace("%s", self.setup["solver"] + self.dynamic())
        return [tool("opt"), "-S", "-load-pass-plugin=" + self.options.plugin, "-passes=" + passes, "-verify-each",
                "-pass-remarks-output=" + self.path(form + ".yaml"), self.path("plain.ll"), "-o", self.path(form + ".ll")]

    def rewrite(self, form):
        """The names of the kernels that changed, and the reasons of the others."""
        checked("opt " + form, self.rewrite_command(form))
        plain, rewritten = bodies(self.path("plain.ll")), bodies(self.path(form + ".ll"))
        changed = {k["name"] for k in self.kernels if plain[k["name"]] != rewritten[k["name"]]}
        if self.after:
            checked("opt behind", [tool("opt"), "-S", "-passes=" + self.after, self.path(form + ".ll"), "-o", self.path(form + ".ll")])
        return changed, reasons(self.path(form + ".yaml"))

    def break_all(self, form):
        """Breaks every kernel: a barrier waits for one arrival more, or all barriers are gone."""
        with open(self.path(form + ".ll")) as file:
            text = file.read()
        with open(self.path(form + ".ll"), "w") as file:
            file.write(re.sub(r"^define .*?^}", broken, text, flags=re.M | re.S))

    def emulate(self, form, lines, seeds, tsan):
        """What is wrong with each launch, "" for nothing."""
        program = self.path((form or "plain") + ".run")
        if os.path.exists(program):
            os.remove(program)
        found = []
        for line in lines:
            if os.path.exists(program):
                what = ["--program", program]
            else:
                what = [self.path("plain.ll"), "--keep", program] + (["--compare", self.path(form + ".ll")] if form else [])
                what += ["--tsan"] if tsan else []
            done = call([self.options.tweed, "emulate", *what, "--launch", line, "--seeds", str(seeds), "--time-limit",
                         str(TIME_LIMIT)])
            if done.returncode not in (0, 1):
                raise Failure("emulate " + form, line + "\n" + done.stdout[-4000:])
            found.append(done.stdout if done.returncode else "")
        os.remove(program)
        return found


def broken(body):
    text, n = re.subn(r"(mbarrier\.init\.shared\([^\n]*, i32 )(\d+)(?=\))", lambda m: m.group(1) + str(int(m.group(2)) + 1),
                      body.group(0), count=1)
    return text if n else re.sub(r"(tail )?call void @llvm\.nvvm\.barrier0\(\).*", "", text)


def bodies(path):
    """The text of each kernel without numbers of metadata, which any change to the module changes."""
    with open(path) as file:
        text = file.read()
    return {m.group(1): re.sub(r"[!#]\d+", "", m.group(0))
            for m in re.finditer(r"^define [^\n]*@(\w+)\(.*?^}", text, re.M | re.S)}


def reasons(path):
    """{kernel: why}: the remarks on what was missed."""
    found = collections.defaultdict(list)
    if not os.path.exists(path):
        return found
    with open(path) as file:
        for document in file.read().split("--- !")[1:]:
            if document.startswith("Missed") and re.search(r"^Pass: +tweed", document, re.M):
                function = re.search(r"^Function: +(\S+)", document, re.M)
                found[function.group(1)].append(re.search(r"^Name: +(\S+)", document, re.M).group(1))
    return found


# ---- examination ----

def first_error(text):
    for line in text.splitlines():
        if "error:" in line or line.startswith("tweed:"):
            return line[:300]
    return text.strip().splitlines()[-1][:300] if text.strip() else ""


def one_alone(folder, kernel, setup, form, options, seeds, tsan):
    """What is wrong with one kernel by itself: (stage, text) or None."""
    file = File(folder, [kernel], setup, options)
    try:
        file.compile()
        if form:
            changed, _ = file.rewrite(form)
            if not changed:
                return None
        for what in file.emulate(form, kernelgen.launches(kernel, setup["seed"]), seeds, tsan):
            if what:
                return "wrong", what
    except Failure as failure:
        return failure.stage, failure.text
    return None


def reduce(folder, kernel, setup, form, options, tsan, found):
    """The smallest kernel reached by greedy steps that fails in the same way, and whose original is clean."""
    steps, again = 0, True
    while again and steps < options.reduce_steps:
        again = False
        for less in kernelgen.smaller(kernel):
            steps += 1
            if steps > options.reduce_steps:
                break
            what = one_alone(folder, less, setup, form, options, 2, tsan)
            if what and what[0] == found[0] and not (form and one_alone(folder, less, setup, "", options, 1, True)):
                kernel, found, again = less, what, True
                break
    return kernel, found


def keep(kernel, setup, form, options, tsan):
    """Reduces a kernel that fails; a line that names the folder where all is."""
    folder = os.path.join(options.out, "failed", "%s-%s" % (kernel["name"], form or "plain"))
    shutil.rmtree(folder, ignore_errors=True)
    found = one_alone(folder, kernel, setup, form, options, options.seeds, tsan)
    if not found:
        return "%s: not alone" % folder
    small, found = reduce(folder, kernel, setup, form, options, tsan, found)
    one_alone(folder, small, setup, form, options, 2, tsan)  # leaves its files
    file = File(folder, [small], setup, options)
    with open(file.path("kernel.json"), "w") as out:
        json.dump({"kernel": small, "setup": setup}, out, indent=1)
    with open(file.path("README"), "w") as out:
        out.write("%s\n%s\n\n%s\n%s\n" % (found[0], found[1], " ".join(file.compile_command()),
                                          " ".join(map(repr, file.rewrite_command(form))) if form else ""))
        for line in kernelgen.launches(small, setup["seed"]):
            out.write("%s emulate plain.ll %s --launch '%s'\n" % (options.tweed, "--compare %s.ll" % form if form else "", line))
    return "%s: %s: %s" % (folder, found[0], first_error(found[1]))


def setup_of(seed):
    r = random.Random(seed * 11 + 5)
    return {"arch": r.choice(ARCHITECTURES), "after": r.choice(AFTER), "solver": r.choice(SOLVERS), "seed": seed,
            "say": r.random() < 0.8}


def check_form(file, form, setup, lines, tsan, counts):
    """[(kernel, form)] that are wrong."""
    options = file.options
    try:
        changed, why = file.rewrite(form)
    except Failure as failure:
        counts["wrong", form] += 1
        return [(k, form) for k in file.kernels if one_alone(file.path("alone"), k, setup, form, options, 1, False)] or [
            (None, "%s: %s: %s" % (file.folder, failure.stage, failure.text[-300:]))]
    for kernel in file.kernels:
        counts["changed" if kernel["name"] in changed else "unchanged", form] += 1
        if kernel["name"] not in changed:
            counts["reason", form, " ".join(sorted(set(why[kernel["name"]]))) or "no remark"] += 1
    if options.self_check:
        file.break_all(form)
    todo = [(k, line) for k in file.kernels if k["name"] in changed for line in lines[k["name"]]]
    counts["launches"] += len(todo)
    if not todo:
        return []
    try:
        found = file.emulate(form, [line for _, line in todo], options.seeds, tsan)
    except Failure as failure:
        counts["wrong", form] += 1
        return [(k, form) for k in file.kernels if k["name"] in changed] and [
            (None, "%s: %s: %s" % (file.folder, failure.stage, failure.text[-600:]))]
    bad = {k["name"] for (k, _), what in zip(todo, found) if what}
    counts["wrong", form] += len(bad)
    return [(k, form) for k in file.kernels if k["name"] in bad]


def one_file(job):
    """(counts, lines): all that is to be said of one file."""
    number, options = job
    seed = options.seed * 1000003 + number
    setup = setup_of(seed)
    count = min(BATCH, options.count - number * BATCH)
    kernels = [kernelgen.make_kernel(seed * 64 + k, "k%d_%d" % (number, k)) for k in range(count)]
    file = File(os.path.join(options.out, "work", str(number)), kernels, setup, options)
    counts, out = collections.Counter(kernels=count), []
    lines = {k["name"]: kernelgen.launches(k, seed) for k in kernels}
    tsan = options.tsan > 0 and number % options.tsan == 0
    try:
        file.compile()
        flat = [(k, line) for k in kernels for line in lines[k["name"]]]
        for (k, line), what in zip(flat, file.emulate("", [line for _, line in flat], 2, True)):
            if what:
                counts["generator"] += 1
                out.append("GENERATOR %s: %s" % (k["name"], first_error(what)))
                out.append("  " + line)
        bad = []
        for form in options.forms if not counts["generator"] else []:
            bad += check_form(file, form, setup, lines, tsan, counts)
        for k, form in bad if not options.self_check else []:
            out.append("FAIL " + (keep(k, setup, form, options, tsan) if k else form))
    except Failure as failure:
        counts["generator"] += 1
        out.append("GENERATOR %s: %s: %s" % (file.folder, failure.stage, failure.text[-600:]))
    if not out and not options.keep:
        shutil.rmtree(file.folder, ignore_errors=True)
    return counts, out


# ---- command ----

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tweed", required=True)
    parser.add_argument("--plugin", required=True, help="TweedLLVM.so")
    parser.add_argument("--count", type=int, default=500, help="how many kernels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=4, help="interleavings of each launch")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tsan", type=int, default=2, metavar="N", help="every N-th file under ThreadSanitizer; 0: none")
    parser.add_argument("--forms", default=",".join(FORMS), help="of %s; NAME=PASSES for others" % ", ".join(FORMS))
    parser.add_argument("--out", default="fuzz-kernels", help="folder for work files and reproducers")
    parser.add_argument("--keep", action="store_true", help="work files stay")
    parser.add_argument("--reduce-steps", type=int, default=120)
    parser.add_argument("--stop", type=int, default=10, help="stop after so many wrong kernels")
    parser.add_argument("--self-check", action="store_true",
                        help="breaks what was rewritten: fails unless half of the kernels in every form are found wrong")
    parser.add_argument("--expect", type=int, default=0, help="so many kernels at least must change in every form")
    options = parser.parse_args()
    chosen = {}
    for form in options.forms.split(","):
        name, _, passes = form.partition("=")
        if not passes and name not in FORMS:
            parser.error("there is no form %s" % name)
        chosen[name] = passes or FORMS[name]
    options.forms = chosen
    return options


def print_totals(total, options):
    for form in options.forms:
        why = {k[2]: v for k, v in total.items() if k[0] == "reason" and k[1] == form}
        print("%s: %d changed, %d unchanged, %d wrong" % (form, total["changed", form], total["unchanged", form], total["wrong", form]))
        for reason, n in sorted(why.items(), key=lambda x: (-x[1], x[0])):
            print("  %d unchanged: %s" % (n, reason))
    wrong = sum(v for k, v in total.items() if k[0] == "wrong")
    print("kernels: %d, launches compared: %d, errors of the generator: %d, wrong: %d" % (
        total["kernels"], total["launches"], total["generator"], wrong))
    return wrong


def main():
    options, total = arguments(), collections.Counter()
    files = (options.count + BATCH - 1) // BATCH
    with multiprocessing.Pool(options.jobs) as pool:
        for number, (counts, lines) in enumerate(pool.imap(one_file, ((k, options) for k in range(files)))):
            total.update(counts)
            for line in lines:
                print(line, flush=True)
            if number % 10 == 9:
                print("... %d kernels" % total["kernels"], file=sys.stderr, flush=True)
            if not options.self_check and sum(v for k, v in total.items() if k[0] == "wrong") >= options.stop:
                pool.terminate()
                break
    wrong = print_totals(total, options)
    if options.self_check:
        sys.exit(3 if total["generator"] else any(2 * total["wrong", f] < total["changed", f] for f in options.forms))
    few = [form for form in options.forms if total["changed", form] < options.expect]
    for form in few:
        print("%s: fewer than %d kernels changed" % (form, options.expect))
    sys.exit(3 if total["generator"] else 1 if wrong or few else 0)


if __name__ == "__main__":
    main()
