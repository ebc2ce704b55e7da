/* graph.c: turns a loop body into a problem: ops with the machine's classes, flow, memory and control dependences. */
#include "llvm/graph.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

/* ---- opcode texts ---- */

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

static const char *opcode_name(LLVMOpcode opcode) {
  size_t n = sizeof opcode_names / sizeof *opcode_names;
  return (size_t)opcode < n && opcode_names[opcode] ? opcode_names[opcode] : "other";
}

static LLVMOpcode opcode_of(const tw_op *op) {
  return op->kind == TW_OP_INSTRUCTION ? LLVMGetInstructionOpcode(op->inst)
         : op->kind == TW_OP_SELECT    ? LLVMSelect
         : op->kind == TW_OP_NOT       ? LLVMXor
                                       : LLVMICmp;
}

/* The only live user of op i, -1 if there is none or more than one. */
static int32_t single_user(const tw_body *body, int32_t i) {
  int32_t user = -1;
  if (body->ops[i].live_out)
    return -1;
  for (int32_t h = 0; h < body->nphis; h++)
    if (body->phis[h].next.kind == TW_REF_OP && body->phis[h].next.index == i)
      return -1;
  for (int32_t j = i + 1; j < body->nops; j++) {
    if (!body->ops[j].live)
      continue;
    for (int32_t k = 0; k < body->ops[j].nrefs; k++)
      if (body->ops[j].refs[k].kind == TW_REF_OP && body->ops[j].refs[k].index == i) {
        if (user >= 0 && user != j)
          return -1;
        user = j;
      }
  }
  return user;
}

static bool is_fma(const tw_body *body, int32_t i) {
  const tw_op *op = &body->ops[i];
  char name[64];
  if (opcode_of(op) != LLVMCall)
    return false;
  tw_callee_name(op->inst, name, sizeof name);
  return strcmp(name, "llvm.fmuladd") == 0 || strcmp(name, "llvm.fma") == 0;
}

static bool scalar_integer(const tw_op *op) {
  return LLVMGetTypeKind(op->type) == LLVMIntegerTypeKind;
}

int32_t tw_graph_extended_load(const tw_body *body, int32_t i) {
  const tw_op *op = &body->ops[i];
  if (op->kind != TW_OP_INSTRUCTION || !op->live || (opcode_of(op) != LLVMZExt && opcode_of(op) != LLVMSExt))
    return -1;
  int32_t load = op->refs[0].kind == TW_REF_OP ? op->refs[0].index : -1;
  bool folds = scalar_integer(op) && load >= 0 && opcode_of(&body->ops[load]) == LLVMLoad;
  return folds && single_user(body, load) == i ? load : -1;
}

/* Instruction selection folds op i into its operand or its only user. */
static bool folded(const tw_body *body, int32_t i) {
  const tw_op *op = &body->ops[i];
  if (op->kind != TW_OP_INSTRUCTION)
    return false;
  LLVMOpcode opcode = opcode_of(op);
  int32_t user = single_user(body, i);
  LLVMOpcode user_opcode = user >= 0 ? opcode_of(&body->ops[user]) : LLVMRet;
  switch (opcode) {
  case LLVMZExt:
  case LLVMSExt:
    return tw_graph_extended_load(body, i) >= 0;
  case LLVMTrunc:
    return scalar_integer(op) && user_opcode == LLVMStore;
  case LLVMFNeg:
    return user >= 0 && is_fma(body, user);
  case LLVMAdd:
  case LLVMSub:
    if (!scalar_integer(op))
      return false;
    for (int32_t k = opcode == LLVMSub ? 1 : 0; k < 2; k++)
      if (op->refs[k].kind == TW_REF_OP && opcode_of(&body->ops[op->refs[k].index]) == LLVMMul &&
          single_user(body, op->refs[k].index) == i)
        return true;
    return false;
  case LLVMShl:
    return scalar_integer(op) && op->refs[1].kind == TW_REF_VALUE && LLVMIsAConstantInt(op->refs[1].value) &&
           (user_opcode == LLVMAdd || user_opcode == LLVMSub || user_opcode == LLVMAnd || user_opcode == LLVMOr ||
            user_opcode == LLVMXor);
  default:
    return false;
  }
}

/* ---- constants and widths: what instruction selection does with less than the opcode says ---- */

static const tw_op *operand_op(const tw_body *body, const tw_op *op, int32_t k) {
  return k < op->nrefs && op->refs[k].kind == TW_REF_OP ? &body->ops[op->refs[k].index] : NULL;
}

static bool constant_operand(const tw_op *op, int32_t k) {
  return k < op->nrefs && op->refs[k].kind == TW_REF_VALUE && LLVMIsConstant(op->refs[k].value);
}

static unsigned element_bits(LLVMTypeRef type) {
  if (LLVMGetTypeKind(type) == LLVMVectorTypeKind)
    type = LLVMGetElementType(type);
  return LLVMGetTypeKind(type) == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(type) : 0;
}

/* An extension from at most `bits`. */
static bool extends_from(const tw_op *op, unsigned bits) {
  if (!op || op->kind != TW_OP_INSTRUCTION || (opcode_of(op) != LLVMZExt && opcode_of(op) != LLVMSExt))
    return false;
  return element_bits(LLVMTypeOf(LLVMGetOperand(op->inst, 0))) <= bits;
}

/* A multiplication by 2^n + 1 is an addition of a shifted operand. */
static bool shift_and_add(const tw_op *op) {
  if (!scalar_integer(op) || LLVMGetIntTypeWidth(op->type) > 64 || !constant_operand(op, 1) ||
      !LLVMIsAConstantInt(op->refs[1].value))
    return false;
  uint64_t c = LLVMConstIntGetZExtValue(op->refs[1].value);
  return c > 2 && ((c - 1) & (c - 2)) == 0;
}

/* A vector is extended to twice the width for one multiplication, addition or subtraction only. */
static bool widening(const tw_body *body, int32_t i) {
  const tw_op *op = &body->ops[i];
  int32_t user = single_user(body, i);
  if (LLVMGetTypeKind(op->type) != LLVMVectorTypeKind || !extends_from(op, element_bits(op->type) / 2) ||
      extends_from(op, element_bits(op->type) / 4) || user < 0)
    return false;
  LLVMOpcode code = opcode_of(&body->ops[user]);
  const tw_op *a = operand_op(body, &body->ops[user], 0), *b = operand_op(body, &body->ops[user], 1);
  return code == LLVMAdd || code == LLVMSub ||
         (code == LLVMMul && a && b && opcode_of(a) == opcode_of(op) && opcode_of(b) == opcode_of(op));
}

/* The suffix that says so, or "". */
static const char *cheaper(const tw_body *body, int32_t i) {
  const tw_op *op = &body->ops[i];
  if (op->kind != TW_OP_INSTRUCTION)
    return "";
  switch (opcode_of(op)) {
  case LLVMUDiv:
  case LLVMSDiv:
  case LLVMURem:
  case LLVMSRem:
    return constant_operand(op, 1) ? ".constant" : "";
  case LLVMMul:
    if (shift_and_add(op))
      return ".shifted";
    return scalar_integer(op) && element_bits(op->type) == 64 && extends_from(operand_op(body, op, 0), 32) &&
                   (extends_from(operand_op(body, op, 1), 32) || constant_operand(op, 1))
               ? ".narrow"
               : "";
  case LLVMZExt:
  case LLVMSExt:
    return widening(body, i) ? ".widening" : "";
  default:
    return "";
  }
}

static void type_of(const tw_op *op, char *text, size_t size) {
  LLVMOpcode opcode = opcode_of(op);
  if (op->kind == TW_OP_INSTRUCTION && (opcode == LLVMStore || opcode == LLVMICmp || opcode == LLVMFCmp)) {
    tw_type_text(LLVMTypeOf(LLVMGetOperand(op->inst, 0)), text, size);
  } else if (op->kind == TW_OP_EQUAL) {
    tw_type_text(LLVMTypeOf(op->refs[1].value), text, size);
  } else if (op->kind == TW_OP_INSTRUCTION && LLVMIsACastInst(op->inst)) {
    char from[64], to[64];
    tw_type_text(LLVMTypeOf(LLVMGetOperand(op->inst, 0)), from, sizeof from);
    tw_type_text(op->type, to, sizeof to);
    snprintf(text, size, "%s to %s", from, to);
  } else {
    tw_type_text(op->type, text, size);
  }
}

void tw_graph_opcode(const tw_body *body, int32_t i, char *opcode, size_t opcode_size, char *type, size_t type_size) {
  const tw_op *op = &body->ops[i];
  type_of(op, type, type_size);
  if (op->kind == TW_OP_INSTRUCTION && opcode_of(op) == LLVMCall) {
    char name[64];
    tw_callee_name(op->inst, name, sizeof name);
    snprintf(opcode, opcode_size, "call %s", name);
    return;
  }
  const char *part = "";
  if (op->address)
    part = ".address";
  else if (folded(body, i))
    part = ".folded";
  else
    part = cheaper(body, i);
  snprintf(opcode, opcode_size, "%s%s", opcode_name(opcode_of(op)), part);
}

/* ---- ops ---- */

typedef struct building {
  tw_body *body;
  tweed_machine *machine;
  tweed_problem *problem;
  tweed_error *error;
} building;

static tweed_status class_for(const building *g, const char *opcode, const char *type, int32_t *out) {
  char base[96];
  *out = tweed_machine_match(g->machine, opcode, type);
  const char *suffix = strncmp(opcode, "call ", 5) == 0 ? NULL : strchr(opcode, '.');
  if (*out < 0 && suffix) { /* a machine need not know the suffixes */
    snprintf(base, sizeof base, "%.*s", (int)(suffix - opcode), opcode);
    *out = tweed_machine_match(g->machine, base, type);
  }
  if (*out >= 0)
    return TWEED_OK;
  return tweed_fail(g->error, TWEED_BAD_INPUT,
                    "machine '%s' has no class for '%s' of type '%s'; add a catch-all entry to its 'match'",
                    tweed_machine_name(g->machine), opcode, type);
}

static tweed_status add_op(building *g, const char *name, const char *opcode, const char *type, int32_t regs,
                           int32_t *index) {
  int32_t class_index;
  tweed_status s = class_for(g, opcode, type, &class_index);
  return s == TWEED_OK ? tweed_problem_add_op(g->problem, name, class_index, regs, index, g->error) : s;
}

static tweed_status add_body_op(building *g, int32_t i, int32_t *memory_ops) {
  tw_op *op = &g->body->ops[i];
  char opcode[96], type[96], name[128], where[96] = "";
  tw_graph_opcode(g->body, i, opcode, sizeof opcode, type, sizeof type);
  bool is_void = LLVMGetTypeKind(op->type) == LLVMVoidTypeKind;
  LLVMOpcode code = opcode_of(op);
  bool memory = op->kind == TW_OP_INSTRUCTION && (code == LLVMLoad || code == LLVMStore);
  snprintf(name, sizeof name, "%s.%d", opcode_name(code), memory ? (*memory_ops)++ : i);
  bool no_register = is_void || op->address || strstr(opcode, ".folded");
  tweed_status s = add_op(g, name, opcode, type, no_register ? 0 : -1, &op->problem);
  if (s != TWEED_OK)
    return s;
  if (op->inst)
    tw_location(op->inst, where, sizeof where);
  return where[0] ? tweed_problem_set_where(g->problem, op->problem, where, g->error) : TWEED_OK;
}

/* ---- dependences ---- */

/* -1: that of the class. An extended load's value is there for the extension's users when the load is done. */
static int32_t flow_latency(const building *g, int32_t from, int32_t user) {
  if (tw_graph_extended_load(g->body, user) == from)
    return 0;
  int32_t load = tw_graph_extended_load(g->body, from);
  return load < 0 ? -1 : tweed_class_of(g->problem, g->body->ops[load].problem)->latency;
}

static tweed_status add_flow(building *g, int32_t user, tw_ref ref) {
  int32_t distance = 0;
  while (ref.kind == TW_REF_PHI) {
    distance++;
    if (distance > g->body->nphis)
      return TWEED_OK; /* phis that only pass each other around: an invariant */
    ref = g->body->phis[ref.index].next;
  }
  if (ref.kind != TW_REF_OP)
    return TWEED_OK;
  int32_t from = g->body->ops[ref.index].problem, to = g->body->ops[user].problem;
  int32_t latency = flow_latency(g, ref.index, user);
  return tweed_problem_add_dep(g->problem, &(tweed_dep){from, to, latency, distance, TWEED_DEP_FLOW, false, 0},
                               g->error);
}

static bool repeated(const tw_op *op, int32_t k) {
  for (int32_t m = 0; m < k; m++)
    if (op->refs[m].kind == op->refs[k].kind && op->refs[m].index == op->refs[k].index)
      return true;
  return false;
}

static tweed_status add_flows(building *g) {
  for (int32_t i = 0; i < g->body->nops; i++) {
    const tw_op *op = &g->body->ops[i];
    for (int32_t k = 0; op->live && k < op->nrefs; k++) {
      if (repeated(op, k))
        continue;
      tweed_status s = add_flow(g, i, op->refs[k]);
      if (s != TWEED_OK)
        return s;
    }
  }
  return TWEED_OK;
}

static tweed_status add_memory(building *g) {
  const tw_body *body = g->body;
  for (int32_t i = 0; i < body->nmemdeps; i++) {
    const tw_memdep *m = &body->memdeps[i];
    tweed_dep dep = {.from = body->ops[body->accesses[m->from].op].problem,
                     .to = body->ops[body->accesses[m->to].op].problem};
    dep.distance = m->distance;
    dep.kind = m->kind;
    /* A store's own latency until a load may see it; a load has read when it starts. */
    dep.latency = m->kind == TWEED_DEP_MEMORY ? -1 : m->kind == TWEED_DEP_OUTPUT ? 1 : 0;
    tweed_status s = tweed_problem_add_dep(g->problem, &dep, g->error);
    if (s != TWEED_OK)
      return s;
  }
  return TWEED_OK;
}

tweed_status tw_graph(tw_body *body, tweed_machine *machine, const char *name, TWEED_GIVE tweed_problem **out,
                      tweed_error *error) {
  building g = {body, machine, NULL, error};
  *out = NULL;
  tweed_status s = tweed_problem_new(name, machine, &g.problem, error);
  int32_t memory_ops = 0;
  for (int32_t i = 0; i < body->nops && s == TWEED_OK; i++)
    if (body->ops[i].live)
      s = add_body_op(&g, i, &memory_ops);
  if (s == TWEED_OK)
    s = add_flows(&g);
  if (s == TWEED_OK)
    s = add_memory(&g);
  if (s == TWEED_OK)
    s = tweed_problem_finish(g.problem, error);
  if (s == TWEED_OK)
    *out = g.problem;
  else
    tweed_problem_free(g.problem);
  return s;
}
