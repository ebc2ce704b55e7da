/* gaus.h: GauS on the host: a problem as arrays, states of replicas, scores, legal schedules from means. */
#ifndef TWEED_SOLVE_GAUS_H
#define TWEED_SOLVE_GAUS_H

#include "solve/gaus_engine.h"
#include "solve/solver.h"

/* A problem as the kernels want it. Amounts and pulls there are scaled; those here are the problem's own. `lifetimes`:
 * the problem has no objective, so that registers are what is made small. */
typedef struct tweed_gaus_model {
  const tweed_graph *graph;
  tweed_arena *arena;
  gaus_problem p;
  tweed_objective weights;
  bool lifetimes;
  int32_t reach;                         /* rows that an op may hold a unit beyond its start */
  double pull_scale;                     /* objective per 1 of the scaled pull */
  double *scale;                         /* per profile: amount per 1 of the scaled one */
  double *weight;                        /* per profile: of its peak in the objective */
  double *segment_amount, *value_amount; /* unscaled */
  double *pull;                          /* unscaled */
  int64_t *tail; /* latency that must fit before the deadline, per op; 0 if there is no limit on lengths */
} tweed_gaus_model;

tweed_status tweed_gaus_model_of(const tweed_job *job, tweed_gaus_model *out, tweed_error *error);

/* What a legal schedule costs, the problem's objective or (lifetimes) the registers in the fullest row and, as a small
 * part, their average. Scratch is reused from call to call. */
typedef struct tweed_gaus_score {
  double peaks, pull; /* weighted; pull is the linear part */
  double total;
} tweed_gaus_score;
typedef struct tweed_gaus_scorer {
  const tweed_gaus_model *model;
  double *rows;
  int64_t capacity;
} tweed_gaus_scorer;
bool tweed_gaus_score_of(tweed_gaus_scorer *s, int64_t ii, int64_t nrows, const int64_t *start, tweed_gaus_score *out);
void tweed_gaus_scorer_free(tweed_gaus_scorer *s);

/* The earliest and latest start of each op at this II (0: acyclic), which must be at least RecMII: starts and tails end
 * by the horizon. False if some op has no room. */
bool tweed_gaus_windows(const tweed_gaus_model *m, int64_t ii, int64_t horizon, int64_t *early, int64_t *late);

#endif
