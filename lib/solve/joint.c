/* joint.c: the row "joint": software pipelining and warp specialization in one (docs/joint.md).
 *
 * First MII by itself. If that is refuted, all other IIs at once, in clauses that hold for each; then ranges with II as
 * a variable: what is unsatisfiable refutes hundreds of IIs in one question, and an answer names an II that works, to
 * be tried by itself and then to be undercut. A question is put for a length of some stages; where the length binds,
 * for twice as many. */
#include "solve/joint.h"
#include <limits.h>

/* Ops, dependences; stages; IIs without an answer; rounds of more stages for a range, but for few ops; the share of the
 * work that the first question gets. */
enum {
  MOST_OPS = 200,
  MOST_DEPS = 1200,
  MOST_STAGES = 256,
  MOST_OPEN = 8,
  RANGE_ROUNDS = 3,
  FEW_OPS = 10,
  EAGER = 20,
  FEW_TURNS = 4 /* with little effort */
};

tweed_status tweed_joint_phase(tweed_joint_search *s, const char *name, int64_t value, int64_t bound, double began,
                               tweed_error *error) {
  if (s->plan->nphases == (int32_t)(sizeof s->plan->phases / sizeof s->plan->phases[0]))
    return tweed_fail(error, TWEED_INTERNAL, "too many phases");
  s->plan->phases[s->plan->nphases++] = (tweed_phase){name, value, bound, tweed_clock() - began};
  return TWEED_OK;
}

/* The values of the objectives of the plan. */
static tweed_status measure(tweed_joint_search *s, tweed_error *error) {
  tweed_schedule *t;
  tweed_joint derived;
  tweed_arena *scratch = tweed_arena_new();
  tweed_status status = scratch ? tweed_schedule_new(s->p, (int32_t)s->plan->ii, &t, error) : tweed_no_memory(error);
  if (status != TWEED_OK) {
    tweed_arena_free(scratch);
    return status;
  }
  for (int32_t v = 0; v < s->p->nops; v++) {
    tweed_schedule_set_start(t, v, s->plan->start[v]);
    tweed_schedule_set_role(t, v, s->plan->role[v]);
  }
  s->length = tweed_schedule_length(s->p, t);
  status = tweed_schedule_set_joint(s->p, t, error);
  if (status == TWEED_OK)
    status = tweed_joint_derive(s->p, t, scratch, &derived, error);
  if (status == TWEED_OK) {
    s->groups = derived.nroles;
    s->handoffs = derived.handoffs;
    s->rings = derived.ring_bytes;
  }
  tweed_schedule_free(t);
  tweed_arena_free(scratch);
  return status;
}

tweed_status tweed_joint_take(tweed_joint_search *s, const tweed_joint_model *m, tweed_error *error) {
  if (!tweed_smt_least_values(m->smt, m->n, m->d.low, s->plan->start))
    return tweed_no_memory(error);
  for (int32_t v = 0; v < m->n; v++)
    for (int32_t g = 0; g < m->ngroups && !s->q.plain; g++) /* a plain problem has no literals for roles */
      if (tweed_smt_value(m->smt, m->role[(size_t)v * (size_t)m->ngroups + (size_t)g]))
        s->plan->role[v] = g;
  s->plan->ii = s->q.ii.first;
  s->found = true;
  return s->q.plain ? TWEED_OK : measure(s, error);
}

/* Is there a schedule within the length? *binds: the answer no holds only for that length. */
static tweed_joint_verdict ask(tweed_joint_search *s, int64_t length, uint32_t work, bool *binds, tweed_error *error) {
  tweed_joint_model m;
  tweed_joint_verdict result = TWEED_JOINT_OPEN;
  s->q.length = length;
  *binds = false;
  tweed_status status = tweed_joint_build(&m, &s->q, error);
  tweed_smt_answer answer = status == TWEED_OK ? tweed_smt_check(m.smt, 1, &m.d.window, work) : TWEED_SMT_FAILED;
  if (status == TWEED_INFEASIBLE) {
    *binds = true;
    result = TWEED_JOINT_REFUTED;
  } else if (status != TWEED_OK && status != TWEED_UNKNOWN) {
    result = TWEED_JOINT_BROKEN;
  } else if (answer == TWEED_SMT_SAT) {
    result = TWEED_JOINT_WORKS;
    if (s->q.ii.first == s->q.ii.last && tweed_joint_take(s, &m, error) != TWEED_OK)
      result = TWEED_JOINT_BROKEN;
  } else if (answer == TWEED_SMT_UNSAT) {
    *binds = tweed_smt_in_core(m.smt, m.d.window) && tweed_smt_check(m.smt, 0, NULL, work) != TWEED_SMT_UNSAT;
    result = TWEED_JOINT_REFUTED;
  }
  if (result == TWEED_JOINT_WORKS && s->q.ii.first < s->q.ii.last && s->q.ii.last < TWEED_FAR)
    s->works = tweed_smt_int_value(m.smt, m.n);
  tweed_joint_free(&m);
  return result;
}

/* A schedule longer than this has a gap between two starts that can be closed by a whole II: everything behind it moves
 * down, dependences across it have more room than they need, lives across it become shorter, and no value goes back
 * across it, since its distance would not reach so far. So within each part; and all parts start in the first II
 * cycles. */
static int64_t longest_length(const tweed_joint_search *s, int64_t ii) {
  int32_t *part = tweed_arena_array(s->job->arena, (size_t)s->p->nops + 1, sizeof *part), largest = 1;
  if (!part)
    return TWEED_FAR;
  for (int32_t k = tweed_joint_parts(s->p, part) - 1; k >= 0; k--) {
    int32_t size = 0;
    for (int32_t v = 0; v < s->p->nops; v++)
      size += part[v] == k;
    largest = size > largest ? size : largest;
  }
  const tweed_problem *p = s->p;
  int64_t latency = 0, distance = 0;
  for (int32_t e = 0; e < p->ndeps; e++) {
    int64_t cost = p->deps[e].latency + tweed_handoff(p, &p->deps[e]);
    latency = cost > latency ? cost : latency;
    distance = p->deps[e].distance > distance ? p->deps[e].distance : distance;
  }
  int64_t gap = ii + latency > distance * ii ? ii + latency : distance * ii;
  for (int32_t v = 0; v < p->nops; v++)
    latency = tweed_class_of(p, v)->latency > latency ? tweed_class_of(p, v)->latency : latency;
  return ii + (largest - 1) * (gap + 1) + latency;
}

/* An II from which on each that works makes the one below work: with so many cycles for so few ops there is a gap in
 * the table that outlasts every latency, hand-off and occupancy, and can be made shorter by a cycle. */
int64_t tweed_joint_greatest_ii(const tweed_problem *p) {
  int64_t most = 1;
  for (int32_t e = 0; e < p->ndeps; e++) {
    int64_t cost = p->deps[e].latency + tweed_handoff(p, &p->deps[e]);
    most = cost > most ? cost : most;
  }
  for (int32_t v = 0; v < p->nops; v++) {
    const tweed_class *class = tweed_class_of(p, v);
    most = class->latency > most ? class->latency : most;
    most = tweed_hold(p, v) > most ? tweed_hold(p, v) : most;
    for (int32_t u = 0; u < class->nuses; u++)
      most = class->uses[u].cycles > most ? class->uses[u].cycles : most;
  }
  return p->nops * (most + 2);
}

/* One II, or a range of them, by itself. */
tweed_joint_verdict tweed_joint_try(tweed_joint_search *s, tweed_range ii, tweed_error *error) {
  int64_t least = 0, limit = s->q.limits.stages;
  bool one = ii.first == ii.last;
  s->q.ii = ii;
  tweed_status status = tweed_joint_least_length(&s->q, &least, error);
  if (status != TWEED_OK)
    return status == TWEED_INFEASIBLE ? TWEED_JOINT_REFUTED : TWEED_JOINT_BROKEN;
  int64_t stages = least / ii.first + 2, longest = ii.last == TWEED_FAR ? TWEED_FAR : longest_length(s, ii.last);
  s->q.follow = one;
  uint32_t work = one ? s->work / EAGER : s->work;
  for (int round = 0; stages <= MOST_STAGES && (one || round < RANGE_ROUNDS || s->p->nops <= FEW_OPS); round++) {
    bool binds, limited = limit > 0 && limit + 1 < stages; /* the limit on stages is the tighter one */
    tweed_job_progress(s->job, "joint", ii.first);
    int64_t length = stages * ii.first < longest ? stages * ii.first : longest;
    tweed_joint_verdict result = ask(s, length, work, &binds, error);
    if (result == TWEED_JOINT_OPEN && work < s->work && !tweed_stopped(s->job->stop)) {
      work = work < s->work / 4 ? work * 4 : s->work;
      stages++; /* luck has it that the same with more room is often easy */
      continue;
    }
    if (result == TWEED_JOINT_REFUTED && binds && s->q.follow) { /* without what holds only within windows */
      s->q.follow = false;
      result = ask(s, length, work, &binds, error);
      s->q.follow = true;
    }
    if (result != TWEED_JOINT_REFUTED || !binds)
      return result;
    if (one && limited)
      return TWEED_JOINT_LIMITED;
    if (length >= longest)
      return TWEED_JOINT_REFUTED;
    stages *= 2;
  }
  return TWEED_JOINT_OPEN;
}

/* ---- from II to II ------------------------------------------------------------------------------------------------
 */

static void refuted(tweed_job *job, int64_t first, int64_t last, bool always) {
  if (job->first_ii >= first && job->first_ii <= last)
    job->first_ii = last + 1;
  if (always && job->lower_bound >= first && job->lower_bound <= last) {
    job->lower_bound = last + 1;
    job->lower_proof = TWEED_PROOF_SMT;
  }
}

/* What is still to be asked. Invariant: every II from the first of the job to below `next` is refuted, but for those
 * that are left `open`; top is the least that works, or that is refuted by itself, or beyond the last. */
typedef struct frontier {
  int64_t next, top, last, width;
  int32_t open;
} frontier;

static tweed_joint_verdict refute(tweed_joint_search *s, frontier *f, int64_t first, int64_t last, tweed_error *error) {
  tweed_joint_verdict result = tweed_joint_try(s, (tweed_range){first, last}, error);
  if (result == TWEED_JOINT_REFUTED || result == TWEED_JOINT_LIMITED) {
    if (f->open == 0)
      refuted(s->job, first, last, result == TWEED_JOINT_REFUTED);
    f->next = last + 1;
  }
  return result;
}

/* The II that a range named, by itself. */
static tweed_joint_verdict confirm(tweed_joint_search *s, frontier *f, tweed_error *error) {
  int64_t ii = s->works;
  tweed_joint_verdict result = tweed_joint_try(s, (tweed_range){ii, ii}, error);
  if (result == TWEED_JOINT_WORKS || result == TWEED_JOINT_REFUTED)
    f->top = ii;
  return result;
}

/* One step with a range below the top: the middle and the whole of it in turn. */
static tweed_joint_verdict step(tweed_joint_search *s, frontier *f, int turn, tweed_error *error) {
  int64_t room = f->top - f->next, width = f->width < room ? f->width : room;
  if (f->top <= f->last && turn % 2 == 0 && width > 2)
    width /= 2;
  tweed_joint_verdict result =
      width == 1 ? refute(s, f, f->next, f->next, error) : refute(s, f, f->next, f->next + width - 1, error);
  if (result == TWEED_JOINT_REFUTED || result == TWEED_JOINT_LIMITED)
    f->width *= 2;
  else if (result == TWEED_JOINT_WORKS && width == 1)
    f->top = f->next;
  else if (result == TWEED_JOINT_WORKS)
    result = confirm(s, f, error);
  else if (result == TWEED_JOINT_OPEN && width > 1)
    f->width = width / 2;
  else if (result == TWEED_JOINT_OPEN) {
    f->open++;
    f->next += 1 + f->next / 64;
  }
  if (result == TWEED_JOINT_OPEN && f->width < 1)
    f->width = 1;
  return result;
}

/* Every II of the job that is left, in clauses that hold for each. */
static tweed_joint_verdict refute_all(tweed_joint_search *s, frontier *f, tweed_error *error) {
  bool endless = s->job->options->ii == 0 && s->job->options->max_ii == 0;
  if (!endless || f->next > f->last || f->open > 0 || s->q.limits.stages > 0)
    return TWEED_JOINT_OPEN;
  tweed_joint_verdict result = tweed_joint_try(s, (tweed_range){f->next, TWEED_FAR}, error);
  if (result == TWEED_JOINT_REFUTED) {
    refuted(s->job, f->next, f->last, true);
    f->next = f->last + 1;
  }
  return result;
}

/* TWEED_OK with a plan, TWEED_INFEASIBLE if no II up to the last works, TWEED_UNKNOWN. */
static tweed_status search_ii(tweed_joint_search *s, tweed_error *error) {
  tweed_job *job = s->job;
  int64_t most = tweed_joint_greatest_ii(s->p), last = job->last_ii;
  most = most > job->first_ii ? most : job->first_ii;
  last = most < last ? most : last;
  frontier f = {job->first_ii, last + 1, last, 0, 0};
  tweed_joint_verdict result = refute(s, &f, f.next, f.next, error);
  if (result == TWEED_JOINT_WORKS)
    return TWEED_OK;
  if (result == TWEED_JOINT_OPEN) {
    f.open++;
    f.next++;
  }
  if (result != TWEED_JOINT_BROKEN)
    result = refute_all(s, &f, error);
  /* Under a limit on stages, what a range as a whole leaves open the next II by itself often settles. */
  f.width = s->q.limits.stages > 0 ? 1 : f.next < 64 ? 64 : f.next;
  int most_turns = job->options->effort > 0 && job->options->effort < 1 ? FEW_TURNS : INT_MAX;
  for (int turn = 0; result != TWEED_JOINT_BROKEN && f.next < f.top && f.open < MOST_OPEN && turn < most_turns &&
                     !tweed_stopped(job->stop);
       turn++) {
    result = step(s, &f, turn, error);
    if (result == TWEED_JOINT_REFUTED && !s->found)
      result = refute_all(s, &f, error);
  }
  if (result == TWEED_JOINT_BROKEN)
    return error && error->status == TWEED_NO_MEMORY ? TWEED_NO_MEMORY : TWEED_INTERNAL;
  if (s->found)
    return TWEED_OK;
  if (f.open > 0 || f.next <= f.last)
    return tweed_fail(error, TWEED_UNKNOWN, "no joint schedule found with II up to %lld", (long long)f.last);
  return TWEED_INFEASIBLE;
}

/* ---- the row ------------------------------------------------------------------------------------------------------
 */

bool tweed_joint_begin(tweed_joint_search *s, tweed_job *job, tweed_plan *plan) {
  const tweed_machine *machine = job->problem->machine;
  const tweed_warps *w = &machine->warps;
  double effort = job->options->effort;
  double share = effort > 0 && effort < 1 ? effort : 1;
  *s = (tweed_joint_search){.job = job, .p = job->problem, .plan = plan};
  s->work = (uint32_t)((double)TWEED_JOINT_WORK * share) + 1;
  s->step = (uint32_t)((double)TWEED_JOINT_STEP * share) + 1;
  s->q = (tweed_joint_query){.problem = s->p, .graph = job->graph, .stop = job->stop, .plain = !job->options->joint};
  s->q.limits = (tweed_joint_limits){.groups = w->groups, .total = w->total, .registers = w->registers};
  s->q.limits.stages = job->options->max_stages;
  s->q.limits.memory = tweed_arena_array(job->arena, (size_t)machine->nmemories + 1, sizeof(int64_t));
  for (int32_t k = 0; k < machine->nmemories && s->q.limits.memory; k++)
    s->q.limits.memory[k] = machine->memories[k].bytes - (s->p->reserved ? s->p->reserved[k] : 0);
  return s->q.limits.memory != NULL;
}

/* What no II can mend. */
static tweed_status check_problem(tweed_job *job, tweed_error *error) {
  const tweed_problem *p = job->problem;
  const tweed_warps *w = &p->machine->warps;
  if (p->nops > MOST_OPS || p->ndeps > MOST_DEPS)
    return tweed_fail(error, TWEED_UNKNOWN,
                      "%d ops and %d dependences are too many for a joint schedule; %d and %d are not", (int)p->nops,
                      (int)p->ndeps, MOST_OPS, MOST_DEPS);
  for (int32_t v = 0; v < p->nops; v++) {
    int32_t largest = w->nsizes > 0 ? w->sizes[w->nsizes - 1] : 1, needed = tweed_class_of(p, v)->warps;
    if (needed <= largest)
      continue;
    tweed_status status = tweed_job_why(job, error, "every II needs: a group of %d warps for %s (the largest has %d)",
                                        (int)needed, p->ops[v].name, (int)largest);
    return status == TWEED_OK ? TWEED_INFEASIBLE : status;
  }
  return TWEED_OK;
}

tweed_status tweed_run_joint(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_joint_search s;
  double began = tweed_clock();
  int64_t least = 0;
  tweed_status status = check_problem(job, error);
  if (status == TWEED_OK && !tweed_joint_begin(&s, job, plan))
    status = tweed_no_memory(error);
  if (status == TWEED_OK)
    status = search_ii(&s, error);
  if (status != TWEED_OK)
    return status;
  job->best_ii = plan->ii;
  s.q.ii = (tweed_range){plan->ii, plan->ii};
  status = tweed_joint_phase(&s, "ii", plan->ii, job->lower_bound, began, error);
  if (status == TWEED_OK)
    status = tweed_joint_least_length(&s.q, &least, error);
  return status == TWEED_OK ? tweed_joint_improve(&s, least, error) : status;
}
