/* attention_wide.cu: attention as in attention.cu, by blocks of 8 warps and 128 queries: two warps for each tensor
 * core, so that one can multiply while the other one weighs. Once by a block for each tile of queries, once by blocks
 * that go from tile to tile. */
#define WARPS 8
#define attention attention_wide
#include "attention.cu"

KERNEL __launch_bounds__(THREADS)
    attention_persistent(const half *__restrict__ q, const half *__restrict__ k, const half *__restrict__ v,
                         half *__restrict__ out, int queries, int keys, int tiles) {
  __shared__ __attribute__((aligned(16))) half_tile ks, vs;
  for (int tile = (int)blockIdx.x; tile < tiles; tile += (int)gridDim.x) {
    int from = tile * QUERIES * FEATURES, head = tile / (queries / QUERIES) * keys * FEATURES;
    attend(ks, vs, q + from, k + head, v + head, out + from, keys);
  }
}
