"""packing.py N: a problem of N ops whose reservations have holes that do not fit each other: an II is found at once, but whether a
smaller one exists keeps any solver busy."""
import random
import sys

generator, ops = random.Random(1), range(int(sys.argv[1]))
print("problem: packing\nmachine:\n  machine: holes\n  units: {U: 1}\n  classes:")
for op in ops:
    held = [1] + [generator.randrange(2) for _ in range(14)] + [1]
    print("    c%d: {latency: 3, uses: {U: %s}}" % (op, held))
print("ops:")
for op in ops:
    print("  - {name: x%d, class: c%d}" % (op, op))
