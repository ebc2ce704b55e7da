/* graph.c: turns a loop body into a problem: ops with the machine's classes, flow, memory and control dependences. */
#include "llvm/graph.h"
#include "model/model.h"
#include "llvm/nvptx/pressure.h"
#include "llvm/nvptx/touch.h"
#include "llvm/opcode.h"
#include <stdio.h>
#include <string.h>

/* ---- opcode texts ---- */

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

static void type_of(const tw_op *op, char *text, size_t size) {
  if (op->kind == TW_OP_INSTRUCTION)
    tw_opcode_type(op->inst, text, size);
  else
    tw_type_text(op->kind == TW_OP_EQUAL ? LLVMTypeOf(op->refs[1].value) : op->type, text, size);
}

/* In NVPTX: the address moves with every iteration, and blocks have addresses of their own: where they all read the
 * same, it comes from L2. */
static bool moving(const tw_body *body, const tw_op *op) {
  if (opcode_of(op) != LLVMLoad && opcode_of(op) != LLVMStore)
    return false;
  LLVMValueRef pointer = LLVMGetOperand(op->inst, opcode_of(op) == LLVMLoad ? 0 : 1);
  int64_t step = 0;
  bool moves = tw_step_id(body->bridge, body->loop, pointer) != 0 ||
               (tw_affine(body->bridge, body->loop, pointer, &step) && step != 0);
  return moves && tw_differs_by_block(pointer);
}

void tw_graph_opcode(const tw_body *body, int32_t i, char *opcode, size_t opcode_size, char *type, size_t type_size) {
  const tw_op *op = &body->ops[i];
  const char *part = op->address ? ".address" : "";
  type_of(op, type, type_size);
  if (op->kind != TW_OP_INSTRUCTION) {
    snprintf(opcode, opcode_size, "%s%s", tw_opcode_name(opcode_of(op)), part);
    return;
  }
  if (!part[0])
    part = tw_opcode_memory(body->bridge, op->inst, moving(body, op));
  if (!part[0] && (opcode_of(op) == LLVMZExt || opcode_of(op) == LLVMSExt) && tw_graph_extended_load(body, i) >= 0)
    part = ".folded";
  if (!part[0])
    part = tw_opcode_part(op->inst);
  tw_opcode_text(op->inst, part, opcode, opcode_size);
}

/* ---- ops ---- */

typedef struct building {
  tw_body *body;
  tweed_machine *machine;
  tweed_problem *problem;
  tweed_error *error;
} building;

static tweed_status class_for(const building *g, const char *opcode, const char *type, int32_t *out) {
  *out = tw_opcode_class(g->machine, opcode, type);
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
  snprintf(name, sizeof name, "%s.%d", tw_opcode_name(code), memory ? (*memory_ops)++ : i);
  bool no_register = is_void || op->address || strstr(opcode, ".folded");
  int32_t regs = no_register ? 0 : tweed_machine_sm(g->machine) ? tw_registers_of(op->type) : -1;
  tweed_status s = add_op(g, name, opcode, type, regs, &op->problem);
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
