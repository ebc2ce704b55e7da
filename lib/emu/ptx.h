/* ptx.h: the types of plain PTX, by their numbers in device.h. Private to lib/emu. */
#ifndef TWEED_LIB_EMU_PTX_H
#define TWEED_LIB_EMU_PTX_H

#include "emu/number.h"

extern const uint8_t ptx_sizes[]; /* bytes */
bool ptx_is_float(uint32_t type);
bool ptx_is_pair(uint32_t type); /* f16x2, bf16x2 */
bool ptx_is_signed(uint32_t type);
/* Of a pair: of its halves. */
emu_type ptx_format(uint32_t type);
unsigned ptx_width(uint32_t type);       /* bits */
uint32_t ptx_memory_type(uint32_t type); /* tweed_emu_type */
/* The low bits of a value that belong to the type; the whole value that they stand for. */
uint64_t ptx_cut(uint32_t type, uint64_t bits);
int64_t ptx_extend(uint32_t type, uint64_t bits);

#endif
