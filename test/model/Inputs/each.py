"""each.py COMMAND … -- FOLDER: runs the command on every file of the folder, in order of names, and prints one line each:
name, exit status, bytes on stdout, and the first line of stderr without the folder's name.

`{}` in the command stands for the file; without it the file is the last argument. NAME.schedule.json goes with NAME.* and is
the argument behind it."""
import os
import subprocess
import sys

at = sys.argv.index("--")
command, folder = sys.argv[1:at], sys.argv[at + 1]
for name in sorted(os.listdir(folder)):
    if name.endswith(".schedule.json") or name.startswith("_"):
        continue
    path = os.path.join(folder, name)
    arguments = [path]
    schedule = os.path.join(folder, name.split(".")[0] + ".schedule.json")
    if os.path.exists(schedule):
        arguments.append(schedule)
    run = subprocess.run(command + arguments, capture_output=True, timeout=60)
    message = run.stderr.decode(errors="replace").split("\n")[0].replace(folder + os.sep, "")
    print("%s: exit %d, %d bytes: %s" % (name, run.returncode, len(run.stdout), message))
