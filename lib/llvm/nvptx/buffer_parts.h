/* buffer_parts.h: what the parts of multi-buffering share. Private to buffer*.c.
 *
 * buffer.c         what is decided before anything changes
 * buffer_stage.c   copies that go through registers
 * buffer_ahead.c   the copies of one iteration and the step of the state to the next one
 * buffer_write.c   the loop around them, and the order of the rewrite */
#ifndef TWEED_LLVM_NVPTX_BUFFER_PARTS_H
#define TWEED_LLVM_NVPTX_BUFFER_PARTS_H

#include "llvm/nvptx/buffer.h"
#include "llvm/nvptx/fill.h"
#include "llvm/nvptx/ring.h"

/* Arrays are by instruction, of the cells too: stack slots, which become values at the end.
 *
 * state: phis of the header that run ahead. step: what their next values and the loop's condition need.
 * staged: values that wait in registers. group: by block, which of its flags says that its plain stores are to be done
 * at the end of the iteration, -1 = they are done at once. Blocks that every iteration passes share a flag. */
typedef struct tw_buffer_loop {
  tw_tile *tile;
  int32_t depth, ngroups, *group;
  tw_fill_plan *fills; /* by channel */
  bool *state, *step, *staged;
  bool async;          /* some copies are */
  bool barrier_before; /* the first copies must not start before all threads are there */
  uint64_t ring, slot; /* where it begins; bytes of a slot, all channels side by side */
  LLVMValueRef *state_cells, *staged_cells, *flags;
  LLVMValueRef alive;                    /* the iteration that is copied next exists */
  LLVMValueRef read;                     /* bytes from the ring's begin to the slot that is read */
  LLVMValueRef write;                    /* the same of the slot that is filled, in front of the loop */
  LLVMBasicBlockRef before, before_end;  /* in front of the loop */
  LLVMBasicBlockRef ahead, ahead_joined; /* behind the first barrier; both without an end until they are linked */
} tw_buffer_loop;

struct tw_buffer {
  tw_kernel *kernel;
  tweed_arena *arena;
  int32_t count;
  tw_buffer_loop *loops;
  tw_rings rings;
  tw_contract contract;
  tw_emit emit;
  LLVMValueRef *cells;
  size_t ncells, room;
  bool failed; /* out of memory while writing */
  tw_reason reason;
  char *detail;
  size_t detail_size;
};

/* The value that a phi of the header has in the first iteration, and the one that an iteration gives the next. */
LLVMValueRef tw_buffer_first(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi);
LLVMValueRef tw_buffer_next(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi);
/* What a phi is counted on by in each iteration, a constant (for a pointer, of what it is indexed by); NULL: it isn't.
 */
LLVMValueRef tw_buffer_step(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi);
LLVMBasicBlockRef tw_buffer_block(const tw_buffer *b, const char *name);
/* A new stack slot, NULL with b->failed: out of memory. */
LLVMValueRef tw_buffer_cell(tw_buffer *b, LLVMTypeRef type);

/* Finds groups and staged values. False: out of memory. */
bool tw_buffer_plan_stages(tw_buffer *b, tw_buffer_loop *l);
bool tw_buffer_make_stages(tw_buffer *b, tw_buffer_loop *l);
/* Nothing is staged in this iteration, as yet. */
void tw_buffer_clear_stages(const tw_buffer *b, const tw_buffer_loop *l);
/* A tw_fill_plain: keeps what the store needs. user: a tw_buffer_staging. */
typedef struct tw_buffer_staging {
  tw_buffer *buffer;
  tw_buffer_loop *loop;
  LLVMValueRef slot;
} tw_buffer_staging;
void tw_buffer_stage(void *user, tw_copy *c, int32_t store);
/* Does the stores, into the slot that begins at `slot`. */
bool tw_buffer_write_stages(tw_buffer *b, tw_buffer_loop *l, LLVMValueRef slot);

/* The slot that is filled in the loop, which was read in the iteration before: bytes from the ring's begin. */
LLVMValueRef tw_buffer_written(const tw_buffer *b, const tw_buffer_loop *l);
/* Writes code to l->before … l->before_end, and to l->ahead … l->ahead_joined. The loop itself is as it was. */
bool tw_buffer_write_ahead(tw_buffer *b, tw_buffer_loop *l);

#endif
