/* hgemm.cu: C = A B on tensor cores, in half with sums in float, A m x k, B k x n, all row by row; tiles of
 * 128 x 128 x 32. A block of 8 warps computes a tile of C, each warp 64 x 32 of it. m and n are multiples of 128, k of
 * 32. */
#include "tensor.h"

enum { SIDE = 128, DEPTH = 32, PAD = 8, THREADS = 256 };

typedef u32 chunk __attribute__((vector_size(16)));
typedef half a_tile[SIDE][DEPTH + PAD];
typedef half b_tile[DEPTH][SIDE + PAD];

/* Two chunks of 16 bytes of either tile to a thread. */
INLINE void copy_tiles(a_tile &as, b_tile &bs, const half *a, const half *b, int n, int k, int row, int column,
                       int at) {
#pragma unroll
  for (int j = 0; j < SIDE * DEPTH / 8 / THREADS; j++) {
    int i = (int)threadIdx.x + j * THREADS, r = i / (DEPTH / 8), c = i % (DEPTH / 8) * 8;
    *(chunk *)&as[r][c] = *(const chunk *)&a[(row + r) * k + at + c];
  }
#pragma unroll
  for (int j = 0; j < DEPTH * SIDE / 8 / THREADS; j++) {
    int i = (int)threadIdx.x + j * THREADS, r = i / (SIDE / 8), c = i % (SIDE / 8) * 8;
    *(chunk *)&bs[r][c] = *(const chunk *)&b[(at + r) * n + column + c];
  }
}

INLINE void multiply(float (&d)[4][4][4], const a_tile &as, const b_tile &bs) {
  u32 l = lane(), row = warp() / 4 * 64, column = warp() % 4 * 32;
#pragma unroll
  for (u32 step = 0; step < DEPTH; step += 16) {
    u32 fa[4][4], fb[4];
#pragma unroll
    for (u32 i = 0; i < 4; i++)
      load_matrices(fa[i], &as[row + 16 * i + l % 16][step + l / 16 * 8]);
#pragma unroll
    for (u32 j = 0; j < 4; j += 2) {
      load_matrices_transposed(fb, &bs[step + l % 16][column + 8 * j + l / 16 * 8]);
#pragma unroll
      for (int i = 0; i < 4; i++) {
        multiply_16x8x16(d[i][j], fa[i], fb[0], fb[1]);
        multiply_16x8x16(d[i][j + 1], fa[i], fb[2], fb[3]);
      }
    }
  }
}

INLINE void store(half *c, const float (&d)[4][4][4], int n, int row, int column) {
  int y = row + (int)warp() / 4 * 64 + (int)lane() / 4, x = column + (int)warp() % 4 * 32 + (int)lane() % 4 * 2;
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      *(u32 *)&c[(y + 16 * i) * n + x + 8 * j] = pack(d[i][j][0], d[i][j][1]);
      *(u32 *)&c[(y + 16 * i + 8) * n + x + 8 * j] = pack(d[i][j][2], d[i][j][3]);
    }
}

INLINE void gemm_tile(const half *a, const half *b, half *c, int n, int k, int row, int column) {
  __shared__ __attribute__((aligned(16))) a_tile as;
  __shared__ __attribute__((aligned(16))) b_tile bs;
  float d[4][4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    copy_tiles(as, bs, a, b, n, k, row, column, at);
    __syncthreads();
    multiply(d, as, bs);
    __syncthreads();
  }
  store(c, d, n, row, column);
}

KERNEL __launch_bounds__(THREADS)
    hgemm(const half *__restrict__ a, const half *__restrict__ b, half *__restrict__ c, int n, int k) {
  gemm_tile(a, b, c, n, k, (int)blockIdx.y * SIDE, (int)blockIdx.x * SIDE);
}

/* The same with two blocks to a processor, which limits registers. */
KERNEL __launch_bounds__(THREADS, 2)
    hgemm_two(const half *__restrict__ a, const half *__restrict__ b, half *__restrict__ c, int n, int k) {
  gemm_tile(a, b, c, n, k, (int)blockIdx.y * SIDE, (int)blockIdx.x * SIDE);
}

/* A product for each blockIdx.z; matrices follow each other. */
KERNEL __launch_bounds__(THREADS)
    hgemm_batched(const half *__restrict__ a, const half *__restrict__ b, half *__restrict__ c, int m, int n, int k) {
  u64 z = blockIdx.z;
  gemm_tile(a + z * (u64)(m * k), b + z * (u64)(k * n), c + z * (u64)(m * n), n, k, (int)blockIdx.y * SIDE,
            (int)blockIdx.x * SIDE);
}

/* A block takes every gridDim.x-th tile. */
KERNEL __launch_bounds__(THREADS) hgemm_persistent(const half *__restrict__ a, const half *__restrict__ b,
                                                   half *__restrict__ c, int m, int n, int k) {
  int across = n / SIDE, tiles = m / SIDE * across;
  for (int tile = (int)blockIdx.x; tile < tiles; tile += (int)gridDim.x)
    gemm_tile(a, b, c, n, k, tile / across * SIDE, tile % across * SIDE);
}
