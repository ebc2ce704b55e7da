/* tile.c: warp-wide loads and stores of matrices. */
#include "emu/tile.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>

static bool is(const char *part, int length, const char *word) {
  return (int)strlen(word) == length && memcmp(part, word, (size_t)length) == 0;
}

static bool is_one_of(const char *part, int length, const char *const *words) {
  for (; *words; words++)
    if (is(part, length, *words))
      return true;
  return false;
}

static bool take_ldmatrix(emu_ldmatrix *m, bool *type, const char *part, int length) {
  static const char *const silent[] = {"llvm",   "nvvm",        "ldmatrix", "sync", "aligned", "m8n8",
                                       "shared", "shared::cta", "p0",       "p3",   NULL};
  if (is(part, length, "stmatrix"))
    return m->store = true;
  if (is(part, length, "trans"))
    return m->trans = true;
  if (is(part, length, "b16"))
    return *type = true;
  if (length == 2 && part[0] == 'x' && (part[1] == '1' || part[1] == '2' || part[1] == '4')) {
    m->count = part[1] - '0';
    return true;
  }
  return is_one_of(part, length, silent);
}

tweed_status emu_ldmatrix_parse(const char *name, emu_ldmatrix *ldmatrix, tweed_error *error) {
  bool type = false;
  *ldmatrix = (emu_ldmatrix){0};
  for (const char *part = name; *part;) {
    int length = (int)strcspn(part, ".");
    if (!take_ldmatrix(ldmatrix, &type, part, length))
      return tweed_fail(error, TWEED_BAD_INPUT, "%s: '%.*s' isn't supported here", name, length, part);
    part += length + (part[length] == '.');
  }
  if (!type || ldmatrix->count == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: the count of matrices or the type is missing", name);
  return TWEED_OK;
}

uint32_t emu_ldmatrix_pack(const emu_ldmatrix *ldmatrix) {
  return (uint32_t)ldmatrix->count | (uint32_t)ldmatrix->trans << 3 | (uint32_t)ldmatrix->store << 4;
}

emu_ldmatrix emu_ldmatrix_unpacked(uint32_t code) {
  return (emu_ldmatrix){.store = code >> 4 & 1, .trans = code >> 3 & 1, .count = (int)(code & 7)};
}

emu_spot emu_ldmatrix_place(bool trans, int lane, int half) {
  emu_spot p = {lane / 4, lane % 4 * 2 + half};
  return trans ? (emu_spot){p.col, p.row} : p;
}

/* Parts of a wmma.load or wmma.store as they come. */
typedef struct parts {
  emu_wmma *wmma;
  emu_type type;
  bool operand, layout;
} parts;

static bool take_operand(parts *p, char letter) {
  p->operand = true;
  p->wmma->operand = letter == 'a' ? EMU_OPERAND_A : letter == 'b' ? EMU_OPERAND_B : EMU_OPERAND_C;
  return (letter == 'd') == p->wmma->store;
}

static bool take_wmma(parts *p, const char *part, int length) {
  static const char *const silent[] = {"llvm", "nvvm", "wmma",   "load",        "sync",   "aligned", "p0",
                                       "p1",   "p3",   "shared", "shared::cta", "global", NULL};
  emu_type type = emu_type_named(part, length);
  emu_mma *shape = &p->wmma->mma;
  int used = 0;
  char text[16] = "";
  if (type != EMU_NO_TYPE)
    return (p->type = type) != EMU_NO_TYPE;
  if (is(part, length, "store"))
    return p->wmma->store = true;
  if (is(part, length, "stride"))
    return p->wmma->strided = true;
  if (length == 1 && part[0] >= 'a' && part[0] <= 'd')
    return take_operand(p, part[0]);
  if (is(part, length, "row") || is(part, length, "col")) {
    p->wmma->col = part[0] == 'c';
    return p->layout = true;
  }
  if (is_one_of(part, length, silent))
    return true;
  if (length >= (int)sizeof text || shape->m != 0)
    return false;
  memcpy(text, part, (size_t)length);
  return sscanf(text, "m%2dn%2dk%3d%n", &shape->m, &shape->n, &shape->k, &used) == 3 && used == length;
}

/* The product that the operand is for, of which there is one if the type fits: what mma's reader says counts. */
static bool product_exists(const emu_wmma *w, emu_type type) {
  static const emu_type inputs[] = {EMU_F16, EMU_BF16, EMU_TF32, EMU_F64, EMU_S8, EMU_S4, EMU_B1};
  for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
    emu_type a = w->operand == EMU_OPERAND_C ? inputs[i] : type;
    emu_type f32 = emu_is_integer(a) ? EMU_S32 : a == EMU_F64 ? EMU_F64 : EMU_F32;
    const char *in = emu_type_name(a), *out = emu_type_name(w->operand == EMU_OPERAND_C ? type : f32);
    char name[96];
    emu_mma found;
    snprintf(name, sizeof name, "wmma.m%dn%dk%d.row.col.%s.%s.%s.%s", w->mma.m, w->mma.n, w->mma.k, out, in, in, out);
    if (emu_mma_parse(name, &found, NULL) == TWEED_OK)
      return true;
  }
  return false;
}

tweed_status emu_wmma_parse(const char *name, emu_wmma *wmma, tweed_error *error) {
  parts p = {.wmma = wmma, .type = EMU_NO_TYPE};
  *wmma = (emu_wmma){0};
  wmma->mma.wmma = true;
  for (const char *part = name; *part;) {
    int length = (int)strcspn(part, ".");
    if (!take_wmma(&p, part, length))
      return tweed_fail(error, TWEED_BAD_INPUT, "%s: '%.*s' isn't supported here", name, length, part);
    part += length + (part[length] == '.');
  }
  if (!p.operand || !p.layout || p.type == EMU_NO_TYPE || !product_exists(wmma, p.type))
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: there is no such combination of shape, operand and type", name);
  wmma->mma.a = wmma->mma.b = wmma->mma.c = wmma->mma.d = p.type;
  return TWEED_OK;
}

/* Above what the shape takes. */
uint64_t emu_wmma_pack(const emu_wmma *wmma) {
  return emu_mma_pack(&wmma->mma) | (uint64_t)wmma->operand << 48 | (uint64_t)wmma->store << 50 |
         (uint64_t)wmma->col << 51 | (uint64_t)wmma->strided << 52;
}

emu_wmma emu_wmma_unpacked(uint64_t code) {
  return (emu_wmma){.mma = emu_mma_unpacked(code),
                    .operand = (emu_operand)(code >> 48 & 3),
                    .store = code >> 50 & 1,
                    .col = code >> 51 & 1,
                    .strided = code >> 52 & 1};
}

int emu_wmma_stride(const emu_wmma *wmma) {
  const emu_mma *s = &wmma->mma;
  if (wmma->operand == EMU_OPERAND_A)
    return wmma->col ? s->m : s->k;
  if (wmma->operand == EMU_OPERAND_B)
    return wmma->col ? s->k : s->n;
  return wmma->col ? s->m : s->n;
}

int64_t emu_wmma_offset(const emu_wmma *wmma, int64_t stride, int lane, int index) {
  emu_spot p = emu_mma_place(&wmma->mma, wmma->operand, lane, index);
  return wmma->col ? p.col * stride + p.row : p.row * stride + p.col;
}
