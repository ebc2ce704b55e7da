/* gaus_rounds.h: rounds of iterations: where replicas start, how parameters change, what is kept. */
#ifndef TWEED_SOLVE_GAUS_ROUNDS_H
#define TWEED_SOLVE_GAUS_ROUNDS_H

#include "solve/gaus_search.h"

/* From so many ops on: one replica, and no IMS where a legal schedule is known. */
enum { TWEED_GAUS_LARGE_OPS = 4000 };

/* All arrays zeroed, in one block; rows: the most of any replica. False when out of memory. */
bool tweed_gaus_state_new(const gaus_problem *p, int32_t replicas, int64_t rows, int32_t threads, gaus_state *s);
void tweed_gaus_state_free(gaus_state *s);

/* Where a replica starts: at a schedule, or (start NULL) in the middle of the windows, with random steps of up to
 * noise / 2 of a window; deviations are a sixth of the window, at most sigma. */
typedef struct tweed_gaus_origin {
  const int64_t *early, *late, *start;
  double noise, sigma;
  uint64_t seed;
} tweed_gaus_origin;
/* `learned`: multipliers stay as they are; else they start at 0. */
void tweed_gaus_state_start(const gaus_problem *p, gaus_state *s, int32_t replica, const tweed_gaus_origin *origin,
                            bool learned);

/* A search at some IIs side by side: replica r is at II first_ii + r % iis (acyclic: iis 1, II 0). Invariant: best[] is
 * legal at best_ii if best_score.total is finite; a lower II is better whatever the score. */
typedef struct tweed_gaus_search {
  tweed_job *job;
  const tweed_gaus_model *m;
  int64_t first_ii, best_ii;
  int32_t iis, replicas, threads;
  const int64_t *horizon; /* per II: the last start, acyclic: the deadline */
  int64_t *early, *late;  /* per II, of each op */
  bool *possible;         /* per II: there is a window for every op */
  int64_t *best, *known;  /* known: scratch of a look, what was the best before it */
  tweed_gaus_score best_score;
  gaus_state state;
  tweed_gaus_engine *engine;
  struct tweed_gaus_bench *benches; /* scratch of each thread */
  double seconds_per_iteration;
  double seen;      /* the best score of the last look */
  double violation; /* the least over replicas of their largest, at the last look, in steps */
} tweed_gaus_search;

/* The caller has set job, m, first_ii, iis, horizon, replicas and threads; all else is 0. Free it also after a
 * failure. replicas may become fewer. TWEED_UNKNOWN: no II leaves every op a window, or there are too many rows. */
tweed_status tweed_gaus_search_new(tweed_gaus_search *s, tweed_error *error);
void tweed_gaus_search_free(tweed_gaus_search *s);
/* A legal schedule from elsewhere, at one of the IIs: kept if it is the best, after descent on prices. */
tweed_status tweed_gaus_search_offer(tweed_gaus_search *s, int64_t ii, const int64_t *start, tweed_error *error);
/* One round of so many iterations of all replicas; round 0 starts from scattered points, later ones from the best. */
tweed_status tweed_gaus_search_round(tweed_gaus_search *s, int32_t round, int32_t iterations, tweed_error *error);
/* Measures seconds_per_iteration. */
tweed_status tweed_gaus_search_time(tweed_gaus_search *s, tweed_error *error);

#endif
