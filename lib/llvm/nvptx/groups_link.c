/* groups_link.c: dependences between groups. */
#include "llvm/nvptx/groups_parts.h"

enum { MOST_DISTANCE = 8 };

static bool add_link(tw_cutting *c, tw_link l) {
  tw_groups *g = c->g;
  if (l.latency < 0)
    l.latency = 0;
  for (int32_t k = 0; k < g->nlinks; k++) {
    tw_link *old = &g->links[k];
    if (old->from == l.from && old->to == l.to && old->distance == l.distance && old->kind == l.kind) {
      old->latency = tw_max64(old->latency, l.latency);
      return true;
    }
  }
  if (!tweed_arena_grow(c->arena, (void **)&g->links, &c->cap_links, (size_t)g->nlinks + 1, sizeof(tw_link)))
    return false;
  g->links[g->nlinks++] = l;
  return true;
}

/* ---- memory ---- */

static tweed_dep_kind order_kind(bool first_writes, bool second_writes) {
  return !first_writes ? TWEED_DEP_ANTI : second_writes ? TWEED_DEP_OUTPUT : TWEED_DEP_MEMORY;
}

/* Until what one group does to memory may be seen by another. */
static int64_t order_latency(const tw_cutting *c, int32_t from, tweed_dep_kind kind) {
  return kind == TWEED_DEP_MEMORY ? tw_group_cycles(c->g, from) : 0;
}

/* Both directions: later in the iteration, and in the next one. */
static bool link_memory(tw_cutting *c) {
  for (int32_t a = 0; a < c->nreaches; a++)
    for (int32_t b = 0; b < c->nreaches; b++) {
      const tw_reach *x = &c->reaches[a], *y = &c->reaches[b];
      tw_touch touch = {.reads = y->reads, .writes = y->writes, .origin = y->origin};
      if (!tw_cut_conflict(x, &touch))
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

/* ---- dependences between groups ---- */

/* Cycles from the group's start to the instruction's, of the last warp: warps take turns. */
static int64_t position(const tw_cutting *c, int32_t inst) {
  int32_t group = c->group[inst];
  const tw_group *g = &c->g->groups[group];
  int64_t cycles = tw_group_cycles(c->g, group);
  int64_t turn = g->alone > 0 ? c->at[inst] * cycles / g->alone : 0;
  return tw_max64(turn, c->chain[inst]);
}

static bool link_use(tw_cutting *c, int32_t from, int32_t to, int32_t distance) {
  int32_t a = c->group[from], b = c->group[to];
  if (a == b && distance == 0)
    return true;
  int64_t done = c->g->groups[a].kind == TW_GROUP_LOOP ? tw_group_cycles(c->g, a) : position(c, from);
  int64_t begun = c->g->groups[b].kind == TW_GROUP_LOOP ? 0 : position(c, to);
  int64_t latency = done + c->g->costs->latency[c->class_of[from]] - begun;
  return add_link(c, (tw_link){a, b, distance, TWEED_DEP_FLOW, false, latency});
}

/* A phi of the header is what the latch hands over from the iteration before. */
static bool link_carried(tw_cutting *c, int32_t phi, int32_t to, int32_t distance) {
  LLVMValueRef v = c->f->insts[phi];
  int32_t next = -1;
  for (unsigned k = 0; k < LLVMCountIncoming(v); k++)
    if (tw_flow_block(c->f, LLVMGetIncomingBlock(v, k)) == c->g->tile->latch)
      next = tw_flow_inst(c->f, LLVMGetIncomingValue(v, k));
  tw_sources s = {0};
  size_t room = 0;
  if (distance > MOST_DISTANCE || next < 0)
    return true; /* phis that pass each other around: an invariant, or so old that it binds nothing */
  if (!tw_cut_add_sources(c, &s, next, &room))
    return false;
  for (int32_t k = 0; k < s.n; k++) {
    int32_t from = s.insts[k];
    bool fine = tw_cut_header_phi(c, from) ? link_carried(c, from, to, distance + 1) : link_use(c, from, to, distance);
    if (!fine)
      return false;
  }
  return true;
}

static bool link_values(tw_cutting *c) {
  for (int32_t k = 0; k < c->nuses; k += 2) {
    int32_t from = c->uses[k], to = c->uses[k + 1];
    if (tw_cut_header_phi(c, from) ? !link_carried(c, from, to, 1) : !link_use(c, from, to, 0))
      return false;
  }
  return true;
}

/* A copy is done when its last byte is there. */
static bool link_copies(tw_cutting *c) {
  for (int32_t i = 0; i < c->g->kernel->nsites; i++) {
    const tw_site *s = &c->g->kernel->sites[i];
    int32_t channel;
    if (!tw_cut_in_tile(c, s->inst) || c->group[s->inst] < 0 || !s->touch.reads ||
        !tw_cut_renamed(c, s->touch.origin.object, &channel))
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
static bool barrier_within(const tw_cutting *c, int32_t from, int32_t to) {
  for (int32_t k = 0; k < c->g->ngroups; k++) {
    const tw_group *g = &c->g->groups[k];
    if (g->kind == TW_GROUP_BARRIER && from < g->phase && g->phase < to)
      return true;
  }
  return false;
}

/* What is in front of a barrier is done before it, and what is behind it begins after it. */
static bool link_barriers(tw_cutting *c) {
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

static int32_t registers_of(const tw_cutting *c, int32_t inst) {
  LLVMTypeRef type = LLVMTypeOf(c->f->insts[inst]);
  LLVMTypeKind kind = LLVMGetTypeKind(type);
  if (kind == LLVMVoidTypeKind || (kind == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(type) == 1))
    return 0;
  return (int32_t)((tw_store_size(c->f->bridge, type) + 3) / 4);
}

/* Values that leave their group, each once. */
static void count_registers(tw_cutting *c) {
  for (int32_t k = 0; k < c->nuses; k += 2) {
    int32_t from = c->uses[k], to = c->uses[k + 1];
    if (tw_cut_header_phi(c, from) || c->group[from] == c->group[to] || c->at[from] < 0)
      continue;
    c->g->groups[c->group[from]].registers += registers_of(c, from);
    c->at[from] = -1;
  }
}

bool tw_cut_link(tw_cutting *c) {
  bool fine = link_copies(c) && link_values(c) && link_memory(c);
  fine = fine && (!c->g->tile->keeps_barriers || link_barriers(c));
  if (fine)
    count_registers(c);
  return fine;
}
