/* The reduced and the whole model of an II against brute force: one has a solution iff the problem has a schedule, and
 * what is completed from a solution is legal. */
#include "solve/exact.h"
#include "solve_random.h"

static int left_out, groups_of_many, refuted, found;

/* Exhaustive search over the items, within windows, arcs and the table. */
static bool search(tweed_exact *e, int32_t i, int64_t *start) {
  if (i == e->count)
    return true;
  for (start[i] = e->low[i]; start[i] <= e->high[i]; start[i]++) {
    bool fits = tweed_mrt_conflict(&e->table, e->g->shape[e->op[i]], start[i] % e->ii) == 0;
    for (int32_t a = 0; a < e->narcs && fits; a++) {
      const tweed_exact_arc *arc = &e->arcs[a];
      if (arc->from <= i && arc->to <= i)
        fits = start[arc->to] >= start[arc->from] + arc->weight;
    }
    if (!fits)
      continue;
    tweed_mrt_change(&e->table, e->g->shape[e->op[i]], start[i], 1);
    bool done = search(e, i + 1, start);
    tweed_mrt_change(&e->table, e->g->shape[e->op[i]], start[i], -1);
    if (done)
      return true;
  }
  return false;
}

/* Solves a model; the schedule that comes of it is verified. */
static bool solve(const tweed_problem *p, tweed_exact *e, int64_t *start) {
  int64_t item_start[MOST_OPS];
  if (!search(e, 0, item_start))
    return false;
  assert(tweed_exact_complete(e, item_start, INT64_MAX, start));
  tweed_schedule *s;
  tweed_error error = {0};
  assert(tweed_schedule_new(p, (int32_t)e->ii, &s, NULL) == TWEED_OK);
  for (int32_t v = 0; v < p->nops; v++)
    tweed_schedule_set_start(s, v, start[v]);
  s->answer = TWEED_ANSWER_FEASIBLE;
  if (tweed_verify(p, s, &error) != TWEED_OK)
    fprintf(stderr, "%s: %s\n", error.key, error.message);
  assert(error.status == TWEED_OK);
  tweed_schedule_free(s);
  return true;
}

static void check(const tweed_problem *p, const tweed_graph *g, int ii) {
  tweed_exact *e;
  tweed_error error;
  int64_t start[MOST_OPS];
  bool feasible = brute_feasible(p, ii, true);
  tweed_status status = tweed_exact_reduced(g, ii, &e, &error);
  assert(status == TWEED_OK || (status == TWEED_INFEASIBLE && !e));
  bool solved = status == TWEED_OK && solve(p, e, start);
  assert(solved == feasible);
  if (status == TWEED_OK) {
    left_out += e->count < p->nops;
    groups_of_many += e->count > e->ngroups;
  }
  found += solved;
  refuted += !solved;
  tweed_exact_free(e);
  if (!solved || p->nops > 5)
    return;
  /* The whole model has a solution at that length, and none below the longest path. */
  int64_t length = tweed_exact_length(g, start);
  status = tweed_exact_whole(g, ii, length, INT64_MAX, &e, &error);
  assert(status == TWEED_OK && e->count == p->nops);
  for (int32_t v = 0; v < p->nops; v++)
    assert(e->low[e->item[v]] <= start[v] && start[v] <= e->high[e->item[v]]);
  assert(solve(p, e, start) && tweed_exact_length(g, start) <= length);
  int64_t shortest = 0;
  for (int32_t i = 0; i < e->count; i++) {
    int64_t end = e->low[i] + tweed_class_of(p, e->op[i])->latency;
    shortest = end > shortest ? end : shortest;
  }
  tweed_exact_free(e);
  status = tweed_exact_whole(g, ii, shortest - 1, INT64_MAX, &e, &error);
  assert(status == TWEED_INFEASIBLE && !e);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 21);
  for (int i = 0; i < 1500; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 5));
    if (i % 3 == 0) /* circuits that matter: all fully pipelined, so that ops can be left out */
      o.most_cycles = 1, o.issue = false, o.units = 1, o.back = o.ops;
    tweed_problem *p = random_problem(&r, &o);
    tweed_arena *arena = tweed_arena_new();
    tweed_graph *g;
    tweed_bounds b;
    assert(tweed_graph_of(p, arena, false, &g, NULL) == TWEED_OK && tweed_bounds_of(p, &b, NULL) == TWEED_OK);
    for (int ii = b.rec_mii > 1 ? b.rec_mii : 1; ii <= b.mii + 1; ii++)
      check(p, g, ii);
    tweed_arena_free(arena);
    tweed_problem_free(p);
  }
  printf("%d found, %d refuted; ops left out in %d, groups of several ops in %d\n", found, refuted, left_out,
         groups_of_many);
  assert(refuted > 200 && found > 1000 && left_out > 200 && groups_of_many > 200);
  return 0;
}
