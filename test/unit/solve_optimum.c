/* Every row of the table on small random problems: what it returns is legal, never below the true optimum, its claims
 * are true, and the good rows are rarely above the optimum. */
#include "solve_random.h"

enum { PROBLEMS = 2500, ROWS = 6 };
static const char *const row_names[ROWS] = {"auto", "asap", "alap", "list", "ims", "ims-restart"};
static int above[ROWS];

static tweed_schedule *solve(const tweed_problem *p, const tweed_solve_options *o) {
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_status status = tweed_solve(p, o, &s, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s: %s\n", o->solver, error.message);
  assert(status == TWEED_OK && s);
  return s;
}

static void check(const tweed_problem *p, uint64_t seed) {
  tweed_bounds b;
  int optimum = brute_optimum(p, true);
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  for (int k = 0; k < ROWS; k++) {
    tweed_solve_options o;
    tweed_error error = {0};
    tweed_solve_options_default(&o);
    o.solver = row_names[k];
    o.seed = seed;
    o.threads = 1;
    tweed_schedule *s = solve(p, &o);
    if (tweed_verify(p, s, &error) != TWEED_OK)
      fprintf(stderr, "%s: %s\n", row_names[k], error.message);
    assert(error.status == TWEED_OK);
    assert(tweed_schedule_ii(s) >= optimum && tweed_schedule_mii(s) == b.mii);
    assert(tweed_schedule_lower_bound(s) <= optimum);
    bool proved = tweed_schedule_ii(s) == b.mii;
    assert(tweed_schedule_proof(s) == (proved ? TWEED_PROOF_MII : TWEED_PROOF_NONE));
    assert(tweed_schedule_answer(s) == (proved ? TWEED_ANSWER_OPTIMAL : TWEED_ANSWER_FEASIBLE));
    above[k] += tweed_schedule_ii(s) > optimum;
    tweed_schedule_free(s);
  }
}

/* With an II given, the answer is that II or not a lie: infeasible only where it is. */
static void check_exact(const tweed_problem *p) {
  int optimum = brute_optimum(p, true);
  for (int ii = 1; ii <= optimum + 2; ii++) {
    tweed_solve_options o;
    tweed_schedule *s = NULL;
    tweed_solve_options_default(&o);
    o.ii = ii;
    o.threads = 1;
    tweed_status status = tweed_solve(p, &o, &s, NULL);
    bool feasible = brute_feasible(p, ii, true);
    if (status == TWEED_OK)
      assert(feasible && tweed_schedule_ii(s) == ii && tweed_verify(p, s, NULL) == TWEED_OK);
    else
      assert(status == TWEED_UNKNOWN || (status == TWEED_INFEASIBLE && !feasible));
    if (status != TWEED_OK && s)
      assert(tweed_schedule_answer(s) == (status == TWEED_INFEASIBLE ? TWEED_ANSWER_INFEASIBLE : TWEED_ANSWER_UNKNOWN));
    tweed_schedule_free(s);
  }
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 11);
  for (int i = 0; i < PROBLEMS; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 5));
    tweed_problem *p = random_problem(&r, &o);
    check(p, (uint64_t)i);
    if (i % 5 == 0)
      check_exact(p);
    tweed_problem_free(p);
  }
  for (int k = 0; k < ROWS; k++)
    printf("%s: above the optimum on %d of %d problems\n", row_names[k], above[k], PROBLEMS);
  assert(above[0] <= PROBLEMS / 500 && above[5] <= PROBLEMS / 500 && above[4] <= PROBLEMS / 20);
  return 0;
}
