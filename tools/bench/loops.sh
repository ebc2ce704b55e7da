#!/bin/bash
# The comparison of docs/comparison.md: clang alone, clang + LLVM's MachinePipeliner, clang + Tweed, on every loop of test/loops.
#   tools/bench/loops.sh [--check] [--write] [BUILD]     BUILD: a folder with lib/TweedLLVM.so; default: build, made if missing
# Writes build/bench/loops.tsv (or takes the table in $TWEED_BENCH_TABLE) and prints the summary. --check fails where a goal is missed; --write puts the results into
# docs/comparison.md and docs/comparison.tsv. Counts only: no clock is read.
set -euo pipefail
cd "$(dirname "$0")/../.."
check=() write=
while [[ ${1-} = --* ]]; do
  case $1 in
    --check) check=(--check) ;;
    --write) write=1 ;;
    *) echo "usage: tools/bench/loops.sh [--check] [--write] [BUILD]" >&2; exit 2 ;;
  esac
  shift
done
build=${1-build}
tools/setup.sh
if [ ! -e "$build/lib/TweedLLVM.so" ]; then
  cmake -S . -B "$build" -G Ninja >/dev/null
  cmake --build "$build" --target TweedLLVM >/dev/null
fi
mkdir -p build/bench
table=${TWEED_BENCH_TABLE-}
if [ -z "$table" ]; then
  table=build/bench/loops.tsv
  python3 tools/bench/loops_run.py "$build" --work build/bench/files --out "$table"
fi
if [ -n "$write" ]; then
  cp "$table" docs/comparison.tsv
  sed -i '/^## Results$/,$d' docs/comparison.md
  { printf '## Results\n\nMade by `tools/bench/loops.sh --write`; the table per loop is `docs/comparison.tsv`.\n\n'
    python3 tools/bench/loops_summary.py "$table"; } >>docs/comparison.md
fi
python3 tools/bench/loops_summary.py "$table" --loops "${check[@]}"
