"""Reads the optimization records of LLVM (-pass-remarks-output=F, -fsave-optimization-record).

    for remark in remarks.read("loops.yaml", "tweed"):
        remark.kind      Passed, Missed or Analysis
        remark.name      "Pipelined", or the reason of refusal
        remark.function, remark.line
        remark["II"]     an argument by its key, as text; None where there is none
        remark.message   all arguments in a row
"""
import re
from dataclasses import dataclass, field


@dataclass
class Remark:
    kind: str
    fields: dict = field(default_factory=dict)
    arguments: list = field(default_factory=list)  # (key, text)
    line: int = 0

    @property
    def name(self):
        return self.fields.get("Name", "")

    @property
    def function(self):
        return self.fields.get("Function", "")

    @property
    def message(self):
        return "".join(text for _, text in self.arguments)

    def __getitem__(self, key):
        return next((text for k, text in self.arguments if k == key), None)


def scalar(text):
    """A YAML scalar on one line, as LLVM writes it."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
    return text


def read(path, only=None):
    """The remarks of a file in order; only: of this pass."""
    found, current = [], None
    with open(path) as file:
        for line in file:
            start = re.match(r"--- !(\w+)", line)
            argument = re.match(r"  - (\S+):\s*(.*)$", line)
            top = re.match(r"(\w+):\s*(.*)$", line)
            place = re.search(r"Line: (\d+)", line)
            if start:
                current = Remark(start.group(1))
                found.append(current)
            elif current and argument:
                current.arguments.append((argument.group(1), scalar(argument.group(2))))
            elif current and place and not current.line and line.startswith(" "):
                current.line = int(place.group(1))  # a long file name pushes it onto the next line
            elif current and top:
                current.fields[top.group(1)] = scalar(top.group(2))
                if top.group(1) == "DebugLoc" and place:
                    current.line = int(place.group(1))
    return [r for r in found if only is None or r.fields.get("Pass") == only]
