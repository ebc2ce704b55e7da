/* joint_improve.c: at the II found: least length, fewest groups, cheapest hand-offs, smallest rings, each with the ones
 * before held.
 *
 * One model for the length and one, with tighter windows, for the rest. Between the proved bound and the best value the
 * middle is asked for and the value just below the best in turn: the former halves what is left, the latter ends it
 * where the best is the least, which it often is, since every answer is made as good as its choices allow. Where a
 * question is beyond its limit of work, better values are looked for above it, and the bound stays below it. */
#include "solve/joint.h"

#include <string.h>

typedef enum objective { LENGTH, GROUPS, HANDOFFS, RINGS, OBJECTIVES } objective;

/* Questions of a phase without an answer. */
enum { MOST_OPEN = 3 };

static const char *const names[OBJECTIVES] = {"length", "groups", "handoffs", "rings"};

/* A descent. Invariant: bound <= least possible value <= *value, the value of the plan. */
typedef struct descent {
  tweed_joint_search *s;
  tweed_joint_model *m;
  objective which;
  int64_t bound, *value;
} descent;

static int64_t *value_of(tweed_joint_search *s, objective which) {
  int64_t *const values[OBJECTIVES] = {&s->length, &s->groups, &s->handoffs, &s->rings};
  return values[which];
}

/* Under the literal, the objective is at most `most`. */
static void limit(tweed_joint_model *m, objective which, tweed_lit guard, int64_t most) {
  const tweed_problem *p = m->q->problem;
  for (int32_t v = 0; v < m->n && which == LENGTH; v++)
    tweed_smt_clause(m->smt, 2,
                     (tweed_lit[]){-guard, tweed_smt_difference(m->smt, v, -1, tweed_class_of(p, v)->latency - most)});
  if (which == GROUPS && most < m->ngroups)
    tweed_smt_clause(m->smt, 2, (tweed_lit[]){-guard, -m->used[most]});
  if (which == HANDOFFS)
    tweed_smt_at_most(m->smt, guard, m->handoffs.count, m->handoffs.literals, m->handoffs.weights, most);
  if (which == RINGS)
    tweed_smt_at_most(m->smt, guard, m->rings.count, m->rings.literals, m->rings.weights, most);
}

static tweed_status descend(descent *d, tweed_error *error) {
  int64_t floor = d->bound; /* below it nothing is looked for any more */
  int open = 0;
  for (int turn = 0; floor < *d->value && open < MOST_OPEN; turn++) {
    int64_t most = turn % 2 ? *d->value - 1 : floor + (*d->value - floor) / 2;
    tweed_lit assumed[2] = {d->m->d.window, tweed_smt_bool(d->m->smt)};
    limit(d->m, d->which, assumed[1], most);
    tweed_job_progress(d->s->job, "joint", d->s->plan->ii);
    tweed_smt_answer answer = tweed_smt_check(d->m->smt, 2, assumed, d->s->step);
    if (answer == TWEED_SMT_SAT) {
      tweed_status status = tweed_joint_take(d->s, d->m, error);
      if (status != TWEED_OK)
        return status;
      if (*d->value > most)
        return tweed_fail(error, TWEED_INTERNAL, "the model's %s and its measure differ", names[d->which]);
      continue;
    }
    if (answer == TWEED_SMT_FAILED || tweed_stopped(d->s->job->stop))
      break;
    floor = most + 1;
    if (answer == TWEED_SMT_UNSAT)
      d->bound = floor;
    open += answer == TWEED_SMT_UNKNOWN;
  }
  limit(d->m, d->which, TWEED_TRUE, *d->value);
  return TWEED_OK;
}

/* Variable ops and others are never together. */
static int64_t least_groups(const tweed_joint_model *m) {
  bool variable = false, ordinary = false;
  for (int32_t v = 0; v < m->n; v++)
    *(tweed_class_of(m->q->problem, v)->variable ? &variable : &ordinary) = true;
  return variable + ordinary;
}

/* The phases first … last on one model. */
static tweed_status run_phases(tweed_joint_search *s, objective first, objective last, int64_t bound,
                               tweed_error *error) {
  tweed_joint_model m;
  double began = tweed_clock();
  s->q.length = s->length;
  s->q.follow = true;
  tweed_status status = tweed_joint_build(&m, &s->q, error);
  bool usable = status == TWEED_OK;
  if (status == TWEED_UNKNOWN)
    status = TWEED_OK; /* the plan stays as it is */
  for (int k = (int)first; k <= (int)last && status == TWEED_OK; k++) {
    descent d = {s, &m, (objective)k,
                 k == LENGTH             ? bound
                 : k == GROUPS && usable ? least_groups(&m)
                                         : 0,
                 value_of(s, (objective)k)};
    status = usable ? descend(&d, error) : TWEED_OK;
    if (status == TWEED_OK)
      status = tweed_joint_phase(s, names[k], *d.value, d.bound, began, error);
    began = tweed_clock();
  }
  tweed_joint_free(&m);
  return status;
}

tweed_status tweed_joint_improve(tweed_joint_search *s, int64_t least, tweed_error *error) {
  tweed_status status = run_phases(s, LENGTH, LENGTH, least, error);
  return status == TWEED_OK ? run_phases(s, GROUPS, RINGS, 0, error) : status;
}
