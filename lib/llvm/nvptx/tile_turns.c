/* tile_turns.c: the joint problem of two halves of a block's warps. */
#include "llvm/nvptx/tile_turns.h"
#include "llvm/nvptx/tile_graph.h"
#include <stdio.h>

/* A compiler doesn't wait for what is hard to refute. */
static const double effort = 0.01;
enum { HALVES = 2, PARTITIONS = 4, MAX_RUNS = 16, SCALE_TO = 96, CROSSING = 100000 };

/* Groups that follow each other, products or not. Cycles of all warps, and of half of them, which are no faster than a
 * warp by itself. */
typedef struct run {
  bool products, tensor; /* products or loads for them; products */
  int64_t alone;
  int64_t *work; /* by unit */
} run;

typedef struct turning {
  const tw_groups *g;
  run runs[MAX_RUNS];
  int32_t nruns, *units;
  int64_t scale;
  tweed_machine *machine;
  tweed_problem *problem;
  tweed_error *error;
} turning;

/* ---- runs ---- */

static bool counts(const tw_group *g) {
  return g->kind != TW_GROUP_COPY && g->kind != TW_GROUP_BARRIER;
}

/* Loads of tiles are those of operands. */
static bool of_products(const tw_group *g) {
  return g->kind == TW_GROUP_TENSOR || g->kind == TW_GROUP_LOAD;
}

static bool add_group(turning *t, const tw_group *g) {
  int32_t n = t->g->costs->nunits;
  if (t->nruns == 0 || t->runs[t->nruns - 1].products != of_products(g)) {
    if (t->nruns == MAX_RUNS)
      return false;
    t->runs[t->nruns] = (run){.products = of_products(g)};
    t->runs[t->nruns].work = tweed_arena_array(t->g->kernel->arena, (size_t)n, sizeof(int64_t));
    if (!t->runs[t->nruns++].work)
      return false;
  }
  run *r = &t->runs[t->nruns - 1];
  r->tensor |= g->kind == TW_GROUP_TENSOR;
  r->alone += g->alone;
  for (int32_t u = 0; u < n; u++)
    r->work[u] += g->work[u];
  return true;
}

/* In program order: by the group's first instruction. False: too many, or no memory. */
static bool find_runs(turning *t) {
  for (int32_t last = -1;;) {
    const tw_group *next = NULL;
    for (int32_t k = 0; k < t->g->ngroups; k++) {
      const tw_group *it = &t->g->groups[k];
      if (counts(it) && it->first > last && (!next || it->first < next->first))
        next = it;
    }
    if (!next)
      return true;
    last = next->first;
    if (!add_group(t, next))
      return false;
  }
}

static int64_t cycles(const turning *t, const run *r, int64_t warps) {
  int64_t longest = r->alone;
  for (int32_t u = 0; u < t->g->costs->nunits; u++)
    longest = tw_max64(longest, tw_cost_cycles(t->g->costs, u, r->work[u], warps));
  return longest;
}

/* ---- the problem ---- */

static int32_t scaled(const turning *t, int64_t n) {
  return (int32_t)((n + t->scale - 1) / t->scale);
}

static tweed_status add_units(turning *t) {
  tweed_status s = TWEED_OK;
  char name[16];
  for (int32_t u = 0; u < t->g->costs->nunits && s == TWEED_OK; u++) {
    snprintf(name, sizeof name, "u%d", (int)u);
    s = tweed_machine_add_unit(t->machine, name, 1, &t->units[u], t->error);
  }
  return s;
}

static tweed_status add_use(const turning *t, int32_t index, int32_t unit, int64_t work) {
  int32_t length = scaled(t, tw_cost_cycles(t->g->costs, unit, work, t->g->warps / HALVES));
  return tw_tile_graph_hold(t->machine, t->g->kernel->arena, index, t->units[unit], length, t->error);
}

static tweed_status add_class(turning *t, const run *r, const char *name) {
  int32_t index, hold = scaled(t, cycles(t, r, t->g->warps / HALVES));
  hold = hold > 0 ? hold : 1;
  tweed_status s = tweed_machine_add_class(t->machine, name, hold, 1, -1, &index, t->error);
  for (int32_t u = 0; u < t->g->costs->nunits && s == TWEED_OK; u++)
    if (u != t->g->costs->issue) /* slots of one half are between those of the other */
      s = add_use(t, index, u, r->work[u]);
  return s == TWEED_OK ? tweed_machine_set_group(t->machine, index, hold, 1, t->error) : s;
}

static tweed_status make_machine(turning *t) {
  static const int32_t one = 1;
  char name[32];
  tweed_status s = tweed_machine_new("halves", &t->machine, t->error);
  if (s == TWEED_OK)
    s = add_units(t);
  for (int32_t r = 0; r < t->nruns && s == TWEED_OK; r++) {
    snprintf(name, sizeof name, "%s%d", t->runs[r].products ? "products" : "others", (int)r);
    s = add_class(t, &t->runs[r], name);
  }
  tweed_warps w = {.groups = HALVES, .nsizes = 1, .sizes = &one, .staging = -1, .handoff_fixed = CROSSING};
  w.handoff_async = CROSSING; /* a half does all of its own work */
  if (s == TWEED_OK)
    s = tweed_machine_set_warps(t->machine, &w, t->error);
  return s == TWEED_OK ? tweed_machine_finish(t->machine, t->error) : s;
}

static tweed_status add_chain(turning *t, int32_t half) {
  char name[48];
  int32_t first = half * t->nruns, index;
  tweed_status s = TWEED_OK;
  for (int32_t r = 0; r < t->nruns && s == TWEED_OK; r++) {
    snprintf(name, sizeof name, "%s%d.half%d", t->runs[r].products ? "products" : "others", (int)r, (int)half);
    s = tweed_problem_add_op(t->problem, name, r, 1, &index, t->error);
  }
  for (int32_t r = 0; r < t->nruns && s == TWEED_OK; r++) {
    bool last = r + 1 == t->nruns;
    tweed_dep d = {.from = first + r, .to = first + (last ? 0 : r + 1), .latency = -1, .distance = last ? 1 : 0};
    s = tweed_problem_add_dep(t->problem, &d, t->error);
  }
  return s;
}

static tweed_status make_problem(turning *t) {
  tweed_status s = tweed_problem_new("halves", t->machine, &t->problem, t->error);
  for (int32_t half = 0; half < HALVES && s == TWEED_OK; half++)
    s = add_chain(t, half);
  return s == TWEED_OK ? tweed_problem_finish(t->problem, t->error) : s;
}

static tweed_status solve(turning *t, tw_tile_turns *out) {
  tweed_solve_options options;
  tweed_schedule *schedule = NULL;
  tweed_solve_options_default(&options);
  options.joint = true;
  options.threads = 1;
  options.effort = effort;
  options.device = TWEED_DEVICE_CPU;
  tweed_status s = tweed_solve(t->problem, &options, &schedule, t->error);
  if (s == TWEED_OK) {
    out->apart = tweed_schedule_ii(schedule) * t->scale;
    out->wanted = out->apart * 10 <= out->together * 9;
  }
  tweed_schedule_free(schedule);
  return s == TWEED_NO_MEMORY || s == TWEED_INTERNAL ? s : TWEED_OK; /* no answer: no turns */
}

tweed_status tw_tile_turns_of(const tw_groups *g, tw_tile_turns *out, tweed_error *error) {
  turning t = {.g = g, .error = error};
  *out = (tw_tile_turns){.wanted = false};
  t.units = tweed_arena_array(g->kernel->arena, (size_t)g->costs->nunits, sizeof *t.units);
  if (!t.units)
    return tweed_no_memory(error);
  if (g->warps % (HALVES * PARTITIONS) != 0 || !find_runs(&t) || t.nruns < 2)
    return TWEED_OK;
  int32_t products = 0;
  for (int32_t r = 0; r < t.nruns; r++) {
    out->together += cycles(&t, &t.runs[r], g->warps);
    products += t.runs[r].tensor;
  }
  if (products < 2)
    return TWEED_OK;
  t.scale = (out->together + SCALE_TO - 1) / SCALE_TO;
  tweed_status s = make_machine(&t);
  if (s == TWEED_OK)
    s = make_problem(&t);
  if (s == TWEED_OK)
    s = solve(&t, out);
  tweed_problem_free(t.problem);
  tweed_machine_free(t.machine);
  return s;
}
