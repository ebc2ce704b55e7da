/* levels.c: how much is live in each row: intervals added up. */
#include "model/levels.h"

#include <stdlib.h>

bool tweed_levels_new(tweed_levels *l, int64_t ii, size_t intervals) {
  *l = (tweed_levels){.ii = ii};
  if (intervals > SIZE_MAX / 3 / sizeof *l->changes)
    return false;
  l->changes = malloc(intervals ? 3 * intervals * sizeof *l->changes : 1);
  return l->changes != NULL;
}

static void change_level(tweed_levels *l, int64_t at, double by) {
  l->changes[l->count++] = (tweed_change){at, by};
}

void tweed_levels_add(tweed_levels *l, int64_t begin, int64_t end, double by) {
  if (end <= begin || by <= 0)
    return;
  if (l->ii == 0) {
    change_level(l, begin, by);
    change_level(l, end, -by);
    return;
  }
  int64_t laps = (end - begin) / l->ii, rest = (end - begin) % l->ii;
  l->base += (double)laps * by;
  if (rest == 0)
    return;
  int64_t row = begin % l->ii;
  change_level(l, row, by);
  if (row + rest > l->ii)
    change_level(l, 0, by);
  if (row + rest != l->ii)
    change_level(l, (row + rest) % l->ii, -by);
}

static int compare(const void *a, const void *b) {
  const tweed_change *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

double tweed_levels_peak(tweed_levels *l) {
  double level = l->base, highest = l->base;
  if (l->count)
    qsort(l->changes, l->count, sizeof *l->changes, compare);
  for (size_t i = 0; i < l->count;) {
    int64_t at = l->changes[i].at;
    for (; i < l->count && l->changes[i].at == at; i++)
      level += l->changes[i].by;
    if (level > highest)
      highest = level;
  }
  return highest;
}

void tweed_levels_free(tweed_levels *l) {
  free(l->changes);
  l->changes = NULL;
}

int64_t tweed_level_number(double level) {
  return level < 0x1p62 ? (int64_t)level : INT64_MAX;
}
