/* lives.c: cuts an iteration's accesses to an object into lives, and moves all but the first to other variables. */
#include "llvm/nvptx/lives.h"
#include "llvm/nvptx/escape.h"
#include "llvm/nvptx/footprint.h"
#include <stdio.h>

enum { MOST_SEGMENTS = 64, MOST_OPERANDS = 16, READ = 1, WRITE = 2 };

/* life: the number of its segment, until lives are known. */
typedef struct access {
  const tw_site *site;
  int32_t life;
} access;

typedef struct parting {
  const tw_kernel *k;
  const tw_tile *t;
  LLVMValueRef variable;
  access *accesses; /* to the variable, room for all of the kernel's */
  int32_t naccesses, lives;
  LLVMBuilderRef builder;
  tw_lives *out;
  bool failed; /* out of memory */
} parting;

static LLVMValueRef inst_of(const parting *p, const access *a) {
  return p->k->flow->insts[a->site->inst];
}

static LLVMValueRef address_of(const parting *p, const access *a) {
  return LLVMGetOperand(inst_of(p, a), a->site->touch.operand);
}

/* ---- lives ---- */

/* The accesses, and what is done to the object in each segment. False: one of them stands in the way. */
static bool read_accesses(parting *p, int32_t *acts) {
  p->naccesses = 0;
  for (int32_t i = 0; i < p->k->nsites; i++) {
    const tw_site *s = &p->k->sites[i];
    if (s->touch.origin.object != p->variable)
      continue;
    if (!p->t->within[p->k->flow->block_of[s->inst]] || s->touch.ordered || s->touch.reads == s->touch.writes)
      return false;
    int32_t segment = tw_tile_segment(p->k, p->t, s->inst);
    acts[segment] |= s->touch.reads ? READ : WRITE;
    p->accesses[p->naccesses++] = (access){s, segment};
  }
  return true;
}

/* Stores and loads take turns; each turn to stores is a new life. No barrier lies between the last segment and the next
 * iteration's first one. */
static bool find_lives(parting *p) {
  int32_t acts[MOST_SEGMENTS] = {0}, life[MOST_SEGMENTS] = {0}, last = 0, n = p->t->nbarriers;
  if (n + 1 > MOST_SEGMENTS || !read_accesses(p, acts) || ((acts[0] & WRITE) && (acts[n] & READ)))
    return false;
  p->lives = 0;
  for (int32_t s = 0; s <= n; s++) {
    if (acts[s] == (READ | WRITE) || (acts[s] == READ && p->lives == 0))
      return false;
    p->lives += acts[s] == WRITE && last != WRITE;
    life[s] = p->lives - 1;
    last = acts[s] ? acts[s] : last;
  }
  for (int32_t i = 0; i < p->naccesses; i++)
    p->accesses[i].life = life[p->accesses[i].life];
  return p->lives > 1 && last == READ;
}

static bool written_in(const parting *p, const access *store, int32_t life) {
  for (int32_t i = 0; i < p->naccesses; i++) {
    const access *a = &p->accesses[i];
    if (a->site->touch.writes && a->life == life && a->site->touch.bytes == store->site->touch.bytes &&
        address_of(p, a) == address_of(p, store))
      return true;
  }
  return false;
}

static bool write_the_same(const parting *p) {
  for (int32_t i = 0; i < p->naccesses; i++) {
    const access *a = &p->accesses[i];
    if (!a->site->touch.writes)
      continue;
    if (!LLVMIsAStoreInst(inst_of(p, a)) || !tw_tile_passes(p->k, p->t, p->k->flow->block_of[a->site->inst]))
      return false;
    for (int32_t life = 0; life < p->lives; life++)
      if (!written_in(p, a, life))
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
  for (int32_t i = 0; i < p->naccesses; i++)
    if (p->accesses[i].life > 0 && !movable(p, address_of(p, &p->accesses[i])))
      return false;
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

static void move_access(parting *p, const access *a, LLVMValueRef other) {
  tw_lives *l = p->out;
  LLVMValueRef inst = inst_of(p, a), before = address_of(p, a);
  if (!tweed_arena_grow(l->arena, (void **)&l->uses, &l->rooms[2], l->nuses + 1, sizeof *l->uses)) {
    p->failed = true;
    return;
  }
  l->uses[l->nuses++] = (tw_life_use){inst, before, a->site->touch.operand};
  LLVMPositionBuilderBefore(p->builder, inst);
  LLVMSetOperand(inst, a->site->touch.operand, moved(p, before, other));
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
    for (int32_t i = 0; i < p->naccesses && !p->failed; i++)
      if (p->accesses[i].life == life)
        move_access(p, &p->accesses[i], other);
  }
}

/* ---- the whole ---- */

static bool is_candidate(const parting *p, int32_t site) {
  LLVMValueRef object = p->k->sites[site].touch.origin.object;
  return tw_tile_first_store(p->k, p->t, site) && !LLVMIsDeclaration(object) && object != p->k->dynamic.stand_in &&
         !tw_escapes(p->k, object);
}

bool tw_lives_part(const tw_kernel *k, const tw_tile *tiles, int32_t count, tw_lives *out) {
  *out = (tw_lives){.arena = k->arena};
  parting p = {.k = k, .out = out};
  p.accesses = tweed_arena_array(k->arena, (size_t)k->nsites + 1, sizeof *p.accesses);
  if (!p.accesses)
    return false;
  p.builder = LLVMCreateBuilderInContext(LLVMGetModuleContext(LLVMGetGlobalParent(k->flow->function)));
  for (int32_t t = 0; t < count && !k->hidden; t++) {
    p.t = &tiles[t];
    if (p.t->reason != TW_REASON_NONE && p.t->reason != TW_REASON_MEMORY)
      continue;
    for (int32_t i = 0; i < k->nsites && !p.failed; i++) {
      p.variable = k->sites[i].touch.origin.object;
      if (is_candidate(&p, i) && find_lives(&p) && write_the_same(&p) && all_movable(&p))
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
