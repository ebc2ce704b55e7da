/* mma_name.c: reads the names of warp-wide matrix products. PTX and LLVM order the parts differently and leave out
 * different types, but no part means two things: one reader takes both. */
#include "emu/mma.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>

/* The shapes of each instruction and element type: PTX ISA, tables of mma and wmma. u8 is as s8, u4 as s4, e5m2 as
 * e4m3. */
static const struct {
  bool wmma;
  emu_type type;
  const char *shapes;
} shapes[] = {
    {false, EMU_F16, " m8n8k4 m16n8k8 m16n8k16 "},
    {false, EMU_BF16, " m16n8k8 m16n8k16 "},
    {false, EMU_TF32, " m16n8k4 m16n8k8 "},
    {false, EMU_F64, " m8n8k4 m16n8k4 m16n8k8 m16n8k16 "},
    {false, EMU_E4M3, " m16n8k16 m16n8k32 "},
    {false, EMU_S8, " m8n8k16 m16n8k16 m16n8k32 "},
    {false, EMU_S4, " m8n8k32 m16n8k32 m16n8k64 "},
    {false, EMU_B1, " m8n8k128 m16n8k128 m16n8k256 "},
    {true, EMU_F16, " m16n16k16 m8n32k16 m32n8k16 "},
    {true, EMU_BF16, " m16n16k16 m8n32k16 m32n8k16 "},
    {true, EMU_S8, " m16n16k16 m8n32k16 m32n8k16 "},
    {true, EMU_TF32, " m16n16k8 "},
    {true, EMU_F64, " m8n8k4 "},
    {true, EMU_S4, " m8n8k32 "},
    {true, EMU_B1, " m8n8k128 "},
};

/* Parts of the name as they come. */
typedef struct parts {
  emu_mma *mma;
  emu_type types[4];
  int type_count, layout_count;
  bool shape, rounding;
} parts;

static bool is(const char *part, int length, const char *word) {
  return (int)strlen(word) == length && memcmp(part, word, (size_t)length) == 0;
}

static bool take_layout(parts *p, bool col) {
  if (p->layout_count == 0)
    p->mma->a_col = col;
  else
    p->mma->b_row = !col;
  return ++p->layout_count <= 2;
}

static bool take(parts *p, const char *part, int length) {
  static const char *const silent[] = {"llvm", "nvvm", "mma", "sync", "aligned", "popc"};
  static const char *const roundings[] = {"rn", "rz", "rm", "rp"}; /* in the order of emu_rounding */
  emu_type type = emu_type_named(part, length);
  int used = 0;
  char shape[16] = "";
  if (type != EMU_NO_TYPE)
    return p->type_count < 4 && (p->types[p->type_count++] = type) != EMU_NO_TYPE;
  for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
    if (is(part, length, silent[i]))
      return true;
  if (is(part, length, "row") || is(part, length, "col"))
    return take_layout(p, part[0] == 'c');
  if (is(part, length, "wmma"))
    return p->mma->wmma = true;
  if (is(part, length, "satfinite"))
    return p->mma->satfinite = true;
  for (size_t i = 0; i < sizeof roundings / sizeof roundings[0]; i++)
    if (is(part, length, roundings[i])) {
      p->mma->rounding = (emu_rounding)i;
      return p->rounding = true;
    }
  if (is(part, length, "xor") || is(part, length, "and")) {
    p->mma->bit_op = part[0] == 'x' ? EMU_BITS_XOR : EMU_BITS_AND;
    return true;
  }
  if (p->shape || length >= (int)sizeof shape)
    return false;
  memcpy(shape, part, (size_t)length);
  p->shape = sscanf(shape, "m%2dn%2dk%3d%n", &p->mma->m, &p->mma->n, &p->mma->k, &used) == 3 && used == length;
  return p->shape;
}

/* Four types are those of d, a, b, c; fewer leave out what follows: accumulators of f16 are named where there is a
 * choice. */
static bool settle_types(const parts *p, emu_mma *mma) {
  emu_type first = p->types[0], second = p->type_count == 2 ? p->types[1] : first;
  bool accumulators = first == EMU_F16 || first == EMU_F32;
  switch (p->type_count) {
  case 4:
    mma->d = first, mma->a = p->types[1], mma->b = p->types[2], mma->c = p->types[3];
    return true;
  case 1:
  case 2:
    mma->a = accumulators ? EMU_F16 : first;
    mma->b = accumulators ? EMU_F16 : second;
    if (!accumulators)
      first = second = emu_is_integer(first) ? EMU_S32 : first == EMU_F64 ? first : EMU_F32;
    mma->d = first, mma->c = second;
    return p->type_count == 2 || !accumulators;
  default:
    return false;
  }
}

static emu_type family(emu_type type) {
  return type == EMU_U8 ? EMU_S8 : type == EMU_U4 ? EMU_S4 : type == EMU_E5M2 ? EMU_E4M3 : type;
}

static bool types_fit(const emu_mma *mma) {
  bool f16 = mma->d == EMU_F16 || mma->c == EMU_F16;
  if (family(mma->a) != family(mma->b))
    return false;
  if (emu_is_integer(mma->a))
    return mma->c == EMU_S32 && mma->d == EMU_S32;
  if (mma->a == EMU_F64)
    return mma->c == EMU_F64 && mma->d == EMU_F64;
  if (f16 && mma->a != EMU_F16 && family(mma->a) != EMU_E4M3)
    return false;
  return (mma->c == EMU_F16 || mma->c == EMU_F32) && (mma->d == EMU_F16 || mma->d == EMU_F32);
}

static bool shape_fits(const emu_mma *mma) {
  char shape[32];
  snprintf(shape, sizeof shape, " m%dn%dk%d ", mma->m, mma->n, mma->k);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    if (shapes[i].wmma == mma->wmma && shapes[i].type == family(mma->a))
      return strstr(shapes[i].shapes, shape) != NULL;
  return false;
}

tweed_status emu_mma_parse(const char *name, emu_mma *mma, tweed_error *error) {
  parts p = {.mma = mma};
  *mma = (emu_mma){0};
  for (const char *part = name; *part;) {
    int length = (int)strcspn(part, ".");
    if (!take(&p, part, length))
      return tweed_fail(error, TWEED_BAD_INPUT, "%s: '%.*s' isn't supported here", name, length, part);
    part += length + (part[length] == '.');
  }
  if (!p.shape || p.layout_count != 2 || !settle_types(&p, mma))
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: shape, layouts of A and B, or types are missing", name);
  if (!types_fit(mma) || !shape_fits(mma) || (p.rounding && mma->a != EMU_F64))
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: there is no such combination of shape and types", name);
  bool free = mma->wmma || (mma->k == 4 && mma->a == EMU_F16);
  if (!free && (mma->a_col || mma->b_row))
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: this shape takes A by rows and B by columns", name);
  return TWEED_OK;
}
