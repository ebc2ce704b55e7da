/* tile_plan.h: what is to be made of a tile loop: the decision, by its graph, a schedule, and the limits of an SM.
 *
 * Two ways: the block's own threads copy ahead (pipelined), or threads that are added to it do (specialised). Each is
 * a problem of its own (tile_graph.h), solved with roles; the ring's depth is what the schedule's lifetimes ask for, II
 * what the units can do ("two clocks"). Both are then held against the loop as it is: cycles per iteration of an SM
 * with as many blocks as fit. */
#ifndef TWEED_LLVM_NVPTX_TILE_PLAN_H
#define TWEED_LLVM_NVPTX_TILE_PLAN_H

#include "llvm/nvptx/occupancy.h"
#include "llvm/nvptx/tile_graph.h"
#include "llvm/nvptx/tile_turns.h"
#include <tweed/llvm.h>
#include <tweed/solve.h>

/* What a kernel is on an SM, before or after. shared: bytes of a block. */
typedef struct tw_tile_state {
  int32_t threads, blocks;
  int64_t shared;
  double cycles; /* per iteration, of the SM */
} tw_tile_state;

/* reason other than TW_REASON_NONE: to be left alone. producers: threads to add to the block, a multiple of 32; 0: its
 * own threads copy ahead. Cycles are the SM's. */
typedef struct tw_tile_plan {
  tw_reason reason;
  char detail[256];
  int32_t *depth; /* slots per channel, at least 2 */
  int32_t producers;
  int32_t ii, mii, stages;
  tw_tile_state before, after;
  double gain;             /* before / after */
  int32_t registers;       /* of a thread, estimated */
  const char *bottleneck;  /* the busiest unit; "recurrence" where carried */
  bool carried;            /* what iterations hand on bounds II, of one block */
  bool short_of_registers; /* some ring would have left no room for them */
  tw_tile_turns turns;     /* wanted: two halves of the block take turns at the tensor cores */
  tw_tile_graph graph;
  tweed_schedule *schedule;
} tw_tile_plan;

typedef enum tw_tile_way { TW_TILE_EITHER, TW_TILE_PIPELINE, TW_TILE_SPECIALIZE } tw_tile_way;

/* tiles: loops of the kernel that are to share its memory. Free the plan with tw_tile_plan_free in any case. Errors are
 * those of memory and of bugs; what speaks against the loop is a reason. */
tweed_status tw_tile_plan_make(tw_kernel *k, tw_tile *t, int32_t tiles, tw_tile_way way, tweed_machine *machine,
                               const tweed_llvm_options *options, tw_tile_plan *out, tweed_error *error);
void tw_tile_plan_free(tw_tile_plan *plan);

#endif
