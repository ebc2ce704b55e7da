/* gaus_polish.c: descent on prices from a legal schedule. */
#include "solve/gaus_search.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Prices are computed anew BATCHES times a sweep; windows up to WIDE are looked at step by step. */
enum { BATCHES = 16, WIDE = 40, SAMPLES = 12 };
#define HOT 0.05   /* temperature of the first sweep, as a share of the peak */
#define COLD 0.002 /* of the last one */

bool tweed_gaus_polisher_init(tweed_gaus_polisher *s, const tweed_gaus_model *m) {
  size_t n = (size_t)m->p.nops + 1, values = (size_t)m->p.nvalues + 1;
  *s = (tweed_gaus_polisher){.m = m, .scorer = {.model = m}};
  bool ok = tweed_mrt_init(&s->table, m->graph);
  s->start = calloc(2 * n, sizeof *s->start);
  s->last = calloc(2 * values, sizeof *s->last);
  s->last_user = calloc(values, sizeof *s->last_user);
  if (!ok || !s->start || !s->last || !s->last_user)
    return false;
  s->best = s->start + n;
  s->second = s->last + values;
  return true;
}

void tweed_gaus_polisher_free(tweed_gaus_polisher *s) {
  tweed_mrt_free(&s->table);
  tweed_gaus_scorer_free(&s->scorer);
  free(s->start);
  free(s->last);
  free(s->last_user);
  free(s->load);
  free(s->price);
  *s = (tweed_gaus_polisher){0};
}

/* ---- last uses ---- */

static int64_t use_of(const tweed_gaus_polisher *s, int32_t u) {
  const gaus_problem *g = &s->m->p;
  int32_t e = g->user_edge[u];
  return s->start[g->edge_to[e]] + g->edge_distance[e] * s->ii;
}

/* The two last users of a value, of different ops. */
static void find_last(tweed_gaus_polisher *s, int32_t v) {
  const gaus_problem *g = &s->m->p;
  int64_t first = INT64_MIN, second = INT64_MIN;
  int32_t user = -1;
  for (int32_t u = g->value_user[v]; u < g->value_user[v + 1]; u++) {
    int64_t use = use_of(s, u);
    int32_t op = g->edge_to[g->user_edge[u]];
    if (use > first) {
      second = op == user ? second : first;
      first = use, user = op;
    } else if (op != user && use > second) {
      second = use;
    }
  }
  s->last[v] = first, s->second[v] = second, s->last_user[v] = user;
}

/* ---- prices ---- */

static double *rows_of(double *rows, const tweed_gaus_polisher *s, int32_t profile) {
  return rows + (int64_t)profile * (s->nrows + 1);
}

static void add_load(tweed_gaus_polisher *s, int32_t profile, int64_t begin, int64_t end, double amount) {
  double *load = rows_of(s->load, s, profile);
  if (end <= begin)
    return;
  if (s->ii > 0) {
    int64_t turns = (end - begin) / s->ii;
    load[0] += amount * (double)turns; /* in every row: a difference that nothing takes back */
    begin %= s->ii, end %= s->ii;
    if (begin == end)
      return;
    load[0] += end < begin ? amount : 0;
  }
  load[begin] += amount;
  load[end] -= amount;
}

static void find_loads(tweed_gaus_polisher *s) {
  const gaus_problem *g = &s->m->p;
  memset(s->load, 0, (size_t)g->nprofiles * (size_t)(s->nrows + 1) * sizeof *s->load);
  for (int32_t i = 0; i < g->nops; i++)
    for (int32_t k = g->segment_begin[i]; k < g->segment_begin[i + 1]; k++) {
      int64_t begin = s->start[i] + g->segments[k].offset;
      add_load(s, g->segments[k].profile, begin, begin + g->segments[k].length, s->m->segment_amount[k]);
    }
  for (int32_t v = 0; v < g->nvalues; v++)
    add_load(s, g->values[v].profile, s->start[g->values[v].op], s->last[v], s->m->value_amount[v]);
}

/* Of a profile: derivative of temperature * log sum exp(load / temperature) by each row, times the weight. */
static void find_price(tweed_gaus_polisher *s, int32_t profile) {
  double *load = rows_of(s->load, s, profile), *price = rows_of(s->price, s, profile);
  double level = 0, most = 0, total = 0, weight = s->m->weight[profile];
  for (int64_t r = 0; r < s->nrows; r++) {
    level += load[r];
    price[r] = level;
    most = level > most ? level : most;
  }
  double t = s->temperature * most + 1e-9;
  for (int64_t r = 0; r < s->nrows; r++) {
    price[r] = exp((price[r] - most) / t);
    total += price[r];
  }
  /* A small part for the average keeps values short where no peak asks for it. */
  double every = s->m->lifetimes ? 1e-2 * weight / (double)s->nrows : 1e-4 * weight / (double)s->nrows, sum = 0;
  for (int64_t r = 0; r < s->nrows; r++) {
    double p = weight / total * price[r] + every;
    price[r] = sum;
    sum += p;
  }
  price[s->nrows] = sum;
}

static void find_prices(tweed_gaus_polisher *s) {
  if (s->m->p.nprofiles == 0)
    return;
  find_loads(s);
  for (int32_t k = 0; k < s->m->p.nprofiles; k++)
    if (s->m->weight[k] > 0)
      find_price(s, k);
}

/* What the rows [begin, end) cost. */
static double cost_of(const tweed_gaus_polisher *s, int32_t profile, int64_t begin, int64_t end) {
  const double *price = s->price + (int64_t)profile * (s->nrows + 1);
  if (end <= begin)
    return 0;
  if (s->ii == 0)
    return price[end] - price[begin];
  int64_t a = begin % s->ii, b = end % s->ii, turns = (end - begin) / s->ii;
  return price[s->ii] * (double)(turns + (b < a)) + price[b] - price[a];
}

/* ---- moves ---- */

/* What op i's segments and value, and the ends of the values that it reads, cost if it starts at t. */
static double cost_at(const tweed_gaus_polisher *s, int32_t i, int64_t t) {
  const gaus_problem *g = &s->m->p;
  double cost = s->m->pull[i] * (double)t;
  if (s->target)
    return fabs((double)t - s->target[i]);
  for (int32_t k = g->segment_begin[i]; k < g->segment_begin[i + 1]; k++) {
    const gaus_segment *x = &g->segments[k];
    if (s->m->weight[x->profile] > 0)
      cost += s->m->segment_amount[k] * cost_of(s, x->profile, t + x->offset, t + x->offset + x->length);
  }
  for (int32_t v = g->op_value_begin[i]; v < g->op_value_begin[i + 1]; v++) {
    int64_t end = s->last_user[v] == i ? s->second[v] : s->last[v];
    for (int32_t x = g->out_begin[i]; x < g->out_begin[i + 1] && s->last_user[v] == i; x++) {
      int32_t e = g->out_edge[x];
      int64_t own = t + g->edge_distance[e] * s->ii;
      if (g->edge_to[e] == i && g->edge_user[e] >= 0 && own > end)
        end = own;
    }
    cost += s->m->value_amount[v] * cost_of(s, g->values[v].profile, t, end);
  }
  for (int32_t x = g->in_begin[i]; x < g->in_begin[i + 1]; x++) {
    int32_t e = g->in_edge[x], u = g->edge_user[e];
    if (u < 0 || g->edge_from[e] == i)
      continue;
    int32_t v = g->user_value[u];
    int64_t other = s->last_user[v] == i ? s->second[v] : s->last[v], own = t + g->edge_distance[e] * s->ii;
    int64_t begin = s->start[g->edge_from[e]];
    other = other > begin ? other : begin;
    if (own > other)
      cost += s->m->value_amount[v] * cost_of(s, g->values[v].profile, other, own);
  }
  return cost;
}

static bool is_free(const tweed_gaus_polisher *s, int32_t v, int64_t t) {
  int32_t shape = s->m->graph->shape[v];
  return s->table.shapes[shape].count == 0 || tweed_mrt_conflict(&s->table, shape, tweed_mrt_row(&s->table, t)) == 0;
}

typedef struct choice {
  int64_t start;
  double cost;
} choice;

static void look(const tweed_gaus_polisher *s, int32_t v, int64_t t, choice *best) {
  double cost = cost_at(s, v, t);
  if (cost < best->cost && is_free(s, v, t))
    *best = (choice){t, cost};
}

static void move_op(tweed_gaus_polisher *s, int32_t v, int64_t horizon) {
  const gaus_problem *g = &s->m->p;
  int64_t low = 0, high = horizon - s->m->tail[v], old = s->start[v];
  int32_t shape = s->m->graph->shape[v];
  tweed_graph_slack(s->m->graph, s->ii, s->start, v, &low, &high);
  if (low >= high)
    return;
  tweed_mrt_change(&s->table, shape, old, -1);
  double now = cost_at(s, v, old);
  choice best = {old, now - 1e-9 * fabs(now)};
  if (s->target) {
    int64_t at = (int64_t)floor(fmin(fmax(s->target[v], (double)low), (double)high));
    look(s, v, at, &best);
    look(s, v, at < high ? at + 1 : high, &best);
  }
  if (high - low <= WIDE) {
    for (int64_t t = low; t <= high; t++)
      look(s, v, t, &best);
  } else {
    look(s, v, low, &best);
    look(s, v, high, &best);
    for (int64_t by = 1; by <= high - low; by *= 2) {
      look(s, v, old + by < high ? old + by : high, &best);
      look(s, v, old - by > low ? old - by : low, &best);
    }
    for (int k = 0; k < SAMPLES; k++)
      look(s, v, low + (int64_t)(tweed_random_next(&s->random) % (uint64_t)(high - low + 1)), &best);
  }
  s->start[v] = best.start;
  tweed_mrt_change(&s->table, shape, best.start, 1);
  if (best.start == old)
    return;
  for (int32_t x = g->in_begin[v]; x < g->in_begin[v + 1]; x++)
    if (g->edge_user[g->in_edge[x]] >= 0)
      find_last(s, g->user_value[g->edge_user[g->in_edge[x]]]);
}

static bool sweep(tweed_gaus_polisher *s, int64_t horizon, bool backward, tweed_stop *stop) {
  const tweed_graph *g = s->m->graph;
  for (int32_t b = 0; b < BATCHES; b++) {
    if (tweed_stopped(stop))
      return false;
    if (!s->target)
      find_prices(s);
    for (int32_t k = b; k < g->n; k += BATCHES)
      move_op(s, g->order[backward ? g->n - 1 - k : k], horizon);
  }
  return true;
}

/* Fills the table and the last uses. */
static tweed_status prepare(tweed_gaus_polisher *s, int64_t ii, int64_t horizon) {
  const gaus_problem *g = &s->m->p;
  s->ii = ii;
  s->nrows = ii > 0 ? ii : horizon + s->m->reach;
  int64_t need = (s->nrows + 1) * g->nprofiles;
  if (need > s->capacity) {
    free(s->load), free(s->price);
    s->load = calloc((size_t)need, sizeof *s->load);
    s->price = calloc((size_t)need, sizeof *s->price);
    s->capacity = s->load && s->price ? need : 0;
  }
  tweed_fit fit = tweed_mrt_reset(&s->table, ii, NULL);
  if (s->capacity < need || fit == TWEED_FIT_NO_MEMORY)
    return TWEED_NO_MEMORY;
  if (fit != TWEED_FIT_YES)
    return TWEED_UNKNOWN;
  for (int32_t v = 0; v < g->nops; v++)
    if (!tweed_mrt_change(&s->table, s->m->graph->shape[v], s->start[v], 1))
      return TWEED_NO_MEMORY;
  for (int32_t v = 0; v < g->nvalues; v++)
    find_last(s, v);
  return TWEED_OK;
}

bool tweed_gaus_polish(tweed_gaus_polisher *s, int64_t ii, int64_t horizon, int32_t sweeps, uint64_t seed,
                       int64_t *start, tweed_gaus_score *score, tweed_stop *stop) {
  size_t bytes = (size_t)s->m->p.nops * sizeof *start;
  tweed_gaus_score now;
  tweed_random_seed(&s->random, seed);
  memcpy(s->start, start, bytes);
  tweed_status status = prepare(s, ii, horizon);
  if (status != TWEED_OK)
    return status != TWEED_NO_MEMORY;
  for (int32_t k = 0; k < sweeps; k++) {
    s->temperature = HOT * pow(COLD / HOT, sweeps > 1 ? (double)k / (sweeps - 1) : 1);
    bool whole = sweep(s, horizon, k % 2 == 0, stop);
    if (!tweed_gaus_score_of(&s->scorer, ii, s->nrows, s->start, &now))
      return false;
    if (now.total < score->total) {
      *score = now;
      memcpy(start, s->start, bytes);
    }
    if (!whole)
      break;
  }
  return true;
}

bool tweed_gaus_walk(tweed_gaus_polisher *s, int64_t ii, int64_t horizon, int32_t sweeps, const double *target,
                     int64_t *start, tweed_stop *stop) {
  size_t bytes = (size_t)s->m->p.nops * sizeof *start;
  tweed_random_seed(&s->random, 1);
  memcpy(s->start, start, bytes);
  tweed_status status = prepare(s, ii, horizon);
  if (status != TWEED_OK)
    return status != TWEED_NO_MEMORY;
  s->target = target;
  for (int32_t k = 0; k < sweeps && !tweed_stopped(stop); k++)
    sweep(s, horizon, k % 2 == 0, stop);
  s->target = NULL;
  memcpy(start, s->start, bytes);
  return true;
}
