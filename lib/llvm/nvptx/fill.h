/* fill.h: the copies of one iteration into a slot of a ring, as code of its own: by cp.async where loads and stores of
 * 4, 8 or 16 bytes go straight from global to shared memory, else by the loads and stores that were there. */
#ifndef TWEED_LLVM_NVPTX_FILL_H
#define TWEED_LLVM_NVPTX_FILL_H

#include "llvm/nvptx/copy.h"
#include "llvm/nvptx/emit.h"
#include "llvm/nvptx/tile.h"

/* Which stores of a channel become asynchronous, and what is left to be copied. By number of instruction:
 * bytes: 4, 8 or 16 for a store that becomes cp.async, else 0. load: of such a store. live: what the copy needs.
 *
 * guarded: the store's value is a phi of a load and zeroes. The phi's number, or -1. In the copy it becomes two: where
 * to read from, and how many bytes. */
typedef struct tw_fill_plan {
  const tw_kernel *kernel;
  const tw_tile *tile;
  const tw_channel *channel;
  int32_t nstores, *stores; /* those of the channel that this is about */
  uint8_t *bytes;
  int32_t *load, *guarded;
  bool *live;
  int32_t nasync, nplain; /* stores of either kind */
} tw_fill_plan;
/* async: cp.async is to be used. False: out of memory. */
bool tw_fill_plan_make(const tw_kernel *k, const tw_tile *t, const tw_channel *c, bool async, tw_fill_plan *out);
/* The same for some of the channel's stores only, by instruction. */
bool tw_fill_plan_some(const tw_kernel *k, const tw_tile *t, const tw_channel *c, bool async, const bool *only,
                       tw_fill_plan *out);

/* Calls `use` with each instruction that the copies need and that is not among those copied: phis of the header,
 * instructions of outside. False as soon as it returns false. */
typedef bool (*tw_fill_use)(void *user, int32_t inst);
bool tw_fill_inputs(const tw_fill_plan *p, tw_fill_use use, void *user);

/* Where a copy goes to, in its slot, and comes from. */
typedef struct tw_fill_pair {
  LLVMValueRef to, from;
} tw_fill_pair;

/* Called in place of writing a plain store, at the builder's place. */
typedef void (*tw_fill_plain)(void *user, tw_copy *c, int32_t store);

/* The reading of the thread's number, and what else tw_fill_write is to take from its caller. */
typedef struct tw_fill {
  const tw_fill_plan *plan;
  const tw_emit *emit;
  LLVMValueRef *values;  /* by instruction: what stands for the header's phis, and for values of outside, in the copy */
  LLVMValueRef slot;     /* i32: bytes from the ring's begin to the slot */
  LLVMValueRef thread;   /* i32, the number of the thread whose copies these are; NULL: the thread's own */
  const tw_block *block; /* of which it is; NULL: the block's own */
  const char *prefix;    /* of blocks */
  tw_fill_pair *pairs;   /* by instruction: in place of asynchronous stores, their addresses; NULL: write them */
  tw_fill_plain plain;   /* NULL: plain stores are written as they are */
  void *user;
} tw_fill;
/* Writes the copies; *entry is where they begin, and they end in block `end`. Addresses of shared objects are still
 * those of the objects, moved on by `slot`: the caller lets a ring take the objects' place. */
bool tw_fill_write(const tw_fill *f, LLVMBasicBlockRef end, LLVMBasicBlockRef *entry);

#endif
