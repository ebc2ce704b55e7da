"""A class of operations as derive.py wants it, and the type patterns that the match tables share."""

INT = "i[0-9]+|ptr"
FLOAT = "half|bfloat|float|double"


class Class:
    """steps: instructions as one text, one per line; each waits for the line before unless it starts with `|`.
    chain: a snippet whose period is the class's latency plus `minus`; without one the latency is that of llvm-mca's table."""

    def __init__(self, name, steps="", file=None, chain=None, minus=0, latency=None, issue=None, note=None, tag=None):
        self.name, self.file, self.chain, self.minus = name, file, chain, minus
        self.latency, self.issue, self.note, self.tag = latency, issue, note, tag
        self.steps = []
        for line in steps.splitlines():
            if line.strip():
                self.steps.append((line.startswith("|"), line.lstrip("|").strip()))


def lanes(bits):
    """Pattern of the vector types of that many bits."""
    return "<(" + "|".join(f"{bits // w} x ({t})" for w, t in
                           ((64, "i64|double|ptr"), (32, "i32|float"), (16, "i16|half|bfloat"), (8, "i8"))
                           if bits // w >= 1) + ")>"


# Vector types by size in units of a machine register; wider ones count as the widest class. Smaller than half a register or
# of other element types (masks): the half register.
def wider(bits):
    """Pattern of the vector types of at least that many bits, up to 16 times as many."""
    parts = []
    for w, t in ((64, "i64|double|ptr"), (32, "i32|float"), (16, "i16|half|bfloat"), (8, "i8")):
        parts.append(f"({'|'.join(str((bits << k) // w) for k in range(5))}) x ({t})")
    return "<(" + "|".join(parts) + ")>"
