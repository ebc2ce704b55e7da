/* profit.h: does pipelining pay on this machine? */
#ifndef TWEED_LLVM_PROFIT_H
#define TWEED_LLVM_PROFIT_H

#include "llvm/plan.h"

typedef struct tw_profit {
  double before, after; /* cycles per iteration by the machine model */
  bool pays;
  bool spills; /* more values are live than the machine has registers */
} tw_profit;

/* The most that any schedule could win, known before one is sought: as if the loop ran at MII. */
tweed_status tw_profit_bound(const tw_body *body, const tweed_problem *problem, int32_t mii, tweed_arena *arena,
                             tw_profit *out, tweed_error *error);

/* What this schedule wins. */
tweed_status tw_profit_of(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          const tw_plan *plan, tweed_arena *arena, tw_profit *out, tweed_error *error);

#endif
