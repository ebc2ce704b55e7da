#!/bin/bash
# Packs what run.sh needs on a machine with a GPU into a folder: programs, the libraries that they need, kernels, problems.
#   tools/gpu/pack.sh BUILD FOLDER [MODULO]     MODULO: a folder of modulo problems
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: pack.sh BUILD FOLDER [MODULO]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
build=$1
folder=$2
cmake --build "$build" --target tweed gpu_bench gpu_modulo
mkdir -p "$folder/lib" "$folder/modulo"
cp "$build/test/cuda/gpu_bench" "$build/test/cuda/gpu_modulo" "$build/bin/tweed" "$build/generated/gaus.ptx" "$here/run.sh" "$folder"
# All libraries but those of the C library, which every machine has.
ldd "$build/bin/tweed" "$build/test/cuda/gpu_modulo" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u |
  grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*)\.so' | while read -r library; do
    cp -L "$library" "$folder/lib"
  done
"$here/kernels.py" pack "$folder/kernels" --tweed "$build/bin/tweed"
strip "$folder"/gpu_bench "$folder"/gpu_modulo "$folder"/tweed
if [ $# -gt 2 ]; then
  find "$3" \( -name '*.yaml' -o -name '*.yaml.gz' \) -exec cp {} "$folder/modulo" \;
fi
du -sh "$folder"
