/* reference.cu: the same kernels as in the other files, as plainly as can be: an element of the output to a thread, or
 * the next ones as far as they go, without shared memory. */
#include "cuda.h"

INLINE int index() {
  u32 block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  return (int)(((block * blockDim.z + threadIdx.z) * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x);
}
INLINE int threads() {
  return (int)(gridDim.z * gridDim.y * gridDim.x * blockDim.z * blockDim.y * blockDim.x);
}
/* f(i) for all i < n, shared out to all threads. */
template <typename F> INLINE void each(int n, F f) {
  for (int i = index(); i < n; i += threads())
    f(i);
}

KERNEL add(const float *a, const float *b, float *c, int n) {
  each(n, [&](int i) { c[i] = a[i] + b[i]; });
}
KERNEL saxpy(float a, const float *x, float *y, int n) {
  each(n, [&](int i) { y[i] = a * x[i] + y[i]; });
}

/* Rows. */
INLINE float highest(const float *row, int n) {
  float top = -1e30f;
  for (int i = 0; i < n; i++)
    top = __builtin_fmaxf(top, row[i]);
  return top;
}
INLINE float exponentials(const float *row, int n, float less) {
  float sum = 0;
  for (int i = 0; i < n; i++)
    sum += exponential(row[i] - less);
  return sum;
}
KERNEL softmax(const float *in, float *out, int columns) {
  each((int)gridDim.x * columns, [&](int i) {
    const float *row = in + i / columns * columns;
    float top = highest(row, columns);
    out[i] = exponential(in[i] - top) / exponentials(row, columns, top);
  });
}
KERNEL reduced(const float *in, float *out, int columns) {
  each((int)gridDim.x, [&](int i) {
    out[2 * i] = highest(in + i * columns, columns);
    out[2 * i + 1] = exponentials(in + i * columns, columns, out[2 * i]);
  });
}
KERNEL layernorm(const float *in, const float *gain, const float *bias, float *out, int columns) {
  each((int)gridDim.x * columns, [&](int i) {
    const float *row = in + i / columns * columns;
    float mean = 0, squares = 0;
    for (int j = 0; j < columns; j++)
      mean += row[j] / (float)columns;
    for (int j = 0; j < columns; j++)
      squares += (row[j] - mean) * (row[j] - mean);
    float scale = reciprocal_root(squares / (float)columns + 1e-5f);
    out[i] = (in[i] - mean) * scale * gain[i % columns] + bias[i % columns];
  });
}

/* Stencils, transpositions, and lines of 256. */
KERNEL stencil_1d(const float *in, float *out, int n) {
  each(n, [&](int i) {
    const float weight[4] = {0.4f, 0.15f, 0.1f, 0.05f};
    float sum = 0;
    for (int d = -3; d <= 3; d++)
      if (i + d >= 0 && i + d < n)
        sum += weight[d < 0 ? -d : d] * in[i + d];
    out[i] = sum;
  });
}
KERNEL stencil_2d(const float *in, float *out, int rows, int columns) {
  each(rows * columns, [&](int i) {
    int y = i / columns, x = i % columns;
    float sum = in[i];
    sum += y > 0 ? in[i - columns] : 0;
    sum += y + 1 < rows ? in[i + columns] : 0;
    sum += x > 0 ? in[i - 1] : 0;
    sum += x + 1 < columns ? in[i + 1] : 0;
    out[i] = 0.2f * sum;
  });
}
KERNEL transpose(const float *in, float *out, int rows, int columns) {
  each(rows * columns, [&](int i) { out[i % columns * rows + i / columns] = in[i]; });
}
KERNEL transpose_square(const float *in, float *out, int rows, int columns) {
  each(rows * columns, [&](int i) { out[i % columns * rows + i / columns] = in[i]; });
}
KERNEL aliased(const float *in, float *out, int n) {
  each(n, [&](int i) { out[i] = in[i] + in[i / 256 * 256 + 255 - i % 256]; });
}
KERNEL chained(float *x, int n) {
  for (int i = 256; index() == 0 && i < n; i++)
    x[i] += x[(i / 256 - 1) * 256 + 255 - i % 256];
}

/* C = A B, with f(i, j) for the element of A in row i and column j. */
template <typename F, typename B, typename C> INLINE void gemm(F f, const B *b, C *c, int m, int n, int k) {
  each(m * n, [&](int i) {
    float sum = 0;
    for (int j = 0; j < k; j++)
      sum += (float)f(i / n, j) * (float)b[j * n + i % n];
    c[i] = (C)sum;
  });
}
template <typename A, typename C> INLINE void gemm(const A *a, const A *b, C *c, int m, int n, int k) {
  gemm([&](int i, int j) { return a[i * k + j]; }, b, c, m, n, k);
}
#define GEMM(name, A, C)                                                                                               \
  KERNEL name(const A *a, const A *b, C *c, int m, int n, int k) {                                                     \
    gemm(a, b, c, m, n, k);                                                                                            \
  }
GEMM(sgemm_64, float, float)
GEMM(hgemm_persistent, half, half)
GEMM(halves, half, float)
GEMM(rolled, float, float)
GEMM(early, float, float)
GEMM(bumped, float, float)
GEMM(doubled, float, float)
GEMM(staged, float, float)
KERNEL sgemm_128(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 128, n, k);
}
KERNEL sgemm_128_transposed(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 128, n, k);
}
KERNEL sgemm_split(const float *a, const float *b, float *c, int m, int n, int k, int) {
  gemm(a, b, c, m, n, k);
}
KERNEL sgemm_carved(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 64, n, k);
}
KERNEL walking(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 64, n, k);
}
KERNEL igemm(const signed char *a, const signed char *b, int *c, int n, int words) {
  int k = 4 * words;
  each((int)gridDim.y * 32 * n, [&](int i) {
    int sum = 0;
    for (int j = 0; j < k; j++)
      sum += a[i / n * k + j] * b[i % n * k + j];
    c[i] = sum;
  });
}
KERNEL bodies(const float *body, float *out, int n) {
  each((int)(gridDim.x * blockDim.x), [&](int i) {
    float force[3] = {};
    for (int j = 0; j < n; j++) {
      float way[3], square = 0.01f;
      for (int d = 0; d < 3; d++) {
        way[d] = body[4 * j + d] - body[4 * i + d];
        square += way[d] * way[d];
      }
      float root = reciprocal_root(square);
      for (int d = 0; d < 3; d++)
        force[d] += way[d] * body[4 * j + 3] * root * root * root;
    }
    for (int d = 0; d < 4; d++)
      out[4 * i + d] = d < 3 ? force[d] : 0;
  });
}
KERNEL sgemm_square(const float *a, const float *b, float *c, int m, int n, int k) {
  gemm(a, b, c, m, n, k);
}
KERNEL sgemm_quads(const float *a, const float *b, float *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 64, n, k);
}
KERNEL sgemm_cube(const float *a, const float *b, float *c, int k) {
  for (int z = 0; z < 4 * (int)gridDim.x; z++)
    gemm(a + z * 16 * k, b + z * 16 * k, c + z * 256, 16, 16, k);
}
KERNEL hgemm(const half *a, const half *b, half *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 128, n, k);
}
KERNEL hgemm_two(const half *a, const half *b, half *c, int n, int k) {
  gemm(a, b, c, (int)gridDim.y * 128, n, k);
}
KERNEL hgemm_batched(const half *a, const half *b, half *c, int m, int n, int k) {
  for (int z = 0; z < (int)gridDim.z; z++)
    gemm(a + z * m * k, b + z * k * n, c + z * m * n, m, n, k);
}
/* What lies beyond the edge is what was there a tile before. */
KERNEL stale(const float *a, const float *b, float *c, int m, int n, int k) {
  each(m * n, [&](int i) {
    float sum = 0;
    for (int j = 0; j < (k + 15) / 16 * 16; j++) {
      int at = j < k ? j : j - 16;
      sum += a[i / n * k + at] * b[at * n + i % n];
    }
    c[i] = sum;
  });
}
KERNEL grouped(const float *a, const float *b, const float *factors, float *c, int m, int n, int k) {
  gemm([&](int i, int j) { return a[i * k + j] * factors[j / 64 * m + i]; }, b, c, m, n, k);
}
KERNEL convolution(const float *in, const float *weights, float *out, int images, int height, int width, int channels,
                   int filters) {
  auto element = [&](int pixel, int j) {
    int tap = j / channels, y = pixel / width % height + tap / 3 - 1, x = pixel % width + tap % 3 - 1;
    bool inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? in[((pixel / (width * height) * height + y) * width + x) * channels + j % channels] : 0;
  };
  gemm(element, weights, out, images * height * width, filters, 9 * channels);
}

KERNEL gemv_int8(const signed char *w, const float *scales, const float *x, float *y, int m, int k) {
  each(m, [&](int row) {
    float sum = 0;
    for (int i = 0; i < k; i++)
      sum += (float)w[row * k + i] * x[i];
    y[row] = sum * scales[row];
  });
}
KERNEL gemv_int4(const u8 *w, const float *scales, const float *x, float *y, int m, int k) {
  each(m, [&](int row) {
    float sum = 0;
    for (int i = 0; i < k; i++) {
      int j = row * k + i;
      sum += (float)((w[j / 2] >> j % 2 * 4 & 15) - 8) * scales[j / 32] * x[i];
    }
    y[row] = sum;
  });
}

/* Attention, a query to a thread. Scores are so low that no exponential overflows. */
INLINE void attend(const half *q, const half *k, const half *v, half *out, int heads, int queries, int keys) {
  each(heads * queries, [&](int i) {
    const half *query = q + i * 64;
    float sum = 0, value[64] = {};
    for (int key = i / queries * keys; key < (i / queries + 1) * keys; key++) {
      float score = 0;
      for (int f = 0; f < 64; f++)
        score += (float)query[f] * (float)k[key * 64 + f];
      float weight = exponential(score * 0.125f);
      sum += weight;
      for (int f = 0; f < 64; f++)
        value[f] += weight * (float)v[key * 64 + f];
    }
    for (int f = 0; f < 64; f++)
      out[i * 64 + f] = (half)(keys > 0 ? value[f] / sum : 0);
  });
}
#define ATTENTION(name)                                                                                                \
  KERNEL name(const half *q, const half *k, const half *v, half *out, int queries, int keys) {                         \
    attend(q, k, v, out, (int)gridDim.y, queries, keys);                                                               \
  }
ATTENTION(attention)
ATTENTION(attention_wide)
ATTENTION(attention_turns)
ATTENTION(attention_shared)
KERNEL attention_persistent(const half *q, const half *k, const half *v, half *out, int queries, int keys, int tiles) {
  attend(q, k, v, out, tiles * 128 / queries, queries, keys);
}
