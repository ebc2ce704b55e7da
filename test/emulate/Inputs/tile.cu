/* tile.cu: one tile of 128 x 128 x 64 on tensor cores by 384 threads: a warp group copies, two multiply. A by rows, B
 * by columns, half in, float out. */
#include "tensor.h"

enum { M = 128, N = 128, K = 64 };
typedef u32 chunk __attribute__((vector_size(16)));

/* 128 lines of 64 halves, swizzled. */
INLINE void load_lines(half *tile, const half *from, u32 thread) {
  for (u32 i = thread; i < 128 * 8; i += GROUP)
    *(chunk *)((char *)tile + swizzle_128(i / 8, i % 8 * 16)) = *(const chunk *)&from[i * 8];
}

KERNEL tile_warps(const half *a, const half *b, float *c) {
  __shared__ __attribute__((aligned(1024))) half as[M * K], bs[N * K];
  if (warp() >= 8) {
    load_lines(as, a, threadIdx.x - 256);
    load_lines(bs, b, threadIdx.x - 256);
  }
  __syncthreads();
  if (warp() >= 8)
    return;
  u32 l = lane(), row = warp() % 4 * 32, column = warp() / 4 * 64;
  float d[2][8][4] = {};
#pragma unroll
  for (u32 k = 0; k < 4; k++) {
    u32 fa[2][4], fb[4][4];
#pragma unroll
    for (u32 i = 0; i < 2; i++)
      load_matrices(fa[i], (char *)as + swizzle_128(row + i * 16 + l % 16, k * 32 + l / 16 * 16));
#pragma unroll
    for (u32 j = 0; j < 4; j++)
      load_matrices(fb[j], (char *)bs + swizzle_128(column + j * 16 + l % 8 + l / 16 * 8, k * 32 + l / 8 % 2 * 16));
#pragma unroll
    for (u32 i = 0; i < 2; i++)
#pragma unroll
      for (u32 j = 0; j < 8; j++)
        multiply_16x8x16(d[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
  }
#pragma unroll
  for (u32 i = 0; i < 2; i++)
#pragma unroll
    for (u32 j = 0; j < 8; j++)
#pragma unroll
      for (u32 e = 0; e < 4; e++)
        c[(row + i * 16 + l / 4 + e / 2 * 8) * N + column + j * 8 + l % 4 * 2 + e % 2] = d[i][j][e];
}

KERNEL tile_groups(const half *a, const half *b, float *c) {
  __shared__ __attribute__((aligned(1024))) half as[M * K], bs[N * K];
  u32 group = threadIdx.x / GROUP, t = threadIdx.x % GROUP;
  if (group == 2) {
    load_lines(as, a, t);
    load_lines(bs, b, t);
    fence_proxy_async();
  }
  __syncthreads();
  if (group == 2)
    return;
  float d[2][32] = {};
  group_fence();
#pragma unroll
  for (u32 half_tile = 0; half_tile < 2; half_tile++)
#pragma unroll
    for (u32 k = 0; k < 4; k++)
      multiply_group(d[half_tile], matrix_128(as + group * 64 * K, 1024) + 2 * k,
                     matrix_128(bs + half_tile * 64 * K, 1024) + 2 * k, 1);
  group_commit();
  group_wait<0>();
#pragma unroll
  for (u32 half_tile = 0; half_tile < 2; half_tile++)
#pragma unroll
    for (u32 i = 0; i < 32; i++)
      c[(group * 64 + t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8) * N + half_tile * 64 + i / 4 * 8 + t % 4 * 2 + i % 2] =
          d[half_tile][i];
}

/* The same without tensor cores: what the others must equal. */
KERNEL tile_plain(const half *a, const half *b, float *c) {
  for (u32 i = threadIdx.x; i < M * N; i += blockDim.x) {
    float sum = 0;
    for (u32 k = 0; k < K; k++)
      sum += (float)a[i / N * K + k] * (float)b[i % N * K + k];
    c[i] = sum;
  }
}
