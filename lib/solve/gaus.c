/* gaus.c: the row "gaus": start times as Gaussians, gradient descent on an augmented Lagrangian, legal schedules from
 * the means, descent on prices, and again from the best (Cai, Yin et al., arXiv 2602.20427).
 *
 * It starts from what the cheap rows find and never hands back anything worse. */
#include "solve/gaus_rounds.h"
#include <math.h>
#include <unistd.h>

/* Op-iterations when there is no time limit; iterations of a round; rounds; replicas of a small problem. */
#define WORK 1e7
enum { LEAST_ITERATIONS = 600, MOST_ITERATIONS = 2000, ROUNDS = 3, REPLICAS = 8, LARGE_OPS = 4000, MOST_THREADS = 64 };

static int32_t threads_of(const tweed_solve_options *o) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  int32_t threads = o->threads > 0 ? o->threads : online > 0 ? (int32_t)online : 1;
  return threads < MOST_THREADS ? threads : MOST_THREADS;
}

static int32_t replicas_of(const tweed_job *job, const tweed_gaus_model *m) {
  return job->options->restarts > 0 ? job->options->restarts : m->p.nops < LARGE_OPS ? REPLICAS : 1;
}

typedef tweed_status (*row_entry)(tweed_job *job, tweed_plan *plan, tweed_error *error);

/* Offers what a cheap row finds. That it finds nothing, or breaks, is no failure of this one. */
static tweed_status offer_row(tweed_gaus_search *s, row_entry run, tweed_plan *plan, tweed_error *error) {
  tweed_error mine = {0};
  plan->ii = -1;
  tweed_status status = run(s->job, plan, &mine);
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  return plan->ii >= 0 ? tweed_gaus_search_offer(s, plan->start, error) : TWEED_OK;
}

/* Iterations of the next round; 0 = no further one. */
static int32_t plan_round(const tweed_gaus_search *s, int32_t round) {
  const tweed_job *job = s->job;
  double each = (double)s->m->p.nops * s->replicas;
  if (job->stop->deadline > 0) {
    double left = job->stop->deadline - tweed_clock(), speed = s->seconds_per_iteration;
    double fit = speed > 0 ? 0.5 * left / speed : left > 1 ? LEAST_ITERATIONS : 0;
    return fit < 20 ? 0 : (int32_t)fmin(fit, MOST_ITERATIONS * 4);
  }
  if (round >= ROUNDS)
    return 0;
  double effort = job->options->effort > 0 ? job->options->effort : 1;
  return (int32_t)fmax(20, effort * fmin(fmax(WORK / each, LEAST_ITERATIONS), MOST_ITERATIONS));
}

static tweed_status search(tweed_gaus_search *s, tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (int32_t round = 0, n; status == TWEED_OK && (n = plan_round(s, round)) > 0; round++) {
    if (tweed_stopped(s->job->stop))
      break;
    status = tweed_gaus_search_round(s, round, n, error);
  }
  return status;
}

static tweed_status give(const tweed_gaus_search *s, tweed_plan *plan, tweed_error *error) {
  if (!isfinite(s->best_score.total))
    return tweed_fail(error, TWEED_UNKNOWN, "no legal schedule was found from the means");
  for (int32_t v = 0; v < s->m->p.nops; v++)
    plan->start[v] = s->best[v];
  plan->ii = s->ii;
  return TWEED_OK;
}

static tweed_status run_acyclic(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  static const row_entry rows[] = {tweed_run_list, tweed_run_alap, tweed_run_asap};
  tweed_gaus_model m;
  tweed_gaus_search s = {0};
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  if (status != TWEED_OK)
    return status;
  s.threads = threads_of(job->options);
  s.replicas = replicas_of(job, &m);
  status = tweed_gaus_search_new(job, &m, 0, job->problem->length, &s, error);
  for (size_t k = 0; k < sizeof rows / sizeof *rows && status == TWEED_OK; k++)
    status = offer_row(&s, rows[k], plan, error);
  plan->ii = -1;
  if (status == TWEED_OK)
    status = search(&s, error);
  if (status == TWEED_OK || status == TWEED_UNKNOWN)
    status = give(&s, plan, error);
  tweed_gaus_search_free(&s);
  return status;
}

/* At the II that IMS reaches, and below it as far as means lead to legal schedules. */
static tweed_status run_modulo(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_gaus_model m;
  tweed_gaus_search s = {0};
  tweed_status status = tweed_gaus_model_of(job, &m, error);
  if (status == TWEED_OK)
    status = tweed_run_ims(job, plan, error);
  if (status != TWEED_OK)
    return status;
  int64_t last = 0, ii = plan->ii;
  for (int32_t v = 0; v < m.p.nops; v++)
    last = plan->start[v] > last ? plan->start[v] : last;
  int64_t horizon = last + ii, limit = tweed_job_max_start(job, ii);
  s.threads = threads_of(job->options);
  s.replicas = replicas_of(job, &m);
  status = tweed_gaus_search_new(job, &m, ii, horizon < limit ? horizon : limit, &s, error);
  if (status == TWEED_OK)
    status = tweed_gaus_search_offer(&s, plan->start, error);
  if (status == TWEED_OK)
    status = search(&s, error);
  if (status == TWEED_OK)
    status = give(&s, plan, error);
  tweed_gaus_search_free(&s);
  return status;
}

tweed_status tweed_run_gaus(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  return job->problem->length > 0 ? run_acyclic(job, plan, error) : run_modulo(job, plan, error);
}
