/* gep.c: follows the types along a getelementptr. */
#include "llvm/nvptx/gep.h"

tw_gep tw_gep_begin(LLVMValueRef gep) {
  return (tw_gep){.gep = gep, .next = 1, .type = LLVMGetGEPSourceElementType(gep)};
}

bool tw_gep_next(tw_gep *walk, LLVMTargetDataRef layout) {
  if (walk->next >= (unsigned)LLVMGetNumOperands(walk->gep))
    return false;
  LLVMValueRef index = LLVMGetOperand(walk->gep, walk->next);
  bool first = walk->next++ == 1;
  if (!first && LLVMGetTypeKind(walk->type) == LLVMStructTypeKind) {
    unsigned field = (unsigned)LLVMConstIntGetZExtValue(index);
    walk->index = NULL;
    walk->bytes = LLVMOffsetOfElement(layout, walk->type, field);
    walk->type = LLVMStructGetTypeAtIndex(walk->type, field);
    return true;
  }
  if (!first)
    walk->type = LLVMGetElementType(walk->type);
  walk->index = index;
  walk->bytes = LLVMABISizeOfType(layout, walk->type);
  return true;
}
