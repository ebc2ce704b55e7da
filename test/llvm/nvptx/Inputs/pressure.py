"""pressure.py: the registers that Tweed expects of kernels, beside those that ptxas gives them. Fails where they are further apart
than --most; of kernels with loops over tiles, than --tiles percent."""
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..", "kernels")
sys.path.insert(0, os.path.join(ROOT, "plain", "Inputs"))
import build  # noqa: E402
import table  # noqa: E402

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


def expected_of_tiles(options, ir):
    """Of a kernel with loops over tiles, else None."""
    text = build.checked([options.opt, "-load-pass-plugin=" + options.plugin, "-passes=print<tweed-schedule>", "-disable-output", ir])
    found = re.search(r"^# .*, (\d+) registers, cycles", text, re.M)
    return int(found.group(1)) if found else None


def check_tiles(options):
    """The largest difference, in percent, and how many kernels there are."""
    builder, worst, count = build.Builder(options, "sm_90a"), 0, 0
    for kernel in table.read():
        ir = builder.kernel(kernel.name, kernel.file, "plain")
        registers = expected_of_tiles(options, ir)
        if registers is not None:
            given = builder.assemble(ir)[kernel.name][0]
            print("%s: %d expected, %d by ptxas" % (kernel.name, registers, given))
            worst, count = max(worst, 100 * abs(registers - given) / given), count + 1
    print("%d kernels with tiles, at most %.0f percent apart" % (count, worst))
    return worst, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    build.add_options(parser)
    parser.add_argument("--most", type=int, required=True)
    parser.add_argument("--tiles", type=float, required=True)
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
    tiles, many = check_tiles(options)
    sys.exit(worst > options.most or count < 15 or tiles > options.tiles or many < 20)


if __name__ == "__main__":
    main()
