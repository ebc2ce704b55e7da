/* Normalized costs: the cases of the notes, brute force on small ones, and problems whose normalized schedules must be
 * schedules of the raw costs. */
#include "solve_random.h"

static void expect(const int64_t *costs, int n, int limit, bool literal, const int64_t *wanted, int64_t spread) {
  int64_t got[16];
  tweed_normalization about;
  assert(tweed_normalize(costs, n, limit, literal, got, &about, NULL) == TWEED_OK);
  for (int k = 0; k < n; k++)
    assert(got[k] == wanted[k]);
  assert(about.spread == spread && about.optimal);
}

static void check_notes(void) {
  static const int64_t c[] = {512, 512, 512, 128, 64, 64, 30}, none[] = {0, 0, 0};
  expect(c, 7, 20, true, (int64_t[]){1, 1, 1, 0, 0, 0, 0}, 128);
  expect(c, 7, 20, false, (int64_t[]){5, 5, 5, 1, 1, 1, 1}, 362);
  expect(c, 7, 300, true, (int64_t[]){16, 16, 16, 4, 2, 2, 1}, 32);
  expect(c, 7, 300, false, (int64_t[]){16, 16, 16, 4, 2, 2, 1}, 32);
  expect(c, 7, 7, false, (int64_t[]){1, 1, 1, 1, 1, 1, 1}, 482);
  expect(none, 3, 1, false, none, 0);
  int64_t out[7];
  tweed_error error;
  assert(tweed_normalize(c, 7, 6, false, out, NULL, &error) == TWEED_INFEASIBLE && strstr(error.message, "7 costs"));
  assert(tweed_normalize(c, 7, 0, false, out, NULL, &error) == TWEED_BAD_INPUT);
  assert(tweed_normalize((int64_t[]){-1}, 1, 9, false, out, NULL, &error) == TWEED_BAD_INPUT);
  assert(tweed_normalize((int64_t[]){TWEED_MAX_NUMBER, TWEED_MAX_NUMBER - 1, 1}, 3, TWEED_MAX_NUMBER, false, out, NULL,
                         &error) == TWEED_OK);
}

/* The least F, and with it the largest sum, over all results. */
typedef struct exhaustion {
  const int64_t *costs;
  int n, limit, floor;
  int64_t result[5], spread, sum;
} exhaustion;

static void exhaust(exhaustion *e, int k, int64_t sum) {
  if (sum > e->limit)
    return;
  if (k < e->n) {
    for (e->result[k] = e->floor; e->result[k] <= e->limit; e->result[k]++)
      exhaust(e, k + 1, sum + e->result[k]);
    return;
  }
  int64_t spread = 0;
  for (int i = 0; i < e->n; i++)
    for (int j = 0; j < e->n; j++)
      if (e->costs[i] * e->result[j] - e->costs[j] * e->result[i] > spread)
        spread = e->costs[i] * e->result[j] - e->costs[j] * e->result[i];
  if (sum >= 1 && (e->spread < 0 || spread < e->spread || (spread == e->spread && sum > e->sum)))
    e->spread = spread, e->sum = sum;
}

static void check_brute(tweed_random *r) {
  int64_t costs[5], got[5], sum = 0, spread = 0;
  int n = pick(r, 1, 4), literal = pick(r, 0, 1);
  for (int k = 0; k < n; k++)
    for (bool again = true; again;) { /* different ones: equal costs get equal results here, not in the formula */
      costs[k] = pick(r, 1, pick(r, 0, 1) ? 20 : 1000);
      again = false;
      for (int i = 0; i < k; i++)
        again |= costs[i] == costs[k];
    }
  exhaustion e = {.costs = costs, .n = n, .limit = pick(r, n, 22), .floor = !literal, .spread = -1};
  tweed_normalization about;
  exhaust(&e, 0, 0);
  assert(tweed_normalize(costs, n, e.limit, literal, got, &about, NULL) == TWEED_OK);
  for (int i = 0; i < n; i++) {
    sum += got[i];
    assert(got[i] >= e.floor);
    for (int j = 0; j < n; j++)
      if (costs[i] * got[j] - costs[j] * got[i] > spread)
        spread = costs[i] * got[j] - costs[j] * got[i];
  }
  if (spread != e.spread || sum != e.sum)
    fprintf(stderr, "spread %lld, sum %lld; best %lld, %lld\n", (long long)spread, (long long)sum, (long long)e.spread,
            (long long)e.sum);
  assert(about.spread == spread && about.optimal && spread == e.spread && sum == e.sum);
}

static tweed_problem *costly_problem(tweed_random *r) {
  shape_options o = random_options(r, pick(r, 2, 14));
  o.most_cycles = pick(r, 2, 60);
  o.most_latency = pick(r, 5, 400);
  o.back = pick(r, 0, o.ops / 2);
  return random_problem(r, &o);
}

/* A schedule of the normalized problem, times the scale, is one of the raw one. */
static void check_scale(const tweed_problem *p, int limit) {
  tweed_problem *small;
  tweed_schedule *s, *scaled;
  tweed_error error = {0};
  int64_t scale;
  tweed_status status = tweed_problem_normalize(p, limit, &small, &scale, &error);
  assert(status == TWEED_OK && tweed_problem_ops(small) == tweed_problem_ops(p) && scale >= 1);
  assert(tweed_solve(small, NULL, &s, &error) == TWEED_OK);
  assert(tweed_schedule_new(p, (int32_t)(tweed_schedule_ii(s) * scale), &scaled, NULL) == TWEED_OK);
  for (int32_t v = 0; v < p->nops; v++)
    tweed_schedule_set_start(scaled, v, tweed_schedule_start(s, v) * scale);
  if (tweed_verify(p, scaled, &error) != TWEED_OK)
    fprintf(stderr, "scale %lld: %s\n", (long long)scale, error.message);
  assert(error.status == TWEED_OK);
  tweed_schedule_free(scaled);
  tweed_schedule_free(s);
  tweed_problem_free(small);
}

/* The whole way: legal on raw costs, no claim but those that raw costs prove, never worse than the scaled schedule. */
static int check_solve(const tweed_problem *p, int limit, const char *solver) {
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_error error = {0};
  tweed_bounds b;
  tweed_solve_options_default(&o);
  o.solver = solver;
  o.normalize = limit;
  o.threads = 1;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s: %s\n", solver, error.message);
  assert(status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK);
  assert(tweed_schedule_ii(s) >= b.mii);
  assert((tweed_schedule_proof(s) == TWEED_PROOF_MII) == (tweed_schedule_ii(s) == tweed_schedule_mii(s)));
  int optimal = tweed_schedule_ii(s) == tweed_schedule_mii(s);
  tweed_schedule_free(s);
  return optimal;
}

int main(void) {
  tweed_random r;
  int optimal = 0, problems = 150;
  tweed_random_seed(&r, 21);
  check_notes();
  for (int i = 0; i < 300; i++)
    check_brute(&r);
  for (int i = 0; i < problems; i++) {
    tweed_problem *p = costly_problem(&r);
    int limit = 2 * (p->nops + p->ndeps) + pick(&r, 0, 200);
    check_scale(p, limit);
    optimal += check_solve(p, limit, i % 2 ? "ims" : "auto");
    tweed_problem_free(p);
  }
  printf("brought back at MII: %d of %d\n", optimal, problems);
  return 0;
}
