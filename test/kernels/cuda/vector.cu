/* vector.cu: loops over vectors, each thread with the stride of the whole grid. */
#include "cuda.h"

KERNEL add(const float *a, const float *b, float *c, int n) {
  int step = (int)(gridDim.x * blockDim.x);
  for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < n; i += step)
    c[i] = a[i] + b[i];
}

KERNEL saxpy(float a, const float *x, float *y, int n) {
  int step = (int)(gridDim.x * blockDim.x);
  for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < n; i += step)
    y[i] = a * x[i] + y[i];
}
