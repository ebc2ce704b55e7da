/* bounds.c: lower bounds on II.
 *
 * ResMII is the greatest of
 *   - the load of each unit: what all ops hold of it over all cycles, divided by its count. For ops that hold one
 * contiguous block of one unit each, one at a time, this is reached: the blocks laid end to end around the table never
 * overlap by more than the count (McNaughton 1959);
 *   - the same load after a dual feasible function, for amounts above one: what cannot share a row counts as a whole
 * row (Martello & Toth 1990; Fekete & Schepers 2001); raised to the next II at which every op stands its own copies
 * (its table wrapped around II stays within the counts) and, on request, at which a search does not refute that all
 * tables can be packed when dependences are left out. */
#include "solve/bounds.h"
#include <limits.h>
#include <string.h>

/* Placements after which the packing search gives up, and table cells above which it is not tried. */
enum { PACKING_NODES = 20000, PACKING_CELLS = 1 << 24 };

static int64_t saturating(int64_t sum, int64_t a, int64_t b) {
  int64_t product;
  if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(sum, product, &sum))
    return INT64_MAX;
  return sum;
}

static int64_t divide_up(int64_t a, int64_t b) {
  return a / b + (a % b != 0);
}

/* Functions f with: amounts that fit `capacity` together have values that fit f(capacity) together. kind 0: the
 * identity; odd kinds: amounts below a threshold vanish, those that leave less than it count as everything; even kinds:
 * rounded down to fractions of the capacity. Values are scaled so that they stay whole; *whole is f(capacity). */
static int64_t dual_feasible(int kind, int64_t amount, int64_t capacity, int64_t *whole) {
  int64_t k = capacity / (kind / 2 + 2);
  *whole = capacity;
  if (kind == 0)
    return amount;
  if (kind % 2 == 1)
    return amount > capacity - k ? capacity : amount < k ? 0 : amount;
  k = kind / 2;
  *whole = capacity * k;
  return (k + 1) * amount % capacity == 0 ? amount * k : (k + 1) * amount / capacity * capacity;
}

static int64_t unit_load(const tweed_graph *g, int32_t unit, int kind) {
  int64_t load = 0, whole = g->count[unit];
  for (int32_t s = 0; s < g->nshapes; s++) {
    const tweed_shape *shape = &g->shapes[s];
    int64_t one = 0;
    for (int32_t k = shape->begin; k < shape->begin + shape->count; k++)
      if (g->segments[k].unit == unit)
        one = saturating(one, g->segments[k].length, dual_feasible(kind, g->segments[k].held, g->count[unit], &whole));
    load = saturating(load, one, shape->members);
  }
  return divide_up(load, whole);
}

/* The least II by load, and the unit that asks for it (-1 = none). */
static int64_t load_bound(const tweed_graph *g, int32_t *unit) {
  int64_t best = 0;
  bool wide = false;
  for (int32_t k = 0; k < g->nsegments; k++)
    wide |= g->segments[k].held > 1;
  *unit = -1;
  for (int kind = 0; kind < (wide ? 16 : 1); kind++)
    for (int32_t u = 0; u < g->nunits; u++) {
      int64_t bound = unit_load(g, u, kind);
      if (bound > best) {
        best = bound;
        *unit = u;
      }
    }
  return best;
}

/* The least II that each contiguous piece of each table stands by itself, in closed form. */
static int64_t piece_bound(const tweed_graph *g, int64_t best, int32_t *unit) {
  for (int32_t k = 0; k < g->nsegments; k++) {
    const tweed_segment *s = &g->segments[k];
    int64_t bound = divide_up(s->length, g->count[s->unit] / s->held);
    if (bound > best) {
      best = bound;
      *unit = s->unit;
    }
  }
  return best;
}

/* Tables of one piece are packed best by laying them end to end, if each op uses one unit, singly. */
static bool load_is_exact(const tweed_graph *g) {
  for (int32_t s = 0; s < g->nshapes; s++) {
    const tweed_shape *shape = &g->shapes[s];
    if (shape->count > 1 || (shape->count == 1 && g->segments[shape->begin].held > 1))
      return false;
  }
  return true;
}

/* Raises ii until every table stands its own copies and, if asked for, all tables together are not refuted. */
static tweed_status raise(const tweed_graph *g, bool packing, int64_t *ii, int32_t *unit, tweed_error *error) {
  int32_t longest = 0, misfit = 0;
  for (int32_t s = 0; s < g->nshapes; s++)
    longest = g->shapes[s].extent > longest ? g->shapes[s].extent : longest;
  packing = packing && !load_is_exact(g) && *ii < PACKING_CELLS / (g->nunits + 1);
  if (!packing && longest <= *ii)
    return TWEED_OK;
  tweed_mrt t;
  tweed_status status = tweed_mrt_init(&t, g) ? TWEED_OK : tweed_no_memory(error);
  while (status == TWEED_OK && (packing || longest > *ii)) {
    tweed_fit fit = tweed_mrt_reset(&t, *ii, &misfit);
    tweed_packing packed = fit == TWEED_FIT_YES && packing ? tweed_pack(&t, PACKING_NODES) : TWEED_PACKED;
    if (fit == TWEED_FIT_NO_MEMORY || packed == TWEED_PACKING_NO_MEMORY)
      status = tweed_no_memory(error);
    else if (fit == TWEED_FIT_YES && packed != TWEED_NOT_PACKABLE)
      break;
    else {
      ++*ii;
      if (fit == TWEED_FIT_NO)
        *unit = g->segments[g->shapes[misfit].begin].unit;
    }
  }
  tweed_mrt_free(&t);
  return status;
}

/* Joins op names by " -> ", the first once more at the end; leaves out what does not fit. */
static void name_circuit(const tweed_problem *p, const tweed_circuit *circuit, char *buffer, size_t size) {
  static const char arrow[] = " -> ", dots[] = "…";
  size_t used = 0, end = size - sizeof arrow - sizeof dots;
  buffer[0] = '\0';
  for (int32_t k = 0; k <= circuit->count && circuit->count > 0; k++) {
    const char *name = p->ops[circuit->ops[k % circuit->count]].name;
    size_t length = strlen(name), joint = k > 0 ? sizeof arrow - 1 : 0;
    if (joint) {
      memcpy(buffer + used, arrow, joint);
      used += joint;
    }
    if (used + length > end) {
      memcpy(buffer + used, dots, sizeof dots);
      return;
    }
    memcpy(buffer + used, name, length + 1);
    used += length;
  }
}

static tweed_status too_large(const tweed_graph *g, int64_t bound, tweed_error *error) {
  return tweed_fail(error, TWEED_BAD_INPUT,
                    "the lower bound on the II of problem \"%s\" is %lld, above the limit of %d", g->problem->name,
                    (long long)bound, TWEED_MAX_NUMBER);
}

tweed_status tweed_bounds_graph(const tweed_graph *g, bool packing, tweed_bounds *out, tweed_error *error) {
  tweed_circuit circuit;
  int32_t unit;
  *out = (tweed_bounds){0};
  tweed_status status = tweed_recurrence(g, &circuit, error);
  if (status != TWEED_OK)
    return status;
  int64_t res = piece_bound(g, load_bound(g, &unit), &unit);
  if (res > TWEED_MAX_NUMBER || circuit.ratio > TWEED_MAX_NUMBER)
    return too_large(g, res > circuit.ratio ? res : circuit.ratio, error);
  if (res > 0)
    status = raise(g, packing, &res, &unit, error);
  int64_t mii = res > circuit.ratio ? res : circuit.ratio > 1 ? circuit.ratio : 1;
  int32_t other = unit;
  if (status == TWEED_OK && mii > res)
    status = raise(g, packing, &mii, &other, error);
  if (status != TWEED_OK)
    return status;
  if (mii > TWEED_MAX_NUMBER)
    return too_large(g, mii, error);
  out->res_mii = (int32_t)res;
  out->rec_mii = (int32_t)circuit.ratio;
  out->mii = (int32_t)mii;
  if (unit >= 0) {
    const char *name = g->problem->machine->units[g->unit[unit]].name;
    size_t length = strlen(name) < sizeof out->unit ? strlen(name) : sizeof out->unit - 1;
    memcpy(out->unit, name, length);
  }
  name_circuit(g->problem, &circuit, out->circuit, sizeof out->circuit);
  return TWEED_OK;
}

static tweed_status bounds_of(const tweed_problem *p, bool packing, tweed_bounds *out, tweed_error *error) {
  tweed_graph *g;
  tweed_arena *arena = tweed_arena_new();
  if (!arena)
    return tweed_no_memory(error);
  *out = (tweed_bounds){0};
  tweed_status status = tweed_graph_of(p, arena, false, &g, error);
  if (status == TWEED_OK)
    status = tweed_bounds_graph(g, packing, out, error);
  tweed_arena_free(arena);
  return status;
}

tweed_status tweed_bounds_of(const tweed_problem *p, tweed_bounds *out, tweed_error *error) {
  return bounds_of(p, true, out, error);
}

tweed_status tweed_bounds_quick(const tweed_problem *p, tweed_bounds *out, tweed_error *error) {
  return bounds_of(p, false, out, error);
}
