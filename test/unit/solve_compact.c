/* Compaction against exhaustive search over all schedules at the same II with up to one stage more, on small problems;
 * and its own measures against those of the model. */
#include "solve/compact.h"
#include "solve_random.h"

/* All schedules of a problem at an II with starts below `length`; the best by quality. */
typedef struct all {
  const tweed_problem *p;
  tweed_compactor compactor;
  brute table;
  int length;
  int64_t start[MOST_OPS];
  tweed_quality best;
  bool any;
} all;

static bool holds_so_far(const all *a, int op) {
  for (int d = 0; d < a->p->ndeps; d++) {
    const tweed_dep *dep = &a->p->deps[d];
    if (dep->from <= op && dep->to <= op &&
        a->start[dep->to] < a->start[dep->from] + dep->latency - (int64_t)dep->distance * a->table.ii)
      return false;
  }
  return true;
}

static void consider(all *a) {
  tweed_quality quality;
  bool normal = false;
  for (int i = 0; i < a->p->nops; i++)
    normal |= a->start[i] == 0;
  tweed_compactor_measure(&a->compactor, a->table.ii, a->start, &quality);
  if (normal && (!a->any || tweed_quality_better(&quality, &a->best)))
    a->best = quality;
  a->any |= normal;
}

static void search(all *a, int op) {
  if (op == a->p->nops) {
    consider(a);
    return;
  }
  for (int t = 0; t < a->length; t++) {
    a->start[op] = t;
    a->table.row[op] = t % a->table.ii;
    if (brute_change(&a->table, op, 1) && holds_so_far(a, op))
      search(a, op + 1);
    brute_change(&a->table, op, -1);
  }
}

/* Adds the cost of the schedule found and the least one; false if the problem is too large to search. */
static bool compare(const tweed_problem *p, double *found, double *least) {
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_graph *g;
  tweed_quality quality;
  tweed_solve_options_default(&o);
  assert(tweed_solve(p, &o, &s, NULL) == TWEED_OK);
  all a = {.p = p, .table = {.p = p, .ii = s->ii}, .length = s->ii * (tweed_schedule_stages(s) + 1) - 1};
  double size = 1;
  for (int i = 0; i < p->nops; i++)
    size *= a.length;
  tweed_arena *arena = tweed_arena_new();
  assert(arena && tweed_graph_of(p, arena, false, &g, NULL) == TWEED_OK && tweed_compactor_init(&a.compactor, g));
  tweed_compactor_measure(&a.compactor, s->ii, s->start, &quality);
  assert((int64_t)quality.max_live == tweed_schedule_max_live(p, s, -1));
  assert((int32_t)quality.stages == tweed_schedule_stages(s));
  bool small = size < 1e6;
  if (small) {
    search(&a, 0);
    assert(a.any && a.best.cost <= quality.cost);
    *found += quality.cost;
    *least += a.best.cost;
  }
  tweed_compactor_free(&a.compactor);
  tweed_arena_free(arena);
  tweed_schedule_free(s);
  return small;
}

int main(void) {
  tweed_random r;
  int compared = 0;
  double found = 0, least = 0;
  tweed_random_seed(&r, 5);
  for (int i = 0; i < 600; i++) {
    shape_options o = random_options(&r, pick(&r, 3, 6));
    o.most_latency = 3;
    tweed_problem *p = random_problem(&r, &o);
    compared += compare(p, &found, &least);
    tweed_problem_free(p);
  }
  printf("cost %.0f, the least is %.0f, on %d problems\n", found, least, compared);
  assert(compared > 200 && found <= 1.03 * least);
  return 0;
}
