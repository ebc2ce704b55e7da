/* short.c: a plan made shorter by IMS under a falling limit on start times: cheap, and proves nothing. */
#include "solve/exact.h"
#include "solve/ims.h"
#include "solve/portfolio.h"
#include <string.h>

/* Runs per limit, placements per op and run, and ops above which each limit gets one run only. */
enum { VARIANTS = 6, BUDGET = 8, MANY_OPS = 600 };

static int64_t last_start(const tweed_graph *g, const int64_t *start) {
  int64_t last = 0;
  for (int32_t v = 0; v < g->n; v++)
    last = start[v] > last ? start[v] : last;
  return last;
}

/* Some variants under one limit; the plan becomes the first that is shorter. */
static tweed_ims_result try_limit(tweed_job *job, tweed_ims *s, int64_t max_start, tweed_plan *plan) {
  const tweed_graph *g = job->graph;
  tweed_ims_options o = {.ii = plan->ii, .max_start = max_start, .budget = (int64_t)BUDGET * g->n + 16};
  int64_t length = tweed_exact_length(g, plan->start);
  for (int32_t k = 0; k < (g->n > MANY_OPS ? 1 : VARIANTS); k++) {
    o.late = k % 2 == 1;
    o.noise = k < 2 ? 0 : 0.1 * k;
    o.seed = job->options->seed + (uint64_t)k;
    tweed_ims_result result = tweed_ims_run(s, &o, job->stop);
    if (result == TWEED_IMS_NO_MEMORY || result == TWEED_IMS_STOPPED)
      return result;
    if (result != TWEED_IMS_FOUND || tweed_exact_length(g, s->time) >= length)
      continue;
    memcpy(plan->start, s->time, (size_t)g->n * sizeof *plan->start);
    return TWEED_IMS_FOUND;
  }
  return TWEED_IMS_FAILED;
}

tweed_status tweed_shorten_by_ims(tweed_job *job, tweed_plan *plan, int64_t bound, tweed_error *error) {
  const tweed_graph *g = job->graph;
  tweed_ims s;
  int64_t low = 0, high = last_start(g, plan->start);
  if (!tweed_mrt_possible(g, plan->ii))
    return TWEED_OK;
  tweed_ims_result result = tweed_ims_init(&s, g) ? TWEED_IMS_FAILED : TWEED_IMS_NO_MEMORY;
  while (low < high && result != TWEED_IMS_NO_MEMORY && result != TWEED_IMS_STOPPED &&
         tweed_exact_length(g, plan->start) > bound) {
    int64_t limit = low + (high - low) / 2;
    result = try_limit(job, &s, limit, plan);
    if (result == TWEED_IMS_FOUND)
      high = last_start(g, plan->start) < limit ? last_start(g, plan->start) : limit;
    else
      low = limit + 1;
  }
  tweed_ims_free(&s);
  return result == TWEED_IMS_NO_MEMORY ? tweed_no_memory(error) : TWEED_OK;
}
