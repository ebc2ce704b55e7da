/* sreg.c: special registers, clocks, trap. */
#include "emu/device.h"
#include "emu/emu.h"

static uint32_t lane_mask(uint32_t number, uint32_t lane) {
  uint32_t me = 1u << lane, below = me - 1;
  switch (number) {
  case TWEED_EMU_LANEMASK_EQ:
    return me;
  case TWEED_EMU_LANEMASK_LT:
    return below;
  case TWEED_EMU_LANEMASK_LE:
    return below | me;
  case TWEED_EMU_LANEMASK_GT:
    return ~(below | me);
  default:
    return ~below;
  }
}

uint32_t tweed_emu_sreg(uint32_t number) {
  const emu_thread *self = emu_self();
  const emu_block *b = self->block;
  if (number < TWEED_EMU_NTID)
    return self->id[number];
  if (number < TWEED_EMU_CTAID)
    return b->size[number - TWEED_EMU_NTID];
  if (number < TWEED_EMU_NCTAID)
    return b->id[number - TWEED_EMU_CTAID];
  if (number < TWEED_EMU_LANEID)
    return self->machine->launch->grid[number - TWEED_EMU_NCTAID];
  switch (number) {
  case TWEED_EMU_LANEID:
    return self->lane;
  case TWEED_EMU_WARPID:
    return self->warp->index;
  case TWEED_EMU_NWARPID:
    return b->warp_count;
  case TWEED_EMU_NSMID:
    return 1;
  case TWEED_EMU_SMID:
  case TWEED_EMU_GRIDID:
    return 0;
  case TWEED_EMU_DYNAMIC_SMEM_SIZE:
    return self->machine->launch->shared;
  case TWEED_EMU_TOTAL_SMEM_SIZE:
    return b->shared_size;
  default:
    return lane_mask(number, self->lane);
  }
}

/* Time passes by being looked at: the same run, the same times. */
uint64_t tweed_emu_clock64(void) {
  return emu_self()->machine->ticks += 100;
}

uint32_t tweed_emu_clock(void) {
  return (uint32_t)tweed_emu_clock64();
}

uint64_t tweed_emu_globaltimer(void) {
  return tweed_emu_clock64();
}

void tweed_emu_nanosleep(const tweed_emu_place *place, uint32_t nanoseconds) {
  emu_self()->machine->ticks += nanoseconds;
  emu_poll(emu_self(), place, NULL, NULL);
}

void tweed_emu_trap(const tweed_emu_place *place) {
  emu_fault(emu_self(), TWEED_EMU_TRAP, place, "the kernel traps");
}

void tweed_emu_assert_fail(const tweed_emu_place *place, const char *message, const char *file, uint32_t line,
                           const char *function) {
  emu_fault(emu_self(), TWEED_EMU_TRAP, place, "assertion %s failed at %s:%u in %s", message, file, line, function);
}
