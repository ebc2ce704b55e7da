/* lives.c: cuts an iteration's accesses to an object into lives, and moves all but the first to other variables. */
#include "llvm/nvptx/lives.h"
#include "llvm/nvptx/escape.h"
#include "llvm/nvptx/footprint.h"
#include <stdio.h>

enum { MOST_SEGMENTS = 64, MOST_OPERANDS = 16, READ = 1, WRITE = 2 };

typedef struct parting {
  const tw_kernel *k;
  const tw_tile *t;
  LLVMValueRef variable;
  int32_t life[MOST_SEGMENTS]; /* by segment; -1 = no access in it */
  int32_t lives;
  LLVMBuilderRef builder;
  tw_lives *out;
  bool failed; /* out of memory */
} parting;

static bool of_variable(const parting *p, const tw_site *s) {
  return s->touch.origin.object == p->variable;
}

/* ---- lives ---- */

/* What is done to the object in each segment. False: an access stands in the way. */
static bool read_segments(const parting *p, int32_t *acts) {
  for (int32_t i = 0; i < p->k->nsites; i++) {
    const tw_site *s = &p->k->sites[i];
    if (!of_variable(p, s))
      continue;
    if (!p->t->within[p->k->flow->block_of[s->inst]] || s->touch.ordered || s->touch.reads == s->touch.writes)
      return false;
    acts[tw_tile_segment(p->k, p->t, s->inst)] |= s->touch.reads ? READ : WRITE;
  }
  return true;
}

/* Stores and loads take turns; each turn to stores is a new life. No barrier lies between the last segment and the next
 * iteration's first one. */
static bool find_lives(parting *p) {
  int32_t acts[MOST_SEGMENTS] = {0}, last = 0, n = p->t->nbarriers;
  if (n + 1 > MOST_SEGMENTS || !read_segments(p, acts) || ((acts[0] & WRITE) && (acts[n] & READ)))
    return false;
  p->lives = 0;
  for (int32_t s = 0; s <= n; s++) {
    if (acts[s] == (READ | WRITE) || (acts[s] == READ && p->lives == 0))
      return false;
    p->lives += acts[s] == WRITE && last != WRITE;
    p->life[s] = acts[s] ? p->lives - 1 : -1;
    last = acts[s] ? acts[s] : last;
  }
  return p->lives > 1 && last == READ;
}

static int32_t life_of(const parting *p, const tw_site *s) {
  return p->life[tw_tile_segment(p->k, p->t, s->inst)];
}

static bool same_place(const parting *p, const tw_site *a, const tw_site *b) {
  return a->touch.bytes == b->touch.bytes && LLVMGetOperand(p->k->flow->insts[a->inst], a->touch.operand) ==
                                                 LLVMGetOperand(p->k->flow->insts[b->inst], b->touch.operand);
}

static bool written_in(const parting *p, const tw_site *store, int32_t life) {
  for (int32_t i = 0; i < p->k->nsites; i++) {
    const tw_site *s = &p->k->sites[i];
    if (of_variable(p, s) && s->touch.writes && life_of(p, s) == life && same_place(p, s, store))
      return true;
  }
  return false;
}

static bool write_the_same(const parting *p) {
  for (int32_t i = 0; i < p->k->nsites; i++) {
    const tw_site *s = &p->k->sites[i];
    if (!of_variable(p, s) || !s->touch.writes)
      continue;
    if (!LLVMIsAStoreInst(p->k->flow->insts[s->inst]) || !tw_tile_passes(p->k, p->t, p->k->flow->block_of[s->inst]))
      return false;
    for (int32_t life = 0; life < p->lives; life++)
      if (!written_in(p, s, life))
        return false;
  }
  return true;
}

/* ---- addresses in another variable ---- */

static bool leads_there(const parting *p, LLVMValueRef v) {
  return v == p->variable || tw_origin_of(v).object == p->variable;
}

static bool can_move(LLVMValueRef v) {
  switch (LLVMIsAInstruction(v) ? LLVMGetInstructionOpcode(v) : LLVMGetConstOpcode(v)) {
  case LLVMGetElementPtr:
  case LLVMAddrSpaceCast:
  case LLVMPtrToInt:
  case LLVMIntToPtr:
  case LLVMTrunc:
  case LLVMZExt:
  case LLVMAdd:
    return true;
  default:
    return false;
  }
}

/* All that leads from the variable to the address can be computed again from another one. */
static bool movable(const parting *p, LLVMValueRef v) {
  if (v == p->variable)
    return true;
  bool computed = LLVMIsAInstruction(v) || LLVMIsAConstantExpr(v);
  if (!computed || !can_move(v) || LLVMGetNumOperands(v) > MOST_OPERANDS)
    return false;
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    if (leads_there(p, LLVMGetOperand(v, (unsigned)k)) && !movable(p, LLVMGetOperand(v, (unsigned)k)))
      return false;
  return true;
}

static bool all_movable(const parting *p) {
  for (int32_t i = 0; i < p->k->nsites; i++) {
    const tw_site *s = &p->k->sites[i];
    if (of_variable(p, s) && life_of(p, s) > 0 &&
        !movable(p, LLVMGetOperand(p->k->flow->insts[s->inst], s->touch.operand)))
      return false;
  }
  return true;
}

/* Room for one more is made before anything is, so that nothing is made that is not known to be. */
static bool make_room(parting *p, LLVMValueRef **list, size_t n, size_t *room) {
  if (!tweed_arena_grow(p->out->arena, (void **)list, room, n + 1, sizeof **list))
    p->failed = true;
  return !p->failed;
}

/* The address in the other variable, computed at the builder's place. Constant expressions become instructions. */
static LLVMValueRef moved(parting *p, LLVMValueRef v, LLVMValueRef other) {
  tw_lives *l = p->out;
  if (v == p->variable)
    return other;
  LLVMValueRef operands[MOST_OPERANDS] = {NULL};
  int n = LLVMGetNumOperands(v);
  for (int k = 0; k < n; k++)
    if (leads_there(p, LLVMGetOperand(v, (unsigned)k)))
      operands[k] = moved(p, LLVMGetOperand(v, (unsigned)k), other);
  if (!make_room(p, &l->addresses, l->naddresses, &l->rooms[1]))
    return v;
  bool constant = LLVMIsAConstantExpr(v);
  LLVMValueRef copy = constant ? tw_constant_as_instruction(v) : LLVMInstructionClone(v);
  for (int k = 0; k < n; k++)
    if (operands[k])
      LLVMSetOperand(copy, (unsigned)k, operands[k]);
  LLVMInsertIntoBuilder(p->builder, copy);
  l->addresses[l->naddresses++] = copy;
  return copy;
}

static void move_access(parting *p, const tw_site *s, LLVMValueRef other) {
  tw_lives *l = p->out;
  LLVMValueRef inst = p->k->flow->insts[s->inst], before = LLVMGetOperand(inst, s->touch.operand);
  if (!tweed_arena_grow(l->arena, (void **)&l->uses, &l->rooms[2], l->nuses + 1, sizeof *l->uses)) {
    p->failed = true;
    return;
  }
  l->uses[l->nuses++] = (tw_life_use){inst, before, s->touch.operand};
  LLVMPositionBuilderBefore(p->builder, inst);
  LLVMSetOperand(inst, s->touch.operand, moved(p, before, other));
}

static LLVMValueRef make_variable(parting *p, int32_t life) {
  tw_lives *l = p->out;
  if (!make_room(p, &l->variables, l->nvariables, &l->rooms[0]))
    return NULL;
  LLVMModuleRef module = LLVMGetGlobalParent(p->k->flow->function);
  LLVMTypeRef type = LLVMGlobalGetValueType(p->variable);
  char name[256];
  size_t length = 0;
  const char *old = LLVMGetValueName2(p->variable, &length);
  snprintf(name, sizeof name, "%.*s.%d", (int)(length < 200 ? length : 200), old, (int)life + 1);
  LLVMValueRef made = LLVMAddGlobalInAddressSpace(module, type, name, TW_SHARED_SPACE);
  LLVMSetAlignment(made, LLVMGetAlignment(p->variable));
  LLVMSetLinkage(made, LLVMInternalLinkage);
  LLVMSetInitializer(made, LLVMGetUndef(type));
  l->bytes += tw_shared_size(p->k->flow->bridge, type);
  l->variables[l->nvariables++] = made;
  return made;
}

static void move_lives(parting *p) {
  for (int32_t life = 1; life < p->lives && !p->failed; life++) {
    LLVMValueRef other = make_variable(p, life);
    for (int32_t i = 0; i < p->k->nsites && !p->failed; i++)
      if (of_variable(p, &p->k->sites[i]) && life_of(p, &p->k->sites[i]) == life)
        move_access(p, &p->k->sites[i], other);
  }
}

/* ---- the whole ---- */

static bool first_mention(const tw_kernel *k, int32_t site) {
  for (int32_t i = 0; i < site; i++)
    if (k->sites[i].touch.origin.object == k->sites[site].touch.origin.object)
      return false;
  return true;
}

static bool is_candidate(const tw_kernel *k, int32_t site) {
  LLVMValueRef object = k->sites[site].touch.origin.object;
  return k->sites[site].touch.origin.space == TW_SPACE_SHARED && object && first_mention(k, site) &&
         !LLVMIsDeclaration(object) && object != k->dynamic.stand_in && !tw_escapes(k, object);
}

bool tw_lives_part(const tw_kernel *k, const tw_tile *tiles, int32_t count, tw_lives *out) {
  *out = (tw_lives){.arena = k->arena};
  parting p = {.k = k, .out = out};
  p.builder = LLVMCreateBuilderInContext(LLVMGetModuleContext(LLVMGetGlobalParent(k->flow->function)));
  for (int32_t t = 0; t < count && !k->hidden; t++) {
    p.t = &tiles[t];
    if (p.t->reason != TW_REASON_NONE && p.t->reason != TW_REASON_MEMORY)
      continue;
    for (int32_t i = 0; i < k->nsites && !p.failed; i++) {
      p.variable = k->sites[i].touch.origin.object;
      if (is_candidate(k, i) && find_lives(&p) && write_the_same(&p) && all_movable(&p))
        move_lives(&p);
    }
  }
  LLVMDisposeBuilder(p.builder);
  return !p.failed;
}

void tw_lives_join(const tw_lives *l) {
  for (size_t i = l->nuses; i-- > 0;)
    LLVMSetOperand(l->uses[i].inst, l->uses[i].operand, l->uses[i].before);
  for (size_t i = l->naddresses; i-- > 0;)
    LLVMInstructionEraseFromParent(l->addresses[i]);
  for (size_t i = l->nvariables; i-- > 0;)
    LLVMDeleteGlobal(l->variables[i]);
}
