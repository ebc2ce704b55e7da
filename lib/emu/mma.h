/* mma.h: warp-wide matrix products, D = A B + C, as functions of the registers of 32 lanes: which lane holds which
 * element, and the product. Nothing here knows threads or memory.
 *
 * Source: PTX ISA, "Matrix Fragments for mma.m…" for mma.sync. The ISA leaves the fragments of wmma open; they are
 * those of mma here, extended to its shapes, which is also how sm_80 and later hold the accumulators.
 *
 * Numbers: products and sums are formed in double, over k in ascending order, starting at C, and rounded once at the
 * end (to nearest even; f64 by fused multiply-add). Hardware keeps fewer bits and doesn't say in which order it adds:
 * results in f16, bf16, tf32 and fp8 agree within a tolerance, those in integers and f64 exactly. NaN is always the
 * canonical one. */
#ifndef TWEED_LIB_EMU_MMA_H
#define TWEED_LIB_EMU_MMA_H

#include "emu/number.h"

#include <tweed/base.h>

/* The three operands; D is laid out as C. */
typedef enum emu_operand { EMU_OPERAND_A, EMU_OPERAND_B, EMU_OPERAND_C } emu_operand;

/* What b1 does in place of a product. */
typedef enum emu_bit_op { EMU_BITS_XOR, EMU_BITS_AND } emu_bit_op;

typedef enum emu_rounding { EMU_ROUND_NEAREST, EMU_ROUND_ZERO, EMU_ROUND_DOWN, EMU_ROUND_UP } emu_rounding;

/* One instruction. m, n, k are those of its name. Layouts matter for m8n8k4 of f16 only: other shapes of mma have one
 * layout each, and wmma's fragments are the same in both. `wmma`: f16 fragments of A and B take 8 registers whatever
 * the shape (elements are repeated). */
typedef struct emu_mma {
  int m, n, k;
  emu_type a, b, c, d;
  bool a_col, b_row;
  bool satfinite, wmma;
  emu_bit_op bit_op;
  emu_rounding rounding; /* f64 only */
} emu_mma;

typedef struct emu_spot {
  int row, col;
} emu_spot;

/* Limits over all shapes: elements of one whole operand, and 32-bit registers of one lane's fragment. */
#define EMU_MMA_ELEMENTS 4096
#define EMU_MMA_WORDS 16

/* The instruction called `name`, as PTX or LLVM write it: "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
 * "wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32", "llvm.nvvm.mma.m16n8k32.row.col.satfinite.s8.u8". Fails with what
 * isn't known or supported in it. */
tweed_status emu_mma_parse(const char *name, emu_mma *mma, tweed_error *error);

/* An instruction as one number, which a module hands to the emulator, and back. */
uint64_t emu_mma_pack(const emu_mma *mma);
emu_mma emu_mma_unpacked(uint64_t code);

emu_type emu_mma_type(const emu_mma *mma, emu_operand operand);
/* 32-bit registers that a lane's fragment takes (two for each f64), and the elements in them. */
int emu_mma_words(const emu_mma *mma, emu_operand operand);
int emu_mma_elements(const emu_mma *mma, emu_operand operand);
/* Where in A (m x k), B (k x n) or C (m x n) element `index` of a lane's fragment lies. The four products of m8n8k4 of
 * f16 lie along the diagonal of one: A is 32 x 4, B 4 x 32, and rows and columns of product q start at 8 q. */
emu_spot emu_mma_place(const emu_mma *mma, emu_operand operand, int lane, int index);

/* Puts what a lane holds into the whole matrix: A[row * k + col], B[col * k + row] (both in runs of k elements) and
 * C[row * n + col] (row * 32 + col for m8n8k4 of f16). */
void emu_mma_unpack(const emu_mma *mma, emu_operand operand, int lane, const uint32_t *words, double *whole);
/* A lane's fragment of D from the whole matrices. */
void emu_mma_multiply(const emu_mma *mma, int lane, const double *a, const double *b, const double *c, uint32_t *d);
/* One element of D from k elements of a row of A and of a column of B: its pattern. */
uint64_t emu_dot(emu_type type, int k, const double *a, const double *b, double c, bool satfinite);

#endif
