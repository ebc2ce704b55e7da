/* opcode.c: opcode texts of instructions, with what instruction selection makes of them. */
#include "llvm/opcode.h"
#include "llvm/nvptx/touch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const opcode_names[] = {
    [LLVMAdd] = "add",
    [LLVMFAdd] = "fadd",
    [LLVMSub] = "sub",
    [LLVMFSub] = "fsub",
    [LLVMMul] = "mul",
    [LLVMFMul] = "fmul",
    [LLVMUDiv] = "udiv",
    [LLVMSDiv] = "sdiv",
    [LLVMFDiv] = "fdiv",
    [LLVMURem] = "urem",
    [LLVMSRem] = "srem",
    [LLVMFRem] = "frem",
    [LLVMShl] = "shl",
    [LLVMLShr] = "lshr",
    [LLVMAShr] = "ashr",
    [LLVMAnd] = "and",
    [LLVMOr] = "or",
    [LLVMXor] = "xor",
    [LLVMLoad] = "load",
    [LLVMStore] = "store",
    [LLVMGetElementPtr] = "getelementptr",
    [LLVMTrunc] = "trunc",
    [LLVMZExt] = "zext",
    [LLVMSExt] = "sext",
    [LLVMFPToUI] = "fptoui",
    [LLVMFPToSI] = "fptosi",
    [LLVMUIToFP] = "uitofp",
    [LLVMSIToFP] = "sitofp",
    [LLVMFPTrunc] = "fptrunc",
    [LLVMFPExt] = "fpext",
    [LLVMPtrToInt] = "ptrtoint",
    [LLVMIntToPtr] = "inttoptr",
    [LLVMBitCast] = "bitcast",
    [LLVMAddrSpaceCast] = "addrspacecast",
    [LLVMICmp] = "icmp",
    [LLVMFCmp] = "fcmp",
    [LLVMSelect] = "select",
    [LLVMCall] = "call",
    [LLVMExtractElement] = "extractelement",
    [LLVMInsertElement] = "insertelement",
    [LLVMShuffleVector] = "shufflevector",
    [LLVMExtractValue] = "extractvalue",
    [LLVMInsertValue] = "insertvalue",
    [LLVMFNeg] = "fneg",
    [LLVMFreeze] = "freeze",
};

const char *tw_opcode_name(LLVMOpcode opcode) {
  size_t n = sizeof opcode_names / sizeof *opcode_names;
  return (size_t)opcode < n && opcode_names[opcode] ? opcode_names[opcode] : "other";
}

/* ---- who uses it, and what it uses ---- */

/* NULL if there is none or more than one. */
static LLVMValueRef single_user(LLVMValueRef v) {
  LLVMUseRef use = LLVMGetFirstUse(v);
  LLVMValueRef user = use ? LLVMGetUser(use) : NULL;
  for (; use; use = LLVMGetNextUse(use))
    if (LLVMGetUser(use) != user)
      return NULL;
  return user && LLVMIsAInstruction(user) ? user : NULL;
}

static LLVMOpcode user_opcode(LLVMValueRef v) {
  LLVMValueRef user = single_user(v);
  return user ? LLVMGetInstructionOpcode(user) : LLVMRet;
}

static LLVMOpcode operand_opcode(LLVMValueRef inst, unsigned k) {
  LLVMValueRef v = LLVMGetOperand(inst, k);
  return LLVMIsAInstruction(v) ? LLVMGetInstructionOpcode(v) : LLVMRet;
}

static bool scalar_integer(LLVMValueRef v) {
  return LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMIntegerTypeKind;
}

static unsigned element_bits(LLVMTypeRef type) {
  if (LLVMGetTypeKind(type) == LLVMVectorTypeKind)
    type = LLVMGetElementType(type);
  return LLVMGetTypeKind(type) == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(type) : 0;
}

/* ---- folded into another instruction ---- */

static bool is_fma(LLVMValueRef v) {
  char name[64];
  if (!v || !LLVMIsACallInst(v))
    return false;
  tw_callee_name(v, name, sizeof name);
  return strcmp(name, "llvm.fmuladd") == 0 || strcmp(name, "llvm.fma") == 0;
}

/* An addition of a product that nobody else wants. */
static bool multiply_add(LLVMValueRef inst, unsigned first) {
  for (unsigned k = first; k < 2; k++)
    if (operand_opcode(inst, k) == LLVMMul && single_user(LLVMGetOperand(inst, k)) == inst)
      return true;
  return false;
}

static bool contracts(LLVMValueRef v) {
  return LLVMCanValueUseFastMathFlags(v) && (LLVMGetFastMathFlags(v) & LLVMFastMathAllowContract) != 0;
}

/* CUDA's way: a product and a sum that are free to become one instruction, and do on every GPU. */
static bool product_of_sum(LLVMValueRef inst) {
  LLVMValueRef user = single_user(inst);
  LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(inst));
  LLVMOpcode op = user ? LLVMGetInstructionOpcode(user) : LLVMRet;
  return (op == LLVMFAdd || op == LLVMFSub) && contracts(inst) && contracts(user) &&
         strncmp(LLVMGetTarget(LLVMGetGlobalParent(function)), "nvptx", 5) == 0;
}

static bool joins_shift(LLVMOpcode user) {
  return user == LLVMAdd || user == LLVMSub || user == LLVMAnd || user == LLVMOr || user == LLVMXor;
}

static bool folded(LLVMValueRef inst) {
  switch (LLVMGetInstructionOpcode(inst)) {
  case LLVMZExt:
  case LLVMSExt:
    return scalar_integer(inst) && operand_opcode(inst, 0) == LLVMLoad && single_user(LLVMGetOperand(inst, 0)) == inst;
  case LLVMTrunc:
    return scalar_integer(inst) && user_opcode(inst) == LLVMStore;
  case LLVMFNeg:
    return is_fma(single_user(inst));
  case LLVMAdd:
    return scalar_integer(inst) && multiply_add(inst, 0);
  case LLVMSub:
    return scalar_integer(inst) && multiply_add(inst, 1);
  case LLVMFMul:
    return product_of_sum(inst);
  case LLVMShl:
    return scalar_integer(inst) && LLVMIsAConstantInt(LLVMGetOperand(inst, 1)) && joins_shift(user_opcode(inst));
  default:
    return false;
  }
}

/* ---- constants and widths: what instruction selection does with less than the opcode says ---- */

static bool is_extension(LLVMOpcode op) {
  return op == LLVMZExt || op == LLVMSExt;
}

/* An extension from at most `bits`. */
static bool extends_from(LLVMValueRef v, unsigned bits) {
  return LLVMIsAInstruction(v) && is_extension(LLVMGetInstructionOpcode(v)) &&
         element_bits(LLVMTypeOf(LLVMGetOperand(v, 0))) <= bits;
}

/* A multiplication by 2^n + 1 is an addition of a shifted operand. */
static bool shift_and_add(LLVMValueRef inst) {
  LLVMValueRef factor = LLVMGetOperand(inst, 1);
  if (!scalar_integer(inst) || LLVMGetIntTypeWidth(LLVMTypeOf(inst)) > 64 || !LLVMIsAConstantInt(factor))
    return false;
  uint64_t c = LLVMConstIntGetZExtValue(factor);
  return c > 2 && ((c - 1) & (c - 2)) == 0;
}

static bool narrow_product(LLVMValueRef inst) {
  LLVMValueRef a = LLVMGetOperand(inst, 0), b = LLVMGetOperand(inst, 1);
  return scalar_integer(inst) && element_bits(LLVMTypeOf(inst)) == 64 && extends_from(a, 32) &&
         (extends_from(b, 32) || LLVMIsConstant(b));
}

/* A vector is extended to twice the width for one multiplication, addition or subtraction only. */
static bool widening(LLVMValueRef inst) {
  LLVMTypeRef type = LLVMTypeOf(inst);
  LLVMValueRef user = single_user(inst);
  if (LLVMGetTypeKind(type) != LLVMVectorTypeKind || !extends_from(inst, element_bits(type) / 2) ||
      extends_from(inst, element_bits(type) / 4) || !user)
    return false;
  LLVMOpcode code = LLVMGetInstructionOpcode(user), own = LLVMGetInstructionOpcode(inst);
  return code == LLVMAdd || code == LLVMSub ||
         (code == LLVMMul && operand_opcode(user, 0) == own && operand_opcode(user, 1) == own);
}

const char *tw_opcode_part(LLVMValueRef inst) {
  if (folded(inst))
    return ".folded";
  switch (LLVMGetInstructionOpcode(inst)) {
  case LLVMUDiv:
  case LLVMSDiv:
  case LLVMURem:
  case LLVMSRem:
    return LLVMIsConstant(LLVMGetOperand(inst, 1)) ? ".constant" : "";
  case LLVMMul:
    return shift_and_add(inst) ? ".shifted" : narrow_product(inst) ? ".narrow" : "";
  case LLVMZExt:
  case LLVMSExt:
    return widening(inst) ? ".widening" : "";
  default:
    return "";
  }
}

/* ---- memory ---- */

const char *tw_opcode_memory(tw_bridge *b, LLVMValueRef inst, bool moving) {
  bool load = LLVMIsALoadInst(inst) != NULL;
  if (strncmp(tw_triple(b), "nvptx", 5) != 0 || (!load && !LLVMIsAStoreInst(inst)))
    return "";
  tw_origin o = tw_origin_of(LLVMGetOperand(inst, load ? 0 : 1));
  bool variable = o.object && LLVMIsAGlobalVariable(o.object);
  switch (o.space) {
  case TW_SPACE_SHARED:
    return ".shared";
  case TW_SPACE_PRIVATE:
    return o.object && LLVMIsAArgument(o.object) ? ".constant" : ".local";
  default:
    if (variable && LLVMGetPointerAddressSpace(LLVMTypeOf(o.object)) == 4)
      return ".constant";
    return moving ? ".stream" : ".global";
  }
}

/* ---- texts ---- */

/* The bytes of a cp.async, its third operand: a number, or a constant that "$N" stands for. 0: not to be seen. */
static long copied_bytes(LLVMValueRef inst) {
  size_t length;
  const char *p = LLVMGetInlineAsmAsmString(LLVMGetCalledValue(inst), &length);
  for (int commas = 0; commas < 2 && p; commas++) {
    p = strchr(p, ',');
    p = p ? p + 1 : NULL;
  }
  while (p && *p == ' ')
    p++;
  if (!p || *p != '$')
    return p ? strtol(p, NULL, 10) : 0;
  unsigned long operand = strtoul(p + 1, NULL, 10);
  LLVMValueRef v = operand < LLVMGetNumArgOperands(inst) ? LLVMGetOperand(inst, (unsigned)operand) : NULL;
  return v && LLVMIsAConstantInt(v) ? (long)LLVMConstIntGetZExtValue(v) : 0;
}

static bool asm_text(LLVMValueRef inst, char *opcode, size_t size) {
  char mnemonic[96];
  if (!LLVMIsAInlineAsm(LLVMGetCalledValue(inst)))
    return false;
  tw_ptx_mnemonic(inst, mnemonic, sizeof mnemonic);
  if (strncmp(mnemonic, "cp.async.c", 10) == 0)
    snprintf(opcode, size, "asm %s.%ld", mnemonic, copied_bytes(inst));
  else
    snprintf(opcode, size, "asm %s", mnemonic);
  return true;
}

void tw_opcode_text(LLVMValueRef inst, const char *part, char *opcode, size_t size) {
  LLVMOpcode code = LLVMGetInstructionOpcode(inst);
  if (code != LLVMCall) {
    snprintf(opcode, size, "%s%s", tw_opcode_name(code), part);
    return;
  }
  char name[96];
  if (!asm_text(inst, opcode, size))
    snprintf(opcode, size, "call %s", tw_callee_name(inst, name, sizeof name));
}

void tw_opcode_type(LLVMValueRef inst, char *text, size_t size) {
  LLVMOpcode code = LLVMGetInstructionOpcode(inst);
  if (code == LLVMStore || code == LLVMICmp || code == LLVMFCmp) {
    tw_type_text(LLVMTypeOf(LLVMGetOperand(inst, 0)), text, size);
  } else if (LLVMIsACastInst(inst)) {
    char from[64], to[64];
    tw_type_text(LLVMTypeOf(LLVMGetOperand(inst, 0)), from, sizeof from);
    tw_type_text(LLVMTypeOf(inst), to, sizeof to);
    snprintf(text, size, "%s to %s", from, to);
  } else {
    tw_type_text(LLVMTypeOf(inst), text, size);
  }
}

int32_t tw_opcode_class(const tweed_machine *m, const char *opcode, const char *type) {
  char base[96];
  int32_t found = tweed_machine_match(m, opcode, type);
  bool plain = strncmp(opcode, "call ", 5) != 0 && strncmp(opcode, "asm ", 4) != 0;
  const char *part = plain ? strchr(opcode, '.') : NULL;
  if (found >= 0 || !part)
    return found;
  snprintf(base, sizeof base, "%.*s", (int)(part - opcode), opcode);
  return tweed_machine_match(m, base, type);
}
