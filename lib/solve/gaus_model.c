/* gaus_model.c: a problem as the arrays that the kernels of GauS read. */
#include "solve/gaus.h"
#include <math.h>
#include <stdlib.h>

/* The arrays that gaus_problem has as const, while they are filled. */
typedef struct builder {
  tweed_gaus_model *m;
  const tweed_problem *problem;
  int32_t *unit_profile; /* per unit of the machine, -1 = none */
  int32_t memory_profile;
  int32_t *edge_user;
  gaus_segment *segments;
  gaus_value *values;
  int32_t *segment_begin, *op_value_begin, *value_user, *user_edge, *user_value;
  float *capacity, *weight;
  bool tails, failed;
} builder;

static void *room(builder *b, int64_t count, size_t size) {
  void *memory = tweed_arena_array(b->m->arena, (size_t)count + 1, size);
  b->failed |= memory == NULL;
  return memory;
}
#define ROOM(b, count, what) ((what) = room((b), (count), sizeof *(what)))

/* The objective, or registers where there is none. */
static void choose_objective(builder *b) {
  const tweed_problem *p = b->problem;
  b->m->weights = p->has_objective ? p->objective : (tweed_objective){0, 0, 0};
  b->m->lifetimes = b->m->weights.resource <= 0 && b->m->weights.communication <= 0 && b->m->weights.memory <= 0;
}

static bool wanted_unit(const builder *b, int32_t unit) {
  const tweed_machine *machine = b->problem->machine;
  bool peak = b->m->weights.resource > 0 && unit != machine->issue_unit;
  return machine->units[unit].count > 0 || peak;
}

/* A profile per unit with a count or a weight, one for what values take. */
static void choose_profiles(builder *b) {
  const tweed_machine *machine = b->problem->machine;
  int32_t count = 0;
  if (!ROOM(b, machine->nunits, b->unit_profile))
    return;
  for (int32_t u = 0; u < machine->nunits; u++)
    b->unit_profile[u] = wanted_unit(b, u) ? count++ : -1;
  b->memory_profile = b->m->lifetimes || b->m->weights.memory > 0 ? count++ : -1;
  b->m->p.nprofiles = count;
  if (!ROOM(b, count, b->m->scale) || !ROOM(b, count, b->m->weight) || !ROOM(b, count, b->capacity) ||
      !ROOM(b, count, b->weight))
    return;
  for (int32_t u = 0; u < machine->nunits; u++)
    if (b->unit_profile[u] >= 0) {
      b->m->weight[b->unit_profile[u]] = u == machine->issue_unit ? 0 : b->m->weights.resource;
      b->capacity[b->unit_profile[u]] = machine->units[u].count > 0 ? (float)machine->units[u].count : -1;
    }
  if (b->memory_profile >= 0) {
    b->m->weight[b->memory_profile] = b->m->lifetimes ? 1 : b->m->weights.memory;
    b->capacity[b->memory_profile] = -1;
  }
}

/* ---- edges ---- */

static void lists_of_edges(builder *b, const int32_t *end, int32_t *begin, int32_t *list) {
  const gaus_problem *g = &b->m->p;
  for (int32_t e = 0; e < g->nedges; e++)
    begin[end[e] + 1]++;
  for (int32_t i = 0; i < g->nops; i++)
    begin[i + 1] += begin[i];
  for (int32_t e = 0; e < g->nedges; e++)
    list[begin[end[e]]++] = e;
  for (int32_t i = g->nops; i > 0; i--)
    begin[i] = begin[i - 1];
  begin[0] = 0;
}

static void build_edges(builder *b) {
  gaus_problem *g = &b->m->p;
  int32_t *from, *to, *latency, *distance, *out_begin, *out, *in_begin, *in;
  float *degree;
  if (!ROOM(b, g->nedges, from) || !ROOM(b, g->nedges, to) || !ROOM(b, g->nedges, latency) ||
      !ROOM(b, g->nedges, distance) || !ROOM(b, g->nedges, b->edge_user) || !ROOM(b, g->nops + 1, out_begin) ||
      !ROOM(b, g->nedges, out) || !ROOM(b, g->nops + 1, in_begin) || !ROOM(b, g->nedges, in) ||
      !ROOM(b, g->nops, degree))
    return;
  for (int32_t e = 0; e < g->nedges; e++) {
    const tweed_dep *d = &b->problem->deps[e];
    from[e] = d->from, to[e] = d->to, latency[e] = d->latency, distance[e] = d->distance;
    b->edge_user[e] = -1;
    degree[d->from] += d->from != d->to ? 1.0f : 0.0f;
    degree[d->to] += d->from != d->to ? 1.0f : 0.0f;
  }
  lists_of_edges(b, from, out_begin, out);
  lists_of_edges(b, to, in_begin, in);
  g->edge_from = from, g->edge_to = to, g->edge_latency = latency, g->edge_distance = distance;
  g->out_begin = out_begin, g->out_edge = out, g->in_begin = in_begin, g->in_edge = in;
  g->degree = degree, g->edge_user = b->edge_user;
}

static void build_pull(builder *b) {
  tweed_gaus_model *m = b->m;
  float *pull;
  double total = 0;
  if (!ROOM(b, m->p.nops, m->pull) || !ROOM(b, m->p.nops, pull))
    return;
  for (int32_t e = 0; e < b->problem->ndeps; e++) {
    const tweed_dep *d = &b->problem->deps[e];
    m->pull[d->to] += m->weights.communication * (double)d->bytes;
    m->pull[d->from] -= m->weights.communication * (double)d->bytes;
  }
  for (int32_t i = 0; i < m->p.nops; i++)
    total += fabs(m->pull[i]);
  m->pull_scale = total > 0 ? total / m->p.nops : 1;
  for (int32_t i = 0; i < m->p.nops; i++)
    pull[i] = (float)(m->pull[i] / m->pull_scale);
  m->p.pull = pull;
}

/* ---- segments ---- */

/* Calls back for each run of cycles in which op i holds equally much of a wanted unit; returns how many. */
static int32_t runs_of(builder *b, int32_t i, gaus_segment *out, double *amount) {
  const tweed_class *class = tweed_class_of(b->problem, i);
  int32_t count = 0;
  for (int32_t u = 0; u < class->nuses; u++) {
    const tweed_use *use = &class->uses[u];
    int32_t profile = b->unit_profile[use->unit];
    for (int32_t c = 0, end; c < use->cycles && profile >= 0; c = end) {
      for (end = c + 1; end < use->cycles && use->held[end] == use->held[c];)
        end++;
      int64_t held = tweed_held(b->problem, i, use, c);
      if (held == 0)
        continue;
      b->m->reach = end > b->m->reach ? end : b->m->reach;
      if (out) {
        out[count] = (gaus_segment){profile, c, end - c, (float)held};
        amount[count] = (double)held;
      }
      count++;
    }
  }
  return count;
}

static void build_segments(builder *b) {
  gaus_problem *g = &b->m->p;
  if (!ROOM(b, g->nops + 1, b->segment_begin))
    return;
  for (int32_t i = 0; i < g->nops; i++)
    b->segment_begin[i + 1] = b->segment_begin[i] + runs_of(b, i, NULL, NULL);
  g->nsegments = b->segment_begin[g->nops];
  if (!ROOM(b, g->nsegments, b->segments) || !ROOM(b, g->nsegments, b->m->segment_amount))
    return;
  for (int32_t i = 0; i < g->nops; i++)
    runs_of(b, i, b->segments + b->segment_begin[i], b->m->segment_amount + b->segment_begin[i]);
  g->segment_begin = b->segment_begin, g->segments = b->segments;
}

/* ---- values ---- */

static bool reads(const builder *b, const tweed_dep *d) {
  return b->m->lifetimes ? d->kind == TWEED_DEP_FLOW : tweed_hands_over(d);
}

/* What the value of op i takes of the memory profile: registers, or bytes. */
static double taken(const builder *b, int32_t i) {
  return b->m->lifetimes ? b->problem->ops[i].regs : tweed_live_bytes(b->problem, i);
}

static int32_t users_of(const builder *b, int32_t i) {
  const gaus_problem *g = &b->m->p;
  int32_t count = 0;
  for (int32_t x = g->out_begin[i]; x < g->out_begin[i + 1]; x++)
    count += reads(b, &b->problem->deps[g->out_edge[x]]);
  return count;
}

static void add_users(builder *b, int32_t i, int32_t value) {
  gaus_problem *g = &b->m->p;
  for (int32_t x = g->out_begin[i]; x < g->out_begin[i + 1]; x++) {
    int32_t e = g->out_edge[x];
    if (!reads(b, &b->problem->deps[e]))
      continue;
    b->edge_user[e] = g->nusers;
    b->user_edge[g->nusers] = e;
    b->user_value[g->nusers++] = value;
  }
}

static void build_values(builder *b) {
  gaus_problem *g = &b->m->p;
  if (!ROOM(b, g->nops + 1, b->op_value_begin) || !ROOM(b, g->nops, b->values) ||
      !ROOM(b, g->nops + 1, b->value_user) || !ROOM(b, g->nops, b->m->value_amount) ||
      !ROOM(b, g->nedges, b->user_edge) || !ROOM(b, g->nedges, b->user_value))
    return;
  for (int32_t i = 0; i < g->nops; i++) {
    double amount = b->memory_profile >= 0 && users_of(b, i) > 0 ? taken(b, i) : 0;
    if (amount > 0) {
      b->values[g->nvalues] = (gaus_value){i, b->memory_profile, (float)amount};
      b->m->value_amount[g->nvalues] = amount;
      add_users(b, i, g->nvalues);
      b->value_user[++g->nvalues] = g->nusers;
    }
    b->op_value_begin[i + 1] = g->nvalues;
  }
  g->op_value_begin = b->op_value_begin, g->values = b->values, g->value_user = b->value_user;
  g->user_edge = b->user_edge, g->user_value = b->user_value;
}

/* ---- profiles ---- */

static void lists_of_profiles(builder *b) {
  gaus_problem *g = &b->m->p;
  int32_t *segment_begin, *segment, *value_begin, *value;
  if (!ROOM(b, g->nprofiles + 1, segment_begin) || !ROOM(b, g->nsegments, segment) ||
      !ROOM(b, g->nprofiles + 1, value_begin) || !ROOM(b, g->nvalues, value))
    return;
  for (int32_t profile = 0, k = 0, x = 0; profile < g->nprofiles; profile++) {
    for (int32_t s = 0; s < g->nsegments; s++)
      if (g->segments[s].profile == profile)
        segment[k++] = s;
    for (int32_t v = 0; v < g->nvalues; v++)
      if (g->values[v].profile == profile)
        value[x++] = v;
    segment_begin[profile + 1] = k, value_begin[profile + 1] = x;
  }
  g->profile_segment_begin = segment_begin, g->profile_segment = segment;
  g->profile_value_begin = value_begin, g->profile_value = value;
}

/* Amounts of a profile with a capacity become shares of it. Others are scaled so that the whole profile, all starts in
 * one step, is as many as there are ops at most: what an average row holds is not known before there are starts. */
static void scale_profiles(builder *b) {
  tweed_gaus_model *m = b->m;
  for (int32_t k = 0; k < m->p.nprofiles; k++)
    m->scale[k] = 0;
  for (int32_t s = 0; s < m->p.nsegments; s++)
    m->scale[b->segments[s].profile] += m->segment_amount[s];
  for (int32_t v = 0; v < m->p.nvalues; v++)
    m->scale[b->values[v].profile] += m->value_amount[v];
  for (int32_t k = 0; k < m->p.nprofiles; k++) {
    m->scale[k] = b->capacity[k] > 0 ? b->capacity[k] : m->scale[k] > 0 ? m->scale[k] / m->p.nops : 1;
    b->capacity[k] = b->capacity[k] > 0 ? 1.0f : -1.0f;
    b->weight[k] = (float)(m->weight[k] * m->scale[k] / m->pull_scale);
  }
  for (int32_t s = 0; s < m->p.nsegments; s++)
    b->segments[s].amount = (float)(m->segment_amount[s] / m->scale[b->segments[s].profile]);
  for (int32_t v = 0; v < m->p.nvalues; v++)
    b->values[v].amount = (float)(m->value_amount[v] / m->scale[b->values[v].profile]);
  m->p.capacity = b->capacity, m->p.weight = b->weight;
}

static void build_tails(builder *b) {
  if (!ROOM(b, b->m->p.nops, b->m->tail))
    return;
  for (int32_t i = 0; i < b->m->p.nops; i++)
    b->m->tail[i] = b->tails ? tweed_class_of(b->problem, i)->latency : 0;
}

tweed_status tweed_gaus_model_of(const tweed_job *job, tweed_gaus_model *out, tweed_error *error) {
  *out = (tweed_gaus_model){.graph = job->graph, .arena = job->arena, .reach = 1};
  out->p.nops = job->problem->nops;
  out->p.nedges = job->problem->ndeps;
  builder b = {.m = out, .problem = job->problem};
  b.tails = job->problem->length > 0 || job->length_limit >= 0;
  void (*const steps[])(builder *) = {choose_objective, choose_profiles,   build_edges,
                                      build_pull,       build_segments,    build_values,
                                      build_tails,      lists_of_profiles, scale_profiles};
  for (size_t k = 0; k < sizeof steps / sizeof *steps && !b.failed; k++)
    steps[k](&b);
  return b.failed ? tweed_no_memory(error) : TWEED_OK;
}

/* The greatest fixed point, component by component. */
static void latest(const tweed_gaus_model *m, int64_t ii, int64_t horizon, int64_t *late) {
  const tweed_graph *g = m->graph;
  for (int32_t i = 0; i < g->n; i++)
    late[i] = horizon - m->tail[i];
  for (int32_t c = g->ncomponents - 1; c >= 0; c--)
    for (bool again = true; again;) {
      again = false;
      for (int32_t k = g->component_begin[c + 1] - 1; k >= g->component_begin[c]; k--) {
        int32_t i = g->order[k];
        int64_t before = late[i];
        for (int32_t e = g->out_begin[i]; e < g->out_begin[i + 1]; e++) {
          int64_t by = late[g->out[e].other] - tweed_arc_weight(&g->out[e], ii);
          late[i] = by < late[i] ? by : late[i];
        }
        again |= late[i] < before && tweed_graph_recurrent(g, c);
      }
    }
}

bool tweed_gaus_windows(const tweed_gaus_model *m, int64_t ii, int64_t horizon, int64_t *early, int64_t *late) {
  const tweed_graph *g = m->graph;
  bool room_for_all = true;
  tweed_graph_earliest(g, ii, early);
  latest(m, ii, horizon, late);
  for (int32_t i = 0; i < g->n; i++)
    room_for_all &= early[i] <= late[i];
  return room_for_all;
}

/* ---- scores ---- */

static double row_peak(const double *rows, int64_t n, double load) {
  double most = -INFINITY;
  for (int64_t r = 0; r < n; r++) {
    load += rows[r];
    most = load > most ? load : most;
  }
  return most;
}

/* Adds `amount` in [begin, end); returns what that is in every row, for whole turns. */
static double add_range(double *rows, int64_t ii, int64_t begin, int64_t end, double amount) {
  if (ii == 0) {
    rows[begin] += amount;
    rows[end] -= amount;
    return 0;
  }
  int64_t turns = (end - begin) / ii, a = begin % ii, b = end % ii;
  if (a == b)
    return amount * (double)turns;
  rows[a] += amount;
  rows[b] -= amount;
  return amount * ((double)turns + (b < a ? 1 : 0));
}

static int64_t last_use(const tweed_gaus_model *m, int64_t ii, const int64_t *start, int32_t value) {
  const gaus_problem *g = &m->p;
  int64_t last = start[g->values[value].op];
  for (int32_t u = g->value_user[value]; u < g->value_user[value + 1]; u++) {
    int32_t e = g->user_edge[u];
    int64_t use = start[g->edge_to[e]] + g->edge_distance[e] * ii;
    last = use > last ? use : last;
  }
  return last;
}

static double peak_of(tweed_gaus_scorer *s, int64_t ii, int64_t nrows, const int64_t *start, int32_t profile,
                      double *life) {
  const tweed_gaus_model *m = s->model;
  const gaus_problem *g = &m->p;
  double base = 0;
  for (int64_t r = 0; r <= nrows; r++)
    s->rows[r] = 0;
  for (int32_t i = 0; i < g->nops && g->profile_segment_begin[profile] < g->profile_segment_begin[profile + 1]; i++)
    for (int32_t k = g->segment_begin[i]; k < g->segment_begin[i + 1]; k++)
      if (g->segments[k].profile == profile) {
        int64_t begin = start[i] + g->segments[k].offset;
        base += add_range(s->rows, ii, begin, begin + g->segments[k].length, m->segment_amount[k]);
      }
  for (int32_t x = g->profile_value_begin[profile]; x < g->profile_value_begin[profile + 1]; x++) {
    int32_t v = g->profile_value[x];
    int64_t begin = start[g->values[v].op], end = last_use(m, ii, start, v);
    base += add_range(s->rows, ii, begin, end, m->value_amount[v]);
    *life += m->value_amount[v] * (double)(end - begin);
  }
  return row_peak(s->rows, nrows, base);
}

bool tweed_gaus_score_of(tweed_gaus_scorer *s, int64_t ii, int64_t nrows, const int64_t *start, tweed_gaus_score *out) {
  const tweed_gaus_model *m = s->model;
  double life = 0;
  if (nrows + 1 > s->capacity) {
    double *rows = realloc(s->rows, (size_t)(nrows + 1) * sizeof *rows);
    if (!rows)
      return false;
    s->rows = rows, s->capacity = nrows + 1;
  }
  *out = (tweed_gaus_score){0, 0, 0};
  for (int32_t k = 0; k < m->p.nprofiles; k++)
    if (m->weight[k] > 0)
      out->peaks += m->weight[k] * peak_of(s, ii, nrows, start, k, &life);
  for (int32_t i = 0; i < m->p.nops; i++)
    out->pull += m->pull[i] * (double)start[i];
  out->total = out->peaks + out->pull;
  if (m->lifetimes && ii > 0)
    out->total += 1e-3 * life / (double)ii;
  return true;
}

void tweed_gaus_scorer_free(tweed_gaus_scorer *s) {
  free(s->rows);
  *s = (tweed_gaus_scorer){0};
}
