/* gaus_rounds.c: rounds of iterations, and schedules from their means. */
#include "solve/gaus_rounds.h"
#include "solve/gaus_device.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Iterations with the same parameters; looks at the means per round, all in its second half. */
enum { BURST = 20, LOOKS = 6, SWEEPS = 6, WAYS = 4, WALKS = 3 };
enum { MOST_ROWS = 8000000, MOST_TIME = 1 << 28 };

/* Replicas differ in these: how much peaks count, the largest deviation, random steps at the start. */
typedef struct flavour {
  double gain, peak, sigma, noise;
} flavour;

static flavour flavour_of(const tweed_gaus_search *s, int32_t replica, int32_t round) {
  static const double gains[] = {1, 0.3, 3, 0.1}, peaks[] = {1, 10, 1, 100}, sigmas[] = {4, 2, 8, 4};
  int32_t k = replica + round;
  flavour f = {gains[k % 4], peaks[k % 4], sigmas[k / 4 % 4], replica < 4 ? 0 : 0.5};
  if (s->m->weights.communication <= 0 || s->m->lifetimes)
    f.peak = 1;
  else
    f.gain = 1;
  f.sigma = round > 0 ? fmin(f.sigma, 1.5) : f.sigma;
  return f;
}

static int32_t slot_of(const tweed_gaus_search *s, int32_t replica) {
  return replica % s->iis;
}

static int64_t ii_of(const tweed_gaus_search *s, int32_t replica) {
  return s->first_ii + slot_of(s, replica);
}

static int64_t rows_of(const tweed_gaus_search *s, int64_t ii) {
  return ii > 0 ? ii : s->horizon[0] + s->m->reach;
}

/* The parameters at the point `at` (0 … 1) of a round. */
static void set_params(tweed_gaus_search *s, int32_t replica, int32_t round, double at) {
  gaus_params *q = &s->state.params[replica];
  flavour f = flavour_of(s, replica, round);
  double weight = 0;
  for (int32_t k = 0; k < s->m->p.nprofiles; k++)
    weight += s->m->p.weight[k];
  double gain = s->m->weights.communication > 0 || weight <= 0 ? 1 : f.gain * s->m->p.nops / (2 * weight);
  q->ii = (int32_t)ii_of(s, replica);
  q->rows = (int32_t)rows_of(s, ii_of(s, replica));
  q->rho = (float)(0.3 * pow(10, at));
  q->eta = 0.5f;
  q->capacity_rho = (float)(0.3 * pow(30, at));
  q->capacity_eta = 0.1f;
  q->pull = (float)gain;
  q->peak = (float)(gain * f.peak);
  q->average = at < 0.3 && s->m->weights.communication <= 0 ? 1 : 0;
  q->temperature = (float)(0.2 * pow(0.1, at));
  q->last_temperature = 0.5f;
  q->sigma_ceiling = (float)(f.sigma * pow(0.25 / f.sigma, at));
  q->sigma_floor = (float)(0.5 * pow(0.3, at));
  q->sigma_rate = 0.02f;
  q->step = 1;
  q->clip = (float)fmax(0.05, f.sigma * 0.25 * pow(0.1, at));
  q->drift = 1e-3f;
}

/* ---- looks: means become schedules, on all threads ---- */

struct tweed_gaus_bench {
  tweed_gaus_legalizer legalizer;
  tweed_gaus_polisher polisher;
  int64_t *start;
};

/* One job per replica and way. Invariant: jobs below `next` are taken; the best is of the lowest number among equals.
 */
typedef struct look {
  tweed_gaus_search *s;
  int32_t jobs, next, sweeps, best_job;
  const int64_t *given; /* a schedule in place of means, at II given_ii */
  int64_t given_ii;
  const int64_t *from; /* modulo: a schedule at II from_ii that was known before this look, or NULL */
  int64_t from_ii;
  tweed_status status;
  pthread_mutex_t lock;
} look;

/* From the schedule known before towards the means, a number of sweeps: always legal, where IMS may find nothing, or
 * take long. */
static tweed_status walk(const look *l, int32_t way, struct tweed_gaus_bench *b) {
  tweed_gaus_search *s = l->s;
  memcpy(b->start, l->from, (size_t)s->m->p.nops * sizeof *b->start);
  bool ok = tweed_gaus_walk(&b->polisher, l->from_ii, s->horizon[l->from_ii - s->first_ii], 1 + WALKS * way,
                            b->legalizer.real, b->start, s->job->stop);
  return ok ? TWEED_OK : TWEED_NO_MEMORY;
}

static tweed_status make_start(look *l, int32_t number, struct tweed_gaus_bench *b) {
  tweed_gaus_search *s = l->s;
  static const tweed_gaus_way ways[WAYS] = {{false, 0.5}, {true, 0.5}, {false, 0.999}, {true, 0}};
  int64_t at = (int64_t)(number / WAYS) * s->m->p.nops;
  if (!l->given && !s->possible[slot_of(s, number / WAYS)])
    return TWEED_UNKNOWN;
  if (l->given) {
    memcpy(b->start, l->given, (size_t)s->m->p.nops * sizeof *b->start);
    return TWEED_OK;
  }
  for (int32_t i = 0; i < s->m->p.nops; i++)
    b->legalizer.real[i] = (double)s->state.base[at + i] + (double)s->state.mu[at + i];
  int32_t slot = slot_of(s, number / WAYS);
  if (l->from && s->m->p.nops >= TWEED_GAUS_LARGE_OPS)
    return walk(l, number % WAYS, b);
  tweed_status status = tweed_gaus_legalize(&b->legalizer, &ways[number % WAYS], s->first_ii + slot, s->horizon[slot],
                                            s->late + (int64_t)slot * s->m->p.nops, b->start, s->job->stop);
  return status == TWEED_UNKNOWN && l->from && s->first_ii + slot == l->from_ii ? walk(l, number % WAYS, b) : status;
}

static int64_t job_ii(const look *l, int32_t number) {
  return l->given ? l->given_ii : ii_of(l->s, number / WAYS);
}

/* IMS knows a limit on starts only. */
static bool in_time(const tweed_gaus_search *s, int64_t ii, const int64_t *start) {
  bool ok = true;
  for (int32_t i = 0; i < s->m->p.nops; i++)
    ok &= start[i] + s->m->tail[i] <= s->horizon[ii - s->first_ii];
  return ok;
}

static tweed_status do_job(look *l, int32_t number, struct tweed_gaus_bench *b, tweed_gaus_score *score) {
  tweed_gaus_search *s = l->s;
  tweed_status status = make_start(l, number, b);
  if (status != TWEED_OK)
    return status;
  int64_t ii = job_ii(l, number);
  if (!in_time(s, ii, b->start))
    return TWEED_UNKNOWN;
  if (!tweed_gaus_score_of(&b->polisher.scorer, ii, rows_of(s, ii), b->start, score))
    return TWEED_NO_MEMORY;
  uint64_t seed = s->job->options->seed + (uint64_t)number;
  bool ok =
      tweed_gaus_polish(&b->polisher, ii, s->horizon[ii - s->first_ii], l->sweeps, seed, b->start, score, s->job->stop);
  return ok ? TWEED_OK : TWEED_NO_MEMORY;
}

/* Keeps what job `number` found if it is the best so far, or as good and of a lower number. */
static void keep(look *l, int32_t number, const struct tweed_gaus_bench *b, const tweed_gaus_score *score) {
  tweed_gaus_search *s = l->s;
  int64_t ii = job_ii(l, number);
  s->seen = fmin(s->seen, score->total);
  bool known = isfinite(s->best_score.total), better = !known || ii < s->best_ii;
  if (known && ii == s->best_ii) {
    bool tie = score->total <= s->best_score.total && l->best_job >= 0 && number < l->best_job;
    better = score->total < s->best_score.total || tie;
  }
  if (!better)
    return;
  s->best_ii = ii;
  l->best_job = number;
  s->best_score = *score;
  memcpy(s->best, b->start, (size_t)s->m->p.nops * sizeof *s->best);
}

typedef struct looker {
  look *look;
  struct tweed_gaus_bench *bench;
  pthread_t thread;
} looker;

static void *take_jobs(void *argument) {
  looker *w = argument;
  look *l = w->look;
  for (;;) {
    tweed_gaus_score score;
    pthread_mutex_lock(&l->lock);
    int32_t number = l->next < l->jobs && l->status != TWEED_NO_MEMORY ? l->next++ : -1;
    pthread_mutex_unlock(&l->lock);
    if (number < 0)
      return NULL;
    tweed_status status = do_job(l, number, w->bench, &score);
    pthread_mutex_lock(&l->lock);
    if (status == TWEED_OK)
      keep(l, number, w->bench, &score);
    else if (status == TWEED_NO_MEMORY)
      l->status = status;
    pthread_mutex_unlock(&l->lock);
  }
}

static tweed_status run_look(look *l, tweed_error *error) {
  tweed_gaus_search *s = l->s;
  looker workers[64];
  int32_t started = 0, wanted = s->threads < l->jobs ? s->threads : l->jobs;
  pthread_mutex_init(&l->lock, NULL);
  for (int32_t k = 0; k < wanted; k++)
    workers[k] = (looker){.look = l, .bench = &s->benches[k]};
  for (; started < wanted - 1; started++)
    if (pthread_create(&workers[started + 1].thread, NULL, take_jobs, &workers[started + 1]) != 0)
      break;
  take_jobs(&workers[0]);
  for (int32_t k = 1; k <= started; k++)
    pthread_join(workers[k].thread, NULL);
  pthread_mutex_destroy(&l->lock);
  return l->status == TWEED_NO_MEMORY ? tweed_no_memory(error) : TWEED_OK;
}

tweed_status tweed_gaus_search_offer(tweed_gaus_search *s, int64_t ii, const int64_t *start, tweed_error *error) {
  look l = {.s = s, .jobs = 1, .sweeps = SWEEPS, .given = start, .given_ii = ii, .best_job = -1};
  return run_look(&l, error);
}

/* ---- rounds ---- */

static double violation_of(const tweed_gaus_search *s, int32_t replica) {
  const gaus_problem *p = &s->m->p;
  int64_t at = (int64_t)replica * p->nops;
  double most = 0;
  for (int32_t e = 0; e < p->nedges; e++) {
    int64_t i = at + p->edge_from[e], j = at + p->edge_to[e];
    double whole = (double)(s->state.base[i] - s->state.base[j] + p->edge_latency[e]);
    double by = whole - (double)p->edge_distance[e] * (double)ii_of(s, replica) + (double)s->state.mu[i] -
                (double)s->state.mu[j];
    most = fmax(most, p->edge_from[e] != p->edge_to[e] ? by : 0);
  }
  return most;
}

static void start_round(tweed_gaus_search *s, int32_t round) {
  for (int32_t r = 0; r < s->replicas; r++) {
    flavour f = flavour_of(s, r, round);
    int64_t at = (int64_t)slot_of(s, r) * s->m->p.nops;
    tweed_gaus_origin o = {.early = s->early + at, .late = s->late + at, .noise = f.noise, .sigma = f.sigma};
    bool known = isfinite(s->best_score.total) && s->best_ii == ii_of(s, r);
    o.start = known && (round > 0 || r % 2 == 1) ? s->best : NULL;
    o.noise = round > 0 ? 0 : f.noise;
    o.seed = s->job->options->seed * 1000003 + (uint64_t)(round * 1009 + r);
    tweed_gaus_state_start(&s->m->p, &s->state, r, &o, round > 0);
  }
}

static void show_progress(const tweed_gaus_search *s) {
  tweed_progress_report r = {.solver = "gaus", .trying_ii = (int32_t)s->first_ii, .has_objective = true};
  r.objective = s->seen, r.best = s->best_score.total, r.violation = s->violation;
  tweed_job_report(s->job, r);
}

static tweed_status look_at_means(tweed_gaus_search *s, tweed_error *error) {
  look l = {.s = s, .jobs = s->replicas * WAYS, .sweeps = SWEEPS, .best_job = -1};
  if (isfinite(s->best_score.total) && s->first_ii > 0 && s->iis == 1) {
    memcpy(s->known, s->best, (size_t)s->m->p.nops * sizeof *s->known);
    l.from = s->known, l.from_ii = s->best_ii;
  }
  tweed_status status = s->engine->pull(s->engine, error);
  if (status != TWEED_OK)
    return status;
  s->violation = s->seen = INFINITY;
  for (int32_t r = 0; r < s->replicas; r++)
    s->violation = fmin(s->violation, violation_of(s, r));
  return run_look(&l, error);
}

tweed_status tweed_gaus_search_round(tweed_gaus_search *s, int32_t round, int32_t iterations, tweed_error *error) {
  int32_t bursts = iterations / BURST > LOOKS ? iterations / BURST : LOOKS, looked = 0;
  start_round(s, round);
  tweed_status status = s->engine->push(s->engine, error);
  for (int32_t b = 0; b < bursts && status == TWEED_OK && !tweed_stopped(s->job->stop); b++) {
    double before = tweed_clock();
    for (int32_t r = 0; r < s->replicas; r++)
      set_params(s, r, round, (double)b / bursts);
    status = s->engine->run(s->engine, BURST, error);
    s->seconds_per_iteration = (tweed_clock() - before) / (double)BURST;
    bool due = 2 * (b + 1) * LOOKS >= bursts * (LOOKS + looked + 1);
    if (status == TWEED_OK && due) {
      status = look_at_means(s, error);
      looked++;
    }
    show_progress(s);
  }
  return status;
}

/* ---- the search as a whole ---- */

static bool new_benches(tweed_gaus_search *s) {
  s->benches = calloc((size_t)s->threads, sizeof *s->benches);
  bool ok = s->benches != NULL;
  for (int32_t k = 0; k < s->threads && ok; k++) {
    struct tweed_gaus_bench *b = &s->benches[k];
    b->start = calloc((size_t)s->m->p.nops + 1, sizeof *b->start);
    ok = tweed_gaus_legalizer_init(&b->legalizer, s->m);
    ok = tweed_gaus_polisher_init(&b->polisher, s->m) && ok && b->start != NULL;
  }
  return ok;
}

/* Windows at each II; at one where some op has none, all ops wait at 0. */
static bool find_windows(tweed_gaus_search *s) {
  bool any = false;
  for (int32_t k = 0; k < s->iis; k++) {
    int64_t *early = s->early + (int64_t)k * s->m->p.nops, *late = s->late + (int64_t)k * s->m->p.nops;
    s->possible[k] = tweed_gaus_windows(s->m, s->first_ii + k, s->horizon[k], early, late);
    any |= s->possible[k];
    for (int32_t i = 0; i < s->m->p.nops && !s->possible[k]; i++)
      early[i] = late[i] = 0;
  }
  return any;
}

/* Rows of all profiles together, of one replica and of all: some hundred megabytes. Times fit 32 bits. */
static bool fits(tweed_gaus_search *s, int64_t rows) {
  const gaus_problem *p = &s->m->p;
  int64_t last = s->first_ii + s->iis - 1, furthest = 0;
  for (int32_t k = 0; k < s->iis; k++)
    furthest = s->horizon[k] > furthest ? s->horizon[k] : furthest;
  for (int32_t e = 0; e < p->nedges; e++) {
    int64_t reach = (int64_t)p->edge_latency[e] + (int64_t)p->edge_distance[e] * last;
    furthest = reach > furthest ? reach : furthest;
  }
  if (furthest > MOST_TIME || rows * (p->nprofiles + 1) > MOST_ROWS)
    return false;
  int64_t most = 2 * MOST_ROWS / (rows * (p->nprofiles + 1));
  s->replicas = s->replicas > most ? (int32_t)most : s->replicas;
  return true;
}

tweed_status tweed_gaus_search_new(tweed_gaus_search *s, tweed_error *error) {
  size_t n = (size_t)s->m->p.nops + 1, all = n * (size_t)s->iis;
  int64_t rows = rows_of(s, s->first_ii > 0 ? s->first_ii + s->iis - 1 : 0);
  s->best_score = (tweed_gaus_score){INFINITY, INFINITY, INFINITY};
  s->seen = s->violation = INFINITY;
  if (!fits(s, rows))
    return tweed_fail(error, TWEED_UNKNOWN, "gaus does not take on %lld rows, or so long times", (long long)rows);
  s->early = calloc(2 * all + 2 * n, sizeof *s->early);
  s->possible = calloc((size_t)s->iis, sizeof *s->possible);
  if (!s->early || !s->possible || !new_benches(s) ||
      !tweed_gaus_state_new(&s->m->p, s->replicas, rows, s->threads, &s->state))
    return tweed_no_memory(error);
  s->late = s->early + all, s->best = s->early + 2 * all, s->known = s->best + n;
  if (!find_windows(s))
    return tweed_fail(error, TWEED_UNKNOWN, "some op has no room before step %lld", (long long)s->horizon[0]);
  return tweed_gaus_engine_of(s->job, &s->m->p, &s->state, s->replicas, s->threads, &s->engine, error);
}

tweed_status tweed_gaus_search_time(tweed_gaus_search *s, tweed_error *error) {
  double before = tweed_clock();
  start_round(s, 0);
  for (int32_t r = 0; r < s->replicas; r++)
    set_params(s, r, 0, 0.5);
  tweed_status status = s->engine->push(s->engine, error);
  if (status == TWEED_OK)
    status = s->engine->run(s->engine, 4, error);
  s->seconds_per_iteration = (tweed_clock() - before) / 4;
  return status;
}

void tweed_gaus_search_free(tweed_gaus_search *s) {
  if (s->engine)
    s->engine->destroy(s->engine);
  for (int32_t k = 0; k < s->threads && s->benches; k++) {
    tweed_gaus_legalizer_free(&s->benches[k].legalizer);
    tweed_gaus_polisher_free(&s->benches[k].polisher);
    free(s->benches[k].start);
  }
  free(s->benches);
  free(s->possible);
  free(s->early);
  tweed_gaus_state_free(&s->state);
}
