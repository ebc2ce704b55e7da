/* stencil.cu: a stencil of three points on a line and one of five points on a plane, with halos in shared memory; what
 * lies beyond the edge is 0. */
#include "cuda.h"

/* BUG_NO_BARRIER: neighbours are read before they are there. BUG_BOUNDS: the halo has no room. */
KERNEL stencil_1d(const float *in, float *out, int n) {
#if defined(BUG_BOUNDS)
  __shared__ float line[128];
#else
  __shared__ float line[130];
#endif
  int t = (int)threadIdx.x, i = (int)blockIdx.x * 128 + t;
  line[t + 1] = i < n ? in[i] : 0;
  if (t == 0)
    line[0] = i > 0 ? in[i - 1] : 0;
  if (t == 127)
    line[t + 2] = i + 1 < n ? in[i + 1] : 0;
#if !defined(BUG_NO_BARRIER)
  __syncthreads();
#endif
  if (i < n)
    out[i] = 0.25f * line[t] + 0.5f * line[t + 1] + 0.25f * line[t + 2];
}

/* BUG_UNINITIALISED: the upper halo is never filled. */
KERNEL stencil_2d(const float *in, float *out, int rows, int columns) {
  __shared__ float tile[18][18];
  int x = (int)threadIdx.x, y = (int)threadIdx.y;
  int column = (int)blockIdx.x * 16 + x, row = (int)blockIdx.y * 16 + y;
  auto at = [&](int r, int c) { return r >= 0 && r < rows && c >= 0 && c < columns ? in[r * columns + c] : 0; };
  tile[y + 1][x + 1] = at(row, column);
#if !defined(BUG_UNINITIALISED)
  if (y == 0)
    tile[0][x + 1] = at(row - 1, column);
#endif
  if (y == 15)
    tile[17][x + 1] = at(row + 1, column);
  if (x == 0)
    tile[y + 1][0] = at(row, column - 1);
  if (x == 15)
    tile[y + 1][17] = at(row, column + 1);
  __syncthreads();
  if (row < rows && column < columns)
    out[row * columns + column] =
        0.2f * (tile[y + 1][x + 1] + tile[y][x + 1] + tile[y + 2][x + 1] + tile[y + 1][x] + tile[y + 1][x + 2]);
}
