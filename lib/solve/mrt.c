/* mrt.c: reservation tables, modulo II or linear. */
#include "solve/mrt.h"
#include <stdlib.h>
#include <string.h>

bool tweed_mrt_init(tweed_mrt *t, const tweed_graph *g) {
  size_t units = (size_t)g->nunits + 1;
  *t = (tweed_mrt){.g = g, .shapes = g->shapes, .segments = g->segments};
  t->used = calloc(units, sizeof *t->used);
  t->limit = calloc(units, sizeof *t->limit);
  if (!t->used || !t->limit)
    return false;
  if (g->nunits > 0)
    memcpy(t->limit, g->count, (size_t)g->nunits * sizeof *t->limit);
  return true;
}

void tweed_mrt_free(tweed_mrt *t) {
  if (t->used && t->g)
    free(t->used[0]);
  free(t->used);
  free(t->limit);
  free(t->folded);
  free(t->folded_segments);
  *t = (tweed_mrt){0};
}

/* Room for `rows` rows of every unit, in one block; what is in the first `rows` so far stays. */
static bool reserve(tweed_mrt *t, int64_t rows) {
  int32_t units = t->g->nunits;
  if (rows <= t->capacity || units == 0) {
    t->rows = rows > t->rows ? rows : t->rows;
    return true;
  }
  int64_t capacity = t->ii == 0 && rows < 2 * t->capacity ? 2 * t->capacity : rows;
  if (capacity > TWEED_MRT_CELLS / units)
    return false;
  int32_t *block = calloc((size_t)(capacity * units), sizeof *block);
  if (!block)
    return false;
  int32_t *old = t->used[0];
  for (int32_t u = 0; u < units; u++) {
    if (old && t->rows > 0)
      memcpy(block + u * capacity, t->used[u], (size_t)t->rows * sizeof *block);
    t->used[u] = block + u * capacity;
  }
  free(old);
  t->capacity = capacity;
  t->rows = rows;
  return true;
}

static bool add_folded(tweed_mrt *t, size_t *count, tweed_segment segment) {
  if (*count == t->folded_capacity) {
    size_t capacity = *count ? 2 * *count : 64;
    tweed_segment *grown = realloc(t->folded_segments, capacity * sizeof *grown);
    if (!grown)
      return false;
    t->folded_segments = grown;
    t->folded_capacity = capacity;
  }
  t->folded_segments[(*count)++] = segment;
  return true;
}

/* Adds what a shape holds of one unit, wrapped, into row[0 … ii). */
static void fold_unit(const tweed_mrt *t, const tweed_shape *shape, int32_t unit, int64_t *row) {
  for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
    const tweed_segment *s = &t->g->segments[k];
    if (s->unit != unit)
      continue;
    int64_t whole = (s->length / t->ii) * s->held, rest = s->length % t->ii, at = s->offset % t->ii;
    for (int64_t r = 0; whole > 0 && r < t->ii; r++)
      row[r] += whole;
    for (int64_t c = 0; c < rest; c++)
      row[at + c < t->ii ? at + c : at + c - t->ii] += s->held;
  }
}

/* Folds a shape that is longer than II. row is scratch of ii zeroes and is left so. */
static tweed_fit fold_long(tweed_mrt *t, int32_t index, size_t *count, int64_t *row) {
  const tweed_shape *shape = &t->g->shapes[index];
  tweed_fit fit = TWEED_FIT_YES;
  for (int32_t k = shape->begin; k < shape->begin + shape->count && fit == TWEED_FIT_YES; k++) {
    int32_t unit = t->g->segments[k].unit;
    if (k > shape->begin && t->g->segments[k - 1].unit == unit)
      continue; /* the segments of one unit are neighbours */
    fold_unit(t, shape, unit, row);
    for (int64_t r = 0; r < t->ii;) {
      int64_t from = r;
      while (r < t->ii && row[r] == row[from])
        r++;
      if (row[from] > t->g->count[unit])
        fit = TWEED_FIT_NO;
      else if (row[from] > 0 && fit == TWEED_FIT_YES &&
               !add_folded(t, count, (tweed_segment){unit, (int32_t)from, (int32_t)(r - from), (int32_t)row[from]}))
        fit = TWEED_FIT_NO_MEMORY;
    }
    memset(row, 0, (size_t)t->ii * sizeof *row);
  }
  return fit;
}

static tweed_fit fold_all(tweed_mrt *t, int32_t *misfit) {
  const tweed_graph *g = t->g;
  size_t count = 0;
  if (!t->folded)
    t->folded = calloc((size_t)g->nshapes + 1, sizeof *t->folded);
  int64_t *row = calloc((size_t)t->ii, sizeof *row);
  tweed_fit fit = t->folded && row ? TWEED_FIT_YES : TWEED_FIT_NO_MEMORY;
  for (int32_t i = 0; i < g->nshapes && fit == TWEED_FIT_YES; i++) {
    const tweed_shape *shape = &g->shapes[i];
    int32_t begin = (int32_t)count;
    if (shape->extent > t->ii) {
      fit = fold_long(t, i, &count, row);
      if (fit == TWEED_FIT_NO && misfit)
        *misfit = i;
    } else {
      for (int32_t k = 0; k < shape->count && fit == TWEED_FIT_YES; k++)
        if (!add_folded(t, &count, g->segments[shape->begin + k]))
          fit = TWEED_FIT_NO_MEMORY;
    }
    if (fit != TWEED_FIT_YES)
      break;
    t->folded[i] = *shape;
    t->folded[i].begin = begin;
    t->folded[i].count = (int32_t)count - begin;
    t->folded[i].extent = shape->extent > t->ii ? (int32_t)t->ii : shape->extent;
  }
  free(row);
  t->shapes = t->folded;
  t->segments = t->folded_segments;
  return fit;
}

tweed_fit tweed_mrt_reset(tweed_mrt *t, int64_t ii, int32_t *misfit) {
  t->ii = ii;
  t->shapes = t->g->shapes;
  t->segments = t->g->segments;
  tweed_mrt_clear(t);
  t->rows = 0;
  if (ii == 0)
    return TWEED_FIT_YES;
  if (!reserve(t, ii))
    return TWEED_FIT_NO_MEMORY;
  for (int32_t i = 0; i < t->g->nshapes; i++)
    if (t->g->shapes[i].extent > ii)
      return fold_all(t, misfit);
  return TWEED_FIT_YES;
}

void tweed_mrt_clear(tweed_mrt *t) {
  for (int32_t u = 0; u < t->g->nunits && t->rows > 0; u++)
    if (t->used[u])
      memset(t->used[u], 0, (size_t)t->rows * sizeof **t->used);
}

/* The last full row of [row, row + length) without wrapping: its position + 1, or 0. */
static int64_t last_full(const int32_t *used, int64_t row, int64_t length, int64_t room) {
  for (int64_t k = length - 1; k >= 0; k--)
    if (used[row + k] > room)
      return k + 1;
  return 0;
}

/* The conflict of one segment, likewise. */
static int64_t segment_conflict(const tweed_mrt *t, const tweed_segment *g, int64_t row) {
  int64_t room = (int64_t)t->limit[g->unit] - g->held, at = row + g->offset, length = g->length;
  const int32_t *used = t->used[g->unit];
  if (room < 0)
    return INT64_MAX; /* a lowered limit */
  if (t->ii == 0) {
    length = at >= t->rows ? 0 : at + length > t->rows ? t->rows - at : length;
    return last_full(used, at, length, room);
  }
  at = at >= t->ii ? at - t->ii : at;
  int64_t head = at + length > t->ii ? t->ii - at : length;
  int64_t full = length > head ? last_full(used, 0, length - head, room) : 0;
  return full > 0 ? full + head : last_full(used, at, head, room);
}

int64_t tweed_mrt_conflict(const tweed_mrt *t, int32_t shape, int64_t row) {
  const tweed_shape *s = &t->shapes[shape];
  if (s->count == 0)
    return 0;
  for (const tweed_segment *g = t->segments + s->begin, *end = g + s->count; g < end; g++) {
    int64_t at = row + g->offset, jump;
    if (g->length == 1 && t->ii > 0) { /* nearly all */
      at = at >= t->ii ? at - t->ii : at;
      jump = t->used[g->unit][at] > t->limit[g->unit] - g->held;
    } else {
      jump = segment_conflict(t, g, row);
    }
    if (jump > 0)
      return jump;
  }
  return 0;
}

bool tweed_mrt_find(const tweed_mrt *t, int32_t shape, int64_t from, int64_t width, int64_t *start) {
  int64_t row = tweed_mrt_row(t, from);
  *start = from;
  if (t->shapes[shape].count == 0)
    return width > 0;
  for (int64_t done = 0; done < width;) {
    int64_t jump = tweed_mrt_conflict(t, shape, row);
    *start = from + done;
    if (jump == 0)
      return true;
    if (jump >= width - done)
      return false;
    done += jump;
    row += jump;
    if (t->ii > 0)
      while (row >= t->ii)
        row -= t->ii;
  }
  return false;
}

bool tweed_mrt_find_near(const tweed_mrt *t, int32_t shape, int64_t from, int64_t last, int64_t target,
                         int64_t *start) {
  int64_t turn = t->ii > 0 ? t->ii : INT64_MAX, at = target > last ? last : target;
  at = at < from ? from : at;
  bool found = tweed_mrt_find(t, shape, at, last - at < turn - 1 ? last - at + 1 : turn, start);
  int64_t reach = found ? *start - at : turn;
  for (int64_t s = at - 1; s >= from && at - s < reach; s--)
    if (tweed_mrt_conflict(t, shape, tweed_mrt_row(t, s)) == 0) {
      *start = s;
      return true;
    }
  return found;
}

bool tweed_mrt_change(tweed_mrt *t, int32_t shape, int64_t start, int32_t sign) {
  const tweed_shape *s = &t->shapes[shape];
  int64_t row = tweed_mrt_row(t, start);
  if (t->ii == 0 && s->count > 0 && row + s->extent > t->rows && !reserve(t, row + s->extent))
    return false;
  for (int32_t k = s->begin; k < s->begin + s->count; k++) {
    const tweed_segment *g = &t->segments[k];
    int32_t *used = t->used[g->unit], held = sign * g->held;
    int64_t at = row + g->offset;
    if (t->ii > 0 && at >= t->ii)
      at -= t->ii;
    for (int64_t c = 0; c < g->length; c++, at++) {
      if (t->ii > 0 && at == t->ii)
        at = 0;
      used[at] += held;
    }
  }
  return true;
}
