/* crash.cu: kernels that a processor ends: a division by zero, a stack that is too small, a call of nothing. */
#include "cuda.h"

KERNEL divide(int *p, int n) {
  int *mine = p + threadIdx.x;
  *mine = 7 / (n + *mine);
}

static __device__ __attribute__((noinline)) int deep(volatile int *p, int n) {
  volatile int frame[64];
  frame[n & 63] = n;
  return n > 0 ? deep(p, n - 1) + frame[n & 63] : *p;
}
KERNEL recurse(int *p, int n) {
  *p = deep(p, n);
}

/* One frame is larger than a stack. */
KERNEL wide(int *p, int n) {
  volatile int frame[100000];
  frame[n] = n;
  p[threadIdx.x] = frame[n];
}

KERNEL jump(void (*function)(int *), int *p) {
  function(p);
}
