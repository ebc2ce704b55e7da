/* profit.h: does pipelining pay on this machine? */
#ifndef TWEED_LLVM_PROFIT_H
#define TWEED_LLVM_PROFIT_H

#include "llvm/plan.h"

typedef struct tw_profit {
  double before, after; /* cycles per iteration by the machine model */
  bool pays;
  bool spills; /* more values are live than the machine has registers */
} tw_profit;

tweed_status tw_profit_of(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          const tw_plan *plan, tweed_arena *arena, tw_profit *out, tweed_error *error);

#endif
