/* ring.h: shared memory of rewritten kernels: rings in place of shared objects, and barriers.
 *
 * Everything that a rewrite adds is one piece of memory per kernel: static where the kernel's static shared memory
 * stays within what the compiler allows, else dynamic, which the launch then asks for (contract.h). */
#ifndef TWEED_LLVM_NVPTX_RING_H
#define TWEED_LLVM_NVPTX_RING_H

#include "llvm/nvptx/contract.h"
#include "llvm/nvptx/emit.h"
#include "llvm/nvptx/tile.h"

enum { TW_STATIC_SHARED = 49152 };

/* What a rewrite takes of shared memory. Laid out by tw_rings_add; nothing in the IR is changed before tw_rings_build.
 */
typedef struct tw_rings {
  const tw_kernel *kernel;
  uint64_t bytes; /* added so far */
  uint64_t freed; /* of objects that rings take the place of */
  bool dynamic;   /* decided by tw_rings_decide */
  bool takes;     /* dynamic memory that the kernel had itself */
  LLVMValueRef memory;
} tw_rings;

/* Places so many bytes, aligned to 128, and returns their offset. */
uint64_t tw_rings_add(tw_rings *r, uint64_t bytes);
/* Whether the tile's rings can have dynamic memory: the kernel uses none itself, or only for the tile. */
bool tw_rings_can_ask(const tw_kernel *k, const tw_tile *t);
/* The tile's objects make room for rings. */
void tw_rings_replace(tw_rings *r, const tw_tile *t);
/* Decides whether dynamic memory is needed, and enters how much of each kind into the contract. False: it is, but can't
 * be had; tw_rings_no_room says so. */
bool tw_rings_decide(tw_rings *r, tw_contract *contract);
extern const char tw_rings_no_room[];

/* Makes the memory. */
void tw_rings_build(tw_rings *r, const tw_emit *e);
/* A pointer constant to offset `at` of it. */
LLVMValueRef tw_rings_at(const tw_rings *r, const tw_emit *e, uint64_t at);
/* Lets the first slot of a channel's ring, which begins at `at`, take the place of its objects in the kernel. The
 * objects may be gone afterwards, and the origins of sites with them. */
void tw_rings_take(const tw_rings *r, const tw_emit *e, const tw_channel *c, uint64_t at);
/* Moves what the loop reads of the channel on by `slot` bytes, an i32 that is known in the whole loop, a multiple of
 * 128. Loads get the alignment that is known of them: then they are made as wide as their types. */
void tw_rings_shift_reads(const tw_kernel *k, const tw_tile *t, const tw_channel *c, const tw_emit *e,
                          LLVMValueRef slot);

#endif
