"""Reads the text of LLVM IR, finds the innermost loops, and inserts calls that log their loads and stores."""
import re

INTEGER = re.compile(r"i(\d+)$")
SIZES = {"ptr": 8, "float": 4, "double": 8, "half": 2, "bfloat": 2, "x86_fp80": 10, "fp128": 16}
DECLARATIONS = """
declare void @tweed_oracle_enter(i32)
declare void @tweed_oracle_iteration(i32)
declare void @tweed_oracle_access(i32, i32, i32, ptr, i64)
"""


class NotUnderstood(Exception):
    """IR that this reader does not know."""


def split_top(text):
    """Splits at commas outside brackets."""
    parts, depth, start, quoted = [], 0, 0, False
    for i, c in enumerate(text):
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in "([{<":
            depth += 1
        elif c in ")]}>":
            depth -= 1
        elif c == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return parts + [text[start:].strip()]


def size_of(kind):
    """Bytes that an access of this type touches."""
    kind = kind.strip()
    found = INTEGER.match(kind)
    if found:
        return (int(found.group(1)) + 7) // 8
    if kind in SIZES:
        return SIZES[kind]
    found = re.match(r"[<\[](\d+) x (.*)[>\]]$", kind)
    if found:
        element = INTEGER.match(found.group(2).strip())
        if kind[0] == "<" and element:
            return (int(found.group(1)) * int(element.group(1)) + 7) // 8
        return int(found.group(1)) * size_of(found.group(2))
    raise NotUnderstood("type " + kind)


def leading_type(text):
    """The type at the start of `TYPE VALUE`."""
    if text[0] in "<[{":
        depth = 0
        for i, c in enumerate(text):
            depth += (c in "<[{") - (c in ">]}")
            if depth == 0:
                return text[:i + 1]
    return text.split()[0]


def access_of(line):
    """(is_store, pointer operand, bytes) of a load or store, None for anything else."""
    found = re.match(r"  (?:%\S+ = load|store) +(?:atomic +)?(?:volatile +)?(.*)$", line)
    if not found:
        return None
    parts = split_top(found.group(1))
    store = line.startswith("  store")
    pointer = parts[1]
    if not pointer.startswith("ptr "):
        raise NotUnderstood(line.strip())
    return store, pointer[4:], size_of(leading_type(parts[0]) if store else parts[0])


class Block:
    """A basic block: its label, the numbers of its lines [first, last], its successors in order."""

    def __init__(self, label, first):
        self.label, self.first, self.last, self.successors = label, first, first, []


class Function:
    def __init__(self, name, blocks):
        self.name, self.blocks = name, blocks
        self.index = {b.label: b for b in blocks}


def read_functions(lines):
    """The functions of a module with their blocks."""
    functions, at = [], 0
    while at < len(lines):
        found = re.match(r'define .*?@("[^"]*"|[\w.$-]+)\(', lines[at])
        if not found:
            at += 1
            continue
        blocks, at = [], at + 1
        while lines[at] != "}":
            label = re.match(r'("[^"]*"|[\w.$-]+):', lines[at])
            if label:
                blocks.append(Block(label.group(1).strip('"'), at + 1))
            elif not blocks and lines[at].strip():
                raise NotUnderstood("a function without an entry label: " + found.group(1))
            elif lines[at].startswith("  "):
                blocks[-1].last = at
            at += 1
        for b in blocks:
            text = "\n".join(lines[b.first:b.last + 1])
            end = max(text.rfind("\n  br "), text.rfind("\n  switch "), text.rfind("\n  ret "),
                      text.rfind("\n  unreachable"), text.rfind("\n  indirectbr "))
            b.end_line = b.first + text[:end + 1].count("\n") if end >= 0 else b.first
            targets = re.findall(r'label %("[^"]*"|[\w.$-]+)', text[end if end >= 0 else 0:])
            b.successors = [t.strip('"') for t in targets]
        functions.append(Function(found.group(1).strip('"'), blocks))
    return functions


def reverse_post_order(function, start, inside=None):
    """Labels reachable from start, in reverse post order, successors taken in their order."""
    seen, order, stack = {start}, [], [(start, iter(function.index[start].successors))]
    while stack:
        label, successors = stack[-1]
        for s in successors:
            if s not in seen and (inside is None or s in inside):
                seen.add(s)
                stack.append((s, iter(function.index[s].successors)))
                break
        else:
            order.append(label)
            stack.pop()
    return order[::-1]


def dominators(function):
    order = reverse_post_order(function, function.blocks[0].label)
    predecessors = {label: [] for label in order}
    for label in order:
        for s in function.index[label].successors:
            predecessors[s].append(label)
    every = set(order)
    dom = {label: every for label in order}
    dom[order[0]] = {order[0]}
    changed = True
    while changed:
        changed = False
        for label in order[1:]:
            new = set.intersection(*(dom[p] for p in predecessors[label])) | {label}
            if new != dom[label]:
                dom[label], changed = new, True
    return dom, predecessors


class Loop:
    """An innermost loop: its blocks in reverse post order, where it is entered from, and its accesses in that order."""

    def __init__(self, function, header, blocks, entries):
        self.name = "%s:%s" % (function.name, header)
        self.header, self.blocks, self.entries = header, blocks, entries
        self.accesses = []


def innermost_loops(function, lines):
    dom, predecessors = dominators(function)
    bodies = {}
    for label in dom:
        for header in function.index[label].successors:
            if header in dom[label]:
                body, work = bodies.setdefault(header, {header}), [label]
                while work:
                    b = work.pop()
                    if b not in body:
                        body.add(b)
                        work += predecessors[b]
    for header, body in bodies.items():
        if any(other != header and other in body for other in bodies):
            continue
        loop = Loop(function, header, reverse_post_order(function, header, body),
                    [p for p in predecessors[header] if p not in body])
        for label in loop.blocks:
            block = function.index[label]
            for at in range(block.first, block.last + 1):
                access = access_of(lines[at])
                if access:
                    loop.accesses.append((at, *access))
        yield loop


def read(text):
    """All innermost loops of a module by name, with their functions."""
    lines = text.split("\n")
    return {loop.name: (loop, f) for f in read_functions(lines) for loop in innermost_loops(f, lines)}


def instrument(text, numbers):
    """The module with logging in the loops whose names are in `numbers`, which gives each its number."""
    lines, before = text.split("\n"), {}
    for name, (loop, function) in read(text).items():
        if name not in numbers:
            continue
        number = numbers[name]
        for label in loop.entries:
            before.setdefault(function.index[label].end_line, []).append(
                "  call void @tweed_oracle_enter(i32 %d)" % number)
        at = function.index[loop.header].first
        while re.match(r"  %\S+ = phi ", lines[at]):
            at += 1
        before.setdefault(at, []).insert(0, "  call void @tweed_oracle_iteration(i32 %d)" % number)
        for index, (line, store, pointer, size) in enumerate(loop.accesses):
            before.setdefault(line, []).append("  call void @tweed_oracle_access(i32 %d, i32 %d, i32 %d, ptr %s, i64 %d)" %
                                               (number, index, store, pointer, size))
    out = []
    for at, line in enumerate(lines):
        out += before.get(at, [])
        out.append(line)
    return "\n".join(out) + DECLARATIONS
