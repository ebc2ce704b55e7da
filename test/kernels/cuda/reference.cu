/* reference.cu: the same kernels as in the other files, as plainly as can be: the first thread of each block, or of the
 * grid, does all. */
#include "tensor.h"

#define FIRST_OF_BLOCK (threadIdx.x == 0 && threadIdx.y == 0)
#define FIRST_OF_GRID (FIRST_OF_BLOCK && blockIdx.x == 0 && blockIdx.y == 0)

KERNEL add(const float *a, const float *b, float *c, int n) {
  for (int i = 0; FIRST_OF_GRID && i < n; i++)
    c[i] = a[i] + b[i];
}

KERNEL saxpy(float a, const float *x, float *y, int n) {
  for (int i = 0; FIRST_OF_GRID && i < n; i++)
    y[i] = a * x[i] + y[i];
}

INLINE float sum_of(const float *in, int from, int to) {
  float sum = 0;
  for (int i = from; i < to; i++)
    sum += in[i];
  return sum;
}

KERNEL reduce_shared(const float *in, float *out, int n) {
  if (FIRST_OF_BLOCK)
    out[blockIdx.x] = sum_of(in, (int)blockIdx.x * 256, least((int)blockIdx.x * 256 + 256, n));
}
KERNEL reduce_shuffle(const float *in, float *out, int n) {
  if (FIRST_OF_BLOCK)
    out[blockIdx.x] = sum_of(in, (int)blockIdx.x * 256, least((int)blockIdx.x * 256 + 256, n));
}
KERNEL reduce_block(const float *in, float *out, int n) {
  int size = (int)blockDim.x, first = (int)blockIdx.x * size;
  if (FIRST_OF_BLOCK)
    out[blockIdx.x] = sum_of(in, first, least(first + size, n));
}
KERNEL reduce_atomic(const float *in, float *out, int n) {
  if (FIRST_OF_GRID)
    out[0] = sum_of(in, 0, n);
}

INLINE void scan(const float *in, float *out) {
  float sum = 0;
  for (u32 i = blockIdx.x * 256; FIRST_OF_BLOCK && i < blockIdx.x * 256 + 256; i++)
    out[i] = sum += in[i];
}
KERNEL scan_shared(const float *in, float *out) {
  scan(in, out);
}
KERNEL scan_shuffle(const float *in, float *out) {
  scan(in, out);
}

KERNEL transpose(const float *in, float *out, int rows, int columns) {
  for (int i = 0; FIRST_OF_GRID && i < rows * columns; i++)
    out[i % columns * rows + i / columns] = in[i];
}

/* Rows of C are shared out to the blocks. */
INLINE void gemm(const float *a, const float *b, float *c, int m, int n, int k) {
  int block = (int)(blockIdx.y * gridDim.x + blockIdx.x), blocks = (int)(gridDim.x * gridDim.y);
  for (int row = block; FIRST_OF_BLOCK && row < m; row += blocks)
    for (int column = 0; column < n; column++) {
      float sum = 0;
      for (int i = 0; i < k; i++)
        sum += a[row * k + i] * b[i * n + column];
      c[row * n + column] = sum;
    }
}
KERNEL sgemm_tiled(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 16, n, k);
}
KERNEL sgemm_async(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 16, n, k);
}
KERNEL gemm_bulk(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 32, n, k);
}

/* Halves in; element x, j of B at x * down + j * right. A block has 64 x 64 of C. */
template <class T> INLINE void gemm_halves(const half *a, const half *b, int down, int right, T *c, int n, int k) {
  for (int i = (int)threadIdx.x; i < 64 * 64; i += (int)blockDim.x) {
    int row = (int)blockIdx.y * 64 + i / 64, column = (int)blockIdx.x * 64 + i % 64;
    float sum = 0;
    for (int x = 0; x < k; x++)
      sum += (float)a[row * k + x] * (float)b[x * down + column * right];
    c[row * n + column] = (T)sum;
  }
}
KERNEL gemm_mma(const half *a, const half *b, float *c, int n, int k) {
  gemm_halves(a, b, n, 1, c, n, k);
}
KERNEL gemm_mma_async(const half *a, const half *b, float *c, int n, int k) {
  gemm_halves(a, b, n, 1, c, n, k);
}
/* The same tiles by the same tensor maps, one after another; sums stay in C. */
KERNEL gemm_mma_tensor(const tensor_map *a, const tensor_map *b, float *c, int n, int k) {
  __shared__ __attribute__((aligned(128))) half as[64][32], bs[32][64];
  __shared__ barrier full;
  int row = (int)blockIdx.y * 64, column = (int)blockIdx.x * 64;
  if (threadIdx.x == 0) {
    barrier_init(&full, 1);
    fence_barrier_init();
  }
  for (int step = 0; step < k / 32; step++) {
    __syncthreads();
    if (threadIdx.x == 0) {
      barrier_expect(&full, sizeof as + sizeof bs);
      tile_load(as, a, step * 32, row, &full);
      tile_load(bs, b, column, step * 32, &full);
    }
    barrier_wait(&full, step % 2);
    for (int i = (int)threadIdx.x; i < 64 * 64; i += (int)blockDim.x) {
      float *sum = &c[(row + i / 64) * n + column + i % 64];
      for (int x = 0; x < 32; x++)
        *sum = (step + x > 0 ? *sum : 0) + (float)as[i / 64][x] * (float)bs[x][i % 64];
    }
  }
}
KERNEL gemm_wmma(const half *a, const half *b, float *c, int n, int k) {
  gemm_halves(a, b, n, 1, c, n, k);
}
KERNEL gemm_group(const half *a, const half *b, float *c, int n, int k) {
  gemm_halves(a, b, 1, k, c, n, k);
}
KERNEL gemm_group_registers(const half *a, const half *b, half *c, int n, int k) {
  gemm_halves(a, b, n, 1, c, n, k);
}

/* Element of a tile of halves that is swizzled by 128 bytes. */
INLINE float swizzled(const half *tile, int line, int column) {
  return (float)*(const half *)((const char *)tile + swizzle_128((u32)line, (u32)column * 2));
}
/* The same tiles by the same tensor maps, one after another; sums stay in C. */
KERNEL gemm_group_roles(const tensor_map *a, const tensor_map *b, float *c, int columns, int steps) {
  extern __shared__ __attribute__((aligned(1024))) char memory[];
  half *as = (half *)memory, *bs = as + 128 * 64;
  barrier *full = (barrier *)(bs + 64 * 128);
  int row = (int)blockIdx.y * 128, column = (int)blockIdx.x * 128;
  if (threadIdx.x == 0) {
    barrier_init(full, 1);
    fence_proxy_async();
  }
  for (int n = 0; n < steps; n++) {
    __syncthreads();
    if (threadIdx.x == 0) {
      barrier_expect(full, 2 * 128 * 64 * 2);
      tile_load(as, a, n * 64, row, full);
      tile_load(bs, b, column, n * 64, full);
      tile_load(bs + 64 * 64, b, column + 64, n * 64, full);
    }
    barrier_wait(full, n % 2);
    for (int i = (int)threadIdx.x; i < 128 * 128; i += (int)blockDim.x) {
      int y = i / 128, x = i % 128;
      float sum = n > 0 ? c[(row + y) * columns + column + x] : 0;
      for (int k = 0; k < 64; k++)
        sum += swizzled(as, y, k) * swizzled(bs + x / 64 * 64 * 64, k, x % 64);
      c[(row + y) * columns + column + x] = sum;
    }
  }
}

KERNEL relay(const float *in, float *out, int blocks) {
  for (int i = 0; FIRST_OF_GRID && i < blocks * 512; i++)
    out[i] = in[i];
}

KERNEL exchange(const float *in, float *out, int rows) {
  for (int i = 0; FIRST_OF_GRID && i < rows * WARP; i++)
    out[i] = 2 * in[i];
}

KERNEL softmax(const float *in, float *out, int columns) {
  const float *row = in + blockIdx.x * (u32)columns;
  float top = row[0], sum = 0;
  for (int i = 0; FIRST_OF_BLOCK && i < columns; i++)
    top = __builtin_fmaxf(top, row[i]);
  for (int i = 0; FIRST_OF_BLOCK && i < columns; i++)
    sum += exponential(row[i] - top);
  for (int i = 0; FIRST_OF_BLOCK && i < columns; i++)
    out[(int)blockIdx.x * columns + i] = exponential(row[i] - top) / sum;
}

KERNEL layernorm(const float *in, const float *gain, const float *bias, float *out, int columns) {
  const float *row = in + blockIdx.x * (u32)columns;
  float mean = sum_of(row, 0, columns) / (float)columns, squares = 0;
  for (int i = 0; FIRST_OF_BLOCK && i < columns; i++)
    squares += (row[i] - mean) * (row[i] - mean);
  float scale = reciprocal_root(squares / (float)columns + 1e-5f);
  for (int i = 0; FIRST_OF_BLOCK && i < columns; i++)
    out[(int)blockIdx.x * columns + i] = (row[i] - mean) * scale * gain[i] + bias[i];
}

KERNEL stencil_1d(const float *in, float *out, int n) {
  for (int i = 0; FIRST_OF_GRID && i < n; i++)
    out[i] = 0.25f * (i > 0 ? in[i - 1] : 0) + 0.5f * in[i] + 0.25f * (i + 1 < n ? in[i + 1] : 0);
}

KERNEL stencil_2d(const float *in, float *out, int rows, int columns) {
  for (int i = 0; FIRST_OF_GRID && i < rows * columns; i++) {
    int row = i / columns, column = i % columns;
    float up = row > 0 ? in[i - columns] : 0, down = row + 1 < rows ? in[i + columns] : 0;
    float left = column > 0 ? in[i - 1] : 0, right = column + 1 < columns ? in[i + 1] : 0;
    out[i] = 0.2f * (in[i] + up + down + left + right);
  }
}

KERNEL histogram(const u8 *in, int *counts, int n) {
  for (int i = 0; FIRST_OF_GRID && i < n; i++)
    counts[in[i] % 64]++;
}

KERNEL persistent(const float *in, float *out, int *next, int rows, int columns) {
  for (int i = 0; FIRST_OF_GRID && i < rows; i++)
    out[i] = sum_of(in, i * columns, (i + 1) * columns);
  if (FIRST_OF_GRID)
    *next = rows + (int)gridDim.x;
}

/* A warp with a query: scores of all keys one after another, without tiles and without scaling. */
KERNEL attention(const float *q, const float *k, const float *v, float *out, int keys) {
  for (u32 i = threadIdx.x; i < 16 * 32; i += blockDim.x) {
    const float *query = q + (blockIdx.x * 16 + i / 32) * 32;
    float sum = 0, value = 0;
    for (int key = 0; key < keys; key++) {
      float score = 0;
      for (int f = 0; f < 32; f++)
        score += query[f] * k[key * 32 + f];
      float weight = exponential(score * 0.176776695f);
      sum += weight;
      value += weight * v[key * 32 + (int)i % 32];
    }
    out[blockIdx.x * 16 * 32 + i] = value / sum;
  }
}

/* The same tiles by tensor maps, one after another, with one thread. */
INLINE void tiles(const tensor_map *a, const tensor_map *b, const tensor_map *c, int columns, int first, int last,
                  int steps) {
  __shared__ __attribute__((aligned(128))) float as[32][16], bs[16][32], cs[32][32];
  __shared__ barrier full;
  if (threadIdx.x != 0)
    return;
  barrier_init(&full, 1);
  fence_proxy_async();
  int n = 0;
  for (int tile = first; tile < last; tile++) {
    for (int i = 0; i < 32 * 32; i++)
      cs[i / 32][i % 32] = 0;
    for (int step = 0; step < steps; step++, n++) {
      barrier_expect(&full, sizeof as + sizeof bs);
      tile_load(as, a, step * 16, tile / columns * 32, &full);
      tile_load(bs, b, tile % columns * 32, step * 16, &full);
      barrier_wait(&full, n % 2);
      for (int i = 0; i < 32 * 32; i++)
        for (int k = 0; k < 16; k++)
          cs[i / 32][i % 32] += as[i / 32][k] * bs[k][i % 32];
    }
    fence_proxy_async();
    tile_store(c, tile % columns * 32, tile / columns * 32, cs);
    bulk_commit();
    bulk_wait<0>();
  }
}

KERNEL gemm_tensor(const tensor_map *a, const tensor_map *b, const tensor_map *c, int k) {
  int tile = (int)(blockIdx.y * gridDim.x + blockIdx.x);
  tiles(a, b, c, (int)gridDim.x, tile, tile + 1, k / 16);
}
KERNEL gemm_roles(const tensor_map *a, const tensor_map *b, const tensor_map *c, int columns, int tile_count,
                  int steps) {
  if (blockIdx.x == 0)
    tiles(a, b, c, columns, 0, tile_count, steps);
}
KERNEL gemm_groups(const tensor_map *a, const tensor_map *b, const tensor_map *c, int columns, int tile_count,
                   int steps) {
  if (blockIdx.x == 0)
    tiles(a, b, c, columns, 0, tile_count, steps);
}

/* A query to a thread, in halves, without tiles; sums stay in the output. */
KERNEL attention_group(const half *q, const half *k, const half *v, float *out, int keys) {
  if (threadIdx.x >= 64)
    return;
  u32 row = blockIdx.x * 64 + threadIdx.x;
  float sum = 0;
  out += row * 64;
  for (int key = 0; key < keys; key++) {
    float score = 0;
    for (int f = 0; f < 64; f++)
      score += (float)q[row * 64 + (u32)f] * (float)k[key * 64 + f];
    float weight = exponential(score * 0.125f);
    sum += weight;
    for (int f = 0; f < 64; f++)
      out[f] = (key > 0 ? out[f] : 0) + weight * (float)v[key * 64 + f];
  }
  for (int f = 0; f < 64; f++)
    out[f] /= sum;
}

/* C = sign A B + C (or without C), B by columns; sums in the type S. */
template <class S, class T, class D>
INLINE void product(const T *a, const T *b, D *c, int rows, int columns, int depth, int sign, bool add) {
  for (int i = (int)threadIdx.x; i < rows * columns; i += (int)blockDim.x) {
    S sum = add ? (S)c[i] : (S)0;
    for (int k = 0; k < depth; k++)
      sum += (S)sign * (S)a[i / columns * depth + k] * (S)b[i % columns * depth + k];
    c[i] = (D)sum;
  }
}
KERNEL products(const double *a0, const double *b0, double *c0, const float *a1, const float *b1, float *c1,
                const signed char *a2, const signed char *b2, int *c2, const half *a3, const half *b3, half *c3) {
  product<double>(a0, b0, c0, 8, 8, 4, 1, true);
  product<float>(a1, b1, c1, 16, 8, 8, 1, true);
  product<int>(a2, b2, c2, 16, 8, 32, 1, true);
  product<float>(a3, b3, c3, 16, 8, 8, 1, true);
}
KERNEL products_group(const signed char *a0, const signed char *b0, int *c0, const half *a1, const half *b1, half *c1) {
  product<int>(a0, b0, c0, 64, 8, 32, 1, false);
  product<float>(a1, b1, c1, 64, 8, 16, -1, false);
}
