#!/usr/bin/env python3
"""Sums up the table of loops_run.py as Markdown: loops_summary.py TABLE.tsv [--loops] [--check]

--loops: one line per loop too. --check: exit status 1 where a goal of docs/comparison.md is missed.
"""
import argparse
import math
import sys

GOALS = {"pipelined": 0.95, "not above LLVM's": 0.95, "gain": 1.5, "slower": 1.02}

BY_DESIGN = ("Atomic", "Volatile", "Disabled")  # refused whatever it may gain


def read(path):
    with open(path) as file:
        columns = file.readline().rstrip("\n").split("\t")
        return [dict(zip(columns, line.rstrip("\n").split("\t"))) for line in file]


def mean(values):
    """Geometric mean, as text."""
    values = list(values)
    return "%.2fx" % math.exp(sum(map(math.log, values)) / len(values)) if values else "-"


def gains(rows, column):
    return [float(r["clang"]) / float(r[column]) for r in rows if r[column] and r["clang"]]


def name(row):
    return row["function"] if row["loop"] in ("", "for.body", "vector.body") else "%s:%s" % (row["function"], row["loop"])


def names(rows):
    return ", ".join("`%s`" % name(r) for r in rows) or "none"


class Group:
    """The loops of one mode and core, and the sets that the summary speaks of."""

    def __init__(self, rows):
        self.rows = rows
        self.llvm = [r for r in rows if r["sms"]]
        self.right = [r for r in self.llvm if r["sms_right"] == "yes"]
        self.tweed = [r for r in rows if r["tweed"]]
        self.lost = [r for r in self.right if not r["tweed"]]
        self.both = [r for r in self.right if r["tweed"]]
        self.above = [r for r in self.both if float(r["tweed"]) > float(r["sms"]) + 0.005]
        self.user_above = [r for r in self.right if r["clang"] and float(r["auto"] or r["clang"]) > float(r["sms"]) + 0.005]
        self.missing = [r for r in self.lost if r["reason"] not in BY_DESIGN and float(r["sms"]) < float(r["clang"])]
        self.acts = [r for r in rows if r["auto"]]
        self.slower = [r for r in self.acts if float(r["auto"]) > float(r["clang"]) * GOALS["slower"]]
        self.wrong = [r for r in rows if "NO" in (r["tweed_right"], r["auto_right"])]
        self.scheduled = [r for r in rows if r["tweed_ii"]]
        self.proved = [r for r in self.scheduled if r["proof"] != "none"]

    def lines(self):
        n = len(self.rows)
        yield "| loops | %d |" % n
        yield "| pipelined by LLVM's MachinePipeliner, and right | %d, %d |" % (len(self.llvm), len(self.right))
        yield "| pipelined by Tweed, and right | %d, %d |" % (len(self.tweed), len([r for r in self.tweed if r["tweed_right"] == "yes"]))
        yield "| fewer cycles per iteration: MachinePipeliner on its loops | %s |" % mean(gains(self.right, "sms"))
        yield "| fewer cycles per iteration: Tweed on the same loops | %s |" % mean(gains(self.both, "tweed"))
        yield "| fewer cycles per iteration: Tweed on all it pipelines | %s |" % mean(gains(self.tweed, "tweed"))
        single = [r for r in self.tweed if r["blocks"] == "1"]
        yield "| the same, loops without branches only (%d) | %s |" % (len(single), mean(gains(single, "tweed")))
        yield "| `tweed` acts on | %d |" % len(self.acts)
        yield "| fewer cycles per iteration: where `tweed` acts | %s |" % mean(gains(self.acts, "auto"))
        yield "| of these slower by more than 2 %% | %d: %s |" % (len(self.slower), names(self.slower))
        yield "| cycles not above the MachinePipeliner's | %d of %d; above: %s |" % (len(self.both) - len(self.above), len(self.both), names(self.above))
        yield "| the same with `tweed`, which leaves loops alone | %d of %d |" % (len(self.right) - len(self.user_above), len(self.right))
        yield "| right with the MachinePipeliner, not pipelined by Tweed | %s |" % (
            ", ".join("`%s` (%s, %s -> %s)" % (name(r), r["reason"], r["clang"], r["sms"]) for r in self.lost) or "none")
        yield "| wrong with the MachinePipeliner | %s |" % names(r for r in self.llvm if r not in self.right)
        yield "| wrong with Tweed | %s |" % names(self.wrong)
        yield "| II equals the lower bound, of all schedules | %d of %d |" % (
            len([r for r in self.scheduled if r["tweed_ii"] == r["bound"]]), len(self.scheduled))
        yield "| II proved the least | %d of %d |" % (len(self.proved), len(self.scheduled))

    def reasons(self):
        counts = {}
        for row in self.rows:
            if not row["tweed"]:
                counts.setdefault(row["reason"] or "no remark", []).append(row)
        for reason, rows in sorted(counts.items()):
            yield "| %s | %d: %s |" % (reason, len(rows), names(rows))

    def missed(self, mode, cpu):
        """Goals that this group misses."""
        if self.wrong:
            yield "wrong answers: " + names(self.wrong)
        if self.slower:
            yield "slower: " + names(self.slower)
        if self.right and 1 - len(self.user_above) / len(self.right) < GOALS["not above LLVM's"]:
            yield "only %d of %d not above the MachinePipeliner" % (len(self.right) - len(self.user_above), len(self.right))
        if self.missing:
            yield "not pipelined though the MachinePipeliner is right and gains: " + names(self.missing)
        gain = mean(gains(self.tweed, "tweed"))
        if (mode, cpu) == ("scalar", "cortex-a55") and (gain == "-" or float(gain[:-1]) < GOALS["gain"]):
            yield "gain of %s only" % gain


def per_loop(rows):
    yield "| loop | instructions | clang | LLVM II | right | cycles | Tweed II | bound | proof | stages | cycles | `tweed` |"
    yield "|---|--:|--:|--:|---|--:|--:|--:|---|--:|--:|--:|"
    for r in rows:
        yield "| %s |" % " | ".join([name(r), r["instructions"], r["clang"], r["sms_ii"] or "-", r["sms_right"] or "-", r["sms"] or "-",
                                     r["tweed_ii"] or "-", r["bound"] or "-", r["proof"] or "-", r["stages"] or "-",
                                     r["tweed"] or r["reason"], r["auto"] or "-"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table")
    parser.add_argument("--loops", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    table, bad = read(arguments.table), 0
    for mode, cpu in sorted({(r["mode"], r["cpu"]) for r in table}, key=lambda k: (k[0] != "scalar", k)):
        rows = [r for r in table if (r["mode"], r["cpu"]) == (mode, cpu)]
        group = Group(rows)
        print("### %s, %s\n\n| | |\n|---|---|" % (cpu, "-O3" if mode == "O3" else "scalar -O2"))
        print("\n".join(group.lines()))
        reasons = list(group.reasons())
        if reasons:
            print("\n| not pipelined because | loops |\n|---|---|\n" + "\n".join(reasons))
        if arguments.loops:
            print("\n" + "\n".join(per_loop(rows)))
        print()
        for goal in group.missed(mode, cpu) if arguments.check else ():
            bad += 1
            print("missed, %s %s: %s" % (cpu, mode, goal), file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
