/* program.c: role programs out of a schedule. Steps are placed at moments of the schedule at which what they wait for
 * has happened, and those of one moment in an order in which nothing waits for a later one; so no execution can block
 * for ever, however fast or slow the roles are.
 *
 *   op u             waits for its inputs, runs; a value in a memory is full when u is done
 *   staged value     at the time its registers are there: wait for a free slot, write, signal full
 *   last reader v    gives the slot back: at once, or for an async v when it is done */
#include "report/program.h"

#include <stdlib.h>

typedef struct builder {
  report_view *v;
  int32_t role;
  report_program *program;
  size_t capacity;
  int64_t at, rank; /* of the event whose steps are being added */
  report_arrivals *arrivals;
} builder;

static const tweed_class *class_of(const builder *b, int32_t op) {
  return tweed_class_of(b->v->p, op);
}

static int64_t start_of(const builder *b, int32_t op) {
  return b->v->s->start[op];
}

static bool mine(const builder *b, int32_t op) {
  return report_role_of(b->v, op) == b->role;
}

static bool add(builder *b, report_step_kind kind, int32_t op, int32_t ring, int32_t lag) {
  report_program *program = b->program;
  void *steps = program->steps;
  if (!tweed_arena_grow(b->v->arena, &steps, &b->capacity, (size_t)program->nsteps + 1, sizeof *program->steps))
    return false;
  program->steps = steps;
  program->steps[program->nsteps] = (report_step){
      .kind = kind, .op = op, .ring = ring, .lag = lag, .at = b->at, .rank = b->rank, .sequence = program->nsteps};
  program->nsteps++;
  return true;
}

/* Events of one moment: slots are given back, values are written to slots, ops start. */
enum { RANK_RELEASE, RANK_STAGE, RANK_OPS };

static void at_op(builder *b, int32_t op) {
  b->at = start_of(b, op);
  b->rank = 2 * (int64_t)b->v->rank[op] + RANK_OPS;
}

/* The event `later` cycles after the start of op. */
static void after_op(builder *b, int32_t op, int64_t later, int64_t rank) {
  at_op(b, op);
  b->at += later;
  b->rank = later > 0 ? rank : b->rank + 1;
}

/* ---- waits ---------------------------------------------------------------------------------------------------------
 */

/* Ops of one queue are done in the order in which they were issued: those that share a unit and end in the same way
 * (products with registers, bulk stores, copies, products in tensor memory). */
static bool same_queue(const builder *b, int32_t u, int32_t v) {
  const tweed_class *x = class_of(b, u), *y = class_of(b, v);
  if ((b->v->p->ops[u].regs > 0) != (b->v->p->ops[v].regs > 0) || x->variable != y->variable ||
      report_signals(b->v, u) != report_signals(b->v, v))
    return false;
  for (int32_t i = 0; i < x->nuses; i++)
    for (int32_t j = 0; j < y->nuses; j++)
      if (x->uses[i].unit == y->uses[j].unit && x->uses[i].unit != b->v->p->machine->issue_unit)
        return true;
  return u == v;
}

/* An async op of the role that must be done before the end of `dep` starts. One that accumulates in place, or enters
 * its pipeline behind the other, needs no wait. */
static bool waits_done(const builder *b, const tweed_dep *dep) {
  if (dep->from == dep->to || !class_of(b, dep->from)->async || dep->kind == TWEED_DEP_CONTROL)
    return false;
  return !(class_of(b, dep->to)->async && dep->latency < class_of(b, dep->from)->latency &&
           same_queue(b, dep->from, dep->to));
}

/* The ring by which the role learns that dep->from is done; -1 = something else tells it. */
static int32_t ring_for(const builder *b, const tweed_dep *dep) {
  const report_view *v = b->v;
  if (report_by_value(dep))
    return v->data_ring[dep->from];
  return report_needs_order(v, dep) ? v->order_ring[dep->from] : -1;
}

static bool add_input(builder *b, const tweed_dep *dep) {
  if (!mine(b, dep->from)) {
    int32_t ring = ring_for(b, dep);
    return ring < 0 || add(b, STEP_WAIT_FULL, dep->from, ring, dep->distance);
  }
  return !waits_done(b, dep) || add(b, STEP_WAIT_DONE, dep->from, -1, dep->distance);
}

/* Async readers in the role itself must be done with a slot before its next value is written. */
static bool add_reuse(builder *b, const report_ring *ring) {
  const tweed_problem *p = b->v->p;
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (dep->to != dep->from && mine(b, dep->to) && report_by_value(dep) && class_of(b, dep->to)->async &&
        !ring->staged && !add(b, STEP_WAIT_DONE, dep->to, -1, ring->depth - dep->distance))
      return false;
  }
  return true;
}

static bool add_slots(builder *b, int32_t op) {
  const report_view *v = b->v;
  int32_t data = v->data_ring[op], order = v->order_ring[op];
  if (data >= 0 && !v->rings[data].staged) {
    if (!add_reuse(b, &v->rings[data]))
      return false;
    if (v->rings[data].nreaders && !add(b, STEP_WAIT_EMPTY, op, data, 0))
      return false;
  }
  return order < 0 || add(b, STEP_WAIT_EMPTY, op, order, 0);
}

/* Where the role has several warps, all are together before one thread starts something for them: what they wrote is
 * complete, and none of them is left behind at a barrier that the op's completion lets go on by two phases. So are they
 * where an op reads what another one has written to memory. */
static bool add_gathering(builder *b, int32_t op) {
  const tweed_problem *p = b->v->p;
  bool needed = report_by_one_thread(b->v, op);
  if (b->v->roles[b->role].warps == 1)
    return true;
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->in[i]];
    int32_t ring = b->v->data_ring[dep->from];
    bool in_memory = ring >= 0 && !b->v->rings[ring].staged;
    needed = needed || (mine(b, dep->from) && !class_of(b, dep->from)->async && in_memory);
  }
  return !needed || add(b, STEP_GROUP_SYNC, op, -1, 0);
}

/* ---- signals -------------------------------------------------------------------------------------------------------
 */

/* Whether others only need to know that op has started. */
static bool only_control(const builder *b, int32_t op) {
  const tweed_problem *p = b->v->p;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++)
    if (report_needs_order(b->v, &p->deps[p->out[i]]) && p->deps[p->out[i]].kind != TWEED_DEP_CONTROL)
      return false;
  return true;
}

/* Signals full once op is done: at once, by the hardware, or after a wait of the role at the time it should be done. */
static bool add_full(builder *b, int32_t op, int32_t index) {
  const report_ring *ring = &b->v->rings[index];
  report_arrivals *arrivals = &b->arrivals[index];
  arrivals->full = b->v->roles[b->role].warps;
  if ((!class_of(b, op)->async && !ring->staged) || (!ring->data && only_control(b, op)))
    return add(b, STEP_FULL, op, index, 0);
  if (ring->data ? report_signals(b->v, op) : report_commits(b->v, op)) {
    arrivals->full = 1;
    return add(b, STEP_WHEN_FULL, op, index, 0);
  }
  after_op(b, op, report_publish(b->v, op, ring->data), RANK_STAGE);
  if (class_of(b, op)->async && !add(b, STEP_WAIT_DONE, op, -1, 0))
    return false;
  if (ring->staged && (!add(b, STEP_WAIT_EMPTY, op, index, 0) || !add(b, STEP_STAGE, op, index, 0)))
    return false;
  bool good = add(b, STEP_FULL, op, index, 0);
  at_op(b, op);
  return good;
}

/* How a role gives the slots of a ring back. */
typedef struct release {
  const tweed_dep *last; /* to the reader that is done last */
  int64_t at;            /* from the start of iteration 0 of the value */
  bool waits;            /* some reader is async */
  bool all_signal;       /* all readers are, and their completion reaches a barrier by itself */
} release;

static bool reads(const builder *b, const report_ring *ring, const tweed_dep *dep, int32_t role) {
  return report_role_of(b->v, dep->to) == role && ring_for(b, dep) == (int32_t)(ring - b->v->rings) &&
         report_by_value(dep) == ring->data;
}

/* When the reader needs the slot no more, counted from iteration 0 of the value. Order is kept once the reader runs. */
static int64_t read_end(const builder *b, const report_ring *ring, const tweed_dep *dep, bool all_signal) {
  int64_t at = start_of(b, dep->to) + (int64_t)dep->distance * b->v->s->ii;
  return class_of(b, dep->to)->async && ring->data && !all_signal ? at + class_of(b, dep->to)->latency : at;
}

static release release_of(const builder *b, const report_ring *ring, int32_t role) {
  const tweed_problem *p = b->v->p;
  release r = {.all_signal = ring->data};
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (reads(b, ring, dep, role)) {
      r.waits = r.waits || (ring->data && class_of(b, dep->to)->async);
      r.all_signal = r.all_signal && report_commits(b->v, dep->to);
    }
  }
  int64_t last_rank = -1;
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (!reads(b, ring, dep, role))
      continue;
    /* of one moment, what is done then comes before what starts then */
    bool late = class_of(b, dep->to)->async && ring->data && !r.all_signal;
    int64_t at = read_end(b, ring, dep, r.all_signal), rank = late ? -1 : b->v->rank[dep->to];
    if (!r.last || at > r.at || (at == r.at && rank > last_rank)) {
      r.last = dep;
      r.at = at;
      last_rank = rank;
    }
  }
  return r;
}

/* The steps of a release in iteration j of the value (lag 0), or of its last reader (lag its distance). */
static bool add_release(builder *b, int32_t index, const release *r, int32_t lag) {
  const report_ring *ring = &b->v->rings[index];
  const tweed_problem *p = b->v->p;
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1] && r->waits; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (reads(b, ring, dep, b->role) && class_of(b, dep->to)->async &&
        !add(b, STEP_WAIT_DONE, dep->to, -1, lag - dep->distance))
      return false;
  }
  return add(b, STEP_EMPTY, r->last->to, index, lag);
}

/* Where the value of the last iterations has no last reader, a slot may still be needed: then the release goes by the
 * iterations of the value. */
static bool add_releases_after(builder *b, int32_t op, int32_t index) {
  const report_ring *ring = &b->v->rings[index];
  release r = release_of(b, ring, b->role);
  if (!r.last || r.last->to != op)
    return true;
  bool own = r.last->distance > ring->depth, hardware = r.all_signal && !own;
  int32_t lag = own ? 0 : r.last->distance;
  int64_t shift = own ? (int64_t)r.last->distance * b->v->s->ii : 0;
  b->arrivals[index].empty += hardware ? 1 : b->v->roles[b->role].warps;
  bool late = r.waits && !r.all_signal && class_of(b, op)->async;
  at_op(b, op);
  if (late)
    after_op(b, op, class_of(b, op)->latency, RANK_RELEASE);
  b->at += shift;
  bool good = !own || add(b, STEP_WAIT_FULL, ring->op, index, 0); /* it may be nobody's to read */
  good = good && (hardware ? add(b, STEP_WHEN_EMPTY, op, index, lag) : add_release(b, index, &r, lag));
  at_op(b, op);
  return good;
}

/* All rings that op reads, each once. */
static bool add_all_releases(builder *b, int32_t op) {
  const tweed_problem *p = b->v->p;
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->in[i]];
    int32_t ring = mine(b, dep->from) ? -1 : ring_for(b, dep);
    bool again = false;
    for (int32_t j = p->in_begin[op]; j < i && ring >= 0; j++)
      again = again || (!mine(b, p->deps[p->in[j]].from) && ring_for(b, &p->deps[p->in[j]]) == ring);
    if (ring >= 0 && !again && !add_releases_after(b, op, ring))
      return false;
  }
  return true;
}

static bool add_op(builder *b, int32_t op) {
  const tweed_problem *p = b->v->p;
  int32_t data = b->v->data_ring[op], order = b->v->order_ring[op];
  at_op(b, op);
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++)
    if (!add_input(b, &p->deps[p->in[i]]))
      return false;
  if (!add_slots(b, op) || !add_gathering(b, op) || !add(b, STEP_OP, op, -1, 0))
    return false;
  if (data >= 0 && b->v->rings[data].nreaders && !add_full(b, op, data))
    return false;
  if (order >= 0 && !add_full(b, op, order))
    return false;
  return add_all_releases(b, op);
}

/* ---- order ---------------------------------------------------------------------------------------------------------
 */

static int compare(const void *a, const void *b) {
  const report_step *x = a, *y = b;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* By time in iteration 0, for the question which of two waits comes first. */
static int compare_time(const void *a, const void *b) {
  const report_step *x = a, *y = b;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* The moment of a wait, counted from iteration 0 of what it waits for. */
static report_step from_target(const builder *b, const report_step *step) {
  report_step moved = *step;
  moved.at += (int64_t)step->lag * b->v->s->ii;
  return moved;
}

/* Whether `first` has always waited for the same before `step` does, for every iteration that `step` waits for. */
static bool covers(const builder *b, const report_step *first, const report_step *step) {
  if (first == step || first->kind != step->kind || first->op != step->op || first->ring != step->ring)
    return false;
  if (first->lag > step->lag || (first->lag < 0 && first->lag != step->lag))
    return false;
  report_step x = from_target(b, first), y = from_target(b, step);
  return compare_time(&x, &y) < 0;
}

static int compare_target(const void *a, const void *b) {
  const report_step *x = a, *y = b;
  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (x->op != y->op)
    return x->op < y->op ? -1 : 1;
  if (x->ring != y->ring)
    return x->ring < y->ring ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* Drops the waits that others cover. Waits for one thing are next to each other once sorted by what they wait for. */
static void drop_covered(builder *b) {
  report_program *program = b->program;
  int32_t kept = 0, n = program->nsteps;
  if (n == 0)
    return;
  qsort(program->steps, (size_t)n, sizeof *program->steps, compare_target);
  for (int32_t i = 0, begin = 0; i < n; i++) {
    const report_step *step = &program->steps[i];
    const report_step *head = &program->steps[begin];
    if (step->kind != head->kind || step->op != head->op || step->ring != head->ring)
      begin = i;
    bool wait = step->kind == STEP_WAIT_FULL || step->kind == STEP_WAIT_DONE;
    bool covered = false;
    for (int32_t j = begin; j < n && wait && !covered; j++) {
      const report_step *other = &program->steps[j];
      if (other->kind != step->kind || other->op != step->op || other->ring != step->ring)
        break;
      covered = covers(b, other, step);
    }
    program->steps[i].row = covered; /* until all are judged */
  }
  for (int32_t i = 0; i < n; i++)
    if (!program->steps[i].row)
      program->steps[kept++] = program->steps[i];
  program->nsteps = kept;
}

/* Moves times so that the first op of the role starts round 0, and sorts the steps of a round. */
static void fold(builder *b) {
  report_program *program = b->program;
  int64_t ii = b->v->s->ii, base = b->v->roles[b->role].base;
  program->rounds = 1;
  for (int32_t i = 0; i < program->nsteps; i++) {
    report_step *step = &program->steps[i];
    int64_t time = step->at - base, stage = ii > 0 ? time / ii : 0;
    step->stage = stage < TWEED_MAX_NUMBER ? (int32_t)stage : TWEED_MAX_NUMBER;
    step->row = ii > 0 ? time % ii : time;
    if (step->stage >= program->rounds)
      program->rounds = step->stage + 1;
  }
  if (program->nsteps)
    qsort(program->steps, (size_t)program->nsteps, sizeof *program->steps, compare);
}

/* floor(a / b), b > 0 */
static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && a < 0);
}

/* How many of the iterations of w's issue lie between that of the op waited for and the wait, strictly. Counted from
 * the iteration of the wait; those that the first round of the steady state doesn't have are left out. */
static int64_t issued_between(const builder *b, const report_step *issue, const report_step *wait,
                              const report_step *w) {
  int64_t ii = b->v->s->ii, from = issue->at - (int64_t)wait->lag * ii, to = wait->at;
  int64_t first = floor_div(from - w->at, ii), last = floor_div(to - w->at, ii);
  bool on_first = w->at + first * ii == from, on_last = w->at + last * ii == to;
  /* strictly after the issue, in program order */
  if (!(on_first && (w->rank > issue->rank || (w->rank == issue->rank && w->sequence > issue->sequence))))
    first++;
  if (on_last && !(w->rank < wait->rank || (w->rank == wait->rank && w->sequence < wait->sequence)))
    last--;
  int64_t there = (int64_t)wait->stage - (b->program->rounds - 1);
  first = first > there ? first : there;
  return last >= first ? last - first + 1 : 0;
}

static const report_step *issue_of(const report_program *program, int32_t op) {
  for (int32_t i = 0; i < program->nsteps; i++)
    if (program->steps[i].kind == STEP_OP && program->steps[i].op == op)
      return &program->steps[i];
  return NULL;
}

/* Counts what may be in flight behind an op that is waited for. Programs with more steps than this wait for all. */
enum { MOST_COUNTED = 3000 };

static void count_pending(builder *b) {
  report_program *program = b->program;
  for (int32_t i = 0; i < program->nsteps && program->nsteps <= MOST_COUNTED && b->v->s->ii > 0; i++) {
    report_step *wait = &program->steps[i];
    const report_step *issue = wait->kind == STEP_WAIT_DONE ? issue_of(program, wait->op) : NULL;
    int64_t count = 0;
    for (int32_t k = 0; k < program->nsteps && issue; k++) {
      const report_step *w = &program->steps[k];
      if (w->kind == STEP_OP && class_of(b, w->op)->async && same_queue(b, w->op, wait->op) &&
          !report_signals(b->v, w->op))
        count += issued_between(b, issue, wait, w);
    }
    wait->pending = count < TWEED_MAX_NUMBER ? (int32_t)count : TWEED_MAX_NUMBER;
  }
}

static bool build(builder *b) {
  const report_role *role = &b->v->roles[b->role];
  for (int32_t i = 0; i < role->nops; i++)
    if (!add_op(b, role->ops[i]))
      return false;
  drop_covered(b);
  fold(b);
  count_pending(b);
  return true;
}

tweed_status report_programs(report_view *v, report_program **programs, report_arrivals **arrivals,
                             tweed_error *error) {
  *programs = tweed_arena_array(v->arena, (size_t)v->nroles, sizeof **programs);
  *arrivals = tweed_arena_array(v->arena, (size_t)v->nrings + 1, sizeof **arrivals);
  if (!*programs || !*arrivals)
    return tweed_no_memory(error);
  for (int32_t r = 0; r < v->nroles; r++) {
    builder b = {.v = v, .role = r, .program = &(*programs)[r], .arrivals = *arrivals};
    if (!build(&b))
      return tweed_no_memory(error);
  }
  return TWEED_OK;
}
