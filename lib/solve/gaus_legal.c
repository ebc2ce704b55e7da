/* gaus_legal.c: from means to a legal schedule near them.
 *
 * Acyclic: dependences are repaired along the topological order, forwards or backwards, in real numbers, which stays
 * within the windows; then all starts are rounded by one threshold, which keeps differences of whole numbers. Units
 * with a count: the result says the order and the wanted step of a list schedule. Modulo: iterative modulo scheduling
 * with the means as targets repairs dependences and units together. (GauS, section 3.3, repairs dependences only.) */
#include "solve/gaus.h"
#include "solve/gaus_search.h"
#include <math.h>
#include <stdlib.h>

bool tweed_gaus_legalizer_init(tweed_gaus_legalizer *l, const tweed_gaus_model *m) {
  size_t n = (size_t)m->p.nops + 1;
  *l = (tweed_gaus_legalizer){.m = m};
  bool ok = tweed_ims_init(&l->ims, m->graph);
  l->real = calloc(n, sizeof *l->real);
  l->target = calloc(n, sizeof *l->target);
  l->order = calloc(n, sizeof *l->order);
  for (int32_t u = 0; u < m->graph->nunits; u++)
    l->counted |= m->graph->count[u] != INT32_MAX;
  return ok && l->real && l->target && l->order;
}

void tweed_gaus_legalizer_free(tweed_gaus_legalizer *l) {
  tweed_ims_free(&l->ims);
  free(l->real);
  free(l->target);
  free(l->order);
  *l = (tweed_gaus_legalizer){0};
}

static void push_forward(tweed_gaus_legalizer *l) {
  const tweed_graph *g = l->m->graph;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[k];
    for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++)
      l->real[v] = fmax(l->real[v], l->real[g->in[e].other] + g->in[e].latency);
  }
}

static void push_backward(tweed_gaus_legalizer *l) {
  const tweed_graph *g = l->m->graph;
  for (int32_t k = g->n - 1; k >= 0; k--) {
    int32_t v = g->order[k];
    for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++)
      l->real[v] = fmin(l->real[v], l->real[g->out[e].other] - g->out[e].latency);
  }
}

/* By target, then in topological order. */
static int by_target(const void *a, const void *b) {
  const tweed_gaus_turn *x = a, *y = b;
  if (x->target != y->target)
    return x->target < y->target ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* A list schedule in the order of the targets. */
static tweed_status place_by_target(tweed_gaus_legalizer *l, const int64_t *late, int64_t *start) {
  const tweed_graph *g = l->m->graph;
  tweed_mrt *t = &l->ims.table;
  for (int32_t k = 0; k < g->n; k++)
    l->order[k] = (tweed_gaus_turn){l->target[g->order[k]], k, g->order[k]};
  qsort(l->order, (size_t)g->n, sizeof *l->order, by_target);
  tweed_mrt_reset(t, 0, NULL);
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = l->order[k].op;
    int64_t from = 0;
    for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
      int64_t ready = start[g->in[e].other] + g->in[e].latency;
      from = ready > from ? ready : from;
    }
    if (!tweed_mrt_find_near(t, g->shape[v], from, late[v], l->target[v], &start[v]))
      return TWEED_UNKNOWN;
    if (!tweed_mrt_change(t, g->shape[v], start[v], 1))
      return TWEED_NO_MEMORY;
  }
  return TWEED_OK;
}

static tweed_status legalize_acyclic(tweed_gaus_legalizer *l, const tweed_gaus_way *way, const int64_t *late,
                                     int64_t *start) {
  if (way->backward)
    push_backward(l);
  else
    push_forward(l);
  for (int32_t v = 0; v < l->m->p.nops; v++)
    l->target[v] = (int64_t)floor(l->real[v] + way->threshold + 1e-6);
  if (l->counted)
    return place_by_target(l, late, start);
  for (int32_t v = 0; v < l->m->p.nops; v++)
    start[v] = l->target[v];
  return TWEED_OK;
}

static tweed_status legalize_modulo(tweed_gaus_legalizer *l, const tweed_gaus_way *way, int64_t ii, int64_t horizon,
                                    int64_t *start, tweed_stop *stop) {
  tweed_ims_options o = {.ii = ii, .max_start = horizon, .target = l->target};
  o.budget = (int64_t)6 * l->m->p.nops + 16;
  for (int32_t v = 0; v < l->m->p.nops; v++)
    l->target[v] = (int64_t)floor(l->real[v] + way->threshold + 1e-6);
  tweed_ims_result result = tweed_ims_run(&l->ims, &o, stop);
  for (int32_t v = 0; v < l->m->p.nops && result == TWEED_IMS_FOUND; v++)
    start[v] = l->ims.time[v];
  return result == TWEED_IMS_FOUND ? TWEED_OK : result == TWEED_IMS_NO_MEMORY ? TWEED_NO_MEMORY : TWEED_UNKNOWN;
}

tweed_status tweed_gaus_legalize(tweed_gaus_legalizer *l, const tweed_gaus_way *way, int64_t ii, int64_t horizon,
                                 const int64_t *late, int64_t *start, tweed_stop *stop) {
  return ii == 0 ? legalize_acyclic(l, way, late, start) : legalize_modulo(l, way, ii, horizon, start, stop);
}
