/* Every row of the table on small random problems: what it returns is legal, never below the true optimum, its claims
 * are true, and the good rows are rarely above the optimum. */
#include "solve_random.h"

enum { PROBLEMS = 2500, ROWS = 7 };
static const char *const row_names[ROWS] = {"auto", "asap", "alap", "list", "ims", "ims-restart", "backtrack"};
static int above[ROWS], unknown, refuted;

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
    bool at_mii = tweed_schedule_ii(s) == b.mii, proved = tweed_schedule_proof(s) != TWEED_PROOF_NONE;
    assert((tweed_schedule_proof(s) == TWEED_PROOF_MII) == at_mii);
    assert(!proved || tweed_schedule_ii(s) == optimum);
    assert(proved || k != 0); /* auto proves all of these */
    assert(tweed_schedule_answer(s) == (proved ? TWEED_ANSWER_OPTIMAL : TWEED_ANSWER_FEASIBLE));
    above[k] += tweed_schedule_ii(s) > optimum;
    tweed_schedule_free(s);
  }
}

/* With an II given, the answer is that II or not a lie: infeasible only where it is. */
static void check_exact(const tweed_problem *p) {
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  int optimum = brute_optimum(p, true), mii = b.mii;
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
    unknown += status == TWEED_UNKNOWN;
    refuted += status == TWEED_INFEASIBLE && ii >= mii;
    if (status != TWEED_OK && s)
      assert(tweed_schedule_answer(s) == (status == TWEED_INFEASIBLE ? TWEED_ANSWER_INFEASIBLE : TWEED_ANSWER_UNKNOWN));
    tweed_schedule_free(s);
  }
}

/* Circuits of two ops that leave no slack at II = ops, on one unit that is then full: often MII is not enough. */
static tweed_problem *tight_problem(tweed_random *r) {
  tweed_machine *m;
  tweed_problem *p;
  int32_t held = 1;
  int pairs = pick(r, 2, 3);
  assert(tweed_machine_new("tight", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "U", 1, NULL, NULL) == TWEED_OK);
  assert(tweed_machine_add_class(m, "c", 1, 0, -1, NULL, NULL) == TWEED_OK);
  assert(tweed_machine_add_use(m, 0, 0, 1, &held, NULL) == TWEED_OK);
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("tight", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < 2 * pairs; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, 0, -1, NULL, NULL) == TWEED_OK);
  }
  for (int i = 0; i < pairs; i++) {
    tweed_dep go = {.from = 2 * i, .to = 2 * i + 1, .latency = pick(r, 1, 2 * pairs - 1)};
    tweed_dep back = {.from = 2 * i + 1, .to = 2 * i, .latency = 2 * pairs - go.latency, .distance = 1};
    assert(tweed_problem_add_dep(p, &go, NULL) == TWEED_OK && tweed_problem_add_dep(p, &back, NULL) == TWEED_OK);
  }
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 11);
  for (int i = 0; i < PROBLEMS; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 5));
    tweed_problem *p = i % 10 == 0 ? tight_problem(&r) : random_problem(&r, &o);
    check(p, (uint64_t)i);
    if (i % 5 <= 1)
      check_exact(p);
    tweed_problem_free(p);
  }
  for (int k = 0; k < ROWS; k++)
    printf("%s: above the optimum on %d of %d problems\n", row_names[k], above[k], PROBLEMS);
  printf("IIs at or above MII: %d refuted, %d open\n", refuted, unknown);
  assert(refuted > 10 && unknown == 0 && above[6] == 0);
  assert(above[0] == 0 && above[5] <= PROBLEMS / 500 && above[4] <= PROBLEMS / 20);
  return 0;
}
