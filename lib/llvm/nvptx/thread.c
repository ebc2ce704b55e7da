/* thread.c: the two clocks of a loop of a single thread: a warp's own time, and the SM's. */
#include "llvm/nvptx/thread.h"
#include "model/model.h"
#include "llvm/host.h"
#include "llvm/nvptx/footprint.h"
#include "llvm/nvptx/pressure.h"
#include <stdio.h>
#include <string.h>

/* USUAL_THREADS: of a block of which nothing is said. CONTROL: instructions of a loop's counter, comparison and branch.
 */
enum { USUAL_THREADS = 256, CONTROL = 3, TRIPS = 12, WARM = 6 };

/* ---- the kernel ---- */

static void read_bounds(tw_thread *t, LLVMValueRef f, const int32_t said[3]) {
  tw_block block = tw_block_of(f, true, said);
  t->bounded = block.threads > 0 && block.threads <= t->sm->threads_block;
  t->kernel.threads = t->bounded ? block.threads : USUAL_THREADS;
  t->limit = tw_most_registers(f, t->sm, &block);
}

static bool read_kernel(const tw_body *body, const int32_t block[3], tweed_arena *arena, tw_thread *t) {
  tw_flow *flow = tw_flow_of(body->bridge, arena);
  tw_pressure pressure;
  if (!flow)
    return false;
  bool fine = tw_pressure_of(flow, arena, &pressure);
  for (int32_t b = 0; fine && b < flow->nblocks; b++) {
    int32_t *most = tw_block_in_loop(body->loop, flow->blocks[b]) ? &t->in_loop : &t->elsewhere;
    if (pressure.block[b] > *most)
      *most = pressure.block[b];
  }
  t->kernel.registers = fine ? pressure.kernel : 0;
  read_bounds(t, flow->function, block);
  t->kernel.shared = (int64_t)tw_shared_of(body->bridge);
  tw_flow_free_map(flow);
  return fine;
}

/* ---- the SM's clock, and a warp's ---- */

/* Of a warp, which lives in one sub-partition and has one of the units that each of them has. */
static double for_one_warp(const tw_thread *t, const tweed_unit *unit, double work) {
  return unit->count == t->sm->partitions ? work : work / unit->count;
}

static void clocks(const tweed_problem *problem, tw_thread *t) {
  const tweed_machine *m = problem->machine;
  for (int32_t u = 0; u < m->nunits; u++) {
    double work = u == m->issue_unit ? (double)CONTROL : 0;
    for (int32_t i = 0; i < problem->nops; i++)
      work += (double)tweed_machine_class_work(m, problem->ops[i].class_index, u) *
              (u == m->issue_unit ? 1 : problem->ops[i].amount);
    if (m->units[u].count == 0)
      continue;
    if (work / m->units[u].count > t->work) {
      t->work = work / m->units[u].count;
      t->unit = m->units[u].name;
    }
    double one = for_one_warp(t, &m->units[u], work);
    t->alone = one > t->alone ? one : t->alone;
  }
}

/* One warp in order: each instruction waits for its operands, its units, and the one before it. */
typedef struct warp {
  const tweed_problem *problem;
  const tw_thread *thread;
  int64_t *issued; /* by iteration and op */
  double *free;    /* when a unit is */
  double now;
  int32_t iterations;
} warp;

static double ready_at(const warp *w, int32_t op, int32_t iteration) {
  const tweed_problem *p = w->problem;
  double ready = w->now;
  for (int32_t k = p->in_begin[op]; k < p->in_begin[op + 1]; k++) {
    const tweed_dep *d = &p->deps[p->in[k]];
    int32_t source = iteration - d->distance;
    if (source < 0)
      continue;
    double t = (double)(w->issued[(int64_t)source * p->nops + d->from] + d->latency);
    ready = t > ready ? t : ready;
  }
  const tweed_class *c = tweed_class_of(p, op);
  for (int32_t u = 0; u < c->nuses; u++)
    if (c->uses[u].unit != p->machine->issue_unit && w->free[c->uses[u].unit] > ready)
      ready = w->free[c->uses[u].unit];
  return ready;
}

static void issue(warp *w, int32_t op, int32_t iteration) {
  const tweed_problem *p = w->problem;
  const tweed_class *c = tweed_class_of(p, op);
  double at = ready_at(w, op, iteration);
  for (int32_t u = 0; u < c->nuses; u++) {
    const tweed_unit *unit = &p->machine->units[c->uses[u].unit];
    if (c->uses[u].unit == p->machine->issue_unit || unit->count == 0)
      continue;
    double work =
        (double)tweed_machine_class_work(p->machine, p->ops[op].class_index, c->uses[u].unit) * p->ops[op].amount;
    w->free[c->uses[u].unit] = at + for_one_warp(w->thread, unit, work);
  }
  w->issued[(int64_t)iteration * p->nops + op] = (int64_t)at;
  w->now = at + c->issue;
}

/* Cycles per iteration of a loop whose trip is the given code and starts `per_trip` new iterations. */
static bool run_warp(const tweed_problem *problem, const tw_thread *t, const tw_instance *code, int32_t n,
                     int32_t per_trip, int32_t depth, tweed_arena *arena, double *cycles) {
  warp w = {.problem = problem, .thread = t, .iterations = TRIPS * per_trip + depth + 1};
  w.issued = tweed_arena_array(arena, (size_t)w.iterations * (size_t)problem->nops + 1, sizeof *w.issued);
  w.free = tweed_arena_array(arena, (size_t)problem->machine->nunits + 1, sizeof *w.free);
  if (!w.issued || !w.free)
    return false;
  double warm = 0;
  for (int32_t trip = 0; trip < TRIPS; trip++) {
    if (trip == WARM)
      warm = w.now;
    for (int32_t i = 0; i < n; i++) {
      int32_t iteration = depth + trip * per_trip + code[i].iteration;
      if (iteration >= 0 && iteration < w.iterations)
        issue(&w, code[i].op, iteration);
    }
    w.now += (double)CONTROL;
  }
  *cycles = (w.now - warm) / ((TRIPS - WARM) * per_trip);
  return true;
}

/* ---- the questions ---- */

tweed_status tw_thread_of(const tw_body *body, const tweed_problem *problem, const int32_t block[3], tweed_arena *arena,
                          tw_thread **out, tweed_error *error) {
  tw_thread *t = tweed_arena_alloc(arena, sizeof *t);
  tw_instance *code = tweed_arena_array(arena, (size_t)problem->nops + 1, sizeof *code);
  *out = t;
  if (!t || !code)
    return tweed_no_memory(error);
  t->sm = tweed_machine_sm(problem->machine);
  t->machine = tweed_machine_name(problem->machine);
  t->unit = "issue";
  if (!read_kernel(body, block, arena, t))
    return tweed_no_memory(error);
  t->occupancy = tw_occupancy_of(t->sm, &t->kernel);
  clocks(problem, t);
  tweed_status s = tw_profit_original(problem, code, &t->length, arena, error);
  if (s != TWEED_OK)
    return s;
  int32_t n = tw_profit_without_selects(body, code, problem->nops);
  return run_warp(problem, t, code, n, 1, 0, arena, &t->original) ? TWEED_OK : tweed_no_memory(error);
}

int32_t tw_thread_ii(const tw_thread *t, int32_t mii, int32_t stages) {
  double turn = t->work * t->occupancy.warps, least = (double)t->length / stages;
  if (turn > t->original / 2)
    turn = t->original / 2;
  turn = turn > least ? turn : least;
  turn = turn > t->alone ? turn : t->alone;
  return turn > mii ? (int32_t)turn + 1 : mii;
}

/* Cycles of the SM per iteration of a warp that takes so long by itself: a closed network of one queue (the busiest
 * unit) and one delay (the rest of the warp's time), by mean value analysis (Reiser, Lavenberg 1980). It tends to
 * own / warps for few warps and to the unit's work for many. */
static double of_the_sm(const tw_thread *t, double own, int32_t warps) {
  double delay = own > t->work ? own - t->work : 0, queue = 0, rate = 0;
  for (int32_t n = 1; n <= (warps > 1 ? warps : 1); n++) {
    double response = t->work * (1 + queue);
    rate = n / (delay + response);
    queue = rate * response;
  }
  return 1 / rate;
}

void tw_thread_bound(const tw_body *body, const tw_thread *t, tw_profit *out) {
  *out = (tw_profit){.before = of_the_sm(t, t->original, t->occupancy.warps),
                     .after = of_the_sm(t, t->alone, t->occupancy.warps)};
  out->pays = out->before > out->after * tw_profit_wanted(body);
}

/* Registers of values that wait for a later stage: the loop's others are as many as before, however they are ordered.
 * Those that wait for the next iteration anyway are in the loop as it is. */
static int64_t waiting(const tw_body *body, const tw_plan *plan, int32_t *longest) {
  int64_t sum = 0;
  for (int32_t i = 0; i < body->nops; i++) {
    const tw_op *user = &body->ops[i];
    for (int32_t k = 0; user->live && !user->affine && k < user->nrefs; k++) {
      tw_ref ref = user->refs[k];
      for (int32_t depth = 0; ref.kind == TW_REF_PHI && depth <= body->nphis; depth++)
        ref = body->phis[ref.index].next;
      if (ref.kind != TW_REF_OP || body->ops[ref.index].affine)
        continue;
      int32_t stages = plan->stage[i] - plan->stage[ref.index], from = ref.index;
      if (stages > longest[from]) {
        sum += (int64_t)(stages - longest[from]) * tw_registers_of(body->ops[from].type);
        longest[from] = stages;
      }
    }
  }
  return sum;
}

static bool count_registers(const tw_body *body, const tw_plan *plan, tweed_arena *arena, tw_thread *t) {
  int32_t *longest = tweed_arena_array(arena, (size_t)body->nops + 1, sizeof *longest);
  if (!longest)
    return false;
  int64_t loop = t->in_loop + waiting(body, plan, longest);
  for (int32_t h = 0; h < body->nphis; h++)
    if (body->phis[h].affine && body->phis[h].step_value)
      loop += plan->unroll; /* multiples of the step */
  int64_t most = loop > t->elsewhere ? loop : t->elsewhere;
  t->pipelined = t->kernel;
  t->pipelined.registers = tw_registers_of_kernel((int32_t)(most < TWEED_MAX_NUMBER ? most : TWEED_MAX_NUMBER));
  t->then = tw_occupancy_of(t->sm, &t->pipelined);
  return true;
}

tweed_status tw_thread_profit(const tw_body *body, const tweed_problem *problem, const tw_plan *plan,
                              tweed_arena *arena, tw_thread *t, tw_profit *out, tweed_error *error) {
  size_t most = (size_t)(problem->nops + plan->norder * plan->unroll) + 1;
  tw_instance *code = tweed_arena_array(arena, most, sizeof *code);
  bool *in_plan = tweed_arena_array(arena, (size_t)problem->nops + 1, sizeof *in_plan);
  if (!code || !in_plan)
    return tweed_no_memory(error);
  int32_t n = tw_profit_kernel(body, problem, plan, code, in_plan);
  if (!run_warp(problem, t, code, n, plan->unroll, plan->stages, arena, &t->overlapped))
    return tweed_no_memory(error);
  if (plan->copies > plan->unroll && t->overlapped < t->original)
    t->overlapped = t->original;
  if (!count_registers(body, plan, arena, t))
    return tweed_no_memory(error);
  *out = (tw_profit){.before = of_the_sm(t, t->original, t->occupancy.warps),
                     .after = of_the_sm(t, t->overlapped, t->then.warps),
                     .spills = t->then.warps == 0 || t->pipelined.registers > t->limit};
  out->pays = !out->spills && out->before > out->after * tw_profit_wanted(body);
  return TWEED_OK;
}

const char *tw_thread_text(const tw_thread *t, bool scheduled, char *buffer, size_t size) {
  int n = snprintf(buffer, size, "%d warps of an SM (%s%d threads a block, %d registers), ", (int)t->occupancy.warps,
                   t->bounded ? "" : "taking ", (int)t->kernel.threads, (int)t->kernel.registers);
  if (scheduled && n > 0 && (size_t)n < size)
    n += snprintf(buffer + n, size - (size_t)n, "%d with %d registers, ", (int)t->then.warps,
                  (int)t->pipelined.registers);
  if (n > 0 && (size_t)n < size)
    snprintf(buffer + n, size - (size_t)n, "a warp alone takes %.0f cycles%s, %s is busy for %.2f", t->original,
             t->original / (t->occupancy.warps > 0 ? t->occupancy.warps : 1) <= t->work ? ", which the others hide"
                                                                                        : "",
             t->unit, t->work);
  return buffer;
}
