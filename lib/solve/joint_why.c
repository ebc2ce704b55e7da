/* joint_why.c: why an II is infeasible: what binds, and what would lift it.
 *
 * Each named group of constraints holds under an assumption of its own; an unsatisfiable core of the assumptions is
 * made smaller until each is needed, first without regard to single dependences, then, with only those groups left, for
 * the dependences too. What would help is found by searching again with a limit relaxed. */
#include "solve/joint.h"

#include <stdio.h>
#include <string.h>

/* Z3's work per question; questions; ops of a problem whose dependences are looked at one by one; steps to a limit. */
enum { WORK = 2000000, MOST_QUESTIONS = 60, MOST_OPS = 200, MOST_LOOSE = 80, MOST_NAMED = 4, STAGES = 4 };

/* Order in which reasons are tried to be left out: what a user can change stays. */
static const tweed_reason_kind order[] = {TWEED_REASON_DEP,    TWEED_REASON_HANDOFF, TWEED_REASON_WAIT,
                                          TWEED_REASON_STAGES, TWEED_REASON_WARPS,   TWEED_REASON_MEMORY,
                                          TWEED_REASON_UNIT,   TWEED_REASON_GROUPS,  TWEED_REASON_REGISTERS};

/* Invariant: the constraints of the `count` reasons together are unsatisfiable. */
typedef struct core {
  tweed_joint_search *s;
  tweed_arena *arena;
  int64_t ii;
  size_t count;
  tweed_reason *reasons;
  int questions;
} core;

/* ---- cores --------------------------------------------------------------------------------------------------------
 */

/* Are the reasons that are kept unsatisfiable? If so, they become those of Z3's core. */
static bool still(core *c, const tweed_joint_model *m, bool *keep) {
  tweed_lit *assumed = tweed_arena_array(c->arena, m->nreasons + 1, sizeof *assumed);
  size_t count = 0;
  for (size_t i = 0; i < m->nreasons && assumed; i++)
    if (keep[i])
      assumed[count++] = m->reasons[i].literal;
  if (!assumed || c->questions++ > MOST_QUESTIONS || tweed_smt_check(m->smt, count, assumed, WORK) != TWEED_SMT_UNSAT)
    return false;
  for (size_t i = 0; i < m->nreasons; i++)
    keep[i] = keep[i] && tweed_smt_in_core(m->smt, m->reasons[i].literal);
  return true;
}

/* Without all reasons of a kind; then without each. */
static bool shrink(core *c, const tweed_joint_model *m, bool *keep, tweed_reason_kind kind, size_t only) {
  bool *fewer = tweed_arena_array(c->arena, m->nreasons + 1, sizeof *fewer), any = false;
  if (!fewer)
    return false;
  for (size_t i = 0; i < m->nreasons; i++) {
    bool leave = m->reasons[i].kind == kind && (only == SIZE_MAX || only == i);
    any = any || (leave && keep[i]);
    fewer[i] = keep[i] && !leave;
  }
  if (!any || !still(c, m, fewer))
    return !any;
  memcpy(keep, fewer, m->nreasons * sizeof *keep);
  return true;
}

static void minimise(core *c, const tweed_joint_model *m, bool *keep) {
  for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
    if (!shrink(c, m, keep, order[k], SIZE_MAX))
      for (size_t i = 0; i < m->nreasons; i++)
        if (keep[i] && m->reasons[i].kind == order[k])
          shrink(c, m, keep, order[k], i);
}

static bool listed(const core *c, const tweed_reason *r) {
  for (size_t i = 0; i < c->count; i++)
    if (c->reasons[i].kind == r->kind && c->reasons[i].index == r->index)
      return true;
  return false;
}

/* Makes the core that of the model: all its reasons at first; with `loose`, the core's so far and the dependences.
 * False if that is not unsatisfiable (within the work). */
static bool find(core *c, bool loose) {
  tweed_joint_query q = c->s->q;
  tweed_joint_model m;
  tweed_error ignored = {0};
  bool found = false;
  q.explain = true;
  q.follow = false;
  q.loose_deps = loose;
  tweed_status status = tweed_joint_build(&m, &q, &ignored);
  bool *keep = status == TWEED_OK ? tweed_arena_array(c->arena, m.nreasons + 2, sizeof *keep) : NULL;
  if (keep) {
    /* The window is a limit like others: of stages, where there is one. */
    tweed_joint_guard(&m, TWEED_REASON_STAGES, 0);
    m.reasons[m.nreasons - 1].literal = m.d.window;
    for (size_t i = 0; i < m.nreasons; i++)
      keep[i] = !loose || m.reasons[i].kind == TWEED_REASON_DEP || listed(c, &m.reasons[i]);
    found = still(c, &m, keep);
  }
  if (found) {
    minimise(c, &m, keep);
    c->reasons = tweed_arena_array(c->arena, m.nreasons + 1, sizeof *c->reasons);
    c->count = 0;
    for (size_t i = 0; i < m.nreasons && c->reasons; i++)
      if (keep[i])
        c->reasons[c->count++] = m.reasons[i];
    found = c->reasons != NULL;
  }
  tweed_joint_free(&m);
  return found;
}

/* ---- sentences ----------------------------------------------------------------------------------------------------
 */

typedef struct text {
  char buffer[768];
  size_t used;
  int parts;
} text;

static void put(text *t, const char *format, ...) TWEED_PRINTF(2, 3);

/* One more part, with a comma before. What does not fit is cut. */
static void put(text *t, const char *format, ...) {
  va_list arguments;
  if (t->used + 4 >= sizeof t->buffer)
    return;
  if (t->parts++ > 0)
    t->used += (size_t)snprintf(t->buffer + t->used, sizeof t->buffer - t->used, ", ");
  va_start(arguments, format);
  int n = vsnprintf(t->buffer + t->used, sizeof t->buffer - t->used, format, arguments);
  va_end(arguments);
  t->used = n < 0 || t->used + (size_t)n >= sizeof t->buffer ? sizeof t->buffer - 1 : t->used + (size_t)n;
}

static const char *name_of(const core *c, int32_t op) {
  return c->s->p->ops[op].name;
}

/* What the ops hold of a unit, by the cycle and piece. */
static int64_t load_of(const tweed_graph *g, int32_t unit) {
  int64_t sum = 0;
  for (int32_t v = 0; v < g->n; v++) {
    const tweed_shape *shape = &g->shapes[g->shape[v]];
    for (int32_t k = shape->begin; k < shape->begin + shape->count; k++)
      if (g->segments[k].unit == unit)
        sum += (int64_t)g->segments[k].length * g->segments[k].held;
  }
  return sum;
}

static void put_unit(const core *c, int32_t unit, text *t) {
  const tweed_graph *g = c->s->job->graph;
  int64_t count = g->count[unit], load = (load_of(g, unit) + count - 1) / count;
  put(t, "unit %s (%lld of %lld cycles)", c->s->p->machine->units[g->unit[unit]].name, (long long)load,
      (long long)c->ii);
}

static void put_registers(const core *c, text *t) {
  char names[256] = "";
  size_t used = 0;
  int count = 0;
  for (size_t i = 0; i < c->count; i++)
    if (c->reasons[i].kind == TWEED_REASON_REGISTERS && count++ < MOST_NAMED && used < sizeof names - 1) {
      int n =
          snprintf(names + used, sizeof names - used, "%s%s", count > 1 ? ", " : "", name_of(c, c->reasons[i].index));
      used = n < 0 || used + (size_t)n >= sizeof names ? sizeof names - 1 : used + (size_t)n;
    }
  if (count > 0)
    put(t, "registers of the group of %s%s (%d a thread)", names, count > MOST_NAMED ? ", …" : "",
        (int)c->s->q.limits.registers);
}

static void put_reason(const core *c, const tweed_reason *r, text *t) {
  const tweed_problem *p = c->s->p;
  bool dep = r->kind == TWEED_REASON_HANDOFF || r->kind == TWEED_REASON_WAIT;
  const char *from = dep ? name_of(c, p->deps[r->index].from) : "", *to = dep ? name_of(c, p->deps[r->index].to) : "";
  if (r->kind == TWEED_REASON_UNIT)
    put_unit(c, r->index, t);
  else if (r->kind == TWEED_REASON_MEMORY)
    put(t, "memory %s (%lld bytes)", p->machine->memories[r->index].name, (long long)c->s->q.limits.memory[r->index]);
  else if (r->kind == TWEED_REASON_WAIT)
    put(t, "%swait %s -> %s", p->deps[r->index].blocking ? "blocking " : "", from, to);
  else if (r->kind == TWEED_REASON_HANDOFF)
    put(t, "hand-off %s -> %s (%lld cycles)", from, to, (long long)tweed_handoff(p, &p->deps[r->index]));
  else if (r->kind == TWEED_REASON_GROUPS)
    put(t, "groups (%d)", (int)c->s->q.limits.groups);
  else if (r->kind == TWEED_REASON_WARPS)
    put(t, "warps (%d in all)", (int)c->s->q.limits.total);
  else if (r->kind == TWEED_REASON_STAGES && c->s->q.limits.stages > 0)
    put(t, "stages (%lld)", (long long)c->s->q.limits.stages);
}

/* Dependences of the core by the op they leave. */
static const tweed_dep *next_dep(const core *c, int32_t op, const bool *done) {
  for (size_t i = 0; i < c->count; i++)
    if (c->reasons[i].kind == TWEED_REASON_DEP && !done[i] && c->s->p->deps[c->reasons[i].index].from == op)
      return &c->s->p->deps[c->reasons[i].index];
  return NULL;
}

/* A walk from the start of a dependence along others until it is back. Each op that has no way on ends it. */
static bool walk(const core *c, size_t first, const bool *done, char *line, size_t size) {
  const tweed_problem *p = c->s->p;
  int32_t from = p->deps[c->reasons[first].index].from, at = p->deps[c->reasons[first].index].to;
  size_t used = (size_t)snprintf(line, size, "%s -> %s", name_of(c, from), name_of(c, at));
  for (size_t steps = 0; at != from && steps <= c->count && used < size; steps++) {
    const tweed_dep *dep = next_dep(c, at, done);
    if (!dep)
      return false;
    at = dep->to;
    used += (size_t)snprintf(line + used, size - used, " -> %s", name_of(c, at));
  }
  return at == from;
}

/* Circuits by name, then the dependences that are on none where they are few: many of them are just the way from one
 * end to the other. */
static void put_deps(const core *c, text *t) {
  const tweed_problem *p = c->s->p;
  bool *done = tweed_arena_array(c->arena, c->count + 1, sizeof *done);
  char line[256];
  int others = 0;
  if (!done)
    return;
  for (size_t i = 0; i < c->count; i++)
    if (c->reasons[i].kind == TWEED_REASON_DEP && p->deps[c->reasons[i].index].distance > 0) {
      if (walk(c, i, done, line, sizeof line)) {
        put(t, "circuit %s", line);
        done[i] = true;
      }
    }
  for (size_t i = 0; i < c->count; i++)
    others += c->reasons[i].kind == TWEED_REASON_DEP && !done[i];
  for (size_t i = 0; i < c->count && others <= MOST_NAMED; i++)
    if (c->reasons[i].kind == TWEED_REASON_DEP && !done[i]) {
      const tweed_dep *dep = &p->deps[c->reasons[i].index];
      put(t, "dependence %s -> %s", name_of(c, dep->from), name_of(c, dep->to));
    }
  if (others > MOST_NAMED)
    put(t, "%d dependences", others);
}

static tweed_status say(core *c, tweed_error *error) {
  text t = {.used = 0};
  for (size_t k = sizeof order / sizeof order[0]; k-- > 0;) {
    if (order[k] == TWEED_REASON_REGISTERS)
      put_registers(c, &t);
    for (size_t i = 0; i < c->count; i++)
      if (c->reasons[i].kind == order[k])
        put_reason(c, &c->reasons[i], &t);
  }
  put_deps(c, &t);
  if (t.parts == 0)
    put(&t, "its dependences");
  const tweed_solve_options *o = c->s->job->options;
  if (o->ii == 0 && o->max_ii == 0)
    return tweed_job_why(c->s->job, error, "every II needs: %s", t.buffer);
  return tweed_job_why(c->s->job, error, "II=%lld needs: %s", (long long)c->ii, t.buffer);
}

/* ---- what would help ----------------------------------------------------------------------------------------------
 */

static bool has(const core *c, tweed_reason_kind kind) {
  for (size_t i = 0; i < c->count; i++)
    if (c->reasons[i].kind == kind)
      return true;
  return false;
}

/* Is there a schedule of the II with the search's limits as they are now? */
static bool works(core *c) {
  tweed_error ignored = {0};
  return tweed_joint_try(c->s, (tweed_range){c->ii, c->ii}, &ignored) == TWEED_JOINT_WORKS;
}

/* The least value of a limit in [low, high], in steps from low, that works; high does. */
static int64_t least_limit(core *c, int64_t low, int64_t high, int64_t by, void (*set)(core *, int64_t)) {
  int64_t first = 0, last = (high - low + by - 1) / by;
  while (first < last) {
    int64_t middle = first + (last - first) / 2;
    set(c, low + middle * by);
    if (works(c))
      last = middle;
    else
      first = middle + 1;
  }
  return low + last * by;
}

static void set_registers(core *c, int64_t limit) {
  c->s->q.limits.registers = (int32_t)limit;
}

/* Registers come in eights where there are many of them. */
static tweed_status lift_registers(core *c, tweed_error *error) {
  int64_t old = c->s->q.limits.registers, by = old >= 24 ? 8 : 1, sum = 0;
  for (int32_t v = 0; v < c->s->p->nops; v++)
    sum += c->s->p->ops[v].regs;
  c->s->q.limits.registers = 0;
  bool helps = works(c);
  int64_t high = old + by;
  for (bool enough = false; helps && !enough && high < TWEED_MAX_NUMBER / 2 && high <= 64 * (sum + old);) {
    set_registers(c, high);
    enough = works(c);
    high = enough ? high : old + 2 * (high - old);
  }
  set_registers(c, high);
  int64_t least = helps ? least_limit(c, old + by, high, by, set_registers) : 0;
  c->s->q.limits.registers = (int32_t)old;
  return helps ? tweed_job_why(c->s->job, error, "would do: %lld register%s more (%lld a thread)",
                               (long long)(least - old), least - old == 1 ? "" : "s", (long long)least)
               : TWEED_OK;
}

static tweed_status lift_memory(core *c, int32_t memory, tweed_error *error) {
  int64_t old = c->s->q.limits.memory[memory], *limit = &c->s->q.limits.memory[memory];
  int64_t by = old >= 8192 ? 1024 : 1, more = by;
  *limit = TWEED_FAR / 2;
  bool helps = works(c);
  for (*limit = old + more; helps && more < TWEED_FAR / 4 && !works(c); *limit = old + more)
    more *= 2;
  for (int64_t low = by, high = more; helps && low < high;) { /* more is enough; least multiple of by that is */
    int64_t middle = (low / by + (high / by - low / by) / 2) * by;
    *limit = old + middle;
    if (works(c))
      more = high = middle;
    else
      low = middle + by;
  }
  *limit = old;
  if (!helps)
    return TWEED_OK;
  const char *name = c->s->p->machine->memories[memory].name;
  return by == 1024 ? tweed_job_why(c->s->job, error, "would do: %lld KB more of %s", (long long)(more / by), name)
                    : tweed_job_why(c->s->job, error, "would do: %lld byte%s more of %s", (long long)more,
                                    more == 1 ? "" : "s", name);
}

static tweed_status lift_groups(core *c, tweed_error *error) {
  int32_t old = c->s->q.limits.groups, total = c->s->q.limits.total;
  tweed_status status = TWEED_OK;
  if (old >= c->s->p->nops)
    return TWEED_OK;
  c->s->q.limits.groups = old + 1;
  if (works(c))
    status = tweed_job_why(c->s->job, error, "would do: one warp group more (%d)", (int)old + 1);
  else if (total > 0) {
    c->s->q.limits.total = 0;
    if (works(c))
      status = tweed_job_why(c->s->job, error, "would do: one warp group more (%d), and more than %d warps in all",
                             (int)old + 1, (int)total);
  }
  c->s->q.limits.groups = old;
  c->s->q.limits.total = total;
  return status;
}

static tweed_status lift_warps(core *c, tweed_error *error) {
  int32_t old = c->s->q.limits.total;
  tweed_status status = TWEED_OK;
  c->s->q.limits.total = 0;
  if (works(c)) {
    for (c->s->q.limits.total = old + 1; c->s->q.limits.total < old + 64 && !works(c);)
      c->s->q.limits.total++;
    status = tweed_job_why(c->s->job, error, "would do: %d warps more (%d in all)",
                           (int)c->s->q.limits.total - (int)old, (int)c->s->q.limits.total);
  }
  c->s->q.limits.total = old;
  return status;
}

static tweed_status lift_stages(core *c, tweed_error *error) {
  int64_t old = c->s->q.limits.stages;
  tweed_status status = TWEED_OK;
  c->s->q.limits.stages = 0;
  if (works(c)) {
    for (c->s->q.limits.stages = old + 1; c->s->q.limits.stages < old + 64 && !works(c);)
      c->s->q.limits.stages++;
    status = tweed_job_why(c->s->job, error, "would do: %lld stages", (long long)c->s->q.limits.stages);
  }
  c->s->q.limits.stages = old;
  return status;
}

static tweed_status lift(core *c, tweed_error *error) {
  bool joint = !c->s->q.plain;
  tweed_status status = joint ? lift_groups(c, error) : TWEED_OK;
  if (status == TWEED_OK && has(c, TWEED_REASON_WARPS))
    status = lift_warps(c, error);
  if (status == TWEED_OK && has(c, TWEED_REASON_REGISTERS))
    status = lift_registers(c, error);
  for (size_t i = 0; i < c->count && status == TWEED_OK; i++)
    if (c->reasons[i].kind == TWEED_REASON_MEMORY)
      status = lift_memory(c, c->reasons[i].index, error);
  if (status == TWEED_OK && c->s->q.limits.stages > 0)
    status = lift_stages(c, error);
  return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------
 */

/* The II to explain: the one that was asked for, or the largest allowed; or one at which every larger one fails too. */
static int64_t which_ii(const tweed_job *job) {
  const tweed_solve_options *o = job->options;
  return o->ii > 0 ? o->ii : o->max_ii > 0 ? o->max_ii : tweed_joint_greatest_ii(job->problem);
}

static tweed_status explain(core *c, tweed_error *error) {
  int64_t least = 0;
  c->s->q.ii = (tweed_range){c->ii, c->ii};
  tweed_status status = tweed_joint_least_length(&c->s->q, &least, error);
  if (status != TWEED_OK)
    return status == TWEED_INFEASIBLE ? TWEED_OK : status;
  if (c->s->q.limits.stages > 0 && least > (c->s->q.limits.stages + 1) * c->ii)
    return TWEED_OK;
  c->s->q.length = (least / c->ii + STAGES) * c->ii;
  if (!find(c, false))
    return TWEED_OK;
  if (c->s->p->nops <= MOST_LOOSE)
    find(c, true);
  status = say(c, error);
  return status == TWEED_OK ? lift(c, error) : status;
}

tweed_status tweed_explain(tweed_job *job, tweed_error *error) {
  tweed_joint_search s;
  tweed_plan plan = {.ii = -1};
  size_t room = (size_t)job->problem->nops + 1;
  if (job->problem->nops > MOST_OPS || tweed_stopped(job->stop))
    return TWEED_OK;
  core c = {.s = &s, .arena = tweed_arena_new(), .ii = which_ii(job)};
  plan.start = tweed_arena_array(job->arena, room, sizeof *plan.start);
  plan.role = tweed_arena_array(job->arena, room, sizeof *plan.role);
  tweed_status status =
      !c.arena || !plan.start || !plan.role || !tweed_joint_begin(&s, job, &plan) ? tweed_no_memory(error) : TWEED_OK;
  s.work = WORK;
  if (status == TWEED_OK)
    status = explain(&c, error);
  tweed_arena_free(c.arena);
  return status;
}
