/* gpu_pass.c: runs the passes on tile loops. */
#include "llvm/nvptx/gpu_pass.h"
#include "llvm/nvptx/tile_plan.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_LOOPS = 256 };

typedef struct running {
  tw_bridge *bridge;
  const tweed_llvm_options *options;
  tweed_machine *machine;
  tw_kernel *kernel;
  tweed_error *error;
} running;

static FILE *output(const running *r) {
  return r->options->out ? r->options->out : stderr;
}

static void print_refusal(const running *r, const char *name, tw_reason reason, const char *detail) {
  fprintf(output(r), "# %s: not pipelined: %s: %s%s%s%s\n", name, tw_reason_name(reason), tw_reason_advice(reason),
          detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
}

static tweed_status print_graph(running *r, tw_tile *t) {
  char name[256];
  tw_costs *costs;
  tw_groups *groups;
  tw_tile_graph graph;
  tw_loop_name(r->bridge, t->loop, name, sizeof name);
  if (t->reason != TW_REASON_NONE) {
    print_refusal(r, name, t->reason, t->detail);
    return TWEED_OK;
  }
  bool async = r->kernel->sm >= 80;
  tweed_status s = tw_costs_of(r->machine, r->kernel->arena, &costs, r->error);
  if (s == TWEED_OK)
    s = tw_groups_of(r->kernel, t, costs, async, async, &groups, r->error);
  if (s == TWEED_BAD_INPUT) {
    print_refusal(r, name, TW_REASON_MACHINE, r->error->message);
    return TWEED_OK;
  }
  tw_tile_request request = {.name = name, .roles = async ? 2 : 1};
  if (s == TWEED_OK)
    s = tw_tile_graph_of(groups, &request, &graph, r->error);
  if (s != TWEED_OK)
    return s;
  fprintf(output(r), "---\n");
  s = tweed_problem_write(graph.problem, output(r), r->error);
  if (graph.scale > 1)
    fprintf(output(r), "# a cycle here is %lld of the SM's\n", (long long)graph.scale);
  tw_tile_graph_free(&graph);
  return s;
}

static void print_plan(const running *r, const char *name, const tw_tile_plan *p, const tw_tile *t) {
  FILE *out = output(r);
  if (p->reason != TW_REASON_NONE)
    print_refusal(r, name, p->reason, p->detail);
  if (!p->schedule)
    return;
  fprintf(out, "# %s: %s, depth", name, p->producers > 0 ? "specialised" : "pipelined");
  for (int32_t c = 0; c < t->nchannels; c++)
    fprintf(out, " %d", (int)p->depth[c]);
  fprintf(
      out,
      ", II %d (MII %d, %s), %d stages; per iteration and SM %.0f -> %.0f cycles; blocks %d -> %d, threads %d -> %d, "
      "shared bytes %lld -> %lld, %d registers\n",
      (int)p->ii, (int)p->mii, p->bottleneck, (int)p->stages, p->before.cycles, p->after.cycles, (int)p->before.blocks,
      (int)p->after.blocks, (int)p->before.threads, (int)p->after.threads, (long long)p->before.shared,
      (long long)p->after.shared, (int)p->registers);
}

static tweed_status print_schedule(running *r, tw_tile *t, int32_t count) {
  char name[256];
  tw_tile_plan plan;
  tw_loop_name(r->bridge, t->loop, name, sizeof name);
  tweed_status s = tw_tile_plan_make(r->kernel, t, count, TW_TILE_EITHER, r->machine, r->options, &plan, r->error);
  if (s == TWEED_OK)
    print_plan(r, name, &plan, t);
  if (s == TWEED_OK && plan.schedule)
    s = tweed_schedule_write(plan.graph.problem, plan.schedule, output(r), r->error);
  tw_tile_plan_free(&plan);
  return s;
}

static tweed_status run_tile(running *r, tw_tile *t, int32_t count, bool *changed) {
  *changed = false;
  switch (r->options->mode) {
  case TWEED_LLVM_PRINT_GRAPH:
    return print_graph(r, t);
  case TWEED_LLVM_PRINT_SCHEDULE:
    return print_schedule(r, t, count);
  default:
    return TWEED_OK;
  }
}

/* The headers of the loop and of those inside. */
static bool take(const running *r, const tw_tile *t, LLVMBasicBlockRef **taken, size_t *ntaken, size_t *room) {
  tw_loop *loops[MAX_LOOPS];
  size_t n = tw_all_loops(r->bridge, loops, MAX_LOOPS);
  for (size_t i = 0; i < n && i < MAX_LOOPS; i++) {
    if (!tw_block_in_loop(t->loop, tw_header(loops[i])))
      continue;
    if (!tweed_arena_grow(r->kernel->arena, (void **)taken, room, *ntaken + 1, sizeof **taken))
      return false;
    (*taken)[(*ntaken)++] = tw_header(loops[i]);
  }
  return true;
}

tweed_status tw_gpu_pass_run(tw_bridge *b, const tweed_llvm_options *options, tweed_machine *machine,
                             tweed_arena *arena, LLVMBasicBlockRef **taken, size_t *ntaken, bool *changed,
                             tweed_error *error) {
  running r = {.bridge = b, .options = options, .machine = machine, .error = error};
  tw_tile *tiles;
  int32_t count;
  size_t room = 0;
  *taken = NULL;
  *ntaken = 0;
  r.kernel = tw_kernel_of(b, arena);
  if (!r.kernel)
    return tweed_no_memory(error);
  tweed_status s = TWEED_OK;
  if (!tw_tiles_of(r.kernel, &tiles, &count))
    s = tweed_no_memory(error);
  for (int32_t k = 0; k < count && s == TWEED_OK; k++) {
    if (!take(&r, &tiles[k], taken, ntaken, &room))
      s = tweed_no_memory(error);
    else
      s = run_tile(&r, &tiles[k], count, changed);
  }
  tw_flow_free_map(r.kernel->flow);
  return s;
}
