/* tile_graph.h: the problem of a tile loop: groups of an iteration as ops, on a machine made for them, whose units are
 * those of the SM with what the groups hold of them. */
#ifndef TWEED_LLVM_NVPTX_TILE_GRAPH_H
#define TWEED_LLVM_NVPTX_TILE_GRAPH_H

#include "llvm/nvptx/groups.h"

/* roles: 2 = copies have a warp group of their own, 1 = the block's warps do everything. shared: bytes that a block may
 * take for rings, 0 = as much as the machine has. */
typedef struct tw_tile_request {
  const char *name;
  int32_t roles;
  int64_t shared;
} tw_tile_request;

/* scale: cycles of the SM in one of the problem, so that II has at most TW_TILE_II of them or so. bound: of II, in
 * cycles: the busiest unit's. */
enum { TW_TILE_II = 256 };
typedef struct tw_tile_graph {
  tw_groups *groups;
  tweed_problem *problem; /* ops are the groups, by number, and one more for all issue slots */
  int64_t scale, bound;
  const char *unit; /* the busiest one */
} tw_tile_graph;

tweed_status tw_tile_graph_of(tw_groups *g, const tw_tile_request *request, tw_tile_graph *out, tweed_error *error);
void tw_tile_graph_free(tw_tile_graph *g);
/* Lets a class hold a unit of the machine in the making for its first `cycles` cycles. */
tweed_status tw_tile_graph_hold(tweed_machine *m, tweed_arena *arena, int32_t class_index, int32_t unit, int32_t cycles,
                                tweed_error *error);

#endif
