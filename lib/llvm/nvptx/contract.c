/* contract.c: publishes the launch contract of a kernel. */
#include "llvm/nvptx/contract.h"
#include <jansson.h>
#include <string.h>

bool tw_contract_publish(LLVMValueRef function, const tw_contract *c, tweed_arena *arena) {
  static const char prefix[] = "__tweed_launch_";
  LLVMModuleRef module = LLVMGetGlobalParent(function);
  LLVMTypeRef word = LLVMInt32TypeInContext(LLVMGetModuleContext(module));
  const uint32_t words[8] = {TW_CONTRACT_VERSION, c->threads, c->extra_threads, c->static_shared,
                             c->dynamic_shared,   c->flags,   c->width,         c->height};
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

tweed_status tw_contract_write(const tw_contract *c, const char *kernel, FILE *file, tweed_error *error) {
  json_t *json =
      json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "kernel", kernel, "threads", (json_int_t)c->threads, "extra_threads",
                (json_int_t)c->extra_threads, "static_shared", (json_int_t)c->static_shared, "dynamic_shared",
                (json_int_t)c->dynamic_shared, "specialized", (c->flags & TW_CONTRACT_SPECIALIZED) != 0);
  if (json && c->width) {
    json_t *block = json_pack("[I, I, I]", (json_int_t)c->width, (json_int_t)c->height,
                              (json_int_t)(c->threads / (c->width * c->height)));
    if (json_object_set_new(json, "block", block) != 0) {
      json_decref(json);
      json = NULL;
    }
  }
  if (!json)
    return tweed_no_memory(error);
  bool written = json_dumpf(json, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF && fflush(file) == 0;
  json_decref(json);
  return written ? TWEED_OK : tweed_fail(error, TWEED_IO, "can't write the launch contract of %s", kernel);
}
