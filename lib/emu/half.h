/* half.h: f16 and bf16 as bits. Conversions round to nearest even; NaNs stay NaNs. Private to lib/emu. */
#ifndef TWEED_LIB_EMU_HALF_H
#define TWEED_LIB_EMU_HALF_H

#include <stdint.h>

float emu_from_f16(uint16_t bits);
uint16_t emu_to_f16(float value);
float emu_from_bf16(uint16_t bits);
uint16_t emu_to_bf16(float value);

#endif
