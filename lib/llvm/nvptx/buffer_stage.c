/* buffer_stage.c: copies that go through registers: what is loaded at the beginning of an iteration is stored at its
 * end.
 *
 * What waits is as close to the loads as can be: arithmetic between a load and the store is done at the end, since at
 * the beginning it would wait for the load. Phis, which join loads with zeroes beyond an edge, wait themselves. */
#include "llvm/nvptx/buffer_parts.h"
#include <string.h>

enum { MAX_OPERANDS = 32 };

typedef struct planning {
  tw_buffer *b;
  tw_buffer_loop *l;
  bool *seen;
} planning;

/* Computed again where it is needed, by instructions that have no effect and no condition of their own. */
static bool again(const tw_kernel *k, int32_t inst) {
  LLVMValueRef v = k->flow->insts[inst];
  return k->acts[inst] == TW_ACT_NONE && !LLVMIsAPHINode(v) && !LLVMIsAAllocaInst(v) &&
         LLVMGetNumOperands(v) <= MAX_OPERANDS;
}

static void plan_value(planning *p, LLVMValueRef value) {
  const tw_flow *f = p->b->kernel->flow;
  int32_t n = tw_flow_inst(f, value);
  if (n < 0 || !p->l->tile->within[f->block_of[n]] || p->seen[n])
    return;
  p->seen[n] = true;
  if (!again(p->b->kernel, n)) {
    p->l->staged[n] = true;
    return;
  }
  for (int k = 0; k < LLVMGetNumOperands(value); k++)
    plan_value(p, LLVMGetOperand(value, (unsigned)k));
}

static void plan_store(planning *p, int32_t store, int32_t *always) {
  const tw_flow *f = p->b->kernel->flow;
  int32_t block = f->block_of[store], *group = &p->l->group[block];
  if (*group < 0) {
    bool passed = tw_tile_passes(p->b->kernel, p->l->tile, block);
    *group = passed && *always >= 0 ? *always : p->l->ngroups++;
    if (passed)
      *always = *group;
  }
  plan_value(p, LLVMGetOperand(f->insts[store], 0));
  plan_value(p, LLVMGetOperand(f->insts[store], 1));
}

bool tw_buffer_plan_stages(tw_buffer *b, tw_buffer_loop *l) {
  const tw_flow *f = b->kernel->flow;
  size_t insts = (size_t)f->ninsts, blocks = (size_t)f->nblocks;
  planning p = {.b = b, .l = l, .seen = tweed_arena_array(b->arena, insts, sizeof(bool))};
  l->staged = tweed_arena_array(b->arena, insts, sizeof *l->staged);
  l->staged_cells = tweed_arena_array(b->arena, insts, sizeof *l->staged_cells);
  l->group = tweed_arena_array(b->arena, blocks, sizeof *l->group);
  l->flags = tweed_arena_array(b->arena, blocks, sizeof *l->flags);
  if (!p.seen || !l->staged || !l->staged_cells || !l->group || !l->flags)
    return false;
  memset(l->group, -1, blocks * sizeof *l->group);
  int32_t always = -1;
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    for (int32_t s = 0; s < l->fills[c].channel->nstores; s++) {
      int32_t store = l->fills[c].channel->stores[s];
      if (!l->fills[c].bytes[store] && tw_loop_of(f->bridge, f->blocks[f->block_of[store]]) == l->tile->loop)
        plan_store(&p, store, &always);
    }
  return true;
}

/* ---- writing ---- */

bool tw_buffer_make_stages(tw_buffer *b, tw_buffer_loop *l) {
  const tw_flow *f = b->kernel->flow;
  for (int32_t i = 0; i < f->ninsts; i++)
    if (l->staged[i])
      l->staged_cells[i] = tw_buffer_cell(b, LLVMTypeOf(f->insts[i]));
  for (int32_t g = 0; g < l->ngroups; g++)
    l->flags[g] = tw_buffer_cell(b, LLVMInt1TypeInContext(b->emit.context));
  return !b->failed;
}

static LLVMValueRef truth(const tw_buffer *b, bool value) {
  return LLVMConstInt(LLVMInt1TypeInContext(b->emit.context), value, false);
}

void tw_buffer_clear_stages(const tw_buffer *b, const tw_buffer_loop *l) {
  for (int32_t g = 0; g < l->ngroups; g++)
    LLVMBuildStore(b->emit.builder, truth(b, false), l->flags[g]);
}

/* Keeps the staged values that a value is made of. */
static void keep(const tw_buffer_staging *s, tw_copy *c, LLVMValueRef value) {
  const tw_buffer_loop *l = s->loop;
  int32_t n = tw_flow_inst(c->flow, value);
  if (n < 0 || !l->tile->within[c->flow->block_of[n]])
    return;
  if (l->staged[n]) {
    LLVMBuildStore(c->builder, tw_copy_value(c, value), l->staged_cells[n]);
    return;
  }
  for (int k = 0; k < LLVMGetNumOperands(value); k++)
    keep(s, c, LLVMGetOperand(value, (unsigned)k));
}

void tw_buffer_stage(void *user, tw_copy *c, int32_t store) {
  const tw_buffer_staging *s = user;
  LLVMValueRef original = c->flow->insts[store];
  int32_t group = s->loop->group[c->flow->block_of[store]];
  if (group >= 0) {
    keep(s, c, LLVMGetOperand(original, 0));
    keep(s, c, LLVMGetOperand(original, 1));
    LLVMBuildStore(c->builder, truth(s->buffer, true), s->loop->flags[group]);
    return;
  }
  LLVMValueRef to = tw_emit_offset(&s->buffer->emit, tw_copy_value(c, LLVMGetOperand(original, 1)), s->slot);
  LLVMValueRef operands[2] = {tw_copy_value(c, LLVMGetOperand(original, 0)), to};
  tw_copy_with(c->builder, original, operands, 2);
}

/* What was staged is loaded, the rest computed again. made, by instruction: what is there already. */
static LLVMValueRef value_of(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef *made, LLVMValueRef value) {
  const tw_flow *f = b->kernel->flow;
  int32_t n = tw_flow_inst(f, value);
  if (n < 0 || !l->tile->within[f->block_of[n]])
    return value;
  if (made[n])
    return made[n];
  if (l->staged[n])
    return made[n] = LLVMBuildLoad2(b->emit.builder, LLVMTypeOf(value), l->staged_cells[n], "");
  LLVMValueRef operands[MAX_OPERANDS];
  int count = LLVMGetNumOperands(value);
  for (int k = 0; k < count; k++)
    operands[k] = value_of(b, l, made, LLVMGetOperand(value, (unsigned)k));
  return made[n] = tw_copy_with(b->emit.builder, value, operands, count);
}

static void store_staged(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef *made, int32_t store,
                         LLVMValueRef slot) {
  LLVMValueRef original = b->kernel->flow->insts[store], operands[2];
  operands[0] = value_of(b, l, made, LLVMGetOperand(original, 0));
  operands[1] = tw_emit_offset(&b->emit, value_of(b, l, made, LLVMGetOperand(original, 1)), slot);
  tw_copy_with(b->emit.builder, original, operands, 2);
}

static bool store_group(tw_buffer *b, const tw_buffer_loop *l, int32_t group, LLVMValueRef slot) {
  const tw_flow *f = b->kernel->flow;
  LLVMValueRef *made = tweed_arena_array(b->arena, (size_t)f->ninsts, sizeof *made);
  if (!made)
    return false;
  for (int32_t c = 0; c < l->tile->nchannels; c++) {
    const tw_fill_plan *p = &l->fills[c];
    for (int32_t s = 0; s < p->channel->nstores; s++) {
      int32_t store = p->channel->stores[s];
      if (!p->bytes[store] && l->group[f->block_of[store]] == group)
        store_staged(b, l, made, store, slot);
    }
  }
  return true;
}

bool tw_buffer_write_stages(tw_buffer *b, tw_buffer_loop *l, LLVMValueRef slot) {
  LLVMBuilderRef builder = b->emit.builder;
  for (int32_t g = 0; g < l->ngroups; g++) {
    LLVMBasicBlockRef one = tw_buffer_block(b, "tweed.stage"), next = tw_buffer_block(b, "tweed.staged");
    LLVMValueRef flag = LLVMBuildLoad2(builder, LLVMInt1TypeInContext(b->emit.context), l->flags[g], "");
    LLVMBuildCondBr(builder, flag, one, next);
    LLVMPositionBuilderAtEnd(builder, one);
    if (!store_group(b, l, g, slot))
      return false;
    LLVMBuildBr(builder, next);
    LLVMPositionBuilderAtEnd(builder, next);
  }
  return true;
}
