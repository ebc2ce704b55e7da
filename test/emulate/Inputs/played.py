"""played.py --clang CLANG --plugin TweedLLVM.so --build BUILD --source SOURCE --folder FOLDER FIRST.ll [SECOND.ll [THIRD.ll]]: makes
FOLDER/libcuda.so.1, a driver that runs these modules on the emulator (driver.c), and FIRST.ptx, SECOND.ptx, THIRD.ptx beside them."""
import argparse
import os
import subprocess


def main():
    parser = argparse.ArgumentParser()
    for option in ("--clang", "--plugin", "--build", "--source", "--folder"):
        parser.add_argument(option, required=True)
    parser.add_argument("modules", nargs="+")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    objects = []
    for name, module in zip(("first", "second", "third"), options.modules):
        objects.append(os.path.join(options.folder, name + ".bc"))
        subprocess.run(["opt", "-load-pass-plugin=" + options.plugin, "-passes=tweed-emulate<name=%s>" % name, module, "-o",
                        objects[-1]], check=True)
        subprocess.run(["llc", "-mcpu=sm_90a", "-mattr=+ptx80", module, "-o", os.path.splitext(module)[0] + ".ptx"], check=True)
    driver = os.path.join(os.path.dirname(os.path.abspath(__file__)), "driver.c")
    subprocess.run([options.clang, "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-override-module", "-D_POSIX_C_SOURCE=200809L",
                    "-shared", "-fPIC", "-I", os.path.join(options.source, "lib"), "-I", os.path.join(options.source, "include"),
                    driver, *objects, os.path.join(options.build, "lib", "libtweed-emu.a"), "-lm", "-lpthread", "-o",
                    os.path.join(options.folder, "libcuda.so.1")], check=True)


if __name__ == "__main__":
    main()
