#!/bin/bash
# Set-up, build, and Tweed's main job on real loops: see tools/demo/demo.py. The files of every step are left in build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh
mkdir -p build
echo "demo: building Tweed (log: build/demo.log)"
{ cmake --preset default && cmake --build --preset default -j "$(nproc)" --target TweedLLVM tweed; } >build/demo.log 2>&1 ||
  { tail -n 50 build/demo.log >&2; exit 1; }
exec python3 tools/demo/demo.py build --work build/demo
