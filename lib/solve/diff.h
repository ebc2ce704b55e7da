/* diff.h: start times in difference form, for the SMT solver.
 *
 * One integer per op. Longest paths and windows decide many of the atoms beforehand. Windows that follow from a limit
 * on the length hold under the assumption `window` only, and every clause that relies on them says so: what is
 * unsatisfiable without that assumption is unsatisfiable at every length. */
#ifndef TWEED_SOLVE_DIFF_H
#define TWEED_SOLVE_DIFF_H

#include "solve/smt.h"

/* A dependence: start of b >= start of a + latency - distance * II. */
typedef struct tweed_edge {
  int32_t a, b;
  int64_t latency, distance;
} tweed_edge;

/* One II; or all from first to last, as a variable; or, last TWEED_FAR, all from first on, where every clause is so
 * weak that it holds whatever the II, so that only an answer "unsatisfiable" means something. */
typedef struct tweed_range {
  int64_t first, last;
} tweed_range;

/* Invariants: path[a * n + b] is the greatest weight of a path from a to b, -TWEED_FAR where there is none; low[v] <=
 * start of v <= high[v], the latter under `window`. Variable v of the SMT solver is the start of op
 * v; variable n is II where that is one. */
typedef struct tweed_diff {
  tweed_smt *smt;
  tweed_arena *arena;
  int32_t n;
  tweed_range ii;
  int64_t *path, *low, *high;
  tweed_lit window;
  bool follow; /* tweed_diff_units says that ops of a nearly full unit follow each other: true within the windows */
} tweed_diff;

#define TWEED_FAR (INT64_MAX / 4)

/* All-pairs longest paths. TWEED_INFEASIBLE if a circuit is positive. */
tweed_status tweed_diff_paths(tweed_arena *arena, int32_t n, tweed_range ii, size_t nedges, const tweed_edge *edges,
                              int64_t **out, tweed_error *error);

/* Variables for n ops within their windows, and the edges. window: TWEED_TRUE if the windows hold in any case. The
 * arrays are kept. */
bool tweed_diff_begin(tweed_diff *d, tweed_smt *smt, tweed_arena *arena, int32_t n, tweed_range ii, int64_t *path,
                      int64_t *low, int64_t *high, tweed_lit window);
void tweed_diff_edges(tweed_diff *d, size_t nedges, const tweed_edge *edges);

/* Least start of b minus start of a; what holds in any case, and what holds under `window`. */
int64_t tweed_diff_least(const tweed_diff *d, int32_t a, int32_t b);
int64_t tweed_diff_least_within(const tweed_diff *d, int32_t a, int32_t b);

/* A literal that stands for "start of b - start of a >= c + k * II" in a clause: the atom, or TWEED_TRUE, TWEED_FALSE,
 * or the negation of `window` where that decides it. Never negate it: ask for the opposite atom instead. */
tweed_lit tweed_diff_at_least(tweed_diff *d, int32_t a, int32_t b, int64_t c, int64_t k);
static inline tweed_lit tweed_diff_below(tweed_diff *d, int32_t a, int32_t b, int64_t c, int64_t k) {
  return tweed_diff_at_least(d, b, a, 1 - c, -k);
}

/* If all `conditions` hold: start of b - start of a is not in [from + k * II, to + k * II) for any k. from < to. */
void tweed_diff_forbid(tweed_diff *d, int32_t a, int32_t b, int64_t from, int64_t to, size_t nconditions,
                       const tweed_lit *conditions);

/* No unit is held more often than it is there, each under the literal guard[u] of the graph's unit u. */
bool tweed_diff_units(tweed_diff *d, const tweed_graph *g, const tweed_lit *guard);

/* The greatest number of laps k for which start of b - start of a >= k * II + c can hold within the windows, and the
 * least for which it can fail. */
int64_t tweed_diff_most_laps(const tweed_diff *d, int32_t a, int32_t b, int64_t c);
int64_t tweed_diff_least_laps(const tweed_diff *d, int32_t a, int32_t b, int64_t c);

#endif
