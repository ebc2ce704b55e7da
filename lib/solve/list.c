/* list.c: list scheduling: ops in order of their height, each at the first step where its units are free. */
#include "solve/list.h"
#include <math.h>
#include <stdlib.h>

/* An II so large that dependences of a distance never bind, but whose product with a distance fits 64 bits. */
#define NO_OVERLAP ((int64_t)4 * TWEED_MAX_NUMBER)

typedef struct ranked {
  int64_t height;
  int32_t place, op;
} ranked;

static int by_height(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->height != y->height)
    return x->height > y->height ? -1 : 1;
  return x->place < y->place ? -1 : 1;
}

/* The ops by falling height; where dependences of distance 0 join equal heights, in their order. */
static ranked *rank_ops(const tweed_graph *g) {
  size_t n = (size_t)g->n + 1;
  ranked *list = calloc(n, sizeof *list);
  int64_t *height = calloc(n, sizeof *height);
  if (list && height) {
    tweed_graph_heights(g, NO_OVERLAP, height);
    for (int32_t k = 0; k < g->n; k++)
      list[k] = (ranked){height[g->order[k]], k, g->order[k]};
    qsort(list, (size_t)g->n, sizeof *list, by_height);
  } else {
    free(list);
    list = NULL;
  }
  free(height);
  return list;
}

static int64_t ready_at(const tweed_graph *g, const int64_t *start, int32_t v) {
  int64_t at = 0;
  for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++)
    if (g->in[e].distance == 0 && start[g->in[e].other] + g->in[e].latency > at)
      at = start[g->in[e].other] + g->in[e].latency;
  return at;
}

/* Fills start. full[s]: no start of shape s before it is free any more; a linear table only fills up. */
static tweed_status place_all(tweed_mrt *t, const ranked *list, int64_t *full, tweed_stop *stop, int64_t *start) {
  const tweed_graph *g = t->g;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = list[k].op, shape = g->shape[v];
    int64_t from = ready_at(g, start, v);
    bool first = from <= full[shape];
    if ((k & 1023) == 1023 && tweed_stopped(stop))
      return TWEED_UNKNOWN;
    if (!tweed_mrt_find(t, shape, first ? full[shape] : from, INT64_MAX / 4, &start[v]))
      return TWEED_INFEASIBLE; /* a lowered limit below what one op holds */
    if (first)
      full[shape] = start[v];
    if (!tweed_mrt_change(t, shape, start[v], 1))
      return TWEED_NO_MEMORY;
  }
  return TWEED_OK;
}

/* One op after the other: for times that no table holds. */
static void place_serially(const tweed_graph *g, int64_t *start) {
  int64_t at = 0;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->problem->topo[k];
    int64_t ready = ready_at(g, start, v), extent = g->shapes[g->shape[v]].extent;
    start[v] = ready > at ? ready : at;
    at = start[v] + (extent > 0 ? extent : 1);
  }
}

static int64_t least_ii(const tweed_graph *g, const int64_t *start) {
  int64_t ii = 1;
  for (int32_t v = 0; v < g->n; v++) {
    int64_t extent = g->shapes[g->shape[v]].extent, end = start[v] + (extent > 0 ? extent : 1);
    ii = end > ii ? end : ii;
    for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
      const tweed_arc *a = &g->in[e];
      int64_t late = start[a->other] + a->latency - start[v];
      if (a->distance > 0 && late > 0 && (late + a->distance - 1) / a->distance > ii)
        ii = (late + a->distance - 1) / a->distance;
    }
  }
  return ii;
}

/* A linear list schedule, with the table's limits as they are. */
static tweed_status list_schedule(tweed_mrt *t, const ranked *list, tweed_stop *stop, int64_t *start) {
  int64_t *full = calloc((size_t)t->g->nshapes + 1, sizeof *full);
  if (!full)
    return TWEED_NO_MEMORY;
  tweed_mrt_reset(t, 0, NULL);
  tweed_status status = place_all(t, list, full, stop, start);
  free(full);
  return status;
}

static bool fits_a_table(const tweed_graph *g) {
  int64_t rows = 0;
  for (int32_t v = 0; v < g->n; v++) {
    int64_t latency = tweed_class_of(g->problem, v)->latency, extent = g->shapes[g->shape[v]].extent;
    rows += (latency > extent ? latency : extent) + 1;
  }
  for (int32_t e = 0; e < g->in_begin[g->n]; e++)
    rows += g->in[e].latency;
  return g->nunits == 0 || rows < TWEED_MRT_CELLS / g->nunits;
}

tweed_status tweed_list_starts(const tweed_graph *g, int64_t at_least, tweed_stop *stop, int64_t *start, int64_t *ii,
                               tweed_error *error) {
  tweed_status status = TWEED_NO_MEMORY;
  if (!fits_a_table(g)) {
    place_serially(g, start);
    status = TWEED_OK;
  } else {
    tweed_mrt t;
    ranked *list = rank_ops(g);
    if (tweed_mrt_init(&t, g) && list)
      status = list_schedule(&t, list, stop, start);
    tweed_mrt_free(&t);
    free(list);
  }
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (status != TWEED_OK)
    return status;
  *ii = least_ii(g, start);
  *ii = *ii > at_least ? *ii : at_least;
  if (*ii > TWEED_MAX_NUMBER)
    return tweed_fail(error, TWEED_UNKNOWN, "the list schedule needs II %lld, above the limit of %d", (long long)*ii,
                      TWEED_MAX_NUMBER);
  return TWEED_OK;
}

static bool ends_in_time(const tweed_graph *g, const int64_t *start) {
  const tweed_problem *p = g->problem;
  for (int32_t v = 0; v < g->n; v++)
    if (start[v] + tweed_class_of(p, v)->latency > p->length)
      return false;
  return true;
}

/* Lets every unlimited unit have `share` / 1024 of what a schedule without limits takes at its peak, at least `least`
 * of it. */
static void limit_units(tweed_mrt *t, const int64_t *peak, const int64_t *least, int64_t share) {
  for (int32_t u = 0; u < t->g->nunits; u++) {
    if (t->g->count[u] != INT32_MAX)
      continue;
    int64_t limit = (int64_t)((double)peak[u] * (double)share / 1024);
    limit = limit > least[u] ? limit : least[u];
    t->limit[u] = limit < INT32_MAX ? (int32_t)limit : INT32_MAX;
  }
}

static void peaks(const tweed_mrt *t, int64_t *peak, int64_t *least) {
  for (int32_t u = 0; u < t->g->nunits; u++)
    for (int64_t r = 0; r < t->rows; r++)
      peak[u] = t->used[u][r] > peak[u] ? t->used[u][r] : peak[u];
  for (int32_t k = 0; k < t->g->nsegments; k++) {
    const tweed_segment *s = &t->g->segments[k];
    least[s->unit] = s->held > least[s->unit] ? s->held : least[s->unit];
  }
}

/* Bisects for the least share of unlimited units with which the list schedule still ends in time. */
static tweed_status level_units(tweed_mrt *t, const ranked *list, tweed_stop *stop, int64_t *start) {
  const tweed_graph *g = t->g;
  size_t units = (size_t)g->nunits + 1;
  int64_t *trial = tweed_arena_array(g->arena, (size_t)g->n + 1, sizeof *trial);
  int64_t *peak = tweed_arena_array(g->arena, 2 * units, sizeof *peak);
  if (!trial || !peak)
    return TWEED_NO_MEMORY;
  int64_t low = 0, high = 1024;
  peaks(t, peak, peak + units);
  while (high - low > 1 && !tweed_stopped(stop)) {
    int64_t middle = low + (high - low) / 2;
    limit_units(t, peak, peak + units, middle);
    tweed_status status = list_schedule(t, list, stop, trial);
    if (status == TWEED_NO_MEMORY)
      return status;
    bool good = status == TWEED_OK && ends_in_time(g, trial);
    for (int32_t v = 0; good && v < g->n; v++)
      start[v] = trial[v];
    *(good ? &high : &low) = middle;
  }
  return TWEED_OK;
}

/* Keeps `start`, if it ends in time and is better than what there is. */
static tweed_status offer(const tweed_graph *g, int64_t *start, tweed_list_best *best) {
  double cost;
  if (!ends_in_time(g, start))
    return TWEED_OK;
  if (!tweed_cost_of_starts(g->problem, start, &cost))
    return TWEED_NO_MEMORY;
  for (int32_t v = 0; v < g->n && cost < best->cost; v++)
    best->start[v] = start[v];
  best->cost = cost < best->cost ? cost : best->cost;
  return TWEED_OK;
}

/* The list schedule, the one that levels units, and those by values: the best by the objective. */
static tweed_status list_all(tweed_job *job, tweed_mrt *t, const ranked *list, tweed_list_best *best) {
  const tweed_graph *g = job->graph;
  const tweed_problem *p = job->problem;
  int64_t *start = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *start);
  tweed_status status = start ? list_schedule(t, list, job->stop, start) : TWEED_NO_MEMORY;
  if (status == TWEED_OK)
    status = offer(g, start, best);
  if (status == TWEED_OK && p->has_objective && p->objective.resource > 0 && ends_in_time(g, start))
    status = level_units(t, list, job->stop, start);
  if (status == TWEED_OK)
    status = offer(g, start, best);
  if (status == TWEED_OK && p->has_objective && (p->objective.communication > 0 || p->objective.memory > 0))
    status = tweed_list_by_values(job, best);
  return status;
}

static tweed_status list_acyclic(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  const tweed_graph *g = job->graph;
  tweed_mrt t;
  tweed_list_best best = {plan->start, INFINITY};
  tweed_status status = TWEED_NO_MEMORY;
  if (!fits_a_table(g))
    return tweed_fail(error, TWEED_UNKNOWN, "the times of problem \"%s\" are too large for a list schedule",
                      g->problem->name);
  ranked *list = rank_ops(g);
  if (tweed_mrt_init(&t, g) && list)
    status = list_all(job, &t, list, &best);
  tweed_mrt_free(&t);
  free(list);
  plan->ii = best.cost < INFINITY ? 0 : -1;
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (plan->ii < 0)
    return tweed_fail(error, TWEED_UNKNOWN, "the list schedule is longer than the length of %lld",
                      (long long)job->problem->length);
  return TWEED_OK;
}

tweed_status tweed_run_list(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  if (job->problem->length > 0)
    return list_acyclic(job, plan, error);
  int64_t ii;
  tweed_status status = tweed_list_starts(job->graph, job->first_ii, job->stop, plan->start, &ii, error);
  if (status != TWEED_OK)
    return status;
  if (ii > job->last_ii)
    return tweed_fail(error, TWEED_UNKNOWN, "the list schedule needs II %lld", (long long)ii);
  plan->ii = ii;
  return TWEED_OK;
}
