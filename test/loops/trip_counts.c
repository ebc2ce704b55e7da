// LOOP: constant64 constant1000 at_least_one step_seven product_bound from_struct less_equal not_equal
// LOOP: scaled_bound
// EXPECT: pipelined
#include "driver.h"

KERNEL void constant64(const float *restrict x, float *restrict y) {
  for (int i = 0; i < 64; i++)
    y[i] = x[i] * x[i] + y[i];
}

KERNEL int64_t constant1000(const int32_t *x) {
  int64_t s = 0;
  for (int i = 0; i < 1000; i++)
    s += x[i] * 3;
  return s;
}

KERNEL int32_t at_least_one(int n, const int32_t *x) {
  int32_t s = 0;
  int i = 0;
  do
    s = (s ^ x[i]) * 3 & 0xffffff;
  while (++i < n);
  return s;
}

KERNEL void step_seven(int n, uint16_t *x) {
  for (int i = 0; i < n; i += 7)
    x[i] = (uint16_t)(x[i] * 5);
}

KERNEL void product_bound(int n, int m, float *x) {
  for (int i = 0; i < n * m; i++)
    x[i] = 1.0f - x[i];
}

struct vector {
  int size;
  double *data;
};

KERNEL double from_struct(const struct vector *v) {
  double s = 0;
  int size = v->size;
  const double *data = v->data;
  for (int i = 0; i < size; i++)
    s += data[i] * data[i];
  return s;
}

KERNEL void less_equal(unsigned n, uint32_t *x) {
  for (unsigned i = 1; i <= n; i++)
    x[i - 1] += i;
}

KERNEL uint64_t not_equal(const uint64_t *x, const uint64_t *end) {
  uint64_t s = 1;
  for (; x != end; ++x)
    s = s * 3 + *x;
  return s;
}

KERNEL void scaled_bound(int n, int32_t *x) {
  for (int i = n / 3; i < 2 * n / 3 + 1; i++)
    x[i] = x[i] * 2 + 1;
}

TEST(constants) {
  float *x = FLOATS(64), *y = FLOATS(64);
  int32_t *k = INTS(int32_t, 1000, -1000, 1000);
  constant64(x, y);
  RESULT(constant1000(k));
}

TEST(bounds) {
  int32_t *x = INTS(int32_t, n + 1, 0, 1000);
  uint16_t *h = BITS(uint16_t, n);
  float *f = FLOATS(3 * n);
  uint32_t *w = BITS(uint32_t, n);
  uint64_t *q = BITS(uint64_t, n);
  double *d = DOUBLES(n);
  struct vector v = {n, d};
  RESULT(at_least_one(n, x));
  step_seven(n, h);
  product_bound(n, 3, f);
  RESULT(from_struct(&v));
  less_equal((unsigned)n, w);
  RESULT(not_equal(q, q + n));
  scaled_bound(n, x);
}
