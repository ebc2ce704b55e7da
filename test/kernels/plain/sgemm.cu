/* sgemm.cu: C = A B in float, A m x k, B k x n, all row by row. */
#include "float_tile.h"

/* Any m, n and k. BUG_NO_BARRIER: the next tile overwrites one that a slow warp still uses. */
KERNEL __launch_bounds__(THREADS)
    sgemm_64(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int m, int n, int k) {
  __shared__ __attribute__((aligned(16))) float_tile as, bs;
  int row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    copy_a(as, a, m, k, row, at);
    copy_b(bs, b, n, k, column, at);
    __syncthreads();
    multiply(sum, as, bs);
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
  }
  store(c, sum, m, n, row, column);
}

/* K is shared out to the blocks along z, `part` to each; C, which is 0 before, takes the sum of their products. */
KERNEL __launch_bounds__(THREADS) sgemm_split(const float *__restrict__ a, const float *__restrict__ b,
                                              float *__restrict__ c, int m, int n, int k, int part) {
  __shared__ __attribute__((aligned(16))) float_tile as, bs;
  int row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE, last = least(k, (int)(blockIdx.z + 1) * part);
  float sum[4][4] = {};
  for (int at = (int)blockIdx.z * part; at < last; at += DEPTH) {
    copy_a(as, a, m, k, row, at);
    copy_b(bs, b, n, k, column, at);
    __syncthreads();
    multiply(sum, as, bs);
    __syncthreads();
  }
  each_element(sum, m, n, row, column, [&](int y, int x, float value) { add_atomic(&c[y * n + x], value); });
}

/* Tiles of 128 x 128 x 8, each thread with 8 x 8: rows y … y + 3 and y + 64 … y + 67, columns likewise. m and n are
 * multiples of 128, k of 8. */
enum { LARGE = 128, SHALLOW = 8 };

INLINE int large_index(int first, int i) {
  return first + i % 4 + i / 4 * 64;
}

INLINE void store_large(float *c, const float (&sum)[8][8], int n, int row, int column, int y, int x) {
#pragma unroll
  for (int i = 0; i < 8; i++)
#pragma unroll
    for (int j = 0; j < 8; j += 4)
      *(quad *)&c[(row + large_index(y, i)) * n + column + large_index(x, j)] =
          (quad){sum[i][j], sum[i][j + 1], sum[i][j + 2], sum[i][j + 3]};
}

/* Both tiles as they lie in global memory, 16 bytes at a time. */
KERNEL __launch_bounds__(THREADS)
    sgemm_128(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n, int k) {
  __shared__ __attribute__((aligned(16))) float as[LARGE][SHALLOW + 4], bs[SHALLOW][LARGE];
  int t = (int)threadIdx.x, row = (int)blockIdx.y * LARGE, column = (int)blockIdx.x * LARGE;
  int y = t / 16 * 4, x = t % 16 * 4;
  float sum[8][8] = {};
  for (int at = 0; at < k; at += SHALLOW) {
    *(quad *)&as[t / 2][t % 2 * 4] = *(const quad *)&a[(row + t / 2) * k + at + t % 2 * 4];
    *(quad *)&bs[t / 32][t % 32 * 4] = *(const quad *)&b[(at + t / 32) * n + column + t % 32 * 4];
    __syncthreads();
#pragma unroll
    for (int step = 0; step < SHALLOW; step += 4) {
      quad fa[8];
#pragma unroll
      for (int i = 0; i < 8; i++)
        fa[i] = *(const quad *)&as[large_index(y, i)][step];
#pragma unroll
      for (int e = 0; e < 4; e++) {
        quad fb[2] = {*(const quad *)&bs[step + e][x], *(const quad *)&bs[step + e][x + 64]};
#pragma unroll
        for (int i = 0; i < 8; i++)
#pragma unroll
          for (int j = 0; j < 8; j++)
            sum[i][j] += fa[i][e] * fb[j / 4][j % 4];
      }
    }
    __syncthreads();
  }
  store_large(c, sum, n, row, column, y, x);
}

/* A is transposed on the way: 16 bytes are loaded and stored as four elements. */
KERNEL __launch_bounds__(THREADS) sgemm_128_transposed(const float *__restrict__ a, const float *__restrict__ b,
                                                       float *__restrict__ c, int n, int k) {
  __shared__ __attribute__((aligned(16))) float as[SHALLOW][LARGE + 4], bs[SHALLOW][LARGE];
  int t = (int)threadIdx.x, row = (int)blockIdx.y * LARGE, column = (int)blockIdx.x * LARGE;
  int y = t / 16 * 4, x = t % 16 * 4;
  float sum[8][8] = {};
  for (int at = 0; at < k; at += SHALLOW) {
    quad four = *(const quad *)&a[(row + t / 2) * k + at + t % 2 * 4];
#pragma unroll
    for (int i = 0; i < 4; i++)
      as[t % 2 * 4 + i][t / 2] = four[i];
    *(quad *)&bs[t / 32][t % 32 * 4] = *(const quad *)&b[(at + t / 32) * n + column + t % 32 * 4];
    __syncthreads();
#pragma unroll
    for (int step = 0; step < SHALLOW; step++) {
      quad fa[2] = {*(const quad *)&as[step][y], *(const quad *)&as[step][y + 64]};
      quad fb[2] = {*(const quad *)&bs[step][x], *(const quad *)&bs[step][x + 64]};
#pragma unroll
      for (int i = 0; i < 8; i++)
#pragma unroll
        for (int j = 0; j < 8; j++)
          sum[i][j] += fa[i / 4][i % 4] * fb[j / 4][j % 4];
    }
    __syncthreads();
  }
  store_large(c, sum, n, row, column, y, x);
}
