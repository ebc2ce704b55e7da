"""Runs the pseudocode of a schedule: simulate.py PSEUDO PROBLEM.json SCHEDULE.json [TRIP COUNTS]

Roles and hardware are interleaved in many ways, friendly and unfriendly. Checked: every role ends; each op runs once per
iteration, after what it depends on is done; no slot is written before its readers are done with what was there.
"""
import json
import random
import re
import sys


class Wrong(Exception):
    pass


def index(text, env):
    return eval(text.replace("/", "//"), {"__builtins__": {}}, env)


class Problem:
    def __init__(self, problem, schedule):
        self.classes = problem["machine"]["classes"]
        self.ops = {op["name"]: op for op in problem["ops"]}
        self.roles = {op["name"]: op.get("role", 0) for op in schedule["ops"]}
        self.deps = []
        for d in problem.get("deps", []):
            latency = d.get("latency", self.cls(d["from"])["latency"])
            self.deps.append((d["from"], d["to"], d.get("distance", 0), d.get("kind", "flow"), latency))

    def cls(self, op):
        return self.classes[self.ops[op]["class"]]

    def is_async(self, op):
        return self.cls(op).get("async", False)

    def units(self, op):
        return set(self.cls(op).get("uses", {})) or {op}

    def same_queue(self, a, b): # its ops are done in order
        ends = lambda op: (self.ops[op].get("regs", 1) > 0, self.cls(op).get("variable", False), self.signals(op))
        return a == b or (ends(a) == ends(b) and bool(self.units(a) & self.units(b)))

    def signals(self, op): # one thread starts it, its completion reaches a barrier
        return (self.is_async(op) and self.ops[op].get("regs", None) == 0
                and any(self.ops[op].get("bytes", {}).values()))


class Program:
    """Rings and roles of a pseudocode file."""

    def __init__(self, text):
        self.rings, self.roles = {}, {}
        role = None
        for line in text.splitlines():
            line = line.split("  #")[0].rstrip()
            head = re.match(r"(ring|order) (\S+): (\d+) slot.* after (\d+) arrivals?, empty after (\d+)$", line)
            if head:
                kind = "" if head[1] == "ring" else "-order"
                self.rings[head[2] + kind] = (int(head[3]), int(head[4]), int(head[5]))
            elif re.match(r"role \d+:", line):
                role = int(re.match(r"role (\d+)", line)[1])
                self.roles[role] = (int(re.search(r": (\d+) warp", line)[1]), [])
            elif line.startswith("loop:"):
                role = 0
                self.roles[0] = (1, [])
            elif role is not None and line.strip():
                self.roles[role][1].append((len(line) - len(line.lstrip()), line.strip()))


def walk(lines, env):
    """The lines that a role runs, in order, each with the variables it sees."""
    i = 0
    while i < len(lines):
        indent, text = lines[i]
        end = i + 1
        while end < len(lines) and lines[end][0] > indent:
            end += 1
        body, i = lines[i + 1:end], end
        loop = re.match(r"for (\w) = (\d+) \.\. (.*):$", text)
        if loop:
            for value in range(int(loop[2]), index(loop[3], env) + 1):
                yield from walk(body, dict(env, **{loop[1]: value}))
        elif text.startswith("if "):
            if eval(text[3:-1], {"__builtins__": {}}, env):
                yield from walk(body, env)
        elif text in ("prologue:", "epilogue:"):
            yield from walk(body, env)
        else:
            yield text, env


class Machine:
    def __init__(self, problem, program, n):
        self.p, self.program, self.n = problem, program, n
        self.barriers = {}   # (full/empty, ring, slot) -> [phases complete, arrivals of this one]
        self.started, self.done = {}, set() # (op, i) -> order of start
        self.in_flight = []  # (role, op, i), in order of issue
        self.when = {}       # (op, i) -> barriers to arrive at
        self.staged = set()
        self.steps = {r: list(walk(lines, {"n": n})) for r, (_, lines) in program.roles.items()}
        self.at = {r: 0 for r in self.steps}

    # ---- barriers ----
    def arrive(self, key, count):
        side, ring, slot = key
        depth, full, empty = self.program.rings[ring]
        if not 0 <= slot < depth:
            raise Wrong("no slot %s" % (key,))
        state = self.barriers.setdefault(key, [0, 0])
        state[1] += count
        needed = full if side == "full" else empty
        if state[1] > needed:
            raise Wrong("too many arrivals at %s" % (key,))
        if state[1] == needed:
            state[0], state[1] = state[0] + 1, 0

    def phase_over(self, key, parity):
        return self.barriers.get(key, [0, 0])[0] & 1 != parity

    # ---- checks ----
    def is_done(self, op, i):
        return (op, i) in self.done if self.p.is_async(op) else (op, i) in self.started

    def check_inputs(self, op, i):
        for u, v, distance, kind, latency in self.p.deps:
            if v != op or i - distance < 0:
                continue
            chained = u == v or kind == "control" or (
                self.p.is_async(u) and self.p.is_async(v) and latency < self.p.cls(u)["latency"]
                and self.p.same_queue(u, v) and self.p.roles[u] == self.p.roles[v])
            ok = (u, i - distance) in self.started if chained else self.is_done(u, i - distance)
            if not ok:
                raise Wrong("%s[%d] runs before %s[%d] is done" % (op, i, u, i - distance))

    def check_slot(self, op, i, staged):
        if op not in self.program.rings:
            return
        old = i - self.program.rings[op][0]
        for u, v, distance, kind, _ in self.p.deps:
            crosses = self.p.roles[u] != self.p.roles[v]
            if u != op or v == op or kind not in ("flow", "async") or (staged and not crosses):
                continue
            reader = old + distance
            if old >= 0 and 0 <= reader < self.n and not self.is_done(v, reader):
                raise Wrong("%s[%d] is overwritten before %s[%d] is done with it" % (op, old, v, reader))

    # ---- lines ----
    def queue(self, role, op):
        return [f for f in self.in_flight
                if f[0] == role and not self.p.signals(f[1]) and self.p.same_queue(f[1], op)]

    def barrier_key(self, text, env):
        m = re.match(r"(full|empty)(-order)?\((\S+)\)\[(.*?)\](?:, parity (.*))?$", text)
        if not m:
            raise Wrong("not understood: " + text)
        parity = None if m[5] is None else index(m[5], env)
        return (m[1], m[3] + (m[2] or ""), index(m[4], env)), parity

    def step(self, role):
        """Runs the role's next line; False if it has to wait."""
        text, env = self.steps[role][self.at[role]]
        warps = self.program.roles[role][0]
        op = re.match(r"(\S+)\[([^\]]*)\] = ", text)
        if op:
            self.run(role, op[1], index(op[2], env))
        elif text.startswith("wait done "):
            m = re.match(r"wait done (\S+)\[(.*?)\](?:, (\d+) younger)?", text)
            target = (m[1], index(m[2], env))
            if self.p.signals(m[1]):
                if target not in self.done:
                    return False
            elif len(self.queue(role, m[1])) > int(m[3] or 0):
                return False
            if target not in self.done:
                raise Wrong("role %d goes on before %s is done" % (role, target))
        elif text.startswith("wait until all async"):
            if any(f[0] == role and not self.p.signals(f[1]) for f in self.in_flight):
                return False
        elif text.startswith("wait "):
            key, parity = self.barrier_key(text[5:], env)
            if not self.phase_over(key, parity):
                return False
        elif text.startswith("arrive "):
            self.arrive(self.barrier_key(text[7:], env)[0], warps)
        elif text.startswith("when "):
            m = re.match(r"when (\S+)\[(.*?)\] is done: arrive (.*)$", text)
            key, target = self.barrier_key(m[3], env)[0], (m[1], index(m[2], env))
            if target in self.done:
                self.arrive(key, 1)
            else:
                self.when.setdefault(target, []).append(key)
        elif text.startswith("write "):
            m = re.match(r"write (\S+)\[(.*?)\] to slot \[(.*)\]$", text)
            i = index(m[2], env)
            if not self.is_done(m[1], i):
                raise Wrong("%s[%d] is staged before it is done" % (m[1], i))
            self.check_slot(m[1], i, True)
            self.staged.add(m[1])
        elif text != "sync the warps of the role":
            raise Wrong("not understood: " + text)
        self.at[role] += 1
        return True

    def run(self, role, op, i):
        if (op, i) in self.started or not 0 <= i < self.n:
            raise Wrong("%s[%d] runs twice or is no iteration" % (op, i))
        self.check_inputs(op, i)
        staged = any("write %s[" % op in text for text, _ in self.steps[role])
        if not staged:
            self.check_slot(op, i, False)
        self.started[(op, i)] = len(self.started)
        if self.p.is_async(op):
            self.in_flight.append((role, op, i))

    # ---- hardware ----
    def can_complete(self):
        """Ops in flight that may be done next: queues are in order, copies of variable latency are not."""
        result = []
        for k, f in enumerate(self.in_flight):
            variable = self.p.cls(f[1]).get("variable", False)
            if variable or not any(g[0] == f[0] and self.p.same_queue(g[1], f[1]) for g in self.in_flight[:k]):
                result.append(f)
        return result

    def complete(self, f):
        self.in_flight.remove(f)
        self.done.add(f[1:])
        for key in self.when.pop(f[1:], []):
            self.arrive(key, 1)

    def ended(self):
        return all(self.at[r] == len(self.steps[r]) for r in self.steps)


def play(machine, seed):
    """Seeds 0 … prefer one role above the others, with hardware as late as can be; odd ones mix at random."""
    rng = random.Random(seed)
    order = list(machine.steps)
    while not (machine.ended() and not machine.in_flight):
        if seed % 2:
            rng.shuffle(order)
            choices = order if rng.random() < 0.7 else []
        else:
            k = (seed // 2) % len(order)
            choices = order[k:] + order[:k]
        moved = any(machine.at[r] < len(machine.steps[r]) and machine.step(r) for r in choices)
        if not moved:
            ready = machine.can_complete()
            if ready:
                machine.complete(rng.choice(ready))
            elif not any(machine.at[r] < len(machine.steps[r]) and machine.step(r) for r in order):
                stuck = {r: machine.steps[r][machine.at[r]] for r in order if machine.at[r] < len(machine.steps[r])}
                raise Wrong("nobody can go on: %s" % stuck)
    expected = {(op, i) for op in machine.p.ops for i in range(machine.n)}
    if set(machine.started) != expected:
        raise Wrong("missing: %s" % sorted(expected - set(machine.started))[:5])


def simulate(pseudo, problem, schedule, counts, seeds=8):
    p, program = Problem(problem, schedule), Program(pseudo)
    for n in counts:
        for seed in range(seeds):
            try:
                play(Machine(p, program, n), seed)
            except Wrong as wrong:
                raise Wrong("n = %d, order %d: %s" % (n, seed, wrong))


def counts_for(schedule):
    stages = 1 + max(op["start"] for op in schedule["ops"]) // schedule["ii"]
    return sorted({0, 1, 2, max(stages - 1, 0), stages, stages + 1, 2 * stages + 7})


if __name__ == "__main__":
    with open(sys.argv[1]) as a, open(sys.argv[2]) as b, open(sys.argv[3]) as c:
        pseudo, problem, schedule = a.read(), json.load(b), json.load(c)
    counts = [int(n) for n in sys.argv[4:]] or counts_for(schedule)
    try:
        simulate(pseudo, problem, schedule, counts)
    except Wrong as wrong:
        sys.exit("wrong: %s" % wrong)
    print("runs for n = %s" % ", ".join(map(str, counts)))
