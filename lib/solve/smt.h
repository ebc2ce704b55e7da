/* smt.h: a thin layer over Z3: Booleans, differences of integers, weighted sums, assumptions with cores, limits.
 *
 * Nothing here aborts or prints. A failure inside Z3 (or of memory) sticks: every later call does nothing, and check()
 * says so. Work is limited by Z3's own count of it, so that the same questions get the same answers on every machine;
 * the clock, the interrupt and the memory limit only end a check early, with TWEED_SMT_UNKNOWN. */
#ifndef TWEED_SOLVE_SMT_H
#define TWEED_SOLVE_SMT_H

#include "solve/solver.h"

/* A literal: -l is its negation. 0 is none. */
typedef int32_t tweed_lit;
enum { TWEED_TRUE = 1, TWEED_FALSE = -1 };

typedef enum tweed_smt_answer {
  TWEED_SMT_SAT,
  TWEED_SMT_UNSAT,
  TWEED_SMT_UNKNOWN, /* a limit, or Z3 cannot tell */
  TWEED_SMT_FAILED   /* out of memory, a number out of range, or an error in Z3 */
} tweed_smt_answer;

typedef struct tweed_smt tweed_smt;

/* Megabytes that Z3 may take beyond what it has when a check begins. */
enum { TWEED_SMT_MEGABYTES = 2048 };

/* Which of Z3's theories: a sparse graph of differences; a matrix of them, far better for some tens of integers that
 * are nearly all compared with each other; or linear arithmetic, for tweed_smt_multiple(). */
typedef enum tweed_smt_theory { TWEED_SMT_SPARSE, TWEED_SMT_DENSE, TWEED_SMT_LINEAR } tweed_smt_theory;

/* NULL when out of memory. `stop` must outlive it. */
tweed_smt *tweed_smt_new(tweed_stop *stop, tweed_smt_theory theory);
void tweed_smt_free(tweed_smt *s);

tweed_lit tweed_smt_bool(tweed_smt *s);
/* The number of a new integer variable, counted from 0; or -1. */
int32_t tweed_smt_int(tweed_smt *s);
/* The literal of b - a >= c; a or b -1 stands for zero. Equal questions give equal literals. */
tweed_lit tweed_smt_difference(tweed_smt *s, int32_t a, int32_t b, int64_t c);
/* The literal of b - a >= c + k * i, where i is an integer variable too. */
tweed_lit tweed_smt_multiple(tweed_smt *s, int32_t a, int32_t b, int64_t c, int64_t k, int32_t i);
/* At least one of the literals holds; 0 among them is left out. */
void tweed_smt_clause(tweed_smt *s, size_t count, const tweed_lit *literals);
/* If `guard` (or always, TWEED_TRUE), the weights of the literals that hold add up to at most `bound`. */
void tweed_smt_at_most(tweed_smt *s, tweed_lit guard, size_t count, const tweed_lit *literals, const int64_t *weights,
                       int64_t bound);

/* A sum that grows: literals with weights. */
typedef struct tweed_terms {
  tweed_lit *literals;
  int64_t *weights;
  size_t count, cap_literals, cap_weights;
} tweed_terms;
bool tweed_terms_add(tweed_terms *t, tweed_arena *arena, tweed_lit literal, int64_t weight);

/* Is everything so far, and all assumptions, satisfiable? work: limit of Z3's count, 0 = none. */
tweed_smt_answer tweed_smt_check(tweed_smt *s, size_t count, const tweed_lit *assumptions, uint32_t work);
/* After TWEED_SMT_SAT, until something is added: */
bool tweed_smt_value(const tweed_smt *s, tweed_lit literal);
int64_t tweed_smt_int_value(const tweed_smt *s, int32_t variable);
/* The least values of the integers 0 … n - 1, from low upwards, with which every difference that was ever asked for is
 * as true as in the answer. False when out of memory. */
bool tweed_smt_least_values(const tweed_smt *s, int32_t n, const int64_t *low, int64_t *value);
/* After TWEED_SMT_UNSAT: is the assumption in the core? */
bool tweed_smt_in_core(const tweed_smt *s, tweed_lit assumption);
bool tweed_smt_failed(const tweed_smt *s);
/* The question cannot be put: the next check says TWEED_SMT_FAILED. */
void tweed_smt_fail(tweed_smt *s);
/* Why the last check ended without an answer. */
const char *tweed_smt_reason(const tweed_smt *s);

#endif
