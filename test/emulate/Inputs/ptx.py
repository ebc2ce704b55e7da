"""Plain instructions of inline PTX against what they are defined to give. Usage: ptx.py PATH COMMAND...

In the text, $0 is the result; an instruction with a predicate for a result is given with what turns it into a number."""
import math
import sys

from values import bf16, f16, f32, f64, near, run

NAN = math.nan
M32 = (1 << 32) - 1
rows = []


def row(text, result, operands, *examples):
    rows.append((text, result, operands, list(examples)))


def test(text):
    """An instruction that sets predicate p."""
    return "{ .reg .pred p, q; %s selp.b32 $0, 1, 0, p; }" % text


# ---- integers
I, L, H, F, D = "i32", "i64", "i16", "float", "double"
row("add.s32 $0, $1, $2;", I, [I, I], ((7, -9), -2))
row("add.u64 $0, $1, $2;", L, [L, L], ((1 << 40, 5), (1 << 40) + 5))
row("sub.s16 $0, $1, $2;", H, [H, H], ((7, 9), -2))
row("mul.lo.s32 $0, $1, $2;", I, [I, I], ((-7, 9), -63))
row("mul.hi.u32 $0, $1, $2;", I, [I, I], ((-1, -1), M32 - 1))
row("mul.hi.s32 $0, $1, $2;", I, [I, I], ((-1, -1), 0))
row("mul.wide.s32 $0, $1, $2;", L, [I, I], ((-7, 9), -63))
row("mul.wide.u32 $0, $1, $2;", L, [I, I], ((-1, 2), 2 * M32))
row("mad.lo.s32 $0, $1, $2, $3;", I, [I, I, I], ((-7, 9, 64), 1))
row("mad.wide.u32 $0, $1, $2, $3;", L, [I, I, L], ((-1, 2, 1), 2 * M32 + 1))
row("div.s32 $0, $1, $2;", I, [I, I], ((-7, 2), -3))
row("div.u32 $0, $1, $2;", I, [I, I], ((-7, 2), (M32 - 6) // 2))
row("rem.s32 $0, $1, $2;", I, [I, I], ((-7, 2), -1))
row("min.s32 $0, $1, $2;", I, [I, I], ((-7, 2), -7))
row("min.u32 $0, $1, $2;", I, [I, I], ((-7, 2), 2))
row("max.s64 $0, $1, $2;", L, [L, L], ((-7, 2), 2))
row("neg.s32 $0, $1;", I, [I], ((5,), -5))
row("abs.s32 $0, $1;", I, [I], ((-5,), 5))
row("not.b32 $0, $1;", I, [I], ((0x0F0F0F0F,), 0xF0F0F0F0))
row("and.b32 $0, $1, $2;", I, [I, I], ((0b1100, 0b1010), 0b1000))
row("or.b32 $0, $1, 0x10;", I, [I], ((3,), 0x13))
row("xor.b64 $0, $1, $2;", L, [L, L], ((0b1100, 0b1010), 0b0110))
row("shl.b32 $0, $1, $2;", I, [I, I], ((3, 4), 48), ((3, 32), 0))
row("shr.s32 $0, $1, $2;", I, [I, I], ((-16, 2), -4), ((-16, 99), -1))
row("shr.u32 $0, $1, 4;", I, [I], ((-16,), M32 >> 4))
row("popc.b32 $0, $1;", I, [I], ((0xF0F0,), 8))
row("popc.b64 $0, $1;", I, [L], ((0xF0F0 << 30,), 8))
row("clz.b32 $0, $1;", I, [I], ((1,), 31), ((0,), 32))
row("brev.b32 $0, $1;", I, [I], ((3,), 0xC0000000))
row("bfe.u32 $0, $1, $2, $3;", I, [I, I, I], ((0xABCD1234, 8, 8), 0x12), ((0xABCD1234, 28, 8), 0xA), ((1, 40, 3), 0))
row("bfe.s32 $0, $1, $2, $3;", I, [I, I, I], ((0xABCD1234, 28, 4), 0xFFFFFFFA), ((0xABCD1234, 24, 16), 0xFFFFFFAB))
row("bfi.b32 $0, $1, $2, 8, 4;", I, [I, I], ((0xFF, 0x12345678), 0x12345F78))
row("lop3.b32 $0, $1, $2, $3, 0xe8;", I, [I, I, I], ((0b1100, 0b1010, 0b1001), 0b1000))
row("prmt.b32 $0, $1, $2, 0x5410;", I, [I, I], ((0x33221100, 0x77665544), 0x55441100))
row("shf.l.wrap.b32 $0, $1, $2, $3;", I, [I, I, I], ((0x80000000, 1, 1), 3), ((0x80000000, 1, 33), 3))
row("shf.r.clamp.b32 $0, $1, $2, $3;", I, [I, I, I], ((2, 1, 1), 0x80000001), ((2, 7, 40), 7))
row("sad.u32 $0, $1, $2, $3;", I, [I, I, I], ((3, 5, 1), 3))
row("dp4a.s32.s32 $0, $1, $2, $3;", I, [I, I, I], ((0x04FD02FF, 0x80050607, 10), -512 - 15 + 12 - 7 + 10), ((-1, -1, -4), 0))
row("dp4a.u32.s32 $0, $1, $2, $3;", I, [I, I, I], ((0xFF0000FF, 0xFF000002, 0), 255))
row("dp4a.s32.u32 $0, $1, $2, $3;", I, [I, I, I], ((0xFF0000FF, 0xFF000002, 0), -257))
row("dp4a.u32.u32 $0, $1, $2, $3;", I, [I, I, I], ((-1, -1, 0x7FFFFFFF), 0x7FFFFFFF + 4 * 255 * 255))
row("dp2a.lo.s32.s32 $0, $1, $2, $3;", I, [I, I, I], ((0xFFFE0003, 0x010280FF, 1), 256 - 3 + 1))
row("dp2a.hi.s32.u32 $0, $1, $2, $3;", I, [I, I, I], ((0xFFFE0003, 0xFF0280FF, 1), 6 - 510 + 1))
row("dp2a.hi.u32.u32 $0, $1, $2, $3;", I, [I, I, I], ((0xFFFE0003, 0xFF0280FF, 1), 6 + 0xFFFE * 255 + 1))
row("mul24.lo.u32 $0, $1, $2;", I, [I, I], ((0xFFFFFFFF, 0x1000001), 0xFFFFFF))
row("mul24.lo.s32 $0, $1, $2;", I, [I, I], ((0x00FFFFFF, 7), -7))
row("mul24.hi.u32 $0, $1, $2;", I, [I, I], ((0xFFFFFF, 0xFFFFFF), 0xFFFFFE00))
row("mul24.hi.s32 $0, $1, $2;", I, [I, I], ((0x800000, 0x800000), 0x40000000))
row("mad24.lo.s32 $0, $1, $2, $3;", I, [I, I, I], ((-3, 5, 100), 85))
row("mad24.hi.u32 $0, $1, $2, $3;", I, [I, I, I], ((0xFFFFFF, 0xFFFFFF, 5), 0xFFFFFE05))
row("bfind.u32 $0, $1;", I, [I], ((0x00F0,), 7), ((0,), -1), ((-1,), 31))
row("bfind.s32 $0, $1;", I, [I], ((-1,), -1), ((-17,), 4), ((16,), 4))
row("bfind.shiftamt.u32 $0, $1;", I, [I], ((0x00F0,), 24), ((0,), -1))
row("bfind.u64 $0, $1;", I, [L], ((1 << 40,), 40))
row("fns.b32 $0, $1, $2, $3;", I, [I, I, I], ((0xAAAAAAAA, 3, 2), 5), ((0xAAAAAAAA, 3, -2), 1), ((0, 0, 1), -1))
row("copysign.f32 $0, $1, $2;", F, [F, F], ((-1.0, 2.5), -2.5), ((1.0, -2.5), 2.5))

# ---- floating
row("add.f32 $0, $1, $2;", F, [F, F], ((1.5, 2.0 ** -30), 1.5))
row("sub.rn.f32 $0, $1, 0f3F800000;", F, [F], ((1.5,), 0.5))
row("mul.f64 $0, $1, 0d4000000000000000;", D, [D], ((1.5,), 3.0))
row("fma.rn.f32 $0, $1, $2, $3;", F, [F, F, F], ((1 + 2.0 ** -23, 1 - 2.0 ** -23, -1.0), -(2.0 ** -46)))
row("div.rn.f32 $0, $1, $2;", F, [F, F], ((1.0, 3.0), 1 / 3))
row("min.f32 $0, $1, $2;", F, [F, F], ((NAN, 2.0), 2.0))
row("max.f32 $0, $1, $2;", F, [F, F], ((1.0, 2.0), 2.0))
row("neg.f32 $0, $1;", F, [F], ((1.5,), -1.5))
row("ex2.approx.ftz.f32 $0, $1;", F, [F], ((3.5,), near(F, 2 ** 3.5)))
row("lg2.approx.f32 $0, $1;", F, [F], ((10.0,), near(F, math.log2(10))))
row("rcp.approx.ftz.f32 $0, $1;", F, [F], ((3.0,), near(F, 1 / 3)))
row("rsqrt.approx.f32 $0, $1;", F, [F], ((3.0,), near(F, 3 ** -0.5)))
row("sqrt.rn.f32 $0, $1;", F, [F], ((2.0,), f32(math.sqrt(2))))
row("tanh.approx.f32 $0, $1;", F, [F], ((0.5,), near(F, math.tanh(0.5))))
row("fma.rn.f16x2 $0, $1, $2, $3;", I, [I, I, I],
    ((f16(1.0) | f16(2.0) << 16, f16(3.0) | f16(4.0) << 16, f16(5.0) | f16(6.0) << 16), f16(8.0) | f16(14.0) << 16))
row("add.rn.bf16x2 $0, $1, $2;", I, [I, I], ((bf16(1.0) | bf16(2.0) << 16, bf16(3.0) | bf16(4.0) << 16),
                                             bf16(4.0) | bf16(6.0) << 16))
row("mul.f16 $0, $1, $2;", H, [H, H], ((f16(1.5), f16(2.0)), f16(3.0)))

# ---- comparisons and choices
for name, low, same, high in (("eq", 0, 1, 0), ("ne", 1, 0, 1), ("lt", 1, 0, 0), ("le", 1, 1, 0), ("gt", 0, 0, 1),
                              ("ge", 0, 1, 1)):
    row(test("setp.%s.s32 p, $1, $2;" % name), I, [I, I], ((-1, 1), low), ((1, 1), same), ((2, -1), high))
    row(test("setp.%s.f32 p, $1, $2;" % name), I, [F, F], ((-1.0, 1.0), low), ((1.0, 1.0), same), ((2.0, -1.0), high),
        ((NAN, 1.0), 0))
row(test("setp.lt.u32 p, $1, $2;"), I, [I, I], ((-1, 1), 0))
row(test("setp.neu.f32 p, $1, $2;"), I, [F, F], ((NAN, 1.0), 1), ((1.0, 1.0), 0))
row(test("setp.nan.f32 p, $1, $2;"), I, [F, F], ((NAN, 1.0), 1), ((1.0, 1.0), 0))
row(test("setp.eq.s32 q, $1, 3; not.pred p, q;"), I, [I], ((3,), 0), ((4,), 1))
row(test("setp.gt.s32 p, $1, 3; setp.lt.s32 q, $1, 6; and.pred p, p, q;"), I, [I], ((3,), 0), ((4,), 1), ((6,), 0))
row("{ .reg .pred p; setp.eq.s32 p, $1, 3; selp.f32 $0, $2, $3, p; }", F, [I, F, F], ((3, 1.5, 2.5), 1.5),
    ((4, 1.5, 2.5), 2.5))

# ---- conversions
row("cvt.u32.u16 $0, $1;", I, [H], ((-1,), 0xFFFF))
row("cvt.s32.s16 $0, $1;", I, [H], ((-1,), -1))
row("cvt.u64.u32 $0, $1;", L, [I], ((-1,), M32))
row("cvt.sat.u8.s32 $0, $1;", I, [I], ((300,), 255), ((-3,), 0))
row("cvt.rn.f32.s32 $0, $1;", F, [I], ((-3,), -3.0))
row("cvt.rzi.s32.f32 $0, $1;", I, [F], ((-2.75,), -2))
row("cvt.rni.s32.f32 $0, $1;", I, [F], ((2.5,), 2))
row("cvt.rn.f16.f32 $0, $1;", H, [F], ((1.5,), f16(1.5)))
row("cvt.f32.f16 $0, $1;", F, [H], ((f16(1.5),), 1.5))
row("cvt.rn.f16x2.f32 $0, $1, $2;", I, [F, F], ((1.5, 2.5), f16(2.5) | f16(1.5) << 16))
row("cvt.rn.bf16x2.f32 $0, $1, $2;", I, [F, F], ((1.5, 2.5), bf16(2.5) | bf16(1.5) << 16))
row("cvt.rna.tf32.f32 $0, $1;", I, [F], ((1 + 2.0 ** -11,), f32(1 + 2.0 ** -10)))
row("cvt.f64.f32 $0, $1;", D, [F], ((1.5,), 1.5))

# ---- moves, scopes, guards, labels
row("mov.u32 $0, $1;", I, [I], ((7,), 7))
row("mov.u32 $0, %laneid;", I, [I], ((7,), 0))
row("mov.u32 $0, %ntid.x;", I, [I], ((7,), 1))
row("mov.u32 $0, WARP_SZ;", I, [I], ((7,), 32))
row("mov.b64 $0, {$1, $2};", L, [I, I], ((1, 2), 1 | 2 << 32))
row("mov.b32 $0, {$1, $2};", I, [H, H], ((1, 2), 1 | 2 << 16))
row("{ .reg .b32 low, high; mov.b64 {low, high}, $1; sub.s32 $0, high, low; }", I, [L], ((3 | 10 << 32,), 7))
row("{ .reg .b16 h<2>; mov.b32 {h0, h1}, $1; mov.b32 $0, {h1, h0}; }", I, [I], ((0x12345678,), 0x56781234))
row("{ .reg .pred p; setp.eq.s32 p, $1, 1; mov.u32 $0, 5; @p mov.u32 $0, 6; @!p add.s32 $0, $0, 10; }", I, [I],
    ((1,), 6), ((2,), 15))
row("{ .reg .pred p; .reg .b32 i; mov.u32 i, $1; mov.u32 $0, 0; // sum up\n"
    " again: add.u32 $0, $0, i; sub.u32 i, i, 1; setp.ne.u32 p, i, 0; @p bra again; /* done */ }", I, [I], ((10,), 55))
row("{ .reg .b32 r; mov.b32 r, $1; { .reg .b32 r; mov.b32 r, 3; } mov.b32 $0, 4; }", I, [I], ((9,), 4))

# ---- .ftz: subnormal operands count as zero, and results become zero, both with their signs
TINY, LOW, HALF_LOW = 2.0 ** -149, 2.0 ** -100, f16(2.0 ** -20)
row("mul.ftz.f32 $0, $1, $2;", F, [F, F], ((TINY, 2.0 ** 60), 0), ((-LOW, 2.0 ** -40), 1 << 31), ((LOW, 2.0 ** -26), 2.0 ** -126))
row("mul.f32 $0, $1, $2;", F, [F, F], ((TINY, 2.0 ** 60), 2.0 ** -89), ((-LOW, 2.0 ** -40), -(2.0 ** -140)))
row("add.rn.ftz.f32 $0, $1, $2;", F, [F, F], ((2.0 ** -126, -1.5 * 2.0 ** -126), 1 << 31))
row("fma.rn.ftz.f32 $0, $1, $2, $3;", F, [F, F, F], ((LOW, 2.0 ** -40, 0.0), 0), ((1.0, 0.0, TINY), 0))
row("min.ftz.f32 $0, $1, $2;", F, [F, F], ((TINY, 1.0), 0))
row("abs.ftz.f32 $0, $1;", F, [F], ((-TINY,), 0), ((-1.5,), 1.5))
row("neg.ftz.f32 $0, $1;", F, [F], ((TINY,), 1 << 31), ((-1.5,), 1.5))
row("ex2.approx.ftz.f32 $0, $1;", F, [F], ((-130.0,), 0))
row("rcp.approx.ftz.f32 $0, $1;", F, [F], ((TINY,), math.inf), ((2.0 ** 127,), 0))
row(test("setp.eq.ftz.f32 p, $1, $2;"), I, [F, F], ((TINY, 0.0), 1), ((1.0, 0.0), 0))
row(test("setp.eq.f32 p, $1, $2;"), I, [F, F], ((TINY, 0.0), 0))
row("cvt.rpi.ftz.f32.f32 $0, $1;", F, [F], ((TINY,), 0), ((0.5,), 1.0))
row("cvt.rn.ftz.f32.f64 $0, $1;", F, [D], ((2.0 ** -130,), 0), ((2.0 ** -126,), 2.0 ** -126))
row("cvt.rn.ftz.f16.f32 $0, $1;", H, [F], ((TINY,), 0), ((2.0 ** -20,), HALF_LOW))
row("mul.ftz.f16 $0, $1, $2;", H, [H, H], ((HALF_LOW, f16(1024.0)), 0), ((f16(2.0), f16(3.0)), f16(6.0)))
row("fma.rn.ftz.f16x2 $0, $1, $2, $3;", I, [I, I, I],
    ((HALF_LOW | f16(3.0) << 16, f16(1024.0) | f16(2.0) << 16, f16(1.0) << 16), f16(7.0) << 16))

# ---- memory: through $1, a pointer to the thread's own stack is made by the test in ptx.ll; here only constants
row("{ .reg .b64 a; cvta.to.global.u64 a, $1; mov.b64 $0, a; }", L, [L], ((1 << 44,), 1 << 44))

CODES = {I: "r", L: "l", H: "h", F: "f", D: "d"}


def call(text, kind, kinds, names, declarations):
    text = text.replace("\n", "\\0A")
    constraints = ",".join(["=" + CODES[kind]] + [CODES[k] for k in kinds])
    return 'call %s asm sideeffect "%s", "%s"(%s)' % (kind, text, constraints, ", ".join(names))


run(rows, call, sys.argv[1], sys.argv[2:])
