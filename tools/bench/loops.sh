#!/bin/bash
# The comparison of docs/comparison.md: clang alone, clang + LLVM's MachinePipeliner, clang + Tweed, on every loop of test/loops.
#   tools/bench/loops.sh [--check] [BUILD]     BUILD: a folder with lib/TweedLLVM.so; default: build, made if missing
# Writes build/bench/loops.tsv and prints the summary; --check fails where a goal is missed. Counts only: no clock is read.
set -euo pipefail
cd "$(dirname "$0")/../.."
check=()
[ "${1-}" = --check ] && { check=(--check); shift; }
build=${1-build}
tools/setup.sh
if [ ! -e "$build/lib/TweedLLVM.so" ]; then
  cmake -S . -B "$build" -G Ninja >/dev/null
  cmake --build "$build" --target TweedLLVM >/dev/null
fi
mkdir -p build/bench
python3 tools/bench/loops_run.py "$build" --work build/bench/files --out build/bench/loops.tsv
python3 tools/bench/loops_summary.py build/bench/loops.tsv --loops "${check[@]}"
