"""pressure.py: the registers that Tweed expects of kernels, beside those that ptxas gives them. Fails where they are further apart
than --most."""
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..", "kernels")
sys.path.insert(0, os.path.join(ROOT, "plain", "Inputs"))
import build  # noqa: E402

SOURCES = [os.path.join(ROOT, "plain", name + ".cu") for name in ("vector", "rows", "gemv")] + [os.path.join(HERE, "threads.cu")]


def expected(options, ir):
    """{kernel: registers}, of kernels with a loop that has a graph."""
    graphs = build.checked([options.opt, "-load-pass-plugin=" + options.plugin, "-passes=print<tweed-graph>", "-disable-output", ir])
    found, name = {}, None
    for line in graphs.splitlines():
        if line.startswith("problem: "):
            name = line.split()[1].split(":")[0]
        match = re.search(r"^# \d+ warps of an SM .* (\d+) registers\)", line)
        if match:
            found[name] = int(match.group(1))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    build.add_options(parser)
    parser.add_argument("--most", type=int, required=True)
    options = parser.parse_args()
    worst = count = 0
    for source in SOURCES:
        builder = build.Builder(options, "sm_80")
        ir = builder.path(os.path.basename(source)[:-3] + ".ll")
        build.cuda.compile_kernel(options.clang, source, ir, arch="sm_80")
        given = builder.assemble(ir)
        for name, registers in sorted(expected(options, ir).items()):
            print("%s: %d expected, %d by ptxas" % (name, registers, given[name][0]))
            worst, count = max(worst, abs(registers - given[name][0])), count + 1
    print("%d kernels, at most %d apart" % (count, worst))
    sys.exit(worst > options.most or count < 15)


if __name__ == "__main__":
    main()
