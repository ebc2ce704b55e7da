/* special.h: what the parts of warp specialization share. Private to specialize*.c.
 *
 * specialize.c           what is decided before anything changes
 * specialize_write.c     the kernel's new beginning: check of the launch, barriers, the parting of roles
 * specialize_produce.c   the producers
 * specialize_bulk.c      rows by bulk copies
 * specialize_consume.c   the consumers
 * specialize_turns.c     two halves of them in turns
 * specialize_check.c     whether what all these are going to write can hang */
#ifndef TWEED_LLVM_NVPTX_SPECIAL_H
#define TWEED_LLVM_NVPTX_SPECIAL_H

#include "llvm/nvptx/contiguous.h"
#include "llvm/nvptx/fill.h"
#include "llvm/nvptx/ring.h"
#include "llvm/nvptx/specialize.h"

/* Stores of 16 bytes of which `width` threads that follow each other fill a row without gaps, from memory without gaps:
 * one bulk copy. Where an extension says that it may have a gap after all, the threads' own copies are made, `single`.
 */
typedef struct tw_bulk {
  int32_t width, nextensions;
  const tw_extension *extensions;
  tw_fill_plan row, single;
} tw_bulk;

/* One channel's ring. slot and phase (0 or 1): stack slots, one pair per role, which become values at the end. Offsets
 * are those in the rings' memory. */
typedef struct tw_special_channel {
  const tw_channel *channel;
  tw_fill_plan fill;
  int32_t nbulk; /* 0: the copies are those of single threads */
  tw_bulk *bulk;
  int32_t depth;
  uint64_t ring, full, empty;
  LLVMValueRef slot[2], phase[2];
} tw_special_channel;

enum { TW_CONSUMER = 0, TW_PRODUCER = 1 };

/* Registers of a thread: of all at launch, and of each role from then on. Multiples of 8; 0 = as the compiler likes. */
typedef struct tw_registers {
  int32_t launch, consumer, producer;
} tw_registers;

/* Products that follow each other, by their first and last instruction. */
typedef struct tw_run {
  int32_t first, last;
} tw_run;

/* nruns: 0 where the consumers take no turns. */
typedef struct tw_special_loop {
  tw_tile *tile;
  int32_t nruns;
  tw_run *runs;
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
  tw_registers registers;
  tw_emit emit;
  tw_reason reason;
  char *detail;
  size_t detail_size;
  LLVMValueRef thread; /* its number in the block, in the new beginning */
};

/* Code at the builder's place: waits until the phase of `parity` of the barrier in the channel's current slot is over.
 * Leaves the builder in a new block. */
void tw_special_wait(const tw_special *s, LLVMValueRef barrier, LLVMValueRef parity);
/* The barrier of a slot: `first` is the offset of that of slot 0. */
LLVMValueRef tw_special_barrier(const tw_special *s, uint64_t first, LLVMValueRef slot);
/* Moves a role's slot and phase of a channel on by one use. */
void tw_special_advance(const tw_special *s, const tw_special_channel *c, int role);
LLVMBasicBlockRef tw_special_block(const tw_special *s, const char *name);

/* The copy of the skeleton. */
typedef struct tw_producing {
  tw_special *s;
  tw_copy *skeleton;
  bool failed; /* out of memory */
} tw_producing;

/* One channel's copies, for the thread of which the number is `thread`. values, by instruction: what stands for what
 * comes from outside. */
typedef struct tw_lane {
  tw_producing *p;
  const tw_special_loop *loop;
  LLVMValueRef thread, *values;
} tw_lane;

/* Makes the copies of one thread, whose number is known at the builder's place; leaves the builder in block `end`,
 * which is empty. pairs: see tw_fill. values: NULL, or what stands for values of the copies afterwards. */
void tw_special_copies_of(tw_producing *p, const tw_special_loop *l, const tw_fill_plan *plan, LLVMValueRef thread,
                          LLVMValueRef slot, tw_fill_pair *pairs, LLVMValueRef **values);
/* Finds rows; leaves the channel as it is where there are none. False: out of memory. */
bool tw_special_bulk_plan(tw_special *s, const tw_tile *t, tw_special_channel *c);
/* The rows of a slot (i32: bytes from the first one), with their announcement to its full barrier. */
void tw_special_bulk_write(tw_producing *p, const tw_special_loop *l, const tw_special_channel *c, LLVMValueRef slot,
                           LLVMValueRef full);

/* How often each producer arrives at the full barrier of a slot. */
int32_t tw_special_arrivals(const tw_special_channel *c);
/* Checks the barriers of all loops (protocol.h). False, and why: they are wrong, or memory is out. */
bool tw_special_check(const tw_special *s, char *detail, size_t size);

bool tw_special_produce(tw_special *s, LLVMBasicBlockRef *entry);
bool tw_special_consume(tw_special *s);
/* In the consumers' loop, before anything else of it is rewritten. */
void tw_special_write_turns(const tw_special *s, const tw_special_loop *l);

#endif
