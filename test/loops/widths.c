// LOOP: widen_i8 narrow_i32 float_to_double double_to_int int_to_float multiply_u8 high_product booleans sign_mix
// LOOP: unsigned_compare float_bits small_counter long_counter half_sum wide_sum
// EXPECT: pipelined
#include "driver.h"
#include <string.h>

KERNEL void widen_i8(int n, const int8_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] * 3;
}

KERNEL void narrow_i32(int n, const int32_t *restrict x, int16_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (int16_t)(x[i] >> 5);
}

KERNEL void float_to_double(int n, const float *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (double)x[i] * 0.1;
}

KERNEL void double_to_int(int n, const double *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (int32_t)(x[i] * 1000.0);
}

KERNEL void int_to_float(int n, const uint16_t *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (float)x[i] / 65536.0f;
}

KERNEL void multiply_u8(int n, const uint8_t *restrict x, const uint8_t *restrict y, uint16_t *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = (uint16_t)(x[i] * y[i]);
}

KERNEL void high_product(int n, const uint64_t *restrict x, uint64_t m, uint64_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (uint64_t)((unsigned __int128)x[i] * m >> 64);
}

KERNEL void booleans(int n, const int32_t *restrict x, const int32_t *restrict y, _Bool *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = x[i] < y[i] || (x[i] & 1);
}

KERNEL int64_t sign_mix(int n, const int8_t *restrict x, const uint8_t *restrict y) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += (int64_t)x[i] * (uint32_t)y[i];
  return s;
}

KERNEL int unsigned_compare(int n, const int32_t *x, uint32_t limit) {
  int c = 0;
  for (int i = 0; i < n; i++)
    c += (uint32_t)x[i] < limit;
  return c;
}

KERNEL void float_bits(int n, float *x) {
  for (int i = 0; i < n; i++) {
    uint32_t b;
    memcpy(&b, &x[i], 4);
    b = (b & 0x807fffff) | 0x3f000000;
    memcpy(&x[i], &b, 4);
  }
}

/* The counter wraps at 256; so does the index. */
KERNEL uint32_t small_counter(uint8_t n, const uint8_t *x) {
  uint32_t s = 0;
  for (uint8_t i = 0; i < n; i++)
    s = s * 2 + x[i];
  return s;
}

KERNEL double long_counter(uint64_t n, const double *x) {
  double s = 0;
  for (uint64_t i = 0; i < n; i++)
    s += x[i] * (double)i;
  return s;
}

KERNEL int16_t half_sum(int16_t n, const int16_t *x) {
  int16_t s = 0;
  for (int16_t i = 0; i < n; i++)
    s = (int16_t)(s + (x[i] >> 1));
  return s;
}

KERNEL unsigned __int128 wide_sum(int n, const uint64_t *x) {
  unsigned __int128 s = 0;
  for (int i = 0; i < n; i++)
    s += (unsigned __int128)x[i] * x[i];
  return s;
}

TEST(integers) {
  int8_t *x = BITS(int8_t, n);
  uint8_t *y = BITS(uint8_t, n);
  int32_t *w = OUTPUT(int32_t, n), *v = BITS(int32_t, n);
  int16_t *h = OUTPUT(int16_t, n);
  uint16_t *z = OUTPUT(uint16_t, n);
  _Bool *b = OUTPUT(_Bool, n);
  widen_i8(n, x, w);
  narrow_i32(n, v, h);
  multiply_u8(n, (uint8_t *)x, y, z);
  booleans(n, v, w, b);
  RESULT(sign_mix(n, x, y));
  RESULT(unsigned_compare(n, v, 0x70000000));
  RESULT(small_counter((uint8_t)(n < 255 ? n : 255), y));
  RESULT(half_sum((int16_t)n, h));
}

TEST(floats) {
  float *x = FLOATS(n), *u = OUTPUT(float, n);
  double *y = OUTPUT(double, n), *z = DOUBLES(n);
  int32_t *k = OUTPUT(int32_t, n);
  uint16_t *h = BITS(uint16_t, n);
  float_to_double(n, x, y);
  double_to_int(n, z, k);
  int_to_float(n, h, u);
  RESULT(long_counter((uint64_t)n, z));
  float_bits(n, x);
}

TEST(wide) {
  uint64_t *x = BITS(uint64_t, n), *y = OUTPUT(uint64_t, n);
  high_product(n, x, 0x123456789abcdefu, y);
  RESULT(wide_sum(n, x));
}
