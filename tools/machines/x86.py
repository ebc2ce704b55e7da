"""x86-64: skylake (client: AVX2, FMA and BMI, no AVX-512)."""
from classes import Class, INT, FLOAT, lanes, wider

# kind: instruction with %xmm or %ymm registers in the place of R
VECTOR = {
    "valu": "vpaddd R1, R2, R3", "vlogic": "vpand R1, R2, R3", "vshift": "vpsllvd R1, R2, R3", "vmul16": "vpmullw R1, R2, R3",
    "vmul32": "vpmulld R1, R2, R3", "vminmax": "vpmaxsd R1, R2, R3", "vabs": "vpabsd R1, R2", "vsat": "vpaddsw R1, R2, R3",
    "vcmp": "vpcmpgtd R1, R2, R3", "vsel": "vblendvps R1, R2, R3, R4", "vfadd": "vaddps R1, R2, R3", "vfmul": "vmulps R1, R2, R3",
    "vfma": "vfmadd213ps R1, R2, R3", "vfdiv32": "vdivps R1, R2, R3", "vfdiv64": "vdivpd R1, R2, R3", "vfsqrt32": "vsqrtps R1, R2",
    "vfsqrt64": "vsqrtpd R1, R2", "vflogic": "vandps R1, R2, R3", "vfminmax": "vmaxps R1, R2, R3", "vfrint": "vroundps $1, R1, R2",
    "vfcmp": "vcmpltps R1, R2, R3", "vcvt": "vcvtdq2ps R1, R2", "vshuffle": "vshufps $27, R1, R2, R3",
    "vload": "vmovups (%rdi), R1", "vstore": "vmovups R1, (%rdi)",
}
# kind: (128-bit result, 256-bit result)
RESIZE = {
    "vwiden": ("vpmovsxwd %xmm1, %xmm2", "vpmovsxwd %xmm1, %ymm2"),
    "vnarrow": ("vpshufb %xmm0, %xmm1, %xmm2", "vpackusdw %ymm1, %ymm2, %ymm3\nvpermq $216, %ymm3, %ymm3"),
    "vfwiden": ("vcvtps2pd %xmm1, %xmm2", "vcvtps2pd %xmm1, %ymm2"),
    "vfnarrow": ("vcvtpd2ps %xmm1, %xmm2", "vcvtpd2ps %ymm1, %xmm2"),
}
SIZES = [("y4", 1024), ("y2", 512), ("y", 256), ("x", 128)]


def vector_classes():
    for kind, text in VECTOR.items():
        yield from by_size(kind, text.replace("R", "%xmm"), text.replace("R", "%ymm"))
    yield from constant_classes()
    for kind, (x, y) in RESIZE.items():
        yield from by_size(kind, x, y)
    yield Class("vmul64", "vpsrlq $32, %ymm0, %ymm2\n|vpsrlq $32, %ymm1, %ymm3\nvpmuludq %ymm1, %ymm2, %ymm2\n"
                "|vpmuludq %ymm3, %ymm0, %ymm3\n|vpmuludq %ymm1, %ymm0, %ymm0\nvpaddq %ymm2, %ymm3, %ymm2\n"
                "vpsllq $32, %ymm2, %ymm2\nvpaddq %ymm2, %ymm0, %ymm0", "float", note="64-bit products out of 32-bit ones")
    yield Class("vdiv", "vpextrd $1, %xmm0, %eax\n|vpextrd $1, %xmm1, %ecx\nidivl %ecx\n|idivl %ecx\n|idivl %ecx\n|idivl %ecx\n"
                "vpinsrd $1, %eax, %xmm0, %xmm0", "float", note="integer division is scalar: four of them")
    yield Class("vextract", "vshufps $27, %xmm1, %xmm2, %xmm3", "float")
    yield Class("vextract_int", "vpextrd $1, %xmm0, %eax", "int")
    yield Class("vinsert", "vinsertps $16, %xmm1, %xmm2, %xmm3", "float")
    yield Class("vinsert_int", "vpinsrd $1, %eax, %xmm0, %xmm0", "float")
    yield Class("vreduce", "vpshufd $238, %xmm0, %xmm1\nvpaddd %xmm1, %xmm0, %xmm0\nvpshufd $85, %xmm0, %xmm1\n"
                "vpaddd %xmm1, %xmm0, %xmm0\nvmovd %xmm0, %eax", "int")
    yield Class("vfreduce", "vpshufd $238, %xmm0, %xmm1\nvaddps %xmm1, %xmm0, %xmm0\nvmovshdup %xmm0, %xmm1\nvaddss %xmm1, %xmm0, %xmm0", "float")


def constant_classes():
    for name, r, n in (("_x", "%xmm", 1), ("_y", "%ymm", 1), ("_y2", "%ymm", 2), ("_y4", "%ymm", 4)):
        inverse = ["vpshufd $245, R1, R2", "|vpmuludq R3, R1, R4", "vpmuludq R3, R2, R2", "vpshufd $245, R4, R4", "vpblendd $10, R2, R4, R4",
                   "vpsrld $3, R4, R4"]
        steps = [line if k == 0 else "|" + line.lstrip("|") for line in inverse for k in range(n)]
        back = [line if k == 0 else "|" + line for line in ("vpmulld R4, R3, R4", "vpsubd R4, R1, R1") for k in range(n)]
        yield Class("vdivc" + name, "\n".join(steps).replace("R", r), "float", note="by a constant: multiply by its inverse")
        yield Class("vremc" + name, "\n".join(steps + back).replace("R", r), "float", note="by a constant")


def by_size(kind, x, y):
    file = None if kind == "vstore" else "float"
    yield Class(kind + "_x", x, file)
    yield Class(kind + "_y", y, file)
    for name, n in (("_y2", 2), ("_y4", 4)):
        first, *rest = y.splitlines()
        steps = "\n|".join([first] * n) + "".join("\n" + "\n|".join([line] * n) for line in rest)
        yield Class(kind + name, steps, file)


def scalar_classes():
    yield Class("free", latency=0, issue=0, note="folds into another instruction, or needs none")
    yield Class("control", latency=0, issue=0, note="the flags are those of the induction's addition")
    yield Class("br", "jne there", latency=0)
    yield Class("alu", "addl %eax, %ecx", "int")
    yield Class("lea", "leaq (%rax,%rcx,4), %rdx", "int")
    yield Class("shift", "shlxl %eax, %ecx, %edx", "int")
    yield Class("shift_imm", "rorxl $3, %eax, %ecx", "int")
    yield Class("mul", "imulq %rax, %rcx", "int")
    yield Class("div32", "cltd\nidivl %ecx", "int")
    yield Class("div64", "cqto\nidivq %rcx", "int")
    yield Class("divc", "imulq %rax, %rcx\nshrxq %rax, %rcx, %rcx", "int", note="by a constant: multiply by its inverse")
    yield Class("remc", "imulq %rax, %rcx\nshrxq %rax, %rcx, %rcx\nimulq %rax, %rcx\nsubq %rcx, %rax", "int", note="by a constant")
    yield Class("movx", "movsbl %al, %ecx", "int")
    yield Class("setcc", "cmpl %eax, %ecx", "int", note="the result lives in the flags")
    yield Class("select", "cmovll %eax, %ecx", "int")
    yield Class("minmax", "cmpl %eax, %ecx\ncmovll %eax, %ecx", "int")
    yield Class("abs", "negl %eax\ncmovsl %ecx, %eax", "int")
    yield Class("ctpop", "popcntl %eax, %ecx", "int")
    yield Class("clz", "lzcntl %eax, %ecx", "int")
    yield Class("ctz", "tzcntl %eax, %ecx", "int")
    yield Class("bswap", "bswapl %eax", "int")
    yield Class("bitreverse", "bswapl %eax\n" + "\n".join(["andl %edx, %eax\n|shrl $4, %ecx\n|andl %edx, %ecx\nleaq (%rax,%rcx,4), %rax"] * 3), "int")
    yield Class("satu", "addl %eax, %ecx\ncmovbl %edx, %ecx", "int")
    yield Class("sats", "leal (%rax,%rcx), %edx\nsarl $31, %edx\naddl $-2147483648, %edx\n|addl %eax, %ecx\ncmovol %edx, %ecx", "int")
    yield Class("overflow", "addl %eax, %ecx\nseto %al", "int")
    yield Class("load", "movq (%rdi,%rax,8), %rcx", "int")
    yield Class("store", "movq %rcx, (%rdi,%rax,8)")
    yield Class("fload", "vmovss (%rdi,%rax,4), %xmm0", "float")
    yield Class("fstore", "vmovss %xmm0, (%rdi,%rax,4)")
    yield Class("fadd", "vaddss %xmm0, %xmm1, %xmm2", "float")
    yield Class("fmul", "vmulss %xmm0, %xmm1, %xmm2", "float")
    yield Class("fma", "vfmadd213ss %xmm0, %xmm1, %xmm2", "float")
    for size, s in (("32", "ss"), ("64", "sd")):
        yield Class("fdiv" + size, f"vdiv{s} %xmm0, %xmm1, %xmm2", "float")
        yield Class("fsqrt" + size, f"vsqrt{s} %xmm0, %xmm1, %xmm2", "float")
    yield Class("flogic", "vandps %xmm0, %xmm1, %xmm2", "float")
    yield Class("fcopysign", "vandps %xmm0, %xmm1, %xmm2\n|vandps %xmm3, %xmm4, %xmm5\nvorps %xmm2, %xmm5, %xmm5", "float")
    yield Class("fminmax", "vcmpunordss %xmm0, %xmm0, %xmm1\n|vminss %xmm0, %xmm2, %xmm3\nvblendvps %xmm1, %xmm2, %xmm3, %xmm0", "float")
    yield Class("frint", "vroundss $1, %xmm0, %xmm1, %xmm2", "float")
    yield Class("fcmp", "vucomiss %xmm0, %xmm1", "int", note="the result lives in the flags; a select uses vcmpss instead")
    yield Class("fselect", "vblendvps %xmm0, %xmm1, %xmm2, %xmm3", "float")
    yield Class("int_to_float", "vcvtsi2ss %eax, %xmm0, %xmm1", "float")
    yield Class("float_to_int", "vcvttss2si %xmm0, %eax", "int")
    yield Class("fcvt", "vcvtss2sd %xmm0, %xmm1, %xmm2", "float")
    yield Class("move_to_float", "vmovd %eax, %xmm0", "float")
    yield Class("move_to_int", "vmovd %xmm0, %eax", "int")
    yield Class("call", "callq there", "int", latency=40, issue=4, note="latency: a stand-in, no model knows what is called")


def match():
    sized = [("y4", wider(1024)), ("y2", lanes(512)), ("y", lanes(256)), ("x", "<.*>")]
    to = f"({INT}) to ({INT})"
    rows = [(r".*\.(folded|address)", None, "free"), (r"icmp\.control", None, "control"), (r"br\.control", None, "br"),
            (r".*\.(induction|control)", None, "alu"),
            ("bitcast", f"({INT}) to ({FLOAT}|<.*>)", "move_to_float"), ("bitcast", f"({FLOAT}|<.*>) to ({INT})", "move_to_int"),
            ("freeze|bitcast|ptrtoint|inttoptr|extractvalue|insertvalue", None, "free"), ("trunc", to, "free"), ("zext", "i32 to i64", "free"),
            ("zext|sext", to, "movx"), ("[su]itofp", f"({INT}) to .*", "int_to_float"), ("fpto[su]i", f".* to ({INT})", "float_to_int"),
            (r"call llvm\.fpto[su]i\.sat|call llvm\.l?l?(rint|round)", f"({INT})", "float_to_int"), ("fpext|fptrunc", f"({FLOAT}) to .*", "fcvt"),
            (r"mul\.shifted", None, "lea"), (r"mul\.narrow", None, "mul"),
            (r"[su]div\.constant", f"({INT})", "divc"), (r"[su]rem\.constant", f"({INT})", "remc")]
    for kind in ("div", "rem"):
        rows += [(rf"[su]{kind}\.constant", t, f"v{kind}c_{s}") for s, t in sized]
    rows += [(r"[sz]ext\.widening", ".* to " + t, f"vwiden_{s}") for s, t in sized]
    rows += [("add|sub|and|or|xor", f"({INT})", "alu"), ("shl|lshr|ashr", f"({INT})", "shift"), ("getelementptr", f"({INT})", "lea"),
            ("mul", f"({INT})", "mul"), ("[su](div|rem)", "i64", "div64"), ("[su](div|rem)", f"({INT})", "div32"),
            ("icmp", f"({INT})", "setcc"), ("select", f"({INT})", "select"), ("load", f"({INT})", "load"), ("store", f"({INT})", "store"),
            (r"call llvm\.[su](min|max)", f"({INT})", "minmax"), (r"call llvm\.abs", f"({INT})", "abs"), (r"call llvm\.(fshl|fshr)", f"({INT})", "shift_imm"),
            (r"call llvm\.bswap", f"({INT})", "bswap"), (r"call llvm\.bitreverse", f"({INT})", "bitreverse"), (r"call llvm\.ctlz", f"({INT})", "clz"),
            (r"call llvm\.cttz", f"({INT})", "ctz"), (r"call llvm\.ctpop", f"({INT})", "ctpop"), (r"call llvm\.u(add|sub)\.sat", f"({INT})", "satu"),
            (r"call llvm\.(s(add|sub|shl)|ushl)\.sat", f"({INT})", "sats"), (r"call llvm\.[su](add|sub|mul)\.with\.overflow", None, "overflow"),
            ("fadd|fsub", f"({FLOAT})", "fadd"), ("fmul", f"({FLOAT})", "fmul"), (r"fneg|call llvm\.fabs", f"({FLOAT})", "flogic"),
            (r"call llvm\.(fma|fmuladd)", f"({FLOAT})", "fma"), ("fdiv", "double", "fdiv64"), ("fdiv", f"({FLOAT})", "fdiv32"),
            (r"call llvm\.sqrt", "double", "fsqrt64"), (r"call llvm\.sqrt", f"({FLOAT})", "fsqrt32"), ("fcmp", f"({FLOAT})", "fcmp"),
            ("select", f"({FLOAT})", "fselect"), ("load", f"({FLOAT})", "fload"), ("store", f"({FLOAT})", "fstore"),
            (r"call llvm\.(minnum|maxnum|minimum|maximum)", f"({FLOAT})", "fminmax"), (r"call llvm\.copysign", f"({FLOAT})", "fcopysign"),
            (r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)", f"({FLOAT})", "frint"),
            ("mul", "<.* x i64>", "vmul64"), ("[su](div|rem)", "<.*>", "vdiv")]
    for kind, pattern in (("vlogic", "and|or|xor"), ("valu", "add|sub|getelementptr"), ("vshift", r"shl|lshr|ashr|call llvm\.fsh[lr]"),
                          ("vcmp", "icmp"), ("vsel", "select"), ("vload", r"load|call llvm\.masked\.load"),
                          ("vstore", r"store|call llvm\.masked\.store"), ("vminmax", r"call llvm\.[su](min|max)"), ("vabs", r"call llvm\.abs"),
                          ("vsat", r"call llvm\.[su](add|sub|shl)\.sat"), ("vshuffle", r"shufflevector|call llvm\.(ctpop|ctlz|cttz|bswap|bitreverse)"),
                          ("vfadd", "fadd|fsub"), ("vfmul", "fmul"), ("vfma", r"call llvm\.(fma|fmuladd)"),
                          ("vflogic", r"fneg|call llvm\.(fabs|copysign)"), ("vfcmp", "fcmp"),
                          ("vfminmax", r"call llvm\.(minnum|maxnum|minimum|maximum)"),
                          ("vfrint", r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)")):
        rows += [(pattern, t, f"{kind}_{s}") for s, t in sized]
    doubles = {"y4": "16|32|64|128", "y2": "8", "y": "4", "x": "2"}
    for kind, pattern in (("vfdiv", "fdiv"), ("vfsqrt", r"call llvm\.sqrt")):
        for s, t in sized:
            rows += [(pattern, f"<({doubles[s]}) x double>", f"{kind}64_{s}"), (pattern, t, f"{kind}32_{s}")]
    words = {"y4": "64|128|256|512", "y2": "32", "y": "16", "x": ".*"}
    rows += [("mul", f"<({words[s]}) x (i8|i16)>", f"vmul16_{s}") for s, _ in sized] + [("mul", t, f"vmul32_{s}") for s, t in sized]
    for kind, pattern in (("vwiden", "zext|sext"), ("vfwiden", "fpext"), ("vcvt", "[su]itofp")):
        rows += [(pattern, ".* to " + t, f"{kind}_{s}") for s, t in sized]
    for kind, pattern in (("vnarrow", "trunc"), ("vfnarrow", "fptrunc"), ("vcvt", "fpto[su]i")):
        rows += [(pattern, t + " to .*", f"{kind}_{s}") for s, t in sized]
    return rows + [(r"call llvm\.vector\.reduce\.f.*", None, "vfreduce"), (r"call llvm\.vector\.reduce\..*", None, "vreduce"),
                   ("extractelement", f"({FLOAT})", "vextract"), ("extractelement", None, "vextract_int"),
                   ("insertelement", "<.*(half|bfloat|float|double)>", "vinsert"), ("insertelement", None, "vinsert_int"),
                   (r"call llvm\.experimental\.noalias\.scope\.decl|call llvm\.(assume|lifetime.*|dbg.*|expect|annotation.*)", None, "free"),
                   ("frem|call .*", None, "call"), (".*", f"({FLOAT})", "fadd"), (".*", "<.*>", "valu_y"), (".*", None, "alu")]


def skylake():
    port = "SKLPort"
    groups = {"P" + "".join(g): [port + p for p in g] for g in
              ("0", "1", "4", "5", "6", "01", "05", "06", "15", "23", "237", "015", "0156")}
    groups |= {"DIV": ["SKLDivider"], "FPDIV": ["SKLFPDivider"]}
    return {"machine": "skylake", "triple": "x86_64-linux-gnu", "cpu": "skylake", "issue": 6, "window": 224,
            "registers": {"int": 14, "float": 16}, "groups": groups,
            "union": lambda ports: "P" + "".join(p.removeprefix(port) for p in ports),
            "classes": list(scalar_classes()) + list(vector_classes()),
            "cpus": ["(x86_64|i[3-6]86|amd64).* .*"], "match": match(),
            "about": "Intel Skylake (client): out of order, a window of 224 micro-ops. Also stands for other x86-64 processors."}


MACHINES = {"skylake": skylake}
