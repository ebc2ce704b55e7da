/* align.h: the alignment of an address, as far as its computation proves it. clang gives accesses to tiles the
 * alignment of an element where vectors are accessed through pointers to elements, and LLVM does not look through the
 * casts between address spaces. */
#ifndef TWEED_LLVM_NVPTX_ALIGN_H
#define TWEED_LLVM_NVPTX_ALIGN_H

#include <llvm-c/Core.h>
#include <llvm-c/Target.h>

enum { TW_ALIGN_MOST = 128 };
/* Bytes, a power of two of at most TW_ALIGN_MOST; 1 = nothing is known. */
unsigned tw_alignment_of(LLVMTargetDataRef layout, LLVMValueRef address);

#endif
