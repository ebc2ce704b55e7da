#!/usr/bin/env python3
"""Shows that run.py fires: programs with a planted bug differ, wrong remarks and wrong EXPECT lines are reported."""
import os
import shlex
import sys
import tempfile

sys.dont_write_bytecode = True
import run

HERE = os.path.dirname(os.path.abspath(__file__))
PLANTED = {1: "n=37", 2: "n=3", 3: "n=255", 4: "n=0", 5: "n=1", 6: "did not end", 7: "shifted"}
REMARKS = """--- !Passed
Pass:            tweed
Name:            Pipelined
DebugLoc:        { File: 'x.c', Line: 3, Column: 1 }
Function:        good
Args:
  - II:              '3'
...
--- !Missed
Pass:            tweed
Name:            EarlyExit
Function:        search
...
--- !Passed
Pass:            loop-vectorize
Name:            Vectorized
Function:        search
...
"""


def build(clang, folder, planted):
    out = os.path.join(folder, "planted%d" % planted)
    run.call(clang + ["-w", "-O1", "-DPLANTED=%d" % planted, os.path.join(HERE, "Inputs", "planted.c"),
                      os.path.join(HERE, "driver.c"), "-o", out])
    return out


def programs(clang, folder):
    failed = []
    plain = build(clang, folder, 0)
    if run.compare(plain, plain, "plain"):
        failed.append("a program differs from itself")
    for planted, where in PLANTED.items():
        messages = run.compare(plain, build(clang, folder, planted), "planted")
        print("planted %d: %s" % (planted, messages[0][:150] if messages else "nothing"))
        if not messages or where not in messages[0]:
            failed.append("planted bug %d was not found" % planted)
    return failed


def remarks(folder):
    path, failed = os.path.join(folder, "remarks.yaml"), []
    with open(path, "w") as file:
        file.write(REMARKS)
    found = run.read_remarks(path)
    if found != [("Passed", "Pipelined", "good"), ("Missed", "EarlyExit", "search")]:
        failed.append("remarks read wrongly: %s" % found)
    for expect, strict, count in [
            ({"good": "pipelined", "search": "EarlyExit"}, True, 0), ({"good": "EarlyExit"}, True, 1),
            ({"good": "EarlyExit"}, False, 1), ({"good": "NoOverlap"}, False, 0), ({"search": "pipelined"}, True, 1),
            ({"search": "TripCount"}, True, 1), ({"absent": "pipelined"}, True, 1), ({"absent": "Atomic"}, True, 1)]:
        if len(run.check_remarks(found, expect, strict)) != count:
            failed.append("check_remarks(%s, strict=%s) is not %d messages" % (expect, strict, count))
    if len(run.check_remarks(found, {"good": "NoOverlap"}, True, ["NoOverlap"])) != 0:
        failed.append("an excused reason is reported")
    if len(run.check_remarks(found, {"search": "pipelined"}, True, ["NoOverlap"])) != 1:
        failed.append("a reason that is not excused is not reported")
    return failed


def headers(folder):
    failed = []
    for text in "// LOOP: f\n", "// LOOP: f\n// EXPECT: maybe\n", "// LOOP: f\n// EXPECT: refused\n":
        path = os.path.join(folder, "header.c")
        with open(path, "w") as file:
            file.write(text)
        try:
            run.read_header(path)
            failed.append("accepted: %r" % text)
        except SystemExit:
            pass
    return failed


def main():
    clang = shlex.split(sys.argv[1]) if len(sys.argv) > 1 else ["clang-19"]
    run.RUN_TIMEOUT = 5
    with tempfile.TemporaryDirectory() as folder:
        failed = programs(clang, folder) + remarks(folder) + headers(folder)
    for message in failed:
        print("self_test: " + message)
    print("self_test: %s" % ("%d failed" % len(failed) if failed else "all planted bugs found"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
