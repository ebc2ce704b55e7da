/* attention_wide.cu: attention as in attention.cu, by blocks of 8 warps and 128 queries: two warps for each tensor
 * core, so that one can multiply while the other one weighs. */
#define WARPS 8
#include "attention_tile.h"

KERNEL __launch_bounds__(THREADS)
    attention_wide(const half *__restrict__ q, const half *__restrict__ k, const half *__restrict__ v,
                   half *__restrict__ out, int queries, int keys) {
  __shared__ __attribute__((aligned(16))) half_tile ks, vs;
  int from = ((int)blockIdx.y * queries + (int)blockIdx.x * QUERIES) * FEATURES;
  k += (int)blockIdx.y * keys * FEATURES;
  v += (int)blockIdx.y * keys * FEATURES;
  u32 query[4][4];
  state st;
  load_queries(query, q + from);
  begin(st);
  for (int at = 0; at < keys; at += KEYS) {
    copy_tile(ks, k + at * FEATURES);
    copy_tile(vs, v + at * FEATURES);
    __syncthreads();
    float s[8][4] = {};
    score(s, query, ks);
    weigh(st, s);
    gather(st, s, vs);
    __syncthreads();
  }
  finish(out + from, st);
}
