/* attention.cu: out = softmax(q k^T / sqrt(32)) v for one head of 32 features, row by row, without the matrix of
 * scores. A block of four warps does 16 queries, a warp four of them one after another; keys come in tiles of 32, one
 * for each lane. The number of keys is a multiple of 32. */
#include "cuda.h"

enum { FEATURES = 32, KEYS = 32, QUERIES = 16 };

/* What a lane carries for one query: the highest score so far, the sum of the weights, and one feature of the output.
 */
struct state {
  float top, sum, out;
};

INLINE state attend(state s, const float *q, const float (*k)[FEATURES + 1], const float (*v)[FEATURES]) {
  float score = 0;
  for (int f = 0; f < FEATURES; f++)
    score += q[f] * k[lane()][f];
  score *= 0.176776695f;
  float top = __builtin_fmaxf(s.top, warp_max(score)), scale = exponential(s.top - top);
  float weight = exponential(score - top);
  s.top = top;
  s.sum = s.sum * scale + warp_sum(weight);
  s.out *= scale;
  for (int i = 0; i < KEYS; i++)
    s.out += __nvvm_shfl_sync_idx_f32(ALL, weight, i, 31) * v[i][lane()];
  return s;
}

/* Keys and values of the next tile are fetched while this one is used. BUG_NO_BARRIER: the fetch overwrites a tile that
 * a slow warp still uses. BUG_NO_WAIT: a warp waits for its own part of the tile only, with no barrier behind it. */
KERNEL attention(const float *q, const float *k, const float *v, float *out, int keys) {
  __shared__ __attribute__((aligned(16))) float qs[QUERIES][FEATURES], vs[2][KEYS][FEATURES];
  __shared__ float ks[2][KEYS][FEATURES + 1];
  int t = (int)threadIdx.x;
  auto fetch = [&](int tile, int slot) {
    for (int i = t; i < KEYS * FEATURES; i += 128)
      copy_async_4(&ks[slot][i / FEATURES][i % FEATURES], &k[tile * KEYS * FEATURES + i]);
    for (int i = t * 4; i < KEYS * FEATURES; i += 512)
      copy_async_16(&vs[slot][i / FEATURES][i % FEATURES], &v[tile * KEYS * FEATURES + i]);
    copy_commit();
  };
  const float *query = q + blockIdx.x * QUERIES * FEATURES;
  for (int i = t; i < QUERIES * FEATURES; i += 128)
    qs[i / FEATURES][i % FEATURES] = query[i];
  fetch(0, 0);
  state s[4];
  for (int i = 0; i < 4; i++)
    s[i] = {-__builtin_huge_valf(), 0, 0};
  for (int tile = 0; tile < keys / KEYS; tile++) {
    copy_wait<0>();
#if defined(BUG_NO_BARRIER)
    if (tile + 1 < keys / KEYS)
      fetch(tile + 1, (tile + 1) % 2);
    __syncthreads();
#else
#if !defined(BUG_NO_WAIT)
    __syncthreads();
#endif
    if (tile + 1 < keys / KEYS)
      fetch(tile + 1, (tile + 1) % 2);
#endif
#pragma unroll
    for (int i = 0; i < 4; i++)
      s[i] = attend(s[i], qs[warp() * 4 + (u32)i], ks[tile % 2], vs[tile % 2]);
#if defined(BUG_NO_WAIT)
    __syncthreads();
#endif
  }
  for (u32 i = 0; i < 4; i++)
    out[(blockIdx.x * QUERIES + warp() * 4 + i) * FEATURES + lane()] = s[i].out / s[i].sum;
}
