#!/bin/bash
# What each exact engine does alone, and what auto does, on a folder of problem files: solved, proved, time.
#   tools/bench/exact.sh DIR [TWEED [SECONDS [SOLVER...]]]
# DIR/index.tsv names the problems (columns name suite ops deps mii best_ii proved_optimal); problem NAME of suite S lies in
# DIR/S/NAME.yaml or .yaml.gz. Each solver gets SECONDS (10) per problem. Every schedule passes `tweed verify`, untimed. One
# Markdown row per solver, and below the table what is left open, with the interval. Lengths are proved too: `least` counts
# the schedules whose length is.
set -euo pipefail
dir=${1:?usage: $0 DIR [TWEED [SECONDS [SOLVER...]]]}
tweed=${2:-$(dirname "$0")/../../build/bin/tweed}
seconds=${3:-10}
solvers=("${@:4}")
[ ${#solvers[@]} -gt 0 ] || solvers=(auto sat smt ilp ims)
[ -x "$tweed" ] || { echo "$0: $tweed is not there: build Tweed first" >&2; exit 2; }
[ -r "$dir/index.tsv" ] || { echo "$0: $dir/index.tsv is not there" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read_field() { # a number or a string of the JSON, whose keys are at the first level one a line
  sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$work/schedule.json" | head -n 1
}

# One solver on all problems: a row on stdout, open problems to $work/open.
run_solver() {
  local solver=$1 problems=0 solved=0 best=0 proved=0 least=0 illegal=0 total=0 longest=0
  local name suite ops deps mii best_ii known file before after status time ii
  while IFS=$'\t' read -r name suite ops deps mii best_ii known; do
    [ "$name" = name ] && continue
    problems=$((problems + 1))
    file=$dir/$suite/$name.yaml
    [ -e "$file" ] || file=$file.gz
    rm -f "$work/schedule.json"
    status=0
    before=$EPOCHREALTIME
    "$tweed" solve "$file" --solver "$solver" --time-limit "$seconds" --format json -o "$work/schedule.json" \
      2>"$work/message" || status=$?
    after=$EPOCHREALTIME
    time=$(awk "BEGIN {printf \"%.4f\", ${after/,/.} - ${before/,/.}}")
    total=$(awk "BEGIN {print $total + $time}")
    longest=$(awk "BEGIN {print ($time > $longest) ? $time : $longest}")
    if [ "$status" != 0 ]; then
      echo "$solver: $name ($ops ops): nothing, $(grep -v note "$work/message" | head -n 1)" >>"$work/open"
      continue
    fi
    "$tweed" verify "$file" "$work/schedule.json" >/dev/null || { illegal=$((illegal + 1)); continue; }
    solved=$((solved + 1))
    ii=$(read_field ii)
    [ "$ii" -le "$best_ii" ] && best=$((best + 1))
    if [ "$(read_field proof)" != none ]; then
      proved=$((proved + 1))
    else
      echo "$solver: $name ($ops ops): II in $(read_field lower_bound) … $ii, best known $best_ii" >>"$work/open"
    fi
    [ "$(read_field length_bound)" = "$(read_field length)" ] && least=$((least + 1))
  done <"$dir/index.tsv"
  printf '| %-6s | %4s of %s | %4s | %4s | %5s | %8.2f | %7.2f |\n' "$solver" "$solved" "$problems" "$best" "$proved" "$least" \
    "$total" "$longest"
  [ "$illegal" = 0 ] || { echo "$solver: $illegal illegal schedules" >&2; return 1; }
}

: >"$work/open"
echo "| solver | solved | best II | proved | least | seconds | longest |"
echo "|---|---|---|---|---|---|---|"
result=0
for solver in "${solvers[@]}"; do
  run_solver "$solver" || result=1
done
if [ -s "$work/open" ]; then
  echo
  cat "$work/open"
fi
exit $result
