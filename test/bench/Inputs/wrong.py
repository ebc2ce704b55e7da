"""Compares what two programs wrote: the same, and with one byte changed."""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import loops_run

one = b"sums n=1 offset=0 placement=0 result=0 bytes=4\n\1\2\3\4\nmore n=1 offset=0 placement=0 result=0 bytes=1\n\5\n"
print("same:", sorted(loops_run.different(one, one) - {"?"}))
print("other:", sorted(loops_run.different(one, one.replace(b"\3", b"\7"))))
