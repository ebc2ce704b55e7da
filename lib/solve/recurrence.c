/* recurrence.c: RecMII as maximum cycle ratio, exact in integers.
 *
 * RecMII is the least II for which no circuit has positive weight latency - distance * II. A positive circuit found at
 * one II has a ratio above that II, which is the next II to try (Lawler 1976; Newton's form as in Howard's algorithm);
 * after a few steps bisection guards against slow progress. All sums fit 64 bits: path values start at 0 and only grow,
 * by at most TWEED_MAX_NUMBER an arc, and the most negative weight is -2^31 * TWEED_MAX_NUMBER. */
#include "solve/bounds.h"
#include <string.h>

/* Scratch per op. Invariant: parent[v] is the in-arc that gave value[v], or -1; mark[v] is the round in which v was
 * last seen. */
typedef struct search {
  const tweed_graph *g;
  int64_t *value;
  int32_t *parent, *from, *mark;
  int32_t round;
} search;

/* One relaxation of every op of a component. */
static bool sweep(search *s, int32_t component, int64_t ii) {
  const tweed_graph *g = s->g;
  bool changed = false;
  for (int32_t k = g->component_begin[component]; k < g->component_begin[component + 1]; k++) {
    int32_t v = g->order[k];
    for (int32_t e = g->in_begin[v]; e < g->in_inner[v]; e++) {
      int64_t value = s->value[g->in[e].other] + tweed_arc_weight(&g->in[e], ii);
      if (value <= s->value[v])
        continue;
      s->value[v] = value;
      s->parent[v] = e;
      s->from[v] = g->in[e].other;
      changed = true;
    }
  }
  return changed;
}

/* An op on a circuit of parents, or -1. */
static int32_t parent_circuit(search *s, int32_t component) {
  const tweed_graph *g = s->g;
  int32_t before = s->round;
  for (int32_t k = g->component_begin[component]; k < g->component_begin[component + 1]; k++) {
    int32_t v = g->order[k];
    s->round++;
    while (v >= 0 && s->mark[v] <= before) {
      s->mark[v] = s->round;
      v = s->parent[v] < 0 ? -1 : s->from[v];
    }
    if (v >= 0 && s->mark[v] == s->round)
      return v;
  }
  return -1;
}

/* An op on a circuit of positive weight at this II, or -1 if there is none. */
static int32_t positive_circuit(search *s, int32_t component, int64_t ii) {
  const tweed_graph *g = s->g;
  for (int32_t k = g->component_begin[component]; k < g->component_begin[component + 1]; k++) {
    s->value[g->order[k]] = 0;
    s->parent[g->order[k]] = -1;
    s->mark[g->order[k]] = 0;
  }
  s->round = 0;
  while (sweep(s, component, ii)) {
    int32_t v = parent_circuit(s, component);
    if (v >= 0)
      return v;
    if (s->round > INT32_MAX / 2) {
      memset(s->mark, 0, (size_t)g->n * sizeof *s->mark);
      s->round = 0;
    }
  }
  return -1;
}

static int64_t ceil_ratio(int64_t latency, int64_t distance) {
  return (latency + distance - 1) / distance;
}

/* Stores the circuit of parents through v, starting at its lowest op, and its ratio. */
static void keep_circuit(const search *s, int32_t v, tweed_circuit *out) {
  int64_t latency = 0, distance = 0;
  int32_t first = v, u = v;
  do {
    const tweed_arc *a = &s->g->in[s->parent[u]];
    latency += a->latency;
    distance += a->distance;
    u = s->from[u];
    first = u < first ? u : first;
  } while (u != v);
  out->count = 0;
  u = first;
  do {
    out->ops[out->count++] = u;
    u = s->from[u];
  } while (u != first);
  for (int32_t a = 1, b = out->count - 1; a < b; a++, b--) {
    int32_t op = out->ops[a];
    out->ops[a] = out->ops[b];
    out->ops[b] = op;
  }
  out->ratio = ceil_ratio(latency, distance);
}

static void raise_by_component(search *s, int32_t component, tweed_circuit *out) {
  int64_t high = INT64_MAX;
  for (int step = 0; out->ratio < high; step++) {
    int64_t ii = out->ratio;
    if (step >= 8)
      ii += high < INT64_MAX ? (high - ii) / 2 : (int64_t)1 << (step - 8 < 40 ? step - 8 : 40);
    int32_t v = positive_circuit(s, component, ii);
    if (v < 0)
      high = ii;
    else
      keep_circuit(s, v, out);
  }
}

tweed_status tweed_recurrence(const tweed_graph *g, tweed_circuit *out, tweed_error *error) {
  const tweed_problem *p = g->problem;
  size_t n = (size_t)g->n + 1;
  search s = {.g = g};
  s.value = tweed_arena_array(g->arena, n, sizeof *s.value);
  int32_t *pool = tweed_arena_array(g->arena, 4 * n, sizeof *pool);
  *out = (tweed_circuit){.ops = pool};
  if (!s.value || !pool)
    return tweed_no_memory(error);
  s.parent = pool + n, s.from = pool + 2 * n, s.mark = pool + 3 * n;
  for (int32_t e = 0; e < p->ndeps; e++) {
    const tweed_dep *d = &p->deps[e];
    if (d->from != d->to || ceil_ratio(d->latency, d->distance) <= out->ratio)
      continue;
    out->ratio = ceil_ratio(d->latency, d->distance);
    out->count = 1;
    out->ops[0] = d->from;
  }
  for (int32_t c = 0; c < g->ncomponents; c++)
    if (tweed_graph_recurrent(g, c))
      raise_by_component(&s, c, out);
  return TWEED_OK;
}
