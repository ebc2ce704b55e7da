/* number.h: the number formats of tensor cores, as bit patterns and as double, which holds each of their values
 * exactly. Source: PTX ISA, "Fundamental Types", "Alternate Floating-Point Data Formats", cvt. */
#ifndef TWEED_LIB_EMU_NUMBER_H
#define TWEED_LIB_EMU_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* NONE is no format: what a name that isn't known turns into. */
typedef enum emu_type {
  EMU_NO_TYPE,
  EMU_F16,
  EMU_BF16,
  EMU_TF32,
  EMU_F32,
  EMU_F64,
  EMU_E4M3,
  EMU_E5M2,
  EMU_S8,
  EMU_U8,
  EMU_S4,
  EMU_U4,
  EMU_B1,
  EMU_S32,
} emu_type;

/* Bits that an element takes in a register or in memory: 32 for tf32. */
int emu_bits(emu_type type);
bool emu_is_integer(emu_type type);
/* The type called name[0, length) in PTX ("f16", "e4m3", …), or EMU_NO_TYPE. */
emu_type emu_type_named(const char *name, int length);
const char *emu_type_name(emu_type type);

/* The value of the low bits of pattern. tf32 ignores its 13 low bits, as mma does. b1 is 0 or 1. */
double emu_decode(emu_type type, uint64_t pattern);

/* The pattern nearest to value, ties to even. Beyond the largest value: infinity, or NaN where the format has none
 * (e4m3). NaN becomes the one NaN that PTX names canonical, without sign. Integers: value must be whole; the low bits
 * of it. */
uint64_t emu_encode(emu_type type, double value);
/* The same, but what is beyond the largest value becomes the largest value (cvt's .satfinite; for integers, mma's). */
uint64_t emu_encode_finite(emu_type type, double value);
/* cvt.rna.tf32.f32: ties away from zero. */
uint32_t emu_tf32_away(uint32_t f32);

/* Element number `index` of an array of elements that are packed from the low bits up; a type of 64 bits takes two
 * words. */
uint64_t emu_get(emu_type type, const uint32_t *words, int index);
void emu_set(emu_type type, uint32_t *words, int index, uint64_t pattern);

#endif
