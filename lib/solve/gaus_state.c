/* gaus_state.c: the arrays of a number of replicas, and where they start from. */
#include "solve/gaus_rounds.h"
#include <math.h>
#include <stdlib.h>

/* One block of memory for all arrays: `take` hands out the next part of it, or counts if there is none yet. */
typedef struct block {
  char *memory;
  size_t used;
} block;

static void *take(block *b, int64_t count, size_t size) {
  size_t at = b->used;
  b->used += ((size_t)count * size + 63) / 64 * 64;
  return b->memory ? b->memory + at : NULL;
}
#define TAKE(b, count, what) ((what) = take((b), (count), sizeof *(what)))

static void lay_out(block *b, const gaus_problem *p, int64_t replicas, gaus_state *s) {
  int64_t ops = replicas * p->nops, edges = replicas * p->nedges, values = replicas * p->nvalues;
  int64_t rows = replicas * p->nprofiles * s->row_stride;
  TAKE(b, replicas, s->params);
  TAKE(b, ops, s->base), TAKE(b, ops, s->low), TAKE(b, ops, s->high);
  TAKE(b, ops, s->mu), TAKE(b, ops, s->log_sigma), TAKE(b, ops, s->sigma);
  TAKE(b, ops, s->moment), TAKE(b, ops, s->moment2), TAKE(b, ops, s->sigma_moment), TAKE(b, ops, s->sigma_moment2);
  TAKE(b, edges, s->lambda), TAKE(b, edges, s->force), TAKE(b, edges, s->spread);
  TAKE(b, replicas * p->nusers, s->share);
  TAKE(b, values, s->last), TAKE(b, values, s->last_sigma), TAKE(b, values, s->last_force);
  TAKE(b, values, s->last_spread);
  TAKE(b, replicas * p->nsegments, s->segment_laps), TAKE(b, values, s->value_laps);
  s->sum_stride = rows;
  TAKE(b, rows * s->nsums, s->sum), TAKE(b, rows * s->nsums, s->variance);
  TAKE(b, rows, s->load), TAKE(b, rows, s->price), TAKE(b, rows, s->variance_price), TAKE(b, rows, s->row_lambda);
  TAKE(b, replicas * p->nprofiles * GAUS_SCRATCH, s->scratch);
}

bool tweed_gaus_state_new(const gaus_problem *p, int32_t replicas, int64_t rows, int32_t threads, gaus_state *s) {
  block b = {0};
  *s = (gaus_state){.row_stride = (int32_t)rows + 1, .nsums = threads};
  lay_out(&b, p, replicas, s);
  b.memory = calloc(b.used + 64, 1);
  b.used = 0;
  if (b.memory)
    lay_out(&b, p, replicas, s);
  return b.memory != NULL;
}

void tweed_gaus_state_free(gaus_state *s) {
  free(s->params); /* the first part of the block */
  *s = (gaus_state){0};
}

void tweed_gaus_state_start(const gaus_problem *p, gaus_state *s, int32_t replica, const tweed_gaus_origin *o,
                            bool learned) {
  int64_t at = (int64_t)replica * p->nops;
  tweed_random random;
  tweed_random_seed(&random, o->seed);
  for (int32_t i = 0; i < p->nops; i++) {
    int64_t low = o->early[i], high = o->late[i];
    double middle = 0.5 * (double)(low + high), from = o->start ? (double)o->start[i] : middle;
    double mu = from + o->noise * (double)(high - low) * (tweed_random_unit(&random) - 0.5);
    mu = fmin(fmax(mu, (double)low), (double)high);
    int64_t base = (int64_t)floor(mu);
    s->base[at + i] = (int32_t)base;
    s->low[at + i] = (int32_t)(low - base);
    s->high[at + i] = (int32_t)(high - base);
    s->mu[at + i] = (float)(mu - (double)base);
    s->sigma[at + i] = (float)fmin(fmax((double)(high - low) / 6, 0.5), o->sigma);
    s->log_sigma[at + i] = logf(s->sigma[at + i]);
    s->moment[at + i] = s->moment2[at + i] = 0;
    s->sigma_moment[at + i] = s->sigma_moment2[at + i] = 0;
  }
  s->params[replica].iteration = 0;
  for (int64_t e = 0; e < p->nedges && !learned; e++)
    s->lambda[(int64_t)replica * p->nedges + e] = 0;
  int64_t rows = (int64_t)p->nprofiles * s->row_stride;
  for (int64_t r = 0; r < rows && !learned; r++)
    s->row_lambda[replica * rows + r] = 0;
}
