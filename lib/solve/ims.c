/* ims.c: iterative modulo scheduling (B. R. Rau, "Iterative Modulo Scheduling", MICRO 1994), one run at one II.
 *
 * Ops are placed by priority, each in the first free row of the II rows that follow its earliest start; where none is
 * free it is forced in and whatever is in its way is taken out again, within a budget of placements. */
#include "solve/ims.h"
#include <stdlib.h>
#include <string.h>

/* How often the stop signal is looked at. */
enum { STOP_MASK = 63 };

struct tweed_ims_key {
  int64_t key;
  int32_t place, op;
};

bool tweed_ims_init(tweed_ims *s, const tweed_graph *g) {
  size_t n = (size_t)g->n + 1;
  *s = (tweed_ims){.g = g, .analysed_ii = -1};
  bool ok = tweed_mrt_init(&s->table, g);
  s->time = calloc(4 * n, sizeof *s->time);
  s->rank = calloc(4 * n, sizeof *s->rank);
  s->todo = calloc(n / 64 + 1, sizeof *s->todo);
  s->keys = calloc(n, sizeof *s->keys);
  s->behind = calloc((size_t)g->nunits + 1, sizeof *s->behind);
  if (!ok || !s->behind || !s->time || !s->rank || !s->todo || !s->keys)
    return false;
  s->last = s->time + n, s->height = s->time + 2 * n, s->early = s->time + 3 * n;
  s->by_rank = s->rank + n, s->next = s->rank + 2 * n, s->previous = s->rank + 3 * n;
  return true;
}

void tweed_ims_free(tweed_ims *s) {
  tweed_mrt_free(&s->table);
  free(s->time);
  free(s->rank);
  free(s->todo);
  free(s->keys);
  free(s->head);
  free(s->behind);
  *s = (tweed_ims){0};
}

static int by_key(const void *a, const void *b) {
  const struct tweed_ims_key *x = a, *y = b;
  if (x->key != y->key)
    return x->key > y->key ? -1 : 1;
  return x->place < y->place ? -1 : 1;
}

static void analyse(tweed_ims *s, int64_t ii) {
  if (s->analysed_ii == ii)
    return;
  tweed_graph_heights(s->g, ii, s->height);
  tweed_graph_earliest(s->g, ii, s->early);
  s->analysed_ii = ii;
  s->longest = 0;
  for (int32_t v = 0; v < s->g->n; v++)
    if (s->early[v] + s->height[v] > s->longest)
      s->longest = s->early[v] + s->height[v];
}

/* How hard a shape is to place: cycles held, pieces weighing more. */
static int64_t bulk(const tweed_mrt *t, int32_t shape) {
  const tweed_shape *s = &t->shapes[shape];
  int64_t sum = 0;
  for (int32_t k = s->begin; k < s->begin + s->count; k++)
    sum += t->segments[k].length;
  return sum * s->count;
}

/* Ranks: by height (Rau's priority), slack or bulk, ops on circuits first where only circuits count, noise on top. */
static void rank_ops(tweed_ims *s, const tweed_ims_options *o) {
  const tweed_graph *g = s->g;
  tweed_random random;
  uint64_t range = o->noise > 0 ? (uint64_t)(o->noise * (double)s->longest) + 2 : 0;
  if (range)
    tweed_random_seed(&random, o->seed);
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[k];
    int64_t key = o->late ? s->height[v] + s->early[v] : s->height[v];
    bool circuit = tweed_graph_recurrent(g, g->component[v]);
    if (o->pack && !circuit)
      key = INT64_MIN / 2 + bulk(&s->table, g->shape[v]);
    if (range)
      key += (int64_t)(tweed_random_next(&random) % range);
    if (o->inner && circuit)
      key += 2 * s->longest + (int64_t)range;
    key = o->target ? -o->target[v] : key;
    s->keys[k] = (struct tweed_ims_key){key, k, v};
  }
  qsort(s->keys, (size_t)g->n, sizeof *s->keys, by_key);
  for (int32_t k = 0; k < g->n; k++) {
    s->by_rank[k] = s->keys[k].op;
    s->rank[s->keys[k].op] = k;
  }
}

static void mark_todo(tweed_ims *s, int32_t v) {
  int32_t word = s->rank[v] / 64;
  s->todo[word] |= UINT64_C(1) << (s->rank[v] % 64);
  s->first_word = word < s->first_word ? word : s->first_word;
}

/* Takes the most urgent op off the list; -1 = none is left. */
static int32_t take_todo(tweed_ims *s) {
  int32_t words = s->g->n / 64 + 1;
  for (; s->first_word < words; s->first_word++) {
    uint64_t bits = s->todo[s->first_word];
    if (bits == 0)
      continue;
    s->todo[s->first_word] = bits & (bits - 1);
    return s->by_rank[s->first_word * 64 + __builtin_ctzll(bits)];
  }
  return -1;
}

static void place(tweed_ims *s, int32_t v, int64_t start) {
  int32_t shape = s->g->shape[v];
  s->time[v] = s->last[v] = start;
  if (s->table.shapes[shape].count == 0)
    return;
  int64_t row = tweed_mrt_row(&s->table, start);
  tweed_mrt_change(&s->table, shape, row, 1);
  s->previous[v] = -1;
  s->next[v] = s->head[row];
  if (s->head[row] >= 0)
    s->previous[s->head[row]] = v;
  s->head[row] = v;
}

static void evict(tweed_ims *s, int32_t v) {
  int32_t shape = s->g->shape[v];
  if (s->table.shapes[shape].count > 0) {
    int64_t row = tweed_mrt_row(&s->table, s->time[v]);
    tweed_mrt_change(&s->table, shape, row, -1);
    if (s->previous[v] >= 0)
      s->next[s->previous[v]] = s->next[v];
    else
      s->head[row] = s->next[v];
    if (s->next[v] >= 0)
      s->previous[s->next[v]] = s->previous[v];
  }
  s->time[v] = -1;
  mark_todo(s, v);
}

static bool holds(const tweed_mrt *t, int32_t shape, int32_t unit, int64_t cycle) {
  const tweed_shape *s = &t->shapes[shape];
  for (int32_t k = s->begin; k < s->begin + s->count; k++) {
    const tweed_segment *g = &t->segments[k];
    if (g->unit == unit && g->offset <= cycle && cycle < g->offset + g->length)
      return true;
  }
  return false;
}

/* The least urgent placed op that holds the unit in the row. */
static int32_t occupant(const tweed_ims *s, int32_t unit, int64_t row) {
  int32_t worst = -1;
  for (int64_t cycle = 0, r = row; cycle < s->reach; cycle++, r = r > 0 ? r - 1 : s->table.ii - 1)
    for (int32_t v = s->head[r]; v >= 0; v = s->next[v])
      if ((worst < 0 || s->rank[v] > s->rank[worst]) && holds(&s->table, s->g->shape[v], unit, cycle))
        worst = v;
  return worst;
}

/* Evicts until the shape of v fits at the start. */
static void make_room(tweed_ims *s, int32_t v, int64_t start) {
  const tweed_mrt *t = &s->table;
  const tweed_shape *shape = &t->shapes[s->g->shape[v]];
  int64_t first = tweed_mrt_row(t, start);
  for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
    const tweed_segment *g = &t->segments[k];
    for (int64_t c = 0; c < g->length; c++) {
      int64_t row = (first + g->offset + c) % t->ii;
      while ((int64_t)t->used[g->unit][row] + g->held > t->limit[g->unit])
        evict(s, occupant(s, g->unit, row));
    }
  }
}

/* Evicts the neighbours whose dependence on v no longer holds. */
static void evict_violated(tweed_ims *s, const tweed_ims_options *o, int32_t v) {
  const tweed_graph *g = s->g;
  int32_t out_end = o->inner ? g->out_inner[v] : g->out_begin[v + 1];
  int32_t in_end = o->inner ? g->in_inner[v] : g->in_begin[v + 1];
  for (int32_t e = g->out_begin[v]; e < out_end; e++) {
    const tweed_arc *a = &g->out[e];
    if (s->time[a->other] >= 0 && s->time[a->other] < s->time[v] + tweed_arc_weight(a, o->ii))
      evict(s, a->other);
  }
  for (int32_t e = g->in_begin[v]; e < in_end && o->max_start != INT64_MAX; e++) {
    const tweed_arc *a = &g->in[e];
    if (s->time[a->other] >= 0 && s->time[v] < s->time[a->other] + tweed_arc_weight(a, o->ii))
      evict(s, a->other);
  }
}

static int64_t earliest(const tweed_ims *s, const tweed_ims_options *o, int32_t v) {
  const tweed_graph *g = s->g;
  int64_t start = s->early[v];
  int32_t end = o->inner ? g->in_inner[v] : g->in_begin[v + 1];
  for (int32_t e = g->in_begin[v]; e < end; e++) {
    const tweed_arc *a = &g->in[e];
    int64_t bound = s->time[a->other] + tweed_arc_weight(a, o->ii);
    if (s->time[a->other] >= 0 && bound > start)
      start = bound;
  }
  return start;
}

/* Where an op goes that found no free row: later than the last time, so that the run makes progress; under a limit on
 * starts the rows are tried in turn. */
static int64_t forced_start(const tweed_ims *s, int32_t v, int64_t from, int64_t latest, int64_t turn) {
  int64_t start = s->last[v] < 0 || from > s->last[v] ? from : s->last[v] + 1;
  if (start > latest)
    start = s->early[v] + turn % (latest - s->early[v] + 1);
  return start;
}

/* The segment by which an op is laid behind others: its longest. */
static const tweed_segment *main_segment(const tweed_mrt *t, int32_t shape) {
  const tweed_segment *best = NULL;
  for (int32_t k = t->shapes[shape].begin; k < t->shapes[shape].begin + t->shapes[shape].count; k++)
    if (!best || t->segments[k].length > best->length)
      best = &t->segments[k];
  return best;
}

/* The first start from `from` on that puts the op's longest block right behind the last one of that unit. */
static int64_t start_behind(const tweed_ims *s, int32_t v, int64_t from) {
  const tweed_segment *g = main_segment(&s->table, s->g->shape[v]);
  if (!g || tweed_graph_recurrent(s->g, s->g->component[v]))
    return from;
  int64_t ii = s->table.ii, row = (s->behind[g->unit] + ii - g->offset) % ii, now = from % ii;
  return from + (row >= now ? row - now : row - now + ii);
}

static void remember_end(tweed_ims *s, int32_t v) {
  const tweed_segment *g = main_segment(&s->table, s->g->shape[v]);
  if (g)
    s->behind[g->unit] = (s->time[v] + g->offset + g->length) % s->table.ii;
}

static bool find_row(const tweed_ims *s, const tweed_ims_options *o, int32_t v, int64_t from, int64_t latest,
                     int64_t *start) {
  if (latest < from)
    return false;
  if (o->target)
    return tweed_mrt_find_near(&s->table, s->g->shape[v], from, latest, o->target[v], start);
  int64_t width = latest - from < o->ii - 1 ? latest - from + 1 : o->ii;
  return tweed_mrt_find(&s->table, s->g->shape[v], from, width, start);
}

static void schedule_op(tweed_ims *s, const tweed_ims_options *o, int32_t v, int64_t turn) {
  int64_t from = o->pack ? start_behind(s, v, earliest(s, o, v)) : earliest(s, o, v), start;
  int64_t latest = o->max_start == INT64_MAX ? INT64_MAX : o->max_start - s->height[v];
  if (!find_row(s, o, v, from, latest, &start)) {
    start = forced_start(s, v, from, latest, turn);
    make_room(s, v, start);
  }
  place(s, v, start);
  if (o->pack)
    remember_end(s, v);
  evict_violated(s, o, v);
}

static bool prepare_rows(tweed_ims *s, int64_t ii) {
  if (ii > s->head_rows) {
    free(s->head);
    s->head = malloc((size_t)ii * sizeof *s->head);
    s->head_rows = s->head ? ii : 0;
  }
  if (s->head)
    memset(s->head, 0xff, (size_t)ii * sizeof *s->head);
  s->reach = 0;
  for (int32_t k = 0; k < s->g->nshapes; k++)
    s->reach = s->table.shapes[k].extent > s->reach ? s->table.shapes[k].extent : s->reach;
  return s->head != NULL;
}

static tweed_ims_result prepare(tweed_ims *s, const tweed_ims_options *o) {
  if (s->table.ii == o->ii)
    tweed_mrt_clear(&s->table);
  else {
    tweed_fit fit = tweed_mrt_reset(&s->table, o->ii, NULL);
    if (fit != TWEED_FIT_YES) {
      s->table.ii = -1;
      return fit == TWEED_FIT_NO ? TWEED_IMS_FAILED : TWEED_IMS_NO_MEMORY;
    }
  }
  if (!prepare_rows(s, o->ii))
    return TWEED_IMS_NO_MEMORY;
  analyse(s, o->ii);
  if (o->max_start != INT64_MAX && s->longest > o->max_start)
    return TWEED_IMS_FAILED;
  rank_ops(s, o);
  memset(s->todo, 0, ((size_t)s->g->n / 64 + 1) * sizeof *s->todo);
  memset(s->behind, 0, ((size_t)s->g->nunits + 1) * sizeof *s->behind);
  for (int32_t v = 0; v < s->g->n; v++) {
    s->time[v] = s->last[v] = -1;
    mark_todo(s, v);
  }
  s->first_word = 0;
  return TWEED_IMS_FOUND;
}

tweed_ims_result tweed_ims_run(tweed_ims *s, const tweed_ims_options *o, tweed_stop *stop) {
  tweed_ims_result result = prepare(s, o);
  if (result != TWEED_IMS_FOUND)
    return result;
  int64_t turn = 0;
  for (int32_t v = take_todo(s); v >= 0; v = take_todo(s), turn++) {
    if (turn >= o->budget)
      return TWEED_IMS_FAILED;
    if ((turn & STOP_MASK) == STOP_MASK && tweed_stopped(stop))
      return TWEED_IMS_STOPPED;
    schedule_op(s, o, v, turn);
  }
  return o->inner && !tweed_shift_components(s->g, o->ii, o->max_start, s->time) ? TWEED_IMS_FAILED : TWEED_IMS_FOUND;
}
