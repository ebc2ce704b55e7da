/* Every row that can prove agrees with brute force on 2,000 small problems, at least a third of which have no schedule
 * at MII: it finds the least II and no other, proves it, refutes exactly the IIs that have no schedule, and never
 * claims more. So does the portfolio. Rows join by being in the table. */
#include "solve/solver.h"
#include "solve_random.h"

enum { PROBLEMS = 2000 / SHARE };
static int above_mii;

static bool takes_part(const tweed_solver *row) {
  return row->run && row->kinds & TWEED_MODULO && row->proves & TWEED_PROVES_MORE;
}

static void complain(const tweed_problem *p, const char *name, const tweed_error *error) {
  char *text = NULL;
  fprintf(stderr, "%s: %s\n", name, error->message);
  if (tweed_problem_print(p, &text, NULL) == TWEED_OK)
    fputs(text, stderr);
  free(text);
}

/* The II is searched for: the optimum, proved. */
static void check_search(const tweed_problem *p, const char *name, int mii, int optimum) {
  tweed_solve_options o;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.solver = name;
  o.threads = 1;
  tweed_status status = tweed_solve(p, &o, &s, &error);
  bool good = status == TWEED_OK && tweed_schedule_ii(s) == optimum && tweed_schedule_lower_bound(s) == optimum &&
              tweed_schedule_mii(s) == mii && tweed_schedule_answer(s) == TWEED_ANSWER_OPTIMAL;
  good = good && (tweed_schedule_proof(s) == TWEED_PROOF_MII) == (optimum == mii);
  good = good && tweed_verify(p, s, &error) == TWEED_OK && !tweed_schedule_note(s, 0);
  if (!good)
    complain(p, name, &error);
  assert(good);
  tweed_schedule_free(s);
}

/* One II is asked for: the truth, also above the optimum, where an II may be infeasible again. */
static void check_ii(const tweed_problem *p, const char *name, int ii) {
  tweed_solve_options o;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.solver = name;
  o.ii = ii;
  o.threads = 1;
  bool feasible = brute_feasible(p, ii, true);
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status != (feasible ? TWEED_OK : TWEED_INFEASIBLE))
    complain(p, name, &error);
  assert(status == (feasible ? TWEED_OK : TWEED_INFEASIBLE));
  if (feasible)
    assert(tweed_schedule_ii(s) == ii && tweed_verify(p, s, NULL) == TWEED_OK);
  tweed_schedule_free(s);
}

static void check(const tweed_problem *p, int number) {
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  int optimum = brute_optimum(p, true);
  above_mii += optimum > b.mii;
  check_search(p, "auto", b.mii, optimum);
  for (size_t i = 0; i < tweed_solver_count; i++) {
    if (!takes_part(&tweed_solvers[i]))
      continue;
    check_search(p, tweed_solvers[i].name, b.mii, optimum);
    if (number % 4 == 0)
      check_ii(p, tweed_solvers[i].name, b.mii + number / 4 % 3);
  }
}

/* Circuits with little slack on few units: MII is often not enough. */
static tweed_problem *tight(tweed_random *r) {
  shape_options o = random_options(r, pick(r, 3, 5));
  o.units = pick(r, 1, 2);
  o.most_count = pick(r, 1, 2);
  o.back = o.ops + pick(r, 0, 3);
  return random_problem(r, &o);
}

int main(void) {
  tweed_random r;
  int rows = 0, done = 0, easy = 0;
  for (size_t i = 0; i < tweed_solver_count; i++)
    rows += takes_part(&tweed_solvers[i]);
  tweed_random_seed(&r, 41);
  while (done < PROBLEMS) {
    shape_options o = random_options(&r, pick(&r, 1, 5));
    tweed_problem *p = easy % 2 ? tight(&r) : random_problem(&r, &o);
    tweed_bounds b;
    assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
    bool feasible = brute_feasible(p, b.mii, true);
    if (!feasible || easy < PROBLEMS * 3 / 5) {
      check(p, done++);
      easy += feasible;
    }
    tweed_problem_free(p);
  }
  printf("%d rows that prove, %d problems, %d without a schedule at MII\n", rows, done, above_mii);
  assert(rows >= 1 && above_mii >= PROBLEMS / 3);
  return 0;
}
