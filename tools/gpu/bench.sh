#!/bin/bash
# Times plain kernels and rewritten ones on a GPU, beside cuBLAS, PyTorch and Triton where they are, in less than ten minutes;
# writes a report in Markdown to FILE (default: stdout).
#   bench.sh [FILE]     from a folder that pack_kernels.py made
# Exit status 1: a kernel failed, or its outputs differ; the report says which.
set -uo pipefail
[ $# -gt 0 ] && exec >"$1"
cd "$(dirname "$0")" || exit 2
printf '# Plain and rewritten kernels on a GPU\n\n'
nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,power.limit --format=csv 2>/dev/null | sed 's/^/    /'
printf '\n'
exec timeout 580 python3 bench.py --limit 560
