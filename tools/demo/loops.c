/* The loops of the demo: kernels as they stand in numeric and signal code. One function, one innermost loop each. */
#include "loops.h"

/* y = a x + y, in place. */
void axpy(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++)
    y[i] = 0.75f * x[i] + y[i];
}

float dot(long n, const float *restrict x, const float *restrict y) {
  float sum = 0;
  for (long i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

/* Four-tap filter. */
void fir4(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++)
    y[i] = 0.1f * x[i] + 0.2f * x[i + 1] + 0.3f * x[i + 2] + 0.4f * x[i + 3];
}

/* A recurrence over one iteration and over two. */
void iir2(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++)
    y[i + 2] = x[i] + 0.5f * y[i + 1] - 0.25f * y[i];
}

/* The value of three iterations ago: three iterations can run side by side. */
void distance3(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++)
    y[i + 3] = y[i] * x[i] + 1.0f;
}

/* A polynomial at every x. */
void horner(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++) {
    float v = x[i];
    y[i] = ((((0.11f * v + 0.3f) * v - 0.7f) * v + 0.9f) * v - 0.2f) * v + 1.0f;
  }
}

/* Three-point stencil. */
void stencil(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++)
    y[i] = 0.25f * x[i] + 0.5f * x[i + 1] + 0.25f * x[i + 2];
}

void complex_multiply(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++) {
    float a = x[2 * i], b = x[2 * i + 1], c = y[2 * i], d = y[2 * i + 1];
    y[2 * i] = a * c - b * d;
    y[2 * i + 1] = a * d + b * c;
  }
}

/* Fixed-point scaling with rounding and saturation. */
void saturate(long n, const short *restrict x, short *restrict y) {
  for (long i = 0; i < n; i++) {
    int v = (x[i] * 23170 + 16384) >> 15;
    v += y[i];
    y[i] = (short)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
  }
}

/* A condition in the loop. */
void threshold(long n, const float *restrict x, float *restrict y) {
  for (long i = 0; i < n; i++) {
    float v = x[i] * y[i];
    if (v > 0.5f)
      v = v * 0.5f + 0.25f;
    y[i] = v;
  }
}

/* Pointers that may overlap: checked at run time, the original loop stays behind the check. */
void may_overlap(long n, const float *x, float *y) {
  for (long i = 0; i < n; i++)
    y[i] = x[i] * 1.5f - 0.125f;
}

unsigned hash(long n, const unsigned char *s) {
  unsigned h = 2166136261u;
  for (long i = 0; i < n; i++)
    h = (h ^ s[i]) * 16777619u;
  return h;
}
