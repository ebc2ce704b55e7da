/* tile_turns.h: whether two halves of a block's warps are to take turns at the tensor cores (ping-pong). */
#ifndef TWEED_LLVM_NVPTX_TILE_TURNS_H
#define TWEED_LLVM_NVPTX_TILE_TURNS_H

#include "llvm/nvptx/groups.h"
#include <tweed/solve.h>

/* The schedule's word on it, in cycles of the SM for an iteration: of warps that all do the same at a time, and of two
 * halves with a schedule of their own. wanted: the second is less by a tenth. */
typedef struct tw_tile_turns {
  bool wanted;
  int64_t together, apart;
} tw_tile_turns;

/* Solves the iteration without its copies as a joint problem of two warp groups, each with its own runs of products and
 * of what stands between them; units are shared. */
tweed_status tw_tile_turns_of(const tw_groups *g, tw_tile_turns *out, tweed_error *error);

#endif
