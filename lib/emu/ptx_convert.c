/* ptx_convert.c: cvt. Source: PTX ISA 8.0. */
#include "emu/device.h"
#include "emu/math.h"
#include "emu/ptx.h"

#include <math.h>

enum { NO_ROUNDING, RN, RZ, RM, RP, RNA, RNI, RZI, RMI, RPI };

static double round_whole(uint32_t rounding, double value) {
  switch (rounding) {
  case RZI:
  case RZ:
    return trunc(value);
  case RMI:
  case RM:
    return floor(value);
  case RPI:
  case RP:
    return ceil(value);
  default:
    return rint(value);
  }
}

/* Out of range: the nearest there is; NaN: 0. */
static uint64_t to_integer(uint32_t type, double value) {
  unsigned bits = ptx_width(type);
  double most = ptx_is_signed(type) ? ldexp(1, (int)bits - 1) : ldexp(1, (int)bits),
         least = ptx_is_signed(type) ? -most : 0;
  if (isnan(value))
    return 0;
  if (value >= most)
    return ptx_is_signed(type) ? ((uint64_t)1 << (bits - 1)) - 1 : ptx_cut(type, UINT64_MAX);
  if (value < least)
    return ptx_is_signed(type) ? (uint64_t)1 << (bits - 1) : 0;
  return ptx_is_signed(type) ? ptx_cut(type, (uint64_t)(int64_t)value) : (uint64_t)value;
}

/* Rounding other than to nearest, for f16, bf16 and f32: the neighbour on the wanted side. */
static uint64_t round_to(emu_type to, uint32_t rounding, double value) {
  uint64_t bits = emu_encode(to, value);
  double got = emu_decode(to, bits);
  if (rounding == NO_ROUNDING || rounding == RN || isnan(value) || got == value)
    return bits;
  bool too_large = rounding == RZ ? fabs(got) > fabs(value) : rounding == RM && got > value;
  bool too_small = rounding == RP && got < value;
  bool negative = got < 0 || (got == 0 && value < 0);
  if (rounding == RM && too_large)
    return got == 0 ? emu_encode(to, -0.0) + 1 : negative ? bits + 1 : bits - 1;
  if (too_small)
    return got == 0 ? 1 : negative ? bits - 1 : bits + 1;
  return too_large ? bits - 1 : bits;
}

static double to_value(uint32_t type, uint64_t bits) {
  if (ptx_is_float(type))
    return emu_decode(ptx_format(type), bits);
  return ptx_is_signed(type) ? (double)ptx_extend(type, bits) : (double)ptx_cut(type, bits);
}

static uint64_t from_float(uint32_t rounding, uint32_t saturate, uint32_t to, double value) {
  if (!ptx_is_float(to))
    return to_integer(to, round_whole(rounding, value));
  if (rounding >= RNI)
    value = round_whole(rounding, value);
  if (saturate == 1)
    value = isnan(value) || value < 0 ? 0 : value > 1 ? 1 : value;
  if (to == TWEED_EMU_PTX_TF32)
    return emu_tf32_away((uint32_t)emu_encode(EMU_F32, value));
  return saturate == 2 ? emu_encode_finite(ptx_format(to), value) : round_to(ptx_format(to), rounding, value);
}

uint64_t tweed_emu_ptx_convert(const tweed_emu_place *place, uint32_t rounding, uint32_t relu, uint32_t saturate,
                               uint32_t to, uint32_t from, uint64_t a) {
  (void)place;
  if (!ptx_is_float(to) && !ptx_is_float(from)) {
    if (!saturate)
      return ptx_cut(to, (uint64_t)ptx_extend(from, a));
    return to_integer(to, to_value(from, a));
  }
  if (!ptx_is_float(from) &&
      (to == TWEED_EMU_PTX_F32 || to == TWEED_EMU_PTX_F64)) /* 64 bits are too many for a double */
    return emu_from_integer(rounding ? rounding - 1 : 0, to == TWEED_EMU_PTX_F64, ptx_is_signed(from),
                            (uint64_t)ptx_extend(from, a));
  double value = to_value(from, a);
  if (relu && !(value > 0) && !isnan(value))
    value = 0;
  return from_float(rounding, saturate, to, value);
}

uint64_t tweed_emu_ptx_convert_pair(const tweed_emu_place *place, uint32_t rounding, uint32_t relu, uint32_t saturate,
                                    uint32_t to, uint32_t from, uint64_t high_half, uint64_t low_half) {
  uint32_t half = to == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
  uint64_t high_bits = tweed_emu_ptx_convert(place, rounding, relu, saturate ? 2 : 0, half, from, high_half);
  return high_bits << 16 | tweed_emu_ptx_convert(place, rounding, relu, saturate ? 2 : 0, half, from, low_half);
}
