/* faults.cu: one kernel for each thing that a kernel can do wrong with threads, warps and memory of its own. */
#include "cuda.h"

extern "C" __device__ int vprintf(const char *, const void *);
extern "C" __device__ void __assertfail(const char *, const char *, unsigned, const char *, u64);

KERNEL divergent_barrier(int *out) {
  if (threadIdx.x % 2)
    __syncthreads(); // LINE barrier
  else
    __syncthreads();
  out[threadIdx.x] = 1;
}

KERNEL divergent_barriers(int *out) {
  bar_sync(1 + (int)threadIdx.x % 32 / 16, 32);
  out[threadIdx.x] = 1;
}

KERNEL barrier_counts(int *out) {
  bar_sync(1, threadIdx.x < 32 ? 64 : 32);
  out[threadIdx.x] = 1;
}

KERNEL barrier_odd(int *out) {
  bar_sync(1, 48);
  out[threadIdx.x] = 1;
}

KERNEL barrier_left(int *out) {
  if (threadIdx.x < 32)
    bar_arrive(1, 64);
  out[threadIdx.x] = 1;
}

KERNEL outside_mask(int *out) {
  out[threadIdx.x] = __nvvm_shfl_sync_idx_i32(0xffff, (int)threadIdx.x, 0, 31);
}

KERNEL reads_outside(int *out) {
  if (threadIdx.x < 16)
    out[threadIdx.x] = __nvvm_shfl_sync_idx_i32(0xffff, (int)threadIdx.x, 20, 31);
}

KERNEL waits_for_lane(int *out) {
  if (threadIdx.x == 31)
    __syncthreads();
  else
    __nvvm_bar_warp_sync(0xffffffff);
  out[threadIdx.x] = 1;
}

KERNEL masks(int *out) {
  __nvvm_bar_warp_sync(threadIdx.x % 32 < 16 ? 0xffffffff : 0xffff0000);
  if (threadIdx.x % 32 < 16)
    *(volatile int *)out = 1;
  else
    while (*(volatile int *)out == 0)
      ;
}

KERNEL shared_bounds(int *out) {
  __shared__ int s[64];
  s[threadIdx.x + 1] = 1;
  __syncthreads();
  out[threadIdx.x] = s[threadIdx.x + 1];
}

KERNEL shared_null(int *out) {
  out[threadIdx.x] = *(__attribute__((address_space(3))) int *)(u64)(threadIdx.x * 4 + 64);
}

KERNEL shared_unwritten(int *out) {
  __shared__ int s[64];
  if (threadIdx.x != 5)
    s[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = s[63 - threadIdx.x];
}

KERNEL global_bounds(int *out) {
  out[threadIdx.x - 1] = 1;
}

KERNEL misaligned(int *out) {
  typedef int four __attribute__((vector_size(16)));
  *(four *)(out + 1 + threadIdx.x * 0) = four{1, 2, 3, 4};
}

KERNEL lock(int *out) {
  if (threadIdx.x == 0)
    while (*(volatile int *)out == 0)
      ;
}

KERNEL traps(int *out) {
  if (threadIdx.x == 40)
    __builtin_trap();
  out[threadIdx.x] = 1;
}

KERNEL asserts(int *out) {
  if (threadIdx.x == 40)
    __assertfail("x > 0", "some.cu", 12, "asserts", 1);
  out[threadIdx.x] = 1;
}

KERNEL prints(int *out) {
  struct {
    int i;
    double d;
    long long l;
    const char *s;
  } all = {-7, 1.5, 1ll << 40, "words"};
  if (threadIdx.x == 3)
    vprintf("i %03d d %.2f l %lld s %s %%\n", &all);
  out[threadIdx.x] = 1;
}

KERNEL leaves(int *out) {
  out[threadIdx.x] = 1;
  if (threadIdx.x % 2)
    __nvvm_exit();
  __syncthreads();
  out[threadIdx.x] = 2;
}
