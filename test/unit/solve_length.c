/* Lengths at the II that was found: with prove_length they are the least, by exhaustive search, and proved; for the
 * portfolio and for every row that can shorten; within a limit on stages too. Without it nothing is claimed. */
#include "solve/solver.h"
#include "solve_random.h"

static int longer, proved;

typedef struct times {
  brute b;
  int64_t start[MOST_OPS], length, last;
} times;

/* Starts of ops `op` and above, within the length and the last start. */
static bool fits(times *t, int op) {
  const tweed_problem *p = t->b.p;
  if (op == p->nops)
    return true;
  int64_t end = t->length - tweed_class_of(p, op)->latency;
  for (t->start[op] = 0; t->start[op] <= end && t->start[op] <= t->last; t->start[op]++) {
    bool legal = true;
    for (int d = 0; d < p->ndeps && legal; d++) {
      const tweed_dep *dep = &p->deps[d];
      if (dep->from <= op && dep->to <= op)
        legal = t->start[dep->to] >= t->start[dep->from] + dep->latency - (int64_t)dep->distance * t->b.ii;
    }
    if (!legal)
      continue;
    t->b.row[op] = (int)(t->start[op] % t->b.ii);
    bool found = brute_change(&t->b, op, 1) && fits(t, op + 1);
    brute_change(&t->b, op, -1);
    if (found)
      return true;
  }
  return false;
}

static int64_t least_length(const tweed_problem *p, int ii, int32_t stages) {
  times t = {.b = {.p = p, .ii = ii}, .last = stages > 0 ? (int64_t)stages * ii - 1 : INT64_MAX};
  while (!fits(&t, 0))
    t.length++;
  return t.length;
}

static void check(const tweed_problem *p, const char *name, int32_t stages, bool prove) {
  tweed_solve_options o;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.solver = name;
  o.max_stages = stages;
  o.prove_length = prove;
  o.threads = 1;
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s: %s\n", name, error.message);
  assert(status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK);
  int64_t length = tweed_schedule_length(p, s), least = least_length(p, tweed_schedule_ii(s), stages);
  assert(length >= least && tweed_schedule_length_bound(s) <= least);
  if (prove && (length != least || tweed_schedule_length_bound(s) != least))
    fprintf(stderr, "%s, II %d: length %lld, bound %lld, least %lld\n", name, (int)tweed_schedule_ii(s),
            (long long)length, (long long)tweed_schedule_length_bound(s), (long long)least);
  if (prove)
    assert(length == least && tweed_schedule_length_bound(s) == least);
  else
    assert(tweed_schedule_length_bound(s) == 0);
  longer += !prove && length > least;
  proved += prove;
  tweed_schedule_free(s);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 31);
  for (int i = 0; i < 2000 / SHARE; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 4));
    tweed_problem *p = random_problem(&r, &o);
    check(p, "auto", 0, false);
    check(p, "auto", 0, true);
    if (i % 5 == 0)
      check(p, "auto", pick(&r, 1, 2), true);
    for (size_t k = 0; k < tweed_solver_count && i % 2 == 0; k++)
      if (tweed_solvers[k].run && tweed_solvers[k].shorten && tweed_solvers[k].kinds & TWEED_MODULO)
        check(p, tweed_solvers[k].name, 0, true);
    tweed_problem_free(p);
  }
  printf("%d lengths proved, without asking %d are longer than need be\n", proved, longer);
  assert(longer > 10);
  return 0;
}
