// LOOP: crc32_table crc8_bits fnv1a djb2 adler32 fletcher16 xorshift_fill lfsr murmur_mix checksum16 xtea_rounds
// LOOP: rc4 chacha_quarter siphash_words polynomial_mod
// EXPECT: pipelined
#include "driver.h"

KERNEL uint32_t crc32_table(int n, const uint8_t *restrict x, const uint32_t *restrict table) {
  uint32_t c = 0xffffffff;
  for (int i = 0; i < n; i++)
    c = table[(c ^ x[i]) & 255] ^ (c >> 8);
  return ~c;
}

KERNEL uint8_t crc8_bits(int n, const uint8_t *x) {
  unsigned c = 0;
  for (int i = 0; i < n; i++) {
    c ^= x[i];
    c = c & 0x80 ? c << 1 ^ 0x107 : c << 1;
    c = c & 0x80 ? c << 1 ^ 0x107 : c << 1;
    c = c & 0x80 ? c << 1 ^ 0x107 : c << 1;
    c = c & 0x80 ? c << 1 ^ 0x107 : c << 1;
  }
  return (uint8_t)c;
}

KERNEL uint64_t fnv1a(size_t n, const uint8_t *x) {
  uint64_t h = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < n; i++)
    h = (h ^ x[i]) * UINT64_C(0x100000001b3);
  return h;
}

KERNEL uint32_t djb2(const char *x, const char *end) {
  uint32_t h = 5381;
  for (; x != end; x++)
    h = h * 33 + (uint32_t)*x;
  return h;
}

KERNEL uint32_t adler32(int n, const uint8_t *x) {
  uint32_t a = 1, b = 0;
  for (int i = 0; i < n; i++) {
    a = (a + x[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

KERNEL uint16_t fletcher16(int n, const uint8_t *x) {
  uint16_t a = 0, b = 0;
  for (int i = 0; i < n; i++) {
    a = (uint16_t)((a + x[i]) % 255);
    b = (uint16_t)((b + a) % 255);
  }
  return (uint16_t)(b << 8 | a);
}

KERNEL uint64_t xorshift_fill(int n, uint64_t s, uint64_t *restrict out) {
  for (int i = 0; i < n; i++) {
    s ^= s << 13;
    s ^= s >> 7;
    s ^= s << 17;
    out[i] = s * UINT64_C(0x2545f4914f6cdd1d);
  }
  return s;
}

KERNEL void lfsr(int n, uint16_t s, uint8_t *x) {
  for (int i = 0; i < n; i++) {
    s = (uint16_t)(s >> 1 ^ (-(s & 1) & 0xb400));
    x[i] ^= (uint8_t)s;
  }
}

KERNEL uint32_t murmur_mix(int n, const uint32_t *x) {
  uint32_t h = 42;
  for (int i = 0; i < n; i++) {
    uint32_t k = x[i] * 0xcc9e2d51u;
    k = (k << 15 | k >> 17) * 0x1b873593u;
    h ^= k;
    h = (h << 13 | h >> 19) * 5 + 0xe6546b64u;
  }
  return h;
}

KERNEL uint16_t checksum16(int n, const uint16_t *x) {
  uint32_t s = 0;
  for (int i = 0; i < n; i++) {
    s += x[i];
    s = (s & 0xffff) + (s >> 16);
  }
  return (uint16_t)~s;
}

KERNEL void xtea_rounds(int n, const uint32_t *restrict key, uint32_t *restrict block) {
  uint32_t a = block[0], b = block[1], sum = 0;
  for (int i = 0; i < n; i++) {
    a += ((b << 4 ^ b >> 5) + b) ^ (sum + key[sum & 3]);
    sum += 0x9e3779b9u;
    b += ((a << 4 ^ a >> 5) + a) ^ (sum + key[sum >> 11 & 3]);
  }
  block[0] = a;
  block[1] = b;
}

/* Stores into its own table: every load must see the swaps before it. */
KERNEL void rc4(int n, uint8_t *s, const uint8_t *in, uint8_t *out) {
  uint8_t a = 0, b = 0;
  for (int i = 0; i < n; i++) {
    a = (uint8_t)(a + 1);
    uint8_t x = s[a];
    b = (uint8_t)(b + x);
    uint8_t y = s[b];
    s[a] = y;
    s[b] = x;
    out[i] = in[i] ^ s[(uint8_t)(x + y)];
  }
}

KERNEL void chacha_quarter(int n, uint32_t *restrict a, uint32_t *restrict b, uint32_t *restrict c,
                           uint32_t *restrict d) {
  for (int i = 0; i < n; i++) {
    uint32_t p = a[i], q = b[i], r = c[i], s = d[i];
    p += q, s ^= p, s = s << 16 | s >> 16;
    r += s, q ^= r, q = q << 12 | q >> 20;
    p += q, s ^= p, s = s << 8 | s >> 24;
    r += s, q ^= r, q = q << 7 | q >> 25;
    a[i] = p;
    b[i] = q;
    c[i] = r;
    d[i] = s;
  }
}

KERNEL uint64_t siphash_words(int n, const uint64_t *x) {
  uint64_t a = 1, b = 2, c = 3, d = 4;
  for (int i = 0; i < n; i++) {
    d ^= x[i];
    a += b, b = (b << 13 | b >> 51) ^ a, a = a << 32 | a >> 32;
    c += d, d = (d << 16 | d >> 48) ^ c;
    a += d, d = (d << 21 | d >> 43) ^ a;
    c += b, b = (b << 17 | b >> 47) ^ c, c = c << 32 | c >> 32;
    a ^= x[i];
  }
  return a ^ b ^ c ^ d;
}

/* The division starts before anything of the next iteration can, and ends last. */
KERNEL uint32_t polynomial_mod(int n, const uint8_t *x, uint32_t p) {
  uint64_t h = 0;
  for (int i = 0; i < n; i++)
    h = (h * 257 + x[i]) % p;
  return (uint32_t)h;
}

TEST(bytes) {
  uint8_t *x = BITS(uint8_t, n);
  uint32_t *table = BITS(uint32_t, 256);
  RESULT(crc32_table(n, x, table));
  RESULT(crc8_bits(n, x));
  RESULT(fnv1a((size_t)n, x));
  RESULT(djb2((char *)x, (char *)x + n));
  RESULT(adler32(n, x));
  RESULT(fletcher16(n, x));
  RESULT(polynomial_mod(n, x, 1000003));
  lfsr(n, 0xace1, x);
}

TEST(words) {
  uint64_t *out = OUTPUT(uint64_t, n), *y = BITS(uint64_t, n);
  uint32_t *x = BITS(uint32_t, n), *key = BITS(uint32_t, 4), *block = BITS(uint32_t, 2);
  uint16_t *h = BITS(uint16_t, n);
  RESULT(xorshift_fill(n, 88172645463325252u, out));
  RESULT(murmur_mix(n, x));
  RESULT(checksum16(n, h));
  RESULT(siphash_words(n, y));
  xtea_rounds(n, key, block);
}

TEST(rc4) {
  int32_t *order = PERMUTATION(256);
  uint8_t *s = BITS(uint8_t, 256), *in = BITS(uint8_t, n), *out = OUTPUT(uint8_t, n);
  rc4(n, s, in, out);
  RESULT(order[0]);
}

TEST(chacha_quarter) {
  uint32_t *a = BITS(uint32_t, n), *b = BITS(uint32_t, n), *c = BITS(uint32_t, n), *d = BITS(uint32_t, n);
  chacha_quarter(n, a, b, c, d);
}
