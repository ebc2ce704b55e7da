/* wgmma.c: operands and product of warpgroup-wide matrix products. */
#include "emu/wgmma.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>

static bool is(const char *part, int length, const char *word) {
  return (int)strlen(word) == length && memcmp(part, word, (size_t)length) == 0;
}

static bool take(emu_wgmma *w, int *types, const char *part, int length) {
  emu_type type = emu_type_named(part, length);
  char shape[16] = "";
  int used = 0;
  if (type != EMU_NO_TYPE) {
    *(*types == 0 ? &w->d : *types == 1 ? &w->a : &w->b) = type;
    return ++*types <= 3;
  }
  if (is(part, length, "satfinite"))
    return w->satfinite = true;
  if (is(part, length, "wgmma") || is(part, length, "mma_async") || is(part, length, "sync") ||
      is(part, length, "aligned"))
    return true;
  if (length >= (int)sizeof shape || w->n != 0)
    return false;
  memcpy(shape, part, (size_t)length);
  return sscanf(shape, "m64n%3dk%2d%n", &w->n, &w->k, &used) == 2 && used == length;
}

/* The tables of types and of N of the instruction. */
static bool fits(const emu_wgmma *w) {
  bool fp8 = w->a == EMU_E4M3 || w->a == EMU_E5M2, eight = w->a == EMU_S8 || w->a == EMU_U8;
  if (w->n < 8 || w->n > EMU_WGMMA_MOST_N || w->n % 8 != 0 || w->k != 256 / emu_bits(w->a))
    return false;
  if (eight)
    return (w->b == EMU_S8 || w->b == EMU_U8) && w->d == EMU_S32 && (w->n == 8 || w->n == 24 || w->n % 16 == 0);
  if (w->satfinite || (fp8 ? w->b != EMU_E4M3 && w->b != EMU_E5M2 : w->b != w->a))
    return false;
  if (w->a == EMU_BF16 || w->a == EMU_TF32)
    return w->d == EMU_F32;
  return (fp8 || w->a == EMU_F16) && (w->d == EMU_F16 || w->d == EMU_F32);
}

tweed_status emu_wgmma_parse(const char *name, emu_wgmma *wgmma, tweed_error *error) {
  int types = 0;
  *wgmma = (emu_wgmma){0};
  for (const char *part = name; *part;) {
    int length = (int)strcspn(part, ".");
    if (!take(wgmma, &types, part, length))
      return tweed_fail(error, TWEED_BAD_INPUT, "%s: '%.*s' isn't supported here", name, length, part);
    part += length + (part[length] == '.');
  }
  if (types != 3 || !fits(wgmma))
    return tweed_fail(error, TWEED_BAD_INPUT, "%s: there is no such combination of shape and types", name);
  return TWEED_OK;
}

uint64_t emu_wgmma_pack(const emu_wgmma *wgmma) {
  return (uint64_t)wgmma->n | (uint64_t)wgmma->k << 12 | (uint64_t)wgmma->d << 20 | (uint64_t)wgmma->a << 24 |
         (uint64_t)wgmma->b << 28 | (uint64_t)wgmma->satfinite << 32;
}

emu_wgmma emu_wgmma_unpacked(uint64_t code) {
  return (emu_wgmma){.n = (int)(code & 0xFFF),
                     .k = (int)(code >> 12 & 0xFF),
                     .d = (emu_type)(code >> 20 & 15),
                     .a = (emu_type)(code >> 24 & 15),
                     .b = (emu_type)(code >> 28 & 15),
                     .satfinite = code >> 32 & 1};
}

int emu_wgmma_words(const emu_wgmma *wgmma) {
  return wgmma->n / 2 * emu_bits(wgmma->d) / 32;
}

/* Each warp has sixteen rows, which it holds as mma.m16n8k… holds them. */
emu_spot emu_wgmma_place_d(int thread, int index) {
  return (emu_spot){thread / 32 * 16 + thread % 32 / 4 + index / 2 % 2 * 8, index / 4 * 8 + thread % 4 * 2 + index % 2};
}

emu_spot emu_wgmma_place_a(const emu_wgmma *wgmma, int thread, int index) {
  const emu_mma warp = {.m = 16, .n = 8, .k = wgmma->k, .a = wgmma->a, .b = wgmma->b, .c = wgmma->d, .d = wgmma->d};
  emu_spot p = emu_mma_place(&warp, EMU_OPERAND_A, thread % 32, index);
  return (emu_spot){thread / 32 * 16 + p.row, p.col};
}

/* Bits 0-13 start, 16-29 leading, 32-45 stride, each in units of 16 bytes; 49-51 base offset; 62-63 swizzle. */
emu_descriptor emu_descriptor_decode(uint64_t descriptor) {
  static const uint32_t swizzles[] = {0, 128, 64, 32};
  return (emu_descriptor){.start = (uint32_t)(descriptor & 0x3FFF) << 4,
                          .leading = (uint32_t)(descriptor >> 16 & 0x3FFF) << 4,
                          .stride = (uint32_t)(descriptor >> 32 & 0x3FFF) << 4,
                          .swizzle = swizzles[descriptor >> 62],
                          .base = (uint32_t)(descriptor >> 49 & 7)};
}

/* Where a chunk would lie if nothing were permuted. Eight lines (of one chunk where there is no swizzle) follow each
 * other; how the next eight lines, and the next chunk beyond the line, are reached differs. */
static uint32_t plain_offset(const emu_descriptor *d, bool trans, uint32_t along, uint32_t across) {
  uint32_t wide = d->swizzle ? d->swizzle / 16 : 1, line = across % 8 * wide * 16;
  if (!trans)
    return line + across / 8 * d->stride + (d->swizzle ? along * 16 : along * d->leading);
  if (!d->swizzle)
    return line + across / 8 * d->leading + along * d->stride;
  return line + across / 8 * d->stride + along % wide * 16 + along / wide * d->leading;
}

/* The number of a chunk within its line (3, 2 or 1 bits for lines of 128, 64 or 32 bytes) is XORed with as many bits of
 * the number of the 128 bytes that it lies in. These count from address 0, so that a start address that moves along a
 * line keeps the pattern; a pattern that doesn't start on its own boundary says so by its base offset. */
uint32_t emu_descriptor_chunk(const emu_descriptor *d, bool trans, int bits, int mn, int k) {
  uint32_t each = 128 / (uint32_t)bits, along = (uint32_t)(trans ? mn : k) / each, across = (uint32_t)(trans ? k : mn);
  uint32_t address = d->start + plain_offset(d, trans, along, across);
  if (!d->swizzle)
    return address;
  uint32_t line = ((address >> 7) - d->base) & (d->swizzle / 16 - 1);
  return address ^ line << 4;
}

bool emu_wgmma_read(const emu_wgmma *wgmma, emu_type type, uint64_t descriptor, bool trans, int first, int lines,
                    emu_fetch *fetch, void *context, double *whole) {
  emu_descriptor d = emu_descriptor_decode(descriptor);
  int bits = emu_bits(type), each = 128 / bits, k = wgmma->k;
  int step_mn = trans ? each : 1, step_k = trans ? 1 : each;
  for (int mn = 0; mn < lines; mn += step_mn)
    for (int at = 0; at < k; at += step_k) {
      uint32_t words[4];
      if (!fetch(context, emu_descriptor_chunk(&d, trans, bits, first + mn, at), sizeof words, words))
        return false;
      for (int i = 0; i < each; i++) {
        int line = trans ? mn + i : mn, column = trans ? at : at + i;
        whole[line * k + column] = emu_decode(type, emu_get(type, words, i));
      }
    }
  return true;
}

void emu_wgmma_unpack_a(const emu_wgmma *wgmma, int thread, const uint32_t words[4], double *whole) {
  for (int i = 0; i < wgmma->k / 2; i++) {
    emu_spot p = emu_wgmma_place_a(wgmma, thread, i);
    whole[p.row * wgmma->k + p.col] = emu_decode(wgmma->a, emu_get(wgmma->a, words, i));
  }
}

void emu_wgmma_multiply(const emu_wgmma *wgmma, const emu_wgmma_flags *flags, int thread, const double *a,
                        const double *b, uint32_t *d) {
  int k = wgmma->k;
  for (int i = 0; i < wgmma->n / 2; i++) {
    emu_spot p = emu_wgmma_place_d(thread, i);
    double row[EMU_WGMMA_MOST_K];
    for (int x = 0; x < k; x++)
      row[x] = flags->negate_a != flags->negate_b ? -a[p.row * k + x] : a[p.row * k + x];
    double start = flags->accumulate ? emu_decode(wgmma->d, emu_get(wgmma->d, d, i)) : 0;
    emu_set(wgmma->d, d, i, emu_dot(wgmma->d, k, row, b + p.col * k, start, wgmma->satfinite));
  }
}
