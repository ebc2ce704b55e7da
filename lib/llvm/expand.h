/* expand.h: writes the pipelined loop. */
#ifndef TWEED_LLVM_EXPAND_H
#define TWEED_LLVM_EXPAND_H

#include "llvm/plan.h"

/* The least number of iterations for which the pipelined path runs. */
int64_t tw_expand_min_trips(const tw_plan *plan);

/* Puts guard, prologue, kernel and epilogue in front of the loop, which stays in place for short trip counts,
 * overlapping memory and the iterations that do not fill an unrolled kernel. All decisions are made before; analyses
 * are invalid afterwards. TWEED_NO_MEMORY and TWEED_UNKNOWN (the loop can't be brought into loop-simplify form) leave
 * the program's meaning as it was. */
tweed_status tw_expand(tw_body *body, const tw_plan *plan, tweed_error *error);

#endif
