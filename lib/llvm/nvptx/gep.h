/* gep.h: a getelementptr as a sum: of indices times bytes, and of offsets. */
#ifndef TWEED_LLVM_NVPTX_GEP_H
#define TWEED_LLVM_NVPTX_GEP_H

#include "llvm/bridge.h"
#include <llvm-c/Target.h>

/* gep: what is walked. index: of the term that tw_gep_next has found, NULL for a field of a struct. bytes: of one of
 * the index, or the field's offset. The rest is the walk's own. */
typedef struct tw_gep {
  LLVMValueRef gep, index;
  uint64_t bytes;
  unsigned next;
  LLVMTypeRef type;
} tw_gep;

/* For an instruction or constant expression. The first term is found by tw_gep_next. */
tw_gep tw_gep_begin(LLVMValueRef gep);
/* False: there are no more terms. */
bool tw_gep_next(tw_gep *walk, LLVMTargetDataRef layout);

#endif
