"""points.py KERNEL…: a kernel of points.cu as Tweed rewrites it, on the emulator beside the one that it was.

  --passes PASSES    default: tweed-warp-specialize<force>
  --behind PASSES    passes of LLVM that run behind it
  --llc              the result is also compiled by llc -O3
  --seeds N, --tsan  interleavings, and whether under ThreadSanitizer
  --unchanged        the kernel must stay as it is; nothing is emulated
  --break WHAT       the rewritten kernel is broken on purpose, once at each place where that can be done, and every time the
                     emulator must say so. WHAT is one of the names in BREAKS
  --last             the launch with most trips only

Leaves FOLDER/KERNEL.ll, plain, and FOLDER/KERNEL.rewritten.ll. Prints a line for each launch or each thing broken; the exit status
says whether all is as it must be."""
import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "..", "kernels", "cuda", "Inputs"))
import compile as cuda  # noqa: E402

TEST = r"call i32 asm sideeffect \"[^\"]*\.parity\.[^\"]*\", \"[^\"]*\"\(i32 (%?\w+), i32 (%[\w.]+)\)[^\n]*"

# What is searched for, and what takes its place.
BREAKS = {
    "wait": (TEST, "add i32 1, 0"),
    "parity": (r"(?<=, i32 )(%[\w.]+)(?=\) [^\n]*\n  %\d+ = icmp ne i32 %\d+, 0)", None),
    "arrive": (r"call i64 @llvm\.nvvm\.mbarrier\.arrive\.shared\([^\n]*", "add i64 0, 0"),
    "arrive-copies": (r"call void @llvm\.nvvm\.cp\.async\.mbarrier\.arrive\.noinc[^\n]*", ""),
    "more-arrivals": (r"(mbarrier\.init\.shared\([^\n]*, i32 )(\d+)(?=\))", lambda m: m.group(1) + str(int(m.group(2)) + 1)),
    "fewer-arrivals": (r"(mbarrier\.init\.shared\([^\n]*, i32 )(\d+)(?=\))", lambda m: m.group(1) + str(int(m.group(2)) - 1)),
    "init-barrier": (r"(tail )?call void @llvm\.nvvm\.barrier0\(\)[^\n]*", ""),
    "warp": (r"call void @llvm\.nvvm\.bar\.warp\.sync[^\n]*", ""),
    "named": (r"(?<=@llvm\.nvvm\.barrier\(i32 1, i32 )64", "96"),
    "all": (r"@llvm\.nvvm\.barrier\(i32 1, i32 64\)", "@llvm.nvvm.barrier0()"),
    "missing": (r"call void @llvm\.nvvm\.barrier\([^\n]*", ""),
    "slots": (r"(?<=icmp eq i32 )(%[\w.]+), 8(?=[,\n])", lambda m: m.group(1) + ", 7"),
    "groups": (r"(?<=cp\.async\.wait\.group\(i32 )(\d+)(?=\))", lambda m: str(int(m.group(1)) + 1)),
    "expect": (r"(?<=i32 )512(?=\) #\d+, !dbg ![^\n]*\n(?!.*cp\.async\.bulk))", "496"),
}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)
    return done.returncode, done.stdout


def checked(command):
    status, output = run(command)
    if status:
        sys.exit("%s\n%s" % (" ".join(command), output))


def launches(name):
    """The launch lines of a kernel: the comment above it."""
    with open(os.path.join(HERE, "points.cu")) as file:
        line = re.search(r"^// launch: (%s<<<.*\)) N=(\S+)$" % name, file.read(), re.M)
    return [re.sub(r"\bN\b", n, line.group(1)) for n in line.group(2).split(",")]


def said(output):
    """What the emulator has against a kernel."""
    for line in output.splitlines():
        if "error:" in line:
            return line[line.index("error:"):line.index(" [kernel")] if " [kernel" in line else line[line.index("error:"):]
    return next((line for line in output.splitlines() if line.startswith("tweed:")), output[-200:])


def emulate(options, plain, rewritten, lines):
    """[(line, what is wrong or "")]"""
    program, found = rewritten + ".run", []
    if os.path.exists(program):
        os.remove(program)
    for line in lines:
        made = ["--program", program] if os.path.exists(program) else [plain, "--compare", rewritten, "--keep", program] + (
            ["--tsan"] if options.tsan else [])
        status, output = run([options.tweed, "emulate", *made, "--launch", line, "--seeds", str(options.seeds), "--time-limit", "60"])
        if status > 1:
            sys.exit("%s\n%s" % (line, output))
        found.append((line, said(output) if status else ""))
    return found


def broken(text, what):
    """The text with one thing broken, for each place where that can be done."""
    search, by = BREAKS[what]
    if what == "all" and re.search(search, text):  # behind the loop no other warps are left
        yield re.sub(search, by, text)
        return
    for m in re.finditer(search, text):
        if what == "parity":
            line = text.rindex("\n", 0, m.start()) + 1
            flipped = "  %%flipped = xor i32 %s, 1\n" % m.group(1)
            yield text[:line] + flipped + text[line:m.start()] + "%flipped" + text[m.end():]
        else:
            yield text[:m.start()] + (by(m) if callable(by) else by) + text[m.end():]


def prepare(options, name):
    plain, rewritten = os.path.join(options.folder, name + ".ll"), os.path.join(options.folder, name + ".rewritten.ll")
    checked([options.opt, "-S", "-passes=internalize<preserve-gv=%s>,globaldce" % name, os.path.join(options.folder, "points.ll"),
             "-o", plain])
    checked([options.opt, "-S", "-load-pass-plugin=" + options.plugin, "-passes=" + options.passes, plain, "-o", rewritten])
    return plain, rewritten


def kernel_text(path):
    with open(path) as file:
        text = re.search(r"^define .*?^}", file.read(), re.M | re.S).group(0)
    return re.sub(r"[!#]\d+", "", text)  # metadata is numbered anew after every change


def break_it(options, name, plain, rewritten, lines):
    """How many breaks were not noticed."""
    with open(rewritten) as file:
        text = file.read()
    missed = n = 0
    for number, worse in enumerate(broken(text, options.breaks)):
        path = rewritten[:-3] + ".%s%d.ll" % (options.breaks, number)
        with open(path, "w") as file:
            file.write(worse)
        _, wrong = emulate(options, plain, path, lines[-1:])[0]
        print("%s %s %d: %s" % (name, options.breaks, number, wrong or "NOT NOTICED"))
        missed += not wrong
        n += 1
        if n == options.most:
            break
    return missed + (n == 0)


def check(options, name):
    plain, rewritten = prepare(options, name)
    changed = kernel_text(plain) != kernel_text(rewritten)
    if options.unchanged or not changed:
        print("%s: %s" % (name, "changed" if changed else "unchanged"))
        return changed or not options.unchanged
    if options.behind:
        checked([options.opt, "-S", "-passes=" + options.behind, rewritten, "-o", rewritten])
    if options.llc:
        checked([options.llc, "-O3", "-mcpu=" + options.arch, "-mattr=+ptx80", rewritten, "-o", rewritten[:-3] + ".ptx"])
    lines = launches(name)
    if options.breaks:
        return break_it(options, name, plain, rewritten, lines)
    failed = 0
    for line, wrong in emulate(options, plain, rewritten, lines[-1:] if options.last else lines):
        print("%s: %s" % (line, wrong or "right"))
        failed += wrong != ""
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("tweed", "plugin", "clang", "opt", "folder"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--passes", default="tweed-warp-specialize<force>")
    parser.add_argument("--arch", default="sm_90a")
    parser.add_argument("--behind")
    parser.add_argument("--llc")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--tsan", action="store_true")
    parser.add_argument("--unchanged", action="store_true")
    parser.add_argument("--break", dest="breaks", choices=BREAKS)
    parser.add_argument("--most", type=int, default=2, help="so many places are broken at most")
    parser.add_argument("--last", action="store_true")
    parser.add_argument("kernels", nargs="+")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    cuda.compile_kernel(options.clang, os.path.join(HERE, "points.cu"), os.path.join(options.folder, "points.ll"), arch=options.arch)
    sys.exit(sum(check(options, name) for name in options.kernels) > 0)


if __name__ == "__main__":
    main()
