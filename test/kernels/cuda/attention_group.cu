/* attention_group.cu: attention forward on tensor cores: half in, float out, 64 features, all row by row. A warpgroup
 * has 64 queries and goes through the keys 64 at a time: scores by wgmma from shared memory, weights in registers,
 * which are A of the second product, that of the values. keys is a multiple of 64; the scores' scale is 1/8.
 *
 * BUG_NO_FENCE: the rescaled sums go back to the tensor cores without a fence. BUG_SCORES_EARLY: scores are used while
 * the product may still write them. BUG_NO_PROXY_FENCE: the tensor cores read keys that generic writes may not have
 * reached. */
#include "tensor.h"

enum { TILE = 64, FEATURES = 64 };
typedef u32 chunk __attribute__((vector_size(16)));

/* 64 lines of 64 halves, swizzled by 128 bytes. */
INLINE void fetch(half *tile, const half *from) {
  for (u32 i = threadIdx.x; i < TILE * 8; i += GROUP)
    *(chunk *)((char *)tile + swizzle_128(i / 8, i % 8 * 16)) = *(const chunk *)&from[i * 8];
}

/* Over the four lanes that share a row. */
INLINE float row_max(float x) {
  x = __builtin_fmaxf(x, shuffle_xor(x, 1));
  return __builtin_fmaxf(x, shuffle_xor(x, 2));
}
INLINE float row_sum(float x) {
  x += shuffle_xor(x, 1);
  return x + shuffle_xor(x, 2);
}

/* A thread has two rows, 16 elements of each: element i is of row i / 2 % 2. Scores become weights; sums are rescaled.
 */
INLINE void weigh(float (&scores)[32], float (&out)[32], float (&top)[2], float (&sum)[2]) {
#pragma unroll
  for (int row = 0; row < 2; row++) {
    float high = top[row], part = 0;
#pragma unroll
    for (int i = 0; i < 32; i++)
      if (i / 2 % 2 == row)
        high = __builtin_fmaxf(high, scores[i] * 0.125f);
    high = row_max(high);
    float scale = exponential(top[row] - high);
#pragma unroll
    for (int i = 0; i < 32; i++)
      if (i / 2 % 2 == row) {
        scores[i] = exponential(scores[i] * 0.125f - high);
        part += scores[i];
        out[i] *= scale;
      }
    sum[row] = sum[row] * scale + row_sum(part);
    top[row] = high;
  }
}

KERNEL attention_group(const half *q, const half *k, const half *v, float *out, int keys) {
  __shared__ __attribute__((aligned(1024))) half qs[TILE * FEATURES], ks[TILE * FEATURES], vs[TILE * FEATURES];
  float sums[32] = {}, top[2] = {-1e30f, -1e30f}, sum[2] = {};
  fetch(qs, q + (int)blockIdx.x * TILE * FEATURES);
  for (int at = 0; at < keys; at += TILE) {
    fetch(ks, k + at * FEATURES);
    fetch(vs, v + at * FEATURES);
#if !defined(BUG_NO_PROXY_FENCE)
    fence_proxy_async();
#endif
    __syncthreads();
    float scores[32];
    group_fence();
#pragma unroll
    for (u32 step = 0; step < 4; step++)
      multiply_group(scores, matrix_128(qs, 1024) + 2 * step, matrix_128(ks, 1024) + 2 * step, step > 0);
    group_commit();
#if !defined(BUG_SCORES_EARLY)
    group_wait<0>();
#endif
    weigh(scores, sums, top, sum);
    u32 weights[4][4];
#pragma unroll
    for (int step = 0; step < 4; step++)
#pragma unroll
      for (int i = 0; i < 4; i++)
        weights[step][i] = pack(scores[8 * step + 2 * i], scores[8 * step + 2 * i + 1]);
#if !defined(BUG_NO_FENCE)
    group_fence();
#endif
#pragma unroll
    for (u32 step = 0; step < 4; step++)
      multiply_group_from(sums, weights[step], matrix_128(vs, 1024) + step * (16 * 128 >> 4), 1);
    group_commit();
    group_wait<0>();
    __syncthreads();
  }
  int t = (int)threadIdx.x, row = (int)blockIdx.x * TILE + t / 32 * 16 + t % 32 / 4;
#pragma unroll
  for (int i = 0; i < 32; i++)
    out[(row + i / 2 % 2 * 8) * FEATURES + i / 4 * 8 + t % 4 * 2 + i % 2] = sums[i] / sum[i / 2 % 2];
}
