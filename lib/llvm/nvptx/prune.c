/* prune.c: dead code elimination by slices, as in LLVM's ADCE, but loops without effects go too. */
#include "llvm/nvptx/prune.h"

static bool has_effect(const tw_kernel *k, int32_t inst, const bool *wrote) {
  switch ((tw_act)k->acts[inst]) {
  case TW_ACT_NONE:
    return false;
  case TW_ACT_ACCESS:
    return wrote[inst];
  default:
    return true;
  }
}

bool tw_prune_find(const tw_kernel *k, const bool *dropped, bool *live) {
  const tw_flow *f = k->flow;
  bool *wrote = tweed_arena_array(k->arena, (size_t)f->ninsts, sizeof *wrote);
  if (!wrote)
    return false;
  for (int32_t i = 0; i < k->nsites; i++)
    wrote[k->sites[i].inst] |= k->sites[i].touch.writes || k->sites[i].touch.ordered;
  for (int32_t i = 0; i < f->ninsts; i++) {
    /* Both ways end the function, differently: the branch is needed. */
    bool last = tw_flow_decides(f, i) && f->postdom[f->block_of[i]] < 0;
    live[i] = !dropped[i] && (last || has_effect(k, i, wrote));
  }
  return tw_flow_slice(f, NULL, NULL, NULL, live);
}

static void shorten(const tw_flow *f, LLVMBuilderRef builder, int32_t block) {
  LLVMValueRef end = f->insts[tw_flow_end(f, block)];
  LLVMPositionBuilderBefore(builder, end);
  LLVMBuildBr(builder, f->blocks[f->postdom[block]]);
  LLVMInstructionEraseFromParent(end);
}

static void erase(LLVMValueRef inst) {
  if (LLVMGetTypeKind(LLVMTypeOf(inst)) != LLVMVoidTypeKind)
    LLVMReplaceAllUsesWith(inst, LLVMGetPoison(LLVMTypeOf(inst)));
  LLVMInstructionEraseFromParent(inst);
}

bool tw_prune(const tw_kernel *k, const bool *live) {
  const tw_flow *f = k->flow;
  LLVMBuilderRef builder = LLVMCreateBuilderInContext(LLVMGetModuleContext(LLVMGetGlobalParent(f->function)));
  if (!builder)
    return false;
  for (int32_t b = 0; b < f->nblocks; b++) {
    int32_t end = tw_flow_end(f, b);
    for (int32_t i = f->first[b]; i < end; i++)
      if (!live[i])
        erase(f->insts[i]);
    if (tw_flow_decides(f, end) && !live[end] && f->postdom[b] >= 0)
      shorten(f, builder, b);
  }
  LLVMDisposeBuilder(builder);
  tw_remove_unreachable(f->bridge);
  return true;
}
