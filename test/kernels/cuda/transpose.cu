/* transpose.cu: out = in^T for rows x columns floats, in tiles of 32 x 32, with 32 x 8 threads. A row of the tile is
 * one element longer, so that a column does not lie in one bank. */
#include "cuda.h"

/* BUG_NO_BARRIER: the tile is read before the other threads have written it. */
KERNEL transpose(const float *in, float *out, int rows, int columns) {
  __shared__ float tile[32][33];
  int x = (int)threadIdx.x, y = (int)threadIdx.y;
  int column = (int)blockIdx.x * 32 + x, row = (int)blockIdx.y * 32 + y;
  for (int k = 0; k < 32; k += 8)
    if (column < columns && row + k < rows)
      tile[y + k][x] = in[(row + k) * columns + column];
#if !defined(BUG_NO_BARRIER)
  __syncthreads();
#endif
  column = (int)blockIdx.y * 32 + x, row = (int)blockIdx.x * 32 + y;
  for (int k = 0; k < 32; k += 8)
    if (column < rows && row + k < columns)
      out[(row + k) * rows + column] = tile[x][y + k];
}
