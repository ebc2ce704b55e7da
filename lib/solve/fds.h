/* fds.h: what force-directed scheduling knows of a partial schedule: time frames, distribution graphs, forces. */
#ifndef TWEED_SOLVE_FDS_H
#define TWEED_SOLVE_FDS_H

#include "solve/solver.h"
#include "solve/values.h"

/* A distribution graph: how much of a unit (or how many live bytes) is expected to be held in each step, if ops start
 * anywhere in their frames with equal probability. What one op adds is linear between a few steps, so that its second
 * differences are kept: a change costs O(1). sum[d]: the graph summed over steps below d; sum2[k]: sum summed over
 * indexes below k, so that the average of sum over any range of steps costs O(1). The sums are those of the last
 * tweed_fds_refresh(). */
typedef struct tweed_fds_layer {
  double price;  /* what one more of its peak costs */
  double weight; /* of a force, so that all layers' forces add up: the price, spread over the steps of its root mean
                  * square */
  double *change, *sum, *sum2;
} tweed_fds_layer;

/* When the last consumer of an op's value starts: the latest of the early ends of their frames, and of the late ones,
 * which consumer has that, and the latest of all others. No consumer: last_op is -1. */
typedef struct tweed_fds_use {
  int64_t early, late, second;
  int32_t last_op;
} tweed_fds_use;

/* Invariants: early[v] <= late[v] and frames agree with every arc: early[to] >= early[from] + latency, late likewise.
 * The layers' second differences are those of these frames. */
typedef struct tweed_fds {
  const tweed_problem *problem;
  const tweed_graph *g;
  int64_t steps, room; /* length of the schedule; of the layers' arrays */
  int64_t *early, *late;
  int32_t nlayers; /* one per unit of the graph, then live bytes */
  tweed_fds_layer *layers;
  double *pull;  /* what a step later costs: (weight of communication) * (bytes in - bytes out) */
  double *bytes; /* of each op's value, 0 = not counted */
  tweed_fds_use *use;
  tweed_values values;
  int32_t *queue; /* ops whose frames have changed */
  bool *queued;
} tweed_fds;

/* Everything from an arena. TWEED_UNKNOWN: too many steps. */
tweed_status tweed_fds_new(tweed_job *job, tweed_arena *arena, tweed_fds *f, tweed_error *error);
/* Frames as wide as the deadline `end` allows, which the longest path and the length bound, and their graphs. stress
 * multiplies the prices of units and live bytes beside that of communication; `lean` of a weight on memory is added to
 * that on communication: short lifetimes make low peaks. */
void tweed_fds_reset(tweed_fds *f, int64_t end, double stress, double lean);
/* Sums and weights for the graphs as they are. */
void tweed_fds_refresh(tweed_fds *f);
/* The change in cost expected from making v's frame [early, late], which lies inside the one it has: its own force and
 * those of its predecessors and successors. Counts nothing beyond these. */
double tweed_fds_force(const tweed_fds *f, int32_t v, int64_t early, int64_t late);
/* Makes v's frame [early, late] and those of all others agree; returns how many frames have changed. */
int64_t tweed_fds_narrow(tweed_fds *f, int32_t v, int64_t early, int64_t late);

#endif
