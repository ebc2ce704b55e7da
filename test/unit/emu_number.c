/* Formats of tensor cores: every pattern of 8 and 16 bits, and f32 values around every boundary, against the compiler's
 * own conversions where it has the format, else against a search over all values of the format. */
#include "emu/number.h"

#include <assert.h>
#include <base/base.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static uint32_t bits_of(float value) {
  uint32_t pattern;
  memcpy(&pattern, &value, sizeof pattern);
  return pattern;
}

static float float_of(uint32_t pattern) {
  float value;
  memcpy(&value, &pattern, sizeof value);
  return value;
}

/* Written down from the formats' definitions: sign, exponent e with bias b, mantissa m of w bits. */
static double value_of(uint32_t pattern, int exponent_bits, int w, bool infinities) {
  uint32_t sign = pattern >> (exponent_bits + w), e = pattern >> w & ((1u << exponent_bits) - 1),
           m = pattern & ((1u << w) - 1);
  int b = (1 << (exponent_bits - 1)) - 1;
  uint32_t last = (1u << exponent_bits) - 1;
  double value = e == 0 ? (double)m * pow(2, 1 - b - w) : (1 + (double)m * pow(2, -w)) * pow(2, (int)e - b);
  if (infinities && e == last)
    value = m == 0 ? INFINITY : NAN;
  if (!infinities && e == last && m == (1u << w) - 1)
    value = NAN;
  return sign ? -value : value;
}

static bool same(double a, double b) {
  return (a != a && b != b) || (a == b && signbit(a) == signbit(b));
}

static void check_decode(emu_type type, int bits, int exponent, int w, bool infinities) {
  for (uint32_t p = 0; p < 1u << bits; p++) {
    double want = value_of(p, exponent, w, infinities), got = emu_decode(type, type == EMU_TF32 ? p << 13 : p);
    assert(same(want, got));
    uint64_t back = emu_encode(type, got);
    if (type == EMU_TF32)
      assert(emu_decode(type, p << 13 | 0x1FFF) == want || want != want);
    if (want == want)
      assert(back == (type == EMU_TF32 ? (uint64_t)p << 13 : p));
  }
}

/* Nearest by search: the two neighbours of a positive value among the format's finite values. */
static uint32_t nearest(double value, int exponent, int w, bool infinities, uint32_t top) {
  uint32_t low = 0, high = top;
  if (value >= value_of(top, exponent, w, infinities)) {
    double step = value_of(top, exponent, w, infinities) - value_of(top - 1, exponent, w, infinities);
    double half = value_of(top, exponent, w, infinities) + step / 2;
    return value < half || (value == half && top % 2 == 0) ? top : top + 1;
  }
  while (high - low > 1) {
    uint32_t middle = (low + high) / 2;
    if (value_of(middle, exponent, w, infinities) <= value)
      low = middle;
    else
      high = middle;
  }
  double under = value - value_of(low, exponent, w, infinities), over = value_of(high, exponent, w, infinities) - value;
  return under < over || (under == over && low % 2 == 0) ? low : high;
}

static void check_one(emu_type type, double value, int exponent, int w, bool infinities, uint32_t top) {
  uint32_t want = nearest(value, exponent, w, infinities, top), sign = 1u << (exponent + w);
  int shift = type == EMU_TF32 ? 13 : 0;
  assert(emu_encode(type, value) == (uint64_t)want << shift);
  assert(emu_encode(type, -value) == (uint64_t)(want | sign) << shift);
  uint32_t finite = want > top ? top : want;
  assert(emu_encode_finite(type, value) == (uint64_t)finite << shift);
  assert(emu_encode_finite(type, -value) == (uint64_t)(finite | sign) << shift);
}

/* Every value of the format, every midpoint, and what lies next to both. */
static void check_encode(emu_type type, int exponent, int w, bool infinities, uint32_t top, uint32_t step) {
  for (uint32_t p = 0; p < top; p += step) {
    double low = value_of(p, exponent, w, infinities), high = value_of(p + 1, exponent, w, infinities);
    double middle = (low + high) / 2;
    double near[] = {low,    nextafter(low, high),    nextafter(middle, low),
                     middle, nextafter(middle, high), nextafter(high, low)};
    for (int i = 0; i < 6; i++)
      check_one(type, near[i], exponent, w, infinities, top);
  }
  double largest = value_of(top, exponent, w, infinities), before = value_of(top - 1, exponent, w, infinities);
  double edge = largest + (largest - before) / 2;
  double beyond[] = {largest, nextafter(edge, 0), edge, nextafter(edge, INFINITY), 4 * largest, 1e300, INFINITY};
  for (int i = 0; i < 7; i++)
    check_one(type, beyond[i], exponent, w, infinities, top);
  uint64_t nan = emu_encode(type, NAN);
  assert(nan == emu_encode(type, -NAN) && emu_decode(type, nan) != emu_decode(type, nan));
  assert(nan == emu_encode_finite(type, NAN));
}

static void check_f32(void) {
  tweed_random r;
  tweed_random_seed(&r, 5);
  for (int i = 0; i < 200000; i++) {
    uint32_t p = (uint32_t)tweed_random_next(&r);
    float value = float_of(p);
    assert(same(emu_decode(EMU_F32, p), (double)value));
    if (value == value)
      assert(emu_encode(EMU_F32, (double)value) == p);
    double wide = ldexp((double)(tweed_random_next(&r) >> 11), (int)tweed_random_below(&r, 300) - 210);
    assert(emu_encode(EMU_F32, wide) == bits_of((float)wide));
    assert(emu_decode(EMU_F64, emu_encode(EMU_F64, wide)) == wide);
  }
}

/* The compiler's own types, for all f32 patterns of a stride that is odd, so that all low bits occur. */
static void check_compiler(void) {
#if defined(__FLT16_MAX__) && (defined(__x86_64__) || defined(__aarch64__))
  for (uint64_t p = 0; p < UINT32_MAX; p += 8191) {
    float value = float_of((uint32_t)p);
    __extension__ _Float16 half = (_Float16)value;
    uint16_t want;
    memcpy(&want, &half, sizeof want);
    if (value == value)
      assert(emu_encode(EMU_F16, (double)value) == want);
  }
  for (uint32_t p = 0; p < 65536; p++) {
    uint16_t pattern = (uint16_t)p;
    __extension__ _Float16 half;
    memcpy(&half, &pattern, sizeof half);
    assert(same(emu_decode(EMU_F16, p), (double)half));
  }
#endif
}

static void check_integers(void) {
  for (int i = -300; i < 600; i++) {
    assert(emu_encode(EMU_S8, i) == (uint8_t)i && emu_encode(EMU_U4, i) == ((uint32_t)i & 15));
    assert(emu_encode_finite(EMU_U8, i) == (uint64_t)(i < 0 ? 0 : i > 255 ? 255 : i));
    int clamped = i < -128 ? -128 : i > 127 ? 127 : i;
    assert(emu_decode(EMU_S8, emu_encode_finite(EMU_S8, i)) == clamped);
    assert(emu_decode(EMU_S32, emu_encode(EMU_S32, i)) == i);
  }
  assert(emu_decode(EMU_S4, 15) == -1 && emu_decode(EMU_U4, 15) == 15);
  assert(emu_decode(EMU_S4, 7) == 7 && emu_decode(EMU_B1, 1) == 1);
  assert(emu_encode(EMU_S32, 2147483648.0) == 0x80000000u);
  assert(emu_encode_finite(EMU_S32, 2147483648.0) == 0x7FFFFFFFu);
  assert(emu_encode_finite(EMU_S32, -1e12) == 0x80000000u);
}

static void check_away(void) {
  assert(emu_tf32_away(0x3F801000) == 0x3F802000 && emu_tf32_away(0xBF800FFF) == 0xBF800000);
  assert(emu_tf32_away(0x7F800000) == 0x7F800000 && emu_tf32_away(0xFF800001) == 0x7FFFFFFF);
  assert(emu_tf32_away(0x7F7FFFFF) == 0x7F800000 && emu_tf32_away(0x00001000) == 0x00002000);
}

static void check_packed(void) {
  const emu_type types[] = {EMU_B1, EMU_S4, EMU_U8, EMU_F16, EMU_F32, EMU_F64};
  for (int t = 0; t < 6; t++) {
    int bits = emu_bits(types[t]), count = 256 / bits;
    uint32_t words[8];
    memset(words, 0xA5, sizeof words);
    for (int i = 0; i < count; i++)
      emu_set(types[t], words, i, (uint64_t)i * 0x9E3779B97F4A7C15u);
    for (int i = 0; i < count; i++) {
      uint64_t want = (uint64_t)i * 0x9E3779B97F4A7C15u;
      assert(emu_get(types[t], words, i) == (bits == 64 ? want : want & (((uint64_t)1 << bits) - 1)));
    }
  }
  for (int t = EMU_F16; t <= EMU_S32; t++) {
    const char *name = emu_type_name((emu_type)t);
    assert(emu_type_named(name, (int)strlen(name)) == (emu_type)t);
  }
  assert(emu_type_named("f1", 2) == EMU_NO_TYPE && emu_type_named("f160", 4) == EMU_NO_TYPE);
}

int main(void) {
  check_decode(EMU_F16, 16, 5, 10, true);
  check_decode(EMU_BF16, 16, 8, 7, true);
  check_decode(EMU_TF32, 19, 8, 10, true);
  check_decode(EMU_E5M2, 8, 5, 2, true);
  check_decode(EMU_E4M3, 8, 4, 3, false);
  check_encode(EMU_F16, 5, 10, true, 0x7BFF, 1);
  check_encode(EMU_BF16, 8, 7, true, 0x7F7F, 1);
  check_encode(EMU_TF32, 8, 10, true, 0x3FBFF, 7);
  check_encode(EMU_E5M2, 5, 2, true, 0x7B, 1);
  check_encode(EMU_E4M3, 4, 3, false, 0x7E, 1);
  check_f32();
  check_compiler();
  check_integers();
  check_away();
  check_packed();
  puts("number: ok");
  return 0;
}
