/* gaus.c: the row "gaus": start times as Gaussians, gradient descent on an augmented Lagrangian, legal schedules from
 * the means, descent on prices, and again from the best (Cai, Yin et al., arXiv 2602.20427).
 *
 * It starts from what cheaper rows find and never hands back anything worse. */
#include "solve/gaus_rounds.h"
#include <math.h>
#include <string.h>

/* Op-iterations of a round when there is no time limit, within a least and a most number of iterations; rounds;
 * replicas of a small problem. */
#define WORK 1e7
enum { LEAST_ITERATIONS = 600, MOST_ITERATIONS = 2000, ROUNDS = 3, REPLICAS = 8 };
/* Under a time limit: what part of it force-directed scheduling may have, on graphs where that is worth it, and most
 * iterations of a round. */
#define FDS_SHARE 0.4
enum { FDS_OPS = 20000, MOST_TIMED = 24000 };
/* IIs below the one of IMS that are tried side by side; rounds of that. */
enum { IIS = 8, II_ROUNDS = 2 };
/* In `auto`, modulo: from so many ops on, and the share of the work. */
enum { AUTO_OPS = 200 };
#define AUTO_SHARE 0.15

static int32_t replicas_of(const tweed_job *job, const tweed_gaus_model *m) {
  return job->options->restarts > 0 ? job->options->restarts : m->p.nops < TWEED_GAUS_LARGE_OPS ? REPLICAS : 1;
}

/* 1: asked for by name. */
static double effort_of(const tweed_job *job) {
  double effort = job->options->effort > 0 ? job->options->effort : 1;
  return job->effort < 1 ? AUTO_SHARE * effort : effort;
}

/* Iterations of the next round; 0 = no further one. */
static int32_t plan_round(const tweed_gaus_search *s, int32_t round, int32_t rounds) {
  const tweed_job *job = s->job;
  double each = (double)s->m->p.nops * s->replicas, effort = effort_of(job);
  double fit = INFINITY,
         work = fmax(20, effort * fmin(fmax(WORK / each, (double)LEAST_ITERATIONS), (double)MOST_ITERATIONS));
  bool timed = job->stop->deadline > 0, in_auto = job->effort < 1;
  if (tweed_stopped(job->stop) || ((!timed || in_auto) && round >= rounds))
    return 0;
  if (timed)
    fit = 0.45 * (job->stop->deadline - tweed_clock()) / s->seconds_per_iteration;
  return fit < 20 ? 0 : (int32_t)fmin(fit, timed && !in_auto ? (double)MOST_TIMED : work);
}

static tweed_status search(tweed_gaus_search *s, int32_t rounds, tweed_error *error) {
  tweed_status status = s->job->stop->deadline > 0 ? tweed_gaus_search_time(s, error) : TWEED_OK;
  for (int32_t round = 0, n; status == TWEED_OK && (n = plan_round(s, round, rounds)) > 0; round++)
    status = tweed_gaus_search_round(s, round, n, error);
  return status;
}

static tweed_status give(const tweed_gaus_search *s, tweed_plan *plan, tweed_error *error) {
  if (!isfinite(s->best_score.total))
    return tweed_fail(error, TWEED_UNKNOWN, "no legal schedule was found from the means");
  for (int32_t v = 0; v < s->m->p.nops; v++)
    plan->start[v] = s->best[v];
  plan->ii = s->best_ii;
  return TWEED_OK;
}

/* ---- acyclic ---- */

typedef tweed_status (*row_entry)(tweed_job *job, tweed_plan *plan, tweed_error *error);

/* Offers what another row finds within a share of the time that is left. That it finds nothing, or breaks, is no
 * failure of this one. */
static tweed_status offer_row(tweed_gaus_search *s, row_entry run, double share, tweed_plan *plan, tweed_error *error) {
  tweed_error mine = {0};
  tweed_stop *stop = s->job->stop, part = {.interrupt = stop->interrupt};
  double now = tweed_clock();
  plan->ii = -1;
  part.deadline = stop->deadline > 0 ? now + share * (stop->deadline - now) : 0;
  s->job->stop = &part;
  tweed_status status = run(s->job, plan, &mine);
  s->job->stop = stop;
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  return plan->ii >= 0 ? tweed_gaus_search_offer(s, plan->ii, plan->start, error) : TWEED_OK;
}

static tweed_status offer_rows(tweed_gaus_search *s, tweed_plan *plan, tweed_error *error) {
  static const row_entry rows[] = {tweed_run_list, tweed_run_alap, tweed_run_asap, tweed_run_fds};
  tweed_status status = TWEED_OK;
  if (s->job->incumbent)
    return tweed_gaus_search_offer(s, 0, s->job->incumbent, error);
  for (size_t k = 0; k < sizeof rows / sizeof *rows && status == TWEED_OK; k++)
    if (rows[k] != tweed_run_fds || s->m->p.nops <= FDS_OPS || s->job->stop->deadline <= 0)
      status = offer_row(s, rows[k], FDS_SHARE, plan, error);
  return status;
}

static tweed_status run_acyclic(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_gaus_model m;
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  if (status != TWEED_OK)
    return status;
  tweed_gaus_search s = {.job = job, .m = &m, .iis = 1, .horizon = &job->problem->length};
  s.threads = tweed_job_threads(job);
  s.replicas = replicas_of(job, &m);
  status = tweed_gaus_search_new(&s, error);
  if (status == TWEED_OK)
    status = offer_rows(&s, plan, error);
  plan->ii = -1;
  if (status == TWEED_OK)
    status = search(&s, ROUNDS, error);
  if (status == TWEED_OK || status == TWEED_UNKNOWN)
    status = give(&s, plan, error);
  tweed_gaus_search_free(&s);
  return status == TWEED_UNKNOWN && plan->ii < 0 ? tweed_run_list(job, plan, error) : status;
}

/* ---- modulo ---- */

/* The last start that the limits on stages and length leave at an II, if `stages` more than the plan's are allowed. */
static int64_t horizon_of(const tweed_job *job, const tweed_gaus_model *m, const tweed_plan *plan, int64_t ii,
                          int64_t stages) {
  int64_t last = 0, limit = tweed_job_max_start(job, ii);
  for (int32_t v = 0; v < m->p.nops; v++)
    last = plan->start[v] > last ? plan->start[v] : last;
  if (job->length_limit >= 0)
    return job->length_limit;
  return last + stages * ii < limit ? last + stages * ii : limit;
}

/* IIs below that of the plan, side by side with restarts; the lowest that works becomes the plan's. */
static tweed_status lower_ii(tweed_job *job, const tweed_gaus_model *m, tweed_plan *plan, tweed_error *error) {
  int64_t horizon[IIS];
  tweed_gaus_search s = {.job = job, .m = m, .first_ii = job->first_ii, .horizon = horizon};
  s.iis = plan->ii - job->first_ii < IIS ? (int32_t)(plan->ii - job->first_ii) : IIS;
  if (s.iis <= 0)
    return TWEED_OK;
  for (int32_t k = 0; k < s.iis; k++)
    horizon[k] = horizon_of(job, m, plan, s.first_ii + k, 2);
  s.threads = tweed_job_threads(job);
  s.replicas = m->p.nops < TWEED_GAUS_LARGE_OPS ? 2 * replicas_of(job, m) : s.iis;
  tweed_status status = tweed_gaus_search_new(&s, error);
  for (int32_t round = 0, n; status == TWEED_OK && (n = plan_round(&s, 0, 1)) > 0 && round < II_ROUNDS; round++)
    status = tweed_gaus_search_round(&s, round, n, error);
  if (status == TWEED_OK && isfinite(s.best_score.total))
    status = give(&s, plan, error);
  tweed_gaus_search_free(&s);
  return status == TWEED_UNKNOWN ? TWEED_OK : status;
}

/* What a legal plan costs is made less, at its II. */
static tweed_status lower_cost(tweed_job *job, const tweed_gaus_model *m, tweed_plan *plan, tweed_error *error) {
  int64_t horizon = horizon_of(job, m, plan, plan->ii, 1);
  tweed_gaus_search s = {.job = job, .m = m, .first_ii = plan->ii, .iis = 1, .horizon = &horizon};
  s.threads = tweed_job_threads(job);
  s.replicas = replicas_of(job, m);
  tweed_status status = tweed_gaus_search_new(&s, error);
  if (status == TWEED_OK)
    status = tweed_gaus_search_offer(&s, plan->ii, plan->start, error);
  if (status == TWEED_OK)
    status = search(&s, ROUNDS, error);
  if (status == TWEED_OK)
    status = give(&s, plan, error);
  tweed_gaus_search_free(&s);
  return status;
}

/* In `auto` lifetimes and gaps of large problems only, and none for compilers. */
static bool worth_in_auto(const tweed_job *job) {
  double effort = job->options->effort;
  return job->problem->nops >= AUTO_OPS && !(effort > 0 && effort < 1);
}

/* In `auto` the best so far is there, and only its II is looked at here; see tweed_gaus_improve(). */
static tweed_status lower_incumbent(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_gaus_model m;
  if (!worth_in_auto(job))
    return tweed_fail(error, TWEED_UNKNOWN, "not tried on fewer than %d ops, or with little effort", AUTO_OPS);
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  if (status != TWEED_OK)
    return status;
  memcpy(plan->start, job->incumbent, (size_t)m.p.nops * sizeof *plan->start);
  plan->ii = job->best_ii;
  return lower_ii(job, &m, plan, error);
}

/* IMS and compaction first; then lower IIs, if there are any; then the cost. */
static tweed_status run_modulo(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_gaus_model m;
  if (job->effort < 1 && job->incumbent)
    return lower_incumbent(job, plan, error);
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  if (status == TWEED_OK)
    status = tweed_run_ims(job, plan, error);
  if (status == TWEED_OK && plan->ii > job->first_ii)
    status = lower_ii(job, &m, plan, error);
  if (status == TWEED_OK)
    status = tweed_compact(job, plan, error);
  if (status == TWEED_OK)
    status = lower_cost(job, &m, plan, error);
  return status == TWEED_UNKNOWN && plan->ii > 0 ? TWEED_OK : status;
}

tweed_status tweed_gaus_improve(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_gaus_model m;
  if (!worth_in_auto(job))
    return TWEED_UNKNOWN;
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  return status == TWEED_OK ? lower_cost(job, &m, plan, error) : status;
}

tweed_status tweed_run_gaus(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  return job->problem->length > 0 ? run_acyclic(job, plan, error) : run_modulo(job, plan, error);
}
