/* Small random integer programs on lp_solve against enumeration: bounds on both sides of 0, all senses, costs of both
 * signs; limits on work; an interrupted run. */
#include "solve/lpp.h"
#include "solve_random.h"

enum { PROGRAMS = 4000, MOST_VARS = 4 };
static int optimal, infeasible;

/* The least cost over all values of variables k and up; INT64_MAX: no solution. */
static int64_t enumerate(const tweed_lpp *l, int64_t *value, int32_t k) {
  int64_t cost, best = INT64_MAX;
  if (k == l->nvars)
    return tweed_lpp_holds(l, value, &cost) ? cost : INT64_MAX;
  for (value[k] = l->vars[k].low; value[k] <= l->vars[k].high; value[k]++) {
    cost = enumerate(l, value, k + 1);
    best = cost < best ? cost : best;
  }
  return best;
}

static void fill(tweed_lpp *l, tweed_random *r) {
  int vars = pick(r, 0, MOST_VARS), rows = pick(r, 0, 6);
  for (int k = 0; k < vars; k++) {
    int low = pick(r, -5, 5);
    tweed_lpp_add_var(l, "x", low, low + pick(r, 0, 6), pick(r, -5, 5), true);
  }
  for (int i = 0; i < rows; i++) {
    tweed_lpp_add_row(l, "row", (tweed_lpp_sense)pick(r, 0, i % 2 ? 2 : 1), pick(r, -12, 12));
    for (int k = 0; k < vars; k++)
      tweed_lpp_add_term(l, k, pick(r, 0, 2) ? pick(r, -6, 6) : 0);
  }
}

static void check(tweed_random *r) {
  static const tweed_lpp_limits none = {0}, first = {.first = true};
  tweed_arena *arena = tweed_arena_new();
  tweed_lpp l;
  tweed_lpp_result result;
  tweed_stop stop = {0};
  int64_t value[MOST_VARS + 1], cost;
  assert(arena);
  tweed_lpp_init(&l, arena);
  fill(&l, r);
  int64_t best = enumerate(&l, value, 0);
  tweed_lpp_answer answer = tweed_lpp_solve(&l, &none, &stop, &result);
  assert(answer == (best == INT64_MAX ? TWEED_LPP_INFEASIBLE : TWEED_LPP_OPTIMAL) && answer == result.answer);
  assert(answer == TWEED_LPP_INFEASIBLE || (tweed_lpp_holds(&l, result.value, &cost) && cost == best));
  assert(answer == TWEED_LPP_INFEASIBLE || result.objective == best);
  answer = tweed_lpp_solve(&l, &first, &stop, &result);
  if (best == INT64_MAX)
    assert(answer == TWEED_LPP_INFEASIBLE && !result.value);
  else
    assert((answer == TWEED_LPP_FEASIBLE || answer == TWEED_LPP_OPTIMAL) && tweed_lpp_holds(&l, result.value, NULL));
  optimal += best != INT64_MAX;
  infeasible += best == INT64_MAX;
  tweed_arena_free(arena);
}

/* 2 (x1 + … + x20) = 21 has no solution, and branch and bound goes through all there is to find that out. */
static void check_limits(void) {
  static const tweed_lpp_limits steps = {.steps = 200}, nodes = {.nodes = 50};
  tweed_arena *arena = tweed_arena_new();
  tweed_lpp l;
  tweed_lpp_result result;
  tweed_stop stop = {0}, over = {0};
  tweed_lpp_init(&l, arena);
  for (int k = 0; k < 20; k++)
    tweed_lpp_add_var(&l, NULL, 0, 1, 0, true);
  tweed_lpp_add_row(&l, NULL, TWEED_LPP_EQUAL, 21);
  for (int k = 0; k < 20; k++)
    tweed_lpp_add_term(&l, k, 2);
  assert(tweed_lpp_solve(&l, &steps, &stop, &result) == TWEED_LPP_UNKNOWN);
  int64_t once = result.steps;
  assert(once >= 200 && once < 400);
  assert(tweed_lpp_solve(&l, &steps, &stop, &result) == TWEED_LPP_UNKNOWN && result.steps == once);
  assert(tweed_lpp_solve(&l, &nodes, &stop, &result) == TWEED_LPP_UNKNOWN && result.nodes < 100);
  atomic_store(&over.stopped, true);
  assert(tweed_lpp_solve(&l, &(tweed_lpp_limits){0}, &over, &result) == TWEED_LPP_UNKNOWN);
  double began = tweed_clock();
  over = (tweed_stop){.deadline = began + 0.2};
  assert(tweed_lpp_solve(&l, &(tweed_lpp_limits){0}, &over, &result) == TWEED_LPP_UNKNOWN);
  assert(tweed_clock() - began < 2);
  tweed_arena_free(arena);
}

/* Values near the limits of doubles, and sums that do not fit 64 bits. */
static void check_large(void) {
  tweed_arena *arena = tweed_arena_new();
  tweed_lpp l;
  tweed_lpp_result result;
  tweed_stop stop = {0};
  int64_t value[2] = {INT64_MAX / 2, INT64_MAX / 2};
  tweed_lpp_init(&l, arena);
  tweed_lpp_add_var(&l, NULL, -1000000000, 1000000000, 1, true);
  tweed_lpp_add_row(&l, NULL, TWEED_LPP_AT_LEAST, -999999999999);
  tweed_lpp_add_term(&l, 0, 1000);
  assert(tweed_lpp_solve(&l, &(tweed_lpp_limits){0}, &stop, &result) == TWEED_LPP_OPTIMAL);
  assert(result.value[0] == -999999999);
  tweed_lpp_init(&l, arena);
  tweed_lpp_add_var(&l, NULL, 0, INT64_MAX, 4, true);
  tweed_lpp_add_var(&l, NULL, 0, INT64_MAX, 0, true);
  assert(!tweed_lpp_holds(&l, value, NULL));
  tweed_arena_free(arena);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 77);
  for (int i = 0; i < PROGRAMS; i++)
    check(&r);
  printf("%d programs with a least cost, %d without a solution\n", optimal, infeasible);
  assert(optimal > PROGRAMS / 4 && infeasible > PROGRAMS / 4);
  check_limits();
  check_large();
  return 0;
}
