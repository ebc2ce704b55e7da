/* math.c: arithmetic in other roundings than the usual one, and that of halves. Source: PTX ISA 8.0. */
#include "emu/math.h"
#include "emu/device.h"
#include "emu/number.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

/* ---- roundings: the host's own, in modes of its own. Volatile keeps operations between the changes of mode. ---- */

static int enter(uint32_t rounding) {
  static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  int old = fegetround();
  fesetround(modes[rounding & 3]);
  return old;
}

typedef struct bits {
  volatile float f;
  volatile double d;
} bits;

static bits from(uint32_t type, uint64_t pattern) {
  bits b = {0, 0};
  float f;
  double d;
  uint32_t low = (uint32_t)pattern;
  memcpy(&f, &low, sizeof f);
  memcpy(&d, &pattern, sizeof d);
  if (type)
    b.d = d;
  else
    b.f = f;
  return b;
}

static uint64_t to(uint32_t type, bits b) {
  float f = b.f;
  double d = b.d;
  uint64_t pattern = 0;
  if (type)
    memcpy(&pattern, &d, sizeof d);
  else
    memcpy(&pattern, &f, sizeof f);
  return pattern;
}

enum { ADD, SUB, MUL, DIV };

uint64_t tweed_emu_round_two(const tweed_emu_place *place, uint32_t operation, uint32_t rounding, uint32_t type,
                             uint64_t a, uint64_t b) {
  (void)place;
  bits x = from(type, a), y = from(type, b);
  int old = enter(rounding);
  switch (operation) {
  case ADD:
    x.f = x.f + y.f;
    x.d = x.d + y.d;
    break;
  case SUB:
    x.f = x.f - y.f;
    x.d = x.d - y.d;
    break;
  case MUL:
    x.f = x.f * y.f;
    x.d = x.d * y.d;
    break;
  default:
    x.f = x.f / y.f;
    x.d = x.d / y.d;
  }
  fesetround(old);
  return to(type, x);
}

uint64_t tweed_emu_round_one(const tweed_emu_place *place, uint32_t operation, uint32_t rounding, uint32_t type,
                             uint64_t a) {
  (void)place;
  bits x = from(type, a);
  int old = enter(rounding);
  if (operation == 0) {
    x.f = sqrtf(x.f);
    x.d = sqrt(x.d);
  } else {
    x.f = 1 / x.f;
    x.d = 1 / x.d;
  }
  fesetround(old);
  return to(type, x);
}

uint64_t tweed_emu_round_fma(const tweed_emu_place *place, uint32_t rounding, uint32_t type, uint64_t a, uint64_t b,
                             uint64_t c) {
  (void)place;
  bits x = from(type, a), y = from(type, b), z = from(type, c);
  int old = enter(rounding);
  if (type)
    x.d = fma(x.d, y.d, z.d);
  else
    x.f = fmaf(x.f, y.f, z.f);
  fesetround(old);
  return to(type, x);
}

uint64_t emu_from_integer(uint32_t rounding, bool is_double, bool is_signed, uint64_t value) {
  volatile int64_t whole = (int64_t)value;
  volatile uint64_t natural = value;
  bits x = {0, 0};
  int old = enter(rounding);
  if (is_double)
    x.d = is_signed ? (double)whole : (double)natural;
  else
    x.f = is_signed ? (float)whole : (float)natural;
  fesetround(old);
  return to(is_double, x);
}

/* ---- halves ---- */

static uint64_t fma_one(emu_type type, uint32_t then, uint64_t a, uint64_t b, uint64_t c) {
  double value = fma(emu_decode(type, a), emu_decode(type, b), emu_decode(type, c));
  if (then == 1 && !isnan(value) && !(value > 0))
    value = 0;
  if (then == 2)
    value = isnan(value) || value < 0 ? 0 : value > 1 ? 1 : value;
  return emu_encode(type, value);
}

uint64_t tweed_emu_fma_half(const tweed_emu_place *place, uint32_t then, uint32_t type, uint64_t a, uint64_t b,
                            uint64_t c) {
  (void)place;
  emu_type format = type & 1 ? EMU_BF16 : EMU_F16;
  uint64_t low = fma_one(format, then, a & 0xffff, b & 0xffff, c & 0xffff);
  if (type < 2)
    return low;
  return low | fma_one(format, then, a >> 16 & 0xffff, b >> 16 & 0xffff, c >> 16 & 0xffff) << 16;
}

static uint64_t min_max(emu_type type, uint32_t max, uint32_t nan_wins, uint32_t xorsign, uint64_t a, uint64_t b) {
  uint64_t sign = (uint64_t)1 << (emu_bits(type) - 1), signs = (a ^ b) & sign;
  if (xorsign) {
    a &= ~sign;
    b &= ~sign;
  }
  double x = emu_decode(type, a), y = emu_decode(type, b);
  uint64_t result;
  if (isnan(x) || isnan(y))
    result = nan_wins || (isnan(x) && isnan(y)) ? emu_encode(type, (double)NAN) : isnan(x) ? b : a;
  else if (x == y) /* zeros: the negative one is the lesser */
    result = max ? a & b : a | b;
  else
    result = (x < y) == !max ? a : b;
  return xorsign && !isnan(x) && !isnan(y) ? (result & ~sign) | signs : result;
}

uint64_t tweed_emu_min_max(const tweed_emu_place *place, uint32_t max, uint32_t nan, uint32_t xorsign, uint32_t type,
                           uint64_t a, uint64_t b) {
  static const emu_type types[] = {EMU_F32, EMU_F64, EMU_F16, EMU_BF16, EMU_F16, EMU_BF16};
  (void)place;
  emu_type format = types[type];
  if (type < 4)
    return min_max(format, max, nan, xorsign, a, b);
  return min_max(format, max, nan, xorsign, a & 0xffff, b & 0xffff) |
         min_max(format, max, nan, xorsign, a >> 16 & 0xffff, b >> 16 & 0xffff) << 16;
}

/* ---- integers ---- */

uint32_t tweed_emu_fns(const tweed_emu_place *place, uint32_t mask, uint32_t base, uint32_t n) {
  (void)place;
  int32_t wanted = (int32_t)n, step = wanted < 0 ? -1 : 1, found = 0;
  if (wanted == 0)
    return base < 32 && mask >> base & 1 ? base : UINT32_MAX;
  for (int32_t at = (int32_t)base; at >= 0 && at < 32; at += step)
    if (mask >> at & 1 && ++found == wanted * step)
      return (uint32_t)at;
  return UINT32_MAX;
}

uint64_t tweed_emu_rotate(const tweed_emu_place *place, uint32_t wide, uint32_t right, uint64_t a, uint32_t by) {
  (void)place;
  uint32_t width = wide ? 64 : 32;
  by %= width;
  if (right)
    by = (width - by) % width;
  if (by == 0)
    return a;
  uint64_t result = a << by | (wide ? a : a & UINT32_MAX) >> (width - by);
  return wide ? result : result & UINT32_MAX;
}

uint64_t tweed_emu_lohi(const tweed_emu_place *place, uint32_t low, uint32_t high) {
  (void)place;
  return low | (uint64_t)high << 32;
}
