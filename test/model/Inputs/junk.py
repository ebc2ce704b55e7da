"""junk.py FOLDER: writes files that no reader should accept."""
import gzip
import os
import random
import sys

PROBLEM = b"problem: p\nmachine: {machine: m, classes: {a: {latency: 1}}}\nops: [{name: x, class: a}]\n"


def write(name, data):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(data)


generator = random.Random(1)
write("bytes.yaml", b"\x01" + bytes(generator.randrange(256) for _ in range(4096)))
write("elf.yaml", b"\x7fELF\x02\x01\x01" + bytes(100))
write("zeros.yaml", bytes(4096))
write("latin1.yaml", "problem: caf\u00e9s".encode("latin1"))
write("utf16.yaml", b"\xff\xfe" + "problem: p".encode("utf-16-le"))
write("deep-flow.yaml", b"[" * 100000)
write("deep-maps.yaml", b"".join(b" " * i + b"a:\n" for i in range(1000)))
write("deep-ssp.mlir", b'ssp.instance of "Problem" ' + b"[" * 100000)
good = gzip.compress(PROBLEM)
write("gzip-cut.yaml.gz", good[:-12])
write("gzip-bad-crc.yaml.gz", good[:-8] + b"\0\0\0\0" + good[-4:])
write("gzip-bomb.yaml.gz", gzip.compress(b"# " + b"x" * (129 << 20), 9))
