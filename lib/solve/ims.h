/* ims.h: iterative modulo scheduling (Rau 1994), one run at one II. */
#ifndef TWEED_SOLVE_IMS_H
#define TWEED_SOLVE_IMS_H

#include "solve/solver.h"

typedef struct tweed_ims_options {
  int64_t ii;
  int64_t max_start; /* INT64_MAX = no limit */
  int64_t budget;    /* placements */
  bool inner;        /* only arcs inside components first, then components shifted by multiples of II */
  bool pack;         /* with inner: ops on no circuit are laid end to end around the table, the largest first */
  bool late;         /* prefer ops with little slack over ops with much below them */
  double noise;      /* random share of the priority, 0 = none */
  /* NULL, or where each op is best placed: ops come in this order, and go to the nearest free row. */
  const int64_t *target;
  uint64_t seed;
} tweed_ims_options;

typedef enum tweed_ims_result {
  TWEED_IMS_FOUND,
  TWEED_IMS_FAILED,
  TWEED_IMS_STOPPED,
  TWEED_IMS_NO_MEMORY
} tweed_ims_result;

/* The memory of runs, used again by the next. Invariants during a run: placed ops are exactly those in the table and,
 * by row of their start, in the lists head/next/previous; every other op has its bit in `todo` (bit = rank, rank 0 the
 * most urgent). height and early belong to analysed_ii. */
typedef struct tweed_ims {
  const tweed_graph *g;
  tweed_mrt table;
  int64_t *time; /* -1 = not placed */
  int64_t *last; /* where it was placed last, -1 = never */
  int64_t *height, *early;
  int64_t longest; /* path, by starts */
  int32_t *rank, *by_rank, *next, *previous;
  int32_t *head; /* one per row */
  uint64_t *todo;
  struct tweed_ims_key *keys;
  int64_t head_rows, analysed_ii;
  int32_t first_word; /* words of todo before it are 0 */
  int32_t reach;      /* rows that the longest folded shape covers */
  int64_t *behind;    /* per unit: the row behind the block placed last */
} tweed_ims;

bool tweed_ims_init(tweed_ims *s, const tweed_graph *g);
void tweed_ims_free(tweed_ims *s);
/* On TWEED_IMS_FOUND the starts are in s->time, all >= 0, and s->table holds them unless `inner` was set. */
tweed_ims_result tweed_ims_run(tweed_ims *s, const tweed_ims_options *options, tweed_stop *stop);

#endif
