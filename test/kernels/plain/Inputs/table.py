"""table.py: kernels.txt as objects."""
import itertools
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = ("specialized", "pipelined", "untouched", "any")


def up(a, b):
    """How many of size b hold a."""
    return -(-a // b)


def evaluate(expression, sizes):
    return eval(expression, {"__builtins__": {}, "up": up, "max": max}, dict(sizes))


class Kernel:
    def __init__(self, name, file, expected, tolerance, exact):
        if expected not in EXPECTED:
            raise SystemExit("kernels.txt: %s: %s is none of %s" % (name, expected, ", ".join(EXPECTED)))
        self.name, self.file, self.expected = name, file, expected
        self.tolerance, self.exact = tolerance, exact
        self.template, self.tests, self.bench, self.bug = None, [], {}, None

    def passes(self, text):
        """Passes with what launch bounds do not say: the block's shape, and the bytes of dynamic shared memory."""
        block, dynamic = re.match(r"<<<.*?, ?(\(\d+(?:,\d+)*\)|\d+)(?:, ?(\d+))?>>>", self.template).groups()
        name, _, parameters = text.rstrip(">").partition("<")
        said = [parameters] if parameters else []
        said += ["block=" + block.strip("()").replace(",", "x")] if block.startswith("(") else []
        said += ["dynamic=" + dynamic] if dynamic else []
        return "%s<%s>" % (name, ";".join(said)) if said else text

    def launch(self, sizes):
        """The launch line for sizes."""
        return self.name + re.sub(r"\{([^}]*)\}", lambda m: str(evaluate(m.group(1), sizes)), self.template)


def combinations(words):
    """Every {name: number} of words like k=0,16."""
    names, values = zip(*(word.split("=", 1) for word in words))
    for choice in itertools.product(*(value.split(",") for value in values)):
        yield {name: int(value) for name, value in zip(names, choice)}


def read(path=os.path.join(HERE, "kernels.txt")):
    """All kernels, in the order of the file."""
    kernels = []
    with open(path) as file:
        for line in file:
            key, _, rest = line.strip().partition(" ")
            if key == "kernel":
                kernels.append(Kernel(*rest.split()))
            elif key == "launch":
                kernels[-1].template = rest
            elif key == "bug":
                kernels[-1].bug = rest.split(" ", 1)
            elif key == "test":
                kernels[-1].tests += combinations(rest.split())
            elif key == "bench":
                words = dict(word.split("=", 1) for word in rest.split())
                figures = {what: words.pop(what) for what in ("work", "traffic", "tolerance") if what in words}
                sizes = {name: int(value) for name, value in words.items()}
                kernels[-1].bench = {"sizes": sizes, **{w: evaluate(e, sizes) for w, e in figures.items()}}
            elif key and not key.startswith("#"):
                raise SystemExit("%s: what is %s?" % (path, key))
    return kernels
