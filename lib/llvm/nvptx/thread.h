/* thread.h: what pipelining a loop of a single thread is worth on a GPU, where other warps hide latency too.
 *
 * Two clocks. A warp alone takes T cycles for an iteration, most of which it waits. The SM takes U cycles for the work
 * of one iteration of one warp, by its busiest unit. With W warps resident, the SM finishes an iteration of a warp
 * every max(U, T / W) cycles. Pipelining lowers T, but takes registers, and may so lower W; it pays where T / W was
 * above U and the new T / W is less. The schedule's II is a warp's turn, max(U * W, what the warp alone needs to
 * issue): a lower one would take registers for nothing. */
#ifndef TWEED_LLVM_NVPTX_THREAD_H
#define TWEED_LLVM_NVPTX_THREAD_H

#include "llvm/nvptx/occupancy.h"
#include "llvm/profit.h"

/* Stages beyond which values would need more copies than a kernel is unrolled for, so that they would have to be moved,
 * and a move waits for the load that it moves. */
enum { TW_THREAD_STAGES = 7 };

typedef struct tw_thread {
  const tweed_sm *sm;
  const char *machine;
  tw_footprint kernel; /* as it is; threads as they are given, else what is usual */
  bool bounded;        /* launch bounds, or the user, say how large blocks are */
  int32_t limit;       /* registers that it may have */
  tw_occupancy occupancy;
  int32_t elsewhere; /* registers alive outside the loop, the most */
  int32_t in_loop;   /* and in it */
  double work;       /* U */
  const char *unit;  /* the busiest */
  double alone;      /* cycles that a warp needs to issue an iteration */
  double original;   /* T of the loop as it is */
  int64_t length;    /* cycles from the first op of an iteration to the last one's end */
  /* of the schedule that was judged last */
  tw_footprint pipelined;
  tw_occupancy then;
  double overlapped; /* T */
} tw_thread;

/* The machine has an SM. block: what the user says of its size, see tw_block_of. */
tweed_status tw_thread_of(const tw_body *body, const tweed_problem *problem, const int32_t block[3], tweed_arena *arena,
                          tw_thread **out, tweed_error *error);
/* The II to ask for: at least mii, and so many stages at most. No more than half of T, so that something overlaps. */
int32_t tw_thread_ii(const tw_thread *t, int32_t mii, int32_t stages);
/* tw_profit_bound and tw_profit_of in cycles of the SM per iteration of a warp. */
void tw_thread_bound(const tw_body *body, const tw_thread *t, tw_profit *out);
tweed_status tw_thread_profit(const tw_body *body, const tweed_problem *problem, const tw_plan *plan,
                              tweed_arena *arena, tw_thread *t, tw_profit *out, tweed_error *error);
/* What hides the latency, or does not: a phrase. scheduled: of the last schedule too. */
const char *tw_thread_text(const tw_thread *t, bool scheduled, char *buffer, size_t size);

#endif
