/* tile.h: loops over tiles in shared memory, and what their barriers order.
 *
 * A tile loop copies a part of global memory to shared objects, passes a barrier, computes from them, passes another
 * one. If the copies of later iterations depend on nothing that the loop computes, each shared object can be given
 * several slots, and the copies can run ahead: the barriers dissolve into a full and an empty barrier per slot. This
 * file decides whether that is so; nothing is assumed that is not checked here:
 *
 * - The loop has one latch, which alone leaves it, and a preheader. Barriers stand in the loop itself, on every way
 *   through it: they cut the iteration into segments 0 … nbarriers.
 * - An object is RENAMED (has a slot per iteration) if nothing outside the loop touches it, its stores write the same
 *   places in every iteration (addresses and conditions depend on no value that changes from iteration to iteration),
 *   and there is a barrier between its last store and its first load, and between its last load and the next
 *   iteration's first store. A place that is not written is never read with a value of an earlier iteration then.
 * - Its stores are COPIES: all that they need is arithmetic, and loads of memory that nothing writes meanwhile. */
#ifndef TWEED_LLVM_NVPTX_TILE_H
#define TWEED_LLVM_NVPTX_TILE_H

#include "llvm/nvptx/kernel.h"
#include "llvm/reason.h"

/* Objects that are filled in the same segment and handed over together. Each has its place in the slot. */
typedef struct tw_channel {
  int32_t filled;                /* segment of the last store */
  int32_t first_read, last_read; /* segments of the loads */
  int32_t nobjects;
  LLVMValueRef *objects;
  uint64_t *offsets, bytes; /* of the objects in a slot; of a slot, a multiple of its alignment */
  int32_t nstores;
  int32_t *stores; /* numbers of instructions */
  bool *slice;     /* by instruction: what the stores need of the loop, they themselves too */
} tw_channel;

/* A tile loop. reason other than TW_REASON_NONE: nothing can run ahead, and detail says what is in the way. */
typedef struct tw_tile {
  tw_loop *loop;
  int32_t header, latch, preheader, exit; /* blocks */
  bool *within, *leads;                   /* by block: of the loop; some way leads from its end to the header */
  int32_t nbarriers, *barriers;           /* instructions, in order */
  int32_t nchannels;
  tw_channel *channels; /* in the order in which they are filled */
  bool *copies;         /* by instruction: stores of the channels */
  bool keeps_barriers;  /* they order more than the channels: all of them must stay */
  bool barrier_behind;  /* objects outside the loop rely on its barriers: one is needed behind it */
  bool ahead_of_kernel; /* the copies may run ahead of all that the kernel does, not of the loop's iterations only */
  tw_reason reason;
  char detail[160];
} tw_tile;

/* The innermost loops with barriers. False: out of memory. */
bool tw_tiles_of(tw_kernel *k, tw_tile **out, int32_t *count);
/* The segment of an instruction of the loop. */
int32_t tw_tile_segment(const tw_kernel *k, const tw_tile *t, int32_t inst);
/* The access, by number, is the loop's first store to a shared object. */
bool tw_tile_first_store(const tw_kernel *k, const tw_tile *t, int32_t site);
/* Every iteration passes the block once. */
bool tw_tile_passes(const tw_kernel *k, const tw_tile *t, int32_t block);
/* What a phi of the header is counted on by in each iteration, a value from outside the loop (for a pointer, of what it
 * is indexed by); NULL: it isn't. */
LLVMValueRef tw_tile_step(const tw_kernel *k, const tw_tile *t, LLVMValueRef phi);
/* Bytes of the renamed objects. */
uint64_t tw_tile_bytes(const tw_kernel *k, const tw_tile *t);
/* The channel and the place in it of a shared object, false: not renamed. */
bool tw_tile_object(const tw_tile *t, LLVMValueRef object, int32_t *channel, uint64_t *offset);

#endif
