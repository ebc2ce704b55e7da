/* List schedules by values: what a walk says is alive is what the objective measures, units are kept, and small
 * problems come near the least peak there is. */
#include "solve/list_values.c"
#include "solve_random.h"

static tweed_problem *acyclic(tweed_random *r, int ops, int count, int length, const tweed_objective *weights) {
  tweed_machine *m;
  tweed_problem *p;
  const int32_t held[] = {1, 0, 1};
  assert(tweed_machine_new("m", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "u", count, NULL, NULL) == TWEED_OK);
  for (int c = 0; c < 2; c++) {
    assert(tweed_machine_add_class(m, c ? "a" : "b", pick(r, 0, 3), 1, -1, NULL, NULL) == TWEED_OK);
    assert(tweed_machine_add_use(m, c, 0, c ? 3 : 1, held, NULL) == TWEED_OK);
  }
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("p", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < ops; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, pick(r, 0, 1), -1, NULL, NULL) == TWEED_OK);
  }
  for (int e = 0; e < ops + ops / 2; e++) {
    int from = pick(r, 0, ops - 1), to = pick(r, 0, ops - 1);
    tweed_dep dep = {.from = from, .to = to};
    dep.latency = pick(r, 0, 2); /* one after the other, so that every compiler draws the same */
    dep.bytes = pick(r, 0, 9);
    dep.kind = pick(r, 0, 3) ? TWEED_DEP_FLOW : TWEED_DEP_MEMORY;
    if (from < to)
      assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
  }
  assert(tweed_problem_set_length(p, length, NULL) == TWEED_OK);
  assert(tweed_problem_set_objective(p, weights, NULL) == TWEED_OK);
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

/* One walk of every manner: legal, and its peak is the schedule's. Returns how many came to an end. */
static int check_walks(tweed_job *job) {
  const tweed_problem *p = job->problem;
  pass w = {.job = job, .g = job->graph, .steps = p->length, .limited = p->machine->units[0].count > 0};
  int done = 0;
  assert(tweed_mrt_init(&w.table, w.g) && allocate(&w));
  int64_t *early = w.time + w.g->n + 1, *late = early + w.g->n + 1;
  tweed_graph_earliest(w.g, 0, early);
  find_late(&w, late);
  for (int k = 0; k < 12; k++) {
    double peak;
    w.how = (manner){.back = k & 1, .recent = k & 2, .pull = k >= 8};
    set_direction(&w, early, late);
    tweed_status status = run(&w, k & 4 ? 12 : 0, &peak);
    assert(status == TWEED_OK || (status == TWEED_UNKNOWN && w.limited));
    if (status != TWEED_OK)
      continue;
    tweed_schedule *s;
    tweed_objective value;
    assert(tweed_schedule_new(p, 0, &s, NULL) == TWEED_OK);
    for (int32_t v = 0; v < p->nops; v++)
      tweed_schedule_set_start(s, v, start_of(&w, w.time[v]));
    assert(tweed_verify(p, s, NULL) == TWEED_OK);
    assert(tweed_schedule_measure(p, s, &value));
    assert(w.how.pull || value.memory == peak);
    tweed_schedule_free(s);
    done++;
  }
  tweed_mrt_free(&w.table);
  return done;
}

static void check_random(tweed_random *r) {
  int done = 0, all = 0;
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  for (int i = 0; i < 300; i++) {
    const tweed_objective w = {0, 0, 1};
    tweed_stop stop = {0};
    int ops = pick(r, 1, 30), count = i % 3 ? 0 : pick(r, 1, 2);
    tweed_problem *p = acyclic(r, ops, count, pick(r, 60, 90), &w);
    tweed_job job = {.problem = p, .options = &o, .arena = tweed_arena_new(), .stop = &stop, .effort = 1};
    tweed_graph *g;
    assert(tweed_graph_of(p, job.arena, true, &g, NULL) == TWEED_OK);
    job.graph = g;
    done += check_walks(&job);
    all += 12;
    tweed_arena_free(job.arena);
    tweed_problem_free(p);
  }
  assert(done > all * 3 / 4 && done < all);
}

/* The least peak over all starts, op by op. */
static double least(const tweed_problem *p, int64_t *start, int32_t k) {
  double best = INFINITY, cost;
  if (k == p->nops)
    return tweed_cost_of_starts(p, start, &cost) ? cost : INFINITY;
  int32_t v = p->topo[k];
  int64_t from = 0;
  for (int32_t e = p->in_begin[v]; e < p->in_begin[v + 1]; e++) {
    const tweed_dep *dep = &p->deps[p->in[e]];
    from = start[dep->from] + dep->latency > from ? start[dep->from] + dep->latency : from;
  }
  for (start[v] = from; start[v] + tweed_class_of(p, v)->latency <= p->length; start[v]++) {
    double found = least(p, start, k + 1);
    best = found < best ? found : best;
  }
  return best;
}

static void check_against_least(tweed_random *r) {
  double found = 0, possible = 0, by_height = 0;
  for (int i = 0; i < 150; i++) {
    const tweed_objective w = {0, 0, 1};
    tweed_problem *p = acyclic(r, 6, 0, pick(r, 5, 7), &w);
    tweed_solve_options o;
    tweed_schedule *s, *early;
    tweed_objective value, value_early;
    int64_t start[8];
    tweed_solve_options_default(&o);
    o.solver = "list";
    if (tweed_solve(p, &o, &s, NULL) == TWEED_OK) {
      o.solver = "asap";
      assert(tweed_solve(p, &o, &early, NULL) == TWEED_OK);
      assert(tweed_schedule_objective(s, &value) && tweed_schedule_objective(early, &value_early));
      assert(value.memory <= value_early.memory);
      found += value.memory;
      by_height += value_early.memory;
      possible += least(p, start, 0);
      tweed_schedule_free(early);
    }
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  fprintf(stderr, "peaks: %g found, %g possible, %g as soon as possible\n", found, possible, by_height);
  assert(found >= possible && found < 1.05 * possible && by_height > 1.1 * possible);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 5);
  check_random(&r);
  check_against_least(&r);
  return 0;
}
