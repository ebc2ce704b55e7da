/* Integer programs in all forms and scopes against brute force, on small random problems of which many have no schedule
 * at their MII. What lp_solve says is right, or the test fails. */
#include "solve/ilp.h"
#include "solve_random.h"

enum { PROBLEMS = 900 };
static int infeasible_at_mii, asked[TWEED_ILP_FORMS], refuted[TWEED_ILP_FORMS], open[TWEED_ILP_FORMS];
static int limited, limited_refuted;
static int64_t nodes[TWEED_ILP_FORMS], steps[TWEED_ILP_FORMS];
static double seconds[TWEED_ILP_FORMS];

/* Pairs of ops on circuits that fill a unit at MII, most of them without slack, and a few ops on a second unit: MII is
 * often out of reach. */
static tweed_problem *tight_problem(tweed_random *r) {
  tweed_machine *m;
  tweed_problem *p;
  int32_t held[2] = {1, 1};
  int pairs = pick(r, 2, 3), ii = 2 * pairs, count = pick(r, 0, 3) ? 1 : 2, cycles = count == 2 ? 2 : 1;
  assert(tweed_machine_new("tight", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "U", count, NULL, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "V", 1, NULL, NULL) == TWEED_OK);
  for (int c = 0; c < 2; c++) {
    assert(tweed_machine_add_class(m, c ? "v" : "u", 1, 0, -1, NULL, NULL) == TWEED_OK);
    assert(tweed_machine_add_use(m, c, c, c ? pick(r, 1, 2) : cycles, held, NULL) == TWEED_OK);
  }
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("tight", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < 2 * pairs + 1; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, i == 2 * pairs, -1, NULL, NULL) == TWEED_OK);
  }
  for (int i = 0; i < 2 * pairs; i += 2) {
    int there = pick(r, 1, ii - 1), slack = pick(r, 0, 11) == 0;
    tweed_dep go = {.from = i, .to = i + 1, .latency = there};
    tweed_dep back = {.from = i + 1, .to = i, .latency = ii - there - slack, .distance = 1};
    tweed_dep cross = {.from = i, .to = 2 * pairs, .latency = pick(r, 0, 3), .distance = pick(r, 0, 1)};
    assert(tweed_problem_add_dep(p, &go, NULL) == TWEED_OK && tweed_problem_add_dep(p, &back, NULL) == TWEED_OK);
    assert(tweed_problem_add_dep(p, &cross, NULL) == TWEED_OK);
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

static void expect(const tweed_problem *p, int ii, int64_t max_start, bool feasible) {
  for (int form = 0; form < TWEED_ILP_FORMS; form++) {
    tweed_status status = try_form(p, ii, max_start, (tweed_ilp_form)form);
    if (status != (feasible ? TWEED_OK : TWEED_INFEASIBLE) && status != TWEED_UNKNOWN) {
      char *text;
      assert(tweed_problem_print(p, &text, NULL) == TWEED_OK);
      fprintf(stderr, "form %d, II %d, last start %lld: %s\n%s", form, ii, (long long)max_start,
              tweed_status_name(status), text);
      free(text);
    }
    assert(status == TWEED_UNKNOWN || status == (feasible ? TWEED_OK : TWEED_INFEASIBLE));
    asked[form]++;
    refuted[form] += status == TWEED_INFEASIBLE;
    open[form] += status == TWEED_UNKNOWN;
  }
}

static void check_inner(const tweed_problem *p) {
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  int optimum = brute_optimum(p, true);
  infeasible_at_mii += optimum > b.mii;
  for (int ii = b.mii; ii <= optimum + 1; ii++)
    expect(p, ii, INT64_MAX, ii == optimum || (ii > optimum && brute_feasible(p, ii, true)));
}

/* All starts from 0 to last, each op in turn. */
static bool brute_within(const tweed_problem *p, tweed_schedule *s, int op, int last) {
  if (op == p->nops)
    return tweed_verify(p, s, NULL) == TWEED_OK;
  for (int t = 0; t <= last; t++) {
    tweed_schedule_set_start(s, op, t);
    if (brute_within(p, s, op + 1, last))
      return true;
  }
  return false;
}

/* With a last start: the whole scope. */
static void check_whole(const tweed_problem *p) {
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  for (int last = 0; last < 8 && p->nops <= 4; last++) {
    tweed_schedule *s;
    assert(tweed_schedule_new(p, b.mii, &s, NULL) == TWEED_OK);
    bool feasible = brute_within(p, s, 0, last);
    expect(p, b.mii, last, feasible);
    limited++;
    limited_refuted += !feasible;
    tweed_schedule_free(s);
  }
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* a failed assertion loses nothing */
  tweed_random r;
  tweed_random_seed(&r, 5);
  for (int i = 0; i < PROBLEMS; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 6));
    tweed_problem *p = i % 6 > 0 ? tight_problem(&r) : random_problem(&r, &o);
    check_inner(p);
    if (i % 6 == 0)
      check_whole(p);
    tweed_problem_free(p);
  }
  printf("%d of %d problems have no schedule at MII; %d limits on starts, %d of them refuted\n", infeasible_at_mii,
         PROBLEMS, limited, limited_refuted);
  for (int form = 0; form < TWEED_ILP_FORMS; form++)
    printf("form %d: %d IIs, %d refuted, %d open; %lld nodes, %lld steps, %.2f s\n", form, asked[form], refuted[form],
           open[form], (long long)nodes[form], (long long)steps[form], seconds[form]);
  assert(3 * infeasible_at_mii >= PROBLEMS && limited_refuted > limited / 5 && limited_refuted < limited);
  for (int form = 0; form < TWEED_ILP_FORMS; form++)
    assert(open[form] == 0);
  return 0;
}
