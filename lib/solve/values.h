/* values.h: what ops hand to each other, as the memory term of an objective counts it. */
#ifndef TWEED_SOLVE_VALUES_H
#define TWEED_SOLVE_VALUES_H

#include "solve/graph.h"

/* Op v's value takes bytes[v], 0 if nobody uses it, from v's start to that of the last of user[user_begin[v] …
 * user_begin[v + 1]); v itself is handed those of giver[giver_begin[v] … giver_begin[v + 1]). No op is listed twice. */
typedef struct tweed_values {
  double *bytes;
  int32_t *user_begin, *user, *giver_begin, *giver;
} tweed_values;

/* From the arena; false when out of memory. */
bool tweed_values_of(const tweed_problem *p, tweed_arena *arena, tweed_values *out);

#endif
