/* scan.cu: inclusive prefix sums of rows of blockDim.x elements. */
#include "cuda.h"

/* Steps of doubling length between two buffers. BUG_ONE_BUFFER: in place, so that a thread may read what another one
 * has already added to. */
KERNEL scan_shared(const float *in, float *out) {
  __shared__ float buffer[2][256];
  int t = (int)threadIdx.x, at = 0;
  buffer[0][t] = in[blockIdx.x * 256 + threadIdx.x];
  for (int by = 1; by < 256; by *= 2) {
    __syncthreads();
#if defined(BUG_ONE_BUFFER)
    if (t >= by)
      buffer[0][t] += buffer[0][t - by];
#else
    buffer[1 - at][t] = buffer[at][t] + (t >= by ? buffer[at][t - by] : 0);
    at = 1 - at;
#endif
  }
  out[blockIdx.x * 256 + threadIdx.x] = buffer[at][t];
}

/* Shuffles within a warp; the sums of the warps before it come through shared memory. */
KERNEL scan_shuffle(const float *in, float *out) {
  __shared__ float total[8];
  float x = in[blockIdx.x * 256 + threadIdx.x];
  for (int by = 1; by < WARP; by *= 2) {
    float y = shuffle_up(x, by);
    if ((int)lane() >= by)
      x += y;
  }
  if (lane() == WARP - 1)
    total[warp()] = x;
  __syncthreads();
  for (u32 w = 0; w < warp(); w++)
    x += total[w];
  out[blockIdx.x * 256 + threadIdx.x] = x;
}
