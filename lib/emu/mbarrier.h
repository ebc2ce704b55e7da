/* mbarrier.h: an mbarrier object as a state machine: no memory, no threads, no waiting.
 *
 * A phase completes when no arrival is pending and no byte is outstanding; the next one starts at once with the
 * expected count. (PTX ISA 8.0, 9.7.12.15.) */
#ifndef TWEED_LIB_EMU_MBARRIER_H
#define TWEED_LIB_EMU_MBARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EMU_MBARRIER_MOST = (1 << 20) - 1 }; /* of each count; bytes go from minus this to this */

/* Invariants: pending <= EMU_MBARRIER_MOST, expected too; not both pending and tx are 0, unless all have dropped out.
 */
typedef struct emu_mbarrier {
  uint32_t expected; /* arrivals of each phase from the next one on */
  uint32_t pending;  /* of this phase, still to come */
  int32_t tx;        /* bytes expected less bytes that came */
  uint64_t phase;    /* how many phases have completed; its lowest bit is the parity of the one under way */
} emu_mbarrier;

typedef enum emu_mbarrier_fault {
  EMU_MBARRIER_OK,
  EMU_MBARRIER_COUNT,     /* a count of 0 or beyond the most */
  EMU_MBARRIER_TOO_MANY,  /* more arrivals than are pending */
  EMU_MBARRIER_COMPLETES, /* an arrival that must not complete the phase would */
  EMU_MBARRIER_BYTES,     /* more bytes than the counter holds */
  EMU_MBARRIER_SURPLUS,   /* bytes came that nobody announced, with nobody left who could */
  EMU_MBARRIER_BEHIND,    /* a wait for a phase while the barrier is two or more ahead: the parity no longer tells */
  EMU_MBARRIER_FUTURE,    /* a state that this barrier has not had */
} emu_mbarrier_fault;

/* A sentence without a full stop. */
const char *emu_mbarrier_fault_text(emu_mbarrier_fault fault);

emu_mbarrier_fault emu_mbarrier_init(emu_mbarrier *b, uint32_t count);

/* `count` arrivals. drop: they are not expected in later phases either. complete: whether they may complete the phase.
 * expect: bytes announced first. state, or NULL: of the phase arrived in, before the arrival. */
typedef struct emu_mbarrier_arrival {
  uint32_t count, expect;
  bool drop, may_complete;
} emu_mbarrier_arrival;
emu_mbarrier_fault emu_mbarrier_arrive(emu_mbarrier *b, emu_mbarrier_arrival arrival, uint64_t *state);
/* One more arrival is pending in this phase (cp.async.mbarrier.arrive without .noinc). */
emu_mbarrier_fault emu_mbarrier_add(emu_mbarrier *b);

emu_mbarrier_fault emu_mbarrier_expect(emu_mbarrier *b, uint32_t bytes);
emu_mbarrier_fault emu_mbarrier_complete(emu_mbarrier *b, uint32_t bytes);

/* What a state says: pending arrivals, as mbarrier.pending_count; the number of its phase, lowest 22 bits. */
uint32_t emu_mbarrier_state_pending(uint64_t state);
uint32_t emu_mbarrier_state_phase(uint64_t state);

/* A thread's wait for a phase, kept from one try to the next. Zero: it waits for none. */
typedef struct emu_mbarrier_wait {
  bool waiting;
  uint32_t parity;
  uint64_t phase; /* that the first try found under way */
} emu_mbarrier_wait;
/* Whether the phase of this parity has completed: the one under way or the one before. wait: of this thread and
 * barrier. A thread that found a phase under way must look again before the next one has completed too. */
emu_mbarrier_fault emu_mbarrier_test_parity(const emu_mbarrier *b, emu_mbarrier_wait *wait, uint32_t parity,
                                            bool *done);
/* The same for the phase of a state. */
emu_mbarrier_fault emu_mbarrier_test_state(const emu_mbarrier *b, uint64_t state, bool *done);

/* The 64 bits that lie in shared memory: every change of the barrier changes them. */
uint64_t emu_mbarrier_bits(const emu_mbarrier *b);
/* "phase 3, 1 of 4 arrivals pending, 512 bytes outstanding" */
void emu_mbarrier_text(const emu_mbarrier *b, char *text, size_t size);

#endif
