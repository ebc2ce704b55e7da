"""build.py: makes what rewrite.py and tools/gpu run: the IR of one kernel, plain, rewritten or from reference.cu; a program that
emulates two of them side by side; what ptxas says."""
import os
import re
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(os.path.dirname(FOLDER), "cuda", "Inputs"))
import compile as cuda  # noqa: E402

TIME_LIMIT = 300  # seconds for one command: a kernel that hangs shall fail, not stay


class Failure(Exception):
    """What a tool said when it refused."""


def run(command, **more):
    """Output and exit status."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                timeout=TIME_LIMIT, **more)
    except subprocess.TimeoutExpired:
        return "%s: not done within %d s" % (command[0], TIME_LIMIT), 124
    return result.stdout, result.returncode


def checked(command):
    output, status = run(command)
    if status:
        raise Failure("%s: exit status %d\n%s" % (" ".join(command), status, output))
    return output


def add_options(parser):
    """The tools, as options of a command."""
    parser.add_argument("--tweed", required=True)
    parser.add_argument("--plugin", required=True, help="TweedLLVM.so")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--opt", default="opt-19")
    parser.add_argument("--llc", default="llc-19")
    parser.add_argument("--ptxas", default="ptxas")
    parser.add_argument("--folder", required=True, help="where all that is made goes")


class Builder:
    """Makes files in folder/ARCH; a source is compiled once."""

    def __init__(self, options, arch):
        self.options, self.arch = options, arch
        self.folder = os.path.join(options.folder, arch)
        os.makedirs(self.folder, exist_ok=True)
        self.compiled, self.lock = set(), threading.Lock()

    def path(self, name):
        return os.path.join(self.folder, name)

    def compile(self, source, *flags):
        """The IR of a source."""
        output = self.path("".join([source[:-3], *flags]) + ".ll")
        if output not in self.compiled:
            cuda.compile_kernel(self.options.clang, os.path.join(FOLDER, source), output, *flags, arch=self.arch)
        self.compiled.add(output)
        return output

    def kernel(self, name, source, kind, *flags):
        """One kernel of a source, without the others: NAME.KIND.ll."""
        output = self.path("%s.%s.ll" % (name, kind))
        with self.lock:
            module = self.compile(source, *flags)
        checked([self.options.opt, "-S", "-passes=internalize<preserve-gv=%s>,globaldce" % name, module, "-o", output])
        return output

    def rewrite(self, ir, kernel, passes, kind="rewritten"):
        """NAME.KIND.ll and the remarks on it; the passes are told what the kernel's launches say."""
        output, remarks = self.path("%s.%s.ll" % (kernel.name, kind)), self.path("%s.%s.yaml" % (kernel.name, kind))
        if os.path.exists(remarks):
            os.remove(remarks)
        checked([self.options.opt, "-S", "-load-pass-plugin=" + self.options.plugin, "-passes=" + kernel.passes(passes),
                 "-pass-remarks-output=" + remarks, ir, "-o", output])
        return output, read_remarks(remarks)

    def emulation(self, name, first, second, tsan):
        """emulate(launch, tolerance, seeds) -> (output, exit status): the program for two modules is made once."""
        program = self.path(name + ".run")
        if os.path.exists(program):
            os.remove(program)

        def emulate(launch, tolerance, seeds):
            common = ["--launch", launch, "--tolerance", tolerance, "--seeds", str(seeds), "--time-limit",
                      str(TIME_LIMIT / 2)]
            if os.path.exists(program):
                return run([self.options.tweed, "emulate", "--program", program, *common])
            return run([self.options.tweed, "emulate", first, "--compare", second, "--keep", program, *common,
                        *(["--tsan"] if tsan else [])])

        return emulate

    def assemble(self, ir):
        """{kernel: (registers, bytes of stack frame and spills)}"""
        return cuda.assemble(self.options.llc, self.options.ptxas, ir, self.arch)


def read_remarks(path):
    """[(kind, name, text)] of Tweed's remarks in a file of LLVM's."""
    if not os.path.exists(path):
        return []
    with open(path) as file:
        documents = file.read().split("--- !")[1:]
    found = []
    for document in documents:
        name = re.search(r"^Name: +(\S+)", document, re.M).group(1)
        values = re.findall(r"^  - \w+: +(.*)$", document, re.M)
        text = "".join(value.strip("'").replace("''", "'") for value in values)
        if re.search(r"^Pass: +tweed", document, re.M):
            found.append((document.split("\n", 1)[0], name, text))
    return found


def body(ir, name):
    """A kernel's instructions without names of metadata and attributes, which any change to the module renumbers."""
    with open(ir) as file:
        text = re.search(r"^define [^\n]*@%s\(.*?^}" % re.escape(name), file.read(), re.M | re.S).group(0)
    return re.sub(r"[!#]\d+", "", text)
