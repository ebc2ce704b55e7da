/* async.c: the engine that completes copies in flight, and what waits for them. */
#include "emu/async.h"
#include "emu/heap.h"

#include <stdio.h>
#include <string.h>

/* How a seed treats its copies. */
enum { EAGER, LAZY, MIXED, PACES };
/* try_wait gives up so often while nothing changes; more often would change nothing. */
enum { IDLE_TIMEOUTS = 3 };

emu_async *emu_async_of(const emu_thread *thread) {
  return thread->block->async;
}

emu_copier *emu_copier_of(const emu_thread *thread) {
  return &emu_async_of(thread)->copiers[thread->index];
}

/* ---- copies ---- */

/* Bulk copies have a fiber of their own while there is a free one; those of cp.async share that of their thread. */
static uint32_t take_fiber(emu_async *a, const emu_copy *copy) {
  uint32_t half = EMU_FIBERS / 2, first = tweed_random_below(&a->machine->random, half), fiber = first;
  if (copy->kind == EMU_COPY_ELEMENT || copy->kind == EMU_COPY_ARRIVE)
    fiber = half + copy->copier->thread->index % half;
  else
    for (uint32_t i = 0; i < half && a->fiber_users[fiber] > 0; i++)
      fiber = (first + i) % half;
  if (!a->fibers[fiber] && emu_tsan()) {
    a->fibers[fiber] = emu_tsan_fiber_new();
    emu_tsan_fiber_name(a->fibers[fiber], "asynchronous copy");
  }
  a->fiber_users[fiber]++;
  return fiber;
}

static bool make_room(emu_async *a) {
  if (a->flying_count < a->flying_room)
    return true;
  uint32_t room = a->flying_room ? 2 * a->flying_room : 64;
  emu_copy **bigger = emu_reallocate(a->flying, room, sizeof *bigger);
  if (!bigger)
    return false;
  a->flying = bigger;
  a->flying_room = room;
  return true;
}

emu_copy *emu_copy_new(emu_thread *self, const tweed_emu_place *place, emu_copy_kind kind, const void *pc) {
  emu_copy *copy = emu_allocate(1, sizeof *copy);
  if (!copy)
    emu_fault(self, TWEED_EMU_TRAP, place, "out of memory for copies in flight");
  emu_copier *copier = emu_copier_of(self);
  copy->kind = kind;
  copy->copier = copier;
  copy->place = place;
  copy->pc = pc;
  copy->fence = copier->fence;
  copy->parts = 1;
  return copy;
}

static void unlink_copy(emu_async *a, emu_copy *copy) {
  emu_copier *c = copy->copier;
  emu_copy **at = &c->first, *before = NULL;
  while (*at != copy) {
    before = *at;
    at = &before->next;
  }
  *at = copy->next;
  if (c->last == copy)
    c->last = before;
  emu_copy *moved = a->flying[--a->flying_count];
  a->flying[copy->index] = moved;
  moved->index = copy->index;
}

static void free_copy(emu_copy *copy) {
  emu_free(copy->data);
  emu_free(copy);
}

/* An arrival comes after the cp.async before it: what must go first, or the copy itself. */
static emu_copy *first_of(emu_copy *copy) {
  if (copy->kind != EMU_COPY_ARRIVE)
    return copy;
  emu_copy *c = copy->copier->first;
  while (c->kind != EMU_COPY_ELEMENT && c != copy)
    c = c->next;
  return c;
}

/* The copy, or what must go before it, does what comes next, as its own thread. True: the copy is over, and gone. */
static bool step_copy(emu_async *a, emu_copy *copy) {
  emu_copy *now = first_of(copy);
  void *mine = emu_tsan_fiber_current();
  emu_tsan_fiber_switch(a->fibers[now->fiber]);
  bool over = emu_copy_step(a, now), all = over && now == copy;
  emu_release(&a->machine->after);
  if (emu_tsan_reports() != a->machine->reports)
    emu_report(a->machine, now->copier->thread, TWEED_EMU_RACE, now->place,
               "data race of this asynchronous copy, see ThreadSanitizer's report");
  emu_tsan_fiber_switch(mine);
  a->idle = 0;
  emu_wake_all(a->machine, &now->copier->queue);
  if (over) {
    a->fiber_users[now->fiber]--;
    unlink_copy(a, now);
    free_copy(now);
  }
  return all;
}

static bool faulty(const emu_async *a) {
  return a->machine->verdict.fault != TWEED_EMU_CLEAN;
}

void emu_async_stop_if_faulty(emu_thread *self) {
  if (self->machine->verdict.fault != TWEED_EMU_CLEAN)
    emu_fault(self, self->machine->verdict.fault, self->place, "a copy failed");
}

static bool eager(const emu_async *a) {
  if (a->machine->options.seed == 0 || a->pace == EAGER)
    return true;
  return a->pace == MIXED && emu_chance(a->machine, 3);
}

void emu_copy_launch(emu_copy *copy) {
  emu_thread *self = copy->copier->thread;
  emu_async *a = emu_async_of(self);
  if (!make_room(a)) {
    free_copy(copy);
    emu_fault(self, TWEED_EMU_TRAP, self->place, "out of memory for copies in flight");
  }
  copy->index = a->flying_count;
  a->flying[a->flying_count++] = copy;
  if (copy->copier->last)
    copy->copier->last->next = copy;
  else
    copy->copier->first = copy;
  copy->copier->last = copy;
  copy->fiber = take_fiber(a, copy);
  uint64_t *order = &a->fiber_sync[copy->fiber];
  emu_release(order);
  void *mine = emu_tsan_fiber_current();
  emu_tsan_fiber_switch(a->fibers[copy->fiber]);
  emu_acquire(order);
  emu_tsan_fiber_switch(mine);
  if (!eager(a))
    return;
  while (!faulty(a) && !step_copy(a, copy))
    ;
  emu_async_stop_if_faulty(self);
}

/* ---- waits ---- */

static bool blocks(const emu_copy *copy, emu_copy_kind kind, uint64_t limit, bool reading) {
  return copy->kind == kind && copy->group < limit && !(reading && copy->read);
}

static emu_copy *find_blocking(const emu_copier *c, emu_copy_kind kind, uint64_t limit, bool reading) {
  for (emu_copy *copy = c->first; copy; copy = copy->next)
    if (blocks(copy, kind, limit, reading))
      return copy;
  return NULL;
}

static void describe(const void *object, char *text, size_t size) {
  const emu_copier *c = object;
  uint32_t n = 0;
  for (const emu_copy *copy = c->first; copy; copy = copy->next)
    n++;
  snprintf(text, size, "%u copies in flight", n);
}

void emu_copies_wait(emu_thread *self, const tweed_emu_place *place, emu_copy_kind kind, uint64_t limit, bool reading) {
  emu_async *a = emu_async_of(self);
  emu_copier *c = emu_copier_of(self);
  emu_groups *g = kind == EMU_COPY_ELEMENT ? &c->elements : &c->stores;
  for (emu_copy *copy = find_blocking(c, kind, limit, reading); copy; copy = find_blocking(c, kind, limit, reading)) {
    if (emu_chance(a->machine, 2))
      emu_wait(&c->queue, place, c, describe);
    else
      step_copy(a, copy);
    emu_async_stop_if_faulty(self);
  }
  for (uint64_t i = g->open < EMU_GROUPS ? 0 : g->open - EMU_GROUPS + 1; i < limit; i++)
    emu_acquire(reading ? &g->sync_read[i % EMU_GROUPS] : &g->sync[i % EMU_GROUPS]);
  if (limit > g->waited)
    g->waited = limit;
}

/* ---- the agent ---- */

/* Where no thread can go on, a copy must; else those that are lazy stay as they are. */
static bool step_agent(emu_agent *agent, emu_machine *m) {
  emu_async *a = (emu_async *)(void *)agent;
  if (a->flying_count > 0 && (m->stuck || a->pace != LAZY)) {
    emu_copy *copy = a->flying[tweed_random_below(&m->random, a->flying_count)];
    step_copy(a, copy);
    return true;
  }
  if (!m->stuck || faulty(a))
    return false;
  if (a->idle++ < IDLE_TIMEOUTS) {
    emu_mbarrier_time_out(a);
    return true;
  }
  return !emu_registers_check(a, false);
}

/* ---- blocks ---- */

static emu_async *new_async(emu_machine *m) {
  emu_async *a = emu_allocate(1, sizeof *a);
  if (!a)
    return NULL;
  a->agent.step = step_agent;
  a->machine = m;
  a->barrier_at = emu_allocate(EMU_WINDOW_SIZE / 8, sizeof *a->barrier_at);
  a->writers = emu_allocate(EMU_WINDOW_SIZE, sizeof *a->writers);
  if (!a->barrier_at || !a->writers) {
    emu_async_free(a);
    return NULL;
  }
  return a;
}

void emu_async_free(emu_async *a) {
  if (!a)
    return;
  emu_mbarriers_forget(a);
  for (uint32_t i = 0; i < a->flying_count; i++)
    free_copy(a->flying[i]);
  for (uint32_t i = 0; i < EMU_FIBERS; i++)
    emu_tsan_fiber_end(a->fibers[i], emu_tsan_fiber_current());
  emu_free(a->flying);
  emu_free(a->barrier_at);
  emu_free(a->writers);
  emu_free(a);
}

bool emu_async_start(emu_block *block) {
  emu_machine *m = block->machine;
  emu_async *a = block->async;
  if (!a) {
    a = block->async = new_async(m);
    if (!a)
      return false;
    a->agent.next = m->agents;
    m->agents = &a->agent;
  }
  emu_mbarriers_forget(a);
  memset(a->writers, 0, (EMU_SHARED_RESERVED + block->shared_size) * sizeof *a->writers);
  memset(a->copiers, 0, block->thread_count * sizeof *a->copiers);
  a->clock = 1;
  a->cluster.arrived = 0;
  a->cluster.phase = 0;
  a->cluster.queue = (emu_queue){NULL, NULL};
  a->idle = 0;
  a->pace = m->options.seed ? tweed_random_below(&m->random, PACES) : EAGER;
  for (uint32_t i = 0; i < block->thread_count; i++)
    a->copiers[i].thread = &block->threads[i];
  emu_registers_start(a);
  return true;
}

static void check_groups(emu_thread *self, const emu_groups *g, const char *name) {
  if (g->last > g->waited)
    emu_fault(self, TWEED_EMU_MISUSE, g->place,
              "the thread ends with copies in flight: no wait covers the group of this %s", name);
}

void emu_async_thread_exits(emu_thread *self) {
  const emu_copier *c = emu_copier_of(self);
  check_groups(self, &c->elements, "cp.async");
  check_groups(self, &c->stores, "bulk store");
  emu_cluster_thread_exits(self);
}

void emu_async_end(emu_block *block) {
  emu_async *a = block->async;
  while (a->flying_count > 0 && !faulty(a))
    step_copy(a, a->flying[0]);
  if (!faulty(a) && emu_mbarriers_end(a))
    emu_registers_check(a, true);
}
