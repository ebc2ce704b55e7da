// LOOP: stencil3 stencil5 relax_in_place shift_in_place jacobi2d gauss_seidel2d sobel heat_steps upwind
// EXPECT: pipelined
#include "driver.h"

KERNEL void stencil3(int n, const float *restrict x, float *restrict y) {
  for (int i = 1; i < n - 1; i++)
    y[i] = 0.25f * x[i - 1] + 0.5f * x[i] + 0.25f * x[i + 1];
}

KERNEL void stencil5(int n, const double *restrict x, double *restrict y) {
  for (int i = 2; i < n - 2; i++)
    y[i] = -x[i - 2] + 16.0 * x[i - 1] - 30.0 * x[i] + 16.0 * x[i + 1] - x[i + 2];
}

/* x[i-1] is new, x[i+1] old: distance 1 through memory in both directions. */
KERNEL void relax_in_place(int n, float *x) {
  for (int i = 1; i < n - 1; i++)
    x[i] = (x[i - 1] + x[i + 1]) * 0.5f;
}

KERNEL void shift_in_place(int n, int32_t *x) {
  for (int i = 0; i < n - 3; i++)
    x[i] = x[i + 3] ^ (x[i] << 1);
}

KERNEL void jacobi2d(int w, int h, const float *restrict a, float *restrict b) {
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++)
      b[y * w + x] = 0.25f * (a[y * w + x - 1] + a[y * w + x + 1] + a[(y - 1) * w + x] + a[(y + 1) * w + x]);
}

KERNEL void gauss_seidel2d(int w, int h, double *a) {
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++)
      a[y * w + x] =
          0.2 * (a[y * w + x] + a[y * w + x - 1] + a[y * w + x + 1] + a[(y - 1) * w + x] + a[(y + 1) * w + x]);
}

KERNEL void sobel(int w, int h, const uint8_t *restrict in, uint8_t *restrict out) {
  for (int y = 1; y < h - 1; y++)
    for (int x = 1; x < w - 1; x++) {
      const uint8_t *p = in + y * w + x;
      int gx = p[1 - w] + 2 * p[1] + p[1 + w] - p[-1 - w] - 2 * p[-1] - p[-1 + w];
      int gy = p[w - 1] + 2 * p[w] + p[w + 1] - p[-w - 1] - 2 * p[-w] - p[-w + 1];
      int g = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
      out[y * w + x] = (uint8_t)(g > 255 ? 255 : g);
    }
}

KERNEL void heat_steps(int n, int steps, double *restrict a, double *restrict b) {
  for (int t = 0; t < steps; t++) {
    for (int i = 1; i < n - 1; i++)
      b[i] = a[i] + 0.1 * (a[i - 1] - 2 * a[i] + a[i + 1]);
    for (int i = 1; i < n - 1; i++)
      a[i] = b[i] * 0.999;
  }
}

/* The old neighbour is kept in a register. */
KERNEL void upwind(int n, float c, float *u) {
  float before = 0;
  for (int i = 0; i < n; i++) {
    float now = u[i];
    u[i] = now - c * (now - before);
    before = now;
  }
}

TEST(one_dimension) {
  float *x = FLOATS(n), *y = OUTPUT(float, n);
  double *v = DOUBLES(n), *w = OUTPUT(double, n);
  int32_t *k = INTS(int32_t, n, 0, 1000000);
  stencil3(n, x, y);
  stencil5(n, v, w);
  relax_in_place(n, x);
  shift_in_place(n, k);
  upwind(n, 0.4f, x);
}

TEST(two_dimensions) {
  int h = n < 6 ? n : 6;
  float *a = FLOATS((long)n * h), *b = OUTPUT(float, (long)n *h);
  double *d = DOUBLES((long)n * h);
  uint8_t *p = BITS(uint8_t, (long)n *h), *q = OUTPUT(uint8_t, (long)n *h);
  jacobi2d(n, h, a, b);
  gauss_seidel2d(n, h, d);
  sobel(n, h, p, q);
}

TEST(heat_steps) {
  double *a = DOUBLES(n), *b = OUTPUT(double, n);
  heat_steps(n, 3, a, b);
}
