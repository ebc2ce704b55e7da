/* groups.c: cuts an iteration of a tile loop into groups. */
#include "llvm/nvptx/groups.h"
#include "llvm/nvptx/fill.h"
#include <stdio.h>
#include <string.h>

enum { MAX_LOOPS = 256, MOST_BOUND = 64 };
static const int64_t max_trips = 1 << 20;

/* Instructions whose value an instruction may stand for: costs of the machine are 0 for it (extractvalue, phi), so it
 * is of no group, and passes on what it is made of. */
typedef struct sources {
  int32_t n, *insts; /* instructions of groups, phis of the header */
} sources;

/* What a group does to memory; each pair of object and direction once. */
typedef struct reach {
  int32_t group;
  tw_origin origin;
  bool reads, writes;
} reach;

/* By instruction: needed, by what is not a copy; group, -1 = none; at: its place in the group, in cycles of one warp;
 * chain: the latest chain of latencies inside the group; ready: through the iteration; site: its first, -1. */
typedef struct cutting {
  tw_groups *g;
  tw_flow *f;
  tweed_arena *arena;
  tweed_error *error;
  bool *needed;
  int32_t *group, *class_of, *site;
  int64_t *at, *chain, *ready, *times;
  sources *from;
  tw_loop **inner; /* by block: the outermost loop inside the tile loop around it */
  bool *guessed;   /* by block */
  int32_t nreaches;
  reach *reaches;
  int32_t *uses, nuses; /* pairs: an instruction, or phi of the header, and who needs it */
  size_t cap_groups, cap_links, cap_reaches, cap_uses;
  int32_t floor; /* least phase behind the last barrier that stays */
} cutting;

static int64_t max64(int64_t a, int64_t b) {
  return a > b ? a : b;
}

static bool in_tile(const cutting *c, int32_t inst) {
  return inst >= 0 && c->g->tile->within[c->f->block_of[inst]];
}

static bool header_phi(const cutting *c, int32_t inst) {
  return c->f->block_of[inst] == c->g->tile->header && LLVMIsAPHINode(c->f->insts[inst]);
}

/* ---- loops inside ---- */

static int64_t trips_of(const cutting *c, tw_loop *l, bool *guess) {
  tw_trips t = tw_trip_count(c->f->bridge, l);
  uint64_t n = TW_GUESSED_TRIPS;
  if (t.constant)
    n = t.backedges + 1;
  else if (t.max_backedges < MOST_BOUND) /* often threads that share out so many elements */
    n = t.max_backedges + 1;
  else
    *guess = true;
  return n > (uint64_t)max_trips ? max_trips : (int64_t)n;
}

static void read_loops(cutting *c) {
  tw_loop *loops[MAX_LOOPS];
  size_t n = tw_all_loops(c->f->bridge, loops, MAX_LOOPS);
  for (int32_t b = 0; b < c->f->nblocks; b++)
    c->times[b] = 1;
  for (size_t i = 0; i < n && i < MAX_LOOPS; i++) {
    tw_loop *top = loops[i];
    while (top && tw_parent_loop(top) != c->g->tile->loop)
      top = tw_parent_loop(top);
    if (!top)
      continue;
    bool guess = false;
    int64_t trips = trips_of(c, loops[i], &guess);
    for (int32_t b = 0; b < c->f->nblocks; b++)
      if (tw_block_in_loop(loops[i], c->f->blocks[b])) {
        c->inner[b] = top;
        c->guessed[b] |= guess;
        c->times[b] = c->times[b] * trips > max_trips ? max_trips : c->times[b] * trips;
      }
  }
}

/* The innermost loop around a block. */
static tw_loop *loop_around(const cutting *c, int32_t block) {
  tw_loop *loops[MAX_LOOPS], *found = c->g->tile->loop;
  size_t n = c->inner[block] ? tw_all_loops(c->f->bridge, loops, MAX_LOOPS) : 0;
  for (size_t i = 0; i < n && i < MAX_LOOPS; i++)
    if (tw_block_in_loop(loops[i], c->f->blocks[block])) /* outer ones come before those inside */
      found = loops[i];
  return found;
}

/* ---- what is needed beside the copies ---- */

static bool used_behind(const cutting *c, int32_t inst) {
  for (LLVMUseRef u = LLVMGetFirstUse(c->f->insts[inst]); u; u = LLVMGetNextUse(u)) {
    int32_t user = tw_flow_inst(c->f, LLVMGetUser(u));
    if (user >= 0 && !in_tile(c, user))
      return true;
  }
  return false;
}

static bool has_effect(const cutting *c, int32_t inst) {
  tw_act act = (tw_act)c->g->kernel->acts[inst];
  if (act == TW_ACT_BARRIER || c->g->tile->copies[inst])
    return false;
  if (act != TW_ACT_ACCESS)
    return act == TW_ACT_OTHER || act == TW_ACT_ASYNC;
  const tw_touch *t = &c->g->kernel->sites[c->site[inst]].touch;
  return t->writes || t->ordered;
}

static bool find_needed(cutting *c) {
  for (int32_t i = 0; i < c->f->ninsts; i++)
    c->needed[i] = in_tile(c, i) && (has_effect(c, i) || used_behind(c, i));
  c->needed[tw_flow_end(c->f, c->g->tile->latch)] = true;
  return tw_flow_slice(c->f, c->g->tile->within, NULL, NULL, c->needed);
}

/* ---- groups ---- */

static tweed_status no_memory(const cutting *c) {
  return tweed_no_memory(c->error);
}

static bool is_unit(const cutting *c, int32_t class_index, const char *unit) {
  int32_t u = tweed_machine_unit(c->g->costs->machine, unit);
  return u >= 0 && tw_cost_work(c->g->costs, class_index)[u] > 0;
}

static bool of_floats(LLVMValueRef v) {
  LLVMTypeRef type = LLVMTypeOf(LLVMIsAFCmpInst(v) ? LLVMGetOperand(v, 0) : v);
  if (LLVMGetTypeKind(type) == LLVMVectorTypeKind)
    type = LLVMGetElementType(type);
  switch (LLVMGetTypeKind(type)) {
  case LLVMHalfTypeKind:
  case LLVMBFloatTypeKind:
  case LLVMFloatTypeKind:
  case LLVMDoubleTypeKind:
    return true;
  default:
    return LLVMIsAFPToSIInst(v) || LLVMIsAFPToUIInst(v);
  }
}

static tw_group_kind access_kind(const tw_touch *t) {
  bool shared = t->origin.space == TW_SPACE_SHARED;
  if (t->writes)
    return shared ? TW_GROUP_WRITE : TW_GROUP_STORE;
  return shared ? TW_GROUP_LOAD : TW_GROUP_FETCH;
}

static tw_group key_of(const cutting *c, int32_t inst) {
  LLVMValueRef v = c->f->insts[inst];
  tw_group key = {.segment = tw_tile_segment(c->g->kernel, c->g->tile, inst), .channel = -1, .first = inst};
  tw_act act = (tw_act)c->g->kernel->acts[inst];
  key.loop = c->inner[c->f->block_of[inst]];
  if (key.loop) {
    key.kind = TW_GROUP_LOOP;
  } else if (act == TW_ACT_BARRIER) {
    key.kind = TW_GROUP_BARRIER;
  } else if (act == TW_ACT_ACCESS) {
    const tw_touch *t = &c->g->kernel->sites[c->site[inst]].touch;
    key.kind = access_kind(t);
    key.object = t->origin.object;
  } else if (is_unit(c, c->class_of[inst], "TC")) {
    key.kind = TW_GROUP_TENSOR;
  } else if (act == TW_ACT_WARP) {
    key.kind = TW_GROUP_EXCHANGE;
  } else if (is_unit(c, c->class_of[inst], "MUFU")) {
    key.kind = TW_GROUP_SPECIAL;
  } else {
    key.kind = of_floats(v) ? TW_GROUP_FLOAT : TW_GROUP_INTEGER;
  }
  return key;
}

static bool same_key(const tw_group *a, const tw_group *b) {
  return a->kind == b->kind && a->segment == b->segment && a->channel == b->channel && a->object == b->object &&
         a->loop == b->loop;
}

static int32_t new_group(cutting *c, const tw_group *key) {
  tw_groups *g = c->g;
  if (!tweed_arena_grow(c->arena, (void **)&g->groups, &c->cap_groups, (size_t)g->ngroups + 1, sizeof(tw_group)))
    return -1;
  g->groups[g->ngroups] = *key;
  g->groups[g->ngroups].work = tweed_arena_array(c->arena, (size_t)g->costs->nunits + 1, sizeof(int64_t));
  return g->groups[g->ngroups].work ? g->ngroups++ : -1;
}

static int32_t group_for(cutting *c, const tw_group *key) {
  for (int32_t k = c->g->ngroups - 1; k >= 0; k--)
    if (same_key(&c->g->groups[k], key) && (key->kind == TW_GROUP_LOOP || c->g->groups[k].phase == key->phase))
      return k;
  return new_group(c, key);
}

/* Counts an instruction of a class that runs so many times. */
static void charge(cutting *c, int32_t group, int32_t class_index, int64_t times) {
  tw_group *to = &c->g->groups[group];
  const int64_t *work = tw_cost_work(c->g->costs, class_index);
  for (int32_t u = 0; u < c->g->costs->nunits; u++)
    to->work[u] += work[u] * times;
  to->alone += c->g->costs->alone[class_index] * times;
  to->count += (int32_t)times;
}

/* ---- sources ---- */

static bool add_source(cutting *c, sources *s, int32_t inst, size_t *room) {
  for (int32_t k = 0; k < s->n; k++)
    if (s->insts[k] == inst)
      return true;
  if (!tweed_arena_grow(c->arena, (void **)&s->insts, room, (size_t)s->n + 1, sizeof(int32_t)))
    return false;
  s->insts[s->n++] = inst;
  return true;
}

static bool add_sources(cutting *c, sources *s, int32_t inst, size_t *room) {
  if (!in_tile(c, inst))
    return true;
  if (c->group[inst] >= 0 || header_phi(c, inst))
    return add_source(c, s, inst, room);
  for (int32_t k = 0; k < c->from[inst].n; k++)
    if (!add_source(c, s, c->from[inst].insts[k], room))
      return false;
  return true;
}

/* Operands, and the conditions under which the instruction runs. */
static bool find_sources(cutting *c, int32_t inst, sources *s) {
  LLVMValueRef v = c->f->insts[inst];
  size_t room = 0;
  int32_t block = c->f->block_of[inst];
  *s = (sources){0};
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    if (!add_sources(c, s, tw_flow_inst(c->f, LLVMGetOperand(v, (unsigned)k)), &room))
      return false;
  for (int32_t k = 0; k < c->f->ncontrollers[block]; k++) {
    int32_t by = c->f->controllers[block][k];
    if (by != c->g->tile->latch && c->g->tile->within[by] && !add_sources(c, s, tw_flow_end(c->f, by), &room))
      return false;
  }
  return true;
}

/* ---- links ---- */

static bool add_link(cutting *c, tw_link l) {
  tw_groups *g = c->g;
  if (l.latency < 0)
    l.latency = 0;
  for (int32_t k = 0; k < g->nlinks; k++) {
    tw_link *old = &g->links[k];
    if (old->from == l.from && old->to == l.to && old->distance == l.distance && old->kind == l.kind) {
      old->latency = max64(old->latency, l.latency);
      return true;
    }
  }
  if (!tweed_arena_grow(c->arena, (void **)&g->links, &c->cap_links, (size_t)g->nlinks + 1, sizeof(tw_link)))
    return false;
  g->links[g->nlinks++] = l;
  return true;
}

static bool note_use(cutting *c, int32_t source, int32_t user) {
  if (!tweed_arena_grow(c->arena, (void **)&c->uses, &c->cap_uses, (size_t)c->nuses + 2, sizeof(int32_t)))
    return false;
  c->uses[c->nuses++] = source;
  c->uses[c->nuses++] = user;
  return true;
}

/* ---- memory ---- */

static bool renamed(const cutting *c, LLVMValueRef object, int32_t *channel) {
  uint64_t offset;
  return object && tw_tile_object(c->g->tile, object, channel, &offset);
}

static bool conflict(const reach *a, const tw_touch *b) {
  return (a->writes || b->writes) && !tw_origins_apart(a->origin, b->origin);
}

static tweed_dep_kind order_kind(bool first_writes, bool second_writes) {
  return !first_writes ? TWEED_DEP_ANTI : second_writes ? TWEED_DEP_OUTPUT : TWEED_DEP_MEMORY;
}

/* Least phase that keeps the instruction behind what it must not overtake in memory. */
static int32_t memory_phase(const cutting *c, const tw_group *key, const tw_touch *t) {
  int32_t phase = 0;
  for (int32_t k = 0; k < c->nreaches; k++) {
    const tw_group *other = &c->g->groups[c->reaches[k].group];
    int32_t least = other->phase + (same_key(other, key) ? 0 : 1);
    if (conflict(&c->reaches[k], t) && least > phase)
      phase = least;
  }
  return phase;
}

static bool note_reach(cutting *c, int32_t group, const tw_touch *t) {
  for (int32_t k = 0; k < c->nreaches; k++) {
    reach *r = &c->reaches[k];
    if (r->group == group && r->origin.object == t->origin.object && r->origin.space == t->origin.space) {
      r->reads |= t->reads;
      r->writes |= t->writes;
      return true;
    }
  }
  if (!tweed_arena_grow(c->arena, (void **)&c->reaches, &c->cap_reaches, (size_t)c->nreaches + 1, sizeof(reach)))
    return false;
  c->reaches[c->nreaches++] = (reach){group, t->origin, t->reads, t->writes};
  return true;
}

/* Until what one group does to memory may be seen by another. */
static int64_t order_latency(const cutting *c, int32_t from, tweed_dep_kind kind) {
  return kind == TWEED_DEP_MEMORY ? tw_group_cycles(c->g, from) : 0;
}

/* Both directions: later in the iteration, and in the next one. */
static bool link_memory(cutting *c) {
  for (int32_t a = 0; a < c->nreaches; a++)
    for (int32_t b = 0; b < c->nreaches; b++) {
      const reach *x = &c->reaches[a], *y = &c->reaches[b];
      tw_touch touch = {.reads = y->reads, .writes = y->writes, .origin = y->origin};
      if (!conflict(x, &touch))
        continue;
      tweed_dep_kind kind = order_kind(x->writes, y->writes);
      tw_link l = {.from = x->group, .to = y->group, .kind = kind};
      l.latency = order_latency(c, l.from, kind);
      l.distance = c->g->groups[l.from].phase < c->g->groups[l.to].phase ? 0 : 1;
      if (!add_link(c, l))
        return false;
    }
  return true;
}

/* ---- copies ---- */

/* Chains of latencies in what a copy needs. */
static int64_t copy_ready(const cutting *c, const tw_fill_plan *p, int32_t inst) {
  int64_t ready = 0;
  LLVMValueRef v = c->f->insts[inst];
  for (int k = 0; k < LLVMGetNumOperands(v); k++) {
    int32_t n = tw_flow_inst(c->f, LLVMGetOperand(v, (unsigned)k));
    if (n >= 0 && n < inst && p->live[n])
      ready = max64(ready, c->ready[n]);
  }
  return ready;
}

static tweed_status class_for(cutting *c, int32_t inst, bool folds, int32_t *out) {
  char text[96];
  tw_cost_place place = {c->g->kernel, loop_around(c, c->f->block_of[inst]), folds};
  *out = tw_cost_class(c->g->costs, &place, inst, text);
  if (*out >= 0)
    return TWEED_OK;
  return tweed_fail(c->error, TWEED_BAD_INPUT, "machine '%s' has no class for '%s'",
                    tweed_machine_name(c->g->costs->machine), text);
}

static tweed_status add_copy(cutting *c, int32_t channel, bool async, bool apart) {
  const tw_channel *ch = &c->g->tile->channels[channel];
  tw_group key = {.kind = TW_GROUP_COPY, .segment = ch->filled, .channel = channel, .first = ch->stores[0]};
  tw_fill_plan p;
  int32_t group = new_group(c, &key);
  if (group < 0 || !tw_fill_plan_make(c->g->kernel, c->g->tile, ch, async, &p))
    return no_memory(c);
  c->g->groups[group].async = p.nplain == 0;
  for (int32_t i = 0; i < c->f->ninsts; i++) {
    int32_t class_index, block = c->f->block_of[i];
    if (!p.live[i])
      continue;
    if (p.bytes[i])
      class_index = tw_cost_copy_class(c->g->costs, c->g->kernel, p.load[i], p.bytes[i]);
    else if (class_for(c, i, !apart, &class_index) != TWEED_OK)
      return TWEED_BAD_INPUT;
    if (class_index < 0)
      return tweed_fail(c->error, TWEED_BAD_INPUT, "machine '%s' has no class for cp.async",
                        tweed_machine_name(c->g->costs->machine));
    charge(c, group, class_index, c->times[block]);
    c->g->groups[group].guessed |= c->guessed[block];
    c->ready[i] = copy_ready(c, &p, i) + c->g->costs->latency[class_index];
    c->g->groups[group].path = max64(c->g->groups[group].path, c->ready[i]);
  }
  for (int32_t i = 0; i < c->f->ninsts; i++)
    c->ready[i] = 0;
  return TWEED_OK;
}

/* ---- computation ---- */

static int32_t phase_of(const cutting *c, const tw_group *key, const sources *s) {
  int32_t phase = c->floor;
  for (int32_t k = 0; k < s->n; k++) {
    int32_t from = c->group[s->insts[k]];
    if (from < 0)
      continue;
    int32_t least = c->g->groups[from].phase + (same_key(&c->g->groups[from], key) ? 0 : 1);
    phase = least > phase ? least : phase;
  }
  return phase;
}

/* A loop inside begins when all that it needs is there. */
static bool loop_phase(cutting *c, tw_group *key) {
  for (int32_t i = key->first; i < c->f->ninsts; i++) {
    sources s;
    if (c->inner[c->f->block_of[i]] != key->loop || !c->needed[i])
      continue;
    if (!find_sources(c, i, &s))
      return false;
    int32_t phase = phase_of(c, key, &s);
    if (c->site[i] >= 0) {
      int32_t least = memory_phase(c, key, &c->g->kernel->sites[c->site[i]].touch);
      phase = least > phase ? least : phase;
    }
    key->phase = phase > key->phase ? phase : key->phase;
  }
  return true;
}

/* Where an instruction stands in its group, and when it is ready. Copies are there. */
static void place(cutting *c, int32_t inst, const sources *s) {
  tw_group *to = &c->g->groups[c->group[inst]];
  int64_t latency = c->g->costs->latency[c->class_of[inst]], ready = 0;
  c->at[inst] = to->kind == TW_GROUP_LOOP ? 0 : to->alone;
  for (int32_t k = 0; k < s->n; k++) {
    int32_t from = s->insts[k];
    if (c->group[from] == c->group[inst])
      c->chain[inst] = max64(c->chain[inst], c->chain[from] + c->g->costs->latency[c->class_of[from]]);
    if (!header_phi(c, from))
      ready = max64(ready, c->ready[from]);
  }
  c->ready[inst] = ready + latency;
  to->path = max64(to->path, c->chain[inst] + latency);
  c->g->path = max64(c->g->path, c->ready[inst]);
}

static tweed_status add_instruction(cutting *c, int32_t inst, const sources *s) {
  tw_group key = key_of(c, inst);
  key.phase = phase_of(c, &key, s);
  if (key.kind == TW_GROUP_LOOP && !loop_phase(c, &key))
    return no_memory(c);
  if (c->site[inst] >= 0) {
    int32_t least = memory_phase(c, &key, &c->g->kernel->sites[c->site[inst]].touch);
    key.phase = least > key.phase ? least : key.phase;
  }
  int32_t group = group_for(c, &key);
  if (group < 0)
    return no_memory(c);
  c->group[inst] = group;
  place(c, inst, s);
  charge(c, group, c->class_of[inst], c->times[c->f->block_of[inst]]);
  c->g->groups[group].guessed |= c->guessed[c->f->block_of[inst]];
  for (int32_t k = 0; k < s->n; k++)
    if (!note_use(c, s->insts[k], inst))
      return no_memory(c);
  if (c->site[inst] >= 0) {
    const tw_touch *t = &c->g->kernel->sites[c->site[inst]].touch;
    int32_t channel;
    if (!renamed(c, t->origin.object, &channel) && t->origin.space != TW_SPACE_PRIVATE && !note_reach(c, group, t))
      return no_memory(c);
  }
  return TWEED_OK;
}

static tweed_status add_barrier(cutting *c, int32_t inst) {
  tw_group key = key_of(c, inst);
  key.phase = c->floor;
  for (int32_t k = 0; k < c->g->ngroups; k++)
    if (c->g->groups[k].kind != TW_GROUP_COPY && c->g->groups[k].phase >= key.phase)
      key.phase = c->g->groups[k].phase + 1;
  tweed_status s = class_for(c, inst, false, &c->class_of[inst]);
  int32_t group = s == TWEED_OK ? new_group(c, &key) : -1;
  if (group < 0)
    return s == TWEED_OK ? no_memory(c) : s;
  c->group[inst] = group;
  charge(c, group, c->class_of[inst], 1);
  c->g->groups[group].path = c->g->costs->latency[c->class_of[inst]];
  c->floor = key.phase + 1;
  return TWEED_OK;
}

static tweed_status read_instruction(cutting *c, int32_t inst) {
  if (c->g->kernel->acts[inst] == TW_ACT_BARRIER)
    return c->g->tile->keeps_barriers ? add_barrier(c, inst) : TWEED_OK;
  if (!c->needed[inst] || c->g->tile->copies[inst] || header_phi(c, inst))
    return TWEED_OK;
  sources s;
  tweed_status status = class_for(c, inst, true, &c->class_of[inst]);
  if (status != TWEED_OK)
    return status;
  if (!find_sources(c, inst, &s))
    return no_memory(c);
  bool plain = LLVMIsATerminatorInst(c->f->insts[inst]) || tw_cost_free(c->g->costs, c->class_of[inst]);
  if (!plain)
    return add_instruction(c, inst, &s);
  c->from[inst] = s;
  for (int32_t k = 0; k < s.n; k++)
    if (!header_phi(c, s.insts[k]))
      c->ready[inst] = max64(c->ready[inst], c->ready[s.insts[k]]);
  return TWEED_OK;
}

/* ---- dependences between groups ---- */

/* Cycles from the group's start to the instruction's, of the last warp: warps take turns. */
static int64_t position(const cutting *c, int32_t inst) {
  int32_t group = c->group[inst];
  const tw_group *g = &c->g->groups[group];
  int64_t cycles = tw_group_cycles(c->g, group);
  int64_t turn = g->alone > 0 ? c->at[inst] * cycles / g->alone : 0;
  return max64(turn, c->chain[inst]);
}

static bool link_use(cutting *c, int32_t from, int32_t to, int32_t distance) {
  int32_t a = c->group[from], b = c->group[to];
  if (a == b && distance == 0)
    return true;
  int64_t done = c->g->groups[a].kind == TW_GROUP_LOOP ? tw_group_cycles(c->g, a) : position(c, from);
  int64_t begun = c->g->groups[b].kind == TW_GROUP_LOOP ? 0 : position(c, to);
  int64_t latency = done + c->g->costs->latency[c->class_of[from]] - begun;
  return add_link(c, (tw_link){a, b, distance, TWEED_DEP_FLOW, false, latency});
}

/* A phi of the header is what the latch hands over from the iteration before. */
static bool link_carried(cutting *c, int32_t phi, int32_t to, int32_t distance) {
  LLVMValueRef v = c->f->insts[phi];
  int32_t next = -1;
  for (unsigned k = 0; k < LLVMCountIncoming(v); k++)
    if (tw_flow_block(c->f, LLVMGetIncomingBlock(v, k)) == c->g->tile->latch)
      next = tw_flow_inst(c->f, LLVMGetIncomingValue(v, k));
  sources s = {0};
  size_t room = 0;
  if (distance > 8 || next < 0)
    return true; /* phis that pass each other around: an invariant, or so old that it binds nothing */
  if (!add_sources(c, &s, next, &room))
    return false;
  for (int32_t k = 0; k < s.n; k++) {
    int32_t from = s.insts[k];
    bool fine = header_phi(c, from) ? link_carried(c, from, to, distance + 1) : link_use(c, from, to, distance);
    if (!fine)
      return false;
  }
  return true;
}

static bool link_values(cutting *c) {
  for (int32_t k = 0; k < c->nuses; k += 2) {
    int32_t from = c->uses[k], to = c->uses[k + 1];
    if (header_phi(c, from) ? !link_carried(c, from, to, 1) : !link_use(c, from, to, 0))
      return false;
  }
  return true;
}

/* A copy is done when its last byte is there. */
static bool link_copies(cutting *c) {
  for (int32_t i = 0; i < c->g->kernel->nsites; i++) {
    const tw_site *s = &c->g->kernel->sites[i];
    int32_t channel;
    if (!in_tile(c, s->inst) || c->group[s->inst] < 0 || !s->touch.reads ||
        !renamed(c, s->touch.origin.object, &channel))
      continue;
    for (int32_t k = 0; k < c->g->ngroups; k++) {
      const tw_group *copy = &c->g->groups[k];
      int64_t latency = tw_group_cycles(c->g, k) + copy->path;
      if (copy->kind == TW_GROUP_COPY && copy->channel == channel &&
          !add_link(c, (tw_link){k, c->group[s->inst], 0, TWEED_DEP_FLOW, true, latency}))
        return false;
    }
  }
  return true;
}

/* Another barrier that stays is between the two phases. */
static bool barrier_within(const cutting *c, int32_t from, int32_t to) {
  for (int32_t k = 0; k < c->g->ngroups; k++) {
    const tw_group *g = &c->g->groups[k];
    if (g->kind == TW_GROUP_BARRIER && from < g->phase && g->phase < to)
      return true;
  }
  return false;
}

/* What is in front of a barrier is done before it, and what is behind it begins after it. */
static bool link_barriers(cutting *c) {
  for (int32_t a = 0; a < c->g->ngroups; a++)
    for (int32_t b = 0; b < c->g->ngroups; b++) {
      const tw_group *x = &c->g->groups[a], *y = &c->g->groups[b];
      bool barrier = x->kind == TW_GROUP_BARRIER || y->kind == TW_GROUP_BARRIER;
      bool copy = x->kind == TW_GROUP_COPY || y->kind == TW_GROUP_COPY;
      if (!barrier || copy || x->phase >= y->phase || barrier_within(c, x->phase, y->phase))
        continue;
      int64_t latency = x->kind == TW_GROUP_BARRIER ? x->path : tw_group_cycles(c->g, a);
      if (!add_link(c, (tw_link){a, b, 0, TWEED_DEP_CONTROL, false, latency}))
        return false;
    }
  return true;
}

/* ---- registers ---- */

static int32_t registers_of(const cutting *c, int32_t inst) {
  LLVMTypeRef type = LLVMTypeOf(c->f->insts[inst]);
  LLVMTypeKind kind = LLVMGetTypeKind(type);
  if (kind == LLVMVoidTypeKind || (kind == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(type) == 1))
    return 0;
  return (int32_t)((tw_store_size(c->f->bridge, type) + 3) / 4);
}

/* Values that leave their group, each once. */
static void count_registers(cutting *c) {
  for (int32_t k = 0; k < c->nuses; k += 2) {
    int32_t from = c->uses[k], to = c->uses[k + 1];
    if (header_phi(c, from) || c->group[from] == c->group[to] || c->at[from] < 0)
      continue;
    c->g->groups[c->group[from]].registers += registers_of(c, from);
    c->at[from] = -1;
  }
}

/* Stores of channels, and the loads that only they need, are of the copy. */
static void name_groups(cutting *c) {
  c->g->of = c->group;
  for (int32_t i = 0; i < c->f->ninsts; i++)
    for (int32_t k = 0; k < c->g->tile->nchannels && c->group[i] < 0; k++)
      if (c->g->tile->channels[k].slice[i] && c->g->kernel->acts[i] == TW_ACT_ACCESS)
        c->group[i] = k; /* copies are the first groups */
}

/* ---- all together ---- */

static bool prepare(cutting *c) {
  size_t n = (size_t)c->f->ninsts, blocks = (size_t)c->f->nblocks;
  c->needed = tweed_arena_array(c->arena, n, sizeof *c->needed);
  c->group = tweed_arena_array(c->arena, n, sizeof *c->group);
  c->class_of = tweed_arena_array(c->arena, n, sizeof *c->class_of);
  c->site = tweed_arena_array(c->arena, n, sizeof *c->site);
  c->at = tweed_arena_array(c->arena, n, sizeof *c->at);
  c->chain = tweed_arena_array(c->arena, n, sizeof *c->chain);
  c->ready = tweed_arena_array(c->arena, n, sizeof *c->ready);
  c->from = tweed_arena_array(c->arena, n, sizeof *c->from);
  c->times = tweed_arena_array(c->arena, blocks, sizeof *c->times);
  c->inner = tweed_arena_array(c->arena, blocks, sizeof *c->inner);
  c->guessed = tweed_arena_array(c->arena, blocks, sizeof *c->guessed);
  if (!c->needed || !c->group || !c->class_of || !c->site || !c->at || !c->chain || !c->ready || !c->from ||
      !c->times || !c->inner || !c->guessed)
    return false;
  for (int32_t i = 0; i < c->f->ninsts; i++)
    c->group[i] = c->site[i] = -1;
  for (int32_t i = c->g->kernel->nsites - 1; i >= 0; i--)
    c->site[c->g->kernel->sites[i].inst] = i;
  read_loops(c);
  return find_needed(c);
}

tweed_status tw_groups_of(tw_kernel *k, tw_tile *t, const tw_costs *costs, bool async, bool apart, tw_groups **out,
                          tweed_error *error) {
  tw_groups *g = tweed_arena_alloc(k->arena, sizeof *g);
  if (!g)
    return tweed_no_memory(error);
  *g = (tw_groups){.kernel = k, .tile = t, .costs = costs, .threads = k->threads > 0 ? k->threads : TW_UNKNOWN_THREADS};
  g->warps = (g->threads + 31) / 32;
  cutting c = {.g = g, .f = k->flow, .arena = k->arena, .error = error};
  if (!prepare(&c))
    return no_memory(&c);
  for (int32_t n = 0; n < t->nchannels; n++) {
    tweed_status s = add_copy(&c, n, async, apart);
    if (s != TWEED_OK)
      return s;
  }
  for (int32_t i = 0; i < c.f->ninsts; i++) {
    tweed_status s = in_tile(&c, i) ? read_instruction(&c, i) : TWEED_OK;
    if (s != TWEED_OK)
      return s;
  }
  if (!link_copies(&c) || !link_values(&c) || !link_memory(&c) || (t->keeps_barriers && !link_barriers(&c)))
    return no_memory(&c);
  count_registers(&c);
  name_groups(&c);
  *out = g;
  return TWEED_OK;
}

/* ---- questions ---- */

int64_t tw_group_cycles(const tw_groups *g, int32_t group) {
  int64_t most = 0;
  for (int32_t u = 0; u < g->costs->nunits; u++)
    most = max64(most, tw_cost_cycles(g->costs, u, g->groups[group].work[u], g->warps));
  return most;
}

int64_t tw_group_issue(const tw_groups *g, int32_t group) {
  int32_t u = g->costs->issue;
  return u < 0 ? 1 : max64(1, tw_cost_cycles(g->costs, u, g->groups[group].work[u], g->warps));
}

/* The place in a mangled name where its last part begins: 17 in "_ZZ12sgemm_kernelE2as". 0: there is none. */
static size_t last_part(const char *name, size_t length) {
  for (size_t at = length; at > 0; at--)
    for (size_t digits = 1; digits <= 3 && at >= digits + 1; digits++) {
      char number[24];
      snprintf(number, sizeof number, "%zu", length - at);
      if (strlen(number) == digits && name[at - digits - 1] == 'E' && strncmp(name + at - digits, number, digits) == 0)
        return at;
    }
  return 0;
}

/* What the programmer called it. */
static void object_name(LLVMValueRef object, char *out, size_t size) {
  size_t length = 0;
  const char *name = LLVMGetValueName2(object, &length);
  size_t from = last_part(name, length);
  if (length > 0) {
    snprintf(out, size, "%.*s", (int)(length - from), name + from);
    return;
  }
  unsigned number = 0;
  if (LLVMIsAArgument(object))
    while (LLVMGetParam(LLVMGetParamParent(object), number) != object)
      number++;
  snprintf(out, size, "arg%u", number);
}

static const char *const kind_names[] = {
    [TW_GROUP_COPY] = "copy",        [TW_GROUP_LOAD] = "load",       [TW_GROUP_FETCH] = "fetch",
    [TW_GROUP_TENSOR] = "tensor",    [TW_GROUP_FLOAT] = "float",     [TW_GROUP_SPECIAL] = "special",
    [TW_GROUP_EXCHANGE] = "shuffle", [TW_GROUP_INTEGER] = "integer", [TW_GROUP_WRITE] = "write",
    [TW_GROUP_STORE] = "store",      [TW_GROUP_LOOP] = "loop",       [TW_GROUP_BARRIER] = "barrier",
};

static void plain_name(const tw_groups *g, int32_t group, char *out, size_t size) {
  const tw_group *it = &g->groups[group];
  size_t used = (size_t)snprintf(out, size, "%s", kind_names[it->kind]);
  char object[40];
  int32_t n = it->kind == TW_GROUP_COPY ? g->tile->channels[it->channel].nobjects : it->object ? 1 : 0;
  for (int32_t k = 0; k < n && used < size; k++) {
    object_name(it->kind == TW_GROUP_COPY ? g->tile->channels[it->channel].objects[k] : it->object, object,
                sizeof object);
    used += (size_t)snprintf(out + used, size - used, ".%s", object);
  }
}

const char *tw_group_name(const tw_groups *g, int32_t group, char *buffer, size_t size) {
  char other[96], own[80];
  int32_t number = 1, same = 0;
  plain_name(g, group, own, sizeof own);
  for (int32_t k = 0; k < g->ngroups; k++) {
    plain_name(g, k, other, sizeof other);
    if (strncmp(own, other, sizeof own - 1) == 0) {
      number += k < group;
      same++;
    }
  }
  if (same > 1)
    snprintf(buffer, size, "%s.%d", own, (int)number);
  else
    snprintf(buffer, size, "%s", own);
  return buffer;
}
