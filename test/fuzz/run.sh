#!/bin/bash
# All fuzzers and planted bugs, with a table of what they counted. The target check-fuzz runs it.
#   run.sh BUILD [--quick] [--jobs N] [--seed N]     BUILD: a folder with lib/TweedLLVM.so and bin/tweed
# Full: 20,000 loops, 500 kernels for GPUs, 500 loops of GPU threads, 300 csmith programs, 10 minutes of libFuzzer over all readers, 500 problems, every planted bug.
# --quick: a smoke test of a few minutes. Work files and reproducers go to BUILD/fuzz. Exit status 0 if nothing was found.
set -uo pipefail
usage() { sed -n '3p' "$0" >&2; exit 2; }
[ $# -ge 1 ] && [ -d "$1" ] || usage
build=$(cd "$1" && pwd)
shift
jobs=$(nproc)
seed=1
loops=20000 kernels=500 threads=500 programs=300 seconds=200 problems=500 mutants=()
while [ $# -gt 0 ]; do
  case $1 in
    --quick) loops=200 kernels=16 threads=20 programs=8 seconds=10 problems=40 mutants=(--only memory-carried phi-shifted guard-skipped verifier-units) ;;
    --jobs) jobs=${2?} && shift ;;
    --seed) seed=${2?} && shift ;;
    *) usage ;;
  esac
  shift
done
here=$(cd "$(dirname "$0")" && pwd)
out=$build/fuzz
plugin=$build/lib/TweedLLVM.so
mkdir -p "$out"
"$here/../../tools/setup.sh" --fuzz || exit 3
failed=0
table=()

# step NAME COMMAND...: runs it, keeps its log, and takes its last line into the table.
step() {
  local name=$1 start=$SECONDS verdict=ok
  shift
  "$@" 2>&1 | tee "$out/$name.log"
  [ "${PIPESTATUS[0]}" -eq 0 ] || { verdict=FAIL; failed=$((failed + 1)); }
  table+=("$(printf '%-4s %-9s %5d s  %s' "$verdict" "$name" $((SECONDS - start)) "$(tail -n 1 "$out/$name.log")")")
}

step loops "$here/loops.py" --plugin "$plugin" --count "$loops" --seed "$seed" --jobs "$jobs" --out "$out/loops"
step kernels "$here/kernels.py" --tweed "$build/bin/tweed" --plugin "$plugin" --count "$kernels" --seed "$seed" --jobs "$jobs" --out "$out/kernels"
step threads "$here/threads.py" --tweed "$build/bin/tweed" --plugin "$plugin" --count "$threads" --seed "$seed" --jobs "$jobs" --folder "$out/threads"
step csmith "$here/csmith.py" --plugin "$plugin" --count "$programs" --seed "$seed" --jobs "$jobs" --out "$out/csmith"
step solvers "$here/solvers.py" --tweed "$build/bin/tweed" --count "$problems" --seed "$seed" --jobs "$jobs" --out "$out/solvers"
step readers "$here/readers.sh" "$out/readers" "$seconds"
step mutants "$here/../mutants/mutants.py" --jobs "$jobs" "${mutants[@]}"
echo
printf '%s\n' "${table[@]}"
[ "$failed" -eq 0 ]
