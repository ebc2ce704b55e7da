/* barrier.c: the sixteen named barriers of a block: bar.sync, bar.arrive, bar.red, barrier.sync. */
#include "emu/device.h"
#include "emu/emu.h"

#include <stdio.h>

/* What a lane brings, and what it gets to know from the lane that arrives for its warp. */
typedef struct arrival {
  uint32_t id, count, predicate;
} arrival;

void emu_barriers_start(emu_block *block) {
  for (uint32_t i = 0; i < EMU_BARRIERS; i++)
    block->barriers[i] = (emu_barrier){.block = block, .id = i};
}

static void describe(const void *object, char *text, size_t size) {
  const emu_barrier *b = object;
  snprintf(text, size, "barrier %u, phase %u: %u of %u threads arrived", b->id, b->phase, b->arrived, b->expected);
}

static uint32_t live_warps(const emu_block *block) {
  uint32_t n = 0;
  for (uint32_t w = 0; w < block->warp_count; w++)
    n += block->warps[w].lanes != 0;
  return n;
}

static void complete_if_full(emu_barrier *b) {
  if (b->expected == 0 || b->arrived < b->expected)
    return;
  b->result[TWEED_EMU_RED_POPC] = b->count;
  b->result[TWEED_EMU_RED_AND] = b->every;
  b->result[TWEED_EMU_RED_OR] = b->some;
  b->arrived = b->expected = 0;
  b->place = NULL;
  b->phase++;
  emu_wake_all(b->block->machine, &b->queue);
}

/* Barriers of all threads wait only for those that are left. */
void emu_barriers_warp_exits(emu_block *block) {
  for (uint32_t i = 0; i < EMU_BARRIERS; i++) {
    emu_barrier *b = &block->barriers[i];
    if (b->expected == 0 || !b->all)
      continue;
    b->expected = live_warps(block) * EMU_WARP;
    complete_if_full(b);
  }
}

void emu_barriers_end(emu_block *block) {
  for (uint32_t i = 0; i < EMU_BARRIERS; i++) {
    const emu_barrier *b = &block->barriers[i];
    if (b->arrived > 0) {
      emu_report(block->machine, NULL, TWEED_EMU_MISUSE, b->place,
                 "the block ends while barrier %u holds %u of %u arrivals", b->id, b->arrived, b->expected);
      return;
    }
  }
}

static void check(emu_thread *self, const tweed_emu_place *place, const char *name, uint32_t id, uint32_t count) {
  if (id >= EMU_BARRIERS)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: barrier %u, but there are only 0 to 15", name, id);
  if (count % EMU_WARP != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: a thread count of %u is no multiple of the warp size", name, count);
  if (count > self->block->warp_count * EMU_WARP)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: barrier %u waits for %u threads, but the block has only %u", name, id,
              count, self->block->thread_count);
}

/* A warp arrives; predicates are those of its lanes. */
static void arrive(emu_thread *self, const tweed_emu_place *place, const char *name, const emu_meeting *m,
                   const arrival *a) {
  emu_barrier *b = &self->block->barriers[a->id];
  uint32_t expected = a->count ? a->count : live_warps(self->block) * EMU_WARP;
  if (b->expected == 0) {
    b->expected = expected;
    b->all = a->count == 0;
    b->place = place;
    b->count = b->some = 0;
    b->every = 1;
  } else if (b->expected != expected) {
    char other[512];
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: barrier %u for %u threads, but %u threads are in it for %u, at %s",
              name, a->id, expected, b->arrived, b->expected, emu_place_text(b->place, other, sizeof other));
  }
  for (uint32_t lane = 0; lane < EMU_WARP; lane++) {
    if (!(m->arrived >> lane & 1))
      continue;
    uint32_t p = ((const arrival *)m->operands[lane])->predicate != 0;
    b->count += p;
    b->every &= p;
    b->some |= p;
  }
  b->arrived += EMU_WARP;
  complete_if_full(b);
}

static void check_lanes(emu_thread *self, const tweed_emu_place *place, const char *name, const emu_meeting *m,
                        const arrival *mine) {
  for (uint32_t lane = 0; lane < EMU_WARP; lane++) {
    const arrival *other = m->operands[lane];
    if (m->arrived >> lane & 1 && (other->id != mine->id || other->count != mine->count))
      emu_fault(self, TWEED_EMU_DIVERGENCE, place,
                "%s: lane %u of the warp comes to barrier %u for %u, lane %u to %u for %u", name, lane, other->id,
                other->count, self->lane, mine->id, mine->count);
  }
}

/* The warp gathers and arrives as one; returns the barrier and the phase that it arrived in. */
static emu_barrier *come(emu_thread *self, const tweed_emu_place *place, const char *name, bool aligned,
                         const arrival *mine, uint32_t *phase) {
  check(self, place, name, mine->id, mine->count);
  emu_barrier *b = &self->block->barriers[mine->id];
  emu_release(&b->sync[b->phase & 1]);
  emu_meeting *m = emu_gather(self, place, name, UINT32_MAX, aligned, mine, phase);
  if (m) {
    check_lanes(self, place, name, m, mine);
    for (uint32_t lane = 0; lane < EMU_WARP; lane++)
      if (m->arrived >> lane & 1)
        *(uint32_t *)m->results[lane] = b->phase;
    arrive(self, place, name, m, mine);
    emu_scatter(self, m);
  }
  return b;
}

static void wait_for_phase(emu_barrier *b, const tweed_emu_place *place, uint32_t phase) {
  while (b->phase == phase)
    emu_wait(&b->queue, place, b, describe);
  emu_acquire(&b->sync[phase & 1]);
}

void tweed_emu_bar_sync(const tweed_emu_place *place, uint32_t aligned, uint32_t id, uint32_t count) {
  emu_thread *self = emu_self();
  arrival mine = {id, count, 0};
  uint32_t phase;
  emu_barrier *b = come(self, place, aligned ? "bar.sync" : "barrier.sync", aligned != 0, &mine, &phase);
  wait_for_phase(b, place, phase);
}

void tweed_emu_bar_arrive(const tweed_emu_place *place, uint32_t aligned, uint32_t id, uint32_t count) {
  emu_thread *self = emu_self();
  arrival mine = {id, count, 0};
  uint32_t phase;
  if (count == 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "bar.arrive: needs a thread count");
  come(self, place, aligned ? "bar.arrive" : "barrier.arrive", aligned != 0, &mine, &phase);
}

uint32_t tweed_emu_bar_red(const tweed_emu_place *place, uint32_t operation, uint32_t id, uint32_t count,
                           uint32_t predicate) {
  emu_thread *self = emu_self();
  arrival mine = {id, count, predicate};
  uint32_t phase;
  emu_barrier *b = come(self, place, "bar.red", true, &mine, &phase);
  wait_for_phase(b, place, phase);
  return b->result[operation];
}
