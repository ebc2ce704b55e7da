"""nvvm.py TWEED KERNELS.ll FOLDER: runs each kernel of nvvm.mlir under ThreadSanitizer with values of its own, and checks every
element of its outputs. A line for each kernel that is right."""
import os
import random
import struct
import subprocess
import sys

SEEDS = "3"
CODES = {"i8": "b", "i32": "i", "f16": "e", "f32": "f"}
rng = random.Random(1)


def numbers(count, low=-8, high=8):
    return [rng.randrange(low, high + 1) for _ in range(count)]


class Test:
    def __init__(self, tweed, module, folder):
        self.tweed, self.module, self.folder = tweed, module, folder

    def run(self, launch, arguments, expected):
        """arguments: (text with %s for a file, type, values) or text; expected: {argument: (type, values)}."""
        texts = []
        for i, argument in enumerate(arguments):
            if not isinstance(argument, str):
                text, kind, values = argument
                path = os.path.join(self.folder, "in.%d" % i)
                with open(path, "wb") as file:
                    file.write(struct.pack("<%d%s" % (len(values), CODES[kind]), *values))
                argument = text % path
            texts.append(argument)
        prefix = os.path.join(self.folder, "out")
        done = subprocess.run([self.tweed, "emulate", self.module, "--launch", "%s(%s)" % (launch, ", ".join(texts)), "--tsan",
                               "--seeds", SEEDS, "--write", prefix], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit("%s: %s" % (launch, done.stdout))
        for i, (kind, values) in expected.items():
            with open("%s.%d" % (prefix, i + 1), "rb") as file:
                got = struct.unpack("<%d%s" % (len(values), CODES[kind]), file.read())
            wrong = [k for k in range(len(values)) if got[k] != values[k]]
            if wrong:
                sys.exit("%s: argument %d, element %d is %s, not %s (%d are wrong)" %
                         (launch, i + 1, wrong[0], got[wrong[0]], values[wrong[0]], len(wrong)))
        print("%s: right" % launch.split("<")[0], flush=True)


def copies(test):
    x = [float(v) for v in numbers(320)]
    y = [x[t ^ 1] for t in range(64)]
    y += [0.0 if 63 - t >= 62 else x[64 + 4 * (63 - t) + 3] for t in range(64)]
    y += [x[63 - t] for t in range(64)]
    test.run("copies<<<1,64>>>", [("f32[320]=%s", "f32", x), "out f32[192]"], {1: ("f32", y)})


def tiles(test):
    x = [float(v) for v in numbers(1024)]
    row = [x[t] + x[512 + t] for t in range(32)]
    test.run("tiles<<<1,32>>>", [("tensor(f32[1024]=%s, [32,32], box[32,16])", "f32", x),
                                 "tensor(out f32[1024], [32,32], box[32,16])", "out f32[32]"],
             {1: ("f32", row + x[32:]), 2: ("f32", row)})


def warps(test):
    x = [rng.choice((-4, -2, -1, 1, 2, 4, 8, 64)) for _ in range(32)]  # whose inverses are exact
    lanes = range(32)
    both, odd = 0xffffffff, 0
    for v in x:
        both, odd = both & v, odd ^ (v & 0xffffffff)
    signed = lambda v: v - (1 << 32) if v >> 31 else v
    rows = [[x[i ^ 1] for i in lanes], [x[i - 5] if i >= 5 else x[i] for i in lanes],
            [x[i + 5] if i + 5 < 32 else x[i] for i in lanes], [x[5]] * 32, [x[i - 5] if i >= 5 else -1 for i in lanes],
            [x[i ^ 5] for i in lanes], [signed(sum(1 << i for i in lanes if x[i] > 0))] * 32, [sum(x)] * 32, [min(x)] * 32,
            [signed(max(v & 0xffffffff for v in x))] * 32, [signed(odd)] * 32, [signed(both)] * 32]
    test.run("warps<<<1,32>>>", [("i32[32]=%s", "i32", x), "out i32[416]"],
             {1: ("i32", sum(rows, []) + [bits(1.0 / x[i ^ 5]) for i in lanes])})


def bits(value):
    return struct.unpack("<i", struct.pack("<f", value))[0]


def roles(test):
    x = [float(v) for v in numbers(128)]
    test.run("roles<<<1,256>>>", [("f32[128]=%s", "f32", x), "out f32[128]"], {1: ("f32", x[::-1])})


def product(test, name, threads, kind, result, rows, columns, depth, times=1, adds=True):
    """C = times A B + C with A by rows and B by columns."""
    a, b, c = numbers(rows * depth), numbers(columns * depth), numbers(rows * columns)
    d = [times * sum(a[i * depth + k] * b[j * depth + k] for k in range(depth)) + adds * c[i * columns + j]
         for i in range(rows) for j in range(columns)]
    test.run("%s<<<1,%d>>>" % (name, threads), [
        ("%s[%d]=%%s" % (kind, len(a)), kind, a), ("%s[%d]=%%s" % (kind, len(b)), kind, b),
        ("inout %s[%d]=%%s" % (result, len(c)), result, c)], {2: (result, d)})


def matrices(test):
    x = [float(v) for v in numbers(256, -100, 100)]
    at = lambda i, j: x[16 * i + j]
    own = [at(i, j) for i in range(16) for j in range(16)]
    turn = lambda i, j: at(i // 8 * 8 + j % 8, j // 8 * 8 + i % 8)
    turned = [turn(i, j) for i in range(16) for j in range(16)]
    # The last: the first matrix is stored transposed, the second one transposed twice.
    last = [turn(i, j) if i < 8 and j < 8 else at(i, j) for i in range(16) for j in range(16)]
    test.run("matrices<<<1,32>>>", [("f16[256]=%s", "f16", x), "out f16[1024]"], {1: ("f16", own + turned + own + last)})


def main():
    tweed, module, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    test = Test(tweed, module, folder)
    copies(test)
    tiles(test)
    warps(test)
    roles(test)
    product(test, "product_f16", 32, "f16", "f32", 16, 8, 16)
    product(test, "product_tf32", 32, "f32", "f32", 16, 8, 8)
    product(test, "product_s8", 32, "i8", "i32", 16, 8, 32)
    product(test, "product_wmma", 32, "f16", "f32", 16, 16, 16)
    product(test, "product_wgmma", 128, "f16", "f32", 64, 8, 16, 2, False)
    matrices(test)


if __name__ == "__main__":
    main()
