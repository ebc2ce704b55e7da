/* sat.h: CaDiCaL on the CNF of an exact model. */
#ifndef TWEED_SOLVE_SAT_H
#define TWEED_SOLVE_SAT_H

#include "solve/cnf.h"
#include "solve/solver.h"

/* Writes to `path` a DRAT proof (text) that there is no schedule at the II, and to `path`.cnf the CNF that it refutes,
 * both whole or not at all. TWEED_ILLEGAL: there is a schedule; TWEED_UNKNOWN: too large, or stopped. */
tweed_status tweed_sat_prove(const tweed_graph *g, int64_t ii, const char *path, tweed_stop *stop, tweed_error *error);

/* sat_trace.cpp: solves the clauses (each ended by 0) and writes the proof, in text, to the file, which stays open.
 * 10: satisfiable, 20: unsatisfiable, 0: `terminate` said so, or out of memory. */
int tweed_sat_trace(const int32_t *literals, size_t count, FILE *proof, void *state, int (*terminate)(void *state));

#endif
