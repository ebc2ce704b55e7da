/* graph.c: builds the flat form of a problem. */
#include "solve/graph.h"
#include <limits.h>
#include <string.h>

/* Tarjan's algorithm without recursion. Invariant: stack[0 … depth) are the ops whose component is still open; path is
 * the chain of ops being visited, with the next out-dependence of each in cursor. */
typedef struct tarjan {
  int32_t *index, *low, *stack, *path, *cursor;
  int32_t depth, height, next, found;
} tarjan;

static void tarjan_close(tarjan *t, int32_t v, int32_t *component) {
  int32_t w;
  do {
    w = t->stack[--t->depth];
    component[w] = t->found;
  } while (w != v);
  t->found++;
}

static void tarjan_open(tarjan *t, int32_t v, const tweed_problem *p) {
  t->index[v] = t->low[v] = ++t->next;
  t->stack[t->depth++] = v;
  t->path[t->height++] = v;
  t->cursor[v] = p->out_begin[v];
}

static void tarjan_visit(tarjan *t, const tweed_problem *p, int32_t root, int32_t *component) {
  tarjan_open(t, root, p);
  while (t->height > 0) {
    int32_t v = t->path[t->height - 1];
    if (t->cursor[v] < p->out_begin[v + 1]) {
      int32_t w = p->deps[p->out[t->cursor[v]++]].to;
      if (t->index[w] == 0)
        tarjan_open(t, w, p);
      else if (component[w] < 0 && t->index[w] < t->low[v])
        t->low[v] = t->index[w];
      continue;
    }
    t->height--;
    if (t->height > 0 && t->low[v] < t->low[t->path[t->height - 1]])
      t->low[t->path[t->height - 1]] = t->low[v];
    if (t->low[v] == t->index[v])
      tarjan_close(t, v, component);
  }
}

/* Components in topological order (Tarjan closes them in the reverse one), and the ops sorted by them. */
static bool find_components(tweed_graph *g) {
  const tweed_problem *p = g->problem;
  size_t n = (size_t)g->n;
  tarjan t = {0};
  int32_t *pool = tweed_arena_array(g->arena, 5 * n + 1, sizeof *pool);
  g->component = tweed_arena_array(g->arena, n + 1, sizeof *g->component);
  g->order = tweed_arena_array(g->arena, n + 1, sizeof *g->order);
  if (!pool || !g->component || !g->order)
    return false;
  t.index = pool, t.low = pool + n, t.stack = pool + 2 * n, t.path = pool + 3 * n, t.cursor = pool + 4 * n;
  memset(g->component, 0xff, n * sizeof *g->component);
  for (int32_t v = 0; v < g->n; v++)
    if (t.index[v] == 0)
      tarjan_visit(&t, p, v, g->component);
  g->ncomponents = t.found;
  g->component_begin = tweed_arena_array(g->arena, (size_t)t.found + 2, sizeof *g->component_begin);
  if (!g->component_begin)
    return false;
  for (int32_t v = 0; v < g->n; v++) {
    g->component[v] = t.found - 1 - g->component[v];
    g->component_begin[g->component[v] + 1]++;
  }
  for (int32_t c = 0; c < t.found; c++)
    g->component_begin[c + 1] += g->component_begin[c];
  int32_t *fill = t.index; /* no longer needed */
  memcpy(fill, g->component_begin, (size_t)t.found * sizeof *fill);
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = p->topo[k];
    g->order[fill[g->component[v]]++] = v;
  }
  return true;
}

static void fill_arcs(tweed_graph *g, const int32_t *begin, const int32_t *list, bool outgoing, int32_t *to_begin,
                      int32_t *to_inner, tweed_arc *arcs) {
  const tweed_problem *p = g->problem;
  int32_t k = 0;
  for (int32_t v = 0; v < g->n; v++) {
    to_begin[v] = k;
    for (int pass = 0; pass < 2; pass++) {
      for (int32_t e = begin[v]; e < begin[v + 1]; e++) {
        const tweed_dep *d = &p->deps[list[e]];
        int32_t w = outgoing ? d->to : d->from;
        if (w == v || (g->component[w] == g->component[v]) != (pass == 0))
          continue;
        bool flow = d->kind == TWEED_DEP_FLOW && p->ops[d->from].regs > 0;
        arcs[k++] = (tweed_arc){w, d->latency, d->distance, flow};
      }
      if (pass == 0)
        to_inner[v] = k;
    }
  }
  to_begin[g->n] = k;
}

static bool build_arcs(tweed_graph *g) {
  const tweed_problem *p = g->problem;
  size_t n = (size_t)g->n, m = (size_t)p->ndeps;
  int32_t *pool = tweed_arena_array(g->arena, 5 * n + 2, sizeof *pool);
  g->out = tweed_arena_array(g->arena, m + 1, sizeof *g->out);
  g->in = tweed_arena_array(g->arena, m + 1, sizeof *g->in);
  if (!pool || !g->out || !g->in)
    return false;
  g->out_begin = pool, g->in_begin = pool + n + 1;
  g->out_inner = pool + 2 * n + 2, g->in_inner = g->out_inner + n, g->self_distance = g->in_inner + n;
  fill_arcs(g, p->out_begin, p->out, true, g->out_begin, g->out_inner, g->out);
  fill_arcs(g, p->in_begin, p->in, false, g->in_begin, g->in_inner, g->in);
  for (int32_t e = 0; e < p->ndeps; e++) {
    const tweed_dep *d = &p->deps[e];
    bool flow = d->kind == TWEED_DEP_FLOW && p->ops[d->from].regs > 0;
    if (d->from == d->to && flow && d->distance > g->self_distance[d->from])
      g->self_distance[d->from] = d->distance;
  }
  return true;
}

static bool choose_units(tweed_graph *g, bool all_units, int32_t *index_of) {
  const tweed_machine *m = g->problem->machine;
  g->unit = tweed_arena_array(g->arena, (size_t)m->nunits + 1, sizeof *g->unit);
  g->count = tweed_arena_array(g->arena, (size_t)m->nunits + 1, sizeof *g->count);
  if (!g->unit || !g->count)
    return false;
  for (int32_t u = 0; u < m->nunits; u++) {
    index_of[u] = -1;
    if (m->units[u].count == 0 && !all_units)
      continue;
    index_of[u] = g->nunits;
    g->unit[g->nunits] = u;
    g->count[g->nunits++] = m->units[u].count ? m->units[u].count : INT32_MAX;
  }
  return true;
}

/* Appends the segments of one use of op's class: runs of cycles that hold the same number. */
static tweed_status add_segments(tweed_graph *g, int32_t op, const tweed_use *use, int32_t unit, size_t *capacity,
                                 tweed_error *error) {
  const tweed_problem *p = g->problem;
  for (int32_t c = 0; c < use->cycles;) {
    int64_t held = tweed_held(p, op, use, c);
    int32_t from = c;
    while (c < use->cycles && use->held[c] == use->held[from])
      c++;
    if (held == 0)
      continue;
    if (held > g->count[unit])
      return tweed_fail_at(error, TWEED_INFEASIBLE, "", 0, 0, p->ops[op].name,
                           "holds %lld of unit \"%s\", which has %d: there is no schedule at any II", (long long)held,
                           p->machine->units[use->unit].name, (int)g->count[unit]);
    void *items = g->segments;
    if (!tweed_arena_grow(g->arena, &items, capacity, (size_t)g->nsegments + 1, sizeof *g->segments))
      return tweed_no_memory(error);
    g->segments = items;
    g->segments[g->nsegments++] = (tweed_segment){unit, from, c - from, (int32_t)held};
    if (c > g->shapes[g->nshapes].extent)
      g->shapes[g->nshapes].extent = c;
  }
  return TWEED_OK;
}

static tweed_status add_shape(tweed_graph *g, int32_t op, const int32_t *index_of, size_t *capacity,
                              tweed_error *error) {
  const tweed_class *class = tweed_class_of(g->problem, op);
  tweed_shape *shape = &g->shapes[g->nshapes];
  *shape = (tweed_shape){.begin = g->nsegments, .op = op};
  for (int32_t k = 0; k < class->nuses; k++) {
    int32_t unit = index_of[class->uses[k].unit];
    if (unit < 0)
      continue;
    tweed_status status = add_segments(g, op, &class->uses[k], unit, capacity, error);
    if (status != TWEED_OK)
      return status;
  }
  shape->count = g->nsegments - shape->begin;
  g->nshapes++;
  return TWEED_OK;
}

/* A shape for each pair of class and amount, found again through a hash table of shape numbers + 1. */
static tweed_status build_shapes(tweed_graph *g, const int32_t *index_of, tweed_error *error) {
  const tweed_problem *p = g->problem;
  size_t size = 16, capacity = 0;
  while (size < 2 * (size_t)g->n)
    size *= 2;
  int32_t *table = tweed_arena_array(g->arena, size, sizeof *table);
  g->shape = tweed_arena_array(g->arena, (size_t)g->n + 1, sizeof *g->shape);
  g->shapes = tweed_arena_array(g->arena, (size_t)g->n + 1, sizeof *g->shapes);
  if (!table || !g->shape || !g->shapes)
    return tweed_no_memory(error);
  for (int32_t v = 0; v < g->n; v++) {
    const tweed_op *op = &p->ops[v];
    uint64_t h = ((uint64_t)(uint32_t)op->class_index << 32 | (uint32_t)op->amount) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(h >> 32) & (size - 1);
    for (; table[at] != 0; at = (at + 1) & (size - 1)) {
      const tweed_op *other = &p->ops[g->shapes[table[at] - 1].op];
      if (other->class_index == op->class_index && other->amount == op->amount)
        break;
    }
    if (table[at] == 0) {
      tweed_status status = add_shape(g, v, index_of, &capacity, error);
      if (status != TWEED_OK)
        return status;
      table[at] = g->nshapes;
    }
    g->shape[v] = table[at] - 1;
    g->shapes[g->shape[v]].members++;
  }
  return TWEED_OK;
}

tweed_status tweed_graph_of(const tweed_problem *p, tweed_arena *arena, bool all_units, tweed_graph **out,
                            tweed_error *error) {
  tweed_graph *g = tweed_arena_alloc(arena, sizeof *g);
  int32_t *index_of = tweed_arena_array(arena, (size_t)p->machine->nunits + 1, sizeof *index_of);
  if (!g || !index_of)
    return tweed_no_memory(error);
  *g = (tweed_graph){.problem = p, .arena = arena, .n = p->nops};
  if (!find_components(g) || !build_arcs(g) || !choose_units(g, all_units, index_of))
    return tweed_no_memory(error);
  tweed_status status = build_shapes(g, index_of, error);
  if (status == TWEED_OK)
    *out = g;
  return status;
}

/* One component at a time, so that only ops on circuits are visited more than once. */
void tweed_graph_heights(const tweed_graph *g, int64_t ii, int64_t *height) {
  for (int32_t c = g->ncomponents - 1; c >= 0; c--) {
    bool again = true;
    for (bool first = true; again; first = false) {
      again = false;
      for (int32_t k = g->component_begin[c + 1] - 1; k >= g->component_begin[c]; k--) {
        int32_t v = g->order[k], end = first ? g->out_begin[v + 1] : g->out_inner[v];
        int64_t best = first ? 0 : height[v];
        for (int32_t e = g->out_begin[v]; e < end; e++) {
          const tweed_arc *a = &g->out[e];
          bool known = !first || e >= g->out_inner[v] || a->distance == 0;
          if (known && height[a->other] + tweed_arc_weight(a, ii) > best)
            best = height[a->other] + tweed_arc_weight(a, ii);
        }
        again |= first ? g->out_inner[v] > g->out_begin[v] : best != height[v];
        height[v] = best;
      }
    }
  }
}

void tweed_graph_earliest(const tweed_graph *g, int64_t ii, int64_t *early) {
  for (int32_t c = 0; c < g->ncomponents; c++) {
    bool again = true;
    for (bool first = true; again; first = false) {
      again = false;
      for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++) {
        int32_t v = g->order[k], end = first ? g->in_begin[v + 1] : g->in_inner[v];
        int64_t best = first ? 0 : early[v];
        for (int32_t e = g->in_begin[v]; e < end; e++) {
          const tweed_arc *a = &g->in[e];
          bool known = !first || e >= g->in_inner[v] || a->distance == 0;
          if (known && early[a->other] + tweed_arc_weight(a, ii) > best)
            best = early[a->other] + tweed_arc_weight(a, ii);
        }
        again |= first ? g->in_inner[v] > g->in_begin[v] : best != early[v];
        early[v] = best;
      }
    }
  }
}

void tweed_graph_slack(const tweed_graph *g, int64_t ii, const int64_t *start, int32_t v, int64_t *low, int64_t *high) {
  for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
    int64_t bound = start[g->in[e].other] + tweed_arc_weight(&g->in[e], ii);
    *low = bound > *low ? bound : *low;
  }
  for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++) {
    int64_t bound = start[g->out[e].other] - tweed_arc_weight(&g->out[e], ii);
    *high = bound < *high ? bound : *high;
  }
}

static int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

bool tweed_shift_components(const tweed_graph *g, int64_t ii, int64_t max_start, int64_t *start) {
  for (int32_t c = 0; c < g->ncomponents; c++) {
    int64_t need = INT64_MIN, lowest = INT64_MAX, highest = INT64_MIN;
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++) {
      int32_t v = g->order[k];
      lowest = start[v] < lowest ? start[v] : lowest;
      highest = start[v] > highest ? start[v] : highest;
      for (int32_t e = g->in_inner[v]; e < g->in_begin[v + 1]; e++) {
        int64_t short_by = start[g->in[e].other] + tweed_arc_weight(&g->in[e], ii) - start[v];
        need = short_by > need ? short_by : need;
      }
    }
    int64_t stages = -floor_divide(lowest, ii);
    if (need != INT64_MIN && -floor_divide(-need, ii) > stages)
      stages = -floor_divide(-need, ii);
    if (max_start != INT64_MAX && highest + stages * ii > max_start)
      return false;
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++)
      start[g->order[k]] += stages * ii;
  }
  return true;
}
