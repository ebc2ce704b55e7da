/* gaus_rounds.h: rounds of iterations at one II: where replicas start, how parameters change, what is kept. */
#ifndef TWEED_SOLVE_GAUS_ROUNDS_H
#define TWEED_SOLVE_GAUS_ROUNDS_H

#include "solve/gaus_search.h"

/* All arrays zeroed, in one block; rows: the most of any replica. False when out of memory. */
bool tweed_gaus_state_new(const gaus_problem *p, int32_t replicas, int64_t rows, int32_t threads, gaus_state *s);
size_t tweed_gaus_state_bytes(const gaus_problem *p, int32_t replicas, int64_t rows, int32_t threads);
void tweed_gaus_state_free(gaus_state *s);

/* Where a replica starts: at a schedule, or (start NULL) in the middle of the windows, with random steps of up to
 * noise / 2 of a window; deviations are a sixth of the window, at most sigma. */
typedef struct tweed_gaus_origin {
  const int64_t *early, *late, *start;
  double noise, sigma;
  uint64_t seed;
} tweed_gaus_origin;
void tweed_gaus_state_start(const gaus_problem *p, gaus_state *s, int32_t replica, const tweed_gaus_origin *origin);

/* The search at one II. Invariant: best[] is legal if best_score.total is finite. */
typedef struct tweed_gaus_search {
  tweed_job *job;
  const tweed_gaus_model *m;
  int64_t ii, horizon, rows;
  int32_t replicas, threads;
  int64_t *early, *late, *best;
  tweed_gaus_score best_score;
  gaus_state state;
  tweed_gaus_engine *engine;
  struct tweed_gaus_bench *benches; /* scratch of each thread */
  double began, seconds_per_iteration;
  double violation; /* largest of the last look, in steps */
} tweed_gaus_search;

tweed_status tweed_gaus_search_new(tweed_job *job, const tweed_gaus_model *m, int64_t ii, int64_t horizon,
                                   tweed_gaus_search *s, tweed_error *error);
void tweed_gaus_search_free(tweed_gaus_search *s);
/* A legal schedule from elsewhere: kept if it is the best, after descent on prices. */
tweed_status tweed_gaus_search_offer(tweed_gaus_search *s, const int64_t *start, tweed_error *error);
/* One round of so many iterations of all replicas; round 0 starts from scattered points, later ones from the best. */
tweed_status tweed_gaus_search_round(tweed_gaus_search *s, int32_t round, int32_t iterations, tweed_error *error);

#endif
