/* dynamic.c: puts a variable with a size in the place of dynamic shared memory, and takes it away again. */
#include "llvm/nvptx/dynamic.h"
#include "llvm/nvptx/footprint.h"
#include <string.h>

enum { LONGEST_NAME = 200 };

static bool is_dynamic(LLVMValueRef global) {
  return LLVMGetPointerAddressSpace(LLVMTypeOf(global)) == TW_SHARED_SPACE && LLVMIsDeclaration(global);
}

static LLVMValueRef only_one(LLVMValueRef function) {
  LLVMValueRef found = NULL;
  for (LLVMValueRef g = LLVMGetFirstGlobal(LLVMGetGlobalParent(function)); g; g = LLVMGetNextGlobal(g)) {
    if (!is_dynamic(g) || !tw_used_in(g, function))
      continue;
    if (found)
      return NULL;
    found = g;
  }
  return found;
}

/* The other one's name as it is, the first one's with something behind it. */
static void swap_names(LLVMValueRef named, LLVMValueRef other, const char *name, size_t length) {
  char text[LONGEST_NAME + sizeof ".dynamic"];
  length = length < LONGEST_NAME ? length : LONGEST_NAME;
  memcpy(text, name, length);
  memcpy(text + length, ".dynamic", sizeof ".dynamic");
  LLVMSetValueName2(named, text, length + sizeof ".dynamic" - 1);
  LLVMSetValueName2(other, text, length);
}

void tw_dynamic_begin(tw_bridge *b, int64_t bytes, tw_dynamic *out) {
  LLVMValueRef function = tw_function(b), variable = bytes > 0 ? only_one(function) : NULL;
  LLVMModuleRef module = LLVMGetGlobalParent(function);
  *out = (tw_dynamic){.variable = variable, .bytes = bytes};
  size_t length = 0;
  const char *name = variable ? LLVMGetValueName2(variable, &length) : NULL;
  if (!name || length > LONGEST_NAME)
    return;
  LLVMTypeRef type = LLVMArrayType2(LLVMInt8TypeInContext(LLVMGetModuleContext(module)), (uint64_t)bytes);
  out->stand_in = LLVMAddGlobalInAddressSpace(module, type, "", TW_SHARED_SPACE);
  LLVMSetAlignment(out->stand_in, LLVMGetAlignment(variable));
  LLVMSetInitializer(out->stand_in, LLVMGetUndef(type));
  LLVMReplaceAllUsesWith(variable, out->stand_in);
  swap_names(variable, out->stand_in, name, length);
  tw_invalidate(b);
}

void tw_dynamic_end(tw_bridge *b, tw_dynamic *d) {
  if (!d->stand_in)
    return;
  size_t length = 0;
  const char *name = LLVMGetValueName2(d->stand_in, &length);
  LLVMReplaceAllUsesWith(d->stand_in, d->variable);
  swap_names(d->stand_in, d->variable, name, length);
  LLVMDeleteGlobal(d->stand_in);
  d->stand_in = NULL;
  tw_invalidate(b);
}
