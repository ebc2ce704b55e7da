/* problem.c: see problem.h. */
#include "problem.h"
#include "gaus_math.h"
#include <stdlib.h>
#include <string.h>

typedef struct maker {
  random_problem *x;
  const random_shape *shape;
  uint64_t state;
  bool failed;
} maker;

static int32_t pick(maker *m, int32_t low, int32_t high) {
  m->state = m->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return low + (int32_t)((m->state >> 33) % (uint64_t)(high - low + 1));
}

static float real(maker *m, float low, float high) {
  return low + (high - low) * (float)pick(m, 0, 1 << 20) / (float)(1 << 20);
}

/* Zeroed; owned by the problem. Lengths of 0 get an element, so that no pointer is NULL. */
static void *array(maker *m, int64_t count, size_t size) {
  void *a = calloc((size_t)(count < 1 ? 1 : count), size);
  m->failed |= !a;
  if (a)
    m->x->arrays[m->x->narrays++] = a;
  return a;
}

/* ---- dependences: each op but the first has one or two on earlier ones, some carried ones go back ---- */

enum { MOST_EDGES = 3 }; /* per op */

static int32_t earlier(maker *m, int32_t i) {
  int32_t near = i - pick(m, 1, 40);
  return near < 0 ? pick(m, 0, i - 1) : near;
}

static void make_edges(maker *m) {
  gaus_problem *p = &m->x->p;
  int64_t most = (int64_t)p->nops * MOST_EDGES;
  int32_t *from = array(m, most, sizeof *from), *to = array(m, most, sizeof *to);
  int32_t *latency = array(m, most, sizeof *latency), *distance = array(m, most, sizeof *distance);
  for (int32_t i = 1; !m->failed && i < p->nops; i++) {
    int32_t count = pick(m, 1, 2);
    for (int32_t k = 0; k < count; k++) {
      from[p->nedges] = earlier(m, i), to[p->nedges] = i;
      latency[p->nedges++] = pick(m, 0, 4);
    }
    if (m->shape->ii > 0 && pick(m, 0, 9) == 0) {
      from[p->nedges] = i, to[p->nedges] = pick(m, 0, 3) == 0 ? i : earlier(m, i);
      distance[p->nedges] = pick(m, 1, 2);
      latency[p->nedges++] = pick(m, 0, 4);
    }
  }
  p->edge_from = from, p->edge_to = to, p->edge_latency = latency, p->edge_distance = distance;
}

/* Edges by their op; those of an op with itself are in neither list. */
static void make_list(maker *m, const int32_t *op, const int32_t *other, const int32_t **begin_out,
                      const int32_t **edge_out) {
  gaus_problem *p = &m->x->p;
  int32_t *begin = array(m, (int64_t)p->nops + 2, sizeof *begin), *edge = array(m, p->nedges, sizeof *edge);
  if (m->failed)
    return;
  for (int32_t e = 0; e < p->nedges; e++)
    begin[op[e] + 2] += op[e] != other[e];
  for (int32_t i = 0; i < p->nops; i++)
    begin[i + 2] += begin[i + 1];
  for (int32_t e = 0; e < p->nedges; e++)
    if (op[e] != other[e])
      edge[begin[op[e] + 1]++] = e;
  *begin_out = begin, *edge_out = edge;
}

static void make_weights(maker *m) {
  gaus_problem *p = &m->x->p;
  float *pull = array(m, p->nops, sizeof *pull), *degree = array(m, p->nops, sizeof *degree);
  for (int32_t i = 0; !m->failed && i < p->nops; i++) {
    pull[i] = real(m, -2.0f, 2.0f);
    degree[i] = (float)(p->out_begin[i + 1] - p->out_begin[i] + p->in_begin[i + 1] - p->in_begin[i]);
  }
  p->pull = pull, p->degree = degree;
}

/* ---- what is held ---- */

enum { MOST_LENGTH = 12, MOST_OFFSET = 3 };

static void make_segments(maker *m) {
  gaus_problem *p = &m->x->p;
  int32_t *begin = array(m, (int64_t)p->nops + 1, sizeof *begin);
  gaus_segment *segments = array(m, 2 * (int64_t)p->nops, sizeof *segments);
  for (int32_t i = 0; !m->failed && i < p->nops; i++) {
    int32_t count = p->nprofiles == 0 ? 0 : pick(m, 0, 2);
    for (int32_t k = 0; k < count; k++)
      segments[p->nsegments++] = (gaus_segment){pick(m, 0, p->nprofiles - 1), pick(m, 0, MOST_OFFSET),
                                                pick(m, 1, MOST_LENGTH), real(m, 0.05f, 1.0f)};
    begin[i + 1] = p->nsegments;
  }
  p->segment_begin = begin, p->segments = segments;
}

/* Ops with users make up to two values; each edge to another op may be a user of one of them. */
static void make_values(maker *m) {
  gaus_problem *p = &m->x->p;
  int32_t *begin = array(m, (int64_t)p->nops + 1, sizeof *begin);
  int32_t *edge_user = array(m, p->nedges, sizeof *edge_user);
  gaus_value *values = array(m, 2 * (int64_t)p->nops, sizeof *values);
  int32_t *value_user = array(m, 2 * (int64_t)p->nops + 1, sizeof *value_user);
  int32_t *user_edge = array(m, p->nedges, sizeof *user_edge);
  int32_t *user_value = array(m, p->nedges, sizeof *user_value);
  if (m->failed)
    return;
  memset(edge_user, -1, (size_t)p->nedges * sizeof *edge_user);
  for (int32_t i = 0; i < p->nops; i++) {
    int32_t first = p->out_begin[i], out = p->out_begin[i + 1] - first;
    int32_t count = p->nprofiles == 0 || out == 0 ? 0 : pick(m, 0, out < 2 ? out : 2);
    for (int32_t k = 0; k < count; k++) { /* the last takes all edges that are left */
      values[p->nvalues] = (gaus_value){i, pick(m, 0, p->nprofiles - 1), real(m, 0.05f, 1.0f)};
      for (int32_t x = k; x < (k == count - 1 ? out : k + 1); x++) {
        edge_user[p->out_edge[first + x]] = p->nusers;
        user_edge[p->nusers] = p->out_edge[first + x];
        user_value[p->nusers++] = p->nvalues;
      }
      value_user[++p->nvalues] = p->nusers;
    }
    begin[i + 1] = p->nvalues;
  }
  p->op_value_begin = begin, p->values = values, p->edge_user = edge_user;
  p->value_user = value_user, p->user_edge = user_edge, p->user_value = user_value;
}

/* Every other profile has a capacity. */
static void make_profiles(maker *m) {
  gaus_problem *p = &m->x->p;
  float *capacity = array(m, p->nprofiles, sizeof *capacity), *weight = array(m, p->nprofiles, sizeof *weight);
  int32_t *segment_begin = array(m, (int64_t)p->nprofiles + 1, sizeof *segment_begin);
  int32_t *value_begin = array(m, (int64_t)p->nprofiles + 1, sizeof *value_begin);
  int32_t *segment = array(m, p->nsegments, sizeof *segment), *value = array(m, p->nvalues, sizeof *value);
  if (m->failed)
    return;
  for (int32_t f = 0, s = 0, v = 0; f < p->nprofiles; f++) {
    capacity[f] = f % 2 == 0 ? -1.0f : real(m, 0.5f, 3.0f);
    weight[f] = f % 2 == 0 ? real(m, 0.2f, 2.0f) : 0.0f;
    for (int32_t k = 0; k < p->nsegments; k++)
      if (p->segments[k].profile == f)
        segment[s++] = k;
    for (int32_t k = 0; k < p->nvalues; k++)
      if (p->values[k].profile == f)
        value[v++] = k;
    segment_begin[f + 1] = s, value_begin[f + 1] = v;
  }
  p->capacity = capacity, p->weight = weight;
  p->profile_segment_begin = segment_begin, p->profile_segment = segment;
  p->profile_value_begin = value_begin, p->profile_value = value;
}

/* ---- states ---- */

static gaus_params params_of(maker *m, int32_t replica) {
  gaus_params q = {.ii = m->shape->ii == 0 ? 0 : m->shape->ii + replica % 3,
                   .adam = replica % 2,
                   .rho = 0.5f,
                   .eta = 0.1f,
                   .capacity_rho = 0.3f,
                   .capacity_eta = 0.05f,
                   .pull = 0.2f,
                   .peak = 1.0f,
                   .average = 0.25f,
                   .temperature = 0.1f,
                   .last_temperature = 0.5f,
                   .sigma_floor = 0.3f,
                   .sigma_rate = 0.02f,
                   .clip = 2.0f,
                   .drift = 0.5f};
  q.rows = m->shape->ii == 0 ? m->x->s.row_stride : q.ii;
  q.step = q.adam ? 0.1f : 0.7f;
  q.sigma_ceiling = 0.25f * (float)m->shape->slack + 1.0f;
  return q;
}

static void fill_state(maker *m, int32_t replica) {
  gaus_state *s = &m->x->s;
  int32_t n = m->x->p.nops;
  s->params[replica] = params_of(m, replica);
  for (int32_t i = 0; i < n; i++) {
    int64_t at = (int64_t)replica * n + i;
    s->base[at] = (int32_t)((int64_t)m->shape->length * i / n);
    s->low[at] = -pick(m, 0, s->base[at] < 2 ? s->base[at] : 2);
    s->high[at] = pick(m, 0, m->shape->slack);
    s->mu[at] = real(m, (float)s->low[at], (float)s->high[at]);
    s->log_sigma[at] = real(m, -1.0f, 1.0f);
    s->sigma[at] = gaus_exp(s->log_sigma[at]);
  }
}

static void make_state(maker *m) {
  gaus_state *s = &m->x->s;
  gaus_array list[GAUS_MOST_ARRAYS];
  s->row_stride = m->shape->ii > 0 ? m->shape->ii + 2 : m->shape->length + m->shape->slack + MOST_LENGTH + MOST_OFFSET;
  s->row_stride += 2, s->nsums = m->shape->sums > 1 ? m->shape->sums : 1;
  s->sum_stride = (int64_t)m->x->replicas * m->x->p.nprofiles * s->row_stride;
  if (m->failed)
    return;
  int32_t count = gaus_state_arrays(&m->x->p, s, m->x->replicas, list);
  for (int32_t k = 0; k < count; k++)
    *gaus_array_of(s, &list[k]) = array(m, (int64_t)list[k].bytes, 1);
  s->sum = array(m, s->sum_stride * s->nsums, sizeof *s->sum);
  s->variance = array(m, s->sum_stride * s->nsums, sizeof *s->variance);
  for (int32_t r = 0; !m->failed && r < m->x->replicas; r++)
    fill_state(m, r);
}

bool random_problem_make(const random_shape *shape, random_problem *out) {
  maker m = {.x = out, .shape = shape, .state = shape->seed};
  *out = (random_problem){.replicas = shape->replicas};
  out->p.nops = shape->ops, out->p.nprofiles = shape->profiles;
  make_edges(&m);
  if (!m.failed)
    make_list(&m, out->p.edge_from, out->p.edge_to, &out->p.out_begin, &out->p.out_edge);
  if (!m.failed)
    make_list(&m, out->p.edge_to, out->p.edge_from, &out->p.in_begin, &out->p.in_edge);
  make_weights(&m);
  make_segments(&m);
  make_values(&m);
  make_profiles(&m);
  make_state(&m);
  return !m.failed;
}

void random_problem_free(random_problem *x) {
  for (int32_t k = 0; k < x->narrays; k++)
    free(x->arrays[k]);
  x->narrays = 0;
}

bool random_state_copy(const random_problem *x, gaus_state *out) {
  gaus_array list[GAUS_MOST_ARRAYS];
  int32_t count = gaus_state_arrays(&x->p, &x->s, x->replicas, list);
  bool ok = true;
  *out = x->s;
  out->nsums = 1; /* of sums only one copy is taken, and they are 0 */
  for (int32_t k = 0; k < count; k++) {
    void **to = gaus_array_of(out, &list[k]), *from = *to;
    *to = malloc(list[k].bytes == 0 ? 1 : list[k].bytes);
    ok &= *to != NULL;
    if (*to)
      memcpy(*to, from, list[k].bytes);
  }
  return ok;
}

void random_state_free(const random_problem *x, gaus_state *s) {
  gaus_array list[GAUS_MOST_ARRAYS];
  int32_t count = gaus_state_arrays(&x->p, s, x->replicas, list);
  for (int32_t k = 0; k < count; k++)
    free(*gaus_array_of(s, &list[k]));
}

const char *random_state_differs(const random_problem *x, const gaus_state *a, const gaus_state *b, int use) {
  static _Thread_local char name[32];
  gaus_array list[GAUS_MOST_ARRAYS];
  gaus_state left = *a, right = *b;
  int32_t count = gaus_state_arrays(&x->p, a, x->replicas, list);
  for (int32_t k = 0; k < count; k++) {
    if (use == 0 ? strcmp(list[k].name, "scratch") == 0 : (list[k].use & use) == 0)
      continue;
    if (memcmp(*gaus_array_of(&left, &list[k]), *gaus_array_of(&right, &list[k]), list[k].bytes) != 0) {
      strncpy(name, list[k].name, sizeof name - 1);
      return name;
    }
  }
  return NULL;
}
