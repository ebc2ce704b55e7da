// LOOP: distance1 distance2 distance3 distance4 distance7 both_sides two_terms fibonacci_array registers3 horner
// LOOP: horner_stored symbolic_distance logistic two_recurrences lag4 update_behind
// EXPECT: pipelined
#include "driver.h"

KERNEL void distance1(int n, float *a, const float *restrict b) {
  for (int i = 1; i < n; i++)
    a[i] = a[i - 1] * 0.5f + b[i];
}

KERNEL void distance2(int n, double *a, const double *restrict b) {
  for (int i = 2; i < n; i++)
    a[i] = a[i - 2] * b[i] + 1.0;
}

KERNEL void distance3(int n, double *a, const double *restrict b) {
  for (int i = 3; i < n; i++)
    a[i] = a[i - 3] * b[i] + 1.0;
}

KERNEL void distance4(int n, uint32_t *a) {
  for (int i = 4; i < n; i++)
    a[i] = a[i - 4] * 5 + a[i];
}

KERNEL void distance7(int n, float *a) {
  for (int i = 7; i < n; i++)
    a[i] = (a[i - 7] + a[i]) * 0.5f;
}

/* Reads 3 behind (flow) and 2 ahead (anti). */
KERNEL void both_sides(int n, int32_t *a) {
  for (int i = 3; i < n - 2; i++)
    a[i] = (a[i - 3] >> 1) + a[i + 2];
}

KERNEL void two_terms(int n, float *a, const float *restrict b) {
  for (int i = 2; i < n; i++)
    a[i] = 0.5f * a[i - 1] - 0.25f * a[i - 2] + b[i];
}

KERNEL void fibonacci_array(int n, uint64_t *a) {
  for (int i = 2; i < n; i++)
    a[i] = a[i - 1] + a[i - 2];
}

/* Third order, in registers. */
KERNEL double registers3(int n, const double *restrict x, double *restrict y) {
  double a = 1, b = 2, c = 3;
  for (int i = 0; i < n; i++) {
    double t = 0.5 * a + 0.25 * b - 0.125 * c + x[i];
    y[i] = t;
    c = b;
    b = a;
    a = t;
  }
  return a + b * c;
}

KERNEL double horner(int n, const double *c, double x) {
  double s = 0;
  for (int i = 0; i < n; i++)
    s = s * x + c[i];
  return s;
}

KERNEL void horner_stored(int n, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++) {
    float v = x[i];
    y[i] = ((((0.1f * v + 0.2f) * v - 0.3f) * v + 0.4f) * v - 0.5f) * v + 0.6f;
  }
}

/* The distance is known at run time only. */
KERNEL void symbolic_distance(int n, int k, int32_t *a) {
  for (int i = k; i < n; i++)
    a[i] = (a[i - k] ^ 0x55) + (i & 3);
}

KERNEL void logistic(int n, float r, float x, float *restrict y) {
  for (int i = 0; i < n; i++) {
    x = r * x * (1.0f - x);
    y[i] = x;
  }
}

/* The second recurrence feeds on the first. */
KERNEL uint32_t two_recurrences(int n, const uint32_t *restrict x, uint32_t *restrict y) {
  uint32_t a = 1, b = 0;
  for (int i = 0; i < n; i++) {
    a = a * 3 + x[i];
    b = (b ^ a) + (b >> 3);
    y[i] = b;
  }
  return a ^ b;
}

/* A value lives for four iterations. */
KERNEL void lag4(int n, const int32_t *restrict x, int32_t *restrict y) {
  int32_t a = 0, b = 0, c = 0, d = 0;
  for (int i = 0; i < n; i++) {
    int32_t v = x[i];
    y[i] = v - d;
    d = c;
    c = b;
    b = a;
    a = v;
  }
}

/* Two stores and a load of one array: flow, anti and output dependences at once. */
KERNEL void update_behind(int n, int32_t *a) {
  for (int i = 8; i < n; i++) {
    int32_t v = a[i];
    a[i - 3] = v;
    a[i - 1] = a[i - 4] + 1;
  }
}

TEST(memory_float) {
  float *a = FLOATS(n), *b = FLOATS(n), *c = FLOATS(n);
  double *d = DOUBLES(n), *e = DOUBLES(n), *f = DOUBLES(n);
  distance1(n, a, b);
  distance2(n, d, e);
  distance3(n, f, e);
  distance7(n, b);
  two_terms(n, c, b);
}

TEST(memory_integer) {
  uint32_t *a = BITS(uint32_t, n);
  int32_t *b = INTS(int32_t, n, -1000, 1000), *c = INTS(int32_t, n, -1000, 1000);
  uint64_t *f = BITS(uint64_t, n);
  distance4(n, a);
  both_sides(n, b);
  fibonacci_array(n, f);
  update_behind(n, c);
}

TEST(symbolic) {
  int32_t *a = INTS(int32_t, n, 0, 1000), *b = INTS(int32_t, n, 0, 1000), *c = INTS(int32_t, n, 0, 1000);
  symbolic_distance(n, 1, a);
  symbolic_distance(n, 5, b);
  symbolic_distance(n, 0, c);
}

TEST(registers) {
  double *x = DOUBLES(n), *y = OUTPUT(double, n);
  float *u = FLOATS(n), *v = OUTPUT(float, n), *w = OUTPUT(float, n);
  uint32_t *p = BITS(uint32_t, n), *q = OUTPUT(uint32_t, n);
  int32_t *s = INTS(int32_t, n, -1000, 1000), *t = OUTPUT(int32_t, n);
  RESULT(registers3(n, x, y));
  RESULT(horner(n, x, 0.9));
  horner_stored(n, u, v);
  logistic(n, 3.7f, 0.4f, w);
  RESULT(two_recurrences(n, p, q));
  lag4(n, s, t);
}
