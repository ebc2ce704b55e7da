/* sat.c: the row "sat": order-encoded SAT (CaDiCaL), one II after the other, and the least length at one II.
 *
 * Whether there is a schedule at an II is asked of the reduced model; the whole model only where stages or the length
 * are limited. The reduced model does not know of limits, so what it refutes is refuted for good. */
#include "solve/sat.h"
#include <ccadical.h>
#include <string.h>

/* Limits when it is one row of a portfolio, and when it was asked for by name. Per II; so many IIs may stay undecided,
 * so many may be refuted. */
static const tweed_sat_limits few = {6000000, 20000}, many = {48000000, 400000};
enum { FEW_UNDECIDED = 1, MANY_UNDECIDED = 3, FEW_IIS = 64, MANY_IIS = 100000 };
/* For lengths. */
static const tweed_sat_limits length_limits = {3000000, 8000};
enum { MOST_LENGTH_OPS = 200 };

static int must_stop(void *state) {
  return tweed_stopped(state);
}

static void read_starts(CCaDiCaL *s, const tweed_cnf_model *m, int64_t *item_start) {
  for (int32_t i = 0; i < m->e->count; i++) {
    int64_t t = m->e->low[i];
    while (t < m->e->high[i] && ccadical_val(s, tweed_cnf_starts_by(m, i, t)) < 0)
      t++;
    item_start[i] = t;
  }
}

static tweed_status ask(const tweed_cnf_model *m, const tweed_sat_limits *limits, tweed_stop *stop, int64_t *item_start,
                        tweed_error *error) {
  CCaDiCaL *s = ccadical_init();
  if (!s)
    return tweed_no_memory(error);
  ccadical_set_option(s, "quiet", 1);
  ccadical_set_terminate(s, stop, must_stop);
  for (size_t k = 0; k < m->cnf.count; k++)
    ccadical_add(s, m->cnf.literals[k]);
  if (limits->conflicts > 0)
    ccadical_limit(s, "conflicts", limits->conflicts);
  int result = ccadical_solve(s);
  if (result == 10)
    read_starts(s, m, item_start);
  ccadical_release(s);
  if (result == 10)
    return TWEED_OK;
  if (result == 20)
    return tweed_fail(error, TWEED_INFEASIBLE, "no schedule at II %lld: refuted by SAT", (long long)m->e->ii);
  if (tweed_stopped(stop))
    return tweed_fail(error, TWEED_UNKNOWN, "stopped at II %lld", (long long)m->e->ii);
  return tweed_fail(error, TWEED_UNKNOWN, "II %lld is not decided within %d conflicts", (long long)m->e->ii,
                    (int)limits->conflicts);
}

tweed_status tweed_sat_decide(const tweed_exact *e, const tweed_sat_limits *limits, tweed_stop *stop,
                              int64_t *item_start, tweed_error *error) {
  tweed_cnf_model m;
  tweed_status status = tweed_cnf_model_init(&m, e, limits->literals, error);
  if (status == TWEED_OK)
    status = ask(&m, limits, stop, item_start, error);
  tweed_cnf_model_free(&m);
  return status;
}

/* Solves a model and completes the schedule. TWEED_UNKNOWN without `*decided`: it would need more stages than are
 * allowed. */
static tweed_status solve_model(tweed_job *job, tweed_exact *e, const tweed_sat_limits *limits, int64_t *start,
                                bool *decided, tweed_error *error) {
  int64_t *item_start = tweed_arena_array(e->arena, (size_t)e->count + 1, sizeof *item_start);
  if (!item_start)
    return tweed_no_memory(error);
  tweed_status status = tweed_sat_decide(e, limits, job->stop, item_start, error);
  *decided = status != TWEED_UNKNOWN;
  if (status == TWEED_OK && !tweed_exact_complete(e, item_start, tweed_job_max_start(job, e->ii), start))
    return tweed_fail(error, TWEED_UNKNOWN, "II %lld would need more stages", (long long)e->ii);
  return status;
}

/* One II. *for_good: what is refuted is so whatever the options. */
static tweed_status try_ii(tweed_job *job, int64_t ii, const tweed_sat_limits *limits, int64_t *start, bool *for_good,
                           tweed_error *error) {
  tweed_exact *e;
  bool decided = false;
  int64_t max_start = tweed_job_max_start(job, ii);
  *for_good = true;
  tweed_status status = tweed_exact_reduced(job->graph, ii, &e, error);
  if (status != TWEED_OK)
    return status;
  status = solve_model(job, e, limits, start, &decided, error);
  tweed_exact_free(e);
  if (status != TWEED_UNKNOWN || !decided || max_start == INT64_MAX)
    return status;
  *for_good = false;
  status = tweed_exact_whole(job->graph, ii, INT64_MAX, max_start, &e, error);
  if (status == TWEED_OK)
    status = solve_model(job, e, limits, start, &decided, error);
  tweed_exact_free(e);
  return status;
}

static void refute(tweed_job *job, int64_t ii, bool for_good) {
  if (for_good && job->lower_bound == ii) {
    job->lower_bound = ii + 1;
    job->lower_proof = TWEED_PROOF_SAT;
  }
  if (job->first_ii == ii)
    job->first_ii = ii + 1;
}

tweed_status tweed_run_sat(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  bool alone = job->options->solver && strcmp(job->options->solver, "sat") == 0, open = false, for_good;
  tweed_sat_limits limits = alone ? many : few;
  int32_t undecided = alone ? MANY_UNDECIDED : FEW_UNDECIDED;
  int64_t end = job->first_ii + (alone ? MANY_IIS : FEW_IIS);
  tweed_error why = {0};
  if (alone && job->options->time_limit > 0)
    limits.conflicts = 0; /* time is the limit */
  for (int64_t ii = job->first_ii; ii <= job->last_ii && ii < end && undecided > 0; ii++) {
    tweed_job_progress(job, "sat", ii);
    tweed_status status = try_ii(job, ii, &limits, plan->start, &for_good, error);
    if (status == TWEED_OK) {
      plan->ii = ii;
      return status;
    }
    if (status == TWEED_NO_MEMORY)
      return status;
    if (status == TWEED_INFEASIBLE) {
      refute(job, ii, for_good);
      continue;
    }
    undecided = tweed_stopped(job->stop) ? 0 : undecided - 1;
    if (!open && error)
      why = *error;
    open = true;
  }
  if (job->first_ii > job->last_ii)
    return tweed_fail(error, TWEED_INFEASIBLE, "SAT refutes every II up to %lld", (long long)job->last_ii);
  if (error && open)
    *error = why;
  return open ? TWEED_UNKNOWN
              : tweed_fail(error, TWEED_UNKNOWN, "no schedule found with II up to %lld", (long long)end);
}

/* Is there a schedule of that length? On TWEED_OK start[] is one. */
static tweed_status try_length(tweed_job *job, int64_t ii, int64_t length, int64_t *start, tweed_error *error) {
  tweed_exact *e;
  bool decided;
  tweed_status status = tweed_exact_whole(job->graph, ii, length, tweed_job_max_start(job, ii), &e, error);
  if (status == TWEED_OK)
    status = solve_model(job, e, &length_limits, start, &decided, error);
  tweed_exact_free(e);
  return status;
}

/* The bound itself is tried first, since it is often met; then by halves. An undecided length counts as too short for
 * the search, but not for the bound. */
tweed_status tweed_sat_shorten(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  const tweed_graph *g = job->graph;
  int64_t *start = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *start);
  int64_t low = *bound, high = tweed_exact_length(g, plan->start);
  if (!start)
    return tweed_no_memory(error);
  if (g->n > MOST_LENGTH_OPS && low < high)
    return tweed_fail(error, TWEED_UNKNOWN, "lengths are proved for up to %d ops", MOST_LENGTH_OPS);
  for (bool first = true, open = false; low < high && !tweed_stopped(job->stop); first = false) {
    int64_t length = first ? low : low + (high - low) / 2;
    tweed_status status = try_length(job, plan->ii, length, start, error);
    if (status == TWEED_NO_MEMORY)
      return status;
    if (status == TWEED_OK) {
      memcpy(plan->start, start, (size_t)g->n * sizeof *start);
      high = tweed_exact_length(g, start);
      continue;
    }
    low = length + 1;
    open |= status != TWEED_INFEASIBLE;
    if (!open)
      *bound = low;
  }
  return *bound >= high ? TWEED_OK : tweed_fail(error, TWEED_UNKNOWN, "the length is not decided");
}
