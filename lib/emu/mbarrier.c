/* mbarrier.c: the state machine of mbarrier.h. */
#include "emu/mbarrier.h"
#include <stdio.h>

/* Of a state: pending count, expected count, phase. The tag tells a state from other numbers. */
enum { COUNT_BITS = 20, PHASE_BITS = 22 };
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)
#define PHASE_MASK ((UINT64_C(1) << PHASE_BITS) - 1)
#define TAG (UINT64_C(2) << 62)

const char *emu_mbarrier_fault_text(emu_mbarrier_fault fault) {
  switch (fault) {
  case EMU_MBARRIER_OK:
    return "no fault";
  case EMU_MBARRIER_COUNT:
    return "the count is 0 or beyond 1048575";
  case EMU_MBARRIER_TOO_MANY:
    return "more arrivals than are pending in this phase";
  case EMU_MBARRIER_COMPLETES:
    return "an arrival with .noComplete would complete the phase";
  case EMU_MBARRIER_BYTES:
    return "more bytes than the barrier can count (1048575)";
  case EMU_MBARRIER_SURPLUS:
    return "more bytes came than were announced by expect_tx";
  case EMU_MBARRIER_BEHIND:
    return "the wait is a phase behind: what it waits for has completed, and the next phase too";
  case EMU_MBARRIER_FUTURE:
    return "the state does not come from an earlier arrival at this barrier";
  }
  return "unknown fault";
}

static uint64_t state_of(const emu_mbarrier *b) {
  return TAG | (uint64_t)b->pending | (uint64_t)b->expected << COUNT_BITS | (b->phase & PHASE_MASK) << (2 * COUNT_BITS);
}

static void advance(emu_mbarrier *b) {
  if (b->pending == 0 && b->tx == 0) {
    b->phase++;
    b->pending = b->expected;
  }
}

emu_mbarrier_fault emu_mbarrier_init(emu_mbarrier *b, uint32_t count) {
  if (count == 0 || count > EMU_MBARRIER_MOST)
    return EMU_MBARRIER_COUNT;
  *b = (emu_mbarrier){.expected = count, .pending = count};
  return EMU_MBARRIER_OK;
}

static emu_mbarrier_fault announce(emu_mbarrier *b, uint32_t bytes) {
  if (bytes > EMU_MBARRIER_MOST || b->tx + (int32_t)bytes > EMU_MBARRIER_MOST)
    return EMU_MBARRIER_BYTES;
  b->tx += (int32_t)bytes;
  return EMU_MBARRIER_OK;
}

emu_mbarrier_fault emu_mbarrier_arrive(emu_mbarrier *b, emu_mbarrier_arrival arrival, uint64_t *state) {
  if (arrival.count == 0 || arrival.count > EMU_MBARRIER_MOST)
    return EMU_MBARRIER_COUNT;
  if (arrival.count > b->pending)
    return EMU_MBARRIER_TOO_MANY;
  if (arrival.drop && arrival.count > b->expected)
    return EMU_MBARRIER_TOO_MANY;
  emu_mbarrier_fault fault = announce(b, arrival.expect);
  if (fault)
    return fault;
  if (!arrival.may_complete && arrival.count == b->pending && b->tx == 0)
    return EMU_MBARRIER_COMPLETES;
  if (state)
    *state = state_of(b);
  b->pending -= arrival.count;
  if (arrival.drop)
    b->expected -= arrival.count;
  if (b->pending == 0 && b->tx < 0)
    return EMU_MBARRIER_SURPLUS;
  advance(b);
  return EMU_MBARRIER_OK;
}

emu_mbarrier_fault emu_mbarrier_add(emu_mbarrier *b) {
  if (b->pending >= EMU_MBARRIER_MOST)
    return EMU_MBARRIER_COUNT;
  b->pending++;
  return EMU_MBARRIER_OK;
}

emu_mbarrier_fault emu_mbarrier_expect(emu_mbarrier *b, uint32_t bytes) {
  emu_mbarrier_fault fault = announce(b, bytes);
  if (!fault)
    advance(b);
  return fault;
}

/* Bytes may come before they are announced, as long as somebody has still to arrive. */
emu_mbarrier_fault emu_mbarrier_complete(emu_mbarrier *b, uint32_t bytes) {
  if (bytes > EMU_MBARRIER_MOST || b->tx - (int32_t)bytes < -EMU_MBARRIER_MOST)
    return EMU_MBARRIER_BYTES;
  b->tx -= (int32_t)bytes;
  if (b->pending == 0 && b->tx < 0)
    return EMU_MBARRIER_SURPLUS;
  advance(b);
  return EMU_MBARRIER_OK;
}

uint32_t emu_mbarrier_state_pending(uint64_t state) {
  return (uint32_t)(state & COUNT_MASK);
}

uint32_t emu_mbarrier_state_phase(uint64_t state) {
  return (uint32_t)(state >> (2 * COUNT_BITS) & PHASE_MASK);
}

emu_mbarrier_fault emu_mbarrier_test_parity(const emu_mbarrier *b, emu_mbarrier_wait *wait, uint32_t parity,
                                            bool *done) {
  bool again = wait->waiting && wait->parity == (parity & 1);
  if (again && b->phase >= wait->phase + 2)
    return EMU_MBARRIER_BEHIND;
  *done = (b->phase & 1) != (parity & 1);
  if (*done)
    wait->waiting = false;
  else
    *wait = (emu_mbarrier_wait){.waiting = true, .parity = parity & 1, .phase = b->phase};
  return EMU_MBARRIER_OK;
}

emu_mbarrier_fault emu_mbarrier_test_state(const emu_mbarrier *b, uint64_t state, bool *done) {
  uint64_t phase = state >> (2 * COUNT_BITS) & PHASE_MASK, ahead = (b->phase - phase) & PHASE_MASK;
  if ((state & TAG) != TAG || ahead > PHASE_MASK / 2)
    return EMU_MBARRIER_FUTURE;
  if (ahead >= 2)
    return EMU_MBARRIER_BEHIND;
  *done = ahead == 1;
  return EMU_MBARRIER_OK;
}

uint64_t emu_mbarrier_bits(const emu_mbarrier *b) {
  uint64_t tx = (uint64_t)(uint32_t)b->tx & PHASE_MASK;
  return (b->phase & 1) << 63 | UINT64_C(1) << 62 | tx << (2 * COUNT_BITS) | (uint64_t)b->expected << COUNT_BITS |
         (uint64_t)b->pending;
}

void emu_mbarrier_text(const emu_mbarrier *b, char *text, size_t size) {
  int at = snprintf(text, size, "phase %llu, %u of %u arrivals pending", (unsigned long long)b->phase, b->pending,
                    b->expected);
  if (b->tx != 0 && at > 0 && (size_t)at < size)
    snprintf(text + at, size - (size_t)at, b->tx > 0 ? ", %d bytes outstanding" : ", %d bytes more than announced",
             b->tx > 0 ? b->tx : -b->tx);
}
