/* list.h: list schedules that look at values: under a deadline, ops wait until they are worth starting. */
#ifndef TWEED_SOLVE_LIST_H
#define TWEED_SOLVE_LIST_H

#include "solve/solver.h"

/* What is known of the best starts so far. cost: INFINITY if there are none. */
typedef struct tweed_list_best {
  int64_t *start;
  double cost;
} tweed_list_best;

/* Replaces *best by list schedules for live bytes and for communication, where these have a weight, and forwards and
 * backwards, if they are better. TWEED_OK, TWEED_NO_MEMORY. */
tweed_status tweed_list_by_values(tweed_job *job, tweed_list_best *best);

#endif
