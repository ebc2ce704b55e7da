#!/usr/bin/env python3
"""Compiles a file of loops with and without Tweed, runs both, and compares what they write byte for byte.

Also checks the EXPECT lines of the file against Tweed's remarks, and that -g gives the same code. See README.md.
Exit status: 0 all well, 1 a difference or a wrong remark, 2 usage, 3 a compiler failed."""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCALAR = ["-fno-vectorize", "-fno-slp-vectorize", "-fno-unroll-loops"]
LEVELS = {"O1": ["-O1"], "O2": ["-O2"], "O3": ["-O3"], "scalar": ["-O2"] + SCALAR}
# What `opt` runs on the optimised code of which level; the default machine runs at every level.
PASSES = [
    ("tweed-pipeline", list(LEVELS)),
    ("tweed-pipeline<machine=cortex-a55>", ["O3", "scalar"]),
    ("tweed-pipeline<machine=cortex-a55;max-stages=2>", ["scalar"]),
    ("tweed-pipeline<machine=skylake;max-stages=3>", ["O2"]),
    ("tweed<force;machine=neoverse-n1;seed=7>", ["scalar"]),
]
QUICK = [("tweed-pipeline", ["scalar"])]
# --cross: other instructions, a real fused multiply-add, and the in-order core that machine=auto then stands for.
CROSS = [("tweed-pipeline", ["scalar", "O3"])]
CROSS_TARGET = ["--target=aarch64-linux-gnu", "-mcpu=cortex-a55", "-static"]
CROSS_EMULATOR = ["qemu-aarch64-static"]
# Refusals that hang on the schedule: another machine or level may well pipeline the loop.
SOFT = {"NoOverlap", "ShortTripCount", "NoSchedule"}
COMPILE_TIMEOUT, RUN_TIMEOUT = 240, 120


class Failure(Exception):
    """A tool failed: nothing can be said about the loops."""


def call(command, timeout=COMPILE_TIMEOUT):
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failure("timed out: " + shlex.join(command))
    if done.returncode != 0:
        raise Failure("%s\nexit status %d\n%s" % (shlex.join(command), done.returncode,
                                                  done.stderr.decode(errors="replace")[-4000:]))
    return done


# ---- the file's own lines ----

def read_header(path):
    """What the comments say: {function: expectation}, compiler flags. Expectation: "pipelined" or a reason."""
    expect, names, flags = {}, [], []
    for number, line in enumerate(open(path), 1):
        found = re.match(r"// (LOOP|EXPECT|FLAGS): *(.*?) *$", line)
        if not found:
            continue
        key, text = found.groups()
        if key == "LOOP":
            names += text.split()
        elif key == "FLAGS":
            flags += text.split()
        else:
            word = text.split()
            if word[0] == "refused" and len(word) == 2:
                reason = word[1]
            elif word == ["pipelined"]:
                reason = "pipelined"
            else:
                raise SystemExit("%s:%d: EXPECT must be 'pipelined' or 'refused REASON'" % (path, number))
            expect.update({name: reason for name in names})
            names = []
    if names:
        raise SystemExit("%s: no EXPECT for %s" % (path, " ".join(names)))
    return expect, flags


# ---- running and comparing ----

EMULATOR = []


def run(program):
    """What a program writes, or what ended it."""
    try:
        done = subprocess.run(EMULATOR + [program], capture_output=True, timeout=RUN_TIMEOUT)
    except subprocess.TimeoutExpired:
        return None, "did not end within %d s" % RUN_TIMEOUT
    if done.returncode != 0:
        return None, "exit status %d: %s" % (done.returncode, done.stderr.decode(errors="replace").strip())
    return done.stdout, ""


RECORD = re.compile(rb"(\w+ n=\d+ offset=-?\d+ placement=\d) (array|result)=(\d+) bytes=(\d+)\n")


def records(stream):
    """The driver's records in order: (where, kind and index, bytes). Other text (a kernel may print) counts too."""
    at = 0
    while at < len(stream):
        found = RECORD.search(stream, at)
        if not found:
            yield "the end", "text", stream[at:]
            return
        if found.start() > at:
            yield found.group(1).decode(), "text", stream[at:found.start()]
        size = int(found.group(4))
        yield found.group(1).decode(), (found.group(2) + b" " + found.group(3)).decode(), \
            stream[found.end():found.end() + size]
        at = found.end() + size + 1


def difference(plain, other):
    """None, or where the two streams first differ."""
    if plain == other:
        return None
    pairs = zip(records(plain), records(other))
    for (where, what, a), (where2, what2, b) in pairs:
        if (where, what) != (where2, what2):
            return "%s %s against %s %s" % (where, what, where2, what2)
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            start = at // 8 * 8
            return "%s %s, byte %d: %s, should be %s" % (where, what, at, b[start:start + 16].hex(), a[start:start + 16].hex())
    return "one output is longer: %d and %d bytes" % (len(plain), len(other))


def compare(plain, program, what):
    """A list with a message if the two programs differ."""
    a, error = run(plain)
    if error:
        raise Failure("the plain program failed: " + error)
    b, error = run(program)
    if error:
        return ["%s: %s" % (what, error)]
    found = difference(a, b)
    return ["%s: %s" % (what, found)] if found else []


# ---- remarks ----

def read_remarks(path):
    """(kind, name, function) of each of Tweed's remarks in an optimisation record."""
    found = []
    if not os.path.exists(path):
        return found
    for document in open(path, errors="replace").read().split("--- ")[1:]:
        fields = dict(re.findall(r"^(Pass|Name|Function): +'?([^'\n]*)'?$", document, re.M))
        if fields.get("Pass") == "tweed":
            found.append((document.split()[0].lstrip("!"), fields.get("Name"), fields.get("Function")))
    return found


def check_remarks(remarks, expect, strict, excused=()):
    """Messages for each expectation that the remarks do not meet; not strict: only that what must be refused was.
    excused: reasons that are as good as a pipelined loop."""
    wrong = []
    for function, wanted in expect.items():
        mine = [(kind, name) for kind, name, f in remarks if f == function and kind in ("Passed", "Missed")]
        pipelined = [name for kind, name in mine if kind == "Passed"]
        missed = [name for kind, name in mine if kind == "Missed"]
        if wanted == "pipelined":
            if strict and (not mine or set(missed) - set(excused)):
                wrong.append("%s: should be pipelined; refused: %s" % (function, " ".join(missed) or "no remark at all"))
        elif pipelined and (strict and wanted not in excused or wanted not in SOFT):
            wrong.append("%s: pipelined, but should be refused (%s)" % (function, wanted))
        elif strict and wanted not in missed and not (wanted in excused and pipelined):
            wrong.append("%s: should be refused with %s; remarks: %s" % (function, wanted, " ".join(missed) or "none"))
    return wrong


# ---- one file ----

class Loops:
    """The file under test, its tools and its work folder."""

    def __init__(self, options):
        self.options = options
        self.source = options.file
        self.expect, self.flags = read_header(self.source)
        self.clang, self.opt = shlex.split(options.clang), shlex.split(options.opt)
        if options.cross:
            self.clang += CROSS_TARGET
            EMULATOR[:] = CROSS_EMULATOR
        self.folder = options.work
        self.wrong, self.compared, self.pipelined = [], 0, set()
        os.makedirs(self.folder, exist_ok=True)
        self.driver = self.path("driver.o")
        call(self.clang + ["-O1", "-c", os.path.join(HERE, "driver.c"), "-o", self.driver])

    def path(self, name):
        return os.path.join(self.folder, re.sub(r"[^\w.]+", "-", name))

    def compile(self, level, *more, out):
        call(self.clang + ["-std=gnu11", "-w"] + LEVELS[level] + self.flags + list(more) + [self.source, "-o", out])
        return out

    def link(self, source, out, *more):
        call(self.clang + ["-w"] + list(more) + [source, self.driver, "-lm", "-o", out])
        return out

    def plain(self, level):
        out = self.path("plain-" + level)
        if not os.path.exists(out):
            self.link(self.compile(level, "-c", out=out + ".o"), out)
        return out

    def ir(self, level):
        out = self.path("plain-%s.ll" % level)
        if not os.path.exists(out):
            self.compile(level, "-S", "-emit-llvm", "-fno-discard-value-names", out=out)
        return out

    def note_remarks(self, path, what, strict):
        excused = SOFT if self.options.cross else ()
        remarks = read_remarks(path)
        self.pipelined |= {f for kind, name, f in remarks if kind == "Passed" and f in self.expect}
        self.wrong += ["%s: %s" % (what, message) for message in check_remarks(remarks, self.expect, strict, excused)]

    def through_clang(self, level):
        """The way of the users: the plugin in clang's own pipeline, acting where it pays."""
        what = "clang -%s -fpass-plugin" % level
        out = self.path("plugin-" + level)
        self.compile(level, "-fpass-plugin=" + self.options.plugin, "-fsave-optimization-record",
                     "-foptimization-record-file=%s.yaml" % out, "-foptimization-record-passes=tweed", "-c", out=out + ".o")
        self.note_remarks(out + ".yaml", what, strict=False)
        self.wrong += compare(self.plain(level), self.link(out + ".o", out), what)
        self.compared += 1

    def through_opt(self, passes, level, strict):
        """The pass alone, acting always, on optimised code; then clang -O2 on what it made."""
        what = "opt -passes='%s' after %s" % (passes, level)
        out = self.path("opt-%s-%s" % (passes, level))
        record = out + ".yaml"
        call(self.opt + ["-passes=%s,verify" % passes, "-pass-remarks-output=" + record, "-pass-remarks-filter=tweed",
                         self.ir(level), "-S", "-o", out + ".ll"])
        self.note_remarks(record, what, strict)
        self.wrong += compare(self.plain(level), self.link_ir(out), what)
        self.compared += 1

    def link_ir(self, out):
        call(self.clang + ["-w", "-O2", "-x", "ir", out + ".ll", "-x", "none", self.driver, "-lm", "-o", out])
        return out

    def debug_info(self, level):
        """-g must not change the code."""
        sections = []
        for name, more in ("bare", []), ("debug", ["-g"]):
            out = self.path("%s-%s.o" % (name, level))
            self.compile(level, "-fpass-plugin=" + self.options.plugin, *more, "-c", out=out)
            call([self.options.objcopy, "-O", "binary", "--only-section=.text", out, out + ".text"])
            sections.append(open(out + ".text", "rb").read())
        if sections[0] != sections[1]:
            self.wrong.append("clang -%s -g -fpass-plugin: other code than without -g" % level)

    def all(self):
        passes = CROSS if self.options.cross else QUICK if self.options.quick else PASSES
        for level in ["O2"] if self.options.cross else [] if self.options.quick else LEVELS:
            self.through_clang(level)
        for index, (text, levels) in enumerate(passes):
            for level in levels:
                self.through_opt(text, level, strict=index == 0 and level == "scalar")
        self.debug_info("O2")

    def without_plugin(self):
        """Shows that the harness itself, and the loops, give one answer whatever the optimiser does."""
        for level in list(LEVELS)[1:]:
            self.wrong += compare(self.plain("O1"), self.plain(level), "plain -%s against -O1" % level)
            self.compared += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="a C file of loops")
    parser.add_argument("--plugin", help="TweedLLVM.so; without it two optimisation levels are compared")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--opt", help="opt with the plugin loaded; made from --plugin if not given")
    parser.add_argument("--objcopy", default="/usr/lib/llvm-19/bin/llvm-objcopy")
    parser.add_argument("--work", help="folder for what is built; a temporary one if not given")
    parser.add_argument("--cross", action="store_true", help="for AArch64 under qemu-user")
    parser.add_argument("--quick", action="store_true", help="one level and one set of options only")
    options = parser.parse_args()
    options.plugin = os.path.abspath(options.plugin) if options.plugin else ""
    options.opt = options.opt or "opt-19" + (" -load-pass-plugin=" + options.plugin if options.plugin else "")
    with tempfile.TemporaryDirectory() as temporary:
        options.work = options.work or temporary
        try:
            loops = Loops(options)
            loops.all() if options.plugin else loops.without_plugin()
        except Failure as failure:
            print("run.py: " + str(failure), file=sys.stderr)
            return 3
    for message in loops.wrong:
        print("%s: %s" % (os.path.basename(options.file), message))
    print("%s: %d loops, %d pipelined somewhere, %d programs compared, %d wrong" %
          (os.path.basename(options.file), len(loops.expect), len(loops.pipelined), loops.compared, len(loops.wrong)))
    return 1 if loops.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
