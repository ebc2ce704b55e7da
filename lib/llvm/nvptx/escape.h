/* escape.h: whether a shared object is seen only by the accesses that the kernel is known to make. */
#ifndef TWEED_LLVM_NVPTX_ESCAPE_H
#define TWEED_LLVM_NVPTX_ESCAPE_H

#include "llvm/nvptx/kernel.h"

/* A function that the kernel calls may know the object: it uses it itself, or gets its address, directly or by way of
 * memory. True also where memory runs out. */
bool tw_escapes(const tw_kernel *k, LLVMValueRef object);

#endif
