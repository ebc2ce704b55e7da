/* cnf.h: clauses, counters over them, and the CNF of an exact model. */
#ifndef TWEED_SOLVE_CNF_H
#define TWEED_SOLVE_CNF_H

#include "solve/exact.h"

/* Constants that clauses may contain; they are resolved when a clause is added. */
enum { TWEED_CNF_TRUE = INT32_MAX, TWEED_CNF_FALSE = -INT32_MAX };

/* A formula. Invariants: literals holds the clauses one after the other, each ended by 0; variables are 1 … variables.
 * Once `failed` or `full` is set, nothing more is added. */
typedef struct tweed_cnf {
  int32_t *literals;
  size_t count, capacity, most; /* most: literals and zeros that it may have */
  int32_t variables, clauses;
  bool failed; /* out of memory */
  bool full;   /* it would have more than `most` */
} tweed_cnf;

void tweed_cnf_init(tweed_cnf *f, size_t most);
void tweed_cnf_free(tweed_cnf *f);
/* The first of `count` new variables. */
int32_t tweed_cnf_variables(tweed_cnf *f, int64_t count);
void tweed_cnf_add(tweed_cnf *f, int count, const int32_t *literals);

/* A literal and what it weighs when true. */
typedef struct tweed_cnf_term {
  int32_t literal, weight;
} tweed_cnf_term;

/* The weights of the true terms are at most `limit` together (sequential counter; pairs where few exclude each other).
 * Terms that are constants are taken out of the array. */
void tweed_cnf_at_most(tweed_cnf *f, tweed_cnf_term *terms, int32_t count, int64_t limit);

/* An exact model as CNF. Item i starts at t or earlier iff variable first[i] + t - low[i], for low[i] <= t < high[i].
 */
typedef struct tweed_cnf_model {
  const tweed_exact *e;
  tweed_cnf cnf;
  int32_t *first;
} tweed_cnf_model;

/* TWEED_UNKNOWN if it would have more than `most` literals. Free it also after a failure. */
tweed_status tweed_cnf_model_init(tweed_cnf_model *m, const tweed_exact *e, size_t most, tweed_error *error);
void tweed_cnf_model_free(tweed_cnf_model *m);

/* "Item i starts at t or earlier": a literal or a constant. */
int32_t tweed_cnf_starts_by(const tweed_cnf_model *m, int32_t item, int64_t t);

#endif
