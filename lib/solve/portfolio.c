/* portfolio.c: runs rows of the solver table and judges what they hand back. */
#include "solve/portfolio.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of a row that proves, as a part of the portfolio: some tenths of a second. */
#define EFFORT 0.004

/* Once a search has left a gap to the bound, the dearer bound by packing is worth its time. */
static tweed_status raise_bounds(tweed_job *job, tweed_error *error) {
  if (job->packed || job->problem->length > 0)
    return TWEED_OK;
  job->packed = true;
  tweed_status status = tweed_bounds_graph(job->graph, true, &job->bounds, error);
  if (status == TWEED_OK && job->bounds.mii > job->first_ii)
    job->first_ii = job->bounds.mii;
  if (status == TWEED_OK && job->bounds.mii > job->lower_bound)
    job->lower_bound = job->bounds.mii;
  return status;
}

/* The bounds as they are known now, and what follows from them. A schedule below the lower bound, if it is legal,
 * belies it: see disproved(). */
static void claim(const tweed_job *job, tweed_schedule *s) {
  bool modulo = job->problem->length == 0;
  int64_t bound = s->ii < job->lower_bound ? job->bounds.mii : job->lower_bound;
  s->mii = modulo ? job->bounds.mii : 0;
  s->lower_bound = modulo ? (int32_t)bound : 0;
  s->proof = !modulo || s->ii > s->lower_bound ? TWEED_PROOF_NONE
             : s->ii == s->mii                 ? TWEED_PROOF_MII
             : job->unproved > s->mii          ? TWEED_PROOF_NONE
                                               : job->lower_proof;
  s->answer = s->proof == TWEED_PROOF_NONE ? TWEED_ANSWER_FEASIBLE : TWEED_ANSWER_OPTIMAL;
}

/* Channels, and how the search went. A plan that has no channels (a role that is none) is as good as an illegal one. */
static tweed_status make_joint(const tweed_problem *p, const tweed_plan *plan, tweed_schedule *s, tweed_error *error) {
  tweed_status status = tweed_schedule_set_joint(p, s, error);
  if (status != TWEED_OK)
    return status == TWEED_BAD_INPUT ? tweed_fail(error, TWEED_ILLEGAL, "a plan whose roles are none") : status;
  s->phases = tweed_arena_array(s->arena, (size_t)plan->nphases + 1, sizeof *s->phases);
  if (!s->phases)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < plan->nphases; i++) {
    s->phases[s->nphases++] = plan->phases[i];
    if (strcmp(plan->phases[i].name, "length") == 0)
      s->length_bound = plan->phases[i].bound;
  }
  return TWEED_OK;
}

static tweed_status make_schedule(const tweed_job *job, const tweed_solver *row, const tweed_plan *plan,
                                  tweed_schedule **out, tweed_error *error) {
  const tweed_problem *p = job->problem;
  tweed_schedule *s;
  if (plan->ii > TWEED_MAX_NUMBER || plan->ii < 0)
    return tweed_fail(error, TWEED_ILLEGAL, "a plan of II %lld", (long long)plan->ii);
  tweed_status status = tweed_schedule_new(p, (int32_t)plan->ii, &s, error);
  if (status != TWEED_OK)
    return status;
  for (int32_t v = 0; v < p->nops; v++) {
    tweed_schedule_set_start(s, v, plan->start[v]);
    tweed_schedule_set_role(s, v, plan->role[v]);
  }
  claim(job, s);
  s->solver = tweed_arena_strdup(s->arena, row->name);
  status = s->solver ? TWEED_OK : tweed_no_memory(error);
  if (status == TWEED_OK && job->options->joint)
    status = make_joint(p, plan, s, error);
  if (status == TWEED_OK)
    status = tweed_verify(p, s, error);
  if (status == TWEED_OK && p->length > 0) {
    s->has_objective = true;
    status = tweed_schedule_measure(p, s, &s->objective) ? TWEED_OK : tweed_no_memory(error);
  }
  if (status == TWEED_OK)
    *out = s;
  else
    tweed_schedule_free(s);
  return status;
}

/* A verified schedule of the plan, compacted where that gives a legal one; TWEED_ILLEGAL if the plan itself is not.
 * Only a plan that was found legal is compacted, which relies on it. */
tweed_status tweed_judge(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_schedule **out,
                         tweed_error *error) {
  tweed_schedule *better = NULL;
  tweed_status status = make_schedule(job, row, plan, out, error);
  if (status != TWEED_OK || !row->compact || plan->ii == 0)
    return status;
  status = tweed_compact(job, plan, error);
  if (status == TWEED_OK)
    status = make_schedule(job, row, plan, &better, error);
  if (status == TWEED_OK) {
    tweed_schedule_free(*out);
    *out = better;
  } else if (status != TWEED_ILLEGAL) {
    tweed_schedule_free(*out);
    *out = NULL;
    return status;
  }
  return TWEED_OK;
}

static double cost_of(const tweed_problem *p, const tweed_schedule *s) {
  return p->has_objective ? tweed_objective_cost(p, &s->objective) : (double)tweed_schedule_length(p, s);
}

bool tweed_cost_of_starts(const tweed_problem *p, int64_t *start, double *cost) {
  tweed_schedule s = {.nops = p->nops, .start = start};
  bool good = !p->has_objective || tweed_schedule_measure(p, &s, &s.objective);
  *cost = good ? cost_of(p, &s) : 0;
  return good;
}

/* Keeps the better of the two. */
static void consider(tweed_job *job, tweed_best *b, tweed_schedule *s) {
  double cost = job->problem->length > 0 ? cost_of(job->problem, s) : (double)s->ii;
  if (b->schedule && b->cost <= cost) {
    tweed_schedule_free(s);
    return;
  }
  tweed_schedule_free(b->schedule);
  b->schedule = s;
  b->cost = cost;
  job->best_ii = s->ii;
  job->incumbent = s->start;
}

/* A legal schedule at an II that was refuted: some row is wrong, and no bound that a row gave can be trusted. */
static void disproved(tweed_job *job, const tweed_solver *row, int64_t ii) {
  if (job->problem->length > 0 || ii >= job->lower_bound)
    return;
  tweed_job_note(job,
                 "solver \"%s\" found a schedule at II %lld, which another one refuted: bounds above MII are dropped",
                 row->name, (long long)ii);
  job->lower_bound = job->bounds.mii;
  job->lower_proof = TWEED_PROOF_NONE;
  job->unproved = 0;
}

tweed_status tweed_take_plan(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_best *b,
                             tweed_error *error) {
  tweed_schedule *s = NULL;
  if (plan->ii < 0)
    return tweed_fail(error, TWEED_UNKNOWN, "solver \"%s\" found nothing", row->name);
  if (plan->ii > job->bounds.mii) {
    tweed_status status = raise_bounds(job, error);
    if (status != TWEED_OK)
      return status;
  }
  tweed_status status = tweed_judge(job, row, plan, &s, error);
  if (status == TWEED_OK) {
    disproved(job, row, s->ii);
    consider(job, b, s);
  }
  if (status != TWEED_ILLEGAL)
    return status;
  b->garbage = true;
  tweed_error why = error ? *error : (tweed_error){0};
  return tweed_fail_at(error, TWEED_INTERNAL, "", 0, 0, why.key, "solver \"%s\" gave an illegal schedule: %.400s",
                       row->name, why.message);
}

tweed_plan tweed_plan_new(tweed_job *job) {
  size_t room = (size_t)job->problem->nops + 1;
  tweed_plan plan = {.ii = -1};
  plan.start = tweed_arena_array(job->arena, room, sizeof *plan.start);
  plan.role = tweed_arena_array(job->arena, room, sizeof *plan.role);
  plan.start = plan.role ? plan.start : NULL;
  return plan;
}

/* The IIs that the row has just refuted count as proved only if it says how. A row that refutes what has a schedule is
 * not believed. */
static void watch(tweed_job *job, const tweed_solver *row, const tweed_best *b, const tweed_job *was) {
  int64_t before = was->lower_bound;
  if (b->schedule && job->problem->length == 0 && job->lower_bound > b->schedule->ii) {
    tweed_job_note(job, "solver \"%s\" refuted II %d, at which there is a schedule: its bounds are dropped", row->name,
                   (int)b->schedule->ii);
    job->lower_bound = before;
    job->lower_proof = was->lower_proof;
    job->first_ii = was->first_ii;
    return;
  }
  bool proves = row->proves & TWEED_PROVES_MORE && job->lower_proof != TWEED_PROOF_NONE;
  if (job->lower_bound > before && !proves)
    job->unproved = job->lower_bound;
}

/* One row. Only running out of memory is an error that ends everything; what else goes wrong in a row is its own
 * affair. */
static tweed_status run_row(tweed_job *job, const tweed_solver *row, tweed_best *b, tweed_error *error) {
  tweed_plan plan = tweed_plan_new(job);
  tweed_job was = *job;
  if (!plan.start)
    return tweed_no_memory(error);
  tweed_status status = row->run(job, &plan, error);
  watch(job, row, b, &was);
  if (status == TWEED_INFEASIBLE && !tweed_all_refuted(job))
    return tweed_fail(error, TWEED_INTERNAL, "solver \"%s\" says infeasible, but refutes nothing", row->name);
  if ((status != TWEED_OK && status != TWEED_UNKNOWN) || (status == TWEED_UNKNOWN && plan.ii < 0))
    return status;
  return tweed_take_plan(job, row, &plan, b, error);
}

static int rank_of(const tweed_solver *row, int kind) {
  return kind == TWEED_ACYCLIC && row->acyclic != TWEED_RANK_NONE ? row->acyclic : row->portfolio;
}

const tweed_solver *tweed_next_row(const tweed_solve_seam *seam, int kind, const tweed_solver *last) {
  const tweed_solver *found = NULL;
  for (size_t i = 0; i < seam->count; i++) {
    const tweed_solver *row = &seam->table[i];
    int rank = rank_of(row, kind), before = last ? rank_of(last, kind) : 0;
    bool after = !last || rank > before || (rank == before && row > last);
    if (row->run && (row->kinds & kind) && rank != TWEED_RANK_NONE && after && (!found || rank < rank_of(found, kind)))
      found = row;
  }
  return found;
}

/* Nothing better is to be had from this row. */
static bool skip(const tweed_job *job, const tweed_best *b, const tweed_solver *row) {
  if (job->problem->length > 0 || !b->schedule)
    return false;
  return row->portfolio >= TWEED_RANK_FALLBACK || b->schedule->ii <= job->first_ii;
}

bool tweed_spared(const tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *row) {
  bool first = true;
  for (size_t i = 0; i < seam->count; i++)
    first &= !(seam->table[i].run && seam->table[i].proves & TWEED_PROVES_MORE && seam->table[i].kinds & row->kinds &&
               seam->table[i].portfolio != TWEED_RANK_NONE && seam->table[i].portfolio < row->portfolio);
  return job->options->effort > 0 && job->options->effort < 1 && row->proves & TWEED_PROVES_MORE && !first;
}

/* Says so if the row failed, or if one that could have proved something gave up. */
static void note_failure(tweed_job *job, const tweed_solver *row, tweed_status status, tweed_best *b,
                         const tweed_error *error) {
  tweed_notes *all = job->notes;
  if (status == TWEED_OK || status == TWEED_INFEASIBLE)
    return;
  job->notes = status == TWEED_UNKNOWN ? &b->gave_up : all;
  if (status != TWEED_UNKNOWN)
    tweed_job_note(job, "solver \"%s\" failed and was passed over: %s%s%.400s", row->name, error->key,
                   error->key[0] ? ": " : "", error->message);
  else if (row->proves & TWEED_PROVES_MORE)
    tweed_job_note(job, "solver \"%s\" gave up: %.400s", row->name, error->message);
  job->notes = all;
}

static tweed_status run_portfolio(tweed_job *job, const tweed_solve_seam *seam, tweed_best *b, tweed_error *error) {
  int kind = tweed_kind_of(job->problem, job->options);
  tweed_status last = TWEED_UNKNOWN;
  for (const tweed_solver *row = tweed_next_row(seam, kind, NULL); row; row = tweed_next_row(seam, kind, row)) {
    if (skip(job, b, row) || tweed_spared(job, seam, row))
      continue;
    bool over = tweed_stopped(job->stop);
    if (over && (b->schedule || row->portfolio < TWEED_RANK_FALLBACK))
      continue;
    tweed_stop none = {0}, *stop = job->stop;
    job->stop = over ? &none : stop; /* a fallback is quick, and better than nothing after a limit */
    tweed_status status = run_row(job, row, b, error);
    job->stop = stop;
    note_failure(job, row, status, b, error);
    if (status == TWEED_NO_MEMORY)
      return status;
    if (status == TWEED_INFEASIBLE)
      return b->schedule ? TWEED_OK : status; /* nothing below what has been found, or nothing at all */
    last = status;
    if (b->schedule && b->schedule->ii - 1 < job->last_ii)
      job->last_ii = b->schedule->ii - 1;
  }
  return last;
}

static void note_all(tweed_job *job, const tweed_notes *notes) {
  for (int32_t i = 0; i < notes->count; i++)
    tweed_job_note(job, "%s", notes->lines[i]);
}

/* What is proved beyond the II itself. */
static tweed_status settle(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *only, tweed_best *b,
                           tweed_error *error) {
  tweed_status status = only ? TWEED_OK : tweed_certify(job, seam, b, error);
  if (status == TWEED_OK && job->options->prove_length)
    status = tweed_shorten(job, seam, only, b, error);
  if (status == TWEED_OK && !only)
    status = tweed_improve(job, seam, b, error);
  return status;
}

tweed_status tweed_run_rows(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *only,
                            tweed_schedule **out, tweed_error *error) {
  tweed_best b = {0};
  tweed_error mine = {0};
  job->effort = only ? 1 : EFFORT * (job->options->effort > 0 ? fmin(job->options->effort, 100) : 1);
  tweed_status status = only ? run_row(job, only, &b, &mine) : run_portfolio(job, seam, &b, &mine);
  if ((status == TWEED_UNKNOWN || status == TWEED_INFEASIBLE) && !b.schedule) {
    tweed_status raised = raise_bounds(job, &mine);
    status = raised == TWEED_OK ? status : raised;
  }
  if (b.schedule && status != TWEED_NO_MEMORY && job->problem->length == 0 && !job->options->joint)
    status = settle(job, seam, only, &b, &mine);
  if (b.schedule && status != TWEED_NO_MEMORY) {
    claim(job, b.schedule);
    if (b.schedule->proof == TWEED_PROOF_NONE)
      note_all(job, &b.gave_up);
    *out = b.schedule;
    return TWEED_OK;
  }
  tweed_schedule_free(b.schedule);
  if (status == TWEED_UNKNOWN)
    note_all(job, &b.gave_up);
  if (error)
    *error = mine;
  if (!only && b.garbage && status != TWEED_NO_MEMORY)
    return tweed_fail(error, TWEED_INTERNAL, "a solver gave an illegal schedule and no other one found a legal one");
  return status;
}
