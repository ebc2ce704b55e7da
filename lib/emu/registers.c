/* registers.c: setmaxnreg: warps give registers back to their block and take them from it.
 *
 * How many registers a thread has at launch is the assembler's decision; the block is taken to have all that the
 * multiprocessor can give to so many threads (65536, in steps of eight), or the kernel's maxnreg. (PTX ISA,
 * setmaxnreg.) */
#include "emu/async.h"
#include "emu/device.h"
#include <stdio.h>

enum { FILE_SIZE = 65536, STEP = 8, LEAST = 24, MOST = 256 };

void emu_registers_start(emu_async *a) {
  const emu_block *b = a->machine->block;
  uint32_t each = a->machine->launch->kernel->registers, threads = b->warp_count * EMU_WARP;
  if (each == 0)
    each = FILE_SIZE / threads > MOST ? MOST : FILE_SIZE / threads;
  each = each / STEP * STEP;
  a->registers.total = each * threads;
  a->registers.free = 0;
  a->registers.place = NULL;
  a->registers.queue = (emu_queue){NULL, NULL};
  for (uint32_t w = 0; w < b->warp_count; w++) {
    a->registers.held[w] = each;
    a->registers.wanted[w] = a->registers.calls[w] = 0;
  }
}

static void check(emu_thread *self, const tweed_emu_place *place, bool up, uint32_t count) {
  emu_async *a = emu_async_of(self);
  uint32_t w = self->warp->index, held = a->registers.held[w];
  const char *name = up ? "setmaxnreg.inc" : "setmaxnreg.dec";
  if (count < LEAST || count > MOST || count % STEP != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s %u: the count must be a multiple of 8 from 24 to 256", name, count);
  if (w / EMU_GROUP_WARPS * EMU_GROUP_WARPS + EMU_GROUP_WARPS > self->block->warp_count)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: warp %u is in no complete warp group of four warps", name, w);
  if (a->registers.calls[w] > 0 && (up ? count < held : count > held))
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s %u: the warp has %u registers for each thread", name, count, held);
}

static void describe(const void *object, char *text, size_t size) {
  const emu_async *a = object;
  snprintf(text, size, "registers: %u of the block's %u are free", a->registers.free, a->registers.total);
}

/* Takes or gives; false: too few are free. */
static bool settle(emu_async *a, uint32_t w) {
  uint32_t wanted = a->registers.wanted[w] * EMU_WARP, held = a->registers.held[w] * EMU_WARP;
  if (wanted > held + a->registers.free)
    return false;
  a->registers.free = a->registers.free + held - wanted;
  a->registers.held[w] = a->registers.wanted[w];
  a->registers.wanted[w] = 0;
  emu_wake_all(a->machine, &a->registers.queue);
  return true;
}

/* The last lane asks for its warp; all wait until that is granted. */
void tweed_emu_setmaxnreg(const tweed_emu_place *place, uint32_t down, uint32_t count) {
  emu_thread *self = emu_self();
  emu_async *a = emu_async_of(self);
  uint32_t w = self->warp->index;
  emu_meeting *m = emu_gather(self, place, down ? "setmaxnreg.dec" : "setmaxnreg.inc", UINT32_MAX, true, NULL, NULL);
  if (m) {
    check(self, place, down == 0, count);
    a->registers.calls[w]++;
    a->registers.wanted[w] = count;
    a->registers.place = place;
    emu_scatter(self, m);
  }
  while (a->registers.wanted[w] && !settle(a, w))
    emu_wait(&a->registers.queue, place, a, describe);
}

static bool report_shortage(emu_async *a) {
  emu_block *b = a->machine->block;
  for (uint32_t w = 0; w < b->warp_count; w++) {
    if (!a->registers.wanted[w])
      continue;
    emu_report(
        a->machine, b->warps[w].threads[0], TWEED_EMU_MISUSE, b->warps[w].threads[0]->place,
        "setmaxnreg.inc %u waits for ever: warp %u has %u for each thread, and only %u of the block's %u are free",
        a->registers.wanted[w], w, a->registers.held[w], a->registers.free, a->registers.total);
    return false;
  }
  return true;
}

bool emu_registers_check(emu_async *a, bool end) {
  emu_block *b = a->machine->block;
  if (!end)
    return report_shortage(a);
  for (uint32_t w = 0; w < b->warp_count; w++) {
    uint32_t first = w / EMU_GROUP_WARPS * EMU_GROUP_WARPS;
    if (a->registers.calls[w] == a->registers.calls[first] && a->registers.held[w] == a->registers.held[first])
      continue;
    emu_report(
        a->machine, b->warps[w].threads[0], TWEED_EMU_MISUSE, a->registers.place,
        "setmaxnreg: warps %u and %u are of one warp group, but ran it %u and %u times, up to %u and %u registers",
        first, w, a->registers.calls[first], a->registers.calls[w], a->registers.held[first], a->registers.held[w]);
    return false;
  }
  return true;
}
