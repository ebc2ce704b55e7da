/* ptx_call.c: statements of inline PTX as calls of the run time, by the rows of the table; mov. */
#include "emu/device.h"
#include "llvm/ptx_build.h"

#include <stdlib.h>
#include <string.h>

typedef struct outcome {
  char letter; /* 0: none */
  const ptx_operand *to;
  LLVMValueRef room;
  LLVMTypeRef word;
} outcome;

static bool store_outcome(ptx_assembly *a, const outcome *out, LLVMValueRef got) {
  tw_emulation *e = a->e;
  LLVMBuilderRef b = e->builder;
  const ptx_operand *items;
  size_t count;
  switch (out->letter) {
  case 'o':
    count = ptx_words(out->to, &items);
    for (size_t i = 0; i < count; i++) {
      LLVMValueRef word = LLVMBuildLoad2(b, out->word, ptx_word_at(a, out->word, out->room, i), "");
      if (!ptx_assign(a, &items[i], word))
        return false;
    }
    return true;
  case 'b':
    return ptx_assign(a, out->to, LLVMBuildICmp(b, LLVMIntNE, got, tw_number(e->i32, 0), ""));
  case 'P': {
    const ptx_operand *pair = out->to;
    if (pair->kind != PTX_PAIR)
      return ptx_assign(a, pair, LLVMBuildTrunc(b, got, e->i32, ""));
    LLVMValueRef bit = LLVMBuildTrunc(b, LLVMBuildLShr(b, got, tw_number(e->i64, 32), ""), e->i1, "");
    return ptx_assign(a, &pair->items[0], LLVMBuildTrunc(b, got, e->i32, "")) && ptx_assign(a, &pair->items[1], bit);
  }
  case 0:
    return true;
  default:
    return ptx_assign(a, out->to,
                      tw_to_bits(e, got,
                                 out->letter == 'f'   ? e->i32
                                 : out->letter == 'd' ? e->i64
                                                      : LLVMTypeOf(got)));
  }
}

/* Puts the operands into the order that the row wants. */
static bool reorder(ptx_arguments *to, unsigned from, const char *order) {
  ptx_arguments old = *to;
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

/* Where one is in a signature and in the operands of the statement. */
typedef struct cursor {
  const char *signature;
  size_t operand;
  unsigned from; /* the first argument that may be reordered */
} cursor;

/* A number that stands in the row, or that of a matrix instruction. */
static bool collect_number(ptx_assembly *a, char letter, cursor *at, ptx_arguments *to) {
  char *end = (char *)(uintptr_t)at->signature;
  LLVMValueRef number =
      letter == '$' ? tw_number(a->e->i64, a->code) : tw_number(a->e->i32, strtoul(at->signature, &end, 10));
  at->signature = end;
  bool good = ptx_add(to, number);
  at->from = to->count;
  return good;
}

static bool collect_result(ptx_assembly *a, char letter, const ptx_operand *o, cursor *at, ptx_arguments *to,
                           outcome *out) {
  *out = (outcome){.letter = letter, .to = o};
  if (letter != 'o')
    return true;
  const ptx_operand *items;
  size_t count = ptx_words(o, &items);
  out->word = ptx_word_type(a, items, count);
  out->room = tw_stack(a->e, LLVMArrayType2(out->word, count));
  bool good = ptx_add(to, out->room);
  at->from = to->count;
  return good;
}

/* o is NULL where the operand is missing, as it may be. */
static bool collect_operand(ptx_assembly *a, char letter, const ptx_operand *o, ptx_arguments *to) {
  unsigned first = to->count;
  if (o ? !ptx_add_operand(a, o, letter, to) : !ptx_add_missing(a, letter, to))
    return false;
  to->first[to->operands] = first;
  to->length[to->operands++] = to->count - first;
  return true;
}

/* One item of the signature. */
static bool collect_item(ptx_assembly *a, const ptx_statement *s, cursor *at, ptx_arguments *to, outcome *out) {
  bool result = *at->signature == '=';
  at->signature += result;
  char letter = *at->signature++;
  if (letter == '$' || letter == '#')
    return collect_number(a, letter, at, to);
  bool optional = *at->signature == '?';
  at->signature += optional;
  const ptx_operand *o = at->operand < s->count ? &s->operands[at->operand] : NULL;
  at->operand += o != NULL;
  if (!o && !optional)
    return false;
  return result ? collect_result(a, letter, o, at, to, out) : collect_operand(a, letter, o, to);
}

/* The arguments from a row's signature; false where statement and row don't fit. */
static bool collect(ptx_assembly *a, const ptx_statement *s, const char *signature, ptx_arguments *to, outcome *out) {
  cursor at = {signature, 0, to->count};
  while (*at.signature && *at.signature != ';') {
    if (!collect_item(a, s, &at, to, out))
      return false;
    at.signature += *at.signature == ',';
  }
  if (at.operand != s->count)
    return false;
  return *at.signature != ';' || reorder(to, at.from, at.signature + 1);
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

/* The type that a mnemonic ends with, or the one before that, if .ftz means it; else PRED. */
static uint32_t flushed_type(const char *mnemonic, bool last) {
  const char *end = mnemonic + strlen(mnemonic), *at = strrchr(mnemonic, '.');
  if (!last)
    for (end = at--; at > mnemonic && *at != '.';)
      at--;
  bool convert = strncmp(mnemonic, "cvt.", 4) == 0; /* its .ftz is for f32 alone */
  size_t length = (size_t)(end - at);
  if (length == 4 && strncmp(at, ".f32", length) == 0)
    return TWEED_EMU_PTX_F32;
  if (length == 4 && strncmp(at, ".f16", length) == 0 && !convert)
    return TWEED_EMU_PTX_F16;
  return length == 6 && strncmp(at, ".f16x2", length) == 0 && !convert ? TWEED_EMU_PTX_F16X2 : TWEED_EMU_PTX_PRED;
}

static void flush_operands(ptx_assembly *a, const ptx_statement *s, ptx_arguments *to) {
  uint32_t type = flushed_type(s->mnemonic, true);
  for (unsigned i = 0; type != TWEED_EMU_PTX_PRED && i < to->operands; i++) {
    LLVMValueRef *value = &to->all[to->first[i]];
    if (LLVMTypeOf(*value) == a->e->i64)
      *value = tw_flush(a->e, a->place, type, *value);
  }
}

static LLVMValueRef flush_outcome(ptx_assembly *a, const ptx_statement *s, LLVMValueRef got) {
  uint32_t type = flushed_type(s->mnemonic, strncmp(s->mnemonic, "cvt.", 4) != 0);
  return type == TWEED_EMU_PTX_PRED || LLVMTypeOf(got) != a->e->i64 ? got : tw_flush(a->e, a->place, type, got);
}

bool ptx_build_call(ptx_assembly *a, const ptx_statement *s) {
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
      return ptx_wrong(a, error.message, NULL);
    ptx_arguments to = {.count = 0};
    outcome out = {0};
    ptx_add(&to, a->place);
    for (uint32_t i = 0; i < count; i++)
      ptx_add(&to, tw_number(a->e->i32, passed[i]));
    size_t errors = a->e->errors;
    if (!collect(a, s, row->signature, &to, &out))
      return a->e->errors > errors ? false : ptx_wrong(a, "operands that the emulator doesn't know for ", s->mnemonic);
    bool flush = tw_is_flushing(s->mnemonic);
    if (flush)
      flush_operands(a, s, &to);
    LLVMValueRef got = tw_call(a->e, row->function, tw_result_type(a->e, out.letter), to.all, to.count);
    if (flush)
      got = flush_outcome(a, s, got);
    return store_outcome(a, &out, got);
  }
  return ptx_wrong(a, named ? "the emulator doesn't know this number of operands for " : "the emulator doesn't know ",
                   s->mnemonic);
}

/* ---- mov ---- */

static bool move_one(ptx_assembly *a, const ptx_operand *to, const ptx_operand *from) {
  tw_emulation *e = a->e;
  ptx_slot *target = ptx_find_slot(a, to);
  LLVMValueRef value = ptx_value(a, from, target ? target->type : e->i32);
  if (!value)
    return false;
  LLVMTypeRef type = LLVMTypeOf(value);
  unsigned width = type == e->i1 ? 1 : (unsigned)(8 * tw_bytes(e->module, type));
  return ptx_assign(a, to, tw_to_bits(e, value, LLVMIntTypeInContext(e->context, width)));
}

/* Bits of an element of `items`: as its register says, or as many as there are of the whole. */
static uint64_t element_width(ptx_assembly *a, const ptx_operand *items, size_t count, const ptx_operand *whole) {
  ptx_slot *one = ptx_find_slot(a, &items[0]), *all = ptx_find_slot(a, whole);
  if (one)
    return 8 * tw_bytes(a->e->module, one->type);
  return all ? 8 * tw_bytes(a->e->module, all->type) / count : 32;
}

/* mov.b64 x, {low, high} */
static bool move_packed(ptx_assembly *a, const ptx_operand *to, const ptx_operand *from) {
  tw_emulation *e = a->e;
  LLVMValueRef whole = tw_number(e->i64, 0);
  uint64_t width = element_width(a, from->items, from->count, to);
  for (size_t i = 0; i < from->count; i++) {
    LLVMValueRef part = ptx_value(a, &from->items[i], LLVMIntTypeInContext(e->context, (unsigned)width));
    if (!part)
      return false;
    part = LLVMBuildShl(e->builder, tw_to_bits(e, part, e->i64), tw_number(e->i64, width * i), "");
    whole = LLVMBuildOr(e->builder, whole, part, "");
  }
  return ptx_assign(a, to, whole);
}

/* mov.b64 {low, high}, x */
static bool move_unpacked(ptx_assembly *a, const ptx_operand *to, const ptx_operand *from) {
  tw_emulation *e = a->e;
  LLVMValueRef whole = ptx_value(a, from, e->i64);
  if (!whole)
    return false;
  whole = tw_to_bits(e, whole, e->i64);
  uint64_t width = element_width(a, to->items, to->count, from);
  for (size_t i = 0; i < to->count; i++)
    if (!ptx_assign(a, &to->items[i], LLVMBuildLShr(e->builder, whole, tw_number(e->i64, width * i), "")))
      return false;
  return true;
}

bool ptx_build_mov(ptx_assembly *a, const ptx_statement *s) {
  if (s->count != 2)
    return ptx_wrong(a, "mov has two operands", NULL);
  const ptx_operand *to = &s->operands[0], *from = &s->operands[1];
  if (from->kind == PTX_VECTOR)
    return move_packed(a, to, from);
  return to->kind == PTX_VECTOR ? move_unpacked(a, to, from) : move_one(a, to, from);
}
