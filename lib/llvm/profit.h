/* profit.h: does pipelining pay on this machine? */
#ifndef TWEED_LLVM_PROFIT_H
#define TWEED_LLVM_PROFIT_H

#include "llvm/plan.h"

typedef struct tw_profit {
  double before, after; /* cycles per iteration by the machine model */
  bool pays;
  bool spills; /* more values are live than the machine has registers */
} tw_profit;

/* One instance of an op in a stream of code: which op of the problem, of which iteration relative to the trip. */
typedef struct tw_instance {
  int32_t op, iteration;
} tw_instance;

/* One iteration in the order in which a list scheduler by height leaves it, and its length in cycles. code has room for
 * all ops of the problem. */
tweed_status tw_profit_original(const tweed_problem *problem, tw_instance *code, int64_t *length, tweed_arena *arena,
                                tweed_error *error);
/* The kernel's code: the ops of the plan in order, step by step, with what is not in the plan (addresses) at the end.
 * Returns how many there are; at most ops + norder * unroll. in_plan has room for all ops of the problem. */
int32_t tw_profit_kernel(const tw_body *body, const tweed_problem *problem, const tw_plan *plan, tw_instance *code,
                         bool *in_plan);
/* Leaves out what only if-conversion adds; returns how many are left. */
int32_t tw_profit_without_selects(const tw_body *body, tw_instance *code, int32_t n);
/* What must be won before the larger code is worth it, as a factor. */
double tw_profit_wanted(const tw_body *body);

/* The most that any schedule could win, known before one is sought: as if the loop ran at MII. */
tweed_status tw_profit_bound(const tw_body *body, const tweed_problem *problem, int32_t mii, tweed_arena *arena,
                             tw_profit *out, tweed_error *error);

/* What this schedule wins. */
tweed_status tw_profit_of(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          const tw_plan *plan, tweed_arena *arena, tw_profit *out, tweed_error *error);

#endif
