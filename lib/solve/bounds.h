/* bounds.h: lower bounds on II, from a problem's graph. */
#ifndef TWEED_SOLVE_BOUNDS_H
#define TWEED_SOLVE_BOUNDS_H

#include "solve/graph.h"
#include "solve/mrt.h"
#include <tweed/solve.h>

/* A critical circuit: ops[0 … count), in order, from the arena; count 0 = none. */
typedef struct tweed_circuit {
  int64_t ratio; /* of latency to distance, rounded up: RecMII */
  int32_t count;
  int32_t *ops;
} tweed_circuit;

/* Exact maximum cycle ratio over all circuits, those of one op included. */
tweed_status tweed_recurrence(const tweed_graph *g, tweed_circuit *out, tweed_error *error);

/* Can all ops be placed in a table of t->ii rows when dependences are left out? Tries first fit, then backtracks
 * through at most `nodes` placements. The table must have been reset to the II and is left empty. */
typedef enum tweed_packing {
  TWEED_PACKED,
  TWEED_NOT_PACKABLE,
  TWEED_PACKING_OPEN,
  TWEED_PACKING_NO_MEMORY
} tweed_packing;
tweed_packing tweed_pack(tweed_mrt *t, int32_t nodes);

/* Bounds by load, by tables that must stand their own copies, and, if `packing`, by tweed_pack(). The last only ever
 * matters where no schedule at the bound was found. */
tweed_status tweed_bounds_quick(const tweed_problem *p, tweed_bounds *out, tweed_error *error); /* without packing */
tweed_status tweed_bounds_graph(const tweed_graph *g, bool packing, tweed_bounds *out, tweed_error *error);

#endif
