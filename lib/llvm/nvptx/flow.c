/* flow.c: numbering, control dependence, taints and slices of a function. */
#include "llvm/nvptx/flow.h"
#include <stdio.h>
#include <string.h>
#include <uthash.h>

typedef struct tw_flow_entry {
  void *key; /* an LLVMValueRef or an LLVMBasicBlockRef */
  int32_t number;
  UT_hash_handle hh;
} tw_flow_entry;

static bool enter(tw_flow *f, void *key, int32_t number) {
  tw_flow_entry *e = tweed_arena_alloc(f->arena, sizeof *e);
  if (!e)
    return false;
  *e = (tw_flow_entry){.key = key, .number = number};
  unsigned before = HASH_COUNT(f->map);
  HASH_ADD_PTR(f->map, key, e);
  return HASH_COUNT(f->map) == before + 1;
}

static int32_t number_of(const tw_flow *f, void *key) {
  tw_flow_entry *e = NULL;
  HASH_FIND_PTR(f->map, &key, e);
  return e ? e->number : -1;
}

void tw_flow_free_map(tw_flow *f) {
  HASH_CLEAR(hh, f->map);
}

int32_t tw_flow_inst(const tw_flow *f, LLVMValueRef value) {
  return LLVMIsAInstruction(value) ? number_of(f, value) : -1;
}

int32_t tw_flow_block(const tw_flow *f, LLVMBasicBlockRef block) {
  return number_of(f, block);
}

int32_t tw_flow_end(const tw_flow *f, int32_t block) {
  return f->first[block + 1] - 1;
}

const char *tw_flow_where(const tw_flow *f, int32_t inst, const char *what, char *buffer, size_t size) {
  char where[128] = "";
  if (inst >= 0)
    tw_location(f->insts[inst], where, sizeof where);
  snprintf(buffer, size, "%s%s%s", what, where[0] ? ", " : "", where);
  return buffer;
}

LLVMValueRef tw_flow_incoming(const tw_flow *f, LLVMValueRef phi, int32_t block) {
  for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
    if (tw_flow_block(f, LLVMGetIncomingBlock(phi, k)) == block)
      return LLVMGetIncomingValue(phi, k);
  return NULL;
}

bool tw_flow_decides(const tw_flow *f, int32_t inst) {
  return LLVMIsATerminatorInst(f->insts[inst]) && LLVMGetNumSuccessors(f->insts[inst]) > 1;
}

static bool number_blocks(tw_flow *f) {
  f->nblocks = (int32_t)tw_reachable_blocks(f->bridge, NULL, 0);
  f->blocks = tweed_arena_array(f->arena, (size_t)f->nblocks, sizeof(LLVMBasicBlockRef));
  f->first = tweed_arena_array(f->arena, (size_t)f->nblocks + 1, sizeof(int32_t));
  if (!f->blocks || !f->first)
    return false;
  tw_reachable_blocks(f->bridge, f->blocks, (size_t)f->nblocks);
  for (int32_t b = 0; b < f->nblocks; b++) {
    if (!enter(f, f->blocks[b], b))
      return false;
    int32_t n = 0;
    for (LLVMValueRef i = LLVMGetFirstInstruction(f->blocks[b]); i; i = LLVMGetNextInstruction(i))
      n++;
    f->first[b + 1] = f->first[b] + n;
  }
  return true;
}

static bool number_instructions(tw_flow *f) {
  f->ninsts = f->first[f->nblocks];
  f->insts = tweed_arena_array(f->arena, (size_t)f->ninsts, sizeof(LLVMValueRef));
  f->block_of = tweed_arena_array(f->arena, (size_t)f->ninsts, sizeof(int32_t));
  if (!f->insts || !f->block_of)
    return false;
  for (int32_t b = 0, n = 0; b < f->nblocks; b++)
    for (LLVMValueRef i = LLVMGetFirstInstruction(f->blocks[b]); i; i = LLVMGetNextInstruction(i), n++) {
      f->insts[n] = i;
      f->block_of[n] = b;
      if (!enter(f, i, n))
        return false;
    }
  return true;
}

/* Walks from each way of a branch up the tree of postdominators to the branch's own: all on the way depend on it. */
static void walk_controlled(tw_flow *f, int32_t branch, int32_t stamp, int32_t *last, bool store) {
  LLVMValueRef end = f->insts[tw_flow_end(f, branch)];
  for (unsigned s = 0; s < LLVMGetNumSuccessors(end); s++)
    for (int32_t b = tw_flow_block(f, LLVMGetSuccessor(end, s)); b >= 0 && b != f->postdom[branch]; b = f->postdom[b]) {
      if (last[b] == stamp)
        continue;
      last[b] = stamp;
      if (store)
        f->controllers[b][f->ncontrollers[b]] = branch;
      f->ncontrollers[b]++;
    }
}

static bool find_controllers(tw_flow *f) {
  size_t n = (size_t)f->nblocks;
  int32_t *last = tweed_arena_array(f->arena, n, sizeof(int32_t));
  f->postdom = tweed_arena_array(f->arena, n, sizeof(int32_t));
  f->ncontrollers = tweed_arena_array(f->arena, n, sizeof(int32_t));
  f->controllers = tweed_arena_array(f->arena, n, sizeof(int32_t *));
  if (!last || !f->postdom || !f->ncontrollers || !f->controllers)
    return false;
  for (int32_t b = 0; b < f->nblocks; b++) {
    LLVMBasicBlockRef p = tw_post_dominator(f->bridge, f->blocks[b]);
    f->postdom[b] = p ? tw_flow_block(f, p) : -1;
  }
  for (int32_t b = 0; b < f->nblocks; b++)
    if (tw_flow_decides(f, tw_flow_end(f, b)))
      walk_controlled(f, b, b + 1, last, false);
  for (int32_t b = 0; b < f->nblocks; b++) {
    f->controllers[b] = tweed_arena_array(f->arena, (size_t)f->ncontrollers[b] + 1, sizeof(int32_t));
    if (!f->controllers[b])
      return false;
    f->ncontrollers[b] = last[b] = 0;
  }
  for (int32_t b = 0; b < f->nblocks; b++)
    if (tw_flow_decides(f, tw_flow_end(f, b)))
      walk_controlled(f, b, b + 1, last, true);
  return true;
}

tw_flow *tw_flow_of(tw_bridge *b, tweed_arena *arena) {
  tw_flow *f = tweed_arena_alloc(arena, sizeof *f);
  if (!f)
    return NULL;
  f->arena = arena;
  f->bridge = b;
  f->function = tw_function(b);
  if (number_blocks(f) && number_instructions(f) && find_controllers(f))
    return f;
  tw_flow_free_map(f);
  return NULL;
}

/* ---- taints ---- */

static bool operand_marked(const tw_flow *f, LLVMValueRef inst, const bool *marked) {
  for (int k = 0; k < LLVMGetNumOperands(inst); k++) {
    int32_t n = tw_flow_inst(f, LLVMGetOperand(inst, (unsigned)k));
    if (n >= 0 && marked[n])
      return true;
  }
  return false;
}

static bool mark_phis(const tw_flow *f, int32_t block, const bool *within, bool *marked) {
  bool changed = false;
  if (within && !within[block])
    return false;
  for (int32_t i = f->first[block]; i < f->first[block + 1] && LLVMIsAPHINode(f->insts[i]); i++)
    if (!marked[i])
      marked[i] = changed = true;
  return changed;
}

/* Threads, or iterations, that part at this branch meet at its postdominator at the latest. */
static bool mark_joins(const tw_flow *f, int32_t branch, const bool *within, bool *marked) {
  bool changed = f->postdom[branch] >= 0 && mark_phis(f, f->postdom[branch], within, marked);
  for (int32_t b = 0; b < f->nblocks; b++)
    for (int32_t k = 0; k < f->ncontrollers[b]; k++)
      if (f->controllers[b][k] == branch && mark_phis(f, b, within, marked))
        changed = true;
  return changed;
}

static bool taint_once(const tw_flow *f, const bool *within, int32_t passed, bool *marked) {
  bool changed = false;
  for (int32_t i = 0; i < f->ninsts; i++) {
    if (within && !within[f->block_of[i]])
      continue;
    if (!marked[i] && operand_marked(f, f->insts[i], marked))
      marked[i] = changed = true;
    if (marked[i] && tw_flow_decides(f, i) && f->block_of[i] != passed && mark_joins(f, f->block_of[i], within, marked))
      changed = true;
  }
  return changed;
}

void tw_flow_taint(const tw_flow *f, const bool *within, int32_t passed, bool *marked) {
  while (taint_once(f, within, passed, marked))
    ;
}

/* ---- slices ---- */

typedef struct slicing {
  const tw_flow *f;
  const bool *within;
  tw_flow_stop stop;
  void *user;
  bool *live;
  int32_t *work, n;
} slicing;

static void need(slicing *s, int32_t inst) {
  if (inst < 0 || s->live[inst] || (s->within && !s->within[s->f->block_of[inst]]) ||
      (s->stop && s->stop(s->user, inst)))
    return;
  s->live[inst] = true;
  s->work[s->n++] = inst;
}

static void need_control(slicing *s, int32_t block) {
  for (int32_t k = 0; k < s->f->ncontrollers[block]; k++)
    need(s, tw_flow_end(s->f, s->f->controllers[block][k]));
}

static void need_ways(slicing *s, LLVMValueRef phi) {
  for (unsigned k = 0; k < LLVMCountIncoming(phi); k++) {
    int32_t from = tw_flow_block(s->f, LLVMGetIncomingBlock(phi, k));
    if (from < 0 || (s->within && !s->within[from]))
      continue;
    need_control(s, from);
    if (tw_flow_decides(s->f, tw_flow_end(s->f, from)))
      need(s, tw_flow_end(s->f, from));
  }
}

static void need_inputs(slicing *s, int32_t inst) {
  LLVMValueRef v = s->f->insts[inst];
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    need(s, tw_flow_inst(s->f, LLVMGetOperand(v, (unsigned)k)));
  need_control(s, s->f->block_of[inst]);
  if (LLVMIsAPHINode(v))
    need_ways(s, v);
}

bool tw_flow_slice(const tw_flow *f, const bool *within, tw_flow_stop stop, void *user, bool *live) {
  slicing s = {.f = f, .within = within, .stop = stop, .user = user, .live = live};
  s.work = tweed_arena_array(f->arena, (size_t)f->ninsts + 1, sizeof(int32_t));
  if (!s.work)
    return false;
  for (int32_t i = 0; i < f->ninsts; i++)
    if (live[i])
      s.work[s.n++] = i;
  while (s.n > 0)
    need_inputs(&s, s.work[--s.n]);
  return true;
}
