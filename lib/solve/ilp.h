/* ilp.h: what an integer program at one II is about, and the programs that say it.
 *
 * Dependences between components never make an II infeasible, so there are two scopes: the inner one has the components
 * only and proves for good; the whole one has all dependences and a last start, for limits on stages.
 * (exact.h has a like model for the other engines; this one is apart from it, so that proofs are, too.)
 * Ops that hold no units are projected out by longest paths. Ops whose distance in time is fixed by a circuit without
 * slack are one block. Blocks of one op on no circuit that hold the same are counted instead of told apart. */
#ifndef TWEED_SOLVE_ILP_H
#define TWEED_SOLVE_ILP_H

#include "solve/lpp.h"

/* `held` of the unit in `length` rows from `offset` after the start of the block on, modulo II. */
typedef struct tweed_ilp_hold {
  int32_t unit, offset, length, held;
} tweed_ilp_hold;

/* Ops that move together. Invariants: starts are within [low, high]; no dependence enters or leaves a free block, whose
 * window is [0, II - 1]; copies > 1 only for free ones, and then each member is an op of its own. fixed: one of the
 * copies starts in row 0. */
typedef struct tweed_ilp_block {
  int64_t low, high;
  int32_t leader, copies;
  bool free, fixed;
  int32_t hold_begin, hold_end;
  int32_t member_begin, member_end;
} tweed_ilp_block;

typedef struct tweed_ilp_member {
  int32_t op;
  int64_t offset; /* of its start to that of the block */
} tweed_ilp_member;

/* start[to] >= start[from] + weight. No two blocks are tied to each other, and no edge follows from others or from the
 * windows, which respect them. */
typedef struct tweed_ilp_edge {
  int32_t from, to;
  int64_t weight;
} tweed_ilp_edge;

/* Components by number, or, in the whole scope, one that has all ops. paths[c]: longest paths between its ops, by their
 * place in it; NULL for one of a single op. */
typedef struct tweed_ilp {
  const tweed_graph *g;
  tweed_arena *arena;
  int64_t ii, max_start; /* max_start INT64_MAX: the inner scope */
  int32_t nblocks, nholds, nmembers, nedges, ntimes;
  tweed_ilp_block *blocks;
  tweed_ilp_hold *holds;
  tweed_ilp_member *members;
  tweed_ilp_edge *edges;
  size_t cap_blocks, cap_holds, cap_members, cap_edges;
  int64_t **paths, *early, *late; /* early and late: whole scope only */
  int32_t *place;
} tweed_ilp;

/* TWEED_INFEASIBLE: refuted in whole numbers, no program is needed; TWEED_BAD_INPUT: too large. */
tweed_status tweed_ilp_blocks(const tweed_graph *g, tweed_arena *arena, int64_t ii, int64_t max_start, tweed_stop *stop,
                              tweed_ilp **out);

/* The starts of all ops from those of the blocks, in the order of blocks and copies: ntimes of them. False if they are
 * not within max_start. */
bool tweed_ilp_starts(const tweed_ilp *m, const int64_t *times, int64_t max_start, int64_t *start);

/* How the start of a block is said.
 * ORDER: a variable per time: "starts then or later"; dependences and holds are differences of two of them.
 * TIME: a variable per time: "starts then"; a dependence is one row of sums, as in the paper.
 * ROW: a variable per row of the table, and a stage; dependences by row (Eichenberger and Davidson, PLDI 1997). */
typedef enum tweed_ilp_form { TWEED_ILP_ORDER, TWEED_ILP_TIME, TWEED_ILP_ROW } tweed_ilp_form;
enum { TWEED_ILP_FORMS = TWEED_ILP_ROW + 1 };

typedef struct tweed_ilp_work {
  int64_t steps, nodes, vars, rows, terms;
} tweed_ilp_work;

/* Builds and solves the program within `work` (0 = no limit; steps of the simplex algorithm times size). TWEED_OK:
 * times are filled. TWEED_INFEASIBLE: the solver says so. TWEED_BAD_INPUT: too large. TWEED_UNKNOWN: a limit. */
tweed_status tweed_ilp_solve(const tweed_ilp *m, tweed_ilp_form form, int64_t work, tweed_stop *stop, int64_t *times,
                             tweed_ilp_work *used);

#endif
