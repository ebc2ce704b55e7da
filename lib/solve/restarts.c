/* restarts.c: the row "ims-restart": many runs of iterative modulo scheduling with random priorities, on all threads.
 *
 * The runs are numbered, II by II from the lowest, and each is fixed by its number and the seed alone. Every run below
 * the lowest successful number is completed, so the answer is the same whatever the number of threads and their speed.
 */
#include "solve/ims.h"
#include <pthread.h>

/* Runs per II, and table rows looked at in all of them, as an estimate: when asked for by name, and as a part of
 * `auto`; placements per op and run; runs before threads are worth starting. */
enum { RUNS_ALONE = 512, RUNS_IN_AUTO = 96, WORK_ALONE = 20000000, WORK_IN_AUTO = 1000000 };
enum { BUDGET = 10, SERIAL_RUNS = 8 };

/* Shared by the threads. Invariants: numbers below `next` are taken; `best` only falls; start belongs to `best`, under
 * lock. */
typedef struct pool {
  tweed_job *job;
  int64_t first_ii, runs, total; /* run k is try k % runs at II first_ii + k / runs */
  atomic_llong next, best;
  atomic_int failed; /* out of memory */
  pthread_mutex_t lock;
  int64_t *start;
} pool;

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* What run k does: the noise cycles through three levels, the order of work through four kinds. */
static tweed_ims_options options_of(const pool *p, int64_t k) {
  static const double noise[] = {0.1, 0.4, 1.0};
  int64_t ii = p->first_ii + k / p->runs, turn = k % p->runs;
  tweed_ims_options o = {.ii = ii, .max_start = tweed_job_max_start(p->job, ii)};
  o.budget = (int64_t)BUDGET * p->job->graph->n + 16;
  o.inner = turn % 4 != 0;
  o.late = turn % 4 == 2;
  o.pack = turn % 4 == 3;
  o.noise = noise[turn / 4 % 3];
  o.seed = mix(p->job->options->seed ^ mix((uint64_t)ii * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)turn + 1));
  return o;
}

static void keep(pool *p, int64_t k, const tweed_ims *s) {
  pthread_mutex_lock(&p->lock);
  if (k < atomic_load(&p->best)) {
    atomic_store(&p->best, k);
    for (int32_t v = 0; v < s->g->n; v++)
      p->start[v] = s->time[v];
  }
  pthread_mutex_unlock(&p->lock);
}

/* Takes numbers below `end` until one that is not below the best. */
static void work(pool *p, int64_t end, bool main_thread) {
  tweed_ims s;
  bool ok = tweed_ims_init(&s, p->job->graph);
  if (!ok && main_thread)
    atomic_store(&p->failed, 1);
  while (ok && !atomic_load(&p->failed) && !tweed_stopped(p->job->stop)) {
    int64_t k = atomic_load(&p->next);
    if (k >= end || k > atomic_load(&p->best))
      break;
    if (!atomic_compare_exchange_strong(&p->next, &(long long){k}, k + 1))
      continue;
    tweed_ims_options o = options_of(p, k);
    if (main_thread)
      tweed_job_progress(p->job, "ims-restart", o.ii);
    tweed_ims_result result = tweed_ims_run(&s, &o, p->job->stop);
    if (result == TWEED_IMS_FOUND)
      keep(p, k, &s);
    else if (result == TWEED_IMS_NO_MEMORY)
      atomic_store(&p->failed, 1);
  }
  tweed_ims_free(&s);
}

static void *work_in_thread(void *p) {
  work(p, ((pool *)p)->total, false);
  return NULL;
}

/* The first runs without threads: most problems need no more. A thread that cannot be started is done without. */
static void run_all(pool *p) {
  pthread_t threads[TWEED_MOST_THREADS];
  int count = tweed_job_threads(p->job), started = 0;
  work(p, p->total < SERIAL_RUNS ? p->total : SERIAL_RUNS, true);
  if (atomic_load(&p->best) < p->total || p->total <= SERIAL_RUNS)
    return;
  while (started < count - 1 && pthread_create(&threads[started], NULL, work_in_thread, p) == 0)
    started++;
  work(p, p->total, true);
  for (int k = 0; k < started; k++)
    pthread_join(threads[k], NULL);
}

/* How many runs each II gets: as asked for, else by a limit on work: a placement looks at some share of II rows, and in
 * each at some of the segments of its table. */
static int64_t runs_per_ii(const tweed_job *job, int64_t ii, bool alone) {
  const tweed_graph *g = job->graph;
  if (job->options->restarts > 0)
    return job->options->restarts;
  double segments = 1;
  for (int32_t s = 0; s < g->nshapes; s++)
    segments += (double)g->shapes[s].count * g->shapes[s].members;
  double placement = 1 + (double)ii * segments / (32.0 * g->n);
  double most = alone ? RUNS_ALONE : RUNS_IN_AUTO;
  double fit = (alone ? WORK_ALONE : WORK_IN_AUTO) / (((double)BUDGET * g->n + 16) * placement);
  return (int64_t)(fit > most ? most : fit < 4 ? 4 : fit);
}

/* The IIs from first to last, the lowest success wins. */
static tweed_status restart_range(tweed_job *job, int64_t first, int64_t last, bool alone, tweed_plan *plan) {
  pool p = {.job = job, .first_ii = first, .runs = runs_per_ii(job, last, alone)};
  p.total = p.runs * (last - first + 1);
  p.start = tweed_arena_array(job->arena, (size_t)job->graph->n + 1, sizeof *p.start);
  if (!p.start || pthread_mutex_init(&p.lock, NULL) != 0)
    return TWEED_NO_MEMORY;
  atomic_store(&p.best, INT64_MAX);
  run_all(&p);
  pthread_mutex_destroy(&p.lock);
  int64_t best = atomic_load(&p.best);
  if (best == INT64_MAX)
    return atomic_load(&p.failed) ? TWEED_NO_MEMORY : TWEED_UNKNOWN;
  plan->ii = p.first_ii + best / p.runs;
  job->best_ii = plan->ii;
  for (int32_t v = 0; v < job->graph->n; v++)
    plan->start[v] = p.start[v];
  return TWEED_OK;
}

/* The lowest IIs one by one, since MII is nearly always within reach; a wide rest by halves. */
static tweed_status restart(tweed_job *job, int64_t last, bool alone, tweed_plan *plan, tweed_error *error) {
  enum { ONE_BY_ONE = 4 };
  int64_t low = job->first_ii;
  if (low > last || !tweed_mrt_possible(job->graph, last))
    return TWEED_UNKNOWN;
  int64_t end = last - low < ONE_BY_ONE ? last : low + ONE_BY_ONE - 1;
  tweed_status status = restart_range(job, low, end, alone, plan), found = status;
  for (low = end + 1; status == TWEED_UNKNOWN && low <= last && !tweed_stopped(job->stop);) {
    int64_t middle = low + (last - low) / 2;
    tweed_status half = restart_range(job, middle, middle, alone, plan);
    if (half == TWEED_NO_MEMORY)
      return tweed_no_memory(error);
    if (half == TWEED_OK) {
      last = middle - 1;
      found = TWEED_OK;
    } else {
      low = middle + 1;
    }
  }
  return found == TWEED_NO_MEMORY ? tweed_no_memory(error) : found;
}

/* Alone, it starts from what plain IMS finds; as a part of `auto` it only looks below the best. */
tweed_status tweed_run_restarts(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  if (job->best_ii > 0) {
    tweed_status status = restart(job, job->last_ii, false, plan, error);
    return status == TWEED_UNKNOWN ? tweed_fail(error, status, "no restart found a lower II") : status;
  }
  tweed_status status = tweed_run_ims(job, plan, error);
  if (status != TWEED_OK && status != TWEED_UNKNOWN)
    return status;
  int64_t last = status == TWEED_OK ? plan->ii - 1 : job->last_ii;
  tweed_status better = restart(job, last, true, plan, error);
  return better == TWEED_UNKNOWN ? status : better;
}
