/* ilp.c: the row "ilp": integer programs on lp_solve, at one II after the other. */
#include "solve/ilp.h"

/* Steps times size for each II, some ten seconds; IIs that are tried though a lower one was left open. */
#define WORK ((int64_t)1 << 30)
enum { MOST_OPEN = 2 };

typedef struct attempt {
  tweed_job *job;
  tweed_arena *arena;
  tweed_ilp *blocks;
  int64_t *times;
} attempt;

static int64_t work_of(const tweed_job *job) {
  return job->effort < 1 ? (int64_t)((double)WORK * job->effort) : job->options->time_limit > 0 ? 0 : WORK;
}

/* One scope at one II. On TWEED_OK the starts are in the plan. */
static tweed_status try_scope(attempt *a, int64_t ii, int64_t max_start, tweed_plan *plan) {
  const tweed_graph *g = a->job->graph;
  tweed_status status = tweed_ilp_blocks(g, a->arena, ii, max_start, a->job->stop, &a->blocks);
  if (status != TWEED_OK)
    return status;
  a->times = tweed_arena_array(a->arena, (size_t)g->n + 1, sizeof *a->times);
  if (!a->times)
    return TWEED_NO_MEMORY;
  status = tweed_ilp_solve(a->blocks, TWEED_ILP_ORDER, work_of(a->job), a->job->stop, a->times, NULL);
  if (status != TWEED_OK)
    return status;
  return tweed_ilp_starts(a->blocks, a->times, tweed_job_max_start(a->job, ii), plan->start) ? TWEED_OK : TWEED_UNKNOWN;
}

/* The inner scope first: it is smaller, and what it refutes is refuted for good. */
static tweed_status try_ii(attempt *a, int64_t ii, tweed_plan *plan) {
  tweed_job *job = a->job;
  int64_t max_start = tweed_job_max_start(job, ii);
  tweed_status status = try_scope(a, ii, INT64_MAX, plan);
  if (status == TWEED_INFEASIBLE && job->lower_bound == ii) {
    job->lower_bound = ii + 1;
    job->lower_proof = TWEED_PROOF_ILP;
  }
  if ((status == TWEED_UNKNOWN || status == TWEED_BAD_INPUT) && max_start < INT64_MAX)
    status = try_scope(a, ii, max_start, plan);
  if (status == TWEED_INFEASIBLE && job->first_ii == ii)
    job->first_ii = ii + 1;
  return status;
}

/* TWEED_BAD_INPUT: all that was tried is too large. */
static tweed_status search(tweed_job *job, tweed_plan *plan) {
  int open = 0, large = 0;
  for (int64_t ii = job->first_ii;
       ii <= job->last_ii && open < (job->effort < 1 ? 1 : MOST_OPEN) && !tweed_stopped(job->stop); ii++) {
    attempt a = {.job = job, .arena = tweed_arena_new()};
    tweed_job_progress(job, "ilp", ii);
    tweed_status status = a.arena ? try_ii(&a, ii, plan) : TWEED_NO_MEMORY;
    tweed_arena_free(a.arena);
    if (status == TWEED_OK)
      plan->ii = ii;
    if (status == TWEED_OK || status == TWEED_NO_MEMORY)
      return status;
    large += status == TWEED_BAD_INPUT;
    open += status != TWEED_INFEASIBLE;
  }
  if (job->first_ii > job->last_ii)
    return TWEED_INFEASIBLE;
  return large > 0 && large == open ? TWEED_BAD_INPUT : TWEED_UNKNOWN;
}

tweed_status tweed_run_ilp(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_status status = search(job, plan);
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (status == TWEED_INFEASIBLE)
    return tweed_fail(error, status, "integer programs have no solution at any II up to %lld", (long long)job->last_ii);
  if (status == TWEED_BAD_INPUT)
    return tweed_fail(error, TWEED_UNKNOWN, "problem \"%s\" is too large for integer programs", job->problem->name);
  if (status == TWEED_UNKNOWN)
    return tweed_fail(error, status, "the limits on work or time ended the integer programs");
  return status;
}
