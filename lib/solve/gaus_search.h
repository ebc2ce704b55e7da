/* gaus_search.h: the discrete half of GauS: legal schedules from means, and their improvement under prices. */
#ifndef TWEED_SOLVE_GAUS_SEARCH_H
#define TWEED_SOLVE_GAUS_SEARCH_H

#include "solve/gaus.h"
#include "solve/ims.h"

typedef struct tweed_gaus_turn {
  int64_t target;
  int32_t place, op;
} tweed_gaus_turn;

/* How means are rounded: dependences repaired by later or by earlier starts, fractions from 1 - threshold on up. */
typedef struct tweed_gaus_way {
  bool backward;
  double threshold; /* 0 … 1 */
} tweed_gaus_way;

/* Scratch. The caller fills real[] with absolute starts before each call. */
typedef struct tweed_gaus_legalizer {
  const tweed_gaus_model *m;
  tweed_ims ims;
  double *real;
  int64_t *target;
  tweed_gaus_turn *order;
  bool counted; /* there are units with a count */
} tweed_gaus_legalizer;

bool tweed_gaus_legalizer_init(tweed_gaus_legalizer *l, const tweed_gaus_model *m);
void tweed_gaus_legalizer_free(tweed_gaus_legalizer *l);
/* TWEED_OK: start[] is legal at ii (0: by the deadline). TWEED_UNKNOWN: none was found. late[] as from
 * tweed_gaus_windows(). */
tweed_status tweed_gaus_legalize(tweed_gaus_legalizer *l, const tweed_gaus_way *way, int64_t ii, int64_t horizon,
                                 const int64_t *late, int64_t *start, tweed_stop *stop);

/* Descent on prices, the discrete form of the gradient: each row of a profile has as its price the derivative of the
 * smooth maximum; an op moves to the start within its slack where what it changes costs the least. Prices are computed
 * anew after a part of the ops, and the temperature falls from sweep to sweep. */
typedef struct tweed_gaus_polisher {
  const tweed_gaus_model *m;
  tweed_mrt table;
  tweed_gaus_scorer scorer;
  int64_t ii, nrows;
  double *load, *price; /* per profile nrows + 1; price[r]: sum of the prices of rows before r */
  int64_t *start, *best;
  int64_t *last, *second; /* per value: its last use, and the last of its other users' */
  int32_t *last_user;
  double temperature;   /* share of the peak */
  const double *target; /* in place of costs: how far an op is from here */
  int64_t capacity;     /* rows that load and price have room for */
  tweed_random random;
} tweed_gaus_polisher;

bool tweed_gaus_polisher_init(tweed_gaus_polisher *s, const tweed_gaus_model *m);
void tweed_gaus_polisher_free(tweed_gaus_polisher *s);
/* Improves the legal start[] in place; *score is its score before and after. Starts stay in [0, horizon], acyclic: end
 * by the deadline `horizon`. False when out of memory. */
bool tweed_gaus_polish(tweed_gaus_polisher *s, int64_t ii, int64_t horizon, int32_t sweeps, uint64_t seed,
                       int64_t *start, tweed_gaus_score *score, tweed_stop *stop);

/* Moves the ops of the legal start[] towards target[] as far as slack and units let them, sweep by sweep; it stays
 * legal. False when out of memory. */
bool tweed_gaus_walk(tweed_gaus_polisher *s, int64_t ii, int64_t horizon, int32_t sweeps, const double *target,
                     int64_t *start, tweed_stop *stop);

#endif
