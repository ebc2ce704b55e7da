/* wgmma.h: warpgroup-wide matrix products, D = A B (+ D), of 64 x N x 256 bits: where their operands lie in shared
 * memory and in registers, and the product. Nothing here knows threads, nor when the product happens.
 *
 * Source: PTX ISA, "Asynchronous Warpgroup Level Matrix Multiply-Accumulate"; CUTLASS, canonical layouts of GMMA.
 * Numbers are formed as mma.h says. */
#ifndef TWEED_LIB_EMU_WGMMA_H
#define TWEED_LIB_EMU_WGMMA_H

#include "emu/mma.h"

/* The instruction without its operands. k follows from the types: 256 bits of them. */
typedef struct emu_wgmma {
  int n, k;
  emu_type d, a, b;
  bool satfinite;
} emu_wgmma;

/* Its immediate operands, and scale-d. */
typedef struct emu_wgmma_flags {
  bool accumulate;         /* scale-d: add to D; else D is written only */
  bool negate_a, negate_b; /* imm-scale-a, imm-scale-b are -1 */
  bool trans_a,
      trans_b; /* imm-trans: the operand in shared memory runs along M or N, not along K (16-bit types only) */
} emu_wgmma_flags;

#define EMU_WGMMA_MOST_N 256
#define EMU_WGMMA_MOST_K 32
#define EMU_WGMMA_WORDS 128 /* 32-bit registers of D in one thread, at most */

/* "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16". Fails with what isn't known or supported in it. */
tweed_status emu_wgmma_parse(const char *name, emu_wgmma *wgmma, tweed_error *error);
/* As one number, and back. */
uint64_t emu_wgmma_pack(const emu_wgmma *wgmma);
emu_wgmma emu_wgmma_unpacked(uint64_t code);
/* Registers of D in one thread. A in registers takes four. */
int emu_wgmma_words(const emu_wgmma *wgmma);
/* Where element `index` of D's, or of A's, registers of thread `thread` (0 to 127 in the warpgroup) lies in the whole.
 */
emu_spot emu_wgmma_place_d(int thread, int index);
emu_spot emu_wgmma_place_a(const emu_wgmma *wgmma, int thread, int index);

/* How the 64-bit descriptor lays an operand out in shared memory. Lengths are in bytes. */
typedef struct emu_descriptor {
  uint32_t start, leading, stride;
  uint32_t swizzle; /* 0, 32, 64 or 128: length of the lines whose 16-byte chunks are permuted */
  uint32_t base;    /* base offset, 0 to 7: where in the pattern of eight lines of 128 bytes it starts */
} emu_descriptor;

emu_descriptor emu_descriptor_decode(uint64_t descriptor);
/* Shared address of the 16-byte chunk that holds element (mn, k), mn being the row of A or the column of B. `trans`:
 * chunks run along mn, else along k. The element is number (trans ? mn : k) % (128 / bits) in it. */
uint32_t emu_descriptor_chunk(const emu_descriptor *d, bool trans, int bits, int mn, int k);

/* Copies `size` bytes of shared memory at an address to `into`; false: no such memory, and the product is abandoned. */
typedef bool emu_fetch(void *context, uint32_t address, uint32_t size, void *into);
/* Reads an operand of `lines` rows of A or columns of B, chunk by chunk and each chunk once, into whole[mn * k + k'].
 * False when a fetch failed. */
bool emu_wgmma_read(const emu_wgmma *wgmma, emu_type type, uint64_t descriptor, bool trans, int first, int lines,
                    emu_fetch *fetch, void *context, double *whole);
/* The same for A from the four registers of a thread. */
void emu_wgmma_unpack_a(const emu_wgmma *wgmma, int thread, const uint32_t words[4], double *whole);
/* A thread's registers of D, in place, from the whole A and B. */
void emu_wgmma_multiply(const emu_wgmma *wgmma, const emu_wgmma_flags *flags, int thread, const double *a,
                        const double *b, uint32_t *d);

#endif
