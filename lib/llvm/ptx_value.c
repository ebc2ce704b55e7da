/* ptx_value.c: registers and operands of inline PTX as values. */
#include "llvm/ptx_build.h"

#include <stdlib.h>
#include <string.h>

bool ptx_wrong(ptx_assembly *a, const char *what, const char *name) {
  tw_emulation_error(a->e, a->call, "inline PTX: %s%s", what, name ? name : "");
  return false;
}

/* ---- registers ---- */

LLVMTypeRef ptx_register_type(tw_emulation *e, const char *type) {
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
ptx_slot *ptx_find_register(ptx_assembly *a, const char *name) {
  for (size_t i = a->program->register_count; i-- > 0;)
    if (strcmp(a->program->registers[i].name, name) == 0)
      return &a->registers[i];
  return NULL;
}

ptx_slot *ptx_find_slot(ptx_assembly *a, const ptx_operand *o) {
  if (o->kind == PTX_SLOT)
    return o->number < a->slot_count ? &a->slots[o->number] : NULL;
  return o->kind == PTX_NAME ? ptx_find_register(a, o->name) : NULL;
}

/* The value of a register, a special one, or a number; NULL after a message. */
LLVMValueRef ptx_value(ptx_assembly *a, const ptx_operand *o, LLVMTypeRef wanted) {
  tw_emulation *e = a->e;
  ptx_slot *s = ptx_find_slot(a, o);
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
    ptx_wrong(a, "there is no register ", o->kind == PTX_NAME ? o->name : "for an operand");
  return special;
}

bool ptx_assign(ptx_assembly *a, const ptx_operand *o, LLVMValueRef bits) {
  if (o->kind == PTX_SINK)
    return true;
  ptx_slot *s = ptx_find_slot(a, o);
  if (!s)
    return ptx_wrong(a, "no register to write to: ", o->name);
  LLVMBuildStore(a->e->builder, tw_from_bits(a->e, bits, s->type), s->variable);
  return true;
}

/* ---- operands of calls ---- */

bool ptx_add(ptx_arguments *to, LLVMValueRef value) {
  if (!value || to->count == MAX_ARGUMENTS)
    return false;
  to->all[to->count++] = value;
  return true;
}

/* The words of {…}, or of one register. */
size_t ptx_words(const ptx_operand *o, const ptx_operand **items) {
  *items = o->kind == PTX_VECTOR ? o->items : o;
  return o->kind == PTX_VECTOR ? o->count : 1;
}

/* Registers of 64 bits have words of 64 bits. */
LLVMTypeRef ptx_word_type(ptx_assembly *a, const ptx_operand *items, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ptx_slot *s = ptx_find_slot(a, &items[i]);
    if (s && tw_bytes(a->e->module, s->type) == 8)
      return a->e->i64;
  }
  return a->e->i32;
}

LLVMValueRef ptx_word_at(ptx_assembly *a, LLVMTypeRef type, LLVMValueRef room, size_t i) {
  LLVMValueRef index = tw_number(a->e->i32, i);
  return LLVMBuildGEP2(a->e->builder, type, room, &index, 1, "");
}

static LLVMValueRef pack(ptx_assembly *a, const ptx_operand *o) {
  const ptx_operand *items;
  size_t count = ptx_words(o, &items);
  LLVMTypeRef type = ptx_word_type(a, items, count);
  LLVMValueRef room = tw_stack(a->e, LLVMArrayType2(type, count));
  for (size_t i = 0; i < count; i++) {
    LLVMValueRef value = ptx_value(a, &items[i], type);
    if (!value)
      return NULL;
    LLVMBuildStore(a->e->builder, tw_to_bits(a->e, value, type), ptx_word_at(a, type, room, i));
  }
  return room;
}

static LLVMValueRef raw_address(ptx_assembly *a, const ptx_operand *o) {
  tw_emulation *e = a->e;
  const ptx_operand *base = o->kind == PTX_MEMORY ? &o->items[0] : o;
  LLVMValueRef value = ptx_value(a, base, e->i64);
  if (!value)
    return NULL;
  LLVMValueRef bits = tw_to_bits(e, value, e->i64);
  if (o->kind == PTX_MEMORY && o->number)
    bits = LLVMBuildAdd(e->builder, bits, tw_number(e->i64, o->number), "");
  return bits;
}

static LLVMValueRef address(ptx_assembly *a, const ptx_operand *o) {
  LLVMValueRef bits = raw_address(a, o);
  return bits ? tw_call(a->e, "tweed_emu_address", a->e->pointer, &bits, 1) : NULL;
}

static LLVMValueRef scalar(ptx_assembly *a, const ptx_operand *o, char letter) {
  tw_emulation *e = a->e;
  LLVMTypeRef type = letter == 'l' ? e->i64 : letter == 'f' ? e->f32 : letter == 'd' ? e->f64 : e->i32;
  LLVMValueRef value = ptx_value(a, o, letter == 'p' ? e->i1 : type);
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

static bool coordinates(ptx_assembly *a, const ptx_operand *o, ptx_arguments *to) {
  if (o->kind != PTX_MEMORY || o->count != 2)
    return ptx_wrong(a, "[address, {coordinates}] is needed", NULL);
  const ptx_operand *items;
  size_t count = ptx_words(&o->items[1], &items);
  return ptx_add(to, raw_address(a, o)) && ptx_add(to, tw_number(a->e->i32, count)) &&
         ptx_add(to, pack(a, &o->items[1]));
}

bool ptx_add_operand(ptx_assembly *a, const ptx_operand *o, char letter, ptx_arguments *to) {
  switch (letter) {
  case 'a':
    return ptx_add(to, address(a, o));
  case 'm':
    return ptx_add(to, raw_address(a, o));
  case 't':
    return coordinates(a, o, to);
  case '+':
    return ptx_add(to, pack(a, o));
  default:
    return ptx_add(to, scalar(a, o, letter));
  }
}

bool ptx_add_missing(ptx_assembly *a, char letter, ptx_arguments *to) {
  tw_emulation *e = a->e;
  switch (letter) {
  case 'a':
  case '+':
    return ptx_add(to, LLVMConstNull(e->pointer));
  case 'l':
  case 'm':
    return ptx_add(to, tw_number(e->i64, 0));
  default:
    return ptx_add(to, tw_number(e->i32, 0));
  }
}
