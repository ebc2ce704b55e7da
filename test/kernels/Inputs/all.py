"""all.py TWEED bounds: the bounds of every shipped kernel, a line each."""
import json
import subprocess
import sys

tweed, command = sys.argv[1:]


def run(*arguments, text=None):
    return subprocess.run([tweed, *arguments], input=text, capture_output=True, text=True, check=True, timeout=60).stdout


for name in sorted(line.split()[0] for line in run("kernel").splitlines()):
    text = run("kernel", name)
    words = [line.split() for line in run(command, "-", text=text).splitlines()]
    print("%s, %s %s unit %s, %s %s, %s %s" % (" ".join(words[0]), *words[1][:2], words[1][3], *words[2][:2], *words[3]))
