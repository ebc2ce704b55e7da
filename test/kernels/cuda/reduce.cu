/* reduce.cu: sums of a vector; each block adds up 2 * blockDim.x elements. */
#include "cuda.h"

/* A tree in shared memory. BUG_NO_BARRIER: a level starts before the one below has ended. BUG_UNINITIALISED: threads
 * beyond the end leave their slot as it was. BUG_DIVERGENT: the halves of a warp come to barriers of their own.
 * BUG_BOUNDS: the last thread's slot lies far beyond the end. */
KERNEL reduce_shared(const float *in, float *out, int n) {
  __shared__ float part[128];
  int t = (int)threadIdx.x, i = (int)(blockIdx.x * 256) + t;
  float x = (i < n ? in[i] : 0) + (i + 128 < n ? in[i + 128] : 0);
#if defined(BUG_UNINITIALISED)
  if (i < n)
    part[t] = x;
#elif defined(BUG_BOUNDS)
  part[t == 127 ? n : t] = x;
#else
  part[t] = x;
#endif
  for (int half = 64; half > 0; half /= 2) {
#if defined(BUG_DIVERGENT)
    if (lane() < 16)
      __syncthreads();
    else
      __nvvm_barrier_sync(0);
#elif !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
    if (t < half)
      part[t] += part[t + half];
  }
  if (t == 0)
    out[blockIdx.x] = part[0];
}

/* Shuffles within a warp, then shared memory between warps. */
KERNEL reduce_shuffle(const float *in, float *out, int n) {
  __shared__ float part[4];
  int t = (int)threadIdx.x, i = (int)(blockIdx.x * 256) + t;
  float x = warp_sum((i < n ? in[i] : 0) + (i + 128 < n ? in[i + 128] : 0));
  if (lane() == 0)
    part[warp()] = x;
  __syncthreads();
  if (t == 0)
    out[blockIdx.x] = part[0] + part[1] + part[2] + part[3];
}

/* The same in two steps of shuffles, for blocks of any size. BUG_NO_BARRIER: the first warp does not wait for the
 * others. */
KERNEL reduce_block(const float *in, float *out, int n) {
  __shared__ float part[WARP];
  u32 warps = (blockDim.x + WARP - 1) / WARP;
  int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
  float x = warp_sum(i < n ? in[i] : 0);
  if (lane() == 0)
    part[warp()] = x;
#if !defined(BUG_NO_BARRIER)
  __syncthreads();
#endif
  if (warp() > 0)
    return;
  x = warp_sum(lane() < warps ? part[lane()] : 0);
  if (lane() == 0)
    out[blockIdx.x] = x;
}

/* Shuffles within a warp, atomics between warps and blocks. */
KERNEL reduce_atomic(const float *in, float *out, int n) {
  int i = (int)(blockIdx.x * 256 + threadIdx.x);
  float x = warp_sum((i < n ? in[i] : 0) + (i + 128 < n ? in[i + 128] : 0));
  if (lane() == 0)
    add_atomic(out, x);
}
