"""broken.py ARGUMENTS: opt, but what it rewrites loses its first barrier, as after a wrong rewrite."""
import subprocess
import sys

arguments = sys.argv[1:]
subprocess.run(["opt", *arguments], check=True)
if any(a.startswith("-load-pass-plugin=") for a in arguments) and "-o" in arguments:
    output = arguments[arguments.index("-o") + 1]
    with open(output) as file:
        lines = file.readlines()
    lines.remove(next(line for line in lines if "call void @llvm.nvvm.barrier0()" in line))
    with open(output, "w") as file:
        file.writelines(lines)
