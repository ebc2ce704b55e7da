"""large.py PREFIX: 10,000 ops at II 100,000, as PREFIX.p.json and PREFIX.s.json."""
import json
import sys

UNITS = ["unit-%d" % u for u in range(30)]
machine = {"machine": "large", "units": {u: 2000 for u in UNITS},
           "classes": {u: {"latency": 700, "uses": {u: 500 + 90 * k}} for k, u in enumerate(UNITS)}}
ops = [{"name": "op number %d <of> 10,000" % i, "class": UNITS[i % 30]} for i in range(10000)]
deps = [{"from": ops[i - 7]["name"], "to": ops[i]["name"]} for i in range(7, 10000)]
starts = [{"name": op["name"], "start": (i // 7) * 700 + i * 13 % 7} for i, op in enumerate(ops)]
for i in range(7, 10000):
    starts[i]["start"] = starts[i - 7]["start"] + 700 + i % 3
with open(sys.argv[1] + ".p.json", "w") as p, open(sys.argv[1] + ".s.json", "w") as s:
    json.dump({"problem": "large", "machine": machine, "ops": ops, "deps": deps}, p)
    json.dump({"ii": 100000, "ops": starts}, s)
