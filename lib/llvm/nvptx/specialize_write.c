/* specialize_write.c: the new beginning of a specialised kernel, and the order of the rewrite. */
#include "llvm/host.h"
#include "llvm/nvptx/complain.h"
#include "llvm/nvptx/prune.h"
#include "llvm/nvptx/special.h"
#include <stdio.h>
#include <string.h>

LLVMBasicBlockRef tw_special_block(const tw_special *s, const char *name) {
  return LLVMAppendBasicBlockInContext(s->emit.context, s->kernel->flow->function, name);
}

/* ---- slots and barriers ---- */

LLVMValueRef tw_special_barrier(const tw_special *s, uint64_t first, LLVMValueRef slot) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMValueRef bytes = LLVMBuildShl(b, slot, tw_emit_u32(&s->emit, 3), "");
  return tw_emit_offset(&s->emit, tw_rings_at(&s->rings, &s->emit, first), bytes);
}

void tw_special_wait(const tw_special *s, LLVMValueRef barrier, LLVMValueRef parity) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef wait = tw_special_block(s, "tweed.wait"), go = tw_special_block(s, "tweed.go");
  LLVMBuildBr(b, wait);
  LLVMPositionBuilderAtEnd(b, wait);
  LLVMBuildCondBr(b, tw_emit_mbarrier_test(&s->emit, barrier, parity), go, wait);
  LLVMPositionBuilderAtEnd(b, go);
}

void tw_special_advance(const tw_special *s, const tw_special_channel *c, int role) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMTypeRef i32 = tw_emit_i32(&s->emit);
  LLVMValueRef zero = tw_emit_u32(&s->emit, 0), one = tw_emit_u32(&s->emit, 1);
  LLVMValueRef slot = LLVMBuildAdd(b, LLVMBuildLoad2(b, i32, c->slot[role], ""), one, "");
  LLVMValueRef wrap = LLVMBuildICmp(b, LLVMIntEQ, slot, tw_emit_u32(&s->emit, (uint32_t)c->depth), "");
  LLVMValueRef phase = LLVMBuildLoad2(b, i32, c->phase[role], "");
  LLVMBuildStore(b, LLVMBuildSelect(b, wrap, zero, slot, ""), c->slot[role]);
  LLVMBuildStore(b, LLVMBuildXor(b, phase, LLVMBuildZExt(b, wrap, i32, ""), ""), c->phase[role]);
}

/* ---- the beginning ---- */

/* Stack slots belong into the entry block. */
static void move_allocas(const tw_special *s, LLVMBasicBlockRef from) {
  LLVMValueRef next;
  for (LLVMValueRef i = LLVMGetFirstInstruction(from); i; i = next) {
    next = LLVMGetNextInstruction(i);
    if (LLVMIsAAllocaInst(i)) {
      LLVMInstructionRemoveFromParent(i);
      LLVMInsertIntoBuilder(s->emit.builder, i);
    }
  }
}

static void make_counters(const tw_special *s) {
  LLVMBuilderRef b = s->emit.builder;
  for (int32_t l = 0; l < s->count; l++)
    for (int32_t c = 0; c < s->loops[l].tile->nchannels; c++)
      for (int role = TW_CONSUMER; role <= TW_PRODUCER; role++) {
        tw_special_channel *ch = &s->loops[l].channels[c];
        ch->slot[role] = LLVMBuildAlloca(b, tw_emit_i32(&s->emit), "");
        ch->phase[role] = LLVMBuildAlloca(b, tw_emit_i32(&s->emit), "");
        LLVMBuildStore(b, tw_emit_u32(&s->emit, 0), ch->slot[role]);
        LLVMBuildStore(b, tw_emit_u32(&s->emit, 0), ch->phase[role]);
      }
}

int32_t tw_special_arrivals(const tw_special_channel *c) {
  return c->nbulk ? 1 : (c->fill.nasync > 0) + (c->fill.nplain > 0);
}

static void init_barriers(const tw_special *s) {
  for (int32_t l = 0; l < s->count; l++)
    for (int32_t c = 0; c < s->loops[l].tile->nchannels; c++) {
      const tw_special_channel *ch = &s->loops[l].channels[c];
      for (int32_t i = 0; i < ch->depth; i++) {
        uint64_t at = 8 * (uint64_t)i;
        tw_emit_mbarrier_init(&s->emit, tw_rings_at(&s->rings, &s->emit, ch->full + at),
                              (uint32_t)(s->producers * tw_special_arrivals(ch)));
        tw_emit_mbarrier_init(&s->emit, tw_rings_at(&s->rings, &s->emit, ch->empty + at),
                              (uint32_t)s->kernel->block.threads / 32);
      }
      if (ch->nbulk)
        tw_emit_mbarrier_fence(&s->emit);
    }
}

/* A launch with the original's number of threads would wait for producers that are not there. */
static void check_launch(const tw_special *s) {
  const tw_emit *e = &s->emit;
  uint32_t threads = s->contract.threads + s->contract.extra_threads;
  char text[160];
  snprintf(text, sizeof text, "is warp specialized: launch it with blocks of %u threads, %u of them extra%s", threads,
           s->contract.extra_threads, s->contract.width ? ", in one dimension" : "");
  LLVMValueRef size = tw_emit_intrinsic(e, "llvm.nvvm.read.ptx.sreg.ntid.x", NULL, 0);
  LLVMValueRef fine = LLVMBuildICmp(e->builder, LLVMIntEQ, size, tw_emit_u32(e, threads), "");
  tw_complain_unless(e, fine, s->thread, text);
  if (s->rings.takes)
    tw_complain_of_memory(e, &s->rings, &s->contract, s->thread);
}

/* Checks the launch, makes the barriers, parts the roles. The warp's number comes from its first lane, so that the
 * parting is known to be the same for all lanes. */
static void write_beginning(tw_special *s, LLVMBasicBlockRef begin, LLVMBasicBlockRef consume,
                            LLVMBasicBlockRef produce) {
  const tw_emit *e = &s->emit;
  LLVMBuilderRef b = e->builder;
  LLVMPositionBuilderAtEnd(b, begin);
  check_launch(s);
  LLVMBasicBlockRef init = tw_special_block(s, "tweed.init"), part = tw_special_block(s, "tweed.part");
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntEQ, s->thread, tw_emit_u32(e, 0), ""), init, part);
  LLVMPositionBuilderAtEnd(b, init);
  init_barriers(s);
  LLVMBuildBr(b, part);
  LLVMPositionBuilderAtEnd(b, part);
  tw_emit_block_barrier(e);
  LLVMValueRef warp = tw_emit_first_lane(e, LLVMBuildLShr(b, s->thread, tw_emit_u32(e, 5), ""));
  LLVMValueRef consumer = LLVMBuildICmp(b, LLVMIntULT, warp, tw_emit_u32(e, s->contract.threads / 32), "");
  LLVMBuildCondBr(b, consumer, consume, produce);
}

/* Producers give registers back first, or the consumers' request would never be granted. */
static LLVMBasicBlockRef role_entry(const tw_special *s, LLVMBasicBlockRef to, int role) {
  if (!s->registers.launch)
    return to;
  LLVMBasicBlockRef block = tw_special_block(s, "tweed.registers");
  LLVMPositionBuilderAtEnd(s->emit.builder, block);
  bool more = role == TW_CONSUMER;
  tw_emit_registers(&s->emit, more, (uint32_t)(more ? s->registers.consumer : s->registers.producer));
  LLVMBuildBr(s->emit.builder, to);
  return block;
}

/* ---- the whole ---- */

static LLVMBasicBlockRef make_beginning(tw_special *s) {
  LLVMBasicBlockRef old = s->kernel->flow->blocks[0];
  LLVMBasicBlockRef begin = LLVMInsertBasicBlockInContext(s->emit.context, old, "tweed.begin");
  LLVMPositionBuilderAtEnd(s->emit.builder, begin);
  move_allocas(s, old);
  make_counters(s);
  s->thread = tw_emit_intrinsic(&s->emit, "llvm.nvvm.read.ptx.sreg.tid.x", NULL, 0);
  return begin;
}

static void take_objects(const tw_special *s) {
  for (int32_t l = 0; l < s->count; l++)
    for (int32_t c = 0; c < s->loops[l].tile->nchannels; c++)
      tw_rings_take(&s->rings, &s->emit, s->loops[l].channels[c].channel, s->loops[l].channels[c].ring);
}

static bool promote(const tw_special *s) {
  size_t n = 0, most = 0;
  for (int32_t l = 0; l < s->count; l++)
    most += 4 * (size_t)s->loops[l].tile->nchannels;
  LLVMValueRef *all = tweed_arena_array(s->arena, most, sizeof *all);
  if (!all)
    return false;
  for (int32_t l = 0; l < s->count; l++)
    for (int32_t c = 0; c < s->loops[l].tile->nchannels; c++)
      for (int role = TW_CONSUMER; role <= TW_PRODUCER; role++) {
        all[n++] = s->loops[l].channels[c].slot[role];
        all[n++] = s->loops[l].channels[c].phase[role];
      }
  tw_promote(s->kernel->flow->bridge, all, n);
  return true;
}

/* What the consumers keep: not the copies, nor barriers that only channels needed. The loops stay whatever is left of
 * them, since slots are taken and given back there. */
static bool find_live(const tw_special *s, bool *live) {
  const tw_flow *f = s->kernel->flow;
  bool *dropped = tweed_arena_array(s->arena, (size_t)f->ninsts, sizeof *dropped);
  if (!dropped)
    return false;
  for (int32_t l = 0; l < s->count; l++) {
    const tw_tile *t = s->loops[l].tile;
    for (int32_t i = 0; i < f->ninsts; i++)
      dropped[i] |= t->copies[i];
    for (int32_t b = 0; b < t->nbarriers; b++)
      dropped[t->barriers[b]] = !t->keeps_barriers;
  }
  if (!tw_prune_find(s->kernel, dropped, live))
    return false;
  for (int32_t l = 0; l < s->count; l++)
    live[tw_flow_end(f, s->loops[l].tile->latch)] = true;
  return tw_flow_slice(f, NULL, NULL, NULL, live);
}

/* Consumers have barriers of their own in their place by now. */
static void erase_barriers(const tw_special *s, const bool *live) {
  const tw_flow *f = s->kernel->flow;
  for (int32_t i = 0; i < f->ninsts; i++)
    if (live[i] && s->kernel->acts[i] == TW_ACT_BARRIER)
      LLVMInstructionEraseFromParent(f->insts[i]);
}

/* Launch bounds of which only the user knew are said from now on, so that they are compiled for. */
static void set_threads(LLVMValueRef function, int64_t threads) {
  static const char *const others[4] = {"reqntidy", "reqntidz", "maxntidy", "maxntidz"};
  bool required = tw_annotation(function, "reqntidx", 0) > 0;
  if (required)
    tw_set_annotation(function, "reqntidx", threads);
  if (!required || tw_annotation(function, "maxntidx", 0) > 0)
    tw_set_annotation(function, "maxntidx", threads);
  for (int k = 0; k < 4; k++)
    if (tw_annotation(function, others[k], 0) > 0)
      tw_set_annotation(function, others[k], 1);
}

static bool write_all(tw_special *s) {
  tw_kernel *k = s->kernel;
  bool *live = tweed_arena_array(k->arena, (size_t)k->flow->ninsts, sizeof *live);
  if (!live || !find_live(s, live) || !tw_contract_publish(k->flow->function, &s->contract, k->arena))
    return false;
  LLVMBasicBlockRef produce, begin;
  tw_rings_build(&s->rings, &s->emit);
  begin = make_beginning(s);
  if (!tw_special_produce(s, &produce) || !tw_special_consume(s))
    return false;
  LLVMBasicBlockRef consume = role_entry(s, k->flow->blocks[0], TW_CONSUMER);
  produce = role_entry(s, produce, TW_PRODUCER);
  write_beginning(s, begin, consume, produce);
  erase_barriers(s, live);
  if (!tw_prune(k, live) || !promote(s))
    return false;
  take_objects(s);
  if (s->registers.launch)
    tw_set_annotation(k->flow->function, "maxnreg", s->registers.launch);
  set_threads(k->flow->function, (int64_t)s->contract.threads + s->contract.extra_threads);
  return true;
}

tweed_status tw_special_write(tw_special *s, tweed_error *error) {
  bool fine = tw_emit_begin(&s->emit, s->kernel->flow->bridge, s->kernel->sm) && write_all(s);
  tw_emit_end(&s->emit);
  return fine ? TWEED_OK : tweed_no_memory(error);
}
