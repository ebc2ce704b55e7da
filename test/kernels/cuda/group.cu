/* group.cu: C = A B on tensor cores by wgmma: half in, float or half out, row by row; a warpgroup computes a tile of 64
 * x 64, 64 deep at a time. Sizes are multiples of 64. */
#include "tensor.h"

enum { TILE = 64 };
typedef u32 chunk __attribute__((vector_size(16)));

/* 64 lines of 64 halves to a tile in shared memory that is swizzled by 128 bytes. */
INLINE void load_tile(half *tile, const half *from, int stride) {
  for (u32 i = threadIdx.x; i < TILE * 8; i += GROUP)
    *(chunk *)((char *)tile + swizzle_128(i / 8, i % 8 * 16)) =
        *(const chunk *)&from[(int)(i / 8) * stride + (int)(i % 8) * 8];
}

INLINE void store_tile(float *c, int n, const float (&d)[32]) {
  int t = (int)threadIdx.x;
#pragma unroll
  for (int i = 0; i < 32; i++)
    c[(t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8) * n + i / 4 * 8 + t % 4 * 2 + i % 2] = d[i];
}

/* A by rows, B by columns (n x k): both along K in shared memory, two buffers, one product in flight while the next
 * tiles are fetched. BUG_NO_PROXY_FENCE: tensor cores read what generic writes may not have reached. BUG_NO_FENCE:
 * accumulators are handed to the tensor cores without a fence. BUG_NO_WAIT: they are read while the last product may
 * still run. BUG_OVERWRITE: tiles are overwritten that the product before may still read. BUG_STRIDE: the stride of a
 * tile half as wide. */
KERNEL gemm_group(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(1024))) half as[2][TILE * TILE], bs[2][TILE * TILE];
  const half *rows = a + (int)blockIdx.y * TILE * k, *columns = b + (int)blockIdx.x * TILE * k;
#if defined(BUG_STRIDE)
  enum { STRIDE = 512 };
#else
  enum { STRIDE = 1024 };
#endif
  float d[32] = {};
  for (int at = 0, slot = 0; at < k; at += TILE, slot ^= 1) {
    load_tile(as[slot], rows + at, k);
    load_tile(bs[slot], columns + at, k);
#if !defined(BUG_NO_PROXY_FENCE)
    fence_proxy_async();
#endif
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
#if !defined(BUG_NO_FENCE)
    group_fence();
#endif
    u64 ma = matrix_128(as[slot], STRIDE), mb = matrix_128(bs[slot], STRIDE);
#pragma unroll
    for (int step = 0; step < 4; step++)
      multiply_group(d, ma + 2 * (u32)step, mb + 2 * (u32)step, 1);
    group_commit();
#if defined(BUG_OVERWRITE)
    group_wait<2>();
#else
    group_wait<1>(); /* the product before this one has read the other buffer */
#endif
    __syncthreads();
  }
#if !defined(BUG_NO_WAIT)
  group_wait<0>();
#endif
  store_tile(c + (int)blockIdx.y * TILE * n + (int)blockIdx.x * TILE, n, d);
}

/* A from registers, by ldmatrix; B by rows (k x n), along N in shared memory; C in half, by stmatrix. */
KERNEL gemm_group_registers(const half *a, const half *b, half *c, int n, int k) {
  __shared__ __attribute__((aligned(1024))) half as[TILE * TILE], bs[TILE * TILE];
  u32 l = lane(), w = warp();
  float d[32];
  for (int at = 0; at < k; at += TILE) {
    load_tile(as, a + (int)blockIdx.y * TILE * k + at, k);
    load_tile(bs, b + at * n + (int)blockIdx.x * TILE, n);
    fence_proxy_async();
    __syncthreads();
    u32 fa[4][4];
#pragma unroll
    for (u32 step = 0; step < 4; step++)
      load_matrices(fa[step], (char *)as + swizzle_128(w * 16 + l % 16, step * 32 + l / 16 * 16));
    group_fence();
#pragma unroll
    for (u32 step = 0; step < 4; step++) /* sixteen lines further */
      multiply_group_from(d, fa[step], matrix_128(bs, 1024) + step * (16 * 128 >> 4), at + (int)step > 0);
    group_commit();
    group_wait<0>();
    __syncthreads();
  }
#pragma unroll
  for (u32 j = 0; j < 4; j++) {
    u32 f[4];
#pragma unroll
    for (u32 i = 0; i < 4; i++)
      f[i] = pack(d[8 * j + 2 * i], d[8 * j + 2 * i + 1]);
    store_matrices((char *)as + swizzle_128(w * 16 + l % 16, j * 32 + l / 16 * 16), f);
  }
  __syncthreads();
  for (u32 i = threadIdx.x; i < TILE * 8; i += GROUP)
    *(chunk *)&c[(int)(blockIdx.y * TILE + i / 8) * n + (int)(blockIdx.x * TILE + i % 8 * 8)] =
        *(const chunk *)((char *)as + swizzle_128(i / 8, i % 8 * 16));
}
