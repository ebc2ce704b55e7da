/* specialize.c: decides whether a kernel can be specialised: who needs what, and whether other warps can do it. */
#include "llvm/nvptx/special.h"
#include <stdio.h>
#include <string.h>

enum { MAX_THREADS = 1024, MIN_SM = 80, MIN_PTX = 71 };

static bool refuse(tw_special *s, tw_reason reason, const char *what, int32_t inst) {
  s->reason = reason;
  tw_flow_where(s->kernel->flow, inst, what, s->detail, s->detail_size);
  return false;
}

static bool out_of_memory(tw_special *s) {
  return refuse(s, TW_REASON_INTERNAL, "out of memory", -1);
}

/* ---- the block and the target ---- */

static bool check_kernel(tw_special *s) {
  const tw_kernel *k = s->kernel;
  if (k->sm < MIN_SM || (k->ptx && k->ptx < MIN_PTX) || (!k->ptx && k->sm < 90))
    return refuse(s, TW_REASON_TARGET, "", -1);
  if (k->unknown)
    return refuse(s, TW_REASON_CALL, "somewhere in the kernel", -1);
  const char *problem = tw_kernel_against_warps(k, s->producers, MAX_THREADS);
  return !problem || refuse(s, TW_REASON_BLOCK, problem, -1);
}

static bool check_tile(tw_special *s, const tw_tile *t) {
  if (t->reason != TW_REASON_NONE)
    return refuse(s, t->reason, t->detail, -1);
  if (!t->ahead_of_kernel)
    return refuse(s, TW_REASON_MEMORY, "the kernel may write what the copies read; __restrict__ may help", -1);
  return true;
}

/* ---- what the producers need ---- */

/* Of the special registers, these differ between threads, and have no counterpart for a thread whose work is done by
 * another one. */
static bool of_the_thread(const tw_special *s, int32_t inst) {
  char name[64];
  return tw_register_of(s->kernel->flow->insts[inst], name, sizeof name) && s->kernel->divergent[inst] &&
         strncmp(name, "tid.", 4) != 0 && strcmp(name, "laneid") != 0;
}

static bool need(tw_special *s, const tw_tile *t, LLVMValueRef value, bool *seen);

/* What differs between threads is computed once more for each of them, which only arithmetic can be. */
static bool need_divergent(tw_special *s, const tw_tile *t, int32_t inst, bool *seen) {
  const tw_flow *f = s->kernel->flow;
  LLVMValueRef v = f->insts[inst];
  if (LLVMIsAPHINode(v)) {
    LLVMValueRef step = f->block_of[inst] == t->header ? tw_tile_step(s->kernel, t, v) : NULL;
    if (!step)
      return refuse(s, TW_REASON_DIVERGENT, "a value that differs between threads and has no closed form", inst);
    return need(s, t, tw_flow_incoming(f, v, t->preheader), seen) && need(s, t, step, seen);
  }
  if (s->kernel->acts[inst] != TW_ACT_NONE || of_the_thread(s, inst))
    return refuse(s, TW_REASON_DIVERGENT, "a copy needs what only its own thread can know", inst);
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    if (!need(s, t, LLVMGetOperand(v, (unsigned)k), seen))
      return false;
  return true;
}

static bool need(tw_special *s, const tw_tile *t, LLVMValueRef value, bool *seen) {
  int32_t n = value ? tw_flow_inst(s->kernel->flow, value) : -1;
  if (n < 0 || seen[n])
    return true;
  seen[n] = true;
  if (s->kernel->divergent[n])
    return need_divergent(s, t, n, seen);
  s->skeleton[n] = true;
  return true;
}

typedef struct needing {
  tw_special *s;
  const tw_tile *tile;
  bool *seen;
} needing;

static bool need_input(void *user, int32_t inst) {
  needing *n = user;
  return need(n->s, n->tile, n->s->kernel->flow->insts[inst], n->seen);
}

static bool need_for_copies(tw_special *s, const tw_tile *t, const tw_fill_plan *p) {
  const tw_flow *f = s->kernel->flow;
  needing n = {.s = s, .tile = t, .seen = tweed_arena_array(s->arena, (size_t)f->ninsts, sizeof(bool))};
  if (!n.seen)
    return out_of_memory(s);
  for (int32_t i = 0; i < f->ninsts; i++)
    if (p->live[i] && of_the_thread(s, i))
      return refuse(s, TW_REASON_DIVERGENT, "a copy needs what only its own thread can know", i);
  return tw_fill_inputs(p, need_input, &n);
}

static bool is_parameter(const tw_special *s, int32_t inst) {
  return tw_kernel_site(s->kernel, inst) && LLVMIsALoadInst(s->kernel->flow->insts[inst]) &&
         !s->kernel->divergent[inst];
}

static bool find_skeleton(tw_special *s) {
  const tw_flow *f = s->kernel->flow;
  for (int32_t l = 0; l < s->count; l++)
    s->skeleton[tw_flow_end(f, s->loops[l].tile->latch)] = true;
  if (!tw_flow_slice(f, NULL, NULL, NULL, s->skeleton))
    return out_of_memory(s);
  for (int32_t i = 0; i < f->ninsts; i++) {
    if (!s->skeleton[i])
      continue;
    if (s->kernel->divergent[i])
      return refuse(s, TW_REASON_DIVERGENT, "the way to the loop, or its trip count, differs between threads", i);
    if (s->kernel->acts[i] != TW_ACT_NONE && !is_parameter(s, i))
      return refuse(s, TW_REASON_DIVERGENT, "the way to the loop depends on memory", i);
  }
  return true;
}

/* ---- rings ---- */

static bool plan_channel(tw_special *s, const tw_tile *t, tw_special_channel *c) {
  if (!tw_fill_plan_make(s->kernel, t, c->channel, true, &c->fill))
    return out_of_memory(s);
  c->ring = tw_rings_add(&s->rings, c->channel->bytes * (uint64_t)c->depth);
  c->full = tw_rings_add(&s->rings, 16 * (uint64_t)c->depth);
  c->empty = c->full + 8 * (uint64_t)c->depth;
  return need_for_copies(s, t, &c->fill) && (tw_special_bulk_plan(s, t, c) || out_of_memory(s));
}

static bool plan_loop(tw_special *s, const tw_special_tile *in, tw_special_loop *l) {
  l->tile = in->tile;
  if (!check_tile(s, in->tile))
    return false;
  tw_rings_replace(&s->rings, in->tile);
  l->channels = tweed_arena_array(s->arena, (size_t)in->tile->nchannels, sizeof *l->channels);
  if (!l->channels)
    return out_of_memory(s);
  for (int32_t c = 0; c < in->tile->nchannels; c++) {
    l->channels[c].channel = &in->tile->channels[c];
    l->channels[c].depth = in->depth[c];
    if (!plan_channel(s, in->tile, &l->channels[c]))
      return false;
  }
  return true;
}

static bool plan_launch(tw_special *s) {
  s->contract = (tw_contract){.threads = (uint32_t)s->kernel->block.threads,
                              .extra_threads = (uint32_t)s->producers,
                              .flags = TW_CONTRACT_SPECIALIZED};
  if (!tw_block_is_flat(&s->kernel->block)) {
    s->contract.width = (uint32_t)s->kernel->block.size[0];
    s->contract.height = (uint32_t)s->kernel->block.size[1];
  }
  return tw_rings_decide(&s->rings, &s->contract) || refuse(s, TW_REASON_MEMORY, tw_rings_no_room, -1);
}

static bool prepare(tw_special *s, const tw_special_tile *tiles) {
  s->loops = tweed_arena_array(s->arena, (size_t)s->count, sizeof *s->loops);
  s->skeleton = tweed_arena_array(s->arena, (size_t)s->kernel->flow->ninsts, sizeof *s->skeleton);
  if (!s->loops || !s->skeleton)
    return out_of_memory(s);
  if (!check_kernel(s))
    return false;
  for (int32_t l = 0; l < s->count; l++)
    if (!plan_loop(s, &tiles[l], &s->loops[l]))
      return false;
  char detail[160] = "";
  if (!find_skeleton(s) || !plan_launch(s))
    return false;
  return tw_special_check(s, detail, sizeof detail) || refuse(s, TW_REASON_INTERNAL, detail, -1);
}

tw_special *tw_special_prepare(tw_kernel *k, const tw_special_tile *tiles, int32_t count, int32_t producers,
                               tw_reason *reason, char *detail, size_t size) {
  tw_special *s = tweed_arena_alloc(k->arena, sizeof *s);
  *reason = TW_REASON_INTERNAL;
  if (!s)
    return NULL;
  *s = (tw_special){.kernel = k, .arena = k->arena, .count = count, .producers = producers, .rings.kernel = k};
  s->detail = detail;
  s->detail_size = size;
  if (!prepare(s, tiles)) {
    *reason = s->reason;
    return NULL;
  }
  *reason = TW_REASON_NONE;
  return s;
}

/* The file is the SM's: one block, which has it all. What the producers keep is enough for addresses. */
bool tw_special_balance(tw_special *s, int32_t registers) {
  enum { FILE_SIZE = 65536, GROUP = 128, PRODUCER = 40, STEP = 8, MOST = 240 };
  const tw_kernel *k = s->kernel;
  int32_t all = k->block.threads + s->producers, launch = FILE_SIZE / all / STEP * STEP;
  if (!k->arch_specific || k->sm < 90 || (k->ptx && k->ptx < 80) || k->block.threads % GROUP || s->producers % GROUP ||
      launch <= PRODUCER || registers <= launch)
    return false;
  int32_t consumer = (launch * all - PRODUCER * s->producers) / k->block.threads / STEP * STEP;
  s->registers = (tw_registers){launch, consumer > MOST ? MOST : consumer, PRODUCER};
  return true;
}

const tw_contract *tw_special_contract(const tw_special *s) {
  return &s->contract;
}
