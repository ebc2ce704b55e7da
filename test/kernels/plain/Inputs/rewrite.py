"""rewrite.py [KERNEL…]: rewrites plain kernels with Tweed's passes and runs them on the emulator beside the plain ones, which
are compared with those of reference.cu. Without --passes it does the latter only. Prints a line for each launch; the exit status
says whether all is well.

  --passes PASSES       what opt runs, e.g. tweed or tweed-pipeline
  --arch A[,A]          sm_70, sm_80, sm_90a
  --seeds N, --tsan     how many interleavings, and whether under ThreadSanitizer
  --launches N          of each kernel the first N launches only
  --expect              kernels must have become what kernels.txt expects, and the same twice
  --bugs                instead, plain kernels with the bug that kernels.txt says, each of which must be caught
  --assemble            ptxas must take both, and the rewritten kernel must not spill where the plain one does not
  --no-emulate          only the rest
  --jobs N              kernels at a time"""
import argparse
import concurrent.futures
import re
import sys
import time

import build
import table


class Report:
    """The lines of one kernel."""

    def __init__(self, kernel, arch):
        self.kernel, self.arch, self.lines = kernel, arch, []
        self.failed = self.launches = 0
        self.changed = False

    def say(self, good, text, output=""):
        self.lines.append("%s %s %s" % ("ok  " if good else "FAIL", self.kernel.name, text))
        if not good:
            self.failed += 1
            self.lines += [output.rstrip()] if output.strip() else []


def size_text(sizes):
    return " ".join("%s=%d" % size for size in sizes.items())


def emulate(builder, options, report, kind, first, second, tolerance, note):
    """All launches of a kernel, on two modules."""
    kernel = report.kernel
    run = builder.emulation("%s.%s" % (kernel.name, kind), first, second, options.tsan)
    for sizes in kernel.tests[:options.launches]:
        launch, start = kernel.launch(sizes), time.time()
        output, status = run(launch, tolerance, options.seeds)
        report.launches += 1
        report.say(status == 0, "%s: %s%d seeds (%.1f s)" % (size_text(sizes), note, options.seeds, time.time() - start),
                   launch + "\n" + output)


def expected(kernel, arch, names, missed, changed):
    """Why a rewritten kernel is not what it should be, or None. There is nothing to specialize with below sm_80, and a loop for
    which the machine model says that pipelining doesn't pay need not be pipelined."""
    if kernel.expected == "any":
        return None
    if kernel.expected == "untouched":
        return "was changed" if changed else None
    wanted = ["WarpSpecialized"] if kernel.expected == "specialized" and arch != "sm_70" else \
        ["WarpSpecialized", "Pipelined"]
    if kernel.expected == "pipelined" and not changed and missed == {"NotProfitable"}:
        return None
    if not changed:
        return "was not changed"
    return None if set(wanted) & set(names) else "is not " + kernel.expected


def check_rewrite(builder, options, report, plain):
    """Rewrites a kernel; its IR and what to print of it."""
    kernel = report.kernel
    rewritten, remarks = builder.rewrite(plain, kernel, options.passes)
    report.changed = build.body(plain, kernel.name) != build.body(rewritten, kernel.name)
    names = [name for kind, name, _ in remarks if kind != "Analysis"]
    done = [name for kind, name, _ in remarks if kind == "Passed"]
    note = "%s, %s" % (" ".join(names) or "no remark", "changed" if report.changed else "unchanged")
    if bool(done) != report.changed:
        report.say(False, note + ": remarks and changes do not agree")
    for kind, name, text in remarks:
        if kind == "Missed":
            report.lines.append("     %s %s: %s" % (kernel.name, name, text))
    if options.expect:
        with open(rewritten, "rb") as file, open(builder.rewrite(plain, kernel, options.passes, "again")[0], "rb") as again:
            if file.read() != again.read():
                report.say(False, "the same input gives another rewritten kernel")
        missed = {name for kind, name, _ in remarks if kind == "Missed"}
        why = expected(kernel, builder.arch, done, missed, report.changed)
        report.say(why is None, "%s: %s" % (note, "expected" if why is None else why))
    return rewritten, note


def check_assembly(builder, report, plain, rewritten):
    name, figures = report.kernel.name, []
    for ir in (plain, rewritten) if rewritten else (plain,):
        figures.append(builder.assemble(ir)[name])
    text = "%s: %s registers, %s bytes spilled" % (builder.arch, " -> ".join(str(r) for r, _ in figures),
                                                   " -> ".join(str(s) for _, s in figures))
    report.say(figures[-1][1] <= figures[0][1], text)


def check_bug(builder, options, report, plain):
    """A rewrite that goes wrong, made by hand: some launch must tell, and by the right verdict."""
    name, verdict = report.kernel.bug
    wrong = builder.kernel(report.kernel.name, report.kernel.file, "wrong", "-DBUG_" + name)
    run = builder.emulation(report.kernel.name + ".wrong", wrong, plain, options.tsan)
    for sizes in report.kernel.tests:
        output, status = run(report.kernel.launch(sizes), report.kernel.exact, options.seeds)
        report.launches += 1
        if status == 1:
            line = next(line for line in output.splitlines() if "error: " in line or "tweed: " in line)
            report.say(re.search(verdict, line) is not None, "%s: %s: %s" % (name, size_text(sizes), line))
            return
        if status:
            break
    report.say(False, name + ": not caught", output)


def check(builder, options, kernel):
    report = Report(kernel, builder.arch)
    rewritten, note = None, ""
    try:
        plain = builder.kernel(kernel.name, kernel.file, "plain")
        if options.bugs:
            if kernel.bug:
                check_bug(builder, options, report, plain)
            return report
        if options.passes:
            rewritten, note = check_rewrite(builder, options, report, plain)
        if options.assemble:
            check_assembly(builder, report, plain, rewritten)
        if options.emulate and rewritten:
            emulate(builder, options, report, "rewritten", rewritten, plain, kernel.exact, note + ", ")
        elif options.emulate:
            reference = builder.kernel(kernel.name, "reference.cu", "reference")
            emulate(builder, options, report, "plain", plain, reference, kernel.tolerance, "")
    except (build.Failure, SystemExit) as failure:
        report.say(False, "%s: %s" % (builder.arch, "a tool failed"), str(failure))
    return report


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build.add_options(parser)
    parser.add_argument("kernels", nargs="*", help="default: all")
    parser.add_argument("--passes")
    parser.add_argument("--arch", default="sm_90a")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--launches", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--tsan", action="store_true")
    parser.add_argument("--expect", action="store_true")
    parser.add_argument("--assemble", action="store_true")
    parser.add_argument("--bugs", action="store_true")
    parser.add_argument("--no-emulate", dest="emulate", action="store_false")
    return parser.parse_args()


def main():
    options, kernels, failed, launches, changed = parse(), table.read(), 0, 0, 0
    unknown = set(options.kernels) - {kernel.name for kernel in kernels}
    if unknown:
        sys.exit("there is no kernel %s" % ", ".join(sorted(unknown)))
    kernels = [kernel for kernel in kernels if not options.kernels or kernel.name in options.kernels]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for arch in options.arch.split(","):
            builder = build.Builder(options, arch)
            for report in pool.map(lambda kernel: check(builder, options, kernel), kernels):
                print("".join(line + "\n" for line in report.lines), end="", flush=True)
                failed += report.failed
                launches += report.launches
                changed += report.changed
    print("%d kernels, %d launches, %d changed, %d failures" % (len(kernels), launches, changed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
