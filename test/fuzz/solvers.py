#!/usr/bin/env python3
"""solvers.py: random problems of many shapes through every solver and the verifier.

  solvers.py --tweed PATH [--count N] [--seed S] [--jobs J] [--out DIR]

`tweed random` plants the MII. Every schedule that any solver gives out must pass `tweed verify`, its II must not be below
the planted bound, a proof of optimality must be true, and a claim of infeasibility never comes for a problem that has a
schedule. Exit status 0 if all held, 1 if not, 2 for wrong use.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import subprocess
import sys

SECONDS = 60


def call(options, *arguments):
    return subprocess.run([options.tweed, *arguments], capture_output=True, text=True, timeout=4 * SECONDS)


def solvers(options):
    """The names of the solver table."""
    rows = call(options, "solve", "--help").stdout.split("Solvers:\n")[1].splitlines()
    return [row.split()[0] for row in rows if row.startswith("  ")]


def shape(r):
    """Arguments of `tweed random`, and the MII that they plant."""
    mii = r.choice([1, 2, 3, 4, 7, 8, 12, 20, 40])
    ops = r.choice([1, 2, 3, 5, 8, 13, 20, 35, 60, 120])
    circuit = r.choice([0, 0, 1, 2, 3, 5, 9])
    wanted = {"ops": ops, "mii": mii, "circuit": min(circuit, ops), "distance": r.choice([1, 1, 1, 2, 3]),
              "edges": r.choice([0, 0.5, 1.2, 2, 4]), "occupancy": r.choice([1, 1, 2, 4]), "seed": r.randrange(1 << 30)}
    return [x for k, v in wanted.items() for x in ("--" + k, str(v))]


def check(options, problem, solver, extra, planted):
    """A word on how it ended, and what is wrong with it or None."""
    schedule = problem[:-5] + "-" + solver + ".json"
    done = call(options, "solve", problem, "--solver", solver, "--time-limit", str(SECONDS), "--format", "json", "-o", schedule, *extra)
    command = "tweed solve %s --solver %s %s" % (problem, solver, " ".join(extra))
    if done.returncode not in (0, 1):
        return "failed", "%s: exit status %d: %s" % (command, done.returncode, done.stderr[:300])
    if done.returncode == 1:
        text = done.stdout + done.stderr + (open(schedule).read() if os.path.exists(schedule) else "")
        # A schedule at the planted MII exists, unless the extra limits forbid it.
        if not extra and "infeasible" in text:
            return "failed", "%s: infeasible, but a schedule exists" % command
        return "unsolved", None
    verdict = call(options, "verify", problem, schedule)
    if verdict.returncode != 0:
        return "illegal", "%s: not verified: %s" % (command, verdict.stdout + verdict.stderr)
    with open(schedule) as file:
        answer = json.load(file)
    os.remove(schedule)
    if answer["lower_bound"] > planted and not extra:
        return "failed", "%s: lower bound %d above the planted MII %d" % (command, answer["lower_bound"], planted)
    if answer["ii"] < answer["mii"]:
        return "failed", "%s: II %d below MII %d" % (command, answer["ii"], answer["mii"])
    if answer["status"] == "optimal" and answer["ii"] > planted and not extra:
        return "failed", "%s: II %d called optimal, %d exists" % (command, answer["ii"], planted)
    return ("best" if answer["ii"] <= planted else "legal"), None


def one_problem(job):
    number, options, names = job
    r = random.Random(options.seed * 1000003 + number)
    problem = os.path.join(options.out, "p%d.yaml" % number)
    counts, lines = collections.Counter(), []
    made = call(options, "random", *shape(r), "-o", problem)
    if made.returncode == 2:  # a shape that can't be had, such as a circuit that is too short for its MII
        counts["shape refused"] += 1
        return counts, lines
    bounds = call(options, "bounds", problem)
    if made.returncode or bounds.returncode:
        return counts, ["%s: random: %d %s, bounds: %d %s" % (problem, made.returncode, made.stderr, bounds.returncode, bounds.stderr)]
    planted = int(next(line for line in open(problem) if line.startswith("problem:")).split("-")[2])
    counts["problems"] += 1
    extra = []
    if r.random() < 0.2:
        extra = ["--max-stages", str(r.choice([1, 2, 4]))]
    elif r.random() < 0.2:
        extra = ["--ii", str(planted + r.choice([0, 1, 5]))]
    for solver in names:
        try:
            how, wrong = check(options, problem, solver, extra, planted)
        except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
            how, wrong = "failed", "%s --solver %s: %r" % (problem, solver, error)
        counts[how] += 1
        if wrong:
            lines.append(wrong)
    if not lines:
        os.remove(problem)
    return counts, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tweed", required=True, help="the command")
    parser.add_argument("--count", type=int, default=300, help="how many problems")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", default="fuzz-solvers")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    names = solvers(options)
    if not names:
        parser.error("no solver in the help of " + options.tweed)
    total, wrong = collections.Counter(), 0
    with multiprocessing.Pool(options.jobs) as pool:
        for counts, lines in pool.imap(one_problem, ((k, options, names) for k in range(options.count))):
            total.update(counts)
            wrong += len(lines)
            for line in lines:
                print("FAIL", line, flush=True)
    schedules = total["best"] + total["legal"]
    print("problems: %d, solvers: %d, schedules: %d (%d at the planted MII), without an answer: %d, illegal: %d, wrong: %d" % (
        total["problems"], len(names), schedules, total["best"], total["unsolved"], total["illegal"], wrong))
    sys.exit(1 if wrong or not schedules else 0)


if __name__ == "__main__":
    main()
