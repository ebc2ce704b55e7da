/* ptx_type.c: the types of plain PTX. */
#include "emu/device.h"
#include "emu/ptx.h"

const uint8_t ptx_sizes[] = {1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 2, 2, 4, 8, 4, 4, 4, 1};

bool ptx_is_float(uint32_t type) {
  return type >= TWEED_EMU_PTX_F16 && type <= TWEED_EMU_PTX_TF32;
}

bool ptx_is_pair(uint32_t type) {
  return type == TWEED_EMU_PTX_F16X2 || type == TWEED_EMU_PTX_BF16X2;
}

bool ptx_is_signed(uint32_t type) {
  return type < TWEED_EMU_PTX_F16 && type % 3 == TWEED_EMU_PTX_S8;
}

emu_type ptx_format(uint32_t type) {
  switch (type) {
  case TWEED_EMU_PTX_F16:
  case TWEED_EMU_PTX_F16X2:
    return EMU_F16;
  case TWEED_EMU_PTX_BF16:
  case TWEED_EMU_PTX_BF16X2:
    return EMU_BF16;
  case TWEED_EMU_PTX_TF32:
    return EMU_TF32;
  case TWEED_EMU_PTX_F32:
    return EMU_F32;
  default:
    return EMU_F64;
  }
}

unsigned ptx_width(uint32_t type) {
  return type == TWEED_EMU_PTX_PRED ? 1 : 8u * ptx_sizes[type];
}

uint64_t ptx_cut(uint32_t type, uint64_t bits) {
  return ptx_width(type) == 64 ? bits : bits & (((uint64_t)1 << ptx_width(type)) - 1);
}

int64_t ptx_extend(uint32_t type, uint64_t bits) {
  unsigned by = 64 - ptx_width(type);
  return ptx_is_signed(type) ? (int64_t)(bits << by) >> by : (int64_t)ptx_cut(type, bits);
}
