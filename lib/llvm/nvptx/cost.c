/* cost.c: classes of instructions and what they hold of an SM's units. */
#include "llvm/nvptx/cost.h"
#include "llvm/opcode.h"
#include <stdio.h>
#include <string.h>

enum { TEXT = 96, MAX_WALK = 512 };

/* ---- classes ---- */

/* Memory behind the SM: its time passes while the warp goes on. */
static bool far(const tw_costs *c, int32_t unit) {
  const char *name = tweed_machine_unit_name(c->machine, unit, NULL);
  return strcmp(name, "L2") == 0 || strcmp(name, "HBM") == 0;
}

static void read_class(tw_costs *c, int32_t k) {
  int32_t latency = 0;
  tweed_machine_class_name(c->machine, k, &latency);
  c->latency[k] = latency;
  for (int32_t u = 0; u < c->nunits; u++) {
    int64_t work = tweed_machine_class_work(c->machine, k, u);
    c->work[k * c->nunits + u] = work;
    if (c->counts[u] > 0 && !far(c, u))
      c->alone[k] = tw_max64(c->alone[k], work);
  }
}

tweed_status tw_costs_of(tweed_machine *m, tweed_arena *arena, tw_costs **out, tweed_error *error) {
  tw_costs *c = tweed_arena_alloc(arena, sizeof *c);
  if (!c)
    return tweed_no_memory(error);
  *c = (tw_costs){.machine = m, .sm = tweed_machine_sm(m), .issue = -1};
  if (!c->sm)
    return tweed_fail(error, TWEED_BAD_INPUT, "machine '%s' says nothing of an SM ('sm')", tweed_machine_name(m));
  while (tweed_machine_class_name(m, c->nclasses, NULL))
    c->nclasses++;
  while (tweed_machine_unit_name(m, c->nunits, NULL))
    c->nunits++;
  c->counts = tweed_arena_array(arena, (size_t)c->nunits + 1, sizeof *c->counts);
  c->work = tweed_arena_array(arena, (size_t)c->nclasses * (size_t)c->nunits + 1, sizeof *c->work);
  c->latency = tweed_arena_array(arena, (size_t)c->nclasses, sizeof *c->latency);
  c->alone = tweed_arena_array(arena, (size_t)c->nclasses, sizeof *c->alone);
  if (!c->counts || !c->work || !c->latency || !c->alone)
    return tweed_no_memory(error);
  for (int32_t u = 0; u < c->nunits; u++)
    if (strcmp(tweed_machine_unit_name(m, u, &c->counts[u]), "issue") == 0)
      c->issue = u;
  for (int32_t k = 0; k < c->nclasses; k++)
    read_class(c, k);
  *out = c;
  return TWEED_OK;
}

const int64_t *tw_cost_work(const tw_costs *c, int32_t class_index) {
  return &c->work[class_index * c->nunits];
}

bool tw_cost_free(const tw_costs *c, int32_t class_index) {
  return c->alone[class_index] == 0;
}

int64_t tw_cost_cycles(const tw_costs *c, int32_t unit, int64_t work, int64_t warps) {
  int64_t count = c->counts[unit];
  return count > 0 ? (work * warps + count - 1) / count : 0;
}

/* ---- what other blocks read ---- */

typedef struct walk {
  LLVMValueRef seen[MAX_WALK];
  int32_t n;
  unsigned found; /* block numbers, a bit each */
} walk;

static unsigned block_number(LLVMValueRef v) {
  char name[64];
  if (!tw_register_of(v, name, sizeof name) || strncmp(name, "ctaid.", 6) != 0)
    return 0;
  return name[6] == 'x' ? 1 : name[6] == 'y' ? 2 : 4;
}

/* x - x / y * y, which is how optimizers write a remainder whose quotient they have. */
static bool remainder_of(LLVMValueRef v) {
  LLVMValueRef product = LLVMGetOperand(v, 1);
  if (!LLVMIsAInstruction(product) || LLVMGetInstructionOpcode(product) != LLVMMul)
    return false;
  for (unsigned k = 0; k < 2; k++) {
    LLVMValueRef q = LLVMGetOperand(product, k);
    LLVMOpcode op = LLVMIsAInstruction(q) ? LLVMGetInstructionOpcode(q) : LLVMRet;
    if ((op == LLVMSDiv || op == LLVMUDiv) && LLVMGetOperand(q, 0) == LLVMGetOperand(v, 0))
      return true;
  }
  return false;
}

static bool shared_by_blocks(LLVMValueRef v) {
  switch (LLVMGetInstructionOpcode(v)) {
  case LLVMUDiv:
  case LLVMSDiv:
  case LLVMURem:
  case LLVMSRem:
  case LLVMLShr:
  case LLVMAShr:
  case LLVMAnd:
  case LLVMLoad:
    return true;
  case LLVMSub:
    return remainder_of(v);
  default:
    return false;
  }
}

static void visit(walk *w, LLVMValueRef v) {
  if (!LLVMIsAInstruction(v) || shared_by_blocks(v) || w->n == MAX_WALK)
    return;
  for (int32_t i = 0; i < w->n; i++)
    if (w->seen[i] == v)
      return;
  w->seen[w->n++] = v;
  w->found |= block_number(v);
  if (LLVMIsACallInst(v))
    return;
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    visit(w, LLVMGetOperand(v, (unsigned)k));
}

/* Other blocks read other places: the address depends on each block number that the kernel reads, and not only by way
 * of a division or remainder, which many blocks share. What is shared comes from L2, the rest from memory. */
static bool streams(const tw_kernel *k, LLVMValueRef address) {
  unsigned all = 0;
  walk w = {.n = 0};
  for (int32_t i = 0; i < k->flow->ninsts; i++)
    all |= block_number(k->flow->insts[i]);
  visit(&w, address);
  return all && w.found == all;
}

/* ---- classes of instructions ---- */

static bool is_arithmetic(LLVMOpcode op) {
  return op == LLVMAdd || op == LLVMSub || op == LLVMMul || op == LLVMShl || op == LLVMOr || op == LLVMSExt ||
         op == LLVMZExt || op == LLVMTrunc || op == LLVMGetElementPtr || op == LLVMPtrToInt || op == LLVMIntToPtr;
}

static bool only_in_addresses(const tw_cost_place *p, LLVMValueRef v, int depth);

static bool address_user(const tw_cost_place *p, LLVMValueRef v, LLVMValueRef user, int depth) {
  if (!LLVMIsAInstruction(user))
    return false;
  LLVMOpcode op = LLVMGetInstructionOpcode(user);
  if (op == LLVMLoad)
    return true;
  if (op == LLVMStore)
    return LLVMGetOperand(user, 0) != v;
  if (op == LLVMPHI)
    return tw_affine_any(p->kernel->flow->bridge, p->loop, user);
  if (op == LLVMICmp)
    return tw_latch(p->loop) && LLVMGetInstructionParent(user) == tw_latch(p->loop);
  if (op == LLVMCall) {
    tw_touch touches[TW_MAX_TOUCHES];
    int32_t n;
    tw_act_of(p->kernel->flow->bridge, user, touches, &n);
    return n > 0 && LLVMGetOperand(user, touches[0].operand) == v;
  }
  return is_arithmetic(op) && depth > 0 && only_in_addresses(p, user, depth - 1);
}

static bool only_in_addresses(const tw_cost_place *p, LLVMValueRef v, int depth) {
  for (LLVMUseRef u = LLVMGetFirstUse(v); u; u = LLVMGetNextUse(u))
    if (!address_user(p, v, LLVMGetUser(u), depth))
      return false;
  return true;
}

static bool folds(const tw_cost_place *p, LLVMValueRef inst) {
  enum { DEPTH = 6 };
  return p->folds && p->loop && is_arithmetic(LLVMGetInstructionOpcode(inst)) &&
         tw_affine_any(p->kernel->flow->bridge, p->loop, inst) && only_in_addresses(p, inst, DEPTH);
}

int32_t tw_cost_class(const tw_costs *c, const tw_cost_place *p, int32_t inst, char *text) {
  char opcode[TEXT], type[TEXT];
  LLVMValueRef v = p->kernel->flow->insts[inst];
  tw_bridge *b = p->kernel->flow->bridge;
  const char *part = "";
  if (LLVMIsALoadInst(v) || LLVMIsAStoreInst(v))
    part = tw_opcode_memory(b, v, streams(p->kernel, LLVMGetOperand(v, LLVMIsALoadInst(v) ? 0 : 1)));
  else
    part = folds(p, v) ? ".address" : tw_opcode_part(v);
  tw_opcode_text(v, part, opcode, sizeof opcode);
  tw_opcode_type(v, type, sizeof type);
  if (text)
    snprintf(text, TEXT, "%s", opcode);
  return tw_opcode_class(c->machine, opcode, type);
}

int32_t tw_cost_copy_class(const tw_costs *c, const tw_kernel *k, int32_t load, int32_t bytes) {
  char text[TEXT];
  if (streams(k, LLVMGetOperand(k->flow->insts[load], 0))) {
    snprintf(text, sizeof text, "cp_async_stream_%d", (int)bytes);
    int32_t stream = tweed_machine_class(c->machine, text);
    if (stream >= 0)
      return stream;
  }
  snprintf(text, sizeof text, "asm cp.async.c%c.shared.global.%d", bytes == 16 ? 'g' : 'a', (int)bytes);
  return tweed_machine_match(c->machine, text, "void");
}
