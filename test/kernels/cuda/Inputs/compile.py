"""compile.py --clang CLANG --ptxas PTXAS FILE.cu…: kernels of this folder as LLVM IR, and assembled for sm_90a; a spill or a
stack frame is an error."""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ("-x cuda --cuda-device-only -nocudainc -nocudalib -Xclang -target-feature -Xclang +ptx80 -Wall -Wextra -Werror "
         "-Wno-unknown-cuda-version -O2 -gline-tables-only -S -emit-llvm").split() + ["-I", os.path.dirname(HERE)]


def compile_kernel(clang, source, output, *flags, arch="sm_90a"):
    subprocess.run([clang, *FLAGS, "--cuda-gpu-arch=" + arch, *flags, source, "-o", output], check=True)


def assemble_ptx(ptxas, ptx, arch, output=os.devnull):
    """What ptxas says of each kernel: {name: (registers, bytes of stack frame and spills)}."""
    run = subprocess.run([ptxas, "-arch=" + arch, "-v", ptx, "-o", output], stderr=subprocess.STDOUT,
                         stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit("%s: ptxas: %s" % (ptx, run.stdout))
    kernels = {}
    for entry in run.stdout.split("Compiling entry function ")[1:]:
        kept = [int(re.search(r"(\d+) " + what, entry).group(1))
                for what in ("bytes stack frame", "bytes spill stores", "bytes spill loads")]
        kernels[entry.split("'")[1]] = int(re.search(r"Used (\d+) registers", entry).group(1)), sum(kept)
    return kernels


def assemble(llc, ptxas, ir, arch="sm_90a"):
    """The same of LLVM IR."""
    ptx = os.path.splitext(ir)[0] + ".ptx"
    subprocess.run([llc, "-mcpu=" + arch, "-mattr=+ptx80", ir, "-o", ptx], check=True)
    return assemble_ptx(ptxas, ptx, arch)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clang", required=True)
    parser.add_argument("--llc", default="llc")
    parser.add_argument("--ptxas", required=True)
    parser.add_argument("--folder", default=".")
    parser.add_argument("sources", nargs="+")
    options = parser.parse_args()
    for source in options.sources:
        ir = os.path.join(options.folder, os.path.basename(source) + ".ll")
        compile_kernel(options.clang, source, ir)
        for name, (registers, spilled) in sorted(assemble(options.llc, options.ptxas, ir).items()):
            if spilled:
                sys.exit("%s: %s: a stack frame or spills" % (source, name))
            print("%s %s: %d registers, no spills" % (os.path.basename(source), name, registers))


if __name__ == "__main__":
    main()
