/* ptx_memory.c: ld, st, atom, red of inline PTX, and what does nothing here. */
#include "emu/device.h"
#include "emu/emu.h"
#include "emu/ptx.h"

#include <string.h>

enum { WEAK = 1, RELAXED, ACQUIRE, RELEASE, ACQ_REL, VOLATILE };

static uint32_t order_of(uint32_t order) {
  return order == ACQUIRE   ? TWEED_EMU_ACQUIRE
         : order == RELEASE ? TWEED_EMU_RELEASE
         : order == ACQ_REL ? TWEED_EMU_ACQ_REL
                            : TWEED_EMU_RELAXED;
}

uint32_t ptx_memory_type(uint32_t type) {
  switch (type) {
  case TWEED_EMU_PTX_F16:
    return TWEED_EMU_F16;
  case TWEED_EMU_PTX_BF16:
    return TWEED_EMU_BF16;
  case TWEED_EMU_PTX_F32:
    return TWEED_EMU_F32;
  case TWEED_EMU_PTX_F64:
    return TWEED_EMU_F64;
  default:
    return ptx_sizes[type] == 1   ? TWEED_EMU_I8
           : ptx_sizes[type] == 2 ? TWEED_EMU_I16
           : ptx_sizes[type] == 4 ? TWEED_EMU_I32
                                  : TWEED_EMU_I64;
  }
}

void tweed_emu_ptx_load(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type, void *words,
                        const void *pointer) {
  uint32_t count = vector == 0 ? 1 : vector == 1 ? 2 : 4, size = ptx_sizes[type];
  unsigned char bytes[32];
  bool atomical = order >= RELAXED;
  if (!atomical)
    emu_read(emu_self(), place, bytes, (uintptr_t)pointer, (size_t)size * count, (size_t)size * count, EMU_PC);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    if (atomical)
      bits = tweed_emu_atomic(place, TWEED_EMU_LOAD, ptx_memory_type(type), order_of(order),
                              (unsigned char *)(uintptr_t)pointer + (size_t)i * size, 0, 0);
    else
      memcpy(&bits, bytes + (size_t)i * size, size);
    bits = size < 4 ? (uint64_t)ptx_extend(type, bits) : bits;
    memcpy((unsigned char *)words + (size_t)i * (size == 8 ? 8 : 4), &bits, size == 8 ? 8 : 4);
  }
}

void tweed_emu_ptx_store(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type, void *pointer,
                         const void *words) {
  uint32_t count = vector == 0 ? 1 : vector == 1 ? 2 : 4, size = ptx_sizes[type];
  unsigned char bytes[32];
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    memcpy(&bits, (const unsigned char *)words + (size_t)i * (size == 8 ? 8 : 4), size == 8 ? 8 : 4);
    memcpy(bytes + (size_t)i * size, &bits, size);
    if (order >= RELAXED)
      tweed_emu_atomic(place, TWEED_EMU_STORE, ptx_memory_type(type), order_of(order),
                       (unsigned char *)pointer + (size_t)i * size, bits, 0);
  }
  if (order < RELAXED)
    emu_write(emu_self(), place, (uintptr_t)pointer, bytes, (size_t)size * count, (size_t)size * count, EMU_PC);
}

uint64_t tweed_emu_ptx_atomic(const tweed_emu_place *place, uint32_t order, uint32_t operation, uint32_t type,
                              void *pointer, uint64_t operand, uint64_t other) {
  static const uint8_t operations[] = {TWEED_EMU_XCHG, TWEED_EMU_ADD, TWEED_EMU_SUB, TWEED_EMU_AND,
                                       TWEED_EMU_OR,   TWEED_EMU_XOR, TWEED_EMU_MIN, TWEED_EMU_MAX,
                                       TWEED_EMU_INC,  TWEED_EMU_DEC, TWEED_EMU_CAS};
  uint32_t op = operations[operation];
  if (!ptx_is_signed(type) && !ptx_is_float(type))
    op = op == TWEED_EMU_MIN ? TWEED_EMU_UMIN : op == TWEED_EMU_MAX ? TWEED_EMU_UMAX : op;
  bool cas = op == TWEED_EMU_CAS; /* PTX names what is compared first */
  return tweed_emu_atomic(place, op, ptx_memory_type(type), order_of(order), pointer, cas ? other : operand,
                          cas ? operand : 0);
}

uint64_t tweed_emu_ptx_same(const tweed_emu_place *place, uint64_t value) {
  (void)place;
  return value;
}

void tweed_emu_ptx_nothing(const tweed_emu_place *place) {
  (void)place;
}

void tweed_emu_ptx_hint(const tweed_emu_place *place, const void *pointer) {
  (void)place;
  (void)pointer;
}
