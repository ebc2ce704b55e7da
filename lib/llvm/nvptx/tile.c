/* tile.c: finds tile loops and decides which shared objects can be renamed. */
#include "llvm/nvptx/tile.h"
#include "llvm/nvptx/escape.h"
#include <stdio.h>
#include <string.h>

enum { MAX_LOOPS = 256, SLOT_ALIGN = 128 };

typedef struct finding {
  tw_kernel *k;
  tw_flow *f;
  tw_tile *t;
  bool *varying; /* by instruction of the loop: differs from iteration to iteration */
} finding;

static bool refuse(finding *g, tw_reason reason, const char *what, int32_t inst) {
  g->t->reason = reason;
  tw_flow_where(g->f, inst, what, g->t->detail, sizeof g->t->detail);
  return false;
}

static bool out_of_memory(finding *g) {
  return refuse(g, TW_REASON_INTERNAL, "out of memory", -1);
}

static bool in_loop(const finding *g, int32_t inst) {
  return g->t->within[g->f->block_of[inst]];
}

/* ---- the loop and its barriers ---- */

static void find_leading(const finding *g) {
  tw_tile *t = g->t;
  for (bool more = true; more;) {
    more = false;
    for (int32_t b = g->f->nblocks - 1; b >= 0; b--) {
      LLVMValueRef end = g->f->insts[tw_flow_end(g->f, b)];
      for (unsigned s = 0; s < LLVMGetNumSuccessors(end) && !t->leads[b]; s++) {
        int32_t to = tw_flow_block(g->f, LLVMGetSuccessor(end, s));
        if (to == t->header || t->leads[to])
          t->leads[b] = more = true;
      }
    }
  }
}

static bool read_shape(finding *g) {
  tw_tile *t = g->t;
  LLVMBasicBlockRef latch = tw_latch(t->loop), exit = tw_exit(t->loop), before = tw_preheader(t->loop);
  t->header = tw_flow_block(g->f, tw_header(t->loop));
  t->within = tweed_arena_array(g->k->arena, (size_t)g->f->nblocks, sizeof(bool));
  t->leads = tweed_arena_array(g->k->arena, (size_t)g->f->nblocks, sizeof(bool));
  if (!t->within || !t->leads)
    return out_of_memory(g);
  find_leading(g);
  for (int32_t b = 0; b < g->f->nblocks; b++)
    t->within[b] = tw_block_in_loop(t->loop, g->f->blocks[b]);
  if (!latch || !before)
    return refuse(g, TW_REASON_SHAPE, "no single latch or no preheader", -1);
  if (tw_exiting(t->loop) != latch || !exit)
    return refuse(g, TW_REASON_EARLY_EXIT, "the loop is left elsewhere than at its end", -1);
  t->latch = tw_flow_block(g->f, latch);
  t->preheader = tw_flow_block(g->f, before);
  t->exit = tw_flow_block(g->f, exit);
  return true;
}

static bool find_barriers(finding *g) {
  tw_tile *t = g->t;
  size_t room = 0;
  for (int32_t i = 0; i < g->f->ninsts; i++) {
    if (g->k->acts[i] != TW_ACT_BARRIER || !in_loop(g, i))
      continue;
    LLVMBasicBlockRef block = g->f->blocks[g->f->block_of[i]];
    if (tw_loop_of(g->f->bridge, block) != t->loop || !tw_dominates(g->f->bridge, block, g->f->blocks[t->latch]))
      return refuse(g, TW_REASON_CONVERGENT, "a barrier that not every iteration passes once", i);
    if (!tweed_arena_grow(g->k->arena, (void **)&t->barriers, &room, (size_t)t->nbarriers + 1, sizeof(int32_t)))
      return out_of_memory(g);
    /* Blocks are in reverse post order: of two that dominate the latch, the first one dominates the second. */
    t->barriers[t->nbarriers++] = i;
  }
  return true;
}

int32_t tw_tile_segment(const tw_kernel *k, const tw_tile *t, int32_t inst) {
  const tw_flow *f = k->flow;
  int32_t segment = 0;
  for (int32_t b = 0; b < t->nbarriers; b++) {
    int32_t at = f->block_of[t->barriers[b]], here = f->block_of[inst];
    if (at == here ? t->barriers[b] < inst : tw_dominates(f->bridge, f->blocks[at], f->blocks[here]))
      segment = b + 1;
  }
  return segment;
}

bool tw_tile_passes(const tw_kernel *k, const tw_tile *t, int32_t block) {
  const tw_flow *f = k->flow;
  for (int32_t c = 0; c < f->ncontrollers[block]; c++)
    if (f->controllers[block][c] != t->latch && t->within[f->controllers[block][c]])
      return false;
  return true;
}

static LLVMValueRef added_to(LLVMValueRef phi, LLVMValueRef next) {
  LLVMOpcode op = LLVMGetInstructionOpcode(next);
  if (op != LLVMAdd && (op != LLVMGetElementPtr || LLVMGetNumOperands(next) != 2))
    return NULL;
  LLVMValueRef first = LLVMGetOperand(next, 0), second = LLVMGetOperand(next, 1);
  return first == phi ? second : op == LLVMAdd && second == phi ? first : NULL;
}

LLVMValueRef tw_tile_step(const tw_kernel *k, const tw_tile *t, LLVMValueRef phi) {
  LLVMValueRef next = tw_flow_incoming(k->flow, phi, t->latch);
  LLVMValueRef step = next && LLVMIsAInstruction(next) ? added_to(phi, next) : NULL;
  int32_t n = step ? tw_flow_inst(k->flow, step) : -1;
  bool outside = n < 0 || !t->within[k->flow->block_of[n]];
  return outside && step != phi ? step : NULL;
}

static bool find_varying(finding *g) {
  g->varying = tweed_arena_array(g->k->arena, (size_t)g->f->ninsts, sizeof(bool));
  if (!g->varying)
    return out_of_memory(g);
  for (int32_t i = 0; i < g->f->ninsts; i++) {
    if (!in_loop(g, i))
      continue;
    bool header_phi = g->f->block_of[i] == g->t->header && LLVMIsAPHINode(g->f->insts[i]);
    g->varying[i] = header_phi || g->k->acts[i] != TW_ACT_NONE;
  }
  tw_flow_taint(g->f, g->t->within, g->t->latch, g->varying);
  return true;
}

static bool check_acts(finding *g) {
  for (int32_t i = 0; i < g->f->ninsts; i++) {
    if (!in_loop(g, i))
      continue;
    if (g->k->acts[i] == TW_ACT_ASYNC)
      return refuse(g, TW_REASON_BY_HAND, "asynchronous copies", i);
    if (g->k->acts[i] == TW_ACT_OTHER)
      return refuse(g, TW_REASON_CALL, "an instruction of unknown effect", i);
  }
  if (g->k->hidden)
    return refuse(g, TW_REASON_MEMORY, "an address that may be of any shared object", -1);
  return true;
}

/* ---- objects ---- */

/* One shared object that the loop writes. */
typedef struct candidate {
  LLVMValueRef variable;
  int32_t first_write, last_write, first_read, last_read; /* segments; -1 = none */
  const char *bad;                                        /* why it is not renamed */
  int32_t where;
} candidate;

static void widen(int32_t *first, int32_t *last, int32_t segment) {
  if (*first < 0 || segment < *first)
    *first = segment;
  if (segment > *last)
    *last = segment;
}

static void spoil(candidate *o, const char *why, int32_t where) {
  if (!o->bad) {
    o->bad = why;
    o->where = where;
  }
}

/* The branches of the loop that decide whether the block runs depend on the iteration. */
static bool varying_control(const finding *g, int32_t block, bool *seen) {
  if (seen[block])
    return false;
  seen[block] = true;
  for (int32_t c = 0; c < g->f->ncontrollers[block]; c++) {
    int32_t by = g->f->controllers[block][c];
    if (by == g->t->latch || !g->t->within[by])
      continue;
    if (g->varying[tw_flow_end(g->f, by)] || varying_control(g, by, seen))
      return true;
  }
  return false;
}

static bool address_varies(const finding *g, const tw_site *s) {
  int32_t address = tw_flow_inst(g->f, LLVMGetOperand(g->f->insts[s->inst], s->touch.operand));
  return address >= 0 && in_loop(g, address) && g->varying[address];
}

static bool judge_write(finding *g, candidate *o, const tw_site *s) {
  if (!LLVMIsAStoreInst(g->f->insts[s->inst]) || s->touch.ordered) {
    spoil(o, "is written otherwise than by plain stores", s->inst);
    return true;
  }
  if (address_varies(g, s)) {
    spoil(o, "is written at other places in each iteration", s->inst);
    return true;
  }
  bool *seen = tweed_arena_array(g->k->arena, (size_t)g->f->nblocks, sizeof *seen);
  if (!seen)
    return out_of_memory(g);
  if (varying_control(g, g->f->block_of[s->inst], seen))
    spoil(o, "is written under a condition that changes from iteration to iteration", s->inst);
  return true;
}

static bool judge_object(finding *g, candidate *o) {
  if (LLVMIsDeclaration(o->variable))
    spoil(o, "is dynamic shared memory, the size of which is not known (dynamic=BYTES says it)", -1);
  if (tw_escapes(g->k, o->variable))
    spoil(o, "may be known to a function that is called", -1);
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *s = &g->k->sites[i];
    if (s->touch.origin.object != o->variable)
      continue;
    if (!in_loop(g, s->inst)) {
      spoil(o, "is used outside the loop too", s->inst);
      continue;
    }
    int32_t segment = tw_tile_segment(g->k, g->t, s->inst);
    if (s->touch.reads)
      widen(&o->first_read, &o->last_read, segment);
    if (s->touch.writes) {
      widen(&o->first_write, &o->last_write, segment);
      if (!judge_write(g, o, s))
        return false;
    }
  }
  if (LLVMGetAlignment(o->variable) > SLOT_ALIGN)
    spoil(o, "is aligned to more bytes than slots are", -1);
  else if (o->first_read < 0)
    spoil(o, "is never read", -1);
  else if (o->last_write >= o->first_read)
    spoil(o, "is filled more than once in an iteration, or without a barrier in front of its loads", -1);
  else if (o->last_read == g->t->nbarriers && o->first_write == 0)
    spoil(o, "has no barrier between its loads and the next iteration's stores", -1);
  return true;
}

/* ---- copies ---- */

typedef struct ways {
  bool loop, kernel; /* nothing in the loop, nothing before or around it writes what is loaded */
} ways;

static void check_load(const finding *g, const tw_site *load, ways *w) {
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *s = &g->k->sites[i];
    if (!s->touch.writes || tw_origins_apart(s->touch.origin, load->touch.origin))
      continue;
    w->loop &= !in_loop(g, s->inst);
    w->kernel &= !g->t->leads[g->f->block_of[s->inst]];
  }
}

/* Nothing but arithmetic and loads of global memory that nobody writes is in the slice. Returns an instruction that is
 * something else, or -1. */
static int32_t check_slice(const finding *g, const bool *slice, const bool *stores, ways *w) {
  int32_t bad = -1;
  for (int32_t i = 0; i < g->f->ninsts && bad < 0; i++) {
    if (!slice[i] || stores[i] || g->k->acts[i] == TW_ACT_NONE)
      continue;
    const tw_site *s = tw_kernel_site(g->k, i);
    bool load = s && LLVMIsALoadInst(g->f->insts[i]) && !s->touch.ordered &&
                (s->touch.origin.space == TW_SPACE_GLOBAL || s->touch.origin.space == TW_SPACE_PRIVATE);
    ways one = {true, true};
    if (load)
      check_load(g, s, &one);
    if (!load || !one.loop)
      bad = i;
    w->kernel &= one.kernel;
  }
  return bad;
}

static bool slice_of(finding *g, candidate *o, bool **slice) {
  bool *stores = tweed_arena_array(g->k->arena, (size_t)g->f->ninsts, sizeof(bool));
  *slice = tweed_arena_array(g->k->arena, (size_t)g->f->ninsts, sizeof(bool));
  if (!stores || !*slice)
    return out_of_memory(g);
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *s = &g->k->sites[i];
    if (s->touch.origin.object == o->variable && s->touch.writes)
      stores[s->inst] = (*slice)[s->inst] = true;
  }
  if (!tw_flow_slice(g->f, g->t->within, NULL, NULL, *slice))
    return out_of_memory(g);
  ways w = {true, g->t->ahead_of_kernel};
  int32_t bad = check_slice(g, *slice, stores, &w);
  if (bad >= 0)
    spoil(o, "is filled with what the loop computes, or with memory that may be written meanwhile", bad);
  else
    g->t->ahead_of_kernel = w.kernel;
  return true;
}

/* Other blocks or programs may tell through this access that memory is ready to be read: nothing that comes behind may
 * be read before it. (An atomic operation whose result nobody looks at tells nothing.) */
static bool observes(const finding *g, const tw_site *s) {
  LLVMValueRef inst = g->f->insts[s->inst];
  bool elsewhere = s->touch.origin.space == TW_SPACE_GLOBAL || s->touch.origin.space == TW_SPACE_ANY;
  return s->touch.ordered && s->touch.reads && elsewhere && (LLVMIsALoadInst(inst) || LLVMGetFirstUse(inst));
}

static bool check_signals(finding *g) {
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *s = &g->k->sites[i];
    if (!observes(g, s))
      continue;
    if (in_loop(g, s->inst))
      return refuse(g, TW_REASON_ATOMIC, "what the loop copies may be announced by it", s->inst);
    g->t->ahead_of_kernel &= !g->t->leads[g->f->block_of[s->inst]];
  }
  return true;
}

/* ---- channels ---- */

static tw_channel *channel_for(finding *g, size_t *room, int32_t filled) {
  tw_tile *t = g->t;
  for (int32_t c = 0; c < t->nchannels; c++)
    if (t->channels[c].filled == filled)
      return &t->channels[c];
  if (!tweed_arena_grow(g->k->arena, (void **)&t->channels, room, (size_t)t->nchannels + 1, sizeof(tw_channel)))
    return NULL;
  int32_t at = t->nchannels++;
  for (; at > 0 && t->channels[at - 1].filled > filled; at--)
    t->channels[at] = t->channels[at - 1];
  size_t n = (size_t)g->f->ninsts;
  t->channels[at] = (tw_channel){.filled = filled, .first_read = -1, .last_read = -1};
  t->channels[at].slice = tweed_arena_array(g->k->arena, n, sizeof(bool));
  t->channels[at].stores = tweed_arena_array(g->k->arena, n, sizeof(int32_t));
  t->channels[at].objects = tweed_arena_array(g->k->arena, (size_t)g->k->nsites, sizeof(LLVMValueRef));
  t->channels[at].offsets = tweed_arena_array(g->k->arena, (size_t)g->k->nsites, sizeof(uint64_t));
  tw_channel *c = &t->channels[at];
  return c->slice && c->stores && c->objects && c->offsets ? c : NULL;
}

static uint64_t round_up(uint64_t bytes) {
  return (bytes + SLOT_ALIGN - 1) / SLOT_ALIGN * SLOT_ALIGN;
}

static bool join_channel(finding *g, size_t *room, const candidate *o, const bool *slice) {
  tw_channel *c = channel_for(g, room, o->last_write);
  if (!c)
    return out_of_memory(g);
  c->objects[c->nobjects] = o->variable;
  c->offsets[c->nobjects++] = c->bytes;
  c->bytes += round_up(tw_store_size(g->f->bridge, LLVMGlobalGetValueType(o->variable)));
  widen(&c->first_read, &c->last_read, o->first_read);
  widen(&c->first_read, &c->last_read, o->last_read);
  for (int32_t i = 0; i < g->f->ninsts; i++)
    c->slice[i] |= slice[i];
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *s = &g->k->sites[i];
    if (s->touch.origin.object == o->variable && s->touch.writes) {
      c->stores[c->nstores++] = s->inst;
      g->t->copies[s->inst] = true;
    }
  }
  return true;
}

static bool take_object(finding *g, size_t *room, LLVMValueRef variable, candidate *last) {
  candidate o = {variable, -1, -1, -1, -1, NULL, -1};
  bool *slice = NULL;
  if (!judge_object(g, &o))
    return false;
  if (!o.bad && !slice_of(g, &o, &slice))
    return false;
  if (o.bad)
    *last = o;
  return o.bad || join_channel(g, room, &o, slice);
}

static bool stores_in(const tw_kernel *k, const tw_tile *t, const tw_site *s) {
  return s->touch.writes && t->within[k->flow->block_of[s->inst]];
}

bool tw_tile_first_store(const tw_kernel *k, const tw_tile *t, int32_t site) {
  const tw_origin *o = &k->sites[site].touch.origin;
  if (o->space != TW_SPACE_SHARED || !stores_in(k, t, &k->sites[site]))
    return false;
  for (int32_t i = 0; i < site; i++)
    if (k->sites[i].touch.origin.object == o->object && stores_in(k, t, &k->sites[i]))
      return false;
  return true;
}

static bool find_channels(finding *g) {
  candidate bad = {.where = -1};
  size_t room = 0;
  g->t->copies = tweed_arena_array(g->k->arena, (size_t)g->f->ninsts, sizeof(bool));
  if (!g->t->copies)
    return out_of_memory(g);
  for (int32_t i = 0; i < g->k->nsites; i++)
    if (tw_tile_first_store(g->k, g->t, i) && !take_object(g, &room, g->k->sites[i].touch.origin.object, &bad))
      return false;
  if (g->t->nchannels > 0)
    return true;
  char what[128];
  size_t length = 0;
  if (!bad.bad)
    return refuse(g, TW_REASON_MEMORY, "the loop fills no shared object", -1);
  const char *name = LLVMGetValueName2(bad.variable, &length);
  snprintf(what, sizeof what, "%.*s %s", (int)(length > 40 ? 40 : length), name, bad.bad);
  return refuse(g, TW_REASON_MEMORY, what, bad.where);
}

bool tw_tile_object(const tw_tile *t, LLVMValueRef object, int32_t *channel, uint64_t *offset) {
  for (int32_t c = 0; c < t->nchannels; c++)
    for (int32_t o = 0; o < t->channels[c].nobjects; o++)
      if (t->channels[c].objects[o] == object) {
        *channel = c;
        *offset = t->channels[c].offsets[o];
        return true;
      }
  return false;
}

uint64_t tw_tile_bytes(const tw_kernel *k, const tw_tile *t) {
  uint64_t bytes = 0;
  for (int32_t c = 0; c < t->nchannels; c++)
    for (int32_t o = 0; o < t->channels[c].nobjects; o++)
      bytes += tw_store_size(k->flow->bridge, LLVMGlobalGetValueType(t->channels[c].objects[o]));
  return bytes;
}

/* ---- what else the barriers order ---- */

static bool renamed(const finding *g, const tw_site *s) {
  int32_t channel;
  uint64_t offset;
  return s->touch.origin.object && tw_tile_object(g->t, s->touch.origin.object, &channel, &offset);
}

/* A barrier outside the loop between two places of one block. */
static bool barrier_between(const finding *g, int32_t from, int32_t to) {
  for (int32_t i = from; i < to; i++)
    if (g->k->acts[i] == TW_ACT_BARRIER && !in_loop(g, i))
      return true;
  return false;
}

/* Some way leads from behind instruction `from` to instruction `to` past no barrier outside the loop. True also where
 * memory runs out: then nothing is taken for granted. */
static bool way_without_barrier(const finding *g, int32_t from, int32_t to) {
  const tw_flow *f = g->f;
  int32_t start = f->block_of[from], goal = f->block_of[to], n = 0;
  bool *seen = tweed_arena_array(g->k->arena, (size_t)f->nblocks, sizeof *seen);
  int32_t *work = tweed_arena_array(g->k->arena, (size_t)f->nblocks + 1, sizeof *work);
  if (!seen || !work)
    return true;
  if (start == goal && from < to && !barrier_between(g, from, to))
    return true;
  if (!barrier_between(g, from, f->first[start + 1]))
    work[n++] = start;
  while (n > 0) {
    LLVMValueRef end = f->insts[tw_flow_end(f, work[--n])];
    for (unsigned s = 0; s < LLVMGetNumSuccessors(end); s++) {
      int32_t b = tw_flow_block(f, LLVMGetSuccessor(end, s));
      if (b < 0 || seen[b])
        continue;
      seen[b] = true;
      if (b == goal && !barrier_between(g, f->first[b], to))
        return true;
      if (!barrier_between(g, f->first[b], f->first[b + 1]))
        work[n++] = b;
    }
  }
  return false;
}

/* Two accesses that threads of the block may meet at, at least one of them a write, w. */
static void order(finding *g, const tw_site *w, const tw_site *s) {
  bool w_in = in_loop(g, w->inst), s_in = in_loop(g, s->inst);
  int32_t header = g->f->first[g->t->header], latch = tw_flow_end(g->f, g->t->latch);
  if (s_in && g->t->copies[s->inst])
    return;
  if (w_in && s_in)
    g->t->keeps_barriers = true;
  if (w_in == s_in && w_in)
    return;
  int32_t outside = w_in ? s->inst : w->inst;
  bool before = way_without_barrier(g, outside, header), behind = way_without_barrier(g, latch, outside);
  if (w_in || s_in) {
    g->t->keeps_barriers |= before || behind;
    return;
  }
  g->t->barrier_behind |=
      (before && way_without_barrier(g, latch, s->inst)) || (behind && way_without_barrier(g, s->inst, header));
}

static void find_order(finding *g) {
  for (int32_t i = 0; i < g->k->nsites; i++) {
    const tw_site *w = &g->k->sites[i];
    if (!w->touch.writes || w->touch.origin.space == TW_SPACE_PRIVATE || renamed(g, w))
      continue;
    if (in_loop(g, w->inst))
      g->t->keeps_barriers = true; /* threads may meet at this one, too */
    for (int32_t j = 0; j < g->k->nsites; j++) {
      const tw_site *s = &g->k->sites[j];
      if (s->touch.origin.space != TW_SPACE_PRIVATE && !renamed(g, s) &&
          !tw_origins_apart(w->touch.origin, s->touch.origin))
        order(g, w, s);
    }
  }
}

static bool read_tile(finding *g) {
  g->t->ahead_of_kernel = !g->k->unknown;
  bool fine =
      read_shape(g) && find_barriers(g) && check_acts(g) && check_signals(g) && find_varying(g) && find_channels(g);
  if (fine)
    find_order(g);
  return fine || g->t->reason != TW_REASON_INTERNAL;
}

static bool has_barrier(const tw_kernel *k, tw_loop *l) {
  for (int32_t i = 0; i < k->flow->ninsts; i++)
    if (k->acts[i] == TW_ACT_BARRIER && tw_in_loop(l, k->flow->insts[i]))
      return true;
  return false;
}

static bool innermost_with_barrier(const tw_kernel *k, tw_loop **loops, size_t n, size_t i) {
  if (!has_barrier(k, loops[i]))
    return false;
  for (size_t j = 0; j < n; j++)
    if (tw_parent_loop(loops[j]) == loops[i] && has_barrier(k, loops[j]))
      return false;
  return true;
}

bool tw_tiles_of(tw_kernel *k, tw_tile **out, int32_t *count) {
  tw_loop *loops[MAX_LOOPS];
  size_t n = tw_all_loops(k->flow->bridge, loops, MAX_LOOPS);
  n = n < MAX_LOOPS ? n : MAX_LOOPS;
  *count = 0;
  *out = tweed_arena_array(k->arena, n + 1, sizeof **out);
  if (!*out)
    return false;
  for (size_t i = 0; i < n; i++) {
    if (!innermost_with_barrier(k, loops, n, i))
      continue;
    tw_tile *t = &(*out)[(*count)++];
    t->loop = loops[i];
    finding g = {.k = k, .f = k->flow, .t = t};
    if (!read_tile(&g))
      return false;
  }
  return true;
}
