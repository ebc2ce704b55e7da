"""Quality against time of all solvers that apply, each with the same time limit. See gaus.sh.

Formulations: A: acyclic, peaks of units and communication; B: acyclic, peak of live bytes; C: modulo: II, then MaxLive and
the sum of lifetimes. Every schedule passes `tweed verify`, untimed. Seconds are those of the whole command, reading included.

Markdown tables on stdout, one per formulation and time limit, with geometric means below; all numbers in --tsv FILE. With
--check SOLVER: exit status 1 where SOLVER is worse than another one that had the same time, or a schedule is illegal.
"""
import argparse
import glob
import gzip
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time

OBJECTIVES = {"A": {"resource": 1, "communication": 1}, "B": {"memory": 1}}
ACYCLIC = ["asap", "alap", "list", "fds", "gaus", "auto"]
MODULO = ["asap", "alap", "list", "ims", "ims-restart", "backtrack", "sat", "smt", "ilp", "gaus", "auto"]
COLUMNS = ["formulation", "problem", "ops", "deps", "limit", "solver", "answer", "seconds", "megabytes", "cost", "resource",
           "communication", "memory", "ii", "mii", "max_live", "lifetimes", "length", "note"]


class Problem:
    """A file, its size, and of its values what lifetimes need. The files have one op or dependence a line."""

    def __init__(self, path, name):
        self.path, self.name = path, name
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
            lines = [line for line in file if re.match(r"\s*- \{", line)]
        self.ops = sum("name:" in line for line in lines)
        self.deps = [self.dependence(line) for line in lines if "from:" in line]

    @staticmethod
    def dependence(line):
        field = dict(re.findall(r"(\w+): \"?([^,}\"]+)\"?", line))
        return field["from"], field["to"], int(field.get("distance", 0)), field.get("kind", "flow")

    def lifetimes(self, schedule):
        """The sum over values of the time from the start to that of the last flow consumer."""
        start = {op["name"]: op["start"] for op in schedule["ops"]}
        last = {}
        for source, target, distance, kind in self.deps:
            if kind == "flow" and source in start and target in start:
                use = start[target] + distance * schedule["ii"]
                last[source] = max(last.get(source, start[source]), use)
        return sum(end - start[op] for op, end in last.items())


def available(tweed):
    text = subprocess.run([tweed, "solve", "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z-]+) ", text.split("Solvers:")[1].split("Formats:")[0], re.M))


def find_files(folder):
    paths = [p for end in ("yaml", "yaml.gz") for p in glob.glob(os.path.join(folder, "**", "*." + end), recursive=True)]
    return sorted(paths)


def plant(tweed, ops, work):
    """Problems whose MII is reached: by a full unit, and by a recurrence; some ops hold their unit for 300 cycles."""
    for kind, circuit in (("unit", 0), ("circuit", 20)):
        path = os.path.join(work, "planted-%s-%d.yaml" % (kind, ops))
        subprocess.run([tweed, "random", "--ops", str(ops), "--mii", str(max(4, ops // 20)), "--circuit", str(min(circuit, ops)),
                        "--occupancy", str(min(300, max(1, ops // 4))), "-o", path], check=True)
        yield path


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.rows, self.illegal = [], []

    def run(self, problem, formulation, solver, limit):
        answer = os.path.join(self.work, "answer.json")
        if os.path.exists(answer):
            os.remove(answer)
        command = [self.options.tweed, "solve", problem.path, "--solver", solver, "--time-limit", str(limit), "--format", "json",
                   "-o", answer]
        if formulation in OBJECTIVES:
            command += ["--objective", ",".join("%s=%g" % pair for pair in OBJECTIVES[formulation].items())]
        with open(os.path.join(self.work, "messages"), "w+") as messages:
            before = time.monotonic()
            process = subprocess.Popen(command, stderr=messages)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - before
            process.returncode = os.waitstatus_to_exitcode(status)
            messages.seek(0)
            said = [line.strip() for line in messages if "note:" not in line]
        row = dict.fromkeys(COLUMNS, "")
        row.update(formulation=formulation, problem=problem.name, ops=problem.ops, deps=len(problem.deps), limit=limit,
                   solver=solver, seconds=round(seconds, 3), megabytes=usage.ru_maxrss // 1024, answer="none",
                   note=said[0] if said else "")
        if process.returncode == 0:
            self.read(problem, formulation, answer, row)
        elif process.returncode > 1 or process.returncode < 0:
            row["answer"] = "failed"
            self.illegal.append("%s on %s failed: %s" % (solver, problem.name, row["note"]))
        self.rows.append(row)
        print("%s %s %s %ss: %s %s" % (formulation, problem.name, solver, limit, row["answer"], row["seconds"]), file=sys.stderr)

    def read(self, problem, formulation, answer, row):
        verify = subprocess.run([self.options.tweed, "verify", problem.path, answer, "--format", "text"], capture_output=True, text=True)
        if verify.returncode != 0:
            row["answer"] = "illegal"
            self.illegal.append("%s on %s: %s" % (row["solver"], problem.name, verify.stderr.strip()))
            return
        with open(answer) as file:
            schedule = json.load(file)
        row.update(answer=schedule["status"], length=schedule["length"])
        if formulation in OBJECTIVES:
            values = schedule["objective"]
            row.update(values, cost=sum(w * values[term] for term, w in OBJECTIVES[formulation].items()))
        else:
            live = re.search(r"MaxLive (\d+)", verify.stdout)
            row.update(ii=schedule["ii"], mii=schedule["mii"], max_live=int(live.group(1)) if live else "",
                       lifetimes=problem.lifetimes(schedule))


def mean_ratio(pairs):
    """The geometric mean of a / b, zeroes left out."""
    logs = [math.log(a / b) for a, b in pairs if a > 0 and b > 0]
    return "%.3f" % math.exp(sum(logs) / len(logs)) if logs else "-"


def number(value):
    return "-" if value == "" else "{:,}".format(int(value)) if float(value) == int(value) else "{:,.1f}".format(value)


def print_table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


class Table:
    """The rows of one formulation and time limit, by problem and solver."""

    def __init__(self, rows, solvers):
        self.cells = {(r["problem"], r["solver"]): r for r in rows}
        self.sizes = {r["problem"]: r["ops"] for r in rows}
        self.problems = list(self.sizes)
        self.solvers = [s for s in solvers if any(r["solver"] == s for r in rows)]

    def get(self, problem, solver, field):
        return self.cells[problem, solver][field] if (problem, solver) in self.cells else ""

    def ratios(self, solver, base, field, same=None):
        pairs = [(self.get(p, solver, field), self.get(p, base, field)) for p in self.problems
                 if same is None or self.get(p, solver, same) == self.get(p, base, same)]
        return mean_ratio([(a, b) for a, b in pairs if a != "" and b != ""])

    def show(self, text):
        print_table(["problem", "ops"] + self.solvers,
                    [[p, str(self.sizes[p])] + [text(p, s) for s in self.solvers] for p in self.problems])

    def objective(self):
        self.show(lambda p, s: "%s (%.1f s)" % (number(self.get(p, s, "cost")), self.get(p, s, "seconds"))
                  if self.get(p, s, "cost") != "" else "-")
        for base in ("list", "fds"):
            if base in self.solvers and len(self.solvers) > 1:
                print("\nGeometric mean of the objective against `%s`: %s" % (base, ", ".join(
                    "%s %s" % (s, self.ratios(s, base, "cost")) for s in self.solvers if s != base)))

    def modulo(self):
        self.show(lambda p, s: "II %d, %d live, %s (%.1f s)" % (self.get(p, s, "ii"), self.get(p, s, "max_live"), number(
            self.get(p, s, "lifetimes")), self.get(p, s, "seconds")) if self.get(p, s, "ii") != "" else "-")
        print()
        found = lambda s: [p for p in self.problems if self.get(p, s, "ii") != ""]
        print_table(["solver", "solved", "II = MII", "II against `ims`", "MaxLive against `ims`, same II", "lifetimes", "seconds"],
                    [[s, "%d of %d" % (len(found(s)), len(self.problems)),
                      str(sum(self.get(p, s, "ii") == self.get(p, s, "mii") for p in found(s))), self.ratios(s, "ims", "ii"),
                      self.ratios(s, "ims", "max_live", "ii"), self.ratios(s, "ims", "lifetimes", "ii"),
                      "%.1f" % sum(self.get(p, s, "seconds") for p in self.problems)] for s in self.solvers])

    def worse(self, solver, field):
        """Where others do better than `solver`, or it has nothing and they have."""
        for problem in self.problems:
            mine = self.get(problem, solver, field)
            for other in self.solvers:
                theirs = self.get(problem, other, field)
                if other != solver and theirs != "" and (mine == "" or theirs < mine):
                    yield "%s: %s %s, %s %s" % (problem, solver, number(mine), other, number(theirs))


def list_problems(options, work):
    for kind, folder in (("AB", options.dag), ("C", options.modulo)):
        for path in find_files(folder) if folder else []:
            name = re.sub(r"\.yaml(\.gz)?$", "", os.path.basename(path))
            if not options.only or re.search(options.only, name):
                yield kind, Problem(path, name)
    for ops in [int(n) for n in options.planted.split(",") if int(n) > 0]:
        for path in plant(options.tweed, ops, work):
            yield "C", Problem(path, os.path.basename(path)[:-5])


def report(bench, options, limits):
    failed = list(bench.illegal)
    for formulation in options.formulations:
        for limit in limits:
            rows = [r for r in bench.rows if r["formulation"] == formulation and r["limit"] == limit]
            if not rows:
                continue
            table = Table(rows, options.solvers.split(",") if options.solvers else dict.fromkeys(ACYCLIC + MODULO))
            print("\n### %s, %s s each\n" % (formulation, limit))
            table.modulo() if formulation == "C" else table.objective()
            if options.check:
                worse = list(table.worse(options.check, "ii" if formulation == "C" else "cost"))
                print("\nNever worse: %s" % ("yes" if not worse else "no: " + "; ".join(worse)))
                failed += worse
    for line in failed:
        print("missed: " + line, file=sys.stderr)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tweed", required=True)
    parser.add_argument("--dag", help="folder of acyclic problems, for A and B")
    parser.add_argument("--modulo", help="folder of modulo problems, for C")
    parser.add_argument("--planted", default="1000,10000,50000", help="ops of planted modulo problems; 0: none")
    parser.add_argument("--only", help="regular expression for the names of problems from folders")
    parser.add_argument("--formulations", default="ABC")
    parser.add_argument("--solvers", help="a list; without it all that this version has")
    parser.add_argument("--seconds", default="10", help="time limits, a list")
    parser.add_argument("--tsv", help="file for all numbers")
    parser.add_argument("--check", metavar="SOLVER", help="is it never worse than another one?")
    options = parser.parse_args()
    there, limits = available(options.tweed), [float(s) if "." in s else int(s) for s in options.seconds.split(",")]
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(options, work)
        for kind, problem in list_problems(options, work):
            for formulation in kind:
                solvers = options.solvers.split(",") if options.solvers else MODULO if kind == "C" else ACYCLIC
                for limit in limits if formulation in options.formulations else []:
                    for solver in solvers:
                        if solver in there and solver in (MODULO if kind == "C" else ACYCLIC):
                            bench.run(problem, formulation, solver, limit)
        if options.tsv:
            with open(options.tsv, "w") as file:
                for row in [dict(zip(COLUMNS, COLUMNS))] + bench.rows:
                    file.write("\t".join(str(row[c]) for c in COLUMNS) + "\n")
        missing = sorted(set(options.solvers.split(",") if options.solvers else ACYCLIC + MODULO) - there)
        if missing:
            print("Not in this version: %s" % ", ".join(missing))
        return report(bench, options, limits)


sys.exit(main())
