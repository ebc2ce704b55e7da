/* ptx_build.c: inline PTX as a function of calls: its registers are variables, its labels blocks. */
#include "llvm/ptx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct slot {
  LLVMValueRef variable;
  LLVMTypeRef type;
} slot;

typedef struct label {
  const char *name;
  LLVMBasicBlockRef block;
} label;

enum { MAX_SLOTS = 256, MAX_LABELS = 64, MAX_ARGUMENTS = 64, MAX_WORDS = 128 };

typedef struct assembly {
  tw_emulation *e;
  LLVMValueRef call; /* for messages */
  const ptx_program *program;
  LLVMValueRef function, place; /* place: of the statement that is being built */
  uint64_t code;                /* of the statement, if it is a matrix instruction */
  slot slots[MAX_SLOTS];        /* the operands of the assembly, results first */
  size_t slot_count, result_count;
  slot *registers; /* beside program->registers */
  label labels[MAX_LABELS];
  size_t label_count;
} assembly;

static bool wrong(assembly *a, const char *what, const char *name) {
  tw_emulation_error(a->e, a->call, "inline PTX: %s%s", what, name ? name : "");
  return false;
}

/* ---- registers ---- */

static LLVMTypeRef register_type(tw_emulation *e, const char *type) {
  if (strcmp(type, "pred") == 0)
    return e->i1;
  if (strcmp(type, "f32") == 0)
    return e->f32;
  if (strcmp(type, "f64") == 0)
    return e->f64;
  unsigned bits = (unsigned)strtoul(type + 1, NULL, 10);
  if (strcmp(type, "f16x2") == 0)
    bits = 32;
  return bits == 8 || bits == 16 || bits == 32 || bits == 64 ? LLVMIntTypeInContext(e->context, bits) : NULL;
}

/* The last declaration of a name counts: scopes don't nest in what people write inline. */
static slot *find_register(assembly *a, const char *name) {
  for (size_t i = a->program->register_count; i-- > 0;)
    if (strcmp(a->program->registers[i].name, name) == 0)
      return &a->registers[i];
  return NULL;
}

static slot *find_slot(assembly *a, const ptx_operand *o) {
  if (o->kind == PTX_SLOT)
    return o->number < a->slot_count ? &a->slots[o->number] : NULL;
  return o->kind == PTX_NAME ? find_register(a, o->name) : NULL;
}

/* The value of a register, a special one, or a number; NULL after a message. */
static LLVMValueRef value_of(assembly *a, const ptx_operand *o, LLVMTypeRef wanted) {
  tw_emulation *e = a->e;
  slot *s = find_slot(a, o);
  if (s)
    return LLVMBuildLoad2(e->builder, s->type, s->variable, "");
  if (o->kind == PTX_NUMBER) {
    if (o->width == 64 && wanted == e->f32) { /* a decimal fraction */
      double d;
      memcpy(&d, &o->number, sizeof d);
      return LLVMConstReal(e->f32, d);
    }
    return tw_from_bits(e, tw_number(e->i64, o->number), wanted);
  }
  LLVMValueRef special = NULL;
  if (o->kind == PTX_NAME)
    special = tw_special_register(e, o->name[0] == '%' ? o->name + 1 : o->name);
  if (!special)
    wrong(a, "there is no register ", o->kind == PTX_NAME ? o->name : "for an operand");
  return special;
}

static bool assign(assembly *a, const ptx_operand *o, LLVMValueRef bits) {
  if (o->kind == PTX_SINK)
    return true;
  slot *s = find_slot(a, o);
  if (!s)
    return wrong(a, "no register to write to: ", o->name);
  LLVMBuildStore(a->e->builder, tw_from_bits(a->e, bits, s->type), s->variable);
  return true;
}

/* ---- operands of calls ---- */

typedef struct operand_list {
  LLVMValueRef all[MAX_ARGUMENTS];
  unsigned first[MAX_ARGUMENTS], length[MAX_ARGUMENTS]; /* of each operand */
  unsigned count, operands;
} operand_list;

static bool add(operand_list *to, LLVMValueRef value) {
  if (!value || to->count == MAX_ARGUMENTS)
    return false;
  to->all[to->count++] = value;
  return true;
}

/* The words of {…}, or of one register. */
static size_t words_of(const ptx_operand *o, const ptx_operand **items) {
  *items = o->kind == PTX_VECTOR ? o->items : o;
  return o->kind == PTX_VECTOR ? o->count : 1;
}

/* Registers of 64 bits have words of 64 bits. */
static LLVMTypeRef word_type(assembly *a, const ptx_operand *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    slot *s = find_slot(a, &items[i]);
    if (s && tw_bytes(a->e->module, s->type) == 8)
      return a->e->i64;
  }
  return a->e->i32;
}

static LLVMValueRef word_at(assembly *a, LLVMTypeRef type, LLVMValueRef room, size_t i) {
  LLVMValueRef index = tw_number(a->e->i32, i);
  return LLVMBuildGEP2(a->e->builder, type, room, &index, 1, "");
}

static LLVMValueRef pack(assembly *a, const ptx_operand *o) {
  const ptx_operand *items;
  size_t count = words_of(o, &items);
  LLVMTypeRef type = word_type(a, items, count);
  LLVMValueRef room = tw_stack(a->e, LLVMArrayType2(type, count));
  for (size_t i = 0; i < count; i++) {
    LLVMValueRef value = value_of(a, &items[i], type);
    if (!value)
      return NULL;
    LLVMBuildStore(a->e->builder, tw_to_bits(a->e, value, type), word_at(a, type, room, i));
  }
  return room;
}

static LLVMValueRef raw_address(assembly *a, const ptx_operand *o) {
  tw_emulation *e = a->e;
  const ptx_operand *base = o->kind == PTX_MEMORY ? &o->items[0] : o;
  LLVMValueRef value = value_of(a, base, e->i64);
  if (!value)
    return NULL;
  LLVMValueRef bits = tw_to_bits(e, value, e->i64);
  if (o->kind == PTX_MEMORY && o->number)
    bits = LLVMBuildAdd(e->builder, bits, tw_number(e->i64, o->number), "");
  return bits;
}

static LLVMValueRef address(assembly *a, const ptx_operand *o) {
  LLVMValueRef bits = raw_address(a, o);
  return bits ? tw_call(a->e, "tweed_emu_address", a->e->pointer, &bits, 1) : NULL;
}

static LLVMValueRef scalar(assembly *a, const ptx_operand *o, char letter) {
  tw_emulation *e = a->e;
  LLVMTypeRef type = letter == 'l' ? e->i64 : letter == 'f' ? e->f32 : letter == 'd' ? e->f64 : e->i32;
  LLVMValueRef value = value_of(a, o, letter == 'p' ? e->i1 : type);
  if (!value)
    return NULL;
  if (letter == 'p' && o->negated)
    value = LLVMBuildNot(e->builder, value, "");
  if (letter == 'f' || letter == 'd') {
    LLVMValueRef bits = tw_to_bits(e, value, letter == 'f' ? e->i32 : e->i64);
    return LLVMBuildBitCast(e->builder, bits, type, "");
  }
  return tw_to_bits(e, value, type);
}

static bool coordinates(assembly *a, const ptx_operand *o, operand_list *to) {
  if (o->kind != PTX_MEMORY || o->count != 2)
    return wrong(a, "[address, {coordinates}] is needed", NULL);
  const ptx_operand *items;
  size_t count = words_of(&o->items[1], &items);
  return add(to, raw_address(a, o)) && add(to, tw_number(a->e->i32, count)) && add(to, pack(a, &o->items[1]));
}

static bool add_operand(assembly *a, const ptx_operand *o, char letter, operand_list *to) {
  switch (letter) {
  case 'a':
    return add(to, address(a, o));
  case 'm':
    return add(to, raw_address(a, o));
  case 't':
    return coordinates(a, o, to);
  case '+':
    return add(to, pack(a, o));
  default:
    return add(to, scalar(a, o, letter));
  }
}

static bool add_missing(assembly *a, char letter, operand_list *to) {
  tw_emulation *e = a->e;
  switch (letter) {
  case 'a':
  case '+':
    return add(to, LLVMConstNull(e->pointer));
  case 'l':
  case 'm':
    return add(to, tw_number(e->i64, 0));
  default:
    return add(to, tw_number(e->i32, 0));
  }
}

/* ---- calls ---- */

typedef struct outcome {
  char letter; /* 0: none */
  const ptx_operand *to;
  LLVMValueRef room;
  LLVMTypeRef word;
} outcome;

static LLVMTypeRef outcome_type(tw_emulation *e, char letter) {
  switch (letter) {
  case 'i':
  case 'b':
    return e->i32;
  case 'l':
  case 'P':
    return e->i64;
  case 'f':
    return e->f32;
  case 'd':
    return e->f64;
  default:
    return e->none;
  }
}

static bool store_outcome(assembly *a, const outcome *out, LLVMValueRef got) {
  tw_emulation *e = a->e;
  LLVMBuilderRef b = e->builder;
  const ptx_operand *items;
  size_t count;
  switch (out->letter) {
  case 'o':
    count = words_of(out->to, &items);
    for (size_t i = 0; i < count; i++) {
      LLVMValueRef word = LLVMBuildLoad2(b, out->word, word_at(a, out->word, out->room, i), "");
      if (!assign(a, &items[i], word))
        return false;
    }
    return true;
  case 'b':
    return assign(a, out->to, LLVMBuildICmp(b, LLVMIntNE, got, tw_number(e->i32, 0), ""));
  case 'P': {
    const ptx_operand *pair = out->to;
    if (pair->kind != PTX_PAIR)
      return assign(a, pair, LLVMBuildTrunc(b, got, e->i32, ""));
    LLVMValueRef bit = LLVMBuildTrunc(b, LLVMBuildLShr(b, got, tw_number(e->i64, 32), ""), e->i1, "");
    return assign(a, &pair->items[0], LLVMBuildTrunc(b, got, e->i32, "")) && assign(a, &pair->items[1], bit);
  }
  case 0:
    return true;
  default:
    return assign(a, out->to,
                  tw_to_bits(e, got,
                             out->letter == 'f'   ? e->i32
                             : out->letter == 'd' ? e->i64
                                                  : LLVMTypeOf(got)));
  }
}

/* Puts the operands into the order that the row wants. */
static bool reorder(operand_list *to, unsigned from, const char *order) {
  operand_list old = *to;
  to->count = from;
  for (; *order; order++) {
    unsigned k = (unsigned)(*order - '0');
    if (k >= old.operands)
      return false;
    for (unsigned i = 0; i < old.length[k]; i++)
      to->all[to->count++] = old.all[old.first[k] + i];
  }
  return true;
}

/* The arguments from a row's signature; false where statement and row don't fit. */
static bool collect(assembly *a, const ptx_statement *s, const char *signature, operand_list *to, outcome *out) {
  size_t at = 0;
  unsigned from = to->count;
  while (*signature && *signature != ';') {
    bool result = *signature == '=';
    signature += result;
    char letter = *signature++;
    if (letter == '$') {
      if (!add(to, tw_number(a->e->i64, a->code)))
        return false;
      from = to->count;
    } else if (letter == '#') {
      char *end;
      if (!add(to, tw_number(a->e->i32, strtoul(signature, &end, 10))))
        return false;
      signature = end;
      from = to->count;
    } else {
      bool optional = *signature == '?', missing = at >= s->count;
      signature += optional;
      if (missing && !optional)
        return false;
      if (result) {
        *out = (outcome){.letter = letter, .to = &s->operands[at]};
        if (letter == 'o') {
          const ptx_operand *items;
          size_t count = words_of(out->to, &items);
          out->word = word_type(a, items, count);
          out->room = tw_stack(a->e, LLVMArrayType2(out->word, count));
          if (!add(to, out->room))
            return false;
          from = to->count;
        }
      } else {
        unsigned first = to->count;
        if (missing ? !add_missing(a, letter, to) : !add_operand(a, &s->operands[at], letter, to))
          return false;
        to->first[to->operands] = first;
        to->length[to->operands++] = to->count - first;
      }
      at += !missing;
    }
    signature += *signature == ',';
  }
  if (at != s->count)
    return false;
  return *signature != ';' || reorder(to, from, signature + 1);
}

/* How many operands a row takes at least and at most: what tells rows of one name apart. */
static bool right_count(const char *signature, size_t count) {
  size_t least = 0, most = 0;
  for (const char *s = signature; *s && *s != ';';) {
    size_t length = strcspn(s, ",;");
    if (*s != '#' && *s != '$') {
      most++;
      least += s[length - 1] != '?';
    }
    s += length + (s[length] == ',');
  }
  return least <= count && count <= most;
}

static bool build_call(assembly *a, const ptx_statement *s) {
  bool named = false;
  for (const tw_row *row = tw_ptx_rows; row->pattern; row++) {
    uint32_t passed[TW_MAX_PASSED], count;
    if (!tw_match(row->pattern, s->mnemonic, passed, &count))
      continue;
    named = true;
    if (!right_count(row->signature, s->count))
      continue;
    tweed_error error;
    if (row->signature[0] == '$' && !tw_matrix_code(s->mnemonic, &a->code, &error))
      return wrong(a, error.message, NULL);
    operand_list to = {.count = 0};
    outcome out = {0};
    add(&to, a->place);
    for (uint32_t i = 0; i < count; i++)
      add(&to, tw_number(a->e->i32, passed[i]));
    if (!collect(a, s, row->signature, &to, &out))
      return wrong(a, "operands that the emulator doesn't know for ", s->mnemonic);
    LLVMValueRef got = tw_call(a->e, row->function, outcome_type(a->e, out.letter), to.all, to.count);
    return store_outcome(a, &out, got);
  }
  return wrong(a, named ? "the emulator doesn't know this number of operands for " : "the emulator doesn't know ",
               s->mnemonic);
}

/* ---- mov ---- */

/* Also packs and unpacks: mov.b64 x, {a, b}. */
static bool build_mov(assembly *a, const ptx_statement *s) {
  tw_emulation *e = a->e;
  if (s->count != 2)
    return wrong(a, "mov has two operands", NULL);
  const ptx_operand *to = &s->operands[0], *from = &s->operands[1], *items;
  size_t count = words_of(from->kind == PTX_VECTOR ? from : to, &items);
  if (count == 1 && from->kind != PTX_VECTOR && to->kind != PTX_VECTOR) {
    slot *target = find_slot(a, to);
    LLVMValueRef value = value_of(a, from, target ? target->type : e->i32);
    LLVMTypeRef bits =
        value ? LLVMIntTypeInContext(e->context, (unsigned)(8 * tw_bytes(e->module, LLVMTypeOf(value)))) : NULL;
    if (value && LLVMTypeOf(value) == e->i1)
      bits = e->i1;
    return value && assign(a, to, tw_to_bits(e, value, bits));
  }
  LLVMValueRef whole = from->kind == PTX_VECTOR ? tw_number(e->i64, 0) : value_of(a, from, e->i64);
  if (!whole)
    return false;
  whole = tw_to_bits(e, whole, e->i64);
  slot *one = find_slot(a, &items[0]), *other = find_slot(a, from->kind == PTX_VECTOR ? to : from);
  uint64_t width = one ? 8 * tw_bytes(e->module, one->type) : other ? 8 * tw_bytes(e->module, other->type) / count : 32;
  for (size_t i = 0; i < count; i++) {
    LLVMValueRef by = tw_number(e->i64, width * i);
    if (from->kind == PTX_VECTOR) {
      LLVMValueRef part = value_of(a, &items[i], LLVMIntTypeInContext(e->context, (unsigned)width));
      if (!part)
        return false;
      part = LLVMBuildShl(e->builder, tw_to_bits(e, part, e->i64), by, "");
      whole = LLVMBuildOr(e->builder, whole, part, "");
    } else if (!assign(a, &items[i], LLVMBuildLShr(e->builder, whole, by, ""))) {
      return false;
    }
  }
  return from->kind != PTX_VECTOR || assign(a, to, whole);
}

/* ---- flow ---- */

static LLVMBasicBlockRef block_of(assembly *a, const char *name) {
  for (size_t i = 0; i < a->label_count; i++)
    if (strcmp(a->labels[i].name, name) == 0)
      return a->labels[i].block;
  return NULL;
}

static LLVMBasicBlockRef new_block(assembly *a) {
  return LLVMAppendBasicBlockInContext(a->e->context, a->function, "");
}

static void enter(assembly *a, LLVMBasicBlockRef block) {
  if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(a->e->builder)))
    LLVMBuildBr(a->e->builder, block);
  LLVMPositionBuilderAtEnd(a->e->builder, block);
}

static bool build_plain(assembly *a, const ptx_statement *s) {
  if (strcmp(s->mnemonic, "bra") == 0 || strcmp(s->mnemonic, "bra.uni") == 0) {
    LLVMBasicBlockRef to = s->count == 1 && s->operands[0].kind == PTX_NAME ? block_of(a, s->operands[0].name) : NULL;
    if (!to)
      return wrong(a, "a branch to nowhere", NULL);
    LLVMBuildBr(a->e->builder, to);
    return true;
  }
  if (strncmp(s->mnemonic, "mov.", 4) == 0)
    return build_mov(a, s);
  return build_call(a, s);
}

static bool build_statement(assembly *a, const ptx_statement *s) {
  if (s->label) {
    enter(a, block_of(a, s->label));
    return true;
  }
  LLVMBasicBlockRef then = NULL, after = new_block(a);
  if (s->guard) {
    slot *p = find_register(a, s->guard);
    if (!p || p->type != a->e->i1)
      return wrong(a, "there is no predicate ", s->guard);
    then = new_block(a);
    LLVMValueRef is = LLVMBuildLoad2(a->e->builder, p->type, p->variable, "");
    LLVMBuildCondBr(a->e->builder, is, s->guard_negated ? after : then, s->guard_negated ? then : after);
    LLVMPositionBuilderAtEnd(a->e->builder, then);
  }
  bool good = build_plain(a, s);
  enter(a, after);
  return good;
}

/* ---- the function ---- */

typedef struct constraints {
  char codes[MAX_SLOTS]; /* r, l, h, f, d, n; of a tied input: 0 */
  int ties[MAX_SLOTS];   /* the result that an input shares its register with, or -1 */
  size_t results, inputs;
} constraints;

static bool read_constraints(assembly *a, const char *text, constraints *out) {
  *out = (constraints){0};
  size_t n = 0;
  while (*text) {
    size_t length = strcspn(text, ",");
    if (n == MAX_SLOTS)
      return wrong(a, "more operands than can be", NULL);
    if (text[0] == '=') {
      out->results++;
      n++;
    } else if (text[0] != '~') {
      out->ties[n] = text[0] >= '0' && text[0] <= '9' ? (int)strtol(text, NULL, 10) : -1;
      out->inputs++;
      n++;
    }
    text += length + (text[length] == ',');
  }
  return true;
}

static LLVMTypeRef result_at(LLVMTypeRef type, size_t results, unsigned i) {
  return results == 1 ? type : LLVMStructGetTypeAtIndex(type, i);
}

/* Variables for the assembly's operands and for its registers, inputs filled in. */
static bool make_slots(assembly *a, const constraints *c, LLVMTypeRef result) {
  tw_emulation *e = a->e;
  a->result_count = c->results;
  a->slot_count = c->results + c->inputs;
  for (unsigned i = 0; i < c->results; i++) {
    LLVMTypeRef type = result_at(result, c->results, i);
    a->slots[i] = (slot){tw_stack(e, type), type};
  }
  for (unsigned i = 0; i < c->inputs; i++) {
    unsigned k = (unsigned)c->results + i;
    LLVMValueRef value = LLVMGetParam(a->function, i + 1);
    LLVMTypeRef type = LLVMTypeOf(value);
    slot *tied = c->ties[k] >= 0 && (size_t)c->ties[k] < c->results ? &a->slots[c->ties[k]] : NULL;
    a->slots[k] = tied ? *tied : (slot){tw_stack(e, type), type};
    LLVMBuildStore(e->builder, value, a->slots[k].variable);
  }
  a->registers = tweed_arena_array(e->arena, a->program->register_count + 1, sizeof *a->registers);
  for (size_t i = 0; a->registers && i < a->program->register_count; i++) {
    LLVMTypeRef type = register_type(e, a->program->registers[i].type);
    if (!type)
      return wrong(a, "registers of an unknown type ", a->program->registers[i].type);
    a->registers[i] = (slot){tw_stack(e, type), type};
  }
  return a->registers != NULL;
}

static bool make_labels(assembly *a) {
  for (size_t i = 0; i < a->program->count; i++) {
    const ptx_statement *s = &a->program->statements[i];
    if (!s->label)
      continue;
    if (a->label_count == MAX_LABELS)
      return wrong(a, "too many labels", NULL);
    a->labels[a->label_count++] = (label){s->label, new_block(a)};
  }
  return true;
}

static void build_return(assembly *a, LLVMTypeRef result) {
  LLVMBuilderRef b = a->e->builder;
  if (a->result_count == 0) {
    LLVMBuildRetVoid(b);
    return;
  }
  LLVMValueRef all = NULL;
  for (unsigned i = 0; i < a->result_count; i++) {
    LLVMValueRef one = LLVMBuildLoad2(b, a->slots[i].type, a->slots[i].variable, "");
    if (a->result_count == 1)
      all = one;
    else
      all = LLVMBuildInsertValue(b, all ? all : LLVMGetPoison(result), one, i, "");
  }
  LLVMBuildRet(b, all);
}

static void set_attributes(tw_emulation *e, LLVMValueRef function) {
  static const char *const names[] = {"alwaysinline", "nounwind", "convergent"};
  LLVMSetLinkage(function, LLVMInternalLinkage);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    unsigned kind = LLVMGetEnumAttributeKindForName(names[i], strlen(names[i]));
    LLVMAddAttributeAtIndex(function, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
  }
}

/* A function of the places of the statements and of the assembly's inputs. */
static bool build_function(assembly *a, const constraints *c, LLVMTypeRef asm_type) {
  tw_emulation *e = a->e;
  LLVMTypeRef types[MAX_SLOTS + 1], result = LLVMGetReturnType(asm_type);
  types[0] = e->pointer;
  LLVMGetParamTypes(asm_type, types + 1);
  LLVMTypeRef type = LLVMFunctionType(result, types, (unsigned)c->inputs + 1, false);
  a->function = LLVMAddFunction(e->module, "tweed.asm", type);
  set_attributes(e, a->function);
  LLVMPositionBuilderAtEnd(e->builder, new_block(a));
  LLVMSetCurrentDebugLocation2(e->builder, NULL);
  if (!make_slots(a, c, result) || !make_labels(a))
    return false;
  for (size_t i = 0; i < a->program->count; i++) {
    LLVMValueRef index = tw_number(e->i32, i);
    a->place = LLVMBuildGEP2(e->builder, e->place, LLVMGetParam(a->function, 0), &index, 1, "");
    if (!build_statement(a, &a->program->statements[i]))
      return false;
  }
  build_return(a, result);
  return true;
}

static void call_function(assembly *a) {
  tw_emulation *e = a->e;
  LLVMPositionBuilderBefore(e->builder, a->call);
  LLVMValueRef arguments[MAX_SLOTS + 1];
  unsigned count = (unsigned)LLVMGetNumArgOperands(a->call);
  arguments[0] = tw_places(e, a->call, a->program);
  for (unsigned i = 0; i < count; i++)
    arguments[i + 1] = LLVMGetOperand(a->call, i);
  LLVMTypeRef type = LLVMGlobalGetValueType(a->function);
  tw_replace(a->call, LLVMBuildCall2(e->builder, type, a->function, arguments, count + 1, ""));
}

void tw_lower_asm(tw_emulation *e, LLVMValueRef call) {
  LLVMValueRef code = LLVMGetCalledValue(call);
  LLVMTypeRef type = LLVMGetInlineAsmFunctionType(code);
  size_t length;
  const char *text = LLVMGetInlineAsmAsmString(code, &length);
  ptx_program program;
  tweed_error error;
  char *copy = tweed_arena_alloc(e->arena, length + 1);
  if (copy)
    memcpy(copy, text, length);
  if (!copy || ptx_parse(e->arena, copy, &program, &error) != TWEED_OK) {
    tw_emulation_error(e, call, "%s", copy ? error.message : "out of memory");
    return;
  }
  assembly *a = tweed_arena_alloc(e->arena, sizeof *a);
  constraints *c = tweed_arena_alloc(e->arena, sizeof *c);
  if (!a || !c) {
    tw_emulation_error(e, call, "out of memory");
    return;
  }
  *a = (assembly){.e = e, .call = call, .program = &program};
  text = LLVMGetInlineAsmConstraintString(code, &length);
  if (read_constraints(a, text, c) && build_function(a, c, type))
    call_function(a);
}
