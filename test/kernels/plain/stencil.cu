/* stencil.cu: a stencil of seven points on a line and one of five points on a plane, tile after tile in shared memory,
 * halos included; what lies beyond the edge is 0. */
#include "cuda.h"

enum { LINE = 256, RADIUS = 3 };

/* A block takes every gridDim.x-th tile. */
KERNEL __launch_bounds__(LINE) stencil_1d(const float *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float line[LINE + 2 * RADIUS];
  int t = (int)threadIdx.x;
  auto at = [&](int i) { return i >= 0 && i < n ? in[i] : 0; };
  for (int first = (int)blockIdx.x * LINE; first < n; first += (int)gridDim.x * LINE) {
    line[t + RADIUS] = at(first + t);
    if (t < RADIUS) {
      line[t] = at(first + t - RADIUS);
      line[t + RADIUS + LINE] = at(first + t + LINE);
    }
    __syncthreads();
    if (first + t < n)
      out[first + t] = 0.4f * line[t + 3] + 0.15f * (line[t + 2] + line[t + 4]) + 0.1f * (line[t + 1] + line[t + 5]) +
                       0.05f * (line[t] + line[t + 6]);
    __syncthreads();
  }
}

enum { WIDTH = 64, HEIGHT = 16 };

/* A strip of 64 columns to a block, which goes down in steps of 16 rows; 256 threads. */
KERNEL __launch_bounds__(256) stencil_2d(const float *__restrict__ in, float *__restrict__ out, int rows, int columns) {
  __shared__ float tile[HEIGHT + 2][WIDTH + 2];
  int t = (int)threadIdx.x, x = t % WIDTH, y = t / WIDTH, left = (int)blockIdx.x * WIDTH;
  auto at = [&](int r, int c) { return r >= 0 && r < rows && c >= 0 && c < columns ? in[r * columns + c] : 0; };
  for (int top = (int)blockIdx.y * HEIGHT; top < rows; top += (int)gridDim.y * HEIGHT) {
#pragma unroll
    for (int i = 0; i < HEIGHT; i += 4)
      tile[y + i + 1][x + 1] = at(top + y + i, left + x);
    if (y == 0)
      tile[0][x + 1] = at(top - 1, left + x);
    if (y == 1)
      tile[HEIGHT + 1][x + 1] = at(top + HEIGHT, left + x);
    if (y == 2 && x < HEIGHT)
      tile[x + 1][0] = at(top + x, left - 1);
    if (y == 3 && x < HEIGHT)
      tile[x + 1][WIDTH + 1] = at(top + x, left + WIDTH);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < HEIGHT; i += 4) {
      int r = y + i + 1, c = x + 1;
      if (top + y + i < rows && left + x < columns)
        out[(top + y + i) * columns + left + x] =
            0.2f * (tile[r][c] + tile[r - 1][c] + tile[r + 1][c] + tile[r][c - 1] + tile[r][c + 1]);
    }
    __syncthreads();
  }
}
