/* diff.c: start times in difference form: paths, windows, forbidden intervals, units. */
#include "solve/diff.h"

#include <stdlib.h>
#include <string.h>

/* Laps between two ops beyond which a problem is none for this form. */
enum { MOST_LAPS = 4096 };

/* Divided and rounded down. */
static int64_t floor_of(int64_t a, int64_t by) {
  int64_t quotient = a / by;
  return a % by != 0 && (a < 0) != (by < 0) ? quotient - 1 : quotient;
}

/* The least c + k * II of the range; TWEED_FAR below zero stands for no limit at all. */
static int64_t least_of(tweed_range ii, int64_t c, int64_t k) {
  if (k >= 0)
    return c + k * ii.first;
  return ii.last == TWEED_FAR ? -TWEED_FAR : c + k * ii.last;
}

static bool is_variable(tweed_range ii) {
  return ii.first < ii.last && ii.last < TWEED_FAR;
}

/* The literal of b - a >= c + k * II, or of what is left of it in an endless range. */
static tweed_lit atom_of(tweed_diff *d, int32_t a, int32_t b, int64_t c, int64_t k) {
  if (k != 0 && is_variable(d->ii))
    return tweed_smt_multiple(d->smt, a, b, c, k, d->n);
  return tweed_smt_difference(d->smt, a, b, least_of(d->ii, c, k));
}

tweed_status tweed_diff_paths(tweed_arena *arena, int32_t n, tweed_range ii, size_t nedges, const tweed_edge *edges,
                              int64_t **out, tweed_error *error) {
  size_t size = (size_t)n;
  int64_t *path = tweed_arena_array(arena, size * size + 1, sizeof *path);
  if (!path)
    return tweed_no_memory(error);
  for (size_t i = 0; i < size * size; i++)
    path[i] = -TWEED_FAR;
  for (size_t v = 0; v < size; v++)
    path[v * size + v] = 0;
  for (size_t e = 0; e < nedges; e++) {
    int64_t *at = &path[(size_t)edges[e].a * size + (size_t)edges[e].b];
    int64_t weight = least_of(ii, edges[e].latency, -edges[e].distance);
    *at = weight > *at ? weight : *at;
  }
  for (size_t k = 0; k < size; k++)
    for (size_t a = 0; a < size; a++) {
      int64_t first = path[a * size + k];
      for (size_t b = 0; b < size && first > -TWEED_FAR; b++)
        if (path[k * size + b] > -TWEED_FAR && first + path[k * size + b] > path[a * size + b])
          path[a * size + b] = first + path[k * size + b];
      if (path[a * size + a] > 0)
        return tweed_fail(error, TWEED_INFEASIBLE, "a circuit of dependences asks for a larger II");
    }
  *out = path;
  return TWEED_OK;
}

bool tweed_diff_begin(tweed_diff *d, tweed_smt *smt, tweed_arena *arena, int32_t n, tweed_range ii, int64_t *path,
                      int64_t *low, int64_t *high, tweed_lit window) {
  *d = (tweed_diff){smt, arena, n, ii, path, low, high, window, false};
  for (int32_t v = 0; v < n; v++) {
    if (tweed_smt_int(smt) != v)
      return false;
    tweed_smt_clause(smt, 1, (tweed_lit[]){tweed_smt_difference(smt, -1, v, low[v])});
    tweed_smt_clause(smt, 2, (tweed_lit[]){-window, tweed_smt_difference(smt, v, -1, -high[v])});
  }
  if (is_variable(ii) && tweed_smt_int(smt) == n) {
    tweed_smt_clause(smt, 1, (tweed_lit[]){tweed_smt_difference(smt, -1, n, ii.first)});
    tweed_smt_clause(smt, 1, (tweed_lit[]){tweed_smt_difference(smt, n, -1, -ii.last)});
  }
  return !tweed_smt_failed(smt);
}

void tweed_diff_edges(tweed_diff *d, size_t nedges, const tweed_edge *edges) {
  for (size_t e = 0; e < nedges; e++) {
    if (edges[e].a != edges[e].b && least_of(d->ii, edges[e].latency, -edges[e].distance) > -TWEED_FAR)
      tweed_smt_clause(d->smt, 1,
                       (tweed_lit[]){atom_of(d, edges[e].a, edges[e].b, edges[e].latency, -edges[e].distance)});
  }
}

int64_t tweed_diff_least(const tweed_diff *d, int32_t a, int32_t b) {
  return d->path[(size_t)a * (size_t)d->n + (size_t)b];
}

int64_t tweed_diff_least_within(const tweed_diff *d, int32_t a, int32_t b) {
  int64_t path = tweed_diff_least(d, a, b), window = d->low[b] - d->high[a];
  return path > window ? path : window;
}

tweed_lit tweed_diff_at_least(tweed_diff *d, int32_t a, int32_t b, int64_t c, int64_t k) {
  int64_t least = least_of(d->ii, c, k), most = is_variable(d->ii) ? -least_of(d->ii, -c, -k) : least;
  if (most <= tweed_diff_least_within(d, a, b))
    return TWEED_TRUE;
  if (least > -tweed_diff_least(d, b, a))
    return TWEED_FALSE;
  if (least > -tweed_diff_least_within(d, b, a))
    return -d->window;
  if (a == b) /* 0 >= c + k * II is a limit on a variable II */
    return k < 0 ? tweed_smt_difference(d->smt, -1, d->n, -floor_of(-c, -k))
                 : tweed_smt_difference(d->smt, d->n, -1, -floor_of(-c, k));
  return atom_of(d, a, b, c, k);
}

/* The number of laps is greatest, either way, where II is least. */
int64_t tweed_diff_most_laps(const tweed_diff *d, int32_t a, int32_t b, int64_t c) {
  int64_t room = -tweed_diff_least_within(d, b, a) - c;
  return room >= 0 || d->ii.last == d->ii.first ? floor_of(room, d->ii.first)
         : d->ii.last == TWEED_FAR              ? -1
                                                : floor_of(room, d->ii.last);
}

int64_t tweed_diff_least_laps(const tweed_diff *d, int32_t a, int32_t b, int64_t c) {
  int64_t room = tweed_diff_least_within(d, a, b) - c;
  return (room < 0 || d->ii.last == d->ii.first ? floor_of(room, d->ii.first)
          : d->ii.last == TWEED_FAR             ? 0
                                                : floor_of(room, d->ii.last)) +
         1;
}

void tweed_diff_forbid(tweed_diff *d, int32_t a, int32_t b, int64_t from, int64_t to, size_t nconditions,
                       const tweed_lit *conditions) {
  tweed_lit clause[8];
  if (from >= to || nconditions > 6)
    return;
  for (size_t i = 0; i < nconditions; i++)
    clause[i] = -conditions[i];
  /* All k for which some difference within the windows is in the interval. */
  int64_t first = tweed_diff_least_laps(d, a, b, to), last = tweed_diff_most_laps(d, a, b, from);
  if (last - first > MOST_LAPS)
    tweed_smt_fail(d->smt);
  for (int64_t k = first; k <= last && !tweed_smt_failed(d->smt); k++) {
    clause[nconditions] = tweed_diff_below(d, a, b, from, k);
    clause[nconditions + 1] = tweed_diff_at_least(d, a, b, to, k);
    tweed_smt_clause(d->smt, nconditions + 2, clause);
  }
}

/* ---- units --------------------------------------------------------------------------------------------------------
 */

/* The interval of a unit that one segment of an op holds. */
typedef struct holding {
  int32_t op, offset, length, held;
} holding;

/* Two ops of a unit of count 1, or whose amounts exceed the count together: their segments never meet. */
static void keep_apart(tweed_diff *d, const holding *x, const holding *y, tweed_lit guard) {
  /* start y + offset in (start x + offset - length y, start x + offset + length x) */
  int64_t from = (int64_t)x->offset - y->offset - y->length + 1, to = (int64_t)x->offset - y->offset + x->length;
  if (to - from >= d->ii.last) { /* no start is free of it */
    tweed_smt_clause(d->smt, 1, (tweed_lit[]){-guard});
    return;
  }
  tweed_diff_forbid(d, x->op, y->op, from, to, guard == TWEED_TRUE ? 0 : 1, &guard);
}

/* How often a segment of length l covers its own row, and how often its own op's other segment does, is known
 * beforehand: `own` of it in the first row of the holding. */
static int64_t own_load(const tweed_diff *d, const holding *all, int32_t count, const holding *at) {
  int64_t sum = 0, ii = d->ii.first;
  if (d->ii.last > ii)
    return at->held; /* at least that much at each II */
  for (int32_t i = 0; i < count; i++)
    if (all[i].op == at->op) {
      /* k with all.offset <= at.offset + k * II < all.offset + length */
      int64_t gap = (int64_t)at->offset - all[i].offset;
      int64_t laps = floor_of(all[i].length - 1 - gap, ii) - floor_of(-gap - 1, ii);
      sum += laps * all[i].held;
    }
  return sum;
}

/* One term per lap k in which x may cover the first row of y: start x + offset <= start y + offset + k * II < … +
 * length.
 */
static bool add_cover(tweed_diff *d, tweed_terms *t, const holding *x, const holding *y) {
  int64_t gap = (int64_t)x->offset - y->offset; /* start y - start x >= gap - k * II, < gap + length - k * II */
  int64_t first = tweed_diff_least_laps(d, x->op, y->op, gap + x->length),
          last = tweed_diff_most_laps(d, x->op, y->op, gap);
  if (last - first > MOST_LAPS)
    tweed_smt_fail(d->smt);
  for (int64_t k = first; k <= last && !tweed_smt_failed(d->smt); k++) {
    tweed_lit covers = tweed_smt_bool(d->smt);
    tweed_lit clause[3] = {covers, tweed_diff_below(d, x->op, y->op, gap, k),
                           tweed_diff_at_least(d, x->op, y->op, gap + x->length, k)};
    tweed_smt_clause(d->smt, 3, clause);
    if (!tweed_terms_add(t, d->arena, covers, x->held))
      return false;
  }
  return true;
}

/* The first row of each segment is a row in which the unit may be held the most. */
static bool count_rows(tweed_diff *d, const holding *all, int32_t count, int64_t limit, tweed_lit guard) {
  tweed_terms t = {0};
  for (int32_t i = 0; i < count; i++) {
    t.count = 0;
    for (int32_t j = 0; j < count; j++)
      if (all[j].op != all[i].op && !add_cover(d, &t, &all[j], &all[i]))
        return false;
    tweed_smt_at_most(d->smt, guard, t.count, t.literals, t.weights, limit - own_load(d, all, count, &all[i]));
  }
  return true;
}

/* On a unit that is nearly full there is no room for a gap: each op is followed by another within the cycles that are
 * left over. Implied, but far from what the clauses for pairs let Z3 see. */
static bool follow(tweed_diff *d, const holding *all, int32_t count, tweed_lit guard) {
  int64_t load = 0, shortest = INT64_MAX;
  if (d->ii.first < d->ii.last)
    return true;
  for (int32_t i = 0; i < count; i++) {
    load += all[i].length;
    shortest = all[i].length < shortest ? all[i].length : shortest;
    for (int32_t j = 0; j < i; j++)
      if (all[i].op == all[j].op)
        return true;
  }
  int64_t slack = d->ii.first - load;
  if (count < 3 || slack < 0 || slack >= shortest)
    return true;
  for (int32_t i = 0; i < count; i++) {
    tweed_lit *any = NULL;
    size_t used = 0, capacity = 0;
    for (int32_t j = 0; j < count; j++) {
      /* start j + offset = start i + offset + length + at most the slack + k * II */
      int64_t from = (int64_t)all[i].offset + all[i].length - all[j].offset;
      if (i == j)
        continue;
      int64_t first = tweed_diff_least_laps(d, all[i].op, all[j].op, from + slack + 1),
              last = tweed_diff_most_laps(d, all[i].op, all[j].op, from);
      for (int64_t k = first; k <= last && !tweed_smt_failed(d->smt); k++) {
        tweed_lit next = tweed_smt_bool(d->smt);
        tweed_smt_clause(d->smt, 2, (tweed_lit[]){-next, tweed_diff_at_least(d, all[i].op, all[j].op, from, k)});
        tweed_smt_clause(d->smt, 2,
                         (tweed_lit[]){-next, tweed_diff_below(d, all[i].op, all[j].op, from + slack + 1, k)});
        if (!tweed_arena_grow(d->arena, (void **)&any, &capacity, used + 3, sizeof *any))
          return false;
        any[used++] = next;
      }
    }
    if (!any && !tweed_arena_grow(d->arena, (void **)&any, &capacity, 3, sizeof *any))
      return false;
    any[used++] = -guard;
    any[used++] = -d->window; /* laps beyond the windows are left out */
    tweed_smt_clause(d->smt, used, any);
  }
  return true;
}

static bool unit(tweed_diff *d, const holding *all, int32_t count, int64_t limit, tweed_lit guard) {
  bool apart = true, own = true;
  for (int32_t i = 0; i < count; i++) {
    own = own && own_load(d, all, count, &all[i]) <= limit;
    for (int32_t j = i + 1; j < count; j++)
      apart = apart && (int64_t)all[i].held + all[j].held > limit;
  }
  if (!own)
    tweed_smt_clause(d->smt, 1, (tweed_lit[]){-guard});
  if (!apart)
    return count_rows(d, all, count, limit, guard);
  for (int32_t i = 0; i < count; i++)
    for (int32_t j = i + 1; j < count; j++)
      if (all[i].op != all[j].op)
        keep_apart(d, &all[i], &all[j], guard);
  return !d->follow || follow(d, all, count, guard);
}

bool tweed_diff_units(tweed_diff *d, const tweed_graph *g, const tweed_lit *guard) {
  holding *all = NULL;
  size_t capacity = 0;
  for (int32_t u = 0; u < g->nunits; u++) {
    int32_t count = 0;
    int64_t load = 0;
    for (int32_t v = 0; v < g->n; v++) {
      const tweed_shape *shape = &g->shapes[g->shape[v]];
      for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
        const tweed_segment *s = &g->segments[k];
        if (s->unit != u || s->held == 0 || g->count[u] == INT32_MAX)
          continue;
        if (!tweed_arena_grow(d->arena, (void **)&all, &capacity, (size_t)count + 1, sizeof *all))
          return false;
        all[count++] = (holding){v, s->offset, s->length, s->held};
        load += (int64_t)(s->length / d->ii.first + 1) * s->held;
      }
    }
    /* Where all ops together cannot exceed the count there is nothing to say. */
    if (load > g->count[u] && !unit(d, all, count, g->count[u], guard ? guard[u] : TWEED_TRUE))
      return false;
  }
  return !tweed_smt_failed(d->smt);
}
