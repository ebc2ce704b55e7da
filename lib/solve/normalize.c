/* normalize.c: small whole numbers in place of large costs, by integer programs. */
#include "solve/lpp.h"
#include <stdlib.h>

/* Different costs, and the largest number in a program, beyond which only proportional costs are tried; steps. */
enum { MOST_COSTS = 60, MOST_STEPS = 20000 };
#define MOST_PRODUCT ((int64_t)1 << 44)

/* Invariants: value are the different costs above 0, the largest first, divided by their greatest common divisor; each
 * stands for times of the given ones. best are the results so far, of that spread and sum. */
typedef struct costs {
  tweed_arena *arena;
  int32_t n;
  int64_t *value, *times, *best, *trial;
  int64_t divisor, limit, floor;
  int64_t spread, sum;
} costs;

static int falling(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? 1 : x > y ? -1 : 0;
}

static int64_t common_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t rest = a % b;
    a = b, b = rest;
  }
  return a;
}

static bool collect(costs *c, const int64_t *given, int32_t count) {
  size_t room = (size_t)count + 1;
  c->value = tweed_arena_array(c->arena, 4 * room, sizeof *c->value);
  if (!c->value)
    return false;
  c->times = c->value + room, c->best = c->times + room, c->trial = c->best + room;
  for (int32_t k = 0; k < count; k++)
    c->trial[k] = given[k];
  qsort(c->trial, (size_t)count, sizeof *c->trial, falling);
  for (int32_t k = 0; k < count && c->trial[k] > 0; k++) {
    if (c->n == 0 || c->value[c->n - 1] != c->trial[k])
      c->value[c->n++] = c->trial[k];
    c->times[c->n - 1]++;
    c->divisor = common_divisor(c->trial[k], c->divisor);
  }
  for (int32_t k = 0; k < c->n; k++)
    c->value[k] /= c->divisor;
  return true;
}

/* F and the sum of a result. The largest cross product of differences from the ideal ratio is what counts. */
static int64_t spread_of(const costs *c, const int64_t *result, int64_t *sum) {
  int64_t spread = 0;
  *sum = 0;
  for (int32_t i = 0; i < c->n; i++) {
    *sum += c->times[i] * result[i];
    for (int32_t j = 0; j < i; j++) {
      int64_t cross = c->value[i] * result[j] - c->value[j] * result[i];
      cross = cross < 0 ? -cross : cross;
      spread = cross > spread ? cross : spread;
    }
  }
  return spread;
}

/* Takes over a result that keeps the limit and is better. */
static void consider(costs *c, const int64_t *result) {
  int64_t sum, spread = spread_of(c, result, &sum);
  if (sum < 1 || sum > c->limit || (c->spread >= 0 && (spread > c->spread || (spread == c->spread && sum <= c->sum))))
    return;
  for (int32_t k = 0; k < c->n; k++)
    c->best[k] = result[k];
  c->spread = spread;
  c->sum = sum;
}

/* Costs in proportion, rounded, with the largest at every size that the limit allows. */
static void try_proportional(costs *c) {
  int64_t most = c->limit / c->times[0], step = 1 + most / 4096;
  for (int64_t top = c->floor > 0 ? c->floor : 1; top <= most; top += step) {
    for (int32_t k = 0; k < c->n; k++) {
      int64_t share = (2 * c->value[k] * top + c->value[0]) / (2 * c->value[0]);
      c->trial[k] = share > c->floor ? share : c->floor;
    }
    consider(c, c->trial);
  }
}

/* The program: results and F, or, with F given, the largest sum. Variable k is result k, variable n is F. */
static void build(const costs *c, tweed_lpp *l, bool sum_only) {
  tweed_lpp_init(l, c->arena);
  for (int32_t k = 0; k < c->n; k++)
    tweed_lpp_add_var(l, NULL, c->floor, c->limit / c->times[k], sum_only ? -c->times[k] : 0, true);
  int32_t f = sum_only ? -1 : tweed_lpp_add_var(l, NULL, 0, c->spread, 1, false);
  for (int32_t i = 0; i < c->n; i++)
    for (int32_t j = 0; j < i; j++)
      for (int64_t sign = -1; sign <= 1; sign += 2) {
        tweed_lpp_add_row(l, "ratio", TWEED_LPP_AT_MOST, sum_only ? c->spread : 0);
        tweed_lpp_add_term(l, j, sign * c->value[i]);
        tweed_lpp_add_term(l, i, -sign * c->value[j]);
        if (f >= 0)
          tweed_lpp_add_term(l, f, -1);
      }
  for (int side = 0; side < 2; side++) {
    tweed_lpp_add_row(l, "sum", side ? TWEED_LPP_AT_MOST : TWEED_LPP_AT_LEAST, side ? c->limit : 1);
    for (int32_t k = 0; k < c->n; k++)
      tweed_lpp_add_term(l, k, c->times[k]);
  }
}

/* First the least F, then the largest sum. False when out of memory. */
static bool improve(costs *c, bool *optimal) {
  static const tweed_lpp_limits limits = {.steps = MOST_STEPS};
  tweed_stop none = {0};
  for (int pass = 0; pass < 2 && *optimal; pass++) {
    tweed_lpp l;
    tweed_lpp_result result;
    build(c, &l, pass == 1);
    tweed_lpp_answer answer = tweed_lpp_solve(&l, &limits, &none, &result);
    if (answer == TWEED_LPP_NO_MEMORY)
      return false;
    if (result.value)
      consider(c, result.value);
    *optimal = answer == TWEED_LPP_OPTIMAL;
  }
  return true;
}

static int64_t result_of(const costs *c, int64_t cost) {
  int32_t low = 0, high = c->n;
  while (low < high) { /* the first that is at most the cost */
    int32_t middle = low + (high - low) / 2;
    if (c->value[middle] * c->divisor > cost)
      low = middle + 1;
    else
      high = middle;
  }
  return cost > 0 ? c->best[low] : 0;
}

static tweed_status check(const int64_t *given, int32_t count, int32_t limit, tweed_error *error) {
  if (count < 0 || limit < 1)
    return tweed_fail(error, TWEED_BAD_INPUT, "normalization needs a limit of at least 1, not %d", (int)limit);
  for (int32_t k = 0; k < count; k++)
    if (given[k] < 0 || given[k] > TWEED_MAX_NUMBER)
      return tweed_fail(error, TWEED_BAD_INPUT, "cost %lld is not between 0 and %d", (long long)given[k],
                        TWEED_MAX_NUMBER);
  return TWEED_OK;
}

static tweed_status solve(costs *c, bool *optimal, tweed_error *error) {
  int64_t positive = 0;
  for (int32_t k = 0; k < c->n; k++)
    positive += c->times[k];
  if (c->floor * positive > c->limit)
    return tweed_fail(error, TWEED_INFEASIBLE, "%lld costs above 0 cannot add up to %lld: the limit must be as large",
                      (long long)positive, (long long)c->limit);
  for (int32_t k = 0; k < c->n; k++)
    c->trial[k] = c->floor > 0 || c->times[k] > c->limit ? c->floor : 0;
  consider(c, c->trial);
  try_proportional(c);
  for (int32_t k = 0; k < c->n && c->spread < 0; k++)
    c->trial[k] = 1, consider(c, c->trial), c->trial[k] = 0;
  if (c->spread < 0)
    return tweed_fail(error, TWEED_INFEASIBLE, "no cost occurs at most %lld times", (long long)c->limit);
  *optimal = c->n <= MOST_COSTS && c->value[0] <= MOST_PRODUCT / c->limit;
  return improve(c, optimal) ? TWEED_OK : tweed_no_memory(error);
}

tweed_status tweed_normalize(const int64_t *given, int32_t count, int32_t limit, bool literal, int64_t *out,
                             tweed_normalization *about, tweed_error *error) {
  costs c = {.limit = limit, .floor = literal ? 0 : 1, .spread = -1};
  bool optimal = true;
  tweed_status status = check(given, count, limit, error);
  if (status != TWEED_OK)
    return status;
  c.arena = tweed_arena_new();
  status = c.arena && collect(&c, given, count) ? TWEED_OK : tweed_no_memory(error);
  if (status == TWEED_OK && c.n > 0)
    status = solve(&c, &optimal, error);
  for (int32_t k = 0; k < count && status == TWEED_OK; k++)
    out[k] = result_of(&c, given[k]);
  if (status == TWEED_OK && about)
    *about = (tweed_normalization){c.n > 0 ? c.spread * c.divisor : 0, optimal};
  tweed_arena_free(c.arena);
  return status;
}
