#!/usr/bin/env python3
"""Derives the shipped machine files from LLVM 19's scheduling models.

    derive.py NAME...          print the machine file
    derive.py --write [NAME]   write lib/model/machines/NAME.yaml (all without NAME)
    derive.py --check [NAME]   fail if a shipped file differs from what llvm-mca says now

What a class is (its instructions, its register file) stands in specs.py. Every number comes from llvm-mca-19: micro-ops and
latency from the instruction info, ports from -instruction-tables, forwarding latencies from the period of a dependent chain.
"""
import argparse, difflib, json, os, subprocess, sys
from fractions import Fraction
from itertools import combinations
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import specs

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = os.path.normpath(os.path.join(HERE, "..", "..", "lib", "model", "machines"))

MICROCODED = 12  # an instruction of more micro-ops only holds units of the largest group


def mca(spec, text, *options):
    command = ["llvm-mca-19", "-mtriple=" + spec["triple"], "-mcpu=" + spec["cpu"], *options]
    if spec.get("attributes"):
        command.append("-mattr=" + spec["attributes"])
    run = subprocess.run(command, input=text + "\n", capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise SystemExit(f"llvm-mca on {spec['machine']}: {text!r}: {run.stderr}")
    return run.stdout


def label(text):
    """A branch needs its target in the snippet."""
    return text + ("\n" + "there:" if "there" in text else "")


class Core:
    """What llvm-mca says about the instructions of one core; asked for all instructions of the spec at once."""

    def __init__(self, spec):
        self.spec = spec
        lines = sorted({i for c in spec["classes"] for _, i in c.steps})
        self.info = {}
        if lines:
            out = json.loads(mca(spec, label("\n".join(lines)), "-json", "-instruction-tables", "-iterations=1"))
            region = out["CodeRegions"][0]
            names = out["TargetInfo"]["Resources"]
            ports = [dict() for _ in lines]
            for use in region["ResourcePressureView"]["ResourcePressureInfo"]:
                if use["InstructionIndex"] < len(lines):
                    name = names[use["ResourceIndex"]]
                    ports[use["InstructionIndex"]][name] = Fraction(use["ResourceUsage"]).limit_denominator(60)
            for i, (line, view) in enumerate(zip(lines, region["InstructionInfoView"]["InstructionList"])):
                self.info[line] = (view["NumMicroOpcodes"], view["Latency"], view["RThroughput"], ports[i])
        self.groups = []
        for group, members in spec["groups"].items():
            self.groups.append((group, [m for m in names if any(m == x or m.startswith(x + ".") for x in members)]))

    def width(self):
        out = json.loads(mca(self.spec, label(next(iter(self.info))), "-json"))
        return out["CodeRegions"][0]["SummaryView"]["DispatchWidth"]

    def period(self, text):
        """Cycles per iteration of a snippet in steady state."""
        total = []
        for n in (400, 800):
            out = mca(self.spec, label(text), f"-iterations={n}", "-json")
            total.append(json.loads(out)["CodeRegions"][0]["SummaryView"]["TotalCycles"])
        return Fraction(total[1] - total[0], 400)

    def split(self, line):
        """The port groups of an instruction: {group: cycles}. llvm-mca spreads a group's use evenly over its ports."""
        pressure = {p: v for p, v in self.info[line][3].items() if v}
        if self.info[line][0] > MICROCODED:
            group, ports = max(self.groups, key=lambda g: len(g[1]))
            return {group: round(sum(pressure.get(p, 0) for p in ports))}
        candidates = [g for g in self.groups if all(p in pressure for p in g[1])]

        def solve(rest, start):
            if not rest:
                return {}
            for k in range(start, len(candidates)):
                name, ports = candidates[k]
                low = min(rest.get(p, 0) for p in ports) * len(ports)
                for n in range(int(low), 0, -1):
                    left = dict(rest)
                    for p in ports:
                        left[p] -= Fraction(n, len(ports))
                    found = solve({p: v for p, v in left.items() if v > Fraction(1, 50)}, k + 1)
                    if found is not None:
                        return {name: n, **found}
            return None

        found = solve(pressure, 0)
        if found is None:
            raise SystemExit(f"{self.spec['machine']}: {line}: no port groups fit {pressure}")
        return found


def unions(spec, core):
    """Units of the machine: each port group, and each union of groups that some instruction could overload. An operation
    that may go to any port of a group then holds one of every unit that contains the group (Hall's condition)."""
    sets = {g: frozenset(p) for g, p in core.groups}
    units = dict(sets)
    overlapping = [g for g in sets if any(sets[g] & sets[h] and g != h for h in sets)]
    known = set(units.values())
    for size in range(2, len(overlapping) + 1):
        for some in combinations(overlapping, size):
            union = frozenset().union(*(sets[g] for g in some))
            if connected([sets[g] for g in some]) and union not in known:
                known.add(union)
                units[spec["union"](sorted(union))] = union
    return sets, units


def connected(some):
    """Whether port sets hang together; the union of sets that don't is no bound of its own."""
    reached, rest = set(some[0]), list(some[1:])
    while True:
        near = [s for s in rest if s & reached]
        if not near:
            return not rest
        reached = reached.union(*near)
        rest = [s for s in rest if not s & reached]


def uses_of(spec, core, sets, units, steps, latency):
    """Reservation table {unit: [held in cycle 0, 1, …]} of a class's instructions."""
    table = {}
    chain = sum(core.info[line][1] for parallel, line in steps if not parallel)
    offset, passed, step = 0, 0, 0
    for i, (parallel, line) in enumerate(steps):
        if not parallel:
            passed += step
            step = core.info[line][1]
            offset = latency * passed // chain if i else 0
        for group, n in core.split(line).items():
            size = len(sets[group])
            within = [u for u in units if units[u] >= sets[group]]
            start, left = offset, n
            while left:
                room = min(len(units[u]) - at(table, u, start) for u in within)
                if room > 0:
                    take = min(room, left)
                    for u in within:
                        row = table.setdefault(u, [])
                        row.extend([0] * (start + 1 - len(row)))
                        row[start] += take
                    left -= take
                start += 1
    return table


def at(table, unit, cycle):
    row = table.get(unit, [])
    return row[cycle] if cycle < len(row) else 0


def show(row, count):
    if len(row) > 1 and all(v == 1 for v in row):
        return str(len(row))
    return "[" + ", ".join(map(str, row)) + "]"


def derive(name):
    spec = specs.machine(name)
    core = Core(spec)
    sets, units = unions(spec, core)
    if core.width() != spec["issue"]:
        raise SystemExit(f"{name}: llvm-mca's dispatch width is {core.width()}")
    rows, used = [], set()
    for c in spec["classes"]:
        info = [core.info[line] for _, line in c.steps]
        measured = None
        if c.chain:
            measured = core.period(c.chain) - c.minus
            latency = int(measured + Fraction(1, 2))
        elif c.latency is not None:
            latency = c.latency
        else:
            latency = sum(info[i][1] for i, (parallel, _) in enumerate(c.steps) if not parallel)
        issue = sum(i[0] for i in info) if c.issue is None else c.issue
        table = uses_of(spec, core, sets, units, c.steps, latency)
        for unit, row in spec.get("extra", lambda *_: {})(c, info).items():
            table[unit] = row
        used |= set(table)
        rows.append((c, info, measured, latency, issue, table))
    return text(spec, units, used, rows)


def text(spec, units, used, rows):
    counts = {u: len(p) for u, p in units.items()}
    counts.update(spec.get("extra_units", {}))
    out = ["# " + line for line in spec["about"].strip().splitlines()]
    out += ["# Written by tools/machines/derive.py from llvm-mca-19 -mtriple=%s -mcpu=%s%s; do not edit." %
            (spec["triple"], spec["cpu"], " -mattr=" + spec["attributes"] if spec.get("attributes") else ""),
            "# A comment shows the class's instructions with llvm-mca's micro-ops, latency and reciprocal throughput, and the chain",
            "# whose period gave the latency where forwarding makes it differ."]
    out += ["machine: " + spec["machine"]]
    out += ["units: {" + ", ".join(f"{u}: {n}" for u, n in counts.items() if u in used) + "}"]
    out += [f"issue: {spec['issue']}"]
    if spec["window"]:
        out += [f"window: {spec['window']}"]
    out += ["registers: {" + ", ".join(f"{f}: {n}" for f, n in spec["registers"].items()) + "}"]
    out += ["classes:"]
    for c, info, measured, latency, issue, table in rows:
        for (parallel, line), (uops, lat, rt, _) in zip(c.steps, info):
            out += [f"  # {'and ' if parallel else ''}{line}: uops {uops}, latency {lat}, rthroughput {rt:g}"]
        if measured is not None:
            minus = f" - {c.minus}" if c.minus else ""
            out += [f"  # chain \"{c.chain.replace(chr(10), '; ')}\"{minus}: {float(measured):g}"]
        if c.note:
            out += ["  # " + c.note]
        body = [f"latency: {latency}"]
        if issue != 1:
            body += [f"issue: {issue}"]
        if c.file:
            body += [f"file: {c.file}"]
        held = {u: row for u, row in table.items() if row}
        body += ["uses: {" + ", ".join(f"{u}: {show(row, counts[u])}" for u, row in held.items()) + "}"]
        out += [f"  {c.name}: {{{', '.join(body)}}}"]
    if spec["cpus"]:
        out += ["cpus:"] + [f"  - '{c}'" for c in spec["cpus"]]
    out += ["match:"]
    for pattern, type_, class_ in spec["match"]:
        kind = f", type: '{type_}'" if type_ else ""
        out += [f"  - {{llvm: '{pattern}'{kind}, class: {class_}}}"]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    bad = 0
    for name in args.names or specs.NAMES:
        new = derive(name)
        path = os.path.join(MACHINES, name + ".yaml")
        if args.write:
            with open(path, "w") as file:
                file.write(new)
        elif args.check:
            with open(path) as file:
                old = file.read()
            if old != new:
                bad += 1
                sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, "llvm-mca-19"))
            else:
                print(f"{name}: agrees with llvm-mca-19")
        else:
            sys.stdout.write(new)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
