/* plan.c: from a schedule to stages, an order of emission and an unroll factor. */
#include "llvm/plan.h"
#include "llvm/graph.h"

enum { MAX_UNROLL = 8, MAX_KERNEL_OPS = 512, KERNEL_CYCLES = 48, CONTROL_UNROLL = 4 };

typedef struct planning {
  const tw_body *body;
  const tweed_problem *problem;
  tw_plan *plan;
  int64_t *start;   /* of problem ops: the schedule's, but a folded extension goes with its load */
  int32_t *body_op; /* problem op -> body op, -1 */
  bool *placed;
} planning;

static bool in_kernel(const tw_op *op) {
  return op->live && !op->affine;
}

/* Body op i can't come next in its row while an unplaced op must precede it at the very same time. soft: the same for
 * uses that should come before the next definition of what they read. */
static bool blocked(const planning *p, int32_t i, bool soft) {
  int32_t self = p->body->ops[i].problem;
  int64_t ii = p->plan->ii;
  for (int32_t k = 0; k < tweed_problem_deps(p->problem); k++) {
    const tweed_dep *d = tweed_problem_dep(p->problem, k);
    int64_t from = p->start[d->from], to = p->start[d->to];
    int32_t other = -1;
    if (!soft && d->to == self && to == from - d->distance * ii)
      other = p->body_op[d->from];
    if (soft && d->from == self && d->kind == TWEED_DEP_FLOW && (to + d->distance * ii - from) > 0 &&
        (to + d->distance * ii - from) % ii == 0)
      other = p->body_op[d->to];
    if (other >= 0 && other != i && in_kernel(&p->body->ops[other]) && !p->placed[other] &&
        p->plan->row[other] == p->plan->row[i])
      return true;
  }
  return false;
}

static int32_t next_in_row(const planning *p, int32_t row) {
  int32_t first = -1;
  for (int32_t i = 0; i < p->body->nops; i++) {
    if (!in_kernel(&p->body->ops[i]) || p->placed[i] || p->plan->row[i] != row || blocked(p, i, false))
      continue;
    if (!blocked(p, i, true))
      return i;
    if (first < 0)
      first = i;
  }
  return first;
}

static bool order_rows(planning *p) {
  int32_t wanted = 0;
  for (int32_t i = 0; i < p->body->nops; i++)
    wanted += in_kernel(&p->body->ops[i]);
  for (int32_t row = 0; row < p->plan->ii; row++)
    for (int32_t i; (i = next_in_row(p, row)) >= 0;) {
      p->placed[i] = true;
      p->plan->position[i] = p->plan->norder;
      p->plan->order[p->plan->norder++] = i;
    }
  return p->plan->norder == wanted;
}

/* Copies of op i's value that are alive at once, by the uses of it through phis and directly. */
static int32_t copies(const planning *p, int32_t i) {
  const tw_plan *plan = p->plan;
  int32_t most = 1, self = p->body->ops[i].problem;
  for (int32_t k = 0; k < tweed_problem_deps(p->problem); k++) {
    const tweed_dep *d = tweed_problem_dep(p->problem, k);
    if (d->from != self || d->kind != TWEED_DEP_FLOW)
      continue;
    int32_t user = p->body_op[d->to];
    if (user < 0 || !in_kernel(&p->body->ops[user]))
      continue;
    int32_t steps = plan->stage[user] + d->distance - plan->stage[i];
    int32_t n = plan->position[user] <= plan->position[i] ? steps : steps + 1;
    if (n > most)
      most = n;
  }
  return most;
}

/* The kernel's control (counter, branch, and in-order cores waiting at it) is paid once a trip, so short kernels hold
 * more iterations than their values need, as far as a constant trip count leaves room. */
static void spread_control(tw_plan *plan, const tw_trips *trips) {
  int64_t iterations = trips->constant && trips->backedges < INT32_MAX ? (int64_t)trips->backedges + 1 : INT64_MAX;
  while (plan->unroll < CONTROL_UNROLL && plan->unroll * plan->ii < KERNEL_CYCLES &&
         plan->stages + plan->unroll <= iterations)
    plan->unroll++;
}

static void choose_unroll(planning *p) {
  tw_plan *plan = p->plan;
  plan->unroll = 1;
  for (int32_t i = 0; i < p->body->nops; i++) {
    if (!in_kernel(&p->body->ops[i]) || LLVMGetTypeKind(p->body->ops[i].type) == LLVMVoidTypeKind)
      continue;
    int32_t n = copies(p, i);
    if (n > plan->unroll)
      plan->unroll = n;
  }
  plan->copies = plan->unroll;
  spread_control(plan, &p->body->trips);
  if (plan->unroll > MAX_UNROLL)
    plan->unroll = MAX_UNROLL;
  while (plan->unroll > 1 && plan->unroll * plan->norder > MAX_KERNEL_OPS)
    plan->unroll--;
}

static bool allocate(planning *p, tweed_arena *arena) {
  size_t n = (size_t)p->body->nops + 1;
  p->plan = tweed_arena_alloc(arena, sizeof *p->plan);
  if (!p->plan)
    return false;
  p->plan->stage = tweed_arena_array(arena, n, sizeof(int32_t));
  p->plan->row = tweed_arena_array(arena, n, sizeof(int32_t));
  p->plan->order = tweed_arena_array(arena, n, sizeof(int32_t));
  p->plan->position = tweed_arena_array(arena, n, sizeof(int32_t));
  p->placed = tweed_arena_array(arena, n, sizeof(bool));
  p->body_op = tweed_arena_array(arena, (size_t)tweed_problem_ops(p->problem) + 1, sizeof(int32_t));
  p->start = tweed_arena_array(arena, (size_t)tweed_problem_ops(p->problem) + 1, sizeof(int64_t));
  return p->plan->stage && p->plan->row && p->plan->order && p->plan->position && p->placed && p->body_op && p->start;
}

static void take_starts(planning *p, const tweed_schedule *schedule) {
  for (int32_t k = 0; k < tweed_problem_ops(p->problem); k++) {
    p->body_op[k] = -1;
    p->start[k] = tweed_schedule_start(schedule, k);
  }
  for (int32_t i = 0; i < p->body->nops; i++) {
    int32_t load = tw_graph_extended_load(p->body, i);
    if (load >= 0 && in_kernel(&p->body->ops[i]) && in_kernel(&p->body->ops[load]))
      p->start[p->body->ops[i].problem] = p->start[p->body->ops[load].problem];
  }
}

tweed_status tw_plan_make(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          tweed_arena *arena, tw_plan **out, tweed_error *error) {
  planning p = {.body = body, .problem = problem};
  *out = NULL;
  if (!allocate(&p, arena))
    return tweed_no_memory(error);
  p.plan->ii = tweed_schedule_ii(schedule);
  take_starts(&p, schedule);
  int64_t first = INT64_MAX, last = 0;
  for (int32_t i = 0; i < body->nops; i++) {
    p.plan->position[i] = -1;
    if (!in_kernel(&body->ops[i]))
      continue;
    int64_t start = p.start[body->ops[i].problem];
    if (start < first)
      first = start;
    if (start > last)
      last = start;
    p.body_op[body->ops[i].problem] = i;
  }
  if (first == INT64_MAX)
    first = 0;
  /* Ops that are not emitted (addresses, control) may come before all others: stages count from the first that is. */
  int64_t base = first / p.plan->ii;
  p.plan->stages = (int32_t)(last / p.plan->ii - base) + 1;
  for (int32_t i = 0; i < body->nops; i++) {
    if (!in_kernel(&body->ops[i]))
      continue;
    int64_t start = p.start[body->ops[i].problem];
    p.plan->stage[i] = (int32_t)(start / p.plan->ii - base);
    p.plan->row[i] = (int32_t)(start % p.plan->ii);
  }
  if (!order_rows(&p))
    return tweed_fail(error, TWEED_INTERNAL, "ops of equal time depend on each other in a circle");
  choose_unroll(&p);
  *out = p.plan;
  return TWEED_OK;
}
