#!/bin/bash
# What the plugin adds to `clang -O2` on the test loops and on files without loops.
#   tools/bench/compile_time.sh [BUILD] [OPTION...]     options: those of compile_time.py (--check, --rounds N)
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build
[ $# -gt 0 ] && [ "${1#-}" = "$1" ] && { build=$1; shift; }
tools/setup.sh
[ -e "$build/lib/TweedLLVM.so" ] || { cmake -S . -B "$build" -G Ninja && cmake --build "$build" --target TweedLLVM; } >/dev/null
exec python3 tools/bench/compile_time.py --plugin "$build/lib/TweedLLVM.so" "$@"
