/* atomic.c: atomics and fences.
 *
 * Atomics of PTX are relaxed unless they say more; fences make order out of them. A fence before an atomic write makes
 * the write release; a fence behind an atomic read makes the read acquire. One thread runs at a time, so plain accesses
 * do here. */
#include "emu/device.h"
#include "emu/emu.h"
#include "emu/number.h"

#include <string.h>

enum { WATCHED = sizeof((emu_thread *)0)->watched / sizeof(void *) };

static const uint8_t sizes[] = {1, 2, 4, 8, 2, 2, 4, 8};

static bool is_float(uint32_t type) {
  return type >= TWEED_EMU_F16 && type <= TWEED_EMU_F64;
}

static emu_type format(uint32_t type) {
  static const emu_type formats[] = {EMU_F16, EMU_BF16, EMU_F32, EMU_F64};
  return formats[type - TWEED_EMU_F16];
}

/* A sum of two values of the type, computed as double, rounds to the type as if done in it. */
static uint64_t compute_float(uint32_t operation, uint32_t type, uint64_t old, uint64_t operand) {
  double a = emu_decode(format(type), old), b = emu_decode(format(type), operand);
  switch (operation) {
  case TWEED_EMU_ADD:
    return emu_encode(format(type), a + b);
  case TWEED_EMU_SUB:
    return emu_encode(format(type), a - b);
  case TWEED_EMU_MIN:
    return a < b || b != b ? old : operand;
  default:
    return a > b || b != b ? old : operand;
  }
}

static int64_t extend(uint64_t bits, uint32_t size) {
  unsigned by = 64 - 8 * size;
  return (int64_t)(bits << by) >> by;
}

uint64_t emu_atomic_compute(uint32_t operation, uint32_t type, uint64_t old, uint64_t operand, uint64_t wanted) {
  uint32_t size = sizes[type];
  int64_t a = extend(old, size), b = extend(operand, size);
  if (operation == TWEED_EMU_STORE || operation == TWEED_EMU_XCHG)
    return operand;
  if (is_float(type))
    return compute_float(operation, type, old, operand);
  switch (operation) {
  case TWEED_EMU_ADD:
    return old + operand;
  case TWEED_EMU_SUB:
    return old - operand;
  case TWEED_EMU_AND:
    return old & operand;
  case TWEED_EMU_OR:
    return old | operand;
  case TWEED_EMU_XOR:
    return old ^ operand;
  case TWEED_EMU_NAND:
    return ~(old & operand);
  case TWEED_EMU_MIN:
    return a < b ? old : operand;
  case TWEED_EMU_MAX:
    return a > b ? old : operand;
  case TWEED_EMU_UMIN:
    return old < operand ? old : operand;
  case TWEED_EMU_UMAX:
    return old > operand ? old : operand;
  case TWEED_EMU_INC:
    return old >= operand ? 0 : old + 1;
  case TWEED_EMU_DEC:
    return old == 0 || old > operand ? operand : old - 1;
  case TWEED_EMU_CAS:
    return old == wanted ? operand : old;
  default: /* TWEED_EMU_LOAD */
    return old;
  }
}

static void come_before(emu_thread *self, const void *pointer, bool writes, uint32_t order) {
  if (writes && (self->fenced || order & TWEED_EMU_RELEASE))
    emu_release(pointer);
}

static void come_after(emu_thread *self, const void *pointer, bool reads, uint32_t order) {
  if (!reads)
    return;
  if (order & TWEED_EMU_ACQUIRE)
    emu_acquire(pointer);
  else
    self->watched[self->watched_next++ % WATCHED] = pointer;
}

/* The same instruction again and nothing new: a spin loop, in which others must come to their turn. */
static void notice_spin(emu_thread *self, const tweed_emu_place *place, bool changed) {
  bool again = self->atomic == place;
  self->atomic = place;
  if (changed)
    emu_changed(self->machine);
  else if (again)
    emu_poll(self, place, NULL, NULL);
}

uint64_t tweed_emu_atomic(const tweed_emu_place *place, uint32_t operation, uint32_t type, uint32_t order,
                          void *pointer, uint64_t operand, uint64_t compare) {
  emu_thread *self = emu_self();
  uint32_t size = sizes[type];
  uint64_t mask = size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * size) - 1, old = 0;
  bool reads = operation != TWEED_EMU_STORE, writes = operation != TWEED_EMU_LOAD;
  emu_turn(self, place);
  if ((uintptr_t)pointer % size != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "atomic of %u bytes at an address that is no multiple of that", size);
  if (reads)
    emu_check(self, place, pointer, size, false);
  if (writes)
    emu_check(self, place, pointer, size, true);
  come_before(self, pointer, writes, order);
  emu_tsan_atomic(pointer, size, writes, EMU_PC);
  memcpy(&old, pointer, size);
  uint64_t now = emu_atomic_compute(operation, type, old, operand & mask, compare & mask) & mask;
  if (writes)
    memcpy(pointer, &now, size);
  come_after(self, pointer, reads, order);
  notice_spin(self, place, now != old);
  return old;
}

void tweed_emu_fence(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  self->fenced = true;
  for (uint32_t i = 0; i < WATCHED; i++) {
    if (self->watched[i])
      emu_acquire(self->watched[i]);
    self->watched[i] = NULL;
  }
}
