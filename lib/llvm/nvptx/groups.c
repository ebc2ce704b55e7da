/* groups.c: cuts an iteration of a tile loop into groups. */
#include "llvm/nvptx/fill.h"
#include "llvm/nvptx/groups_parts.h"
#include <stdio.h>
#include <string.h>

enum { MAX_LOOPS = 256, MOST_BOUND = 64 };
static const int64_t max_trips = 1 << 20;

bool tw_cut_in_tile(const tw_cutting *c, int32_t inst) {
  return inst >= 0 && c->g->tile->within[c->f->block_of[inst]];
}

bool tw_cut_header_phi(const tw_cutting *c, int32_t inst) {
  return c->f->block_of[inst] == c->g->tile->header && LLVMIsAPHINode(c->f->insts[inst]);
}

/* ---- loops inside ---- */

static int64_t trips_of(const tw_cutting *c, tw_loop *l, bool *guess) {
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

static void read_loops(tw_cutting *c) {
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

/* ---- what is needed beside the copies ---- */

static bool used_behind(const tw_cutting *c, int32_t inst) {
  for (LLVMUseRef u = LLVMGetFirstUse(c->f->insts[inst]); u; u = LLVMGetNextUse(u)) {
    int32_t user = tw_flow_inst(c->f, LLVMGetUser(u));
    if (user >= 0 && !tw_cut_in_tile(c, user))
      return true;
  }
  return false;
}

static bool has_effect(const tw_cutting *c, int32_t inst) {
  tw_act act = (tw_act)c->g->kernel->acts[inst];
  if (act == TW_ACT_BARRIER || c->g->tile->copies[inst])
    return false;
  if (act != TW_ACT_ACCESS)
    return act == TW_ACT_OTHER || act == TW_ACT_ASYNC;
  const tw_touch *t = &c->g->kernel->sites[c->site[inst]].touch;
  return t->writes || t->ordered;
}

static bool find_needed(tw_cutting *c) {
  for (int32_t i = 0; i < c->f->ninsts; i++)
    c->needed[i] = tw_cut_in_tile(c, i) && (has_effect(c, i) || used_behind(c, i));
  c->needed[tw_flow_end(c->f, c->g->tile->latch)] = true;
  return tw_flow_slice(c->f, c->g->tile->within, NULL, NULL, c->needed);
}

/* ---- groups ---- */

static tweed_status no_memory(const tw_cutting *c) {
  return tweed_no_memory(c->error);
}

static bool is_unit(const tw_cutting *c, int32_t class_index, const char *unit) {
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

static tw_group key_of(const tw_cutting *c, int32_t inst) {
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

static int32_t new_group(tw_cutting *c, const tw_group *key) {
  tw_groups *g = c->g;
  if (!tweed_arena_grow(c->arena, (void **)&g->groups, &c->cap_groups, (size_t)g->ngroups + 1, sizeof(tw_group)))
    return -1;
  g->groups[g->ngroups] = *key;
  g->groups[g->ngroups].work = tweed_arena_array(c->arena, (size_t)g->costs->nunits + 1, sizeof(int64_t));
  return g->groups[g->ngroups].work ? g->ngroups++ : -1;
}

static int32_t group_for(tw_cutting *c, const tw_group *key) {
  for (int32_t k = c->g->ngroups - 1; k >= 0; k--)
    if (same_key(&c->g->groups[k], key) && (key->kind == TW_GROUP_LOOP || c->g->groups[k].phase == key->phase))
      return k;
  return new_group(c, key);
}

/* Counts an instruction of a class that runs so many times. */
static void charge(tw_cutting *c, int32_t group, int32_t class_index, int64_t times) {
  tw_group *to = &c->g->groups[group];
  const int64_t *work = tw_cost_work(c->g->costs, class_index);
  for (int32_t u = 0; u < c->g->costs->nunits; u++)
    to->work[u] += work[u] * times;
  to->alone += c->g->costs->alone[class_index] * times;
  to->count += (int32_t)times;
}

/* ---- sources ---- */

static bool add_source(tw_cutting *c, tw_sources *s, int32_t inst, size_t *room) {
  for (int32_t k = 0; k < s->n; k++)
    if (s->insts[k] == inst)
      return true;
  if (!tweed_arena_grow(c->arena, (void **)&s->insts, room, (size_t)s->n + 1, sizeof(int32_t)))
    return false;
  s->insts[s->n++] = inst;
  return true;
}

bool tw_cut_add_sources(tw_cutting *c, tw_sources *s, int32_t inst, size_t *room) {
  if (!tw_cut_in_tile(c, inst))
    return true;
  if (c->group[inst] >= 0 || tw_cut_header_phi(c, inst))
    return add_source(c, s, inst, room);
  for (int32_t k = 0; k < c->from[inst].n; k++)
    if (!add_source(c, s, c->from[inst].insts[k], room))
      return false;
  return true;
}

/* Operands, and the conditions under which the instruction runs. */
static bool find_sources(tw_cutting *c, int32_t inst, tw_sources *s) {
  LLVMValueRef v = c->f->insts[inst];
  size_t room = 0;
  int32_t block = c->f->block_of[inst];
  *s = (tw_sources){0};
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    if (!tw_cut_add_sources(c, s, tw_flow_inst(c->f, LLVMGetOperand(v, (unsigned)k)), &room))
      return false;
  for (int32_t k = 0; k < c->f->ncontrollers[block]; k++) {
    int32_t by = c->f->controllers[block][k];
    if (by != c->g->tile->latch && c->g->tile->within[by] && !tw_cut_add_sources(c, s, tw_flow_end(c->f, by), &room))
      return false;
  }
  return true;
}

/* ---- uses ---- */

static bool note_use(tw_cutting *c, int32_t source, int32_t user) {
  if (!tweed_arena_grow(c->arena, (void **)&c->uses, &c->cap_uses, (size_t)c->nuses + 2, sizeof(int32_t)))
    return false;
  c->uses[c->nuses++] = source;
  c->uses[c->nuses++] = user;
  return true;
}

/* ---- memory ---- */

bool tw_cut_renamed(const tw_cutting *c, LLVMValueRef object, int32_t *channel) {
  uint64_t offset;
  return object && tw_tile_object(c->g->tile, object, channel, &offset);
}

bool tw_cut_conflict(const tw_reach *a, const tw_touch *b) {
  return (a->writes || b->writes) && !tw_origins_apart(a->origin, b->origin);
}

/* Least phase that keeps the instruction behind what it must not overtake in memory. */
static int32_t memory_phase(const tw_cutting *c, const tw_group *key, const tw_touch *t) {
  int32_t phase = 0;
  for (int32_t k = 0; k < c->nreaches; k++) {
    const tw_group *other = &c->g->groups[c->reaches[k].group];
    int32_t least = other->phase + (same_key(other, key) ? 0 : 1);
    if (tw_cut_conflict(&c->reaches[k], t) && least > phase)
      phase = least;
  }
  return phase;
}

static bool note_reach(tw_cutting *c, int32_t group, const tw_touch *t) {
  for (int32_t k = 0; k < c->nreaches; k++) {
    tw_reach *r = &c->reaches[k];
    if (r->group == group && r->origin.object == t->origin.object && r->origin.space == t->origin.space) {
      r->reads |= t->reads;
      r->writes |= t->writes;
      return true;
    }
  }
  if (!tweed_arena_grow(c->arena, (void **)&c->reaches, &c->cap_reaches, (size_t)c->nreaches + 1, sizeof(tw_reach)))
    return false;
  c->reaches[c->nreaches++] = (tw_reach){group, t->origin, t->reads, t->writes};
  return true;
}

/* ---- copies ---- */

/* Chains of latencies in what a copy needs. */
static int64_t copy_ready(const tw_cutting *c, const tw_fill_plan *p, int32_t inst) {
  int64_t ready = 0;
  LLVMValueRef v = c->f->insts[inst];
  for (int k = 0; k < LLVMGetNumOperands(v); k++) {
    int32_t n = tw_flow_inst(c->f, LLVMGetOperand(v, (unsigned)k));
    if (n >= 0 && n < inst && p->live[n])
      ready = tw_max64(ready, c->ready[n]);
  }
  return ready;
}

static tweed_status class_for(tw_cutting *c, int32_t inst, bool folds, int32_t *out) {
  char text[96];
  tw_cost_place place = {c->g->kernel, tw_loop_of(c->f->bridge, c->f->blocks[c->f->block_of[inst]]), folds};
  *out = tw_cost_class(c->g->costs, &place, inst, text);
  if (*out >= 0)
    return TWEED_OK;
  return tweed_fail(c->error, TWEED_BAD_INPUT, "machine '%s' has no class for '%s'",
                    tweed_machine_name(c->g->costs->machine), text);
}

static tweed_status add_copy(tw_cutting *c, int32_t channel, bool async, bool apart) {
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
    c->g->groups[group].path = tw_max64(c->g->groups[group].path, c->ready[i]);
  }
  for (int32_t i = 0; i < c->f->ninsts; i++)
    c->ready[i] = 0;
  return TWEED_OK;
}

/* ---- computation ---- */

static int32_t phase_of(const tw_cutting *c, const tw_group *key, const tw_sources *s) {
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
static bool loop_phase(tw_cutting *c, tw_group *key) {
  for (int32_t i = key->first; i < c->f->ninsts; i++) {
    tw_sources s;
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
static void place(tw_cutting *c, int32_t inst, const tw_sources *s) {
  tw_group *to = &c->g->groups[c->group[inst]];
  int64_t latency = c->g->costs->latency[c->class_of[inst]], ready = 0;
  c->at[inst] = to->kind == TW_GROUP_LOOP ? 0 : to->alone;
  for (int32_t k = 0; k < s->n; k++) {
    int32_t from = s->insts[k];
    if (c->group[from] == c->group[inst])
      c->chain[inst] = tw_max64(c->chain[inst], c->chain[from] + c->g->costs->latency[c->class_of[from]]);
    if (!tw_cut_header_phi(c, from))
      ready = tw_max64(ready, c->ready[from]);
  }
  c->ready[inst] = ready + latency;
  to->path = tw_max64(to->path, c->chain[inst] + latency);
  c->g->path = tw_max64(c->g->path, c->ready[inst]);
}

static tweed_status add_instruction(tw_cutting *c, int32_t inst, const tw_sources *s) {
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
    if (!tw_cut_renamed(c, t->origin.object, &channel) && t->origin.space != TW_SPACE_PRIVATE &&
        !note_reach(c, group, t))
      return no_memory(c);
  }
  return TWEED_OK;
}

static tweed_status add_barrier(tw_cutting *c, int32_t inst) {
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

static tweed_status read_instruction(tw_cutting *c, int32_t inst) {
  if (c->g->kernel->acts[inst] == TW_ACT_BARRIER)
    return c->g->tile->keeps_barriers ? add_barrier(c, inst) : TWEED_OK;
  if (!c->needed[inst] || c->g->tile->copies[inst] || tw_cut_header_phi(c, inst))
    return TWEED_OK;
  tw_sources s;
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
    if (!tw_cut_header_phi(c, s.insts[k]))
      c->ready[inst] = tw_max64(c->ready[inst], c->ready[s.insts[k]]);
  return TWEED_OK;
}

/* Stores of channels, and the loads that only they need, are of the copy. */
static void name_groups(tw_cutting *c) {
  c->g->of = c->group;
  for (int32_t i = 0; i < c->f->ninsts; i++)
    for (int32_t k = 0; k < c->g->tile->nchannels && c->group[i] < 0; k++)
      if (c->g->tile->channels[k].slice[i] && c->g->kernel->acts[i] == TW_ACT_ACCESS)
        c->group[i] = k; /* copies are the first groups */
}

/* ---- all together ---- */

static bool prepare(tw_cutting *c) {
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
  *g = (tw_groups){
      .kernel = k, .tile = t, .costs = costs, .threads = k->block.threads > 0 ? k->block.threads : TW_UNKNOWN_THREADS};
  g->warps = (g->threads + 31) / 32;
  tw_cutting c = {.g = g, .f = k->flow, .arena = k->arena, .error = error};
  if (!prepare(&c))
    return no_memory(&c);
  for (int32_t n = 0; n < t->nchannels; n++) {
    tweed_status s = add_copy(&c, n, async, apart);
    if (s != TWEED_OK)
      return s;
  }
  for (int32_t i = 0; i < c.f->ninsts; i++) {
    tweed_status s = tw_cut_in_tile(&c, i) ? read_instruction(&c, i) : TWEED_OK;
    if (s != TWEED_OK)
      return s;
  }
  if (!tw_cut_link(&c))
    return no_memory(&c);
  name_groups(&c);
  *out = g;
  return TWEED_OK;
}
