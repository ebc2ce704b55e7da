/* sat.h: CaDiCaL on the CNF of an exact model. */
#ifndef TWEED_SOLVE_SAT_H
#define TWEED_SOLVE_SAT_H

#include "solve/cnf.h"
#include "solve/solver.h"

/* What questions may cost. Work is counted in conflicts times (a constant + the literals of the CNF), which is about a
 * nanosecond each, and the same everywhere. */
typedef struct tweed_sat_budget {
  size_t literals; /* most of one CNF */
  double work;     /* left; each question takes from it what it used; INFINITY = no limit */
  double share;    /* of what is left, for one question */
} tweed_sat_budget;

/* TWEED_OK: item_start[] satisfies the model; TWEED_INFEASIBLE: it has no solution; TWEED_UNKNOWN: a limit. */
tweed_status tweed_sat_decide(const tweed_exact *e, tweed_sat_budget *budget, tweed_stop *stop, int64_t *item_start,
                              tweed_error *error);

/* Writes to `path` a DRAT proof (text) that there is no schedule at the II, and to `path`.cnf the CNF that it refutes,
 * both whole or not at all. TWEED_ILLEGAL: there is a schedule; TWEED_UNKNOWN: too large, or stopped. */
tweed_status tweed_sat_prove(const tweed_graph *g, int64_t ii, const char *path, tweed_stop *stop, tweed_error *error);

/* sat_trace.cpp: solves the clauses (each ended by 0) and writes the proof, in text, to the file, which stays open.
 * 10: satisfiable, 20: unsatisfiable, 0: `terminate` said so, or out of memory. */
int tweed_sat_trace(const int32_t *literals, size_t count, FILE *proof, void *state, int (*terminate)(void *state));

#endif
