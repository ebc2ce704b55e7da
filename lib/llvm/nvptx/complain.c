/* complain.c: checks of a launch: a message by vprintf, and a trap. */
#include "llvm/nvptx/complain.h"
#include "llvm/host.h"
#include <stdio.h>

static LLVMBasicBlockRef block(const tw_emit *e, const char *name) {
  return LLVMAppendBasicBlockInContext(e->context, tw_function(e->bridge), name);
}

static void print(const tw_emit *e, const char *text) {
  LLVMTypeRef pointer = LLVMPointerTypeInContext(e->context, 0);
  LLVMTypeRef types[2] = {pointer, pointer}, type = LLVMFunctionType(tw_emit_i32(e), types, 2, false);
  LLVMValueRef function = LLVMGetNamedFunction(e->module, "vprintf");
  if (!function)
    function = LLVMAddFunction(e->module, "vprintf", type);
  char line[320];
  size_t length = 0;
  const char *name = LLVMGetValueName2(tw_function(e->bridge), &length);
  snprintf(line, sizeof line, "tweed: %.*s %s\n", (int)(length < 120 ? length : 120), name, text);
  LLVMValueRef args[2] = {LLVMBuildGlobalStringPtr(e->builder, line, "tweed_message"), LLVMConstNull(pointer)};
  LLVMBuildCall2(e->builder, type, function, args, 2, "");
}

void tw_complain_unless(const tw_emit *e, LLVMValueRef fine, LLVMValueRef thread, const char *text) {
  LLVMBasicBlockRef wrong = block(e, "tweed.wrong"), right = block(e, "tweed.right");
  LLVMBasicBlockRef say = block(e, "tweed.say"), stop = block(e, "tweed.stop");
  LLVMBuildCondBr(e->builder, fine, right, wrong);
  LLVMPositionBuilderAtEnd(e->builder, wrong);
  LLVMValueRef first = LLVMBuildICmp(e->builder, LLVMIntEQ, thread, tw_emit_u32(e, 0), "");
  LLVMBuildCondBr(e->builder, first, say, stop);
  LLVMPositionBuilderAtEnd(e->builder, say);
  print(e, text);
  LLVMBuildBr(e->builder, stop);
  LLVMPositionBuilderAtEnd(e->builder, stop);
  tw_emit_intrinsic(e, "llvm.trap", NULL, 0);
  LLVMBuildUnreachable(e->builder);
  LLVMPositionBuilderAtEnd(e->builder, right);
}

void tw_complain_of_memory(const tw_emit *e, const tw_rings *r, const tw_contract *contract, LLVMValueRef thread) {
  char text[160];
  uint32_t before = (uint32_t)r->kernel->dynamic.bytes, all = before + contract->dynamic_shared;
  snprintf(text, sizeof text, "was rewritten for %u bytes of dynamic shared memory: launch it with %u", before, all);
  LLVMValueRef fine = LLVMBuildICmp(e->builder, LLVMIntEQ, tw_emit_dynamic_size(e), tw_emit_u32(e, all), "");
  tw_complain_unless(e, fine, thread, text);
}
