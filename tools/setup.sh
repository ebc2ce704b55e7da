#!/bin/bash
# Installs the Debian packages that Tweed needs and that are missing, and nothing else. Does nothing where all are there.
#   tools/setup.sh [--fuzz] [--bench]     also what check-fuzz and tools/bench need
set -euo pipefail

packages=(
  cmake                  # the build
  ninja-build            # the build
  gcc g++                # C and C++ compiler of the default preset
  libc6-dev              # C library headers
  pkg-config             # test/install builds a program with it
  python3                # lit, tools/demo.sh, tools/bench
  libyaml-dev            # reads machines and problems (YAML, JSON)
  libjansson-dev         # writes JSON
  zlib1g-dev             # gzipped input
  uthash-dev             # hash tables (headers only)
  libcadical-dev         # SAT
  liblpsolve55-dev       # integer linear programs
  libz3-dev              # SMT
  llvm-19                # opt, llc, llvm-mca, lli
  llvm-19-dev            # LLVM's headers and CMake files: what the plugin is compiled against
  llvm-19-tools          # lit, FileCheck, not, split-file
  mlir-19-tools          # mlir-opt, mlir-translate: tests run what MLIR makes
  clang-19               # compiles the loops of the tests; second compiler of the build
  libclang-rt-19-dev     # ThreadSanitizer, which emulated kernels run under; libFuzzer
  lld-19                 # links for other targets in tests
  clang-format-19        # format-check
  gcc-aarch64-linux-gnu  # links AArch64 programs in tests
  libc6-dev-arm64-cross  # their C library
  qemu-user-static       # runs them
)
fuzz=(
  csmith                 # random C programs
  libcsmith-dev          # their run-time header
  clang-tidy-19          # the target `tidy`
)
bench=(
  gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross # LLVM's MachinePipeliner runs on POWER too
)
for option in "$@"; do
  case $option in
    --fuzz) packages+=("${fuzz[@]}") ;;
    --bench) packages+=("${bench[@]}") ;;
    *) echo "usage: tools/setup.sh [--fuzz] [--bench]" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: not a Debian system; these packages are needed: ${packages[*]}" >&2
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed; then
    missing+=("$package")
  fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: run as root: apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup.sh: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get update -q >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
