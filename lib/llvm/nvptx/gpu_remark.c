/* gpu_remark.c: what was made of a tile loop, in remarks, with the numbers by name. */
#include "llvm/nvptx/gpu_remark.h"
#include <stdio.h>
#include <string.h>

enum { WARP = 32, MOST = 64 };

/* Arguments and their texts. */
typedef struct remark {
  tw_argument arguments[MOST];
  char texts[MOST][64];
  size_t n;
} remark;

static void say(remark *r, const char *text) {
  if (r->n < MOST)
    r->arguments[r->n++] = (tw_argument){NULL, text};
}

static void text(remark *r, const char *key, const char *value) {
  if (r->n == MOST)
    return;
  snprintf(r->texts[r->n], sizeof r->texts[r->n], "%s", value);
  r->arguments[r->n] = (tw_argument){key, r->texts[r->n]};
  r->n++;
}

static void number(remark *r, const char *key, int64_t value) {
  char digits[32];
  snprintf(digits, sizeof digits, "%lld", (long long)value);
  text(r, key, digits);
}

/* Of all channels: "3", or "3, 4" where they differ. */
static void slots(char *out, size_t size, const tw_tile *t, const tw_tile_plan *p) {
  size_t used = 0;
  for (int32_t c = 0; c < t->nchannels && used < size; c++)
    if (c == 0 || p->depth[c] != p->depth[c - 1])
      used += (size_t)snprintf(out + used, size - used, "%s%d", c ? ", " : "", (int)p->depth[c]);
}

static void schedule(remark *r, const tw_tile *t, const tw_tile_plan *p) {
  char depth[64] = "";
  slots(depth, sizeof depth, t, p);
  number(r, "II", p->ii);
  say(r, " (MII ");
  number(r, "MII", p->mii);
  say(r, ": unit ");
  text(r, "Unit", p->bottleneck);
  say(r, "; proof ");
  text(r, "Proof", tweed_proof_name(tweed_schedule_proof(p->schedule)));
  say(r, "), ");
  number(r, "Stages", p->stages);
  say(r, " stages, ");
  text(r, "Slots", depth);
  say(r, " slots, ");
}

static void rest(remark *r, const tw_tile_plan *p, const tw_contract *contract) {
  say(r, ", shared memory ");
  number(r, "SharedBefore", p->before.shared);
  say(r, " -> ");
  number(r, "SharedAfter", p->after.shared);
  say(r, " bytes of a block");
  if (contract && contract->dynamic_shared > 0) {
    say(r, " (");
    number(r, "DynamicShared", contract->dynamic_shared);
    say(r, " to be asked for at launch)");
  }
  say(r, ", blocks on an SM ");
  number(r, "BlocksBefore", p->before.blocks);
  say(r, " -> ");
  number(r, "BlocksAfter", p->after.blocks);
  say(r, ", solver ");
  text(r, "Solver", tweed_schedule_solver(p->schedule));
  say(r, ", estimated cycles of an SM per iteration ");
  number(r, "Before", (int64_t)p->before.cycles);
  say(r, " -> ");
  number(r, "After", (int64_t)p->after.cycles);
}

void tw_tile_remark_specialized(tw_bridge *b, const tw_tile *t, const tw_tile_plan *p, const tw_contract *contract,
                                bool balanced) {
  remark r = {.n = 0};
  say(&r, "warp-specialized loop with initiation interval ");
  schedule(&r, t, p);
  number(&r, "Consumers", p->before.threads / WARP);
  say(&r,
      p->turns.wanted ? " warps compute, in halves that take turns at the tensor cores, and " : " warps compute and ");
  number(&r, "Producers", (int64_t)contract->extra_threads / WARP);
  say(&r, balanced ? " copy and give them registers, threads of a block " : " copy, threads of a block ");
  number(&r, "ThreadsBefore", p->before.threads);
  say(&r, " -> ");
  number(&r, "ThreadsAfter", p->before.threads + (int64_t)contract->extra_threads);
  if (contract->width)
    say(&r, " in one dimension");
  rest(&r, p, contract);
  tw_emit_remark(b, t->loop, TW_REMARK_PASSED, "WarpSpecialized", r.arguments, r.n);
}

void tw_tile_remark_pipelined(tw_bridge *b, const tw_tile *t, const tw_tile_plan *p, const tw_contract *contract) {
  remark r = {.n = 0};
  say(&r, "pipelined loop over tiles with initiation interval ");
  schedule(&r, t, p);
  say(&r, "the block's own threads copy ahead");
  rest(&r, p, contract);
  tw_emit_remark(b, t->loop, TW_REMARK_PASSED, "Pipelined", r.arguments, r.n);
}

void tw_tile_remarks_missed(tw_bridge *b, const tw_tile *tiles, const tw_tile_plan *plans, int32_t count) {
  for (int32_t k = 0; k < count; k++) {
    const tw_tile_plan *p = &plans[k];
    char text[768], advice[800];
    if (p->reason == TW_REASON_NONE || p->reason == TW_REASON_DONE)
      continue;
    snprintf(advice, sizeof advice, "loop not pipelined: %s", tw_reason_text(p->reason, p->detail, text, sizeof text));
    tw_argument argument = {"Reason", advice};
    tw_emit_remark(b, tiles[k].loop, TW_REMARK_MISSED, tw_reason_name(p->reason), &argument, 1);
  }
}

const char *tw_tile_plan_text(const tw_tile_plan *p, const tw_tile *t, char *buffer, size_t size) {
  char depth[64] = "";
  slots(depth, sizeof depth, t, p);
  snprintf(
      buffer, size,
      "%s, %s slots, II %d (MII %d, unit %s), %d stages, threads %d -> %d, shared bytes %lld -> %lld, blocks %d -> "
      "%d, %d registers, cycles of an SM per iteration %.0f -> %.0f",
      p->producers > 0 ? "specialised" : "pipelined", depth, (int)p->ii, (int)p->mii, p->bottleneck, (int)p->stages,
      (int)p->before.threads, (int)p->after.threads, (long long)p->before.shared, (long long)p->after.shared,
      (int)p->before.blocks, (int)p->after.blocks, (int)p->registers, p->before.cycles, p->after.cycles);
  return buffer;
}
