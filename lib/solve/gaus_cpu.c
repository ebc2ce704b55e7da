/* gaus_cpu.c: the engine of GauS on threads of the CPU.
 *
 * Small problems: each thread takes whole replicas, all iterations of one before the next. Large ones: all threads
 * share each phase, with a barrier behind it. Sums over rows are exact (gaus_round), so the answer is the same whatever
 * the number of threads. */
#include "../cuda/gaus_phases.h"
#include "solve/gaus_engine.h"
#include <pthread.h>
#include <stdlib.h>

enum { SHARED_OPS = 4000 }; /* from so many ops on a phase is worth a barrier */

/* Invariants: workers wait for `round` to change, run, and count `busy` down; both under lock. Only the caller of run()
 * writes what they read. */
typedef struct cpu_engine {
  tweed_gaus_engine base;
  const gaus_problem *problem;
  gaus_state *state;
  int32_t replicas, threads, iterations;
  bool shared;
  pthread_t *workers;
  int32_t started, busy;
  uint64_t round;
  bool quit;
  pthread_mutex_t lock;
  pthread_cond_t go, done;
  pthread_barrier_t barrier;
} cpu_engine;

typedef struct worker {
  cpu_engine *engine;
  int32_t thread;
} worker;

/* A thread's part of a phase. */
typedef struct team {
  const gaus_view *view;
  int32_t member, size;
  pthread_barrier_t *barrier;
} team;

static void part_of(const team *t, int32_t count, int32_t *begin, int32_t *end) {
  *begin = (int32_t)((int64_t)count * t->member / t->size);
  *end = (int32_t)((int64_t)count * (t->member + 1) / t->size);
}

static void meet(const team *t) {
  if (t->size > 1)
    pthread_barrier_wait(t->barrier);
}

typedef void (*phase)(const gaus_view *view, int32_t element);

static void each(const team *t, int32_t count, phase run) {
  int32_t begin, end;
  part_of(t, count, &begin, &end);
  for (int32_t k = begin; k < end; k++)
    run(t->view, k);
}

static void edges(const gaus_view *v, int32_t e) {
  gaus_edge(v, e);
}
static void deposits(const gaus_view *v, int32_t i) {
  gaus_op(v, i);
  for (int32_t k = v->p->op_value_begin[i]; k < v->p->op_value_begin[i + 1]; k++)
    gaus_end_value(v, k);
}
static void value_slopes(const gaus_view *v, int32_t k) {
  gaus_value_slope(v, k);
}
static void steps(const gaus_view *v, int32_t i) {
  gaus_step(v, i);
}

/* A profile from sums to prices, by one thread. */
static void profile_prices(const gaus_view *v, int32_t profile) {
  gaus_rows_sum(v, profile, 0, 1);
  gaus_rows_load(v, profile, 0, 1);
  float most = gaus_rows_most(v, profile, 0, 1);
  gaus_rows_peak(v, profile, 0, 1, most, gaus_rows_weight(v, profile, 0, 1, most));
  if (v->p->capacity[profile] >= 0.0f)
    gaus_rows_overflow(v, profile, 0, 1);
}

static void iterate(const team *t) {
  const gaus_problem *p = t->view->p;
  each(t, p->nedges, edges);
  if (p->nprofiles > 0) {
    each(t, p->nops, deposits);
    meet(t);
    each(t, p->nprofiles, profile_prices);
    meet(t);
    each(t, p->nvalues, value_slopes);
  }
  meet(t);
  each(t, p->nops, steps);
  meet(t);
}

static void run_replica(cpu_engine *e, int32_t replica, int32_t thread, bool shared) {
  gaus_params params = e->state->params[replica];
  gaus_view view = gaus_view_of(e->problem, e->state, replica, shared ? thread : 0);
  team t = {&view, shared ? thread : 0, shared ? e->threads : 1, &e->barrier};
  if (!shared)
    view.s.nsums = 1;
  view.q = &params;
  for (int32_t k = 0; k < e->iterations; k++) {
    params.iteration++;
    iterate(&t);
  }
}

static void run_thread(cpu_engine *e, int32_t thread) {
  if (e->shared)
    for (int32_t r = 0; r < e->replicas; r++)
      run_replica(e, r, thread, true);
  else
    for (int32_t r = thread; r < e->replicas; r += e->threads)
      run_replica(e, r, thread, false);
}

static void *work(void *argument) {
  worker *w = argument;
  cpu_engine *e = w->engine;
  uint64_t seen = 0;
  for (;;) {
    pthread_mutex_lock(&e->lock);
    while (e->round == seen && !e->quit)
      pthread_cond_wait(&e->go, &e->lock);
    seen = e->round;
    bool quit = e->quit;
    pthread_mutex_unlock(&e->lock);
    if (quit)
      break;
    run_thread(e, w->thread);
    pthread_mutex_lock(&e->lock);
    if (--e->busy == 0)
      pthread_cond_signal(&e->done);
    pthread_mutex_unlock(&e->lock);
  }
  free(w);
  return NULL;
}

static tweed_status run(tweed_gaus_engine *engine, int32_t iterations, tweed_error *error) {
  cpu_engine *e = (cpu_engine *)engine;
  (void)error;
  e->iterations = iterations;
  pthread_mutex_lock(&e->lock);
  e->round++;
  e->busy = e->threads - 1;
  pthread_cond_broadcast(&e->go);
  pthread_mutex_unlock(&e->lock);
  run_thread(e, 0);
  pthread_mutex_lock(&e->lock);
  while (e->busy > 0)
    pthread_cond_wait(&e->done, &e->lock);
  pthread_mutex_unlock(&e->lock);
  for (int32_t r = 0; r < e->replicas; r++)
    e->state->params[r].iteration += iterations;
  return TWEED_OK;
}

/* The host's arrays are those of the engine. */
static tweed_status nothing(tweed_gaus_engine *engine, tweed_error *error) {
  (void)engine, (void)error;
  return TWEED_OK;
}

static void destroy(tweed_gaus_engine *engine) {
  cpu_engine *e = (cpu_engine *)engine;
  pthread_mutex_lock(&e->lock);
  e->quit = true;
  pthread_cond_broadcast(&e->go);
  pthread_mutex_unlock(&e->lock);
  for (int32_t k = 0; k < e->started; k++)
    pthread_join(e->workers[k], NULL);
  pthread_barrier_destroy(&e->barrier);
  pthread_cond_destroy(&e->done);
  pthread_cond_destroy(&e->go);
  pthread_mutex_destroy(&e->lock);
  free(e->workers);
  free(e);
}

/* Starts up to `threads` - 1 workers; fewer, where the system gives no more. */
static void start_workers(cpu_engine *e, int32_t threads) {
  for (; e->started < threads - 1; e->started++) {
    worker *w = malloc(sizeof *w);
    if (!w)
      break;
    *w = (worker){e, e->started + 1};
    if (pthread_create(&e->workers[e->started], NULL, work, w) != 0) {
      free(w);
      break;
    }
  }
  e->threads = e->started + 1;
}

tweed_status tweed_gaus_cpu_engine(const gaus_problem *problem, gaus_state *state, int32_t replicas, int32_t threads,
                                   tweed_gaus_engine **out, tweed_error *error) {
  cpu_engine *e = calloc(1, sizeof *e);
  bool shared = problem->nops >= SHARED_OPS || replicas == 1;
  threads = shared && problem->nops < SHARED_OPS / 4 ? 1 : threads;
  threads = shared && threads > state->nsums ? state->nsums : threads;
  threads = !shared && threads > replicas ? replicas : threads;
  if (!e || !(e->workers = calloc((size_t)threads, sizeof *e->workers))) {
    free(e);
    return tweed_no_memory(error);
  }
  e->base = (tweed_gaus_engine){"cpu", nothing, run, nothing, destroy};
  e->problem = problem, e->state = state, e->replicas = replicas, e->shared = shared;
  pthread_mutex_init(&e->lock, NULL);
  pthread_cond_init(&e->go, NULL);
  pthread_cond_init(&e->done, NULL);
  start_workers(e, threads);
  pthread_barrier_init(&e->barrier, NULL, (unsigned)e->threads);
  *out = &e->base;
  return TWEED_OK;
}
