/* footprint.h: what a kernel takes of an SM as it is: shared memory, and how many registers it may have. */
#ifndef TWEED_LLVM_NVPTX_FOOTPRINT_H
#define TWEED_LLVM_NVPTX_FOOTPRINT_H

#include "llvm/nvptx/block.h"
#include "llvm/nvptx/occupancy.h"

enum { TW_SHARED_SPACE = 3 };

/* Some instruction of the function uses the value, directly or by constants. */
bool tw_used_in(LLVMValueRef value, LLVMValueRef function);
/* Bytes that a shared variable takes; of all that a function uses, where dynamic memory counts for none. */
uint64_t tw_shared_size(tw_bridge *b, LLVMTypeRef type);
uint64_t tw_shared_of(tw_bridge *b);
/* The most registers that a thread may have by the SM, launch bounds (maxnreg, minctasm) and, where it is known, the
 * size of the block, which must fit at least once. */
int32_t tw_most_registers(LLVMValueRef function, const tweed_sm *sm, const tw_block *block);

#endif
