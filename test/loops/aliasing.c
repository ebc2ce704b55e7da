// LOOP: axpy_alias shift_copy bytes_over_words two_stores three_pointers reversed_alias sum_into
// LOOP: different_strides conditional_alias invariant_load invariant_store scaled_copy
// EXPECT: pipelined
#include "driver.h"

/* None of these pointers is restrict: the arrays may overlap, and in the tests they do, at many offsets. */

KERNEL void axpy_alias(int n, float a, const float *x, float *y) {
  for (int i = 0; i < n; i++)
    y[i] = a * x[i] + y[i];
}

KERNEL void shift_copy(int n, const int32_t *x, int32_t *y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] ^ 0x5555;
}

/* The offset is in bytes: an access overlaps parts of two others. */
KERNEL void bytes_over_words(int n, const uint8_t *x, uint16_t *y) {
  for (int i = 0; i < n; i++)
    y[i] = (uint16_t)(x[i] * 259);
}

KERNEL void two_stores(int n, const int32_t *x, int32_t *y, int32_t *z) {
  for (int i = 0; i < n; i++) {
    y[i] = x[i] + 1;
    z[i] = x[i] - 1;
  }
}

KERNEL int32_t three_pointers(int n, const int32_t *x, int32_t *y, const int32_t *z) {
  int32_t s = 0;
  for (int i = 0; i < n; i++) {
    y[i] = x[i] ^ z[i];
    s += z[i] & 255;
  }
  return s;
}

KERNEL void reversed_alias(int n, const int32_t *x, int32_t *y) {
  for (int i = 0; i < n; i++)
    y[n - 1 - i] = x[i] + i;
}

/* The sum is in memory, and may be an element of x. */
KERNEL void sum_into(int n, const int32_t *x, int32_t *sum) {
  for (int i = 0; i < n; i++)
    *sum = (*sum >> 1) + (x[i] >> 1);
}

KERNEL void different_strides(int n, const int32_t *x, int32_t *y) {
  for (int i = 0; i < n; i++)
    y[2 * i] = x[i] + 3;
}

KERNEL void conditional_alias(int n, const int32_t *x, int32_t *y) {
  for (int i = 0; i < n; i++)
    if (x[i] & 1)
      y[i] = x[i] >> 1;
}

KERNEL void invariant_load(int n, const int32_t *factor, int32_t *y) {
  for (int i = 0; i < n; i++)
    y[i] = (y[i] ^ *factor) & 0xffff;
}

KERNEL void invariant_store(int n, int32_t *last, int32_t *y) {
  for (int i = 0; i < n; i++) {
    *last = i;
    y[i] += 5;
  }
}

KERNEL void scaled_copy(int n, const double *x, double *y, const double *scale) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] * scale[0] + scale[1];
}

TEST_OFFSETS(axpy_alias) {
  float *a = FLOATS(n + 18);
  axpy_alias(n, 0.5f, a + 9, a + 9 + offset);
}

TEST_OFFSETS(shift_copy) {
  int32_t *a = BITS(int32_t, n + 18);
  shift_copy(n, a + 9, a + 9 + offset);
}

TEST_OFFSETS(bytes_over_words) {
  uint16_t *a = BITS(uint16_t, n + 10);
  bytes_over_words(n, (uint8_t *)(a + 5) + offset, a + 5);
}

TEST_OFFSETS(two_stores) {
  int32_t *a = INTS(int32_t, 2 * n + 30, 0, 1000);
  two_stores(n, a + 9, a + 9 + offset, a + 12);
}

TEST_OFFSETS(three_pointers) {
  int32_t *a = INTS(int32_t, n + 20, 0, 1000);
  RESULT(three_pointers(n, a + 9, a + 9 + offset, a + 8));
}

TEST_OFFSETS(reversed_alias) {
  int32_t *a = INTS(int32_t, n + 18, 0, 1000);
  reversed_alias(n, a + 9, a + 9 + offset);
}

TEST_OFFSETS(sum_into) {
  int32_t *a = INTS(int32_t, n + 19, -1000, 1000);
  sum_into(n, a + 9, a + 9 + offset);
  sum_into(n, a + 9, a + 9 + n + offset);
}

TEST_OFFSETS(different_strides) {
  int32_t *a = INTS(int32_t, 2 * n + 18, 0, 1000);
  different_strides(n, a + 9, a + 9 + offset);
}

TEST_OFFSETS(conditional_alias) {
  int32_t *a = BITS(int32_t, n + 18);
  conditional_alias(n, a + 9, a + 9 + offset);
}

TEST_OFFSETS(invariants) {
  int32_t *a = INTS(int32_t, n + 19, 0, 1000), *b = INTS(int32_t, n + 19, 0, 1000);
  invariant_load(n, a + 9 + offset, a + 9);
  invariant_store(n, b + 9 + offset, b + 9);
}

TEST_OFFSETS(scaled_copy) {
  double *a = DOUBLES(n + 20);
  scaled_copy(n, a + 9, a + 10, a + 9 + offset);
}
