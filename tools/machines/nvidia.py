#!/usr/bin/env python3
"""Writes the machine files of NVIDIA's SMs from tables of rates and latencies.

    nvidia.py NAME...          print the machine file
    nvidia.py --write [NAME]   write lib/model/machines/NAME.yaml (all without NAME)
    nvidia.py --check [NAME]   fail if a shipped file differs

A class is one instruction of one warp. What it holds of a unit is its work (lanes or bytes) divided by the unit's rate, rounded to
whole cycles, never below one. The rates and latencies below are the only numbers that are typed in.
"""
import argparse, difflib, os, sys

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = os.path.normpath(os.path.join(HERE, "..", "..", "lib", "model", "machines"))
WARP, PARTITIONS = 32, 4

# lanes: results per cycle of the whole SM for 32-bit arithmetic, by pipe. half: instructions on pairs of halves. macs: multiply-adds of the
# tensor cores per cycle and SM. hbm, l2: bytes per cycle and SM. latency: cycles. sm: limits.
SMS = {
    "sm_70": dict(
        cpus=["sm_7[0-9]"],
        of="V100 (7.0); 7.2 and 7.5 are taken for it too",
        lanes=dict(fma=64, half=64, alu=64, imul=64, mufu=16, cvt=16, fp64=32, shfl=32, slow=16),
        macs=dict(f16=512),
        hbm=7.4, l2=64,
        hbm_of="900 GB/s / (80 SMs * 1.53 GHz)",
        tensor_of="125 TFLOPS / (80 SMs * 1.53 GHz) / 2",
        latency=dict(fma=4, half=4, alu=4, imul=5, mufu=18, cvt=14, fp64=8, shfl=22, slow=14, shared=19, l2=193, hbm=220,
                     mma=33, atomic_shared=40, bar=22),
        shared=98304, shared_block=98304, reserved=0, shared_unit=256),
    "sm_80": dict(
        cpus=["sm_8[0-9]"],
        of="A100 (8.0); 8.6, 8.7 and 8.9 are taken for it too",
        lanes=dict(fma=64, half=128, alu=64, imul=64, mufu=16, cvt=64, fp64=32, shfl=32, slow=16),
        macs=dict(f16=1024, tf32=512, s8=2048, s4=4096, f64=64),
        hbm=10.2, l2=64,
        hbm_of="1.555 TB/s / (108 SMs * 1.41 GHz)",
        tensor_of="312 TFLOPS / (108 SMs * 1.41 GHz) / 2",
        latency=dict(fma=4, half=4, alu=4, imul=5, mufu=18, cvt=10, fp64=8, shfl=23, slow=14, shared=29, l2=200, hbm=290,
                     mma=33, atomic_shared=50, bar=25),
        shared=167936, shared_block=166912, reserved=1024, shared_unit=128),
    "sm_90": dict(
        cpus=["sm_90a?"],
        of="H100 and H200 (9.0, 9.0a)",
        lanes=dict(fma=128, half=128, alu=64, imul=64, mufu=16, cvt=64, fp64=64, shfl=32, slow=16),
        macs=dict(f16=1365, tf32=683, s8=2731, s4=2731, f64=128),
        hbm=13.9, l2=64,
        hbm_of="3.35 TB/s / (132 SMs * 1.83 GHz), the H100's; an H200 has 19.9",
        tensor_of="mma.sync; published microbenchmarks see about two thirds of the 2048 that wgmma reaches",
        latency=dict(fma=4, half=4, alu=4, imul=4, mufu=18, cvt=10, fp64=8, shfl=23, slow=14, shared=30, l2=260, hbm=300,
                     mma=33, atomic_shared=50, bar=25),
        shared=233472, shared_block=232448, reserved=1024, shared_unit=128),
}

HEAD = """\
# One SM of NVIDIA's {of}. A class is one instruction of one warp. Cycles are
# those of the SM's clock.
# Written by tools/machines/nvidia.py; do not edit.
#
# Units of count 4 are in each of the four sub-partitions, those of count 1 are the SM's. So n instructions of a class keep a unit busy for
# n * held / count cycles. `issue: 4` is one instruction per cycle of each sub-partition; one warp issues one.
#
# Where the numbers come from:
# - Rates per cycle and SM: {fma} fp32, {half} instructions on pairs of halves, {alu} 32-bit integer and minimum, maximum, comparison, {imul} integer
#   multiply-adds (on the fp32 pipe), {mufu} special functions, {cvt} conversions, {slow} between integers and floats or with 64 bits,
#   {fp64} fp64, {shfl} shuffles (CUDA C++ Programming Guide, arithmetic throughput; fp32's pipe for integer multiply-adds is published
#   knowledge, not in the guide).
# - Tensor cores: {tensor} fp16 multiply-adds per cycle ({tensor_of}).
# - LSU: 128 bytes per cycle of shared memory and L1. L2: {l2} bytes per cycle, a round figure. HBM: {hbm} bytes ({hbm_of}).
#   Accesses are taken to be coalesced and without bank conflicts. `ldg` and `cp_async` come from L2; those with `_stream` from HBM.
# - Latencies: round figures of published microbenchmarks, not checked here: {shared} for shared memory, {l2_latency} for L2, {hbm_latency} more for HBM,
#   {mma} for mma m16n8k16, {mufu_latency} for special functions. Loads are `variable`.
# - What takes several instructions (divisions, fp64 functions, 64-bit products) is one class with round figures.
# - `sm`: the guide's table of technical specifications.
"""


class Machine:
    def __init__(self, name):
        self.name, self.spec = name, SMS[name]
        self.lanes, self.latency = self.spec["lanes"], self.spec["latency"]
        self.classes, self.match = [], []

    def hold(self, pipe, instructions=1):
        return max(1, instructions * WARP * PARTITIONS // self.lanes[pipe])

    def add(self, name, latency, uses, issue=1, file=True, flags=""):
        held = ", ".join(f"{u}: {n if n > 1 else '[1]'}" for u, n in uses.items())
        parts = [f"latency: {latency}"]
        if issue != 1:
            parts.append(f"issue: {issue}")
        if file:
            parts.append("file: reg")
        if uses:
            parts.append(f"uses: {{{held}}}")
        self.classes.append(f"  {name}: {{{', '.join(parts)}{flags}}}")

    def note(self, text):
        self.classes.append(f"  # {text}")

    def fits(self, llvm, class_name, kind=None):
        self.match.append(f"  - {{llvm: '{llvm}', " + (f"type: '{kind}', " if kind else "") + f"class: {class_name}}}")

    def bytes(self, count, rate):
        return max(1, round(count / rate))

    # ---- classes

    def arithmetic(self):
        lat = self.latency
        self.note("costs no instruction, or none of its own")
        self.add("free", 0, {}, issue=0, file=False)
        units = dict(fma="FMA", half="FMA", alu="ALU", imul="FMA", mufu="MUFU", cvt="ALU", slow="MUFU", fp64="FP64")
        for pipe, unit in units.items():
            self.add(pipe, lat[pipe], {unit: self.hold(pipe)})
        self.note("so many of them, for vectors and wider integers")
        for pipe in ("fma", "half", "alu", "imul", "mufu", "cvt", "slow", "fp64"):
            for n in (2, 4, 8):
                self.add(f"{pipe}_{n}", lat[pipe] + n - 1, {units[pipe]: self.hold(pipe, n)}, issue=n)
        self.note("a 64-bit product")
        self.add("imul64", 2 * lat["imul"] + 2, {"FMA": self.hold("imul", 4)}, issue=4)
        self.note("ex2, lg2, rsqrt and the like with what scales their operand")
        self.add("mufu_scaled", lat["mufu"] + 2 * lat["fma"], {"MUFU": self.hold("mufu"), "FMA": self.hold("fma", 2)}, issue=3)
        self.note("sequences")
        self.add("fdiv32", 60, {"FMA": self.hold("fma", 8), "MUFU": self.hold("mufu")}, issue=10)
        self.add("fdiv64", 160, {"FP64": self.hold("fp64", 10), "MUFU": self.hold("mufu")}, issue=14)
        self.add("idiv32", 90, {"ALU": self.hold("alu", 8), "FMA": self.hold("imul", 4), "MUFU": self.hold("mufu", 3)}, issue=16)
        self.add("idiv64", 300, {"ALU": self.hold("alu", 40), "FMA": self.hold("imul", 30), "MUFU": self.hold("mufu", 3)}, issue=75)
        self.note("a call that is not known: a stand-in")
        self.add("call", 200, {"ALU": self.hold("alu", 20), "FMA": self.hold("fma", 20)}, issue=40)
        self.add("shfl", lat["shfl"], {"LSU": 1})
        self.note("vote, match")
        self.add("vote", lat["slow"], {"ALU": self.hold("alu")})
        self.note("barrier of the block or of some warps; mbarrier: arrive, test")
        self.add("bar", lat["bar"], {}, file=False)
        self.add("mbarrier", lat["shared"], {"LSU": 1})
        self.note("reading a special register; fences and such")
        self.add("sreg", 20, {"MUFU": self.hold("mufu")})
        self.add("fence", 20, {}, file=False)

    def memory(self):
        lat, l2, hbm = self.latency, self.spec["l2"], self.spec["hbm"]
        far = lat["l2"] + lat["hbm"]
        sizes = (1, 2, 4, 8, 16, 32)
        self.note("shared memory, by bytes per lane")
        for n in sizes:
            held = max(1, n * WARP // 128)
            self.add(f"lds_{n}", lat["shared"] + held - 1, {"LSU": held}, issue=max(1, n // 16))
            self.add(f"sts_{n}", 1, {"LSU": held}, issue=max(1, n // 16), file=False)
        self.note("global memory, by bytes per lane")
        for n in sizes:
            held, moved = max(1, n * WARP // 128), n * WARP
            for stream in (False, True):
                uses = {"LSU": held, "L2": self.bytes(moved, l2)}
                if stream:
                    uses["HBM"] = self.bytes(moved, hbm)
                end = "_stream" if stream else ""
                self.add(f"ldg{end}_{n}", far if stream else lat["l2"], uses, issue=max(1, n // 16), flags=", variable: true")
                self.add(f"stg{end}_{n}", 1, uses, issue=max(1, n // 16), file=False)
        self.note("constant memory, one address for the warp")
        self.add("ldc", 30, {"LSU": 1})
        if self.name != "sm_70":
            self.note("cp.async, by bytes per lane: the thread only issues it")
            for n in (4, 8, 16):
                for stream in (False, True):
                    uses = {"LSU": max(1, n * WARP // 128), "L2": self.bytes(n * WARP, l2)}
                    if stream:
                        uses["HBM"] = self.bytes(n * WARP, hbm)
                    self.add(f"cp_async{'_stream' if stream else ''}_{n}", lat["shared"] + (far if stream else lat["l2"]), uses,
                             file=False, flags=", async: true, variable: true")
            self.note("a group of copies has arrived")
            self.add("cp_async_wait", 20, {}, file=False)
        if self.name == "sm_90":
            self.note("bulk copies, by KB; the engine takes 6 cycles per KB")
            for stream in (False, True):
                uses = {"TMA": 6, "L2": self.bytes(1024, l2)}
                if stream:
                    uses["HBM"] = self.bytes(1024, hbm)
                self.add(f"bulk{'_stream' if stream else ''}_1k", (760 if stream else 466), uses, file=False,
                         flags=", async: true, variable: true")
        self.note("atomics: shared, global with and without a result")
        self.add("atom_shared", lat["atomic_shared"], {"LSU": 4})
        self.add("atom_global", lat["l2"] + 40, {"LSU": 1, "L2": 4}, flags=", variable: true")
        self.add("red_global", 1, {"LSU": 1, "L2": 4}, file=False)

    def tensor(self):
        lat, macs = self.latency["mma"], self.spec["macs"]
        self.note("tensor cores: mma.sync and wmma, by shape; operands out of shared memory by ldmatrix")
        # Half of m16n8k16's depth takes 8 cycles less.
        shapes = [("mma_m8n8k4", "f16", 4 * 256, 0)] if self.name == "sm_70" else [
            ("mma_m16n8k16", "f16", 2048, 0), ("mma_m16n8k8", "f16", 1024, -8), ("mma_m16n8k8_tf32", "tf32", 1024, 0),
            ("mma_m16n8k4_tf32", "tf32", 512, -8), ("mma_m16n8k32_s8", "s8", 4096, 0), ("mma_m16n8k16_s8", "s8", 2048, -8),
            ("mma_m8n8k16_s8", "s8", 1024, -8), ("mma_m16n8k64_s4", "s4", 8192, 0), ("mma_m8n8k4_f64", "f64", 256, 0)]
        for name, kind, work, less in shapes:
            self.add(name, lat + less, {"TC": self.bytes(work * PARTITIONS, macs[kind])})
        held = self.bytes(4096 * PARTITIONS, macs["f16"])
        self.add("wmma_m16n16k16", lat + held // 2, {"TC": held}, issue=4 if self.name == "sm_70" else 2)
        if "tf32" in macs:
            held = self.bytes(2048 * PARTITIONS, macs["tf32"])
            self.add("wmma_m16n16k8_tf32", lat + held // 2, {"TC": held}, issue=2)
            held = self.bytes(4096 * PARTITIONS, macs["s8"])
            self.add("wmma_m16n16k16_s8", lat + held // 2, {"TC": held}, issue=2)
        for n in (1, 2, 4):
            self.add(f"ldmatrix_x{n}", self.latency["shared"] + n - 1, {"LSU": n})
        self.note("wmma fragments of 512 bytes, from or to shared memory; of 1024")
        self.add("wmma_ld", self.latency["shared"] + 3, {"LSU": 4}, issue=2)
        self.add("wmma_st", 1, {"LSU": 8}, issue=4, file=False)

    # ---- which IR is what

    def match_memory(self):
        plain = {1: "i1|i8", 2: "i16|half|bfloat|<2 x i8>", 4: "i32|float|<2 x (half|bfloat|i16)>|<4 x i8>",
                 8: "i64|double|ptr( addrspace.*)?|<2 x (i32|float)>|<4 x (half|bfloat|i16)>|<8 x i8>",
                 16: "i128|<2 x (i64|double|ptr)>|<4 x (i32|float)>|<8 x (half|bfloat|i16)>|<16 x i8>", 32: ".*"}
        self.fits(r"load\.constant", "ldc")
        for n, kind in plain.items():
            kind = None if n == 32 else kind
            for op, to in (("load", "ld"), ("store", "st")):
                self.fits(rf"{op}\.shared", f"{to}s_{n}", kind)
                self.fits(rf"{op}\.stream", f"{to}g_stream_{n}", kind)
                self.fits(rf"{op}(\.(global|local))?", f"{to}g_{n}", kind)
        self.fits(r"call llvm\.nvvm\.ldg\.global\.[fip]|asm ld\.global\.nc\.v4\..*", "ldg_16", "<4 x .*>|.*v4.*")
        for n, kind in list(plain.items())[:4]:
            self.fits(r"call llvm\.nvvm\.ld[gu]\.global\.[fip]", f"ldg_{n}", kind)
        self.fits(r"atomicrmw\.shared|cmpxchg\.shared", "atom_shared")
        self.fits(r"atomicrmw.*|cmpxchg.*|call llvm\.nvvm\.atomic\..*|asm atom\..*", "atom_global")
        self.fits(r"asm red\..*", "red_global")
        if self.name != "sm_70":
            for n in (4, 8, 16):
                self.fits(rf"call llvm\.nvvm\.cp\.async\.c[ag]\.shared\.global\.{n}(\.s)?|asm cp\.async\.c[ag]\.shared(::cta)?\.global(\..*)?\.{n}",
                          f"cp_async_{n}")
            self.fits(r"call llvm\.nvvm\.cp\.async\.(wait\.group|wait\.all)|asm cp\.async\.wait_.*", "cp_async_wait")
            self.fits(r"call llvm\.nvvm\.cp\.async\.commit\.group|asm cp\.async\.commit_group", "fence")
            self.fits(r"call llvm\.nvvm\.cp\.async\.mbarrier\..*|asm cp\.async\.mbarrier\..*", "mbarrier")
        if self.name == "sm_90":
            self.fits(r"call llvm\.nvvm\.cp\.async\.bulk\.(tensor\..*|shared.*|global.*)|asm cp\.async\.bulk\..*global.*", "bulk_1k")

    def match_tensor(self):
        call, asm = r"call llvm\.nvvm\.mma\.", r"asm mma\.sync\.aligned\."

        def shape(shape, class_name, types="", kind=""):
            self.fits(rf"{call}{shape}\..*{types}.*|{asm}{shape}\..*{kind or types}.*", class_name)
        if self.name == "sm_70":
            shape("m8n8k4", "mma_m8n8k4")
        else:
            shape("m16n8k16", "mma_m16n8k16_s8", r"[su]8")
            shape("m16n8k16", "mma_m16n8k16")
            shape("m16n8k8", "mma_m16n8k8_tf32", "tf32")
            shape("m16n8k8", "mma_m16n8k8")
            shape("m16n8k4", "mma_m16n8k4_tf32")
            shape("m16n8k32", "mma_m16n8k32_s8", r"[su]8")
            shape("m16n8k32", "mma_m16n8k16_s8")
            shape("m16n8k(64|128|256)", "mma_m16n8k64_s4")
            shape("m8n8k(16|32|128)", "mma_m8n8k16_s8")
            shape("m8n8k4", "mma_m8n8k4_f64", "f64")
            shape("m8n8k4", "mma_m16n8k8")
            self.fits(r"call llvm\.nvvm\.wmma\.m16n16k8\.mma\..*|asm wmma\.mma\.sync\.aligned\..*m16n16k8\..*", "wmma_m16n16k8_tf32")
            self.fits(r"call llvm\.nvvm\.wmma\..*\.mma\..*[su]8.*|asm wmma\.mma\..*\.[su]8.*", "wmma_m16n16k16_s8")
            self.fits(r"call llvm\.nvvm\.wmma\.m8n8k4\.mma\..*|asm wmma\.mma\..*m8n8k4\..*", "mma_m8n8k4_f64")
        self.fits(r"call llvm\.nvvm\.wmma\..*\.mma\..*|asm wmma\.mma\..*", "wmma_m16n16k16")
        self.fits(r"call llvm\.nvvm\.wmma\..*\.load\..*|asm wmma\.load\..*", "wmma_ld")
        self.fits(r"call llvm\.nvvm\.wmma\..*\.store\..*|asm wmma\.store\..*", "wmma_st")
        for n in (1, 2, 4):
            self.fits(rf"call llvm\.nvvm\.ldmatrix\..*\.x{n}(\..*)?|asm ldmatrix\..*\.x{n}(\..*)?", f"ldmatrix_x{n}")
        self.fits(r"asm stmatrix\..*", "ldmatrix_x4")

    def match_special(self):
        self.fits(r"call llvm\.(assume|lifetime.*|dbg.*|expect|annotation.*|experimental\.noalias\.scope\.decl)", "free")
        self.fits(r"call llvm\.nvvm\.(barrier.*|bar\..*)|asm (bar|barrier)\..*", "bar")
        self.fits(r"call llvm\.nvvm\.mbarrier\..*|asm mbarrier\..*", "mbarrier")
        self.fits(r"call llvm\.nvvm\.(membar|fence)\..*|asm (fence|membar|setmaxnreg|wgmma\.(fence|commit_group|wait_group))(\..*)?|fence", "fence")
        self.fits(r"call llvm\.nvvm\.shfl\..*|asm shfl\..*", "shfl")
        self.fits(r"call llvm\.nvvm\.(vote|match)\..*|asm (vote|match|activemask|elect)(\..*)?", "vote")
        self.fits(r"call llvm\.nvvm\.redux\..*|asm redux\..*", "slow")
        self.fits(r"call llvm\.nvvm\.read\.ptx\.sreg\.(clock.*|.*timer.*|.*smid.*)", "sreg")
        self.fits(r"call llvm\.nvvm\.read\.ptx\.sreg\..*|call llvm\.nvvm\.(isspacep|ptr|texsurf|move).*", "free")
        self.fits(r"call llvm\.nvvm\.(ex2|lg2|rsqrt|sqrt|rcp|sin|cos|tanh)\.approx\.ftz\..*|asm (ex2|lg2|rsqrt|rcp|tanh|sin|cos)\.approx.*", "mufu")
        self.fits(r"call llvm\.nvvm\.(ex2|lg2|rsqrt|sqrt|rcp|sin|cos|tanh)\.approx\.f.*", "mufu_scaled", "float|half|<2 x half>")
        self.fits(r"call llvm\.(exp2|log2|sin|cos|exp|log|exp10|log10|pow|powi)", "mufu_scaled", "float|half")
        self.fits(r"call llvm\.nvvm\.(div|sqrt|rcp)\..*|call llvm\.sqrt", "fdiv64", "double")
        self.fits(r"call llvm\.nvvm\.div\.approx.*", "mufu_scaled")
        self.fits(r"call llvm\.nvvm\.(div|sqrt|rcp)\..*|call llvm\.sqrt", "fdiv32")
        self.fits(r"call llvm\.nvvm\.(f2[iul]|d2[iul]|[iul]+2[fd]|d2f|f2h|lo|hi)[._]?.*|asm cvt\..*", "slow")
        self.fits(r"call llvm\.nvvm\.(ff2bf16x2|ff2f16x2|f2bf16).*", "cvt")
        self.fits(r"asm (fma|add|sub|mul)\.([a-z]+\.)*f32", "fma")
        self.fits(r"asm (fma|add|sub|mul)\.([a-z]+\.)*b?f16(x2)?", "half")
        self.fits(r"asm (fma|add|sub|mul)\.([a-z]+\.)*f64", "fp64")
        self.fits(r"call llvm\.nvvm\.(dp4a|idp4a|mul24|mulhi|sad).*|asm (dp[24]a|mad|mul|mad24|mul24)\..*", "imul")
        self.fits(r"call llvm\.nvvm\.prmt", "alu")

    def match_arithmetic(self):
        self.fits(r"[a-z]+\.(address|control|folded)|[a-z]+\.induction", "free")
        self.fits(r"br.*|phi|fneg|call llvm\.fabs|call llvm\.nvvm\.fabs.*|freeze|bitcast|addrspacecast|extractvalue|insertvalue|extractelement|insertelement|inttoptr|ptrtoint", "free")
        fmas = r"fadd|fsub|fmul|call llvm\.(fma|fmuladd)|call llvm\.nvvm\.(fma|add|mul)\.r[nzmp]\..*"
        compares = (r"fcmp|call llvm\.(copysign|minnum|maxnum|minimum|maximum)|"
                    r"call llvm\.nvvm\.(f(min|max)|neg)\..*")
        self.fits(fmas, "fp64", "double")
        self.fits(compares, "fp64", "double")
        self.fits(fmas, "half", "half|bfloat|<2 x (half|bfloat)>")
        self.fits(compares, "half", "half|bfloat|<2 x (half|bfloat)>")
        self.fits(fmas, "fma", "float")
        self.fits(compares, "alu", "float")
        for n, floats, halves, doubles in ((2, 2, 4, 2), (4, "(3|4)", 8, 4), (8, ".*", ".*", ".*")):
            self.fits(fmas, f"fma_{n}", f"<{floats} x float>")
            self.fits(compares, f"alu_{n}", f"<{floats} x float>")
            self.fits(f"{fmas}|{compares}", f"half_{n}", f"<{halves} x (half|bfloat)>")
            self.fits(f"{fmas}|{compares}", f"fp64_{n}", f"<{doubles} x double>")
        self.fits("fdiv|frem", "fdiv64", "double|<.*double>")
        self.fits("fdiv", "fdiv32")
        self.fits(r"[us](div|rem)\.constant", "imul_4", "i64")
        self.fits(r"[us](div|rem)\.constant", "imul_2", "i[0-9]+")
        self.fits(r"[us](div|rem)", "idiv64", "i64|<.*i64>")
        self.fits(r"[us](div|rem)", "idiv32")
        self.fits(r"mul\.narrow", "imul")
        self.fits(r"mul\.shifted", "alu_2", "i64")
        self.fits(r"mul\.shifted", "alu")
        self.fits("mul", "imul64", "i64")
        self.fits("mul", "imul", "i[0-9]+")
        for n in (2, 4, 8):
            self.fits("mul", f"imul_{n}", f"<{n if n < 8 else '.*'} x .*>")
        self.fits("sitofp|uitofp|fptosi|fptoui", "slow", "i[0-9]+ to (float|half|double)|(float|half|double) to i[0-9]+")
        self.fits("fpext|fptrunc", "slow", ".*double.*")
        self.fits("fpext|fptrunc", "cvt", "[a-z]+ to [a-z]+")
        for n in (2, 4, 8):
            size = n if n < 8 else ".*"
            self.fits("fpext|fptrunc", f"cvt_{n}", f"<{size} x .*> to .*")
            self.fits("sitofp|uitofp|fptosi|fptoui", f"slow_{n}", f"<{size} x .*> to .*")
        self.fits("sext", "alu", "i[0-9]+ to i64")
        self.fits("zext|trunc", "free", "i32 to i64|i64 to i32|i1 to .*")
        self.fits(r"call llvm\.(ctpop|ctlz|cttz|bitreverse)|call llvm\.nvvm\.(popc|clz|brev)\..*", "slow_2", "i64")
        self.fits(r"call llvm\.(ctpop|ctlz|cttz|bitreverse)|call llvm\.nvvm\.(popc|clz|brev)\..*", "slow")
        self.fits(r"call llvm\.(floor|ceil|trunc|rint|nearbyint|round|roundeven)|call llvm\.nvvm\.(floor|ceil|round|trunc)\..*", "slow")
        self.fits(r"call llvm\.(abs|[us](min|max)|fsh[lr]|bswap).*", "alu_2", "i64")
        self.fits(r"call llvm\.(abs|[us](min|max)|fsh[lr]|bswap).*", "alu")
        self.fits(r"call llvm\.[us](add|sub|shl)\.(sat|with\.overflow)", "alu_2")
        self.fits(r"call llvm\.vector\.reduce\..*", "alu_8")
        self.fits(r"call .*", "call")
        self.fits(".*", "alu_2", "i64|ptr|double|i[0-9]+ to i64|i64 to i[0-9]+")
        for n, size in ((2, "2"), (4, "(3|4)"), (8, "[0-9]+")):
            self.fits(".*", f"alu_{n}", f"<{size} x .*>")
        self.fits(".*", "alu")

    # ---- the file

    def head(self):
        lanes, lat = self.lanes, self.latency
        return HEAD.format(of=self.spec["of"], tensor=self.spec["macs"]["f16"], tensor_of=self.spec["tensor_of"], l2=self.spec["l2"],
                           hbm=self.spec["hbm"], hbm_of=self.spec["hbm_of"], shared=lat["shared"], l2_latency=lat["l2"],
                           hbm_latency=lat["hbm"], mma=lat["mma"], mufu_latency=lat["mufu"], **lanes)

    def text(self):
        self.arithmetic(), self.memory(), self.tensor()
        self.match_memory(), self.match_tensor(), self.match_special(), self.match_arithmetic()
        s = self.spec
        units = f"FMA: {PARTITIONS}, ALU: {PARTITIONS}, MUFU: {PARTITIONS}, FP64: {PARTITIONS}, TC: {PARTITIONS}, LSU: 1, L2: 1, HBM: 1"
        if self.name == "sm_90":
            units += ", TMA: 1"
        lines = [f"machine: {self.name}", f"units: {{{units}}}", f"issue: {PARTITIONS}", "registers: {reg: 255}",
                 "sm:", f"  {{partitions: {PARTITIONS}, registers: 65536, registers_thread: 255, register_unit: 256,",
                 "   threads: 2048, threads_block: 1024, blocks: 32,",
                 f"   shared: {s['shared']}, shared_block: {s['shared_block']}, shared_static: 49152, shared_reserved: {s['reserved']},"
                 f" shared_unit: {s['shared_unit']}}}",
                 "classes:", *self.classes, f"memories: {{smem: {s['shared_block']}}}", "cpus:",
                 *(f"  - 'nvptx64.* {c}'" for c in s["cpus"]), "match:", *self.match]
        return self.head() + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    failed = False
    for name in options.names or SMS:
        text, path = Machine(name).text(), os.path.join(MACHINES, name + ".yaml")
        if options.write:
            with open(path, "w") as file:
                file.write(text)
        elif options.check:
            with open(path) as file:
                shipped = file.read()
            if shipped == text:
                print(f"{name}: agrees with the tables")
            failed |= shipped != text
            sys.stdout.writelines(difflib.unified_diff(shipped.splitlines(True), text.splitlines(True), path, "tables"))
        else:
            sys.stdout.write(text)
    return failed


if __name__ == "__main__":
    sys.exit(main())
