/* The row "gaus": its arithmetic against libm, each term's derivatives against differences of the term's definition,
 * and schedules of random problems: legal, no worse than what it starts from, the same for any number of threads. */
#include "../../cuda/gaus_phases.h"
#include "solve/gaus_rounds.h"
#include "solve_random.h"
#include <math.h>

/* ---- arithmetic ---- */

static double cdf(double z) {
  return 0.5 * erfc(-z / sqrt(2));
}

static void check_arithmetic(void) {
  for (double x = -60; x < 60; x += 0.0137) {
    assert(fabs(gaus_exp((float)x) / exp((double)(float)x) - 1) < 1e-6);
    float z = (float)(x / 8), p;
    assert(fabs(gaus_cdf(z, gaus_pdf(z)) - cdf((double)z)) < 3e-7);
    double s = 0.7, m = (double)z * s, h = m * cdf(m / s) + s * exp(-0.5 * m * m / s / s) / sqrt(8 * atan(1));
    assert(fabs(gaus_hinge((float)m, 0.7f, &p) - h) < 2e-6 * (1 + fabs(m)) && fabs(p - cdf(m / s)) < 1e-6);
    assert(gaus_floor(z) == (int32_t)floor((double)z));
  }
  assert(gaus_exp(-1e9f) == 0 && gaus_floor(-0.5f) == -1 && gaus_floor(3.0f) == 3);
  for (double x = 1e-6; x < 1e6; x *= 1.07)
    assert(fabs((double)gaus_log((float)x) - log((double)(float)x)) < 2e-6);
  assert(gaus_round(0.3) == floor(0.3 / GAUS_QUANTUM + 0.5) * GAUS_QUANTUM);
}

/* ---- the Lagrangian by its definition, in double precision ---- */

typedef struct lagrangian {
  tweed_gaus_model m;
  gaus_state s;
  gaus_params q;
  double *mu, *sigma;
  double temperature[8]; /* of each profile: held fixed, as the derivative does */
} lagrangian;

static double below(const lagrangian *l, int32_t i, double k) {
  double at = k - l->s.base[i];
  return at < l->s.low[i] ? 0 : at >= l->s.high[i] ? 1 : cdf((at + 0.5 - l->mu[i]) / l->sigma[i]);
}

/* rho/2 E[max(0, u + s N)^2] */
static double squared_hinge(double u, double s, double rho) {
  double z = u / s, pdf = exp(-0.5 * z * z) / sqrt(8 * atan(1));
  return rho / 2 * ((u * u + s * s) * cdf(z) + u * s * pdf);
}

static double dependences(const lagrangian *l) {
  const gaus_problem *p = &l->m.p;
  double total = 0;
  for (int32_t e = 0; e < p->nedges; e++) {
    int32_t i = p->edge_from[e], j = p->edge_to[e];
    int32_t whole = l->s.base[i] - l->s.base[j] + p->edge_latency[e] - p->edge_distance[e] * l->q.ii;
    double m = whole + l->mu[i] - l->mu[j];
    if (i != j)
      total +=
          squared_hinge(m + (double)(l->s.lambda[e] / l->q.rho), hypot(l->sigma[i], l->sigma[j]), (double)l->q.rho);
  }
  return total;
}

/* P(last use of the value <= k) */
static double ended(const lagrangian *l, int32_t v, double k) {
  const gaus_problem *p = &l->m.p;
  int32_t i = p->values[v].op;
  double most = -INFINITY, sum = 0, sigma = 0, t = (double)(l->q.last_temperature * l->s.sigma[i]);
  for (int pass = 0; pass < 2; pass++)
    for (int32_t u = p->value_user[v]; u < p->value_user[v + 1]; u++) {
      int32_t e = p->user_edge[u], j = p->edge_to[e];
      double use = l->s.base[j] + p->edge_distance[e] * l->q.ii + l->mu[j];
      most = pass == 0 ? fmax(most, use) : most;
      sum += pass == 0 ? 0 : exp((use - most) / t);
      sigma += pass == 0 ? 0 : exp((use - most) / t) * l->sigma[j];
    }
  double first = l->s.base[i] + l->s.low[i], last = l->q.ii == 0 ? l->q.rows - 1 : 1 << 29;
  return k < first ? 0 : k >= last ? 1 : cdf((k + 0.5 - most - t * log(sum)) / (sigma / sum));
}

enum { STEPS = 400 }; /* beyond every start and use of these problems */

/* Mean and variance of the load of each row. */
static void loads(const lagrangian *l, int32_t profile, double *load, double *variance) {
  const gaus_problem *p = &l->m.p;
  for (int32_t r = 0; r < l->q.rows; r++)
    load[r] = variance[r] = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    for (int32_t k = p->segment_begin[i]; k < p->segment_begin[i + 1]; k++) {
      const gaus_segment *g = &p->segments[k];
      for (int32_t t = 0; t < STEPS && g->profile == profile; t++) {
        double held = below(l, i, t - g->offset) - below(l, i, t - g->offset - g->length);
        int32_t r = l->q.ii > 0 ? t % l->q.ii : t;
        if (r < l->q.rows) {
          load[r] += (double)g->amount * held;
          variance[r] += (double)(g->amount * g->amount) * held * (1 - held);
        }
      }
    }
    for (int32_t v = p->op_value_begin[i]; v < p->op_value_begin[i + 1]; v++)
      for (int32_t t = 0; t < STEPS && p->values[v].profile == profile; t++) {
        int32_t r = l->q.ii > 0 ? t % l->q.ii : t;
        if (r < l->q.rows)
          load[r] += (double)p->values[v].amount * (below(l, i, t) - ended(l, v, t));
      }
  }
}

static double profile_terms(lagrangian *l, int32_t profile, bool fix) {
  double load[STEPS], variance[STEPS], most = -INFINITY, sum = 0, average = 0, total = 0;
  loads(l, profile, load, variance);
  for (int32_t r = 0; r < l->q.rows; r++)
    most = fmax(most, load[r]);
  if (fix)
    l->temperature[profile] = (double)l->q.temperature * fmax(most, 1e-3);
  double t = l->temperature[profile], weight = (double)(l->q.peak * l->m.p.weight[profile]);
  for (int32_t r = 0; r < l->q.rows; r++) {
    sum += exp((load[r] - most) / t);
    average += load[r] / l->q.rows;
    if (l->m.p.capacity[profile] >= 0) {
      double over = load[r] - (double)l->m.p.capacity[profile];
      double lambda = (double)(l->s.row_lambda[(int64_t)profile * l->s.row_stride + r] / l->q.capacity_rho);
      total += squared_hinge(over + lambda, sqrt(variance[r] + 1e-6), (double)l->q.capacity_rho);
    }
  }
  return total + weight * (1 - (double)l->q.average) * (most + t * log(sum)) + weight * (double)l->q.average * average;
}

static double value_of(lagrangian *l, bool fix) {
  double total = dependences(l);
  for (int32_t k = 0; k < l->m.p.nprofiles; k++)
    total += profile_terms(l, k, fix);
  for (int32_t i = 0; i < l->m.p.nops; i++)
    total += (double)(l->q.pull * l->m.p.pull[i]) * l->mu[i];
  return total;
}

static void run_phases(lagrangian *l) {
  gaus_view v = gaus_view_of(&l->m.p, &l->s, 0, 0);
  v.q = &l->q;
  for (int32_t e = 0; e < l->m.p.nedges; e++)
    gaus_edge(&v, e);
  for (int32_t i = 0; i < l->m.p.nops; i++)
    gaus_op(&v, i);
  for (int32_t k = 0; k < l->m.p.nvalues; k++)
    gaus_end_value(&v, k);
  for (int32_t k = 0; k < l->m.p.nprofiles; k++) {
    gaus_rows_sum(&v, k, 0, 1);
    gaus_rows_load(&v, k, 0, 1);
    float most = gaus_rows_most(&v, k, 0, 1);
    gaus_rows_peak(&v, k, 0, 1, most, gaus_rows_weight(&v, k, 0, 1, most));
    if (l->m.p.capacity[k] >= 0.0f)
      gaus_rows_overflow(&v, k, 0, 1);
  }
  for (int32_t k = 0; k < l->m.p.nvalues; k++)
    gaus_value_slope(&v, k);
}

/* By each mean; by each deviation, unless a value has several users, whose shares count as fixed there. */
static void check_derivatives(lagrangian *l, bool deviations, double *largest) {
  value_of(l, true);
  gaus_params q = l->q;
  gaus_view v = gaus_view_of(&l->m.p, &l->s, 0, 0);
  run_phases(l);
  v.q = &q;
  for (int32_t i = 0; i < l->m.p.nops; i++) {
    gaus_slope slope = gaus_slope_of(&v, i);
    for (int by = 0; by < (deviations ? 2 : 1); by++) {
      double *x = by ? &l->sigma[i] : &l->mu[i], old = *x, h = 1e-4, g = (double)(by ? slope.sigma : slope.mu);
      *x = old + h;
      double up = value_of(l, false);
      *x = old - h;
      double difference = (up - value_of(l, false)) / (2 * h), off = fabs(difference - g) / (1 + fabs(difference));
      *x = old;
      *largest = fmax(*largest, off);
      if (!(off <= 4e-3))
        fprintf(stderr, "op %d by %s: %g, difference %g\n", (int)i, by ? "deviation" : "mean", g, difference);
      assert(off <= 4e-3);
    }
  }
}

/* One term alone (0 … 4) or all of them (5). */
static void choose_terms(lagrangian *l, int term, tweed_random *r) {
  l->q.rho = term == 0 || term == 5 ? 0.7f : 1e-20f;
  l->q.pull = term == 1 || term == 5 ? 1 : 0;
  l->q.capacity_rho = term == 2 || term == 5 ? 0.9f : 1e-20f;
  l->q.peak = term >= 3 ? 1 : 0;
  l->q.average = term == 4 ? 1 : term == 5 ? 0.3f : 0;
  for (int32_t e = 0; e < l->m.p.nedges; e++)
    l->s.lambda[e] = term == 0 || term == 5 ? (float)tweed_random_unit(r) : 0;
  for (int32_t k = 0; k < l->s.row_stride * l->m.p.nprofiles; k++)
    l->s.row_lambda[k] = term == 2 || term == 5 ? 0.3f * (float)tweed_random_unit(r) : 0;
}

/* ---- problems ---- */

typedef struct setup {
  tweed_arena *arena;
  tweed_problem view;
  tweed_solve_options options;
  tweed_job job;
  tweed_graph *graph;
} setup;

static void set_up(setup *s, const tweed_problem *p, int64_t length, const tweed_objective *weights) {
  *s = (setup){.arena = tweed_arena_new(), .view = tweed_problem_view(p, length, weights)};
  tweed_solve_options_default(&s->options);
  assert(tweed_graph_of(&s->view, s->arena, length > 0, &s->graph, NULL) == TWEED_OK);
  s->job = (tweed_job){
      .problem = &s->view, .options = &s->options, .arena = s->arena, .graph = s->graph, .length_limit = -1};
}

static tweed_problem *draw(tweed_random *r, int ops, int back) {
  shape_options o = {.ops = ops,
                     .classes = 3,
                     .units = 2,
                     .most_count = 3,
                     .most_cycles = 4,
                     .most_latency = 4,
                     .gaps = pick(r, 0, 1),
                     .back = back};
  return random_problem(r, &o);
}

static double gradients(tweed_random *r, bool modulo, bool lifetimes) {
  static const tweed_objective all = {2, 1, 3}, none = {0, 0, 0};
  double largest = 0;
  tweed_problem *p = draw(r, pick(r, 4, 9), modulo ? 2 : -1);
  setup s;
  int64_t early[16], late[16];
  int32_t rows = modulo ? 31 : 60;
  set_up(&s, p, modulo ? 0 : 40, lifetimes ? &none : &all);
  lagrangian l = {.q = {.ii = modulo ? rows : 0, .rows = rows, .temperature = 0.3f, .last_temperature = 0.5f}};
  double mu[16], sigma[16];
  l.mu = mu, l.sigma = sigma;
  assert(tweed_gaus_model_of(&s.job, &l.m, NULL) == TWEED_OK);
  assert(tweed_gaus_state_new(&l.m.p, 1, rows, 1, &l.s));
  for (int term = 0; term < 6; term++)
    for (int same = 0; same < 2; same++) {
      bool several = false;
      assert(tweed_gaus_windows(&l.m, l.q.ii, modulo ? 90 : 40, early, late));
      tweed_gaus_origin o = {.early = early, .late = late, .noise = 1, .sigma = 3, .seed = tweed_random_next(r)};
      tweed_gaus_state_start(&l.m.p, &l.s, 0, &o, false);
      choose_terms(&l, term, r);
      for (int32_t i = 0; i < l.m.p.nops; i++) {
        l.s.sigma[i] = same ? 1.25f : 0.5f + 2 * (float)tweed_random_unit(r);
        mu[i] = (double)l.s.mu[i];
        sigma[i] = (double)l.s.sigma[i];
      }
      for (int32_t v = 0; v < l.m.p.nvalues; v++)
        several |= l.m.p.value_user[v + 1] - l.m.p.value_user[v] > 1;
      if (same || !several)
        check_derivatives(&l, !several, &largest);
    }
  tweed_gaus_state_free(&l.s);
  tweed_arena_free(s.arena);
  tweed_problem_free(p);
  return largest;
}

/* ---- schedules ---- */

static tweed_schedule *solve(const tweed_problem *p, const char *solver, const tweed_solve_options *with) {
  tweed_solve_options o = *with;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  o.solver = solver;
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK)
    return s;
  tweed_schedule_free(s);
  return NULL;
}

static double cost_of(const tweed_problem *p, const tweed_schedule *s) {
  tweed_objective v;
  assert(tweed_schedule_measure(p, s, &v));
  return p->objective.resource * v.resource + p->objective.communication * v.communication +
         p->objective.memory * v.memory;
}

static bool same_starts(const tweed_problem *p, const tweed_schedule *a, const tweed_schedule *b) {
  bool same = tweed_schedule_ii(a) == tweed_schedule_ii(b);
  for (int32_t i = 0; i < tweed_problem_ops(p); i++)
    same &= tweed_schedule_start(a, i) == tweed_schedule_start(b, i);
  return same;
}

/* Not worse than any row that it starts from; where those find nothing, a legal schedule or none. */
static void check_acyclic(const tweed_problem *p, const tweed_solve_options *o, int *found) {
  static const char *const rows[] = {"list", "asap", "alap", "fds"};
  tweed_schedule *mine = solve(p, "gaus", o);
  *found += mine != NULL;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    tweed_schedule *other = solve(p, rows[k], o);
    assert(!other || (mine && cost_of(p, mine) <= cost_of(p, other)));
    tweed_schedule_free(other);
  }
  tweed_schedule_free(mine);
}

static void check_modulo(const tweed_problem *p, const tweed_solve_options *o) {
  tweed_solve_options more = *o;
  more.threads = 3;
  tweed_schedule *mine = solve(p, "gaus", o), *again = solve(p, "gaus", &more), *ims = solve(p, "ims", o);
  assert(mine && again && ims && same_starts(p, mine, again));
  assert(tweed_schedule_ii(mine) <= tweed_schedule_ii(ims));
  if (tweed_schedule_ii(mine) == tweed_schedule_ii(ims))
    assert(tweed_schedule_max_live(p, mine, -1) <= tweed_schedule_max_live(p, ims, -1));
  tweed_schedule_free(mine);
  tweed_schedule_free(again);
  tweed_schedule_free(ims);
}

static void check_schedules(tweed_random *r) {
  int found = 0, rounds = 40 / SHARE;
  for (int k = 0; k < rounds; k++) {
    tweed_problem *p = draw(r, pick(r, 1, 24), k % 2 == 0 ? -1 : 3);
    tweed_objective weights = {pick(r, 0, 2), pick(r, 0, 1), pick(r, 0, 1)};
    tweed_solve_options o;
    tweed_solve_options_default(&o);
    o.effort = 0.04;
    o.restarts = 3;
    o.threads = 1;
    if (k % 2 == 0) {
      tweed_problem view = tweed_problem_view(p, pick(r, 8, 60), &weights);
      check_acyclic(&view, &o, &found);
    } else {
      check_modulo(p, &o);
    }
    tweed_problem_free(p);
  }
  assert(found > rounds / 4);
}

/* Large enough for one replica that all threads share, and for walks from the best schedule in place of IMS. */
static void check_large(void) {
  tweed_random_options options;
  tweed_problem *p;
  tweed_solve_options o;
  tweed_random_options_default(&options);
  options.ops = 4100;
  options.mii = 60;
  options.occupancy = 20;
  assert(tweed_problem_random(&options, &p, NULL) == TWEED_OK);
  tweed_solve_options_default(&o);
  o.effort = 0.02;
  o.threads = 1;
  tweed_schedule *mine = solve(p, "gaus", &o), *ims = solve(p, "ims", &o);
  o.threads = 3;
  tweed_schedule *again = solve(p, "gaus", &o);
  assert(mine && again && ims && same_starts(p, mine, again) && tweed_schedule_ii(mine) <= tweed_schedule_ii(ims));
  assert(tweed_schedule_max_live(p, mine, -1) < tweed_schedule_max_live(p, ims, -1));
  tweed_schedule_free(again);
  tweed_schedule_free(mine);
  tweed_schedule_free(ims);
  tweed_problem_free(p);
}

int main(void) {
  tweed_random r;
  double largest = 0;
  tweed_random_seed(&r, 7);
  check_arithmetic();
  for (int k = 0; k < 24 / SHARE; k++)
    largest = fmax(largest, gradients(&r, k % 2 == 1, k % 3 == 0));
  printf("largest difference of derivatives: %.2g\n", largest);
  check_schedules(&r);
  check_large();
  return 0;
}
