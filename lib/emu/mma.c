/* mma.c: fragments of warp-wide matrix products, and the products. */
#include "emu/mma.h"

#include <fenv.h>
#include <math.h>

emu_type emu_mma_type(const emu_mma *mma, emu_operand operand) {
  return operand == EMU_OPERAND_A ? mma->a : operand == EMU_OPERAND_B ? mma->b : mma->c;
}

/* From the low bits up: m, n, k - 1 (8 bits each), a, b, c, d (4 bits each), then the flags. */
uint64_t emu_mma_pack(const emu_mma *mma) {
  uint64_t flags = (uint64_t)mma->a_col | (uint64_t)mma->b_row << 1 | (uint64_t)mma->satfinite << 2 |
                   (uint64_t)mma->wmma << 3 | (uint64_t)mma->bit_op << 4 | (uint64_t)mma->rounding << 5;
  return (uint64_t)mma->m | (uint64_t)mma->n << 8 | (uint64_t)(mma->k - 1) << 16 | (uint64_t)mma->a << 24 |
         (uint64_t)mma->b << 28 | (uint64_t)mma->c << 32 | (uint64_t)mma->d << 36 | flags << 40;
}

emu_mma emu_mma_unpacked(uint64_t code) {
  return (emu_mma){.m = (int)(code & 255),
                   .n = (int)(code >> 8 & 255),
                   .k = (int)(code >> 16 & 255) + 1,
                   .a = (emu_type)(code >> 24 & 15),
                   .b = (emu_type)(code >> 28 & 15),
                   .c = (emu_type)(code >> 32 & 15),
                   .d = (emu_type)(code >> 36 & 15),
                   .a_col = code >> 40 & 1,
                   .b_row = code >> 41 & 1,
                   .satfinite = code >> 42 & 1,
                   .wmma = code >> 43 & 1,
                   .bit_op = (emu_bit_op)(code >> 44 & 1),
                   .rounding = (emu_rounding)(code >> 45 & 3)};
}

/* The first tensor cores' shape: four products at once, each by two quads of lanes. */
static bool is_quad(const emu_mma *mma) {
  return mma->k == 4 && mma->a == EMU_F16;
}

/* Elements of its own that a lane holds. */
static int unique(const emu_mma *mma, emu_operand operand) {
  int rows = operand == EMU_OPERAND_B ? mma->n : mma->m, cols = operand == EMU_OPERAND_C ? mma->n : mma->k;
  if (is_quad(mma))
    rows *= 4;
  return rows * cols / 32;
}

int emu_mma_elements(const emu_mma *mma, emu_operand operand) {
  if (mma->wmma && mma->a == EMU_F16 && operand != EMU_OPERAND_C)
    return 16;
  return unique(mma, operand);
}

int emu_mma_words(const emu_mma *mma, emu_operand operand) {
  int bits = emu_bits(emu_mma_type(mma, operand));
  return (emu_mma_elements(mma, operand) * bits + 31) / 32;
}

/* m8n8k4 of f16: lanes q*4 … q*4+3 and q*4+16 … q*4+19 hold product q; the latter are the high group. */
static emu_spot place_quad(const emu_mma *mma, emu_operand operand, int lane, int index) {
  int base = lane % 16 / 4 * 8, high = lane >= 16 ? 4 : 0, own = lane % 4 + high;
  switch (operand) {
  case EMU_OPERAND_A:
    return mma->a_col ? (emu_spot){base + index + high, lane % 4} : (emu_spot){base + own, index};
  case EMU_OPERAND_B:
    return mma->b_row ? (emu_spot){lane % 4, base + index + high} : (emu_spot){index, base + own};
  default:
    if (mma->c == EMU_F16)
      return (emu_spot){base + own, base + index};
    return (emu_spot){base + (lane & 1) + (index & 2) + high, base + (index & 4) + (lane & 2) + (index & 1)};
  }
}

/* Lane 4g + t. Rows of A, and columns of B, come in bands of eight, of which g takes one; along k, t takes as many
 * neighbours as fit a register. Registers go through the bands first, then on along k. */
static emu_spot place_input(int bands, int bits, int lane, int index) {
  int each = bits >= 32 ? 1 : 32 / bits, reg = index / each;
  return (emu_spot){lane / 4 + 8 * (reg % bands), reg / bands * 4 * each + lane % 4 * each + index % each};
}

emu_spot emu_mma_place(const emu_mma *mma, emu_operand operand, int lane, int index) {
  int bands = (operand == EMU_OPERAND_B ? mma->n : mma->m) / 8;
  if (is_quad(mma))
    return place_quad(mma, operand, lane, index);
  index %= unique(mma, operand);
  if (operand == EMU_OPERAND_C) { /* pairs of neighbours in a row, through the bands of rows, then eight columns on */
    int pair = index / 2;
    return (emu_spot){lane / 4 + 8 * (pair % bands), 8 * (pair / bands) + lane % 4 * 2 + index % 2};
  }
  emu_spot p = place_input(bands, emu_bits(emu_mma_type(mma, operand)), lane, index);
  return operand == EMU_OPERAND_A ? p : (emu_spot){p.col, p.row};
}

static int run_of_c(const emu_mma *mma) {
  return is_quad(mma) ? 32 : mma->n;
}

void emu_mma_unpack(const emu_mma *mma, emu_operand operand, int lane, const uint32_t *words, double *whole) {
  emu_type type = emu_mma_type(mma, operand);
  int run = operand == EMU_OPERAND_C ? run_of_c(mma) : mma->k;
  for (int i = 0; i < unique(mma, operand); i++) {
    emu_spot p = emu_mma_place(mma, operand, lane, i);
    int at = operand == EMU_OPERAND_B ? p.col * run + p.row : p.row * run + p.col;
    whole[at] = emu_decode(type, emu_get(type, words, i));
  }
}

uint64_t emu_dot(emu_type type, int k, const double *a, const double *b, double c, bool satfinite) {
  double sum = c;
  if (type == EMU_F64)
    for (int i = 0; i < k; i++)
      sum = fma(a[i], b[i], sum);
  else
    for (int i = 0; i < k; i++)
      sum += a[i] * b[i]; /* the product is exact, so that fusing changes nothing */
  return satfinite ? emu_encode_finite(type, sum) : emu_encode(type, sum);
}

static uint64_t dot_bits(const emu_mma *mma, const double *a, const double *b, double c) {
  for (int i = 0; i < mma->k; i++)
    c += mma->bit_op == EMU_BITS_AND ? a[i] * b[i] : a[i] != b[i] ? 1 : 0;
  return emu_encode(mma->d, c);
}

static void multiply(const emu_mma *mma, int lane, const double *a, const double *b, const double *c, uint32_t *d) {
  emu_mma of_d = *mma;
  of_d.c = mma->d; /* m8n8k4 lays f32 and f16 out differently */
  for (int i = 0; i < unique(mma, EMU_OPERAND_C); i++) {
    emu_spot p = emu_mma_place(&of_d, EMU_OPERAND_C, lane, i);
    const double *row = a + p.row * mma->k, *col = b + p.col * mma->k;
    double start = c[p.row * run_of_c(mma) + p.col];
    emu_set(mma->d, d, i,
            mma->a == EMU_B1 ? dot_bits(mma, row, col, start)
                             : emu_dot(mma->d, mma->k, row, col, start, mma->satfinite));
  }
}

/* The mode of the processor, which what is called here follows. */
void emu_mma_multiply(const emu_mma *mma, int lane, const double *a, const double *b, const double *c, uint32_t *d) {
  static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  void (*volatile call)(const emu_mma *, int, const double *, const double *, const double *, uint32_t *) = multiply;
  int before = fegetround();
  if (mma->rounding != EMU_ROUND_NEAREST)
    fesetround(modes[mma->rounding]);
  call(mma, lane, a, b, c, d);
  if (mma->rounding != EMU_ROUND_NEAREST)
    fesetround(before);
}
