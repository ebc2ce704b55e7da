/* hard.cu: loops over tiles in which some assumption that is natural elsewhere does not hold. What a rewrite must not
 * do stands above each. Where nothing else is said they are C = A B in float, by tiles of 64 x 64 x 16. */
#include "float_tile.h"

#define FLOATS const float *__restrict__
#define TILES __shared__ __attribute__((aligned(16))) float_tile as, bs
#define PLACE int row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE

/* A and B in half: elements of two bytes, which cp.async can't copy. */
KERNEL __launch_bounds__(THREADS)
    halves(const half *__restrict__ a, const half *__restrict__ b, float *__restrict__ c, int m, int n, int k) {
  __shared__ half as[DEPTH][TILE + 2], bs[DEPTH][TILE + 2];
  PLACE, t = (int)threadIdx.x, y = t / 16 * 4, x = t % 16 * 4;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int ra = t / 16 + 16 * i, ca = t % 16, rb = t / 64 + 4 * i, cb = t % 64;
      as[ca][ra] = row + ra < m && at + ca < k ? a[(row + ra) * k + at + ca] : (half)0;
      bs[rb][cb] = at + rb < k && column + cb < n ? b[(at + rb) * n + column + cb] : (half)0;
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < DEPTH; i++)
#pragma unroll
      for (int j = 0; j < 16; j++)
        sum[j / 4][j % 4] += (float)as[i][y + j / 4] * (float)bs[i][x + j % 4];
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* The copies are loops, and stay loops. k is a multiple of 16, m and n of 64. */
KERNEL __launch_bounds__(THREADS) rolled(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
  TILES;
  PLACE;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
#pragma clang loop unroll(disable)
    for (int i = (int)threadIdx.x; i < TILE * DEPTH; i += THREADS)
      as[i % DEPTH][i / DEPTH] = a[(row + i / DEPTH) * k + at + i % DEPTH];
#pragma clang loop unroll(disable)
    for (int i = (int)threadIdx.x; i < DEPTH * TILE; i += THREADS)
      bs[i / TILE][i % TILE] = b[(at + i / TILE) * n + column + i % TILE];
    __syncthreads();
    multiply(sum, as, bs);
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* Beyond the edge of K both tiles keep what they had, so that the last products of the tile before count once more. In
 * another slot of a ring there would be something else, or nothing. k is at least 16, m and n are multiples of 64.
 * BUG_RING: two slots. */
KERNEL __launch_bounds__(THREADS) stale(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
#if defined(BUG_RING)
  enum { SLOTS = 2 };
#else
  enum { SLOTS = 1 };
#endif
  __shared__ __attribute__((aligned(16))) float_tile as[SLOTS], bs[SLOTS];
  PLACE, t = (int)threadIdx.x;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    int slot = at / DEPTH % SLOTS;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      if (at + t % DEPTH < k)
        as[slot][t % DEPTH][t / DEPTH + 16 * i] = a[(row + t / DEPTH + 16 * i) * k + at + t % DEPTH];
      if (at + t / TILE + 4 * i < k)
        bs[slot][t / TILE + 4 * i][t % TILE] = b[(at + t / TILE + 4 * i) * n + column + t % TILE];
    }
    __syncthreads();
    multiply(sum, as[slot], bs[slot]);
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* Rows of A are scaled by factors that come once for four tiles: a ring would give each tile another one's.
 * BUG_RING: two slots for them. */
KERNEL __launch_bounds__(THREADS)
    grouped(FLOATS a, FLOATS b, FLOATS factors, float *__restrict__ c, int m, int n, int k) {
  TILES;
#if defined(BUG_RING)
  enum { SLOTS = 2 };
#else
  enum { SLOTS = 1 };
#endif
  __shared__ float scales[SLOTS][TILE];
  PLACE, t = (int)threadIdx.x, y = t / 16 * 4;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    float *scale = scales[at / DEPTH % SLOTS];
    if (at % (4 * DEPTH) == 0 && t < TILE)
      scale[t] = row + t < m ? factors[at / (4 * DEPTH) * m + row + t] : 0;
    copy_a(as, a, m, k, row, at);
    copy_b(bs, b, n, k, column, at);
    __syncthreads();
    float part[4][4] = {};
    multiply(part, as, bs);
#pragma unroll
    for (int i = 0; i < 16; i++)
      sum[i / 4][i % 4] += part[i / 4][i % 4] * scale[y + i / 4];
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* Blocks below the matrix end before the loop, and whatever a rewrite puts in front of it. */
KERNEL __launch_bounds__(THREADS) early(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
  TILES;
  PLACE;
  if (row >= m)
    return;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    copy_a(as, a, m, k, row, at);
    copy_b(bs, b, n, k, column, at);
    __syncthreads();
    multiply(sum, as, bs);
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* Pointers move along instead of an index. k is a multiple of 16, m and n of 64. BUG_AHEAD: the tile behind the last
 * one is loaded, too. */
KERNEL __launch_bounds__(THREADS) bumped(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
  TILES;
  PLACE, t = (int)threadIdx.x;
  a += (row + t / DEPTH) * k + t % DEPTH;
  b += t / TILE * n + column + t % TILE;
  float sum[4][4] = {};
#if defined(BUG_AHEAD)
  float next[4];
  for (int i = 0; i < 4; i++)
    next[i] = b[4 * i * n];
#endif
  for (const float *end = a + k; a < end; a += DEPTH, b += DEPTH * n) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      as[t % DEPTH][t / DEPTH + 16 * i] = a[16 * i * k];
#if defined(BUG_AHEAD)
      bs[t / TILE + 4 * i][t % TILE] = next[i];
      next[i] = b[(4 * i + DEPTH) * n];
#else
      bs[t / TILE + 4 * i][t % TILE] = b[4 * i * n];
#endif
    }
    __syncthreads();
    multiply(sum, as, bs);
    __syncthreads();
  }
  store(c, sum, m, n, row, column);
}

/* Two buffers already, filled through registers, and one barrier: the slot is a value of the loop. BUG_NO_BARRIER: the
 * next copy overwrites what a slow warp still uses. */
KERNEL __launch_bounds__(THREADS) doubled(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
  __shared__ __attribute__((aligned(16))) float_tile as[2], bs[2];
  PLACE;
  float sum[4][4] = {};
  if (k > 0) {
    copy_a(as[0], a, m, k, row, 0);
    copy_b(bs[0], b, n, k, column, 0);
  }
  __syncthreads();
  for (int at = 0, slot = 0; at < k; at += DEPTH, slot ^= 1) {
    if (at + DEPTH < k) {
      copy_a(as[slot ^ 1], a, m, k, row, at + DEPTH);
      copy_b(bs[slot ^ 1], b, n, k, column, at + DEPTH);
    }
    multiply(sum, as[slot], bs[slot]);
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
  }
  store(c, sum, m, n, row, column);
}

/* Nothing says that out is not in: what is stored in one iteration may be what the next ones load.
 * out[i] = in[i] + in[255 - i] within every 256. n is a multiple of 256. */
KERNEL __launch_bounds__(THREADS) aliased(const float *in, float *out, int n) {
  __shared__ float line[THREADS];
  int t = (int)threadIdx.x;
  for (int at = 0; at < n; at += THREADS) {
    line[t] = in[at + t];
    __syncthreads();
    out[at + t] = line[t] + line[THREADS - 1 - t];
    __syncthreads();
  }
}

/* And here it is: every 256 elements are added to those before, in place. One block; n is a multiple of 256. BUG_AHEAD:
 * they are loaded an iteration ahead. */
KERNEL __launch_bounds__(THREADS) chained(float *x, int n) {
  __shared__ float line[2][THREADS];
  int t = (int)threadIdx.x;
#if defined(BUG_AHEAD)
  float before = n > 0 ? x[t] : 0;
#endif
  for (int at = THREADS; at < n; at += THREADS) {
    line[0][t] = x[at + t];
#if defined(BUG_AHEAD)
    line[1][t] = before;
    before = x[at + t];
#else
    line[1][t] = x[at + t - THREADS];
#endif
    __syncthreads();
    x[at + t] = line[0][t] + line[1][THREADS - 1 - t];
    __syncthreads();
  }
}

/* The tile of A is used again behind the loop: C leaves by way of it, 16 rows at a time. BUG_NO_BARRIER: that
 * begins before all warps have done with the last tile. */
KERNEL __launch_bounds__(THREADS) staged(FLOATS a, FLOATS b, float *__restrict__ c, int m, int n, int k) {
  TILES;
  PLACE, t = (int)threadIdx.x;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    copy_a(as, a, m, k, row, at);
    copy_b(bs, b, n, k, column, at);
    __syncthreads();
    multiply(sum, as, bs);
#if defined(BUG_NO_BARRIER)
    if (at + DEPTH < k)
#endif
      __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
#pragma unroll
    for (int j = 0; j < 4; j++)
      as[t / 16][t % 16 * 4 + j] = sum[i][j];
    __syncthreads();
#pragma unroll
    for (int j = 0; j < 4; j++) {
      int y = row + (t / 64 + 4 * j) * 4 + i, x = column + t % 64;
      if (y < m && x < n)
        c[y * n + x] = as[t / 64 + 4 * j][t % 64];
    }
    __syncthreads();
  }
}

/* Softmax's two figures of a row, tile by tile: in every iteration the block agrees on the highest element by barriers
 * of its own. out[2 row] is the highest element, out[2 row + 1] the sum of exponentials less it. BUG_NO_BARRIER:
 * the block's own barrier is taken for one of a copy. */
KERNEL __launch_bounds__(THREADS) reduced(FLOATS in, float *__restrict__ out, int columns) {
  __shared__ float line[4 * THREADS], slots[THREADS / WARP];
  int t = (int)threadIdx.x;
  float top = -1e30f, sum = 0;
  for (int at = 0; at < columns; at += 4 * THREADS) {
#pragma unroll
    for (int i = 0; i < 4 * THREADS; i += THREADS)
      line[i + t] = at + i + t < columns ? in[(int)blockIdx.x * columns + at + i + t] : -1e30f;
    __syncthreads();
    float highest = warp_max(__builtin_fmaxf(__builtin_fmaxf(line[4 * t], line[4 * t + 1]),
                                             __builtin_fmaxf(line[4 * t + 2], line[4 * t + 3])));
    if (lane() == 0)
      slots[warp()] = highest;
#if !defined(BUG_NO_BARRIER)
    __syncthreads();
#endif
    float before = top;
#pragma unroll
    for (int i = 0; i < THREADS / WARP; i++)
      top = __builtin_fmaxf(top, slots[i]);
    sum *= exponential(before - top);
#pragma unroll
    for (int i = 0; i < 4; i++)
      sum += exponential(line[4 * t + i] - top);
    __syncthreads();
  }
  sum = warp_sum(sum);
  if (lane() == 0)
    slots[warp()] = sum;
  __syncthreads();
  for (int i = 1; t == 0 && i < THREADS / WARP; i++)
    sum += slots[i];
  if (t == 0) {
    out[2 * blockIdx.x] = top;
    out[2 * blockIdx.x + 1] = sum;
  }
}
