/* contract.c: publishes the launch contract of a kernel. */
#include "llvm/nvptx/contract.h"
#include <string.h>

bool tw_contract_publish(LLVMValueRef function, const tw_contract *c, tweed_arena *arena) {
  static const char prefix[] = "__tweed_launch_";
  LLVMModuleRef module = LLVMGetGlobalParent(function);
  LLVMTypeRef word = LLVMInt32TypeInContext(LLVMGetModuleContext(module));
  const uint32_t words[8] = {
      TW_CONTRACT_VERSION, c->threads, c->extra_threads, c->static_shared, c->dynamic_shared, c->flags, 0, 0};
  LLVMValueRef values[8];
  for (int i = 0; i < 8; i++)
    values[i] = LLVMConstInt(word, words[i], false);
  size_t length = 0;
  const char *name = LLVMGetValueName2(function, &length);
  char *full = tweed_arena_alloc(arena, sizeof prefix + length);
  if (!full)
    return false;
  memcpy(full, prefix, sizeof prefix - 1);
  memcpy(full + sizeof prefix - 1, name, length);
  full[sizeof prefix - 1 + length] = 0;
  LLVMValueRef global = LLVMAddGlobalInAddressSpace(module, LLVMArrayType2(word, 8), full, 1);
  LLVMSetInitializer(global, LLVMConstArray2(word, values, 8));
  LLVMSetGlobalConstant(global, true);
  LLVMSetAlignment(global, 4);
  return true;
}
