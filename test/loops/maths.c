// LOOP: square_roots magnitudes fused floors minimum_maximum copysigns rounding_steps reciprocal distance
// LOOP: integer_intrinsics rotate saturating bit_counts absolute normalise newton
// EXPECT: pipelined
// FLAGS: -fno-math-errno
#include "driver.h"

KERNEL void square_roots(int n, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = __builtin_sqrtf(__builtin_fabsf(x[i]));
}

KERNEL double magnitudes(int n, const double *restrict re, const double *restrict im) {
  double s = 0;
  for (int i = 0; i < n; i++)
    s += __builtin_sqrt(re[i] * re[i] + im[i] * im[i]);
  return s;
}

/* A library call on x86-64 without FMA, an instruction elsewhere. */
KERNEL void fused(int n, const double *restrict x, const double *restrict y, double *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = __builtin_fma(x[i], y[i], z[i]);
}

KERNEL void floors(int n, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] * 10 - __builtin_floor(x[i] * 10);
}

KERNEL void minimum_maximum(int n, const float *restrict x, const float *restrict y, float *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = __builtin_fminf(x[i], y[i]) - __builtin_fmaxf(x[i], 0.125f);
}

KERNEL void copysigns(int n, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = __builtin_copysign(y[i], x[i]) * 3;
}

KERNEL void rounding_steps(int n, const float *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (int32_t)__builtin_truncf(x[i] * 100.0f + 0.5f) - (int32_t)__builtin_ceilf(x[i]);
}

KERNEL void reciprocal(int n, float *x) {
  for (int i = 0; i < n; i++)
    x[i] = 1.0f / (x[i] + 2.0f);
}

KERNEL double newton(int n, double x) {
  double r = 1;
  for (int i = 0; i < n; i++)
    r = 0.5 * (r + x / r);
  return r;
}

KERNEL void distance(int n, const float *restrict x, const float *restrict y, const float *restrict z,
                     float *restrict d) {
  for (int i = 0; i < n; i++)
    d[i] = 1.0f / __builtin_sqrtf(x[i] * x[i] + y[i] * y[i] + z[i] * z[i] + 0.01f);
}

KERNEL void integer_intrinsics(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = (uint32_t)__builtin_clz(x[i] | 1) + __builtin_bswap32(x[i]);
}

KERNEL void rotate(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] << (x[i] & 31) | x[i] >> (-x[i] & 31);
}

KERNEL int32_t saturating(int n, const int32_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++) {
    int32_t t;
    s = __builtin_add_overflow(s, x[i], &t) ? (s < 0 ? INT32_MIN : INT32_MAX) : t;
  }
  return s;
}

KERNEL int bit_counts(int n, const uint64_t *x) {
  int c = 0;
  for (int i = 0; i < n; i++)
    c += __builtin_popcountll(x[i]) * __builtin_ctzll(x[i] | 256);
  return c;
}

KERNEL void absolute(int n, int32_t *x) {
  for (int i = 0; i < n; i++)
    x[i] = __builtin_abs(x[i]) - 1;
}

KERNEL void normalise(int n, float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++) {
    float r = 1.0f / __builtin_sqrtf(x[i] * x[i] + y[i] * y[i] + 1e-6f);
    x[i] *= r;
    y[i] *= r;
  }
}

TEST(floats) {
  float *x = FLOATS(n), *y = FLOATS(n), *z = OUTPUT(float, n), *d = OUTPUT(float, n);
  int32_t *k = OUTPUT(int32_t, n);
  square_roots(n, x, z);
  minimum_maximum(n, x, z, y);
  rounding_steps(n, x, k);
  distance(n, x, y, z, d);
  reciprocal(n, x);
  normalise(n, y, z);
}

TEST(doubles) {
  double *x = DOUBLES(n), *y = DOUBLES(n), *z = DOUBLES(n);
  RESULT(magnitudes(n, x, y));
  fused(n, x, y, z);
  copysigns(n, z, x);
  floors(n, x, y);
  RESULT(newton(n % 50, 2.0));
}

TEST(integers) {
  uint32_t *x = BITS(uint32_t, n), *y = OUTPUT(uint32_t, n), *z = OUTPUT(uint32_t, n);
  uint64_t *w = BITS(uint64_t, n);
  int32_t *a = INTS(int32_t, n, -1000000000, 1000000000);
  integer_intrinsics(n, x, y);
  rotate(n, x, z);
  RESULT(saturating(n, a));
  RESULT(bit_counts(n, w));
  absolute(n, a);
}
