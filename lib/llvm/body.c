/* body.c: reads a loop into a tw_body, or says why it can't be pipelined. Never changes the IR. */
#include "llvm/body.h"
#include "llvm/nvptx/touch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { MAX_BLOCKS = 32, MAX_OPS = 600 };

typedef struct tw_value_map {
  LLVMValueRef value;
  tw_ref ref;
  UT_hash_handle hh;
} tw_value_map;

bool tw_body_bind(tw_body *body, LLVMValueRef value, tw_ref ref) {
  tw_value_map *entry = tweed_arena_alloc(body->arena, sizeof *entry);
  if (!entry)
    return false;
  entry->value = value;
  entry->ref = ref;
  unsigned before = HASH_COUNT(body->map);
  HASH_ADD_PTR(body->map, value, entry);
  return HASH_COUNT(body->map) == before + 1;
}

void tw_body_free_map(tw_body *body) {
  HASH_CLEAR(hh, body->map);
}

tw_ref tw_body_ref(const tw_body *body, LLVMValueRef value) {
  tw_value_map *entry = NULL;
  HASH_FIND_PTR(body->map, &value, entry);
  if (entry)
    return entry->ref;
  return (tw_ref){.kind = TW_REF_VALUE, .value = value};
}

int32_t tw_body_add(tw_body *body, tw_op_kind kind, LLVMValueRef inst, LLVMTypeRef type, int32_t nrefs,
                    const tw_ref *refs) {
  if (!tweed_arena_grow(body->arena, (void **)&body->ops, &body->cap_ops, (size_t)body->nops + 1, sizeof(tw_op)))
    return -1;
  tw_op op = {.kind = kind, .inst = inst, .type = type, .nrefs = nrefs, .access = -1, .problem = -1};
  op.refs = tweed_arena_array(body->arena, (size_t)nrefs + 1, sizeof(tw_ref));
  if (!op.refs)
    return -1;
  if (nrefs)
    memcpy(op.refs, refs, (size_t)nrefs * sizeof(tw_ref));
  body->ops[body->nops] = op;
  return body->nops++;
}

typedef struct reading {
  tw_body *body;
  tw_predicates *predicates;
  size_t block; /* index of the current one */
  tw_reason reason;
} reading;

static bool refuse(reading *r, tw_reason reason, LLVMValueRef inst) {
  r->reason = reason;
  if (inst) {
    char where[96];
    tw_location(inst, where, sizeof where);
    char callee[64] = "";
    if (LLVMIsACallInst(inst))
      tw_callee_name(inst, callee, sizeof callee);
    snprintf(r->body->detail, sizeof r->body->detail, "%s%s%s%s", callee, callee[0] && where[0] ? " at " : "", where,
             "");
  }
  return false;
}

/* ---- one instruction ---- */

static bool carried_type(LLVMTypeRef type) {
  switch (LLVMGetTypeKind(type)) {
  case LLVMTokenTypeKind:
  case LLVMMetadataTypeKind:
  case LLVMLabelTypeKind:
  case LLVMScalableVectorTypeKind:
  case LLVMTargetExtTypeKind:
    return false;
  default:
    return true;
  }
}

/* Inline PTX that computes and does nothing else. Clang marks all of it convergent, since it does not look inside. */
static bool pure_ptx(tw_bridge *b, LLVMValueRef inst, const tw_effects *e) {
  tw_touch touches[TW_MAX_TOUCHES];
  int32_t count;
  return e->inline_asm && !e->reads && !e->writes && !e->no_duplicate && strncmp(tw_triple(b), "nvptx", 5) == 0 &&
         tw_act_of(b, inst, touches, &count) == TW_ACT_NONE;
}

static tw_effects effects_of(tw_bridge *b, LLVMValueRef inst) {
  tw_effects e = tw_effects_of(b, inst);
  if (pure_ptx(b, inst, &e))
    e.inline_asm = e.convergent = e.may_throw = e.may_not_return = false;
  return e;
}

/* Reasons that hold wherever in the loop the instruction stands. */
static tw_reason never_moves(LLVMValueRef inst, const tw_effects *e) {
  if (e->volatile_)
    return TW_REASON_VOLATILE;
  if (e->atomic)
    return TW_REASON_ATOMIC;
  if (e->inline_asm)
    return TW_REASON_ASM;
  if (e->convergent || e->no_duplicate)
    return TW_REASON_CONVERGENT;
  if (e->may_throw || e->may_not_return)
    return TW_REASON_CALL;
  if (!carried_type(LLVMTypeOf(inst)))
    return TW_REASON_TYPE;
  if (LLVMGetInstructionOpcode(inst) == LLVMStore && !carried_type(LLVMTypeOf(LLVMGetOperand(inst, 0))))
    return TW_REASON_TYPE;
  switch (LLVMGetInstructionOpcode(inst)) {
  case LLVMAlloca:
    return TW_REASON_LIFETIME;
  case LLVMFence:
  case LLVMAtomicCmpXchg:
  case LLVMAtomicRMW:
    return TW_REASON_ATOMIC;
  case LLVMVAArg:
  case LLVMLandingPad:
    return TW_REASON_CALL;
  default:
    return TW_REASON_NONE;
  }
}

static bool is_division(LLVMOpcode op) {
  return op == LLVMUDiv || op == LLVMSDiv || op == LLVMURem || op == LLVMSRem;
}

static LLVMValueRef constant_one(LLVMTypeRef type) {
  if (LLVMGetTypeKind(type) != LLVMVectorTypeKind)
    return LLVMConstInt(type, 1, false);
  unsigned n = LLVMGetVectorSize(type);
  LLVMValueRef ones[64];
  if (n > 64)
    return NULL;
  for (unsigned i = 0; i < n; i++)
    ones[i] = LLVMConstInt(LLVMGetElementType(type), 1, false);
  return LLVMConstVector(ones, n);
}

/* Replaces *operand by select(condition of the current block, *operand, otherwise). */
static bool guard_operand(reading *r, LLVMValueRef inst, tw_ref *operand, tw_ref otherwise, LLVMTypeRef type) {
  tw_ref condition;
  if (!tw_predicates_condition(r->predicates, r->block, &condition))
    return refuse(r, TW_REASON_INTERNAL, NULL);
  tw_ref refs[3] = {condition, *operand, otherwise};
  int32_t op = tw_body_add(r->body, TW_OP_SELECT, inst, type, 3, refs);
  if (op < 0)
    return refuse(r, TW_REASON_INTERNAL, NULL);
  *operand = (tw_ref){.kind = TW_REF_OP, .index = op};
  return true;
}

/* The same address is accessed, at least as wide and as aligned, by an op that runs in every iteration: then it can be
 * loaded without a trap. */
static bool accessed_anyway(const tw_body *body, tw_ref pointer, uint64_t size, unsigned alignment) {
  bool found = false;
  for (int32_t i = 0; i < body->nops; i++) {
    const tw_op *op = &body->ops[i];
    if (op->kind != TW_OP_INSTRUCTION || op->conditional)
      continue;
    bool load = LLVMGetInstructionOpcode(op->inst) == LLVMLoad, store = LLVMGetInstructionOpcode(op->inst) == LLVMStore;
    if (op->access == -2 && !load && !store && tw_effects_of(body->bridge, op->inst).writes)
      return false; /* a call may have freed it */
    if (!load && !store)
      continue;
    tw_ref p = op->refs[store ? 1 : 0];
    LLVMTypeRef type = load ? op->type : LLVMTypeOf(LLVMGetOperand(op->inst, 0));
    if (p.kind == pointer.kind && p.index == pointer.index && p.value == pointer.value &&
        tw_store_size(body->bridge, type) >= size && LLVMGetAlignment(op->inst) >= alignment)
      found = true;
  }
  return found;
}

/* Makes a conditional instruction harmless where its condition is false: conditional accesses go to a private slot,
 * conditional divisions divide by one. */
static bool guard(reading *r, LLVMValueRef inst, const tw_effects *e, tw_ref *refs) {
  tw_body *body = r->body;
  LLVMOpcode opcode = LLVMGetInstructionOpcode(inst);
  if (opcode == LLVMLoad || opcode == LLVMStore) {
    LLVMValueRef pointer = LLVMGetOperand(inst, opcode == LLVMLoad ? 0 : 1);
    LLVMTypeRef type = opcode == LLVMLoad ? LLVMTypeOf(inst) : LLVMTypeOf(LLVMGetOperand(inst, 0));
    uint64_t size = tw_store_size(body->bridge, type);
    tw_ref *p = &refs[opcode == LLVMLoad ? 0 : 1];
    if (opcode == LLVMLoad &&
        (accessed_anyway(body, *p, size, LLVMGetAlignment(inst)) ||
         tw_dereferenceable(
             body->bridge, inst,
             LLVMGetBasicBlockTerminator(tw_preheader(body->loop) ? tw_preheader(body->loop) : body->header))))
      return true;
    if (LLVMGetPointerAddressSpace(LLVMTypeOf(pointer)) != 0)
      return refuse(r, TW_REASON_TRAP, inst);
    if (size > body->slot_size)
      body->slot_size = size;
    body->needs_slot = true;
    return guard_operand(r, inst, p, (tw_ref){.kind = TW_REF_SLOT}, LLVMTypeOf(pointer));
  }
  if (is_division(opcode)) {
    LLVMTypeRef type = LLVMTypeOf(inst);
    if (e->speculatable)
      return true;
    LLVMValueRef one = constant_one(type);
    if (!one)
      return refuse(r, TW_REASON_TRAP, inst);
    return guard_operand(r, inst, &refs[1], (tw_ref){.kind = TW_REF_VALUE, .value = one}, type);
  }
  if (e->reads || e->writes || !e->speculatable)
    return refuse(r, TW_REASON_TRAP, inst);
  return true;
}

static bool read_instruction(reading *r, LLVMValueRef inst) {
  tw_body *body = r->body;
  if (LLVMIsACallInst(inst) && tw_is_assume_like(inst)) {
    char name[64];
    tw_callee_name(inst, name, sizeof name);
    return strncmp(name, "llvm.lifetime", 13) == 0 ? refuse(r, TW_REASON_LIFETIME, inst) : true;
  }
  tw_effects e = effects_of(body->bridge, inst);
  tw_reason reason = never_moves(inst, &e);
  if (reason != TW_REASON_NONE)
    return refuse(r, reason, inst);
  int n = LLVMGetNumOperands(inst);
  if (n > 64)
    return refuse(r, TW_REASON_SIZE, inst);
  tw_ref refs[64];
  for (int k = 0; k < n; k++)
    refs[k] = tw_body_ref(body, LLVMGetOperand(inst, (unsigned)k));
  bool conditional = !tw_predicates_always(r->predicates, r->block);
  if (conditional && !guard(r, inst, &e, refs))
    return false;
  int32_t index = tw_body_add(body, TW_OP_INSTRUCTION, inst, LLVMTypeOf(inst), n, refs);
  if (index < 0 || !tw_body_bind(body, inst, (tw_ref){.kind = TW_REF_OP, .index = index}))
    return refuse(r, TW_REASON_INTERNAL, NULL);
  tw_op *op = &body->ops[index];
  op->conditional = conditional;
  if (e.reads || e.writes)
    op->access = -2; /* numbered by memory.c */
  if (body->nops > MAX_OPS)
    return refuse(r, TW_REASON_SIZE, NULL);
  return true;
}

/* ---- blocks and phis ---- */

static bool read_header_phi(reading *r, LLVMValueRef phi) {
  tw_body *body = r->body;
  if (!carried_type(LLVMTypeOf(phi)))
    return refuse(r, TW_REASON_TYPE, phi);
  if (LLVMCountIncoming(phi) < 2)
    return refuse(r, TW_REASON_SHAPE, phi);
  if (!tweed_arena_grow(body->arena, (void **)&body->phis, &body->cap_phis, (size_t)body->nphis + 1, sizeof(tw_phi)))
    return refuse(r, TW_REASON_INTERNAL, NULL);
  body->phis[body->nphis] = (tw_phi){.phi = phi};
  tw_ref ref = {.kind = TW_REF_PHI, .index = body->nphis++};
  return tw_body_bind(body, phi, ref) || refuse(r, TW_REASON_INTERNAL, NULL);
}

static bool read_block(reading *r, LLVMBasicBlockRef block) {
  for (LLVMValueRef inst = LLVMGetFirstInstruction(block); inst; inst = LLVMGetNextInstruction(inst)) {
    r->body->instructions++;
    if (LLVMIsATerminatorInst(inst)) {
      if (LLVMGetInstructionOpcode(inst) != LLVMBr && LLVMGetInstructionOpcode(inst) != LLVMSwitch)
        return refuse(r, TW_REASON_CONTROL, inst);
    } else if (LLVMIsAPHINode(inst) && r->block == 0) {
      if (!read_header_phi(r, inst))
        return false;
    } else if (LLVMIsAPHINode(inst)) {
      tw_ref merged;
      if (!tw_predicates_merge(r->predicates, r->block, inst, &merged))
        return refuse(r, TW_REASON_CONTROL, inst);
      if (!tw_body_bind(r->body, inst, merged))
        return refuse(r, TW_REASON_INTERNAL, NULL);
    } else if (!read_instruction(r, inst)) {
      return false;
    }
  }
  return true;
}

static bool read_blocks(reading *r) {
  LLVMBasicBlockRef blocks[MAX_BLOCKS];
  size_t n = tw_blocks(r->body->bridge, r->body->loop, blocks, MAX_BLOCKS);
  if (n > MAX_BLOCKS)
    return refuse(r, TW_REASON_CONTROL, NULL);
  r->predicates = tw_predicates_new(r->body, n, blocks);
  if (!r->predicates)
    return refuse(r, TW_REASON_INTERNAL, NULL);
  for (size_t i = 0; i < n; i++) {
    r->block = i;
    if (!tw_predicates_enter(r->predicates, i))
      return refuse(r, TW_REASON_CONTROL, LLVMGetBasicBlockTerminator(blocks[i]));
    if (!read_block(r, blocks[i]))
      return false;
  }
  for (int32_t i = 0; i < r->body->nphis; i++) {
    tw_phi *phi = &r->body->phis[i];
    for (unsigned k = 0; k < LLVMCountIncoming(phi->phi); k++) {
      if (LLVMGetIncomingBlock(phi->phi, k) == r->body->latch)
        phi->next = tw_body_ref(r->body, LLVMGetIncomingValue(phi->phi, k));
      else
        phi->init = LLVMGetIncomingValue(phi->phi, k);
    }
  }
  return true;
}

/* ---- facts about the whole body ---- */

/* Finds the step of an affine phi in a form that can be multiplied by an iteration number. */
static void classify_phi(tw_body *body, tw_phi *phi) {
  LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(phi->phi));
  if (kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind)
    return;
  LLVMValueRef next = phi->next.kind == TW_REF_OP ? body->ops[phi->next.index].inst : NULL;
  LLVMOpcode opcode = next && LLVMIsAInstruction(next) ? LLVMGetInstructionOpcode(next) : LLVMRet;
  if (tw_affine(body->bridge, body->loop, phi->phi, &phi->step)) {
    phi->affine = true;
    if (opcode == LLVMAdd && body->ops[phi->next.index].kind == TW_OP_INSTRUCTION &&
        LLVMGetOperand(next, 0) == phi->phi) {
      phi->nsw = LLVMGetNSW(next);
      phi->nuw = LLVMGetNUW(next);
    }
    return;
  }
  if (kind != LLVMIntegerTypeKind || (opcode != LLVMAdd && opcode != LLVMSub))
    return;
  if (!tw_affine_any(body->bridge, body->loop, phi->phi))
    return;
  LLVMValueRef a = LLVMGetOperand(next, 0), b = LLVMGetOperand(next, 1);
  if (a != phi->phi && opcode == LLVMAdd) {
    LLVMValueRef t = a;
    a = b;
    b = t;
  }
  if (a != phi->phi || !tw_invariant(body->bridge, body->loop, b))
    return;
  phi->affine = true;
  phi->step_value = b;
  phi->negative = opcode == LLVMSub;
}

static bool affine_opcode(LLVMOpcode opcode) {
  switch (opcode) {
  case LLVMAdd:
  case LLVMSub:
  case LLVMMul:
  case LLVMShl:
  case LLVMOr:
  case LLVMSExt:
  case LLVMZExt:
  case LLVMTrunc:
  case LLVMGetElementPtr:
    return true;
  default:
    return false;
  }
}

static void classify_op(tw_body *body, tw_op *op) {
  if (op->kind != TW_OP_INSTRUCTION || !affine_opcode(LLVMGetInstructionOpcode(op->inst)))
    return;
  LLVMTypeKind kind = LLVMGetTypeKind(op->type);
  if (kind != LLVMIntegerTypeKind && kind != LLVMPointerTypeKind)
    return;
  for (int32_t k = 0; k < op->nrefs; k++) {
    tw_ref ref = op->refs[k];
    if (ref.kind == TW_REF_SLOT)
      return;
    if (ref.kind == TW_REF_OP && !body->ops[ref.index].affine)
      return;
    if (ref.kind == TW_REF_PHI && !body->phis[ref.index].affine)
      return;
  }
  op->affine = tw_affine_any(body->bridge, body->loop, op->inst);
}

static void mark_live(tw_body *body, tw_ref ref, int32_t *work, int32_t *n) {
  if (ref.kind != TW_REF_OP || body->ops[ref.index].live)
    return;
  body->ops[ref.index].live = true;
  work[(*n)++] = ref.index;
}

static bool used_outside(const tw_body *body, LLVMValueRef value) {
  for (LLVMUseRef u = LLVMGetFirstUse(value); u; u = LLVMGetNextUse(u)) {
    LLVMValueRef user = LLVMGetUser(u);
    if (LLVMIsAInstruction(user) && !tw_in_loop(body->loop, user))
      return true;
  }
  return false;
}

/* Every header phi is live: the loop that stays behind takes over from the pipelined one through them. */
static bool find_live(tw_body *body) {
  int32_t n = 0, *work = tweed_arena_array(body->arena, (size_t)body->nops + 1, sizeof(int32_t));
  if (!work)
    return false;
  for (int32_t i = 0; i < body->nphis; i++)
    mark_live(body, body->phis[i].next, work, &n);
  for (tw_value_map *m = body->map; m; m = m->hh.next)
    if (used_outside(body, m->value)) {
      mark_live(body, m->ref, work, &n);
      if (m->ref.kind == TW_REF_OP)
        body->ops[m->ref.index].live_out = true;
      if (m->ref.kind == TW_REF_PHI)
        body->phis[m->ref.index].live_out = true;
    }
  for (int32_t i = 0; i < body->nops; i++) {
    const tw_op *op = &body->ops[i];
    if (op->access == -2 && tw_effects_of(body->bridge, op->inst).writes)
      mark_live(body, (tw_ref){.kind = TW_REF_OP, .index = i}, work, &n);
  }
  while (n > 0) {
    const tw_op *op = &body->ops[work[--n]];
    for (int32_t k = 0; k < op->nrefs; k++)
      mark_live(body, op->refs[k], work, &n);
  }
  return true;
}

/* address: affine and never used as data. Users have higher indices, except through phis, whose affine ones are
 * addresses too. */
static void find_addresses(tw_body *body) {
  for (int32_t i = 0; i < body->nops; i++)
    body->ops[i].address = body->ops[i].affine && !body->ops[i].live_out;
  for (int32_t i = body->nops - 1; i >= 0; i--) {
    const tw_op *op = &body->ops[i];
    if (!op->live || op->address)
      continue;
    LLVMOpcode opcode = op->kind == TW_OP_INSTRUCTION ? LLVMGetInstructionOpcode(op->inst) : LLVMRet;
    for (int32_t k = 0; k < op->nrefs; k++) {
      bool pointer = (opcode == LLVMLoad && k == 0) || (opcode == LLVMStore && k == 1);
      if (op->refs[k].kind == TW_REF_OP && !pointer)
        body->ops[op->refs[k].index].address = false;
    }
  }
}

/* Where a barrier may keep a thread for ever, nothing is known of the trip count either; the barrier is what the user
 * should hear of. */
static tw_reason unknown_trips(tw_body *body) {
  LLVMBasicBlockRef blocks[MAX_BLOCKS];
  size_t n = tw_blocks(body->bridge, body->loop, blocks, MAX_BLOCKS);
  reading r = {.body = body, .reason = TW_REASON_TRIP_COUNT};
  for (size_t i = 0; i < n && i < MAX_BLOCKS; i++)
    for (LLVMValueRef inst = LLVMGetFirstInstruction(blocks[i]); inst; inst = LLVMGetNextInstruction(inst))
      if (LLVMIsACallInst(inst) && effects_of(body->bridge, inst).convergent) {
        refuse(&r, TW_REASON_CONVERGENT, inst);
        return r.reason;
      }
  return r.reason;
}

static tw_reason check_shape(tw_body *body) {
  tw_loop *l = body->loop;
  body->hints = tw_loop_hints(l);
  if (body->hints.done)
    return TW_REASON_DONE;
  if (body->hints.disabled)
    return TW_REASON_DISABLED;
  body->header = tw_header(l);
  body->latch = tw_latch(l);
  if (!body->latch)
    return TW_REASON_SHAPE;
  if (!tw_exiting(l) || !tw_exit(l))
    return TW_REASON_EARLY_EXIT;
  if (tw_exiting(l) != body->latch)
    return TW_REASON_SHAPE;
  LLVMValueRef end = LLVMGetBasicBlockTerminator(body->latch);
  if (LLVMGetInstructionOpcode(end) != LLVMBr)
    return TW_REASON_CONTROL;
  body->trips = tw_trip_count(body->bridge, l);
  return body->trips.known ? TW_REASON_NONE : unknown_trips(body);
}

tw_reason tw_body_extract(tw_bridge *b, tw_loop *l, tweed_arena *arena, tw_body **out, char *detail,
                          size_t detail_size) {
  tw_body *body = tweed_arena_alloc(arena, sizeof *body);
  *out = NULL;
  if (detail_size)
    detail[0] = 0;
  if (!body)
    return TW_REASON_INTERNAL;
  body->arena = arena;
  body->bridge = b;
  body->loop = l;
  reading r = {.body = body, .reason = check_shape(body)};
  if (r.reason == TW_REASON_NONE && read_blocks(&r)) {
    for (int32_t i = 0; i < body->nphis; i++)
      classify_phi(body, &body->phis[i]);
    for (int32_t i = 0; i < body->nops; i++)
      classify_op(body, &body->ops[i]);
    if (!find_live(body) || !tw_body_memory(body))
      r.reason = TW_REASON_INTERNAL;
    find_addresses(body);
  }
  if (r.reason != TW_REASON_NONE) {
    snprintf(detail, detail_size, "%s", body->detail);
    tw_body_free_map(body);
    return r.reason;
  }
  *out = body;
  return TW_REASON_NONE;
}
