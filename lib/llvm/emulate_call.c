/* emulate_call.c: calls of the run time, from rows of the table.
 *
 * Letters of an intrinsic's signature. Operands: i l f d (as i32, i64, float, double; anything of that many bits is
 * turned into them), a (a pointer, or an integer that is a shared address), - (dropped), #N and $N (no operand: the
 * number N as i32, as i64),
 * a digit N (the next N operands, packed into memory one behind the other, passed as a pointer), + (all others,
 * packed). Results: v (none), i l f d (as above), w (i64, of which the low half is the result), P (i64: a struct of the
 * low half and of bit 32), b (i32: whether it isn't 0), o (through a pointer that is passed behind the constants: to
 * memory of the result's type). */
#include "llvm/emulate.h"

#include <stdlib.h>
#include <string.h>

LLVMValueRef tw_number(LLVMTypeRef type, uint64_t value) {
  return LLVMConstInt(type, value, false);
}

/* What every function of the run time promises the optimizer; pure ones depend on nothing but who runs. */
static void set_attributes(tw_emulation *e, LLVMValueRef function, const char *name) {
  const char *always[] = {"nounwind", "convergent"};
  const char *pure[] = {"nounwind", "willreturn", "nofree", "nosync"};
  bool is_pure = strcmp(name, "tweed_emu_sreg") == 0 || strcmp(name, "tweed_emu_shared") == 0 ||
                 strcmp(name, "tweed_emu_shared_dynamic") == 0 || strcmp(name, "tweed_emu_address") == 0;
  const char **names = is_pure ? pure : always;
  for (size_t i = 0; i < (is_pure ? 4 : 2); i++) {
    unsigned kind = LLVMGetEnumAttributeKindForName(names[i], strlen(names[i]));
    LLVMAddAttributeAtIndex(function, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
  }
  if (is_pure) { /* memory(none) */
    unsigned kind = LLVMGetEnumAttributeKindForName("memory", 6);
    LLVMAddAttributeAtIndex(function, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
  }
}

LLVMValueRef tw_call(tw_emulation *e, const char *name, LLVMTypeRef result, LLVMValueRef *arguments, unsigned count) {
  LLVMTypeRef types[64];
  for (unsigned i = 0; i < count && i < 64; i++)
    types[i] = LLVMTypeOf(arguments[i]);
  LLVMTypeRef type = LLVMFunctionType(result, types, count, false);
  LLVMValueRef function = LLVMGetNamedFunction(e->module, name);
  if (!function) {
    function = LLVMAddFunction(e->module, name, type);
    set_attributes(e, function, name);
  }
  return LLVMBuildCall2(e->builder, type, function, arguments, count, "");
}

LLVMValueRef tw_to_bits(tw_emulation *e, LLVMValueRef value, LLVMTypeRef integer) {
  LLVMTypeRef type = LLVMTypeOf(value);
  if (type == integer)
    return value;
  if (LLVMGetTypeKind(type) == LLVMPointerTypeKind)
    return LLVMBuildPtrToInt(e->builder, value, integer, "");
  unsigned bits = (unsigned)(8 * tw_bytes(e->module, type));
  if (LLVMGetTypeKind(type) != LLVMIntegerTypeKind)
    value = LLVMBuildBitCast(e->builder, value, LLVMIntTypeInContext(e->context, bits), "");
  return LLVMBuildZExtOrBitCast(e->builder, value, integer, "");
}

LLVMValueRef tw_from_bits(tw_emulation *e, LLVMValueRef bits, LLVMTypeRef type) {
  if (LLVMTypeOf(bits) == type)
    return bits;
  if (LLVMGetTypeKind(type) == LLVMPointerTypeKind)
    return LLVMBuildIntToPtr(e->builder, bits, type, "");
  if (LLVMGetTypeKind(type) == LLVMIntegerTypeKind)
    return LLVMBuildIntCast2(e->builder, bits, type, false, "");
  LLVMTypeRef same = LLVMIntTypeInContext(e->context, (unsigned)(8 * tw_bytes(e->module, type)));
  return LLVMBuildBitCast(e->builder, LLVMBuildIntCast2(e->builder, bits, same, false, ""), type, "");
}

LLVMValueRef tw_stack(tw_emulation *e, LLVMTypeRef type) {
  LLVMBasicBlockRef here = LLVMGetInsertBlock(e->builder);
  LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(LLVMGetBasicBlockParent(here));
  LLVMBuilderRef b = LLVMCreateBuilderInContext(e->context);
  LLVMValueRef first = LLVMGetFirstInstruction(entry);
  if (first)
    LLVMPositionBuilderBefore(b, first);
  else
    LLVMPositionBuilderAtEnd(b, entry);
  LLVMValueRef room = LLVMBuildAlloca(b, type, "");
  LLVMSetAlignment(room, 16);
  LLVMDisposeBuilder(b);
  return room;
}

void tw_replace(LLVMValueRef instruction, LLVMValueRef replacement) {
  if (replacement && LLVMGetFirstUse(instruction))
    LLVMReplaceAllUsesWith(instruction, replacement);
  LLVMInstructionEraseFromParent(instruction);
}

/* ---- operands ---- */

static LLVMValueRef pack(tw_emulation *e, LLVMValueRef call, unsigned first, unsigned count) {
  LLVMTypeRef types[64];
  for (unsigned i = 0; i < count && i < 64; i++)
    types[i] = LLVMTypeOf(LLVMGetOperand(call, first + i));
  LLVMTypeRef all = LLVMStructTypeInContext(e->context, types, count, false);
  LLVMValueRef room = tw_stack(e, all);
  for (unsigned i = 0; i < count; i++)
    LLVMBuildStore(e->builder, LLVMGetOperand(call, first + i), LLVMBuildStructGEP2(e->builder, all, room, i, ""));
  return room;
}

static LLVMValueRef address(tw_emulation *e, LLVMValueRef value) {
  if (LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMPointerTypeKind)
    return value;
  LLVMValueRef bits = tw_to_bits(e, value, e->i64);
  return tw_call(e, "tweed_emu_address", e->pointer, &bits, 1);
}

static LLVMValueRef floating(tw_emulation *e, LLVMValueRef value, LLVMTypeRef type) {
  LLVMTypeRef bits = type == e->f32 ? e->i32 : e->i64;
  return LLVMTypeOf(value) == type ? value : LLVMBuildBitCast(e->builder, tw_to_bits(e, value, bits), type, "");
}

/* The operand for one letter; NULL: the letter takes none, or is wrong. */
static LLVMValueRef operand(tw_emulation *e, LLVMValueRef call, char letter, unsigned at, unsigned left,
                            unsigned *taken) {
  *taken = 1;
  if (letter >= '1' && letter <= '9' && (unsigned)(letter - '0') <= left) {
    *taken = (unsigned)(letter - '0');
    return pack(e, call, at, *taken);
  }
  if (letter == '+') {
    *taken = left;
    return pack(e, call, at, left);
  }
  LLVMValueRef value = LLVMGetOperand(call, at);
  switch (letter) {
  case 'i':
    return tw_to_bits(e, value, e->i32);
  case 'l':
    return tw_to_bits(e, value, e->i64);
  case 'f':
    return floating(e, value, e->f32);
  case 'd':
    return floating(e, value, e->f64);
  case 'a':
    return address(e, value);
  default:
    return NULL;
  }
}

/* ---- results ---- */

LLVMTypeRef tw_result_type(tw_emulation *e, char letter) {
  switch (letter) {
  case 'i':
  case 'b':
    return e->i32;
  case 'l':
  case 'w':
  case 'P':
    return e->i64;
  case 'f':
    return e->f32;
  case 'd':
    return e->f64;
  default:
    return e->none;
  }
}

static LLVMValueRef result(tw_emulation *e, char letter, LLVMValueRef got, LLVMTypeRef type) {
  LLVMBuilderRef b = e->builder;
  switch (letter) {
  case 'v':
    return NULL;
  case 'b':
    return LLVMBuildICmp(b, LLVMIntNE, got, tw_number(e->i32, 0), "");
  case 'w':
    return tw_from_bits(e, LLVMBuildTrunc(b, got, e->i32, ""), type);
  case 'P': {
    LLVMValueRef value = tw_from_bits(e, LLVMBuildTrunc(b, got, e->i32, ""), LLVMStructGetTypeAtIndex(type, 0));
    LLVMValueRef bit = LLVMBuildLShr(b, got, tw_number(e->i64, 32), "");
    LLVMValueRef pair = LLVMBuildInsertValue(b, LLVMGetPoison(type), value, 0, "");
    return LLVMBuildInsertValue(b, pair, LLVMBuildTrunc(b, bit, e->i1, ""), 1, "");
  }
  case 'f':
  case 'd':
    return LLVMBuildBitCast(b, got, type, "");
  default:
    return tw_from_bits(e, got, type);
  }
}

bool tw_call_row(tw_emulation *e, LLVMValueRef call, const tw_row *row, const char *name, const uint32_t *passed,
                 uint32_t passed_count) {
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef arguments[64];
  unsigned count = 0, at = 0, operands = (unsigned)LLVMGetNumArgOperands(call);
  arguments[count++] = tw_place(e, call, name);
  for (uint32_t i = 0; i < passed_count; i++)
    arguments[count++] = tw_number(e->i32, passed[i]);
  char letter = row->signature[0];
  LLVMTypeRef type = LLVMTypeOf(call);
  LLVMValueRef room = letter == 'o' ? tw_stack(e, type) : NULL;
  if (room)
    arguments[count++] = room;
  for (const char *s = row->signature + 2; *s; s++) {
    unsigned taken;
    if (*s == '#' || *s == '$') {
      char *end;
      arguments[count++] = tw_number(*s == '#' ? e->i32 : e->i64, strtoul(s + 1, &end, 10));
      s = end - 1;
      continue;
    }
    if (at >= operands || count >= 60)
      return false;
    LLVMValueRef value = operand(e, call, *s, at, operands - at, &taken);
    at += taken;
    if (value)
      arguments[count++] = value;
    else if (*s != '-')
      return false;
  }
  if (at != operands)
    return false;
  LLVMValueRef got = tw_call(e, row->function, tw_result_type(e, letter), arguments, count);
  tw_replace(call, room ? LLVMBuildLoad2(e->builder, type, room, "") : result(e, letter, got, type));
  return true;
}
