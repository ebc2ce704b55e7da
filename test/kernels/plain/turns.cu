/* turns.cu: attention forward as in attention.cu, where keys and values come one after the other, with barriers of
 * their own. */
#include "attention_tile.h"

/* K; sync; S; sync; V; sync; P V; sync. vs is ks in the second form: one tile that has two lives in an iteration.
 * BUG_NO_BARRIER: the second one begins in the midst of the first. */
INLINE void attend(const half *q, const half *k, const half *v, half *out, int queries, int keys, half_tile &ks,
                   half_tile &vs) {
  int from = ((int)blockIdx.y * queries + (int)blockIdx.x * QUERIES) * FEATURES;
  k += (int)blockIdx.y * keys * FEATURES;
  v += (int)blockIdx.y * keys * FEATURES;
  u32 query[4][4];
  state st;
  load_queries(query, q + from);
  begin(st);
  for (int at = 0; at < keys; at += KEYS) {
    copy_tile(ks, k + at * FEATURES);
    __syncthreads();
    float s[8][4] = {};
    score(s, query, ks);
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
    copy_tile(vs, v + at * FEATURES);
    weigh(st, s);
    __syncthreads();
    gather(st, s, vs);
    __syncthreads();
  }
  finish(out + from, st);
}

KERNEL __launch_bounds__(THREADS)
    attention_turns(const half *__restrict__ q, const half *__restrict__ k, const half *__restrict__ v,
                    half *__restrict__ out, int queries, int keys) {
  __shared__ __attribute__((aligned(16))) half_tile ks, vs;
  attend(q, k, v, out, queries, keys, ks, vs);
}

KERNEL __launch_bounds__(THREADS)
    attention_shared(const half *__restrict__ q, const half *__restrict__ k, const half *__restrict__ v,
                     half *__restrict__ out, int queries, int keys) {
  __shared__ __attribute__((aligned(16))) half_tile tile;
  attend(q, k, v, out, queries, keys, tile, tile);
}
