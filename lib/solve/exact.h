/* exact.h: what the exact engines share: the ops that an II depends on, their windows, the dependences between them,
 * and schedules made of their start times.
 *
 * Two forms of one II:
 *
 * Reduced: only what decides whether there is a schedule at all. Dependences between components never make an II
 * infeasible, since a component may be shifted by multiples of II without changing a row. What is left:
 *   - of a component with two or more ops that hold units ("holders"), the holders, tied by longest paths;
 *   - every other holder (on no circuit, or the only holder of its component) is free: its row is not restricted by any
 *     dependence. It stays in the model, as a group of one, unless it is loose.
 * Loose is a free op that holds one cell: one unit, one cycle, and of that unit the greatest common divisor of all that
 * any op holds of it. Where the load of the unit is at most (count / divisor) * II cells, whatever places the
 * others leave in any order is enough for all loose ops, so they are left out. Free ops that hold several cycles, units
 * or more than the divisor must be packed, which depends on where the others are: leaving them out would be unsound.
 * Where all occupancies are 1 this is the reduction to components with circuits; where every op takes an issue slot
 * beside its unit, all holders stay.
 * Starts are relative: those of a group may be shifted together by any multiple of II, and all groups together by any
 * amount, which is used to fix the first op of the first group to one start.
 *
 * Whole: all ops with all dependences, absolute starts >= 0, start + latency <= length and start <= max_start. For
 * limits on stages and for the least length. */
#ifndef TWEED_SOLVE_EXACT_H
#define TWEED_SOLVE_EXACT_H

#include "solve/graph.h"
#include "solve/mrt.h"

/* "No path", and "no limit" on a length. Sums of two do not overflow. */
#define TWEED_EXACT_FAR (INT64_MAX / 4)

/* start[to] >= start[from] + weight, between items. */
typedef struct tweed_exact_arc {
  int32_t from, to;
  int64_t weight;
} tweed_exact_arc;

/* Invariants: items are the ops of the model, group by group: group k is items [group_begin[k], group_begin[k + 1]).
 * Reduced: the ops of a group are of one component, and its first item is its anchor; arcs are the longest paths
 * between items of a group, without those that follow from others. Whole: one group, one item per op of the problem
 * in the order of g->order, arcs as in the problem (the strongest of parallel ones).
 * Item i may start in [low[i], high[i]], 0 <= low[i] <= high[i]; every solution of the problem has a counterpart within
 * the windows. table is empty, of ii rows; its shapes and segments are folded, each segment at most ii long. What an
 * item holds is shape g->shape[op[i]]. divisor[u]: all that is held of unit u, and so its count, may be divided by it
 * (the count rounded down). */
typedef struct tweed_exact {
  const tweed_graph *g;
  tweed_arena *arena;
  int64_t ii;
  bool reduced;
  int32_t count, *op;
  int32_t *item; /* of each op of the problem, -1 = not in the model */
  int32_t ngroups, *group_begin;
  int32_t *group; /* of each item */
  int64_t *low, *high;
  int32_t narcs;
  tweed_exact_arc *arcs;
  int32_t *divisor;
  tweed_mrt table;
  int32_t *member; /* of each op: its number within its component */
  int64_t **paths; /* reduced: of each component with more than one op, by member numbers, the longest path lengths */
  size_t cap_arcs;
} tweed_exact;

/* Both need ii >= RecMII. TWEED_INFEASIBLE: there is no schedule at this II (within length and max_start), the message
 * says why; TWEED_UNKNOWN: too large for this. *out is NULL unless TWEED_OK. */
tweed_status tweed_exact_reduced(const tweed_graph *g, int64_t ii, tweed_exact **out, tweed_error *error);
tweed_status tweed_exact_whole(const tweed_graph *g, int64_t ii, int64_t length, int64_t max_start, tweed_exact **out,
                               tweed_error *error);
void tweed_exact_free(tweed_exact *e);

/* The start times of all ops from those of the items (which must satisfy arcs and units): loose ops take the first free
 * rows, other ops are as early as they can, components are shifted to satisfy what is between them. False if a start
 * would be above max_start (INT64_MAX = no limit), or if the items' starts were illegal. */
bool tweed_exact_complete(tweed_exact *e, const int64_t *item_start, int64_t max_start, int64_t *start);

/* May both items exchange their places in any solution? (Free ops that hold the same.) Such items are neighbours. */
bool tweed_exact_alike(const tweed_exact *e, int32_t i, int32_t j);

/* Which length in [low, high) to ask for next, of a search for the least that has a schedule (high has one): the bound
 * first, since it is often met, then away from it in growing steps, since short schedules leave engines less to choose,
 * and by halves once an engine has found one. */
typedef struct tweed_exact_lengths {
  int64_t low, high, step; /* step 0: nothing was asked yet */
  bool found;
} tweed_exact_lengths;
int64_t tweed_exact_next_length(tweed_exact_lengths *s, int64_t ii);

/* The length of a schedule: largest start + latency. */
int64_t tweed_exact_length(const tweed_graph *g, const int64_t *start);

#endif
