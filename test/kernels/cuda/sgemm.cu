/* sgemm.cu: C = A B in float, A m x k, B k x n, all row by row; a block of 16 x 16 threads computes a tile of 16 x 16.
 * n and k are multiples of 16. */
#include "cuda.h"

/* One tile at a time. BUG_NO_BARRIER: the next tile overwrites what is still read. */
KERNEL sgemm_tiled(const float *a, const float *b, float *c, int n, int k) {
  __shared__ float as[16][16], bs[16][16];
  int x = (int)threadIdx.x, y = (int)threadIdx.y;
  int row = (int)blockIdx.y * 16 + y, column = (int)blockIdx.x * 16 + x;
  float sum = 0;
  for (int at = 0; at < k; at += 16) {
    as[y][x] = a[row * k + at + x];
    bs[y][x] = b[(at + y) * n + column];
    __syncthreads();
    for (int i = 0; i < 16; i++)
      sum += as[y][i] * bs[i][x];
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
  }
  c[row * n + column] = sum;
}

/* Two tiles in shared memory: cp.async fetches the next one while this one is used. BUG_NO_WAIT: a tile is used without
 * waiting for its copy. BUG_WAIT_ONE: the wait leaves the tile's own group in flight. BUG_IN_FLIGHT: one tile too many
 * is fetched, and nobody waits for it. */
KERNEL sgemm_async(const float *a, const float *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(16))) float as[2][16][16], bs[2][16][16];
  int x = (int)threadIdx.x, y = (int)threadIdx.y, t = y * 16 + x;
  int row = (int)blockIdx.y * 16, column = (int)blockIdx.x * 16;
  int r = t % 64 / 4, q = t % 4 * 4; /* 64 threads copy 16 bytes each of A, 64 others of B */
  float sum = 0;
  auto fetch = [&](int at, int slot) {
    if (t < 64)
      copy_async_16(&as[slot][r][q], &a[(row + r) * k + at + q]);
    else if (t < 128)
      copy_async_16(&bs[slot][r][q], &b[(at + r) * n + column + q]);
    copy_commit();
  };
  fetch(0, 0);
  for (int at = 0, slot = 0; at < k; at += 16, slot ^= 1) {
#if defined(BUG_IN_FLIGHT)
    fetch((at + 16) % k, slot ^ 1);
#else
    if (at + 16 < k)
      fetch(at + 16, slot ^ 1);
    else
      copy_commit();
#endif
#if defined(BUG_WAIT_ONE)
    copy_wait<2>();
#elif !defined(BUG_NO_WAIT)
    copy_wait<1>();
#endif
    __syncthreads();
    for (int i = 0; i < 16; i++)
      sum += as[slot][y][i] * bs[slot][i][x];
    __syncthreads();
  }
  c[(row + y) * n + column + x] = sum;
}
