/* Integer programs in all forms and scopes against brute force, on small random problems of which many have no schedule
 * at their MII. What lp_solve says is right, or the test fails. */
#include "solve/ilp.h"
#include "solve_random.h"

enum { PROBLEMS = 700 };
static int infeasible_at_mii, asked[TWEED_ILP_FORMS], refuted[TWEED_ILP_FORMS], open[TWEED_ILP_FORMS];
static int staged, staged_refuted;
static int64_t nodes[TWEED_ILP_FORMS], steps[TWEED_ILP_FORMS];
static double seconds[TWEED_ILP_FORMS];

/* Units are full at MII and circuits have little slack, so that MII is often out of reach. */
static tweed_problem *tight_problem(tweed_random *r) {
  tweed_machine *m;
  tweed_problem *p;
  int32_t held[3] = {1, 1, 1};
  int ops = pick(r, 4, 6), ii = pick(r, 3, 5);
  assert(tweed_machine_new("tight", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "U", pick(r, 1, 2), NULL, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "V", 1, NULL, NULL) == TWEED_OK);
  for (int c = 0; c < 3; c++) {
    char name[8];
    snprintf(name, sizeof name, "c%d", c);
    assert(tweed_machine_add_class(m, name, c + 1, 0, -1, NULL, NULL) == TWEED_OK);
    assert(tweed_machine_add_use(m, c, c % 2, pick(r, 1, 2), held, NULL) == TWEED_OK);
  }
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("tight", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < ops; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, pick(r, 0, 2), -1, NULL, NULL) == TWEED_OK);
  }
  for (int i = 0; i + 1 < ops; i += 2) {
    int there = pick(r, 0, ii);
    tweed_dep go = {.from = i, .to = i + 1, .latency = there};
    tweed_dep back = {
        .from = i + 1, .to = i, .latency = ii - there - (pick(r, 0, 3) == 0 && there < ii), .distance = 1};
    assert(tweed_problem_add_dep(p, &go, NULL) == TWEED_OK && tweed_problem_add_dep(p, &back, NULL) == TWEED_OK);
    if (i > 0 && pick(r, 0, 1)) {
      tweed_dep cross = {.from = i - 1, .to = i, .latency = pick(r, 0, 3), .distance = pick(r, 0, 1)};
      assert(tweed_problem_add_dep(p, &cross, NULL) == TWEED_OK);
    }
  }
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

static tweed_status try_form(const tweed_problem *p, int ii, int64_t max_start, tweed_ilp_form form) {
  tweed_arena *arena = tweed_arena_new();
  tweed_graph *g;
  tweed_ilp *blocks;
  tweed_stop stop = {0};
  tweed_ilp_work work = {0};
  assert(arena && tweed_graph_of(p, arena, false, &g, NULL) == TWEED_OK);
  double began = tweed_clock();
  tweed_status status = tweed_ilp_blocks(g, arena, ii, max_start, &stop, &blocks);
  if (status == TWEED_OK) {
    int64_t *times = tweed_arena_array(arena, (size_t)blocks->ntimes + 1, sizeof *times);
    int64_t *start = tweed_arena_array(arena, (size_t)p->nops + 1, sizeof *start);
    status = tweed_ilp_solve(blocks, form, 0, &stop, times, &work);
    if (status == TWEED_OK) {
      tweed_schedule *s;
      tweed_error error = {0};
      assert(tweed_ilp_starts(blocks, times, max_start, start));
      assert(tweed_schedule_new(p, ii, &s, NULL) == TWEED_OK);
      for (int32_t v = 0; v < p->nops; v++) {
        assert(start[v] <= max_start);
        tweed_schedule_set_start(s, v, start[v]);
      }
      if (tweed_verify(p, s, &error) != TWEED_OK)
        fprintf(stderr, "form %d: %s: %s\n", (int)form, error.key, error.message);
      assert(error.status == TWEED_OK);
      tweed_schedule_free(s);
    }
  }
  seconds[form] += tweed_clock() - began;
  nodes[form] += work.nodes;
  steps[form] += work.steps;
  tweed_arena_free(arena);
  return status;
}

static void check(const tweed_problem *p) {
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  int optimum = brute_optimum(p, true);
  infeasible_at_mii += optimum > b.mii;
  for (int ii = b.mii; ii <= optimum + 1; ii++) {
    bool feasible = ii == optimum || (ii > optimum && brute_feasible(p, ii, true));
    for (int form = 0; form < TWEED_ILP_FORMS; form++) {
      tweed_status status = try_form(p, ii, INT64_MAX, (tweed_ilp_form)form);
      if (status != TWEED_UNKNOWN && status != (feasible ? TWEED_OK : TWEED_INFEASIBLE)) {
        char *text;
        assert(tweed_problem_print(p, &text, NULL) == TWEED_OK);
        fprintf(stderr, "form %d, II %d: %s\n%s", form, ii, tweed_status_name(status), text);
      }
      assert(status == TWEED_UNKNOWN || status == (feasible ? TWEED_OK : TWEED_INFEASIBLE));
      asked[form]++;
      refuted[form] += status == TWEED_INFEASIBLE;
      open[form] += status == TWEED_UNKNOWN;
    }
  }
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 5);
  for (int i = 0; i < PROBLEMS; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 6));
    tweed_problem *p = i % 4 > 0 ? tight_problem(&r) : random_problem(&r, &o);
    check(p);
    tweed_problem_free(p);
  }
  printf("%d of %d problems have no schedule at MII; %d stage limits, %d of them refuted\n", infeasible_at_mii,
         PROBLEMS, staged, staged_refuted);
  for (int form = 0; form < TWEED_ILP_FORMS; form++)
    printf("form %d: %d IIs, %d refuted, %d open; %lld nodes, %lld steps, %.2f s\n", form, asked[form], refuted[form],
           open[form], (long long)nodes[form], (long long)steps[form], seconds[form]);
  return 0;
}
