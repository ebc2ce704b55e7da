/* dynamic.c: puts a variable with a size in the place of dynamic shared memory, and takes it away again. */
#include "llvm/nvptx/dynamic.h"
#include "llvm/nvptx/footprint.h"
#include <string.h>

enum { LONGEST_NAME = 200 };

static bool is_dynamic(LLVMValueRef global) {
  return LLVMGetPointerAddressSpace(LLVMTypeOf(global)) == TW_SHARED_SPACE && LLVMIsDeclaration(global);
}

static void find(LLVMValueRef function, tw_dynamic *out) {
  for (LLVMValueRef g = LLVMGetFirstGlobal(LLVMGetGlobalParent(function)); g; g = LLVMGetNextGlobal(g)) {
    if (!is_dynamic(g) || !tw_used_in(g, function))
      continue;
    out->variable = out->used ? NULL : g;
    out->used = true;
  }
}

/* The other one's name as it is, the first one's with something behind it. At most LONGEST_NAME long. */
static void swap_names(LLVMValueRef named, LLVMValueRef other, const char *name, size_t length) {
  char text[LONGEST_NAME + sizeof ".dynamic"];
  memcpy(text, name, length);
  memcpy(text + length, ".dynamic", sizeof ".dynamic");
  LLVMSetValueName2(named, text, length + sizeof ".dynamic" - 1);
  LLVMSetValueName2(other, text, length);
}

void tw_dynamic_begin(tw_bridge *b, int64_t bytes, tw_dynamic *out) {
  *out = (tw_dynamic){.bytes = bytes};
  find(tw_function(b), out);
  LLVMValueRef variable = out->variable;
  LLVMModuleRef module = LLVMGetGlobalParent(tw_function(b));
  size_t length = 0;
  const char *name = variable && bytes > 0 ? LLVMGetValueName2(variable, &length) : NULL;
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
