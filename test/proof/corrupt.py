"""corrupt.py CHECKER CNF PROOF: the checker accepts the proof, and none that is broken.

Broken are: no proof, only the empty clause, a proof without its end, one lemma turned around (some of them must matter),
one clause of the CNF left out (likewise), a CNF that can be satisfied, a CNF whose header lies.
"""
import os
import re
import subprocess
import sys
import tempfile

checker, cnf_path, proof_path = sys.argv[1:]
lines = open(cnf_path).read().splitlines()
clauses = [line for line in lines if not line.startswith(("c", "p"))]
variables = int(next(line for line in lines if line.startswith("p")).split()[2])
proof = open(proof_path).read().splitlines()
work = tempfile.mkdtemp(dir=os.path.dirname(proof_path))


def run(these, steps, header=None):
    cnf, drat = os.path.join(work, "cnf"), os.path.join(work, "drat")
    with open(cnf, "w") as file:
        file.write("\n".join([header or "p cnf %d %d" % (variables, len(these))] + these) + "\n")
    with open(drat, "w") as file:
        file.write("\n".join(steps) + "\n" if steps else "")
    return subprocess.run([checker, cnf, drat], stdout=subprocess.PIPE, stderr=subprocess.PIPE).returncode


def sample(count):
    return range(0, count, max(1, count // 60))


assert run(clauses, proof) == 0, "the proof itself"
assert run(clauses, []) == 1, "no proof"
assert run(clauses, ["0"]) == 1, "the empty clause alone"
end = max(i for i, step in enumerate(proof) if step == "0")
assert run(clauses, proof[:end]) == 1, "no end"
satisfiable = [c for c in clauses if not all(l.startswith("-") for l in c.split()[:-1])]
assert len(satisfiable) < len(clauses)
assert run(satisfiable, [s for s in proof if not s.startswith("d")]) == 1, "a CNF that all variables true satisfy"
assert run(clauses, proof, "p cnf %d %d" % (variables, len(clauses) + 1)) == 2, "too few clauses"
assert run(clauses, proof, "p cnf %d %d" % (variables // 2, len(clauses))) == 2, "too few variables"
turned = left_out = 0
lemmas = [i for i, step in enumerate(proof) if not step.startswith("d") and step != "0"]
for i in (lemmas[k] for k in sample(len(lemmas))):
    first, *rest = proof[i].split()
    turned += run(clauses, proof[:i] + [" ".join([str(-int(first))] + rest)] + proof[i + 1:]) != 0
for i in sample(len(clauses)):
    left_out += run(clauses[:i] + clauses[i + 1:], proof) != 0
print("rejected: %d of %d lemmas turned around, %d of %d clauses left out" % (
    turned, len(sample(len(lemmas))), left_out, len(sample(len(clauses)))))
assert turned > 0 and left_out > 0
