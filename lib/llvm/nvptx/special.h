/* special.h: what the parts of warp specialization share. Private to specialize*.c.
 *
 * specialize.c           what is decided before anything changes
 * specialize_write.c     the kernel's new beginning: check of the launch, barriers, the parting of roles
 * specialize_produce.c   the producers
 * specialize_consume.c   the consumers */
#ifndef TWEED_LLVM_NVPTX_SPECIAL_H
#define TWEED_LLVM_NVPTX_SPECIAL_H

#include "llvm/nvptx/fill.h"
#include "llvm/nvptx/ring.h"
#include "llvm/nvptx/specialize.h"

/* One channel's ring. slot and phase (0 or 1): stack slots, one pair per role, which become values at the end. Offsets
 * are those in the rings' memory. */
typedef struct tw_special_channel {
  const tw_channel *channel;
  tw_fill_plan fill;
  int32_t depth;
  uint64_t ring, full, empty;
  LLVMValueRef slot[2], phase[2];
} tw_special_channel;

enum { TW_CONSUMER = 0, TW_PRODUCER = 1 };

typedef struct tw_special_loop {
  tw_tile *tile;
  tw_special_channel *channels;
  LLVMValueRef count; /* producers: number of the iteration, a phi */
} tw_special_loop;

/* skeleton, by instruction: what the producers need beside the copies: the way to the loops, and what is the same for
 * all threads. Invariant: it diverges nowhere and touches no memory but parameters and constants. */
struct tw_special {
  tw_kernel *kernel;
  tweed_arena *arena;
  int32_t count, producers;
  tw_special_loop *loops;
  bool *skeleton;
  tw_rings rings;
  tw_contract contract;
  tw_emit emit;
  tw_reason reason;
  char *detail;
  size_t detail_size;
  LLVMValueRef thread; /* threadIdx.x, in the new beginning */
};

/* How a header's phi goes on in each iteration, where it differs between threads: base + count * step. step: a value
 * from outside the loop. False: otherwise. */
bool tw_special_affine(const tw_special *s, const tw_tile *t, LLVMValueRef phi, LLVMValueRef *step);

/* Code at the builder's place: waits until the phase of `parity` of the barrier in the channel's current slot is over.
 * Leaves the builder in a new block. */
void tw_special_wait(const tw_special *s, LLVMValueRef barrier, LLVMValueRef parity);
/* The barrier of a slot: `first` is the offset of that of slot 0. */
LLVMValueRef tw_special_barrier(const tw_special *s, uint64_t first, LLVMValueRef slot);
/* Moves a role's slot and phase of a channel on by one use. */
void tw_special_advance(const tw_special *s, const tw_special_channel *c, int role);
LLVMBasicBlockRef tw_special_block(const tw_special *s, const char *name);

bool tw_special_produce(tw_special *s, LLVMBasicBlockRef *entry);
bool tw_special_consume(tw_special *s);

#endif
