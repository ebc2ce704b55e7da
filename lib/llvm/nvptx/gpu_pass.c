/* gpu_pass.c: runs the passes on tile loops: prints, or plans and rewrites. */
#include "llvm/nvptx/gpu_pass.h"
#include "llvm/nvptx/buffer.h"
#include "llvm/nvptx/gpu_remark.h"
#include "llvm/nvptx/gpu_report.h"
#include "llvm/nvptx/lives.h"
#include "llvm/nvptx/preheader.h"
#include "llvm/nvptx/specialize.h"
#include <string.h>

enum { MAX_LOOPS = 256 };

/* A kernel on its way through the pass. plans: by tile; `way` of each is decided by its plan, or changed later. */
typedef struct running {
  tw_bridge *bridge;
  const tweed_llvm_options *options;
  tweed_machine *machine;
  tweed_arena *arena;
  tw_kernel *kernel;
  tw_tile *tiles;
  tw_tile_plan *plans;
  int32_t count;
  bool *chosen; /* by tile: of the set that is being prepared */
  tweed_error *error;
} running;

static FILE *output(const running *r) {
  return r->options->out ? r->options->out : stderr;
}

static tweed_status no_memory(const running *r) {
  return tweed_no_memory(r->error);
}

/* ---- printing ---- */

static void print_refusal(const running *r, const char *name, tw_reason reason, const char *detail) {
  char text[1024];
  fprintf(output(r), "# %s: not pipelined: %s: %s\n", name, tw_reason_name(reason),
          tw_reason_text(reason, detail, text, sizeof text));
}

static tweed_status write_graph(const running *r, tw_tile *t, const char *name) {
  tw_costs *costs;
  tw_groups *groups;
  tw_tile_graph graph;
  bool async = r->kernel->sm >= 80;
  tweed_status s = tw_costs_of(r->machine, r->kernel->arena, &costs, r->error);
  if (s == TWEED_OK)
    s = tw_groups_of(r->kernel, t, costs, async, async, &groups, r->error);
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

static tweed_status print_graph(const running *r, tw_tile *t, const char *name) {
  if (t->reason != TW_REASON_NONE) {
    print_refusal(r, name, t->reason, t->detail);
    return TWEED_OK;
  }
  tweed_status s = write_graph(r, t, name);
  if (s != TWEED_BAD_INPUT)
    return s;
  print_refusal(r, name, TW_REASON_MACHINE, r->error->message);
  return TWEED_OK;
}

static tweed_status print_schedule(const running *r, tw_tile *t, const char *name) {
  tw_tile_plan plan;
  tweed_status s = tw_tile_plan_make(r->kernel, t, r->count, TW_TILE_EITHER, r->machine, r->options, &plan, r->error);
  if (s == TWEED_OK && plan.reason != TW_REASON_NONE)
    print_refusal(r, name, plan.reason, plan.detail);
  if (s == TWEED_OK && plan.schedule) {
    char text[512];
    fprintf(output(r), "# %s: %s\n", name, tw_tile_plan_text(&plan, t, text, sizeof text));
    s = tweed_schedule_write(plan.graph.problem, plan.schedule, output(r), r->error);
  }
  tw_tile_plan_free(&plan);
  return s;
}

static tweed_status print_all(const running *r) {
  tweed_status s = TWEED_OK;
  for (int32_t k = 0; k < r->count && s == TWEED_OK; k++) {
    char name[256];
    tw_loop_name(r->bridge, r->tiles[k].loop, name, sizeof name);
    s = r->options->mode == TWEED_LLVM_PRINT_GRAPH ? print_graph(r, &r->tiles[k], name)
                                                   : print_schedule(r, &r->tiles[k], name);
  }
  return s;
}

/* ---- plans ---- */

static tw_tile_way way_of(const running *r) {
  return r->options->mode == TWEED_LLVM_PIPELINE     ? TW_TILE_PIPELINE
         : r->options->mode == TWEED_LLVM_SPECIALIZE ? TW_TILE_SPECIALIZE
                                                     : TW_TILE_EITHER;
}

/* What the user has said about the loop, or an earlier run. */
static tw_reason unwanted(const running *r, const tw_tile *t) {
  tw_hints hints = tw_loop_hints(t->loop);
  if (tw_function_has_attribute(r->bridge, "optnone") || tw_function_has_attribute(r->bridge, "minsize"))
    return TW_REASON_OPTNONE;
  return hints.done ? TW_REASON_DONE : hints.disabled ? TW_REASON_DISABLED : TW_REASON_NONE;
}

static tweed_status make_plan(running *r, int32_t k, tw_tile_way way) {
  tw_tile_plan *plan = &r->plans[k];
  tw_tile_plan_free(plan);
  *plan = (tw_tile_plan){.reason = unwanted(r, &r->tiles[k])};
  if (plan->reason != TW_REASON_NONE)
    return TWEED_OK;
  int32_t sharing = 0;
  for (int32_t i = 0; i < r->count; i++)
    sharing += r->tiles[i].reason == TW_REASON_NONE;
  return tw_tile_plan_make(r->kernel, &r->tiles[k], sharing, way, r->machine, r->options, plan, r->error);
}

static bool wants_producers(const tw_tile_plan *p) {
  return p->reason == TW_REASON_NONE && p->producers > 0;
}

static bool wants_buffers(const tw_tile_plan *p) {
  return p->reason == TW_REASON_NONE && p->producers == 0;
}

static void give_up(tw_tile_plan *p, tw_reason reason, const char *detail) {
  p->reason = reason;
  snprintf(p->detail, sizeof p->detail, "%s", detail);
}

/* ---- specialising ---- */

static tw_special *prepare_special(running *r, tw_reason *reason, char *detail, size_t size) {
  tw_special_tile *set = tweed_arena_array(r->kernel->arena, (size_t)r->count, sizeof *set);
  int32_t n = 0, producers = 0;
  *reason = TW_REASON_INTERNAL;
  for (int32_t k = 0; set && k < r->count; k++) {
    if (!r->chosen[k])
      continue;
    set[n++] = (tw_special_tile){&r->tiles[k], r->plans[k].depth};
    producers = r->plans[k].producers > producers ? r->plans[k].producers : producers;
  }
  return set ? tw_special_prepare(r->kernel, set, n, producers, reason, detail, size) : NULL;
}

/* All loops whose plan says so, or, where that can't be, those that can by themselves. Once warps are added, others
 * that have a plan go with them: the block's own threads do no copies any more. Others are planned anew. */
static tweed_status choose_special(running *r, tw_special **out) {
  tw_reason reason;
  char detail[200] = "";
  *out = NULL;
  int32_t wanted = 0;
  for (int32_t k = 0; k < r->count; k++) {
    r->chosen[k] = r->plans[k].reason == TW_REASON_NONE;
    wanted += wants_producers(&r->plans[k]);
  }
  if (wanted == 0)
    return TWEED_OK;
  *out = prepare_special(r, &reason, detail, sizeof detail);
  for (int32_t k = 0; !*out && k < r->count; k++) {
    if (!wants_producers(&r->plans[k]))
      continue;
    memset(r->chosen, 0, (size_t)r->count * sizeof *r->chosen);
    r->chosen[k] = true;
    *out = prepare_special(r, &reason, detail, sizeof detail);
    if (*out)
      break;
    tweed_status s = way_of(r) == TW_TILE_EITHER ? make_plan(r, k, TW_TILE_PIPELINE) : TWEED_OK;
    if (s != TWEED_OK)
      return s;
    if (way_of(r) != TW_TILE_EITHER || r->plans[k].reason != TW_REASON_NONE)
      give_up(&r->plans[k], reason, detail);
  }
  return TWEED_OK;
}

/* Loops of which the consumers take turns at the tensor cores. */
static tweed_status choose_turns(running *r, tw_special *special) {
  tweed_status s = TWEED_OK;
  for (int32_t k = 0, loop = 0; k < r->count && s == TWEED_OK; k++) {
    if (!r->chosen[k])
      continue;
    tw_tile_turns turns;
    s = tw_tile_turns_of(r->plans[k].graph.groups, &turns, r->error);
    if (s == TWEED_OK && turns.wanted && tw_special_turns(special, loop))
      r->plans[k].turns = turns;
    loop++;
  }
  return s;
}

static tweed_status write_special(running *r, tw_special *special, bool *changed) {
  int32_t registers = r->options->registers ? INT32_MAX : 0;
  for (int32_t k = 0; k < r->count; k++)
    if (r->chosen[k] && r->plans[k].registers > registers)
      registers = r->plans[k].registers;
  bool balanced = tw_special_balance(special, registers);
  tweed_status s = choose_turns(r, special);
  if (s != TWEED_OK)
    return s;
  for (int32_t k = 0; k < r->count; k++)
    if (r->chosen[k])
      tw_tile_remark_specialized(r->bridge, &r->tiles[k], &r->plans[k], tw_special_contract(special), balanced);
    else if (r->plans[k].reason == TW_REASON_NONE)
      give_up(&r->plans[k], TW_REASON_NOT_PROFITABLE, "another loop of the kernel is specialised");
  tw_tile_remarks_missed(r->bridge, r->tiles, r->plans, r->count);
  *changed = true;
  return tw_special_write(special, r->error);
}

/* ---- multi-buffering ---- */

static int32_t least_depth(const tw_tile *t, const tw_tile_plan *p) {
  int32_t depth = INT32_MAX;
  for (int32_t c = 0; c < t->nchannels; c++)
    depth = p->depth[c] < depth ? p->depth[c] : depth;
  return depth;
}

static tw_buffer *prepare_buffer(running *r, tw_reason *reason, char *detail, size_t size) {
  tw_buffer_tile *set = tweed_arena_array(r->kernel->arena, (size_t)r->count, sizeof *set);
  int32_t n = 0;
  *reason = TW_REASON_INTERNAL;
  for (int32_t k = 0; set && k < r->count; k++)
    if (r->chosen[k])
      set[n++] = (tw_buffer_tile){&r->tiles[k], least_depth(&r->tiles[k], &r->plans[k])};
  tw_buffer *buffer = set && n > 0 ? tw_buffer_prepare(r->kernel, set, n, reason, detail, size) : NULL;
  if (!buffer || !r->options->keep_launch || tw_buffer_contract(buffer)->dynamic_shared == 0)
    return buffer;
  *reason = TW_REASON_LAUNCH;
  return NULL;
}

/* All loops whose plan says so; where that can't be, without those that can't by themselves. */
static tw_buffer *choose_buffer(running *r) {
  tw_reason reason;
  char detail[200] = "";
  int32_t wanted = 0;
  for (int32_t k = 0; k < r->count; k++) {
    r->chosen[k] = wants_buffers(&r->plans[k]);
    wanted += r->chosen[k];
  }
  tw_buffer *all = wanted > 0 ? prepare_buffer(r, &reason, detail, sizeof detail) : NULL;
  if (all || wanted == 0)
    return all;
  for (int32_t k = 0; k < r->count; k++) {
    if (!wants_buffers(&r->plans[k]))
      continue;
    memset(r->chosen, 0, (size_t)r->count * sizeof *r->chosen);
    r->chosen[k] = true;
    if (!prepare_buffer(r, &reason, detail, sizeof detail))
      give_up(&r->plans[k], reason, detail);
  }
  for (int32_t k = 0; k < r->count; k++)
    r->chosen[k] = wants_buffers(&r->plans[k]);
  all = prepare_buffer(r, &reason, detail, sizeof detail);
  for (int32_t k = 0; !all && k < r->count; k++)
    if (r->chosen[k])
      give_up(&r->plans[k], reason, detail);
  return all;
}

/* Plans say what a ring could be; loops whose copies go through registers have two slots. */
static void note_depths(running *r, const tw_buffer *buffer) {
  int32_t n = 0;
  const tw_contract *contract = tw_buffer_contract(buffer);
  for (int32_t k = 0; k < r->count; k++) {
    if (!r->chosen[k])
      continue;
    int32_t depth = tw_buffer_depth(buffer, n++);
    for (int32_t c = 0; c < r->tiles[k].nchannels; c++)
      r->plans[k].depth[c] = depth;
    r->plans[k].after.shared = (int64_t)contract->static_shared + contract->dynamic_shared;
    if (r->kernel->dynamic.stand_in)
      r->plans[k].after.shared += r->kernel->dynamic.bytes;
  }
}

static tweed_status write_buffer(running *r, tw_buffer *buffer, bool *changed) {
  for (int32_t k = 0; buffer && k < r->count; k++)
    if (r->chosen[k])
      tw_tile_remark_pipelined(r->bridge, &r->tiles[k], &r->plans[k], tw_buffer_contract(buffer));
  tw_tile_remarks_missed(r->bridge, r->tiles, r->plans, r->count);
  if (!buffer)
    return TWEED_OK;
  *changed = true;
  return tw_buffer_write(buffer, r->error);
}

static tweed_status report(const running *r, const tw_contract *contract) {
  return r->options->report
             ? tw_gpu_report(r->kernel, r->tiles, r->plans, r->chosen, r->count, contract, r->options->report, r->error)
             : TWEED_OK;
}

static tweed_status rewrite_kernel(running *r, bool *changed) {
  tw_special *special = NULL;
  tweed_status s = choose_special(r, &special);
  if (s != TWEED_OK)
    return s;
  tw_buffer *buffer = special ? NULL : choose_buffer(r);
  if (buffer)
    note_depths(r, buffer);
  s = report(r, special ? tw_special_contract(special) : buffer ? tw_buffer_contract(buffer) : NULL);
  if (s != TWEED_OK)
    return s;
  return special ? write_special(r, special, changed) : write_buffer(r, buffer, changed);
}

static tweed_status rewrite(running *r, bool *changed) {
  tweed_status s = TWEED_OK;
  for (int32_t k = 0; k < r->count && s == TWEED_OK; k++)
    s = make_plan(r, k, way_of(r));
  if (s == TWEED_OK)
    s = rewrite_kernel(r, changed);
  for (int32_t k = 0; k < r->count; k++)
    tw_tile_plan_free(&r->plans[k]);
  return s;
}

/* ---- kernels ---- */

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

static tweed_status run_tiles(running *r, bool *changed) {
  r->plans = tweed_arena_array(r->kernel->arena, (size_t)r->count + 1, sizeof *r->plans);
  r->chosen = tweed_arena_array(r->kernel->arena, (size_t)r->count + 1, sizeof *r->chosen);
  if (!r->plans || !r->chosen)
    return no_memory(r);
  bool prints = r->options->mode == TWEED_LLVM_PRINT_GRAPH || r->options->mode == TWEED_LLVM_PRINT_SCHEDULE;
  return prints ? print_all(r) : rewrite(r, changed);
}

static tweed_status read_kernel(running *r, const tw_dynamic *dynamic) {
  r->kernel = tw_kernel_of(r->bridge, r->options->block, r->arena);
  if (!r->kernel)
    return no_memory(r);
  r->kernel->dynamic = *dynamic;
  return tw_tiles_of(r->kernel, &r->tiles, &r->count) ? TWEED_OK : no_memory(r);
}

static void forget_kernel(running *r) {
  if (r->kernel)
    tw_flow_free_map(r->kernel->flow);
  r->kernel = NULL;
}

/* Objects with several lives are several objects from here on; what else is known of the kernel is read anew. */
static tweed_status part_lives(running *r, const tw_dynamic *dynamic, tw_lives *lives) {
  if (!tw_lives_part(r->kernel, r->tiles, r->count, lives))
    return no_memory(r);
  if (lives->nvariables == 0)
    return TWEED_OK;
  forget_kernel(r);
  tw_invalidate(r->bridge);
  tweed_status s = read_kernel(r, dynamic);
  if (r->kernel)
    r->kernel->lent = lives->bytes;
  return s;
}

static tweed_status run_kernel(running *r, const tw_dynamic *dynamic, LLVMBasicBlockRef **taken, size_t *ntaken,
                               bool *changed) {
  size_t room = 0;
  tw_lives lives = {0};
  tweed_status s = read_kernel(r, dynamic);
  if (s == TWEED_OK)
    s = part_lives(r, dynamic, &lives);
  for (int32_t k = 0; k < r->count && s == TWEED_OK; k++)
    if (!take(r, &r->tiles[k], taken, ntaken, &room))
      s = no_memory(r);
  if (s == TWEED_OK && r->count > 0)
    s = run_tiles(r, changed);
  forget_kernel(r);
  if (!*changed && lives.nvariables > 0) {
    tw_lives_join(&lives);
    tw_invalidate(r->bridge);
  }
  return s;
}

tweed_status tw_gpu_pass_run(tw_bridge *b, const tweed_llvm_options *options, tweed_machine *machine,
                             tweed_arena *arena, LLVMBasicBlockRef **taken, size_t *ntaken, bool *changed,
                             tweed_error *error) {
  running r = {.bridge = b, .options = options, .machine = machine, .arena = arena, .error = error};
  tw_preheaders preheaders;
  tw_dynamic dynamic;
  *taken = NULL;
  *ntaken = 0;
  *changed = false;
  if (!tw_preheaders_make(b, arena, &preheaders))
    return no_memory(&r);
  tw_dynamic_begin(b, options->dynamic, &dynamic);
  tweed_status s = run_kernel(&r, &dynamic, taken, ntaken, changed);
  tw_dynamic_end(b, &dynamic);
  if (*changed) {
    tw_invalidate(b);
    *ntaken = 0; /* blocks that may be gone; what was made is marked */
  } else {
    tw_preheaders_undo(b, &preheaders);
  }
  return s;
}
