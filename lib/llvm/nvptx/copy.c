/* copy.c: copies slices of control flow. */
#include "llvm/nvptx/copy.h"
#include <llvm-c/DebugInfo.h>
#include <stdio.h>

bool tw_copy_prepare(tw_copy *c) {
  if (!c->values)
    c->values = tweed_arena_array(c->flow->arena, (size_t)c->flow->ninsts, sizeof *c->values);
  c->blocks = tweed_arena_array(c->flow->arena, (size_t)c->flow->nblocks, sizeof *c->blocks);
  c->ends = tweed_arena_array(c->flow->arena, (size_t)c->flow->nblocks, sizeof *c->ends);
  c->phis = tweed_arena_array(c->flow->arena, (size_t)c->flow->ninsts, sizeof *c->phis);
  return c->values && c->blocks && c->ends && c->phis;
}

LLVMValueRef tw_copy_value(const tw_copy *c, LLVMValueRef original) {
  int32_t n = tw_flow_inst(c->flow, original);
  return n >= 0 && c->values[n] ? c->values[n] : original;
}

LLVMValueRef tw_copy_with(LLVMBuilderRef builder, LLVMValueRef original, const LLVMValueRef *operands, int count) {
  LLVMValueRef copy = tw_clone(original, false);
  tw_drop_iteration_scopes(copy);
  LLVMInsertIntoBuilder(builder, copy);
  for (int k = 0; k < count; k++)
    LLVMSetOperand(copy, (unsigned)k, operands[k]);
  return copy;
}

static bool follows_condition(const tw_copy *c, int32_t end) {
  return tw_flow_decides(c->flow, end) && c->live[end];
}

/* The block where a way out of block b leads in the copy, -1 = to its end. */
static int32_t target(const tw_copy *c, int32_t entry, LLVMBasicBlockRef to) {
  int32_t b = to ? tw_flow_block(c->flow, to) : -1;
  return b < 0 || b == entry || (c->within && !c->within[b]) ? -1 : b;
}

/* Where a branch that is left out leads. */
static int32_t passed(const tw_copy *c, int32_t entry, int32_t block) {
  LLVMValueRef end = c->flow->insts[tw_flow_end(c->flow, block)];
  if (LLVMGetNumSuccessors(end) == 1)
    return target(c, entry, LLVMGetSuccessor(end, 0));
  int32_t p = c->flow->postdom[block];
  return p < 0 ? -1 : target(c, entry, c->flow->blocks[p]);
}

static void reach(bool *reached, int32_t block) {
  if (block >= 0)
    reached[block] = true;
}

/* Blocks are in reverse post order, so that one pass finds all but those reached by going back, which are loops'
 * headers and reached before. */
static void find_reached(const tw_copy *c, int32_t entry, bool *reached) {
  reached[entry] = true;
  for (int32_t b = entry; b < c->flow->nblocks; b++) {
    if (!reached[b])
      continue;
    LLVMValueRef end = c->flow->insts[tw_flow_end(c->flow, b)];
    if (follows_condition(c, tw_flow_end(c->flow, b)))
      for (unsigned s = 0; s < LLVMGetNumSuccessors(end); s++)
        reach(reached, target(c, entry, LLVMGetSuccessor(end, s)));
    else
      reach(reached, passed(c, entry, b));
  }
}

/* What is written in place of an instruction has its place in the source. */
static void take_location(tw_copy *c, LLVMValueRef original) {
  LLVMSetCurrentDebugLocation2(c->builder, LLVMInstructionGetDebugLoc(original));
}

static void copy_instruction(tw_copy *c, int32_t inst) {
  LLVMValueRef original = c->flow->insts[inst], copy = NULL;
  take_location(c, original);
  if (c->replace && c->replace(c, inst, &copy)) {
    c->values[inst] = copy;
    return;
  }
  if (LLVMIsAPHINode(original)) {
    c->values[inst] = LLVMBuildPhi(c->builder, LLVMTypeOf(original), "");
    c->phis[inst] = true;
    return;
  }
  copy = tw_copy_with(c->builder, original, NULL, 0);
  for (int k = 0; k < LLVMGetNumOperands(original); k++)
    LLVMSetOperand(copy, (unsigned)k, tw_copy_value(c, LLVMGetOperand(original, (unsigned)k)));
  c->values[inst] = copy;
}

static LLVMBasicBlockRef block_copy(const tw_copy *c, int32_t block) {
  return block < 0 ? c->end : c->blocks[block];
}

/* Copied loops are not to be looked at as if they were the user's. Blocks are in reverse post order. */
static void mark_way_back(LLVMValueRef copy, LLVMValueRef original, int32_t from, int32_t to) {
  if (to >= 0 && to <= from)
    tw_mark_loop(copy, original);
}

static void copy_end(tw_copy *c, int32_t entry, int32_t block) {
  int32_t end = tw_flow_end(c->flow, block);
  LLVMValueRef original = c->flow->insts[end];
  take_location(c, original);
  if (!follows_condition(c, end)) {
    int32_t next = passed(c, entry, block);
    mark_way_back(LLVMBuildBr(c->builder, block_copy(c, next)), original, block, next);
    return;
  }
  LLVMValueRef copy = tw_clone(original, false);
  LLVMInsertIntoBuilder(c->builder, copy);
  LLVMSetOperand(copy, 0, tw_copy_value(c, LLVMGetOperand(original, 0)));
  for (unsigned s = 0; s < LLVMGetNumSuccessors(original); s++) {
    int32_t next = target(c, entry, LLVMGetSuccessor(original, s));
    LLVMSetSuccessor(copy, s, block_copy(c, next));
    mark_way_back(copy, original, block, next);
  }
}

static void copy_block(tw_copy *c, int32_t entry, int32_t block) {
  LLVMPositionBuilderAtEnd(c->builder, c->blocks[block]);
  int32_t end = tw_flow_end(c->flow, block), i = c->flow->first[block];
  for (; LLVMIsAPHINode(c->flow->insts[i]); i++)
    if (c->live[i] && !c->values[i])
      copy_instruction(c, i);
  if (c->enter)
    c->enter(c, block);
  for (; i < end; i++)
    if (c->live[i] && !c->values[i])
      copy_instruction(c, i);
  c->ends[block] = LLVMGetInsertBlock(c->builder);
  copy_end(c, entry, block);
}

/* A live phi keeps all ways that reach it: the branches that decide between them are live. */
static void fill_phi(tw_copy *c, int32_t inst) {
  LLVMValueRef original = c->flow->insts[inst], copy = c->values[inst];
  for (unsigned k = 0; k < LLVMCountIncoming(original); k++) {
    int32_t from = tw_flow_block(c->flow, LLVMGetIncomingBlock(original, k));
    if (from < 0 || !c->blocks[from])
      continue;
    LLVMValueRef value = tw_copy_value(c, LLVMGetIncomingValue(original, k));
    LLVMAddIncoming(copy, &value, &c->ends[from], 1);
  }
}

bool tw_copy_region(tw_copy *c, int32_t entry, LLVMBasicBlockRef *entry_copy) {
  const tw_flow *f = c->flow;
  LLVMContextRef context = LLVMGetModuleContext(LLVMGetGlobalParent(f->function));
  bool *reached = tweed_arena_array(f->arena, (size_t)f->nblocks, sizeof *reached);
  if (!reached)
    return false;
  find_reached(c, entry, reached);
  for (int32_t b = 0; b < f->nblocks; b++) {
    char name[96];
    snprintf(name, sizeof name, "%s.%d", c->prefix, (int)b);
    if (reached[b])
      c->blocks[b] = LLVMAppendBasicBlockInContext(context, f->function, name);
  }
  for (int32_t b = 0; b < f->nblocks; b++)
    if (reached[b])
      copy_block(c, entry, b);
  for (int32_t i = 0; i < f->ninsts; i++)
    if (c->phis[i])
      fill_phi(c, i);
  *entry_copy = c->blocks[entry];
  return true;
}
