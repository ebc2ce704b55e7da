# kernels.sh TWEED REPORT PYTHON INPUTS FOLDER: solves shipped kernels jointly, writes them in all formats into the folder, checks the
# pictures and runs the pseudocode.
set -e
tweed=$1 report=$2 python=$3 inputs=$4
cd "$5"
for kernel in fmha-fwd-simplified gemm-blackwell gemm-hopper gemm-hopper-pingpong conv-hopper layernorm-hopper; do
  "$tweed" kernel $kernel > $kernel.yaml
  "$tweed" solve --joint $kernel.yaml --format json -o $kernel.json
  "$report" $kernel.yaml > $kernel.problem
  for format in text dot svg html pseudo cuda; do
    "$tweed" verify $kernel.yaml $kernel.json --format $format -o $kernel.$format
  done
  mv $kernel.html $kernel.page.html
  "$python" "$inputs/pictures.py" $kernel.page.html $kernel.svg
  echo "$kernel: $("$python" "$inputs/simulate.py" $kernel.pseudo $kernel.problem $kernel.json)"
done
