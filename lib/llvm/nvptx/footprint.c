/* footprint.c: sums over shared variables; limits from launch bounds. */
#include "llvm/nvptx/footprint.h"
#include "llvm/host.h"

enum { VARIABLE_ALIGN = 16 };

bool tw_used_in(LLVMValueRef value, LLVMValueRef function) {
  for (LLVMUseRef u = LLVMGetFirstUse(value); u; u = LLVMGetNextUse(u)) {
    LLVMValueRef user = LLVMGetUser(u);
    if (LLVMIsAInstruction(user) ? LLVMGetBasicBlockParent(LLVMGetInstructionParent(user)) == function
                                 : tw_used_in(user, function))
      return true;
  }
  return false;
}

uint64_t tw_shared_size(tw_bridge *b, LLVMTypeRef type) {
  return (tw_store_size(b, type) + VARIABLE_ALIGN - 1) / VARIABLE_ALIGN * VARIABLE_ALIGN;
}

uint64_t tw_shared_of(tw_bridge *b) {
  LLVMValueRef f = tw_function(b);
  uint64_t bytes = 0;
  for (LLVMValueRef g = LLVMGetFirstGlobal(LLVMGetGlobalParent(f)); g; g = LLVMGetNextGlobal(g))
    if (LLVMGetPointerAddressSpace(LLVMTypeOf(g)) == TW_SHARED_SPACE && tw_used_in(g, f))
      bytes += tw_shared_size(b, LLVMGlobalGetValueType(g));
  return bytes;
}

int32_t tw_most_registers(LLVMValueRef function, const tweed_sm *sm, const tw_block *block) {
  int64_t given = tw_annotation(function, "maxnreg", 0), blocks = tw_annotation(function, "minctasm", 0);
  int64_t most = sm->registers_thread;
  if (given > 0 && given < most)
    most = given;
  if (block->threads == 0 || block->threads > sm->threads_block)
    return (int32_t)most;
  int64_t fits = tw_occupancy_registers(sm, block->threads, blocks > 0 && blocks <= sm->blocks ? (int32_t)blocks : 1);
  return (int32_t)(fits < most ? fits : most);
}
