/* schedule.c: whose turn it is: ready, waiting and polling threads, agents, and the verdict on a deadlock. */
#include "emu/device.h"
#include "emu/emu.h"

#include <stdio.h>
#include <string.h>

enum { IN_ORDER, AT_RANDOM, NEWEST_FIRST, BY_WARP, ORDERS };

/* With so many rounds of polling in which nothing changes, nothing ever will. */
enum { IDLE_ROUNDS = 1000 };

/* The GPU thread that this OS thread runs. */
static _Thread_local emu_thread *running;

emu_thread *emu_self(void) {
  return running;
}

bool emu_chance(emu_machine *machine, uint32_t n) {
  return machine->options.seed != 0 && n > 0 && tweed_random_below(&machine->random, n) == 0;
}

/* Each seed has a temper of its own: how often turns change and who comes next. */
static void draw_temper(emu_machine *m) {
  static const uint32_t rates[] = {2, 8, 64, 512};
  m->order = IN_ORDER;
  m->turn_rate = 0;
  if (m->options.seed == 0)
    return;
  m->order = tweed_random_below(&m->random, ORDERS);
  m->turn_rate = rates[tweed_random_below(&m->random, 4)];
  for (uint32_t w = 0; w < EMU_MAX_THREADS / EMU_WARP; w++)
    m->priority[w] = tweed_random_below(&m->random, 1 << 16);
}

/* ---- the ready ones ---- */

static emu_thread **slot(emu_machine *m, uint32_t i) {
  return &m->ready[(m->ready_first + i) % EMU_MAX_THREADS];
}

static void make_ready(emu_machine *m, emu_thread *t) {
  t->state = EMU_READY;
  t->next = NULL;
  *slot(m, m->ready_count++) = t;
}

static uint32_t choose(emu_machine *m) {
  uint32_t best = 0;
  switch (m->order) {
  case AT_RANDOM:
    return tweed_random_below(&m->random, m->ready_count);
  case NEWEST_FIRST:
    return m->ready_count - 1;
  case BY_WARP:
    for (uint32_t i = 1; i < m->ready_count; i++)
      if (m->priority[(*slot(m, i))->warp->index] < m->priority[(*slot(m, best))->warp->index])
        best = i;
    return best;
  default:
    return 0;
  }
}

/* The next thread, or NULL where none is ready: then the root decides. */
static emu_thread *pick(emu_machine *m) {
  if (m->ready_count == 0)
    return NULL;
  uint32_t at = choose(m);
  emu_thread *t = *slot(m, at);
  if (at + 1 == m->ready_count) {
    m->ready_count--;
    return t;
  }
  *slot(m, at) = *slot(m, 0);
  m->ready_first = (m->ready_first + 1) % EMU_MAX_THREADS;
  m->ready_count--;
  return t;
}

static emu_context *next_context(emu_machine *m) {
  emu_thread *t = m->verdict.fault == TWEED_EMU_CLEAN ? pick(m) : NULL;
  return t ? t->context : emu_contexts_root(m->contexts);
}

/* The running thread hands over; returns when it is picked again. */
static void give_way(emu_thread *self) {
  emu_context *next = next_context(self->machine);
  if (next != self->context)
    emu_context_switch(self->context, next);
  running = self->machine->running = self;
}

/* ---- queues ---- */

static void append(emu_queue *queue, emu_thread *t) {
  t->next = NULL;
  if (queue->last)
    queue->last->next = t;
  else
    queue->first = t;
  queue->last = t;
}

void emu_wait(emu_queue *queue, const tweed_emu_place *place, const void *object, emu_describe describe) {
  emu_thread *self = running;
  self->place = place;
  self->waits_for = object;
  self->describe = describe;
  self->state = EMU_WAITING;
  append(queue, self);
  emu_warp_lane_stops(self);
  give_way(self);
  self->waits_for = NULL;
}

void emu_wake_all(emu_machine *machine, emu_queue *queue) {
  emu_thread *t = queue->first;
  queue->first = queue->last = NULL;
  while (t) {
    emu_thread *next = t->next;
    make_ready(machine, t);
    t = next;
  }
  emu_changed(machine);
}

void emu_changed(emu_machine *machine) {
  machine->idle_rounds = 0;
  emu_thread *t = machine->pollers.first;
  machine->pollers.first = machine->pollers.last = NULL;
  while (t) {
    emu_thread *next = t->next;
    make_ready(machine, t);
    t = next;
  }
}

/* ---- agents ---- */

static bool step(emu_machine *m, emu_agent *agent) {
  void *mine = emu_tsan_fiber_current();
  if (!agent->fiber && emu_tsan()) {
    agent->fiber = emu_tsan_fiber_new();
    emu_tsan_fiber_name(agent->fiber, "asynchronous copies and tensor cores");
  }
  emu_tsan_fiber_switch(agent->fiber);
  bool did = agent->step(agent, m);
  emu_tsan_fiber_switch(mine);
  return did;
}

static bool step_any(emu_machine *m) {
  for (emu_agent *a = m->agents; a; a = a->next)
    if (step(m, a)) {
      emu_changed(m);
      return true;
    }
  return false;
}

/* A fault that an agent met ends the run in the middle of a thread. */
static void stop_if_faulty(emu_thread *self) {
  if (self->machine->verdict.fault != TWEED_EMU_CLEAN)
    give_way(self);
}

void emu_turn(emu_thread *self, const tweed_emu_place *place) {
  emu_machine *m = self->machine;
  self->place = place;
  emu_stop_at_race(self);
  if (m->agents && emu_chance(m, m->turn_rate) && step_any(m))
    stop_if_faulty(self);
  if (m->ready_count > 0 && emu_chance(m, m->turn_rate)) {
    make_ready(m, self);
    give_way(self);
  }
}

void emu_poll(emu_thread *self, const tweed_emu_place *place, const void *object, emu_describe describe) {
  self->place = place;
  self->waits_for = object;
  self->describe = describe;
  self->state = EMU_WAITING;
  append(&self->machine->pollers, self);
  emu_warp_lane_stops(self);
  give_way(self);
  self->waits_for = NULL;
}

/* ---- a block ---- */

/* The running thread is over; returns who goes on. */
static emu_context *finish(emu_thread *self) {
  emu_machine *m = self->machine;
  emu_async_thread_exits(self);
  emu_cores_thread_exits(self);
  emu_release(&m->after);
  self->state = EMU_DONE;
  self->warp->lanes &= ~(1u << self->lane);
  self->block->live--;
  emu_changed(m);
  emu_warp_lane_stops(self);
  if (self->warp->lanes == 0)
    emu_barriers_warp_exits(self->block);
  return next_context(m);
}

static emu_context *run_thread(void *argument) {
  emu_thread *self = argument;
  running = self->machine->running = self;
  emu_acquire(&self->machine->before);
  self->machine->launch->kernel->entry((void *const *)self->machine->launch->arguments);
  return finish(self);
}

void tweed_emu_exit(const tweed_emu_place *place) {
  emu_thread *self = running;
  emu_turn(self, place);
  emu_context_leave(self->context, finish(self));
}

static void report_deadlock(emu_machine *m) {
  emu_thread *shown = NULL;
  for (uint32_t i = 0; i < m->block->thread_count && !shown; i++)
    if (m->block->threads[i].state != EMU_DONE)
      shown = &m->block->threads[i];
  emu_report(m, shown, TWEED_EMU_DEADLOCK, shown->place, "deadlock: none of %u threads can go on", m->block->live);
  for (uint32_t i = 0; i < m->block->thread_count;) {
    emu_thread *t = &m->block->threads[i];
    uint32_t first = i;
    while (i < m->block->thread_count && m->block->threads[i].state == t->state &&
           m->block->threads[i].place == t->place && m->block->threads[i].waits_for == t->waits_for)
      i++;
    if (t->state == EMU_DONE)
      continue;
    char place[512], what[256] = "";
    if (t->describe)
      t->describe(t->waits_for, what, sizeof what);
    emu_report_line(m, "threads %u to %u wait at %s%s%s", first, i - 1, emu_place_text(t->place, place, sizeof place),
                    what[0] ? " for " : "", what);
  }
}

/* No thread is ready. False: the block is over, well or not. */
static bool go_on(emu_machine *m) {
  if (m->verdict.fault != TWEED_EMU_CLEAN || m->block->live == 0)
    return false;
  m->stuck = true;
  bool stepped = step_any(m);
  m->stuck = false;
  if (stepped)
    return true;
  if (m->pollers.first && m->idle_rounds < IDLE_ROUNDS) {
    uint32_t rounds = m->idle_rounds + 1;
    emu_changed(m);
    m->idle_rounds = rounds;
    return true;
  }
  report_deadlock(m);
  return false;
}

/* To ThreadSanitizer a context is one thread, which comes before itself: blocks take turns in contexts, so that the
 * same thread of two blocks isn't the same to it. */
static uint32_t first_context(const emu_machine *m) {
  const emu_block *b = m->block;
  const uint32_t *grid = m->launch->grid;
  uint64_t number = b->id[0] + grid[0] * (b->id[1] + (uint64_t)grid[1] * b->id[2]);
  return emu_tsan() ? (uint32_t)(number * (b->thread_count + 1) % EMU_MAX_THREADS) : 0;
}

static bool start_threads(emu_machine *m) {
  emu_block *b = m->block;
  uint32_t first = first_context(m);
  m->ready_first = m->ready_count = 0;
  m->idle_rounds = 0;
  m->pollers = (emu_queue){NULL, NULL};
  for (uint32_t i = 0; i < b->thread_count; i++) {
    emu_thread *t = &b->threads[i];
    uint32_t context = (first + i) % EMU_MAX_THREADS;
    t->context = emu_contexts_get(m->contexts, context);
    char name[64];
    snprintf(name, sizeof name, "GPU thread (%u,%u,%u)", t->id[0], t->id[1], t->id[2]);
    if (!emu_context_start(m->contexts, context, name, run_thread, t))
      return false;
    make_ready(m, t);
  }
  return true;
}

bool emu_schedule_block(emu_machine *m) {
  if (m->block->id[0] + m->block->id[1] + m->block->id[2] == 0)
    draw_temper(m);
  if (!start_threads(m))
    return false;
  emu_context *root = emu_contexts_root(m->contexts);
  do {
    emu_context *next = next_context(m);
    if (next != root)
      emu_context_switch(root, next);
  } while (m->verdict.fault == TWEED_EMU_CLEAN && (m->ready_count > 0 || go_on(m)));
  running = m->running = NULL;
  return true;
}
