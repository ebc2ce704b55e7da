/* emulate_matrix.c: matrix instructions of a warp, as intrinsics: mma, wmma, ldmatrix. Their names are read here, so
 * that the run time gets a number; fragments travel in memory, one 32-bit register behind the other. */
#include "base/base.h"
#include "emu/mma.h"
#include "emu/tile.h"
#include "llvm/emulate.h"

#include <string.h>

/* Operands from `first` on, in memory. */
static LLVMValueRef store_operands(tw_emulation *e, LLVMValueRef call, unsigned first, unsigned count) {
  LLVMTypeRef types[64];
  for (unsigned i = 0; i < count; i++)
    types[i] = LLVMTypeOf(LLVMGetOperand(call, first + i));
  LLVMTypeRef all = LLVMStructTypeInContext(e->context, types, count, false);
  LLVMValueRef room = tw_stack(e, all);
  for (unsigned i = 0; i < count; i++)
    LLVMBuildStore(e->builder, LLVMGetOperand(call, first + i), LLVMBuildStructGEP2(e->builder, all, room, i, ""));
  return room;
}

/* Calls `function`, the third argument of which is room for the result, which replaces the intrinsic. */
static void call_with_result(tw_emulation *e, LLVMValueRef call, const char *function, LLVMValueRef *arguments,
                             unsigned count) {
  LLVMTypeRef type = LLVMTypeOf(call);
  LLVMValueRef room = arguments[2] = tw_stack(e, type);
  tw_call(e, function, e->none, arguments, count);
  tw_replace(call, LLVMBuildLoad2(e->builder, type, room, ""));
}

/* How many operands of the call are registers of one fragment: of A, of B, of C. */
static unsigned operands_of(const emu_mma *mma, emu_operand operand) {
  int words = emu_mma_words(mma, operand);
  return (unsigned)(mma->a == EMU_F64 ? words / 2 : words);
}

static bool lower_product(tw_emulation *e, LLVMValueRef call, const char *name, tweed_error *error) {
  emu_mma mma;
  if (emu_mma_parse(name, &mma, error) != TWEED_OK)
    return false;
  unsigned a = operands_of(&mma, EMU_OPERAND_A), b = operands_of(&mma, EMU_OPERAND_B);
  unsigned c = operands_of(&mma, EMU_OPERAND_C);
  if (a + b + c != LLVMGetNumArgOperands(call)) {
    tweed_fail(error, TWEED_BAD_INPUT, "%s has %u operands instead of %u", name, LLVMGetNumArgOperands(call),
               a + b + c);
    return false;
  }
  LLVMValueRef arguments[6] = {
      tw_place(e, call, name),       tw_number(e->i64, emu_mma_pack(&mma)), NULL,
      store_operands(e, call, 0, a), store_operands(e, call, a, b),         store_operands(e, call, a + b, c)};
  call_with_result(e, call, "tweed_emu_mma", arguments, 6);
  return true;
}

static bool lower_ldmatrix(tw_emulation *e, LLVMValueRef call, const char *name, tweed_error *error) {
  emu_ldmatrix ld;
  if (emu_ldmatrix_parse(name, &ld, error) != TWEED_OK)
    return false;
  LLVMValueRef arguments[4] = {tw_place(e, call, name), tw_number(e->i64, emu_ldmatrix_pack(&ld)), NULL,
                               LLVMGetOperand(call, 0)};
  call_with_result(e, call, "tweed_emu_ldmatrix", arguments, 4);
  return true;
}

/* Address, then for stores the fragment, then the stride if there is one. */
static bool lower_tile(tw_emulation *e, LLVMValueRef call, const char *name, tweed_error *error) {
  emu_wmma w;
  if (emu_wmma_parse(name, &w, error) != TWEED_OK)
    return false;
  unsigned count = LLVMGetNumArgOperands(call), strides = w.strided ? 1 : 0;
  LLVMValueRef address = LLVMGetOperand(call, 0);
  LLVMValueRef stride = w.strided ? LLVMGetOperand(call, count - 1) : tw_number(e->i32, 0);
  LLVMValueRef arguments[5] = {tw_place(e, call, name), tw_number(e->i64, emu_wmma_pack(&w)), NULL, address, stride};
  if (!w.store) {
    call_with_result(e, call, "tweed_emu_wmma_load", arguments, 5);
    return true;
  }
  arguments[2] = address;
  arguments[3] = store_operands(e, call, 1, count - 1 - strides);
  tw_call(e, "tweed_emu_wmma_store", e->none, arguments, 5);
  tw_replace(call, NULL);
  return true;
}

bool tw_lower_matrix(tw_emulation *e, LLVMValueRef call, const char *full) {
  const char *name = full + strlen("llvm.nvvm.");
  bool product = strncmp(name, "mma.", 4) == 0, wmma = strncmp(name, "wmma.", 5) == 0;
  bool tile = wmma && (strstr(name, ".load.") || strstr(name, ".store."));
  if (!product && !wmma && strncmp(name, "ldmatrix.", 9) != 0)
    return false;
  tweed_error error;
  LLVMPositionBuilderBefore(e->builder, call);
  bool known = product || (wmma && !tile) ? lower_product(e, call, full, &error)
               : tile                     ? lower_tile(e, call, full, &error)
                                          : lower_ldmatrix(e, call, full, &error);
  if (!known)
    tw_emulation_error(e, call, "%s", error.message);
  return true;
}

bool tw_matrix_code(const char *mnemonic, uint64_t *code, tweed_error *error) {
  emu_mma mma;
  emu_wmma tile;
  emu_ldmatrix matrices;
  tweed_status status;
  if (strncmp(mnemonic, "ldmatrix.", 9) == 0 || strncmp(mnemonic, "stmatrix.", 9) == 0) {
    status = emu_ldmatrix_parse(mnemonic, &matrices, error);
    *code = emu_ldmatrix_pack(&matrices);
  } else if (strncmp(mnemonic, "wmma.load.", 10) == 0 || strncmp(mnemonic, "wmma.store.", 11) == 0) {
    status = emu_wmma_parse(mnemonic, &tile, error);
    *code = emu_wmma_pack(&tile);
  } else {
    status = emu_mma_parse(mnemonic, &mma, error);
    *code = emu_mma_pack(&mma);
  }
  return status == TWEED_OK;
}
