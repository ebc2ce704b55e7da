// LOOP: sum_i8 sum_u8 sum_i16 sum_u32 sum_i64 sum_narrow product_u32 product_u64 xor_u64 and_u16 or_u8 min_i32
// LOOP: max_u8 several max_i64 parity squares
// EXPECT: pipelined
#include "driver.h"

KERNEL int32_t sum_i8(int n, const int8_t *x) {
  int32_t s = 0;
  for (int i = 0; i < n; i++)
    s += x[i];
  return s;
}

KERNEL uint8_t sum_u8(int n, const uint8_t *x) {
  uint8_t s = 7;
  for (int i = 0; i < n; i++)
    s = (uint8_t)(s + x[i]);
  return s;
}

KERNEL int64_t sum_i16(int n, const int16_t *x) {
  int64_t s = -1;
  for (int i = 0; i < n; i++)
    s -= x[i];
  return s;
}

KERNEL uint32_t sum_u32(unsigned n, const uint32_t *x) {
  uint32_t s = 0;
  for (unsigned i = 0; i < n; i++)
    s += x[i];
  return s;
}

KERNEL uint64_t sum_i64(long n, const uint64_t *x) {
  uint64_t s = 0;
  for (long i = 0; i < n; i++)
    s += x[i] >> 3;
  return s;
}

KERNEL int16_t sum_narrow(int n, const int32_t *x) {
  int16_t s = 0;
  for (int i = 0; i < n; i++)
    s = (int16_t)(s + (int16_t)x[i]);
  return s;
}

KERNEL uint32_t product_u32(int n, const uint32_t *x) {
  uint32_t p = 1;
  for (int i = 0; i < n; i++)
    p *= x[i] | 1;
  return p;
}

KERNEL uint64_t product_u64(int n, const uint32_t *x) {
  uint64_t p = 3;
  for (int i = 0; i < n; i++)
    p *= (uint64_t)x[i] | 1;
  return p;
}

KERNEL uint64_t xor_u64(int n, const uint64_t *x) {
  uint64_t s = 0;
  for (int i = 0; i < n; i++)
    s ^= x[i];
  return s;
}

KERNEL uint16_t and_u16(int n, const uint16_t *x) {
  uint16_t s = 0xffff;
  for (int i = 0; i < n; i++)
    s &= (uint16_t)(x[i] | 0x1248);
  return s;
}

KERNEL uint8_t or_u8(int n, const uint8_t *x) {
  uint8_t s = 0;
  for (int i = 0; i < n; i++)
    s |= x[i] & 0x5a;
  return s;
}

KERNEL int32_t min_i32(int n, const int32_t *x) {
  int32_t m = INT32_MAX;
  for (int i = 0; i < n; i++)
    m = x[i] < m ? x[i] : m;
  return m;
}

KERNEL uint8_t max_u8(int n, const uint8_t *x) {
  uint8_t m = 0;
  for (int i = 0; i < n; i++)
    if (x[i] > m)
      m = x[i];
  return m;
}

KERNEL int64_t max_i64(int n, const int64_t *x) {
  int64_t m = INT64_MIN;
  for (int i = 0; i < n; i++)
    m = m > x[i] ? m : x[i];
  return m;
}

struct several_result {
  uint32_t sum, bits, low, high;
};

KERNEL void several(int n, const uint32_t *restrict x, struct several_result *restrict out) {
  uint32_t sum = 0, bits = 0, low = UINT32_MAX, high = 0;
  for (int i = 0; i < n; i++) {
    uint32_t v = x[i];
    sum += v;
    bits ^= v << 1;
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  *out = (struct several_result){sum, bits, low, high};
}

KERNEL _Bool parity(int n, const uint32_t *x) {
  _Bool p = 0;
  for (int i = 0; i < n; i++)
    p ^= x[i] >> 7 & 1;
  return p;
}

KERNEL uint64_t squares(int n, const int16_t *x) {
  uint64_t s = 0;
  for (int i = 0; i < n; i++)
    s += (uint64_t)((int32_t)x[i] * x[i]);
  return s;
}

TEST(bytes) {
  uint8_t *x = BITS(uint8_t, n);
  RESULT(sum_i8(n, (int8_t *)x));
  RESULT(sum_u8(n, x));
  RESULT(or_u8(n, x));
  RESULT(max_u8(n, x));
}

TEST(halves) {
  uint16_t *x = BITS(uint16_t, n);
  RESULT(sum_i16(n, (int16_t *)x));
  RESULT(and_u16(n, x));
  RESULT(squares(n, (int16_t *)x));
}

TEST(words) {
  uint32_t *x = BITS(uint32_t, n);
  struct several_result *all = OUTPUT(struct several_result, 1);
  RESULT(sum_u32((unsigned)n, x));
  RESULT(sum_narrow(n, (int32_t *)x));
  RESULT(product_u32(n, x));
  RESULT(product_u64(n, x));
  RESULT(min_i32(n, (int32_t *)x));
  RESULT(parity(n, x));
  several(n, x, all);
}

TEST(doublewords) {
  uint64_t *x = BITS(uint64_t, n);
  RESULT(sum_i64(n, x));
  RESULT(xor_u64(n, x));
  RESULT(max_i64(n, (int64_t *)x));
}
