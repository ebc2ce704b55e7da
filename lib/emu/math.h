/* math.h: what arithmetic of PTX shares. Private to lib/emu. */
#ifndef TWEED_LIB_EMU_MATH_H
#define TWEED_LIB_EMU_MATH_H

#include <stdbool.h>
#include <stdint.h>

/* An integer of 64 bits as bits of f32 or f64, rounded once; rounding as in device.h. */
uint64_t emu_from_integer(uint32_t rounding, bool is_double, bool is_signed, uint64_t value);

#endif
