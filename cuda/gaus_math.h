/* gaus_math.h: the normal distribution in single precision, for C and CUDA C alike.
 *
 * Nothing but additions, multiplications, divisions, square roots and bit patterns, each rounded by itself, so that CPU
 * and GPU give the same bits: compile without contraction (-ffp-contract=off, --fmad=false) and without fast division.
 */
#ifndef TWEED_CUDA_GAUS_MATH_H
#define TWEED_CUDA_GAUS_MATH_H

#include "gaus_target.h"

#define GAUS_INV_SQRT_2PI 0.3989422804f

GAUS_FN float gaus_max(float a, float b) {
  return a > b ? a : b;
}

GAUS_FN float gaus_min(float a, float b) {
  return a < b ? a : b;
}

GAUS_FN float gaus_clamp(float x, float low, float high) {
  return gaus_min(gaus_max(x, low), high);
}

/* The largest whole number that is at most x, |x| < 2^31. */
GAUS_FN int32_t gaus_floor(float x) {
  int32_t k = (int32_t)x;
  return (float)k > x ? k - 1 : k;
}

/* e^x for x <= 88, relative error 2e-7; 0 below -75 (above what makes products of it denormal). */
GAUS_FN float gaus_exp(float x) {
  float c = gaus_max(x, -75.0f);
  float k = (c * 1.44269504f + 12582912.0f) - 12582912.0f; /* nearest whole number */
  float r = (c - k * 0.693359375f) + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  union {
    int32_t i;
    float f;
  } scale;
  scale.i = ((int32_t)k + 127) * 8388608;
  return x < -75.0f ? 0.0f : p * scale.f;
}

/* ln x for normal x > 0, absolute error 1e-6. */
GAUS_FN float gaus_log(float x) {
  union {
    int32_t i;
    float f;
  } u;
  u.f = x;
  int32_t e = (u.i - 0x3f3504f3) >> 23; /* x = 2^e * m, m in [1/sqrt 2, sqrt 2) */
  u.i -= e * 8388608;
  float s = (u.f - 1.0f) / (u.f + 1.0f), t = s * s; /* ln m = 2 artanh s */
  float p = 0.2222222222f;
  p = p * t + 0.2857142857f;
  p = p * t + 0.4f;
  p = p * t + 0.6666666667f;
  return (float)e * 0.6931471806f + (2.0f + p * t) * s;
}

/* The density at z. */
GAUS_FN float gaus_pdf(float z) {
  return gaus_exp(-0.5f * z * z) * GAUS_INV_SQRT_2PI;
}

/* (1 - cdf(z)) / pdf(z) for z >= 0 to 1e-5 of itself where that matters: Abramowitz & Stegun 26.2.17. */
GAUS_FN float gaus_mills(float z) {
  float t = 1.0f / (1.0f + 0.2316419f * z);
  float p = 1.330274429f;
  p = p * t - 1.821255978f;
  p = p * t + 1.781477937f;
  p = p * t - 0.356563782f;
  p = p * t + 0.319381530f;
  return p * t;
}

/* The distribution function at z where pdf is its density there; absolute error 1e-7. */
GAUS_FN float gaus_cdf(float z, float pdf) {
  float tail = pdf * gaus_mills(z < 0.0f ? -z : z);
  return z < 0.0f ? tail : 1.0f - tail;
}

/* The hinge E[max(0, m + s N)] of a standard normal N, s > 0; *p is its derivative by m, the probability of m + s N >
 * 0. By s it is pdf(m / s). Exact, and convex in m and s (Clark 1961). */
GAUS_FN float gaus_hinge(float m, float s, float *p) {
  float z = m / s, density = gaus_pdf(z);
  *p = gaus_cdf(z, density);
  float h = m * *p + s * density;
  return gaus_max(h, gaus_max(m, 0.0f));
}

/* x rounded to a multiple of GAUS_QUANTUM, |x| < 2^20. Sums of such numbers are exact in double precision below 2^22,
 * so that they do not depend on the order in which threads add. */
#define GAUS_QUANTUM (1.0 / 1073741824.0)
GAUS_FN double gaus_round(double x) {
  return (x + 6291456.0) - 6291456.0;
}

#endif
