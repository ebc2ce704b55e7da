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
    int head = tile / (queries / QUERIES), from = tile * QUERIES * FEATURES;
    const half *keys_of = k + head * keys * FEATURES, *values_of = v + head * keys * FEATURES;
    u32 query[4][4];
    state st;
    load_queries(query, q + from);
    begin(st);
    for (int at = 0; at < keys; at += KEYS) {
      copy_tile(ks, keys_of + at * FEATURES);
      copy_tile(vs, values_of + at * FEATURES);
      __syncthreads();
      float s[8][4] = {};
      score(s, query, ks);
      weigh(st, s);
      gather(st, s, vs);
      __syncthreads();
    }
    finish(out + from, st);
  }
}
