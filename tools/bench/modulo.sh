#!/bin/bash
# Solves every problem of a folder and compares with the best known II.
#   tools/bench/modulo.sh DIR [TWEED [OPTION...]]
# DIR/index.tsv names the problems (columns name suite ops deps mii best_ii proved_optimal); problem NAME of suite S lies in
# DIR/S/NAME.yaml or .yaml.gz. TWEED: the command, default build/bin/tweed. Every schedule passes `tweed verify`, untimed.
set -euo pipefail
dir=${1:?usage: $0 DIR [TWEED [OPTION...]]}
tweed=${2:-$(dirname "$0")/../../build/bin/tweed}
options=("${@:3}")
[ -x "$tweed" ] || { echo "$0: $tweed is not there: build Tweed first" >&2; exit 2; }
[ -r "$dir/index.tsv" ] || { echo "$0: $dir/index.tsv is not there" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read_field() { # a number or a string of the JSON, whose keys are at the first level one a line
  sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$work/schedule.json" | head -n 1
}

printf '%-36s %5s %5s %5s %5s %6s  %-12s %-5s %8s\n' problem ops MII best II stages solver proof seconds
problems=0 reached=0 better=0 optimal=0 closed=0 failed=0 stages=0
total=0
while IFS=$'\t' read -r name suite ops deps mii best proved; do
  [ "$name" = name ] && continue
  problems=$((problems + 1))
  file=$dir/$suite/$name.yaml
  [ -e "$file" ] || file=$file.gz
  before=$EPOCHREALTIME
  status=0
  "$tweed" solve "$file" --format json "${options[@]}" -o "$work/schedule.json" 2>"$work/message" || status=$?
  after=$EPOCHREALTIME
  seconds=$(awk "BEGIN {printf \"%.4f\", ${after/,/.} - ${before/,/.}}")
  total=$(awk "BEGIN {print $total + $seconds}")
  if [ "$status" != 0 ] || ! "$tweed" verify "$file" "$work/schedule.json" >/dev/null; then
    failed=$((failed + 1))
    printf '%-36s %5s %5s %5s %5s  %s\n' "$name" "$ops" "$mii" "$best" - "$(head -n 1 "$work/message")"
    continue
  fi
  ii=$(read_field ii)
  count=$(grep -o '"stage": *[0-9]*' "$work/schedule.json" | awk '{if ($2 > m) m = $2} END {print m + 1}')
  stages=$((stages + count))
  [ "$(read_field mii)" = "$mii" ] || echo "$name: MII is $(read_field mii), the index says $mii" >&2
  [ "$ii" -le "$best" ] && reached=$((reached + 1))
  [ "$ii" -lt "$best" ] && better=$((better + 1))
  [ "$(read_field proof)" != none ] && optimal=$((optimal + 1))
  [ "$(read_field lower_bound)" = "$ii" ] && closed=$((closed + 1))
  mark=
  [ "$ii" -gt "$best" ] && mark=' *'
  printf '%-36s %5s %5s %5s %5s %6s  %-12s %-5s %8s%s\n' "$name" "$ops" "$mii" "$best" "$ii" "$count" "$(read_field solver)" \
    "$(read_field proof)" "$seconds" "$mark"
done <"$dir/index.tsv"
echo
echo "$problems problems: best known II on $reached ($better below it), proved optimal $optimal, at the lower bound $closed, failed $failed;" \
  "$stages stages in all; $total s, start-up and reading included"
[ "$failed" = 0 ]
