/* exact.c: the models that exact engines solve: reduced and whole, see exact.h. */
#include "solve/exact.h"
#include <string.h>

/* Most ops of a component whose longest paths are computed; most rows. */
enum { MOST_MEMBERS = 640, MOST_ROWS = 1 << 22 };
#define FAR TWEED_EXACT_FAR

static int32_t component_size(const tweed_graph *g, int32_t c) {
  return g->component_begin[c + 1] - g->component_begin[c];
}

static tweed_status too_large(const char *what, int64_t is, int64_t most, tweed_error *error) {
  return tweed_fail(error, TWEED_UNKNOWN, "too large for an exact model: %lld %s, at most %lld are taken",
                    (long long)is, what, (long long)most);
}

static int32_t gcd(int32_t a, int32_t b) {
  while (b != 0) {
    int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* The divisors, and whether all cells that are held fit into the table. */
static tweed_status check_load(tweed_exact *e, tweed_error *error) {
  const tweed_graph *g = e->g;
  for (int32_t s = 0; s < g->nshapes; s++)
    for (int32_t k = 0; k < e->table.shapes[s].count; k++) {
      const tweed_segment *segment = &e->table.segments[e->table.shapes[s].begin + k];
      e->divisor[segment->unit] = gcd(e->divisor[segment->unit], segment->held);
    }
  for (int32_t u = 0; u < g->nunits; u++) {
    int64_t room = 0;
    e->divisor[u] = e->divisor[u] > 0 ? e->divisor[u] : 1;
    room = g->count[u] / e->divisor[u] * e->ii;
    for (int32_t s = 0; s < g->nshapes; s++)
      for (int32_t k = 0; k < e->table.shapes[s].count; k++) {
        const tweed_segment *segment = &e->table.segments[e->table.shapes[s].begin + k];
        int64_t cells = (int64_t)segment->length * (segment->held / e->divisor[u]);
        if (segment->unit != u)
          continue;
        if (cells > 0 && room / cells < g->shapes[s].members)
          return tweed_fail(error, TWEED_INFEASIBLE, "unit \"%s\" is overloaded at II %lld",
                            g->problem->machine->units[g->unit[u]].name, (long long)e->ii);
        room -= cells * g->shapes[s].members;
      }
  }
  return TWEED_OK;
}

static tweed_status begin(const tweed_graph *g, int64_t ii, tweed_exact **out, tweed_error *error) {
  int32_t misfit = 0;
  size_t n = (size_t)g->n + 1;
  *out = NULL;
  if (ii > MOST_ROWS || !tweed_mrt_possible(g, ii))
    return too_large("rows", ii, MOST_ROWS, error);
  tweed_arena *arena = tweed_arena_new();
  tweed_exact *e = arena ? tweed_arena_alloc(arena, sizeof *e) : NULL;
  if (!e) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  *e = (tweed_exact){.g = g, .arena = arena, .ii = ii};
  *out = e;
  bool ok = tweed_mrt_init(&e->table, g);
  e->op = tweed_arena_array(arena, n, sizeof *e->op);
  e->item = tweed_arena_array(arena, n, sizeof *e->item);
  e->group = tweed_arena_array(arena, n, sizeof *e->group);
  e->member = tweed_arena_array(arena, n, sizeof *e->member);
  e->group_begin = tweed_arena_array(arena, n + 1, sizeof *e->group_begin);
  e->low = tweed_arena_array(arena, n, sizeof *e->low);
  e->high = tweed_arena_array(arena, n, sizeof *e->high);
  e->divisor = tweed_arena_array(arena, (size_t)g->nunits + 1, sizeof *e->divisor);
  if (!ok || !e->op || !e->item || !e->group || !e->member || !e->group_begin || !e->low || !e->high || !e->divisor)
    return tweed_no_memory(error);
  memset(e->item, 0xff, n * sizeof *e->item);
  tweed_fit fit = tweed_mrt_reset(&e->table, ii, &misfit);
  if (fit == TWEED_FIT_NO_MEMORY)
    return tweed_no_memory(error);
  if (fit == TWEED_FIT_NO)
    return tweed_fail_at(error, TWEED_INFEASIBLE, "", 0, 0, g->problem->ops[g->shapes[misfit].op].name,
                         "overlaps its own copy of the next iteration at II %lld", (long long)ii);
  return check_load(e, error);
}

static tweed_status finish(tweed_exact **out, tweed_status status) {
  if (status != TWEED_OK) {
    tweed_exact_free(*out);
    *out = NULL;
  }
  return status;
}

void tweed_exact_free(tweed_exact *e) {
  if (!e)
    return;
  tweed_mrt_free(&e->table);
  tweed_arena_free(e->arena);
}

static bool add_arc(tweed_exact *e, int32_t from, int32_t to, int64_t weight) {
  void *items = e->arcs;
  if (!tweed_arena_grow(e->arena, &items, &e->cap_arcs, (size_t)e->narcs + 1, sizeof *e->arcs))
    return false;
  e->arcs = items;
  e->arcs[e->narcs++] = (tweed_exact_arc){from, to, weight};
  return true;
}

/* ---- reduced -------------------------------------------------------------------------------------------------------
 */

static bool holds(const tweed_exact *e, int32_t v) {
  return e->table.shapes[e->g->shape[v]].count > 0;
}

/* One cell of the least size that the unit is given out in. */
static bool one_cell(const tweed_exact *e, int32_t v) {
  const tweed_shape *shape = &e->table.shapes[e->g->shape[v]];
  const tweed_segment *segment = &e->table.segments[shape->begin];
  return shape->count == 1 && segment->length == 1 && segment->held == e->divisor[segment->unit];
}

static int32_t holders(const tweed_exact *e, int32_t c) {
  int32_t count = 0;
  for (int32_t k = e->g->component_begin[c]; k < e->g->component_begin[c + 1]; k++)
    count += holds(e, e->g->order[k]);
  return count;
}

static int64_t path_of(const tweed_exact *e, int32_t v, int32_t w) {
  int32_t c = e->g->component[v];
  return v == w ? 0 : e->paths[c][e->member[v] * component_size(e->g, c) + e->member[w]];
}

/* All-pairs longest paths inside a component (Floyd, Warshall). */
static tweed_status longest_paths(tweed_exact *e, int32_t c, tweed_error *error) {
  const tweed_graph *g = e->g;
  int32_t first = g->component_begin[c], size = component_size(g, c);
  if (size > MOST_MEMBERS)
    return too_large("ops on connected circuits", size, MOST_MEMBERS, error);
  int64_t *path = tweed_arena_array(e->arena, (size_t)size * (size_t)size, sizeof *path);
  if (!path)
    return tweed_no_memory(error);
  e->paths[c] = path;
  for (int32_t k = 0; k < size * size; k++)
    path[k] = -FAR;
  for (int32_t a = 0; a < size; a++) {
    int32_t v = g->order[first + a];
    path[a * size + a] = 0;
    for (int32_t k = g->out_begin[v]; k < g->out_inner[v]; k++) {
      int64_t *at = &path[a * size + e->member[g->out[k].other]], weight = tweed_arc_weight(&g->out[k], e->ii);
      *at = weight > *at ? weight : *at;
    }
  }
  for (int32_t k = 0; k < size; k++)
    for (int32_t a = 0; a < size; a++)
      for (int32_t b = 0; b < size && path[a * size + k] > -FAR; b++)
        if (path[k * size + b] > -FAR && path[a * size + k] + path[k * size + b] > path[a * size + b])
          path[a * size + b] = path[a * size + k] + path[k * size + b];
  return TWEED_OK;
}

static tweed_status all_paths(tweed_exact *e, tweed_error *error) {
  const tweed_graph *g = e->g;
  tweed_status status = TWEED_OK;
  e->paths = tweed_arena_array(e->arena, (size_t)g->ncomponents + 1, sizeof *e->paths);
  if (!e->paths)
    return tweed_no_memory(error);
  for (int32_t c = 0; c < g->ncomponents && status == TWEED_OK; c++)
    if (tweed_graph_recurrent(g, c))
      status = longest_paths(e, c, error);
  return status;
}

static void add_item(tweed_exact *e, int32_t v) {
  e->item[v] = e->count;
  e->group[e->count] = e->ngroups;
  e->op[e->count++] = v;
  e->group_begin[e->ngroups + 1] = e->count;
}

/* How far v can move while w stays. */
static int64_t slack(const tweed_exact *e, int32_t v, int32_t w) {
  return -path_of(e, v, w) - path_of(e, w, v);
}

/* The group of a component, the op first that leaves the others the least room. */
static void add_group(tweed_exact *e, int32_t c) {
  const tweed_graph *g = e->g;
  int32_t anchor = -1;
  double least = 0;
  for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++) {
    double sum = 0;
    for (int32_t m = g->component_begin[c]; m < g->component_begin[c + 1]; m++)
      if (holds(e, g->order[m]))
        sum += (double)slack(e, g->order[k], g->order[m]);
    if (holds(e, g->order[k]) && (anchor < 0 || sum < least)) {
      anchor = g->order[k];
      least = sum;
    }
  }
  add_item(e, anchor);
  for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++)
    if (holds(e, g->order[k]) && g->order[k] != anchor)
      add_item(e, g->order[k]);
  e->ngroups++;
}

/* Groups of components, the largest first; then free ops, those of one shape together. */
static void collect(tweed_exact *e) {
  const tweed_graph *g = e->g;
  int32_t largest = -1, most = 1;
  for (int32_t c = 0; c < g->ncomponents; c++)
    if (holders(e, c) > most) {
      most = holders(e, c);
      largest = c;
    }
  if (largest >= 0)
    add_group(e, largest);
  for (int32_t c = 0; c < g->ncomponents; c++)
    if (c != largest && holders(e, c) > 1)
      add_group(e, c);
  for (int32_t s = 0; s < g->nshapes; s++)
    for (int32_t k = 0; k < g->n; k++) {
      int32_t v = g->order[k];
      if (g->shape[v] != s || e->item[v] >= 0 || !holds(e, v) || one_cell(e, v))
        continue;
      add_item(e, v);
      e->ngroups++;
    }
}

/* Windows of a group whose anchor starts anywhere in one table, moved by multiples of II to start at 0 or later. */
static void set_windows(tweed_exact *e, int32_t group) {
  int32_t first = e->group_begin[group], anchor = e->op[first];
  int64_t lowest = 0, width = group == 0 ? 0 : e->ii - 1;
  for (int32_t i = first; i < e->group_begin[group + 1]; i++) {
    e->low[i] = path_of(e, anchor, e->op[i]);
    e->high[i] = width - path_of(e, e->op[i], anchor);
    lowest = e->low[i] < lowest ? e->low[i] : lowest;
  }
  int64_t shift = (-lowest + e->ii - 1) / e->ii * e->ii;
  for (int32_t i = first; i < e->group_begin[group + 1]; i++) {
    e->low[i] += shift;
    e->high[i] += shift;
  }
}

/* The first op of the group that has a fixed distance from item i: it stands for i. */
static int32_t leader(const tweed_exact *e, int32_t group, int32_t i) {
  for (int32_t j = e->group_begin[group]; j < i; j++)
    if (slack(e, e->op[i], e->op[j]) == 0)
      return j;
  return i;
}

/* Does the path between two leaders lead through a third? */
static bool follows(const tweed_exact *e, int32_t group, const int32_t *lead, int32_t a, int32_t b) {
  int64_t direct = path_of(e, e->op[a], e->op[b]);
  for (int32_t c = e->group_begin[group]; c < e->group_begin[group + 1]; c++)
    if (c != a && c != b && lead[c] == c && path_of(e, e->op[a], e->op[c]) + path_of(e, e->op[c], e->op[b]) == direct)
      return true;
  return false;
}

/* Arcs between leaders that follow from no others (no two leaders are on a circuit of weight 0, so that this loses
 * nothing), and both ways between a leader and who follows it. */
static bool add_arcs(tweed_exact *e, int32_t group, int32_t *lead) {
  int32_t first = e->group_begin[group], end = e->group_begin[group + 1];
  for (int32_t i = first; i < end; i++)
    lead[i] = leader(e, group, i);
  for (int32_t a = first; a < end; a++) {
    int32_t l = lead[a];
    if (l != a &&
        (!add_arc(e, l, a, path_of(e, e->op[l], e->op[a])) || !add_arc(e, a, l, path_of(e, e->op[a], e->op[l]))))
      return false;
    for (int32_t b = first; b < end && l == a; b++)
      if (b != a && lead[b] == b && !follows(e, group, lead, a, b) && !add_arc(e, a, b, path_of(e, e->op[a], e->op[b])))
        return false;
  }
  return true;
}

static tweed_status reduce(tweed_exact *e, tweed_error *error) {
  const tweed_graph *g = e->g;
  int32_t *lead = tweed_arena_array(e->arena, (size_t)g->n + 1, sizeof *lead);
  if (!lead)
    return tweed_no_memory(error);
  e->reduced = true;
  for (int32_t c = 0; c < g->ncomponents; c++)
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++)
      e->member[g->order[k]] = k - g->component_begin[c];
  tweed_status status = all_paths(e, error);
  if (status != TWEED_OK)
    return status;
  collect(e);
  for (int32_t k = 0; k < e->ngroups; k++) {
    set_windows(e, k);
    if (!add_arcs(e, k, lead))
      return tweed_no_memory(error);
  }
  return TWEED_OK;
}

tweed_status tweed_exact_reduced(const tweed_graph *g, int64_t ii, tweed_exact **out, tweed_error *error) {
  tweed_status status = begin(g, ii, out, error);
  return finish(out, status == TWEED_OK ? reduce(*out, error) : status);
}

bool tweed_exact_alike(const tweed_exact *e, int32_t i, int32_t j) {
  int32_t a = e->group[i], b = e->group[j];
  return e->reduced && a != b && e->g->shape[e->op[i]] == e->g->shape[e->op[j]] &&
         e->group_begin[a + 1] - e->group_begin[a] == 1 && e->group_begin[b + 1] - e->group_begin[b] == 1;
}

/* ---- whole ---------------------------------------------------------------------------------------------------------
 */

/* The latest starts, by relaxing until nothing changes. False if some op has none left. */
static bool latest_starts(tweed_exact *e) {
  const tweed_graph *g = e->g;
  for (bool again = true; again;) {
    again = false;
    for (int32_t i = e->count - 1; i >= 0; i--) {
      int32_t v = e->op[i];
      for (int32_t k = g->out_begin[v]; k < g->out_begin[v + 1]; k++) {
        int64_t most = e->high[e->item[g->out[k].other]] - tweed_arc_weight(&g->out[k], e->ii);
        if (most >= e->high[i])
          continue;
        e->high[i] = most;
        again = true;
      }
      if (e->high[i] < e->low[i])
        return false;
    }
  }
  return true;
}

/* One arc from v to each op that follows it, the strongest. last[w] is scratch: 1 + the arc to w that was added last.
 */
static bool arcs_from(tweed_exact *e, int32_t v, int32_t *last) {
  const tweed_graph *g = e->g;
  int32_t before = e->narcs;
  for (int32_t k = g->out_begin[v]; k < g->out_begin[v + 1]; k++) {
    int32_t w = g->out[k].other;
    int64_t weight = tweed_arc_weight(&g->out[k], e->ii);
    if (last[w] > before) {
      tweed_exact_arc *arc = &e->arcs[last[w] - 1];
      arc->weight = weight > arc->weight ? weight : arc->weight;
    } else {
      if (!add_arc(e, e->item[v], e->item[w], weight))
        return false;
      last[w] = e->narcs;
    }
  }
  return true;
}

static tweed_status whole(tweed_exact *e, int64_t length, int64_t max_start, tweed_error *error) {
  const tweed_graph *g = e->g;
  int64_t *early = tweed_arena_array(e->arena, (size_t)g->n + 1, sizeof *early);
  int32_t *last = tweed_arena_array(e->arena, (size_t)g->n + 1, sizeof *last);
  if (!early || !last)
    return tweed_no_memory(error);
  tweed_graph_earliest(g, e->ii, early);
  length = length < FAR ? length : FAR;
  max_start = max_start < FAR ? max_start : FAR;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[k];
    int64_t end = length - tweed_class_of(g->problem, v)->latency;
    add_item(e, v);
    e->low[k] = early[v];
    e->high[k] = end < max_start ? end : max_start;
  }
  e->ngroups = 1;
  if (!latest_starts(e))
    return tweed_fail(error, TWEED_INFEASIBLE, "at II %lld the longest path alone is too long", (long long)e->ii);
  for (int32_t k = 0; k < g->n; k++)
    if (!arcs_from(e, g->order[k], last))
      return tweed_no_memory(error);
  return TWEED_OK;
}

tweed_status tweed_exact_whole(const tweed_graph *g, int64_t ii, int64_t length, int64_t max_start, tweed_exact **out,
                               tweed_error *error) {
  tweed_status status = begin(g, ii, out, error);
  return finish(out, status == TWEED_OK ? whole(*out, length, max_start, error) : status);
}

/* ---- schedules -----------------------------------------------------------------------------------------------------
 */

/* The members of a component around those that are decided, as early as paths allow; around its first if none is. */
static void follow(const tweed_exact *e, int32_t c, int64_t *start) {
  const tweed_graph *g = e->g;
  int32_t first = g->component_begin[c], end = g->component_begin[c + 1], anchor = g->order[first];
  for (int32_t k = first; k < end; k++)
    anchor = e->item[g->order[k]] >= 0 ? g->order[k] : anchor;
  for (int32_t k = first; k < end; k++) {
    int32_t v = g->order[k];
    if (e->item[v] >= 0 || v == anchor)
      continue;
    start[v] = start[anchor] + path_of(e, anchor, v);
    for (int32_t m = first; m < end; m++) {
      int32_t u = g->order[m];
      if (e->item[u] >= 0 && start[u] + path_of(e, u, v) > start[v])
        start[v] = start[u] + path_of(e, u, v);
    }
  }
}

/* Loose ops into the first free rows, each moving along its component, which was laid out around another op. */
static bool place_loose(tweed_exact *e, int64_t *start) {
  const tweed_graph *g = e->g;
  for (int32_t v = 0; v < g->n; v++) {
    int64_t row, c = g->component[v];
    if (!holds(e, v) || e->item[v] >= 0)
      continue;
    if (!tweed_mrt_find(&e->table, g->shape[v], 0, e->ii, &row))
      return false;
    tweed_mrt_change(&e->table, g->shape[v], row, 1);
    int64_t shift = row - start[v];
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++)
      start[g->order[k]] += shift;
  }
  return true;
}

bool tweed_exact_complete(tweed_exact *e, const int64_t *item_start, int64_t max_start, int64_t *start) {
  const tweed_graph *g = e->g;
  bool ok = true;
  tweed_mrt_clear(&e->table);
  for (int32_t v = 0; v < g->n; v++)
    start[v] = e->item[v] >= 0 ? item_start[e->item[v]] : 0;
  for (int32_t i = 0; i < e->count && ok; i++) {
    int32_t shape = g->shape[e->op[i]];
    ok = item_start[i] >= 0 && tweed_mrt_conflict(&e->table, shape, tweed_mrt_row(&e->table, item_start[i])) == 0;
    if (ok)
      tweed_mrt_change(&e->table, shape, item_start[i], 1);
  }
  if (ok && e->reduced) {
    for (int32_t c = 0; c < g->ncomponents; c++)
      if (tweed_graph_recurrent(g, c))
        follow(e, c, start);
    ok = place_loose(e, start) && tweed_shift_components(g, e->ii, max_start, start);
  }
  tweed_mrt_clear(&e->table);
  return ok;
}

int64_t tweed_exact_length(const tweed_graph *g, const int64_t *start) {
  int64_t length = 0;
  for (int32_t v = 0; v < g->n; v++) {
    int64_t end = start[v] + tweed_class_of(g->problem, v)->latency;
    length = end > length ? end : length;
  }
  return length;
}

int64_t tweed_exact_next_length(tweed_exact_lengths *s, int64_t ii) {
  int64_t length = s->low, half = s->low + (s->high - s->low) / 2;
  if (s->step > 0)
    length = s->found || s->low + s->step > half ? half : s->low + s->step;
  s->step = s->step > 0 ? 2 * s->step : ii / 4 + 1;
  return length;
}
