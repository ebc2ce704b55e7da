/* pressure.c: liveness of the values of a function, weighed by registers (backward data flow over blocks, then once
 * through each block).
 *
 * What comes out is what a register allocator would need that keeps the order of the IR. ptxas moves instructions, and
 * takes some registers of its own, so this is an estimate. */
#include "llvm/nvptx/pressure.h"
#include <string.h>

/* Besides those that hold values a kernel takes OWN_REGISTERS (addresses, constants), and one for every SHARE of them,
 * since values come in pairs and groups that must be aligned. Fitted to what ptxas 13.0 says of the kernels of
 * test/kernels/plain for sm_80: see test/llvm/nvptx/pressure.test. */
enum { OWN_REGISTERS = 12, SHARE = 7, LEAST_REGISTERS = 16, SHARED_SPACE = 3 };

int32_t tw_registers_of_kernel(int32_t alive) {
  int64_t all = (int64_t)alive + alive / SHARE + OWN_REGISTERS;
  return all > INT32_MAX ? INT32_MAX : all > LEAST_REGISTERS ? (int32_t)all : LEAST_REGISTERS;
}

static int64_t bits_of(LLVMTypeRef type) {
  switch (LLVMGetTypeKind(type)) {
  case LLVMIntegerTypeKind:
    return LLVMGetIntTypeWidth(type);
  case LLVMHalfTypeKind:
  case LLVMBFloatTypeKind:
    return 16;
  case LLVMFloatTypeKind:
    return 32;
  case LLVMDoubleTypeKind:
    return 64;
  case LLVMPointerTypeKind:
    return LLVMGetPointerAddressSpace(type) == SHARED_SPACE ? 32 : 64;
  case LLVMVectorTypeKind:
    return bits_of(LLVMGetElementType(type)) * LLVMGetVectorSize(type);
  default:
    return 0;
  }
}

int32_t tw_registers_of(LLVMTypeRef type) {
  int64_t sum = 0;
  switch (LLVMGetTypeKind(type)) {
  case LLVMStructTypeKind:
    for (unsigned i = 0; i < LLVMCountStructElementTypes(type); i++)
      sum += tw_registers_of(LLVMStructGetTypeAtIndex(type, i));
    return (int32_t)sum;
  case LLVMArrayTypeKind:
    sum = (int64_t)LLVMGetArrayLength2(type) * tw_registers_of(LLVMGetElementType(type));
    return sum < INT32_MAX ? (int32_t)sum : INT32_MAX;
  default:
    sum = bits_of(type);
    return sum == 1 ? 0 : (int32_t)((sum + 31) / 32);
  }
}

/* A set of instructions is a row of words. */
typedef struct liveness {
  const tw_flow *flow;
  size_t words;
  uint64_t *in, *now; /* in: of each block */
  int32_t *root;      /* the instruction whose register holds the value, -1 = none */
  int32_t *size;      /* registers */
} liveness;

static uint64_t *in_of(const liveness *l, int32_t block) {
  return &l->in[(size_t)block * l->words];
}

static bool has(const uint64_t *set, int32_t i) {
  return set[i / 64] >> (i % 64) & 1;
}

static void add(const liveness *l, uint64_t *set, LLVMValueRef value) {
  int32_t i = tw_flow_inst(l->flow, value);
  int32_t r = i >= 0 ? l->root[i] : -1;
  if (r >= 0)
    set[r / 64] |= UINT64_C(1) << (r % 64);
}

/* Cheap enough to be computed again wherever it is needed. */
static bool is_cheap(LLVMValueRef inst) {
  switch (LLVMGetInstructionOpcode(inst)) {
  case LLVMAdd:
  case LLVMSub:
  case LLVMMul:
  case LLVMShl:
  case LLVMLShr:
  case LLVMAShr:
  case LLVMAnd:
  case LLVMOr:
  case LLVMXor:
  case LLVMZExt:
  case LLVMSExt:
  case LLVMTrunc:
  case LLVMGetElementPtr:
  case LLVMBitCast:
  case LLVMAddrSpaceCast:
  case LLVMPtrToInt:
  case LLVMIntToPtr:
  case LLVMFreeze:
  case LLVMFNeg:
  case LLVMExtractValue:
  case LLVMExtractElement:
    return true;
  default:
    return false;
  }
}

static int32_t root_of_operand(const liveness *l, LLVMValueRef operand) {
  int32_t number = tw_flow_inst(l->flow, operand);
  return number >= 0 ? l->root[number] : -1;
}

/* Two addresses are a constant apart, which their loads and stores have room for: the same base, and the same registers
 * in the same places. */
static bool same_address(const liveness *l, LLVMValueRef a, LLVMValueRef b) {
  int n = LLVMGetNumOperands(a);
  if (n != LLVMGetNumOperands(b) || LLVMGetGEPSourceElementType(a) != LLVMGetGEPSourceElementType(b))
    return false;
  for (int k = 0; k < n; k++) {
    LLVMValueRef x = LLVMGetOperand(a, (unsigned)k), y = LLVMGetOperand(b, (unsigned)k);
    int32_t root = root_of_operand(l, x);
    if (root != root_of_operand(l, y) || (k == 0 && root < 0 && x != y))
      return false;
  }
  return true;
}

/* An address of several registers: its own, or that of an earlier one of its block. */
static int32_t root_of_address(const liveness *l, int32_t inst) {
  const tw_flow *f = l->flow;
  for (int32_t i = f->first[f->block_of[inst]]; i < inst; i++)
    if (l->root[i] == i && LLVMIsAGetElementPtrInst(f->insts[i]) && same_address(l, f->insts[inst], f->insts[i]))
      return i;
  return inst;
}

/* The one register that a cheap value is computed from, besides constants and parameters; several: its own. Operands
 * come before their users but for phis, which are roots. */
static int32_t root_of(const liveness *l, int32_t inst) {
  LLVMValueRef v = l->flow->insts[inst];
  int32_t root = -1;
  if (!is_cheap(v))
    return inst;
  for (int k = 0; k < LLVMGetNumOperands(v); k++) {
    int32_t r = root_of_operand(l, LLVMGetOperand(v, (unsigned)k));
    if (root >= 0 && r >= 0 && r != root)
      return LLVMIsAGetElementPtrInst(v) ? root_of_address(l, inst) : inst;
    root = r >= 0 ? r : root;
  }
  return root;
}

static void find_roots(liveness *l) {
  for (int32_t i = 0; i < l->flow->ninsts; i++) {
    l->root[i] = root_of(l, i);
    l->size[i] = tw_registers_of(LLVMTypeOf(l->flow->insts[i]));
  }
}

/* What the successors need of the block, what their phis take from it included. */
static void leave(const liveness *l, int32_t block, uint64_t *out) {
  LLVMValueRef end = l->flow->insts[tw_flow_end(l->flow, block)];
  memset(out, 0, l->words * sizeof *out);
  for (unsigned s = 0; s < LLVMGetNumSuccessors(end); s++) {
    LLVMBasicBlockRef to = LLVMGetSuccessor(end, s);
    int32_t number = tw_flow_block(l->flow, to);
    if (number < 0)
      continue;
    for (size_t w = 0; w < l->words; w++)
      out[w] |= in_of(l, number)[w];
    for (LLVMValueRef phi = LLVMGetFirstInstruction(to); phi && LLVMIsAPHINode(phi); phi = LLVMGetNextInstruction(phi))
      for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
        if (LLVMGetIncomingBlock(phi, k) == l->flow->blocks[block])
          add(l, out, LLVMGetIncomingValue(phi, k));
  }
}

static int32_t registers_in(const liveness *l, const uint64_t *set) {
  int64_t sum = 0;
  for (size_t w = 0; w < l->words; w++)
    for (uint64_t rest = set[w]; rest; rest &= rest - 1)
      sum += l->size[w * 64 + (size_t)__builtin_ctzll(rest)];
  return sum < INT32_MAX ? (int32_t)sum : INT32_MAX;
}

/* From the end of the block, whose set is in `now`, to its start; the most registers on the way. */
static int32_t walk(const liveness *l, int32_t block) {
  const tw_flow *f = l->flow;
  int32_t alive = registers_in(l, l->now), most = alive;
  for (int32_t i = tw_flow_end(f, block); i >= f->first[block]; i--) {
    LLVMValueRef v = f->insts[i];
    bool phi = LLVMIsAPHINode(v) != NULL;
    if (has(l->now, i) && !phi) {
      l->now[i / 64] &= ~(UINT64_C(1) << (i % 64));
      alive -= l->size[i];
    }
    if (phi)
      continue;
    for (int k = 0; k < LLVMGetNumOperands(v); k++) {
      int32_t operand = tw_flow_inst(f, LLVMGetOperand(v, (unsigned)k));
      int32_t r = operand >= 0 ? l->root[operand] : -1;
      if (r >= 0 && !has(l->now, r) && l->root[i] != r) {
        l->now[r / 64] |= UINT64_C(1) << (r % 64);
        alive += l->size[r];
      }
    }
    if (alive > most)
      most = alive;
  }
  for (int32_t i = f->first[block]; i <= tw_flow_end(f, block) && LLVMIsAPHINode(f->insts[i]); i++)
    l->now[i / 64] &= ~(UINT64_C(1) << (i % 64));
  return most;
}

static void settle(liveness *l) {
  for (bool changed = true; changed;) {
    changed = false;
    for (int32_t b = l->flow->nblocks - 1; b >= 0; b--) {
      leave(l, b, l->now);
      walk(l, b);
      changed |= memcmp(l->now, in_of(l, b), l->words * sizeof *l->now) != 0;
      memcpy(in_of(l, b), l->now, l->words * sizeof *l->now);
    }
  }
}

bool tw_pressure_of(const tw_flow *f, tweed_arena *arena, tw_pressure *out) {
  size_t n = (size_t)f->ninsts;
  liveness l = {.flow = f, .words = n / 64 + 1};
  l.in = tweed_arena_array(arena, (size_t)f->nblocks * l.words, sizeof *l.in);
  l.now = tweed_arena_array(arena, l.words, sizeof *l.now);
  l.root = tweed_arena_array(arena, n + 1, sizeof *l.root);
  l.size = tweed_arena_array(arena, n + 1, sizeof *l.size);
  out->block = tweed_arena_array(arena, (size_t)f->nblocks + 1, sizeof *out->block);
  if (!l.in || !l.now || !l.root || !l.size || !out->block)
    return false;
  find_roots(&l);
  settle(&l);
  int32_t most = 0;
  for (int32_t b = 0; b < f->nblocks; b++) {
    leave(&l, b, l.now);
    out->block[b] = walk(&l, b);
    if (out->block[b] > most)
      most = out->block[b];
  }
  out->kernel = tw_registers_of_kernel(most);
  return true;
}
