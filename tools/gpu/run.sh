#!/bin/bash
# Everything that needs a GPU, in less than ten minutes; writes a report in Markdown to FILE (default: stdout).
#   run.sh [FILE]     from a folder that pack.sh made
# Exit status 1: some part failed; the report says which.
set -uo pipefail
cd "$(dirname "$0")" || exit 2
[ $# -gt 0 ] && exec >"$1"
export LD_LIBRARY_PATH=$PWD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
failed=0

# part LIMIT TITLE COMMAND...: a section of the report. Functions look after their limit themselves.
part() {
  local limit=$1 title=$2 start=$SECONDS status
  shift 2
  printf '## %s\n\n' "$title"
  if [ "$(type -t "$1")" = function ]; then "$@" 2>&1; else timeout "$limit" "$@" 2>&1; fi
  status=$?
  [ $status -eq 124 ] && printf '\n**Not done within %s s.**' "$limit"
  [ $status -ne 0 ] && { printf '\n**Failed: exit status %d.**\n' "$status"; failed=1; }
  printf '\n(%d s)\n\n' $((SECONDS - start))
}

table() {
  printf '| where | restarts | limit, s | problems | on the GPU | verified | at MII | sum of II - MII | sum of MaxLive | s |\n|---|---|---|---|---|---|---|---|---|---|\n'
  local limit=$1
  shift
  timeout "$limit" ./gpu_modulo gpu 1000 1.2 modulo/* || return
  timeout "$limit" ./gpu_modulo cpu 8 1.2 modulo/* # as many as it takes by itself
}

sanitize() {
  local tool
  for tool in memcheck racecheck initcheck synccheck; do
    echo "$tool:"
    timeout 25 "$sanitizer" --tool $tool --error-exitcode 9 ./gpu_bench small 2>&1 | grep -E '=========|differ|bits' | tail -n 8
    [ "${PIPESTATUS[0]}" -eq 0 ] || return 1
  done
}

printf '# GauS on a GPU\n\n'
nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.mem --format=csv 2>/dev/null | sed 's/^/    /'
printf '\n    %s, %s processors\n\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)"
part 40 'The same bits as the CPU' ./gpu_bench check
part 60 'Iterations per second' ./gpu_bench speed 2
part 30 'Kernels' ./gpu_bench kernels
part 120 'The kernels of test/kernels/cuda, against the emulator (sm_90a)' python3 kernels/kernels.py run kernels
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer ./compute-sanitizer/compute-sanitizer 2>/dev/null | head -n 1)
if [ -n "$sanitizer" ]; then
  part 100 'compute-sanitizer' sanitize
else
  printf '## compute-sanitizer\n\nNot on this machine.\n\n'
fi
if ls modulo/* >/dev/null 2>&1; then
  part 330 'All modulo problems, 1,000 restarts each; beside it the CPU with 8' table 165
fi
exit $failed
