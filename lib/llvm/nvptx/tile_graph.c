/* tile_graph.c: makes the machine and the problem of a tile loop. */
#include "llvm/nvptx/tile_graph.h"
#include "llvm/nvptx/footprint.h"
#include "llvm/nvptx/ring.h"
#include <stdio.h>
#include <string.h>

/* Cycles to hand over between warp groups: as in the machines for loops over tiles (hopper, ampere). */
enum { HANDOFF_FIXED = 61, HANDOFF_PER_KB = 16, HANDOFF_ASYNC = 30 };
typedef struct making {
  tw_groups *g;
  const tw_tile_request *request;
  tw_tile_graph *out;
  tweed_machine *machine;
  int32_t *units; /* of the SM's: number in the new machine, -1 = not used */
  int32_t memory;
  tweed_error *error;
} making;

static int32_t scaled(const making *m, int64_t cycles) {
  int64_t n = (cycles + m->out->scale - 1) / m->out->scale;
  return (int32_t)(n > TWEED_MAX_NUMBER ? TWEED_MAX_NUMBER : n);
}

static const char *unit_name(const making *m, int32_t unit) {
  const char *name = tweed_machine_unit_name(m->g->costs->machine, unit, NULL);
  return unit == m->g->costs->issue ? "ISSUE" : name;
}

static int64_t load_of(const making *m, int32_t unit) {
  int64_t load = 0;
  for (int32_t k = 0; k < m->g->ngroups; k++)
    load += tw_cost_cycles(m->g->costs, unit, m->g->groups[k].work[unit], m->g->warps);
  return load;
}

/* The busiest unit, and a scale by which its load is a number that solvers are quick with. */
static void find_bound(making *m) {
  const tw_costs *c = m->g->costs;
  int64_t longest = 1;
  for (int32_t u = 0; u < c->nunits; u++) {
    int64_t load = load_of(m, u);
    m->units[u] = load > 0 ? 0 : -1;
    if (load > m->out->bound) {
      m->out->bound = load;
      m->out->unit = unit_name(m, u);
    }
  }
  longest = tw_max64(longest, m->out->bound);
  m->out->scale = (longest + TW_TILE_II - 1) / TW_TILE_II;
}

static tweed_status add_units(making *m) {
  tweed_status s = TWEED_OK;
  for (int32_t u = 0; u < m->g->costs->nunits && s == TWEED_OK; u++)
    if (m->units[u] >= 0)
      s = tweed_machine_add_unit(m->machine, unit_name(m, u), 1, &m->units[u], m->error);
  return s;
}

static tweed_status add_warps(making *m) {
  const tweed_sm *sm = m->g->costs->sm;
  int32_t sizes[8], n = 0, most = sm->threads_block / 32;
  for (int32_t size = 1; size < m->g->warps && n < 7; size *= 2)
    sizes[n++] = size;
  sizes[n++] = m->g->warps;
  tweed_warps w = {.groups = m->request->roles, .nsizes = n, .sizes = sizes, .total = most, .staging = m->memory};
  w.handoff_fixed = scaled(m, HANDOFF_FIXED);
  w.handoff_per_kb = scaled(m, HANDOFF_PER_KB);
  w.handoff_async = scaled(m, HANDOFF_ASYNC);
  return tweed_machine_set_warps(m->machine, &w, m->error);
}

/* One of the unit for so many cycles of the SM. */
tweed_status tw_tile_graph_hold(tweed_machine *m, tweed_arena *arena, int32_t class_index, int32_t unit, int32_t cycles,
                                tweed_error *error) {
  if (cycles == 0)
    return TWEED_OK;
  int32_t *ones = tweed_arena_array(arena, (size_t)cycles, sizeof *ones);
  if (!ones)
    return tweed_no_memory(error);
  for (int32_t k = 0; k < cycles; k++)
    ones[k] = 1;
  return tweed_machine_add_use(m, class_index, unit, cycles, ones, error);
}

static tweed_status add_use(const making *m, int32_t index, int32_t unit, int64_t cycles) {
  if (m->units[unit] < 0)
    return TWEED_OK;
  return tw_tile_graph_hold(m->machine, m->g->kernel->arena, index, m->units[unit], scaled(m, cycles), m->error);
}

/* Issue slots are given out cycle by cycle, to all groups in between each other; no order of the groups changes what
 * they come to. One op stands for all of them, so that II is no less. */
static tweed_status add_issue(making *m) {
  int32_t index, unit = m->g->costs->issue;
  tweed_status s = tweed_machine_add_class(m->machine, "issue", 0, 1, -1, &index, m->error);
  if (s == TWEED_OK)
    s = add_use(m, index, unit, load_of(m, unit));
  return s == TWEED_OK ? tweed_machine_set_group(m->machine, index, 1, m->g->warps, m->error) : s;
}

static bool has_issue(const making *m) {
  return m->g->costs->issue >= 0 && m->units[m->g->costs->issue] >= 0;
}

/* A copy is done when its last byte is there. Warps wait each for itself, while others go on: an op holds its warp
 * group for a cycle only. */
static tweed_status add_class(making *m, int32_t group, const char *name) {
  const tw_group *it = &m->g->groups[group];
  bool copy = it->kind == TW_GROUP_COPY, own = copy && m->request->roles > 1;
  int64_t cycles = tw_group_cycles(m->g, group);
  int32_t index, latency = scaled(m, cycles + it->path);
  tweed_status s = tweed_machine_add_class(m->machine, name, latency, 1, -1, &index, m->error);
  for (int32_t u = 0; u < m->g->costs->nunits && s == TWEED_OK; u++)
    if (u != m->g->costs->issue)
      s = add_use(m, index, u, tw_cost_cycles(m->g->costs, u, it->work[u], m->g->warps));
  if (s == TWEED_OK)
    s = tweed_machine_set_flags(m->machine, index, copy, own, m->error);
  if (s == TWEED_OK)
    s = tweed_machine_set_group(m->machine, index, 1, own ? 1 : m->g->warps, m->error);
  return s;
}

static tweed_status make_machine(making *m) {
  char name[160], group[96];
  snprintf(name, sizeof name, "%.60s-tiles", tweed_machine_name(m->g->costs->machine));
  tweed_status s = tweed_machine_new(name, &m->machine, m->error);
  if (s == TWEED_OK)
    s = add_units(m);
  if (s == TWEED_OK)
    s = tweed_machine_add_memory(m->machine, "smem", m->g->costs->sm->shared_block, TWEED_ALLOC_RING, &m->memory,
                                 m->error);
  for (int32_t k = 0; k < m->g->ngroups && s == TWEED_OK; k++)
    s = add_class(m, k, tw_group_name(m->g, k, group, sizeof group));
  if (s == TWEED_OK && has_issue(m))
    s = add_issue(m);
  if (s == TWEED_OK)
    s = add_warps(m);
  return s == TWEED_OK ? tweed_machine_finish(m->machine, m->error) : s;
}

static tweed_status describe(making *m, int32_t group) {
  const tw_group *it = &m->g->groups[group];
  char where[128], text[224];
  tw_location(m->g->kernel->flow->insts[it->first], where, sizeof where);
  if (it->guessed)
    snprintf(text, sizeof text, "%s%s(a loop of unknown length, taken as %d)", where, where[0] ? " " : "",
             (int)TW_GUESSED_TRIPS);
  else
    snprintf(text, sizeof text, "%s", where);
  return text[0] ? tweed_problem_set_where(m->out->problem, group, text, m->error) : TWEED_OK;
}

static tweed_status add_op(making *m, int32_t group) {
  const tw_group *it = &m->g->groups[group];
  char name[96];
  int32_t index;
  bool copy = it->kind == TW_GROUP_COPY;
  tw_group_name(m->g, group, name, sizeof name);
  tweed_status s = tweed_problem_add_op(m->out->problem, name, group, copy ? 0 : it->registers, &index, m->error);
  if (s == TWEED_OK)
    s = describe(m, group);
  if (s == TWEED_OK && copy)
    s = tweed_problem_set_bytes(m->out->problem, index, m->memory, (int64_t)m->g->tile->channels[it->channel].bytes,
                                m->error);
  return s;
}

static int64_t bytes_of(const making *m, const tw_link *l) {
  const tw_group *from = &m->g->groups[l->from];
  if (from->kind == TW_GROUP_COPY)
    return (int64_t)m->g->tile->channels[from->channel].bytes;
  return l->kind == TWEED_DEP_FLOW ? (int64_t)from->registers * 4 * m->g->threads : 0;
}

/* Shared memory that no ring takes: the kernel's other objects, and what is not to be used. */
static tweed_status reserve(making *m) {
  int64_t whole = m->g->costs->sm->shared_block, taken = (int64_t)tw_shared_of(m->g->kernel->flow->bridge);
  for (int32_t k = 0; k < m->g->tile->nchannels; k++)
    taken -= (int64_t)m->g->tile->channels[k].bytes;
  taken = tw_max64(taken, 0);
  if (m->request->shared > 0)
    taken = tw_max64(taken, whole - m->request->shared);
  return taken > 0 ? tweed_problem_set_reserved(m->out->problem, m->memory, taken, m->error) : TWEED_OK;
}

static tweed_status make_problem(making *m) {
  tweed_status s = tweed_problem_new(m->request->name, m->machine, &m->out->problem, m->error);
  for (int32_t k = 0; k < m->g->ngroups && s == TWEED_OK; k++)
    s = add_op(m, k);
  if (s == TWEED_OK && has_issue(m))
    s = tweed_problem_add_op(m->out->problem, "issue", m->g->ngroups, 0, NULL, m->error);
  for (int32_t k = 0; k < m->g->nlinks && s == TWEED_OK; k++) {
    const tw_link *l = &m->g->links[k];
    tweed_dep d = {.from = l->from, .to = l->to, .latency = scaled(m, l->latency), .distance = l->distance};
    d.kind = l->kind;
    d.blocking = l->waits;
    d.bytes = bytes_of(m, l);
    s = tweed_problem_add_dep(m->out->problem, &d, m->error);
  }
  if (s == TWEED_OK)
    s = reserve(m);
  return s == TWEED_OK ? tweed_problem_finish(m->out->problem, m->error) : s;
}

tweed_status tw_tile_graph_of(tw_groups *g, const tw_tile_request *request, tw_tile_graph *out, tweed_error *error) {
  making m = {.g = g, .request = request, .out = out, .error = error};
  *out = (tw_tile_graph){.groups = g, .scale = 1, .unit = ""};
  m.units = tweed_arena_array(g->kernel->arena, (size_t)g->costs->nunits + 1, sizeof *m.units);
  if (!m.units)
    return tweed_no_memory(error);
  find_bound(&m);
  tweed_status s = make_machine(&m);
  if (s == TWEED_OK)
    s = make_problem(&m);
  tweed_machine_free(m.machine); /* the problem has it */
  if (s != TWEED_OK)
    tw_tile_graph_free(out);
  return s;
}

void tw_tile_graph_free(tw_tile_graph *g) {
  tweed_problem_free(g->problem);
  g->problem = NULL;
}
