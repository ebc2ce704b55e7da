/* tensor.cu: C = A B on tensor cores, warp by warp: A m x k and B k x n in half, C in float, all row by row; a block of
 * 4 warps computes a tile of 64 x 64. n is a multiple of 64, k of 32. */
#include "tensor.h"

enum { TILE = 64, DEPTH = 32, PAD = 8, SLOTS = 3 };

/* Both tiles into shared memory, 16 bytes at a time. */
INLINE void load_tiles(half (*as)[DEPTH + PAD], half (*bs)[TILE + PAD], const half *a, const half *b, int n, int k,
                       int at) {
  typedef u32 chunk __attribute__((vector_size(16)));
  int t = (int)threadIdx.x, row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  for (int i = t; i < TILE * DEPTH / 8; i += 128) {
    int r = i / (DEPTH / 8), q = i % (DEPTH / 8) * 8;
    *(chunk *)&as[r][q] = *(const chunk *)&a[(row + r) * k + at + q];
  }
  for (int i = t; i < DEPTH * TILE / 8; i += 128) {
    int r = i / (TILE / 8), q = i % (TILE / 8) * 8;
    *(chunk *)&bs[r][q] = *(const chunk *)&b[(at + r) * n + column + q];
  }
}

/* ldmatrix and mma.sync: a warp computes 32 x 32 of a tile as 2 x 4 products of 16 x 8. BUG_DIVERGENT: one lane leaves
 * out a product. */
template <int pad>
INLINE void multiply_tiles(float (*d)[4][4], const half (*as)[DEPTH + pad], const half (*bs)[TILE + pad]) {
  int l = (int)lane(), row = (int)warp() / 2 * 32, column = (int)warp() % 2 * 32;
#pragma unroll
  for (int step = 0; step < DEPTH; step += 16) {
    u32 fa[2][4], fb[2][4];
#pragma unroll
    for (int i = 0; i < 2; i++) {
      load_matrices(fa[i], &as[row + 16 * i + l % 16][step + l / 16 * 8]);
      load_matrices_transposed(fb[i], &bs[step + l % 16][column + 16 * i + l / 16 * 8]);
    }
#pragma unroll
    for (int i = 0; i < 2; i++)
#pragma unroll
      for (int j = 0; j < 4; j++)
#if defined(BUG_DIVERGENT)
        if (l != 5 || j != 3)
#endif
          multiply_16x8x16(d[i][j], fa[i], fb[j / 2][j % 2 * 2], fb[j / 2][j % 2 * 2 + 1]);
  }
}

INLINE void store_tile(float *c, float (*d)[4][4], int n) {
  int l = (int)lane(), row = (int)warp() / 2 * 32, column = (int)warp() % 2 * 32;
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 4; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        int y = (int)blockIdx.y * TILE + row + 16 * i + l / 4 + e / 2 * 8;
        c[y * n + (int)blockIdx.x * TILE + column + 8 * j + l % 4 * 2 + e % 2] = d[i][j][e];
      }
}

/* One tile at a time. BUG_NO_BARRIER: tiles are used before they are there. */
KERNEL gemm_mma(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(16))) half as[TILE][DEPTH + PAD], bs[DEPTH][TILE + PAD];
  float d[2][4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    load_tiles(as, bs, a, b, n, k, at);
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
    multiply_tiles<PAD>(d, as, bs);
    __syncthreads();
  }
  store_tile(c, d, n);
}

/* A ring of tiles that cp.async fills, two steps ahead. BUG_NO_WAIT: the wait leaves the tile's own group in flight.
 * BUG_RING_SHORT: one slot less than the copies need. */
KERNEL gemm_mma_async(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(16))) half as[SLOTS][TILE][DEPTH + PAD], bs[SLOTS][DEPTH][TILE + PAD];
#if defined(BUG_RING_SHORT)
  const int slots = SLOTS - 1;
#else
  const int slots = SLOTS;
#endif
  int row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE;
  float d[2][4][4] = {};
  auto fetch = [&](int step) {
    for (int i = (int)threadIdx.x; step < k / DEPTH && i < TILE * DEPTH / 8; i += 128) {
      int r = i / (DEPTH / 8), q = i % (DEPTH / 8) * 8, x = i / (TILE / 8), y = i % (TILE / 8) * 8;
      copy_async_16(&as[step % slots][r][q], &a[(row + r) * k + step * DEPTH + q]);
      copy_async_16(&bs[step % slots][x][y], &b[(step * DEPTH + x) * n + column + y]);
    }
    copy_commit();
  };
  fetch(0);
  fetch(1);
  for (int step = 0; step < k / DEPTH; step++) {
#if defined(BUG_NO_WAIT)
    copy_wait<2>();
#else
    copy_wait<1>();
#endif
    __syncthreads();
    fetch(step + 2);
    multiply_tiles<PAD>(d, as[step % slots], bs[step % slots]);
  }
  store_tile(c, d, n);
}

/* The same ring, filled by tensor maps with boxes [32, 64] and [64, 32]. BUG_EARLY_FETCH: a slot is filled while other
 * warps still read it. */
KERNEL gemm_mma_tensor(const tensor_map *a, const tensor_map *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(128))) half as[SLOTS][TILE][DEPTH], bs[SLOTS][DEPTH][TILE];
  __shared__ barrier full[SLOTS];
  float d[2][4][4] = {};
  auto fetch = [&](int step) {
    if (threadIdx.x != 0 || step >= k / DEPTH)
      return;
    barrier *f = &full[step % SLOTS];
    barrier_expect(f, sizeof as[0] + sizeof bs[0]);
    tile_load(as[step % SLOTS], a, step * DEPTH, (int)blockIdx.y * TILE, f);
    tile_load(bs[step % SLOTS], b, (int)blockIdx.x * TILE, step * DEPTH, f);
  };
  for (int i = 0; threadIdx.x == 0 && i < SLOTS; i++)
    barrier_init(&full[i], 1);
  fence_barrier_init();
  __syncthreads();
  for (int i = 0; i < SLOTS - 1; i++)
    fetch(i);
  for (int step = 0; step < k / DEPTH; step++) {
#if defined(BUG_EARLY_FETCH)
    fetch(step + SLOTS - 1);
#endif
    barrier_wait(&full[step % SLOTS], step / SLOTS % 2);
    __syncthreads();
#if !defined(BUG_EARLY_FETCH)
    fetch(step + SLOTS - 1);
#endif
    multiply_tiles<0>(d, as[step % SLOTS], bs[step % SLOTS]);
  }
  store_tile(c, d, n);
}

/* The same by wmma, 2 x 2 products of 16 x 16. */
KERNEL gemm_wmma(const half *a, const half *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(32))) half as[TILE][DEPTH + PAD], bs[DEPTH][TILE + PAD];
  int row = (int)warp() / 2 * 32, column = (int)warp() % 2 * 32;
  float d[2][2][8] = {};
  for (int at = 0; at < k; at += DEPTH) {
    load_tiles(as, bs, a, b, n, k, at);
    __syncthreads();
#pragma unroll
    for (int step = 0; step < DEPTH; step += 16) {
      int fa[2][8], fb[2][8];
#pragma unroll
      for (int i = 0; i < 2; i++) {
        __hmma_m16n16k16_ld_a(fa[i], (const int *)&as[row + 16 * i][step], DEPTH + PAD, 0);
        __hmma_m16n16k16_ld_b(fb[i], (const int *)&bs[step][column + 16 * i], TILE + PAD, 0);
      }
#pragma unroll
      for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 2; j++)
          __hmma_m16n16k16_mma_f32f32(d[i][j], fa[i], fb[j], d[i][j], 0, 0);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 2; i++)
#pragma unroll
    for (int j = 0; j < 2; j++)
      __hmma_m16n16k16_st_c_f32(
          &c[((int)blockIdx.y * TILE + row + 16 * i) * n + (int)blockIdx.x * TILE + column + 16 * j], d[i][j], n, 0);
}
