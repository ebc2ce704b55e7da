"""What the shipped machines consist of: cores, port groups, and the instructions that stand for each class.

Only choices stand here; derive.py reads every number off llvm-mca-19. The rooms: aarch64.py, riscv.py, x86.py.
"""
import aarch64, riscv, x86

NAMES = ["generic", "cortex-a55", "neoverse-n1", "sifive-u74", "skylake"]


def machine(name):
    for room in (aarch64, riscv, x86):
        if name in room.MACHINES:
            return room.MACHINES[name]()
    raise SystemExit(f"no machine {name}; there are: {', '.join(NAMES)}")
