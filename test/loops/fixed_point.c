// LOOP: saturate_add q15_multiply q31_mac blend gray pack_i8 absolute_difference mulaw dither adpcm volume yuv
// EXPECT: pipelined
#include "driver.h"

static int32_t saturate16(int32_t v) {
  return v > 32767 ? 32767 : v < -32768 ? -32768 : v;
}

KERNEL void saturate_add(int n, const int16_t *restrict x, const int16_t *restrict y, int16_t *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = (int16_t)saturate16(x[i] + y[i]);
}

KERNEL void q15_multiply(int n, const int16_t *restrict x, const int16_t *restrict y, int16_t *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = (int16_t)saturate16((x[i] * y[i] + 0x4000) >> 15);
}

KERNEL int64_t q31_mac(int n, const int32_t *restrict x, const int32_t *restrict y) {
  int64_t s = 0;
  for (int i = 0; i < n; i++)
    s += ((int64_t)x[i] * y[i]) >> 31;
  return s;
}

KERNEL void blend(int n, int alpha, const uint8_t *restrict x, const uint8_t *restrict y, uint8_t *restrict z) {
  for (int i = 0; i < n; i++)
    z[i] = (uint8_t)((x[i] * alpha + y[i] * (256 - alpha) + 128) >> 8);
}

KERNEL void gray(int n, const uint8_t *restrict rgb, uint8_t *restrict out) {
  for (int i = 0; i < n; i++)
    out[i] = (uint8_t)((rgb[3 * i] * 77 + rgb[3 * i + 1] * 150 + rgb[3 * i + 2] * 29) >> 8);
}

KERNEL void pack_i8(int n, const int32_t *restrict x, int8_t *restrict y) {
  for (int i = 0; i < n; i++) {
    int32_t v = x[i] >> 16;
    v = v < -128 ? -128 : v;
    y[i] = (int8_t)(v > 127 ? 127 : v);
  }
}

KERNEL uint32_t absolute_difference(int n, const uint8_t *restrict x, const uint8_t *restrict y) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++) {
    int d = x[i] - y[i];
    s += (uint32_t)(d < 0 ? -d : d);
  }
  return s;
}

KERNEL void mulaw(int n, const int16_t *restrict x, uint8_t *restrict y) {
  for (int i = 0; i < n; i++) {
    int32_t v = x[i], sign = v < 0 ? 0x80 : 0;
    v = v < 0 ? -v : v;
    v = (v > 32635 ? 32635 : v) + 132;
    int e = 31 - __builtin_clz((unsigned)v) - 7;
    y[i] = (uint8_t)~(sign | e << 4 | (v >> (e + 3) & 15));
  }
}

/* The error goes on to the next pixel. */
KERNEL void dither(int n, const uint8_t *restrict x, uint8_t *restrict y) {
  int error = 0;
  for (int i = 0; i < n; i++) {
    int v = x[i] + error, out = v > 127 ? 255 : 0;
    y[i] = (uint8_t)out;
    error = ((v - out) * 7) >> 4;
  }
}

KERNEL int32_t adpcm(int n, const int8_t *restrict code, int16_t *restrict out) {
  int32_t value = 0, step = 7;
  for (int i = 0; i < n; i++) {
    int32_t c = code[i] & 15, d = (step * (c & 7)) >> 2;
    value = saturate16(c & 8 ? value - d : value + d);
    step = c & 4 ? step + (step >> 1) + 1 : step - (step >> 3);
    step = step > 16000 ? 16000 : step < 7 ? 7 : step;
    out[i] = (int16_t)value;
  }
  return step;
}

KERNEL void volume(int n, int16_t *x, int32_t gain, int32_t slope) {
  for (int i = 0; i < n; i++) {
    x[i] = (int16_t)saturate16((int32_t)((uint32_t)x[i] * (uint32_t)gain) >> 12);
    gain += slope;
  }
}

KERNEL void yuv(int n, const uint8_t *restrict y, const uint8_t *restrict u, const uint8_t *restrict v,
                uint32_t *restrict out) {
  for (int i = 0; i < n; i++) {
    int c = 298 * (y[i] - 16), d = u[i] - 128, e = v[i] - 128;
    int r = (c + 409 * e + 128) >> 8, g = (c - 100 * d - 208 * e + 128) >> 8, b = (c + 516 * d + 128) >> 8;
    r = r < 0 ? 0 : r > 255 ? 255 : r;
    g = g < 0 ? 0 : g > 255 ? 255 : g;
    b = b < 0 ? 0 : b > 255 ? 255 : b;
    out[i] = (uint32_t)(r << 16 | g << 8 | b);
  }
}

TEST(sixteen) {
  int16_t *x = BITS(int16_t, n), *y = BITS(int16_t, n), *z = OUTPUT(int16_t, n), *w = OUTPUT(int16_t, n);
  uint8_t *u = OUTPUT(uint8_t, n);
  saturate_add(n, x, y, z);
  q15_multiply(n, x, y, w);
  mulaw(n, x, u);
  volume(n, y, 5000, 3);
}

TEST(thirty_two) {
  int32_t *x = BITS(int32_t, n), *y = BITS(int32_t, n);
  int8_t *z = OUTPUT(int8_t, n);
  int16_t *w = OUTPUT(int16_t, n);
  RESULT(q31_mac(n, x, y));
  pack_i8(n, x, z);
  RESULT(adpcm(n, (int8_t *)y, w));
}

TEST(pixels) {
  uint8_t *x = BITS(uint8_t, n), *y = BITS(uint8_t, n), *v = BITS(uint8_t, n), *z = OUTPUT(uint8_t, n);
  uint8_t *rgb = BITS(uint8_t, 3 * n), *g = OUTPUT(uint8_t, n), *d = OUTPUT(uint8_t, n);
  uint32_t *out = OUTPUT(uint32_t, n);
  blend(n, 77, x, y, z);
  gray(n, rgb, g);
  dither(n, x, d);
  RESULT(absolute_difference(n, x, y));
  yuv(n, x, y, v, out);
}
