// LOOP: matmul convolve2d transpose edit_row knapsack floyd_row lu_row bubble_pass wavelet pooling
// LOOP: attention_row
// EXPECT: pipelined
#include "driver.h"

KERNEL void matmul(int n, const float *restrict a, const float *restrict b, float *restrict c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      float s = 0;
      for (int k = 0; k < n; k++)
        s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}

KERNEL void convolve2d(int w, int h, const int16_t *restrict in, const int16_t *restrict k, int32_t *restrict out) {
  for (int y = 0; y < h - 2; y++)
    for (int x = 0; x < w - 2; x++) {
      const int16_t *p = in + y * w + x;
      out[y * w + x] = p[0] * k[0] + p[1] * k[1] + p[2] * k[2] + p[w] * k[3] + p[w + 1] * k[4] + p[w + 2] * k[5] +
                       p[2 * w] * k[6] + p[2 * w + 1] * k[7] + p[2 * w + 2] * k[8];
    }
}

KERNEL void transpose(int n, const double *restrict a, double *restrict b) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      b[j * n + i] = a[i * n + j] * 2.0;
}

/* One row of the edit distance, in place, with a value from the old row kept. */
KERNEL void edit_row(int n, char c, const char *restrict text, int32_t *restrict row) {
  int32_t diagonal = row[0], left = ++row[0];
  for (int j = 1; j <= n; j++) {
    int32_t up = row[j], best = diagonal + (text[j - 1] != c);
    best = up + 1 < best ? up + 1 : best;
    best = left + 1 < best ? left + 1 : best;
    diagonal = up;
    row[j] = left = best;
  }
}

/* best[w - weight] is read behind the write: the distance is a run-time value. */
KERNEL void knapsack(int capacity, int weight, int32_t value, int32_t *best) {
  for (int w = capacity; w >= weight; w--) {
    int32_t with = best[w - weight] + value;
    if (with > best[w])
      best[w] = with;
  }
}

KERNEL void floyd_row(int n, int32_t *row, const int32_t *through, int32_t base) {
  for (int j = 0; j < n; j++) {
    int32_t d = base + through[j];
    row[j] = d < row[j] ? d : row[j];
  }
}

KERNEL void lu_row(int n, int k, double f, double *a) {
  double *pivot = a + k * n, *row = pivot + n;
  for (int j = k; j < n; j++)
    row[j] -= f * pivot[j];
}

/* x[i + 1] is written and read in the next iteration. */
KERNEL int bubble_pass(int n, int32_t *x) {
  int swaps = 0;
  for (int i = 0; i + 1 < n; i++) {
    int32_t a = x[i], b = x[i + 1];
    swaps += a > b;
    x[i] = a < b ? a : b;
    x[i + 1] = a < b ? b : a;
  }
  return swaps;
}

// LOOP: game_of_life
// EXPECT: pipelined
/* clang makes a switch of the two comparisons. */
KERNEL void game_of_life(int w, int h, const uint8_t *restrict a, uint8_t *restrict b) {
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++) {
      const uint8_t *p = a + y * w + x;
      int s = p[-w - 1] + p[-w] + p[-w + 1] + p[-1] + p[1] + p[w - 1] + p[w] + p[w + 1];
      b[y * w + x] = s == 3 || (s == 2 && *p);
    }
}

KERNEL void wavelet(int half, const float *restrict x, float *restrict low, float *restrict high) {
  for (int i = 0; i < half; i++) {
    low[i] = (x[2 * i] + x[2 * i + 1]) * 0.5f;
    high[i] = (x[2 * i] - x[2 * i + 1]) * 0.5f;
  }
}

KERNEL void pooling(int n, const float *restrict a, const float *restrict b, float *restrict y) {
  for (int i = 0; i < n; i++) {
    float m = a[2 * i] > a[2 * i + 1] ? a[2 * i] : a[2 * i + 1], k = b[2 * i] > b[2 * i + 1] ? b[2 * i] : b[2 * i + 1];
    y[i] = m > k ? m : k;
  }
}

/* Running maximum and rescaled sum: a second-order recurrence with a select. */
KERNEL void attention_row(int n, const float *restrict x, float *restrict out) {
  float m = -4, s = 0;
  for (int i = 0; i < n; i++) {
    float v = x[i], next = v > m ? v : m;
    s = s * (1.0f + m - next) + (1.0f + v - next);
    m = next;
  }
  out[0] = m;
  out[1] = s;
}

TEST(matmul) {
  int m = n < 24 ? n : 24;
  float *a = FLOATS(m * m), *b = FLOATS(m * m), *c = OUTPUT(float, m *m);
  double *d = DOUBLES(m * m), *e = OUTPUT(double, m *m), *f = DOUBLES((m + 1) * m);
  matmul(m, a, b, c);
  transpose(m, d, e);
  if (m > 1)
    lu_row(m, m / 2, 0.3, f);
}

TEST(images) {
  int h = n < 5 ? n : 5;
  int16_t *in = BITS(int16_t, n *h), *k = INTS(int16_t, 9, -9, 9);
  int32_t *out = OUTPUT(int32_t, n *h);
  uint8_t *a = INTS(uint8_t, n *h, 0, 1), *b = OUTPUT(uint8_t, n *h);
  convolve2d(n, h, in, k, out);
  game_of_life(n, h, a, b);
}

TEST(tables) {
  char *text = INTS(char, n, 97, 99);
  int32_t *row = INTS(int32_t, n + 1, 0, 9), *best = INTS(int32_t, n + 1, 0, 50), *d = INTS(int32_t, n, 0, 99);
  int32_t *e = INTS(int32_t, n, 0, 99);
  edit_row(n, 'b', text, row);
  knapsack(n, 1, 13, best);
  knapsack(n, 4, 40, best);
  knapsack(n, 0, 1, best);
  floyd_row(n, d, e, 7);
  floyd_row(n, d, d, -3);
  RESULT(bubble_pass(n, e));
}

TEST(floats) {
  float *x = FLOATS(2 * n), *y = FLOATS(2 * n), *low = OUTPUT(float, n), *high = OUTPUT(float, n),
        *p = OUTPUT(float, n);
  float *out = OUTPUT(float, 2);
  wavelet(n, x, low, high);
  pooling(n, x, y, p);
  attention_row(n, x, out);
}
