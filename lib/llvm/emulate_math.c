/* emulate_math.c: intrinsics that are plain arithmetic: special registers, approximations, conversions. */
#include "emu/device.h"
#include "llvm/emulate.h"

#include <string.h>

/* ---- special registers ---- */

static const struct sreg {
  const char *name;
  uint32_t number;
} sregs[] = {
    {"tid.x", TWEED_EMU_TID},
    {"tid.y", TWEED_EMU_TID + 1},
    {"tid.z", TWEED_EMU_TID + 2},
    {"ntid.x", TWEED_EMU_NTID},
    {"ntid.y", TWEED_EMU_NTID + 1},
    {"ntid.z", TWEED_EMU_NTID + 2},
    {"ctaid.x", TWEED_EMU_CTAID},
    {"ctaid.y", TWEED_EMU_CTAID + 1},
    {"ctaid.z", TWEED_EMU_CTAID + 2},
    {"nctaid.x", TWEED_EMU_NCTAID},
    {"nctaid.y", TWEED_EMU_NCTAID + 1},
    {"nctaid.z", TWEED_EMU_NCTAID + 2},
    {"laneid", TWEED_EMU_LANEID},
    {"warpid", TWEED_EMU_WARPID},
    {"nwarpid", TWEED_EMU_NWARPID},
    {"smid", TWEED_EMU_SMID},
    {"nsmid", TWEED_EMU_NSMID},
    {"gridid", TWEED_EMU_GRIDID},
    {"lanemask.eq", TWEED_EMU_LANEMASK_EQ},
    {"lanemask.lt", TWEED_EMU_LANEMASK_LT},
    {"lanemask.le", TWEED_EMU_LANEMASK_LE},
    {"lanemask.gt", TWEED_EMU_LANEMASK_GT},
    {"lanemask.ge", TWEED_EMU_LANEMASK_GE},
    {"dynamic_smem_size", TWEED_EMU_DYNAMIC_SMEM_SIZE},
    {"total_smem_size", TWEED_EMU_TOTAL_SMEM_SIZE},
};

LLVMValueRef tw_special_register(tw_emulation *e, const char *name) {
  for (size_t i = 0; i < sizeof sregs / sizeof *sregs; i++)
    if (strcmp(sregs[i].name, name) == 0) {
      LLVMValueRef number = tw_number(e->i32, sregs[i].number);
      return tw_call(e, "tweed_emu_sreg", e->i32, &number, 1);
    }
  if (strcmp(name, "warpsize") == 0 || strcmp(name, "WARP_SZ") == 0)
    return tw_number(e->i32, 32);
  if (strcmp(name, "clock") == 0)
    return tw_call(e, "tweed_emu_clock", e->i32, NULL, 0);
  if (strcmp(name, "clock64") == 0)
    return tw_call(e, "tweed_emu_clock64", e->i64, NULL, 0);
  if (strcmp(name, "globaltimer") == 0)
    return tw_call(e, "tweed_emu_globaltimer", e->i64, NULL, 0);
  return NULL;
}

static bool lower_sreg(tw_emulation *e, LLVMValueRef call, const char *name) {
  static const char prefix[] = "read.ptx.sreg.";
  if (strncmp(name, prefix, strlen(prefix)) != 0)
    return false;
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef value = tw_special_register(e, name + strlen(prefix));
  if (value)
    tw_replace(call, value);
  return value != NULL;
}

/* ---- one LLVM intrinsic for one of NVVM's ---- */

static LLVMValueRef overloaded(tw_emulation *e, const char *name, LLVMValueRef *arguments, unsigned count) {
  LLVMTypeRef type = LLVMTypeOf(arguments[0]);
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  LLVMValueRef f = LLVMGetIntrinsicDeclaration(e->module, id, &type, 1);
  return LLVMBuildCall2(e->builder, LLVMIntrinsicGetType(e->context, id, &type, 1), f, arguments, count, "");
}

static const struct same {
  const char *pattern, *llvm;
  unsigned operands;
} sames[] = {
    {"ex2.approx.?ftz.f|d", "llvm.exp2", 1},
    {"lg2.approx.**", "llvm.log2", 1},
    {"sin.approx.**", "llvm.sin", 1},
    {"cos.approx.**", "llvm.cos", 1},
    {"sqrt.approx|rn.**", "llvm.sqrt", 1},
    {"sqrt.f", "llvm.sqrt", 1},
    {"floor.**", "llvm.floor", 1},
    {"ceil.**", "llvm.ceil", 1},
    {"trunc.**", "llvm.trunc", 1},
    {"round.**", "llvm.rint", 1},
    {"fabs.**", "llvm.fabs", 1},
    {"fma.rn.?ftz.f|d", "llvm.fma", 3},
    {"fmin.?ftz.f|d", "llvm.minnum", 2},
    {"fmax.?ftz.f|d", "llvm.maxnum", 2},
};

static bool lower_same(tw_emulation *e, LLVMValueRef call, const char *name) {
  for (size_t i = 0; i < sizeof sames / sizeof *sames; i++) {
    uint32_t passed[TW_MAX_PASSED], count;
    if (!tw_match(sames[i].pattern, name, passed, &count) || (unsigned)LLVMGetNumArgOperands(call) != sames[i].operands)
      continue;
    LLVMValueRef arguments[3];
    for (unsigned k = 0; k < sames[i].operands; k++)
      arguments[k] = LLVMGetOperand(call, k);
    LLVMPositionBuilderBefore(e->builder, call);
    tw_replace(call, overloaded(e, sames[i].llvm, arguments, sames[i].operands));
    return true;
  }
  return false;
}

/* ---- arithmetic ---- */

static const struct arithmetic {
  const char *pattern;
  LLVMOpcode opcode;
} arithmetics[] = {
    {"add.rn.?ftz.f|d", LLVMFAdd},
    {"mul.rn.?ftz.f|d", LLVMFMul},
    {"div.rn|approx.?ftz.f|d", LLVMFDiv},
};

static LLVMValueRef reciprocal(tw_emulation *e, LLVMValueRef x) {
  return LLVMBuildFDiv(e->builder, LLVMConstReal(LLVMTypeOf(x), 1), x, "");
}

static LLVMValueRef saturate(tw_emulation *e, LLVMValueRef x) {
  LLVMValueRef low[] = {x, LLVMConstReal(LLVMTypeOf(x), 0)}; /* of a NaN the number */
  LLVMValueRef high[] = {overloaded(e, "llvm.maxnum", low, 2), LLVMConstReal(LLVMTypeOf(x), 1)};
  return overloaded(e, "llvm.minnum", high, 2);
}

static bool lower_arithmetic(tw_emulation *e, LLVMValueRef call, const char *name) {
  uint32_t passed[TW_MAX_PASSED], count;
  LLVMPositionBuilderBefore(e->builder, call);
  for (size_t i = 0; i < sizeof arithmetics / sizeof *arithmetics; i++)
    if (tw_match(arithmetics[i].pattern, name, passed, &count)) {
      tw_replace(call, LLVMBuildBinOp(e->builder, arithmetics[i].opcode, LLVMGetOperand(call, 0),
                                      LLVMGetOperand(call, 1), ""));
      return true;
    }
  LLVMValueRef x = LLVMGetNumArgOperands(call) ? LLVMGetOperand(call, 0) : NULL;
  LLVMValueRef value = NULL;
  if (tw_match("rcp.rn|approx.?ftz.f|d", name, passed, &count))
    value = reciprocal(e, x);
  else if (tw_match("rsqrt.approx.?ftz.f|d", name, passed, &count))
    value = reciprocal(e, overloaded(e, "llvm.sqrt", &x, 1));
  else if (tw_match("saturate.?ftz.f|d", name, passed, &count))
    value = saturate(e, x);
  if (value)
    tw_replace(call, value);
  return value != NULL;
}

/* Loads that promise that nobody writes; they are checked like any other. */
static bool lower_load(tw_emulation *e, LLVMValueRef call, const char *name) {
  if (strncmp(name, "ldg.global.", 11) != 0 && strncmp(name, "ldu.global.", 11) != 0)
    return false;
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef load = LLVMBuildLoad2(e->builder, LLVMTypeOf(call), LLVMGetOperand(call, 0), "");
  LLVMValueRef align = LLVMGetOperand(call, 1);
  if (LLVMIsAConstantInt(align))
    LLVMSetAlignment(load, (unsigned)LLVMConstIntGetZExtValue(align));
  tw_lower_access(e, load);
  tw_replace(call, load);
  return true;
}

bool tw_lower_math(tw_emulation *e, LLVMValueRef call, const char *name) {
  return lower_load(e, call, name) || tw_lower_scoped_atomic(e, call, name) || lower_sreg(e, call, name) ||
         lower_same(e, call, name) || lower_arithmetic(e, call, name);
}
