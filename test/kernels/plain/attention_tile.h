/* attention_tile.h: attention forward in tiles, on tensor cores: a warp has 16 queries of 64 features, keys and values
 * come in tiles of 64. A score is in the place of mma.sync's d; d's places are those of the next product's a. */
#ifndef TWEED_TEST_ATTENTION_TILE_H
#define TWEED_TEST_ATTENTION_TILE_H

#include "tensor.h"

#if !defined(WARPS)
#define WARPS 4
#endif
enum { FEATURES = 64, KEYS = 64, QUERIES = 16 * WARPS, PAD = 8, THREADS = 32 * WARPS };

typedef u32 chunk __attribute__((vector_size(16)));
typedef half half_tile[KEYS][FEATURES + PAD];

/* What a thread has of its warp's queries lane / 4 and lane / 4 + 8: the highest score, the sum of weights, output. */
struct state {
  float top[2], sum[2], out[8][4];
};

/* 64 rows of 64 halves, 16 bytes at a time. */
INLINE void copy_tile(half_tile &to, const half *from) {
#pragma unroll
  for (int j = 0; j < KEYS * FEATURES / 8 / THREADS; j++) {
    int i = (int)threadIdx.x + j * THREADS, r = i / (FEATURES / 8), c = i % (FEATURES / 8) * 8;
    *(chunk *)&to[r][c] = *(const chunk *)&from[r * FEATURES + c];
  }
}

/* The warp's queries, 16 x 64, from global memory. */
INLINE void load_queries(u32 (&q)[4][4], const half *from) {
  u32 row = warp() * 16 + lane() / 4, column = lane() % 4 * 2;
#pragma unroll
  for (u32 i = 0; i < 4; i++)
#pragma unroll
    for (u32 e = 0; e < 4; e++)
      q[i][e] = *(const u32 *)&from[(row + e % 2 * 8) * FEATURES + 16 * i + column + e / 2 * 8];
}

/* s = q k^T */
INLINE void score(float (&s)[8][4], const u32 (&q)[4][4], const half_tile &k) {
  u32 l = lane();
#pragma unroll
  for (u32 j = 0; j < 8; j += 2)
#pragma unroll
    for (u32 i = 0; i < 4; i++) {
      u32 f[4];
      load_matrices(f, &k[8 * j + l / 16 * 8 + l % 8][16 * i + l / 8 % 2 * 8]);
      multiply_16x8x16(s[j], q[i], f[0], f[1]);
      multiply_16x8x16(s[j + 1], q[i], f[2], f[3]);
    }
}

/* Scores become weights; what was summed up so far is scaled to the new highest score. */
INLINE void weigh(state &st, float (&s)[8][4]) {
  const float scale = 0.125f * 1.44269504f; /* 1 / sqrt(64), powers of two */
#pragma unroll
  for (int e = 0; e < 2; e++) {
    float top = st.top[e];
#pragma unroll
    for (int j = 0; j < 8; j++)
      top = __builtin_fmaxf(top, __builtin_fmaxf(s[j][2 * e], s[j][2 * e + 1]));
    top = __builtin_fmaxf(top, shuffle_xor(top, 1));
    top = __builtin_fmaxf(top, shuffle_xor(top, 2));
    float old = __nvvm_ex2_approx_f((st.top[e] - top) * scale);
    st.top[e] = top;
    st.sum[e] *= old;
#pragma unroll
    for (int j = 0; j < 8; j++)
#pragma unroll
      for (int i = 2 * e; i < 2 * e + 2; i++) {
        s[j][i] = __nvvm_ex2_approx_f((s[j][i] - top) * scale);
        st.sum[e] += s[j][i];
        st.out[j][i] *= old;
      }
  }
}

/* out += s v */
INLINE void gather(state &st, const float (&s)[8][4], const half_tile &v) {
  u32 l = lane();
#pragma unroll
  for (u32 i = 0; i < 4; i++) {
    u32 w[4] = {pack(s[2 * i][0], s[2 * i][1]), pack(s[2 * i][2], s[2 * i][3]), pack(s[2 * i + 1][0], s[2 * i + 1][1]),
                pack(s[2 * i + 1][2], s[2 * i + 1][3])};
#pragma unroll
    for (u32 j = 0; j < 8; j += 2) {
      u32 f[4];
      load_matrices_transposed(f, &v[16 * i + l % 16][8 * j + l / 16 * 8]);
      multiply_16x8x16(st.out[j], w, f[0], f[1]);
      multiply_16x8x16(st.out[j + 1], w, f[2], f[3]);
    }
  }
}

INLINE void begin(state &st) {
  st = {};
  st.top[0] = st.top[1] = -1e30f;
}

/* The output is 0 where there are no keys. */
INLINE void finish(half *to, const state &st) {
  u32 row = warp() * 16 + lane() / 4, column = lane() % 4 * 2;
#pragma unroll
  for (u32 e = 0; e < 2; e++) {
    float sum = st.sum[e];
    sum += shuffle_xor(sum, 1);
    sum += shuffle_xor(sum, 2);
    float scale = sum > 0 ? 1 / sum : 0;
#pragma unroll
    for (u32 j = 0; j < 8; j++)
      *(u32 *)&to[(row + 8 * e) * FEATURES + 8 * j + column] =
          pack(st.out[j][2 * e] * scale, st.out[j][2 * e + 1] * scale);
  }
}

#endif
