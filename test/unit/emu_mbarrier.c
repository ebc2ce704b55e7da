/* The mbarrier state machine: phases, counts, bytes, waits, and every misuse that it must notice. */
#include "base/base.h"
#include "emu/mbarrier.h"
#include <assert.h>
#include <string.h>

static const emu_mbarrier_arrival ONE = {.count = 1, .may_complete = true};

static emu_mbarrier made(uint32_t count) {
  emu_mbarrier b;
  assert(emu_mbarrier_init(&b, count) == EMU_MBARRIER_OK);
  return b;
}

static void arrive(emu_mbarrier *b, uint32_t count) {
  assert(emu_mbarrier_arrive(b, (emu_mbarrier_arrival){.count = count, .may_complete = true}, NULL) == EMU_MBARRIER_OK);
}

static void expect_text(const emu_mbarrier *b, const char *text) {
  char buffer[128];
  emu_mbarrier_text(b, buffer, sizeof buffer);
  assert(strcmp(buffer, text) == 0);
}

static void counts(void) {
  emu_mbarrier b;
  assert(emu_mbarrier_init(&b, 0) == EMU_MBARRIER_COUNT);
  assert(emu_mbarrier_init(&b, 1 << 20) == EMU_MBARRIER_COUNT);
  b = made(3);
  arrive(&b, 1);
  expect_text(&b, "phase 0, 2 of 3 arrivals pending");
  arrive(&b, 2);
  expect_text(&b, "phase 1, 3 of 3 arrivals pending");
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 4, .may_complete = true}, NULL) ==
         EMU_MBARRIER_TOO_MANY);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.may_complete = true}, NULL) == EMU_MBARRIER_COUNT);
}

static void drops(void) {
  emu_mbarrier b = made(3);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1, .drop = true, .may_complete = true}, NULL) == 0);
  arrive(&b, 2);
  expect_text(&b, "phase 1, 2 of 2 arrivals pending");
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 2, .drop = true, .may_complete = true}, NULL) == 0);
  expect_text(&b, "phase 2, 0 of 0 arrivals pending");
  assert(emu_mbarrier_arrive(&b, ONE, NULL) == EMU_MBARRIER_TOO_MANY);
}

static void not_completing(void) {
  emu_mbarrier b = made(2);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1}, NULL) == EMU_MBARRIER_OK);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1}, NULL) == EMU_MBARRIER_COMPLETES);
  arrive(&b, 1);
  assert(b.phase == 1);
}

static void bytes(void) {
  emu_mbarrier b = made(1);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1, .expect = 96, .may_complete = true}, NULL) == 0);
  expect_text(&b, "phase 0, 0 of 1 arrivals pending, 96 bytes outstanding");
  assert(emu_mbarrier_arrive(&b, ONE, NULL) == EMU_MBARRIER_TOO_MANY); /* the phase still waits for its bytes */
  assert(emu_mbarrier_complete(&b, 64) == 0 && b.phase == 0);
  assert(emu_mbarrier_complete(&b, 32) == 0 && b.phase == 1);
  /* Bytes before their announcement are fine while somebody may still announce them. */
  assert(emu_mbarrier_complete(&b, 16) == 0);
  expect_text(&b, "phase 1, 1 of 1 arrivals pending, 16 bytes more than announced");
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1, .expect = 16, .may_complete = true}, NULL) == 0);
  assert(b.phase == 2);
  assert(emu_mbarrier_expect(&b, 8) == 0 && emu_mbarrier_complete(&b, 8) == 0 && b.phase == 2); /* nobody arrived */
  assert(emu_mbarrier_complete(&b, 8) == 0);
  assert(emu_mbarrier_arrive(&b, ONE, NULL) == EMU_MBARRIER_SURPLUS);
  b = made(1);
  assert(emu_mbarrier_arrive(&b, (emu_mbarrier_arrival){.count = 1, .expect = 8, .may_complete = true}, NULL) == 0);
  assert(emu_mbarrier_complete(&b, 16) == EMU_MBARRIER_SURPLUS);
  b = made(1);
  assert(emu_mbarrier_expect(&b, 1 << 20) == EMU_MBARRIER_BYTES);
  assert(emu_mbarrier_expect(&b, EMU_MBARRIER_MOST) == 0 && emu_mbarrier_expect(&b, 1) == EMU_MBARRIER_BYTES);
  b = made(1);
  assert(emu_mbarrier_complete(&b, EMU_MBARRIER_MOST) == 0 && emu_mbarrier_complete(&b, 1) == EMU_MBARRIER_BYTES);
}

static void added(void) {
  emu_mbarrier b = made(1);
  assert(emu_mbarrier_add(&b) == 0);
  arrive(&b, 1);
  assert(b.phase == 0);
  arrive(&b, 1);
  expect_text(&b, "phase 1, 1 of 1 arrivals pending");
  b = made(EMU_MBARRIER_MOST);
  assert(emu_mbarrier_add(&b) == EMU_MBARRIER_COUNT);
}

static void parities(void) {
  emu_mbarrier b = made(1);
  emu_mbarrier_wait wait = {0};
  bool done;
  assert(emu_mbarrier_test_parity(&b, &wait, 1, &done) == 0 && done); /* the phase before the first */
  assert(emu_mbarrier_test_parity(&b, &wait, 0, &done) == 0 && !done);
  arrive(&b, 1);
  assert(emu_mbarrier_test_parity(&b, &wait, 0, &done) == 0 && done);
  assert(emu_mbarrier_test_parity(&b, &wait, 0, &done) == 0 && done); /* again */
  assert(emu_mbarrier_test_parity(&b, &wait, 1, &done) == 0 && !done);
  arrive(&b, 1), arrive(&b, 1);
  assert(emu_mbarrier_test_parity(&b, &wait, 1, &done) == EMU_MBARRIER_BEHIND);
  /* Who never looked at the phases between has missed none. */
  emu_mbarrier_wait other = {0};
  assert(emu_mbarrier_test_parity(&b, &other, 0, &done) == 0 && done);
}

static void states(void) {
  emu_mbarrier b = made(2);
  uint64_t first, second;
  bool done;
  assert(emu_mbarrier_arrive(&b, ONE, &first) == 0 && emu_mbarrier_state_pending(first) == 2);
  assert(emu_mbarrier_arrive(&b, ONE, &second) == 0 && emu_mbarrier_state_pending(second) == 1);
  assert(emu_mbarrier_test_state(&b, first, &done) == 0 && done);
  assert(emu_mbarrier_arrive(&b, ONE, &second) == 0);
  assert(emu_mbarrier_test_state(&b, second, &done) == 0 && !done);
  arrive(&b, 1);
  assert(emu_mbarrier_test_state(&b, second, &done) == 0 && done);
  assert(emu_mbarrier_test_state(&b, first, &done) == EMU_MBARRIER_BEHIND);
  assert(emu_mbarrier_test_state(&b, 12345, &done) == EMU_MBARRIER_FUTURE);
  emu_mbarrier young = made(2);
  assert(emu_mbarrier_test_state(&young, second, &done) == EMU_MBARRIER_FUTURE);
}

/* Random arrivals and bytes against plain sums: after n full rounds the barrier is in phase n, and its bits differ from
 * those after any single step. */
static void rounds(void) {
  tweed_random r;
  tweed_random_seed(&r, 1);
  for (int trial = 0; trial < 200; trial++) {
    uint32_t count = 1 + (uint32_t)tweed_random_below(&r, 8);
    emu_mbarrier b = made(count);
    for (uint64_t round = 0; round < 20; round++) {
      uint32_t arrivals = count, announced = 0, sent = 0, all = 16 * (uint32_t)tweed_random_below(&r, 5);
      while (arrivals > 0 || sent < all) {
        uint64_t before = emu_mbarrier_bits(&b);
        assert(b.phase == round);
        if (arrivals > 0 && (sent == all || tweed_random_below(&r, 2))) {
          uint32_t expect = arrivals == 1 ? all - announced : tweed_random_below(&r, 2) && announced < all ? 16 : 0;
          emu_mbarrier_arrival a = {.count = 1, .expect = expect, .may_complete = true};
          assert(emu_mbarrier_arrive(&b, a, NULL) == EMU_MBARRIER_OK);
          announced += expect, arrivals--;
        } else {
          assert(emu_mbarrier_complete(&b, 16) == EMU_MBARRIER_OK);
          sent += 16;
        }
        assert(emu_mbarrier_bits(&b) != before);
      }
    }
    assert(b.phase == 20 && b.pending == count && b.tx == 0);
  }
}

int main(void) {
  counts();
  drops();
  not_completing();
  bytes();
  added();
  parities();
  states();
  rounds();
  for (int fault = EMU_MBARRIER_OK; fault <= EMU_MBARRIER_FUTURE; fault++)
    assert(emu_mbarrier_fault_text((emu_mbarrier_fault)fault)[0]);
  return 0;
}
