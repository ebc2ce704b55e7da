/* contiguous.h: do neighbouring threads touch neighbouring memory?
 *
 * A value is looked at in groups of `width` threads that follow each other, the first a multiple of width: how far is
 * the value of each thread from that of the group's first one? Where all that a value is made of is the same for the
 * group, or differs by a number that is known, the answer is a number, whatever sizes and pointers are. It holds modulo
 * two to the value's width; where such a value is extended to more bits, it holds on if the sum doesn't pass the sign
 * bit in between, which is for the program to check: such places are collected. */
#ifndef TWEED_LLVM_NVPTX_CONTIGUOUS_H
#define TWEED_LLVM_NVPTX_CONTIGUOUS_H

#include "llvm/nvptx/tile.h"

/* The first thread's value of `value`, which is extended somewhere, plus `most` must have the same sign. */
typedef struct tw_extension {
  LLVMValueRef value;
  int64_t most;
} tw_extension;

typedef struct tw_contiguous tw_contiguous;
/* For groups of width threads of a tile loop's kernel; the number of threads is known and a multiple of width. NULL:
 * out of memory. */
tw_contiguous *tw_contiguous_new(const tw_kernel *k, const tw_tile *t, int32_t width);
/* The addresses of each group's threads are bytes apart from one to the next. Extensions that this rests on are added
 * to those of the object; after false they are of no use. */
bool tw_contiguous_check(tw_contiguous *c, LLVMValueRef address, int64_t bytes);
const tw_extension *tw_contiguous_extensions(const tw_contiguous *c, int32_t *count);

#endif
