/* complain.h: rewritten kernels say what is wrong with their launch, and stop, where they would hang or go wrong. */
#ifndef TWEED_LLVM_NVPTX_COMPLAIN_H
#define TWEED_LLVM_NVPTX_COMPLAIN_H

#include "llvm/nvptx/ring.h"

/* The builder stands at the end of a block without a terminator. Unless `fine` (i1), the thread with number 0 prints
 * "tweed: KERNEL " and the text, and the kernel stops. Leaves the builder in a new block. */
void tw_complain_unless(const tw_emit *e, LLVMValueRef fine, LLVMValueRef thread, const char *text);
/* The same unless there is as much dynamic shared memory as rings need that took the place of the kernel's own: its
 * size was not the compiler's to see. Only where there are such rings (takes). */
void tw_complain_of_memory(const tw_emit *e, const tw_rings *r, const tw_contract *contract, LLVMValueRef thread);

#endif
