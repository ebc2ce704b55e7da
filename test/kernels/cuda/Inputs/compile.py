"""compile.py --clang CLANG --ptxas PTXAS FILE.cu…: kernels of this folder as LLVM IR, and assembled for sm_90a; a spill or a
stack frame is an error."""
import argparse
import os
import re
import subprocess
import sys

FLAGS = ("-x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_90a -Xclang -target-feature -Xclang +ptx80 "
         "-Wall -Wextra -Werror -Wno-unknown-cuda-version -O2 -gline-tables-only -S -emit-llvm").split()


def compile_kernel(clang, source, output, *flags):
    subprocess.run([clang, *FLAGS, *flags, source, "-o", output], check=True)


def assemble(llc, ptxas, ir):
    """What ptxas says of each kernel: {name: registers}."""
    ptx = ir + ".ptx"
    subprocess.run([llc, "-mcpu=sm_90a", "-mattr=+ptx80", ir, "-o", ptx], check=True)
    run = subprocess.run([ptxas, "-arch=sm_90a", "-v", ptx, "-o", os.devnull], stderr=subprocess.STDOUT,
                         stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit("%s: ptxas: %s" % (ir, run.stdout))
    kernels = {}
    for entry in run.stdout.split("Compiling entry function ")[1:]:
        name = entry.split("'")[1]
        for what in ("bytes stack frame", "bytes spill stores", "bytes spill loads"):
            if int(re.search(r"(\d+) " + what, entry).group(1)):
                sys.exit("%s: %s: %s" % (ir, name, entry))
        kernels[name] = int(re.search(r"Used (\d+) registers", entry).group(1))
    return kernels


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
        for name, registers in sorted(assemble(options.llc, options.ptxas, ir).items()):
            print("%s %s: %d registers, no spills" % (os.path.basename(source), name, registers))


if __name__ == "__main__":
    main()
