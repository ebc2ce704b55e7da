/* emulate_flush.c: .ftz: subnormal operands and results of f32, and of halves, become zero. */
#include "emu/device.h"
#include "llvm/emulate.h"

#include <string.h>

bool tw_is_flushing(const char *name) {
  const char *at = strstr(name, ".ftz");
  return at && (at[4] == '.' || at[4] == 0);
}

LLVMValueRef tw_flush(tw_emulation *e, LLVMValueRef place, uint32_t type, LLVMValueRef bits) {
  LLVMValueRef arguments[] = {place, tw_number(e->i32, type), bits};
  return tw_call(e, "tweed_emu_ptx_flush", e->i64, arguments, 3);
}

/* The type of PTX that is flushed, or PRED: none. */
static uint32_t flushed_type(tw_emulation *e, LLVMTypeRef type) {
  if (type == e->f32)
    return TWEED_EMU_PTX_F32;
  if (LLVMGetTypeKind(type) == LLVMHalfTypeKind)
    return TWEED_EMU_PTX_F16;
  bool pair = LLVMGetTypeKind(type) == LLVMVectorTypeKind && LLVMGetVectorSize(type) == 2 &&
              LLVMGetTypeKind(LLVMGetElementType(type)) == LLVMHalfTypeKind;
  return pair ? TWEED_EMU_PTX_F16X2 : TWEED_EMU_PTX_PRED;
}

/* Where the builder stands; the value itself where nothing is to be done. */
static LLVMValueRef flush_value(tw_emulation *e, LLVMValueRef place, LLVMValueRef value) {
  uint32_t type = flushed_type(e, LLVMTypeOf(value));
  if (type == TWEED_EMU_PTX_PRED)
    return value;
  return tw_from_bits(e, tw_flush(e, place, type, tw_to_bits(e, value, e->i64)), LLVMTypeOf(value));
}

static void replace_operands(LLVMValueRef user, LLVMValueRef old, LLVMValueRef by) {
  for (int i = 0; i < LLVMGetNumOperands(user); i++)
    if (LLVMGetOperand(user, (unsigned)i) == old)
      LLVMSetOperand(user, (unsigned)i, by);
}

static void flush_result(tw_emulation *e, LLVMValueRef call, LLVMValueRef place) {
  LLVMValueRef *users = NULL;
  size_t count = 0, room = 0;
  for (LLVMUseRef use = LLVMGetFirstUse(call); use; use = LLVMGetNextUse(use)) {
    if (!tweed_arena_grow(e->arena, (void **)&users, &room, count + 1, sizeof *users)) {
      tw_emulation_error(e, call, "out of memory");
      return;
    }
    users[count++] = LLVMGetUser(use);
  }
  LLVMPositionBuilderBefore(e->builder, LLVMGetNextInstruction(call));
  LLVMValueRef result = flush_value(e, place, call);
  for (size_t i = 0; i < count; i++)
    replace_operands(users[i], call, result);
}

void tw_flush_call(tw_emulation *e, LLVMValueRef call, const char *name) {
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef place = tw_place(e, call, name);
  for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
    LLVMSetOperand(call, i, flush_value(e, place, LLVMGetOperand(call, i)));
  if (flushed_type(e, LLVMTypeOf(call)) != TWEED_EMU_PTX_PRED)
    flush_result(e, call, place);
}
