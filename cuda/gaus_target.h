/* gaus_target.h: what the one source of the kernels is compiled for: C on the host, or CUDA C by nvcc or clang. */
#ifndef TWEED_CUDA_GAUS_TARGET_H
#define TWEED_CUDA_GAUS_TARGET_H

#if defined(__CUDA_ARCH__) || defined(__CUDACC__) || defined(__CUDA__)
#define GAUS_CUDA 1
#else
#define GAUS_CUDA 0
#endif

#if GAUS_CUDA
#if defined(__clang__)
typedef int int32_t;
typedef long long int64_t;
#define GAUS_FN static __attribute__((device)) __attribute__((always_inline)) inline
#else
#include <stdint.h>
#define GAUS_FN static __device__ __forceinline__
#endif
#define GAUS_LANES 1 /* steps looked at together: a GPU thread takes one by one */
#else
#include <math.h>
#include <stdint.h>
#define GAUS_FN static inline
#ifndef GAUS_LANES
#define GAUS_LANES 8 /* the compiler makes vectors of them */
#endif
#endif

/* Adds to a sum that other threads of a GPU add to. On a CPU each thread has sums of its own. */
#if GAUS_CUDA
#if defined(__clang__)
GAUS_FN void gaus_add(double *sum, double x) {
  __nvvm_atom_add_gen_d(sum, x);
}
GAUS_FN float gaus_sqrt(float x) {
  return __nvvm_sqrt_rn_f(x);
}
#else
GAUS_FN void gaus_add(double *sum, double x) {
  atomicAdd(sum, x);
}
GAUS_FN float gaus_sqrt(float x) {
  return __fsqrt_rn(x);
}
#endif
#else
GAUS_FN void gaus_add(double *sum, double x) {
  *sum += x;
}
GAUS_FN float gaus_sqrt(float x) {
  return sqrtf(x);
}
#endif

#endif
