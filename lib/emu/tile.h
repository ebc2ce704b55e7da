/* tile.h: warp-wide loads and stores of matrices: ldmatrix, stmatrix, wmma.load and wmma.store; which lane moves which
 * element. Source: PTX ISA, "ldmatrix", "stmatrix", "Matrix Storage for WMMA". */
#ifndef TWEED_LIB_EMU_TILE_H
#define TWEED_LIB_EMU_TILE_H

#include "emu/mma.h"

/* ldmatrix or stmatrix: `count` matrices of 8 x 8 elements of 16 bits. Row r of matrix j starts at the address that
 * lane 8 j + r gives, and fills 16 bytes. A lane has one register of two elements for each matrix. */
typedef struct emu_ldmatrix {
  bool store, trans;
  int count;
} emu_ldmatrix;

/* "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", "llvm.nvvm.ldmatrix.sync.aligned.m8n8.x2.b16.p3", "stmatrix.…". */
tweed_status emu_ldmatrix_parse(const char *name, emu_ldmatrix *ldmatrix, tweed_error *error);
/* As one number, and back. */
uint32_t emu_ldmatrix_pack(const emu_ldmatrix *ldmatrix);
emu_ldmatrix emu_ldmatrix_unpacked(uint32_t code);
/* Which element of a matrix is in half `half` (0: low) of a lane's register. */
emu_spot emu_ldmatrix_place(bool trans, int lane, int half);

/* wmma.load or wmma.store of one operand (D is operand C): by rows or by columns, consecutive ones `stride` elements
 * apart. */
typedef struct emu_wmma {
  emu_mma mma; /* shape, and the type of this operand */
  emu_operand operand;
  bool store, col, strided; /* strided: there is an operand for it, else lines lie back to back */
} emu_wmma;

/* "wmma.load.a.sync.aligned.row.m16n16k16.shared.f16", "llvm.nvvm.wmma.m16n16k16.store.d.row.stride.f32.p3"; PTX
 * doesn't say in the name whether there is a stride: strided is false there, for the caller to set. */
tweed_status emu_wmma_parse(const char *name, emu_wmma *wmma, tweed_error *error);
/* As one number, and back. */
uint64_t emu_wmma_pack(const emu_wmma *wmma);
emu_wmma emu_wmma_unpacked(uint64_t code);
/* The stride of lines that lie back to back. */
int emu_wmma_stride(const emu_wmma *wmma);
/* How far from the start of the matrix element `index` of a lane's fragment lies, in elements. */
int64_t emu_wmma_offset(const emu_wmma *wmma, int64_t stride, int lane, int index);

#endif
