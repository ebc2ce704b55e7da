#!/usr/bin/env python3
"""pack_kernels.py BUILD FOLDER [KERNEL…]: makes what bench.sh needs on a machine with a GPU: the kernels of test/kernels/plain,
plain and as Tweed's passes leave them, as PTX and, where ptxas is, as cubins; their launches; the programs that run them.

  --passes PASSES   default: tweed
  --arch ARCH       default: sm_90a
  --work FOLDER     where IR and remarks go; default: BUILD/packed
  --tests           the last sizes for the emulator instead of those for a GPU"""
import argparse
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(SOURCE, "test/kernels/plain/Inputs"))
import build  # noqa: E402
import table  # noqa: E402

PROGRAMS = ("bench.sh", "bench.py", "others.py", "triton_kernels.py", "run.py")


def plan(options, ptx, launch):
    """The launch as run.py knows it, with which buffers are random. Their values are made on the GPU, not here."""
    folder = os.path.join(options.folder, "plan")
    build.checked([options.tweed, "emulate", ptx, "--launch", launch.replace("=random", ""), "--plan", folder])
    with open(os.path.join(folder, "plan.json")) as file:
        made = json.load(file)
    shutil.rmtree(folder)
    words = launch[launch.index(">>>(") + 4:-1].split(", ")
    for argument, word in zip(made["arguments"], words, strict=True):
        argument.update(random=word.endswith("=random"), inout=word.startswith("inout "))
    return made


def assemble(options, ir, arch, name):
    """PTX, and what ptxas makes of it."""
    base = os.path.splitext(os.path.basename(ir))[0]
    version = {"ptx": base + ".ptx"}
    ptx = os.path.join(options.folder, version["ptx"])
    build.checked([options.llc, "-mcpu=" + arch, "-mattr=+ptx80", ir, "-o", ptx])
    if options.ptxas:
        cubin = base + ".cubin"
        figures = build.cuda.assemble_ptx(options.ptxas, ptx, arch, os.path.join(options.folder, cubin))
        version.update(cubin=cubin, registers=figures[name][0], spilled=figures[name][1])
    return version


def pack(options, builder, kernel):
    sizes = kernel.tests[-1] if options.tests else kernel.bench["sizes"]
    plain = builder.kernel(kernel.name, kernel.file, "plain")
    rewritten, remarks = builder.rewrite(plain, kernel, options.passes)
    changed = build.body(plain, kernel.name) != build.body(rewritten, kernel.name)
    versions = {"plain": assemble(options, plain, builder.arch, kernel.name)}
    if changed:
        versions["rewritten"] = assemble(options, rewritten, builder.arch, kernel.name)
    ptx = os.path.join(options.folder, versions["plain"]["ptx"])
    return {"name": kernel.name, "sizes": sizes, "plan": plan(options, ptx, kernel.launch(sizes)), "versions": versions,
            "tolerance": float(kernel.exact if options.tests else kernel.bench.get("tolerance", kernel.exact)),
            "remarks": [[name, text] for kind, name, text in remarks if kind != "Analysis"],
            **({} if options.tests else {what: kernel.bench[what] for what in ("work", "traffic") if what in kernel.bench})}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("folder")
    parser.add_argument("kernels", nargs="*")
    parser.add_argument("--passes", default="tweed")
    parser.add_argument("--arch", default="sm_90a")
    parser.add_argument("--work")
    parser.add_argument("--tests", action="store_true")
    for tool in ("clang", "opt", "llc"):
        parser.add_argument("--" + tool, default=tool + "-19")
    parser.add_argument("--ptxas", default=shutil.which("ptxas") or shutil.which("/usr/local/cuda/bin/ptxas"))
    options = parser.parse_intermixed_args()
    options.tweed = os.path.join(options.build, "bin", "tweed")
    options.plugin = os.path.join(options.build, "lib", "TweedLLVM.so")
    return options


def main():
    options = parse()
    output = options.folder
    os.makedirs(output, exist_ok=True)
    work = argparse.Namespace(**{**vars(options), "folder": options.work or os.path.join(options.build, "packed")})
    builder = build.Builder(work, options.arch)
    known = {kernel.name: kernel for kernel in table.read()}
    wanted = [known[name] for name in options.kernels] if options.kernels else list(known.values())
    buffers = builder.path("buffers.ll")
    build.cuda.compile_kernel(options.clang, os.path.join(HERE, "buffers.cu"), buffers, arch=options.arch)
    build.checked([options.llc, "-mcpu=" + options.arch, "-mattr=+ptx80", buffers, "-o", os.path.join(output, "buffers.ptx")])
    packed = [pack(options, builder, kernel) for kernel in wanted]
    with open(os.path.join(output, "kernels.json"), "w") as file:
        json.dump({"arch": options.arch, "passes": options.passes, "kernels": packed}, file, indent=1)
    for program in PROGRAMS:
        shutil.copy(os.path.join(HERE, program), output)
    subprocess.run(["du", "-sh", output], check=True)


if __name__ == "__main__":
    try:
        main()
    except build.Failure as failure:
        sys.exit(str(failure))
