/* profit.c: compares the loop as it is with the pipelined one on the machine model.
 *
 * In order: both are simulated, op by op in the order in which they stand in the code, each op waiting for its
 * operands, its units and an issue slot; the original in the order of a list schedule, as the back end's scheduler
 * would leave it. Out of order: the core overlaps iterations by itself as far as its window reaches. With a body of n
 * ops that takes L cycles from first to last, window / n iterations are in flight, so the loop takes max(MII, L * n /
 * window) cycles per iteration. */
#include "llvm/profit.h"
#include "model/model.h"
#include <string.h>

enum { TRIPS = 12, WARM = 6 };

/* What must be won before the larger code is worth it: more where branches become selects, since the model knows
 * neither what the branches skip nor how the back end keeps conditions, and more still where conditions are combined.
 */
static const double gain = 1.05, gain_selects = 1.2, gain_conditions = 1.5;

/* An in-order pipe: usage of units by cycle in a ring. */
typedef struct pipe {
  const tweed_problem *problem;
  int64_t *usage;    /* [cycle % horizon][unit] */
  int64_t *cycle_of; /* which cycle a ring entry stands for */
  int32_t horizon;
} pipe;

static int64_t *usage_at(pipe *p, int64_t cycle) {
  int64_t slot = cycle % p->horizon;
  int64_t *row = &p->usage[slot * p->problem->machine->nunits];
  if (p->cycle_of[slot] != cycle) {
    memset(row, 0, (size_t)p->problem->machine->nunits * sizeof *row);
    p->cycle_of[slot] = cycle;
  }
  return row;
}

static bool fits(pipe *p, int32_t op, int64_t cycle) {
  const tweed_class *c = tweed_class_of(p->problem, op);
  for (int32_t u = 0; u < c->nuses; u++) {
    int32_t count = p->problem->machine->units[c->uses[u].unit].count;
    for (int32_t k = 0; count > 0 && k < c->uses[u].cycles && k < p->horizon; k++)
      if (c->uses[u].held[k] > 0 &&
          usage_at(p, cycle + k)[c->uses[u].unit] + tweed_held(p->problem, op, &c->uses[u], k) > count &&
          tweed_held(p->problem, op, &c->uses[u], k) <= count)
        return false;
  }
  return true;
}

static void take(pipe *p, int32_t op, int64_t cycle) {
  const tweed_class *c = tweed_class_of(p->problem, op);
  for (int32_t u = 0; u < c->nuses; u++)
    for (int32_t k = 0; k < c->uses[u].cycles && k < p->horizon; k++)
      usage_at(p, cycle + k)[c->uses[u].unit] += tweed_held(p->problem, op, &c->uses[u], k);
}

static bool pipe_init(pipe *p, const tweed_problem *problem, tweed_arena *arena) {
  int32_t longest = 1;
  for (int32_t i = 0; i < problem->nops; i++) {
    const tweed_class *c = tweed_class_of(problem, i);
    for (int32_t u = 0; u < c->nuses; u++)
      if (c->uses[u].cycles > longest)
        longest = c->uses[u].cycles;
  }
  p->problem = problem;
  p->horizon = longest < 4096 ? longest + 1 : 4096;
  p->usage = tweed_arena_array(arena, (size_t)p->horizon * (size_t)problem->machine->nunits + 1, sizeof(int64_t));
  p->cycle_of = tweed_arena_array(arena, (size_t)p->horizon, sizeof(int64_t));
  for (int32_t k = 0; p->cycle_of && k < p->horizon; k++)
    p->cycle_of[k] = -1;
  return p->usage && p->cycle_of;
}

/* Cycles per trip of a loop whose trip is the given code and starts `per_trip` new iterations. */
static tweed_status simulate(const tweed_problem *problem, const tw_instance *code, int32_t n, int32_t per_trip,
                             int32_t depth, tweed_arena *arena, double *cycles, tweed_error *error) {
  pipe p;
  int32_t iterations = TRIPS * per_trip + depth + 1;
  int64_t *issued = tweed_arena_array(arena, (size_t)iterations * (size_t)problem->nops + 1, sizeof(int64_t));
  if (!issued || !pipe_init(&p, problem, arena))
    return tweed_no_memory(error);
  int64_t now = 0, warm = 0;
  for (int32_t trip = 0; trip < TRIPS; trip++) {
    if (trip == WARM)
      warm = now;
    for (int32_t i = 0; i < n; i++) {
      int32_t iteration = depth + trip * per_trip + code[i].iteration, op = code[i].op;
      if (iteration < 0 || iteration >= iterations)
        continue;
      int64_t ready = now;
      for (int32_t k = problem->in_begin[op]; k < problem->in_begin[op + 1]; k++) {
        const tweed_dep *d = &problem->deps[problem->in[k]];
        int32_t source = iteration - d->distance;
        if (source < 0)
          continue;
        int64_t t = issued[(int64_t)source * problem->nops + d->from] + d->latency;
        if (t > ready)
          ready = t;
      }
      while (!fits(&p, op, ready))
        ready++;
      take(&p, op, ready);
      issued[(int64_t)iteration * problem->nops + op] = ready;
      now = ready;
    }
  }
  *cycles = (double)(now - warm) / (TRIPS - WARM);
  return TWEED_OK;
}

tweed_status tw_profit_original(const tweed_problem *problem, tw_instance *code, int64_t *length, tweed_arena *arena,
                                tweed_error *error) {
  int32_t n = problem->nops;
  int64_t *height = tweed_arena_array(arena, (size_t)n + 1, sizeof(int64_t)),
          *start = tweed_arena_array(arena, (size_t)n + 1, sizeof(int64_t));
  bool *done = tweed_arena_array(arena, (size_t)n + 1, sizeof(bool));
  pipe p;
  if (!height || !start || !done || !pipe_init(&p, problem, arena))
    return tweed_no_memory(error);
  for (int32_t i = n - 1; i >= 0; i--) {
    int32_t op = problem->topo[i];
    for (int32_t k = problem->out_begin[op]; k < problem->out_begin[op + 1]; k++) {
      const tweed_dep *d = &problem->deps[problem->out[k]];
      if (d->distance == 0 && height[d->to] + d->latency > height[op])
        height[op] = height[d->to] + d->latency;
    }
  }
  *length = 1;
  int64_t now = 0;
  for (int32_t placed = 0; placed < n;) {
    int32_t best = -1;
    for (int32_t op = 0; op < n; op++) {
      bool ready = !done[op];
      for (int32_t k = problem->in_begin[op]; ready && k < problem->in_begin[op + 1]; k++) {
        const tweed_dep *d = &problem->deps[problem->in[k]];
        ready = d->distance > 0 || (done[d->from] && start[d->from] + d->latency <= now);
      }
      if (ready && (best < 0 || height[op] > height[best]) && fits(&p, op, now))
        best = op;
    }
    if (best < 0) {
      now++;
      continue;
    }
    take(&p, best, now);
    done[best] = true;
    start[best] = now;
    code[placed++] = (tw_instance){best, 0};
    int64_t end = now + tweed_class_of(problem, best)->latency;
    if (end > *length)
      *length = end;
  }
  return TWEED_OK;
}

int32_t tw_profit_kernel(const tw_body *body, const tweed_problem *problem, const tw_plan *plan, tw_instance *code,
                         bool *in_plan) {
  int32_t n = 0;
  for (int32_t step = 0; step < plan->unroll; step++)
    for (int32_t k = 0; k < plan->norder; k++) {
      int32_t op = plan->order[k];
      in_plan[body->ops[op].problem] = true;
      code[n++] = (tw_instance){body->ops[op].problem, step - plan->stage[op]};
    }
  for (int32_t op = 0; op < problem->nops; op++)
    if (!in_plan[op])
      code[n++] = (tw_instance){op, plan->unroll - 1};
  return n;
}

/* Registers that the kernel needs besides what the schedule keeps alive: invariants and addresses, by file. */
static int64_t invariants(const tw_body *body, bool floats) {
  int64_t n = 0;
  LLVMValueRef seen[64];
  for (int32_t i = 0; i < body->nops; i++) {
    const tw_op *op = &body->ops[i];
    for (int32_t k = 0; op->live && !op->affine && k < op->nrefs; k++) {
      LLVMValueRef v = op->refs[k].value;
      if (op->refs[k].kind != TW_REF_VALUE || LLVMIsConstant(v))
        continue;
      LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(v));
      bool is_float = kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind;
      bool known = false;
      for (int64_t m = 0; m < n && !known; m++)
        known = seen[m] == v;
      if (is_float == floats && !known && n < 64)
        seen[n++] = v;
    }
  }
  return floats ? n : n + body->ngroups + 1;
}

static bool spills(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule) {
  for (int32_t f = 0; f < problem->machine->nfiles; f++) {
    const tweed_register_file *file = &problem->machine->files[f];
    bool floats = strcmp(file->name, "int") != 0;
    if (tweed_schedule_max_live(problem, schedule, f) + invariants(body, floats) > file->count)
      return true;
  }
  return false;
}

/* Leaves out what only if-conversion adds: the loop as it is branches instead. What waits for a select then waits for
 * nothing, so the estimate is low, and Tweed acts on such loops only where it wins all the same. */
int32_t tw_profit_without_selects(const tw_body *body, tw_instance *code, int32_t n) {
  int32_t kept = 0;
  for (int32_t i = 0; i < n; i++) {
    bool added = false;
    for (int32_t k = 0; k < body->nops && !added; k++)
      added = body->ops[k].problem == code[i].op && body->ops[k].kind != TW_OP_INSTRUCTION;
    if (!added)
      code[kept++] = code[i];
  }
  return kept;
}

double tw_profit_wanted(const tw_body *body) {
  double wanted = gain;
  for (int32_t i = 0; i < body->nops; i++) {
    const tw_op *op = &body->ops[i];
    if (!op->live || op->kind == TW_OP_INSTRUCTION)
      continue;
    bool condition = LLVMGetTypeKind(op->type) == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(op->type) == 1;
    if (condition && op->kind == TW_OP_SELECT)
      return gain_conditions;
    wanted = gain_selects;
  }
  return wanted;
}

/* Cycles per iteration of the loop as it is. */
static tweed_status cost_before(const tw_body *body, const tweed_problem *problem, int32_t mii, tw_instance *code,
                                tweed_arena *arena, double *out, tweed_error *error) {
  int64_t length = 1;
  tweed_status s = tw_profit_original(problem, code, &length, arena, error);
  if (s != TWEED_OK)
    return s;
  int32_t window = tweed_machine_window(problem->machine);
  if (window == 0)
    return simulate(problem, code, tw_profit_without_selects(body, code, problem->nops), 1, 0, arena, out, error);
  double hidden = (double)length * body->instructions / window;
  *out = hidden > mii ? hidden : mii;
  return TWEED_OK;
}

tweed_status tw_profit_bound(const tw_body *body, const tweed_problem *problem, int32_t mii, tweed_arena *arena,
                             tw_profit *out, tweed_error *error) {
  tw_instance *code = tweed_arena_array(arena, (size_t)problem->nops + 1, sizeof(tw_instance));
  *out = (tw_profit){.after = mii};
  if (!code)
    return tweed_no_memory(error);
  tweed_status s = cost_before(body, problem, mii, code, arena, &out->before, error);
  out->pays = out->before > out->after * tw_profit_wanted(body);
  return s;
}

tweed_status tw_profit_of(const tw_body *body, const tweed_problem *problem, const tweed_schedule *schedule,
                          const tw_plan *plan, tweed_arena *arena, tw_profit *out, tweed_error *error) {
  size_t most = (size_t)(problem->nops + plan->norder * plan->unroll) + 1;
  tw_instance *code = tweed_arena_array(arena, most, sizeof(tw_instance));
  bool *in_plan = tweed_arena_array(arena, (size_t)problem->nops + 1, sizeof(bool));
  double kernel;
  if (!code || !in_plan)
    return tweed_no_memory(error);
  *out = (tw_profit){0};
  tweed_status s = cost_before(body, problem, tweed_schedule_mii(schedule), code, arena, &out->before, error);
  if (s != TWEED_OK)
    return s;
  int32_t n = tw_profit_kernel(body, problem, plan, code, in_plan);
  s = simulate(problem, code, n, plan->unroll, plan->stages, arena, &kernel, error);
  if (s != TWEED_OK)
    return s;
  out->after = tweed_machine_window(problem->machine) > 0 ? tweed_schedule_ii(schedule) : kernel / plan->unroll;
  out->spills = spills(body, problem, schedule);
  out->pays = !out->spills && out->before > out->after * tw_profit_wanted(body);
  return TWEED_OK;
}
