// LOOP: fir4 fir8_q15 iir1 biquad_df1 biquad_df2t cascade moving_average dc_block comb
// EXPECT: pipelined
#include "driver.h"

KERNEL void fir4(int n, const float *restrict x, const float *restrict h, float *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] = x[i] * h[0] + x[i + 1] * h[1] + x[i + 2] * h[2] + x[i + 3] * h[3];
}

KERNEL void fir8_q15(int n, const int16_t *restrict x, const int16_t *restrict h, int16_t *restrict y) {
  int32_t h0 = h[0], h1 = h[1], h2 = h[2], h3 = h[3], h4 = h[4], h5 = h[5], h6 = h[6], h7 = h[7];
  for (int i = 0; i < n; i++) {
    int64_t s = (int64_t)x[i] * h0 + (int64_t)x[i + 1] * h1 + (int64_t)x[i + 2] * h2 + (int64_t)x[i + 3] * h3 +
                (int64_t)x[i + 4] * h4 + (int64_t)x[i + 5] * h5 + (int64_t)x[i + 6] * h6 + (int64_t)x[i + 7] * h7;
    y[i] = (int16_t)(s >> 15);
  }
}

KERNEL float iir1(int n, float a, const float *restrict x, float *restrict y) {
  float state = 0;
  for (int i = 0; i < n; i++) {
    state = state + a * (x[i] - state);
    y[i] = state;
  }
  return state;
}

KERNEL void biquad_df1(int n, const float *restrict c, const float *restrict x, float *restrict y) {
  float b0 = c[0], b1 = c[1], b2 = c[2], a1 = c[3] * 0.5f, a2 = c[4] * 0.25f;
  float x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  for (int i = 0; i < n; i++) {
    float v = b0 * x[i] + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x[i];
    y2 = y1;
    y1 = v;
    y[i] = v;
  }
}

KERNEL void biquad_df2t(int n, const double *restrict c, double *restrict state, double *x) {
  double s1 = state[0], s2 = state[1];
  for (int i = 0; i < n; i++) {
    double in = x[i], out = c[0] * in + s1;
    s1 = c[1] * in - 0.5 * c[3] * out + s2;
    s2 = c[2] * in - 0.25 * c[4] * out;
    x[i] = out;
  }
  state[0] = s1;
  state[1] = s2;
}

KERNEL float cascade(int n, const float *restrict x, float *restrict y) {
  float p1 = 0, p2 = 0, q1 = 0, q2 = 0, last = 0;
  for (int i = 0; i < n; i++) {
    float u = 0.2f * x[i] + 0.3f * p1 - 0.1f * p2;
    float v = 0.5f * u + 0.25f * q1 - 0.125f * q2;
    p2 = p1;
    p1 = u;
    q2 = q1;
    q1 = v;
    y[i] = v;
    last = u - v;
  }
  return last;
}

/* x has 8 more elements than y. */
KERNEL void moving_average(int n, const int32_t *restrict x, int32_t *restrict y) {
  int32_t sum = 0;
  for (int i = 0; i < n; i++) {
    sum += x[i + 8] - x[i];
    y[i] = sum >> 3;
  }
}

KERNEL void dc_block(int n, const int16_t *restrict x, int16_t *restrict y) {
  int32_t last = 0, out = 0;
  for (int i = 0; i < n; i++) {
    out = x[i] - last + ((out * 31) >> 5);
    last = x[i];
    y[i] = (int16_t)out;
  }
}

/* A feedback comb through memory: distance 7. */
KERNEL void comb(int n, float g, const float *restrict x, float *restrict y) {
  for (int i = 7; i < n; i++)
    y[i] = x[i] + g * y[i - 7];
}

TEST(fir4) {
  float *x = FLOATS(n + 3), *h = FLOATS(4), *y = OUTPUT(float, n);
  fir4(n, x, h, y);
}

TEST(fir8_q15) {
  int16_t *x = BITS(int16_t, n + 7), *h = BITS(int16_t, 8), *y = OUTPUT(int16_t, n);
  fir8_q15(n, x, h, y);
}

TEST(iir1) {
  float *x = FLOATS(n), *y = OUTPUT(float, n);
  RESULT(iir1(n, 0.3f, x, y));
}

TEST(biquads) {
  float *c = FLOATS(5), *x = FLOATS(n), *y = OUTPUT(float, n);
  double *d = DOUBLES(5), *state = DOUBLES(2), *z = DOUBLES(n);
  biquad_df1(n, c, x, y);
  biquad_df2t(n, d, state, z);
  RESULT(cascade(n, x, y));
}

TEST(integer_filters) {
  int32_t *x = INTS(int32_t, n + 8, -100000, 100000), *y = OUTPUT(int32_t, n);
  int16_t *p = BITS(int16_t, n), *q = OUTPUT(int16_t, n);
  moving_average(n, x, y);
  dc_block(n, p, q);
}

TEST(comb) {
  float *x = FLOATS(n), *y = FLOATS(n);
  comb(n, 0.5f, x, y);
}
