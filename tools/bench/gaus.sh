#!/bin/bash
# Quality against time of all solvers that apply: acyclic problems by objective, modulo problems by II and registers.
#   tools/bench/gaus.sh [BUILD] [OPTION...]     options: those of gaus.py (--dag DIR, --modulo DIR, --planted N,N, --seconds S,S, …)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build
[ $# -gt 0 ] && [ "${1#-}" = "$1" ] && { build=$1; shift; }
[ -x "$build/bin/tweed" ] || { echo "$0: $build/bin/tweed is not there: build Tweed first" >&2; exit 2; }
exec python3 "$here/gaus.py" --tweed "$build/bin/tweed" "$@"
