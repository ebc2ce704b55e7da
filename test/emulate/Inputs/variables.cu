/* variables.cu: two shared variables of one kernel, and one of another that must not count. */
#include "cuda.h"

KERNEL beyond(float *out, int n) {
  __shared__ float a[4], b[4];
  a[threadIdx.x + (u32)n] = 1;
  b[threadIdx.x] = 2;
  __syncthreads();
  out[threadIdx.x] = a[threadIdx.x] + b[threadIdx.x];
}

KERNEL other(float *out) {
  __shared__ float c[1024];
  c[threadIdx.x] = 3;
  out[threadIdx.x] = c[threadIdx.x];
}
