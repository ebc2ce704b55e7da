"""What the comparison reads out of LLVM IR text: blocks, innermost loops, which of them are remainders, debug lines.

    for function in loops_ir.functions(text):       name -> Function
        function.blocks                              name -> Block(terminator, successors, line)
        function.headers                             headers of loops, in program order
        function.remainder(header)                   a loop that only does what a vector or unrolled loop leaves over
"""
import re
from dataclasses import dataclass, field

DEFINE = re.compile(r"^define .*?@([\w.$]+)\(")
LABEL = re.compile(r'^("?)([-\w.$]+)\1:')
TARGET = re.compile(r'label %("?)([-\w.$]+)\1')
LOOP = re.compile(r"!llvm\.loop !(\d+)")
DBG = re.compile(r"!dbg !(\d+)")
NODE = re.compile(r"^!(\d+) = (.*)$", re.M)


@dataclass
class Block:
    successors: list = field(default_factory=list)
    loop: str = None  # number of its !llvm.loop node
    dbg: str = None   # number of the terminator's !dbg node


@dataclass
class Function:
    name: str
    blocks: dict = field(default_factory=dict)
    nodes: dict = field(default_factory=dict)  # metadata of the module

    @property
    def headers(self):
        """Targets of backward branches, in program order; clang emits loops so that a back edge goes backwards."""
        order = {name: i for i, name in enumerate(self.blocks)}
        found = {s for name, b in self.blocks.items() for s in b.successors if order.get(s, 1 << 30) <= order[name]}
        return [name for name in self.blocks if name in found]

    def latch(self, header):
        order = {name: i for i, name in enumerate(self.blocks)}
        ends = [n for n, b in self.blocks.items() if header in b.successors and order[n] >= order[header]]
        return ends[-1] if ends else None

    def loop(self, header):
        """Names of the blocks of the loop: all that reach a latch without passing its header."""
        order = {name: i for i, name in enumerate(self.blocks)}
        before = {}
        for name, b in self.blocks.items():
            for successor in b.successors:
                before.setdefault(successor, []).append(name)
        found = {header}
        todo = [n for n in before.get(header, []) if order[n] >= order[header]]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += before.get(name, [])
        return found

    @property
    def innermost(self):
        headers = self.headers
        return [h for h in headers if not any(o != h and o in self.loop(h) for o in headers)]

    def remainder(self, header):
        if re.search(r"\.(epil|prol)\d*$", header) or header.startswith("vec.epilog."):
            return True
        latch = self.latch(header)
        node = self.nodes.get(self.blocks[latch].loop or "", "") if latch else ""
        marks = [self.nodes.get(n, "") for n in re.findall(r"!(\d+)", node)]
        return any("llvm.loop.isvectorized" in m for m in marks) and not header.startswith("vector.body")

    def line(self, block):
        """Debug line of the block's terminator, 0 if it has none."""
        match = re.search(r"line: (\d+)", self.nodes.get(self.blocks[block].dbg or "", ""))
        return int(match.group(1)) if match else 0


def functions(text):
    nodes = dict(NODE.findall(text))
    found, current, block = {}, None, None
    for line in text.splitlines():
        start = DEFINE.match(line)
        if start:
            current = found[start.group(1)] = Function(start.group(1), nodes=nodes)
            block = current.blocks.setdefault("entry", Block())
        elif line.startswith("}"):
            current = block = None
        elif current:
            label = LABEL.match(line)
            if label:
                if list(current.blocks) == ["entry"] and not current.blocks["entry"].successors and label.group(2) != "entry":
                    current.blocks.pop("entry")
                block = current.blocks.setdefault(label.group(2), Block())
            elif block is not None and re.match(r"\s+(br|switch|ret|unreachable|invoke|callbr|indirectbr|i\d+ |\])", line):
                block.successors += [name for _, name in TARGET.findall(line)]
                loop, dbg = LOOP.search(line), DBG.search(line)
                block.loop = loop.group(1) if loop else block.loop
                block.dbg = dbg.group(1) if dbg else block.dbg
    return found
