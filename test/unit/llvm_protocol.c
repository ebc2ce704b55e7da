/* Protocols of rings: good ones pass, and every way to break them is found. */
#include "llvm/nvptx/protocol.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FILLERS = 2, READERS = 2, ROLES = FILLERS + READERS };

/* What is to be wrong with it. */
typedef enum bug {
  NONE,
  NO_FULL_WAIT,
  NO_EMPTY_WAIT,
  NO_FULL_ARRIVE,
  NO_EMPTY_ARRIVE,
  ONE_FULL_ARRIVE, /* of the fillers only the first one */
  FULL_TOO_MANY,
  FULL_TOO_FEW,
  EMPTY_TOO_FEW,
  EARLY_RELEASE,
  EARLY_FULL,
  EMPTY_NOT_FREE,
  FULL_FREE,
  CROSSED, /* the readers wait for the last channel first: no bug, since all of them are filled meanwhile */
  BUGS
} bug;

typedef struct channel {
  int32_t full, empty, ring;
} channel;

static void must(bool fine) {
  assert(fine);
}

static void fill_with(tw_protocol *p, int32_t loop, int32_t role, const channel *c, bug b) {
  if (b != NO_EMPTY_WAIT)
    must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_WAIT, c->empty, 0));
  if (b == EARLY_FULL)
    must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_ARRIVE, c->full, 16));
  must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_FILL, c->ring, 0));
  if (b == NO_FULL_ARRIVE || b == EARLY_FULL || (b == ONE_FULL_ARRIVE && role > 0))
    return;
  int32_t count = b == FULL_TOO_MANY ? 17 : b == FULL_TOO_FEW ? 15 : 16;
  must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_ARRIVE, c->full, count));
}

static void wait_full(tw_protocol *p, int32_t loop, int32_t role, const channel *c, bug b) {
  if (b != NO_FULL_WAIT)
    must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_WAIT, c->full, 0));
}

static void release(tw_protocol *p, int32_t loop, int32_t role, const channel *c, bug b) {
  if (b != NO_EMPTY_ARRIVE && !(b == EMPTY_TOO_FEW && role == ROLES - 1))
    must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_ARRIVE, c->empty, 2));
}

static void read_with(tw_protocol *p, int32_t loop, int32_t role, const channel *c, bug b) {
  must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_READ, c->ring, 0));
  if (b == EARLY_RELEASE)
    release(p, loop, role, c, b);
  must(tw_protocol_step(p, loop, role, TW_EACH, TW_STEP_READ, c->ring, 0));
  if (b != EARLY_RELEASE)
    release(p, loop, role, c, b);
}

static channel new_channel(tw_protocol *p, int32_t slots, bug b) {
  return (channel){tw_protocol_barrier(p, slots, 32, b == FULL_FREE),
                   tw_protocol_barrier(p, slots, 4, b != EMPTY_NOT_FREE), tw_protocol_ring(p, slots)};
}

/* `channels` of them in each of `loops`, of 1, 2, … slots more. */
static tw_protocol *make(tweed_arena *a, int32_t loops, int32_t channels, int32_t slots, bug b) {
  tw_protocol *p = tw_protocol_new(a, ROLES, loops);
  assert(p);
  for (int32_t loop = 0; loop < loops; loop++) {
    channel c[4];
    for (int32_t i = 0; i < channels; i++)
      c[i] = new_channel(p, slots + i, b);
    for (int32_t role = 0; role < FILLERS; role++)
      for (int32_t i = 0; i < channels; i++)
        fill_with(p, loop, role, &c[i], b);
    for (int32_t role = FILLERS; role < ROLES; role++) {
      for (int32_t i = channels - 1; b == CROSSED && i >= 0; i--)
        wait_full(p, loop, role, &c[i], b);
      for (int32_t i = 0; i < channels; i++) {
        if (b != CROSSED)
          wait_full(p, loop, role, &c[i], b);
        read_with(p, loop, role, &c[i], b);
      }
    }
  }
  return p;
}

static void test_bugs(void) {
  static const char *const said[BUGS] = {[NO_FULL_WAIT] = "reads a slot that may not be filled",
                                         [NO_EMPTY_WAIT] = "",
                                         [NO_FULL_ARRIVE] = "waits for ever",
                                         [NO_EMPTY_ARRIVE] = "waits for ever",
                                         [ONE_FULL_ARRIVE] = "waits for ever",
                                         [FULL_TOO_MANY] = "one arrival too many",
                                         [FULL_TOO_FEW] = "",
                                         [EMPTY_TOO_FEW] = "waits for ever",
                                         [EARLY_RELEASE] = "",
                                         [EARLY_FULL] = "reads a slot that may not be filled",
                                         [EMPTY_NOT_FREE] = "waits for ever",
                                         [FULL_FREE] = ""};
  for (int32_t slots = 1; slots <= 4; slots++)
    for (int32_t channels = 1; channels <= 2; channels++)
      for (int32_t loops = 1; loops <= 2; loops++)
        for (int b = NONE; b < BUGS; b++) {
          tweed_arena *a = tweed_arena_new();
          char detail[200] = "";
          bool fine = tw_protocol_check(make(a, loops, channels, slots, (bug)b), detail, sizeof detail);
          printf("bug %d, %d loops, %d channels, %d slots: %s\n", b, (int)loops, (int)channels, (int)slots, detail);
          assert(fine == (b == NONE || b == CROSSED));
          assert(fine || strstr(detail, said[b]));
          tweed_arena_free(a);
        }
}

/* Two roles, each of which first waits for the other: whatever the counts say. */
static void test_circle(void) {
  tweed_arena *a = tweed_arena_new();
  char detail[200];
  tw_protocol *p = tw_protocol_new(a, 2, 1);
  int32_t one = tw_protocol_barrier(p, 2, 1, false), other = tw_protocol_barrier(p, 2, 1, false);
  must(tw_protocol_step(p, 0, 0, TW_EACH, TW_STEP_WAIT, one, 0));
  must(tw_protocol_step(p, 0, 0, TW_EACH, TW_STEP_ARRIVE, other, 1));
  must(tw_protocol_step(p, 0, 1, TW_EACH, TW_STEP_WAIT, other, 0));
  must(tw_protocol_step(p, 0, 1, TW_EACH, TW_STEP_ARRIVE, one, 1));
  assert(!tw_protocol_check(p, detail, sizeof detail));
  assert(strstr(detail, "waits for ever"));
  tweed_arena_free(a);
}

/* Two halves that take turns: one of them has to begin, what is left at the end has to be taken, and the half that has
 * left it must not come back before that. */
static void test_turns(bool begin, bool end, bool together, const char *said) {
  tweed_arena *a = tweed_arena_new();
  char detail[200] = "";
  tw_protocol *p = tw_protocol_new(a, 2, 1);
  int32_t own[2];
  for (int32_t half = 0; half < 2; half++)
    own[half] = tw_protocol_barrier(p, 1, 256, false);
  if (begin)
    must(tw_protocol_step(p, 0, 1, TW_BEFORE, TW_STEP_ARRIVE, own[0], 128));
  for (int32_t half = 0; half < 2; half++)
    for (int32_t products = 0; products < 2; products++) {
      must(tw_protocol_step(p, 0, half, TW_EACH, TW_STEP_ARRIVE, own[half], 128));
      must(tw_protocol_step(p, 0, half, TW_EACH, TW_STEP_WAIT, own[half], 0));
      must(tw_protocol_step(p, 0, half, TW_EACH, TW_STEP_ARRIVE, own[1 - half], 128));
    }
  if (end) {
    must(tw_protocol_step(p, 0, 0, TW_BEHIND, TW_STEP_ARRIVE, own[0], 128));
    must(tw_protocol_step(p, 0, 0, TW_BEHIND, TW_STEP_WAIT, own[0], 0));
  }
  if (together) {
    must(tw_protocol_step(p, 0, 0, TW_BEHIND, TW_STEP_ARRIVE, own[1], 128));
    must(tw_protocol_step(p, 0, 1, TW_BEHIND, TW_STEP_ARRIVE, own[1], 128));
    must(tw_protocol_step(p, 0, 1, TW_BEHIND, TW_STEP_WAIT, own[1], 0));
  }
  bool fine = tw_protocol_check(p, detail, sizeof detail);
  printf("turns: %s\n", detail);
  assert(said ? !fine && strstr(detail, said) : fine);
  tweed_arena_free(a);
}

int main(void) {
  test_bugs();
  test_circle();
  test_turns(true, true, true, NULL);
  test_turns(false, true, true, "waits for ever");
  test_turns(true, false, true, "");
  test_turns(true, true, false, "arrives before the phase before is over");
  return 0;
}
