"""RISC-V: sifive-u74 (RV64GC: no vectors, no bit manipulation, conditional moves as short forward branches)."""
from classes import Class, INT, FLOAT


def times(line, n):
    return "\n|".join([line] * n)


def scalar_classes():
    yield Class("free", latency=0, issue=0, note="folds into another instruction, or needs none")
    yield Class("control", latency=0, issue=0, note="bne compares by itself")
    yield Class("br", "bne a0, a1, there", latency=0,
                note="waits until all before it have all but written back, see DRAIN1 and DRAIN2; its start is the wait's")
    yield Class("alu", "add a0, a1, a2", "int", "add a0, a0, a1")
    yield Class("alu2", "slli a0, a1, 32\nsrli a0, a0, 32", "int", "slli a0, a0, 32\nsrli a0, a0, 32")
    yield Class("alu3", "sraiw a1, a0, 31\nxor a0, a0, a1\nsubw a0, a0, a1", "int", "sraiw a1, a0, 31\nxor a0, a0, a1\nsubw a0, a0, a1")
    yield Class("rotate", "slliw a1, a0, 5\n|srliw a2, a0, 27\nor a0, a1, a2", "int", "slliw a1, a0, 5\nsrliw a2, a0, 27\nor a0, a1, a2")
    yield Class("bits", "\n".join(["srli a1, a0, 1\n|and a1, a1, a2\nadd a0, a0, a1"] * 4), "int",
                note="counting and reversing bits: a dozen shifts and adds, about", latency=8)
    yield Class("select", "bne a0, a1, there\nmv a2, a3", "int", latency=1, note="a short forward branch over a move")
    yield Class("minmax", "blt a0, a1, there\nmv a0, a1", "int", latency=2, note="a short forward branch over a move")
    yield Class("mul", "mul a0, a1, a2", "int", "mul a0, a0, a2")
    yield Class("div32", "divw a0, a1, a2", "int", "divw a0, a0, a2")
    yield Class("div64", "div a0, a1, a2", "int", "div a0, a0, a2")
    yield Class("rem32", "remw a0, a1, a2", "int", "remw a0, a0, a2")
    yield Class("rem64", "rem a0, a1, a2", "int", "rem a0, a0, a2")
    yield Class("divc", "mul a0, a1, a2\nsrli a0, a0, 35", "int", note="by a constant: multiply by its inverse")
    yield Class("remc", "mul a0, a1, a2\nsrli a0, a0, 35\nmul a0, a0, a2\nsub a0, a1, a0", "int", note="by a constant")
    yield Class("load", "lw a0, 0(a1)", "int")
    yield Class("store", "sw a0, 0(a1)")
    yield Class("fload", "flw fa0, 0(a1)", "float")
    yield Class("fstore", "fsw fa0, 0(a1)")
    for size, s in (("32", "s"), ("64", "d")):
        yield Class("fadd" + size, f"fadd.{s} fa0, fa1, fa2", "float", f"fadd.{s} fa0, fa0, fa2")
        yield Class("fmul" + size, f"fmul.{s} fa0, fa1, fa2", "float", f"fmul.{s} fa0, fa0, fa2")
        yield Class("fma" + size, f"fmadd.{s} fa0, fa1, fa2, fa3", "float", f"fmadd.{s} fa0, fa1, fa2, fa0")
        yield Class("fdiv" + size, f"fdiv.{s} fa0, fa1, fa2", "float", f"fdiv.{s} fa0, fa0, fa2")
        yield Class("fsqrt" + size, f"fsqrt.{s} fa0, fa1", "float", f"fsqrt.{s} fa0, fa0")
    yield Class("fsign", "fsgnjx.s fa0, fa1, fa2", "float", "fsgnjx.s fa0, fa0, fa2")
    yield Class("fminmax", "fmin.s fa0, fa1, fa2", "float", "fmin.s fa0, fa0, fa2")
    yield Class("fcmp", "flt.s a0, fa0, fa1", "int")
    yield Class("fselect", "bnez a0, there\nfmv.s fa0, fa1", "float", note="a branch over a move")
    yield Class("int_to_float", "fcvt.s.w fa0, a0", "float")
    yield Class("float_to_int", "fcvt.w.s a0, fa0, rtz", "int")
    yield Class("fcvt", "fcvt.d.s fa0, fa1", "float")
    yield Class("move_to_float", "fmv.w.x fa0, a0", "float")
    yield Class("move_to_int", "fmv.x.w a0, fa0", "int")
    yield Class("frint", "fcvt.w.s a0, fa0, rdn\nfcvt.s.w fa0, a0", "float")
    yield Class("call", "call there", "int", latency=40, issue=2, note="latency: a stand-in, no model knows what is called")
    for n in (2, 4, 8):
        yield Class(f"v{n}_alu", times("add a0, a1, a2", n), "int", latency=1, note="no vector unit: one by one")
        yield Class(f"v{n}_float", times("fadd.s fa0, fa1, fa2", n), "float")
        yield Class(f"v{n}_load", times("ld a0, 0(a1)", n), "int")
        yield Class(f"v{n}_store", times("sd a0, 0(a1)", n))


def match():
    to = f"({INT}) to ({INT})"
    rows = [(r".*\.(folded|address)", None, "free"), (r"icmp\.control", None, "control"), (r"br\.control", None, "br"),
            (r".*\.(induction|control)", None, "alu"),
            ("bitcast", f"({INT}) to ({FLOAT})", "move_to_float"), ("bitcast", f"({FLOAT}) to ({INT})", "move_to_int"),
            ("freeze|bitcast|ptrtoint|inttoptr|extractvalue|insertvalue|trunc|extractelement|insertelement", None, "free"),
            ("zext", f"i1 to ({INT})", "free"), ("zext", f"(i16|i32) to ({INT})", "alu2"), ("sext", f"(i8|i16) to ({INT})", "alu2"),
            ("zext|sext", to, "alu"), ("[su]itofp", f"({INT}) to .*", "int_to_float"), ("fpto[su]i", f".* to ({INT})", "float_to_int"),
            (r"call llvm\.fpto[su]i\.sat|call llvm\.l?l?(rint|round)", f"({INT})", "float_to_int"), ("fpext|fptrunc", f"({FLOAT}) to .*", "fcvt"),
            (r"mul\.shifted", None, "alu2"), (r"mul\.narrow", None, "mul"), (r"[su]div\.constant", None, "divc"), (r"[su]rem\.constant", None, "remc"),
            (r"[sz]ext\.widening", None, "alu2"),
            ("add|sub|and|or|xor|shl|lshr|ashr|icmp|getelementptr", f"({INT})", "alu"), ("mul", f"({INT})", "mul"),
            ("[su]div", "i64", "div64"), ("[su]div", f"({INT})", "div32"), ("[su]rem", "i64", "rem64"), ("[su]rem", f"({INT})", "rem32"),
            ("select", f"({INT})", "select"), ("load", f"({INT})", "load"), ("store", f"({INT})", "store"),
            (r"call llvm\.[su](min|max)", f"({INT})", "minmax"), (r"call llvm\.(abs|[su](add|sub|shl)\.sat)", f"({INT})", "alu3"),
            (r"call llvm\.(fshl|fshr)", f"({INT})", "rotate"), (r"call llvm\.[su](add|sub|mul)\.with\.overflow", None, "alu3"),
            (r"call llvm\.(bswap|bitreverse|ctlz|cttz|ctpop)", f"({INT})", "bits")]
    for kind, pattern in (("fadd", "fadd|fsub"), ("fmul", "fmul"), ("fma", r"call llvm\.(fma|fmuladd)"), ("fdiv", "fdiv"),
                          ("fsqrt", r"call llvm\.sqrt")):
        rows += [(pattern, "double", kind + "64"), (pattern, f"({FLOAT})", kind + "32")]
    rows += [(r"fneg|call llvm\.(fabs|copysign)", f"({FLOAT})", "fsign"), ("fcmp", f"({FLOAT})", "fcmp"), ("select", f"({FLOAT})", "fselect"),
             ("load", f"({FLOAT})", "fload"), ("store", f"({FLOAT})", "fstore"),
             (r"call llvm\.(minnum|maxnum|minimum|maximum)", f"({FLOAT})", "fminmax"),
             (r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)", f"({FLOAT})", "frint"),
             (r"call llvm\.experimental\.noalias\.scope\.decl|call llvm\.(assume|lifetime.*|dbg.*|expect|annotation.*)", None, "free"),
             (r"call llvm\.vector\.reduce\.f.*", None, "v4_float"), (r"call llvm\.vector\.reduce\..*", None, "v4_alu")]
    for n, lanes in ((2, "<2 x .*>"), (4, "<[34] x .*>"), (8, "<.*>")):
        rows += [("load", lanes, f"v{n}_load"), ("store", lanes, f"v{n}_store"),
                 (r"(f|call llvm\.f|call llvm\.sqrt|call llvm\.m).*", lanes, f"v{n}_float"), (".*", lanes + "( to .*)?", f"v{n}_alu")]
    return rows + [("frem|call .*", None, "call"), (".*", f"({FLOAT})", "fadd32"), (".*", None, "alu")]


def drain(c, info):
    """The in-order pipeline of llvm-mca writes back in program order: a branch waits for latency - 3 - 1 cycles (see aarch64.py)."""
    if c.name == "br":
        return {"DRAIN1": [0, 2], "DRAIN2": [2, 2]}
    if not info or c.name == "call":
        return {}
    rows = [2] * (len(info) // 2) + [1] * (len(info) % 2)
    wait = max(i[1] for i in info) - 3 - 1
    return {name: rows for name, least in (("DRAIN1", 1), ("DRAIN2", 2)) if wait >= least}


def u74():
    return {"machine": "sifive-u74", "triple": "riscv64-linux-gnu", "cpu": "sifive-u74", "issue": 2, "window": 0,
            "registers": {"int": 27, "float": 32},
            "groups": {"A": ["SiFive7PipeA"], "B": ["SiFive7PipeB"], "AB": ["SiFive7PipeA", "SiFive7PipeB"],
                       "IDIV": ["SiFive7IDiv"], "FDIV": ["SiFive7FDiv"]},
            "union": "".join, "classes": list(scalar_classes()), "extra": drain, "extra_units": {"DRAIN1": 2, "DRAIN2": 2},
            "cpus": ["riscv(32|64).* (sifive-.*|rocket.*)"], "match": match(),
            "about": "SiFive U74: in order, two instructions per cycle, loads and stores on pipe A, the rest but simple ALU work on B."}


MACHINES = {"sifive-u74": u74}
