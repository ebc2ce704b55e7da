#!/usr/bin/env python3
"""Compares the memory dependences of print<tweed-graph> with those that really happen when the loops run.

A file of test/loops is compiled; every loop that has a graph is instrumented and run with its driver; then each pair of
accesses that touched the same byte (one of them a store), d iterations apart, must be ordered by the graph: an edge of
distance <= d, or a path of edges. What is missing is an error; edges that were never seen at their distance are counted.
An invocation in which two accesses collide that the graph calls `checked` proves nothing: the check sends it to the
original loop. Exit status: 0 nothing missing, 1 something is, 2 usage, 3 a tool failed."""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, os.pardir, "loops")]
import instrument
import run

MEMORY_KINDS = ("memory", "anti", "output")
LARGEST_N = "65"


class Graph:
    """A problem as print<tweed-graph> writes it: memory ops by number, edges, pairs guarded by a check."""

    def __init__(self, name):
        self.name, self.ops, self.edges, self.checked = name, [], [], set()

    def memory_edges(self):
        return [e for e in self.edges if e[3] in MEMORY_KINDS]

    def op(self, number):
        """The name of access `number` of the loop: load.N or store.N, numbered together."""
        return self.by_number.get(number)

    def finish(self):
        self.by_number = {}
        for name in self.ops:
            found = re.match(r"(load|store)\.(\d+)$", name)
            if found:
                self.by_number[int(found.group(2))] = name
        self.out = {}
        for edge in self.edges:
            self.out.setdefault(edge[0], []).append(edge)


def read_graphs(text):
    """{loop name: Graph} and the number of loops without one."""
    graphs, refused, graph = {}, 0, None
    for line in text.split("\n"):
        if line.startswith("problem: "):
            name = line[9:].strip().strip("\"'")
            graph = graphs[name] = Graph(name)
        elif line.startswith("- {name: "):
            graph.ops.append(re.match(r"- \{name: ([^,}]+)", line).group(1))
        elif line.startswith("- {from: "):
            fields = dict(re.findall(r"(\w+): ([^,}]+)", line))
            graph.edges.append((fields["from"], fields["to"], int(fields.get("distance", 0)), fields.get("kind", "flow")))
        elif line.startswith("# checked: "):
            graph.checked.add(frozenset(line.split()[2:4]))
        elif ": not pipelined: " in line:
            refused += 1
    for graph in graphs.values():
        graph.finish()
    return graphs, refused


def ordered(graph, a, b, distance):
    """The graph keeps b, `distance` iterations later, behind a: by an edge, or by a path with a memory edge in it."""
    budget = min(distance, 64)
    seen, work = set(), [(a, 0, False)]
    while work:
        op, used, memory = work.pop()
        for _, to, more, kind in graph.out.get(op, []):
            state = (to, used + more, memory or kind in MEMORY_KINDS)
            if state[1] > budget or state in seen:
                continue
            if to == b and state[2]:
                return True
            seen.add(state)
            work.append(state)
    return False


class Outcome:
    def __init__(self):
        self.missing, self.problems, self.unseen = [], [], []
        self.loops = self.invocations = self.guarded = self.seen = self.edges = self.exact = 0

    def summary(self, what):
        return "%s: %d loops, %d different invocations (%d left to a run-time check), %d dependences seen, %d missing; " \
               "%d memory edges, %d of them seen at their distance" % (
                   what, self.loops, self.invocations, self.guarded, self.seen, len(self.missing), self.edges, self.exact)


def check(graphs, numbers, log, outcome):
    """Adds to the outcome what the log shows about the graphs."""
    names = {number: name for name, number in numbers.items()}
    invocations = {}
    for line in log.split("\n"):
        words = [int(w) for w in line.split()]
        if words:
            invocations.setdefault(names[words[0]], set()).add(tuple(words[1:]))
    for name, graph in graphs.items():
        smallest = {}
        for found in invocations.get(name, ()):
            triples = [(graph.op(found[i]), graph.op(found[i + 1]), found[i + 2]) for i in range(0, len(found), 3)]
            outcome.invocations += 1
            if any(frozenset((a, b)) in graph.checked for a, b, _ in triples):
                outcome.guarded += 1
                continue
            for a, b, d in triples:
                if a != b: # a schedule repeats: an op is always behind itself
                    smallest[a, b] = min(d, smallest.get((a, b), d))
        outcome.seen += len(smallest)
        for (a, b), d in sorted(smallest.items()):
            if not ordered(graph, a, b, d):
                outcome.missing.append("%s: %s -> %s, %d iteration(s) later, is not in the graph" % (name, a, b, d))
        outcome.edges += len(graph.memory_edges())
        for a, b, d, kind in graph.memory_edges():
            outcome.exact += smallest.get((a, b)) == d
            if smallest.get((a, b)) != d:
                outcome.unseen.append("%s: %s -> %s, distance %d (%s), was never seen at that distance" % (name, a, b, d, kind))


def drop_seen_edges(graphs):
    """For --plant: the graphs without their memory edges."""
    for graph in graphs.values():
        graph.edges = [e for e in graph.edges if e[3] not in MEMORY_KINDS]
        graph.finish()


def agree(graph, loop):
    """The graph's accesses are those that the instrumenter found, in the same order."""
    mine = ["%s.%d" % ("store" if store else "load", i) for i, (_, store, _, _) in enumerate(loop.accesses)]
    return mine == [graph.by_number[n] for n in sorted(graph.by_number)]


class Oracle:
    def __init__(self, options):
        self.options = options
        self.expect, self.flags = run.read_header(options.file)
        self.clang, self.opt = shlex.split(options.clang), shlex.split(options.opt)

    def path(self, name):
        return os.path.join(self.options.work, name)

    def graphs(self, ir):
        done = run.call(self.opt + ["-passes=print<tweed-graph>", "-disable-output", ir])
        return read_graphs(done.stderr.decode())

    def execute(self, text, level):
        """Runs the instrumented module and returns its log."""
        module, program, log = self.path(level + ".oracle.ll"), self.path(level), self.path(level + ".log")
        with open(module, "w") as file:
            file.write(text)
        run.call(self.clang + ["-w", "-O1", "-x", "ir", module, "-x", "c", os.path.join(HERE, "oracle_rt.c"),
                               os.path.join(HERE, os.pardir, "loops", "driver.c"), "-lm", "-o", program])
        done = subprocess.run([program, LARGEST_N], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=dict(os.environ, TWEED_ORACLE_LOG=log), timeout=600)
        if done.returncode != 0:
            raise run.Failure("the instrumented program failed: " + done.stderr.decode(errors="replace"))
        return open(log).read()

    def level(self, level):
        outcome = Outcome()
        ir = self.path(level + ".ll")
        run.call(self.clang + ["-std=gnu11", "-w"] + run.LEVELS[level] + self.flags +
                 ["-S", "-emit-llvm", "-fno-discard-value-names", self.options.file, "-o", ir])
        text = open(ir).read()
        graphs, _ = self.graphs(ir)
        loops = instrument.read(text)
        for name in sorted(graphs):
            if name not in loops:
                outcome.problems.append("%s: the instrumenter does not know this loop" % name)
            elif not agree(graphs[name], loops[name][0]):
                outcome.problems.append("%s: the graph's accesses are not those of the loop" % name)
        numbers = {name: i for i, name in enumerate(sorted(set(graphs) & set(loops)))}
        outcome.loops = len(numbers)
        if self.options.plant:
            drop_seen_edges(graphs)
        check(graphs, numbers, self.execute(instrument.instrument(text, numbers), level), outcome)
        return outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="a C file of test/loops")
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--opt", help="opt with the plugin loaded; made from --plugin if not given")
    parser.add_argument("--levels", default="scalar,O3")
    parser.add_argument("--plant", action="store_true", help="drop the memory edges first: everything must be missing")
    parser.add_argument("--unseen", action="store_true", help="list the edges that no run showed, too")
    parser.add_argument("--work", help="folder for what is built; a temporary one if not given")
    options = parser.parse_args()
    options.opt = options.opt or "opt-19 -load-pass-plugin=" + os.path.abspath(options.plugin)
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        options.work = options.work or temporary
        os.makedirs(options.work, exist_ok=True)
        try:
            oracle = Oracle(options)
            for level in options.levels.split(","):
                outcome = oracle.level(level)
                for message in outcome.problems + outcome.missing + (outcome.unseen if options.unseen else []):
                    print("%s %s: %s" % (os.path.basename(options.file), level, message))
                print(outcome.summary("%s %s" % (os.path.basename(options.file), level)))
                failed |= bool(outcome.problems or outcome.missing)
        except (run.Failure, instrument.NotUnderstood) as failure:
            print("oracle.py: %s" % failure, file=sys.stderr)
            return 3
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
