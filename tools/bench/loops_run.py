#!/usr/bin/env python3
"""Compares, loop by loop, clang alone, clang + LLVM's MachinePipeliner and clang + Tweed: counts only, so that it is repeatable.

    loops_run.py BUILD --out TABLE.tsv [--work FOLDER] [--jobs N] [--cpu CPU]... [--mode scalar|O3]... [FILE.c]...

Per file of test/loops, core and mode: one optimized IR file; out of it the code of llc alone, of llc with the MachinePipeliner (both
of its expanders), of tweed-pipeline (every loop that can be) and of tweed (where it pays). Each program runs under qemu and must
give the original's bytes. Cycles are llvm-mca's for one iteration of the loop as it stands in that IR. See docs/comparison.md.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, HERE)
import loops_ir  # noqa: E402
import mca  # noqa: E402
import remarks  # noqa: E402

MODES = {"scalar": ["-O2", "-fno-vectorize", "-fno-slp-vectorize", "-fno-unroll-loops"], "O3": ["-O3"]}
CPUS = ["cortex-a55", "neoverse-n1"]
LIMITS = ["-aarch64-enable-pipeliner", "-pipeliner-max-mii=1000", "-pipeliner-max-stages=50", "-pipeliner-ii-search-range=200"]
VARIANTS = {"sms": LIMITS, "mve": LIMITS + ["-pipeliner-mve-cg"]}
COLUMNS = ["mode", "cpu", "file", "function", "loop", "blocks", "instructions", "clang", "sms_ii", "sms_stages", "sms_right", "sms", "tweed_ii",
           "bound", "proof", "stages", "unroll", "tweed_right", "tweed", "auto_acts", "auto_right", "auto", "reason"]


def run(command, limit=600, check=True, **options):
    done = subprocess.run(command, capture_output=True, timeout=limit, **options)
    if check and done.returncode:
        raise RuntimeError("%s\n%s" % (" ".join(command), done.stderr.decode(errors="replace")))
    return done


class Case:
    """One file, core and mode, and the files made of it."""

    def __init__(self, source, cpu, mode, work, plugin, trips, loops):
        self.source, self.cpu, self.mode, self.plugin, self.trips, self.loops = source, cpu, mode, plugin, trips, loops
        self.name = os.path.splitext(os.path.basename(source))[0]
        self.stem = os.path.join(work, "%s.%s.%s" % (self.name, cpu, mode))
        self.driver = os.path.join(work, "driver.o")
        with open(source) as file:
            head = file.read()
        self.functions = [n for line in re.findall(r"^// LOOP: (.*)$", head, re.M) for n in line.split()]
        self.flags = " ".join(re.findall(r"^// FLAGS: (.*)$", head, re.M)).split()

    def path(self, suffix):
        return self.stem + suffix

    def text(self, suffix):
        with open(self.path(suffix)) as file:
            return file.read()

    def compile(self):
        run(["clang-19", "--target=aarch64-linux-gnu", "-mcpu=" + self.cpu, *MODES[self.mode], *self.flags, "-fno-discard-value-names",
             "-S", "-emit-llvm", "-I" + self.loops, self.source, "-o", self.path(".ll")])
        self.llc(".ll", ".base.s")
        for variant, options in VARIANTS.items():
            self.llc(".ll", ".%s.s" % variant, *options)
        # Lines of their own for all instructions, so that the MachinePipeliner's remarks say which loop they are about.
        run(["opt-19", "-passes=debugify", "-S", self.path(".ll"), "-o", self.path(".lines.ll")])
        self.llc(".lines.ll", ".lines.s", *LIMITS, "-pass-remarks-output=" + self.path(".sms.yaml"), "-pass-remarks-filter=pipeliner")
        if self.plugin:
            for kind, passes in (("tweed", "tweed-pipeline"), ("auto", "tweed")):
                run(["opt-19", "-load-pass-plugin=" + self.plugin, "-passes=" + passes, "-S", self.path(".ll"), "-o",
                     self.path(".%s.ll" % kind), "-pass-remarks-output=" + self.path(".%s.yaml" % kind)])
                self.llc(".%s.ll" % kind, ".%s.s" % kind)
            done = run(["opt-19", "-load-pass-plugin=" + self.plugin, "-passes=print<tweed-schedule>", "-disable-output", self.path(".ll")])
            with open(self.path(".schedules"), "wb") as file:
                file.write(done.stderr)

    def llc(self, source, target, *options):
        run(["llc-19", "-O3" if self.mode == "O3" else "-O2", "-relocation-model=pic", *options, self.path(source), "-o", self.path(target)])

    # ---- answers ----

    def answers(self, kind):
        """Bytes per test, or the name of the test in which the program died."""
        program = self.path("." + kind)
        run(["aarch64-linux-gnu-gcc", "-static", "-Wa,-march=armv8.5-a+fp16", self.path(".%s.s" % kind), self.driver, "-lm", "-o", program])
        done = run(["qemu-aarch64-static", program, str(self.trips)], check=False)
        os.remove(program)
        if done.returncode:
            died = re.search(rb"in (\w+)", done.stderr)
            return None, died.group(1).decode() if died else "?"
        return done.stdout, None

    def wrong(self, kind, right):
        """Names of the tests that give other bytes than the original."""
        if self.text(".%s.s" % kind) == self.text(".base.s"):
            return set()
        output, died = self.answers(kind)
        if output is None:
            return {died}
        return set() if output == right else different(right, output)


def records(output):
    """(test, header and bytes) of each record that the driver wrote."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        header = output[at:end]
        size = int(header.rsplit(b"bytes=", 1)[1])
        yield header.split()[0].decode(), output[at:end + 1 + size]
        at = end + 2 + size


def different(right, output):
    a, b = list(records(right)), list(records(output))
    return {x[0] for x, y in zip(a, b) if x != y} or {"?"}


# ---- one loop ----


def loops_of(assembly, function):
    """The loops of a function; none where the optimizer left none of the function (a constant result)."""
    try:
        return mca.loops(assembly, function)
    except KeyError:
        return []


def code_of(assembly, function, header, blocks):
    """The instructions of an IR loop in the assembly, as a mca.Loop; None if there are none. Where the loop is laid out in several
    pieces, all its blocks in a row, which counts both arms of a branch."""
    found = [l for l in loops_of(assembly, function) if set(l.blocks) & blocks]
    if len(found) == 1 and header in found[0].blocks:
        return found[0]
    loop, inside = mca.Loop(function, header, [header]), False
    for line in mca.function_lines(assembly, function):
        if mca.LABEL.match(line) or re.match(r"\s*(?://|#)\s*%bb\.", line):
            names = [n for n in mca.BLOCK.findall(line) if not n.startswith("bb.")]
            inside = bool(set(names) & blocks) if names else inside
            continue
        code = mca.instruction(line)
        if code and inside:
            loop.body.append(code)
    return loop if loop.body else None


def memory_ops(body):
    """Words loaded and stored, to count the copies of an iteration in a kernel; what is spilled to the stack is not the loop's."""
    count = 0
    for line in body:
        if re.match(r"(ld|st)[a-z0-9]*\s", line) and not re.search(r"\[(sp|x29)\b", line):
            count += 2 if re.match(r"(ldp|stp|ldnp|stnp)\s", line) else 1
    return count


def sms_loop(base, loops):
    """The kernel that the MachinePipeliner made of a loop, and the iterations in a trip; None if it left the loop alone."""
    same = [l for l in loops if set(l.blocks) & set(base.blocks)]
    changed = [l for l in same if l.body != base.body]
    if not changed:
        return None
    kernel = max(changed, key=lambda l: len(l.body))
    before, after = memory_ops(base.body), memory_ops(kernel.body)
    return kernel, max(1, round(after / before)) if before else 1


def sms_remarks(case, functions):
    """(function, header) -> (II, stages) of the loops that the MachinePipeliner scheduled."""
    found = {}
    for remark in remarks.read(case.path(".sms.yaml"), "pipeliner"):
        function = functions.get(remark.function)
        if not function or not remark["II"] or remark["MaxStageCount"] is None:
            continue
        for name, block in function.blocks.items():
            if function.line(name) != remark.line:
                continue
            near = [h for h in function.headers if h == name or h in block.successors]
            if near:
                found[remark.function, near[-1] if name not in near else name] = (int(remark["II"]), int(remark["MaxStageCount"]))
    return found


def schedules(case):
    """function -> what print<tweed-schedule> says of its loops in order: a schedule, or the reason why there is none."""
    found, decoder = {}, json.JSONDecoder()
    text, at = case.text(".schedules"), 0
    while at < len(text):
        if text[at].isspace() or text[at] == "-":
            at += 1
        elif text[at] == "#":
            end = text.find("\n", at)
            line = text[at:end if end >= 0 else len(text)]
            match = re.match(r"# ([^:]+):(\S+): not pipelined: (\S+):", line)
            if match:
                found.setdefault(match.group(1), []).append((match.group(2), match.group(3)))
            at += len(line)
        else:
            value, at = decoder.raw_decode(text, at)
            function, _, block = value["problem"].partition(":")
            found.setdefault(function, []).append((block, value))
    return found


def tweed_kernels(case, kind, order):
    """(function, header) -> (remark, kernel in the assembly or None) for each loop; kernels stand in the order of their loops."""
    assembly, found = case.text(".%s.s" % kind), {}
    said = {}
    for r in remarks.read(case.path(".%s.yaml" % kind), "tweed"):
        if r.kind in ("Passed", "Missed"):
            said.setdefault(r.function, []).append(r)
    for function, list_ in said.items():
        loops = loops_of(assembly, function)
        kernels = {b: l for l in loops for b in l.blocks if re.fullmatch(r"tweed\.kernel\d*", b)}
        names = iter(sorted(kernels, key=lambda b: int(b[12:] or 0)))
        for (block, _), remark in zip(order.get(function, []), list_):
            name = next(names, None) if remark.kind == "Passed" else None
            found[function, block] = (remark, kernels.get(name))
    return found


def cycles(case, body, iterations=1):
    """Cycles per iteration; None where llvm-mca's model lacks an instruction."""
    try:
        return mca.cycles(body, case.cpu) / iterations
    except RuntimeError as error:
        if "unsupported instruction" in str(error):
            return None
        raise


def value(number):
    return "" if number is None else "%.2f" % number


def row_of(case, base, key, sms, wrong, tweed):
    """One line of the table, as a dictionary; key: function and header."""
    row = dict.fromkeys(COLUMNS, "")
    row.update(mode=case.mode, cpu=case.cpu, file=case.name, function=key[0], loop=key[1], instructions=len(base.body))
    row["clang"] = value(cycles(case, base.body))
    best = None
    for variant in VARIANTS:
        made = sms_loop(base, sms["loops"][variant].get(key[0], [])) if key in sms["ii"] else None
        if made:
            right = key[0] not in wrong[variant]
            trip = cycles(case, made[0].body, made[1])
            if best is None or (right, -trip) > (best[0], -best[1]):
                best = (right, trip)
    if best:
        row["sms_ii"], row["sms_stages"] = sms["ii"][key][0], sms["ii"][key][1] + 1
        row["sms_right"], row["sms"] = "yes" if best[0] else "NO", value(best[1])
    if tweed:
        tweed_columns(case, row, key, wrong, tweed)
    return row


def tweed_columns(case, row, key, wrong, tweed):
    entry = dict(tweed["schedules"].get(key[0], [])).get(key[1])
    if isinstance(entry, dict):
        row["tweed_ii"], row["bound"], row["proof"] = entry["ii"], entry["lower_bound"], entry["proof"]
    elif entry:
        row["reason"] = entry
    for kind in ("tweed", "auto"):
        remark, kernel = tweed[kind].get(key, (None, None))
        if remark is not None and remark.kind == "Passed" and kernel is not None:
            row[kind] = value(cycles(case, kernel.body, int(remark["Unroll"])))
            row[kind + "_right"] = "NO" if key[0] in wrong[kind] else "yes"
            if kind == "tweed":
                row["stages"], row["unroll"] = remark["Stages"], remark["Unroll"]
        elif remark is not None and remark.kind == "Passed":
            row["reason"] = "selects became branches"
        elif remark is not None and kind == "tweed":
            row["reason"] = remark.name
        if kind == "auto":
            row["auto_acts"] = "yes" if row["auto"] else "no"


def rows_of(case):
    case.compile()
    functions = loops_ir.functions(case.text(".lines.ll"))
    right, died = case.answers("base")
    if right is None:
        raise RuntimeError("%s: the original dies in %s" % (case.stem, died))
    kinds = list(VARIANTS) + (["tweed", "auto"] if case.plugin else [])
    wrong = {kind: case.wrong(kind, right) for kind in kinds}
    sms = {"ii": sms_remarks(case, functions),
           "loops": {v: {f: loops_of(case.text(".%s.s" % v), f) for f in case.functions} for v in VARIANTS}}
    tweed = None
    if case.plugin:
        order = schedules(case)
        tweed = {"schedules": order, "tweed": tweed_kernels(case, "tweed", order), "auto": tweed_kernels(case, "auto", order)}
    rows = []
    base = case.text(".base.s")
    for name in [n for n in case.functions if n in functions]:
        function = functions[name]
        for header in function.innermost:
            blocks = function.loop(header)
            loop = None if function.remainder(header) else code_of(base, name, header, blocks)
            if loop:
                rows.append(row_of(case, loop, (name, header), sms, wrong, tweed))
                rows[-1]["blocks"] = len(blocks)
    return rows, {k: sorted(v) for k, v in wrong.items() if v}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="build folder with lib/TweedLLVM.so; - leaves Tweed out")
    parser.add_argument("--out", required=True)
    parser.add_argument("--work", default="build/bench")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--trips", type=int, default=100, help="largest trip count of the runs under qemu")
    parser.add_argument("--loops", default=os.path.join(ROOT, "test", "loops"), help="the folder of the loops and their driver")
    parser.add_argument("--cpu", action="append", choices=CPUS)
    parser.add_argument("--mode", action="append", choices=list(MODES))
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    plugin = os.path.join(os.path.abspath(arguments.build), "lib", "TweedLLVM.so") if arguments.build != "-" else None
    work = os.path.abspath(arguments.work)
    os.makedirs(work, exist_ok=True)
    loops = os.path.abspath(arguments.loops)
    sources = arguments.files or sorted(f for f in glob.glob(os.path.join(loops, "*.c")) if not f.endswith("driver.c"))
    run(["aarch64-linux-gnu-gcc", "-O1", "-c", os.path.join(loops, "driver.c"), "-o", os.path.join(work, "driver.o")])
    cases = [Case(os.path.abspath(f), cpu, mode, work, plugin, arguments.trips, loops) for f in sources for mode in arguments.mode or MODES
             for cpu in arguments.cpu or CPUS]
    table, failed = [], 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = [(case, pool.submit(rows_of, case)) for case in cases]
        for case, future in futures:
            try:
                rows, wrong = future.result()
            except Exception as error:  # one file must not stop the table
                failed += 1
                print("%s: %s" % (os.path.basename(case.stem), error), file=sys.stderr)
                continue
            table += rows
            for kind, tests in wrong.items():
                print("%s: wrong answers with %s: %s" % (os.path.basename(case.stem), kind, " ".join(tests)), file=sys.stderr)
    table.sort(key=lambda r: (r["mode"], r["cpu"], r["file"], r["function"], r["loop"]))
    with open(arguments.out, "w") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for row in table:
            file.write("\t".join(str(row[c]) for c in COLUMNS) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
