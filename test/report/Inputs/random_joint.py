"""Random schedules, each with its problem: random_joint.py PROGRAM COUNT [FIRST SEED]: PROGRAM PROBLEM SCHEDULE pseudo is run on
each and what it writes is simulated (simulate.py). Starts are made so that every rule of docs/joint.md holds. Every sixth
schedule is not joint."""
import json
import os
import random
import subprocess
import sys
import tempfile

import simulate


def handoff(problem, dep):
    w = problem["machine"]["warps"]["handoff"]
    op = next(o for o in problem["ops"] if o["name"] == dep["from"])
    if dep["kind"] != "flow" or op["regs"] == 0:
        return w["async"]
    return w["fixed"] + (w["per_kb"] * dep.get("bytes", 0) + 1023) // 1024


def make_problem(rng):
    roles = rng.randint(2, 4)
    latency = lambda: rng.choice([0, 1, 2, 5, 13, 40])
    classes = {
        "tma": {"latency": 1 + latency(), "uses": {"T": [1]}, "async": True, "variable": True},
        "mma": {"latency": 1 + latency(), "uses": {"M": [1]}, "async": True},
        "chain": {"latency": 1 + latency(), "uses": {"M": [1]}, "async": True, "warps": rng.choice([1, 4])},
        "store": {"latency": latency(), "uses": {"S": [1], "M": [1]}, "async": True},
        "alu": {"latency": latency(), "uses": {"A": [1]}},
        "exp": {"latency": latency(), "uses": {"A": [1]}, "hold": 1, "warps": rng.choice([1, 4])},
    }
    handoffs = {"fixed": rng.randint(0, 5), "per_kb": rng.randint(0, 2), "async": rng.randint(0, 3)}
    machine = {"machine": "m", "units": {"T": 0, "M": 0, "S": 0, "A": 0}, "memories": {"smem": 1 << 30},
               "classes": classes, "warps": {"groups": 8, "sizes": [1, 4], "handoff": handoffs}}
    ops, deps, role = [], [], {}
    for i in range(rng.randint(2, 12)):
        name, r = "v%d" % i, rng.randrange(roles)
        kind = "tma" if r == 0 else rng.choice(["mma", "chain", "store", "alu", "exp"])
        op = {"name": name, "class": kind, "regs": 0}
        if kind in ("tma", "mma"):
            op["bytes"] = {"smem": 16 * rng.randint(1, 64)}
        elif kind in ("chain", "exp") or rng.random() < 0.5:
            op["regs"] = rng.randint(1, 4)
        ops.append(op)
        role[name] = r
        for _ in range(rng.randint(0, 3) if i else 0):
            dep = {"from": "v%d" % rng.randrange(i), "to": name, "distance": rng.choice([0, 0, 0, 1, 3])}
            deps.append(dep)
    for _ in range(rng.randint(0, 4)):
        deps.append({"from": rng.choice(ops)["name"], "to": rng.choice(ops)["name"], "distance": rng.randint(1, 4)})
    for dep in deps:
        dep["kind"] = rng.choice(["flow"] * 5 + ["async", "memory", "anti", "control"])
        source = next(o for o in ops if o["name"] == dep["from"])
        if source["class"] == "store" and dep["kind"] == "flow":
            dep["kind"] = "memory"
        if rng.random() < 0.2:
            dep["latency"] = rng.randint(0, 6)
        if rng.random() < 0.5 and dep["kind"] == "flow":
            dep["bytes"] = 16 * rng.randint(1, 64)
    used = sorted(set(role.values()))
    role = {name: used.index(r) for name, r in role.items()}
    return {"problem": "random", "machine": machine, "ops": ops, "deps": deps}, role


def schedule_for(problem, role, rng):
    """Starts in the order of the ops, no two of a role in one row (holds are 1); distances grow until they fit."""
    ii = rng.randint(len(problem["ops"]), 30)
    classes = {o["name"]: problem["machine"]["classes"][o["class"]] for o in problem["ops"]}
    start, taken = {}, set()

    def needed(dep):
        latency = dep.get("latency", classes[dep["from"]]["latency"])
        return latency + (handoff(problem, dep) if role[dep["from"]] != role[dep["to"]] else 0)

    for op in problem["ops"]:
        name = op["name"]
        at = 0 if rng.random() < 0.6 else rng.randrange(3 * ii)
        for dep in problem["deps"]:
            if dep["to"] == name and dep["from"] in start:
                at = max(at, start[dep["from"]] + needed(dep) - dep["distance"] * ii)
        while (role[name], at % ii) in taken:
            at += 1
        taken.add((role[name], at % ii))
        start[name] = at
    for dep in problem["deps"]:
        while start[dep["to"]] + dep["distance"] * ii < start[dep["from"]] + needed(dep):
            dep["distance"] += 1
    return {"ii": ii, "joint": True,
            "ops": [{"name": n, "start": s, "role": role[n]} for n, s in start.items()]}


def case(seed):
    rng = random.Random(seed)
    problem, role = make_problem(rng)
    if seed % 6 == 5:
        role = {name: 0 for name in role}
    schedule = schedule_for(problem, role, rng)
    schedule["joint"] = seed % 6 != 5
    return problem, schedule


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    with tempfile.TemporaryDirectory() as folder:
        p, s = os.path.join(folder, "p.json"), os.path.join(folder, "s.json")
        for seed in range(first, first + count):
            problem, schedule = case(seed)
            with open(p, "w") as a, open(s, "w") as b:
                json.dump(problem, a)
                json.dump(schedule, b)
            run = subprocess.run([program, p, s, "pseudo"], capture_output=True, text=True)
            if run.returncode:
                sys.exit("seed %d: %s" % (seed, run.stderr))
            try:
                simulate.simulate(run.stdout, problem, schedule, simulate.counts_for(schedule), 6)
            except simulate.Wrong as wrong:
                print(run.stdout)
                print(json.dumps(schedule))
                sys.exit("seed %d: %s" % (seed, wrong))
    print("%d schedules run" % count)


if __name__ == "__main__":
    main()
