/* settle.c: once the II is found: bounds that lack a proof get one, the length is made and proved the least, and what
 * is left is made cheaper. */
#include "solve/exact.h"
#include "solve/portfolio.h"
#include <math.h>
#include <string.h>

/* The IIs up to the bound once more, by a row that proves. What it finds instead counts too. */
static tweed_status certify_by(tweed_job *job, const tweed_solver *row, tweed_best *b, tweed_error *error) {
  tweed_job again = *job;
  tweed_plan plan = tweed_plan_new(job);
  if (!plan.start)
    return tweed_no_memory(error);
  again.first_ii = again.lower_bound = job->bounds.mii;
  again.last_ii = job->unproved - 1;
  again.lower_proof = TWEED_PROOF_NONE;
  again.unproved = 0;
  tweed_status status = row->run(&again, &plan, error);
  if (status == TWEED_NO_MEMORY)
    return status;
  if ((status == TWEED_OK || status == TWEED_UNKNOWN) && plan.ii >= 0)
    status = tweed_take_plan(job, row, &plan, b, error);
  if (again.lower_bound < job->unproved || again.lower_proof == TWEED_PROOF_NONE) {
    if (error->message[0])
      tweed_job_note(job, "solver \"%s\" does not confirm the lower bound: %.400s", row->name, error->message);
    return status == TWEED_NO_MEMORY ? status : TWEED_OK;
  }
  job->unproved = 0;
  if (job->lower_proof == TWEED_PROOF_NONE)
    job->lower_proof = again.lower_proof;
  return TWEED_OK;
}

tweed_status tweed_certify(tweed_job *job, const tweed_solve_seam *seam, tweed_best *b, tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (const tweed_solver *row = tweed_next_row(seam, TWEED_MODULO, NULL); row && status == TWEED_OK;
       row = tweed_next_row(seam, TWEED_MODULO, row)) {
    bool needed = job->unproved > job->bounds.mii && b->schedule->ii == job->lower_bound;
    if (needed && row->proves & TWEED_PROVES_MORE && !tweed_spared(job, seam, row) && !tweed_stopped(job->stop))
      status = certify_by(job, row, b, error);
  }
  return status;
}

/* The length that dependences alone ask for at the II. */
static bool path_bound(const tweed_job *job, int64_t ii, int64_t *bound) {
  const tweed_graph *g = job->graph;
  int64_t *early = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *early);
  if (!early)
    return false;
  tweed_graph_earliest(g, ii, early);
  *bound = tweed_exact_length(g, early);
  return true;
}

/* The length that a unit asks for: one iteration holds no more of it in a cycle than there is, from the first start
 * until the op that holds the unit longest past its end is done with it. */
static int64_t load_bound(const tweed_job *job, int32_t unit) {
  const tweed_graph *g = job->graph;
  int64_t past = INT64_MIN;
  double load = 0; /* may be huge, and is only rounded down below where it is not */
  for (int32_t v = 0; v < g->n; v++) {
    const tweed_shape *shape = &g->shapes[g->shape[v]];
    for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
      const tweed_segment *s = &g->segments[k];
      int64_t over = (int64_t)s->offset + s->length - tweed_class_of(job->problem, v)->latency;
      if (s->unit != unit)
        continue;
      load += (double)s->length * s->held;
      past = over > past ? over : past;
    }
  }
  return load > 0 && load < 1e15 ? (int64_t)ceil(load / g->count[unit]) - past : 0;
}

/* Has the row shorten the plan. *bound is trusted as far as it does not contradict the plan; what a row says is not
 * more than its word, like a refutation. */
static tweed_status shorten_by(tweed_job *job, const tweed_solver *row, tweed_plan *plan, int64_t *bound,
                               tweed_error *error) {
  int64_t before = *bound, length = tweed_exact_length(job->graph, plan->start);
  tweed_plan trial = tweed_plan_new(job);
  if (!trial.start)
    return tweed_no_memory(error);
  trial.ii = plan->ii;
  memcpy(trial.start, plan->start, (size_t)job->graph->n * sizeof *trial.start);
  tweed_status status = row->shorten(job, &trial, bound, error);
  int64_t now = tweed_exact_length(job->graph, trial.start);
  if (*bound < before || *bound > now || now > length || trial.ii != plan->ii)
    status = tweed_fail(error, TWEED_INTERNAL, "a length of %lld with bound %lld", (long long)now, (long long)*bound);
  if (status != TWEED_OK && status != TWEED_UNKNOWN) {
    *bound = before;
    if (status != TWEED_NO_MEMORY)
      tweed_job_note(job, "solver \"%s\" failed at the length and was passed over: %.400s", row->name, error->message);
    return status;
  }
  memcpy(plan->start, trial.start, (size_t)job->graph->n * sizeof *plan->start);
  return status;
}

/* A shorter plan takes the place of the best if it is legal. It is compacted at its length. */
static tweed_status take_shorter(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_best *b,
                                 tweed_error *error) {
  tweed_schedule *s = NULL;
  tweed_solver named = {.name = b->schedule->solver, .compact = true}; /* whose II it is */
  job->length_limit = tweed_exact_length(job->graph, plan->start);
  tweed_status status = tweed_judge(job, &named, plan, &s, error);
  if (status == TWEED_NO_MEMORY)
    return status;
  if (status != TWEED_OK) {
    tweed_job_note(job, "solver \"%s\" gave an illegal schedule for the length: %.400s", row ? row->name : "ims",
                   error->message);
    return TWEED_ILLEGAL;
  }
  tweed_schedule_free(b->schedule);
  b->schedule = s;
  return TWEED_OK;
}

/* One row, or (NULL) IMS; false: it is settled, or there is no use in going on. */
static bool next_shorten(tweed_job *job, const tweed_solver *row, tweed_best *b, int64_t *bound, tweed_status *status,
                         tweed_error *error) {
  const tweed_graph *g = job->graph;
  tweed_plan plan = tweed_plan_new(job);
  int64_t before = *bound, length = tweed_exact_length(g, b->schedule->start);
  if (!plan.start) {
    *status = tweed_no_memory(error);
    return false;
  }
  plan.ii = b->schedule->ii;
  memcpy(plan.start, b->schedule->start, (size_t)g->n * sizeof *plan.start);
  *status = row ? shorten_by(job, row, &plan, bound, error) : tweed_shorten_by_ims(job, &plan, *bound, error);
  if ((*status == TWEED_OK || *status == TWEED_UNKNOWN) && tweed_exact_length(g, plan.start) < length) {
    tweed_status taken = take_shorter(job, row, &plan, b, error);
    *status = taken == TWEED_OK ? *status : taken;
    *bound = taken == TWEED_OK ? *bound : before;
  }
  return *status != TWEED_NO_MEMORY && *bound < tweed_exact_length(g, b->schedule->start);
}

tweed_status tweed_shorten(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *only, tweed_best *b,
                           tweed_error *error) {
  tweed_status status = TWEED_OK;
  int64_t bound = 0;
  if (only && !only->shorten)
    return TWEED_OK;
  if (!path_bound(job, b->schedule->ii, &bound))
    return tweed_no_memory(error);
  for (int32_t u = 0; u < job->graph->nunits; u++) {
    int64_t loaded = load_bound(job, u);
    bound = loaded > bound ? loaded : bound;
  }
  bool open = bound < tweed_exact_length(job->graph, b->schedule->start);
  if (open && !only)
    open = next_shorten(job, NULL, b, &bound, &status, error);
  for (const tweed_solver *row = only ? only : tweed_next_row(seam, TWEED_MODULO, NULL); row && open;
       row = only ? NULL : tweed_next_row(seam, TWEED_MODULO, row))
    if (row->shorten && !tweed_stopped(job->stop))
      open = next_shorten(job, row, b, &bound, &status, error);
  b->schedule->length_bound = bound;
  return status == TWEED_NO_MEMORY ? status : TWEED_OK;
}

/* What the schedules of one II are compared by: the objective, or registers in the fullest row. */
static bool cost_of(const tweed_job *job, const tweed_schedule *s, double *cost) {
  const tweed_problem *p = job->problem;
  tweed_objective v;
  *cost = (double)tweed_schedule_max_live(p, s, -1);
  if (!p->has_objective)
    return *cost >= 0;
  if (!tweed_schedule_measure(p, s, &v))
    return false;
  *cost = tweed_objective_cost(p, &v);
  return true;
}

/* The plan takes the place of the best if it is legal and costs less. */
static tweed_status take_cheaper(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_best *b,
                                 tweed_error *error) {
  tweed_schedule *s = NULL;
  double before, now;
  tweed_solver named = {.name = b->schedule->solver};
  tweed_status status = tweed_judge(job, &named, plan, &s, error);
  if (status == TWEED_NO_MEMORY)
    return status;
  if (status != TWEED_OK) {
    tweed_job_note(job, "solver \"%s\" gave an illegal schedule of lower cost: %.400s", row->name, error->message);
    return TWEED_OK;
  }
  if (!cost_of(job, b->schedule, &before) || !cost_of(job, s, &now)) {
    tweed_schedule_free(s);
    return tweed_no_memory(error);
  }
  s->length_bound = b->schedule->length_bound;
  if (now < before) {
    const char *what = job->problem->has_objective ? "the objective" : "MaxLive";
    tweed_job_note(job, "solver \"%s\" lowered %s from %.10g to %.10g at this II", row->name, what, before, now);
  }
  tweed_schedule *worse = now < before ? b->schedule : s;
  b->schedule = now < before ? s : b->schedule;
  tweed_schedule_free(worse);
  return TWEED_OK;
}

static tweed_status improve_by(tweed_job *job, const tweed_solver *row, tweed_best *b, tweed_error *error) {
  tweed_plan plan = tweed_plan_new(job);
  if (!plan.start)
    return tweed_no_memory(error);
  plan.ii = b->schedule->ii;
  memcpy(plan.start, b->schedule->start, (size_t)job->graph->n * sizeof *plan.start);
  if (job->options->prove_length)
    job->length_limit = tweed_exact_length(job->graph, plan.start);
  tweed_status status = row->improve(job, &plan, error);
  if (status == TWEED_OK)
    return take_cheaper(job, row, &plan, b, error);
  return status == TWEED_NO_MEMORY ? status : TWEED_OK;
}

tweed_status tweed_improve(tweed_job *job, const tweed_solve_seam *seam, tweed_best *b, tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (size_t k = 0; k < seam->count && status == TWEED_OK; k++)
    if (seam->table[k].improve && seam->table[k].kinds & TWEED_MODULO && !tweed_stopped(job->stop))
      status = improve_by(job, &seam->table[k], b, error);
  return status;
}
