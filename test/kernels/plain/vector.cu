/* vector.cu: loops over vectors, each thread with the stride of the whole grid. */
#include "cuda.h"

KERNEL __launch_bounds__(128)
    add(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n) {
  int step = (int)(gridDim.x * 128);
  for (int i = (int)(blockIdx.x * 128 + threadIdx.x); i < n; i += step)
    c[i] = a[i] + b[i];
}

KERNEL __launch_bounds__(128) saxpy(float a, const float *__restrict__ x, float *__restrict__ y, int n) {
  int step = (int)(gridDim.x * 128);
  for (int i = (int)(blockIdx.x * 128 + threadIdx.x); i < n; i += step)
    y[i] = a * x[i] + y[i];
}
