// LOOP: sum_f sum_d product_f min_f max_d mean_variance kahan norm_inf weighted alternating long_chain
// EXPECT: pipelined
#include "driver.h"

KERNEL float sum_f(int n, const float *x) {
  float s = 0;
  for (int i = 0; i < n; i++)
    s += x[i];
  return s;
}

KERNEL double sum_d(int n, const double *x) {
  double s = -0.0;
  for (int i = 0; i < n; i++)
    s -= x[i];
  return s;
}

KERNEL float product_f(int n, const float *x) {
  float p = 1;
  for (int i = 0; i < n; i++)
    p *= 1.0f + 0.01f * x[i];
  return p;
}

KERNEL float min_f(int n, const float *x) {
  float m = 2;
  for (int i = 0; i < n; i++)
    m = x[i] < m ? x[i] : m;
  return m;
}

KERNEL double max_d(int n, const double *x) {
  double m = -2;
  for (int i = 0; i < n; i++)
    m = x[i] > m ? x[i] : m;
  return m;
}

KERNEL void mean_variance(int n, const double *restrict x, double *restrict out) {
  double s = 0, q = 0;
  for (int i = 0; i < n; i++) {
    s += x[i];
    q += x[i] * x[i];
  }
  out[0] = s;
  out[1] = q;
}

/* Wrong at once if anything is reassociated. */
KERNEL double kahan(int n, const double *x) {
  double s = 0, c = 0;
  for (int i = 0; i < n; i++) {
    double y = x[i] - c, t = s + y;
    c = (t - s) - y;
    s = t;
  }
  return s;
}

KERNEL float norm_inf(int n, const float *x) {
  float m = 0;
  for (int i = 0; i < n; i++) {
    float a = __builtin_fabsf(x[i]);
    m = a > m ? a : m;
  }
  return m;
}

KERNEL double weighted(int n, const float *restrict w, const int16_t *restrict x) {
  double s = 0;
  for (int i = 0; i < n; i++)
    s += (double)(w[i] * (float)x[i]);
  return s;
}

KERNEL float alternating(int n, const float *x) {
  float s = 0, sign = 1;
  for (int i = 0; i < n; i++) {
    s += sign * x[i];
    sign = -sign;
  }
  return s;
}

/* Much work before the reduction: many stages. */
KERNEL double long_chain(int n, const double *x) {
  double s = 0;
  for (int i = 0; i < n; i++) {
    double v = x[i] * 0.5;
    v = v * v + 0.25;
    v = v * v - 0.125;
    v = v / (1.0 + v * v);
    s += v * v;
  }
  return s;
}

TEST(floats) {
  float *x = FLOATS(n);
  int16_t *k = BITS(int16_t, n);
  RESULT(sum_f(n, x));
  RESULT(product_f(n, x));
  RESULT(min_f(n, x));
  RESULT(norm_inf(n, x));
  RESULT(alternating(n, x));
  RESULT(weighted(n, x, k));
}

TEST(doubles) {
  double *x = DOUBLES(n), *out = OUTPUT(double, 2);
  RESULT(sum_d(n, x));
  RESULT(max_d(n, x));
  RESULT(kahan(n, x));
  RESULT(long_chain(n, x));
  mean_variance(n, x, out);
}
