/* ilp.c: the row "ilp": integer programs on lp_solve, at one II after the other. */
#include "solve/ilp.h"
#include <string.h>

/* Steps times size for each II, some ten seconds; IIs that are tried though a lower one was left open; an II from which
 * on costs are normalized first, and what they then add up to (Twill's 300), at least two for each. */
#define WORK ((int64_t)1 << 30)
enum { MOST_OPEN = 2, LARGE_II = 256, NORMAL_SUM = 300 };

typedef struct attempt {
  tweed_job *job;
  tweed_arena *arena;
  int64_t *start;
} attempt;

static int64_t work_of(const tweed_job *job) {
  return job->effort < 1 ? (int64_t)((double)WORK * job->effort) : job->options->time_limit > 0 ? 0 : WORK;
}

/* One scope at one II. On TWEED_OK the starts are in a->start. TWEED_BAD_INPUT: too large. */
static tweed_status try_scope(const attempt *a, int64_t ii, int64_t max_start) {
  const tweed_graph *g = a->job->graph;
  tweed_ilp *blocks;
  tweed_status status = tweed_ilp_blocks(g, a->arena, ii, max_start, a->job->stop, &blocks);
  if (status != TWEED_OK)
    return status;
  int64_t *times = tweed_arena_array(a->arena, (size_t)g->n + 1, sizeof *times);
  if (!times)
    return TWEED_NO_MEMORY;
  status = tweed_ilp_solve(blocks, TWEED_ILP_ORDER, work_of(a->job), a->job->stop, times, NULL);
  if (status != TWEED_OK)
    return status;
  return tweed_ilp_starts(blocks, times, tweed_job_max_start(a->job, ii), a->start) ? TWEED_OK : TWEED_UNKNOWN;
}

/* The inner scope first: it is smaller, and what it refutes is refuted for good. */
static tweed_status try_ii(const attempt *a, int64_t ii) {
  tweed_job *job = a->job;
  int64_t max_start = tweed_job_max_start(job, ii);
  tweed_status status = try_scope(a, ii, INT64_MAX);
  if (status == TWEED_INFEASIBLE && job->lower_bound == ii) {
    job->lower_bound = ii + 1;
    job->lower_proof = TWEED_PROOF_ILP;
  }
  if ((status == TWEED_UNKNOWN || status == TWEED_BAD_INPUT) && max_start < INT64_MAX)
    status = try_scope(a, ii, max_start);
  if (status == TWEED_INFEASIBLE && job->first_ii == ii)
    job->first_ii = ii + 1;
  return status;
}

/* IIs up to `last`. TWEED_BAD_INPUT: all that was tried is too large. */
static tweed_status search(tweed_job *job, int64_t last, tweed_plan *plan) {
  int open = 0, large = 0;
  int most_open = job->effort < 1 ? 1 : MOST_OPEN;
  for (int64_t ii = job->first_ii; ii <= last && open < most_open && !tweed_stopped(job->stop); ii++) {
    attempt a = {.job = job, .arena = tweed_arena_new()};
    size_t n = (size_t)job->graph->n;
    tweed_job_progress(job, "ilp", ii);
    a.start = a.arena ? tweed_arena_array(a.arena, n + 1, sizeof *a.start) : NULL;
    tweed_status status = a.start ? try_ii(&a, ii) : TWEED_NO_MEMORY;
    if (status == TWEED_OK) {
      memcpy(plan->start, a.start, n * sizeof *a.start);
      plan->ii = ii;
    }
    tweed_arena_free(a.arena);
    if (status == TWEED_OK || status == TWEED_NO_MEMORY)
      return status;
    large += status == TWEED_BAD_INPUT;
    open += status != TWEED_INFEASIBLE;
  }
  if (job->first_ii > last)
    return TWEED_INFEASIBLE;
  return large > 0 && large == open ? TWEED_BAD_INPUT : TWEED_UNKNOWN;
}

/* Programs grow with costs: where these are large, a plan by way of small ones comes first, and a better one by way of
 * some that are twice as large. */
static tweed_status plan_ahead(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  int64_t sum = 2 * ((int64_t)job->problem->nops + job->problem->ndeps), last = job->last_ii;
  sum = sum > NORMAL_SUM ? sum : NORMAL_SUM;
  if (job->effort < 1 || job->first_ii < LARGE_II || job->options->normalize > 0 || sum > TWEED_MAX_NUMBER / 2)
    return TWEED_UNKNOWN;
  tweed_status status = tweed_plan_normalized(job, (int32_t)sum, "ilp", plan, error);
  if (status == TWEED_OK && plan->ii > job->first_ii) {
    job->last_ii = plan->ii - 1;
    if (tweed_plan_normalized(job, (int32_t)(2 * sum), "ilp", plan, error) == TWEED_NO_MEMORY)
      status = TWEED_NO_MEMORY;
    job->last_ii = last;
  }
  return status;
}

tweed_status tweed_run_ilp(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_status ahead = plan_ahead(job, plan, error);
  if (ahead == TWEED_NO_MEMORY || (ahead == TWEED_OK && plan->ii == job->first_ii))
    return ahead;
  tweed_status status = search(job, ahead == TWEED_OK ? plan->ii - 1 : job->last_ii, plan);
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (ahead == TWEED_OK)
    return TWEED_OK;
  if (status == TWEED_INFEASIBLE)
    return tweed_fail(error, status, "integer programs have no solution at any II up to %lld", (long long)job->last_ii);
  if (status == TWEED_BAD_INPUT)
    return tweed_fail(error, TWEED_UNKNOWN, "problem \"%s\" is too large for integer programs", job->problem->name);
  if (status == TWEED_UNKNOWN)
    return tweed_fail(error, status, "the limits on work or time ended the integer programs");
  return status;
}
