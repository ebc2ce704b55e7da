// LOOP: sum_scan float_scan exclusive_scan in_place_scan suffix_scan running_max segmented_scan difference
// LOOP: product_scan
// EXPECT: pipelined
#include "driver.h"

KERNEL void sum_scan(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++)
    y[i] = s += x[i];
}

KERNEL float float_scan(int n, const float *restrict x, float *restrict y) {
  float s = 0.125f;
  for (int i = 0; i < n; i++) {
    s += x[i];
    y[i] = s;
  }
  return s;
}

KERNEL uint64_t exclusive_scan(int n, uint64_t *x) {
  uint64_t s = 0;
  for (int i = 0; i < n; i++) {
    uint64_t t = x[i];
    x[i] = s;
    s += t;
  }
  return s;
}

/* Through memory: distance 1. */
KERNEL void in_place_scan(int n, double *x) {
  for (int i = 1; i < n; i++)
    x[i] = x[i] + x[i - 1];
}

KERNEL void suffix_scan(int n, const int32_t *restrict x, int64_t *restrict y) {
  int64_t s = 0;
  for (int i = n - 1; i >= 0; i--) {
    s += x[i];
    y[i] = s;
  }
}

KERNEL void running_max(int n, const int16_t *restrict x, int16_t *restrict y) {
  int16_t m = INT16_MIN;
  for (int i = 0; i < n; i++) {
    m = x[i] > m ? x[i] : m;
    y[i] = m;
  }
}

KERNEL void segmented_scan(int n, const uint8_t *restrict head, const float *restrict x, float *restrict y) {
  float s = 0;
  for (int i = 0; i < n; i++) {
    s = head[i] & 1 ? x[i] : s + x[i];
    y[i] = s;
  }
}

KERNEL void difference(int n, const uint16_t *restrict x, int32_t *restrict y) {
  int32_t last = 0;
  for (int i = 0; i < n; i++) {
    y[i] = x[i] - last;
    last = x[i];
  }
}

KERNEL void product_scan(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  uint32_t p = 1;
  for (int i = 0; i < n; i++) {
    p *= x[i] | 1;
    y[i] = p;
  }
}

TEST(integers) {
  uint32_t *x = BITS(uint32_t, n), *y = OUTPUT(uint32_t, n), *z = OUTPUT(uint32_t, n);
  uint64_t *w = BITS(uint64_t, n);
  sum_scan(n, x, y);
  product_scan(n, x, z);
  RESULT(exclusive_scan(n, w));
}

TEST(floats) {
  float *x = FLOATS(n), *y = OUTPUT(float, n);
  double *v = DOUBLES(n);
  RESULT(float_scan(n, x, y));
  in_place_scan(n, v);
}

TEST(others) {
  int32_t *x = BITS(int32_t, n), *d = OUTPUT(int32_t, n);
  int64_t *y = OUTPUT(int64_t, n);
  int16_t *a = BITS(int16_t, n), *b = OUTPUT(int16_t, n);
  uint8_t *head = BITS(uint8_t, n);
  float *f = FLOATS(n), *g = OUTPUT(float, n);
  suffix_scan(n, x, y);
  running_max(n, a, b);
  segmented_scan(n, head, f, g);
  difference(n, (uint16_t *)a, d);
}
