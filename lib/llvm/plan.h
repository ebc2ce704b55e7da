/* plan.h: a schedule in the form that the rewriter needs: stages, order of emission, unroll factor. */
#ifndef TWEED_LLVM_PLAN_H
#define TWEED_LLVM_PLAN_H

#include "llvm/body.h"

/* Per op of the body. Invariant: emitting, for each step in turn, the ops of `order` in that order, with iteration step
 * - stage, runs every op behind all that it depends on. Affine and dead ops are not in order. unroll: kernel copies, so
 * that no value is overwritten before its last use (modulo variable expansion, Lam 1988), unless capped: copies is how
 * many that takes. */
typedef struct tw_plan {
  int32_t ii, stages, unroll, copies, norder;
  int32_t *stage, *row, *order;
  int32_t *position; /* of an op in order, -1 = not in it */
} tw_plan;

tweed_status tw_plan_make(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          tweed_arena *arena, tw_plan **out, tweed_error *error);

#endif
