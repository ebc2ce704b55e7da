/* align.c: counts the zero bits that end a number, from how it is computed. */
#include "llvm/nvptx/align.h"
#include "llvm/nvptx/gep.h"
#include <stdint.h>

enum { MOST = 7 /* bits of TW_ALIGN_MOST */, MAX_PHIS = 16, MAX_VISITS = 512 };

/* A phi that is being looked at is taken for a multiple of everything: if what its other ways add keeps to multiples of
 * a number, so does the phi (induction over the ways taken). */
typedef struct counting {
  LLVMTargetDataRef layout;
  LLVMValueRef phis[MAX_PHIS];
  int32_t nphis, visits;
} counting;

static unsigned zeros(counting *c, LLVMValueRef v);

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b) {
  return a > b ? a : b;
}

static unsigned zeros_of_number(uint64_t number) {
  unsigned n = 0;
  while (n < MOST && !(number >> n & 1))
    n++;
  return n;
}

static unsigned operand(counting *c, LLVMValueRef v, unsigned k) {
  return zeros(c, LLVMGetOperand(v, k));
}

static unsigned zeros_of_phi(counting *c, LLVMValueRef phi) {
  for (int32_t i = 0; i < c->nphis; i++)
    if (c->phis[i] == phi)
      return MOST;
  if (c->nphis == MAX_PHIS)
    return 0;
  c->phis[c->nphis++] = phi;
  unsigned n = MOST;
  for (unsigned k = 0; n > 0 && k < LLVMCountIncoming(phi); k++)
    n = least(n, zeros(c, LLVMGetIncomingValue(phi, k)));
  c->nphis--;
  return n;
}

static unsigned zeros_of_address(counting *c, LLVMValueRef gep) {
  unsigned n = operand(c, gep, 0);
  for (tw_gep walk = tw_gep_begin(gep); tw_gep_next(&walk, c->layout);) {
    bool number = !walk.index || LLVMGetTypeKind(LLVMTypeOf(walk.index)) == LLVMIntegerTypeKind;
    unsigned of_index = walk.index && number ? zeros(c, walk.index) : 0;
    n = least(n, number ? least(MOST, of_index + zeros_of_number(walk.bytes)) : 0);
  }
  return n;
}

static unsigned zeros_of_operation(counting *c, LLVMValueRef v, LLVMOpcode op) {
  switch (op) {
  case LLVMAdd:
  case LLVMSub:
  case LLVMOr:
  case LLVMXor:
    return least(operand(c, v, 0), operand(c, v, 1));
  case LLVMAnd:
    return most(operand(c, v, 0), operand(c, v, 1));
  case LLVMMul:
    return least(MOST, operand(c, v, 0) + operand(c, v, 1));
  case LLVMShl: {
    LLVMValueRef by = LLVMGetOperand(v, 1);
    unsigned long long bits = LLVMIsAConstantInt(by) ? LLVMConstIntGetZExtValue(by) : 0;
    return bits > MOST ? MOST : least(MOST, operand(c, v, 0) + (unsigned)bits);
  }
  case LLVMSelect:
    return least(operand(c, v, 1), operand(c, v, 2));
  case LLVMZExt:
  case LLVMSExt:
  case LLVMTrunc:
  case LLVMPtrToInt:
  case LLVMIntToPtr:
  case LLVMAddrSpaceCast:
    return operand(c, v, 0);
  case LLVMGetElementPtr:
    return zeros_of_address(c, v);
  case LLVMPHI:
    return zeros_of_phi(c, v);
  default:
    return 0;
  }
}

/* Vectors of numbers or pointers are none of ours. */
static unsigned zeros(counting *c, LLVMValueRef v) {
  LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(v));
  if ((kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind) || ++c->visits > MAX_VISITS)
    return 0;
  if (LLVMIsAConstantInt(v))
    return LLVMGetIntTypeWidth(LLVMTypeOf(v)) <= 64 ? zeros_of_number(LLVMConstIntGetZExtValue(v)) : 0;
  if (LLVMIsAGlobalVariable(v))
    return LLVMGetAlignment(v) ? zeros_of_number(LLVMGetAlignment(v)) : 0;
  if (LLVMIsAInstruction(v))
    return zeros_of_operation(c, v, LLVMGetInstructionOpcode(v));
  return LLVMIsAConstantExpr(v) ? zeros_of_operation(c, v, LLVMGetConstOpcode(v)) : 0;
}

unsigned tw_alignment_of(LLVMTargetDataRef layout, LLVMValueRef address) {
  counting c = {.layout = layout};
  return 1U << zeros(&c, address);
}
