/* number.c: formats of tensor cores to double and back. */
#include "emu/number.h"

#include <math.h>
#include <string.h>

/* A format of 1 + exponent + mantissa bits. `top` is its largest finite pattern without the sign, `nan` the canonical
 * NaN; what lies right above top is infinity unless it is NaN itself. Integers have no exponent. */
typedef struct format {
  const char *name;
  int bits, exponent, mantissa;
  bool is_signed;
  uint32_t top, nan;
} format;

static const format formats[] = {
    [EMU_NO_TYPE] = {"none", 0, 0, 0, false, 0, 0},
    [EMU_F16] = {"f16", 16, 5, 10, true, 0x7BFF, 0x7FFF},
    [EMU_BF16] = {"bf16", 16, 8, 7, true, 0x7F7F, 0x7FFF},
    [EMU_TF32] = {"tf32", 32, 8, 10, true, 0x3FBFF, 0x3FFFF},
    [EMU_F32] = {"f32", 32, 8, 23, true, 0x7F7FFFFF, 0x7FFFFFFF},
    [EMU_F64] = {"f64", 64, 11, 52, true, 0, 0},
    [EMU_E4M3] = {"e4m3", 8, 4, 3, true, 0x7E, 0x7F},
    [EMU_E5M2] = {"e5m2", 8, 5, 2, true, 0x7B, 0x7F},
    [EMU_S8] = {"s8", 8, 0, 0, true, 0, 0},
    [EMU_U8] = {"u8", 8, 0, 0, false, 0, 0},
    [EMU_S4] = {"s4", 4, 0, 0, true, 0, 0},
    [EMU_U4] = {"u4", 4, 0, 0, false, 0, 0},
    [EMU_B1] = {"b1", 1, 0, 0, false, 0, 0},
    [EMU_S32] = {"s32", 32, 0, 0, true, 0, 0},
};
#define FORMATS ((int)(sizeof formats / sizeof formats[0]))

int emu_bits(emu_type type) {
  return formats[type].bits;
}
bool emu_is_integer(emu_type type) {
  return type != EMU_NO_TYPE && formats[type].exponent == 0;
}
const char *emu_type_name(emu_type type) {
  return formats[type].name;
}

emu_type emu_type_named(const char *name, int length) {
  for (int i = EMU_NO_TYPE + 1; i < FORMATS; i++)
    if ((int)strlen(formats[i].name) == length && memcmp(formats[i].name, name, (size_t)length) == 0)
      return (emu_type)i;
  return EMU_NO_TYPE;
}

typedef union bits64 {
  double value;
  uint64_t pattern;
} bits64;
typedef union bits32 {
  float value;
  uint32_t pattern;
} bits32;

static double from_bits(uint64_t pattern) {
  return (bits64){.pattern = pattern}.value;
}

static double decode_float(const format *f, uint32_t pattern) {
  uint32_t magnitude = pattern & ((1u << (f->exponent + f->mantissa)) - 1);
  int exponent = (int)(magnitude >> f->mantissa), bias = (1 << (f->exponent - 1)) - 1;
  double fraction = magnitude & ((1u << f->mantissa) - 1), value;
  if (magnitude > f->top)
    value = magnitude == f->top + 1 && f->top + 1 != f->nan ? HUGE_VAL : from_bits(0x7FF8000000000000);
  else if (exponent == 0)
    value = ldexp(fraction, 1 - bias - f->mantissa);
  else
    value = ldexp(fraction + (double)(1u << f->mantissa), exponent - bias - f->mantissa);
  return pattern >> (f->exponent + f->mantissa) & 1 ? -value : value;
}

double emu_decode(emu_type type, uint64_t pattern) {
  const format *f = &formats[type];
  if (type == EMU_F64)
    return from_bits(pattern);
  if (type == EMU_F32)
    return (double)(bits32){.pattern = (uint32_t)pattern}.value;
  if (type == EMU_TF32)
    pattern = (pattern & 0xFFFFFFFF) >> 13;
  if (f->exponent > 0)
    return decode_float(f, (uint32_t)pattern);
  uint64_t range = (uint64_t)1 << f->bits;
  pattern &= range - 1;
  if (f->is_signed && pattern >> (f->bits - 1))
    return (double)pattern - (double)range;
  return (double)pattern;
}

/* Rounds a finite magnitude to a multiple of the format's unit in the last place there. The multiple, which becomes the
 * mantissa, carries into the exponent by itself: patterns are ordered as their values are. */
static uint32_t round_magnitude(const format *f, double magnitude) {
  int bias = (1 << (f->exponent - 1)) - 1, exponent = (int)((bits64){.value = magnitude}.pattern >> 52) - 1023;
  if (magnitude == 0)
    return 0;
  exponent = exponent < 1 - bias ? 1 - bias : exponent;
  if (exponent > bias + 1)
    return f->top + 1;
  double units = ldexp(magnitude, f->mantissa - exponent), whole = floor(units), rest = units - whole;
  if (rest > 0.5 || (rest == 0.5 && fmod(whole, 2) != 0))
    whole += 1;
  uint64_t pattern = (uint64_t)whole + ((uint64_t)(exponent + bias - 1) << f->mantissa);
  return pattern > f->top ? f->top + 1 : (uint32_t)pattern;
}

static uint64_t encode_integer(const format *f, double value, bool finite) {
  double range = ldexp(1, f->bits), low = f->is_signed ? -range / 2 : 0, high = low + range - 1;
  if (finite)
    value = value < low ? low : value > high ? high : value;
  return (uint64_t)(int64_t)value & (((uint64_t)1 << f->bits) - 1);
}

static uint64_t encode(emu_type type, double value, bool finite) {
  const format *f = &formats[type];
  uint64_t pattern;
  if (type == EMU_F64)
    return (bits64){.value = value}.pattern;
  if (f->exponent == 0)
    return encode_integer(f, value, finite);
  if (value != value)
    pattern = f->nan;
  else {
    uint32_t magnitude = isinf(value) ? f->top + 1 : round_magnitude(f, fabs(value));
    if (finite && magnitude > f->top)
      magnitude = f->top;
    pattern = magnitude | (uint64_t)(signbit(value) != 0) << (f->exponent + f->mantissa);
  }
  return type == EMU_TF32 ? pattern << 13 : pattern;
}

uint64_t emu_encode(emu_type type, double value) {
  return encode(type, value, false);
}
uint64_t emu_encode_finite(emu_type type, double value) {
  return encode(type, value, true);
}

uint32_t emu_tf32_away(uint32_t f32) {
  if ((f32 & 0x7F800000) == 0x7F800000)
    return (f32 & 0x007FFFFF) != 0 ? 0x7FFFFFFF : f32;
  return (f32 + 0x1000) & ~0x1FFFu;
}

uint64_t emu_get(emu_type type, const uint32_t *words, int index) {
  int bits = formats[type].bits;
  if (bits == 64)
    return words[2 * index] | (uint64_t)words[2 * index + 1] << 32;
  int at = index * bits;
  uint32_t word = words[at / 32] >> at % 32;
  return bits == 32 ? word : word & ((1u << bits) - 1);
}

void emu_set(emu_type type, uint32_t *words, int index, uint64_t pattern) {
  int bits = formats[type].bits;
  if (bits == 64) {
    words[2 * index] = (uint32_t)pattern;
    words[2 * index + 1] = (uint32_t)(pattern >> 32);
    return;
  }
  int at = index * bits;
  uint32_t mask = bits == 32 ? UINT32_MAX : (1u << bits) - 1;
  words[at / 32] = (words[at / 32] & ~(mask << at % 32)) | ((uint32_t)pattern & mask) << at % 32;
}
