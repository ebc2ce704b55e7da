#!/usr/bin/env python3
"""Runs a kernel in PTX or in a cubin on the first NVIDIA GPU, with the launch lines, the values and the checksums of
`tweed emulate`. Needs Python 3 and libcuda.so.1, nothing else. docs/gpu.md explains it.

Exit status: 0 all well, 1 a fault or a difference, 2 wrong input (no GPU, too)."""
import argparse
import array
import ctypes
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading


class Wrong(Exception):
    """What the user has to put right: exit status 2."""


class Fault(Exception):
    """What the kernel did wrong: exit status 1."""


# ---- the plan: what `tweed emulate --plan` wrote ----

TYPES = {"i8": "b", "i16": "h", "i32": "i", "i64": "q", "f16": "e", "bf16": "H", "f32": "f", "f64": "d"}


class Plan:
    def __init__(self, folder):
        self.folder = folder
        path = os.path.join(folder, "plan.json")
        try:
            with open(path) as file:
                plan = json.load(file)
            if plan["version"] != 1:
                raise Wrong("%s is of version %s, and 1 is known here" % (path, plan["version"]))
            self.kernel, self.grid, self.block = plan["kernel"], plan["grid"], plan["block"]
            self.shared, self.arguments = plan["shared"], plan["arguments"]
        except OSError as error:
            raise Wrong("cannot read %s: %s" % (path, error.strerror))
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong("%s is no plan: %s" % (path, error))

    def first_bytes(self, argument):
        if "file" not in argument:
            return bytes(argument["bytes"])
        path = os.path.join(self.folder, argument["file"])
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise Wrong("cannot read %s: %s" % (path, error.strerror))
        if len(data) != argument["bytes"]:
            raise Wrong("%s has %d bytes, not the %d of its buffer" % (path, len(data), argument["bytes"]))
        return data

    def outputs(self):
        return [i for i, a in enumerate(self.arguments) if a.get("output")]


def find_tweed():
    here = os.path.dirname(os.path.abspath(__file__))
    for path in (os.environ.get("TWEED"), os.path.join(here, "tweed"), os.path.join(here, "../../build/bin/tweed")):
        if path and os.access(path, os.X_OK):
            return path
    return shutil.which("tweed")


def make_plan(options, folder):
    """Has the command read the launch line: there is one reader of those."""
    signature = options.signature or options.kernel
    if not signature.endswith((".ptx", ".ll", ".bc")):
        raise Wrong("%s does not say the types of its parameters: --signature names its PTX or IR" % signature)
    tweed = find_tweed()
    if not tweed:
        raise Wrong("`tweed` reads launch lines, and is not here (TWEED can name it); where it is, `tweed emulate %s "
                    "--launch '…' --plan FOLDER` makes a folder for --plan" % signature)
    done = subprocess.run([tweed, "emulate", signature, "--launch", options.launch, "--plan", folder, "--data-seed",
                           str(options.seed)])
    if done.returncode:
        raise Wrong("%s: this launch cannot be read" % signature)
    return Plan(folder)


# ---- the driver ----

NOT_FOUND, JIT_LOG, JIT_LOG_SIZE, MAX_DYNAMIC_SHARED = 500, 5, 6, 8
U32, U64, POINTER = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_void_p


class Driver:
    """The driver API, and the primary context of device 0."""

    def __init__(self):
        try:
            self.library = ctypes.CDLL("libcuda.so.1")
        except OSError as error:
            raise Wrong("no driver of NVIDIA: %s" % error)
        device, self.context = ctypes.c_int(), POINTER()
        for name, arguments in (("cuInit", (0,)), ("cuDeviceGet", (ctypes.byref(device), 0)),
                                ("cuDevicePrimaryCtxRetain", (ctypes.byref(self.context), device)),
                                ("cuCtxSetCurrent", (self.context,))):
            self.call(name, *arguments, error=Wrong)

    def call(self, name, *arguments, error=Fault, what=None):
        function = getattr(self.library, name, None)
        if function is None:
            raise Wrong("the driver is too old: it has no %s" % name)
        result = function(*arguments)
        if result:
            text = ctypes.c_char_p()
            self.library.cuGetErrorString(result, ctypes.byref(text))
            raise error("%s: %s (CUDA error %d)" % (what or name, (text.value or b"unknown").decode(), result))

    def allocate(self, size):
        at = U64()
        self.call("cuMemAlloc_v2", ctypes.byref(at), ctypes.c_size_t(max(size, 1)), error=Wrong)
        return at.value

    def upload(self, at, data):
        if data:
            self.call("cuMemcpyHtoD_v2", U64(at), data, ctypes.c_size_t(len(data)))

    def download(self, at, size):
        data = ctypes.create_string_buffer(size)
        if size:
            self.call("cuMemcpyDtoH_v2", data, U64(at), ctypes.c_size_t(size))
        return data.raw

    def load(self, path):
        try:
            with open(path, "rb") as file:
                image = file.read()
        except OSError as error:
            raise Wrong("cannot read %s: %s" % (path, error.strerror))
        module, log = POINTER(), ctypes.create_string_buffer(4096)
        options = (ctypes.c_int * 2)(JIT_LOG, JIT_LOG_SIZE)
        values = (POINTER * 2)(ctypes.cast(log, POINTER), POINTER(len(log)))
        try:
            self.call("cuModuleLoadDataEx", ctypes.byref(module), image + b"\0", 2, options, values, error=Wrong,
                      what="loading %s" % path)
        except Wrong as error:
            raise Wrong("\n".join([str(error), *log.value.decode(errors="replace").splitlines()]))
        return module


CONTRACT = "__tweed_launch_"


class Kernel:
    """A kernel of a module and what its launch contract adds to a launch (tweed/emu.h)."""

    def __init__(self, driver, path, plan):
        self.driver, self.path, self.block, self.shared = driver, path, list(plan.block), plan.shared
        self.module, self.function = driver.load(path), POINTER()
        driver.call("cuModuleGetFunction", ctypes.byref(self.function), self.module, plan.kernel.encode(), error=Wrong,
                    what="finding kernel %s in %s" % (plan.kernel, path))
        self.apply_contract(plan)
        if self.shared:
            driver.call("cuFuncSetAttribute", self.function, MAX_DYNAMIC_SHARED, ctypes.c_int(self.shared), error=Wrong,
                        what="%d bytes of dynamic shared memory" % self.shared)

    def apply_contract(self, plan):
        at, size = U64(), ctypes.c_size_t()
        name = (CONTRACT + plan.kernel).encode()
        result = self.driver.library.cuModuleGetGlobal_v2(ctypes.byref(at), ctypes.byref(size), self.module, name)
        if result == NOT_FOUND:
            return
        if result or size.value != 32:
            raise Wrong("the launch contract of kernel %s is not an array of 8 numbers of 32 bits" % plan.kernel)
        words = struct.unpack("<8I", self.driver.download(at.value, 32))
        version, threads, extra_threads, _, extra_shared, _, width, height = words
        if version != 1:
            raise Wrong("the launch contract of kernel %s has a version that is not 1" % plan.kernel)
        any_block = threads == extra_threads == 0
        given = plan.block[0] * plan.block[1] * plan.block[2]
        if not any_block and not width and plan.block[1:] != [1, 1]:
            raise Wrong("the launch contract of kernel %s is for blocks of one dimension" % plan.kernel)
        if width and plan.block[:2] != [width, height]:
            raise Wrong("kernel %s was rewritten for blocks of %d by %d threads, not of %d by %d" %
                        (plan.kernel, width, height, *plan.block[:2]))
        if not any_block and given != threads:
            raise Wrong("kernel %s was rewritten for blocks of %d threads, not of %d" % (plan.kernel, threads, given))
        if width:
            self.block = [given, 1, 1]
        self.block[0] += extra_threads
        self.shared += extra_shared

    def launch(self, grid, arguments):
        pointers = (POINTER * max(len(arguments), 1))(*[ctypes.addressof(a) for a in arguments])
        self.driver.call("cuLaunchKernel", self.function, *[U32(n) for n in (*grid, *self.block, self.shared)], None,
                         pointers, None, what="launching %s" % self.path)


# ---- arguments ----

MAP_TYPES = {"i8": 0, "i16": 1, "i32": 3, "i64": 5, "f16": 6, "f32": 7, "f64": 8, "bf16": 9}
MAP_SIZE, MAP_ALIGN = 128, 64


def encode_map(driver, argument, address):
    """The 128 bytes of a tensor map, at a multiple of 64."""
    shape = argument["map"]
    room = ctypes.create_string_buffer(MAP_SIZE + MAP_ALIGN)
    at = (ctypes.addressof(room) + MAP_ALIGN - 1) // MAP_ALIGN * MAP_ALIGN
    rank, swizzle = len(shape["size"]), {0: 0, 32: 1, 64: 2, 128: 3}[shape["swizzle"]]
    driver.call("cuTensorMapEncodeTiled", POINTER(at), MAP_TYPES[argument["type"]], U32(rank), U64(address),
                (U64 * rank)(*shape["size"]), (U64 * rank)(*shape["stride"]), (U32 * rank)(*shape["box"]),
                (U32 * rank)(*[1] * rank), 0, swizzle, 0, 0, error=Wrong)
    value = (ctypes.c_char * MAP_SIZE).from_address(at)
    value.room = room  # lives as long as the value
    return value


class Arguments:
    """The buffers on the GPU, with what they begin with, and what the kernel gets."""

    def __init__(self, driver, plan):
        self.driver, self.plan, self.values, self.addresses = driver, plan, [], {}
        self.first = {i: plan.first_bytes(a) for i, a in enumerate(plan.arguments) if "bytes" in a}
        for i, argument in enumerate(plan.arguments):
            self.values.append(self.value(i, argument))

    def value(self, i, argument):
        if "value" in argument:
            data = bytes.fromhex(argument["value"])
            return ctypes.create_string_buffer(data, len(data))
        address = self.addresses[i] = self.driver.allocate(argument["bytes"])
        if "map" in argument:
            encoded = encode_map(self.driver, argument, address)
            if not argument["map"]["pointer"]:
                return encoded
            address = self.driver.allocate(MAP_SIZE)
            self.driver.upload(address, encoded.raw)
        return U64(address)

    def reset(self):
        for i, data in self.first.items():
            self.driver.upload(self.addresses[i], data)

    def outputs(self):
        return {i: self.driver.download(self.addresses[i], self.plan.arguments[i]["bytes"]) for i in self.plan.outputs()}


# ---- results ----


def checksum(data):
    """FNV-1a."""
    total = 0xcbf29ce484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return total


def elements(kind, data):
    if kind == "f16":
        return struct.unpack("<%de" % (len(data) // 2), data)
    numbers = array.array(TYPES[kind], data)
    if kind != "bf16":
        return numbers
    return array.array("f", struct.pack("<%dI" % len(numbers), *[n << 16 for n in numbers]))


def difference(kind, one, other):
    """The largest difference and where; a NaN beside a number counts as infinite."""
    most, at = 0.0, 0
    if one == other:
        return most, at
    size = len(struct.pack(TYPES[kind], 0))
    for i, (x, y) in enumerate(zip(elements(kind, one), elements(kind, other))):
        if one[i * size:(i + 1) * size] == other[i * size:(i + 1) * size]:
            continue
        x, y = float(x), float(y)
        by = math.inf if math.isnan(x) != math.isnan(y) else abs(x - y)
        if by > most:
            most, at = by, i
    return most, at


def compare(plan, tolerance, one, other, what):
    for i in plan.outputs():
        by, at = difference(plan.arguments[i]["type"], one[i], other[i])
        if by > tolerance:
            raise Fault("argument %d %s: element %d differs by %g, %g is allowed" % (i + 1, what, at, by, tolerance))


def read_expected(plan, prefix):
    expected = {}
    for i in plan.outputs():
        path = "%s.%d" % (prefix, i + 1)
        try:
            with open(path, "rb") as file:
                expected[i] = file.read()
        except OSError as error:
            raise Wrong("cannot read %s: %s" % (path, error.strerror))
        if len(expected[i]) != plan.arguments[i]["bytes"]:
            raise Wrong("%s has %d bytes, not the %d of its buffer" % (path, len(expected[i]), plan.arguments[i]["bytes"]))
    return expected


# ---- runs ----


class Clock:
    """Events around a launch: milliseconds."""

    def __init__(self, driver):
        self.driver, self.events = driver, (POINTER(), POINTER())
        for event in self.events:
            driver.call("cuEventCreate", ctypes.byref(event), 0)

    def mark(self, which):
        self.driver.call("cuEventRecord", self.events[which], None)

    def milliseconds(self):
        elapsed = ctypes.c_float()
        self.driver.call("cuEventElapsedTime", ctypes.byref(elapsed), *self.events)
        return elapsed.value


def give_up(kernel, limit):
    """A kernel that hangs can't be called back: the process ends."""
    sys.stdout.flush()
    print("run.py: running %s: no progress in %g s" % (kernel.path, limit), file=sys.stderr, flush=True)
    os._exit(1)


def run(driver, kernel, plan, arguments, clock, limit):
    """Outputs and milliseconds of one launch."""
    arguments.reset()
    watchdog = threading.Timer(limit, give_up, (kernel, limit))
    watchdog.daemon = True
    watchdog.start()
    try:
        clock.mark(0)
        kernel.launch(plan.grid, arguments.values)
        clock.mark(1)
        driver.call("cuCtxSynchronize", what="running %s" % kernel.path)
    finally:
        watchdog.cancel()
    return arguments.outputs(), clock.milliseconds()


def run_all(options, plan):
    driver = Driver()
    kernels = [Kernel(driver, path, plan) for path in (options.kernel, options.compare) if path]
    arguments, clock = Arguments(driver, plan), Clock(driver)
    first, _ = run(driver, kernels[0], plan, arguments, clock, options.time_limit)
    for i in plan.outputs():
        kind, count = plan.arguments[i]["type"], plan.arguments[i]["count"]
        print("argument %d: %s[%d] %016x" % (i + 1, kind, count, checksum(first[i])), flush=True)
    if options.expect:
        compare(plan, options.tolerance, first, read_expected(plan, options.expect), "of %s" % options.expect)
    for kernel in kernels:
        times = []
        for _ in range(max(options.repeat, kernel is not kernels[0])):
            outputs, milliseconds = run(driver, kernel, plan, arguments, clock, options.time_limit)
            times.append(milliseconds)
            compare(plan, options.tolerance, first, outputs,
                    "changes from run to run" if kernel is kernels[0] else "of the other module")
        if options.repeat:
            times.sort()
            print("%s: %d runs, %.4f ms at best, %.4f ms median" % (kernel.path, len(times), times[0], times[len(times) // 2]))
    if options.compare:
        print("both modules agree")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernel", metavar="KERNEL.ptx|KERNEL.cubin")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--launch", metavar="LINE", help="as of `tweed emulate`, which reads it")
    how.add_argument("--plan", metavar="FOLDER", help="that `tweed emulate --plan` made")
    parser.add_argument("--signature", metavar="FILE", help="PTX or IR that says the kernel's parameters; default: KERNEL.ptx")
    parser.add_argument("--compare", metavar="OTHER", help="another version of the kernel; outputs must agree")
    parser.add_argument("--expect", metavar="PREFIX", help="outputs that `tweed emulate --write PREFIX` wrote; must agree")
    parser.add_argument("--seed", type=int, default=1, metavar="N",
                        help="of =random, the --data-seed of `tweed emulate` (default 1)")
    parser.add_argument("--tolerance", type=float, default=0, metavar="T", help="by how much elements may differ")
    parser.add_argument("--repeat", type=int, default=0, metavar="N", help="N timed runs more, which must agree, too")
    parser.add_argument("--time-limit", type=float, default=60, metavar="S", help="seconds for a run (default 60)")
    options = parser.parse_args()
    if options.repeat < 0 or not options.tolerance >= 0 or options.seed < 0 or not options.time_limit > 0:
        parser.error("--repeat, --seed and --tolerance are not negative, --time-limit is more than 0")
    return options


def main():
    options = parse_options()
    try:
        if options.plan:
            run_all(options, Plan(options.plan))
        else:
            with tempfile.TemporaryDirectory(prefix="tweed-") as folder:
                run_all(options, make_plan(options, folder))
    except (Wrong, Fault) as error:
        print("run.py: %s" % error, file=sys.stderr)
        return 2 if isinstance(error, Wrong) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
