/* greedy.c: one pass as soon, or as late, as possible: nothing that was placed is moved again. */
#include "solve/solver.h"
#include <stdlib.h>

/* One pass at one II (0 = acyclic). Invariant: placed ops are in the table and satisfy all arcs among themselves. */
typedef struct pass {
  const tweed_graph *g;
  tweed_mrt table;
  int64_t ii, last; /* the last step an op may start in, plus latency for acyclic problems */
  int64_t *start, *early, *height;
  bool *placed;
} pass;

static bool pass_init(pass *s, const tweed_graph *g, int64_t *start) {
  size_t n = (size_t)g->n + 1;
  *s = (pass){.g = g, .start = start};
  bool ok = tweed_mrt_init(&s->table, g);
  s->early = calloc(2 * n, sizeof *s->early);
  s->placed = calloc(n, sizeof *s->placed);
  s->height = s->early ? s->early + n : NULL;
  return ok && s->early && s->placed;
}

static void pass_free(pass *s) {
  tweed_mrt_free(&s->table);
  free(s->early);
  free(s->placed);
}

/* The latest start that deadline and paths allow without regard to units. */
static int64_t deadline(const pass *s, int32_t v) {
  return s->last - s->height[v] - (s->ii == 0 ? tweed_class_of(s->g->problem, v)->latency : 0);
}

static void window(const pass *s, int32_t v, int64_t *low, int64_t *high) {
  const tweed_graph *g = s->g;
  *low = s->early[v];
  *high = deadline(s, v);
  for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
    int64_t bound = s->start[g->in[e].other] + tweed_arc_weight(&g->in[e], s->ii);
    if (s->placed[g->in[e].other] && bound > *low)
      *low = bound;
  }
  for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++) {
    int64_t bound = s->start[g->out[e].other] - tweed_arc_weight(&g->out[e], s->ii);
    if (s->placed[g->out[e].other] && bound < *high)
      *high = bound;
  }
}

static bool find_early(const pass *s, int32_t shape, int64_t low, int64_t high, int64_t *start) {
  int64_t width = high - low + 1;
  if (s->ii > 0 && width > s->ii)
    width = s->ii;
  return width > 0 && tweed_mrt_find(&s->table, shape, low, width, start);
}

static bool find_late(const pass *s, int32_t shape, int64_t low, int64_t high, int64_t *start) {
  if (s->ii > 0 && high - low >= s->ii)
    low = high - s->ii + 1;
  for (*start = high; *start >= low; --*start)
    if (s->table.shapes[shape].count == 0 ||
        tweed_mrt_conflict(&s->table, shape, tweed_mrt_row(&s->table, *start)) == 0)
      return true;
  return false;
}

/* TWEED_OK, TWEED_UNKNOWN (some op found no place), TWEED_NO_MEMORY. */
static tweed_status place_all(pass *s, bool late, tweed_stop *stop) {
  const tweed_graph *g = s->g;
  for (int32_t v = 0; v < g->n; v++)
    s->placed[v] = false;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[late ? g->n - 1 - k : k];
    int64_t low, high;
    if ((k & 255) == 255 && tweed_stopped(stop))
      return TWEED_UNKNOWN;
    window(s, v, &low, &high);
    if (!(late ? find_late : find_early)(s, g->shape[v], low, high, &s->start[v]))
      return TWEED_UNKNOWN;
    if (!tweed_mrt_change(&s->table, g->shape[v], s->start[v], 1))
      return TWEED_NO_MEMORY;
    s->placed[v] = true;
  }
  return TWEED_OK;
}

/* One II; `last` gives late passes room for a second try with one more turn of the table. */
static tweed_status try_ii(pass *s, tweed_job *job, int64_t ii, bool late) {
  int64_t longest = 0, limit = tweed_job_max_start(job, ii);
  tweed_fit fit = tweed_mrt_reset(&s->table, ii, NULL);
  if (fit != TWEED_FIT_YES)
    return fit == TWEED_FIT_NO ? TWEED_UNKNOWN : TWEED_NO_MEMORY;
  s->ii = ii;
  tweed_graph_earliest(s->g, ii, s->early);
  tweed_graph_heights(s->g, ii, s->height);
  for (int32_t v = 0; v < s->g->n; v++)
    longest = s->early[v] + s->height[v] > longest ? s->early[v] + s->height[v] : longest;
  if (longest > limit)
    return TWEED_UNKNOWN;
  s->last = late ? longest + ii * 2 : INT64_MAX / 4;
  s->last = s->last > limit ? limit : s->last;
  tweed_status status = place_all(s, late, job->stop);
  int64_t first = INT64_MAX;
  for (int32_t v = 0; status == TWEED_OK && late && v < s->g->n; v++)
    first = s->start[v] < first ? s->start[v] : first;
  for (int32_t v = 0; status == TWEED_OK && late && v < s->g->n; v++)
    s->start[v] -= first;
  return status;
}

/* IIs upwards with growing steps; a list schedule where none works. */
static tweed_status search_ii(pass *s, tweed_job *job, tweed_plan *plan, bool late, tweed_error *error) {
  int64_t ceiling;
  tweed_status status = tweed_list_starts(job->graph, job->first_ii, job->stop, plan->start, &ceiling, error);
  if (status != TWEED_OK && status != TWEED_UNKNOWN)
    return status;
  if (status == TWEED_UNKNOWN || ceiling > job->last_ii)
    ceiling = job->last_ii + 1;
  int64_t step = 1;
  for (int64_t ii = job->first_ii, tries = 0;
       ii < ceiling && tweed_mrt_possible(job->graph, ii) && !tweed_stopped(job->stop); ii += step, tries++) {
    tweed_job_progress(job, late ? "alap" : "asap", ii);
    status = try_ii(s, job, ii, late);
    if (status == TWEED_OK)
      plan->ii = ii;
    if (status != TWEED_UNKNOWN)
      return status;
    step += tries >= 32 ? step / 4 + 1 : 0;
  }
  return tweed_run_list(job, plan, error);
}

static tweed_status acyclic(pass *s, tweed_job *job, tweed_plan *plan, bool late, tweed_error *error) {
  s->last = job->problem->length;
  if (s->g->nunits > 0 && s->last > TWEED_MRT_CELLS / 2 / s->g->nunits)
    s->last = TWEED_MRT_CELLS / 2 / s->g->nunits; /* a shorter deadline is legal as well */
  tweed_mrt_reset(&s->table, 0, NULL);
  tweed_graph_earliest(s->g, 0, s->early);
  for (int32_t v = 0; v < s->g->n; v++)
    s->height[v] = 0; /* arcs to placed ops and latencies say all in a late pass; an early one needs no deadline */
  tweed_status status = place_all(s, late, job->stop);
  if (status == TWEED_OK)
    plan->ii = 0;
  if (status == TWEED_UNKNOWN)
    return tweed_fail(error, status, "no %s schedule of length %lld without moving ops again",
                      late ? "as-late-as-possible" : "as-soon-as-possible", (long long)job->problem->length);
  return status;
}

static tweed_status run(tweed_job *job, tweed_plan *plan, bool late, tweed_error *error) {
  pass s;
  tweed_status status = TWEED_NO_MEMORY;
  if (pass_init(&s, job->graph, plan->start))
    status = job->problem->length > 0 ? acyclic(&s, job, plan, late, error) : search_ii(&s, job, plan, late, error);
  pass_free(&s);
  return status == TWEED_NO_MEMORY ? tweed_no_memory(error) : status;
}

tweed_status tweed_run_asap(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  return run(job, plan, false, error);
}

tweed_status tweed_run_alap(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  return run(job, plan, true, error);
}
