/* attention.cu: out = softmax(q k^T / 8) v for heads of 64 features, one for each blockIdx.y; a block has 64 queries.
 * The numbers of queries and of keys are multiples of 64. */
#include "attention_tile.h"

/* A tile of queries; keys and values of its head. */
INLINE void attend(half_tile &ks, half_tile &vs, const half *q, const half *k, const half *v, half *out, int keys) {
  u32 query[4][4];
  state st;
  load_queries(query, q);
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
  finish(out, st);
}

KERNEL __launch_bounds__(THREADS) attention(const half *__restrict__ q, const half *__restrict__ k,
                                            const half *__restrict__ v, half *__restrict__ out, int queries, int keys) {
  __shared__ __attribute__((aligned(16))) half_tile ks, vs;
  int from = ((int)blockIdx.y * queries + (int)blockIdx.x * QUERIES) * FEATURES;
  int head = (int)blockIdx.y * keys * FEATURES;
  attend(ks, vs, q + from, k + head, v + head, out + from, keys);
}
