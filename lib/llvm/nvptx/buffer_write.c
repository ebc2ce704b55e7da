/* buffer_write.c: links the copies that run ahead into the loops, and removes what they take the place of. */
#include "llvm/nvptx/buffer_parts.h"
#include "llvm/nvptx/complain.h"
#include "llvm/nvptx/prune.h"
#include <string.h>

static const tw_flow *flow_of(const tw_buffer *b) {
  return b->kernel->flow;
}

/* Lets the way to an instruction lead through other blocks. */
static void go_round(const tw_buffer *b, LLVMValueRef inst, LLVMBasicBlockRef begin, LLVMBasicBlockRef end) {
  LLVMBasicBlockRef rest = tw_emit_open(&b->emit, inst);
  LLVMBuildBr(b->emit.builder, begin);
  LLVMPositionBuilderAtEnd(b->emit.builder, end);
  LLVMBuildBr(b->emit.builder, rest);
}

static void link_before(const tw_buffer *b, const tw_buffer_loop *l) {
  LLVMBasicBlockRef preheader = flow_of(b)->blocks[l->tile->preheader];
  go_round(b, LLVMGetBasicBlockTerminator(preheader), l->before, l->before_end);
}

/* The first barrier makes the copies visible to all, and tells that all are done with the slot of the iteration before:
 * no load of a tile is in front of it, since some store is. */
static void link_ahead(const tw_buffer *b, const tw_buffer_loop *l) {
  LLVMValueRef barrier = flow_of(b)->insts[l->tile->barriers[0]];
  LLVMPositionBuilderBefore(b->emit.builder, barrier);
  if (l->async)
    tw_emit_copy_wait(&b->emit, (uint32_t)l->depth - 2);
  go_round(b, LLVMGetNextInstruction(barrier), l->ahead, l->ahead_joined);
}

/* ---- slots ---- */

static void advance(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef read) {
  LLVMBuilderRef builder = b->emit.builder;
  LLVMValueRef next = LLVMBuildAdd(builder, read, tw_emit_u32(&b->emit, (uint32_t)l->slot), "");
  LLVMValueRef end = tw_emit_u32(&b->emit, (uint32_t)l->slot * (uint32_t)l->depth);
  LLVMValueRef wraps = LLVMBuildICmp(builder, LLVMIntEQ, next, end, "");
  LLVMBuildStore(builder, LLVMBuildSelect(builder, wraps, tw_emit_u32(&b->emit, 0), next, ""), l->read);
}

static bool rewrite_loop(tw_buffer *b, tw_buffer_loop *l) {
  const tw_flow *f = flow_of(b);
  LLVMTypeRef i32 = tw_emit_i32(&b->emit);
  LLVMValueRef end = f->insts[tw_flow_end(f, l->tile->latch)];
  tw_emit_behind_phis(&b->emit, f->blocks[l->tile->header]);
  LLVMValueRef read = LLVMBuildLoad2(b->emit.builder, i32, l->read, "");
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    tw_rings_shift_reads(b->kernel, l->tile, &l->tile->channels[c], &b->emit, read);
  link_before(b, l);
  link_ahead(b, l);
  tw_mark_loop(end, end);
  LLVMBasicBlockRef rest = tw_emit_open(&b->emit, end);
  if (l->ngroups > 0 && !tw_buffer_write_stages(b, l, tw_buffer_written(b, l)))
    return false;
  advance(b, l, read);
  LLVMBuildBr(b->emit.builder, rest);
  return true;
}

/* ---- what stays ---- */

typedef struct marking {
  const tw_buffer *b;
  const tw_buffer_loop *l;
  bool *live;
} marking;

/* Values of outside the loop; the state is there twice, and that of the loop itself may go, but for counters. */
static bool mark_input(void *user, int32_t inst) {
  const marking *m = user;
  if (!m->l->tile->within[flow_of(m->b)->block_of[inst]])
    m->live[inst] = true;
  return true;
}

static void mark_operand(marking *m, LLVMValueRef value) {
  int32_t n = value ? tw_flow_inst(flow_of(m->b), value) : -1;
  if (n >= 0)
    mark_input(m, n);
}

static void mark_inputs(marking *m) {
  const tw_flow *f = flow_of(m->b);
  for (int32_t c = 0; c < m->l->tile->nchannels; c++)
    tw_fill_inputs(&m->l->fills[c], mark_input, m);
  for (int32_t i = 0; i < f->ninsts; i++) {
    m->live[i] |= m->l->state[i] && tw_buffer_step(m->b, m->l, f->insts[i]);
    if (m->l->state[i])
      for (unsigned k = 0; k < LLVMCountIncoming(f->insts[i]); k++)
        mark_operand(m, LLVMGetIncomingValue(f->insts[i], k));
    for (int k = 0; m->l->step[i] && k < LLVMGetNumOperands(f->insts[i]); k++)
      mark_operand(m, LLVMGetOperand(f->insts[i], (unsigned)k));
  }
  int32_t end = tw_flow_end(f, m->l->tile->latch);
  mark_operand(m, LLVMGetCondition(f->insts[end]));
  m->live[end] = true;
}

static bool find_live(const tw_buffer *b, bool *live) {
  const tw_flow *f = flow_of(b);
  bool *dropped = tweed_arena_array(b->arena, (size_t)f->ninsts, sizeof *dropped);
  if (!dropped)
    return false;
  for (int32_t l = 0; l < b->count; l++) {
    const tw_tile *t = b->loops[l].tile;
    for (int32_t i = 0; i < f->ninsts; i++)
      dropped[i] |= t->copies[i];
    for (int32_t k = 1; k < t->nbarriers; k++)
      dropped[t->barriers[k]] = !t->keeps_barriers;
  }
  if (!tw_prune_find(b->kernel, dropped, live))
    return false;
  for (int32_t l = 0; l < b->count; l++) {
    marking m = {b, &b->loops[l], live};
    mark_inputs(&m);
  }
  return tw_flow_slice(f, NULL, NULL, NULL, live);
}

/* ---- the whole ---- */

/* A slot holds all channels of a loop, each behind the one before. */
static void take_objects(const tw_buffer *b, const tw_buffer_loop *l) {
  uint64_t at = l->ring;
  for (int32_t c = 0; c < l->tile->nchannels; c++) {
    tw_rings_take(&b->rings, &b->emit, &l->tile->channels[c], at);
    at += l->tile->channels[c].bytes;
  }
}

static void check_launch(const tw_buffer *b) {
  if (!b->rings.takes)
    return;
  LLVMValueRef at = LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(flow_of(b)->function));
  while (LLVMIsAAllocaInst(at))
    at = LLVMGetNextInstruction(at);
  LLVMBasicBlockRef rest = tw_emit_open(&b->emit, at);
  LLVMValueRef thread = tw_emit_intrinsic(&b->emit, "llvm.nvvm.read.ptx.sreg.tid.x", NULL, 0);
  tw_complain_of_memory(&b->emit, &b->rings, &b->contract, thread);
  LLVMBuildBr(b->emit.builder, rest);
}

static bool write_all(tw_buffer *b) {
  tw_kernel *k = b->kernel;
  bool *live = tweed_arena_array(b->arena, (size_t)k->flow->ninsts, sizeof *live);
  if (!live || !find_live(b, live))
    return false;
  if (b->rings.dynamic && !tw_contract_publish(k->flow->function, &b->contract, b->arena))
    return false;
  tw_rings_build(&b->rings, &b->emit);
  for (int32_t l = 0; l < b->count; l++)
    if (!tw_buffer_write_ahead(b, &b->loops[l]))
      return false;
  for (int32_t l = 0; l < b->count; l++)
    if (!rewrite_loop(b, &b->loops[l]))
      return false;
  if (!tw_prune(k, live))
    return false;
  tw_promote(k->flow->bridge, b->cells, b->ncells);
  for (int32_t l = 0; l < b->count; l++)
    take_objects(b, &b->loops[l]);
  check_launch(b);
  return true;
}

tweed_status tw_buffer_write(tw_buffer *b, tweed_error *error) {
  bool fine = tw_emit_begin(&b->emit, flow_of(b)->bridge, b->kernel->sm) && write_all(b);
  tw_emit_end(&b->emit);
  return fine ? TWEED_OK : tweed_no_memory(error);
}
