"""What `tweed emulate` must print for saxpy in command.test, from the definitions in tweed/emu.h alone."""
import struct

MASK = (1 << 64) - 1


def random_whole(seed, argument, i):
    z = (seed * 0x9E3779B97F4A7C15 + argument * 0xBF58476D1CE4E5B9 + i) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) >> 56) - 128


def checksum(data):
    total = 0xCBF29CE484222325
    for byte in data:
        total = ((total ^ byte) * 0x100000001B3) & MASK
    return total


y = [random_whole(1, 2, i) / 128 for i in range(256)]
for i in range(250):
    y[i] += 2.5 * i
print("argument 3: f32[256] %016x" % checksum(struct.pack("<256f", *y)))
