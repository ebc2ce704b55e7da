/* gaus_phases.h: one iteration of GauS, phase by phase; all elements of a phase are independent, a barrier lies between
 * phases.
 *
 * The augmented Lagrangian, in closed form (Cai, Yin et al., arXiv 2602.20427, re-derived):
 *   dependences   rho/2 E[max(0, lambda/rho + X_i + L - X_j)^2], whose derivative is rho times the hinge of
 * gaus_hinge() capacities    the same of load - capacity, with the mean and the variance of a row's load: expected
 * overflow peaks         temperature * log sum exp(load / temperature) over the rows of a profile communication linear
 * in the means A load is a prefix sum over rows of what begins and ends there, so an op costs one distribution function
 * per step within four deviations, however long it holds a unit. The derivative of a peak by a start is the price of
 * the rows where the density is, and needs no sums at all. */
#ifndef TWEED_CUDA_GAUS_PHASES_H
#define TWEED_CUDA_GAUS_PHASES_H

#include "gaus_data.h"
#include "gaus_math.h"

#define GAUS_REACH 4.0f /* deviations that count */

/* The arrays of one replica, and of one thread's sums. */
typedef struct gaus_view {
  const gaus_problem *p;
  const gaus_params *q;
  gaus_state s;
} gaus_view;

GAUS_FN gaus_view gaus_view_of(const gaus_problem *p, const gaus_state *all, int32_t replica, int32_t thread) {
  gaus_view v;
  int64_t r = replica, ops = r * p->nops, edges = r * p->nedges, values = r * p->nvalues;
  int64_t rows = r * p->nprofiles * all->row_stride;
  v.p = p;
  v.q = all->params + r;
  v.s = *all;
  v.s.base += ops, v.s.low += ops, v.s.high += ops, v.s.mu += ops, v.s.log_sigma += ops, v.s.sigma += ops;
  v.s.moment += ops, v.s.moment2 += ops, v.s.sigma_moment += ops, v.s.sigma_moment2 += ops;
  v.s.lambda += edges, v.s.force += edges, v.s.spread += edges;
  v.s.share += r * p->nusers;
  v.s.last += values, v.s.last_sigma += values, v.s.last_force += values, v.s.last_spread += values;
  v.s.segment_laps += r * p->nsegments, v.s.value_laps += values;
  v.s.sum += rows + thread * all->sum_stride, v.s.variance += rows + thread * all->sum_stride;
  v.s.load += rows, v.s.price += rows, v.s.variance_price += rows, v.s.row_lambda += rows;
  v.s.scratch += r * p->nprofiles * GAUS_SCRATCH;
  return v;
}

/* ---- dependences ---- */

/* X_from + L - X_to without the normals. */
GAUS_FN float gaus_violation(const gaus_view *v, int32_t e) {
  int32_t i = v->p->edge_from[e], j = v->p->edge_to[e];
  int32_t whole = v->s.base[i] - v->s.base[j] + v->p->edge_latency[e] - v->p->edge_distance[e] * v->q->ii;
  return (float)whole + (v->s.mu[i] - v->s.mu[j]);
}

/* The force of edge e, and its multiplier for the next iteration. */
GAUS_FN void gaus_edge(const gaus_view *v, int32_t e) {
  int32_t i = v->p->edge_from[e], j = v->p->edge_to[e];
  if (i == j) {
    v->s.force[e] = 0.0f, v->s.spread[e] = 0.0f;
    return;
  }
  float m = gaus_violation(v, e), a = v->s.sigma[i], b = v->s.sigma[j], p;
  float lambda = v->s.lambda[e], rho = v->q->rho;
  v->s.force[e] = rho * gaus_hinge(m + lambda / rho, gaus_sqrt(a * a + b * b), &p);
  v->s.spread[e] = rho * p;
  v->s.lambda[e] = gaus_max(0.0f, lambda + v->q->eta * rho * m);
}

/* ---- what is deposited in profiles ---- */

/* Distribution over steps of one start or last use. Boundaries are k in [first, first + count): between steps k and
 * k + 1, relative to base. */
typedef struct gaus_window {
  float mu, inverse; /* 1 / sigma */
  int32_t first, count;
} gaus_window;

GAUS_FN gaus_window gaus_window_of(float mu, float sigma, int32_t low, int32_t high) {
  gaus_window w;
  float reach = GAUS_REACH * sigma;
  w.mu = mu;
  w.inverse = 1.0f / sigma;
  int32_t first = gaus_floor(mu - reach + 0.5f), last = gaus_floor(mu + reach - 0.5f);
  first = first < low ? low : first > high ? high : first;
  last = last > high - 1 ? high - 1 : last;
  w.first = first;
  w.count = last < first ? 0 : last - first + 1;
  return w;
}

/* P(X <= k) for GAUS_LANES boundaries from k on, and the densities there. */
GAUS_FN void gaus_boundaries(const gaus_window *w, int32_t k, float *cdf, float *pdf) {
  for (int32_t lane = 0; lane < GAUS_LANES; lane++) {
    float z = ((float)(k + lane) + 0.5f - w->mu) * w->inverse;
    pdf[lane] = gaus_pdf(z);
    cdf[lane] = gaus_cdf(z, pdf[lane]);
  }
}

/* P(X <= k) for any k. */
GAUS_FN float gaus_below(const gaus_window *w, int32_t k) {
  if (k < w->first)
    return 0.0f;
  if (k >= w->first + w->count)
    return 1.0f;
  float z = ((float)k + 0.5f - w->mu) * w->inverse;
  return gaus_cdf(z, gaus_pdf(z));
}

/* Row of an absolute step, and the whole turns before it. Acyclic: itself. */
GAUS_FN int32_t gaus_row(const gaus_params *q, int32_t step, int32_t *turns) {
  int32_t t = q->ii == 0 ? 0 : step / q->ii;
  if (q->ii != 0 && step < t * q->ii)
    t--;
  *turns = t;
  return step - t * q->ii;
}

/* Something that begins or ends: `amount` more from the step on whose distribution the window is, `at` steps from
 * relative to absolute ones. */
typedef struct gaus_event {
  double *sum;
  const float *price;
  float amount;
  int32_t row, turns; /* of the next boundary to look at */
  double laps;        /* amounts times whole turns */
} gaus_event;

GAUS_FN gaus_event gaus_event_of(const gaus_view *v, int32_t profile, const gaus_window *w, int32_t at, float amount) {
  gaus_event e;
  int64_t rows = (int64_t)profile * v->s.row_stride;
  e.sum = v->s.sum + rows;
  e.price = v->s.price + rows;
  e.amount = amount;
  e.row = gaus_row(v->q, w->first + at, &e.turns);
  e.laps = 0.0;
  return e;
}

GAUS_FN void gaus_next_row(const gaus_params *q, gaus_event *e) {
  e->row++;
  if (e->row == q->ii) /* never so if acyclic */
    e->row = 0, e->turns++;
}

/* Deposits what `count` boundaries say. Sums are rounded, so that they are exact; see gaus_round(). */
GAUS_FN void gaus_deposit(const gaus_params *q, gaus_event *e, const float *cdf, int32_t count, float before) {
  double below = gaus_round((double)(e->amount * before));
  for (int32_t lane = 0; lane < count; lane++) {
    double now = gaus_round((double)(e->amount * cdf[lane]));
    gaus_add(&e->sum[e->row], now - below);
    e->laps += (now - below) * e->turns;
    below = now;
    gaus_next_row(q, e);
  }
}

/* What is left behind the last boundary. */
GAUS_FN void gaus_deposit_rest(gaus_event *e, float before) {
  double rest = gaus_round((double)e->amount) - gaus_round((double)(e->amount * before));
  gaus_add(&e->sum[e->row], rest);
  e->laps += rest * e->turns;
}

/* One event alone. */
GAUS_FN double gaus_begin(const gaus_view *v, int32_t profile, const gaus_window *w, int32_t at, float amount) {
  gaus_event e = gaus_event_of(v, profile, w, at, amount);
  float cdf[GAUS_LANES], pdf[GAUS_LANES], before = 0.0f;
  for (int32_t k = 0; k < w->count; k += GAUS_LANES) {
    int32_t count = w->count - k < GAUS_LANES ? w->count - k : GAUS_LANES;
    gaus_boundaries(w, w->first + k, cdf, pdf);
    gaus_deposit(v->q, &e, cdf, count, before);
    before = cdf[count - 1];
  }
  gaus_deposit_rest(&e, before);
  return e.laps;
}

/* The two ends of a segment. */
GAUS_FN double gaus_hold(const gaus_view *v, int32_t profile, const gaus_window *w, int32_t at, int32_t length,
                         float amount) {
  gaus_event begin = gaus_event_of(v, profile, w, at, amount);
  gaus_event end = gaus_event_of(v, profile, w, at + length, -amount);
  float cdf[GAUS_LANES], pdf[GAUS_LANES], before = 0.0f;
  for (int32_t k = 0; k < w->count; k += GAUS_LANES) {
    int32_t count = w->count - k < GAUS_LANES ? w->count - k : GAUS_LANES;
    gaus_boundaries(w, w->first + k, cdf, pdf);
    gaus_deposit(v->q, &begin, cdf, count, before);
    gaus_deposit(v->q, &end, cdf, count, before);
    before = cdf[count - 1];
  }
  gaus_deposit_rest(&begin, before);
  gaus_deposit_rest(&end, before);
  return begin.laps + end.laps;
}

/* Variance of a row's load from an op that holds `amount` in `length` rows, a Bernoulli variable per row. */
GAUS_FN void gaus_vary(const gaus_params *q, double *variance, const gaus_window *w, int32_t at, int32_t length,
                       float amount) {
  int32_t turns, end = w->first + w->count;
  for (int32_t k = w->first; k < end + length; k++) {
    if (k == end && length > w->count)
      k = w->first + length; /* held for sure between begin and end */
    float held = gaus_below(w, k) - gaus_below(w, k - length);
    gaus_add(&variance[gaus_row(q, k + at, &turns)], gaus_round((double)(amount * amount * held * (1.0f - held))));
  }
}

/* Length in the table, whole turns left out. */
GAUS_FN int32_t gaus_wrapped(const gaus_params *q, int32_t length) {
  return q->ii == 0 ? length : length % q->ii;
}

/* Deposits the segments and the values of op i; the latter from its start on. */
GAUS_FN void gaus_op(const gaus_view *v, int32_t i) {
  const gaus_problem *p = v->p;
  gaus_window w = gaus_window_of(v->s.mu[i], v->s.sigma[i], v->s.low[i], v->s.high[i]);
  int32_t base = v->s.base[i];
  for (int32_t k = p->segment_begin[i]; k < p->segment_begin[i + 1]; k++) {
    const gaus_segment *g = &p->segments[k];
    int64_t rows = (int64_t)g->profile * v->s.row_stride;
    int32_t at = base + g->offset, length = gaus_wrapped(v->q, g->length);
    v->s.segment_laps[k] = gaus_hold(v, g->profile, &w, at, length, g->amount);
    if (p->capacity[g->profile] >= 0.0f)
      gaus_vary(v->q, v->s.variance + rows, &w, at, length, g->amount);
  }
  for (int32_t k = p->op_value_begin[i]; k < p->op_value_begin[i + 1]; k++) {
    const gaus_value *value = &p->values[k];
    v->s.value_laps[k] = gaus_begin(v, value->profile, &w, base, value->amount);
  }
}

/* ---- last uses ---- */

/* When user u reads, relative to the base of the value's op. */
GAUS_FN float gaus_use(const gaus_view *v, int32_t u, int32_t base) {
  int32_t e = v->p->user_edge[u], j = v->p->edge_to[e];
  return (float)(v->s.base[j] - base + v->p->edge_distance[e] * v->q->ii) + v->s.mu[j];
}

/* Last use of value k as a smooth maximum over its users. */
GAUS_FN void gaus_last(const gaus_view *v, int32_t k) {
  int32_t begin = v->p->value_user[k], end = v->p->value_user[k + 1], i = v->p->values[k].op, base = v->s.base[i];
  float most = gaus_use(v, begin, base), total = 0.0f, sigma = 0.0f;
  float t = v->q->last_temperature * v->s.sigma[i];
  for (int32_t u = begin + 1; u < end; u++)
    most = gaus_max(most, gaus_use(v, u, base));
  for (int32_t u = begin; u < end; u++) {
    float share = gaus_exp((gaus_use(v, u, base) - most) / t);
    v->s.share[u] = share;
    total += share;
  }
  for (int32_t u = begin; u < end; u++) {
    float share = v->s.share[u] / total;
    v->s.share[u] = share;
    sigma += share * v->s.sigma[v->p->edge_to[v->p->user_edge[u]]];
  }
  v->s.last[k] = most + t * gaus_log(total);
  v->s.last_sigma[k] = sigma;
}

/* The window of a last use: no earlier than the op can start; acyclic, no later than the last row. */
GAUS_FN gaus_window gaus_last_window(const gaus_view *v, int32_t k) {
  int32_t i = v->p->values[k].op;
  int32_t high = v->q->ii == 0 ? v->q->rows - 1 - v->s.base[i] : 1 << 29;
  return gaus_window_of(v->s.last[k], v->s.last_sigma[k], v->s.low[i], high);
}

/* Ends value k at its last use; after gaus_op of its op. */
GAUS_FN void gaus_end_value(const gaus_view *v, int32_t k) {
  const gaus_value *value = &v->p->values[k];
  gaus_last(v, k);
  gaus_window w = gaus_last_window(v, k);
  v->s.value_laps[k] += gaus_begin(v, value->profile, &w, v->s.base[value->op], -value->amount);
}

/* All that op i adds to the rows. Its values end after they have begun, so one thread does both. */
GAUS_FN void gaus_op_whole(const gaus_view *v, int32_t i) {
  gaus_op(v, i);
  for (int32_t k = v->p->op_value_begin[i]; k < v->p->op_value_begin[i + 1]; k++)
    gaus_end_value(v, k);
}

/* ---- rows: a scan over each profile by `lanes` lanes, each with a part of the rows, in four phases ---- */

/* A lane's rows of a profile. */
GAUS_FN void gaus_part(const gaus_view *v, int32_t lane, int32_t lanes, int32_t *begin, int32_t *end) {
  int32_t size = (v->q->rows + lanes - 1) / lanes;
  *begin = lane * size < v->q->rows ? lane * size : v->q->rows;
  *end = *begin + size < v->q->rows ? *begin + size : v->q->rows;
}

/* The lane's share of what row 0 holds before anything begins in it: what begins after t whole turns is in every row t
 * times less than the prefix sum says, and amounts that go round the table add their whole turns. */
GAUS_FN double gaus_laps(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes) {
  const gaus_problem *p = v->p;
  double load = 0.0;
  if (v->q->ii == 0)
    return 0.0;
  for (int32_t x = p->profile_segment_begin[profile] + lane; x < p->profile_segment_begin[profile + 1]; x += lanes) {
    const gaus_segment *g = &p->segments[p->profile_segment[x]];
    load += gaus_round((double)g->amount) * (double)(g->length / v->q->ii) - v->s.segment_laps[p->profile_segment[x]];
  }
  for (int32_t x = p->profile_value_begin[profile] + lane; x < p->profile_value_begin[profile + 1]; x += lanes)
    load -= v->s.value_laps[p->profile_value[x]];
  return load;
}

/* Adds the sums of the host's threads up in the first. Leaves the lane's total in scratch, and behind those of all
 * lanes its share of what gaus_laps() adds up. */
GAUS_FN void gaus_rows_sum(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes) {
  int32_t begin, end;
  double total = 0.0, *scratch = v->s.scratch + (int64_t)profile * GAUS_SCRATCH;
  double *sum = v->s.sum + (int64_t)profile * v->s.row_stride;
  double *variance = v->s.variance + (int64_t)profile * v->s.row_stride;
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t r = begin; r < end; r++) {
    for (int32_t t = 1; t < v->s.nsums; t++) {
      sum[r] += sum[r + t * v->s.sum_stride], sum[r + t * v->s.sum_stride] = 0.0;
      variance[r] += variance[r + t * v->s.sum_stride], variance[r + t * v->s.sum_stride] = 0.0;
    }
    total += sum[r];
  }
  scratch[lane] = total;
  scratch[lanes + lane] = gaus_laps(v, profile, lane, lanes);
}

/* Loads of the lane's rows; empties the sums. */
GAUS_FN void gaus_rows_load(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes) {
  int32_t begin, end;
  int64_t at = (int64_t)profile * v->s.row_stride;
  const double *scratch = v->s.scratch + (int64_t)profile * GAUS_SCRATCH;
  double load = 0.0;
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t k = 0; k < lanes; k++)
    load += (k < lane ? scratch[k] : 0.0) + scratch[lanes + k];
  for (int32_t r = begin; r < end; r++) {
    load += v->s.sum[at + r];
    v->s.load[at + r] = (float)load;
    v->s.sum[at + r] = 0.0;
  }
}

/* The largest load of the lane's rows. */
GAUS_FN float gaus_rows_most(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes) {
  int32_t begin, end;
  float most = -1e30f;
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t r = begin; r < end; r++)
    most = gaus_max(most, v->s.load[(int64_t)profile * v->s.row_stride + r]);
  return most;
}

/* The temperature of a profile whose largest load is `most`. */
GAUS_FN float gaus_temperature(const gaus_view *v, float most) {
  return v->q->temperature * gaus_max(most, 1e-3f);
}

/* Sum of exp((load - most) / temperature) over the lane's rows, rounded terms. */
GAUS_FN double gaus_rows_weight(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes, float most) {
  int32_t begin, end;
  double total = 0.0;
  float t = gaus_temperature(v, most);
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t r = begin; r < end; r++) {
    float x = (v->s.load[(int64_t)profile * v->s.row_stride + r] - most) / t;
    total += gaus_round((double)gaus_exp(x));
  }
  return total;
}

/* Prices of the lane's rows for the profile's part in the objective: of the smooth maximum, and of the average. */
GAUS_FN void gaus_rows_peak(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes, float most,
                            double total) {
  int32_t begin, end;
  int64_t at = (int64_t)profile * v->s.row_stride;
  float t = gaus_temperature(v, most), weight = v->q->peak * v->p->weight[profile], average = v->q->average;
  float scale = weight * (1.0f - average) / (float)total, every = weight * average / (float)v->q->rows;
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t r = begin; r < end; r++)
    v->s.price[at + r] = every + scale * gaus_exp((v->s.load[at + r] - most) / t);
}

/* Prices of the lane's rows for the profile's capacity, added to those above: expected overflow. Multipliers of the
 * next iteration. */
GAUS_FN void gaus_rows_overflow(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes) {
  int32_t begin, end;
  int64_t at = (int64_t)profile * v->s.row_stride;
  float rho = v->q->capacity_rho;
  gaus_part(v, lane, lanes, &begin, &end);
  for (int32_t r = begin; r < end; r++) {
    float over = v->s.load[at + r] - v->p->capacity[profile], lambda = v->s.row_lambda[at + r], p;
    float deviation = gaus_sqrt(gaus_max((float)v->s.variance[at + r], 0.0f) + 1e-6f);
    v->s.price[at + r] += rho * gaus_hinge(over + lambda / rho, deviation, &p);
    v->s.variance_price[at + r] = 0.5f * rho * p;
    v->s.row_lambda[at + r] = gaus_max(0.0f, lambda + v->q->capacity_eta * rho * over);
    v->s.variance[at + r] = 0.0;
  }
}

/* ---- derivatives and steps ---- */

/* Derivatives of the objective by mean and deviation of something distributed by w, from what begins with it at `at`.
 * d/dmu P(X <= k) = -pdf / sigma, d/dsigma = -z pdf / sigma. */
typedef struct gaus_slope {
  float mu, sigma;
} gaus_slope;

GAUS_FN void gaus_begin_slope(const gaus_view *v, int32_t profile, const gaus_window *w, int32_t at, float amount,
                              gaus_slope *slope) {
  gaus_event e = gaus_event_of(v, profile, w, at, amount);
  float cdf[GAUS_LANES], pdf[GAUS_LANES], mu = 0.0f, sigma = 0.0f;
  for (int32_t k = 0; k < w->count; k += GAUS_LANES) {
    gaus_boundaries(w, w->first + k, cdf, pdf);
    for (int32_t lane = 0; lane < GAUS_LANES && k + lane < w->count; lane++) {
      float x = pdf[lane] * e.price[e.row];
      mu -= x;
      sigma -= x * (((float)(w->first + k + lane) + 0.5f - w->mu) * w->inverse);
      gaus_next_row(v->q, &e);
    }
  }
  slope->mu += amount * w->inverse * mu;
  slope->sigma += amount * w->inverse * sigma;
}

/* Of the two ends of a segment. */
GAUS_FN void gaus_hold_slope(const gaus_view *v, int32_t profile, const gaus_window *w, int32_t at, int32_t length,
                             float amount, gaus_slope *slope) {
  gaus_event begin = gaus_event_of(v, profile, w, at, amount), end = gaus_event_of(v, profile, w, at + length, amount);
  float cdf[GAUS_LANES], pdf[GAUS_LANES], mu = 0.0f, sigma = 0.0f;
  for (int32_t k = 0; k < w->count; k += GAUS_LANES) {
    gaus_boundaries(w, w->first + k, cdf, pdf);
    for (int32_t lane = 0; lane < GAUS_LANES && k + lane < w->count; lane++) {
      float x = pdf[lane] * (begin.price[begin.row] - end.price[end.row]);
      mu -= x;
      sigma -= x * (((float)(w->first + k + lane) + 0.5f - w->mu) * w->inverse);
      gaus_next_row(v->q, &begin);
      gaus_next_row(v->q, &end);
    }
  }
  slope->mu += amount * w->inverse * mu;
  slope->sigma += amount * w->inverse * sigma;
}

/* The density at k, 0 outside the window. */
GAUS_FN float gaus_density(const gaus_window *w, int32_t k) {
  return k < w->first || k >= w->first + w->count ? 0.0f : gaus_pdf(((float)k + 0.5f - w->mu) * w->inverse);
}

/* Of gaus_vary(). */
GAUS_FN void gaus_vary_slope(const gaus_params *q, const float *price, const gaus_window *w, int32_t at, int32_t length,
                             float amount, gaus_slope *slope) {
  int32_t turns, end = w->first + w->count;
  for (int32_t k = w->first; k < end + length; k++) {
    if (k == end && length > w->count)
      k = w->first + length;
    float held = gaus_below(w, k) - gaus_below(w, k - length);
    float a = gaus_density(w, k), b = gaus_density(w, k - length);
    float za = ((float)k + 0.5f - w->mu) * w->inverse, zb = ((float)(k - length) + 0.5f - w->mu) * w->inverse;
    float x = amount * amount * (1.0f - 2.0f * held) * price[gaus_row(q, k + at, &turns)] * w->inverse;
    slope->mu -= x * (a - b);
    slope->sigma -= x * (za * a - zb * b);
  }
}

/* Derivatives by the last use of value k. */
GAUS_FN void gaus_value_slope(const gaus_view *v, int32_t k) {
  const gaus_value *value = &v->p->values[k];
  gaus_slope slope = {0.0f, 0.0f};
  gaus_window w = gaus_last_window(v, k);
  gaus_begin_slope(v, value->profile, &w, v->s.base[value->op], -value->amount, &slope);
  v->s.last_force[k] = slope.mu;
  v->s.last_spread[k] = slope.sigma;
}

/* Of all that op i itself deposits. */
GAUS_FN void gaus_deposit_slope(const gaus_view *v, int32_t i, float sigma, gaus_slope *slope) {
  const gaus_problem *p = v->p;
  gaus_window w = gaus_window_of(v->s.mu[i], sigma, v->s.low[i], v->s.high[i]);
  int32_t base = v->s.base[i];
  for (int32_t k = p->segment_begin[i]; k < p->segment_begin[i + 1]; k++) {
    const gaus_segment *g = &p->segments[k];
    int64_t rows = (int64_t)g->profile * v->s.row_stride;
    int32_t at = base + g->offset, length = gaus_wrapped(v->q, g->length);
    gaus_hold_slope(v, g->profile, &w, at, length, g->amount, slope);
    if (p->capacity[g->profile] >= 0.0f)
      gaus_vary_slope(v->q, v->s.variance_price + rows, &w, at, length, g->amount, slope);
  }
  for (int32_t k = p->op_value_begin[i]; k < p->op_value_begin[i + 1]; k++)
    gaus_begin_slope(v, p->values[k].profile, &w, base, p->values[k].amount, slope);
}

/* Of the edge's two ends and of the last uses that op i is. */
GAUS_FN void gaus_edge_slope(const gaus_view *v, int32_t i, float sigma, gaus_slope *slope) {
  const gaus_problem *p = v->p;
  float force = 0.0f, spread = 0.0f;
  for (int32_t x = p->out_begin[i]; x < p->out_begin[i + 1]; x++) {
    force += v->s.force[p->out_edge[x]];
    spread += v->s.spread[p->out_edge[x]];
  }
  for (int32_t x = p->in_begin[i]; x < p->in_begin[i + 1]; x++) {
    int32_t e = p->in_edge[x];
    force -= v->s.force[e];
    spread += v->s.spread[e];
    int32_t u = p->edge_user[e];
    if (u >= 0) {
      slope->mu += v->s.share[u] * v->s.last_force[p->user_value[u]];
      slope->sigma += v->s.share[u] * v->s.last_spread[p->user_value[u]];
    }
  }
  slope->mu += force;
  slope->sigma += spread * sigma;
}

/* The derivatives of the whole Lagrangian by mean and deviation of op i. */
GAUS_FN gaus_slope gaus_slope_of(const gaus_view *v, int32_t i) {
  gaus_slope slope = {v->q->pull * v->p->pull[i], 0.0f};
  float sigma = v->s.sigma[i];
  gaus_edge_slope(v, i, sigma, &slope);
  gaus_deposit_slope(v, i, sigma, &slope);
  return slope;
}

/* One step of Adam on x; `power` is 1 - beta^t of the two moments. */
GAUS_FN float gaus_adam(float g, float *moment, float *moment2, int32_t t) {
  float first = 1.0f - gaus_exp(-0.1053605157f * (float)t), second = 1.0f - gaus_exp(-1.0005003336e-3f * (float)t);
  *moment = 0.9f * *moment + 0.1f * g;
  *moment2 = 0.999f * *moment2 + 0.001f * g * g;
  return (*moment / first) / (gaus_sqrt(*moment2 / second) + 1e-8f);
}

/* One step of op i. */
GAUS_FN void gaus_step(const gaus_view *v, int32_t i) {
  const gaus_params *q = v->q;
  gaus_slope slope = gaus_slope_of(v, i);
  float sigma = v->s.sigma[i], by;
  if (q->adam != 0)
    by = q->step * gaus_adam(slope.mu, &v->s.moment[i], &v->s.moment2[i], q->iteration);
  else
    by = q->step * slope.mu / (2.0f * q->rho * v->p->degree[i] + q->drift);
  by = gaus_clamp(by, -q->clip, q->clip);
  v->s.mu[i] = gaus_clamp(v->s.mu[i] - by, (float)v->s.low[i], (float)v->s.high[i]);
  float turn = gaus_adam(slope.sigma * sigma, &v->s.sigma_moment[i], &v->s.sigma_moment2[i], q->iteration);
  float turned = gaus_exp(v->s.log_sigma[i] - q->sigma_rate * turn);
  v->s.sigma[i] = gaus_clamp(turned, q->sigma_floor, q->sigma_ceiling);
  v->s.log_sigma[i] = gaus_log(v->s.sigma[i]);
}

#endif
