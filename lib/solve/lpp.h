/* lpp.h: integer programs with whole coefficients, whatever solves them.
 *
 * A program is built here (lpp.c) and handed to a back end (lpp_lpsolve.c). A back end works in floating point and is
 * not believed: integer values are rounded, every row and bound is checked again in whole numbers, and what fails there
 * is no solution. There is no such check of "infeasible": it is the back end's word, after two runs that agree. */
#ifndef TWEED_SOLVE_LPP_H
#define TWEED_SOLVE_LPP_H

#include "solve/solver.h"

typedef enum tweed_lpp_sense { TWEED_LPP_AT_MOST, TWEED_LPP_AT_LEAST, TWEED_LPP_EQUAL } tweed_lpp_sense;

typedef struct tweed_lpp_var {
  const char *name; /* or NULL */
  int64_t low, high;
  int64_t cost;
  bool integer; /* false: comes out whole by itself where the others are */
} tweed_lpp_var;

typedef struct tweed_lpp_row {
  const char *name; /* or NULL; rows that mean the same thing may share a name */
  tweed_lpp_sense sense;
  int64_t right;
  int32_t begin; /* its terms are terms[begin … begin of the next row) */
} tweed_lpp_row;

typedef struct tweed_lpp_term {
  int32_t var;
  int64_t factor;
} tweed_lpp_term;

/* Minimise the costs. Invariants: low <= high and both within TWEED_LPP_MOST; a variable is at most once in a row; rows
 * are added one after the other, so terms lie in order of rows. Once an allocation failed, `failed` stays set, further
 * additions do nothing and solving says TWEED_LPP_NO_MEMORY: callers need not check each step. */
typedef struct tweed_lpp {
  tweed_arena *arena;
  bool failed;
  int32_t nvars, nrows, nterms;
  tweed_lpp_var *vars;
  tweed_lpp_row *rows;
  tweed_lpp_term *terms;
  size_t cap_vars, cap_rows, cap_terms;
} tweed_lpp;

/* Bounds, factors and right sides up to this are exact in a double. */
#define TWEED_LPP_MOST ((int64_t)1 << 50)

/* Names are not copied. The number of the variable or row, or -1. */
void tweed_lpp_init(tweed_lpp *l, tweed_arena *arena);
int32_t tweed_lpp_add_var(tweed_lpp *l, const char *name, int64_t low, int64_t high, int64_t cost, bool integer);
int32_t tweed_lpp_add_row(tweed_lpp *l, const char *name, tweed_lpp_sense sense, int64_t right);
/* Adds a term to the newest row; one with factor 0 is left out. */
void tweed_lpp_add_term(tweed_lpp *l, int32_t var, int64_t factor);

/* Do these values keep all bounds and rows? Exact. *objective (may be NULL) is the sum of costs. */
bool tweed_lpp_holds(const tweed_lpp *l, const int64_t *value, int64_t *objective);

/* Work, not time; 0 = no limit. Where a limit is met, the answer is that of what was found before. */
typedef struct tweed_lpp_limits {
  int64_t steps; /* of the simplex algorithm, over all nodes */
  int64_t nodes; /* of branch and bound */
  bool first;    /* the first solution will do, whatever its cost */
} tweed_lpp_limits;

typedef enum tweed_lpp_answer {
  TWEED_LPP_OPTIMAL,
  TWEED_LPP_FEASIBLE,
  TWEED_LPP_INFEASIBLE, /* on the back end's word */
  TWEED_LPP_UNKNOWN,    /* a limit, or numerical trouble */
  TWEED_LPP_NO_MEMORY
} tweed_lpp_answer;

typedef struct tweed_lpp_result {
  tweed_lpp_answer answer;
  int64_t *value;    /* per variable, from the program's arena; NULL without a solution */
  int64_t objective; /* of value */
  int64_t steps, nodes;
} tweed_lpp_result;

/* lp_solve 5.5. Out of its memory it may also say so by TWEED_LPP_UNKNOWN. */
tweed_lpp_answer tweed_lpp_solve(tweed_lpp *l, const tweed_lpp_limits *limits, tweed_stop *stop,
                                 tweed_lpp_result *result);

#endif
