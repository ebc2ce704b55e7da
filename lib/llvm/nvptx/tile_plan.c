/* tile_plan.c: decides between a tile loop as it is, pipelined, and specialised. */
#include "llvm/nvptx/tile_plan.h"
#include "base/base.h"
#include "solve/bounds.h"
#include "llvm/host.h"
#include "llvm/nvptx/footprint.h"
#include "llvm/nvptx/pressure.h"
#include "llvm/nvptx/ring.h"
#include "llvm/nvptx/throughput.h"
#include <stdio.h>
#include <string.h>

/* BARRIERS: bytes of a slot's two mbarriers. LOOP: instructions of the producers' loop around a copy. */
enum { WARP = 32, BARRIERS = 16, MAX_DEPTH = 8, LOOP = 6, AHEAD = 4, MIN_CP_ASYNC = 80, MAX_OPS_JOINT = 60 };
/* Cycles of a wait at an mbarrier, or of a wait for asynchronous copies, as in the machines for loops over tiles. */
static const double wait_cycles = 30;
/* Latencies of copies vary; the ring covers so much more than the usual one. */
static const double latency_slack = 1.5;
/* Estimates of registers are no better than that, and the assembler makes a kernel fit where little is missing. */
static const double register_slack = 0.95;
/* The share of a kernel's registers that its consumers do with at least: they copy nothing. */
static const double consumer_share = 0.8;
/* Of the usual work of an exact solver: a compiler waits for it. */
static const double effort = 0.01;
/* Two ways that are nearer to each other than that are on a par. */
static const double near_enough = 0.97;
/* What a rewrite must win by the model. */
static const double least_gain = 1.02;

typedef struct planning {
  tw_kernel *k;
  tw_tile *t;
  int32_t tiles;
  tweed_machine *machine;
  const tweed_llvm_options *options;
  tw_costs *costs;
  int32_t registers;
  tw_tile_state before;
  tweed_error *error;
} planning;

static double most(double a, double b) {
  return a > b ? a : b;
}

static void refuse(tw_tile_plan *plan, tw_reason reason, const char *detail) {
  plan->reason = reason;
  snprintf(plan->detail, sizeof plan->detail, "%.250s", detail);
}

/* ---- cycles ---- */

/* Copies, or all but copies. */
static bool counted(const tw_group *g, bool copies) {
  return (g->kind == TW_GROUP_COPY) == copies;
}

/* Cycles for which the groups keep the busiest unit. */
static int64_t busiest(const tw_groups *g, bool copies, bool rest) {
  int64_t longest = 0;
  for (int32_t u = 0; u < g->costs->nunits; u++) {
    int64_t sum = 0;
    for (int32_t k = 0; k < g->ngroups; k++)
      if (counted(&g->groups[k], true) ? copies : rest)
        sum += tw_cost_cycles(g->costs, u, g->groups[k].work[u], g->warps);
    longest = tw_max64(longest, sum);
  }
  return longest;
}

/* Cycles that one warp needs for an iteration without copies if it has its sub-partition for itself. */
static int64_t alone(const tw_groups *g) {
  int64_t sum = 0;
  for (int32_t k = 0; k < g->ngroups; k++)
    if (counted(&g->groups[k], false))
      sum += g->groups[k].alone;
  return tw_max64(sum, g->path);
}

/* latency: of the slowest copy. moving: cycles in which all that the block copies is issued and moved. alone: in which
 * one warp issues its part. serial: in which a producer does a warp's part, one after the other; what is not
 * asynchronous it waits for. */
typedef struct copying {
  int64_t latency, moving, alone, serial;
} copying;

static copying copying_of(const tw_groups *g) {
  copying c = {0};
  for (int32_t k = 0; k < g->ngroups; k++) {
    const tw_group *it = &g->groups[k];
    if (!counted(it, true))
      continue;
    c.latency = tw_max64(c.latency, it->path);
    c.moving += tw_group_cycles(g, k);
    c.alone += it->alone;
    c.serial += it->alone + LOOP + (it->async ? 0 : it->path);
  }
  return c;
}

/* Cycles for which a block whose warps begin together, and wait for the last one, is at an iteration. */
static double locked(const tw_groups *g, bool copies) {
  int64_t copied = copies ? copying_of(g).alone : 0;
  return (double)tw_max64(busiest(g, copies, true) + g->path, alone(g) + copied);
}

static tw_occupancy occupancy(const planning *p, int32_t threads, int64_t shared, int32_t more_registers) {
  tw_footprint f = {threads, (int32_t)((p->registers + more_registers) * register_slack), shared};
  return tw_occupancy_of(p->costs->sm, &f);
}

static int64_t barrier_latency(const planning *p) {
  int32_t bar = tweed_machine_class(p->machine, "bar");
  return bar >= 0 ? p->costs->latency[bar] : 0;
}

/* All threads copy, wait, compute, wait: blocks hide each other's waits, warps of a block do not, and the chain of an
 * iteration's latencies shows behind each barrier. */
static tweed_status cost_before(planning *p) {
  tw_groups *g;
  tweed_status s = tw_groups_of(p->k, p->t, p->costs, false, false, &g, p->error);
  if (s != TWEED_OK)
    return s;
  copying c = copying_of(g);
  double service = (double)busiest(g, true, true);
  double once = (double)(c.latency + c.moving) + (double)(p->t->nbarriers * barrier_latency(p)) + locked(g, false);
  p->before.threads = g->threads;
  p->before.shared = (int64_t)(tw_shared_of(p->k->flow->bridge) - p->k->lent);
  p->before.blocks = occupancy(p, p->before.threads, p->before.shared, 0).blocks;
  int32_t blocks = p->before.blocks > 0 ? p->before.blocks : 1;
  p->before.cycles = tw_interval(blocks, service, most(once - service, 0));
  return TWEED_OK;
}

/* ---- rings ---- */

/* Bytes of a block with rings of these depths. */
static int64_t shared_with(const planning *p, const int32_t *depth, bool barriers) {
  int64_t bytes = (int64_t)tw_shared_of(p->k->flow->bridge) - (int64_t)tw_tile_bytes(p->k, p->t);
  for (int32_t c = 0; c < p->t->nchannels; c++)
    bytes += (int64_t)(p->t->channels[c].bytes + (barriers ? BARRIERS : 0)) * depth[c];
  return bytes;
}

/* Of one tile loop, where several share the kernel's memory. */
static int64_t room(const planning *p) {
  bool ask = tw_rings_can_ask(p->k, p->t) && !p->options->keep_launch;
  int64_t limit = ask ? p->costs->sm->shared_block : p->costs->sm->shared_static;
  return limit / (p->tiles > 0 ? p->tiles : 1);
}

/* From the copy's start until the last group of the segments that read the slot is done. */
static int64_t life_of(const tw_tile_plan *plan, int32_t channel) {
  const tw_groups *g = plan->graph.groups;
  const tw_channel *c = &g->tile->channels[channel];
  int64_t start = 0, end = 0;
  for (int32_t k = 0; k < g->ngroups; k++) {
    const tw_group *it = &g->groups[k];
    int64_t at = tweed_schedule_start(plan->schedule, k) * plan->graph.scale;
    if (it->kind == TW_GROUP_COPY && it->channel == channel)
      start = at;
    else if (it->kind != TW_GROUP_COPY && it->segment >= c->first_read && it->segment <= c->last_read)
      end = tw_max64(end, at + tw_group_cycles(g, k));
  }
  return end > start ? end - start : 1;
}

/* No ring has more slots than the loop has iterations, where that is known. */
static int32_t most_depth(const planning *p) {
  tw_trips trips = tw_trip_count(p->k->flow->bridge, p->t->loop);
  uint64_t most = trips.max_backedges == UINT64_MAX ? MAX_DEPTH : trips.max_backedges + 1;
  return most < MAX_DEPTH ? (int32_t)most : MAX_DEPTH;
}

/* The depth that the schedule asks for, and one for copies that take longer than usual. */
static int32_t wanted_depth(const planning *p, const tw_tile_plan *plan, int32_t channel) {
  double life = (double)life_of(plan, channel) + (double)copying_of(plan->graph.groups).latency * (latency_slack - 1);
  int32_t depth = 2, limit = most_depth(p);
  while (depth < limit && depth * (double)plan->ii < life)
    depth++;
  return depth;
}

/* ---- one way ---- */

/* What a block with these rings comes to: no faster than its slots come back, the copying warps, II. */
static void cost_after(const planning *p, tw_tile_plan *plan, const int32_t *depth) {
  const tw_groups *g = plan->graph.groups;
  copying copy = copying_of(g);
  bool apart = plan->producers > 0, free = apart && !p->t->keeps_barriers;
  plan->after.threads = g->threads + plan->producers;
  plan->after.shared = shared_with(p, depth, apart);
  tw_occupancy o = occupancy(p, plan->after.threads, plan->after.shared, apart ? 0 : AHEAD);
  plan->after.blocks = o.blocks;
  plan->short_of_registers |= o.blocks == 0 && o.limit == TW_LIMIT_REGISTERS;
  if (o.blocks == 0)
    return;
  int32_t turns = free ? (g->warps + p->costs->sm->partitions - 1) / p->costs->sm->partitions : 1;
  double service = (double)plan->graph.bound;
  int32_t barriers = p->t->keeps_barriers ? p->t->nbarriers : apart ? 0 : 1;
  double wait = wait_cycles + (double)(barriers * barrier_latency(p));
  double once = free ? (double)alone(g) : locked(g, !apart);
  double per_turn = service / turns, blocks = plan->after.blocks;
  double cycles = turns * tw_interval(plan->after.blocks * turns, per_turn, most(once + wait - per_turn, 0));
  int32_t least = MAX_DEPTH;
  for (int32_t c = 0; c < p->t->nchannels; c++)
    least = depth[c] < least ? depth[c] : least;
  double lap = (double)(copy.latency + copy.moving) + once + wait;
  cycles = most(cycles, lap / (blocks * (apart ? least : least - 0.5)));
  if (apart)
    cycles = most(cycles, (double)(copy.serial * g->warps) / (plan->producers / WARP) / blocks);
  /* What iterations hand on keeps one block from being faster, and not the SM. */
  plan->after.cycles = most(cycles, plan->carried ? plan->ii / blocks : plan->ii);
}

/* Starts from what the schedule wants, and looks whether fewer slots, and so perhaps more blocks, are better. */
static void choose_depth(const planning *p, tw_tile_plan *plan) {
  int32_t n = p->t->nchannels, top = 0, best = INT32_MAX;
  for (int32_t c = 0; c < n; c++) {
    plan->depth[c] = wanted_depth(p, plan, c);
    top = plan->depth[c] > top ? plan->depth[c] : top;
  }
  tw_tile_state found = {0};
  for (int32_t less = 0; less <= top - 2; less++) {
    int32_t depth[64];
    for (int32_t c = 0; c < n && c < 64; c++)
      depth[c] = plan->depth[c] - less < 2 ? 2 : plan->depth[c] - less;
    if (n > 64 || shared_with(p, depth, plan->producers > 0) > room(p))
      continue;
    cost_after(p, plan, depth);
    if (plan->after.blocks > 0 && (best == INT32_MAX || plan->after.cycles < found.cycles * 0.99)) {
      found = plan->after;
      best = less;
    }
  }
  plan->after = found;
  for (int32_t c = 0; c < n && best != INT32_MAX; c++)
    plan->depth[c] = plan->depth[c] - best < 2 ? 2 : plan->depth[c] - best;
}

/* As few producers as keep up with II; a warp each for the four sub-partitions at most, and no more than there are
 * threads whose copies they make. */
static void choose_producers(const planning *p, tw_tile_plan *plan) {
  int64_t serial = copying_of(plan->graph.groups).serial;
  int32_t warps = p->options->registers ? 4 : 1; /* a warp group can give registers away */
  while (warps < 4 && serial * plan->graph.groups->warps > (int64_t)plan->ii * warps)
    warps *= 2;
  while (warps > plan->graph.groups->warps ||
         (warps > 1 && plan->graph.groups->threads + warps * WARP > p->costs->sm->threads_block))
    warps /= 2;
  plan->producers = warps * WARP;
}

/* The user's limits, in the graph's cycles. */
static void read_options(const planning *p, const tw_tile_graph *g, tweed_solve_options *out) {
  const tweed_llvm_options *o = p->options;
  tweed_solve_options_default(out);
  out->max_ii = (int32_t)((o->max_ii + g->scale - 1) / g->scale);
  out->max_stages = o->max_stages;
  out->time_limit = o->time_limit_ms / 1000.0;
  out->seed = o->seed;
  out->threads = 1;
  out->effort = effort;
  out->device = TWEED_DEVICE_CPU;
  out->solver = o->solver;
}

/* Joint first: at IIs up to twice the bound, or there is no use in it, and without a limit on stages, which makes
 * thousands of questions of it. */
static tweed_status solve(const planning *p, tw_tile_plan *plan) {
  const tw_tile_graph *g = &plan->graph;
  tweed_solve_options options;
  read_options(p, g, &options);
  tweed_status s = TWEED_UNKNOWN;
  if (!options.solver && options.max_stages == 0 && tweed_problem_ops(g->problem) <= MAX_OPS_JOINT) {
    int64_t most = 2 * g->bound / g->scale + 1;
    tweed_solve_options joint = options;
    joint.joint = true;
    if (joint.max_ii == 0 || joint.max_ii > most)
      joint.max_ii = (int32_t)most;
    s = tweed_solve(g->problem, &joint, &plan->schedule, p->error);
  }
  if (s != TWEED_OK && s != TWEED_NO_MEMORY) {
    tweed_schedule_free(plan->schedule);
    plan->schedule = NULL;
    s = tweed_solve(g->problem, &options, &plan->schedule, p->error);
  }
  return s == TWEED_OK ? tweed_verify(g->problem, plan->schedule, p->error) : s;
}

static tweed_status no_schedule(const planning *p, tw_tile_plan *plan, tweed_status s) {
  tweed_schedule_free(plan->schedule);
  plan->schedule = NULL;
  if (s == TWEED_NO_MEMORY || s == TWEED_INTERNAL)
    return s;
  refuse(plan, s == TWEED_ILLEGAL ? TW_REASON_INTERNAL : TW_REASON_NO_SCHEDULE, p->error->message);
  return TWEED_OK;
}

/* Launch bounds that ask for so many blocks leave less registers where threads are added. */
static void check_registers(const planning *p, tw_tile_plan *plan) {
  int64_t blocks = tw_annotation(p->k->flow->function, "minctasm", 0);
  if (blocks <= 1 || plan->producers == 0 || plan->reason != TW_REASON_NONE)
    return;
  int32_t left = tw_occupancy_registers(p->costs->sm, plan->after.threads, (int32_t)blocks);
  if (left < p->registers * consumer_share)
    refuse(plan, TW_REASON_REGISTERS, "the launch bounds leave too few of them for more threads");
}

/* Units, or a value that is needed in the next iteration. */
static tweed_status read_bound(const planning *p, tw_tile_plan *plan) {
  tweed_bounds bounds;
  tweed_status s = tweed_bounds_quick(plan->graph.problem, &bounds, p->error);
  if (s != TWEED_OK)
    return s;
  int64_t carried = bounds.rec_mii * plan->graph.scale, bound = tw_max64(plan->graph.bound, carried);
  bool circuit = bounds.rec_mii > bounds.res_mii;
  plan->mii = bound > INT32_MAX ? INT32_MAX : (int32_t)(circuit ? bound : plan->graph.bound);
  plan->carried = circuit;
  plan->bottleneck = circuit ? "recurrence" : plan->graph.unit;
  return TWEED_OK;
}

static tweed_status try_way(const planning *p, bool apart, tw_tile_plan *plan) {
  char name[256];
  tw_groups *g;
  tw_loop_name(p->k->flow->bridge, p->t->loop, name, sizeof name);
  tw_tile_request request = {.name = name, .roles = apart ? 2 : 1, .shared = room(p)};
  tweed_status s = tw_groups_of(p->k, p->t, p->costs, p->k->sm >= MIN_CP_ASYNC, apart, &g, p->error);
  if (s == TWEED_OK)
    s = tw_tile_graph_of(g, &request, &plan->graph, p->error);
  if (s != TWEED_OK)
    return s;
  plan->depth = tweed_arena_array(p->k->arena, (size_t)p->t->nchannels + 1, sizeof *plan->depth);
  if (!plan->depth)
    return tweed_no_memory(p->error);
  s = solve(p, plan);
  if (s != TWEED_OK)
    return no_schedule(p, plan, s);
  int64_t ii = tweed_schedule_ii(plan->schedule) * plan->graph.scale;
  plan->ii = ii > INT32_MAX ? INT32_MAX : (int32_t)ii;
  plan->stages = tweed_schedule_stages(plan->schedule);
  s = read_bound(p, plan);
  if (s != TWEED_OK)
    return s;
  plan->before = p->before;
  plan->registers = p->registers;
  if (apart)
    choose_producers(p, plan);
  choose_depth(p, plan);
  if (plan->after.blocks == 0)
    refuse(plan, TW_REASON_NOT_PROFITABLE,
           plan->short_of_registers ? "there are not enough registers for the block that it would need"
                                    : "there is no room in shared memory for a second slot");
  check_registers(p, plan);
  plan->gain = plan->after.cycles > 0 ? plan->before.cycles / plan->after.cycles : 0;
  return TWEED_OK;
}

/* ---- which way ---- */

/* Why threads can't be added, whatever the model says. */
static tw_reason against_threads(const planning *p, const char **detail) {
  *detail = "";
  if (p->options->keep_launch)
    return TW_REASON_LAUNCH;
  if (p->k->sm < MIN_CP_ASYNC)
    return TW_REASON_TARGET;
  const char *problem = tw_kernel_against_warps(p->k, WARP, p->costs->sm->threads_block);
  if (!problem)
    return TW_REASON_NONE;
  *detail = problem;
  return TW_REASON_BLOCK;
}

static void judge(const planning *p, tw_tile_plan *plan) {
  bool asked = p->options->mode != TWEED_LLVM_PIPELINE && p->options->mode != TWEED_LLVM_SPECIALIZE;
  if (plan->reason != TW_REASON_NONE || p->options->force || !asked || plan->gain >= least_gain)
    return;
  char detail[200];
  snprintf(detail, sizeof detail,
           "estimated cycles per iteration of an SM %.0f before, with %d blocks, %.0f after, with %d, on %s; busiest "
           "unit %s",
           plan->before.cycles, (int)plan->before.blocks, plan->after.cycles, (int)plan->after.blocks,
           tweed_machine_name(p->machine), plan->bottleneck);
  refuse(plan, TW_REASON_NOT_PROFITABLE, detail);
}

/* A plan that can be carried out, and the faster of two. On a par, a is taken: the model knows nothing of what warps
 * of their own are good at, copies that take now more and now less time. */
static bool better(const tw_tile_plan *a, const tw_tile_plan *b) {
  if ((a->reason == TW_REASON_NONE) != (b->reason == TW_REASON_NONE))
    return a->reason == TW_REASON_NONE;
  return a->gain > b->gain * near_enough;
}

static tweed_status plan_ways(planning *p, tw_tile_way way, tw_tile_plan *out) {
  const char *detail;
  tw_reason against = against_threads(p, &detail);
  if (way == TW_TILE_SPECIALIZE && against != TW_REASON_NONE) {
    refuse(out, against, detail);
    return TWEED_OK;
  }
  tweed_status s = cost_before(p);
  if (s == TWEED_OK && way != TW_TILE_SPECIALIZE)
    s = try_way(p, false, out);
  if (s == TWEED_OK && way != TW_TILE_PIPELINE && against == TW_REASON_NONE) {
    tw_tile_plan other = {0};
    s = try_way(p, true, &other);
    bool take = way == TW_TILE_SPECIALIZE || better(&other, out);
    if (s == TWEED_OK && take) {
      tw_tile_plan_free(out);
      *out = other;
    } else {
      tw_tile_plan_free(&other);
    }
  }
  if (s == TWEED_OK)
    judge(p, out);
  return s;
}

/* Registers of a thread: what its values take, unless the launch bounds leave less. */
static int32_t registers_of(const planning *p) {
  tw_pressure pressure;
  if (!tw_pressure_of(p->k->flow, p->k->arena, &pressure))
    return -1;
  int32_t most = tw_most_registers(p->k->flow->function, p->costs->sm, &p->k->block);
  return pressure.kernel < most ? pressure.kernel : most;
}

tweed_status tw_tile_plan_make(tw_kernel *k, tw_tile *t, int32_t tiles, tw_tile_way way, tweed_machine *machine,
                               const tweed_llvm_options *options, tw_tile_plan *out, tweed_error *error) {
  planning p = {.k = k, .t = t, .tiles = tiles, .machine = machine, .options = options, .error = error};
  *out = (tw_tile_plan){.bottleneck = ""};
  if (t->reason != TW_REASON_NONE) {
    refuse(out, t->reason, t->detail);
    return TWEED_OK;
  }
  if (most_depth(&p) < 2) {
    refuse(out, TW_REASON_SHORT_TRIP, "");
    return TWEED_OK;
  }
  tweed_status s = tw_costs_of(machine, k->arena, &p.costs, error);
  if (s == TWEED_OK) {
    p.registers = registers_of(&p);
    s = p.registers < 0 ? tweed_no_memory(error) : plan_ways(&p, way, out);
  }
  if (s == TWEED_BAD_INPUT) {
    refuse(out, TW_REASON_MACHINE, error->message);
    s = TWEED_OK;
  }
  return s;
}

void tw_tile_plan_free(tw_tile_plan *plan) {
  tweed_schedule_free(plan->schedule);
  tw_tile_graph_free(&plan->graph);
  plan->schedule = NULL;
}
