/* gaus_block.h: what a kernel knows of its place in the grid, for nvcc, for clang without CUDA's headers, and for a
 * host that plays the grid (test/cuda/grid.h). */
#ifndef TWEED_CUDA_GAUS_BLOCK_H
#define TWEED_CUDA_GAUS_BLOCK_H

#include "gaus_target.h"

#if GAUS_CUDA

#if defined(__clang__)
#define GAUS_KERNEL extern "C" __attribute__((global))
#define GAUS_SHARED static __attribute__((shared))
#define GAUS_BOUNDS(threads, blocks) __attribute__((launch_bounds(threads, blocks)))
#define GAUS_BY_VALUE
GAUS_FN int32_t gaus_thread(void) {
  return __nvvm_read_ptx_sreg_tid_x();
}
GAUS_FN int32_t gaus_threads(void) {
  return __nvvm_read_ptx_sreg_ntid_x();
}
GAUS_FN int32_t gaus_block(void) {
  return __nvvm_read_ptx_sreg_ctaid_x();
}
GAUS_FN int32_t gaus_block_y(void) {
  return __nvvm_read_ptx_sreg_ctaid_y();
}
#else
#define GAUS_KERNEL extern "C" __global__
#define GAUS_SHARED static __shared__
#define GAUS_BOUNDS(threads, blocks) __launch_bounds__(threads, blocks)
#define GAUS_BY_VALUE __grid_constant__
GAUS_FN int32_t gaus_thread(void) {
  return (int32_t)threadIdx.x;
}
GAUS_FN int32_t gaus_threads(void) {
  return (int32_t)blockDim.x;
}
GAUS_FN int32_t gaus_block(void) {
  return (int32_t)blockIdx.x;
}
GAUS_FN int32_t gaus_block_y(void) {
  return (int32_t)blockIdx.y;
}
#endif

/* Waits for all threads of the block; what they wrote before is seen after. */
GAUS_FN void gaus_barrier(void) {
  __syncthreads();
}

#else

/* The host runs the blocks of a grid one after the other in one thread, so that static memory is a block's own. */
#define GAUS_KERNEL
#define GAUS_SHARED static _Thread_local
#define GAUS_BOUNDS(threads, blocks)
#define GAUS_BY_VALUE
int32_t gaus_thread(void);
int32_t gaus_threads(void);
int32_t gaus_block(void);
int32_t gaus_block_y(void);
void gaus_barrier(void);

#endif

#endif
