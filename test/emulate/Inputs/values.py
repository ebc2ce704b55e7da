"""Bits of numbers, and tests of instructions as a module: each instruction on each of its operands, results one behind the
other in an output of i64.

A row is (instruction, result type, operand types, [(operands, expected)]); operands and results are bits, or Python floats
for floating types. An expected result may be a function of the bits that came, which says whether they are right."""
import math
import struct
import subprocess
import sys

WIDTH = {"i1": 1, "i16": 16, "i32": 32, "i64": 64, "float": 32, "double": 64, "half": 16, "bfloat": 16,
         "<2 x half>": 32, "<2 x bfloat>": 32, "ptr": 64}


def f32(x):
    try:
        return struct.unpack("<I", struct.pack("<f", x))[0]
    except OverflowError:
        return 0x7F800000 if x > 0 else 0xFF800000


def f64(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def f16(x):
    try:
        return struct.unpack("<H", struct.pack("<e", x))[0]
    except OverflowError:
        return 0x7C00 if x > 0 else 0xFC00


def bf16(x):
    bits = f32(x)
    if x != x:
        return 0x7FFF
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def from_f32(bits):
    return struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0]


def from_f64(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


ENCODE = {"float": f32, "double": f64, "half": f16, "bfloat": bf16}
DECODE = {"float": from_f32, "double": from_f64,
          "half": lambda bits: struct.unpack("<e", struct.pack("<H", bits))[0],
          "bfloat": lambda bits: from_f32(bits << 16)}


def encode(kind, x):
    if isinstance(x, float):
        return ENCODE[kind](x)
    if isinstance(x, tuple):  # low, high
        one = kind[5:-1]
        return encode(one, x[0]) | encode(one, x[1]) << 16
    return x & ((1 << WIDTH[kind]) - 1)


def near(kind, value, relative=1e-6):
    """Right within the error of an approximation."""
    def check(bits):
        got = DECODE[kind](bits)
        if math.isnan(value) or math.isinf(value):
            return got == value or (math.isnan(got) and math.isnan(value))
        return abs(got - value) <= relative * max(abs(value), 1e-30)
    return check


def is_nan(kind):
    return lambda bits: math.isnan(DECODE[kind](bits))


def operand(lines, name, kind, bits):
    if kind == "ptr":
        lines.append("  %%%s = inttoptr i64 %d to ptr" % (name, bits))
    else:
        lines.append("  %%%s = bitcast i%d %d to %s" % (name, WIDTH[kind], bits, kind))


def result(lines, name, kind, slot):
    bits = "%" + name
    if kind == "ptr":
        lines.append("  %%%s.b = ptrtoint ptr %s to i64" % (name, bits))
    else:
        lines.append("  %%%s.b = bitcast %s %s to i%d" % (name, kind, bits, WIDTH[kind]))
    if WIDTH[kind] < 64:
        lines.append("  %%%s.w = zext i%d %%%s.b to i64" % (name, WIDTH[kind], name))
    lines.append("  %%%s.p = getelementptr i64, ptr %%out, i64 %d" % (name, slot))
    lines.append("  store i64 %%%s.%s, ptr %%%s.p" % (name, "w" if WIDTH[kind] < 64 else "b", name))


def module(rows, build_call):
    """Text of the module, and [(instruction, operands, result type, expected)] by slot."""
    lines, cases, declarations = ["define void @k(ptr %out) {"], [], {}
    for instruction, kind, kinds, examples in rows:
        for values, expected in examples:
            slot = len(cases)
            names = []
            for i, (k, v) in enumerate(zip(kinds, values)):
                operand(lines, "a%d.%d" % (slot, i), k, encode(k, v))
                names.append("%s %%a%d.%d" % (k, slot, i))
            lines.append("  %%r%d = %s" % (slot, build_call(instruction, kind, kinds, names, declarations)))
            result(lines, "r%d" % slot, kind, slot)
            cases.append((instruction, values, kind, expected))
    lines += ["  ret void", "}", "!nvvm.annotations = !{!0}", '!0 = !{ptr @k, !"kernel", i32 1}']
    head = ['target triple = "nvptx64-nvidia-cuda"'] + sorted(declarations.values())
    return "\n".join(head + lines) + "\n", cases


def run(rows, build_call, path, command):
    text, cases = module(rows, build_call)
    with open(path + ".ll", "w") as file:
        file.write(text)
    subprocess.run(command + [path + ".ll", "--launch", "k<<<1,1>>>(out i64[%d])" % len(cases), "--write", path],
                   check=True, stdout=subprocess.DEVNULL)
    with open(path + ".1", "rb") as file:
        got = struct.unpack("<%dQ" % len(cases), file.read())
    wrong = 0
    for bits, (instruction, values, kind, expected) in zip(got, cases):
        if callable(expected):
            good = expected(bits)
        else:
            good = bits == encode(kind, expected)
        if not good:
            wrong += 1
            shown = "a value that is near enough" if callable(expected) else "%#x" % encode(kind, expected)
            print("%s%r: %#x instead of %s" % (instruction, values, bits, shown))
    print("%d of %d results right" % (len(cases) - wrong, len(cases)))
    sys.exit(1 if wrong else 0)
