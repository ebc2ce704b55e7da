/* compact.h: how good a modulo schedule is at its II, and sweeps that make it better. */
#ifndef TWEED_SOLVE_COMPACT_H
#define TWEED_SOLVE_COMPACT_H

#include "solve/solver.h"

/* Measures of one schedule. Doubles, since products of what a
 * file may contain do not fit integers. cost weighs them; ties fall to the shorter sum of lifetimes, then to the
 * shorter length. */
typedef struct tweed_quality {
  double stages;
  double max_live; /* registers of all files together in the fullest row */
  double excess;   /* registers above what the files have, over all files */
  double copies;   /* of values that live longer than II: what a kernel must copy or unroll for */
  double lifetime; /* register cycles */
  double last;     /* largest start */
  double cost;
} tweed_quality;

/* A value that the op at hand reads: it lives from `start` to the op's start + offset, and at least to `least`. */
typedef struct tweed_read {
  int32_t op;
  int64_t start, offset, least;
  double regs;
} tweed_read;

/* Scratch for one graph and II. Invariants: ops are in the table at start[]; every start is in [0, latest]. */
typedef struct tweed_compactor {
  const tweed_graph *g;
  tweed_mrt table;
  int64_t ii, latest, work; /* work: what all runs together may still look at */
  int64_t length;           /* no op may end later, unless the run has extra stages; INT64_MAX = no limit */
  int64_t *start, *saved;
  int64_t *end; /* scratch: of each value's life */
  double *rows; /* registers per row, NULL when II is too large for it */
  tweed_read *reads;
  int32_t nreads;
  int32_t *members, *mark;
  int32_t round;
  int64_t row_capacity;
} tweed_compactor;

bool tweed_compactor_init(tweed_compactor *c, const tweed_graph *g);
void tweed_compactor_free(tweed_compactor *c);
/* Improves start[] in place at the II, within max_start; ops may move out of the stages
 * there are by `extra` stages on both sides; false when out of memory. */
bool tweed_compactor_run(tweed_compactor *c, int64_t ii, int64_t max_start, int32_t extra, int64_t *start,
                         tweed_stop *stop);
void tweed_compactor_measure(tweed_compactor *c, int64_t ii, const int64_t *start, tweed_quality *out);
bool tweed_quality_better(const tweed_quality *a, const tweed_quality *b);

#endif
