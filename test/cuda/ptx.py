"""What must hold of the compiled kernels of cuda/gaus.cu.

    ptx.py FILE.ptx                          operations: each rounded by itself, as IEEE 754 says; no stack
    ptx.py FILE.ptx PTXAS [OPTION...]        registers, stack and spills for each architecture that PTXAS knows
"""
import re
import subprocess
import sys

KERNELS = ["tweed_gaus_deposit", "tweed_gaus_rows", "tweed_gaus_values", "tweed_gaus_steps", "tweed_gaus_solve"]
ARCHITECTURES = ["sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90"]
THREADS = {"tweed_gaus_solve": 512}  # on a processor at once; the others: 512 too, with room
REGISTERS = 65536


def check_operations(text):
    """Each line of complaint."""
    wrong = []
    for kernel in KERNELS:
        if not re.search(r"\.entry\s+%s\s*\(" % kernel, text):
            wrong.append("no kernel " + kernel)
    operations = re.findall(r"^\s*(?:@!?%\w+\s+)?([a-z][\w.]*)\s", text, re.M)
    for operation in sorted(set(operations)):
        parts = operation.split(".")
        real = parts[-1] in ("f32", "f64")
        if real and parts[0] in ("fma", "mad", "rsqrt", "ex2", "lg2", "sin", "cos") or "approx" in parts:
            wrong.append("not rounded by itself: " + operation)
        elif real and "ftz" in parts:
            wrong.append("denormals become 0: " + operation)
        elif real and parts[0] in ("div", "rcp", "sqrt") and "rn" not in parts:
            wrong.append("not rounded to nearest: " + operation)
        elif real and parts[0] in ("add", "sub", "mul") and "rn" not in parts and "atom" not in parts:
            wrong.append("may be contracted: " + operation)
    wrong += ["stack: " + line.strip() for line in text.splitlines() if re.match(r"\s*\.local\b", line)]
    for needed in ("div.rn.f32", "sqrt.rn.f32", "bar"):
        if not any(operation.startswith(needed) for operation in operations):
            wrong.append("no " + needed)
    if not re.search(r"\b(?:atom|red)\.(?:global\.)?add\.f64", text):
        wrong.append("no atomic addition to global memory")
    return wrong


def resources(report):
    """kernel -> (registers, stack, spills) of ptxas -v."""
    found = {}
    for part in re.split(r"Compiling entry function", report)[1:]:
        kernel = re.search(r"'(\w+)'", part).group(1)
        stack, stores, loads = map(int, re.search(
            r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", part).groups())
        found[kernel] = (int(re.search(r"Used (\d+) registers", part).group(1)), stack, stores + loads)
    return found


def check_resources(ptx, ptxas, options):
    wrong, known = [], 0
    for architecture in ARCHITECTURES:
        run = subprocess.run([ptxas, "-arch=" + architecture, "-v", *options, ptx, "-o", "/dev/null"],
                             capture_output=True, text=True)
        report = run.stdout + run.stderr
        if run.returncode != 0 and "is not defined for option" in report:
            print("%s: not known to this ptxas" % architecture)
            continue
        if run.returncode != 0:
            wrong.append("%s: %s" % (architecture, report.strip()))
            continue
        known += 1
        found = resources(report)
        wrong += ["%s: no %s" % (architecture, kernel) for kernel in KERNELS if kernel not in found]
        for kernel, (registers, stack, spills) in sorted(found.items()):
            print("%s %-20s %3d registers, stack %d, spills %d" % (architecture, kernel, registers, stack, spills))
            if stack or spills or registers * THREADS.get(kernel, 512) > REGISTERS:
                wrong.append("%s: %s: %d registers, stack %d, spills %d" % (architecture, kernel, registers, stack, spills))
    if known < 3:
        wrong.append("this ptxas knows %d of the architectures" % known)
    return wrong


def main():
    with open(sys.argv[1]) as file:
        text = file.read()
    wrong = check_resources(sys.argv[1], sys.argv[2], sys.argv[3:]) if len(sys.argv) > 2 else check_operations(text)
    for line in wrong:
        print("error: " + line)
    return 1 if wrong else 0


sys.exit(main())
