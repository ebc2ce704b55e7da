/* normalize_problem.c: problems with normalized costs, and schedules of them brought back to raw cycles.
 *
 * A schedule of the normalized problem is a guide: which of two ops that never share a unit comes first, and in which
 * iteration. With that order the raw problem is one of longest paths, solved at the least II at which they exist. If
 * all else fails, the normalized schedule times `scale` is legal: every latency and reservation is at most scale times
 * the normalized one. Nothing that is proved of the normalized problem is claimed of the raw one. */
#include "model/build.h"
#include "solve/solver.h"
#include <stdlib.h>

/* Pairs of ops whose order is kept. */
enum { MOST_PAIRS = 400000 };

/* Raw costs and what they become. */
typedef struct mapping {
  tweed_arena *arena;
  const tweed_problem *p;
  int64_t *raw, *small;
  int32_t count;
  size_t capacity;
  int64_t scale;
} mapping;

static bool add_cost(mapping *m, int64_t cost) {
  void *items = m->raw;
  if (cost == 0)
    return true;
  if (!tweed_arena_grow(m->arena, &items, &m->capacity, (size_t)m->count + 1, sizeof *m->raw))
    return false;
  m->raw = items;
  m->raw[m->count++] = cost;
  return true;
}

static int by_cost(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

/* What an op holds longest, and what dependences wait for: the terms of the sum that the limit is for. */
static bool collect_costs(mapping *m) {
  const tweed_problem *p = m->p;
  for (int32_t v = 0; v < p->nops; v++) {
    const tweed_class *class = tweed_class_of(p, v);
    int64_t longest = 0;
    for (int32_t k = 0; k < class->nuses; k++)
      longest = class->uses[k].cycles > longest ? class->uses[k].cycles : longest;
    if (!add_cost(m, longest))
      return false;
  }
  for (int32_t e = 0; e < p->ndeps; e++)
    if (!add_cost(m, p->deps[e].latency))
      return false;
  if (m->count > 0)
    qsort(m->raw, (size_t)m->count, sizeof *m->raw, by_cost);
  return true;
}

/* Costs that are small enough stay. The scale is the largest ratio, rounded up. */
static tweed_status normalize_costs(mapping *m, int32_t limit, tweed_error *error) {
  int64_t sum = 0;
  m->small = tweed_arena_array(m->arena, (size_t)m->count + 1, sizeof *m->small);
  if (!m->small)
    return tweed_no_memory(error);
  for (int32_t k = 0; k < m->count; k++)
    sum += m->small[k] = m->raw[k];
  tweed_status status = TWEED_OK;
  if (sum > limit)
    status = tweed_normalize(m->raw, m->count, limit, false, m->small, NULL, error);
  m->scale = 1;
  for (int32_t k = 0; k < m->count && status == TWEED_OK; k++) {
    m->small[k] = m->small[k] > m->raw[k] ? m->raw[k] : m->small[k];
    int64_t ratio = (m->raw[k] + m->small[k] - 1) / m->small[k];
    m->scale = ratio > m->scale ? ratio : m->scale;
  }
  return status;
}

/* The normalized form of any number: its own where it was among the costs, else rounded up by the scale. */
static int32_t small_of(const mapping *m, int64_t raw) {
  int32_t low = 0, high = m->count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (m->raw[middle] < raw)
      low = middle + 1;
    else
      high = middle;
  }
  return (int32_t)(low < m->count && m->raw[low] == raw ? m->small[low] : (raw + m->scale - 1) / m->scale);
}

/* A cell of the small table holds what any raw cycle held that falls on it, by proportion or by the scale: the first
 * keeps its form, the second makes it an upper bound. */
static tweed_status add_use(const mapping *m, tweed_machine *to, int32_t class_index, const tweed_use *use,
                            tweed_error *error) {
  int32_t cycles = small_of(m, use->cycles);
  int32_t *held = calloc((size_t)cycles, sizeof *held);
  if (!held)
    return tweed_no_memory(error);
  for (int32_t c = 0; c < use->cycles; c++) {
    int64_t at[2] = {(int64_t)c * cycles / use->cycles, c / m->scale};
    for (int k = 0; k < 2; k++)
      held[at[k]] = use->held[c] > held[at[k]] ? use->held[c] : held[at[k]];
  }
  tweed_status status = tweed_machine_add_use(to, class_index, use->unit, cycles, held, error);
  free(held);
  return status;
}

/* Unit numbers stay: the issue unit, which finishing adds, is the last. */
static tweed_status add_class(const mapping *m, tweed_machine *to, const tweed_class *class, tweed_error *error) {
  int32_t index;
  tweed_status status =
      tweed_machine_add_class(to, class->name, small_of(m, class->latency), class->issue, class->file, &index, error);
  for (int32_t k = 0; k < class->nuses && status == TWEED_OK; k++)
    if (class->uses[k].unit != m->p->machine->issue_unit)
      status = add_use(m, to, index, &class->uses[k], error);
  if (status == TWEED_OK)
    status = tweed_machine_set_flags(to, index, class->async, class->variable, error);
  return status;
}

static tweed_status fill_machine(const mapping *m, tweed_machine *to, tweed_error *error) {
  const tweed_machine *from = m->p->machine;
  tweed_status status = TWEED_OK;
  for (int32_t u = 0; u < from->nunits && status == TWEED_OK; u++)
    if (u != from->issue_unit)
      status = tweed_machine_add_unit(to, from->units[u].name, from->units[u].count, NULL, error);
  if (status == TWEED_OK && from->issue > 0)
    status = tweed_machine_set_issue(to, from->issue, error);
  for (int32_t k = 0; k < from->nfiles && status == TWEED_OK; k++)
    status = tweed_machine_add_registers(to, from->files[k].name, from->files[k].count, NULL, error);
  for (int32_t k = 0; k < from->nclasses && status == TWEED_OK; k++)
    status = add_class(m, to, &from->classes[k], error);
  return status == TWEED_OK ? tweed_machine_finish(to, error) : status;
}

static tweed_status fill_problem(const mapping *m, tweed_problem *to, tweed_error *error) {
  const tweed_problem *p = m->p;
  tweed_status status = TWEED_OK;
  for (int32_t v = 0; v < p->nops && status == TWEED_OK; v++) {
    const tweed_op *op = &p->ops[v];
    status = tweed_problem_add_op(to, op->name, op->class_index, op->regs, NULL, error);
    if (status == TWEED_OK)
      status = tweed_problem_set_amount(to, v, op->amount, error);
    if (status == TWEED_OK && op->where)
      status = tweed_problem_set_where(to, v, op->where, error);
  }
  for (int32_t e = 0; e < p->ndeps && status == TWEED_OK; e++) {
    tweed_dep dep = p->deps[e];
    dep.latency = small_of(m, dep.latency);
    status = tweed_problem_add_dep(to, &dep, error);
  }
  return status == TWEED_OK ? tweed_problem_finish(to, error) : status;
}

static tweed_status make_problem(const mapping *m, tweed_problem **out, tweed_error *error) {
  tweed_machine *machine;
  tweed_status status = tweed_machine_new(tweed_machine_name(m->p->machine), &machine, error);
  if (status != TWEED_OK)
    return status;
  status = fill_machine(m, machine, error);
  if (status == TWEED_OK)
    status = tweed_problem_new(m->p->name, machine, out, error);
  tweed_machine_free(machine);
  if (status != TWEED_OK)
    return status;
  status = fill_problem(m, *out, error);
  if (status != TWEED_OK) {
    tweed_problem_free(*out);
    *out = NULL;
  }
  return status;
}

tweed_status tweed_problem_normalize(const tweed_problem *p, int32_t limit, tweed_problem **out, int64_t *scale,
                                     tweed_error *error) {
  mapping m = {.arena = tweed_arena_new(), .p = p};
  *out = NULL;
  tweed_status status = TWEED_OK;
  if (p->length > 0)
    status = tweed_fail(error, TWEED_BAD_INPUT, "problem \"%s\" has a length, which is not normalized", p->name);
  else if (!m.arena || !collect_costs(&m))
    status = tweed_no_memory(error);
  if (status == TWEED_OK)
    status = normalize_costs(&m, limit, error);
  if (status == TWEED_OK)
    status = make_problem(&m, out, error);
  if (status == TWEED_OK && scale)
    *scale = m.scale;
  tweed_arena_free(m.arena);
  return status;
}

/* ---- back to raw cycles ---- */

/* start[to] >= start[from] + latency - distance * II; both may be negative. */
typedef struct tie {
  int32_t from, to;
  int64_t latency, distance;
} tie;

/* ii, start: of the normalized problem. */
typedef struct lift {
  tweed_job *job;
  const tweed_problem *small;
  int64_t ii, scale;
  const int64_t *start;
  int32_t *order; /* ops by start */
  tie *ties;      /* the first nhard of them hold for any schedule of this order */
  size_t nties, nhard, capacity;
  int64_t *trial;
  tweed_mrt table;
  bool no_memory;
} lift;

static bool add_tie(lift *l, tie t) {
  void *items = l->ties;
  if (!tweed_arena_grow(l->job->arena, &items, &l->capacity, l->nties + 1, sizeof *l->ties))
    return false;
  l->ties = items;
  l->ties[l->nties++] = t;
  return true;
}

static int32_t first_held(const tweed_use *use) {
  int32_t c = 0;
  while (use->held[c] == 0)
    c++;
  return c;
}

/* Where the blocks of two uses of a unit are apart in every turn of the normalized table, they stay so, in this order.
 */
static bool keep_order(lift *l, int32_t u, int32_t v, const tweed_use *raw_u, const tweed_use *raw_v,
                       const tweed_use *small_u, const tweed_use *small_v) {
  int64_t at_u = l->start[u] + first_held(small_u), at_v = l->start[v] + first_held(small_v), gap = at_v - at_u;
  int64_t turns = gap / l->ii - (gap % l->ii < 0), rest = gap - turns * l->ii;
  int64_t length_u = small_u->cycles - first_held(small_u), length_v = small_v->cycles - first_held(small_v);
  if (rest < length_u || l->ii - rest < length_v)
    return true;
  int64_t shift = first_held(raw_u) - first_held(raw_v);
  return add_tie(l, (tie){u, v, raw_u->cycles - first_held(raw_u) + shift, -turns}) &&
         add_tie(l, (tie){v, u, raw_v->cycles - first_held(raw_v) - shift, turns + 1});
}

static const tweed_use *use_of(const tweed_problem *p, int32_t op, int32_t unit) {
  const tweed_class *class = tweed_class_of(p, op);
  for (int32_t k = 0; k < class->nuses; k++)
    if (class->uses[k].unit == unit)
      return &class->uses[k];
  return NULL;
}

static int64_t most_held(const tweed_problem *p, int32_t op, const tweed_use *use) {
  int64_t most = 0;
  for (int32_t c = 0; c < use->cycles; c++)
    most = tweed_held(p, op, use, c) > most ? tweed_held(p, op, use, c) : most;
  return most;
}

/* hard: units that have no room for both at once; else the others. */
static bool add_pair(lift *l, int32_t u, int32_t v, bool hard) {
  const tweed_problem *p = l->job->problem;
  const tweed_class *class = tweed_class_of(p, u);
  for (int32_t k = 0; k < class->nuses; k++) {
    int32_t unit = class->uses[k].unit;
    const tweed_use *raw_v = use_of(p, v, unit), *small_u = use_of(l->small, u, unit),
                    *small_v = use_of(l->small, v, unit);
    if (p->machine->units[unit].count == 0 || !raw_v || !small_u || !small_v)
      continue;
    bool both = most_held(p, u, &class->uses[k]) + most_held(p, v, raw_v) <= p->machine->units[unit].count;
    if (both != hard && !keep_order(l, u, v, &class->uses[k], raw_v, small_u, small_v))
      return false;
  }
  return true;
}

static bool add_ties(lift *l) {
  const tweed_problem *p = l->job->problem;
  for (int32_t e = 0; e < p->ndeps; e++) {
    const tweed_dep *d = &p->deps[e];
    if (!add_tie(l, (tie){d->from, d->to, d->latency, d->distance}))
      return false;
  }
  for (int pass = 0; pass < 2; pass++) {
    for (int32_t a = 0; a < p->nops; a++)
      for (int32_t b = a + 1; b < p->nops; b++)
        if (!add_pair(l, l->order[a], l->order[b], pass == 0))
          return false;
    l->nhard = pass == 0 ? l->nties : l->nhard;
  }
  return true;
}

/* The least starts at this II, from 0 on. False if there are none. */
static bool longest_paths(const lift *l, size_t nties, int64_t ii, int64_t *start) {
  int32_t n = l->job->graph->n;
  for (int32_t v = 0; v < n; v++)
    start[v] = 0;
  for (int32_t round = 0; round <= n; round++) {
    bool changed = false;
    for (size_t k = 0; k < nties; k++) {
      const tie *t = &l->ties[k];
      int64_t at = start[t->from] + t->latency - t->distance * ii;
      if (at > start[t->to])
        start[t->to] = at, changed = true;
    }
    if (!changed)
      return true;
    if (tweed_stopped(l->job->stop))
      return false;
  }
  return false;
}

/* Do the starts keep the units and the limit on stages? */
static bool fits(lift *l, int64_t ii, const int64_t *start) {
  const tweed_graph *g = l->job->graph;
  tweed_fit fit = tweed_mrt_possible(g, ii) ? tweed_mrt_reset(&l->table, ii, NULL) : TWEED_FIT_NO;
  l->no_memory |= fit == TWEED_FIT_NO_MEMORY;
  if (fit != TWEED_FIT_YES)
    return false;
  for (int32_t v = 0; v < g->n; v++) {
    if (start[v] > tweed_job_max_start(l->job, ii) ||
        tweed_mrt_conflict(&l->table, g->shape[v], tweed_mrt_row(&l->table, start[v])) > 0)
      return false;
    tweed_mrt_change(&l->table, g->shape[v], start[v], 1);
  }
  return true;
}

/* First without the order on units that have room for two. */
static bool try_ii(lift *l, int64_t ii, tweed_plan *plan) {
  if (!longest_paths(l, l->nhard, ii, l->trial))
    return false;
  if (!fits(l, ii, l->trial) && (!longest_paths(l, l->nties, ii, l->trial) || !fits(l, ii, l->trial)))
    return false;
  for (int32_t v = 0; v < l->job->graph->n; v++)
    plan->start[v] = l->trial[v];
  plan->ii = ii;
  return true;
}

static bool try_scaled(lift *l, tweed_plan *plan) {
  int64_t ii = l->ii * l->scale;
  if (ii < l->job->first_ii || ii > l->job->last_ii)
    return false;
  for (int32_t v = 0; v < l->job->graph->n; v++)
    l->trial[v] = l->start[v] * l->scale;
  if (!fits(l, ii, l->trial))
    return false;
  for (int32_t v = 0; v < l->job->graph->n; v++)
    plan->start[v] = l->trial[v];
  plan->ii = ii;
  return true;
}

/* The least II, by halves between the first one and the scaled schedule's. */
static void search(lift *l, tweed_plan *plan) {
  int64_t low = l->job->first_ii, high = l->ii * l->scale;
  high = high > l->job->last_ii ? l->job->last_ii : high;
  if (try_ii(l, low, plan) || low >= high)
    return;
  if (!try_ii(l, high, plan) && !try_scaled(l, plan))
    return;
  while (high - low > 1 && !tweed_stopped(l->job->stop)) {
    int64_t middle = low + (high - low) / 2;
    if (try_ii(l, middle, plan))
      high = middle;
    else
      low = middle;
  }
}

/* By start: insertion into what topology has nearly sorted. */
static void sort_ops(lift *l) {
  const tweed_problem *p = l->job->problem;
  for (int32_t k = 0; k < p->nops; k++) {
    int32_t v = p->topo[k], at = k;
    for (; at > 0 && l->start[l->order[at - 1]] > l->start[v]; at--)
      l->order[at] = l->order[at - 1];
    l->order[at] = v;
  }
}

static tweed_status raise(lift *l, tweed_plan *plan, tweed_error *error) {
  tweed_arena *arena = l->job->arena;
  size_t n = (size_t)l->job->graph->n + 1;
  l->order = tweed_arena_array(arena, n, sizeof *l->order);
  l->trial = tweed_arena_array(arena, n, sizeof *l->trial);
  if (!l->order || !l->trial || !tweed_mrt_init(&l->table, l->job->graph))
    return tweed_no_memory(error);
  bool ordered = (int64_t)n * (int64_t)n / 2 <= MOST_PAIRS;
  if (ordered)
    sort_ops(l);
  if (ordered && !add_ties(l))
    return tweed_no_memory(error);
  if (ordered)
    search(l, plan);
  else
    try_scaled(l, plan);
  if (l->no_memory)
    return tweed_no_memory(error);
  if (plan->ii < 0)
    return tweed_fail(error, TWEED_UNKNOWN,
                      "the schedule of normalized costs, II %lld, has no counterpart on raw cycles within the limits",
                      (long long)l->ii);
  return TWEED_OK;
}

/* Solves the small problem. */
static tweed_status solve_small(const tweed_job *job, const char *solver, const tweed_problem *small,
                                tweed_schedule **out, tweed_error *error) {
  tweed_solve_options options = *job->options;
  options.solver = solver;
  options.ii = options.max_ii = options.normalize = 0;
  options.prove_length = false;
  options.proof = NULL;
  options.progress = NULL;
  if (options.time_limit > 0) {
    double left = job->stop->deadline - tweed_clock();
    options.time_limit = left > 1e-3 ? left : 1e-3;
  }
  tweed_status status = tweed_solve(small, &options, out, error);
  if (status == TWEED_INFEASIBLE) /* under a limit on stages, say: no word about the raw problem */
    status = TWEED_UNKNOWN;
  return status;
}

tweed_status tweed_plan_normalized(tweed_job *job, int32_t limit, const char *solver, tweed_plan *plan,
                                   tweed_error *error) {
  lift l = {.job = job};
  tweed_problem *small;
  tweed_schedule *s = NULL;
  tweed_status status = tweed_problem_normalize(job->problem, limit, &small, &l.scale, error);
  if (status != TWEED_OK)
    return status;
  l.small = small;
  if (l.scale > 1 || job->options->normalize > 0)
    status = solve_small(job, solver, small, &s, error);
  else
    status = tweed_fail(error, TWEED_UNKNOWN, "costs are small as they are");
  if (status == TWEED_OK) {
    l.ii = s->ii;
    l.start = s->start;
    status = raise(&l, plan, error);
    tweed_mrt_free(&l.table);
  }
  tweed_schedule_free(s);
  tweed_problem_free(small);
  return status;
}

static tweed_status run(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_status status = tweed_plan_normalized(job, job->options->normalize, job->options->solver, plan, error);
  return status == TWEED_INFEASIBLE ? TWEED_BAD_INPUT : status; /* the limit is too low: no word about the problem */
}

const tweed_solver tweed_normalized = {.name = "normalized",
                                       .description = "another row on normalized costs, brought back to raw cycles",
                                       .kinds = TWEED_MODULO,
                                       .proves = TWEED_PROVES_MII,
                                       .compact = true,
                                       .run = run};
