/* mrt.h: reservation tables, modulo II or linear. */
#ifndef TWEED_SOLVE_MRT_H
#define TWEED_SOLVE_MRT_H

#include "solve/graph.h"

typedef enum tweed_fit { TWEED_FIT_YES, TWEED_FIT_NO, TWEED_FIT_NO_MEMORY } tweed_fit;

/* Most table cells, so that a problem with cycles in the billions is refused instead of filling the machine. */
#define TWEED_MRT_CELLS ((int64_t)1 << 28)

/* Invariants: ii = 0 means linear: rows never wrap, and rows from `rows` on are empty. Otherwise rows == ii, and
 * `shapes` are the graph's shapes folded: every segment lies within [0, ii), its offset below ii, and no two segments
 * of one shape and unit share a row. used[u][r] is what the placed ops hold of unit u in row r, never above limit[u].
 */
typedef struct tweed_mrt {
  const tweed_graph *g;
  int64_t ii, rows, capacity;
  int32_t **used;
  int32_t *limit; /* starts as the graph's counts; may be set anew after a reset */
  const tweed_shape *shapes;
  const tweed_segment *segments;
  tweed_shape *folded;
  tweed_segment *folded_segments;
  size_t folded_capacity;
} tweed_mrt;

/* Is a table of that many rows within TWEED_MRT_CELLS? */
static inline bool tweed_mrt_possible(const tweed_graph *g, int64_t rows) {
  return rows <= TWEED_MRT_CELLS / (g->nunits + 1);
}

/* An empty table. Free it also after a failure. */
bool tweed_mrt_init(tweed_mrt *t, const tweed_graph *g);
void tweed_mrt_free(tweed_mrt *t);

/* Empties the table and makes it one of ii rows (0 = linear). TWEED_FIT_NO if some op cannot stand its own copies at
 * this II; *misfit (may be NULL) is then its shape. */
tweed_fit tweed_mrt_reset(tweed_mrt *t, int64_t ii, int32_t *misfit);
/* Empties the table and keeps its form. */
void tweed_mrt_clear(tweed_mrt *t);

/* 0 if the shape can start in the row, else how many rows further is the next one that may do. */
int64_t tweed_mrt_conflict(const tweed_mrt *t, int32_t shape, int64_t row);
/* The first start in [from, from + width) where the shape fits; false if there is none. from >= 0. */
bool tweed_mrt_find(const tweed_mrt *t, int32_t shape, int64_t from, int64_t width, int64_t *start);
/* The free start in [from, last] that is nearest to the target, in a modulo table of those within II rows behind it; of
 * two the later one only if it is nearer. False if there is none. from >= 0. */
bool tweed_mrt_find_near(const tweed_mrt *t, int32_t shape, int64_t from, int64_t last, int64_t target, int64_t *start);
/* Adds (sign 1) or removes (sign -1). Only a linear table can run out of memory. */
bool tweed_mrt_change(tweed_mrt *t, int32_t shape, int64_t start, int32_t sign);

static inline int64_t tweed_mrt_row(const tweed_mrt *t, int64_t start) {
  return t->ii == 0 ? start : start % t->ii;
}

#endif
