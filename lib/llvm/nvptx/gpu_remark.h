/* gpu_remark.h: remarks on tile loops. */
#ifndef TWEED_LLVM_NVPTX_GPU_REMARK_H
#define TWEED_LLVM_NVPTX_GPU_REMARK_H

#include "llvm/nvptx/contract.h"
#include "llvm/nvptx/tile_plan.h"

/* Before the rewrite, while the loop is there. balanced: producers give registers to consumers. */
void tw_tile_remark_specialized(tw_bridge *b, const tw_tile *t, const tw_tile_plan *p, const tw_contract *contract,
                                bool balanced);
void tw_tile_remark_pipelined(tw_bridge *b, const tw_tile *t, const tw_tile_plan *p, const tw_contract *contract);
/* Of all plans that have a reason, but for loops that Tweed has made. */
void tw_tile_remarks_missed(tw_bridge *b, const tw_tile *tiles, const tw_tile_plan *plans, int32_t count);

/* The plan in a line. Returns the buffer. */
const char *tw_tile_plan_text(const tw_tile_plan *p, const tw_tile *t, char *buffer, size_t size);

#endif
