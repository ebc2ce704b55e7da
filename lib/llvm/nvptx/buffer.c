/* buffer.c: decides whether a loop can be multi-buffered, and what runs ahead. */
#include "llvm/nvptx/buffer_parts.h"
#include <stdio.h>
#include <string.h>

enum { ASYNC_SM = 80, ASYNC_PTX = 70 };

static bool refuse(tw_buffer *b, tw_reason reason, const char *what, int32_t inst) {
  b->reason = reason;
  tw_flow_where(b->kernel->flow, inst, what, b->detail, b->detail_size);
  return false;
}

static bool out_of_memory(tw_buffer *b) {
  return refuse(b, TW_REASON_INTERNAL, "out of memory", -1);
}

/* ---- the state that runs ahead ---- */

LLVMValueRef tw_buffer_first(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi) {
  return tw_flow_incoming(b->kernel->flow, phi, l->tile->preheader);
}

LLVMValueRef tw_buffer_next(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi) {
  return tw_flow_incoming(b->kernel->flow, phi, l->tile->latch);
}

LLVMValueRef tw_buffer_step(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi) {
  LLVMValueRef step = tw_tile_step(b->kernel, l->tile, phi);
  return step && LLVMIsAConstantInt(step) ? step : NULL;
}

typedef struct stepping {
  tw_buffer *b;
  tw_buffer_loop *l;
  bool more; /* a phi was found to run ahead that was not known to */
} stepping;

static bool header_phi(const stepping *s, int32_t inst) {
  const tw_flow *f = s->b->kernel->flow;
  return f->block_of[inst] == s->l->tile->header && LLVMIsAPHINode(f->insts[inst]);
}

static bool run_ahead(void *user, int32_t inst) {
  stepping *s = user;
  if (header_phi(s, inst) && !s->l->state[inst])
    s->l->state[inst] = s->more = true;
  return true;
}

static bool stop(void *user, int32_t inst) {
  const stepping *s = user;
  return header_phi(s, inst) || inst == tw_flow_end(s->b->kernel->flow, s->l->tile->latch);
}

static void need(stepping *s, LLVMValueRef value) {
  int32_t n = tw_flow_inst(s->b->kernel->flow, value);
  if (n < 0 || !s->l->tile->within[s->b->kernel->flow->block_of[n]])
    return;
  if (header_phi(s, n))
    run_ahead(s, n);
  else
    s->l->step[n] = true;
}

/* Phis of the header that the step reads run ahead too. */
static void read_step(stepping *s) {
  const tw_flow *f = s->b->kernel->flow;
  for (int32_t i = 0; i < f->ninsts; i++)
    if (s->l->step[i])
      for (int k = 0; k < LLVMGetNumOperands(f->insts[i]); k++) {
        int32_t n = tw_flow_inst(f, LLVMGetOperand(f->insts[i], (unsigned)k));
        if (n >= 0)
          run_ahead(s, n);
      }
}

/* All of this is in the slices of the copies, which the condition of the loop controls: nothing but arithmetic and
 * memory that does not change. */
static bool find_step(tw_buffer *b, tw_buffer_loop *l) {
  const tw_flow *f = b->kernel->flow;
  stepping s = {.b = b, .l = l, .more = true};
  LLVMValueRef end = f->insts[tw_flow_end(f, l->tile->latch)];
  if (!LLVMIsABranchInst(end) || !LLVMIsConditional(end))
    return refuse(b, TW_REASON_SHAPE, "the loop does not end in a branch", -1);
  need(&s, LLVMGetCondition(end));
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    tw_fill_inputs(&l->fills[c], run_ahead, &s);
  while (s.more) {
    s.more = false;
    for (int32_t i = 0; i < f->ninsts; i++)
      if (l->state[i])
        need(&s, tw_buffer_next(b, l, f->insts[i]));
    if (!tw_flow_slice(f, l->tile->within, stop, &s, l->step))
      return out_of_memory(b);
    read_step(&s);
  }
  return true;
}

/* ---- one loop ---- */

static bool plan_copies(tw_buffer *b, tw_buffer_loop *l) {
  const tw_kernel *k = b->kernel;
  bool can = k->sm >= ASYNC_SM && (!k->ptx || k->ptx >= ASYNC_PTX);
  int32_t plain = 0;
  for (int32_t c = 0; c < l->tile->nchannels; c++) {
    if (!tw_fill_plan_make(k, l->tile, &l->tile->channels[c], can, &l->fills[c]))
      return out_of_memory(b);
    l->async |= l->fills[c].nasync > 0;
    plain += l->fills[c].nplain;
    l->slot += l->tile->channels[c].bytes;
  }
  if (!tw_buffer_plan_stages(b, l))
    return out_of_memory(b);
  if (l->async || plain == 0 || l->ngroups > 0)
    return true;
  return refuse(b, can ? TW_REASON_MEMORY : TW_REASON_TARGET,
                "copies that are not asynchronous, in loops of their own, don't fit into registers", -1);
}

/* The first copies must wait for all threads: if they may read what the barriers of the loop would have ordered, or if
 * threads may still read the slots from the last time that the loop was run. */
static void plan_barrier(tw_buffer_loop *l) {
  const tw_tile *t = l->tile;
  bool passed = t->keeps_barriers;
  for (int32_t c = 0; c < t->nchannels; c++)
    passed &= t->channels[c].last_read < t->nbarriers;
  l->barrier_before = !t->ahead_of_kernel || (t->leads[t->exit] && !passed);
}

static bool plan_loop(tw_buffer *b, const tw_buffer_tile *in, tw_buffer_loop *l) {
  size_t n = (size_t)b->kernel->flow->ninsts;
  l->tile = in->tile;
  l->depth = in->depth;
  if (in->tile->reason != TW_REASON_NONE)
    return refuse(b, in->tile->reason, in->tile->detail, -1);
  if (in->depth < 2)
    return refuse(b, TW_REASON_NO_OVERLAP, "a ring of one slot", -1);
  l->fills = tweed_arena_array(b->arena, (size_t)in->tile->nchannels, sizeof *l->fills);
  l->state = tweed_arena_array(b->arena, n, sizeof *l->state);
  l->step = tweed_arena_array(b->arena, n, sizeof *l->step);
  l->state_cells = tweed_arena_array(b->arena, n, sizeof *l->state_cells);
  if (!l->fills || !l->state || !l->step || !l->state_cells)
    return out_of_memory(b);
  if (!plan_copies(b, l) || !find_step(b, l))
    return false;
  plan_barrier(l);
  if (!l->async)
    l->depth = 2;
  l->ring = tw_rings_add(&b->rings, l->slot * (uint64_t)l->depth);
  tw_rings_replace(&b->rings, l->tile);
  return true;
}

/* ---- the kernel ---- */

static bool prepare(tw_buffer *b, const tw_buffer_tile *tiles) {
  b->loops = tweed_arena_array(b->arena, (size_t)b->count, sizeof *b->loops);
  if (!b->loops)
    return out_of_memory(b);
  for (int32_t l = 0; l < b->count; l++)
    if (!plan_loop(b, &tiles[l], &b->loops[l]))
      return false;
  return tw_rings_decide(&b->rings, &b->contract) || refuse(b, TW_REASON_MEMORY, tw_rings_no_room, -1);
}

tw_buffer *tw_buffer_prepare(tw_kernel *k, const tw_buffer_tile *tiles, int32_t count, tw_reason *reason, char *detail,
                             size_t size) {
  tw_buffer *b = tweed_arena_alloc(k->arena, sizeof *b);
  *reason = TW_REASON_INTERNAL;
  if (!b)
    return NULL;
  *b = (tw_buffer){.kernel = k, .arena = k->arena, .count = count, .rings.kernel = k};
  b->detail = detail;
  b->detail_size = size;
  if (!prepare(b, tiles)) {
    *reason = b->reason;
    return NULL;
  }
  *reason = TW_REASON_NONE;
  return b;
}

int32_t tw_buffer_depth(const tw_buffer *b, int32_t tile) {
  return b->loops[tile].depth;
}

const tw_contract *tw_buffer_contract(const tw_buffer *b) {
  return &b->contract;
}
