/* buffer.h: multi-buffering: the block's own threads copy tiles ahead into the slots of a ring.
 *
 * In front of the loop the copies of the first depth - 1 iterations are issued. In iteration k, the loop's first
 * barrier stands behind a wait for the copies of iteration k; behind the barrier, when all threads are done with
 * iteration k - 1, its slot takes the copies of iteration k + depth - 1. All other barriers go, unless they order more
 * than tiles. The state of the loop that the copies need (counters, pointers) runs ahead in values of its own, and with
 * it the condition that ends the loop, so that nothing is copied that the loop would not have copied.
 *
 * Copies that can be asynchronous are (cp.async), one group for each iteration. Others go through registers: what is
 * loaded behind the barrier is stored at the end of the iteration. */
#ifndef TWEED_LLVM_NVPTX_BUFFER_H
#define TWEED_LLVM_NVPTX_BUFFER_H

#include "llvm/nvptx/contract.h"
#include "llvm/nvptx/tile.h"

/* A tile loop that is to be multi-buffered, with the number of slots of all its channels, at least 2, and at most: what
 * goes through registers is one iteration ahead, for which two slots do. */
typedef struct tw_buffer_tile {
  tw_tile *tile;
  int32_t depth;
} tw_buffer_tile;

typedef struct tw_buffer tw_buffer;

/* Decides whether it can be done, changing nothing. NULL with *reason and detail: it can't. */
tw_buffer *tw_buffer_prepare(tw_kernel *k, const tw_buffer_tile *tiles, int32_t count, tw_reason *reason, char *detail,
                             size_t size);
/* The number of slots of the tile-th loop. */
int32_t tw_buffer_depth(const tw_buffer *b, int32_t tile);
/* What the launch of the rewritten kernel has to know; published only where it asks for dynamic memory. */
const tw_contract *tw_buffer_contract(const tw_buffer *b);
/* Rewrites. Kernel, tiles, and whatever the bridge has computed are dead afterwards. TWEED_NO_MEMORY: the function is
 * half rewritten. */
tweed_status tw_buffer_write(tw_buffer *b, tweed_error *error);

#endif
