"""twill.py TWEED FOLDER: Twill's Fig. 1 (S = Q K^T, P = exp(S), O += P V) and two sub-tiles of it under limits on groups, registers, memory and
stages, solved jointly and verified; a line each."""
import json
import os
import subprocess
import sys

tweed, folder = sys.argv[1:]


def problem(name, copies, cycles, groups, regs=0, handoff=0, blocking="", memory=0, values=(0, 0, 0)):
    held = ", ".join(["1"] * cycles)
    lines = ["problem: " + name, "machine:", "  machine: m", "  units: {TC: 1, EX: 1}", "  classes:",
             "    gemm: {latency: %d, uses: {TC: [%s]}}" % (cycles, held), "    exp: {latency: %d, uses: {EX: [%s]}}" % (cycles, held),
             "  memories: {smem: {bytes: %d, alloc: live}}" % memory,
             "  warps: {groups: %d, registers: %d, handoff: {fixed: %d}}" % (groups, regs, handoff), "ops:"]
    footprint = ", bytes: {smem: 1}" if memory else ""
    for c in range(copies):
        for op, kind, size in zip("SPO", ("gemm", "exp", "gemm"), values):
            lines.append("  - {name: %s%d, class: %s%s%s}" %
                         (op, c, kind, ", regs: %d" % size if regs else "", footprint if op != "O" else ""))
    lines.append("deps:")
    for c in range(copies):
        lines.append("  - {from: S%d, to: P%d%s}" % (c, c, ", blocking: true" if blocking else ""))
        lines.append("  - {from: P%d, to: O%d%s}" % (c, c, ", blocking: true" if blocking == "both" else ""))
        lines.append("  - {from: O%d, to: O%d, distance: 1}" % (c, c))
    return "\n".join(lines) + "\n"


def solve(text, *options):
    path = os.path.join(folder, "problem.yaml")
    with open(path, "w") as file:
        file.write(text)
    out = os.path.join(folder, "schedule.json")
    done = subprocess.run([tweed, "solve", "--joint", path, "--format", "json", "-o", out, *options], capture_output=True, text=True, timeout=120)
    if done.returncode == 1:
        return "infeasible" if "infeasible" in done.stderr + open(out).read() else "unknown"
    s = json.load(open(out))
    subprocess.run([tweed, "verify", path, out], check=True, capture_output=True, timeout=60)
    return "II %d, length %d, bound %d" % (s["ii"], s["length"], s["lower_bound"])


tiles = {"copies": 2, "cycles": 2, "handoff": 1, "blocking": "S"}
limited = {**tiles, "values": (4, 2, 4)}
print("two groups:", solve(problem("a", 1, 1, 2)))
print("two groups, II 1:", solve(problem("b", 1, 1, 2), "--ii", "1"))
print("one group, blocking:", solve(problem("c", 1, 1, 1, blocking="both")))
print("one group, blocking, II 2:", solve(problem("d", 1, 1, 1, blocking="both"), "--ii", "2"))
print("tiles, one group:", solve(problem("e", groups=1, **tiles)))
print("tiles, two groups:", solve(problem("f", groups=2, **tiles)))
print("tiles, two groups, 8 registers:", solve(problem("g", groups=2, regs=8, **limited)))
print("tiles, two groups, 7 registers:", solve(problem("h", groups=2, regs=7, **limited), "--max-ii", "14"))
for groups in (3, 4):
    print("tiles, %d groups, 7 registers, one stage:" % groups,
          solve(problem("i", groups=groups, regs=7, **limited), "--max-stages", "1", "--max-ii", "14").split(",")[0])
    print("tiles, %d groups, 7 registers:" % groups, solve(problem("j", groups=groups, regs=7, **limited)))
for size in (2, 1):
    print("two groups, memory for %d:" % size, solve(problem("k", 1, 1, 2, memory=size)))
