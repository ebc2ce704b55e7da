/* specialize_consume.c: turns the kernel in place into the consumers' code. */
#include "llvm/nvptx/special.h"
#include <string.h>

enum { CONSUMERS = 1 /* number of their barrier */ };

static const tw_flow *flow_of(const tw_special *s) {
  return s->kernel->flow;
}

static void close(const tw_special *s, LLVMBasicBlockRef rest) {
  LLVMBuildBr(s->emit.builder, rest);
}

static void wait_full(const tw_special *s, const tw_special_channel *c, LLVMValueRef before) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMTypeRef i32 = tw_emit_i32(&s->emit);
  LLVMBasicBlockRef rest = tw_emit_open(&s->emit, before);
  LLVMValueRef slot = LLVMBuildLoad2(b, i32, c->slot[TW_CONSUMER], "");
  LLVMValueRef phase = LLVMBuildLoad2(b, i32, c->phase[TW_CONSUMER], "");
  tw_special_wait(s, tw_special_barrier(s, c->full, slot), phase);
  close(s, rest);
}

/* Once per warp, when all its lanes are there. */
static void arrive_empty(const tw_special *s, const tw_special_channel *c, LLVMValueRef before) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef rest = tw_emit_open(&s->emit, before), one = tw_special_block(s, "tweed.release");
  if (c->nbulk)
    tw_emit_proxy_fence(&s->emit); /* each reader: what it read comes before the next bulk copy to the slot */
  tw_emit_warp_barrier(&s->emit);
  LLVMValueRef lane = LLVMBuildAnd(b, s->thread, tw_emit_u32(&s->emit, 31), "");
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntEQ, lane, tw_emit_u32(&s->emit, 0), ""), one, rest);
  LLVMPositionBuilderAtEnd(b, one);
  LLVMValueRef slot = LLVMBuildLoad2(b, tw_emit_i32(&s->emit), c->slot[TW_CONSUMER], "");
  tw_emit_mbarrier_arrive(&s->emit, tw_special_barrier(s, c->empty, slot));
  close(s, rest);
}

/* Loads move to the slot; where barriers stood in front of the first and behind the last of them, slots are taken and
 * given back. */
static void rewrite_channel(const tw_special *s, const tw_special_loop *l, const tw_special_channel *c) {
  const tw_flow *f = flow_of(s);
  const tw_tile *t = l->tile;
  LLVMBuilderRef b = s->emit.builder;
  LLVMValueRef end = f->insts[tw_flow_end(f, t->latch)];
  tw_emit_behind_phis(&s->emit, f->blocks[t->header]);
  LLVMValueRef slot = LLVMBuildLoad2(b, tw_emit_i32(&s->emit), c->slot[TW_CONSUMER], "");
  LLVMValueRef bytes = LLVMBuildMul(b, slot, tw_emit_u32(&s->emit, (uint32_t)c->channel->bytes), "");
  tw_rings_shift_reads(s->kernel, t, c->channel, &s->emit, bytes);
  LLVMPositionBuilderBefore(b, end);
  tw_special_advance(s, c, TW_CONSUMER);
}

static void synchronize_channel(const tw_special *s, const tw_special_loop *l, const tw_special_channel *c,
                                LLVMValueRef advance) {
  const tw_tile *t = l->tile;
  int32_t last = c->channel->last_read;
  wait_full(s, c, flow_of(s)->insts[t->barriers[c->channel->first_read - 1]]);
  arrive_empty(s, c, last < t->nbarriers ? flow_of(s)->insts[t->barriers[last]] : advance);
}

static void rewrite_loop(const tw_special *s, const tw_special_loop *l) {
  const tw_flow *f = flow_of(s);
  LLVMValueRef end = f->insts[tw_flow_end(f, l->tile->latch)];
  tw_special_write_turns(s, l);
  /* Slots are given back before they are counted on: at a place of its own in the latch. */
  LLVMPositionBuilderBefore(s->emit.builder, end);
  LLVMValueRef place = LLVMBuildAlloca(s->emit.builder, tw_emit_i32(&s->emit), "");
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    rewrite_channel(s, l, &l->channels[c]);
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    synchronize_channel(s, l, &l->channels[c], place);
  LLVMInstructionEraseFromParent(place);
  tw_mark_loop(end, end);
}

static const tw_special_loop *loop_of(const tw_special *s, int32_t inst) {
  for (int32_t l = 0; l < s->count; l++)
    if (s->loops[l].tile->within[flow_of(s)->block_of[inst]])
      return &s->loops[l];
  return NULL;
}

/* Barriers of the block become barriers of the consumers, or go where only channels needed them. */
static void rewrite_barriers(const tw_special *s) {
  const tw_flow *f = flow_of(s);
  for (int32_t i = 0; i < f->ninsts; i++) {
    if (s->kernel->acts[i] != TW_ACT_BARRIER)
      continue;
    const tw_special_loop *l = loop_of(s, i);
    if (!l || l->tile->keeps_barriers) {
      LLVMPositionBuilderBefore(s->emit.builder, f->insts[i]);
      tw_emit_named_barrier(&s->emit, CONSUMERS, s->contract.threads);
    }
  }
  for (int32_t l = 0; l < s->count; l++)
    if (s->loops[l].tile->barrier_behind && !s->loops[l].tile->keeps_barriers) {
      tw_emit_behind_phis(&s->emit, f->blocks[s->loops[l].tile->exit]);
      tw_emit_named_barrier(&s->emit, CONSUMERS, s->contract.threads);
    }
}

/* Blocks have one dimension now: coordinates in others are computed. */
static void rewrite_registers(const tw_special *s) {
  const tw_flow *f = flow_of(s);
  LLVMValueRef thread = tw_block_is_flat(&s->kernel->block) ? NULL : s->thread;
  for (int32_t i = 0; i < f->ninsts; i++) {
    LLVMPositionBuilderBefore(s->emit.builder, f->insts[i]);
    LLVMValueRef given = tw_block_register(&s->kernel->block, &s->emit, f->insts[i], thread);
    if (given)
      LLVMReplaceAllUsesWith(f->insts[i], given);
  }
}

bool tw_special_consume(tw_special *s) {
  for (int32_t l = 0; l < s->count; l++)
    rewrite_loop(s, &s->loops[l]);
  rewrite_barriers(s);
  rewrite_registers(s);
  return true;
}
