/* copy.h: copies a slice of a function's control flow: the live instructions, in the blocks that they need. */
#ifndef TWEED_LLVM_NVPTX_COPY_H
#define TWEED_LLVM_NVPTX_COPY_H

#include "llvm/nvptx/flow.h"

typedef struct tw_copy tw_copy;

/* Writes something else in place of a live instruction, at the builder's place; *value is what stands for its result.
 * False: it is to be copied as it is. */
typedef bool (*tw_copy_replace)(tw_copy *c, int32_t inst, LLVMValueRef *value);

/* Called behind the phis of each copied block; may leave the builder in another block. */
typedef void (*tw_copy_enter)(tw_copy *c, int32_t block);

/* A copy of the blocks `within` (NULL: all) that are reached from block `entry`. live must be closed under
 * tw_flow_slice. A branch that is not live is left out: its copy goes to its postdominator at once. Ways that leave
 * `within`, return, or go back to `entry` end in the block `end`.
 *
 * values, by instruction: what stands for it in the copy; the caller enters what is known before (the phis of a
 * loop's header), tw_copy_region the rest. */
struct tw_copy {
  tw_flow *flow;
  LLVMBuilderRef builder;
  const bool *within, *live;
  LLVMValueRef *values;
  LLVMBasicBlockRef *blocks; /* by block: where its copy begins, NULL = not reached */
  LLVMBasicBlockRef *ends;   /* where it ends */
  bool *phis;                /* by instruction: copied as a phi */
  LLVMBasicBlockRef end;
  tw_copy_replace replace; /* may be NULL */
  tw_copy_enter enter;     /* may be NULL */
  const char *prefix;      /* of the blocks' names */
  void *user;
};

/* Allocates values and blocks. False: out of memory. */
bool tw_copy_prepare(tw_copy *c);
/* Writes the blocks behind the last block of the function; *entry_copy is the one to branch to. The builder's place is
 * undefined afterwards. */
bool tw_copy_region(tw_copy *c, int32_t entry, LLVMBasicBlockRef *entry_copy);
/* What stands for a value at this point of the copy: itself, if it is not copied. */
LLVMValueRef tw_copy_value(const tw_copy *c, LLVMValueRef original);

/* A copy of one instruction at the builder's place, with so many operands of its own, from the first. */
LLVMValueRef tw_copy_with(LLVMBuilderRef builder, LLVMValueRef original, const LLVMValueRef *operands, int count);

#endif
