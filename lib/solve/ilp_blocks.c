/* ilp_blocks.c: what has to be decided at one II: blocks of ops, their windows, and the edges between them. */
#include "solve/ilp.h"
#include <string.h>

/* Ops of one component, whose longest paths take the cube of it. */
enum { MOST_OPS = 512 };
#define FAR (INT64_MAX / 4)

/* The ops of a component and how many; in the whole scope, of all. */
static const int32_t *ops_of(const tweed_ilp *m, int32_t c, int32_t *count) {
  bool whole = m->early != NULL;
  *count = whole ? m->g->n : m->g->component_begin[c + 1] - m->g->component_begin[c];
  return whole ? m->g->order : m->g->order + m->g->component_begin[c];
}

static int32_t component_of(const tweed_ilp *m, int32_t op) {
  return m->early ? 0 : m->g->component[op];
}

static int64_t path(const tweed_ilp *m, int32_t from, int32_t to) {
  int32_t c = component_of(m, from), count;
  ops_of(m, c, &count);
  return m->paths[c] ? m->paths[c][(int64_t)m->place[from] * count + m->place[to]] : 0;
}

/* All-pairs longest paths (Floyd, Warshall). */
static bool find_paths(tweed_ilp *m, int32_t c) {
  const tweed_graph *g = m->g;
  int32_t n;
  const int32_t *ops = ops_of(m, c, &n);
  int64_t *d = tweed_arena_array(m->arena, (size_t)n * (size_t)n, sizeof *d);
  if (!d)
    return false;
  for (int64_t k = 0; k < (int64_t)n * n; k++)
    d[k] = -FAR;
  for (int32_t a = 0; a < n; a++) {
    int32_t v = ops[a], end = m->early ? g->out_begin[v + 1] : g->out_inner[v];
    d[(int64_t)a * n + a] = 0;
    for (int32_t e = g->out_begin[v]; e < end; e++) {
      int64_t *at = &d[(int64_t)a * n + m->place[g->out[e].other]], weight = tweed_arc_weight(&g->out[e], m->ii);
      *at = weight > *at ? weight : *at;
    }
  }
  for (int32_t k = 0; k < n; k++)
    for (int32_t a = 0; a < n; a++)
      for (int32_t b = 0; b < n && d[(int64_t)a * n + k] > -FAR; b++) {
        int64_t *at = &d[(int64_t)a * n + b], by = d[(int64_t)a * n + k] + d[(int64_t)k * n + b];
        if (d[(int64_t)k * n + b] > -FAR && by > *at)
          *at = by;
      }
  m->paths[c] = d;
  return true;
}

static bool holds_units(const tweed_graph *g, int32_t op) {
  return g->shapes[g->shape[op]].count > 0;
}

static bool tied(const tweed_ilp *m, int32_t a, int32_t b) {
  return path(m, a, b) > -FAR && path(m, b, a) > -FAR && path(m, a, b) + path(m, b, a) == 0;
}

static bool add_block(tweed_ilp *m, int32_t leader) {
  void *items = m->blocks;
  if (!tweed_arena_grow(m->arena, &items, &m->cap_blocks, (size_t)m->nblocks + 1, sizeof *m->blocks))
    return false;
  m->blocks = items;
  m->blocks[m->nblocks++] = (tweed_ilp_block){.leader = leader,
                                              .copies = 1,
                                              .hold_begin = m->nholds,
                                              .hold_end = m->nholds,
                                              .member_begin = m->nmembers,
                                              .member_end = m->nmembers};
  return true;
}

/* Adds an op to the newest block. */
static bool add_member(tweed_ilp *m, int32_t op, int64_t offset) {
  void *items = m->members;
  if (!tweed_arena_grow(m->arena, &items, &m->cap_members, (size_t)m->nmembers + 1, sizeof *m->members))
    return false;
  m->members = items;
  m->members[m->nmembers++] = (tweed_ilp_member){op, offset};
  m->blocks[m->nblocks - 1].member_end = m->nmembers;
  return true;
}

/* Adds what an op holds to the newest block. */
static bool add_holds(tweed_ilp *m, const tweed_mrt *t, int32_t op, int64_t offset) {
  const tweed_shape *s = &t->shapes[m->g->shape[op]];
  int64_t turn = ((offset % m->ii) + m->ii) % m->ii;
  for (int32_t k = s->begin; k < s->begin + s->count; k++) {
    const tweed_segment *g = &t->segments[k];
    void *items = m->holds;
    if (!tweed_arena_grow(m->arena, &items, &m->cap_holds, (size_t)m->nholds + 1, sizeof *m->holds))
      return false;
    m->holds = items;
    m->holds[m->nholds++] = (tweed_ilp_hold){g->unit, (int32_t)((g->offset + turn) % m->ii), g->length, g->held};
  }
  m->blocks[m->nblocks - 1].hold_end = m->nholds;
  return true;
}

/* Blocks of a component: each op that holds units leads one unless it is tied to an earlier leader. */
static bool add_component(tweed_ilp *m, const tweed_mrt *t, int32_t c) {
  int32_t n, first = m->nblocks;
  const int32_t *ops = ops_of(m, c, &n);
  bool *taken = tweed_arena_array(m->arena, (size_t)n + 1, sizeof *taken);
  if (!taken || !find_paths(m, c))
    return false;
  for (int32_t a = 0; a < n; a++) {
    if (taken[a] || !holds_units(m->g, ops[a]))
      continue;
    if (!add_block(m, ops[a]))
      return false;
    for (int32_t b = a; b < n; b++) {
      int64_t offset = b == a ? 0 : path(m, ops[a], ops[b]);
      if (taken[b] || !holds_units(m->g, ops[b]) || (b > a && !tied(m, ops[a], ops[b])))
        continue;
      taken[b] = true;
      if (!add_member(m, ops[b], offset) || !add_holds(m, t, ops[b], offset))
        return false;
    }
  }
  if (!m->early && m->nblocks == first + 1)
    m->blocks[first].free = true;
  return true;
}

/* One block for the ops of a shape that are on no circuit. */
static bool add_shape(tweed_ilp *m, const tweed_mrt *t, int32_t shape) {
  const tweed_graph *g = m->g;
  bool any = false;
  for (int32_t v = 0; v < g->n; v++) {
    if (g->shape[v] != shape || tweed_graph_recurrent(g, g->component[v]))
      continue;
    if (!any && (!add_block(m, v) || !add_holds(m, t, v, 0)))
      return false;
    any = true;
    if (!add_member(m, v, 0))
      return false;
  }
  if (any) {
    tweed_ilp_block *b = &m->blocks[m->nblocks - 1];
    b->free = true;
    b->copies = b->member_end - b->member_begin;
  }
  return true;
}

/* Can the members of a block stand each other? Leaves the table empty. */
static bool block_fits(const tweed_ilp *m, tweed_mrt *t, const tweed_ilp_block *b) {
  int32_t k = b->member_begin, end = b->copies > 1 ? b->member_begin + 1 : b->member_end;
  bool good = true;
  for (; k < end; k++) {
    int64_t row = ((m->members[k].offset % m->ii) + m->ii) % m->ii;
    if (tweed_mrt_conflict(t, m->g->shape[m->members[k].op], row) > 0) {
      good = false;
      break;
    }
    tweed_mrt_change(t, m->g->shape[m->members[k].op], row, 1);
  }
  while (k-- > b->member_begin)
    tweed_mrt_change(t, m->g->shape[m->members[k].op], ((m->members[k].offset % m->ii) + m->ii) % m->ii, -1);
  return good;
}

/* The windows of a component's blocks [first, end), seen from an anchor that starts within [0, span]. */
static int64_t windows_from(tweed_ilp *m, int32_t first, int32_t end, int32_t anchor, int64_t span) {
  int64_t sum = 0;
  for (int32_t b = first; b < end; b++) {
    m->blocks[b].low = path(m, m->blocks[anchor].leader, m->blocks[b].leader);
    m->blocks[b].high = span - path(m, m->blocks[b].leader, m->blocks[anchor].leader);
    sum += m->blocks[b].high - m->blocks[b].low;
  }
  return sum;
}

static int64_t best_windows(tweed_ilp *m, int32_t first, int32_t end, int64_t span) {
  int64_t least = INT64_MAX;
  int32_t best = first;
  for (int32_t a = first; a < end; a++) {
    int64_t sum = windows_from(m, first, end, a, span);
    if (sum < least)
      least = sum, best = a;
  }
  return windows_from(m, first, end, best, span);
}

/* A table can be turned: the component with the widest windows has its anchor at 0, or else the free block that holds
 * the most is fixed there. */
static void set_inner_windows(tweed_ilp *m) {
  int64_t widest = -1;
  int32_t first_widest = -1, end_widest = -1, fixed = -1;
  for (int32_t b = 0, end; b < m->nblocks; b = end) {
    for (end = b + 1; end < m->nblocks && !m->blocks[b].free && !m->blocks[end].free &&
                      component_of(m, m->blocks[end].leader) == component_of(m, m->blocks[b].leader);)
      end++;
    if (m->blocks[b].free) {
      m->blocks[b].high = m->ii - 1;
      int32_t holds = m->blocks[b].hold_end - m->blocks[b].hold_begin;
      if (fixed < 0 || holds > m->blocks[fixed].hold_end - m->blocks[fixed].hold_begin)
        fixed = b;
      continue;
    }
    int64_t sum = best_windows(m, b, end, m->ii - 1);
    if (sum > widest)
      widest = sum, first_widest = b, end_widest = end;
  }
  if (first_widest >= 0)
    best_windows(m, first_widest, end_widest, 0);
  else if (fixed >= 0)
    m->blocks[fixed].fixed = true;
}

static bool set_whole_windows(tweed_ilp *m) {
  bool good = true;
  for (int32_t v = 0; v < m->g->n; v++)
    good &= m->early[v] <= m->late[v];
  for (int32_t b = 0; b < m->nblocks; b++) {
    m->blocks[b].low = m->early[m->blocks[b].leader];
    m->blocks[b].high = m->late[m->blocks[b].leader];
  }
  return good;
}

/* The edge from block a to b follows from those over a third one. */
static bool follows(const tweed_ilp *m, int32_t first, int32_t end, int32_t a, int32_t b, int64_t weight) {
  for (int32_t c = first; c < end; c++) {
    if (c == a || c == b)
      continue;
    int64_t there = path(m, m->blocks[a].leader, m->blocks[c].leader);
    if (there > -FAR && there + path(m, m->blocks[c].leader, m->blocks[b].leader) >= weight)
      return true;
  }
  return false;
}

/* Whatever edges follow from windows or over other blocks is left out. Blocks of a component are neighbours. */
static bool add_edges(tweed_ilp *m) {
  for (int32_t first = 0, end; first < m->nblocks; first = end) {
    for (end = first + 1; end < m->nblocks && !m->blocks[first].free && !m->blocks[end].free &&
                          component_of(m, m->blocks[end].leader) == component_of(m, m->blocks[first].leader);)
      end++;
    for (int32_t a = first; a < end; a++)
      for (int32_t b = first; b < end; b++) {
        int64_t weight = a == b ? -FAR : path(m, m->blocks[a].leader, m->blocks[b].leader);
        if (weight <= -FAR || m->blocks[b].low - m->blocks[a].high >= weight || follows(m, first, end, a, b, weight))
          continue;
        void *items = m->edges;
        if (!tweed_arena_grow(m->arena, &items, &m->cap_edges, (size_t)m->nedges + 1, sizeof *m->edges))
          return false;
        m->edges = items;
        m->edges[m->nedges++] = (tweed_ilp_edge){a, b, weight};
      }
  }
  return true;
}

static bool within_limits(const tweed_ilp *m) {
  int32_t n;
  for (int32_t c = 0; c < (m->early ? 1 : m->g->ncomponents); c++) {
    ops_of(m, c, &n);
    if (n > MOST_OPS)
      return false;
  }
  return tweed_mrt_possible(m->g, m->ii);
}

/* Windows of the whole scope; sets where ops lie in their component. */
static bool find_places(tweed_ilp *m) {
  const tweed_graph *g = m->g;
  size_t n = (size_t)g->n + 1;
  m->place = tweed_arena_array(m->arena, n, sizeof *m->place);
  m->paths = tweed_arena_array(m->arena, (size_t)g->ncomponents + 1, sizeof *m->paths);
  if (m->max_start < INT64_MAX) {
    m->early = tweed_arena_array(m->arena, 2 * n, sizeof *m->early);
    if (!m->early)
      return false;
    m->late = m->early + n;
    tweed_graph_earliest(g, m->ii, m->early);
    tweed_graph_heights(g, m->ii, m->late);
    for (int32_t v = 0; v < g->n; v++)
      m->late[v] = m->max_start - m->late[v];
  }
  if (!m->place || !m->paths)
    return false;
  for (int32_t c = 0, n_ops; c < (m->early ? 1 : g->ncomponents); c++) {
    const int32_t *ops = ops_of(m, c, &n_ops);
    for (int32_t k = 0; k < n_ops; k++)
      m->place[ops[k]] = k;
  }
  return true;
}

static bool add_blocks(tweed_ilp *m, const tweed_mrt *t) {
  if (m->early)
    return add_component(m, t, 0);
  for (int32_t c = 0; c < m->g->ncomponents; c++)
    if (tweed_graph_recurrent(m->g, c) && !add_component(m, t, c))
      return false;
  for (int32_t s = 0; s < m->g->nshapes; s++)
    if (m->g->shapes[s].count > 0 && !add_shape(m, t, s))
      return false;
  return true;
}

/* With a table that is folded to the II. */
static tweed_status make(tweed_ilp *m, tweed_mrt *t) {
  if (!add_blocks(m, t))
    return TWEED_NO_MEMORY;
  bool good = true;
  for (int32_t b = 0; b < m->nblocks && good; b++) {
    good = block_fits(m, t, &m->blocks[b]);
    m->ntimes += m->blocks[b].copies;
  }
  if (good && m->early)
    good = set_whole_windows(m);
  else if (good)
    set_inner_windows(m);
  if (!good)
    return TWEED_INFEASIBLE;
  return add_edges(m) ? TWEED_OK : TWEED_NO_MEMORY;
}

tweed_status tweed_ilp_blocks(const tweed_graph *g, tweed_arena *arena, int64_t ii, int64_t max_start, tweed_stop *stop,
                              tweed_ilp **out) {
  tweed_ilp *m = tweed_arena_alloc(arena, sizeof *m);
  tweed_mrt t;
  if (!m)
    return TWEED_NO_MEMORY;
  *m = (tweed_ilp){.g = g, .arena = arena, .ii = ii, .max_start = max_start};
  if (!find_places(m))
    return TWEED_NO_MEMORY;
  if (!within_limits(m))
    return TWEED_BAD_INPUT;
  if (tweed_stopped(stop))
    return TWEED_UNKNOWN;
  tweed_fit fit = tweed_mrt_init(&t, g) ? tweed_mrt_reset(&t, ii, NULL) : TWEED_FIT_NO_MEMORY;
  tweed_status status = fit == TWEED_FIT_YES ? make(m, &t) : fit == TWEED_FIT_NO ? TWEED_INFEASIBLE : TWEED_NO_MEMORY;
  tweed_mrt_free(&t);
  *out = m;
  return status;
}

/* The starts of the ops of a component that blocks [first, end) decide. */
static void set_component(const tweed_ilp *m, int32_t c, const int64_t *at, int64_t *start) {
  int32_t n;
  const int32_t *ops = ops_of(m, c, &n);
  for (int32_t k = 0; k < n; k++) {
    int64_t best = m->early ? m->early[ops[k]] : -FAR;
    for (int32_t b = 0; b < m->nblocks; b++) {
      if (component_of(m, m->blocks[b].leader) != c)
        continue;
      int64_t length = path(m, m->blocks[b].leader, ops[k]);
      if (length > -FAR && at[b] + length > best)
        best = at[b] + length;
    }
    start[ops[k]] = best > -FAR ? best : path(m, ops[0], ops[k]);
  }
}

bool tweed_ilp_starts(const tweed_ilp *m, const int64_t *times, int64_t max_start, int64_t *start) {
  int64_t *at = tweed_arena_array(m->arena, (size_t)m->nblocks + 1, sizeof *at);
  if (!at)
    return false;
  memset(start, 0, (size_t)m->g->n * sizeof *start);
  for (int32_t b = 0, k = 0; b < m->nblocks; k += m->blocks[b++].copies) {
    at[b] = times[k];
    for (int32_t i = 0; i < m->blocks[b].copies && m->blocks[b].copies > 1; i++)
      start[m->members[m->blocks[b].member_begin + i].op] = times[k + i];
    if (m->blocks[b].free && m->blocks[b].copies == 1)
      start[m->blocks[b].leader] = times[k];
  }
  for (int32_t c = 0; c < (m->early ? 1 : m->g->ncomponents); c++)
    if (m->paths[c])
      set_component(m, c, at, start);
  if (!m->early)
    return tweed_shift_components(m->g, m->ii, max_start, start);
  for (int32_t v = 0; v < m->g->n; v++)
    if (start[v] > max_start)
      return false;
  return true;
}
