/* contiguous.c: differences between the values of neighbouring threads, by abstract interpretation. */
#include "llvm/nvptx/contiguous.h"
#include "llvm/nvptx/gep.h"
#include <string.h>

enum { MAX_DEPTH = 200 };

/* What is known of a value. spread: its distance from that of the group's first thread, by thread; NULL = not known.
 * exact: the value itself, by thread, zero extended from its width; NULL = not known. Invariant: exact implies
 * spread. */
typedef struct about {
  bool done;
  int64_t *spread;
  uint64_t *exact;
} about;

struct tw_contiguous {
  const tw_kernel *k;
  const tw_tile *t;
  int32_t width, depth;
  about *known; /* by instruction */
  int64_t *zero;
  tw_extension *extensions;
  int32_t nextensions;
  size_t room;
};

tw_contiguous *tw_contiguous_new(const tw_kernel *k, const tw_tile *t, int32_t width) {
  tw_contiguous *c = tweed_arena_alloc(k->arena, sizeof *c);
  if (!c)
    return NULL;
  *c = (tw_contiguous){.k = k, .t = t, .width = width};
  c->known = tweed_arena_array(k->arena, (size_t)k->flow->ninsts, sizeof *c->known);
  c->zero = tweed_arena_array(k->arena, (size_t)k->block.threads, sizeof *c->zero);
  return c->known && c->zero ? c : NULL;
}

const tw_extension *tw_contiguous_extensions(const tw_contiguous *c, int32_t *count) {
  *count = c->nextensions;
  return c->extensions;
}

static about about_of(tw_contiguous *c, LLVMValueRef v);

/* ---- what is known from values themselves ---- */

static unsigned bits_of(LLVMValueRef v) {
  LLVMTypeRef type = LLVMTypeOf(v);
  return LLVMGetTypeKind(type) == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(type) : 64;
}

static uint64_t cut(uint64_t v, unsigned bits) {
  return bits >= 64 ? v : v & (((uint64_t)1 << bits) - 1);
}

static int64_t with_sign(uint64_t v, unsigned bits) {
  uint64_t sign = (uint64_t)1 << (bits - 1);
  return bits >= 64 ? (int64_t)v : (int64_t)((cut(v, bits) ^ sign) - sign);
}

/* spread from exact. Empty where memory runs out: then less is known, which is safe. */
static about from_exact(tw_contiguous *c, uint64_t *exact, unsigned bits) {
  about a = {.done = true};
  a.spread = exact ? tweed_arena_array(c->k->arena, (size_t)c->k->block.threads, sizeof *a.spread) : NULL;
  if (!a.spread)
    return a;
  a.exact = exact;
  for (int32_t t = 0; t < c->k->block.threads; t++)
    a.spread[t] = with_sign(exact[t] - exact[t - t % c->width], bits);
  return a;
}

static uint64_t *numbers(tw_contiguous *c) {
  return tweed_arena_array(c->k->arena, (size_t)c->k->block.threads, sizeof(uint64_t));
}

static about about_constant(tw_contiguous *c, LLVMValueRef v) {
  uint64_t *exact = LLVMIsAConstantInt(v) && bits_of(v) <= 64 ? numbers(c) : NULL;
  if (!exact)
    return (about){.done = true, .spread = c->zero};
  for (int32_t t = 0; t < c->k->block.threads; t++)
    exact[t] = LLVMConstIntGetZExtValue(v);
  return from_exact(c, exact, 64);
}

static about about_thread(tw_contiguous *c, LLVMValueRef v) {
  char name[64];
  tw_register_of(v, name, sizeof name);
  bool lane = strcmp(name, "laneid") == 0;
  int32_t d = tw_block_dimension(name, "tid.");
  uint64_t *exact = lane || d >= 0 ? numbers(c) : NULL;
  for (int32_t t = 0; exact && t < c->k->block.threads; t++)
    exact[t] = (uint64_t)(lane ? t % 32 : tw_block_coordinate(&c->k->block, t, d));
  return from_exact(c, exact, 32);
}

static bool compute(LLVMOpcode op, uint64_t a, uint64_t b, unsigned bits, uint64_t *out) {
  bool shift = op == LLVMShl || op == LLVMLShr || op == LLVMAShr;
  if (shift && b >= bits)
    return false;
  switch (op) {
  case LLVMAdd:
    *out = a + b;
    break;
  case LLVMSub:
    *out = a - b;
    break;
  case LLVMMul:
    *out = a * b;
    break;
  case LLVMAnd:
    *out = a & b;
    break;
  case LLVMOr:
    *out = a | b;
    break;
  case LLVMXor:
    *out = a ^ b;
    break;
  case LLVMShl:
    *out = a << b;
    break;
  case LLVMLShr:
    *out = a >> b;
    break;
  case LLVMAShr:
    *out = (uint64_t)(with_sign(a, bits) >> b);
    break;
  case LLVMUDiv:
    *out = b ? a / b : 0;
    break;
  case LLVMURem:
    *out = b ? a % b : 0;
    break;
  default:
    return false;
  }
  *out = cut(*out, bits);
  return b != 0 || (op != LLVMUDiv && op != LLVMURem);
}

static uint64_t *compute_all(tw_contiguous *c, LLVMValueRef v, const about *a, const about *b) {
  uint64_t *out = a->exact && b->exact && bits_of(v) <= 64 ? numbers(c) : NULL;
  for (int32_t t = 0; out && t < c->k->block.threads; t++)
    if (!compute(LLVMGetInstructionOpcode(v), a->exact[t], b->exact[t], bits_of(v), &out[t]))
      return NULL;
  return out;
}

/* ---- what is known from distances ---- */

static bool is_zero(const tw_contiguous *c, const about *a) {
  for (int32_t t = 0; a->spread && t < c->k->block.threads; t++)
    if (a->spread[t])
      return false;
  return a->spread != NULL;
}

/* x * a + y * b, of distances. */
static about combine(tw_contiguous *c, const about *a, int64_t x, const about *b, int64_t y) {
  about out = {.done = true};
  if (!a->spread || !b->spread)
    return out;
  out.spread = tweed_arena_array(c->k->arena, (size_t)c->k->block.threads, sizeof *out.spread);
  for (int32_t t = 0; out.spread && t < c->k->block.threads; t++)
    out.spread[t] = (int64_t)((uint64_t)x * (uint64_t)a->spread[t] + (uint64_t)y * (uint64_t)b->spread[t]);
  return out;
}

static about unless_zero(tw_contiguous *c, LLVMValueRef v) {
  for (int k = 0; k < LLVMGetNumOperands(v); k++) {
    about a = about_of(c, LLVMGetOperand(v, (unsigned)k));
    if (!is_zero(c, &a))
      return (about){.done = true};
  }
  return (about){.done = true, .spread = c->zero};
}

/* The distances stand for more bits too, if no sum passes the sign. */
static bool extend(tw_contiguous *c, LLVMValueRef value, const about *a) {
  int64_t most = 0;
  if (!a->spread)
    return false;
  for (int32_t t = 0; t < c->k->block.threads; t++) {
    if (a->spread[t] < 0 || a->spread[t] > INT32_MAX)
      return false;
    most = a->spread[t] > most ? a->spread[t] : most;
  }
  if (most == 0)
    return true;
  if (!tweed_arena_grow(c->k->arena, (void **)&c->extensions, &c->room, (size_t)c->nextensions + 1,
                        sizeof *c->extensions))
    return false;
  c->extensions[c->nextensions++] = (tw_extension){value, most};
  return true;
}

static about about_extension(tw_contiguous *c, LLVMValueRef v) {
  LLVMValueRef from = LLVMGetOperand(v, 0);
  about a = about_of(c, from);
  bool sign = LLVMGetInstructionOpcode(v) == LLVMSExt;
  uint64_t *exact = a.exact ? numbers(c) : NULL;
  for (int32_t t = 0; exact && t < c->k->block.threads; t++)
    exact[t] = sign ? cut((uint64_t)with_sign(a.exact[t], bits_of(from)), bits_of(v)) : a.exact[t];
  if (exact)
    return from_exact(c, exact, bits_of(v));
  if (!sign && LLVMGetNNeg(v)) /* none of them is negative, so that they are as far from each other in more bits */
    return (about){.done = true, .spread = a.spread};
  if (!extend(c, from, &a))
    return (about){.done = true};
  return (about){.done = true, .spread = a.spread};
}

static about about_trunc(tw_contiguous *c, LLVMValueRef v) {
  about a = about_of(c, LLVMGetOperand(v, 0));
  uint64_t *exact = a.exact ? numbers(c) : NULL;
  for (int32_t t = 0; exact && t < c->k->block.threads; t++)
    exact[t] = cut(a.exact[t], bits_of(v));
  return exact ? from_exact(c, exact, bits_of(v)) : (about){.done = true, .spread = a.spread};
}

static about about_arithmetic(tw_contiguous *c, LLVMValueRef v) {
  LLVMValueRef left = LLVMGetOperand(v, 0), right = LLVMGetOperand(v, 1);
  about a = about_of(c, left), b = about_of(c, right);
  uint64_t *exact = compute_all(c, v, &a, &b);
  if (exact)
    return from_exact(c, exact, bits_of(v));
  LLVMOpcode op = LLVMGetInstructionOpcode(v);
  if (op == LLVMAdd || op == LLVMSub || (op == LLVMOr && LLVMGetIsDisjoint(v)))
    return combine(c, &a, 1, &b, op == LLVMSub ? -1 : 1);
  if (op == LLVMShl && LLVMIsAConstantInt(right) && LLVMConstIntGetZExtValue(right) < 32)
    return combine(c, &a, (int64_t)1 << LLVMConstIntGetZExtValue(right), &a, 0);
  if (op == LLVMMul && LLVMIsAConstantInt(right) && bits_of(right) <= 64)
    return combine(c, &a, LLVMConstIntGetSExtValue(right), &a, 0);
  return unless_zero(c, v);
}

/* One index of a getelementptr, of so many bytes each. */
static about add_index(tw_contiguous *c, const about *sum, LLVMValueRef index, uint64_t bytes) {
  about i = about_of(c, index);
  if (LLVMIsAInstruction(index) && bits_of(index) < 64 && !i.exact && !extend(c, index, &i))
    i.spread = NULL;
  return combine(c, sum, 1, &i, (int64_t)bytes);
}

static about about_pointer(tw_contiguous *c, LLVMValueRef v) {
  LLVMTargetDataRef layout = LLVMGetModuleDataLayout(LLVMGetGlobalParent(c->k->flow->function));
  about sum = about_of(c, LLVMGetOperand(v, 0));
  for (tw_gep walk = tw_gep_begin(v); sum.spread && tw_gep_next(&walk, layout);)
    if (walk.index) /* a field is as far in for all */
      sum = add_index(c, &sum, walk.index, walk.bytes);
  return sum;
}

/* Only the header's, which go on by the same step in all threads of a group. */
static about about_phi(tw_contiguous *c, LLVMValueRef v) {
  bool header = tw_flow_block(c->k->flow, LLVMGetInstructionParent(v)) == c->t->header;
  LLVMValueRef start = tw_flow_incoming(c->k->flow, v, c->t->preheader);
  LLVMValueRef step = start && header ? tw_tile_step(c->k, c->t, v) : NULL;
  if (!step)
    return (about){.done = true};
  about a = about_of(c, start), by = about_of(c, step);
  return is_zero(c, &by) ? (about){.done = true, .spread = a.spread} : (about){.done = true};
}

static about about_instruction(tw_contiguous *c, LLVMValueRef v) {
  char name[64];
  switch (LLVMGetInstructionOpcode(v)) {
  case LLVMPHI:
    return about_phi(c, v);
  case LLVMGetElementPtr:
    return about_pointer(c, v);
  case LLVMTrunc:
    return about_trunc(c, v);
  case LLVMZExt:
  case LLVMSExt:
    return about_extension(c, v);
  case LLVMPtrToInt:
  case LLVMIntToPtr:
  case LLVMAddrSpaceCast:
  case LLVMBitCast:
  case LLVMFreeze: {
    about a = about_of(c, LLVMGetOperand(v, 0));
    return (about){.done = true, .spread = a.spread};
  }
  case LLVMCall:
    return tw_register_of(v, name, sizeof name) ? about_thread(c, v) : (about){.done = true};
  case LLVMLoad:
    return (about){.done = true};
  default:
    return LLVMIsABinaryOperator(v) ? about_arithmetic(c, v) : unless_zero(c, v);
  }
}

static about about_of(tw_contiguous *c, LLVMValueRef v) {
  int32_t n = tw_flow_inst(c->k->flow, v);
  if (n < 0)
    return about_constant(c, v);
  if (c->known[n].done)
    return c->known[n];
  if (c->depth == MAX_DEPTH)
    return (about){.done = true};
  c->depth++;
  about a = c->k->divergent[n] ? about_instruction(c, v) : (about){.done = true, .spread = c->zero};
  c->depth--;
  c->known[n] = a;
  return a;
}

bool tw_contiguous_check(tw_contiguous *c, LLVMValueRef address, int64_t bytes) {
  about a = about_of(c, address);
  for (int32_t t = 0; a.spread && t < c->k->block.threads; t++)
    if (a.spread[t] != bytes * (t % c->width))
      return false;
  return a.spread != NULL;
}
