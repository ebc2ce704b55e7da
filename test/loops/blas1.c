// LOOP: axpy scal asum_f dot_f dot_d dsdot nrm2 rot swap_scaled axpby
// EXPECT: pipelined
// FLAGS: -fno-math-errno
#include "driver.h"

KERNEL void axpy(int n, float a, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = a * x[i] + y[i];
}

KERNEL void scal(long n, double a, double *x) {
  for (long i = 0; i < n; i++)
    x[i] *= a;
}

KERNEL float asum_f(int n, const float *x) {
  float s = 0;
  for (int i = 0; i < n; i++)
    s += __builtin_fabsf(x[i]);
  return s;
}

KERNEL float dot_f(int n, const float *x, const float *y) {
  float s = 0;
  for (int i = 0; i < n; i++)
    s += x[i] * y[i];
  return s;
}

KERNEL double dot_d(unsigned n, const double *x, const double *y) {
  double s = 1;
  for (unsigned i = 0; i < n; i++)
    s = s + x[i] * y[i];
  return s;
}

KERNEL double dsdot(int n, const float *x, const float *y) {
  double s = 0;
  for (int i = 0; i < n; i++)
    s += (double)x[i] * (double)y[i];
  return s;
}

KERNEL double nrm2(size_t n, const double *x) {
  double s = 0;
  for (size_t i = 0; i < n; i++)
    s += x[i] * x[i];
  return __builtin_sqrt(s);
}

KERNEL void rot(int n, float *restrict x, float *restrict y, float c, float s) {
  for (int i = 0; i < n; i++) {
    float t = c * x[i] + s * y[i];
    y[i] = c * y[i] - s * x[i];
    x[i] = t;
  }
}

KERNEL void swap_scaled(int n, float *restrict x, float *restrict y, float a) {
  for (int i = 0; i < n; i++) {
    float t = x[i];
    x[i] = y[i] * a;
    y[i] = t;
  }
}

KERNEL void axpby(int n, double a, const double *restrict x, double b, const double *restrict y, double *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = a * x[i] + b * y[i];
}

TEST(axpy) {
  float *x = FLOATS(n), *y = FLOATS(n);
  axpy(n, 1.5f, x, y);
}

TEST(scal) {
  double *x = DOUBLES(n);
  scal(n, 0.3, x);
}

TEST(sums) {
  float *x = FLOATS(n), *y = FLOATS(n);
  double *v = DOUBLES(n), *w = DOUBLES(n);
  RESULT(asum_f(n, x));
  RESULT(dot_f(n, x, y));
  RESULT(dot_d((unsigned)n, v, w));
  RESULT(dsdot(n, x, y));
  RESULT(nrm2((size_t)n, v));
}

TEST(rot) {
  float *x = FLOATS(n), *y = FLOATS(n);
  rot(n, x, y, 0.6f, 0.8f);
  swap_scaled(n, x, y, 3.0f);
}

TEST(axpby) {
  double *x = DOUBLES(n), *y = DOUBLES(n), *z = OUTPUT(double, n);
  axpby(n, 1.25, x, -0.7, y, z);
}
