// LOOP: horner_degree16 aes_like color_matrix rk4 sha_schedule dct8 many_arrays polynomial_pair deep_select
// LOOP: black_scholes_like
// EXPECT: pipelined
// FLAGS: -fno-math-errno
#include "driver.h"

KERNEL void horner_degree16(int n, const double *restrict c, const double *restrict x, double *restrict y) {
  for (int i = 0; i < n; i++) {
    double v = x[i], s = c[0];
    s = s * v + c[1], s = s * v + c[2], s = s * v + c[3], s = s * v + c[4];
    s = s * v + c[5], s = s * v + c[6], s = s * v + c[7], s = s * v + c[8];
    s = s * v + c[9], s = s * v + c[10], s = s * v + c[11], s = s * v + c[12];
    s = s * v + c[13], s = s * v + c[14], s = s * v + c[15], s = s * v + c[16];
    y[i] = s;
  }
}

KERNEL void aes_like(int n, const uint32_t *restrict t, const uint32_t *restrict key, uint32_t *restrict x) {
  for (int i = 0; i < n; i++) {
    uint32_t a = x[4 * i] ^ key[0], b = x[4 * i + 1] ^ key[1], c = x[4 * i + 2] ^ key[2], d = x[4 * i + 3] ^ key[3];
    x[4 * i] = t[a >> 24] ^ t[b >> 16 & 255] ^ t[c >> 8 & 255] ^ t[d & 255];
    x[4 * i + 1] = t[b >> 24] ^ t[c >> 16 & 255] ^ t[d >> 8 & 255] ^ t[a & 255];
    x[4 * i + 2] = t[c >> 24] ^ t[d >> 16 & 255] ^ t[a >> 8 & 255] ^ t[b & 255];
    x[4 * i + 3] = t[d >> 24] ^ t[a >> 16 & 255] ^ t[b >> 8 & 255] ^ t[c & 255];
  }
}

KERNEL void color_matrix(int n, const float *restrict m, const uint8_t *restrict in, uint8_t *restrict out) {
  for (int i = 0; i < n; i++) {
    float r = in[3 * i], g = in[3 * i + 1], b = in[3 * i + 2];
    float u = m[0] * r + m[1] * g + m[2] * b, v = m[3] * r + m[4] * g + m[5] * b, w = m[6] * r + m[7] * g + m[8] * b;
    u = u < 0 ? 0 : u > 255 ? 255 : u;
    v = v < 0 ? 0 : v > 255 ? 255 : v;
    w = w < 0 ? 0 : w > 255 ? 255 : w;
    out[3 * i] = (uint8_t)u;
    out[3 * i + 1] = (uint8_t)v;
    out[3 * i + 2] = (uint8_t)w;
  }
}

/* y' = x - y / 2, one step each iteration: a long recurrence with work beside it. */
KERNEL double rk4(int n, double h, const double *restrict x, double *restrict out) {
  double y = 1;
  for (int i = 0; i < n; i++) {
    double v = x[i];
    double a = v - 0.5 * y, b = v - 0.5 * (y + 0.5 * h * a), c = v - 0.5 * (y + 0.5 * h * b), d = v - 0.5 * (y + h * c);
    y += h / 6 * (a + 2 * b + 2 * c + d);
    out[i] = y;
  }
  return y;
}

/* Distances 2, 7, 15 and 16 through memory. */
KERNEL void sha_schedule(int n, uint32_t *w) {
  for (int i = 16; i < n; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    uint32_t s0 = (a >> 7 | a << 25) ^ (a >> 18 | a << 14) ^ a >> 3;
    uint32_t s1 = (b >> 17 | b << 15) ^ (b >> 19 | b << 13) ^ b >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
}

KERNEL void dct8(int n, float *x) {
  for (int i = 0; i < n; i++, x += 8) {
    float a = x[0] + x[7], b = x[1] + x[6], c = x[2] + x[5], d = x[3] + x[4];
    float e = x[0] - x[7], f = x[1] - x[6], g = x[2] - x[5], h = x[3] - x[4];
    x[0] = (a + d + b + c) * 0.353553f;
    x[1] = e * 0.490393f + f * 0.415735f + g * 0.277785f + h * 0.097545f;
    x[2] = (a - d) * 0.46194f + (b - c) * 0.191342f;
    x[3] = e * 0.415735f - f * 0.097545f - g * 0.490393f - h * 0.277785f;
    x[4] = (a + d - b - c) * 0.353553f;
    x[5] = e * 0.277785f - f * 0.490393f + g * 0.097545f + h * 0.415735f;
    x[6] = (a - d) * 0.191342f - (b - c) * 0.46194f;
    x[7] = e * 0.097545f - f * 0.277785f + g * 0.415735f - h * 0.490393f;
  }
}

/* Eight streams, six of them read. */
KERNEL void many_arrays(int n, const int32_t *restrict a, const int32_t *restrict b, const int32_t *restrict c,
                        const int32_t *restrict d, const int32_t *restrict e, const int32_t *restrict f,
                        int32_t *restrict y, int32_t *restrict z) {
  for (int i = 0; i < n; i++) {
    y[i] = (a[i] & b[i]) + (c[i] ^ d[i]);
    z[i] = (e[i] | f[i]) - (a[i] ^ f[i]);
  }
}

KERNEL void polynomial_pair(int n, const float *restrict x, float *restrict s, float *restrict c) {
  for (int i = 0; i < n; i++) {
    float v = x[i], q = v * v;
    s[i] = v * (1.0f + q * (-0.16666667f + q * (0.0083333f + q * -0.000198412f)));
    c[i] = 1.0f + q * (-0.5f + q * (0.041666667f + q * -0.00138888f));
  }
}

KERNEL void deep_select(int n, const int32_t *restrict x, int32_t *restrict y) {
  for (int i = 0; i < n; i++) {
    int32_t v = x[i], r = v & 1 ? v * 3 + 1 : v >> 1;
    r = r & 1 ? r * 3 + 1 : r >> 1;
    r = r & 1 ? r * 3 + 1 : r >> 1;
    r = r & 1 ? r * 3 + 1 : r >> 1;
    y[i] = r & 1 ? r - v : r + v;
  }
}

KERNEL void black_scholes_like(int n, const float *restrict s, const float *restrict k, const float *restrict t,
                               float *restrict out) {
  for (int i = 0; i < n; i++) {
    float p = s[i] + 2.0f, q = k[i] + 2.0f, r = __builtin_sqrtf(t[i] + 1.5f);
    float d = (p / q - 1.0f + 0.03f * r) / (0.2f * r), e = d - 0.2f * r;
    float u = 1.0f / (1.0f + 0.2316419f * __builtin_fabsf(d)), v = 1.0f / (1.0f + 0.2316419f * __builtin_fabsf(e));
    u = u * (0.31938153f + u * (-0.356563782f + u * 1.781477937f));
    v = v * (0.31938153f + v * (-0.356563782f + v * 1.781477937f));
    out[i] = p * (d < 0 ? u : 1.0f - u) - q * (e < 0 ? v : 1.0f - v);
  }
}

TEST(floats) {
  float *x = FLOATS(8 * n), *y = FLOATS(n), *z = FLOATS(n), *s = OUTPUT(float, n), *c = OUTPUT(float, n);
  float *m = FLOATS(9), *o = OUTPUT(float, n);
  uint8_t *in = BITS(uint8_t, 3 * n), *out = OUTPUT(uint8_t, 3 * n);
  polynomial_pair(n, x, s, c);
  black_scholes_like(n, x, y, z, o);
  dct8(n, x);
  color_matrix(n, m, in, out);
}

TEST(doubles) {
  double *c = DOUBLES(17), *x = DOUBLES(n), *y = OUTPUT(double, n), *z = OUTPUT(double, n);
  horner_degree16(n, c, x, y);
  RESULT(rk4(n, 0.125, x, z));
}

TEST(integers) {
  uint32_t *t = BITS(uint32_t, 256), *key = BITS(uint32_t, 4), *x = BITS(uint32_t, 4 * n), *w = BITS(uint32_t, n);
  int32_t *a = INTS(int32_t, n, 0, 1000000), *y = OUTPUT(int32_t, n);
  aes_like(n, t, key, x);
  sha_schedule(n, w);
  deep_select(n, a, y);
}

TEST(many_arrays) {
  int32_t *a = INTS(int32_t, n, 0, 1000), *b = INTS(int32_t, n, 0, 1000), *c = INTS(int32_t, n, 0, 1000);
  int32_t *d = INTS(int32_t, n, 0, 1000), *e = INTS(int32_t, n, 0, 1000), *f = INTS(int32_t, n, 0, 1000);
  int32_t *y = OUTPUT(int32_t, n), *z = OUTPUT(int32_t, n);
  many_arrays(n, a, b, c, d, e, f, y, z);
}
