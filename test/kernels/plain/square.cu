/* square.cu: blocks of more than one dimension, as most tiles are written: float matrices, row by row. */
#include "cuda.h"

enum { SIDE = 16 };

/* C = A B, an element to a thread: the textbook's, without launch bounds. Any m, n and k. */
KERNEL sgemm_square(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int m, int n,
                    int k) {
  __shared__ float as[SIDE][SIDE], bs[SIDE][SIDE];
  int x = (int)threadIdx.x, y = (int)threadIdx.y;
  int row = (int)blockIdx.y * SIDE + y, column = (int)blockIdx.x * SIDE + x;
  float sum = 0;
  for (int at = 0; at < k; at += SIDE) {
    as[y][x] = row < m && at + x < k ? a[row * k + at + x] : 0.0f;
    bs[y][x] = at + y < k && column < n ? b[(at + y) * n + column] : 0.0f;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < SIDE; i++)
      sum += as[y][i] * bs[i][x];
    __syncthreads();
  }
  if (row < m && column < n)
    c[row * n + column] = sum;
}

enum { TALL = 64, WIDE = 64, DEEP = 16 };

/* C = A B by 64 x 64 x 16, 16 x 16 threads with 4 x 4 elements each. m and n are multiples of 64, k of 16. */
KERNEL __launch_bounds__(256)
    sgemm_quads(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n, int k) {
  __shared__ __attribute__((aligned(16))) float as[TALL][DEEP + 4], bs[DEEP][WIDE];
  int x = (int)threadIdx.x, y = (int)threadIdx.y, row = (int)blockIdx.y * TALL, column = (int)blockIdx.x * WIDE;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEEP) {
#pragma unroll
    for (int i = 0; i < TALL; i += 16)
      as[y + i][x] = a[(row + y + i) * k + at + x];
#pragma unroll
    for (int j = 0; j < 4; j++)
      bs[y][4 * x + j] = b[(at + y) * n + column + 4 * x + j];
    __syncthreads();
#pragma unroll
    for (int step = 0; step < DEEP; step++)
#pragma unroll
      for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
          sum[i][j] += as[4 * y + i][step] * bs[step][4 * x + j];
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
      c[(row + 4 * y + i) * n + column + 4 * x + j] = sum[i][j];
}

/* Products of 16 x 16 matrices along k, four of them to a block, one for each z: C[z] = A[z] B[z]. k is a multiple of
 * 16. */
KERNEL __launch_bounds__(256)
    sgemm_cube(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int k) {
  __shared__ float as[4][SIDE][SIDE + 1], bs[4][SIDE][SIDE];
  int x = (int)threadIdx.x, y = (int)threadIdx.y, z = (int)threadIdx.z;
  int item = (int)(blockIdx.x * blockDim.z) + z;
  float sum[4] = {};
  for (int at = 0; at < k; at += SIDE) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      as[z][y + 4 * i][x] = a[(item * SIDE + y + 4 * i) * k + at + x];
      bs[z][y + 4 * i][x] = b[(item * k + at + y + 4 * i) * SIDE + x];
    }
    __syncthreads();
#pragma unroll
    for (int step = 0; step < SIDE; step++)
#pragma unroll
      for (int i = 0; i < 4; i++)
        sum[i] += as[z][y + 4 * i][step] * bs[z][step][x];
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
    c[(item * SIDE + y + 4 * i) * SIDE + x] = sum[i];
}

/* out = inᵗ, m x n to n x m, by tiles of 32 x 32 along a row of tiles; 32 x 8 threads, in loops over the block's size.
 */
KERNEL transpose_square(const float *__restrict__ in, float *__restrict__ out, int m, int n) {
  __shared__ float tile[32][33];
  int x = (int)threadIdx.x, y = (int)threadIdx.y, row = (int)blockIdx.y * 32;
  for (int at = (int)blockIdx.x * 32; at < n; at += (int)gridDim.x * 32) {
    for (int i = y; i < 32; i += (int)blockDim.y)
      tile[i][x] = row + i < m && at + x < n ? in[(row + i) * n + at + x] : 0.0f;
    __syncthreads();
    for (int i = y; i < 32; i += (int)blockDim.y)
      if (at + i < n && row + x < m)
        out[(at + i) * m + row + x] = tile[x][i];
    __syncthreads();
  }
}
