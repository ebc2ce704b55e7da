/* emulate_shared.c: shared variables become offsets into the block's shared memory. */
#include "llvm/emulate.h"

#include <stdio.h>
#include <string.h>

enum { SHARED_SPACE = 3 };

/* Before the module is flattened, while shared variables can still be told from others. */
void tw_find_shared(tw_emulation *e) {
  unsigned count = 0;
  for (LLVMValueRef g = LLVMGetFirstGlobal(e->module); g; g = LLVMGetNextGlobal(g)) {
    if (LLVMGetPointerAddressSpace(LLVMTypeOf(g)) != SHARED_SPACE)
      continue;
    size_t length;
    if (!LLVMGetValueName2(g, &length)[0] || length == 0) {
      char name[32];
      snprintf(name, sizeof name, "tweed.shared.%u", count++);
      LLVMSetValueName2(g, name, strlen(name));
    }
    if (!tweed_arena_grow(e->arena, (void **)&e->shared, &e->shared_room, e->shared_count + 1, sizeof *e->shared)) {
      tw_emulation_error(e, NULL, "out of memory");
      return;
    }
    LLVMTypeRef type = LLVMGlobalGetValueType(g);
    tw_shared *s = &e->shared[e->shared_count++];
    *s = (tw_shared){.name = tweed_arena_strdup(e->arena, LLVMGetValueName2(g, &length)),
                     .size = tw_alloc_size(e->module, type)};
    s->align = LLVMGetAlignment(g) ? LLVMGetAlignment(g) : tw_abi_align(e->module, type);
    s->dynamic = s->size == 0;
  }
}

/* The address in each function that uses the variable, at its very start. */
static void lower_one(tw_emulation *e, const tw_shared *s, LLVMValueRef global) {
  for (LLVMUseRef use; (use = LLVMGetFirstUse(global));) {
    LLVMValueRef user = LLVMGetUser(use);
    if (!LLVMIsAInstruction(user)) {
      tw_emulation_error(e, NULL, "the address of shared variable %s is used outside of functions", s->name);
      return;
    }
    LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(user));
    LLVMPositionBuilderBefore(e->builder, LLVMGetFirstInstruction(LLVMGetEntryBasicBlock(function)));
    LLVMValueRef offset = tw_number(e->i32, s->offset);
    LLVMValueRef address = tw_call(e, s->dynamic ? "tweed_emu_shared_dynamic" : "tweed_emu_shared", e->pointer, &offset,
                                   s->dynamic ? 0 : 1);
    for (int i = 0; i < LLVMGetNumOperands(user); i++)
      if (LLVMGetOperand(user, (unsigned)i) == global)
        LLVMSetOperand(user, (unsigned)i, address);
  }
  LLVMDeleteGlobal(global);
}

void tw_lower_shared(tw_emulation *e) {
  tw_lay_out_shared(e);
  for (size_t i = 0; i < e->shared_count; i++) {
    LLVMValueRef global = e->shared[i].name ? LLVMGetNamedGlobal(e->module, e->shared[i].name) : NULL;
    if (global)
      lower_one(e, &e->shared[i], global);
  }
}
