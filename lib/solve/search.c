/* search.c: the row "ims": iterative modulo scheduling at one II after the other. */
#include "solve/ims.h"

/* Placements per op and run. */
enum { BUDGET = 8 };

/* First on the whole graph. If that fails, only the arcs inside components, which never ask for more II than the
 * components themselves, with the other ops as early as they can or packed end to end; then once more all by slack. */
static tweed_ims_result try_ii(tweed_ims *s, tweed_job *job, int64_t ii) {
  static const struct {
    bool inner, pack, late;
  } ways[] = {{false, false, false}, {true, false, false}, {true, true, false}, {false, false, true}};
  tweed_ims_options o = {.ii = ii, .max_start = tweed_job_max_start(job, ii), .budget = (int64_t)BUDGET * s->g->n + 16};
  tweed_ims_result result = TWEED_IMS_FAILED;
  for (size_t k = 0; k < sizeof ways / sizeof ways[0] && result == TWEED_IMS_FAILED; k++) {
    o.inner = ways[k].inner;
    o.pack = ways[k].pack;
    o.late = ways[k].late;
    result = tweed_ims_run(s, &o, job->stop);
  }
  return result;
}

static tweed_status status_of(tweed_ims_result result, tweed_error *error) {
  return result == TWEED_IMS_FOUND ? TWEED_OK : result == TWEED_IMS_NO_MEMORY ? tweed_no_memory(error) : TWEED_UNKNOWN;
}

/* Tries an II; on success the plan becomes it. */
static tweed_ims_result attempt(tweed_ims *s, tweed_job *job, tweed_plan *plan, int64_t ii) {
  tweed_job_progress(job, "ims", ii);
  tweed_ims_result result = try_ii(s, job, ii);
  if (result == TWEED_IMS_FOUND) {
    for (int32_t v = 0; v < s->g->n; v++)
      plan->start[v] = s->time[v];
    plan->ii = ii;
    job->best_ii = ii;
  }
  return result;
}

/* Upwards from `from` (which failed) to below plan->ii or last, by growing steps, then back by halves. */
static tweed_ims_result climb(tweed_ims *s, tweed_job *job, tweed_plan *plan, int64_t last) {
  int64_t failed = job->first_ii, step = 1;
  tweed_ims_result result = TWEED_IMS_FAILED;
  for (int tries = 0; failed < last && result == TWEED_IMS_FAILED; tries++) {
    int64_t ii = last - failed > step ? failed + step : last;
    result = attempt(s, job, plan, ii);
    failed = result == TWEED_IMS_FAILED ? ii : failed;
    step += tries >= 32 ? step / 4 + 1 : 0;
  }
  while (result == TWEED_IMS_FOUND && plan->ii - failed > 1) {
    int64_t ii = failed + (plan->ii - failed) / 2;
    tweed_ims_result between = attempt(s, job, plan, ii);
    if (between == TWEED_IMS_FAILED)
      failed = ii;
    else if (between != TWEED_IMS_FOUND)
      return between;
  }
  return result;
}

/* After the first II failed: the list schedule says where to stop, and what to return if nothing else works. */
static tweed_status search_on(tweed_ims *s, tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_stop none = {0}; /* it is quick, and better than nothing after a limit */
  int64_t ceiling = 0, *fallback = tweed_arena_array(job->arena, (size_t)s->g->n + 1, sizeof *fallback);
  if (!fallback)
    return tweed_no_memory(error);
  tweed_status listed = tweed_list_starts(s->g, job->first_ii, &none, fallback, &ceiling, error);
  if (listed != TWEED_OK && listed != TWEED_UNKNOWN)
    return listed;
  int64_t last = listed == TWEED_OK && ceiling <= job->last_ii ? ceiling - 1 : job->last_ii;
  if (!tweed_mrt_possible(s->g, last))
    last = TWEED_MRT_CELLS / (s->g->nunits + 1);
  tweed_status status = status_of(climb(s, job, plan, last), error);
  if (status != TWEED_UNKNOWN || plan->ii >= 0 || listed != TWEED_OK || ceiling > job->last_ii)
    return plan->ii >= 0 && status == TWEED_UNKNOWN ? TWEED_OK : status;
  for (int32_t v = 0; v < s->g->n; v++)
    plan->start[v] = fallback[v];
  plan->ii = ceiling;
  return TWEED_OK;
}

tweed_status tweed_run_ims(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_ims s;
  if (!tweed_mrt_possible(job->graph, job->first_ii))
    return tweed_run_list(job, plan, error);
  tweed_status status = TWEED_NO_MEMORY;
  if (tweed_ims_init(&s, job->graph)) {
    tweed_ims_result result = attempt(&s, job, plan, job->first_ii);
    if (result == TWEED_IMS_FOUND || result == TWEED_IMS_NO_MEMORY)
      status = status_of(result, error);
    else
      status = search_on(&s, job, plan, error);
  } else {
    tweed_no_memory(error);
  }
  tweed_ims_free(&s);
  if (status == TWEED_UNKNOWN)
    tweed_fail(error, status, "no schedule found with II up to %lld", (long long)job->last_ii);
  return status;
}
