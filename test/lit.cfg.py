"""The test suite: lit over test/<room>, see README.md for how to run it.

A file with a RUN: line is a test. test/unit/*.c are programs, built by CMake, that must exit 0.
"""
import os
import shutil
import stat
import sys

sys.path.insert(0, os.path.join(config.tweed_src, "test"))
import lit_format

LLVM = "/usr/lib/llvm-19/bin"


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
config.test_format = lit_format.TweedFormat(execute_external=False)
config.suffixes = [".test", ".ll", ".c"]
config.excludes = ["Inputs"]
config.environment["PATH"] = LLVM + os.pathsep + os.environ.get("PATH", "")
config.environment["LC_ALL"] = "C.UTF-8"
try: # lit can only end a test that hangs with this module
    import psutil  # noqa: F401
    lit_config.maxIndividualTestTime = 900
except ImportError:
    pass
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
    # The stand-ins come first on PATH, so that tests which name a tool themselves get them too.
    preload = "export LD_PRELOAD=%s ASAN_OPTIONS=%s\nexec %%s \"$@\"" % (config.tweed_asan_runtime, sanitizer % 0)
    for tool in ("opt", "clang", "ld.lld"):
        script = write_script(tool, preload % os.path.join(LLVM, tool))
        write_script(tool + "-19", preload % os.path.join(LLVM, tool))
    config.environment["TWEED_OPT"] = os.path.join(os.path.dirname(script), "opt-19")
    opt, clang = (os.path.join(os.path.dirname(script), tool) for tool in ("opt", "clang"))
    config.environment["PATH"] = os.path.dirname(script) + os.pathsep + config.environment["PATH"]
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
    # CUDA C to IR for the emulator, without anything of CUDA; %emulate runs it.
    ("%cuda_to_ir", "%s -Wno-unknown-cuda-version -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_90a -Xclang -target-feature "
     "-Xclang +ptx80 -O2 -g -S -emit-llvm -I %s/test/kernels/cuda" % (clang, config.tweed_src)),
    ("%emulate", tweed + " emulate"),
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
if os.path.exists(os.path.join(LLVM, "mlir-opt")):
    config.available_features.add("mlir")
if os.path.exists(os.path.join(config.tweed_build, "generated", "gaus.ptx")):
    config.available_features.add("gpu-kernels")
# Browsers and CUDA are not among what tools/setup.sh installs: their tests run where they are.
nvcc = shutil.which("nvcc") or shutil.which("/usr/local/cuda/bin/nvcc")
if nvcc:
    config.available_features.add("nvcc")
    config.substitutions.insert(0, ("%nvcc", nvcc))
ptxas = shutil.which("ptxas") or shutil.which("/usr/local/cuda/bin/ptxas")
if ptxas:
    config.available_features.add("ptxas")
    config.substitutions.insert(0, ("%ptxas", ptxas))
chromium = shutil.which("chromium")
if chromium:
    config.available_features.add("chromium")
    config.substitutions.insert(0, ("%chromium", chromium))
if shutil.which("aarch64-linux-gnu-gcc") and shutil.which("qemu-aarch64-static"):
    config.available_features.add("aarch64-cross")
