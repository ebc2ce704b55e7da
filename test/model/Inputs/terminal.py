"""terminal.py TWEED PROBLEM OUT: solves on a terminal of its own, waits for the progress line, presses Ctrl-C, and expects the
best so far in OUT."""
import os
import pty
import select
import sys
import time

tweed, problem, answer = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(tweed, [tweed, "solve", "--time-limit", "100", "--format", "json", "-o", answer, problem])
shown, pressed, began = b"", False, time.time()
while time.time() - began < 90:
    ready, _, _ = select.select([terminal], [], [], 0.1)
    try:
        shown += os.read(terminal, 65536) if ready else b""
    except OSError:
        break
    if not pressed and b"best so far" in shown:
        os.write(terminal, b"\x03")
        pressed = time.time()
status = os.waitpid(child, 0)[1]
if not pressed:
    sys.exit("no progress line: %r" % shown)
lines = shown.replace(b"\r", b"\n").replace(b"\x1b[K", b"").decode().split("\n")
print("progress:", [line for line in lines if "best so far" in line][0])
print("exit", os.waitstatus_to_exitcode(status))
if time.time() - pressed > 20:
    sys.exit("Ctrl-C did not end it: %r" % shown)
