/* backtrack.c: the row "backtrack": exhaustive search at one II after the other, for small problems.
 *
 * Dependences between components never make an II infeasible, so only ops that hold units are decided, inside
 * components by all-pairs longest paths: a placed op gives every other one of its component a window. The op with the
 * narrowest window is next; ops on no circuit come last, the bulkiest first, anywhere in the table. A search that ends
 * without a schedule refutes the II; one that runs out of its limit on placements says nothing. */
#include "solve/solver.h"
#include <stdlib.h>
#include <string.h>

/* Placements per II, ops decided, ops in one component, IIs tried, rows of the table. */
enum { NODES = 12000, MOST_ITEMS = 192, MOST_MEMBERS = 160, MOST_IIS = 8, MOST_ROWS = 1 << 20 };
#define FAR (INT64_MAX / 4)

/* A decision: an op and the start times it may take. */
typedef struct level {
  int32_t item;
  int64_t next, last;
} level;

/* Invariants: items are ops that hold units; depth of them are placed, at time[], in the table. low[d * count + i] is
 * the least start of item i after d placements, high likewise, FAR where its component has no placed op. paths[c] is
 * the matrix of longest paths of a component by member number, NULL for components of one op. */
typedef struct search {
  const tweed_graph *g;
  tweed_mrt table;
  int64_t ii, base; /* base: a multiple of ii from which windows stay positive */
  int32_t count, depth;
  int32_t *items, *member;
  int64_t *low, *high, *time;
  int64_t **paths;
  bool *placed, *anchored; /* by item, by component */
  level *levels;
  int64_t nodes;
} search;

typedef enum outcome { FOUND, REFUTED, OPEN, NO_MEMORY } outcome;

static int64_t bulk(const tweed_graph *g, int32_t v) {
  int64_t sum = 0;
  const tweed_shape *s = &g->shapes[g->shape[v]];
  for (int32_t k = s->begin; k < s->begin + s->count; k++)
    sum += g->segments[k].length;
  return sum * s->count;
}

/* By bulk, equal shapes side by side. */
static bool comes_first(const tweed_graph *g, int32_t v, int32_t w) {
  int64_t a = bulk(g, v), b = bulk(g, w);
  return a != b ? a > b : g->shape[v] != g->shape[w] ? g->shape[v] < g->shape[w] : v < w;
}

static void collect_items(search *s) {
  for (int32_t v = 0; v < s->g->n; v++) {
    if (s->g->shapes[s->g->shape[v]].count == 0)
      continue;
    int32_t k = s->count++;
    for (; k > 0 && comes_first(s->g, v, s->items[k - 1]); k--)
      s->items[k] = s->items[k - 1];
    s->items[k] = v;
  }
}

static bool small_enough(const tweed_graph *g) {
  int32_t items = 0;
  for (int32_t v = 0; v < g->n; v++)
    items += g->shapes[g->shape[v]].count > 0;
  for (int32_t c = 0; c < g->ncomponents; c++)
    if (g->component_begin[c + 1] - g->component_begin[c] > MOST_MEMBERS)
      return false;
  return items <= MOST_ITEMS;
}

static bool search_init(search *s, const tweed_graph *g) {
  size_t n = MOST_ITEMS + 1, levels = n * n;
  *s = (search){.g = g};
  bool ok = tweed_mrt_init(&s->table, g);
  s->items = tweed_arena_array(g->arena, n, sizeof *s->items);
  s->member = tweed_arena_array(g->arena, (size_t)g->n + 1, sizeof *s->member);
  s->paths = tweed_arena_array(g->arena, (size_t)g->ncomponents + 1, sizeof *s->paths);
  s->anchored = tweed_arena_array(g->arena, (size_t)g->ncomponents + 1, sizeof *s->anchored);
  s->placed = tweed_arena_array(g->arena, n, sizeof *s->placed);
  s->time = tweed_arena_array(g->arena, n, sizeof *s->time);
  s->levels = tweed_arena_array(g->arena, n, sizeof *s->levels);
  s->low = tweed_arena_array(g->arena, 2 * levels, sizeof *s->low);
  if (!ok || !s->items || !s->member || !s->paths || !s->anchored || !s->placed || !s->time || !s->levels || !s->low)
    return false;
  s->high = s->low + levels;
  collect_items(s);
  for (int32_t c = 0; c < g->ncomponents; c++) {
    size_t size = (size_t)(g->component_begin[c + 1] - g->component_begin[c]);
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++)
      s->member[g->order[k]] = k - g->component_begin[c];
    if (size > 1 && !(s->paths[c] = tweed_arena_array(g->arena, size * size, sizeof **s->paths)))
      return false;
  }
  return true;
}

/* All-pairs longest paths inside a component (Floyd, Warshall); returns the greatest length either way. */
static int64_t longest_paths(search *s, int32_t c) {
  const tweed_graph *g = s->g;
  int32_t first = g->component_begin[c], size = g->component_begin[c + 1] - first;
  int64_t *path = s->paths[c], most = 0;
  for (int32_t k = 0; k < size * size; k++)
    path[k] = -FAR;
  for (int32_t a = 0; a < size; a++) {
    int32_t v = g->order[first + a];
    path[a * size + a] = 0;
    for (int32_t e = g->out_begin[v]; e < g->out_inner[v]; e++) {
      int64_t *at = &path[a * size + s->member[g->out[e].other]], weight = tweed_arc_weight(&g->out[e], s->ii);
      *at = weight > *at ? weight : *at;
    }
  }
  for (int32_t k = 0; k < size; k++)
    for (int32_t a = 0; a < size; a++)
      for (int32_t b = 0; b < size && path[a * size + k] > -FAR; b++)
        if (path[k * size + b] > -FAR && path[a * size + k] + path[k * size + b] > path[a * size + b])
          path[a * size + b] = path[a * size + k] + path[k * size + b];
  for (int32_t k = 0; k < size * size; k++)
    most = path[k] > most ? path[k] : -path[k] > most ? -path[k] : most;
  return most;
}

static int64_t path_of(const search *s, int32_t v, int32_t w) {
  int32_t c = s->g->component[v], size = s->g->component_begin[c + 1] - s->g->component_begin[c];
  return s->paths[c][s->member[v] * size + s->member[w]];
}

/* The unplaced item of an anchored component with the narrowest window; else the first of a component with a circuit;
 * else the first there is. Sets the level's candidates. */
static void choose(search *s) {
  int32_t best = -1, circuit = -1, any = -1;
  const int64_t *low = s->low + s->depth * s->count, *high = s->high + s->depth * s->count;
  for (int32_t i = 0; i < s->count; i++) {
    int32_t c = s->g->component[s->items[i]];
    if (s->placed[i])
      continue;
    any = any < 0 ? i : any;
    if (!s->paths[c])
      continue;
    if (s->anchored[c] && (best < 0 || high[i] - low[i] < high[best] - low[best]))
      best = i;
    circuit = circuit < 0 ? i : circuit;
  }
  level *l = &s->levels[s->depth];
  l->item = best >= 0 ? best : circuit >= 0 ? circuit : any;
  l->next = best >= 0 ? low[best] : s->base;
  l->last = best >= 0 ? high[best] : s->depth == 0 ? s->base : s->base + s->ii - 1;
  /* Equal ops on no circuit may be exchanged: their rows do not fall. */
  if (best < 0 && circuit < 0 && any > 0 && s->placed[any - 1] && !s->paths[s->g->component[s->items[any - 1]]] &&
      s->g->shape[s->items[any]] == s->g->shape[s->items[any - 1]])
    l->next = s->time[any - 1];
}

/* Windows after item i was placed; false if some unplaced op of its component has no free start left. */
static bool narrow(search *s, int32_t i) {
  int32_t v = s->items[i], c = s->g->component[v], n = s->count;
  int64_t *low = s->low + s->depth * n, *high = s->high + s->depth * n;
  memcpy(low, low - n, (size_t)n * sizeof *low);
  memcpy(high, high - n, (size_t)n * sizeof *high);
  for (int32_t j = 0; j < n && s->paths[c]; j++) {
    int32_t w = s->items[j];
    if (s->placed[j] || s->g->component[w] != c)
      continue;
    int64_t least = s->time[i] + path_of(s, v, w), most = s->time[i] - path_of(s, w, v), free_one;
    low[j] = low[j] == FAR || least > low[j] ? least : low[j];
    high[j] = most < high[j] ? most : high[j];
    int64_t width = high[j] - low[j] + 1;
    if (width <= 0 || (width < s->ii && !tweed_mrt_find(&s->table, s->g->shape[w], low[j], width, &free_one)))
      return false;
  }
  return true;
}

/* Places the item of the current level at its next candidate. False if there is none left. */
static bool place_next(search *s, bool *alive) {
  level *l = &s->levels[s->depth];
  int32_t v = s->items[l->item], c = s->g->component[v];
  int64_t start;
  if (l->next > l->last || !tweed_mrt_find(&s->table, s->g->shape[v], l->next, l->last - l->next + 1, &start))
    return false;
  l->next = start + 1;
  tweed_mrt_change(&s->table, s->g->shape[v], start, 1);
  s->time[l->item] = start;
  s->placed[l->item] = true;
  s->anchored[c] = true;
  s->depth++;
  *alive = narrow(s, l->item);
  return true;
}

static void take_back(search *s) {
  level *l = &s->levels[--s->depth];
  int32_t v = s->items[l->item], c = s->g->component[v];
  tweed_mrt_change(&s->table, s->g->shape[v], s->time[l->item], -1);
  s->placed[l->item] = false;
  s->anchored[c] = false;
  for (int32_t k = 0; k < s->depth; k++)
    s->anchored[c] |= s->g->component[s->items[s->levels[k].item]] == c;
}

static outcome run(search *s, tweed_stop *stop) {
  if (s->count == 0)
    return FOUND;
  choose(s);
  for (s->nodes = 0; s->nodes < NODES; s->nodes++) {
    bool alive = false;
    if ((s->nodes & 63) == 63 && tweed_stopped(stop))
      return OPEN;
    if (!place_next(s, &alive)) {
      if (s->depth == 0)
        return REFUTED;
      take_back(s);
    } else if (!alive) {
      take_back(s);
    } else if (s->depth == s->count) {
      return FOUND;
    } else {
      choose(s);
    }
  }
  return OPEN;
}

static outcome prepare(search *s, int64_t ii) {
  int64_t most = 0;
  tweed_fit fit = tweed_mrt_reset(&s->table, ii, NULL);
  if (fit != TWEED_FIT_YES)
    return fit == TWEED_FIT_NO ? REFUTED : NO_MEMORY;
  s->ii = ii;
  s->depth = 0;
  memset(s->placed, 0, (size_t)s->count * sizeof *s->placed);
  memset(s->anchored, 0, (size_t)s->g->ncomponents * sizeof *s->anchored);
  for (int32_t c = 0; c < s->g->ncomponents; c++) {
    int64_t length = s->paths[c] ? longest_paths(s, c) : 0;
    most = length > most ? length : most;
  }
  s->base = (most / ii + 2) * ii;
  for (int32_t i = 0; i < s->count; i++)
    s->low[i] = s->high[i] = FAR;
  return FOUND;
}

/* The starts of all ops: those decided, the others as early as the paths from these (or from any member) allow. */
static bool complete(const search *s, int64_t max_start, int64_t *start) {
  const tweed_graph *g = s->g;
  for (int32_t v = 0; v < g->n; v++)
    start[v] = -1;
  for (int32_t i = 0; i < s->count; i++)
    start[s->items[i]] = s->time[i];
  for (int32_t v = 0; v < g->n; v++) {
    int32_t c = g->component[v];
    if (start[v] >= 0)
      continue;
    start[v] = 0;
    if (!s->paths[c])
      continue;
    bool decided = false;
    for (int32_t i = 0; i < s->count; i++)
      if (g->component[s->items[i]] == c && s->time[i] + path_of(s, s->items[i], v) > start[v]) {
        start[v] = s->time[i] + path_of(s, s->items[i], v);
        decided = true;
      }
    if (!decided)
      start[v] = s->base + path_of(s, g->order[g->component_begin[c]], v);
  }
  return tweed_shift_components(g, s->ii, max_start, start);
}

/* The IIs from first to last until one works. Raises what is refuted for good. TWEED_INFEASIBLE: all of them are
 * refuted. */
static tweed_status search_range(search *s, tweed_job *job, int64_t first, int64_t last, tweed_plan *plan) {
  for (int64_t ii = first; ii <= last && !tweed_stopped(job->stop); ii++) {
    tweed_job_progress(job, "backtrack", ii);
    outcome result = prepare(s, ii);
    result = result == FOUND ? run(s, job->stop) : result;
    if (result == NO_MEMORY)
      return TWEED_NO_MEMORY;
    if (result == FOUND && complete(s, tweed_job_max_start(job, ii), plan->start)) {
      plan->ii = ii;
      return TWEED_OK;
    }
    if (result == REFUTED && job->lower_bound == ii)
      job->lower_bound = ii + 1;
    if (result == REFUTED && job->first_ii == ii)
      job->first_ii = ii + 1;
  }
  return job->first_ii > last ? TWEED_INFEASIBLE : TWEED_UNKNOWN;
}

/* Alone, it leaves what it does not reach to plain IMS. */
tweed_status tweed_run_backtrack(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  search s;
  int64_t last = job->last_ii - job->first_ii < MOST_IIS ? job->last_ii : job->first_ii + MOST_IIS - 1;
  tweed_status status = TWEED_UNKNOWN;
  if (small_enough(job->graph) && last < MOST_ROWS) {
    status = search_init(&s, job->graph) ? search_range(&s, job, job->first_ii, last, plan) : TWEED_NO_MEMORY;
    tweed_mrt_free(&s.table);
  }
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (status != TWEED_OK && last < job->last_ii && job->best_ii == 0)
    return tweed_run_ims(job, plan, error);
  if (status == TWEED_INFEASIBLE && last == job->last_ii)
    return tweed_fail(error, status, "an exhaustive search found no schedule with II up to %lld", (long long)last);
  return status == TWEED_OK ? status : tweed_fail(error, TWEED_UNKNOWN, "no schedule found by backtracking");
}
