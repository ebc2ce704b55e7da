/* tensor.cu: C = A B on tensor cores, warp by warp: A m x k and B k x n in half, C in float, all row by row; a block of
 * 4 warps computes a tile of 64 x 64. n is a multiple of 64, k of 32. */
#include "tensor.h"

enum { TILE = 64, DEPTH = 32, PAD = 8 };

/* Both tiles into shared memory, 16 bytes at a time. */
INLINE void load_tiles(half (*as)[DEPTH + PAD], half (*bs)[TILE + PAD], const half *a, const half *b, int n, int k,
                       int at) {
  typedef u32 chunk __attribute__((vector_size(16)));
  int t = (int)threadIdx.x, row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  for (int i = t; i < TILE * DEPTH / 8; i += 128) {
    int r = i / (DEPTH / 8), q = i % (DEPTH / 8) * 8;
    *(chunk *)&as[r][q] = *(const chunk *)&a[(row + r) * k + at + q];
  }
  for (int i = t; i < DEPTH * TILE / 8; i += 128) {
    int r = i / (TILE / 8), q = i % (TILE / 8) * 8;
    *(chunk *)&bs[r][q] = *(const chunk *)&b[(at + r) * n + column + q];
  }
}

/* ldmatrix and mma.sync: a warp computes 32 x 32 as 2 x 4 products of 16 x 8. BUG_NO_BARRIER: tiles are used before
 * they are there. BUG_DIVERGENT: one lane leaves out a product. */
KERNEL gemm_mma(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(16))) half as[TILE][DEPTH + PAD], bs[DEPTH][TILE + PAD];
  int l = (int)lane(), row = (int)warp() / 2 * 32, column = (int)warp() % 2 * 32;
  float d[2][4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    load_tiles(as, bs, a, b, n, k, at);
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
#pragma unroll
    for (int step = 0; step < DEPTH; step += 16) {
      u32 fa[2][4], fb[2][4];
#pragma unroll
      for (int i = 0; i < 2; i++) {
        load_matrices(fa[i], &as[row + 16 * i + l % 16][step + l / 16 * 8]);
        load_matrices_transposed(fb[i], &bs[step + l % 16][column + 16 * i + l / 16 * 8]);
      }
#pragma unroll
      for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
#if defined(BUG_DIVERGENT)
          if (l != 5 || j != 3)
#endif
            multiply_16x8x16(d[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        int y = (int)blockIdx.y * TILE + row + 16 * i + l / 4 + e / 2 * 8;
        c[y * n + (int)blockIdx.x * TILE + column + 8 * j + l % 4 * 2 + e % 2] = d[i][j][e];
      }
}

/* The same by wmma, 2 x 2 products of 16 x 16. */
KERNEL gemm_wmma(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(32))) half as[TILE][DEPTH + PAD], bs[DEPTH][TILE + PAD];
  int row = (int)warp() / 2 * 32, column = (int)warp() % 2 * 32;
  float d[2][2][8] = {};
  for (int at = 0; at < k; at += DEPTH) {
    load_tiles(as, bs, a, b, n, k, at);
    __syncthreads();
#pragma unroll
    for (int step = 0; step < DEPTH; step += 16) {
      int fa[2][8], fb[2][8];
#pragma unroll
      for (int i = 0; i < 2; i++) {
        __hmma_m16n16k16_ld_a(fa[i], (const int *)&as[row + 16 * i][step], DEPTH + PAD, 0);
        __hmma_m16n16k16_ld_b(fb[i], (const int *)&bs[step][column + 16 * i], TILE + PAD, 0);
      }
#pragma unroll
      for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 2; j++)
          __hmma_m16n16k16_mma_f32f32(d[i][j], fa[i], fb[j], d[i][j], 0, 0);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 2; j++)
      __hmma_m16n16k16_st_c_f32(
          &c[((int)blockIdx.y * TILE + row + 16 * i) * n + (int)blockIdx.x * TILE + column + 16 * j], d[i][j], n, 0);
}
