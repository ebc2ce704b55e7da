"""The test suite: lit over test/<room>, see README.md for how to run it.

A file with a RUN: line is a test. test/unit/*.c are programs, built by CMake, that must exit 0.
"""
import os
import shutil
import stat

import lit.formats
import lit.Test
import lit.TestRunner

LLVM = "/usr/lib/llvm-19/bin"


class TweedFormat(lit.formats.ShTest):
    """ShTest, but only files with a RUN: line are tests, and a unit test needs none."""

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folder = suite.getSourcePath(path_in_suite)
        unit = path_in_suite == ("unit",)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.startswith(".") or not os.path.isfile(path) or os.path.splitext(name)[1] not in local_config.suffixes:
                continue
            if unit and name.endswith(".c") or has_run_line(path):
                yield lit.Test.Test(suite, path_in_suite + (name,), local_config)

    def execute(self, test, lit_config):
        if test.path_in_suite[0] == "unit" and test.path_in_suite[-1].endswith(".c"):
            name = os.path.splitext(test.path_in_suite[-1])[0]
            program = os.path.join(test.config.tweed_build, "test", "unit", name)
            script = ["%dbg(RUN: at line 1) " + program]
            return lit.TestRunner._runShTest(
                test, lit_config, False, script, os.path.join(test.config.tweed_build, "test", "unit", name + ".tmp"))
        return super().execute(test, lit_config)


def has_run_line(path):
    with open(path, "rb") as file:
        return b"RUN:" in file.read(1 << 16)


def write_script(name, body):
    """A program in the build folder that stands for another one."""
    folder = os.path.join(config.tweed_build, "test", "bin")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    text = "#!/bin/bash\n" + body + "\n"
    if not os.path.exists(path) or open(path).read() != text:
        with open(path, "w") as file:
            file.write(text)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return path


config.name = "tweed"
config.test_source_root = os.path.join(config.tweed_src, "test")
config.test_exec_root = os.path.join(config.tweed_build, "test")
config.test_format = TweedFormat(execute_external=False)
config.suffixes = [".test", ".ll", ".c"]
config.excludes = ["Inputs", "CMakeLists.txt", "lit.cfg.py"]
config.environment["PATH"] = LLVM + os.pathsep + os.environ.get("PATH", "")
config.environment["LC_ALL"] = "C.UTF-8"
for leaking in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_PRELOAD"):
    config.environment.pop(leaking, None)

tweed, opt, clang = config.tweed, os.path.join(LLVM, "opt"), os.path.join(LLVM, "clang")
if config.tweed_sanitize:
    config.available_features.add("asan")
    # A report ends in a signal, which `not` does not take for an ordinary failure.
    sanitizer = "abort_on_error=1:handle_abort=0:detect_leaks=%d"
    config.environment["ASAN_OPTIONS"] = sanitizer % 1
    config.environment["UBSAN_OPTIONS"] = "abort_on_error=1:print_stacktrace=1"
    config.environment["LSAN_OPTIONS"] = "exitcode=23"
    # LLVM itself is not sanitized: the run time comes first, and what LLVM keeps until the end is no leak of ours.
    preload = "export LD_PRELOAD=%s ASAN_OPTIONS=%s\nexec %%s \"$@\"" % (config.tweed_asan_runtime, sanitizer % 0)
    opt = write_script("opt", preload % opt)
    clang = write_script("clang", preload % clang)
    # A leak found at exit is only an exit status, which `not` would accept.
    tweed = write_script("tweed", "\n".join([
        "%s \"$@\" <&0 &" % tweed, "child=$!", "trap 'kill -INT $child' INT", "trap 'kill -TERM $child' TERM",
        "wait $child; status=$?", "while kill -0 $child 2>/dev/null; do wait $child; status=$?; done",
        "[ $status = 23 ] && kill -ABRT $$", "[ $status = 134 ] && kill -ABRT $$", "[ $status = 139 ] && kill -SEGV $$",
        "exit $status"]))

# The longest names first: lit replaces them in this order.
config.substitutions += [
    ("%tweed_opt", "%s -load-pass-plugin=%s" % (opt, config.tweed_plugin)),
    ("%tweed", tweed),
    ("%plugin", config.tweed_plugin),
    ("%clang", clang),
    ("%python", config.python),
    ("%cmake", config.tweed_cmake),
    ("%cc", config.tweed_c_compiler),
    ("%cxx", config.tweed_cxx_compiler),
    ("%sanitize", "-fsanitize=address,undefined" if config.tweed_sanitize else ""),
    ("%src", config.tweed_src),
    ("%build", config.tweed_build),
]

if config.tweed_plugin:
    config.available_features.add("llvm")
if os.path.exists(clang):
    config.available_features.add("clang")
if shutil.which("aarch64-linux-gnu-gcc") and shutil.which("qemu-aarch64-static"):
    config.available_features.add("aarch64-cross")
