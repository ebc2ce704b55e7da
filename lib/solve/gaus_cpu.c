/* gaus_cpu.c: the engine of GauS on threads of the CPU.
 *
 * Small problems: each thread takes whole replicas, all iterations of one before the next. Large ones: all threads
 * share each phase, with a barrier behind it. Sums over rows are exact (gaus_round), so the answer is the same whatever
 * the number of threads. */
#include "solve/gaus_cpu_phases.h"
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
  const tweed_gaus_phases *phases;
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

/* A thread's part in the phases of a replica. */
typedef struct team {
  const tweed_gaus_phases *phases;
  tweed_gaus_seat seat;
  int32_t member, size;
  pthread_barrier_t *barrier;
} team;

static void meet(const team *t) {
  if (t->size > 1)
    pthread_barrier_wait(t->barrier);
}

static void share(const team *t, int32_t count, tweed_gaus_phase run) {
  int32_t begin = (int32_t)((int64_t)count * t->member / t->size);
  int32_t end = (int32_t)((int64_t)count * (t->member + 1) / t->size);
  if (begin < end)
    run(&t->seat, begin, end);
}

static void iterate(const team *t) {
  const gaus_problem *p = t->seat.problem;
  share(t, p->nedges, t->phases->edges);
  if (p->nprofiles > 0) {
    share(t, p->nops, t->phases->deposits);
    meet(t);
    share(t, p->nprofiles, t->phases->profiles);
    meet(t);
    share(t, p->nvalues, t->phases->value_slopes);
  }
  meet(t);
  share(t, p->nops, t->phases->steps);
  meet(t);
}

static void run_replica(cpu_engine *e, int32_t replica, int32_t thread, bool shared) {
  gaus_params params = e->state->params[replica];
  team t = {
      .phases = e->phases, .size = shared ? e->threads : 1, .member = shared ? thread : 0, .barrier = &e->barrier};
  t.seat = (tweed_gaus_seat){.problem = e->problem, .state = e->state, .params = &params, .replica = replica};
  t.seat.thread = t.member;
  t.seat.nsums = t.size;
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

static const tweed_gaus_phases *choose_phases(void) {
#ifdef TWEED_HAVE_AVX2
  if (__builtin_cpu_supports("avx2"))
    return &tweed_gaus_phases_avx2;
#endif
  return &tweed_gaus_phases_plain;
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
  e->phases = choose_phases();
  e->problem = problem, e->state = state, e->replicas = replicas, e->shared = shared;
  pthread_mutex_init(&e->lock, NULL);
  pthread_cond_init(&e->go, NULL);
  pthread_cond_init(&e->done, NULL);
  start_workers(e, threads);
  pthread_barrier_init(&e->barrier, NULL, (unsigned)e->threads);
  *out = &e->base;
  return TWEED_OK;
}
