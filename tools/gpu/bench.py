#!/usr/bin/env python3
"""bench.py [KERNEL…]: times the kernels of a folder that pack_kernels.py made, plain and rewritten, in Markdown. Each is run in a
process of its own, since a fault ends what a process can do with a GPU. Needs Python 3 and libcuda.so.1; others.py adds what
cuBLAS, PyTorch and Triton need, where they are.

  --limit S     seconds for all (default 560); what does not fit is left out, and named
  --samples S   seconds of launches for each version (default 0.3)
  --patience S  seconds for one kernel, all in all (default 45)
  --one NAME    a kernel's figures as JSON, in this process; with --checksums also those of `tweed emulate`"""
import argparse
import ctypes
import json
import math
import os
import struct
import subprocess
import sys
import time
import types

import run

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST = ("hgemm", "hgemm_two", "hgemm_persistent", "sgemm_128", "sgemm_128_transposed", "sgemm_64", "attention", "attention_wide")
GOALS = (("HGEMM", ("hgemm", "hgemm_two", "hgemm_persistent"), 1.5), ("SGEMM", ("sgemm_128", "sgemm_128_transposed"), 1.3),
         ("attention forward", ("attention", "attention_wide"), 1.3))
SLOWER = 0.97  # a ratio below is slower; medians of the same kernel differ by less than 3 %
FLUSHED = 256 << 20  # bytes that are written between runs, so that none finds its inputs in the L2
BLOCKS = 1056
SIZES = {"i8": 1, "f16": 2, "f32": 4}


def read_pack():
    with open(os.path.join(HERE, "kernels.json")) as file:
        return json.load(file)


# ---- one kernel ----


class Buffers:
    """The buffers of a launch: filled and compared on the GPU."""

    def __init__(self, driver, plan):
        self.driver, self.plan = driver, plan
        self.module = driver.load(os.path.join(HERE, "buffers.ptx"))
        self.at = {i: driver.allocate(a["bytes"]) for i, a in enumerate(plan.arguments) if "bytes" in a}
        self.kept = {i: driver.allocate(plan.arguments[i]["bytes"]) for i in self.outputs()}
        self.most, self.flushed = driver.allocate(4), driver.allocate(FLUSHED)
        self.values = [run.U64(self.at[i]) if i in self.at else ctypes.create_string_buffer(bytes.fromhex(a["value"]))
                       for i, a in enumerate(plan.arguments)]
        for i, argument in enumerate(plan.arguments):
            if i in self.at and not argument.get("output"):
                self.fill(i)

    def outputs(self):
        return [i for i, a in enumerate(self.plan.arguments) if a.get("output")]

    def call(self, name, *arguments):
        function = run.POINTER()
        self.driver.call("cuModuleGetFunction", ctypes.byref(function), self.module, name.encode(), error=run.Wrong)
        pointers = (run.POINTER * len(arguments))(*[ctypes.addressof(a) for a in arguments])
        self.driver.call("cuLaunchKernel", function, *[run.U32(n) for n in (BLOCKS, 1, 1, 256, 1, 1, 0)], None, pointers, None)

    def set(self, at, byte, size):
        self.driver.call("cuMemsetD8_v2", run.U64(at), ctypes.c_ubyte(byte), ctypes.c_size_t(size))

    def fill(self, i):
        argument = self.plan.arguments[i]
        if argument["random"]:
            start = (0x9e3779b97f4a7c15 + i * 0xbf58476d1ce4e5b9) & (1 << 64) - 1
            self.call("fill_" + argument["type"], run.U64(self.at[i]), run.U64(argument["count"]), run.U64(start))
        else:
            self.set(self.at[i], 0, argument["bytes"])

    def reset(self):
        """Outputs as they are before a launch: what the kernel only writes is no number until it does."""
        for i in self.outputs():
            if self.plan.arguments[i]["inout"]:
                self.fill(i)
            else:
                self.set(self.at[i], 0xff, self.plan.arguments[i]["bytes"])

    def keep(self):
        for i in self.outputs():
            self.driver.call("cuMemcpyDtoD_v2", run.U64(self.kept[i]), run.U64(self.at[i]),
                             ctypes.c_size_t(self.plan.arguments[i]["bytes"]))

    def difference(self):
        """The largest one between outputs and those that were kept; infinite where one is no number."""
        self.set(self.most, 0, 4)
        for i in self.outputs():
            argument = self.plan.arguments[i]
            self.call("difference_" + argument["type"], run.U64(self.at[i]), run.U64(self.kept[i]),
                      run.U64(argument["count"]), run.U64(self.most))
        return struct.unpack("<f", self.driver.download(self.most, 4))[0]

    def flush(self):
        self.set(self.flushed, 0, FLUSHED)


def load(driver, version, plan):
    """The cubin, or the PTX where the driver does not take that."""
    try:
        if "cubin" in version:
            return run.Kernel(driver, os.path.join(HERE, version["cubin"]), plan)
    except run.Wrong as error:
        print(error, file=sys.stderr)
    return run.Kernel(driver, os.path.join(HERE, version["ptx"]), plan)


def times(driver, kernels, plan, buffers, seconds):
    """Microseconds of each version, sorted; versions take turns, so that a change of clocks meets all."""
    clock, found = run.Clock(driver), {name: [] for name in kernels}
    count = 3
    while min(map(len, found.values())) < count:
        for name, kernel in kernels.items():
            buffers.flush()
            clock.mark(0)
            kernel.launch(plan.grid, buffers.values)
            clock.mark(1)
            driver.call("cuCtxSynchronize", what="running %s" % kernel.path)
            found[name].append(clock.milliseconds() * 1e3)
        longest = max(min(f) for f in found.values())
        count = max(3, min(500, int(seconds * 1e6 / longest)))
    return {name: sorted(f[1:]) for name, f in found.items()}  # the first one warms up


def one(packed, seconds, checksums):
    driver = run.Driver()
    plan = types.SimpleNamespace(**packed["plan"])
    kernels = {name: load(driver, version, plan) for name, version in packed["versions"].items()}
    buffers, result = Buffers(driver, plan), {}
    for name, kernel in kernels.items():
        buffers.reset()
        kernel.launch(plan.grid, buffers.values)
        driver.call("cuCtxSynchronize", what="running %s" % kernel.path)
        if name == "plain":
            buffers.keep()
        result["difference of " + name] = buffers.difference()
        if checksums:
            result["checksums of " + name] = ["%016x" % run.checksum(driver.download(
                buffers.at[i], plan.arguments[i]["bytes"])) for i in buffers.outputs()]
    for name, found in times(driver, kernels, plan, buffers, seconds).items():
        result[name] = {"median": found[len(found) // 2], "best": found[0], "worst": found[-1], "runs": len(found)}
    return result


# ---- all of them ----


def call(command, limit):
    """JSON that a command prints, or why there is none."""
    try:
        done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"failed": "not done within %d s" % limit}
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        lines = done.stderr.strip().splitlines()
        return {"failed": lines[-1] if lines else "exit status %d" % done.returncode}


def microseconds(figures):
    return "%.1f" % figures["median"] if figures else ""


def speed(packed, median):
    if "work" in packed:
        return "%.1f TFLOP/s" % (packed["work"] / median / 1e6)
    return "%.0f GB/s" % (packed["traffic"] / median / 1e3) if "traffic" in packed else ""


def verdict(packed, result):
    """Why a kernel's result is not what it should be, or None."""
    if "failed" in result:
        return result["failed"]
    if math.isinf(result["difference of plain"]):
        return "the plain kernel leaves elements that are no numbers"
    by = result.get("difference of rewritten", 0)
    return None if by <= packed["tolerance"] else "outputs differ by %g" % by


def row(packed, result):
    """A line of the table; the ratio, if there is one; whether all is well."""
    why, version = verdict(packed, result), packed["versions"]
    plain, rewritten = result.get("plain"), result.get("rewritten")
    ratio = plain["median"] / rewritten["median"] if plain and rewritten and not why else None
    names = " ".join(dict.fromkeys(name for name, _ in packed["remarks"]))
    registers = " → ".join(str(version[v]["registers"]) for v in ("plain", "rewritten") if "registers" in version.get(v, {}))
    cells = [packed["name"], " ".join("%s=%s" % s for s in packed["sizes"].items()), microseconds(plain),
             microseconds(rewritten), "%.2f" % ratio if ratio else "", speed(packed, (rewritten or plain)["median"]) if plain
             else "", "%g" % result["difference of rewritten"] if rewritten else "", registers, names,
             "**%s**" % why if why else ""]
    print("| %s |" % " | ".join(cells), flush=True)
    return ratio, why is None


def say_goals(ratios):
    print("\n## Goals\n")
    for what, names, least in GOALS:
        known = {name: ratios[name] for name in names if ratios.get(name)}
        if known:
            best = max(known, key=known.get)
            print("- %s at least %.1f times the plain kernel: %.2f (%s), %s" %
                  (what, least, known[best], best, "reached" if known[best] >= least else "**missed**"))
        else:
            print("- %s at least %.1f times the plain kernel: **there is no ratio**" % (what, least))
    measured = [name for name, ratio in ratios.items() if ratio]
    slower = ["%s (%.2f)" % (name, ratio) for name, ratio in ratios.items() if ratio and ratio < SLOWER]
    print("- no kernel slower than before: %s" % (
        "**missed** by " + ", ".join(slower) if slower else "reached by %d" % len(measured) if measured else
        "**there is no ratio**"))


def say_others(medians, others):
    print("\n## Beside others\n")
    if "failed" in others:
        print("None: %s" % others["failed"])
        return
    print("The best of Tweed's kernels of a kind; a share above 1 says that it is faster.\n")
    print("| what | kernel | µs | beside | µs | share |\n|---|---|---|---|---|---|")
    for entry in others["rows"]:
        known = {name: medians[name] for name in entry["kernels"] if name in medians}
        if known:
            best = min(known, key=known.get)
            print("| %s | %s | %.1f | %s | %s | %s |" % (
                entry["what"], best, known[best], entry["by"], "%.1f" % entry["median"] if "median" in entry else "",
                "%.2f" % (entry["median"] / known[best]) if "median" in entry else entry["failed"]))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*")
    parser.add_argument("--limit", type=float, default=560)
    parser.add_argument("--samples", type=float, default=0.3)
    parser.add_argument("--patience", type=float, default=45)
    parser.add_argument("--one")
    parser.add_argument("--checksums", action="store_true")
    return parser.parse_args()


def main():
    options, pack, began = parse(), read_pack(), time.time()
    if options.one:
        packed = next(k for k in pack["kernels"] if k["name"] == options.one)
        try:
            print(json.dumps(one(packed, options.samples, options.checksums)))
        except (run.Wrong, run.Fault) as error:
            print(json.dumps({"failed": str(error).replace("\n", " ")}))
        return 0
    wanted = [k for k in pack["kernels"] if not options.kernels or k["name"] in options.kernels]
    wanted.sort(key=lambda k: FIRST.index(k["name"]) if k["name"] in FIRST else len(FIRST))
    print("Passes `%s` for %s. Microseconds: the median of launches that take turns, with a flushed L2.\n" % (pack["passes"], pack["arch"]))
    print("| kernel | sizes | plain, µs | rewritten, µs | ratio | speed | difference | registers | remarks | |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    good, ratios, medians, left = True, {}, {}, []
    for packed in wanted:
        rest = options.limit - 180 - (time.time() - began)  # others need some, too
        if rest < 10:
            left.append(packed["name"])
            continue
        result = call([sys.executable, "bench.py", "--one", packed["name"], "--samples", str(options.samples)], min(rest, options.patience))
        ratios[packed["name"]], well = row(packed, result)
        good &= well
        if "plain" in result and well:
            medians[packed["name"]] = (result.get("rewritten") or result["plain"])["median"]
    if left:
        print("\n**No time was left for %s.**" % ", ".join(left))
    say_goals(ratios)
    say_others(medians, call([sys.executable, "others.py"], max(10, options.limit - (time.time() - began))))
    print("\n%.0f s" % (time.time() - began))
    return 0 if good and not left else 1


if __name__ == "__main__":
    sys.exit(main())
