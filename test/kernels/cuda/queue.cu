/* queue.cu: a histogram with atomics, and blocks that stay and take their work from a queue. */
#include "cuda.h"

/* Counts per block in shared memory, added to the global ones at the end. BUG_NOT_ATOMIC: plain additions. */
KERNEL histogram(const u8 *in, int *counts, int n) {
  __shared__ int local[64];
  if (threadIdx.x < 64)
    local[threadIdx.x] = 0;
  __syncthreads();
  for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < n; i += (int)(gridDim.x * blockDim.x))
#if defined(BUG_NOT_ATOMIC)
    local[in[i] % 64]++;
#else
    add_atomic(&local[in[i] % 64], 1);
#endif
  __syncthreads();
  if (threadIdx.x < 64)
    add_atomic(&counts[threadIdx.x], local[threadIdx.x]);
}

/* Item i is row i of `in`: its sum goes to out[i]. The block's first thread takes the next item for all.
 * BUG_NO_BARRIER: it takes the next one while others still look at the last. */
KERNEL persistent(const float *in, float *out, int *next, int rows, int columns) {
  __shared__ int item;
  __shared__ float part[4];
  for (;;) {
    if (threadIdx.x == 0)
      item = add_atomic(next, 1);
    __syncthreads();
    int row = item;
    if (row >= rows)
      return;
    float sum = 0;
    for (int i = (int)threadIdx.x; i < columns; i += 128)
      sum += in[row * columns + i];
    sum = warp_sum(sum);
    if (lane() == 0)
      part[warp()] = sum;
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
    if (threadIdx.x == 0)
      out[row] = part[0] + part[1] + part[2] + part[3];
  }
}
