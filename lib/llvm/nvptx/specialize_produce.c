/* specialize_produce.c: the producers' code: the way to the loops, and in each iteration the copies of all threads. */
#include "llvm/nvptx/special.h"

/* ---- values of another thread ---- */

static LLVMValueRef value_for(tw_lane *n, LLVMValueRef original);

/* start + count * step; for a pointer, in elements of what it is moved on by. */
static LLVMValueRef closed_form(tw_lane *n, LLVMValueRef phi) {
  const tw_special *s = n->p->s;
  LLVMBuilderRef b = s->emit.builder;
  const tw_tile *t = n->loop->tile;
  LLVMValueRef start = value_for(n, tw_flow_incoming(s->kernel->flow, phi, t->preheader));
  LLVMValueRef step = value_for(n, tw_tile_step(s->kernel, t, phi));
  if (LLVMGetTypeKind(LLVMTypeOf(phi)) == LLVMPointerTypeKind) /* what addresses are computed in */
    step = LLVMBuildIntCast2(b, step, tw_emit_i64(&s->emit), true, "");
  LLVMValueRef count = LLVMBuildIntCast2(b, n->loop->count, LLVMTypeOf(step), false, "");
  LLVMValueRef way = LLVMBuildMul(b, count, step, "");
  if (LLVMGetTypeKind(LLVMTypeOf(phi)) != LLVMPointerTypeKind)
    return LLVMBuildAdd(b, start, way, "");
  LLVMValueRef next = tw_flow_incoming(s->kernel->flow, phi, t->latch);
  return LLVMBuildGEP2(b, LLVMGetGEPSourceElementType(next), start, &way, 1, "");
}

static LLVMValueRef compute_again(tw_lane *n, LLVMValueRef original) {
  const tw_special *s = n->p->s;
  LLVMValueRef operands[64], given = tw_block_register(&s->kernel->block, &s->emit, original, n->thread);
  if (given)
    return given;
  int count = LLVMGetNumOperands(original);
  if (count > 64) {
    n->p->failed = true;
    return LLVMGetPoison(LLVMTypeOf(original));
  }
  for (int k = 0; k < count; k++)
    operands[k] = value_for(n, LLVMGetOperand(original, (unsigned)k));
  return tw_copy_with(s->emit.builder, original, operands, count);
}

static LLVMValueRef value_for(tw_lane *n, LLVMValueRef original) {
  const tw_special *s = n->p->s;
  int32_t i = tw_flow_inst(s->kernel->flow, original);
  if (i < 0)
    return original;
  if (!s->kernel->divergent[i])
    return n->p->skeleton->values[i];
  if (!n->values[i])
    n->values[i] = LLVMIsAPHINode(original) ? closed_form(n, original) : compute_again(n, original);
  return n->values[i];
}

/* What the copies take from outside is computed at the beginning of the code for one thread. */
static bool take_input(void *user, int32_t inst) {
  tw_lane *n = user;
  n->values[inst] = value_for(n, n->p->s->kernel->flow->insts[inst]);
  return true;
}

/* ---- copies ---- */

void tw_special_copies_of(tw_producing *p, const tw_special_loop *l, const tw_fill_plan *plan, LLVMValueRef thread,
                          LLVMValueRef slot, tw_fill_pair *pairs, LLVMValueRef **values) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef end = tw_special_block(s, "tweed.filled"), entry = NULL;
  tw_lane n = {.p = p, .loop = l, .thread = thread};
  n.values = tweed_arena_array(s->arena, (size_t)s->kernel->flow->ninsts, sizeof *n.values);
  if (!n.values) {
    p->failed = true;
    return;
  }
  tw_fill_inputs(plan, take_input, &n);
  LLVMBasicBlockRef ready = LLVMGetInsertBlock(b);
  tw_fill fill = {.plan = plan,
                  .emit = &s->emit,
                  .values = n.values,
                  .slot = slot,
                  .thread = thread,
                  .block = &s->kernel->block,
                  .prefix = "tweed.fill",
                  .pairs = pairs};
  if (p->failed || !tw_fill_write(&fill, end, &entry)) {
    p->failed = true;
    return;
  }
  LLVMPositionBuilderAtEnd(b, ready);
  LLVMBuildBr(b, entry);
  LLVMPositionBuilderAtEnd(b, end);
  if (values)
    *values = n.values;
}

/* for (thread = mine; thread < threads; thread += producers) copies of that thread. There are not more producers than
 * threads. */
static void write_copies(tw_producing *p, const tw_special_loop *l, const tw_special_channel *c, LLVMValueRef slot) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef before = LLVMGetInsertBlock(b), body = tw_special_block(s, "tweed.copy");
  LLVMBasicBlockRef done = tw_special_block(s, "tweed.copied");
  LLVMValueRef mine = LLVMBuildSub(b, s->thread, tw_emit_u32(&s->emit, s->contract.threads), "");
  LLVMBuildBr(b, body);
  LLVMPositionBuilderAtEnd(b, body);
  LLVMValueRef thread = LLVMBuildPhi(b, tw_emit_i32(&s->emit), "");
  tw_special_copies_of(p, l, &c->fill, thread, slot, NULL, NULL);
  if (p->failed)
    return;
  LLVMValueRef further = LLVMBuildAdd(b, thread, tw_emit_u32(&s->emit, (uint32_t)s->producers), "");
  LLVMBasicBlockRef last = LLVMGetInsertBlock(b);
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntULT, further, tw_emit_u32(&s->emit, s->contract.threads), ""), body, done);
  LLVMAddIncoming(thread, &mine, &before, 1);
  LLVMAddIncoming(thread, &further, &last, 1);
  LLVMPositionBuilderAtEnd(b, done);
}

static void write_channel(tw_producing *p, const tw_special_loop *l, const tw_special_channel *c) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMTypeRef i32 = tw_emit_i32(&s->emit);
  LLVMValueRef slot = LLVMBuildLoad2(b, i32, c->slot[TW_PRODUCER], "");
  LLVMValueRef phase = LLVMBuildLoad2(b, i32, c->phase[TW_PRODUCER], "");
  LLVMValueRef free = LLVMBuildXor(b, phase, tw_emit_u32(&s->emit, 1), "");
  tw_special_wait(s, tw_special_barrier(s, c->empty, slot), free);
  LLVMValueRef full = tw_special_barrier(s, c->full, slot);
  LLVMValueRef bytes = LLVMBuildMul(b, slot, tw_emit_u32(&s->emit, (uint32_t)c->channel->bytes), "");
  if (c->nbulk)
    tw_special_bulk_write(p, l, c, bytes, full);
  else
    write_copies(p, l, c, bytes);
  if (p->failed)
    return;
  if (c->fill.nasync > 0 && !c->nbulk)
    tw_emit_mbarrier_arrive_copies(&s->emit, full);
  if (c->fill.nplain > 0 || c->nbulk)
    tw_emit_mbarrier_arrive(&s->emit, full);
  tw_special_advance(s, c, TW_PRODUCER);
}

/* ---- the skeleton ---- */

static void enter(tw_copy *c, int32_t block) {
  tw_producing *p = c->user;
  tw_special *s = p->s;
  for (int32_t l = 0; l < s->count && !p->failed; l++) {
    tw_special_loop *loop = &s->loops[l];
    if (loop->tile->header != block)
      continue;
    loop->count = LLVMBuildPhi(c->builder, tw_emit_i32(&s->emit), "");
    for (int32_t i = 0; i < loop->tile->nchannels && !p->failed; i++)
      write_channel(p, loop, &loop->channels[i]);
  }
}

static bool replace(tw_copy *c, int32_t inst, LLVMValueRef *value) {
  const tw_producing *p = c->user;
  *value = tw_block_register(&p->s->kernel->block, &p->s->emit, c->flow->insts[inst], NULL);
  return *value != NULL;
}

static void fill_counts(const tw_special *s, const tw_copy *c) {
  for (int32_t l = 0; l < s->count; l++) {
    const tw_special_loop *loop = &s->loops[l];
    LLVMValueRef zero = tw_emit_u32(&s->emit, 0), one = tw_emit_u32(&s->emit, 1);
    LLVMBasicBlockRef latch = c->ends[loop->tile->latch];
    LLVMPositionBuilderBefore(s->emit.builder, LLVMGetBasicBlockTerminator(latch));
    LLVMValueRef more = LLVMBuildAdd(s->emit.builder, loop->count, one, "");
    LLVMAddIncoming(loop->count, &zero, &c->ends[loop->tile->preheader], 1);
    LLVMAddIncoming(loop->count, &more, &latch, 1);
    LLVMValueRef end = s->kernel->flow->insts[tw_flow_end(s->kernel->flow, loop->tile->latch)];
    tw_mark_loop(LLVMGetBasicBlockTerminator(latch), end);
  }
}

bool tw_special_produce(tw_special *s, LLVMBasicBlockRef *entry) {
  tw_producing p = {.s = s};
  tw_copy c = {.flow = s->kernel->flow,
               .builder = s->emit.builder,
               .live = s->skeleton,
               .end = tw_special_block(s, "tweed.produced"),
               .replace = replace,
               .enter = enter,
               .prefix = "tweed.produce",
               .user = &p};
  p.skeleton = &c;
  if (!tw_copy_prepare(&c) || !tw_copy_region(&c, 0, entry) || p.failed)
    return false;
  fill_counts(s, &c);
  LLVMPositionBuilderAtEnd(s->emit.builder, c.end);
  tw_emit_intrinsic(&s->emit, "llvm.nvvm.cp.async.wait.all", NULL, 0);
  LLVMBuildRetVoid(s->emit.builder);
  return true;
}
