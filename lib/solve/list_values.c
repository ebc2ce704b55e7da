/* list_values.c: list scheduling by what values cost, as compilers do it for register pressure.
 *
 * Step by step, from the first to the last or from the last to the first, ops whose neighbours are placed wait in a
 * list. What starting one now changes is the change in live bytes (its value comes to life, those that it is the last
 * to use die; backwards the other way round), or in communication. Ops that change it for the better start at once, the
 * others by rising change as long as live bytes stay within a limit, and all at the last step that the deadline leaves.
 * The limit is bisected. */
#include "solve/list.h"
#include "solve/values.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BISECTIONS = 10, MOST_ASIDE = 64 };

typedef struct entry {
  double delta;
  int64_t turn; /* decides between equal deltas, or is a time */
  int32_t op;
} entry;

/* A binary heap, the least entry on top. Invariant: room for three entries per op and dependence. */
typedef struct heap {
  entry *items;
  int32_t count;
} heap;

/* How to walk: backwards, where time counts from the end; by communication instead of live bytes; of equal ops the one
 * that became ready last first, instead of the most urgent. */
typedef struct manner {
  bool back, pull, recent;
} manner;

/* One direction. Times are steps from where the walk begins. Invariants: placed ops satisfy all arcs among themselves;
 * level is what is alive because of them; delta[v] is how it changes if v is placed now. */
typedef struct pass {
  tweed_job *job;
  const tweed_graph *g;
  tweed_values values;
  manner how;
  bool limited; /* some unit has a count */
  tweed_mrt table;
  int64_t steps, *release, *deadline, *time;
  int32_t *by_deadline, *waiting, *left; /* arcs from unplaced ops; unplaced users (backwards: 0 = alive) */
  bool *placed, *ready;
  double *delta, *pull, level;
  heap list, coming;
  int64_t turns;
} pass;

/* ---- heaps --------------------------------------------------------------------------------------------------------
 */

static bool less(const entry *a, const entry *b) {
  if (a->delta != b->delta)
    return a->delta < b->delta;
  return a->turn != b->turn ? a->turn < b->turn : a->op < b->op;
}

static void push(heap *h, entry e) {
  int32_t at = h->count++;
  for (; at > 0 && less(&e, &h->items[(at - 1) / 2]); at = (at - 1) / 2)
    h->items[at] = h->items[(at - 1) / 2];
  h->items[at] = e;
}

static entry pop(heap *h) {
  entry top = h->items[0], e = h->items[--h->count];
  int32_t at = 0;
  for (int32_t child = 1; child < h->count; child = 2 * at + 1) {
    child += child + 1 < h->count && less(&h->items[child + 1], &h->items[child]);
    if (!less(&h->items[child], &e))
      break;
    h->items[at] = h->items[child];
    at = child;
  }
  h->items[at] = e;
  return top;
}

/* ---- what a start changes -----------------------------------------------------------------------------------------
 */

static void enlist(pass *w, int32_t v) {
  int64_t turn = w->how.recent ? -w->turns++ : w->deadline[v];
  push(&w->list, (entry){w->delta[v], turn, v});
}

/* v's share of the value of u, which others share: it gets less dear. */
static void cheapen(pass *w, int32_t v, int32_t u) {
  w->delta[v] -= w->values.bytes[u];
  if (w->ready[v] && !w->placed[v])
    enlist(w, v);
}

/* Forwards: the last user left of u's value ends its life. Backwards: the first one to be placed begins it. */
static void use_value(pass *w, int32_t u) {
  const tweed_values *x = &w->values;
  if (w->how.back ? w->left[u] == 0 : --w->left[u] != 1)
    return;
  for (int32_t k = x->user_begin[u]; k < x->user_begin[u + 1]; k++)
    if (!w->placed[x->user[k]])
      cheapen(w, x->user[k], u);
  w->left[u] = w->how.back ? 0 : w->left[u];
}

static void reset_deltas(pass *w) {
  const tweed_values *x = &w->values;
  int32_t n = w->g->n;
  w->level = 0;
  for (int32_t v = 0; v < n; v++) {
    w->left[v] = x->user_begin[v + 1] - x->user_begin[v];
    w->delta[v] = w->how.pull ? (w->how.back ? w->pull[v] : -w->pull[v]) : w->how.back ? -x->bytes[v] : x->bytes[v];
  }
  for (int32_t u = 0; u < n && !w->how.pull; u++)
    for (int32_t k = x->user_begin[u]; k < x->user_begin[u + 1]; k++)
      if (w->how.back)
        w->delta[x->user[k]] += x->bytes[u];
      else if (w->left[u] == 1)
        w->delta[x->user[k]] -= x->bytes[u];
}

/* ---- the walk -----------------------------------------------------------------------------------------------------
 */

static int64_t start_of(const pass *w, int64_t time) {
  return w->how.back ? w->steps - time : time;
}

/* Of v's neighbours behind it in the walk one more is placed; the last one makes it ready at a time. */
static void release(pass *w, const tweed_arc *a, int64_t now) {
  if (now + a->latency > w->release[a->other])
    w->release[a->other] = now + a->latency;
  if (--w->waiting[a->other] == 0)
    push(&w->coming, (entry){0, w->release[a->other], a->other});
}

/* TWEED_UNKNOWN: no free units there. */
static tweed_status place(pass *w, int32_t v, int64_t now) {
  const tweed_graph *g = w->g;
  if (w->limited) {
    if (tweed_mrt_conflict(&w->table, g->shape[v], start_of(w, now)) != 0)
      return TWEED_UNKNOWN;
    if (!tweed_mrt_change(&w->table, g->shape[v], start_of(w, now), 1))
      return TWEED_NO_MEMORY;
  }
  w->placed[v] = true;
  w->time[v] = now;
  w->level += w->delta[v];
  for (int32_t k = w->values.giver_begin[v]; k < w->values.giver_begin[v + 1] && !w->how.pull; k++)
    use_value(w, w->values.giver[k]);
  const int32_t *begin = w->how.back ? g->in_begin : g->out_begin;
  for (int32_t e = begin[v]; e < begin[v + 1]; e++)
    release(w, w->how.back ? &g->in[e] : &g->out[e], now);
  return TWEED_OK;
}

static void take_ready(pass *w, int64_t now) {
  while (w->coming.count > 0 && w->coming.items[0].turn <= now) {
    int32_t v = pop(&w->coming).op;
    w->ready[v] = true;
    if (!w->placed[v])
      enlist(w, v);
  }
}

/* Those that cannot wait any longer. *next: how far the ops by deadline have come. */
static tweed_status place_urgent(pass *w, int32_t *next, int64_t now) {
  for (; *next < w->g->n && w->deadline[w->by_deadline[*next]] <= now; ++*next) {
    int32_t v = w->by_deadline[*next];
    if (w->placed[v])
      continue;
    take_ready(w, now);
    tweed_status status = w->ready[v] ? place(w, v, now) : TWEED_UNKNOWN;
    if (status != TWEED_OK)
      return status;
  }
  take_ready(w, now);
  return TWEED_OK;
}

/* Those that are worth it, or fit within the limit. */
static tweed_status place_willing(pass *w, double limit, int64_t now) {
  entry aside[MOST_ASIDE];
  int32_t count = 0;
  tweed_status status = TWEED_OK;
  while (w->list.count > 0 && count < MOST_ASIDE && status == TWEED_OK) {
    entry top = w->list.items[0];
    bool stale = w->placed[top.op] || top.delta != w->delta[top.op];
    if (!stale && top.delta > 0 && (w->how.pull || w->level + top.delta > limit))
      break;
    pop(&w->list);
    if (stale)
      continue;
    status = place(w, top.op, now);
    if (status == TWEED_UNKNOWN) {
      aside[count++] = top;
      status = TWEED_OK;
    }
    take_ready(w, now);
  }
  while (count > 0)
    push(&w->list, aside[--count]);
  return status;
}

static void begin_walk(pass *w) {
  const tweed_graph *g = w->g;
  size_t n = (size_t)g->n;
  w->list.count = w->coming.count = 0;
  w->turns = 0;
  memset(w->placed, 0, n * sizeof *w->placed);
  memset(w->ready, 0, n * sizeof *w->ready);
  tweed_mrt_reset(&w->table, 0, NULL);
  reset_deltas(w);
  for (int32_t v = 0; v < g->n; v++) {
    w->release[v] = w->how.back ? tweed_class_of(g->problem, v)->latency : 0;
    w->waiting[v] = w->how.back ? g->out_begin[v + 1] - g->out_begin[v] : g->in_begin[v + 1] - g->in_begin[v];
    if (w->waiting[v] == 0)
      push(&w->coming, (entry){0, w->release[v], v});
  }
}

/* A walk; *peak is the most that was alive after a step. TWEED_UNKNOWN: no place for some op in time, or stopped. */
static tweed_status run(pass *w, double limit, double *peak) {
  int32_t next = 0;
  int64_t now = 0;
  begin_walk(w);
  *peak = 0;
  while (next < w->g->n) {
    if (tweed_stopped(w->job->stop))
      return TWEED_UNKNOWN;
    tweed_status status = place_urgent(w, &next, now);
    if (status == TWEED_OK)
      status = place_willing(w, limit, now);
    if (status != TWEED_OK)
      return status;
    *peak = w->level > *peak ? w->level : *peak;
    while (next < w->g->n && w->placed[w->by_deadline[next]])
      next++;
    int64_t then = next < w->g->n ? w->deadline[w->by_deadline[next]] : now;
    if (w->coming.count > 0 && w->coming.items[0].turn < then)
      then = w->coming.items[0].turn;
    now = w->limited && w->list.count > 0 ? now + 1 : then;
  }
  return TWEED_OK;
}

/* ---- all walks ----------------------------------------------------------------------------------------------------
 */

static int by_place(const void *a, const void *b) {
  return less(b, a) - less(a, b);
}

/* Deadlines, and the ops in their order: equal ones as arcs without latency want them. */
static void set_direction(pass *w, const int64_t *early, const int64_t *late) {
  const tweed_graph *g = w->g;
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[k];
    w->deadline[v] = w->how.back ? w->steps - early[v] : late[v];
    w->list.items[k] = (entry){(double)w->deadline[v], w->how.back ? -k : k, v};
  }
  qsort(w->list.items, (size_t)g->n, sizeof *w->list.items, by_place);
  for (int32_t k = 0; k < g->n; k++)
    w->by_deadline[k] = w->list.items[k].op;
}

static tweed_status keep(pass *w, tweed_list_best *best) {
  double cost;
  for (int32_t v = 0; v < w->g->n; v++)
    w->time[v] = start_of(w, w->time[v]);
  if (!tweed_cost_of_starts(w->job->problem, w->time, &cost))
    return TWEED_NO_MEMORY;
  if (cost < best->cost) {
    best->cost = cost;
    memcpy(best->start, w->time, (size_t)w->g->n * sizeof *w->time);
  }
  return TWEED_OK;
}

/* Live bytes: without a limit, with none allowed, then bisected between. */
static tweed_status bisect(pass *w, tweed_list_best *best) {
  double low = 0, high = DBL_MAX;
  for (int k = 0; k < BISECTIONS; k++) {
    double limit = w->how.pull || k == 1 ? 0 : k == 0 ? DBL_MAX : low + (high - low) / 2, peak;
    tweed_status status = run(w, limit, &peak);
    if (status == TWEED_OK)
      status = keep(w, best);
    if (status == TWEED_NO_MEMORY || w->how.pull)
      return status;
    if (status != TWEED_OK && tweed_stopped(w->job->stop))
      return status;
    bool held = status == TWEED_OK && peak <= limit;
    high = status == TWEED_OK && peak < high ? peak : high;
    high = held && limit < high ? limit : high;
    low = held || k < 2 ? low : limit;
  }
  return TWEED_OK;
}

static bool allocate(pass *w) {
  tweed_arena *arena = w->job->arena;
  size_t n = (size_t)w->g->n + 1, m = (size_t)w->job->problem->ndeps;
  w->release = tweed_arena_array(arena, 5 * n, sizeof *w->release);
  w->by_deadline = tweed_arena_array(arena, 3 * n, sizeof *w->by_deadline);
  w->placed = tweed_arena_array(arena, 2 * n, sizeof *w->placed);
  w->delta = tweed_arena_array(arena, 2 * n, sizeof *w->delta);
  w->list.items = tweed_arena_array(arena, 2 * n + m, sizeof *w->list.items);
  w->coming.items = tweed_arena_array(arena, n, sizeof *w->coming.items);
  if (!w->release || !w->by_deadline || !w->placed || !w->delta || !w->list.items || !w->coming.items)
    return false;
  w->deadline = w->release + n, w->time = w->deadline + n;
  w->waiting = w->by_deadline + n, w->left = w->waiting + n;
  w->ready = w->placed + n, w->pull = w->delta + n;
  return tweed_values_of(w->job->problem, arena, &w->values);
}

static void find_late(const pass *w, int64_t *late) {
  const tweed_graph *g = w->g;
  for (int32_t k = g->n - 1; k >= 0; k--) {
    int32_t v = g->order[k];
    late[v] = w->steps - tweed_class_of(g->problem, v)->latency;
    for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++)
      if (late[g->out[e].other] - g->out[e].latency < late[v])
        late[v] = late[g->out[e].other] - g->out[e].latency;
  }
}

static tweed_status walk_all(pass *w, tweed_list_best *best) {
  const tweed_problem *p = w->job->problem;
  int64_t *early = w->time + w->g->n + 1, *late = early + w->g->n + 1;
  tweed_status status = TWEED_OK;
  tweed_graph_earliest(w->g, 0, early);
  find_late(w, late);
  for (int32_t d = 0; d < p->ndeps; d++) {
    w->pull[p->deps[d].to] += (double)p->deps[d].bytes;
    w->pull[p->deps[d].from] -= (double)p->deps[d].bytes;
  }
  for (int k = 0; k < 6 && status != TWEED_NO_MEMORY; k++) {
    w->how = (manner){.back = k & 1, .recent = k / 2 == 1, .pull = k / 2 == 2};
    if (!w->how.pull && p->objective.memory <= 0)
      continue; /* short edges make few live bytes, but not the other way round */
    set_direction(w, early, late);
    status = bisect(w, best);
  }
  return status;
}

tweed_status tweed_list_by_values(tweed_job *job, tweed_list_best *best) {
  pass w = {.job = job, .g = job->graph, .steps = job->problem->length};
  for (int32_t u = 0; u < w.g->nunits; u++)
    w.limited |= w.g->count[u] != INT32_MAX;
  bool good = tweed_mrt_init(&w.table, w.g) && allocate(&w);
  tweed_status status = good ? walk_all(&w, best) : TWEED_NO_MEMORY;
  tweed_mrt_free(&w.table);
  return status == TWEED_NO_MEMORY ? status : TWEED_OK;
}
