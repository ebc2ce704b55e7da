/* emulate_wgmma.c: accumulators of wgmma.
 *
 * A wgmma returns before it has written its accumulators: what LLVM holds for values are names of registers that change
 * later. So each result becomes a token of 64 bits (lib/emu/cores.h), and so does every value that may be one: what
 * phi, select, freeze, insertvalue, extractvalue and transparent assembly (a fence for the optimizer, a wait) make of
 * tokens. Tokens go into the next wgmma as they are; wherever else the value is used, the run time is asked for it
 * there, and says so if that is too early. */
#include "llvm/emulate_wgmma.h"

#include <string.h>
#include <uthash.h>

/* A value that is or holds tokens. `token` has its type, with i64 wherever that has 32 bits. */
typedef struct carrier {
  LLVMValueRef value, token;
  const tw_wgmma *product; /* the value is its call */
  UT_hash_handle hh;
} carrier;

typedef struct flow {
  tw_emulation *e;
  carrier *carriers; /* a hash, in order of discovery */
  carrier **todo;
  size_t todo_count, todo_room;
  tw_wgmma *products;
  size_t product_count, product_room;
} flow;

static carrier *find(flow *f, LLVMValueRef value) {
  carrier *c;
  HASH_FIND_PTR(f->carriers, &value, c);
  return c;
}

static bool add(flow *f, LLVMValueRef value, const tw_wgmma *product) {
  if (find(f, value))
    return true;
  carrier *c = tweed_arena_alloc(f->e->arena, sizeof *c);
  if (!c || !tweed_arena_grow(f->e->arena, (void **)&f->todo, &f->todo_room, f->todo_count + 1, sizeof(carrier *))) {
    tw_emulation_error(f->e, value, "out of memory");
    return false;
  }
  c->value = value;
  c->product = product;
  HASH_ADD_PTR(f->carriers, value, c);
  f->todo[f->todo_count++] = c;
  return true;
}

/* ---- which values may be tokens ---- */

static bool passes_on(LLVMValueRef user) {
  switch (LLVMGetInstructionOpcode(user)) {
  case LLVMPHI:
  case LLVMSelect:
  case LLVMFreeze:
  case LLVMExtractValue:
  case LLVMInsertValue:
    return true;
  default:
    return tw_read_transparent(user, NULL);
  }
}

static bool discover(flow *f) {
  for (size_t i = 0; i < f->product_count; i++)
    if (!add(f, f->products[i].call, &f->products[i]))
      return false;
  for (size_t i = 0; i < f->todo_count; i++)
    for (LLVMUseRef u = LLVMGetFirstUse(f->todo[i]->value); u; u = LLVMGetNextUse(u))
      if (passes_on(LLVMGetUser(u)) && !add(f, LLVMGetUser(u), NULL))
        return false;
  return true;
}

/* ---- types ---- */

static bool is_struct(LLVMTypeRef type) {
  return LLVMGetTypeKind(type) == LLVMStructTypeKind;
}
static bool is_array(LLVMTypeRef type) {
  return LLVMGetTypeKind(type) == LLVMArrayTypeKind;
}

static unsigned parts_of(LLVMTypeRef type) {
  return is_struct(type) ? LLVMCountStructElementTypes(type) : is_array(type) ? (unsigned)LLVMGetArrayLength2(type) : 0;
}

static LLVMTypeRef part(LLVMTypeRef type, unsigned i) {
  return is_struct(type) ? LLVMStructGetTypeAtIndex(type, i) : LLVMGetElementType(type);
}

static bool is_register(tw_emulation *e, LLVMTypeRef type) {
  return LLVMGetTypeKind(type) != LLVMPointerTypeKind && tw_bytes(e->module, type) == 4;
}

static LLVMTypeRef token_type(tw_emulation *e, LLVMTypeRef type) {
  if (is_array(type))
    return LLVMArrayType2(token_type(e, LLVMGetElementType(type)), LLVMGetArrayLength2(type));
  if (!is_struct(type))
    return is_register(e, type) ? e->i64 : type;
  unsigned count = parts_of(type);
  LLVMTypeRef *parts = tweed_arena_array(e->arena, count + 1, sizeof(LLVMTypeRef));
  for (unsigned i = 0; parts && i < count; i++)
    parts[i] = token_type(e, part(type, i));
  return parts ? LLVMStructTypeInContext(e->context, parts, count, LLVMIsPackedStruct(type)) : type;
}

/* ---- tokens and values ---- */

/* A value that is no carrier, as a token. */
static LLVMValueRef wrap(tw_emulation *e, LLVMValueRef value) {
  LLVMTypeRef type = LLVMTypeOf(value);
  unsigned count = parts_of(type);
  if (count > 0) {
    LLVMValueRef all = LLVMGetPoison(token_type(e, type));
    for (unsigned i = 0; i < count; i++) {
      LLVMValueRef one = wrap(e, LLVMBuildExtractValue(e->builder, value, i, ""));
      all = LLVMBuildInsertValue(e->builder, all, one, i, "");
    }
    return all;
  }
  if (!is_register(e, type))
    return value;
  if (LLVMIsUndef(value) || LLVMIsPoison(value))
    return LLVMConstAllOnes(e->i64); /* EMU_TOKEN_NONE */
  return LLVMBuildZExt(e->builder, tw_to_bits(e, value, e->i32), e->i64, "");
}

static LLVMValueRef token_of(flow *f, LLVMValueRef value) {
  carrier *c = find(f, value);
  return c ? c->token : wrap(f->e, value);
}

/* What a token stands for, asked of the run time. */
static LLVMValueRef unwrap(tw_emulation *e, LLVMValueRef place, LLVMValueRef token, LLVMTypeRef type) {
  unsigned count = parts_of(type);
  if (count > 0) {
    LLVMValueRef all = LLVMGetPoison(type);
    for (unsigned i = 0; i < count; i++) {
      LLVMValueRef one = unwrap(e, place, LLVMBuildExtractValue(e->builder, token, i, ""), part(type, i));
      all = LLVMBuildInsertValue(e->builder, all, one, i, "");
    }
    return all;
  }
  if (!is_register(e, type))
    return token;
  LLVMValueRef arguments[2] = {place, token};
  return tw_from_bits(e, tw_call(e, "tweed_emu_wgmma_register", e->i32, arguments, 2), type);
}

/* insertvalue at a path of indices. */
static LLVMValueRef insert(tw_emulation *e, LLVMValueRef into, LLVMValueRef token, const unsigned *path,
                           unsigned length) {
  if (length > 1)
    token = insert(e, LLVMBuildExtractValue(e->builder, into, path[0], ""), token, path + 1, length - 1);
  return LLVMBuildInsertValue(e->builder, into, token, path[0], "");
}

/* Outputs of transparent assembly are the inputs that are tied to them. */
static LLVMValueRef combine_asm(flow *f, LLVMValueRef call) {
  tw_transparent t;
  tw_read_transparent(call, &t);
  LLVMTypeRef type = LLVMTypeOf(call);
  if (!is_struct(type))
    return token_of(f, LLVMGetOperand(call, (unsigned)t.tied[0]));
  LLVMValueRef all = LLVMGetPoison(token_type(f->e, type));
  for (unsigned i = 0; i < t.outputs; i++) {
    LLVMValueRef one = token_of(f, LLVMGetOperand(call, (unsigned)t.tied[i]));
    all = LLVMBuildInsertValue(f->e->builder, all, one, i, "");
  }
  return all;
}

/* What an instruction other than a phi makes of its operands' tokens. */
static LLVMValueRef combine(flow *f, LLVMValueRef v) {
  LLVMBuilderRef b = f->e->builder;
  LLVMPositionBuilderBefore(b, v);
  bool is_asm = LLVMGetInstructionOpcode(v) == LLVMCall;
  LLVMValueRef first = is_asm ? NULL : token_of(f, LLVMGetOperand(v, 0));
  switch (LLVMGetInstructionOpcode(v)) {
  case LLVMSelect:
    return LLVMBuildSelect(b, LLVMGetOperand(v, 0), token_of(f, LLVMGetOperand(v, 1)),
                           token_of(f, LLVMGetOperand(v, 2)), "");
  case LLVMExtractValue:
    for (unsigned i = 0; i < LLVMGetNumIndices(v); i++)
      first = LLVMBuildExtractValue(b, first, LLVMGetIndices(v)[i], "");
    return first;
  case LLVMInsertValue:
    return insert(f->e, first, token_of(f, LLVMGetOperand(v, 1)), LLVMGetIndices(v), LLVMGetNumIndices(v));
  case LLVMFreeze:
    return first;
  default:
    return combine_asm(f, v);
  }
}

/* Tokens of all carriers; phis stay without operands. Operands come first, which terminates: every cycle goes through a
 * phi. */
static void make_token(flow *f, carrier *c) {
  LLVMValueRef v = c->value;
  LLVMTypeRef type = token_type(f->e, LLVMTypeOf(v));
  if (c->token)
    return;
  if (c->product) {
    LLVMPositionBuilderBefore(f->e->builder, LLVMGetNextInstruction(v));
    c->token = LLVMBuildLoad2(f->e->builder, type, c->product->room, "");
  } else if (LLVMGetInstructionOpcode(v) == LLVMPHI) {
    LLVMPositionBuilderBefore(f->e->builder, v);
    c->token = LLVMBuildPhi(f->e->builder, type, "");
  } else {
    for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(v); i++) {
      carrier *operand = find(f, LLVMGetOperand(v, i));
      if (operand)
        make_token(f, operand);
    }
    c->token = combine(f, v);
  }
}

static void fill_phi(flow *f, const carrier *c) {
  for (unsigned i = 0; i < LLVMCountIncoming(c->value); i++) {
    LLVMBasicBlockRef from = LLVMGetIncomingBlock(c->value, i);
    LLVMPositionBuilderBefore(f->e->builder, LLVMGetBasicBlockTerminator(from));
    LLVMValueRef token = token_of(f, LLVMGetIncomingValue(c->value, i));
    LLVMAddIncoming(c->token, &token, &from, 1);
  }
}

/* ---- uses ---- */

/* Whether an operand of a carrier, or of a wgmma, goes on as a token. */
static bool stays_token(flow *f, LLVMValueRef user, unsigned operand) {
  carrier *c = find(f, user);
  if (!c || !c->product)
    return c != NULL;
  for (unsigned i = 0; i < c->product->registers; i++)
    if (c->product->tied[i] == (int)operand)
      return true;
  return false;
}

/* Unoptimized code puts all results into memory at once. */
static const char *name_of_use(LLVMValueRef user) {
  LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(user));
  unsigned optnone = LLVMGetEnumAttributeKindForName("optnone", 7);
  bool plain = LLVMGetEnumAttributeAtIndex(function, TW_OF_FUNCTION, optnone) != NULL;
  return plain && LLVMGetInstructionOpcode(user) == LLVMStore ? "copy of an accumulator: unoptimized code, needs -O1"
                                                              : "use of an accumulator";
}

static bool ask_once(flow *f, const carrier *c, LLVMValueRef user) {
  tw_emulation *e = f->e;
  for (unsigned i = 0; i < (unsigned)LLVMGetNumOperands(user); i++) {
    if (LLVMGetOperand(user, i) != c->value || stays_token(f, user, i))
      continue;
    LLVMPositionBuilderBefore(e->builder, user);
    LLVMValueRef place = tw_place(e, user, name_of_use(user));
    LLVMSetOperand(user, i, unwrap(e, place, c->token, LLVMTypeOf(c->value)));
    return true;
  }
  return false;
}

/* Wherever a carrier is used for its value, the run time is asked for it. The list of uses changes with each one. */
static void ask(flow *f, const carrier *c) {
  for (LLVMUseRef u = LLVMGetFirstUse(c->value); u;)
    u = ask_once(f, c, LLVMGetUser(u)) ? LLVMGetFirstUse(c->value) : LLVMGetNextUse(u);
}

/* ---- the products ---- */

static LLVMValueRef slot(tw_emulation *e, LLVMTypeRef type, LLVMValueRef room, unsigned index) {
  LLVMValueRef at = tw_number(e->i64, index);
  return LLVMBuildInBoundsGEP2(e->builder, type, room, &at, 1, "");
}

static LLVMValueRef registers_of_a(tw_emulation *e, const tw_wgmma *p) {
  if (!p->a_count)
    return LLVMConstNull(e->pointer);
  LLVMValueRef room = tw_stack(e, LLVMArrayType2(e->i32, p->a_count));
  for (unsigned i = 0; i < p->a_count; i++)
    LLVMBuildStore(e->builder, tw_to_bits(e, LLVMGetOperand(p->call, p->a[i]), e->i32), slot(e, e->i32, room, i));
  return room;
}

static void lower(flow *f, const tw_wgmma *p) {
  tw_emulation *e = f->e;
  LLVMPositionBuilderBefore(e->builder, p->call);
  for (unsigned i = 0; i < p->registers; i++) {
    LLVMValueRef none = LLVMConstAllOnes(e->i64);
    LLVMValueRef token = p->tied[i] < 0 ? none : token_of(f, LLVMGetOperand(p->call, (unsigned)p->tied[i]));
    LLVMBuildStore(e->builder, token, slot(e, e->i64, p->room, i));
  }
  LLVMValueRef flags = tw_number(e->i64, p->flags);
  if (p->scale_d >= 0) {
    LLVMValueRef scale = LLVMGetOperand(p->call, (unsigned)p->scale_d);
    LLVMValueRef set = LLVMBuildICmp(e->builder, LLVMIntNE, scale, LLVMConstNull(LLVMTypeOf(scale)), "");
    flags = LLVMBuildOr(e->builder, flags, LLVMBuildZExt(e->builder, set, e->i64, ""), "");
  }
  LLVMValueRef a = p->a_count ? tw_number(e->i64, 0) : tw_to_bits(e, LLVMGetOperand(p->call, p->a[0]), e->i64);
  LLVMValueRef b = tw_to_bits(e, LLVMGetOperand(p->call, p->b), e->i64), registers = registers_of_a(e, p);
  LLVMValueRef arguments[] = {
      tw_place(e, p->call, p->name), tw_number(e->i64, p->code), flags, a, registers, b, p->room};
  tw_call(e, "tweed_emu_wgmma", e->none, arguments, 7);
}

static bool collect(flow *f, LLVMValueRef function) {
  tw_emulation *e = f->e;
  for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b))
    for (LLVMValueRef i = LLVMGetFirstInstruction(b); i; i = LLVMGetNextInstruction(i)) {
      if (!tw_is_wgmma(i))
        continue;
      if (!tweed_arena_grow(e->arena, (void **)&f->products, &f->product_room, f->product_count + 1,
                            sizeof *f->products)) {
        tw_emulation_error(e, i, "out of memory");
        return false;
      }
      tw_wgmma *p = &f->products[f->product_count++];
      if (!tw_read_wgmma(e, i, p))
        return false;
      LLVMPositionBuilderBefore(e->builder, i);
      p->room = tw_stack(e, LLVMArrayType2(e->i64, p->registers));
    }
  return true;
}

/* Transparent assembly may be a wait. */
static void lower_wait(flow *f, LLVMValueRef v) {
  tw_transparent t;
  if (LLVMGetInstructionOpcode(v) != LLVMCall || tw_is_wgmma(v) || !tw_read_transparent(v, &t) || !t.waits)
    return;
  LLVMPositionBuilderBefore(f->e->builder, v);
  LLVMValueRef arguments[2] = {tw_place(f->e, v, "wgmma.wait_group.sync.aligned"), tw_number(f->e->i32, t.pending)};
  tw_call(f->e, "tweed_emu_wgmma_wait", f->e->none, arguments, 2);
}

/* Tokens first, then all that asks for values, then the instructions themselves: the next step takes away what the one
 * before has read. */
static void rewrite(flow *f) {
  for (carrier *c = f->carriers; c; c = c->hh.next)
    make_token(f, c);
  for (carrier *c = f->carriers; c; c = c->hh.next)
    if (LLVMGetInstructionOpcode(c->value) == LLVMPHI)
      fill_phi(f, c);
  for (carrier *c = f->carriers; c; c = c->hh.next)
    ask(f, c);
  for (size_t i = 0; i < f->product_count; i++)
    lower(f, &f->products[i]);
  for (carrier *c = f->carriers; c; c = c->hh.next)
    lower_wait(f, c->value);
  for (carrier *c = f->carriers; c; c = c->hh.next)
    LLVMReplaceAllUsesWith(c->value, LLVMGetPoison(LLVMTypeOf(c->value)));
  for (carrier *c = f->carriers; c; c = c->hh.next)
    LLVMInstructionEraseFromParent(c->value);
}

void tw_lower_wgmma(tw_emulation *e) {
  for (LLVMValueRef function = LLVMGetFirstFunction(e->module); function; function = LLVMGetNextFunction(function)) {
    flow f = {.e = e};
    if (collect(&f, function) && f.product_count > 0 && discover(&f))
      rewrite(&f);
    HASH_CLEAR(hh, f.carriers);
  }
}
