// LOOP: stride2 stride3 reversed reversed_in_place symbolic_stride two_counters pointer_bump down_by_two
// LOOP: triangular_index pointer_pair wrap_index start_at count_down outer_product_row every_other column
// EXPECT: pipelined
#include "driver.h"

KERNEL void stride2(int n, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[2 * i] - x[2 * i + 1];
}

KERNEL void stride3(int n, int32_t *x) {
  for (int i = 0; i < 3 * n; i += 3)
    x[i] = x[i + 1] + x[i + 2];
}

KERNEL void reversed(int n, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = n - 1; i >= 0; i--)
    y[i] = x[i] * 3 + i;
}

/* A recurrence that runs downwards: distance 2. */
KERNEL void reversed_in_place(int n, double *x) {
  for (int i = n - 3; i >= 0; i--)
    x[i] = x[i] * 0.5 + x[i + 2];
}

KERNEL int64_t symbolic_stride(int n, long stride, const int32_t *x) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += x[i * stride];
  return s;
}

KERNEL void two_counters(int n, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0, j = 5 * n; i < n; i++, j -= 5)
    y[i] = x[i] + j;
}

KERNEL float pointer_bump(const float *x, const float *end, float *restrict out) {
  float last = 0;
  while (x < end) {
    float v = *x++;
    *out++ = v * 0.5f + last;
    last = v;
  }
  return last;
}

KERNEL void down_by_two(int n, uint16_t *x) {
  for (int i = 2 * n; i > 0; i -= 2)
    x[i] = (uint16_t)(x[i] + x[i - 1]);
}

/* With width 0 every iteration updates the same element. */
KERNEL void column(int rows, int width, double *a, double f) {
  for (int r = 0; r < rows; r++)
    a[r * width] *= f;
}

/* The index is a running sum of the counter. */
KERNEL int32_t triangular_index(int n, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0, k = 0; i < n; i++, k += i)
    s += x[k] * i;
  return s;
}

KERNEL void pointer_pair(const int16_t *x, int16_t *restrict y, int n) {
  const int16_t *a = x, *b = x + n;
  for (; n > 0; n--)
    *y++ = (int16_t)(*a++ - *--b);
}

KERNEL void wrap_index(unsigned n, unsigned start, const uint8_t *restrict ring, uint8_t *restrict out) {
  for (unsigned i = 0; i < n; i++)
    out[i] = (uint8_t)(ring[(start + i) & 15] + 1);
}

KERNEL void start_at(int from, int to, float *x) {
  for (int i = from; i <= to; i++)
    x[i] = x[i] * x[i] + 1.0f;
}

KERNEL int32_t count_down(int n, const int32_t *x) {
  int32_t s = 0;
  while (n--)
    s = (s >> 1) + x[n];
  return s;
}

KERNEL void outer_product_row(int n, int32_t f, const int16_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i += 1)
    y[i * 2 + 1] = f * x[i];
}

KERNEL int every_other(int n, const int32_t *restrict x, int32_t *restrict y) {
  int i = 0;
  for (; i < n; i += 2)
    y[i / 2] = x[i] - i;
  return i;
}

TEST(strides) {
  float *x = FLOATS(2 * n), *y = OUTPUT(float, n);
  int32_t *a = INTS(int32_t, 3 * n, -1000, 1000), *t = INTS(int32_t, n *(n + 1) / 2 + 1, 0, 9);
  stride2(n, x, y);
  stride3(n, a);
  RESULT(symbolic_stride(n, 3, a));
  RESULT(symbolic_stride(n, 0, t));
  RESULT(triangular_index(n < 200 ? n : 200, t));
}

TEST(downwards) {
  int32_t *x = INTS(int32_t, n, -1000, 1000), *y = OUTPUT(int32_t, n), *z = OUTPUT(int32_t, n);
  double *d = DOUBLES(n);
  uint16_t *h = BITS(uint16_t, 2 * n + 1);
  reversed(n, x, y);
  reversed_in_place(n, d);
  two_counters(n, x, z);
  down_by_two(n, h);
  RESULT(count_down(n, x));
}

TEST(pointers) {
  float *x = FLOATS(n), *out = OUTPUT(float, n);
  int16_t *a = INTS(int16_t, n, -9000, 9000), *b = OUTPUT(int16_t, n);
  uint8_t *ring = BITS(uint8_t, 16), *o = OUTPUT(uint8_t, n);
  RESULT(pointer_bump(x, x + n, out));
  pointer_pair(a, b, n);
  wrap_index((unsigned)n, 13, ring, o);
  start_at(3, n - 2, x);
}

TEST(rest) {
  double *a = DOUBLES(5 * n);
  int16_t *x = BITS(int16_t, n);
  int32_t *y = OUTPUT(int32_t, 2 * n), *k = INTS(int32_t, n, 0, 99), *z = OUTPUT(int32_t, n);
  column(n, 5, a, 1.5);
  outer_product_row(n, 7, x, y);
  RESULT(every_other(n, k, z));
}
