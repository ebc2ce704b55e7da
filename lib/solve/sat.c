/* sat.c: the row "sat": order-encoded SAT (CaDiCaL), one II after the other, and the least length at one II.
 *
 * Whether there is a schedule at an II is asked of the reduced model; the whole model only where stages or the length
 * are limited. The reduced model does not know of limits, so what it refutes is refuted for good. */
#include "solve/sat.h"
#include <ccadical.h>
#include <math.h>
#include <string.h>

/* What questions may cost. Work is counted in conflicts times (a constant + the literals of the CNF), which is about a
 * nanosecond each, and the same everywhere. */
typedef struct sat_budget {
  size_t literals; /* most of one CNF */
  double work;     /* left; each question takes from it what it used; INFINITY = no limit */
  double share;    /* of what is left, for one question */
} sat_budget;

/* What it may cost as one row of a portfolio, asked for by name, and for a length. IIs that may stay undecided, and IIs
 * that are tried at all. */
static const sat_budget small = {4000000, 3e8, 0.5}, large = {12000000, 2e10, 0.5}, lengths = {1000000, 4e8, 0.25};
enum { UNDECIDED_IN_AUTO = 2, UNDECIDED_ALONE = 4, IIS_IN_AUTO = 64, IIS_ALONE = 100000, MOST_LENGTH_OPS = 200 };

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

static void count_conflict(void *state, int *clause) {
  (void)clause;
  ++*(int64_t *)state;
}

/* Solves the formula within the share of the budget, and takes from it what that cost. */
static int run_solver(CCaDiCaL *s, const tweed_cnf *f, sat_budget *budget, tweed_stop *stop) {
  double price = 40000 + (double)f->count, most = budget->work * budget->share / price;
  int64_t conflicts = 0;
  ccadical_set_option(s, "quiet", 1);
  ccadical_set_terminate(s, stop, must_stop);
  ccadical_set_learn(s, &conflicts, INT32_MAX, count_conflict);
  for (size_t k = 0; k < f->count; k++) {
    if (k % (1 << 18) == 0 && tweed_stopped(stop))
      return 0;
    ccadical_add(s, f->literals[k]);
  }
  if (most < INT32_MAX)
    ccadical_limit(s, "conflicts", (int)most + 1);
  int result = ccadical_solve(s);
  budget->work -= ((double)conflicts + 100) * price;
  return result;
}

static tweed_status ask(const tweed_cnf_model *m, sat_budget *budget, tweed_stop *stop, int64_t *item_start,
                        tweed_error *error) {
  CCaDiCaL *s = ccadical_init();
  if (!s)
    return tweed_no_memory(error);
  int result = run_solver(s, &m->cnf, budget, stop);
  if (result == 10)
    read_starts(s, m, item_start);
  ccadical_release(s);
  if (result == 10)
    return TWEED_OK;
  if (result == 20)
    return tweed_fail(error, TWEED_INFEASIBLE, "no schedule at II %lld: refuted by SAT", (long long)m->e->ii);
  return tweed_fail(error, TWEED_UNKNOWN, "II %lld is not decided within the limit on %s", (long long)m->e->ii,
                    tweed_stopped(stop) ? "time" : "work");
}

/* TWEED_OK: item_start[] satisfies the model; TWEED_INFEASIBLE: it has no solution; TWEED_UNKNOWN: a limit. */
static tweed_status decide(const tweed_exact *e, sat_budget *budget, tweed_stop *stop, int64_t *item_start,
                           tweed_error *error) {
  tweed_cnf_model m;
  if (budget->work <= 0)
    return tweed_fail(error, TWEED_UNKNOWN, "II %lld is not decided within the limit on work", (long long)e->ii);
  tweed_status status = tweed_cnf_model_init(&m, e, budget->literals, error);
  if (status == TWEED_OK)
    status = ask(&m, budget, stop, item_start, error);
  tweed_cnf_model_free(&m);
  return status;
}

/* Solves a model and completes the schedule. TWEED_UNKNOWN without `*decided`: it would need more stages than are
 * allowed. */
static tweed_status solve_model(tweed_job *job, tweed_exact *e, sat_budget *budget, int64_t *start, bool *decided,
                                tweed_error *error) {
  int64_t *item_start = tweed_arena_array(e->arena, (size_t)e->count + 1, sizeof *item_start);
  if (!item_start)
    return tweed_no_memory(error);
  tweed_status status = decide(e, budget, job->stop, item_start, error);
  *decided = status != TWEED_UNKNOWN;
  if (status == TWEED_OK && !tweed_exact_complete(e, item_start, tweed_job_max_start(job, e->ii), start))
    return tweed_fail(error, TWEED_UNKNOWN, "II %lld would need more stages", (long long)e->ii);
  return status;
}

/* One II. *for_good: what is refuted is so whatever the options. */
static tweed_status try_ii(tweed_job *job, int64_t ii, sat_budget *budget, int64_t *start, bool *for_good,
                           tweed_error *error) {
  tweed_exact *e;
  bool decided = false;
  int64_t max_start = tweed_job_max_start(job, ii);
  *for_good = true;
  tweed_status status = tweed_exact_reduced(job->graph, ii, &e, error);
  if (status != TWEED_OK)
    return status;
  status = solve_model(job, e, budget, start, &decided, error);
  tweed_exact_free(e);
  if (status != TWEED_UNKNOWN || !decided || max_start == INT64_MAX)
    return status;
  *for_good = false;
  status = tweed_exact_whole(job->graph, ii, INT64_MAX, max_start, &e, error);
  if (status == TWEED_OK)
    status = solve_model(job, e, budget, start, &decided, error);
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
  bool alone = job->effort >= 1, open = false, for_good;
  sat_budget budget = alone ? large : small;
  int32_t undecided = alone ? UNDECIDED_ALONE : UNDECIDED_IN_AUTO;
  int64_t end = job->first_ii + (alone ? IIS_ALONE : IIS_IN_AUTO);
  tweed_error why = {0};
  if (!alone && job->options->effort > 0) {
    budget.work *= job->options->effort;
    budget.literals = (size_t)fmin((double)budget.literals * job->options->effort, (double)large.literals);
  }
  if (alone && job->options->time_limit > 0)
    budget.work = INFINITY; /* time is the limit */
  for (int64_t ii = job->first_ii; ii <= job->last_ii && ii < end && undecided > 0; ii++) {
    tweed_job_progress(job, "sat", ii);
    tweed_status status = try_ii(job, ii, &budget, plan->start, &for_good, error);
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
static tweed_status try_length(tweed_job *job, int64_t ii, int64_t length, sat_budget *budget, int64_t *start,
                               tweed_error *error) {
  tweed_exact *e;
  bool decided;
  tweed_status status = tweed_exact_whole(job->graph, ii, length, tweed_job_max_start(job, ii), &e, error);
  if (status == TWEED_OK)
    status = solve_model(job, e, budget, start, &decided, error);
  tweed_exact_free(e);
  return status;
}

/* An undecided length counts as too short for the search, but not for the bound. */
tweed_status tweed_sat_shorten(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  const tweed_graph *g = job->graph;
  int64_t *start = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *start);
  tweed_exact_lengths s = {.low = *bound, .high = tweed_exact_length(g, plan->start)};
  sat_budget budget = lengths;
  bool open = false;
  if (!start)
    return tweed_no_memory(error);
  if (g->n > MOST_LENGTH_OPS && s.low < s.high)
    return tweed_fail(error, TWEED_UNKNOWN, "lengths are proved for up to %d ops", MOST_LENGTH_OPS);
  while (s.low < s.high && !tweed_stopped(job->stop)) {
    int64_t length = tweed_exact_next_length(&s, plan->ii);
    tweed_status status = try_length(job, plan->ii, length, &budget, start, error);
    if (status == TWEED_NO_MEMORY)
      return status;
    if (status == TWEED_OK) {
      memcpy(plan->start, start, (size_t)g->n * sizeof *start);
      s.high = tweed_exact_length(g, start);
      s.found = true;
      continue;
    }
    s.low = length + 1;
    open |= status != TWEED_INFEASIBLE;
    *bound = open ? *bound : s.low;
  }
  return *bound >= s.high ? TWEED_OK : tweed_fail(error, TWEED_UNKNOWN, "the length is not decided");
}
