/* block.h: the shape of a kernel's blocks, and what special registers say of a thread in one. */
#ifndef TWEED_LLVM_NVPTX_BLOCK_H
#define TWEED_LLVM_NVPTX_BLOCK_H

#include "llvm/nvptx/emit.h"

/* size: threads in x, y and z; of one that is not known all are 0. threads: how many there are, which may be known
 * where the shape is not; 0 = not known. Threads are counted with x fastest, as the hardware does. */
typedef struct tw_block {
  int32_t size[3], threads;
} tw_block;

/* From the launch bounds of a kernel, and from what the user says (zeroes: nothing). CUDA's bounds are a number only:
 * they are the block of a kernel that looks at nothing but x (flat), else what is said has to agree. MLIR's say it all.
 */
tw_block tw_block_of(LLVMValueRef function, bool flat, const int32_t said[3]);
/* Has it threads in x only? Not known counts as such. */
bool tw_block_is_flat(const tw_block *b);

/* Which dimension a special register is about (its name is tw_register_of's) that begins with prefix ("tid.", "ntid.");
 * -1: it is another one. */
int32_t tw_block_dimension(const char *name, const char *prefix);
/* A thread's coordinate, by its number. */
int32_t tw_block_coordinate(const tw_block *b, int32_t thread, int32_t dimension);

/* What stands for a special register of the thread with this number (i32), or of the block: its coordinate, the block's
 * size, the lane. NULL: nothing does. thread: NULL, then nothing stands for what differs between threads. */
LLVMValueRef tw_block_register(const tw_block *b, const tw_emit *e, LLVMValueRef inst, LLVMValueRef thread);

#endif
