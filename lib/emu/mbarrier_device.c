/* mbarrier_device.c: the mbarriers of a block: the instructions, and what copies signal. */
#include "emu/async.h"
#include "emu/device.h"
#include "emu/heap.h"

#include <stdio.h>
#include <string.h>

enum { ALIGN = 8 };

/* ---- objects ---- */

static unsigned char *bytes_of(const emu_async *a, const emu_mbarrier_object *b) {
  return a->machine->window + b->offset;
}

static bool intact(const emu_async *a, const emu_mbarrier_object *b) {
  uint64_t bits = emu_mbarrier_bits(&b->state);
  return memcmp(bytes_of(a, b), &bits, sizeof bits) == 0;
}

static void store_bits(const emu_async *a, const emu_mbarrier_object *b) {
  uint64_t bits = emu_mbarrier_bits(&b->state);
  memcpy(bytes_of(a, b), &bits, sizeof bits);
}

static uint32_t offset_of(emu_thread *self, const tweed_emu_place *place, const char *name, uint64_t address) {
  if (!emu_is_shared(self->machine, address))
    emu_fault(self, TWEED_EMU_BOUNDS, place, "%s: an mbarrier must lie in shared memory", name);
  void *p = emu_pointer(self->machine, address);
  if (address % ALIGN != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: an mbarrier must lie at a multiple of 8 bytes", name);
  emu_check_bounds(self, place, p, sizeof(uint64_t), true);
  return emu_shared_offset(self->machine, p);
}

emu_mbarrier_object *emu_mbarrier_find(emu_thread *self, const tweed_emu_place *place, const char *name,
                                       uint64_t address) {
  emu_async *a = emu_async_of(self);
  uint32_t offset = offset_of(self, place, name, address);
  emu_mbarrier_object *b = a->barrier_at[offset / ALIGN];
  if (!b || !b->live)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: there is no mbarrier at %u, it was %s", name,
              offset - EMU_SHARED_RESERVED, b ? "invalidated" : "never initialised");
  if (!intact(a, b))
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: the mbarrier at %u has been written over", name,
              offset - EMU_SHARED_RESERVED);
  return b;
}

static emu_mbarrier_object *make(emu_thread *self, const tweed_emu_place *place, uint32_t offset) {
  emu_async *a = emu_async_of(self);
  emu_mbarrier_object *b = a->barrier_at[offset / ALIGN];
  if (!b) {
    b = emu_allocate(1, sizeof *b);
    if (!b)
      emu_fault(self, TWEED_EMU_TRAP, place, "out of memory for mbarriers");
    b->next = a->barriers;
    a->barriers = a->barrier_at[offset / ALIGN] = b;
    b->offset = offset;
    for (uint32_t parity = 0; parity < 2; parity++)
      b->views[parity] = (struct emu_mbarrier_view){b, parity};
  }
  return b;
}

void emu_mbarriers_forget(emu_async *a) {
  while (a->barriers) {
    emu_mbarrier_object *b = a->barriers;
    a->barriers = b->next;
    a->barrier_at[b->offset / ALIGN] = NULL;
    emu_free(b);
  }
}

static void describe(const void *object, char *text, size_t size) {
  const struct emu_mbarrier_view *view = object;
  const emu_mbarrier_object *b = view->object;
  char state[128], place[256];
  emu_mbarrier_text(&b->state, state, sizeof state);
  snprintf(text, size, "the phase of parity %u of the mbarrier at %u, initialised at %s: %s", view->parity,
           b->offset - EMU_SHARED_RESERVED, emu_place_text(b->init, place, sizeof place), state);
}

/* Who changed the state says so: those who wait for the phase go on when it has completed. */
static void changed(emu_async *a, emu_mbarrier_object *b, uint64_t phase) {
  store_bits(a, b);
  a->idle = 0;
  if (b->state.phase != phase)
    emu_wake_all(a->machine, &b->queue);
}

static const void *order_of(const emu_mbarrier_object *b, uint64_t phase) {
  return &b->sync[phase & 1];
}

static _Noreturn void misuse(emu_thread *self, const tweed_emu_place *place, const char *name,
                             const emu_mbarrier_object *b, emu_mbarrier_fault fault) {
  char state[128];
  emu_mbarrier_text(&b->state, state, sizeof state);
  emu_fault(self, TWEED_EMU_MISUSE, place, "%s: %s; the mbarrier at %u is in %s", name, emu_mbarrier_fault_text(fault),
            b->offset - EMU_SHARED_RESERVED, state);
}

/* ---- instructions ---- */

void tweed_emu_mbarrier_init(const tweed_emu_place *place, uint64_t address, uint32_t count) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  uint32_t offset = offset_of(self, place, "mbarrier.init", address);
  emu_async *a = emu_async_of(self);
  emu_mbarrier_object *b = make(self, place, offset);
  char init[512], state[128];
  emu_mbarrier_text(&b->state, state, sizeof state);
  if (b->live)
    emu_fault(self, TWEED_EMU_MISUSE, place,
              "mbarrier.init: the mbarrier at %u is in use: %s; initialised at %s and not invalidated since",
              offset - EMU_SHARED_RESERVED, state, emu_place_text(b->init, init, sizeof init));
  emu_tsan_access(bytes_of(a, b), sizeof(uint64_t), true, __builtin_return_address(0));
  memset(self->machine->shadow + offset, EMU_BYTE_OWNED | EMU_BYTE_WRITTEN, sizeof(uint64_t));
  emu_mbarrier_fault fault = emu_mbarrier_init(&b->state, count);
  if (fault)
    misuse(self, place, "mbarrier.init", b, fault);
  b->live = true;
  b->init = place;
  b->initialiser = self->index;
  b->initialised = a->clock;
  b->observed = b->signalled = 0;
  b->copy = NULL;
  memset(b->waits, 0, sizeof b->waits);
  store_bits(a, b);
}

void tweed_emu_mbarrier_inval(const tweed_emu_place *place, uint64_t address) {
  emu_thread *self = emu_self();
  emu_turn(self, place);
  emu_mbarrier_object *b = emu_mbarrier_find(self, place, "mbarrier.inval", address);
  if (b->queue.first || b->state.tx != 0 || b->state.pending != b->state.expected) {
    char state[128];
    emu_mbarrier_text(&b->state, state, sizeof state);
    emu_fault(self, TWEED_EMU_MISUSE, place, "mbarrier.inval: the mbarrier is in use: %s", state);
  }
  emu_tsan_access(bytes_of(emu_async_of(self), b), sizeof(uint64_t), true, __builtin_return_address(0));
  b->live = false;
}

/* The other instructions read the barrier, whatever else they do: its initialisation must have come before. */
static emu_mbarrier_object *use(emu_thread *self, const tweed_emu_place *place, const char *name, uint64_t address,
                                const void *pc) {
  emu_turn(self, place);
  emu_mbarrier_object *b = emu_mbarrier_find(self, place, name, address);
  emu_tsan_access(bytes_of(emu_async_of(self), b), sizeof(uint64_t), false, pc);
  return b;
}

static uint64_t arrive(const tweed_emu_place *place, uint64_t address, emu_mbarrier_arrival arrival, const void *pc) {
  static const char *const name = "mbarrier.arrive";
  emu_thread *self = emu_self();
  emu_mbarrier_object *b = use(self, place, name, address, pc);
  uint64_t phase = b->state.phase, state = 0;
  emu_release(order_of(b, phase));
  emu_mbarrier_fault fault = emu_mbarrier_arrive(&b->state, arrival, &state);
  if (fault)
    misuse(self, place, name, b, fault);
  changed(emu_async_of(self), b, phase);
  return state;
}

uint64_t tweed_emu_mbarrier_arrive(const tweed_emu_place *place, uint32_t drop, uint64_t address) {
  emu_mbarrier_arrival arrival = {.count = 1, .drop = drop != 0, .may_complete = true};
  return arrive(place, address, arrival, __builtin_return_address(0));
}

uint64_t tweed_emu_mbarrier_arrive_count(const tweed_emu_place *place, uint32_t drop, uint32_t no_complete,
                                         uint64_t address, uint32_t count) {
  emu_mbarrier_arrival arrival = {.count = count, .drop = drop != 0, .may_complete = !no_complete};
  return arrive(place, address, arrival, __builtin_return_address(0));
}

uint64_t tweed_emu_mbarrier_arrive_expect(const tweed_emu_place *place, uint32_t drop, uint64_t address,
                                          uint32_t bytes) {
  emu_mbarrier_arrival arrival = {.count = 1, .expect = bytes, .drop = drop != 0, .may_complete = true};
  return arrive(place, address, arrival, __builtin_return_address(0));
}

void tweed_emu_mbarrier_tx(const tweed_emu_place *place, uint32_t complete, uint64_t address, uint32_t bytes) {
  const char *name = complete ? "mbarrier.complete_tx" : "mbarrier.expect_tx";
  emu_thread *self = emu_self();
  emu_mbarrier_object *b = use(self, place, name, address, __builtin_return_address(0));
  uint64_t phase = b->state.phase;
  emu_mbarrier_fault fault = complete ? emu_mbarrier_complete(&b->state, bytes) : emu_mbarrier_expect(&b->state, bytes);
  if (fault)
    misuse(self, place, name, b, fault);
  changed(emu_async_of(self), b, phase);
}

uint32_t tweed_emu_mbarrier_pending_count(const tweed_emu_place *place, uint64_t state) {
  (void)place;
  return emu_mbarrier_state_pending(state);
}

void emu_mbarrier_increase(emu_thread *self, const tweed_emu_place *place, emu_mbarrier_object *b) {
  emu_mbarrier_fault fault = emu_mbarrier_add(&b->state);
  if (fault)
    misuse(self, place, "cp.async.mbarrier.arrive", b, fault);
  changed(emu_async_of(self), b, b->state.phase);
}

/* ---- waits ---- */

typedef struct wanted {
  bool by_state;
  uint64_t state; /* or the parity */
} wanted;

static bool test(emu_thread *self, const tweed_emu_place *place, const char *name, emu_mbarrier_object *b, wanted w,
                 uint32_t parity) {
  bool done = false;
  emu_mbarrier_fault fault = w.by_state ? emu_mbarrier_test_state(&b->state, w.state, &done)
                                        : emu_mbarrier_test_parity(&b->state, &b->waits[self->index], parity, &done);
  if (fault)
    misuse(self, place, name, b, fault);
  if (!done)
    return false;
  if (b->state.phase > b->observed)
    b->observed = b->state.phase;
  emu_acquire(order_of(b, parity));
  return true;
}

/* Waits, unless time runs out: which it only does where nothing else goes on. */
static uint32_t wait_for(const tweed_emu_place *place, bool potentially_blocking, uint64_t address, wanted w,
                         const void *pc) {
  const char *name = potentially_blocking ? "mbarrier.try_wait" : "mbarrier.test_wait";
  emu_thread *self = emu_self();
  emu_async *a = emu_async_of(self);
  emu_mbarrier_object *b = use(self, place, name, address, pc);
  uint32_t parity = (uint32_t)(w.by_state ? emu_mbarrier_state_phase(w.state) : w.state) & 1, timeouts = a->timeouts;
  for (;;) {
    if (test(self, place, name, b, w, parity))
      return 1;
    if (!potentially_blocking)
      emu_poll(self, place, &b->views[parity], describe);
    else if (a->timeouts == timeouts)
      emu_wait(&b->queue, place, &b->views[parity], describe);
    if (!potentially_blocking || a->timeouts != timeouts)
      return 0;
    if (!b->live)
      emu_fault(self, TWEED_EMU_MISUSE, place, "%s: the mbarrier was invalidated during the wait", name);
  }
}

uint32_t tweed_emu_mbarrier_wait(const tweed_emu_place *place, uint32_t potentially_blocking, uint64_t address,
                                 uint64_t state, uint32_t hint) {
  (void)hint;
  return wait_for(place, potentially_blocking != 0, address, (wanted){true, state}, __builtin_return_address(0));
}

uint32_t tweed_emu_mbarrier_wait_parity(const tweed_emu_place *place, uint32_t potentially_blocking, uint64_t address,
                                        uint32_t parity, uint32_t hint) {
  (void)hint;
  return wait_for(place, potentially_blocking != 0, address, (wanted){false, parity & 1}, __builtin_return_address(0));
}

void emu_mbarrier_time_out(emu_async *a) {
  a->timeouts++;
  for (emu_mbarrier_object *b = a->barriers; b; b = b->next)
    emu_wake_all(a->machine, &b->queue);
}

/* ---- copies ---- */

void emu_mbarrier_signal(emu_async *a, const emu_copy *copy, uint32_t bytes) {
  emu_mbarrier_object *b = copy->barrier;
  uint64_t phase = b->state.phase;
  emu_thread *thread = copy->copier->thread;
  if (!b->live || !intact(a, b)) {
    emu_report(a->machine, thread, TWEED_EMU_MISUSE, copy->place,
               "the copy signals the mbarrier at %u, which has been %s", b->offset - EMU_SHARED_RESERVED,
               b->live ? "written over" : "invalidated");
    return;
  }
  emu_release(order_of(b, phase));
  emu_mbarrier_fault fault = bytes ? emu_mbarrier_complete(&b->state, bytes)
                                   : emu_mbarrier_arrive(&b->state, (emu_mbarrier_arrival){1, 0, false, true}, NULL);
  if (fault) {
    char state[128];
    emu_mbarrier_text(&b->state, state, sizeof state);
    emu_report(a->machine, thread, TWEED_EMU_MISUSE, copy->place, "%s; the mbarrier at %u is in %s",
               emu_mbarrier_fault_text(fault), b->offset - EMU_SHARED_RESERVED, state);
    return;
  }
  b->signalled = phase + 1;
  changed(a, b, phase);
}

bool emu_mbarriers_end(emu_async *a) {
  for (const emu_mbarrier_object *b = a->barriers; b; b = b->next) {
    if (!b->live || b->signalled <= b->observed)
      continue;
    emu_report(
        a->machine, NULL, TWEED_EMU_MISUSE, b->copy,
        "the block ends with copies in flight: nobody waited for phase %llu of the mbarrier at %u, which they signal",
        (unsigned long long)b->signalled - 1, b->offset - EMU_SHARED_RESERVED);
    return false;
  }
  return true;
}
