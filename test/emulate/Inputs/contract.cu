/* contract.cu: `scale` for blocks of 64 threads; `SPECIALIZED`, as a rewrite for more threads would leave it: a warp of
 * its own loads into dynamic shared memory. It says so in its launch contract, and its threads are never told.
 * CONTRACT: other words of it. */
#include "cuda.h"

#ifndef CONTRACT
#define CONTRACT 1, 64, 32, 0, 256, 0, 0, 0
#endif

#ifdef SPECIALIZED
extern "C" {
__constant__ u32 __tweed_launch_scale[] = {CONTRACT};
}
extern __shared__ float staged[];

INLINE void meet(u32 barrier) {
  asm volatile("bar.sync %0, 96;" ::"r"(barrier) : "memory");
}

/* The block is 96 wide; the original kernel's numbering is kept. */
KERNEL scale(const float *in, float *out, float by) {
  const u32 block = 64, first = blockIdx.x * block;
  if (threadIdx.x >= block)
    for (u32 i = threadIdx.x - block; i < block; i += WARP)
      staged[i] = in[first + i];
  meet(1);
  if (threadIdx.x < block)
    out[first + threadIdx.x] = by * staged[threadIdx.x];
}
#elif defined(MEMORY)
/* For any block: dynamic shared memory is all that the contract adds. */
extern "C" {
__constant__ u32 __tweed_launch_scale[] = {CONTRACT};
}
extern __shared__ float staged[];

KERNEL scale(const float *in, float *out, float by) {
  u32 t = threadIdx.y * blockDim.x + threadIdx.x, first = blockIdx.x * blockDim.x * blockDim.y;
  staged[t] = in[first + t];
  __syncthreads();
  out[first + t] = by * staged[t];
}
#else
KERNEL scale(const float *in, float *out, float by) {
  u32 i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = by * in[i];
}
#endif
