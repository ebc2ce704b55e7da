/* pass.c: the passes: every innermost loop of a function is read, scheduled, judged and rewritten, or left alone with a
 * reason. */
#include "llvm/pass.h"
#include "solve/bounds.h"
#include "llvm/expand.h"
#include "llvm/graph.h"
#include "llvm/nvptx/gpu_pass.h"
#include "llvm/nvptx/kernel.h"
#include "llvm/nvptx/thread.h"
#include "llvm/profit.h"
#include <stdlib.h>
#include <string.h>

enum {
  DEFAULT_MAX_STAGES = 12,
  MAX_LOOPS = 512,
  REGISTER_RETRIES = 6,
  RESTART_WORK = 20000,
  MAX_RESTARTS = 64,
  MAX_CUTS = 64
};
/* Hundredths of a second for a loop that heuristics leave above the bound. */
static const double EXACT_EFFORT = 0.1;

typedef struct running {
  tw_bridge *bridge;
  const tweed_llvm_options *options;
  tweed_machine *machine;
  tweed_error *error;
  bool rewritten; /* some loop of the function; from then on loops made by Tweed are its own work */
} running;

/* One loop on its way through the pass. */
typedef struct job {
  running *run;
  tw_loop *loop;
  tweed_arena *arena;
  tw_body *body;
  tweed_problem *problem;
  tweed_schedule *schedule;
  tw_plan *plan;
  tw_thread *thread; /* on a GPU: the loop of a single thread */
  tw_profit profit;
  tweed_bounds bounds;
  tw_reason reason;
  char detail[512];
  char name[256];
} job;

void tweed_pass_cache_clear(tweed_pass_cache *cache) {
  tweed_machine_free(cache->machine);
  memset(cache, 0, sizeof *cache);
}

/* Expressions of every shipped machine are tried on a target, so the last answer is kept. */
static const char *machine_for_target(const running *r, tweed_pass_cache *cache) {
  char target[sizeof cache->target];
  int n = snprintf(target, sizeof target, "%s %s", tw_triple(r->bridge), tw_cpu(r->bridge));
  bool whole = n > 0 && (size_t)n < sizeof target;
  if (!whole || !cache->chosen || strcmp(target, cache->target) != 0) {
    cache->chosen = tweed_machine_for_cpu(tw_triple(r->bridge), tw_cpu(r->bridge));
    snprintf(cache->target, sizeof cache->target, "%s", whole ? target : "");
  }
  return cache->chosen;
}

static tweed_status load_machine(running *r, tweed_pass_cache *cache) {
  const char *name = r->options->machine;
  if (!name || strcmp(name, "auto") == 0)
    name = machine_for_target(r, cache);
  if (!cache->machine || strcmp(cache->name, name) != 0) {
    tweed_machine_free(cache->machine);
    cache->machine = NULL;
    cache->name[0] = 0;
    bool file = strchr(name, '/') || strstr(name, ".yaml");
    tweed_status s = file ? tweed_machine_read(name, &cache->machine, r->error)
                          : tweed_machine_shipped(name, &cache->machine, r->error);
    if (s != TWEED_OK)
      return s;
    snprintf(cache->name, sizeof cache->name, "%s", name); /* one that was cut is read again each time */
  }
  r->machine = cache->machine;
  return TWEED_OK;
}

/* ---- remarks ---- */

static void remark_missed(job *j) {
  char text[1024], advice[1056];
  snprintf(advice, sizeof advice, "loop not pipelined: %s", tw_reason_text(j->reason, j->detail, text, sizeof text));
  tw_argument arguments[] = {{"Reason", advice}};
  tw_emit_remark(j->run->bridge, j->loop, TW_REMARK_MISSED, tw_reason_name(j->reason), arguments, 1);
}

typedef struct number {
  char text[32];
} number;

static const char *integer(number *n, int64_t value) {
  snprintf(n->text, sizeof n->text, "%lld", (long long)value);
  return n->text;
}

static const char *decimal(number *n, double value) {
  snprintf(n->text, sizeof n->text, "%.2f", value);
  return n->text;
}

static void remark_schedule(job *j, tw_remark kind, const char *name, const char *opening) {
  const tweed_schedule *s = j->schedule;
  number n[10];
  char text[256];
  tw_argument a[] = {
      {NULL, opening},
      {"II", integer(&n[0], tweed_schedule_ii(s))},
      {NULL, " (MII "},
      {"MII", integer(&n[1], tweed_schedule_mii(s))},
      {NULL, ": resources "},
      {"ResMII", integer(&n[2], j->bounds.res_mii)},
      {NULL, ", recurrences "},
      {"RecMII", integer(&n[3], j->bounds.rec_mii)},
      {NULL, "; proof "},
      {"Proof", tweed_proof_name(tweed_schedule_proof(s))},
      {NULL, "), "},
      {"Stages", integer(&n[4], j->plan->stages)},
      {NULL, " stages, kernel of "},
      {"Unroll", integer(&n[5], j->plan->unroll)},
      {NULL, " iteration(s), "},
      {"Ops", integer(&n[6], tweed_problem_ops(j->problem))},
      {NULL, " ops, solver "},
      {"Solver", tweed_schedule_solver(s)},
      {NULL, ", machine "},
      {"Machine", tweed_machine_name(j->run->machine)},
      {NULL, ", estimated cycles per iteration "},
      {"Before", decimal(&n[7], j->profit.before)},
      {NULL, " -> "},
      {"After", decimal(&n[8], j->profit.after)},
      {NULL, j->thread ? "; " : ""},
      {"Warps", j->thread ? tw_thread_text(j->thread, true, text, sizeof text) : ""},
  };
  size_t count = sizeof a / sizeof *a;
  tw_emit_remark(j->run->bridge, j->loop, kind, name, a, j->thread ? count : count - 2);
}

/* ---- the steps; each returns false with j->reason set, and r->error where there is more to say ---- */

static bool refuse(job *j, tw_reason reason) {
  j->reason = reason;
  return false;
}

static bool from_error(job *j, tw_reason reason) {
  snprintf(j->detail, sizeof j->detail, "%.200s", j->run->error->message);
  return refuse(j, reason);
}

static bool unwanted(const running *r) {
  bool rewrites = r->options->mode == TWEED_LLVM_PIPELINE || r->options->mode == TWEED_LLVM_AUTO;
  return rewrites &&
         (tw_function_has_attribute(r->bridge, "optnone") || tw_function_has_attribute(r->bridge, "minsize"));
}

static bool read_loop(job *j) {
  if (unwanted(j->run))
    return refuse(j, TW_REASON_OPTNONE);
  j->reason = tw_body_extract(j->run->bridge, j->loop, j->arena, &j->body, j->detail, sizeof j->detail);
  if (j->reason != TW_REASON_NONE)
    return false;
  tweed_status s = tw_graph(j->body, j->run->machine, j->name, &j->problem, j->run->error);
  if (s != TWEED_OK)
    return from_error(j, s == TWEED_BAD_INPUT ? TW_REASON_MACHINE : TW_REASON_INTERNAL);
  if (tweed_bounds_quick(j->problem, &j->bounds, j->run->error) != TWEED_OK)
    return from_error(j, TW_REASON_INTERNAL);
  if (tweed_machine_sm(j->run->machine) &&
      tw_thread_of(j->body, j->problem, j->run->options->block, j->arena, &j->thread, j->run->error) != TWEED_OK)
    return from_error(j, TW_REASON_INTERNAL);
  return true;
}

/* Restarts cost about ops * II each: a compiler can't wait for many of them on long bodies. */
static int32_t restarts_for(const job *j) {
  int64_t one = (int64_t)tweed_problem_ops(j->problem) * j->bounds.mii, n = RESTART_WORK / (one + 1);
  return n > MAX_RESTARTS ? MAX_RESTARTS : (int32_t)n;
}

static int32_t max_stages(const job *j) {
  int32_t wanted = j->run->options->max_stages;
  return wanted ? wanted : j->thread ? TW_THREAD_STAGES : DEFAULT_MAX_STAGES;
}

static bool solve(job *j, int32_t ii) {
  const tweed_llvm_options *o = j->run->options;
  tweed_solve_options options;
  tweed_solve_options_default(&options);
  options.solver = o->solver;
  options.ii = ii;
  options.max_ii = o->max_ii;
  options.max_stages = max_stages(j);
  options.time_limit = o->time_limit_ms / 1000.0;
  options.seed = o->seed;
  options.threads = 1;
  options.device = TWEED_DEVICE_CPU;
  options.restarts = restarts_for(j);
  options.effort = EXACT_EFFORT;
  if (!o->solver && options.restarts == 0)
    options.solver = "ims";
  tweed_schedule *found = NULL;
  tweed_status s = tweed_solve(j->problem, &options, &found, j->run->error);
  if (s == TWEED_OK)
    s = tweed_verify(j->problem, found, j->run->error);
  if (s != TWEED_OK) {
    tweed_schedule_free(found);
    return from_error(j, s == TWEED_ILLEGAL || s == TWEED_INTERNAL ? TW_REASON_INTERNAL : TW_REASON_NO_SCHEDULE);
  }
  tweed_schedule_free(j->schedule);
  j->schedule = found;
  return true;
}

static bool plan(job *j) {
  if (tw_plan_make(j->body, j->problem, j->schedule, j->arena, &j->plan, j->run->error) != TWEED_OK)
    return from_error(j, TW_REASON_INTERNAL);
  tweed_status s = j->thread
                       ? tw_thread_profit(j->body, j->problem, j->plan, j->arena, j->thread, &j->profit, j->run->error)
                       : tw_profit_of(j->body, j->problem, j->schedule, j->plan, j->arena, &j->profit, j->run->error);
  return s == TWEED_OK || from_error(j, TW_REASON_INTERNAL);
}

static bool not_profitable(job *j) {
  char text[256] = "";
  if (j->thread)
    tw_thread_text(j->thread, j->schedule != NULL, text, sizeof text);
  snprintf(j->detail, sizeof j->detail, "estimated cycles per iteration %.2f before, %.2f after, on %s%s%s",
           j->profit.before, j->profit.after, tweed_machine_name(j->run->machine), text[0] ? ": " : "", text);
  return refuse(j, TW_REASON_NOT_PROFITABLE);
}

/* Most loops that do not pay are known before a schedule is sought. */
static bool may_pay(job *j) {
  const tweed_llvm_options *o = j->run->options;
  if (o->mode != TWEED_LLVM_AUTO || o->force)
    return true;
  if (j->thread)
    tw_thread_bound(j->body, j->thread, &j->profit);
  else if (tw_profit_bound(j->body, j->problem, j->bounds.mii, j->arena, &j->profit, j->run->error) != TWEED_OK)
    return from_error(j, TW_REASON_INTERNAL);
  return j->profit.pays || not_profitable(j);
}

/* Starts of the ops, all moved by so many cycles: legal as before, but cut into stages elsewhere. */
static bool rotate(job *j, int64_t by) {
  for (int32_t k = 0; k < tweed_problem_ops(j->problem); k++)
    tweed_schedule_set_start(j->schedule, k, tweed_schedule_start(j->schedule, k) + by);
  if (tweed_verify(j->problem, j->schedule, j->run->error) != TWEED_OK)
    return from_error(j, TW_REASON_INTERNAL);
  return plan(j);
}

/* Some op of lower number starts with op k. */
static bool starts_before(const job *j, int32_t k) {
  for (int32_t i = 0; i < k; i++)
    if (tweed_schedule_start(j->schedule, i) == tweed_schedule_start(j->schedule, k))
      return true;
  return false;
}

/* A schedule of one stage leaves the latency of its first ops (loads, mostly) bare at the head of each iteration. Cut
 * elsewhere, they run at the end of the iteration before. Tries each cut, and keeps the best if the machine model does
 * not call it worse than the loop as it is. */
static bool overlap_by_cut(job *j) {
  int64_t ii = tweed_schedule_ii(j->schedule), best = 0, at = 0;
  double cost = j->profit.before;
  int32_t tried = 0;
  for (int32_t k = 0; k < tweed_problem_ops(j->problem) && tried < MAX_CUTS; k++) {
    int64_t by = ii - (tweed_schedule_start(j->schedule, k) - at) % ii;
    if (by == ii || by == at || starts_before(j, k))
      continue;
    if (!rotate(j, by - at))
      return false;
    at = by;
    tried++;
    if (j->plan->stages > 1 && !j->profit.spills && (best ? j->profit.after < cost : j->profit.after <= cost)) {
      cost = j->profit.after;
      best = by;
    }
  }
  return best == at || rotate(j, best - at);
}

/* There are fewer iterations than the pipelined loop needs. */
static bool short_trip(const job *j) {
  return j->body->trips.constant && j->body->trips.backedges < (uint64_t)tw_expand_min_trips(j->plan) - 1;
}

/* The schedule is better than one of that cost: faster by more than an estimate's error, or as fast with more warps. */
static bool better_thread(const job *j, double cost, int32_t warps) {
  const double error = 1.01;
  return j->profit.after * error < cost || (j->profit.after <= cost * error && j->thread->then.warps > warps);
}

/* On a GPU a warp's turn is the II that is wanted. Where that has values alive for so long that fewer warps are
 * resident, longer ones are tried, which take a stage less each, and the best one kept. */
static bool schedule_thread(job *j) {
  int32_t most = j->run->options->max_ii, ii = tw_thread_ii(j->thread, j->bounds.mii, max_stages(j));
  if (most && ii > most)
    ii = most;
  if (!solve(j, ii > j->bounds.mii ? ii : 0) || !plan(j))
    return false;
  int32_t best = tweed_schedule_ii(j->schedule), warps = j->thread->then.warps;
  double cost = j->profit.after;
  bool too_few = short_trip(j);
  for (int32_t stages = j->plan->stages;
       stages > 2 && (short_trip(j) || j->thread->then.warps < j->thread->occupancy.warps); stages--) {
    int64_t length = tweed_schedule_length(j->problem, j->schedule);
    int32_t longer = (int32_t)(length / (stages - 1)) + 1;
    if (longer <= tweed_schedule_ii(j->schedule) || (most && longer > most))
      continue;
    if (!solve(j, longer) || !plan(j))
      return false;
    if ((too_few && !short_trip(j)) || (too_few == short_trip(j) && better_thread(j, cost, warps))) {
      too_few = short_trip(j);
      cost = j->profit.after;
      warps = j->thread->then.warps;
      best = longer;
    }
  }
  return best == tweed_schedule_ii(j->schedule) || (solve(j, best) && plan(j));
}

static bool schedule_loop(job *j) {
  if (j->thread && !j->body->hints.ii)
    return schedule_thread(j) && (j->plan->stages > 1 || overlap_by_cut(j));
  if (!solve(j, j->body->hints.ii) || !plan(j))
    return false;
  /* A longer II shortens the lifetimes in iterations: try some before giving up for want of registers. */
  for (int32_t k = 1; j->profit.spills && !j->body->hints.ii && k <= REGISTER_RETRIES; k++)
    if (!solve(j, tweed_schedule_ii(j->schedule) + 1) || !plan(j))
      return false;
  return j->plan->stages > 1 || overlap_by_cut(j);
}

/* Whether to rewrite; only reasons that hold for a legal schedule. */
static bool judge(job *j) {
  const tweed_llvm_options *o = j->run->options;
  if (j->plan->stages < 2)
    return refuse(j, TW_REASON_NO_OVERLAP);
  if (short_trip(j))
    return refuse(j, TW_REASON_SHORT_TRIP);
  if (o->mode != TWEED_LLVM_AUTO || o->force)
    return true;
  if (j->profit.spills)
    return refuse(j, TW_REASON_REGISTERS);
  if (j->profit.pays)
    return true;
  return not_profitable(j);
}

/* ---- modes ---- */

static FILE *output(const running *r) {
  return r->options->out ? r->options->out : stderr;
}

static void print_refusal(const job *j) {
  char text[1024];
  fprintf(output(j->run), "# %s: not pipelined: %s: %s\n", j->name, tw_reason_name(j->reason),
          tw_reason_text(j->reason, j->detail, text, sizeof text));
}

static tweed_status print_graph(job *j) {
  if (!read_loop(j)) {
    print_refusal(j);
    return TWEED_OK;
  }
  FILE *out = output(j->run);
  fprintf(out, "---\n");
  tweed_status s = tweed_problem_write(j->problem, out, j->run->error);
  char text[256];
  if (j->thread)
    fprintf(out, "# %s\n", tw_thread_text(j->thread, false, text, sizeof text));
  const tw_body *body = j->body;
  for (int32_t k = 0; s == TWEED_OK && k < body->nchecks; k++)
    for (int32_t a = 0; a < body->naccesses; a++)
      for (int32_t b = 0; b < body->naccesses; b++)
        if (body->accesses[a].group == body->checks[k].a && body->accesses[b].group == body->checks[k].b &&
            (body->accesses[a].writes || body->accesses[b].writes))
          fprintf(out, "# checked: %s %s\n", tweed_problem_op_name(j->problem, body->ops[body->accesses[a].op].problem),
                  tweed_problem_op_name(j->problem, body->ops[body->accesses[b].op].problem));
  return s;
}

static tweed_status print_schedule(job *j) {
  if (!read_loop(j) || !schedule_loop(j)) {
    print_refusal(j);
    return TWEED_OK;
  }
  return tweed_schedule_write(j->problem, j->schedule, output(j->run), j->run->error);
}

static tweed_status rewrite(job *j, bool *changed) {
  if (!read_loop(j) || !may_pay(j) || !schedule_loop(j) || !judge(j)) {
    if (j->reason != TW_REASON_DONE || !j->run->rewritten)
      remark_missed(j);
    return TWEED_OK;
  }
  remark_schedule(j, TW_REMARK_ANALYSIS, "Schedule", "schedule with initiation interval ");
  *changed = true;
  tweed_status s = tw_expand(j->body, j->plan, j->run->error);
  if (s == TWEED_OK) {
    remark_schedule(j, TW_REMARK_PASSED, "Pipelined", "pipelined loop with initiation interval ");
  } else if (s == TWEED_UNKNOWN) {
    refuse(j, TW_REASON_SHAPE);
    remark_missed(j);
    return TWEED_OK;
  }
  return s;
}

static tweed_status run_loop(running *r, tw_loop *loop, bool *changed) {
  job j = {.run = r, .loop = loop, .arena = tweed_arena_new()};
  tweed_status s = TWEED_OK;
  if (!j.arena)
    return tweed_no_memory(r->error);
  tw_loop_name(r->bridge, loop, j.name, sizeof j.name);
  switch (r->options->mode) {
  case TWEED_LLVM_PRINT_GRAPH:
    s = print_graph(&j);
    break;
  case TWEED_LLVM_PRINT_SCHEDULE:
    s = print_schedule(&j);
    break;
  case TWEED_LLVM_PIPELINE:
  case TWEED_LLVM_AUTO:
    s = rewrite(&j, changed);
    break;
  case TWEED_LLVM_SPECIALIZE: /* has nothing to do with loops of single threads */
    break;
  }
  tweed_schedule_free(j.schedule);
  tweed_problem_free(j.problem);
  if (j.body)
    tw_body_free_map(j.body);
  tweed_arena_free(j.arena);
  return s;
}

/* ---- functions ---- */

static bool contains(const LLVMBasicBlockRef *blocks, size_t n, LLVMBasicBlockRef block) {
  for (size_t i = 0; i < n; i++)
    if (blocks[i] == block)
      return true;
  return false;
}

/* A loop over tiles that was rewritten; what is inside of it stays as it is. */
static bool inside_done(tw_loop *loop) {
  for (tw_loop *l = tw_parent_loop(loop); l; l = tw_parent_loop(l))
    if (tw_loop_hints(l).done)
      return true;
  return false;
}

/* Handles of loops die when one is rewritten, so loops are remembered by their headers, and new ones (kernels) are
 * marked done. taken: headers of loops that are not to be looked at. */
static tweed_status run_loops(running *r, const LLVMBasicBlockRef *taken, size_t ntaken, bool *changed) {
  LLVMBasicBlockRef seen[MAX_LOOPS];
  tw_loop *loops[MAX_LOOPS];
  size_t nseen = 0;
  for (; nseen < ntaken && nseen < MAX_LOOPS; nseen++)
    seen[nseen] = taken[nseen];
  for (bool again = true; again;) {
    size_t n = tw_innermost_loops(r->bridge, loops, MAX_LOOPS);
    again = false;
    for (size_t i = 0; i < n && i < MAX_LOOPS && !again; i++) {
      LLVMBasicBlockRef header = tw_header(loops[i]);
      bool rewritten = false;
      if (contains(seen, nseen, header) || nseen == MAX_LOOPS || inside_done(loops[i]))
        continue;
      seen[nseen++] = header;
      tweed_status s = run_loop(r, loops[i], &rewritten);
      if (rewritten) {
        *changed = r->rewritten = true;
        tw_invalidate(r->bridge);
        again = true;
      }
      if (s != TWEED_OK)
        return s;
    }
  }
  return TWEED_OK;
}

/* GPU kernels: loops over tiles first. */
static tweed_status run_kernel(running *r, bool *changed) {
  LLVMBasicBlockRef *taken = NULL;
  size_t ntaken = 0;
  tweed_arena *arena = tweed_arena_new();
  if (!arena)
    return tweed_no_memory(r->error);
  tweed_status s = tw_gpu_pass_run(r->bridge, r->options, r->machine, arena, &taken, &ntaken, changed, r->error);
  r->rewritten = *changed;
  bool loops = false;
  if (s == TWEED_OK && r->options->mode != TWEED_LLVM_SPECIALIZE)
    s = run_loops(r, taken, ntaken, &loops);
  *changed |= loops;
  tweed_arena_free(arena);
  return s;
}

static bool has_loops(tw_bridge *b) {
  return tw_innermost_loops(b, NULL, 0) > 0;
}

tweed_status tweed_pass_run(tw_bridge *b, const tweed_llvm_options *options, tweed_pass_cache *cache, bool *changed,
                            tweed_error *error) {
  tweed_error ignored;
  running r = {.bridge = b, .options = options, .error = error ? error : &ignored};
  memset(r.error, 0, sizeof *r.error);
  *changed = false;
  if (!has_loops(b))
    return TWEED_OK;
  tweed_status s = tweed_llvm_check_solver(options->solver, r.error);
  if (s == TWEED_OK)
    s = load_machine(&r, cache);
  if (s != TWEED_OK)
    return s;
  return tw_is_kernel(b) ? run_kernel(&r, changed) : run_loops(&r, NULL, 0, changed);
}
