#!/bin/bash
# Runs everything that must hold for a commit and ends with "N passed, N failed".
#   tools/check.sh [PART...]     parts: build lit format clang asan; default: all
# Each build, each test of the lit suite and the format check count as one. What lit calls unsupported is shown, never counted.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
jobs=${TWEED_JOBS:-$(nproc)}
parts=()
for argument in "$@"; do
  case $argument in
    build | lit | format | clang | asan) parts+=("$argument") ;;
    *) echo "usage: tools/check.sh [build|lit|format|clang|asan]..." >&2; exit 2 ;;
  esac
done
[ ${#parts[@]} -eq 0 ] && parts=(build lit format clang asan)

passed=0
failed=0
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

# step NAME COMMAND...: one check; its output is shown if it fails or warns.
step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$log/$name" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    tail -n 100 "$log/$name"
    echo "FAIL  $name ($((SECONDS - start)) s)"
    return 1
  fi
}

# build PRESET: configures and builds with warnings as errors.
build() {
  cmake --preset "$1" -DTWEED_WERROR=ON && cmake --build --preset "$1" -j "$jobs"
}

# suite FOLDER: the lit suite of a build; adds its counts.
suite() {
  local start=$SECONDS counts
  rm -f "$log/lit.json"
  timeout 3000 python3 /usr/lib/llvm-19/build/utils/lit/lit.py -sv -j "$jobs" -o "$log/lit.json" "$1/test"
  if ! counts=$(python3 - "$log/lit.json" <<'PYTHON'
import json, sys
codes = [test["code"] for test in json.load(open(sys.argv[1]))["tests"]]
passed = codes.count("PASS") + codes.count("FLAKYPASS")
skipped = codes.count("UNSUPPORTED") + codes.count("SKIPPED") + codes.count("EXCLUDED") + codes.count("XFAIL")
print(passed, len(codes) - passed - skipped, skipped)
PYTHON
  ); then
    echo "FAIL  lit in $1 ended without a result"
    failed=$((failed + 1))
    return
  fi
  read -r p f s <<<"$counts"
  passed=$((passed + p))
  failed=$((failed + f))
  if [ "$p" -eq 0 ]; then
    echo "FAIL  lit in $1 found no test that passes"
    failed=$((failed + 1))
  fi
  echo "      lit in $1: $p passed, $f failed, $s not run ($((SECONDS - start)) s)"
}

tools/setup.sh || exit 3
for part in "${parts[@]}"; do
  case $part in
    build) step build build default ;;
    lit) { [ -f build/test/lit.site.cfg.py ] || step build build default; } && suite build ;;
    format) step format cmake --build build --target format-check ;;
    clang) step clang build clang ;;
    asan) step asan-build build asan && suite build-asan ;;
  esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
