"""threads.py PASSES…: rewrites the kernels of a table by each of the passes and runs them on the emulator beside the originals.
Prints a line for each kernel and passes; the exit status says whether all is well. --ptxas: ptxas must take them, without spills."""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PLAIN = os.path.join(HERE, "..", "..", "..", "kernels", "plain", "Inputs")
sys.path.insert(0, PLAIN)
import build  # noqa: E402
import table  # noqa: E402

build.FOLDER = HERE
build.cuda.FLAGS = build.cuda.FLAGS + ["-I", os.path.join(HERE, "..", "..", "..", "kernels", "cuda")]


def differs(builder, options, kernel, plain, rewritten):
    """What is wrong in the first launch in which something is, or None."""
    run = builder.emulation(kernel.name, rewritten, plain, options.tsan)
    for sizes in kernel.tests:
        launch = kernel.launch(sizes)
        output, status = run(launch, kernel.exact, options.seeds)
        if status:
            return "%s\n%s" % (launch, output)
    return None


def check(builder, options, kernel, passes):
    plain = builder.kernel(kernel.name, kernel.file, "plain")
    rewritten, remarks = builder.rewrite(plain, kernel, passes)
    names = " ".join(name for kind, name, _ in remarks if kind != "Analysis")
    wrong = differs(builder, options, kernel, plain, rewritten)
    if passes.startswith("tweed-pipeline") and kernel.expected != "any":
        if ("Pipelined" in names) != (kernel.expected == "pipelined"):
            wrong = "is not " + kernel.expected
    text = "%s %s %s: %s, %d launches" % (builder.arch, passes, kernel.name, names, len(kernel.tests))
    if options.assemble:
        before, after = (builder.assemble(ir)[kernel.name] for ir in (plain, rewritten))
        text += ", %d -> %d registers" % (before[0], after[0])
        if after[1] > before[1] and kernel.expected != "any":
            wrong = "spills"
    print("%s %s" % ("FAIL" if wrong else "ok  ", text), flush=True)
    for kind, name, more in remarks if options.verbose else []:
        print("      %s %s: %s" % (kind, name, more))
    if wrong:
        print(wrong, flush=True)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    build.add_options(parser)
    parser.add_argument("passes", nargs="+")
    parser.add_argument("--arch", default="sm_80")
    parser.add_argument("--table", default="threads.txt")
    parser.add_argument("--kernel", action="append")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--tsan", action="store_true")
    parser.add_argument("--assemble", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    good = True
    for arch in options.arch.split(","):
        builder = build.Builder(options, arch)
        for kernel in table.read(os.path.join(HERE, options.table)):
            if not options.kernel or kernel.name in options.kernel:
                for passes in options.passes:
                    good &= check(builder, options, kernel, passes)
    sys.exit(not good)


if __name__ == "__main__":
    main()
