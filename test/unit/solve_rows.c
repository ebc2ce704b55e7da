/* Larger random problems through all rows: legal whatever the tables look like, the same for any number of threads,
 * decided by the seed alone, within the limits given, and in time. */
#include "solve/solver.h"
#include "solve_random.h"

static tweed_schedule *solve(const tweed_problem *p, const tweed_solve_options *options, tweed_status expected) {
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options copy = *options, *o = &copy;
  copy.effort = copy.solver && strcmp(copy.solver, "gaus") == 0 ? 0.02 : 0.1;
  tweed_status status = tweed_solve(p, o, &s, &error);
  if (status != expected)
    fprintf(stderr, "%s: %s: %s\n", o->solver, tweed_status_name(status), error.message);
  assert(status == expected);
  if (status == TWEED_OK)
    assert(tweed_verify(p, s, NULL) == TWEED_OK);
  return s;
}

static bool same(const tweed_problem *p, const tweed_schedule *a, const tweed_schedule *b) {
  if (tweed_schedule_ii(a) != tweed_schedule_ii(b) || strcmp(tweed_schedule_solver(a), tweed_schedule_solver(b)) != 0)
    return false;
  for (int32_t i = 0; i < tweed_problem_ops(p); i++)
    if (tweed_schedule_start(a, i) != tweed_schedule_start(b, i))
      return false;
  return true;
}

static tweed_problem *larger(tweed_random *r) {
  shape_options o = random_options(r, pick(r, 10, 60));
  o.classes = pick(r, 2, 8);
  o.most_cycles = o.ops < 20 ? pick(r, 1, 24) : pick(r, 1, 6);
  o.most_latency = pick(r, 1, 30);
  o.back = pick(r, 0, 12);
  return random_problem(r, &o);
}

static void check_all_rows(const tweed_problem *p) {
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  o.restarts = 10;
  tweed_schedule_free(solve(p, &o, TWEED_OK));
  for (size_t i = 0; i < tweed_solver_count; i++) {
    const tweed_solver *row = &tweed_solvers[i];
    tweed_solve_options_default(&o);
    o.solver = row->name;
    o.restarts = 10;
    if (row->run && row->kinds & TWEED_MODULO && !(row->proves & TWEED_PROVES_MORE))
      tweed_schedule_free(solve(p, &o, TWEED_OK));
  }
}

/* Rows that prove may run for long on such problems: they end in time, with a legal schedule or none. */
static void check_exact_rows(const tweed_problem *p) {
  for (size_t i = 0; i < tweed_solver_count; i++) {
    const tweed_solver *row = &tweed_solvers[i];
    tweed_solve_options o;
    tweed_schedule *s = NULL;
    tweed_error error = {0};
    if (!row->run || !(row->kinds & TWEED_MODULO) || !(row->proves & TWEED_PROVES_MORE))
      continue;
    tweed_solve_options_default(&o);
    o.solver = row->name;
    o.time_limit = 0.1;
    double began = tweed_clock();
    tweed_status status = tweed_solve(p, &o, &s, &error);
    if (status == TWEED_OK)
      assert(tweed_verify(p, s, NULL) == TWEED_OK);
    else if (status != TWEED_UNKNOWN)
      fprintf(stderr, "%s: %s\n", row->name, error.message);
    assert((status == TWEED_OK || status == TWEED_UNKNOWN) && tweed_clock() - began < 1);
    tweed_schedule_free(s);
  }
}

/* Only few restarts succeed at the lowest II, so that threads race for it. */
static int check_threads(const tweed_problem *p) {
  tweed_schedule *first = NULL;
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  o.solver = "ims-restart";
  o.restarts = 40;
  for (o.threads = 1; o.threads <= 8; o.threads *= 2) {
    tweed_schedule *s = solve(p, &o, TWEED_OK);
    assert(!first || same(p, first, s));
    if (first)
      tweed_schedule_free(s);
    else
      first = s;
  }
  int gap = tweed_schedule_ii(first) > tweed_schedule_mii(first);
  tweed_schedule_free(first);
  return gap;
}

static int check_seed(const tweed_problem *p) {
  tweed_schedule *s[3];
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  for (int k = 0; k < 3; k++) {
    o.seed = k == 2 ? 99 : 5;
    s[k] = solve(p, &o, TWEED_OK);
  }
  assert(same(p, s[0], s[1]));
  int other = !same(p, s[0], s[2]);
  for (int k = 0; k < 3; k++)
    tweed_schedule_free(s[k]);
  return other;
}

static void check_limits(const tweed_problem *p) {
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  tweed_schedule *free_one = solve(p, &o, TWEED_OK);
  int32_t stages = tweed_schedule_stages(free_one), ii = tweed_schedule_ii(free_one),
          mii = tweed_schedule_mii(free_one);
  tweed_schedule_free(free_one);
  for (o.max_stages = 1; o.max_stages < stages; o.max_stages *= 3) {
    tweed_schedule *s = solve(p, &o, TWEED_OK);
    assert(tweed_schedule_stages(s) <= o.max_stages && tweed_schedule_ii(s) >= mii);
    tweed_schedule_free(s);
  }
  tweed_solve_options_default(&o);
  o.max_ii = ii;
  tweed_schedule_free(solve(p, &o, TWEED_OK));
  if (mii > 1) {
    o.max_ii = mii - 1;
    tweed_schedule *s = solve(p, &o, TWEED_INFEASIBLE);
    assert(!s || (tweed_schedule_answer(s) == TWEED_ANSWER_INFEASIBLE && tweed_schedule_mii(s) == mii));
    tweed_schedule_free(s);
  }
  o.max_ii = 0;
  o.ii = ii + 3;
  tweed_schedule *wide = NULL; /* some op may overlap itself just there */
  if (tweed_solve(p, &o, &wide, NULL) == TWEED_OK)
    assert(tweed_schedule_ii(wide) == ii + 3);
  tweed_schedule_free(wide);
}

/* A large problem whose restarts would run for long. */
static void check_time(void) {
  tweed_random r;
  tweed_random_seed(&r, 3);
  shape_options shape = {.ops = 3000,
                         .classes = 8,
                         .units = 3,
                         .most_count = 2,
                         .most_cycles = 7,
                         .most_latency = 9,
                         .gaps = true,
                         .issue = true,
                         .back = 300};
  tweed_problem *p = random_problem(&r, &shape);
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  o.solver = "ims-restart";
  o.restarts = 1000000;
  o.time_limit = 0.3;
  double began = tweed_clock();
  tweed_schedule_free(solve(p, &o, TWEED_OK));
  assert(tweed_clock() - began < 1.3);
  volatile int interrupt = 1;
  o.time_limit = 0;
  o.interrupt = &interrupt;
  o.solver = "auto";
  began = tweed_clock();
  tweed_schedule_free(solve(p, &o, TWEED_OK)); /* the list schedule is there all the same */
  assert(tweed_clock() - began < 1);
  tweed_problem_free(p);
}

int main(void) {
  tweed_random r;
  int gaps = 0, seeds = 0;
  tweed_random_seed(&r, 5);
  for (int i = 0; i < 120; i++) {
    tweed_problem *p = larger(&r);
    check_all_rows(p);
    if (i % 3 == 0) {
      gaps += check_threads(p);
      seeds += check_seed(p);
      check_limits(p);
      if (i % 9 == 0)
        check_exact_rows(p);
    }
    tweed_problem_free(p);
  }
  check_time();
  printf("II above MII on %d of 40, another schedule by another seed on %d of 40\n", gaps, seeds);
  assert(gaps > 3 && seeds > 5);
  return 0;
}
