/* specialize_turns.c: two halves of the consumers take turns at the tensor cores (ping-pong): while one half
 * multiplies, the other one does what stands between its products.
 *
 * Each half waits for its own barrier before a run of products, and arrives at the other's behind it. In front of the
 * loop the second half lets the first one begin; behind it the first half takes what the second one's last run has left
 * at its barrier, and the second half waits for that: it might be at the loop again before. Both halves make the same
 * number of runs, since the loop is the same for all threads. */
#include "llvm/nvptx/special.h"
#include <string.h>

enum { FIRST_ID = 2, PARTITIONS = 4, WARP = 32 };

/* ---- runs ---- */

static bool named(LLVMValueRef inst, const char *intrinsic, const char *ptx) {
  char name[128];
  if (!LLVMIsACallInst(inst))
    return false;
  if (LLVMIsAInlineAsm(LLVMGetCalledValue(inst)))
    return strncmp(tw_ptx_mnemonic(inst, name, sizeof name), ptx, strlen(ptx)) == 0;
  return strncmp(tw_callee_name(inst, name, sizeof name), intrinsic, strlen(intrinsic)) == 0;
}

static bool multiplies(LLVMValueRef inst) {
  char name[128];
  return named(inst, "llvm.nvvm.mma.", "mma.sync") ||
         (named(inst, "llvm.nvvm.wmma.", "wmma.mma") &&
          (LLVMIsAInlineAsm(LLVMGetCalledValue(inst)) || strstr(tw_callee_name(inst, name, sizeof name), ".mma.")));
}

/* Work that keeps other units busy for long, so that it is worth letting the other half multiply meanwhile. */
static bool other_work(LLVMValueRef inst) {
  return named(inst, "llvm.nvvm.ex2", "ex2.") || named(inst, "llvm.nvvm.shfl", "shfl.sync") ||
         named(inst, "llvm.exp2", "ex2.") || named(inst, "llvm.nvvm.tanh", "tanh.");
}

static bool add_run(tw_special *s, tw_special_loop *l, size_t *room, int32_t inst, bool more) {
  if (more) {
    l->runs[l->nruns - 1].last = inst;
    return true;
  }
  if (!tweed_arena_grow(s->arena, (void **)&l->runs, room, (size_t)l->nruns + 1, sizeof *l->runs))
    return false;
  l->runs[l->nruns++] = (tw_run){inst, inst};
  return true;
}

static bool find_runs(tw_special *s, tw_special_loop *l) {
  const tw_flow *f = s->kernel->flow;
  bool more = false;
  size_t room = 0;
  for (int32_t i = 0; i < f->ninsts; i++) {
    if (!l->tile->within[f->block_of[i]])
      continue;
    if (other_work(f->insts[i]))
      more = false;
    if (!multiplies(f->insts[i]))
      continue;
    if (!tw_tile_passes(s->kernel, l->tile, f->block_of[i]) || !add_run(s, l, &room, i, more))
      return false;
    more = true;
  }
  return true;
}

/* A half that has its turn may wait for a slot, which the producers can fill only if the other half, which is no more
 * than a run behind, has given back the one before: two slots are enough, one is not. A barrier of all consumers would
 * never be passed. */
static bool can_wait(const tw_special_loop *l) {
  bool fine = !l->tile->keeps_barriers;
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    fine &= l->channels[c].depth >= 2;
  return fine;
}

bool tw_special_turns(tw_special *s, int32_t loop) {
  tw_special_loop *l = &s->loops[loop];
  l->nruns = 0;
  if (s->kernel->block.threads % (2 * PARTITIONS * WARP) != 0 || !can_wait(l) || !find_runs(s, l) || l->nruns < 2)
    l->nruns = 0;
  char detail[160];
  if (l->nruns > 0 && !tw_special_check(s, detail, sizeof detail))
    l->nruns = 0;
  return l->nruns > 0;
}

/* ---- writing ---- */

/* The number of the half's own barrier, or of the other one's. */
static LLVMValueRef barrier_of(const tw_special *s, bool own) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMValueRef half = LLVMBuildICmp(b, LLVMIntULT, s->thread, tw_emit_u32(&s->emit, s->contract.threads / 2), "");
  LLVMValueRef first = tw_emit_u32(&s->emit, own ? FIRST_ID : FIRST_ID + 1);
  LLVMValueRef second = tw_emit_u32(&s->emit, own ? FIRST_ID + 1 : FIRST_ID);
  return tw_emit_first_lane(&s->emit, LLVMBuildSelect(b, half, first, second, ""));
}

/* Leaves the builder where only one half passes, before or behind a loop. */
static void open_half(const tw_special *s, bool first, LLVMValueRef before) {
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef rest = tw_emit_open(&s->emit, before), turn = tw_special_block(s, "tweed.turn");
  LLVMValueRef warp = tw_emit_first_lane(&s->emit, LLVMBuildLShr(b, s->thread, tw_emit_u32(&s->emit, 5), ""));
  LLVMValueRef in_first = LLVMBuildICmp(b, LLVMIntULT, warp, tw_emit_u32(&s->emit, s->contract.threads / 2 / WARP), "");
  LLVMBuildCondBr(b, in_first, first ? turn : rest, first ? rest : turn);
  LLVMPositionBuilderAtEnd(b, turn);
  LLVMPositionBuilderBefore(b, LLVMBuildBr(b, rest));
}

/* The first half takes what the second one's last run has left, and only then lets it go on, or to the loop's begin
 * again. */
static void write_end(const tw_special *s, LLVMBasicBlockRef behind) {
  open_half(s, true, LLVMGetBasicBlockTerminator(behind));
  LLVMBasicBlockRef rest = LLVMGetSuccessor(LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(s->emit.builder)), 0);
  tw_emit_named_barrier(&s->emit, FIRST_ID, s->contract.threads);
  tw_emit_arrive_at(&s->emit, tw_emit_u32(&s->emit, FIRST_ID + 1), s->contract.threads);
  open_half(s, false, LLVMGetBasicBlockTerminator(rest));
  tw_emit_named_barrier(&s->emit, FIRST_ID + 1, s->contract.threads);
}

void tw_special_write_turns(const tw_special *s, const tw_special_loop *l) {
  const tw_flow *f = s->kernel->flow;
  LLVMBuilderRef b = s->emit.builder;
  if (l->nruns == 0)
    return;
  LLVMPositionBuilderBefore(b, f->insts[tw_flow_end(f, l->tile->preheader)]);
  LLVMValueRef own = barrier_of(s, true), other = barrier_of(s, false);
  for (int32_t r = 0; r < l->nruns; r++) {
    LLVMPositionBuilderBefore(b, f->insts[l->runs[r].first]);
    tw_emit_barrier_at(&s->emit, own, s->contract.threads);
    LLVMPositionBuilderBefore(b, LLVMGetNextInstruction(f->insts[l->runs[r].last]));
    tw_emit_arrive_at(&s->emit, other, s->contract.threads);
  }
  open_half(s, false, f->insts[tw_flow_end(f, l->tile->preheader)]);
  tw_emit_arrive_at(&s->emit, tw_emit_u32(&s->emit, FIRST_ID), s->contract.threads);
  LLVMBasicBlockRef behind = tw_split_edge(f->insts[tw_flow_end(f, l->tile->latch)], f->blocks[l->tile->exit]);
  write_end(s, behind);
}
