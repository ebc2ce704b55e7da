/* lifetime.c: what is live when: registers per row, and the values of a problem's objective. */
#include "model/build.h"

#include <stdlib.h>

/* Levels that rise and fall over the rows 0 … ii - 1 (or over time, ii 0): `base` in every row, and changes at some.
 * Invariant: a change down follows the change up that it ends, so that no level is below base. Levels are doubles,
 * exact up to 2^53, so that no file can make them overflow. */
typedef struct change {
  int64_t at;
  double by;
} change;

typedef struct levels {
  int64_t ii;
  double base;
  size_t count;
  change *changes; /* room for three per interval */
} levels;

static bool levels_new(levels *l, int64_t ii, size_t intervals) {
  *l = (levels){.ii = ii};
  if (intervals > SIZE_MAX / 3 / sizeof *l->changes)
    return false;
  l->changes = malloc(intervals ? 3 * intervals * sizeof *l->changes : 1);
  return l->changes != NULL;
}

static void change_level(levels *l, int64_t at, double by) {
  l->changes[l->count++] = (change){at, by};
}

/* Adds `by` over the times begin … end - 1. */
static void add_interval(levels *l, int64_t begin, int64_t end, double by) {
  if (end <= begin || by <= 0)
    return;
  if (l->ii == 0) {
    change_level(l, begin, by);
    change_level(l, end, -by);
    return;
  }
  l->base += (double)((end - begin) / l->ii) * by;
  int64_t rest = (end - begin) % l->ii;
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
  const change *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static double peak(levels *l) {
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

/* The time up to which the value of an op is needed over dependences that `wanted` accepts; its start if there are
 * none. */
static int64_t last_use(const tweed_problem *p, const tweed_schedule *s, int32_t op,
                        bool (*wanted)(const tweed_dep *)) {
  int64_t end = s->start[op];
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    int64_t use = s->start[dep->to] + (int64_t)dep->distance * s->ii;
    if (wanted(dep) && use > end)
      end = use;
  }
  return end;
}

static bool is_flow(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW;
}

static bool hands_over(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW || dep->bytes > 0;
}

int64_t tweed_schedule_max_live(const tweed_problem *p, const tweed_schedule *s, int32_t file) {
  levels l;
  if (!levels_new(&l, s->ii, (size_t)p->nops))
    return -1;
  for (int32_t i = 0; i < p->nops; i++)
    if (p->ops[i].regs > 0 && (file == -1 || tweed_class_of(p, i)->file == file))
      add_interval(&l, s->start[i], last_use(p, s, i, is_flow), p->ops[i].regs);
  double result = peak(&l);
  free(l.changes);
  return result < 0x1p62 ? (int64_t)result : INT64_MAX;
}

/* The bytes that an op's value takes: those it says, else the most that a dependence hands over. */
static double live_bytes(const tweed_problem *p, int32_t op) {
  double bytes = 0;
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[op].bytes; m++)
    bytes += (double)p->ops[op].bytes[m];
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1] && !p->ops[op].bytes; i++)
    if ((double)p->deps[p->out[i]].bytes > bytes)
      bytes = (double)p->deps[p->out[i]].bytes;
  return bytes;
}

static bool peak_of_memory(const tweed_problem *p, const tweed_schedule *s, double *out) {
  levels l;
  if (!levels_new(&l, s->ii, (size_t)p->nops))
    return false;
  for (int32_t i = 0; i < p->nops; i++)
    add_interval(&l, s->start[i], last_use(p, s, i, hands_over), live_bytes(p, i));
  *out = peak(&l);
  free(l.changes);
  return true;
}

static const tweed_use *use_of(const tweed_problem *p, int32_t op, int32_t unit) {
  const tweed_class *class = tweed_class_of(p, op);
  for (int32_t u = 0; u < class->nuses; u++)
    if (class->uses[u].unit == unit)
      return &class->uses[u];
  return NULL;
}

/* The end of the run of cycles from c on in which as many are held as in c. */
static int32_t run_end(const tweed_use *use, int32_t c) {
  int32_t end = c + 1;
  while (end < use->cycles && use->held[end] == use->held[c])
    end++;
  return end;
}

static bool peak_of_unit(const tweed_problem *p, const tweed_schedule *s, int32_t unit, double *out) {
  size_t runs = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    const tweed_use *use = use_of(p, i, unit);
    for (int32_t c = 0; use && c < use->cycles; c = run_end(use, c))
      runs++;
  }
  levels l;
  if (!levels_new(&l, s->ii, runs))
    return false;
  for (int32_t i = 0; i < p->nops; i++) {
    const tweed_use *use = use_of(p, i, unit);
    for (int32_t c = 0, end; use && c < use->cycles; c = end) {
      end = run_end(use, c);
      add_interval(&l, s->start[i] + c, s->start[i] + end, (double)tweed_held(p, i, use, c));
    }
  }
  *out += peak(&l);
  free(l.changes);
  return true;
}

bool tweed_schedule_measure(const tweed_problem *p, const tweed_schedule *s, tweed_objective *out) {
  *out = (tweed_objective){0, 0, 0};
  for (int32_t u = 0; u < p->machine->nunits; u++)
    if (u != p->machine->issue_unit && !peak_of_unit(p, s, u, &out->resource))
      return false;
  for (int32_t d = 0; d < p->ndeps; d++) {
    const tweed_dep *dep = &p->deps[d];
    int64_t time = s->start[dep->to] - s->start[dep->from] + (int64_t)dep->distance * s->ii;
    out->communication += (double)dep->bytes * (double)time;
  }
  return peak_of_memory(p, s, &out->memory);
}
