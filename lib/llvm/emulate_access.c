/* emulate_access.c: loads and stores get checks; atomic and volatile accesses and fences become calls. */
#include "emu/device.h"
#include "llvm/emulate.h"

#include <string.h>

static bool is_load(LLVMValueRef i) {
  return LLVMGetInstructionOpcode(i) == LLVMLoad;
}

static LLVMValueRef pointer_of(LLVMValueRef i) {
  return LLVMGetOperand(i, is_load(i) ? 0 : 1);
}

static LLVMTypeRef accessed(LLVMValueRef i) {
  return is_load(i) ? LLVMTypeOf(i) : LLVMTypeOf(LLVMGetOperand(i, 0));
}

/* What an address is computed from, as far as that is plain to see. */
static LLVMValueRef base_of(LLVMValueRef pointer) {
  while (LLVMIsAGetElementPtrInst(pointer) || LLVMIsABitCastInst(pointer))
    pointer = LLVMGetOperand(pointer, 0);
  return pointer;
}

int tw_type_code(LLVMTypeRef type) {
  switch (LLVMGetTypeKind(type)) {
  case LLVMHalfTypeKind:
    return TWEED_EMU_F16;
  case LLVMBFloatTypeKind:
    return TWEED_EMU_BF16;
  case LLVMFloatTypeKind:
    return TWEED_EMU_F32;
  case LLVMDoubleTypeKind:
    return TWEED_EMU_F64;
  case LLVMPointerTypeKind:
    return TWEED_EMU_I64;
  case LLVMIntegerTypeKind:
    switch (LLVMGetIntTypeWidth(type)) {
    case 8:
      return TWEED_EMU_I8;
    case 16:
      return TWEED_EMU_I16;
    case 32:
      return TWEED_EMU_I32;
    case 64:
      return TWEED_EMU_I64;
    default:
      return -1;
    }
  default:
    return -1;
  }
}

static uint32_t order_of(LLVMAtomicOrdering order) {
  switch (order) {
  case LLVMAtomicOrderingAcquire:
    return TWEED_EMU_ACQUIRE;
  case LLVMAtomicOrderingRelease:
    return TWEED_EMU_RELEASE;
  case LLVMAtomicOrderingAcquireRelease:
  case LLVMAtomicOrderingSequentiallyConsistent:
    return TWEED_EMU_ACQ_REL;
  default:
    return TWEED_EMU_RELAXED;
  }
}

/* The old value, as i64. */
static LLVMValueRef atomic(tw_emulation *e, LLVMValueRef i, const char *what, uint32_t operation, uint32_t type,
                           uint32_t order, LLVMValueRef pointer, LLVMValueRef operand, LLVMValueRef compare) {
  LLVMValueRef zero = tw_number(e->i64, 0);
  LLVMValueRef arguments[] = {
      tw_place(e, i, what),
      tw_number(e->i32, operation),
      tw_number(e->i32, type),
      tw_number(e->i32, order),
      pointer,
      operand ? tw_to_bits(e, operand, e->i64) : zero,
      compare ? tw_to_bits(e, compare, e->i64) : zero,
  };
  return tw_call(e, "tweed_emu_atomic", e->i64, arguments, 7);
}

static bool is_unchecked(tw_emulation *e, LLVMValueRef pointer) {
  return e->options->no_checks || LLVMIsAAllocaInst(base_of(pointer));
}

static void check(tw_emulation *e, LLVMValueRef i, LLVMValueRef pointer, LLVMValueRef size, unsigned align, bool store,
                  const char *what) {
  if (is_unchecked(e, pointer))
    return;
  LLVMValueRef arguments[] = {tw_place(e, i, what), pointer, size, tw_number(e->i32, align)};
  tw_call(e, store ? "tweed_emu_check_store" : "tweed_emu_check_load", e->none, arguments, 4);
}

static void lower_plain(tw_emulation *e, LLVMValueRef i) {
  bool load = is_load(i);
  LLVMAtomicOrdering order = LLVMGetOrdering(i);
  LLVMTypeRef type = accessed(i);
  int code = tw_type_code(type);
  LLVMPositionBuilderBefore(e->builder, i);
  bool atomical = order != LLVMAtomicOrderingNotAtomic;
  if (atomical && code < 0) {
    tw_emulation_error(e, i, "an atomic access of this type is not supported");
  } else if (code >= 0 && (atomical || LLVMGetVolatile(i))) {
    LLVMValueRef old = atomic(e, i, load ? "load" : "store", load ? TWEED_EMU_LOAD : TWEED_EMU_STORE, (uint32_t)code,
                              order_of(order), pointer_of(i), load ? NULL : LLVMGetOperand(i, 0), NULL);
    tw_replace(i, load ? tw_from_bits(e, old, type) : NULL);
  } else {
    check(e, i, pointer_of(i), tw_number(e->i64, tw_bytes(e->module, type)), LLVMGetAlignment(i), !load,
          load ? "load" : "store");
  }
}

static int operation_of(LLVMAtomicRMWBinOp op) {
  static const struct {
    LLVMAtomicRMWBinOp llvm;
    int ours;
  } all[] = {
      {LLVMAtomicRMWBinOpXchg, TWEED_EMU_XCHG},    {LLVMAtomicRMWBinOpAdd, TWEED_EMU_ADD},
      {LLVMAtomicRMWBinOpSub, TWEED_EMU_SUB},      {LLVMAtomicRMWBinOpAnd, TWEED_EMU_AND},
      {LLVMAtomicRMWBinOpNand, TWEED_EMU_NAND},    {LLVMAtomicRMWBinOpOr, TWEED_EMU_OR},
      {LLVMAtomicRMWBinOpXor, TWEED_EMU_XOR},      {LLVMAtomicRMWBinOpMax, TWEED_EMU_MAX},
      {LLVMAtomicRMWBinOpMin, TWEED_EMU_MIN},      {LLVMAtomicRMWBinOpUMax, TWEED_EMU_UMAX},
      {LLVMAtomicRMWBinOpUMin, TWEED_EMU_UMIN},    {LLVMAtomicRMWBinOpFAdd, TWEED_EMU_ADD},
      {LLVMAtomicRMWBinOpFSub, TWEED_EMU_SUB},     {LLVMAtomicRMWBinOpFMax, TWEED_EMU_MAX},
      {LLVMAtomicRMWBinOpFMin, TWEED_EMU_MIN},     {LLVMAtomicRMWBinOpUIncWrap, TWEED_EMU_INC},
      {LLVMAtomicRMWBinOpUDecWrap, TWEED_EMU_DEC},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i].llvm == op)
      return all[i].ours;
  return -1;
}

/* Relaxed whatever they say: clang gives CUDA's atomics seq_cst, and NVPTX makes relaxed ones of them all. */
static void lower_rmw(tw_emulation *e, LLVMValueRef i) {
  LLVMTypeRef type = LLVMTypeOf(i);
  int code = tw_type_code(type), operation = operation_of(LLVMGetAtomicRMWBinOp(i));
  if (code < 0 || operation < 0) {
    tw_emulation_error(e, i, "an atomicrmw of this type or operation is not supported");
    return;
  }
  LLVMPositionBuilderBefore(e->builder, i);
  LLVMValueRef old = atomic(e, i, "atomicrmw", (uint32_t)operation, (uint32_t)code, TWEED_EMU_RELAXED,
                            LLVMGetOperand(i, 0), LLVMGetOperand(i, 1), NULL);
  tw_replace(i, tw_from_bits(e, old, type));
}

static void lower_cmpxchg(tw_emulation *e, LLVMValueRef i) {
  LLVMTypeRef type = LLVMTypeOf(LLVMGetOperand(i, 1));
  int code = tw_type_code(type);
  if (code < 0) {
    tw_emulation_error(e, i, "a cmpxchg of this type is not supported");
    return;
  }
  LLVMPositionBuilderBefore(e->builder, i);
  LLVMValueRef old = atomic(e, i, "cmpxchg", TWEED_EMU_CAS, (uint32_t)code, TWEED_EMU_RELAXED, LLVMGetOperand(i, 0),
                            LLVMGetOperand(i, 2), LLVMGetOperand(i, 1));
  LLVMValueRef wanted = tw_to_bits(e, LLVMGetOperand(i, 1), e->i64);
  LLVMValueRef same = LLVMBuildICmp(e->builder, LLVMIntEQ, old, wanted, "");
  LLVMValueRef pair = LLVMGetPoison(LLVMTypeOf(i));
  pair = LLVMBuildInsertValue(e->builder, pair, tw_from_bits(e, old, type), 0, "");
  tw_replace(i, LLVMBuildInsertValue(e->builder, pair, same, 1, ""));
}

bool tw_lower_scoped_atomic(tw_emulation *e, LLVMValueRef call, const char *name) {
  static const uint8_t operations[] = {TWEED_EMU_ADD, TWEED_EMU_AND, TWEED_EMU_OR,  TWEED_EMU_XOR,  TWEED_EMU_MIN,
                                       TWEED_EMU_MAX, TWEED_EMU_INC, TWEED_EMU_DEC, TWEED_EMU_XCHG, TWEED_EMU_CAS};
  uint32_t passed[TW_MAX_PASSED], count;
  int code = tw_type_code(LLVMTypeOf(call));
  if (!tw_match("atomic.#add|and|or|xor|min|max|inc|dec|exch|cas.gen.i|f.cta|sys.**", name, passed, &count) || code < 0)
    return false;
  bool cas = operations[passed[0]] == TWEED_EMU_CAS;
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef old =
      atomic(e, call, "atomic", operations[passed[0]], (uint32_t)code, TWEED_EMU_RELAXED, LLVMGetOperand(call, 0),
             LLVMGetOperand(call, cas ? 2 : 1), cas ? LLVMGetOperand(call, 1) : NULL);
  tw_replace(call, tw_from_bits(e, old, LLVMTypeOf(call)));
  return true;
}

static void lower_fence(tw_emulation *e, LLVMValueRef i) {
  LLVMPositionBuilderBefore(e->builder, i);
  LLVMValueRef place = tw_place(e, i, "fence");
  tw_call(e, "tweed_emu_fence", e->none, &place, 1);
  tw_replace(i, NULL);
}

/* memcpy, memmove and memset stay, with checks in front. */
static void check_block(tw_emulation *e, LLVMValueRef call) {
  LLVMValueRef callee = tw_callee(call);
  size_t length;
  const char *name = callee ? LLVMGetValueName2(callee, &length) : "";
  bool copies = strncmp(name, "llvm.memcpy.", 12) == 0 || strncmp(name, "llvm.memmove.", 13) == 0;
  if (!copies && strncmp(name, "llvm.memset.", 12) != 0)
    return;
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef size = LLVMBuildZExtOrBitCast(e->builder, LLVMGetOperand(call, 2), e->i64, "");
  LLVMValueRef source[] = {NULL, LLVMGetOperand(call, 1), size};
  if (copies && !is_unchecked(e, source[1])) {
    source[0] = tw_place(e, call, "memcpy");
    tw_call(e, "tweed_emu_check_copy", e->none, source, 3);
  }
  check(e, call, LLVMGetOperand(call, 0), size, 1, true, copies ? "memcpy" : "memset");
}

void tw_lower_access(tw_emulation *e, LLVMValueRef i) {
  switch (LLVMGetInstructionOpcode(i)) {
  case LLVMLoad:
  case LLVMStore:
    lower_plain(e, i);
    break;
  case LLVMAtomicRMW:
    lower_rmw(e, i);
    break;
  case LLVMAtomicCmpXchg:
    lower_cmpxchg(e, i);
    break;
  case LLVMFence:
    lower_fence(e, i);
    break;
  case LLVMCall:
    check_block(e, i);
    break;
  default:
    break;
  }
}
