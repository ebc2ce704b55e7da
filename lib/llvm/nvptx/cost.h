/* cost.h: what an instruction of a warp costs on a machine whose classes are such instructions. */
#ifndef TWEED_LLVM_NVPTX_COST_H
#define TWEED_LLVM_NVPTX_COST_H

#include "llvm/nvptx/kernel.h"
#include <tweed/model.h>

static inline int64_t tw_max64(int64_t a, int64_t b) {
  return a > b ? a : b;
}

/* Arrays are by class and unit, work[class * nunits + unit]: unit-cycles of one instruction. Issue slots are a unit. */
typedef struct tw_costs {
  const tweed_machine *machine;
  const tweed_sm *sm;
  int32_t nclasses, nunits;
  int32_t issue;   /* the unit of issue slots, -1 = none */
  int32_t *counts; /* by unit; 0 = unlimited */
  int64_t *work, *latency;
  int64_t *alone; /* by class: cycles for which it keeps a warp that has its sub-partition for itself */
} tw_costs;

/* TWEED_BAD_INPUT: the machine is no SM. */
tweed_status tw_costs_of(tweed_machine *m, tweed_arena *arena, tw_costs **out, tweed_error *error);

const int64_t *tw_cost_work(const tw_costs *c, int32_t class_index);
/* Neither issued nor executed. */
bool tw_cost_free(const tw_costs *c, int32_t class_index);
/* Cycles in which `warps` warps get so many unit-cycles each of a unit. */
int64_t tw_cost_cycles(const tw_costs *c, int32_t unit, int64_t work, int64_t warps);

/* What is known of an instruction beyond itself. folds: addresses that move by the same step in each iteration are
 * kept in registers and cost nothing of their own. */
typedef struct tw_cost_place {
  const tw_kernel *kernel;
  tw_loop *loop; /* the innermost one around it */
  bool folds;
} tw_cost_place;
/* The class of an instruction; -1: the machine has none. text (may be NULL, of 96 bytes): what was matched. */
int32_t tw_cost_class(const tw_costs *c, const tw_cost_place *place, int32_t inst, char *text);
/* Of an asynchronous copy of 4, 8 or 16 bytes per thread, in place of the load. */
int32_t tw_cost_copy_class(const tw_costs *c, const tw_kernel *k, int32_t load, int32_t bytes);

#endif
