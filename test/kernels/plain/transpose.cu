/* transpose.cu: out = in^T for rows x columns floats, in tiles of 32 x 32: a block has 32 rows, and goes through every
 * gridDim.x-th tile of them. A row of the tile is one element longer, so that a column does not lie in one bank. */
#include "cuda.h"

enum { SIDE = 32 };

KERNEL __launch_bounds__(256) transpose(const float *__restrict__ in, float *__restrict__ out, int rows, int columns) {
  __shared__ float tile[SIDE][SIDE + 1];
  int x = (int)threadIdx.x % SIDE, y = (int)threadIdx.x / SIDE, top = (int)blockIdx.y * SIDE;
  for (int left = (int)blockIdx.x * SIDE; left < columns; left += (int)gridDim.x * SIDE) {
#pragma unroll
    for (int i = 0; i < SIDE; i += 8)
      tile[y + i][x] = top + y + i < rows && left + x < columns ? in[(top + y + i) * columns + left + x] : 0;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < SIDE; i += 8)
      if (left + y + i < columns && top + x < rows)
        out[(left + y + i) * rows + top + x] = tile[x][y + i];
    __syncthreads();
  }
}
