/* float_tile.h: what the kernels with tiles of 64 x 64 x 16 floats have in common: 256 threads, each with 4 x 4 of the
 * product. A lies transposed in shared memory, so that a thread finds its four rows side by side. */
#ifndef TWEED_TEST_FLOAT_TILE_H
#define TWEED_TEST_FLOAT_TILE_H

#include "cuda.h"

enum { TILE = 64, DEPTH = 16, THREADS = 256 };

typedef float quad __attribute__((vector_size(16)));
typedef float float_tile[DEPTH][TILE + 4];

/* Rows row … row + 63 and columns at … at + 15 of A, m x k; 0 beyond the edge. */
INLINE void copy_a(float_tile &to, const float *a, int m, int k, int row, int at) {
  int t = (int)threadIdx.x, c = t % DEPTH;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    int r = t / DEPTH + i * (THREADS / DEPTH);
    to[c][r] = row + r < m && at + c < k ? a[(row + r) * k + at + c] : 0;
  }
}

/* Rows at … at + 15 and columns column … column + 63 of B, k x n. */
INLINE void copy_b(float_tile &to, const float *b, int n, int k, int column, int at) {
  int t = (int)threadIdx.x, c = t % TILE;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    int r = t / TILE + i * (THREADS / TILE);
    to[r][c] = at + r < k && column + c < n ? b[(at + r) * n + column + c] : 0;
  }
}

INLINE void multiply(float (&sum)[4][4], const float_tile &a, const float_tile &b) {
  int y = (int)threadIdx.x / 16 * 4, x = (int)threadIdx.x % 16 * 4;
#pragma unroll
  for (int k = 0; k < DEPTH; k++) {
    quad fa = *(const quad *)&a[k][y], fb = *(const quad *)&b[k][x];
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
      for (int j = 0; j < 4; j++)
        sum[i][j] += fa[i] * fb[j];
  }
}

/* f(row, column, value) for each element of the thread that lies within m x n. */
template <typename F> INLINE void each_element(const float (&sum)[4][4], int m, int n, int row, int column, F f) {
  int y = row + (int)threadIdx.x / 16 * 4, x = column + (int)threadIdx.x % 16 * 4;
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
      if (y + i < m && x + j < n)
        f(y + i, x + j, sum[i][j]);
}

INLINE void store(float *c, const float (&sum)[4][4], int m, int n, int row, int column) {
  each_element(sum, m, n, row, column, [&](int y, int x, float value) { c[y * n + x] = value; });
}

#endif
