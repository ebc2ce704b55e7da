#!/usr/bin/env python3
"""Cycles per iteration of a loop in assembly, by llvm-mca.

As a module:
    loops = mca.loops(assembly_text, "axpy")             innermost loops of a function, in program order
    kernel = mca.find(loops, "tweed.kernel")              the one with that block, or None
    mca.cycles(kernel.body, cpu="cortex-a55")             cycles of one trip through it, in the steady state

As a program:
    mca.py FILE.s [--function NAME] [--block NAME] [--cpu CPU] [--triple TRIPLE] [--show]
prints one line per innermost loop: function, label, blocks, instructions, cycles.

The assembly is that of clang or llc with comments in, since block names are read from them (`.LBB0_2: // %tweed.kernel`; clang
keeps the names with -fno-discard-value-names). A loop is what lies between a label and the last jump back to it; conditional
code inside it counts as if it were executed.
"""
import argparse
import functools
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

TRIPLE = "aarch64-linux-gnu"
TOOL = os.environ.get("LLVM_MCA", "llvm-mca-19")
LABEL = re.compile(r"^(\.L[A-Za-z0-9_$.]+):")
BLOCK = re.compile(r"(?://|#|@)\s*%(\S+)")
FUNCTION = re.compile(r"^([A-Za-z_$.][\w$.]*):\s*(?:(?://|#)\s*@\S+.*)?$")
COMMENT = re.compile(r"\s*(?://|#(?![-\w])|;).*$")


@dataclass
class Loop:
    """An innermost loop: body holds its instructions, the backward jump included, without comments and directives."""
    function: str
    label: str
    blocks: list = field(default_factory=list)  # names of the IR blocks in it
    body: list = field(default_factory=list)

    def calls(self):
        """Whether llvm-mca can't see all of it."""
        return any(re.match(r"(bl|blr|call\w*|jal\w*)\s", line) for line in self.body)


def function_lines(text, function):
    """The lines of one function, or None."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        if re.match(re.escape(function) + r":", line):
            for end in range(start + 1, len(lines)):
                if lines[end].startswith((".Lfunc_end", "\t.size\t" + function + ",")):
                    return lines[start + 1:end]
            return lines[start + 1:]
    return None


def functions(text):
    """Names of the functions in the assembly, in order."""
    return re.findall(r"^\s*\.type\s+([\w$.]+),\s*[@%]function", text, re.M)


def instruction(line):
    """The instruction on a line, or None for a label, a directive or a comment."""
    code = COMMENT.sub("", line).strip() if not line.lstrip().startswith("#") else ""
    if not code or code.startswith(".") or code.endswith(":"):
        return None
    return re.sub(r"\s+", " ", code)


def jump_target(code):
    """The label that a jump goes to, or None."""
    match = re.search(r"(\.L[A-Za-z0-9_$.]+)\s*$", code)
    return match.group(1) if match and not re.match(r"(adr|adrp|lea|ldr)\b", code) else None


def loops(text, function):
    """Innermost loops of a function."""
    lines = function_lines(text, function)
    if lines is None:
        raise KeyError("no function %s in the assembly" % function)
    labels, spans = {}, {}
    for at, line in enumerate(lines):
        label = LABEL.match(line)
        if label:
            labels[label.group(1)] = at
            continue
        code = instruction(line)
        target = code and jump_target(code)
        if target in labels:
            spans[labels[target]] = at
    innermost = [(a, b) for a, b in sorted(spans.items()) if not any(a < c and d <= b for c, d in spans.items())]
    found = []
    for a, b in innermost:
        loop = Loop(function, LABEL.match(lines[a]).group(1))
        for line in lines[a:b + 1]:
            if LABEL.match(line) or re.match(r"\s*(?://|#)\s*%bb\.", line):
                name = [n for n in BLOCK.findall(line) if not n.startswith("bb.")]
                loop.blocks += name
                continue
            code = instruction(line)
            if code:
                loop.body.append(code)
        found.append(loop)
    return found


def find(found, block):
    """The loop that contains the block of this name (or a numbered copy of it), or None."""
    for loop in found:
        if any(re.fullmatch(re.escape(block) + r"\.?\d*", name) for name in loop.blocks):
            return loop
    return None


@functools.lru_cache(maxsize=None)
def total_cycles(body, cpu, triple, iterations, attributes):
    """Cycles that llvm-mca needs for so many trips through the body (a tuple of instructions)."""
    command = [TOOL, "-mtriple=" + triple, "-mcpu=" + cpu, "-iterations=%d" % iterations, "-instruction-info=0",
               "-resource-pressure=0", "-"]
    if attributes:
        command.append("-mattr=" + attributes)
    done = subprocess.run(command, input="\n".join(body) + "\n", capture_output=True, text=True, timeout=120)
    match = re.search(r"^Total Cycles:\s+(\d+)", done.stdout, re.M)
    if done.returncode or not match:
        raise RuntimeError("%s: %s" % (TOOL, done.stderr.strip() or "no answer"))
    return int(match.group(1))


def cycles(body, cpu="cortex-a55", triple=TRIPLE, attributes=""):
    """Cycles per trip in the steady state: the difference of two runs, so that filling and draining do not count."""
    body = tuple(body)
    few, many = (100, 400) if len(body) < 150 else (40, 120)
    return (total_cycles(body, cpu, triple, many, attributes) - total_cycles(body, cpu, triple, few, attributes)) / (many - few)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--function")
    parser.add_argument("--block", help="only the loop with this IR block")
    parser.add_argument("--cpu", default="cortex-a55")
    parser.add_argument("--triple", default=TRIPLE)
    parser.add_argument("--mattr", default="")
    parser.add_argument("--show", action="store_true", help="print the instructions too")
    arguments = parser.parse_args()
    text = sys.stdin.read() if arguments.file == "-" else open(arguments.file).read()
    shown = 0
    for function in [arguments.function] if arguments.function else functions(text):
        found = loops(text, function)
        if arguments.block:
            found = [loop for loop in [find(found, arguments.block)] if loop]
        for loop in found:
            value = cycles(loop.body, arguments.cpu, arguments.triple, arguments.mattr)
            print("%s %s %s %d instructions %.2f cycles%s" % (function, loop.label, ",".join(loop.blocks) or "-", len(loop.body), value,
                                                              " (calls)" if loop.calls() else ""))
            if arguments.show:
                print("\n".join("    " + line for line in loop.body))
            shown += 1
    return 0 if shown else 1


if __name__ == "__main__":
    sys.exit(main())
