#!/bin/bash
# libFuzzer on the readers, each for so many seconds, from the corpus beside this file.
#   readers.sh FOLDER SECONDS     FOLDER: where to build the drivers and keep what they find
# Ends with a line "readers: ...". Exit status 0 if there was no finding, 1 if there was one, 2 for wrong use.
set -uo pipefail
[ $# -eq 2 ] || { sed -n '2,3p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
mkdir -p "$1" && folder=$(cd "$1" && pwd) || exit 2
seconds=$2

cmake -S "$source" -B "$folder/build" -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
  -DTWEED_SANITIZE=ON -DTWEED_FUZZ=ON -DTWEED_LLVM=OFF >"$folder/cmake.log" 2>&1 &&
  ninja -C "$folder/build" fuzz-readers >"$folder/build.log" 2>&1 ||
  { tail -n 20 "$folder/cmake.log" "$folder/build.log"; echo "readers: the drivers do not build"; exit 1; }

runs=0
findings=0
drivers=0
pids=()
for driver in "$folder"/build/test/fuzz/fuzz_*; do
  [ -x "$driver" ] && [ -f "$driver" ] || continue
  name=$(basename "$driver")
  room=${name#fuzz_}
  mkdir -p "$folder/corpus-$room" "$folder/findings-$room"
  rm -f "$folder/findings-$room"/*
  # What libFuzzer adds goes to the first folder; the seeds are only read.
  ASAN_OPTIONS=allocator_may_return_null=1 timeout $((seconds + 120)) "$driver" "$folder/corpus-$room" "$here/corpus/$room" \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=8192 -artifact_prefix="$folder/findings-$room/" \
    -print_final_stats=1 >"$folder/$name.log" 2>&1 &
  pids+=("$!:$name")
  drivers=$((drivers + 1))
done
[ "$drivers" -gt 0 ] || { echo "readers: no drivers"; exit 1; }
for entry in "${pids[@]}"; do
  name=${entry#*:}
  if ! wait "${entry%%:*}" || [ -n "$(ls "$folder/findings-${name#fuzz_}")" ]; then
    findings=$((findings + 1))
    tail -n 40 "$folder/$name.log"
    echo "FAIL $name: $(ls "$folder/findings-${name#fuzz_}"/* 2>/dev/null)"
  fi
  n=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log")
  [ "${n:-0}" -gt 0 ] || { findings=$((findings + 1)); echo "FAIL $name ran nothing"; }
  runs=$((runs + ${n:-0}))
done
echo "readers: $drivers, seconds each: $seconds, inputs: $runs, findings: $findings"
[ "$findings" -eq 0 ]
