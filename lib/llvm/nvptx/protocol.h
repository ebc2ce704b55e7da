/* protocol.h: what the roles of a specialised kernel do at their barriers, checked before any code is written.
 *
 * A protocol is run for a number of rounds (of a loop around everything) and trips (of each loop) in which every ring
 * is gone through more than twice, by roles that know of each other only what barriers tell them (vector clocks:
 * Mattern, Virtual time and global states of distributed systems, 1989). Since waiting is all that barriers do, one
 * order in which roles take steps stands for all: nobody gets stuck in it if nobody can. It is checked that
 *
 * - nobody waits for ever;
 * - a phase of a barrier gets as many arrivals as it wants, and nobody arrives for the next phase of a slot before this
 *   one is over;
 * - nobody waits for a phase when the one behind it may be over: a parity could not tell them apart;
 * - a slot is read only when it is filled, and filled again only when all that was in it has been read. */
#ifndef TWEED_LLVM_NVPTX_PROTOCOL_H
#define TWEED_LLVM_NVPTX_PROTOCOL_H

#include "base/base.h"

typedef enum tw_step_kind {
  TW_STEP_ARRIVE, /* at a barrier, `count` times */
  TW_STEP_WAIT,   /* for the phase of a barrier that this role has not waited for yet */
  TW_STEP_FILL,   /* the slot of a ring that is this iteration's */
  TW_STEP_READ
} tw_step_kind;

/* In front of a loop, in each of its iterations, behind it. */
typedef enum tw_when { TW_BEFORE, TW_EACH, TW_BEHIND, TW_WHENS } tw_when;

typedef struct tw_protocol tw_protocol;

/* Roles that have less than all of a role's warps, since these are not together either, are roles of their own. NULL:
 * out of memory. */
tw_protocol *tw_protocol_new(tweed_arena *arena, int32_t roles, int32_t loops);
/* Barriers and rings, by number; -1: out of memory. free: the first round of waits finds the slots free. A slot has a
 * barrier of its own. */
int32_t tw_protocol_barrier(tw_protocol *p, int32_t slots, int32_t arrivals, bool free);
int32_t tw_protocol_ring(tw_protocol *p, int32_t slots);
/* Adds a step. of: the barrier or ring; a ring belongs to one loop. False: out of memory. */
bool tw_protocol_step(tw_protocol *p, int32_t loop, int32_t role, tw_when when, tw_step_kind kind, int32_t of,
                      int32_t count);
/* False: something is wrong, or out of memory; `detail` says what. */
bool tw_protocol_check(const tw_protocol *p, char *detail, size_t size);

#endif
