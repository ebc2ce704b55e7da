/* preheader.c: splits the edges by which loops with barriers are entered. */
#include "llvm/nvptx/preheader.h"
#include "llvm/nvptx/touch.h"

enum { MAX_LOOPS = 256 };

static bool has_barrier(tw_bridge *b, tw_loop *l) {
  tw_touch touches[TW_MAX_TOUCHES];
  int32_t n;
  for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(tw_function(b)); block; block = LLVMGetNextBasicBlock(block))
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i && tw_block_in_loop(l, block);
         i = LLVMGetNextInstruction(i))
      if (LLVMIsACallInst(i) && tw_act_of(b, i, touches, &n) == TW_ACT_BARRIER)
        return true;
  return false;
}

/* The terminator that leads into the loop, NULL: there are several ways in. */
static LLVMValueRef entry_of(tw_bridge *b, tw_loop *l) {
  LLVMValueRef found = NULL;
  for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(tw_function(b)); block; block = LLVMGetNextBasicBlock(block)) {
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    for (unsigned s = 0; s < LLVMGetNumSuccessors(end) && !tw_block_in_loop(l, block); s++) {
      if (LLVMGetSuccessor(end, s) != tw_header(l))
        continue;
      if (found)
        return NULL;
      found = end;
    }
  }
  return found;
}

bool tw_preheaders_make(tw_bridge *b, tweed_arena *arena, tw_preheaders *out) {
  tw_loop *loops[MAX_LOOPS];
  size_t n = tw_all_loops(b, loops, MAX_LOOPS);
  *out = (tw_preheaders){0};
  for (size_t i = 0; i < n && i < MAX_LOOPS; i++) {
    LLVMValueRef entry = tw_preheader(loops[i]) || !has_barrier(b, loops[i]) ? NULL : entry_of(b, loops[i]);
    if (!entry)
      continue;
    if (!tweed_arena_grow(arena, (void **)&out->made, &out->room, out->n + 1, sizeof *out->made))
      return false;
    size_t position = tw_use_position(tw_header(loops[i]), entry);
    out->made[out->n++] = (tw_new_preheader){tw_split_edge(entry, tw_header(loops[i])), position};
  }
  if (out->n > 0)
    tw_invalidate(b);
  return true;
}

void tw_preheaders_undo(tw_bridge *b, tw_preheaders *made) {
  for (size_t i = made->n; i-- > 0;)
    tw_join_edge(made->made[i].block, made->made[i].position);
  if (made->n > 0)
    tw_invalidate(b);
  made->n = 0;
}
