// LOOP: upper count_lines xor_mask hex_encode base64_groups reverse_copy mismatches translate nibbles
// LOOP: reverse_bits popcount interleave utf8_length swap_ends delta_decode little_endian
// EXPECT: pipelined
#include "driver.h"

KERNEL void upper(int n, char *x) {
  for (int i = 0; i < n; i++)
    x[i] = (char)(x[i] >= 'a' && x[i] <= 'z' ? x[i] - 32 : x[i]);
}

KERNEL int count_lines(size_t n, const char *x) {
  int lines = 0;
  for (size_t i = 0; i < n; i++)
    if (x[i] == '\n')
      lines++;
  return lines;
}

KERNEL void xor_mask(int n, const uint8_t *restrict mask, uint8_t *restrict x) {
  for (int i = 0; i < n; i++)
    x[i] ^= mask[i & 3];
}

KERNEL void hex_encode(int n, const uint8_t *restrict x, char *restrict out) {
  for (int i = 0; i < n; i++) {
    int h = x[i] >> 4, l = x[i] & 15;
    out[2 * i] = (char)(h < 10 ? '0' + h : 'a' + h - 10);
    out[2 * i + 1] = (char)(l < 10 ? '0' + l : 'a' + l - 10);
  }
}

KERNEL void base64_groups(int n, const uint8_t *restrict x, const char *restrict alphabet, char *restrict out) {
  for (int i = 0; i < n; i++, x += 3, out += 4) {
    unsigned v = (unsigned)(x[0] << 16 | x[1] << 8 | x[2]);
    out[0] = alphabet[v >> 18];
    out[1] = alphabet[v >> 12 & 63];
    out[2] = alphabet[v >> 6 & 63];
    out[3] = alphabet[v & 63];
  }
}

KERNEL void reverse_copy(int n, const uint8_t *restrict x, uint8_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[n - 1 - i] = (uint8_t)(x[i] + 1);
}

KERNEL int mismatches(int n, const char *x, const char *y) {
  int c = 0;
  for (int i = 0; i < n; i++)
    c += x[i] != y[i];
  return c;
}

KERNEL void translate(long n, const uint8_t *restrict table, uint8_t *x) {
  for (long i = 0; i < n; i++)
    x[i] = table[x[i]];
}

KERNEL void nibbles(int n, const uint8_t *restrict x, uint8_t *restrict y) {
  for (int i = 0; i < n; i++) {
    y[2 * i] = x[i] & 15;
    y[2 * i + 1] = x[i] >> 4;
  }
}

KERNEL void reverse_bits(int n, uint8_t *x) {
  for (int i = 0; i < n; i++) {
    unsigned v = x[i];
    v = (v & 0x55) << 1 | (v >> 1 & 0x55);
    v = (v & 0x33) << 2 | (v >> 2 & 0x33);
    x[i] = (uint8_t)(v << 4 | v >> 4);
  }
}

KERNEL int popcount(int n, const uint32_t *x) {
  int c = 0;
  for (int i = 0; i < n; i++)
    c += __builtin_popcount(x[i]);
  return c;
}

KERNEL void interleave(int n, const uint8_t *restrict l, const uint8_t *restrict r, uint8_t *restrict out) {
  for (int i = 0; i < n; i++) {
    *out++ = (uint8_t)(l[i] ^ 0x80);
    *out++ = (uint8_t)(r[i] ^ 0x80);
  }
}

KERNEL size_t utf8_length(const unsigned char *x, size_t n) {
  size_t length = 0;
  while (n-- > 0)
    length += (*x++ & 0xc0) != 0x80;
  return length;
}

/* Both ends of one array at once. */
KERNEL void swap_ends(int n, uint8_t *x) {
  for (int i = 0, j = n - 1; i < n / 2; i++, j--) {
    uint8_t t = x[i];
    x[i] = x[j];
    x[j] = t;
  }
}

KERNEL void delta_decode(int n, uint8_t *x) {
  uint8_t last = 0;
  for (int i = 0; i < n; i++)
    x[i] = last = (uint8_t)(last + x[i]);
}

KERNEL void little_endian(int n, const uint8_t *restrict x, uint32_t *restrict y) {
  for (int i = 0; i < n; i++)
    y[i] =
        (uint32_t)x[4 * i] | (uint32_t)x[4 * i + 1] << 8 | (uint32_t)x[4 * i + 3] << 16 | (uint32_t)x[4 * i + 2] << 24;
}

TEST(text) {
  char *x = INTS(char, n, 1, 120), *y = INTS(char, n, 9, 11), *z = INTS(char, n, 9, 11);
  RESULT(count_lines((size_t)n, y));
  RESULT(mismatches(n, y, z));
  upper(n, x);
}

TEST(encoders) {
  uint8_t *x = BITS(uint8_t, 3 * n);
  char *alphabet = BITS(char, 64), *hex = OUTPUT(char, 2 * n), *base = OUTPUT(char, 4 * n);
  hex_encode(n, x, hex);
  base64_groups(n, x, alphabet, base);
}

TEST(bytes) {
  uint8_t *x = BITS(uint8_t, n), *y = OUTPUT(uint8_t, n), *z = OUTPUT(uint8_t, 2 * n), *w = OUTPUT(uint8_t, 2 * n);
  uint8_t *mask = BITS(uint8_t, 4), *table = BITS(uint8_t, 256);
  reverse_copy(n, x, y);
  xor_mask(n, mask, x);
  translate(n, table, x);
  nibbles(n, x, z);
  reverse_bits(n, x);
  interleave(n, x, y, w);
  RESULT(utf8_length(x, (size_t)n));
  swap_ends(n, x);
  delta_decode(n, y);
}

TEST(words) {
  uint32_t *x = BITS(uint32_t, n), *y = OUTPUT(uint32_t, n);
  RESULT(popcount(n, x));
  little_endian(n, (uint8_t *)x, y);
}
