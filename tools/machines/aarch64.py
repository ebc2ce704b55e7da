"""AArch64: generic, cortex-a55, neoverse-n1."""
from classes import Class, INT, FLOAT, lanes, wider

# kind: (64-bit register form, 128-bit register form, chain of the 128-bit form); the wider classes repeat the 128-bit form.
VECTOR = {
    "valu": ("add v0.2s, v1.2s, v2.2s", "add v0.4s, v1.4s, v2.4s", "add v0.4s, v0.4s, v2.4s"),
    "vlogic": ("eor v0.8b, v1.8b, v2.8b", "eor v0.16b, v1.16b, v2.16b", "eor v0.16b, v0.16b, v2.16b"),
    "vshift": ("ushl v0.2s, v1.2s, v2.2s", "ushl v0.4s, v1.4s, v2.4s", "ushl v0.4s, v0.4s, v2.4s"),
    "vmul": ("mul v0.2s, v1.2s, v2.2s", "mul v0.4s, v1.4s, v2.4s", "mul v0.4s, v0.4s, v2.4s"),
    "vminmax": ("smax v0.2s, v1.2s, v2.2s", "smax v0.4s, v1.4s, v2.4s", "smax v0.4s, v0.4s, v2.4s"),
    "vabs": ("abs v0.2s, v1.2s", "abs v0.4s, v1.4s", "abs v0.4s, v0.4s"),
    "vsat": ("sqadd v0.2s, v1.2s, v2.2s", "sqadd v0.4s, v1.4s, v2.4s", "sqadd v0.4s, v0.4s, v2.4s"),
    "vcnt": ("cnt v0.8b, v1.8b", "cnt v0.16b, v1.16b", "cnt v0.16b, v0.16b"),
    "vcmp": ("cmgt v0.2s, v1.2s, v2.2s", "cmgt v0.4s, v1.4s, v2.4s", "cmgt v0.4s, v0.4s, v2.4s"),
    "vsel": ("bsl v0.8b, v1.8b, v2.8b", "bsl v0.16b, v1.16b, v2.16b", None),
    "vfadd": ("fadd v0.2s, v1.2s, v2.2s", "fadd v0.4s, v1.4s, v2.4s", "fadd v0.4s, v0.4s, v2.4s"),
    "vfmul": ("fmul v0.2s, v1.2s, v2.2s", "fmul v0.4s, v1.4s, v2.4s", "fmul v0.4s, v0.4s, v2.4s"),
    "vfma": ("fmla v0.2s, v1.2s, v2.2s", "fmla v0.4s, v1.4s, v2.4s", "fmla v0.4s, v1.4s, v2.4s"),
    "vfdiv32": ("fdiv v0.2s, v1.2s, v2.2s", "fdiv v0.4s, v1.4s, v2.4s", None),
    "vfdiv64": ("fdiv d0, d1, d2", "fdiv v0.2d, v1.2d, v2.2d", None),
    "vfsqrt32": ("fsqrt v0.2s, v1.2s", "fsqrt v0.4s, v1.4s", None),
    "vfsqrt64": ("fsqrt d0, d1", "fsqrt v0.2d, v1.2d", None),
    "vfabs": ("fabs v0.2s, v1.2s", "fabs v0.4s, v1.4s", "fabs v0.4s, v0.4s"),
    "vfminmax": ("fmaxnm v0.2s, v1.2s, v2.2s", "fmaxnm v0.4s, v1.4s, v2.4s", "fmaxnm v0.4s, v0.4s, v2.4s"),
    "vfrint": ("frintm v0.2s, v1.2s", "frintm v0.4s, v1.4s", None),
    "vfcmp": ("fcmgt v0.2s, v1.2s, v2.2s", "fcmgt v0.4s, v1.4s, v2.4s", None),
    "vcvt": ("scvtf v0.2s, v1.2s", "scvtf v0.4s, v1.4s", None),
    "vwiden": ("sshll v0.8h, v1.8b, #0", "sshll v0.4s, v1.4h, #0", None),
    "vnarrow": ("xtn v0.4h, v1.4s", "xtn v0.4h, v1.4s", None),
    "vfwiden": ("fcvtl v0.2d, v1.2s", "fcvtl v0.2d, v1.2s", None),
    "vfnarrow": ("fcvtn v0.2s, v1.2d", "fcvtn v0.2s, v1.2d", None),
    "vshuffle": ("zip1 v0.2s, v1.2s, v2.2s", "zip1 v0.4s, v1.4s, v2.4s", None),
    "vload": ("ldr d0, [x1]", "ldr q0, [x1]", None),
    "vstore": ("str d0, [x1]", "str q0, [x1]", None),
}
DOUBLES = {"q": [2], "q2": [4], "q4": [8, 16, 32, 64]}
SIZES = [("q4", 512), ("q2", 256), ("q", 128), ("d", 64)]


def repeated(steps, n):
    """n copies of a sequence, side by side."""
    return "\n".join(line if k == 0 else "|" + line.lstrip("|") for line in steps.splitlines() for k in range(n))


def vector_classes():
    for kind, (half, full, chain) in VECTOR.items():
        file = None if kind == "vstore" else "float"
        yield Class(kind + "_d", half, file)
        yield Class(kind + "_q", full, file, chain)
        yield Class(kind + "_q2", full + "\n|" + full, file, chain)
        yield Class(kind + "_q4", full + ("\n|" + full) * 3, file, chain)
    inverse = "umull2 v3.2d, v1.4s, v2.4s\n|umull v4.2d, v1.2s, v2.2s\nuzp2 v3.4s, v4.4s, v3.4s\nushr v3.4s, v3.4s, #3"
    for size, n in (("q", 1), ("q2", 2), ("q4", 4)):
        yield Class("vdivc_" + size, repeated(inverse, n), "float", note="by a constant: multiply by its inverse")
        yield Class("vremc_" + size, repeated(inverse + "\nmls v1.4s, v3.4s, v2.4s", n), "float", note="by a constant")
    pair = "\n|".join(["mov x0, v1.d[1]", "fmov x1, d1", "mov x2, v2.d[1]", "fmov x3, d2"])
    yield Class("vmul64", pair + "\nmul x0, x0, x2\n|mul x1, x1, x3\nfmov d0, x1\nmov v0.d[1], x0", "float",
                note="there is no 64-bit vector multiplication: by way of the integer registers")
    yield Class("vdiv", "mov w0, v1.s[1]\n|mov w1, v2.s[1]\nsdiv w0, w0, w1\n|sdiv w0, w0, w1\n|sdiv w0, w0, w1\n"
                "|sdiv w0, w0, w1\nmov v0.s[1], w0", "float", note="integer division is scalar: four of them")
    yield Class("vextract", "mov s0, v1.s[1]", "float")
    yield Class("vextract_int", "mov w0, v1.s[1]", "int")
    yield Class("vinsert", "mov v0.s[1], v1.s[0]", "float")
    yield Class("vinsert_int", "mov v0.s[1], w1", "float")
    yield Class("vreduce", "addv s0, v1.4s\nfmov w0, s0", "int")
    yield Class("vfreduce", "faddp v0.4s, v1.4s, v1.4s\nfaddp s0, v0.2s", "float")


def scalar_classes(index):
    """index: loads and stores in the form [base, index] where that form has the same micro-ops as [base]."""
    word = "[x1, x2, lsl #2]" if index else "[x1]"
    long = "[x1, x2, lsl #3]" if index else "[x1]"
    yield Class("free", latency=0, issue=0, note="folds into another instruction, or needs none")
    yield Class("alu", "add x0, x1, x2", "int", "add x0, x0, x1")
    yield Class("mul32", "mul w0, w1, w2", "int", "mul w0, w0, w1")
    yield Class("mul64", "mul x0, x1, x2", "int", "mul x0, x0, x1")
    yield Class("madd", "", "int", "madd w0, w1, w2, w0", issue=0,
                note="the addition in a multiply-add: the multiplication's instruction does it")
    yield Class("div32", "sdiv w0, w1, w2", "int", "sdiv w0, w0, w1")
    yield Class("div64", "sdiv x0, x1, x2", "int", "sdiv x0, x0, x1")
    yield Class("rem32", "sdiv w0, w1, w2\nmsub w0, w0, w2, w1", "int", "sdiv w3, w0, w2\nmsub w0, w3, w2, w0")
    yield Class("rem64", "sdiv x0, x1, x2\nmsub x0, x0, x2, x1", "int", "sdiv x3, x0, x2\nmsub x0, x3, x2, x0")
    yield Class("mul_narrow", "smull x0, w1, w2", "int", note="a 64-bit product of extended 32-bit numbers")
    yield Class("divc32", "umull x0, w1, w2\nlsr x0, x0, #35", "int", note="by a constant: multiply by its inverse")
    yield Class("divc64", "umulh x0, x1, x2\nlsr x0, x0, #3", "int", note="by a constant: multiply by its inverse")
    yield Class("remc32", "umull x0, w1, w2\nlsr x0, x0, #35\nmsub w0, w0, w2, w1", "int", note="by a constant")
    yield Class("remc64", "umulh x0, x1, x2\nlsr x0, x0, #3\nmsub x0, x0, x2, x1", "int", note="by a constant")
    yield Class("shift_add", "add w0, w0, w1, lsl #5", "int", "add w0, w0, w0, lsl #5", note="a multiplication by 2^n + 1")
    yield Class("cmp", "cmp w0, w1", "int", "cmp w0, w1\ncsel w0, w1, w2, lt", minus=1,
                note="to a conditional select, less the select's own cycle; the result lives in the flags")
    yield Class("select", "csel w0, w1, w2, lt", "int", "csel w0, w0, w1, lt")
    yield Class("minmax", "cmp w0, w1\ncsel w0, w0, w1, lt", "int", "cmp w0, w1\ncsel w0, w0, w1, lt")
    yield Class("abs", "cmp w0, #0\ncneg w0, w0, mi", "int", "cmp w0, #0\ncneg w0, w0, mi")
    yield Class("clz", "clz w0, w1", "int", "clz w0, w0")
    yield Class("ctz", "rbit w0, w1\nclz w0, w0", "int", "rbit w0, w0\nclz w0, w0")
    yield Class("rev", "rev w0, w1", "int", "rev w0, w0")
    yield Class("ctpop", "fmov d0, x0\ncnt v0.8b, v0.8b\naddv b0, v0.8b\nfmov w0, s0", "int",
                "fmov d0, x0\ncnt v0.8b, v0.8b\naddv b0, v0.8b\nfmov w0, s0")
    yield Class("satu", "adds w0, w1, w2\ncsinv w0, w0, wzr, lo", "int", "adds w0, w0, w2\ncsinv w0, w0, wzr, lo")
    yield Class("sats", "adds w0, w1, w2\nasr w3, w0, #31\neor w3, w3, #0x80000000\ncsel w0, w3, w0, vs", "int",
                "adds w0, w0, w2\nasr w3, w0, #31\neor w3, w3, #0x80000000\ncsel w0, w3, w0, vs")
    yield Class("overflow", "adds w0, w1, w2\ncset w1, vs", "int", "adds w0, w1, w0\ncset w1, vs")
    yield Class("load", "ldr x0, " + long, "int")
    yield Class("store", "str x0, " + long)
    yield Class("fload", "ldr s0, " + word, "float")
    yield Class("fstore", "str s0, " + word)
    yield Class("fadd", "fadd s0, s1, s2", "float", "fadd s0, s0, s1")
    yield Class("fmul", "fmul s0, s1, s2", "float", "fmul s0, s0, s1")
    yield Class("fma", "fmadd s0, s1, s2, s3", "float", "fmadd s0, s1, s2, s0", tag="mac")
    yield Class("fdiv32", "fdiv s0, s1, s2", "float", "fdiv s0, s0, s1", tag="mac")
    yield Class("fdiv64", "fdiv d0, d1, d2", "float", "fdiv d0, d0, d1", tag="mac")
    yield Class("fsqrt32", "fsqrt s0, s1", "float", "fsqrt s0, s0", tag="mac")
    yield Class("fsqrt64", "fsqrt d0, d1", "float", "fsqrt d0, d0", tag="mac")
    yield Class("fabs", "fabs s0, s1", "float", "fabs s0, s0")
    yield Class("fminmax", "fmaxnm s0, s1, s2", "float", "fmaxnm s0, s0, s1")
    yield Class("frint", "frintm s0, s1", "float", "frintm s0, s0")
    yield Class("fcopysign", "bif v0.8b, v1.8b, v2.8b", "float")
    yield Class("fcmp", "fcmp s0, s1", "int", note="the result lives in the flags")
    yield Class("fselect", "fcsel s0, s1, s2, lt", "float", "fcsel s0, s0, s1, lt")
    yield Class("int_to_float", "scvtf s0, w0", "float")
    yield Class("float_to_int", "fcvtzs w0, s0", "int")
    yield Class("fcvt", "fcvt d0, s1", "float")
    yield Class("move_to_float", "fmov s0, w0", "float")
    yield Class("move_to_int", "fmov w0, s0", "int")
    yield Class("call", "bl there", "int", latency=40, issue=2, note="latency: a stand-in, no model knows what is called")


def match(sizes=SIZES):
    wide = [(s, wider(512)) if s == "q4" else (s, lanes(b)) for s, b in sizes if s != "d"] + [("d", "<.*>")]
    rows = [(r".*\.(folded|address)", None, "free")]
    rows[0:0] = [(r"(add|sub)\.folded", INT, "madd")]
    rows += [(r"icmp\.control", None, "control"), (r"br\.control", None, "br"), (r".*\.(induction|control)", None, "alu")]
    rows += [("freeze|bitcast|ptrtoint|inttoptr|extractvalue|insertvalue", t, "free") for t in
             (f"({INT}) to ({INT})", f"({FLOAT}) to ({FLOAT})", "<.*> to <.*>")]
    rows += [("bitcast", f"({INT}) to ({FLOAT}|<.*>)", "move_to_float"), ("bitcast", f"({FLOAT}|<.*>) to ({INT})", "move_to_int"),
             ("freeze|bitcast|ptrtoint|inttoptr|extractvalue|insertvalue", None, "free"),
             ("trunc", f"({INT}) to ({INT})", "free"), ("zext", "i32 to i64", "free"), ("zext|sext", f"({INT}) to ({INT})", "alu"),
             ("[su]itofp", f"({INT}) to .*", "int_to_float"), ("fpto[su]i", f".* to ({INT})", "float_to_int"),
             (r"call llvm\.fpto[su]i\.sat", f"({INT})", "float_to_int"),
             ("fpext|fptrunc", f"({FLOAT}) to .*", "fcvt")]
    rows += [(r"mul\.shifted", None, "shift_add"), (r"mul\.narrow", None, "mul_narrow"), (r"[sz]ext\.widening", None, "free"),
             (r"[su]div\.constant", "i64", "divc64"), (r"[su]div\.constant", f"({INT})", "divc32"),
             (r"[su]rem\.constant", "i64", "remc64"), (r"[su]rem\.constant", f"({INT})", "remc32")]
    for kind in ("div", "rem"):
        rows += [(rf"[su]{kind}\.constant", t, f"v{kind}c_{s}") for s, t in wide[:-1]] + [(rf"[su]{kind}\.constant", None, f"v{kind}c_q")]
    rows += [("add|sub|and|or|xor|shl|lshr|ashr|getelementptr", f"({INT})", "alu"), ("mul", "i64", "mul64"), ("mul", f"({INT})", "mul32"),
             ("[su]div", "i64", "div64"), ("[su]div", f"({INT})", "div32"), ("[su]rem", "i64", "rem64"), ("[su]rem", f"({INT})", "rem32"),
             ("icmp", f"({INT})", "cmp"), ("select", f"({INT})", "select"), ("load", f"({INT})", "load"), ("store", f"({INT})", "store"),
             (r"call llvm\.[su](min|max)", f"({INT})", "minmax"), (r"call llvm\.abs", f"({INT})", "abs"),
             (r"call llvm\.(fshl|fshr)", f"({INT})", "alu"), (r"call llvm\.(bswap|bitreverse)", f"({INT})", "rev"),
             (r"call llvm\.ctlz", f"({INT})", "clz"), (r"call llvm\.cttz", f"({INT})", "ctz"), (r"call llvm\.ctpop", f"({INT})", "ctpop"),
             (r"call llvm\.u(add|sub)\.sat", f"({INT})", "satu"), (r"call llvm\.s(add|sub|shl)\.sat|call llvm\.ushl\.sat", f"({INT})", "sats"),
             (r"call llvm\.[su](add|sub|mul)\.with\.overflow", None, "overflow")]
    rows += [("fadd|fsub", f"({FLOAT})", "fadd"), ("fmul", f"({FLOAT})", "fmul"), (r"fneg|call llvm\.fabs", f"({FLOAT})", "fabs"),
             ("fdiv", "double", "fdiv64"), ("fdiv", f"({FLOAT})", "fdiv32"), ("fcmp", f"({FLOAT})", "fcmp"), ("select", f"({FLOAT})", "fselect"),
             ("load", f"({FLOAT})", "fload"), ("store", f"({FLOAT})", "fstore"),
             (r"call llvm\.(fma|fmuladd)", f"({FLOAT})", "fma"), (r"call llvm\.sqrt", "double", "fsqrt64"), (r"call llvm\.sqrt", f"({FLOAT})", "fsqrt32"),
             (r"call llvm\.(minnum|maxnum|minimum|maximum)", f"({FLOAT})", "fminmax"),
             (r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)", f"({FLOAT})", "frint"),
             (r"call llvm\.copysign", f"({FLOAT})", "fcopysign"), (r"call llvm\.l?l?(rint|round)", f"({INT})", "float_to_int")]
    rows += vector_match(wide)
    rows += [(r"call llvm\.vector\.reduce\.f.*", None, "vfreduce"), (r"call llvm\.vector\.reduce\..*", None, "vreduce"),
             ("extractelement", f"({FLOAT})", "vextract"), ("extractelement", None, "vextract_int"),
             ("insertelement", "<.*(half|bfloat|float|double)>", "vinsert"), ("insertelement", None, "vinsert_int"),
             (r"call llvm\.experimental\.noalias\.scope\.decl|call llvm\.(assume|lifetime.*|dbg.*|expect|annotation.*)", None, "free"),
             ("frem|call .*", None, "call"), (".*", f"({FLOAT})", "fadd"), (".*", "<.*>", "valu_q"), (".*", None, "alu")]
    return rows


def vector_match(wide):
    """By size of the result, for casts by that of the wider side."""
    rows = [("mul", "<.* x i64>", "vmul64"), ("[su](div|rem)", "<.*>", "vdiv")]
    by_size = [("vlogic", "and|or|xor"), ("valu", "add|sub|getelementptr"), ("vshift", "shl|lshr|ashr"), ("vmul", "mul"),
               ("vcmp", "icmp"), ("vsel", r"select|call llvm\.copysign|call llvm\.fsh[lr]"), ("vload", r"load|call llvm\.masked\.load"),
               ("vstore", r"store|call llvm\.masked\.store"), ("vminmax", r"call llvm\.[su](min|max)"), ("vabs", r"call llvm\.abs"),
               ("vsat", r"call llvm\.[su](add|sub|shl)\.sat"), ("vcnt", r"call llvm\.(ctpop|ctlz|cttz|bswap|bitreverse)"),
               ("vfadd", "fadd|fsub"), ("vfmul", "fmul"), ("vfma", r"call llvm\.(fma|fmuladd)"), ("vfabs", r"fneg|call llvm\.fabs"),
               ("vfcmp", "fcmp"), ("vfminmax", r"call llvm\.(minnum|maxnum|minimum|maximum)"),
               ("vfrint", r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)"), ("vshuffle", "shufflevector")]
    for kind, pattern in by_size:
        rows += [(pattern, t, f"{kind}_{s}") for s, t in wide]
    for kind, pattern in (("vfdiv", "fdiv"), ("vfsqrt", r"call llvm\.sqrt")):
        for s, t in wide[:-1]:
            doubles = "|".join(str(n) for n in DOUBLES[s])
            rows += [(pattern, f"<({doubles}) x double>", f"{kind}64_{s}"), (pattern, t, f"{kind}32_{s}")]
        rows += [(pattern, "<.*>", f"{kind}32_d")]
    for kind, pattern in (("vwiden", "zext|sext"), ("vfwiden", "fpext"), ("vcvt", "[su]itofp")):
        rows += [(pattern, ".* to " + t, f"{kind}_{s}") for s, t in wide]
    for kind, pattern in (("vnarrow", "trunc"), ("vfnarrow", "fptrunc"), ("vcvt", "fpto[su]i")):
        rows += [(pattern, t + " to .*", f"{kind}_{s}") for s, t in wide]
    return rows


def classes(index, branch):
    out = list(scalar_classes(index)) + list(vector_classes())
    out[1:1] = branch
    return out


def drain(branch, exempt):
    """llvm-mca's in-order pipeline writes back in program order, but for what the model marks RetireOOO (`exempt`). A branch thus
    waits until all before it have all but written back: latency - branch - 1 cycles. DRAIN1 are operations that it lets pass
    one cycle before it, DRAIN2 those of two cycles and more."""

    def extra(c, info):
        if c.name == "br":
            return {"DRAIN1": [0, 2], "DRAIN2": [2, 2]}
        if not info or c.tag == "mac" and exempt or exempt and "store" in c.name or c.name == "call":
            return {}
        rows = [2] * (len(info) // 2) + [1] * (len(info) % 2)
        wait = max(i[1] for i in info) - branch - 1
        return {name: rows for name, least in (("DRAIN1", 1), ("DRAIN2", 2)) if wait >= least}

    return extra



def a55():
    branch = [Class("control", latency=0, issue=0, note="the comparison is that of the induction's subs"),
              Class("br", "b.ne there", latency=0,
                    note="waits until all before it, but stores, fmadd and divisions, have all but written back: 2 cycles after\n"
                         "  # latency 4, 1 after latency 3. It starts where that wait does, hence the flags' latency of 1 (3 - 2)")]
    return {"machine": "cortex-a55", "triple": "aarch64-linux-gnu", "cpu": "cortex-a55", "issue": 2, "window": 0,
            "registers": {"int": 28, "float": 32},
            "groups": {"ALU": ["CortexA55UnitALU"], "MAC": ["CortexA55UnitMAC"], "DIV": ["CortexA55UnitDiv"],
                       "LD": ["CortexA55UnitLd"], "ST": ["CortexA55UnitSt"], "B": ["CortexA55UnitB"],
                       "FPALU": ["CortexA55UnitFPALU"], "FPMAC": ["CortexA55UnitFPMAC"], "FPDIV": ["CortexA55UnitFPDIV"]},
            "union": "".join, "classes": classes(True, branch), "extra": drain(1, True), "extra_units": {"DRAIN1": 2, "DRAIN2": 2},
            "cpus": ["(aarch64|arm64).* cortex-a(53|55|35|510|520)", "arm.* cortex-a(53|55|35)"], "match": match(),
            "about": "Arm Cortex-A55: in order, two instructions per cycle."}


def generic():
    branch = [Class("control", latency=0, issue=0, note="the comparison is that of the induction's subs"),
              Class("br", "b.ne there", latency=0)]
    return {"machine": "generic", "triple": "aarch64-linux-gnu", "cpu": "generic", "issue": 3, "window": 0,
            "registers": {"int": 28, "float": 32},
            "groups": {"ALU": ["CortexA510UnitALU0", "CortexA510UnitALU12"], "MAC": ["CortexA510UnitMAC"],
                       "DIV": ["CortexA510UnitDiv"], "LD1": ["CortexA510UnitLd1"], "LDST": ["CortexA510UnitLdSt"],
                       "LD": ["CortexA510UnitLd1", "CortexA510UnitLdSt"], "B": ["CortexA510UnitB"],
                       "VALU0": ["CortexA510UnitVALU0"], "VALU1": ["CortexA510UnitVALU1"],
                       "VALU": ["CortexA510UnitVALU0", "CortexA510UnitVALU1"], "VMAC": ["CortexA510UnitVMAC"],
                       "VMC": ["CortexA510UnitVMC"]},
            "union": "".join, "classes": classes(True, branch), "cpus": [], "match": match(),
            "about": "A core that nothing is known about: in order, three instructions per cycle. The numbers are those that LLVM 19\n"
                     "uses for an AArch64 processor without -mcpu (its model of the Cortex-A510)."}


def n1():
    branch = [Class("control", latency=0, issue=0, note="the comparison is that of the induction's subs"),
              Class("br", "b.ne there", latency=0)]
    return {"machine": "neoverse-n1", "triple": "aarch64-linux-gnu", "cpu": "neoverse-n1", "issue": 8, "window": 128,
            "registers": {"int": 28, "float": 32},
            "groups": {"B": ["N1UnitB"], "D": ["N1UnitD"], "L": ["N1UnitL"], "M": ["N1UnitM"], "S": ["N1UnitS"],
                       "I": ["N1UnitM", "N1UnitS"], "V0": ["N1UnitV0"], "V1": ["N1UnitV1"], "V": ["N1UnitV0", "N1UnitV1"]},
            "union": "".join, "classes": classes(False, branch),
            "cpus": ["(aarch64|arm64).* (neoverse-.*|cortex-a(57|7[2-9].*|710|715|720|725)|cortex-x.*|apple-.*|ampere.*|grace)"],
            "match": match(),
            "about": "Arm Neoverse N1: out of order, a window of 128 micro-ops."}


MACHINES = {"cortex-a55": a55, "generic": generic, "neoverse-n1": n1}
