/* levels.h: levels that rise and fall over the rows 0 … ii - 1 (or over time, ii 0): how much of something is live
 * when. The verifier does not use it. */
#ifndef TWEED_LIB_LEVELS_H
#define TWEED_LIB_LEVELS_H

#include "base/base.h"

/* `base` in every row, and changes at some. Invariant: a change down follows the change up that it ends, so that no
 * level is below base. Levels are doubles, exact up to 2^53, so that no file can make them overflow. */
typedef struct tweed_change {
  int64_t at;
  double by;
} tweed_change;

typedef struct tweed_levels {
  int64_t ii;
  double base;
  size_t count;
  tweed_change *changes; /* room for three per interval */
} tweed_levels;

/* Room for so many intervals. False when out of memory; nothing is to be freed then. */
bool tweed_levels_new(tweed_levels *l, int64_t ii, size_t intervals);
/* Adds `by` over the times begin … end - 1; nothing if that is empty. */
void tweed_levels_add(tweed_levels *l, int64_t begin, int64_t end, double by);
double tweed_levels_peak(tweed_levels *l);
void tweed_levels_free(tweed_levels *l);
/* A level as a number of things; INT64_MAX for what is beyond 2^62. */
int64_t tweed_level_number(double level);

#endif
