/* order.cu: what makes order between threads, and what doesn't: kernels clean_… have no race, those racy_… have one. */
#include "cuda.h"

INLINE void fence() {
  __nvvm_membar_gl();
}

KERNEL racy_blocks(int *out) {
  if (threadIdx.x == 0)
    out[0] = (int)blockIdx.x;
}

KERNEL clean_blocks(int *out) {
  if (threadIdx.x == 0)
    out[blockIdx.x] = (int)blockIdx.x;
}

/* The last block to come adds up what all have written. */
INLINE void last_block(int *out, bool before, bool behind) {
  if (threadIdx.x != 0)
    return;
  out[1 + blockIdx.x] = (int)blockIdx.x;
  if (before)
    fence();
  bool last = __nvvm_atom_add_gen_i(out, 1) == (int)gridDim.x - 1;
  if (behind)
    fence();
  if (last)
    for (u32 i = 0; i < gridDim.x; i++)
      out[16] += out[1 + i];
}
KERNEL clean_last_block(int *out) {
  last_block(out, true, true);
}
KERNEL racy_blocks_no_fence_before(int *out) {
  last_block(out, false, true);
}
KERNEL racy_blocks_no_fence_behind(int *out) {
  last_block(out, true, false);
}

KERNEL clean_warp(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = (int)lane();
  __nvvm_bar_warp_sync(0xffffffff);
  out[threadIdx.x] = s[threadIdx.x ^ 1];
}

/* A shuffle makes lanes meet, but no order of memory. */
KERNEL racy_shuffle(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = (int)lane();
  int x = __nvvm_shfl_sync_idx_i32(0xffffffff, 5, 0, 31);
  out[threadIdx.x] = s[threadIdx.x ^ 1] + x;
}

/* Half of the warp in one barrier, half in another: two meetings at a time. */
KERNEL clean_halves(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = (int)lane();
  __nvvm_bar_warp_sync(lane() < 16 ? 0xffff : 0xffff0000);
  out[threadIdx.x] = s[threadIdx.x ^ 1];
}
KERNEL racy_halves(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = 0;
  __syncthreads();
  s[threadIdx.x] = (int)lane();
  __nvvm_bar_warp_sync(lane() < 16 ? 0xffff : 0xffff0000);
  out[threadIdx.x] = s[threadIdx.x ^ 16];
}

/* Acquire and release in PTX. */
INLINE void hand_over(int *out, bool ordered) {
  if (threadIdx.x == 0) {
    out[1] = 7;
    if (ordered)
      asm volatile("st.release.gpu.global.s32 [%0], 1;" ::"l"(out) : "memory");
    else
      asm volatile("st.relaxed.gpu.global.s32 [%0], 1;" ::"l"(out) : "memory");
  } else if (threadIdx.x == 32) {
    int there;
    do
      asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(there) : "l"(out) : "memory");
    while (!there);
    out[2] = out[1];
  }
}
KERNEL clean_release(int *out) {
  hand_over(out, true);
}
KERNEL racy_release(int *out) {
  hand_over(out, false);
}

KERNEL clean_lock(int *out) {
  if (lane() == 0) {
    while (__nvvm_atom_cas_gen_i(out, 0, 1) != 0)
      ;
    fence();
    out[1]++;
    fence();
    __nvvm_atom_xchg_gen_i(out, 0);
  }
}

/* Barriers of all, by reduction. */
KERNEL clean_reduction(int *out) {
  __shared__ int s[64];
  s[threadIdx.x] = 1;
  int n = __nvvm_bar0_popc(threadIdx.x % 3 == 0);
  out[threadIdx.x] = s[63 - threadIdx.x] + n;
}

/* An arrival orders what came before it, for those who wait, and nothing behind it. */
KERNEL clean_arrive(int *out) {
  __shared__ int s[32];
  if (warp() == 0) {
    s[lane()] = 1;
    bar_arrive(1, 64);
  } else {
    bar_sync(1, 64);
    out[lane()] = s[31 - lane()];
  }
}
KERNEL racy_arrive(int *out) {
  __shared__ int s[32];
  if (warp() == 0) {
    bar_arrive(1, 64);
    s[lane()] = 1;
  } else {
    s[lane()] = 2;
    bar_sync(1, 64);
    out[lane()] = s[31 - lane()];
  }
}
