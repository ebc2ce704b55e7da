/* prune.h: removes what a kernel no longer needs, dead control flow included. */
#ifndef TWEED_LLVM_NVPTX_PRUNE_H
#define TWEED_LLVM_NVPTX_PRUNE_H

#include "llvm/nvptx/kernel.h"

/* Marks what is needed although nothing asks for its result: stores, barriers, work of warps, calls; and all that these
 * need. dropped, by instruction: those that are to go, whatever they do. False: out of memory. */
bool tw_prune_find(const tw_kernel *k, const bool *dropped, bool *live);
/* Erases all other instructions. A branch that is not live goes to its postdominator at once; blocks that are not
 * reached any more go too. Changes the IR in place; instructions that were added since the kernel was read stay. */
bool tw_prune(const tw_kernel *k, const bool *live);

#endif
