"""plans.py: what `tweed` makes of the plain kernels by the machine model, as a table. The exit status says whether

- II is within 10 % of the bound by the busiest unit, for every loop over tiles that is rewritten,
- the kernels named in SPECIALIZED are specialised,
- nothing is rewritten that the model says loses, and what is left alone has a reason."""
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "kernels", "plain", "Inputs"))
import build  # noqa: E402
import table  # noqa: E402

SPECIALIZED = {"sgemm_64", "sgemm_128", "hgemm", "hgemm_batched", "hgemm_persistent", "convolution", "attention"}
FILES = {"sgemm.cu", "hgemm.cu", "conv.cu", "attention.cu", "stencil.cu", "transpose.cu"}


def fields(text):
    """The numbers of a remark on a loop over tiles, or None."""
    found = re.search(r"initiation interval (\d+) \(MII (\d+): unit (\w+); proof (\w+)\), (\d+) stages, ([\d, ]+) slots", text)
    cycles = re.search(r"cycles of an SM per iteration (\d+) -> (\d+)", text)
    if not found or not cycles:
        return None
    return {"ii": int(found[1]), "mii": int(found[2]), "unit": found[3], "proof": found[4], "stages": int(found[5]),
            "slots": found[6], "before": int(cycles[1]), "after": int(cycles[2])}


def check(builder, kernel):
    """A line, and what is wrong."""
    plain = builder.kernel(kernel.name, kernel.file, "plain")
    wrong, lines = [], []
    for kind, name, text in builder.rewrite(plain, kernel, "tweed")[1]:
        n = fields(text)
        if kind == "Passed" and n:
            lines.append("%s II %d MII %d %s %s, %d stages, %s slots, %d -> %d" %
                         (name, n["ii"], n["mii"], n["unit"], n["proof"], n["stages"], n["slots"], n["before"], n["after"]))
            if n["ii"] > 1.1 * n["mii"]:
                wrong.append("II is not near the bound")
            if n["after"] >= n["before"]:
                wrong.append("loses")
        elif kind == "Missed":
            lines.append(name)
    if kernel.name in SPECIALIZED and not any("WarpSpecialized" in line for line in lines):
        wrong.append("is not specialised")
    return "%s %s: %s" % (builder.arch, kernel.name, "; ".join(lines) or "no loop"), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build.add_options(parser)
    parser.add_argument("--arch", default="sm_80,sm_90a")
    options = parser.parse_args()
    failed = 0
    for arch in options.arch.split(","):
        builder = build.Builder(options, arch)
        for kernel in table.read():
            if kernel.file in FILES:
                line, wrong = check(builder, kernel)
                print("%s %s%s" % ("FAIL" if wrong else "ok  ", line, ": " + ", ".join(wrong) if wrong else ""))
                failed += bool(wrong)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
