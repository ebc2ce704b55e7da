/* graph.h: a problem as the solvers want it: flat arc arrays, strongly connected components, reservation shapes. */
#ifndef TWEED_SOLVE_GRAPH_H
#define TWEED_SOLVE_GRAPH_H

#include "base/base.h"
#include "model/model.h"

/* start[other side] >= start[this side] + latency - distance * II, seen from either end. */
typedef struct tweed_arc {
  int32_t other;
  int32_t latency, distance;
  int32_t flow; /* the arc carries a value that occupies registers */
} tweed_arc;

/* `held` of `unit` in the cycles [offset, offset + length) after the start. unit indexes the graph's units. */
typedef struct tweed_segment {
  int32_t unit, offset, length, held;
} tweed_segment;

/* What an op holds; ops of equal class and amount share one. extent: first cycle after the last held one. */
typedef struct tweed_shape {
  int32_t begin, count; /* segments[begin … begin + count) */
  int32_t extent;
  int32_t op;      /* one op of this shape, for messages */
  int32_t members; /* how many ops have it */
} tweed_shape;

/* Invariants: arcs of op i are out[out_begin[i] … out_begin[i+1]), those inside its component before out_inner[i],
 * likewise in; arcs from an op to itself are left out (self_latency and self_distance keep what matters of them).
 * Components are numbered in topological order; order lists the ops component by component, each in an order that
 * respects arcs of distance 0; order[component_begin[c] … component_begin[c+1]) is component c. units are those with a
 * count, or all if `all_units`. */
typedef struct tweed_graph {
  const tweed_problem *problem;
  tweed_arena *arena;
  int32_t n;
  int32_t *out_begin, *out_inner, *in_begin, *in_inner;
  tweed_arc *out, *in;
  int32_t ncomponents;
  int32_t *component, *component_begin, *order;
  int32_t *self_distance; /* largest distance of a register flow from the op to itself, 0 = none */
  int32_t nunits;
  int32_t *unit;  /* index in the machine */
  int32_t *count; /* INT32_MAX = unlimited */
  int32_t nshapes, nsegments;
  tweed_shape *shapes;
  tweed_segment *segments;
  int32_t *shape; /* of each op */
} tweed_graph;

/* Everything is allocated from arena. TWEED_INFEASIBLE if an op holds more of a unit than there is. */
tweed_status tweed_graph_of(const tweed_problem *p, tweed_arena *arena, bool all_units, tweed_graph **out,
                            tweed_error *error);

/* height[i]: longest path from the start of i to the start of any op, >= 0; early[i]: the same from any op to i. Both
 * are the least fixed points for this ii, which must be at least RecMII. */
void tweed_graph_heights(const tweed_graph *g, int64_t ii, int64_t *height);
void tweed_graph_earliest(const tweed_graph *g, int64_t ii, int64_t *early);

/* Narrows [*low, *high] to the starts of v that the starts of its neighbours allow. */
void tweed_graph_slack(const tweed_graph *g, int64_t ii, const int64_t *start, int32_t v, int64_t *low, int64_t *high);

/* Start times that satisfy the arcs inside components become ones that satisfy all: each component is shifted by a
 * multiple of ii, as early as that allows with starts >= 0. False if a start would be above max_start. */
bool tweed_shift_components(const tweed_graph *g, int64_t ii, int64_t max_start, int64_t *start);

static inline int64_t tweed_arc_weight(const tweed_arc *arc, int64_t ii) {
  return (int64_t)arc->latency - (int64_t)arc->distance * ii;
}

/* The component has a circuit of more than one op. */
static inline bool tweed_graph_recurrent(const tweed_graph *g, int32_t component) {
  return g->component_begin[component + 1] - g->component_begin[component] > 1;
}

#endif
