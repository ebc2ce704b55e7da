/* Force-directed scheduling: frames, distribution graphs and forces against their definitions, a published example,
 * and legal schedules for whatever units there are. */
#include "solve/fds.h"
#include "solve_random.h"
#include <math.h>

static tweed_problem *acyclic(tweed_random *r, int ops, bool finite, int slack) {
  tweed_machine *m;
  tweed_problem *p;
  tweed_objective w;
  w.resource = pick(r, 0, 2); /* one after the other, so that every compiler draws the same */
  w.communication = pick(r, 0, 1);
  w.memory = pick(r, 0, 2);
  assert(tweed_machine_new("m", &m, NULL) == TWEED_OK);
  for (int u = 0; u < 2; u++)
    assert(tweed_machine_add_unit(m, u ? "v" : "u", finite ? pick(r, 1, 3) : 0, NULL, NULL) == TWEED_OK);
  for (int c = 0; c < 3; c++) {
    const int32_t held[] = {1, c > 1 ? 0 : 1, 1};
    assert(tweed_machine_add_class(m, c == 0 ? "a" : c == 1 ? "b" : "c", pick(r, 0, 3), 1, -1, NULL, NULL) == TWEED_OK);
    assert(tweed_machine_add_use(m, c, c & 1, pick(r, 0, 1) ? 3 : 1, held, NULL) == TWEED_OK);
  }
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("p", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < ops; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, pick(r, 0, 2), -1, NULL, NULL) == TWEED_OK);
  }
  for (int e = 0; e < 2 * ops; e++) {
    int from = pick(r, 0, ops - 1), to = pick(r, 0, ops - 1);
    tweed_dep dep = {.from = from, .to = to};
    dep.latency = pick(r, 0, 3);
    dep.bytes = pick(r, 0, 9);
    if (from < to)
      assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
  }
  assert(tweed_problem_set_length(p, slack, NULL) == TWEED_OK);
  assert(tweed_problem_set_objective(p, &w, NULL) == TWEED_OK);
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

/* What op v is expected to hold of a layer in step d, by its definition. */
static double expected(const tweed_fds *f, int32_t v, int32_t layer, int64_t d) {
  const tweed_shape *shape = &f->g->shapes[f->g->shape[v]];
  double sum = 0;
  for (int64_t t = f->early[v]; t <= f->late[v]; t++) {
    for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
      const tweed_segment *s = &f->g->segments[k];
      sum += s->unit == layer && t + s->offset <= d && d < t + s->offset + s->length ? s->held : 0;
    }
    sum += layer == f->nlayers - 1 && t <= d ? f->bytes[v] : 0;
  }
  sum /= (double)(f->late[v] - f->early[v] + 1);
  if (layer < f->nlayers - 1 || f->bytes[v] <= 0)
    return sum;
  for (int64_t t = f->use[v].early; t <= f->use[v].late; t++)
    sum -= t <= d ? f->bytes[v] / (double)(f->use[v].late - f->use[v].early + 1) : 0;
  return sum;
}

static void check_layers(tweed_fds *f) {
  tweed_fds_refresh(f);
  for (int32_t k = 0; k < f->nlayers; k++) {
    if (f->layers[k].price == 0)
      continue;
    double square = 0;
    for (int64_t d = 0; d + 1 < f->room; d++) {
      double sum = 0;
      for (int32_t v = 0; v < f->g->n; v++)
        sum += expected(f, v, k, d);
      square += sum * sum;
      assert(fabs(f->layers[k].sum[d + 1] - f->layers[k].sum[d] - sum) < 1e-6);
      assert(sum > -1e-9);
    }
    assert(square < 1e-8 || fabs(f->layers[k].weight - f->layers[k].price / sqrt(square * (double)f->steps)) < 1e-6);
  }
}

static void check_frames(const tweed_fds *f) {
  const tweed_problem *p = f->problem;
  for (int32_t d = 0; d < p->ndeps; d++) {
    const tweed_dep *dep = &p->deps[d];
    assert(f->early[dep->to] >= f->early[dep->from] + dep->latency);
    assert(f->late[dep->to] >= f->late[dep->from] + dep->latency);
  }
  for (int32_t v = 0; v < p->nops; v++) {
    assert(f->early[v] <= f->late[v] && f->early[v] >= 0);
    assert(f->late[v] + tweed_class_of(p, v)->latency <= f->steps);
  }
}

/* What a force estimates: the change in the sum over steps of graph * what is held, and in what frames' middles cost.
 */
static double cost_of(const tweed_fds *f, const double *const *graph) {
  double cost = 0;
  for (int32_t v = 0; v < f->g->n; v++) {
    cost += f->pull[v] * (double)(f->early[v] + f->late[v]) / 2;
    for (int32_t k = 0; k < f->nlayers; k++)
      for (int64_t d = 0; f->layers[k].price > 0 && d + 1 < f->room; d++)
        cost += graph[k][d] * expected(f, v, k, d);
  }
  return cost;
}

/* Of an op whose neighbours' neighbours do not move, a force is exact. */
static void check_force(tweed_random *r, tweed_job *job, tweed_arena *arena) {
  tweed_fds f;
  double *graph[8];
  assert(tweed_fds_new(job, arena, &f, NULL) == TWEED_OK);
  tweed_fds_reset(&f, f.steps, 1.5, 0.25);
  check_frames(&f);
  check_layers(&f);
  for (int32_t round = 0; round < 3 * f.g->n; round++) {
    int32_t v = pick(r, 0, f.g->n - 1);
    int64_t width = f.late[v] - f.early[v] + 1, cut = pick(r, 0, (int)width - 1);
    if (cut == 0)
      continue;
    int64_t early = f.early[v] + (round & 1 ? cut : 0), late = f.late[v] - (round & 1 ? 0 : cut);
    for (int32_t k = 0; k < f.nlayers; k++) {
      graph[k] = tweed_arena_array(arena, (size_t)f.room, sizeof **graph);
      for (int64_t d = 0; d + 1 < f.room; d++)
        graph[k][d] = f.layers[k].weight * (f.layers[k].sum[d + 1] - f.layers[k].sum[d]);
    }
    double force = tweed_fds_force(&f, v, early, late), before = cost_of(&f, (const double *const *)graph);
    int64_t changes = tweed_fds_narrow(&f, v, early, late);
    double after = cost_of(&f, (const double *const *)graph);
    if (changes == 1)
      assert(fabs(after - before - force) < 1e-6 * (1 + fabs(before)));
    assert(f.early[v] >= early && f.late[v] <= late);
    check_frames(&f);
    check_layers(&f);
  }
}

static void check_random(tweed_random *r) {
  tweed_stop stop = {0};
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  for (int i = 0; i < 60; i++) {
    int ops = pick(r, 1, 12);
    tweed_problem *p = acyclic(r, ops, i & 1, pick(r, 40, 60));
    tweed_arena *arena = tweed_arena_new();
    tweed_job job = {.problem = p, .options = &o, .arena = arena, .stop = &stop, .effort = 1};
    tweed_graph *g;
    assert(tweed_graph_of(p, arena, true, &g, NULL) == TWEED_OK);
    job.graph = g;
    check_force(r, &job, arena);
    tweed_arena_free(arena);
    tweed_problem_free(p);
  }
}

/* The differential equation of Paulin and Knight's paper: four steps need two multipliers, an adder, a subtractor and a
 * comparator. */
static const char diffeq[] =
    "problem: diffeq\nlength: 4\nobjective: {resource: 1}\n"
    "machine:\n  machine: m\n  units: {mul: 0, add: 0, sub: 0, less: 0}\n"
    "  classes: {m: {latency: 1, uses: {mul: 1}}, a: {latency: 1, uses: {add: 1}}, s: {latency: 1, uses: {sub: 1}}, "
    "l: {latency: 1, uses: {less: 1}}}\n"
    "ops: [{name: m1, class: m}, {name: m2, class: m}, {name: m3, class: m}, {name: m4, class: m}, {name: m5, class: "
    "m}, "
    "{name: m6, class: m}, {name: s1, class: s}, {name: s2, class: s}, {name: a1, class: a}, {name: a2, class: a}, "
    "{name: l1, class: l}]\n"
    "deps: [{from: m1, to: m3}, {from: m2, to: m3}, {from: m3, to: s1}, {from: s1, to: s2}, {from: m4, to: m5}, "
    "{from: m5, to: s2}, {from: m6, to: a2}, {from: a1, to: l1}]\n";

static void check_published(void) {
  tweed_problem *p;
  tweed_schedule *s;
  tweed_objective value;
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  o.solver = "fds";
  assert(tweed_problem_parse(diffeq, strlen(diffeq), "diffeq", &p, NULL) == TWEED_OK);
  assert(tweed_solve(p, &o, &s, NULL) == TWEED_OK);
  assert(tweed_schedule_objective(s, &value) && value.resource == 5);
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

/* Legal or nothing (tweed_solve says internal error to what is illegal), and never infeasible. */
static void check_solves(tweed_random *r) {
  int found = 0, none = 0;
  tweed_solve_options o;
  tweed_solve_options_default(&o);
  o.solver = "fds";
  for (int i = 0; i < 80; i++) {
    int ops = pick(r, 1, 40);
    tweed_problem *p = acyclic(r, ops, i & 1, pick(r, 8, 40));
    tweed_schedule *s = NULL;
    tweed_status status = tweed_solve(p, &o, &s, NULL);
    assert(status == TWEED_OK || status == TWEED_UNKNOWN || status == TWEED_INFEASIBLE);
    assert(i & 1 || status != TWEED_UNKNOWN); /* without limits on units only paths can be too long */
    assert(status != TWEED_OK || tweed_verify(p, s, NULL) == TWEED_OK);
    *(status == TWEED_OK ? &found : &none) += 1;
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  fprintf(stderr, "%d found, %d not\n", found, none);
  assert(found > 40 && none > 5);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 11);
  check_random(&r);
  check_published();
  check_solves(&r);
  return 0;
}
