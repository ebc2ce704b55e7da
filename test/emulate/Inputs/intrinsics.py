"""Intrinsics of NVVM against what they are defined to give. Usage: intrinsics.py PATH COMMAND..."""
import math
import sys

from values import bf16, f16, f32, f64, from_f32, is_nan, near, run

INF, NAN = math.inf, math.nan
TINY = from_f32(1)  # the least subnormal
M32, M64 = (1 << 32) - 1, (1 << 64) - 1

rows = []


def row(name, result, operands, *examples):
    rows.append((name, result, operands, list(examples)))


# ---- approximations: any accuracy at least as good as the hardware's
for ftz in ("", ".ftz"):
    for name, function in (("ex2", lambda x: 2.0 ** x), ("lg2", math.log2), ("sin", math.sin), ("cos", math.cos)):
        row("%s.approx%s.f" % (name, ftz), "float", ["float"],
            *[((x,), near("float", function(x))) for x in (0.25, 1.0, 3.5, 0.015625)])
    row("rsqrt.approx%s.f" % ftz, "float", ["float"], ((4.0,), near("float", 0.5)), ((0.0,), INF))
    row("sqrt.approx%s.f" % ftz, "float", ["float"], ((2.25,), near("float", 1.5)))
    row("rcp.approx.ftz.f", "float", ["float"], ((-8.0,), near("float", -0.125)))
    row("div.approx%s.f" % ftz, "float", ["float", "float"], ((1.0, 3.0), near("float", 1 / 3)))
row("ex2.approx.d", "double", ["double"], ((-3.0,), near("double", 0.125)))
row("rsqrt.approx.d", "double", ["double"], ((16.0,), near("double", 0.25)))
row("ex2.approx.f16", "half", ["half"], ((3.0,), 8.0), ((-1.0,), 0.5))
row("ex2.approx.f16x2", "<2 x half>", ["<2 x half>"], (((3.0, -2.0),), (8.0, 0.25)))

# ---- roundings: 1/3, and what is below and above
third = f32(1 / 3)
for name, down, up in (("rn", 0x3EAAAAAB, 0xBEAAAAAB), ("rz", 0x3EAAAAAA, 0xBEAAAAAA), ("rm", 0x3EAAAAAA, 0xBEAAAAAB),
                       ("rp", 0x3EAAAAAB, 0xBEAAAAAA)):
    row("div.%s.f" % name, "float", ["float", "float"], ((1.0, 3.0), down), ((-1.0, 3.0), up))
    row("rcp.%s.f" % name, "float", ["float"], ((3.0,), down), ((-3.0,), up))
    low, high = {"rn": (1.0, -1.0), "rz": (1.0, 0xBF800000), "rm": (1.0, f32(-1.0) + 1), "rp": (f32(1.0) + 1, -1.0)}[name]
    row("add.%s.f" % name, "float", ["float", "float"], ((1.0, 2.0 ** -60), low), ((-1.0, -(2.0 ** -60)), high))
    row("add.%s.d" % name, "double", ["double", "double"],
        ((1.0, 2.0 ** -80), f64(1.0) + (name == "rp")), ((-1.0, -(2.0 ** -80)), f64(-1.0) + (name == "rm")))
    row("mul.%s.f" % name, "float", ["float", "float"],
        ((1 + 2.0 ** -23, 1 + 2.0 ** -23), f32(1 + 2.0 ** -22) + (name == "rp")))
    row("fma.%s.f" % name, "float", ["float"] * 3, ((1.0, 1.0, 2.0 ** -60), f32(1.0) + (name == "rp")))
    row("fma.%s.d" % name, "double", ["double"] * 3, ((1.0, -1.0, -(2.0 ** -80)), f64(-1.0) + (name == "rm")))
    root = f64(math.sqrt(2))
    exact = math.sqrt(2) ** 2 > 2  # in double: whether the nearest root is too large
    row("sqrt.%s.f" % name, "float", ["float"], ((2.0,), 0x3FB504F3 + (name == "rp")))
    row("sqrt.%s.d" % name, "double", ["double"],
        ((2.0,), root if name == "rn" else 0x3FF6A09E667F3BCC + (name == "rp")))

# ---- .ftz: subnormal operands count as zero, and results become zero, both with their signs
LOW, HALF_LOW = 2.0 ** -100, 2.0 ** -20  # HALF_LOW is subnormal as a half
row("mul.rn.ftz.f", "float", ["float"] * 2, ((TINY, 2.0 ** 60), 0), ((LOW, 2.0 ** -40), 0), ((-LOW, 2.0 ** -40), 1 << 31),
    ((LOW, 2.0 ** -26), 2.0 ** -126))
row("mul.rn.f", "float", ["float"] * 2, ((TINY, 2.0 ** 60), 2.0 ** -89), ((LOW, 2.0 ** -40), 2.0 ** -140))
row("mul.rz.ftz.f", "float", ["float"] * 2, ((TINY, 2.0 ** 60), 0), ((LOW, 2.0 ** -40), 0))
row("add.rn.ftz.f", "float", ["float"] * 2, ((2.0 ** -126, -1.5 * 2.0 ** -126), 1 << 31), ((TINY, 1.0), 1.0))
row("add.rp.ftz.f", "float", ["float"] * 2, ((TINY, 1.0), 1.0))
row("div.rn.ftz.f", "float", ["float"] * 2, ((1.0, TINY), INF), ((LOW, 2.0 ** 40), 0))
row("fma.rn.ftz.f", "float", ["float"] * 3, ((LOW, 2.0 ** -40, 0.0), 0), ((1.0, 0.0, TINY), 0), ((NAN, 1.0, 1.0), is_nan("float")))
row("fma.rm.ftz.f", "float", ["float"] * 3, ((1.0, 1.0, -TINY), 1.0))
row("fmin.ftz.f", "float", ["float"] * 2, ((TINY, 1.0), 0), ((-TINY, 1.0), 1 << 31))
row("fmax.ftz.nan.f", "float", ["float"] * 2, ((TINY, -1.0), 0), ((NAN, 1.0), is_nan("float")))
row("sqrt.rn.ftz.f", "float", ["float"], ((TINY,), 0))
row("rcp.rn.ftz.f", "float", ["float"], ((TINY,), INF), ((2.0 ** 127,), 0))
row("rcp.approx.ftz.f", "float", ["float"], ((-(2.0 ** 127),), 1 << 31))
row("ex2.approx.ftz.f", "float", ["float"], ((-130.0,), 0), ((-126.0,), 2.0 ** -126))
row("saturate.ftz.f", "float", ["float"], ((TINY,), 0))
row("fma.rn.ftz.f16", "half", ["half"] * 3, ((HALF_LOW, 1024.0, 0.0), 0), ((2.0 ** -10, 2.0 ** -8, 0.0), 0))
row("fma.rn.ftz.f16x2", "<2 x half>", ["<2 x half>"] * 3,
    (((HALF_LOW, 3.0), (1024.0, 2.0), (0.0, 1.0)), (0.0, 7.0)))
row("f2i.rp.ftz", "i32", ["float"], ((TINY,), 0))
row("f2i.rp", "i32", ["float"], ((TINY,), 1))
row("d2f.rn.ftz", "float", ["double"], ((2.0 ** -130,), 0), ((2.0 ** -126,), 2.0 ** -126))

# ---- the same, as LLVM has it
row("fma.rn.f", "float", ["float"] * 3, ((1 + 2.0 ** -23, 1 - 2.0 ** -23, -1.0), -(2.0 ** -46)))
row("floor.f", "float", ["float"], ((-1.5,), -2.0))
row("ceil.f", "float", ["float"], ((-1.5,), -1.0))
row("trunc.f", "float", ["float"], ((-1.5,), -1.0))
row("round.f", "float", ["float"], ((2.5,), 2.0), ((3.5,), 4.0))
row("floor.d", "double", ["double"], ((-1.5,), -2.0))
row("fabs.f", "float", ["float"], ((-1.5,), 1.5))
row("saturate.f", "float", ["float"], ((1.5,), 1.0), ((-2.0,), 0.0), ((NAN,), 0.0), ((0.25,), 0.25))
row("saturate.d", "double", ["double"], ((1.5,), 1.0), ((NAN,), 0.0))

# ---- least and greatest
for kind, word in (("float", "f"), ("half", "f16"), ("bfloat", "bf16")):
    row("fmin." + word, kind, [kind] * 2, ((1.0, 2.0), 1.0), ((NAN, 2.0), 2.0), ((3.0, NAN), 3.0))
    row("fmax." + word, kind, [kind] * 2, ((1.0, 2.0), 2.0), ((NAN, 2.0), 2.0), ((3.0, NAN), 3.0))
    row("fmin.nan." + word, kind, [kind] * 2, ((1.0, 2.0), 1.0), ((NAN, 2.0), is_nan(kind)))
    row("fmax.nan." + word, kind, [kind] * 2, ((1.0, 2.0), 2.0), ((3.0, NAN), is_nan(kind)))
    row("fmin.xorsign.abs." + word, kind, [kind] * 2, ((-1.0, 2.0), -1.0), ((-3.0, -2.0), 2.0))
    row("fmax.xorsign.abs." + word, kind, [kind] * 2, ((-1.0, 2.0), -2.0), ((-3.0, -2.0), 3.0))
row("fmin.d", "double", ["double"] * 2, ((1.0, NAN), 1.0))
row("fmin.f16x2", "<2 x half>", ["<2 x half>"] * 2, (((1.0, 5.0), (2.0, 4.0)), (1.0, 4.0)))
row("fmax.bf16x2", "<2 x bfloat>", ["<2 x bfloat>"] * 2, (((1.0, 5.0), (2.0, 4.0)), (2.0, 5.0)))

# ---- halves
row("fma.rn.f16", "half", ["half"] * 3, ((1.5, 2.0, -4.0), -1.0), ((1.0009765625, 0.9990234375, -1.0), -(2.0 ** -20)))
row("fma.rn.relu.f16", "half", ["half"] * 3, ((1.5, 2.0, -4.0), 0.0), ((1.5, 2.0, 1.0), 4.0))
row("fma.rn.sat.f16", "half", ["half"] * 3, ((1.5, 2.0, -4.0), 0.0), ((1.5, 2.0, 1.0), 1.0))
row("fma.rn.f16x2", "<2 x half>", ["<2 x half>"] * 3, (((1.0, 2.0), (3.0, 4.0), (5.0, 6.0)), (8.0, 14.0)))
row("fma.rn.bf16", "bfloat", ["bfloat"] * 3, ((1.5, 2.0, -4.0), -1.0))
row("fma.rn.relu.bf16x2", "<2 x bfloat>", ["<2 x bfloat>"] * 3, (((1.0, 2.0), (3.0, -4.0), (5.0, 6.0)), (8.0, 0.0)))
row("neg.bf16", "bfloat", ["bfloat"], ((1.5,), -1.5))
row("abs.bf16x2", "<2 x bfloat>", ["<2 x bfloat>"], (((-1.5, 2.0),), (1.5, 2.0)))

# ---- integers
row("mulhi.i", "i32", ["i32"] * 2, ((-3, 1 << 30), -1), ((1 << 30, 16), 4))
row("mulhi.ui", "i32", ["i32"] * 2, ((-3, 1 << 30), (M32 - 2) * (1 << 30) >> 32))
row("mulhi.ll", "i64", ["i64"] * 2, ((-3, 1 << 62), -1))
row("mulhi.ull", "i64", ["i64"] * 2, ((-3, 1 << 62), (M64 - 2) * (1 << 62) >> 64))
row("mulhi.s", "i16", ["i16"] * 2, ((-3, 1 << 14), -1))
row("mul24.i", "i32", ["i32"] * 2, ((0x7FFFFFF, 3), -3), ((-5, 7), -35))
row("mul24.ui", "i32", ["i32"] * 2, ((0x7FFFFFF, 3), 0xFFFFFF * 3))
row("sad.i", "i32", ["i32"] * 3, ((-3, 4, 10), 17))
row("sad.ui", "i32", ["i32"] * 3, ((-3, 4, 10), (M32 - 2 - 4 + 10) & M32))
row("sad.ull", "i64", ["i64"] * 3, ((4, 9, 1), 6))
row("prmt", "i32", ["i32"] * 3, ((0x33221100, 0x77665544, 0x7051), 0x77005511), ((0x80, 0, 0x0008), 0x808080FF))
row("fns", "i32", ["i32"] * 3, ((0b101101, 0, 2), 2), ((0b101101, 5, -2), 3), ((0b101101, 4, 0), -1), ((8, 4, 1), -1))
row("rotate.b32", "i32", ["i32"] * 2, ((0x80000001, 4), 0x18), ((5, 0), 5))
row("rotate.b64", "i64", ["i64", "i32"], ((0x8000000000000001, 4), 0x18))
row("rotate.right.b64", "i64", ["i64", "i32"], ((0x18, 4), 0x8000000000000001))
row("swap.lo.hi.b64", "i64", ["i64"], ((0x1122334455667788,), 0x5566778811223344))

# ---- conversions
for word, kind in (("f", "float"), ("d", "double")):
    for name, values in (("rn", (2, -2, 4)), ("rz", (2, -2, 3)), ("rm", (2, -3, 3)), ("rp", (3, -2, 4))):
        row("%s2i.%s" % (word, name), "i32", [kind], ((2.5,), values[0]), ((-2.5,), values[1]), ((3.5,), values[2]),
            ((NAN,), 0), ((1e20,), 0x7FFFFFFF), ((-1e20,), 0x80000000))
        row("%s2ll.%s" % (word, name), "i64", [kind], ((-2.5,), values[1]), ((1e30,), 0x7FFFFFFFFFFFFFFF))
    row("%s2ui.rz" % word, "i32", [kind], ((-2.5,), 0), ((3e9,), 3000000000), ((1e20,), M32))
    row("%s2ull.rz" % word, "i64", [kind], ((2.0 ** 63,), 1 << 63), ((-1.0,), 0))
odd = (1 << 24) + 1  # between two floats
for name, low, high in (("rn", odd - 1, 1 - odd), ("rz", odd - 1, 1 - odd), ("rm", odd - 1, -odd - 1), ("rp", odd + 1, 1 - odd)):
    row("i2f." + name, "float", ["i32"], ((odd,), float(low)), ((-odd,), float(high)))
    row("ll2f." + name, "float", ["i64"], ((odd,), float(low)), ((-odd,), float(high)))
    row("ui2f." + name, "float", ["i32"], ((odd,), float(low)))
    row("d2f." + name, "float", ["double"], ((float(odd),), float(low)), ((float(-odd),), float(high)))
    large = (1 << 53) + 1
    row("ll2d." + name, "double", ["i64"], ((large,), float(large + 1 if name == "rp" else large - 1)))
row("ull2f.rn", "float", ["i64"], ((0x8000008000000001,), float(0x8000010000000000)))
row("ull2d.rn", "double", ["i64"], ((M64,), 2.0 ** 64))
row("i2d.rn", "double", ["i32"], ((-7,), -7.0))
row("ui2d.rn", "double", ["i32"], ((-1,), float(M32)))
row("f2h.rn", "i16", ["float"], ((1.0009765625,), f16(1.0009765625)), ((1 + 2.0 ** -11,), f16(1.0)), ((70000.0,), 0x7C00),
    ((2.0 ** -24,), 1), ((NAN,), 0x7FFF))
row("f2bf16.rn", "bfloat", ["float"], ((1 + 2.0 ** -8,), bf16(1.0)), ((1 + 3 * 2.0 ** -8,), bf16(1 + 2.0 ** -6)))
row("f2bf16.rz", "bfloat", ["float"], ((1 + 3 * 2.0 ** -8,), bf16(1 + 2.0 ** -7)))
row("f2bf16.rn.relu", "bfloat", ["float"], ((-3.0,), 0.0))
row("ff2bf16x2.rn", "<2 x bfloat>", ["float"] * 2, ((1.0, 2.0), (2.0, 1.0)))
row("ff2f16x2.rz", "<2 x half>", ["float"] * 2, ((1 + 2.0 ** -11 + 2.0 ** -12, -2.0), (-2.0, 1.0)))
row("ff2f16x2.rn.relu", "<2 x half>", ["float"] * 2, ((-1.0, 2.0), (2.0, 0.0)))
row("f2tf32.rna", "i32", ["float"], ((1 + 2.0 ** -11,), f32(1 + 2.0 ** -10)), ((1.0,), f32(1.0)))
row("bitcast.f2i", "i32", ["float"], ((1.0,), f32(1.0)))
row("bitcast.ll2d", "double", ["i64"], ((f64(1.5),), 1.5))
row("d2i.lo", "i32", ["double"], ((0x1122334455667788,), 0x55667788))
row("d2i.hi", "i32", ["double"], ((0x1122334455667788,), 0x11223344))
row("lohi.i2d", "double", ["i32"] * 2, ((0x55667788, 0x11223344), 0x1122334455667788))


def call(name, kind, kinds, names, declarations):
    full = "llvm.nvvm." + name
    declarations[full] = "declare %s @%s(%s)" % (kind, full, ", ".join(kinds))
    return "call %s @%s(%s)" % (kind, full, ", ".join(names))


run(rows, call, sys.argv[1], sys.argv[2:])
