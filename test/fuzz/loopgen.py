"""loopgen.py: random loops in C without undefined behaviour.

A Loop is a tree of statements that renders to one C function and its row in the harness's table. Every temporary is set
in each iteration and every index stays within what the table says, so any statement can be dropped (loops.py reduces a
failing loop that way) and the rest is still a valid program.
"""

import random

# name: C type, unsigned type for arithmetic, bytes, kind
TYPES = {
    "i8": ("int8_t", "uint32_t", 1, "s"), "u8": ("uint8_t", "uint32_t", 1, "u"),
    "i16": ("int16_t", "uint32_t", 2, "s"), "u16": ("uint16_t", "uint32_t", 2, "u"),
    "i32": ("int32_t", "uint32_t", 4, "s"), "u32": ("uint32_t", "uint32_t", 4, "u"),
    "i64": ("int64_t", "uint64_t", 8, "s"), "u64": ("uint64_t", "uint64_t", 8, "u"),
    "f32": ("float", None, 4, "f"), "f64": ("double", None, 8, "f"),
}
INTS = [t for t in TYPES if TYPES[t][3] != "f"]
FLOATS = ["f32", "f64"]
FUZZ_BYTES = 4096
MAX_TRIPS = 70


def ctype(t):
    return TYPES[t][0]


def bits(t):
    return TYPES[t][2] * 8


def is_float(t):
    return TYPES[t][3] == "f"


# Calls: one that touches no memory, one that reads and one that writes through its argument.
HELPERS = """static __attribute__((noinline)) uint32_t fuzz_mix(uint32_t x, uint32_t y) { return (x ^ (y >> 3)) * 2654435761U; }
static __attribute__((noinline)) uint32_t fuzz_look(const uint8_t *p) { return p[0] * 3U; }
static __attribute__((noinline)) void fuzz_put(uint8_t *p, uint32_t x) { p[0] = (uint8_t)(x * 5U); }
static inline uint32_t fuzz_load32(const void *p) { uint32_t x; memcpy(&x, p, 4); return x; }
static inline uint64_t fuzz_load64(const void *p) { uint64_t x; memcpy(&x, p, 8); return x; }
static inline void fuzz_store32(void *p, uint32_t x) { memcpy(p, &x, 4); }
static inline void fuzz_store64(void *p, uint64_t x) { memcpy(p, &x, 8); }
typedef uint32_t fuzz_vector __attribute__((vector_size(16)));
static inline fuzz_vector fuzz_load_vector(const void *p) { fuzz_vector x; memcpy(&x, p, 16); return x; }
static inline void fuzz_store_vector(void *p, fuzz_vector x) { memcpy(p, &x, 16); }
uint32_t fuzz_used(uint8_t *p) { fuzz_put(p, 1); return fuzz_mix(fuzz_look(p), 2); }
"""


class Array:
    """kind: restrict, plain, const (plain, never written), global. stride: the usual one, or None for the variable one."""

    def __init__(self, number, type_, kind, stride, overlap):
        self.number, self.type, self.kind, self.stride, self.overlap = number, type_, kind, stride, overlap
        self.origin = FUZZ_BYTES // TYPES[type_][2] // 2 if kind == "global" else 0
        self.access = set()
        self.read = self.written = 1.0  # how often

    @property
    def name(self):
        return "a%d" % self.number


class Statement:
    """text; or an if: cond and two lists of statements; or a switch: cond and a list for each label."""

    def __init__(self, text=None, cond=None, then=(), other=(), labels=None, parts=()):
        self.text, self.cond, self.labels = text, cond, labels
        self.parts = [list(part) for part in parts] if labels else [list(then), list(other)] if cond else []

    def render(self, indent):
        pad = "  " * indent
        if self.labels:
            out = "%sswitch (%s) {\n" % (pad, self.cond)
            for label, part in zip(self.labels, self.parts):
                end = "" if label.endswith("/* and on */") else pad + "  break;\n"
                out += "%s%s\n%s%s" % (pad, label, "".join(s.render(indent + 1) for s in part), end or pad + "  ;\n")
            return out + pad + "}\n"
        if self.cond is None:
            return pad + self.text + "\n"
        out = "%sif (%s) {\n" % (pad, self.cond) + "".join(s.render(indent + 1) for s in self.parts[0])
        if self.parts[1]:
            out += pad + "} else {\n" + "".join(s.render(indent + 1) for s in self.parts[1])
        return out + pad + "}\n"


class Inner:
    """One innermost loop: its head (a C for or while around the body), temporaries, statements."""

    def __init__(self):
        self.before, self.head, self.tail, self.temps, self.body = [], "", "", [], []

    def render(self, indent):
        pad = "  " * indent
        out = "".join("%s%s\n" % (pad, line) for line in ["{"] + self.before) + pad + self.head + "\n"
        for t, name in self.temps:
            out += "%s  %s %s = 0;\n" % (pad, ctype(t), name)
        out += "".join(s.render(indent + 1) for s in self.body)
        return out + pad + self.tail + "\n" + pad + "}\n"


class Loop:
    def __init__(self, name):
        self.name, self.arrays, self.carried, self.inners, self.outer, self.local = name, [], [], [], 0, None

    def function(self):
        outs, globals_, heads = [], "", ""
        for a in self.arrays:
            if a.kind == "global":
                globals_ += "static %s %s_%s[%d];\n" % (ctype(a.type), self.name, a.name, FUZZ_BYTES // TYPES[a.type][2])
                heads += "#define %s %s_%s\n" % (a.name, self.name, a.name)
        params = ", ".join("%s%s *%s%s" % ("const " if a.kind == "const" else "", ctype(a.type),
                                           "restrict " if a.kind == "restrict" else "", a.name)
                           for a in self.arrays if a.kind != "global")
        out = globals_ + heads + "__attribute__((noinline)) void %s(%sfuzz_context *restrict c, long n) {\n" % (
            self.name, params + ", " if params else "")
        out += "  const uint64_t p0 = c->p[0], p1 = c->p[1], p2 = c->p[2], p3 = c->p[3];\n"
        out += "  const double q0 = c->q[0], q1 = c->q[1];\n  const long st = c->stride;\n  long j = 0;\n"
        out += "  (void)p0, (void)p1, (void)p2, (void)p3, (void)q0, (void)q1, (void)st, (void)j;\n"
        for t, name, init in self.carried:
            out += "  %s %s = %s;\n" % (ctype(t), name, init)
            outs.append((t, name))
        if self.outer:
            out += "  for (j = 0; j < %d; j++) {\n" % self.outer
        out += "".join(inner.render(2 if self.outer else 1) for inner in self.inners)
        if self.outer:
            out += "  }\n"
        for k, (t, name) in enumerate(outs):
            out += "  c->fout[%d] = %s;\n" % (k, name) if is_float(t) else "  c->out[%d] = (uint64_t)%s;\n" % (k, name)
        out += "}\n"
        for a in self.arrays:
            if a.kind == "global":
                out += "#undef %s\n" % a.name
        return out + self.wrapper()

    def wrapper(self):
        args = ", ".join("c->array[%d]" % a.number for a in self.arrays if a.kind != "global")
        return "static void run_%s(fuzz_context *c, long n) { %s(%sc, n); }\n" % (
            self.name, self.name, args + ", " if args else "")

    def row(self):
        access = "".join("{%d, %d, %d, %d, %d}, " % ((a.number,) + x) for a in self.arrays for x in sorted(a.access))
        table = "static const fuzz_access access_%s[] = {%s{-1, 0, 0, 0, 0}};\n" % (self.name, access)
        fields = [".name = \"%s\", .run = run_%s, .arrays = %d, .access = access_%s" % (
            self.name, self.name, len(self.arrays), self.name)]
        for field, value in (("size", lambda a: TYPES[a.type][2]), ("floating", lambda a: int(is_float(a.type))),
                             ("global", lambda a: "(char *)%s_%s" % (self.name, a.name) if a.kind == "global" else 0),
                             ("origin", lambda a: a.origin), ("overlap", lambda a: a.overlap)):
            fields.append(".%s = {%s}" % (field, ", ".join(str(value(a)) for a in self.arrays)))
        return table, "    {%s},\n" % ", ".join(fields)


def render_file(loops):
    out = '#include "harness.h"\n#include <math.h>\n#include <string.h>\n\n' + HELPERS + "\n"
    rows = ""
    for loop in loops:
        table, row = loop.row()
        out += loop.function() + table + "\n"
        rows += row
    out += "const fuzz_loop fuzz_loops[] = {\n%s};\n" % rows
    return out + "const int fuzz_loops_count = %d;\n" % len(loops)


class Generator:
    """Makes one Loop. The state is what the statement being made may read: names in scope with their types."""

    def __init__(self, seed, name, style):
        self.r = random.Random(seed)
        self.loop = Loop(name)
        self.style = style  # restrict, plain, mixed; loose: integers of all types may overlap
        # (needs -fno-strict-aliasing); bytes: characters may overlap one other integer type
        self.values = []  # (type, name) that may be read
        self.temps = 0
        self.size = 0

    # ---- expressions ----

    def pick(self, *weighted):
        total = self.r.uniform(0, sum(w for w, _ in weighted))
        for w, value in weighted:
            total -= w
            if total <= 0:
                return value
        return weighted[-1][1]

    def constant(self, t):
        r = self.r
        if is_float(t):
            return r.choice(["0.5", "1.25", "-0.75", "3.0", "0.0", "1e-3", "7.5", "-2.0"]) + ("f" if t == "f32" else "")
        value = r.choice([0, 1, 2, 3, 5, 7, 8, 15, 31, 63, 100, 127, 128, 255, r.getrandbits(8), r.getrandbits(bits(t))])
        return "(%s)%dU%s" % (ctype(t), value & ((1 << bits(t)) - 1), "LL" if bits(t) == 64 else "")

    def index(self, a, more=0):
        """An index expression for array a, recorded in its reach; the access touches `more` elements behind it too."""
        r, offset = self.r, self.r.choice([0, 0, 0, 1, -1, 2, -2, 3, -3, self.r.randrange(-8, 9)])
        outer = self.loop.outer and r.random() < 0.25
        span = (self.loop.outer - 1 if outer else 0) + more
        plus = " + %d%s" % (a.origin + offset, " + j" if outer else "")
        if r.random() < 0.06:
            mask = r.choice([7, 31, 63])
            a.access.add((0, offset, offset + mask + span, 0))
            return "(long)(%s & %dU)%s" % (self.expression("u32", 1), mask, plus)
        if r.random() < 0.05:
            a.access.add((0, offset, offset + span, 0))
            return "0%s" % plus
        stride = a.stride if r.random() < 0.9 else r.choice([1, 1, 2, -1])
        if self.wrapping and (a.kind != "global" or bits(a.type) < 64):
            a.access.add((0, offset, offset + 255 + span, 0))
            return "(long)i%s" % plus
        if self.wrapping:
            a.access.add((0, offset, offset + 127 + span, 0))
            return "(long)(i & 127)%s" % plus
        if stride is None:
            a.access.add((0, offset, offset + span, 1))
            return "(long)%s * st%s" % ("(i + 6U)" if self.wide_wrap else "i", plus)
        a.access.add((stride, offset, offset + span, 0))
        walkers = [w for w in self.walkers if w[1] is a]
        if walkers and r.random() < 0.6:
            name, _, step, start = r.choice(walkers)
            a.access.add((step, start + offset, start + offset + span, 0))
            return "WALK %s[%d%s]" % (name, offset, " + j" if outer else "")
        if self.wide_wrap:
            a.access.add((stride, offset, offset + span, 0))
            return "(long)(i + 6U) * %d%s" % (stride, plus)
        cast = "" if self.itype in ("i32", "i64") and r.random() < 0.7 else "(long)"
        return "%si%s%s" % (cast, "" if stride == 1 else " * %d" % stride, plus)

    def element(self, a, more=0):
        """An element of array a, as something that can be assigned to, with `more` behind it."""
        where = self.index(a, more)
        if where.startswith("WALK "):
            return where[5:]
        same = [b for b in self.loop.arrays if b.type == a.type and b is not a and "const" not in (a.kind, b.kind)
                and not a.origin and not b.origin]
        if same and self.r.random() < 0.06:
            b = self.r.choice(same)
            b.access |= a.access
            a.access |= b.access
            return "(%s ? %s : %s)[%s]" % (self.condition(1), a.name, b.name, where)
        if same and self.swapped and self.swapped[0] is a and self.r.random() < 0.5:
            self.swapped[1].access |= a.access
            return "%s[%s]" % (self.r.choice(["wp", "wq"]), where)
        return "%s[%s]" % (a.name, where)

    def load(self, want_float=None):
        """(type, text) of an array element."""
        arrays = [a for a in self.loop.arrays if want_float is None or is_float(a.type) == want_float]
        if not arrays:
            return None
        # Mostly what is rarely written, or most loops would be one long recurrence through memory.
        a = self.pick(*((a.read, a) for a in arrays))
        return a.type, self.element(a)

    def leaf(self, t):
        """An expression of type t without operators."""
        r = self.r
        what = self.pick((50, "load"), (28, "value"), (12, "constant"), (8, "induction"), (7, "invariant"))
        if what == "load":
            found = self.load(is_float(t))
            if found:
                return found[1] if found[0] == t else self.convert(found, t)
        if what == "value":
            names = [v for v in self.values if is_float(v[0]) == is_float(t)]
            if names:
                return self.convert(r.choice(names), t)
        if what == "induction":
            return "(%s)i" % ctype(t)
        if what == "invariant":
            return "(%s)q%d" % (ctype(t), r.randrange(2)) if is_float(t) else "(%s)p%d" % (ctype(t), r.randrange(4))
        return self.constant(t)

    def convert(self, typed, t):
        return typed[1] if typed[0] == t else "(%s)%s" % (ctype(t), typed[1])

    def expression(self, t, depth):
        self.size += 1
        if depth <= 0 or self.r.random() < 0.12:
            return self.leaf(t)
        return self.float_expression(t, depth) if is_float(t) else self.int_expression(t, depth)

    def float_expression(self, t, depth):
        r, e = self.r, lambda: self.expression(t, depth - 1)
        suffix = "f" if t == "f32" else ""
        what = self.pick((60, "op"), (6, "div"), (8, "select"), (5, "minmax"), (5, "call"), (8, "fromint"), (5, "other"))
        if what == "op":
            return "(%s %s %s)" % (e(), r.choice(["+", "-", "*", "+", "*"]), e())
        if what == "div":
            return "(%s / %s)" % (e(), e())
        if what == "select":
            return "(%s ? %s : %s)" % (self.condition(depth - 1), e(), e())
        if what == "minmax":
            a, b = self.leaf(t), self.leaf(t)
            return "(%s %s %s ? %s : %s)" % (a, r.choice("<>"), b, a, b)
        if what == "call":
            name = r.choice(["fabs", "sqrt", "floor", "fmin", "fmax", "fma"])
            arity = {"fmin": 2, "fmax": 2, "fma": 3}.get(name, 1)
            call = "__builtin_%s%s(%s)" % (name, suffix, ", ".join(e() for _ in range(arity)))
            # C leaves open which zero is the larger one; adding 0 makes it the positive one.
            return "(%s + 0.0%s)" % (call, suffix) if name in ("fmin", "fmax") else call
        if what == "fromint":
            return "(%s)%s" % (ctype(t), self.expression(r.choice(INTS), depth - 1))
        other = "f64" if t == "f32" else "f32"
        return "(%s)%s" % (ctype(t), self.expression(other, depth - 1))

    def int_expression(self, t, depth):
        r, ct, u = self.r, ctype(t), TYPES[t][1]
        wide = "u64" if u == "uint64_t" else "u32"
        e = lambda: "(%s)%s" % (u, self.expression(t, depth - 1))
        what = self.pick((50, "op"), (10, "shift"), (10, "select"), (6, "minmax"), (6, "div"), (8, "width"), (4, "bits"),
                         (3, "fromfloat"), (6, "guarded"), (5, "signed"), (4, "compare"), (2, "call"), (3, "wide load"),
                         (3, "aggregate"))
        if what == "op":
            return "(%s)(%s %s %s)" % (ct, e(), r.choice(["+", "-", "*", "^", "&", "|", "+", "-"]), e())
        if what == "shift":
            amount = r.randrange(bits(wide)) if r.random() < 0.6 else "(%s & %dU)" % (
                self.expression("u32", depth - 2), bits(wide) - 1)
            value = e() if r.random() < 0.7 or TYPES[t][3] == "u" else self.expression(t, depth - 1)
            return "(%s)(%s %s %s)" % (ct, value, ">>" if not value.startswith("(" + u) else r.choice(["<<", ">>"]), amount)
        if what == "select":
            return "(%s ? %s : %s)" % (self.condition(depth - 1), self.expression(t, depth - 1),
                                       self.expression(t, depth - 1))
        if what == "minmax":
            a, b = self.leaf(t), self.leaf(t)
            return "(%s %s %s ? %s : %s)" % (a, r.choice("<>"), b, a, b)
        if what == "div":
            return self.division(t, depth)
        if what == "width":
            return "(%s)%s" % (ct, self.expression(r.choice(INTS), depth - 1))
        if what == "bits":
            x = e()
            return r.choice(["(%s)__builtin_popcountll(%s)", "(%s)__builtin_clzll((uint64_t)%s | 1U)",
                             "(%s)__builtin_bswap32((uint32_t)%s)", "(%s)__builtin_ctzll((uint64_t)%s | 256U)"]) % (ct, x)
        if what == "fromfloat":
            x = self.leaf(r.choice(FLOATS))
            return "(%s)(%s > -1000 && %s < 1000 ? (int32_t)%s : 3)" % (ct, x, x, x)
        if what == "wide load":
            found = self.wide(r.choice([32, 64]))
            return "(%s)fuzz_load%d(&%s)" % (ct, found[0], found[1]) if found else self.leaf(t)
        if what == "aggregate":
            return self.aggregate(t, depth)
        if what == "call":
            bytes_ = [a for a in self.loop.arrays if bits(a.type) == 8]
            if bytes_ and r.random() < 0.6:
                return "(%s)fuzz_look((const uint8_t *)&%s)" % (ct, self.element(r.choice(bytes_)))
            return "(%s)fuzz_mix((uint32_t)%s, (uint32_t)%s)" % (ct, self.leaf(t), self.leaf("u32"))
        if what == "guarded":  # poison, if it were computed without its condition
            x, y = self.leaf(wide), self.leaf("u32")
            return "(%s)(%s < %dU ? %s %s %s : %s)" % (ct, y, bits(wide), x, r.choice(["<<", ">>"]), y, x)
        if what == "signed":  # signed arithmetic that can't overflow where it counts
            x, y = self.leaf("i32"), self.leaf("i32")
            return "(%s)(%s > -1000 && %s < 1000 ? %s * %d + %d : %s)" % (
                ct, x, x, x, r.randrange(1, 1000), r.randrange(-999, 999), y)
        return "(%s)(%s)" % (ct, self.condition(depth - 1))

    def wide(self, width, written=False):
        """(bits, element) to be accessed with more bits than it has; None if there is none."""
        arrays = [a for a in self.loop.arrays if not is_float(a.type) and bits(a.type) < width and not (written and a.kind == "const")]
        if not arrays:
            return None
        a = self.r.choice(arrays)
        return width, self.element(a, width // bits(a.type) - 1)

    def aggregate(self, t, depth):
        """Operations that are structs, wide integers or intrinsics in the IR."""
        a, b = self.expression("u32", depth - 1), self.leaf("u32")
        return "(%s)%s" % (ctype(t), self.r.choice([
            "({ uint32_t r; int o = __builtin_add_overflow(%s, %s, &r); r ^ (uint32_t)o; })",
            "({ int32_t r; int o = __builtin_mul_overflow((int32_t)%s, (int32_t)%s, &r); o ? 77 : r; })",
            "(uint64_t)((unsigned __int128)(%s * 0x9e3779b97f4a7c15ULL) * %s >> 60)",
            "__builtin_elementwise_add_sat((int32_t)%s, (int32_t)%s)",
            "__builtin_elementwise_sub_sat(%s, %s)",
            "__builtin_rotateleft32(%s, %s)"]) % (a, b))

    def division(self, t, depth):
        r, ct, u = self.r, ctype(t), TYPES[t][1]
        a, op = self.expression(t, depth - 1), self.r.choice("/%")
        d = self.leaf(t)
        if r.random() < 0.5:
            return "(%s)((%s)%s %s ((%s)%s | 1U))" % (ct, u, a, op, u, d)
        if TYPES[t][3] == "u":
            return "(%s)(%s != 0 ? %s %s %s : 9)" % (ct, d, a, op, d)
        return "(%s)(%s > 0 ? %s %s %s : 9)" % (ct, d, a, op, d)

    def condition(self, depth):
        r = self.r
        t = r.choice(INTS + FLOATS) if r.random() < 0.5 else r.choice([a.type for a in self.loop.arrays])
        simple = "%s %s %s" % (self.expression(t, depth - 1), r.choice(["<", ">", "<=", ">=", "==", "!="]), self.leaf(t))
        if not is_float(t) and r.random() < 0.35:
            simple = "(%s & %dU) %s 0" % (self.expression("u32", depth - 1), r.choice([1, 2, 3, 4, 7, 12]),
                                          r.choice(["==", "!="]))
        if depth > 1 and r.random() < 0.2:
            return "(%s) %s (%s)" % (simple, r.choice(["&&", "||"]), self.condition(depth - 1))
        return "(%s)" % simple

    # ---- statements ----

    def depth(self):
        return self.pick((25, 1), (45, 2), (25, 3), (5, 4))

    def store(self):
        if self.r.random() < 0.06:
            width = self.r.choice([32, 64])
            found = self.wide(width, True)
            if found:
                return Statement("fuzz_store%d(&%s, %s);" % (width, found[1], self.expression("u%d" % width, self.depth())))
        if self.r.random() < 0.04:
            arrays = [a for a in self.loop.arrays if a.type in ("i32", "u32")]
            to = [a for a in arrays if a.kind != "const"]
            if to:
                x, y = (self.element(self.r.choice(arrays), 3) for _ in range(2))
                return Statement("fuzz_store_vector(&%s, fuzz_load_vector(&%s) %s fuzz_load_vector(&%s));" % (
                    self.element(self.r.choice(to), 3), x, self.r.choice("+-^*&"), y))
        a = self.pick(*((a.written, a) for a in self.loop.arrays))
        element = self.element(a)
        value = self.expression(a.type, self.depth())
        if self.r.random() < 0.25:
            op = self.r.choice("+*-" if is_float(a.type) else "+^|-")
            if is_float(a.type):
                value = "%s %s %s" % (element, op, value)
            else:
                u = TYPES[a.type][1]
                value = "(%s)((%s)%s %s (%s)%s)" % (ctype(a.type), u, element, op, u, value)
        elif bits(a.type) == 8 and self.r.random() < 0.15:
            return Statement("fuzz_put((uint8_t *)&%s, (uint32_t)%s);" % (element, value))
        return Statement("%s = %s;" % (element, value))

    def far_access(self):
        """An access that would leave the array if it were executed without its condition."""
        a = self.r.choice(self.loop.arrays)
        a.access.add((0, 0, 39, 0))
        where = "%s[(long)%%s + %d]" % (a.name, a.origin)
        k = self.expression("u32", 1)
        self.temps += 1
        name = "k%d" % self.temps
        self.inner.temps.append(("u32", name))
        text = Statement("%s = %s;" % (name, k))
        self.values.append(("u32", name))
        if a.kind != "const" and self.r.random() < 0.4:
            inside = Statement("%s = %s;" % (where % name, self.expression(a.type, 2)))
        else:
            t = a.type
            target = self.new_temp(t)
            inside = Statement("%s = %s;" % (target, where % name))
        return [text, Statement(cond="%s < 40" % name, then=[inside])]

    def new_temp(self, t):
        self.temps += 1
        name = "t%d" % self.temps
        self.inner.temps.append((t, name))
        self.values.append((t, name))
        return name

    def assign_temp(self):
        t = self.any_type()
        value = self.expression(t, self.depth())
        old = [v for v in self.values if v[0] == t and v[1].startswith("t")]
        name = self.r.choice(old)[1] if old and self.r.random() < 0.3 else self.new_temp(t)
        return Statement("%s = %s;" % (name, value))

    def any_type(self):
        r = self.r
        return r.choice([a.type for a in self.loop.arrays]) if r.random() < 0.7 else r.choice(list(TYPES))

    def update(self):
        """An update of a value that lives across iterations."""
        r = self.r
        if not self.loop.carried:
            return self.store()
        t, name, _ = r.choice(self.loop.carried)
        e = self.expression(t, self.depth())
        if is_float(t):
            k = self.pick((4, "%s + %s"), (2, "%s - %s"), (1, "%s * 0.5f + %s"), (1, "%s < %s ? 1.5f : 0.25f"))
            return Statement("%s = %s;" % (name, k % (name, e)))
        u = TYPES[t][1]
        kind = r.choice(["+", "^", "|", "&", "-", "*", "min", "max", "rotate", "count", "set", "mix"])
        if kind in ("min", "max"):
            x = self.new_temp(t)
            return [Statement("%s = %s;" % (x, e)),
                    Statement("%s = %s %s %s ? %s : %s;" % (name, x, "<" if kind == "min" else ">", name, x, name))]
        if kind == "rotate":
            n = r.randrange(1, bits(t))
            v = "(uint%d_t)%s" % (bits(t), name)
            return Statement("%s = (%s)((%s << %d | %s >> %d) ^ (%s)%s);" % (
                name, ctype(t), v if bits(t) > 16 else "(uint32_t)" + v, n, v, bits(t) - n, u, e))
        if kind == "count":
            return Statement("%s = (%s)((%s)%s + (%s));" % (name, ctype(t), u, name, self.condition(2)))
        if kind == "set":
            return Statement("%s = %s;" % (name, e))
        if kind == "mix":
            return Statement("%s = (%s)(((%s)%s ^ (%s)%s) * %dU);" % (name, ctype(t), u, name, u, e, r.getrandbits(16) | 1))
        return Statement("%s = (%s)((%s)%s %s (%s)%s);" % (name, ctype(t), u, name, kind, u, e))

    def chain(self):
        """Values delayed by several iterations: x3 = x2, x2 = x1, x1 = x0, x0 = new."""
        r, t = self.r, self.any_type()
        n = r.randrange(1, 5)
        names = []
        for _ in range(n):
            name = "d%d" % len(self.loop.carried)
            if len(self.loop.carried) >= 20:
                return self.store()
            self.loop.carried.append((t, name, self.constant(t)))
            names.append(name)
        self.values += [(t, x) for x in names]
        value = self.expression(t, self.depth())
        return [Statement("%s = %s;" % (names[k], names[k - 1])) for k in range(n - 1, 0, -1)] + [
            Statement("%s = %s;" % (names[0], value))]

    def branch(self, depth):
        cond = self.condition(2)
        then = self.block(self.r.randrange(1, 4), depth - 1)
        other = self.block(self.r.randrange(1, 3), depth - 1) if self.r.random() < 0.5 else []
        return Statement(cond=cond, then=then, other=other)

    def switch(self, depth):
        labels, r = [], self.r
        for value in r.sample(range(8), r.randrange(2, 5)):
            labels.append("case %d:%s" % (value, " /* and on */" if r.random() < 0.25 else ""))
        if r.random() < 0.7:
            labels.append("default:")
        labels[-1] = labels[-1].replace(" /* and on */", "")
        cond = "%s & %dU" % (self.expression("u32", 2), r.choice([3, 7]))
        return Statement(cond=cond, labels=labels, parts=[self.block(r.randrange(1, 3), depth - 1) for _ in labels])

    def block(self, n, depth):
        out = []
        for _ in range(n):
            if self.size > 120:
                break
            what = self.pick((34, "store"), (22, "temp"), (22, "update"), (6 if depth == 2 else 0, "chain"),
                             (12 if depth > 0 else 0, "if"), (2 if depth > 0 else 0, "switch"), (3, "far"), (2 if depth < 2 else 0, "continue"))
            if what == "continue" and self.may_continue:
                out.append(Statement("continue;"))
                break
            made = {"store": self.store, "temp": self.assign_temp, "update": self.update, "chain": self.chain,
                    "if": lambda: self.branch(depth), "switch": lambda: self.switch(depth), "far": self.far_access,
                    "continue": self.store}[what]()
            out += made if isinstance(made, list) else [made]
        return out

    # ---- loops ----

    def make_head(self, inner):
        r = self.r
        self.wrapping, self.wide_wrap, self.may_continue = False, False, True
        self.itype = self.pick((40, "i64"), (25, "i32"), (12, "u32"), (8, "u64"), (4, "i16"), (4, "u8"), (4, "u16"), (3, "i8"))
        ct = ctype(self.itype)
        kind = self.pick((50, "up"), (12, "down"), (8, "step"), (10, "constant"), (8, "do"), (4, "wrap"), (3, "wide wrap"), (4, "ne"), (4, "late"))
        if kind == "down" and TYPES[self.itype][3] == "u":
            kind = "ne"
        inner.tail = "}"
        if kind == "up":
            inner.head = "for (%s i = 0; i < (%s)n; i++) {" % (ct, ct)
        elif kind == "down":
            inner.head = "for (%s i = (%s)(n - 1); i >= 0; i--) {" % (ct, ct)
        elif kind == "step":
            inner.head = "for (%s i = 0; i < (%s)n; i += %d) {" % (ct, ct, r.choice([2, 3, 4]))
        elif kind == "constant":
            inner.head = "for (%s i = 0; i < %d; i++) {" % (ct, r.randrange(1, MAX_TRIPS))
        elif kind == "do":
            self.may_continue = False
            inner.head, inner.tail = "{ %s i = 0; do {" % ct, "} while (++i < (%s)n); }" % ct
        elif kind == "wrap":
            self.wrapping, self.itype = True, "u8"
            inner.head = "for (uint8_t i = %d, e = (uint8_t)(%d + n); i != e; i++) {" % ((r.choice([200, 240, 255, 3]),) * 2)
        elif kind == "wide wrap":
            self.wide_wrap, self.itype = True, "u32"
            inner.head = "for (uint32_t i = 4294967290U, e = 4294967290U + (uint32_t)n; i != e; i++) {"
        elif kind == "ne":
            inner.head = "for (%s i = 0; i != (%s)n; i++) {" % (ct, ct)
        else:
            inner.head = "for (%s i = %d; i < (%s)n; i++) {" % (ct, r.randrange(1, 5), ct)
        return kind

    def sinks(self, inner):
        """Statements that use the temporaries, or most of the body would be dead."""
        out = []
        for t, name in inner.temps:
            if self.r.random() < 0.3:
                continue
            same = [c for c in self.loop.carried if c[0] == t and c[1].startswith("s")]
            if same and self.r.random() < 0.6:
                s = self.r.choice(same)[1]
                sum_ = "%s + %s" % (s, name) if is_float(t) else "(%s)((%s)%s + %s)" % (ctype(t), TYPES[t][1], s, name)
                out.append(Statement("%s = %s;" % (s, sum_)))
            else:
                a = self.pick(*((a.written + (a.type == t and a.kind != "const"), a) for a in self.loop.arrays))
                if is_float(a.type) == is_float(t):
                    out.append(Statement("%s = %s;" % (self.element(a), self.convert((t, name), a.type))))
        return out

    def add_walkers(self, inner):
        """Pointers that move along with the loop, and two that change places in every iteration."""
        r = self.r
        self.walkers, self.swapped = [], None
        for a in self.loop.arrays:
            if r.random() < 0.12:
                name, step, start = "w%d" % a.number, r.choice([1, 1, 2, -1]), r.randrange(-3, 4)
                self.walkers.append((name, a, step, start))
                inner.before.append("%s%s *%s = %s + %d;" % ("const " if a.kind == "const" else "", ctype(a.type), name,
                                                              a.name, a.origin + start))
                self.at_end(inner, "%s += %d" % (name, step))
        pairs = [(a, b) for a in self.loop.arrays for b in self.loop.arrays if a is not b and a.type == b.type
                 and "const" not in (a.kind, b.kind) and not a.origin and not b.origin]
        if pairs and r.random() < 0.1:
            a, b = self.swapped = r.choice(pairs)
            inner.before.append("%s *wp = %s, *wq = %s, *wt;" % (ctype(a.type), a.name, b.name))
            self.at_end(inner, "wt = wp, wp = wq, wq = wt")

    def at_end(self, inner, text):
        """Adds an expression to what every iteration ends with."""
        if inner.tail == "}":
            inner.head = inner.head[:-3] + ", %s) {" % text
        else:
            inner.tail = inner.tail.replace("} while (", "%s; } while (" % text)

    def make_inner(self):
        inner = self.inner = Inner()
        kind = self.make_head(inner)
        self.add_walkers(inner)
        self.values = [(t, name) for t, name, _ in self.loop.carried]
        inner.body = self.block(self.pick((10, 1), (25, 2), (25, 3), (20, 4), (12, 6), (8, 9)), 2)
        inner.body += self.sinks(inner)
        if kind == "constant":  # its reach does not follow n
            trips = int(inner.head.split("< ")[1].split(";")[0])
            for a in self.loop.arrays:
                for stride, low, high, variable in list(a.access):
                    for s in ([-2, -1, 1, 2, 3] if variable else [stride]):
                        far = s * (trips - 1)
                        a.access.add((0, min(0, far) + low, max(0, far) + high, 0))

    def make(self):
        r = self.r
        narrays = self.pick((20, 1), (35, 2), (25, 3), (15, 4), (5, 6))
        floats = r.random() < 0.35
        base = r.choice(FLOATS) if floats else r.choice(INTS)
        for k in range(narrays):
            t = base if r.random() < 0.6 else r.choice(INTS + FLOATS)
            if self.style == "bytes" and t != base and not is_float(t):
                t = r.choice(["i8", "u8", "u" + base[1:]]) if not is_float(base) else "i8"
            kind = {"restrict": "restrict", "plain": "plain", "loose": "plain", "bytes": "plain"}.get(self.style) or r.choice(["restrict", "plain", "plain"])
            if r.random() < 0.12:
                kind = "global"
            elif kind == "plain" and k > 0 and r.random() < 0.2:
                kind = "const"
            stride = self.pick((70, 1), (8, 2), (5, 3), (7, -1), (4, -2), (6, None))
            number = 0
            if kind in ("plain", "const"):
                number = 1 if self.style in ("loose", "bytes") and not is_float(t) else 2 + list(TYPES).index(t)
            self.loop.arrays.append(Array(k, t, kind, stride, number))
        if all(a.kind == "const" for a in self.loop.arrays):
            self.loop.arrays[0].kind = "plain"
        for a in self.loop.arrays:
            a.read, a.written = self.pick((45, (1, 0.02)), (40, (0.08, 1)), (15, (1, 1)))
            if a.kind == "const":
                a.read, a.written = 1, 0
        for k in range(self.pick((30, 0), (35, 1), (20, 2), (10, 3), (5, 5))):
            t = self.any_type()
            init = self.constant(t) if r.random() < 0.5 else "(%s)%s" % (ctype(t), "q0" if is_float(t) else "p%d" % r.randrange(4))
            self.loop.carried.append((t, "s%d" % k, init))
        shape = self.pick((76, "one"), (10, "two"), (14, "nest"))
        self.loop.outer = r.choice([2, 3]) if shape == "nest" else 0
        for _ in range(2 if shape == "two" else 1):
            self.make_inner()
            self.loop.inners.append(self.inner)
        return self.loop



def make_loop(seed, name, style):
    return Generator(seed, name, style).make()
