/* fds.c: the row "fds": force-directed scheduling (Paulin and Knight 1989) by gradual reduction of time frames
 * (Verhaegh et al. 1991).
 *
 * In each round every op whose frame is wider than one step compares the force of losing the first part of its frame
 * with that of losing the last part; the ops for which it makes the most difference lose the worse of the two. The
 * published algorithm has one op lose one step; larger parts and several ops per round make large graphs possible, and
 * later passes take smaller ones, as far as the limit on work allows. Weights that the forces of units, live bytes and
 * communication have beside each other are tried out in the coarsest passes; the best of them go on. */
#include "solve/fds.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Frames that may be looked at or changed: asked for by name without a time limit; in `auto`, times the effort there;
 * and by how much a pass may exceed that. */
#define WORK_ALONE 4e8
#define WORK_IN_AUTO 5e9
#define MOST_OVERRUN 4.0
enum { LEVELS = 5, MOST_SETTINGS = 32 };

/* What part of a frame goes at once, and how many times more rounds than ops in one round there are. */
static const struct level {
  double share;
  int32_t divisor;
} levels[LEVELS] = {{0.5, 32}, {0.3, 128}, {0.15, 512}, {0.05, 2048}, {0, INT32_MAX}};

typedef struct choice {
  double gain;
  int32_t op;
  bool later; /* the early part goes */
} choice;

/* See tweed_fds_reset(). cost: of the last pass. */
typedef struct setting {
  int64_t end;
  double stress, lean, cost;
} setting;

/* One search. Invariant: best_cost is the cost of plan->start, INFINITY if there is none. */
typedef struct search {
  tweed_job *job;
  tweed_fds f;
  tweed_plan *plan;
  choice *choices;
  int64_t *start;
  tweed_mrt table;
  double best_cost, work, most_work;
} search;

/* ---- one pass -----------------------------------------------------------------------------------------------------
 */

static bool before(const choice *a, const choice *b) {
  return a->gain != b->gain ? a->gain > b->gain : a->op < b->op;
}

/* Moves the `count` first by before() to the front, in any order (Hoare). */
static void select_first(choice *list, int64_t n, int64_t count) {
  int64_t low = 0, high = n - 1;
  while (low < high && count > 0 && count < n) {
    choice pivot = list[low + (high - low) / 2];
    int64_t i = low, j = high;
    while (i <= j) {
      while (before(&list[i], &pivot))
        i++;
      while (before(&pivot, &list[j]))
        j--;
      if (i <= j) {
        choice swap = list[i];
        list[i++] = list[j];
        list[j--] = swap;
      }
    }
    if (count - 1 <= j)
      high = j;
    else if (count - 1 >= i)
      low = i;
    else
      return;
  }
}

static int64_t part_of(const tweed_fds *f, int32_t v, double share) {
  int64_t part = (int64_t)((double)(f->late[v] - f->early[v] + 1) * share);
  return part > 0 ? part : 1;
}

static choice choose(search *s, int32_t v, double share) {
  const tweed_fds *f = &s->f;
  int64_t part = part_of(f, v, share);
  double early = tweed_fds_force(f, v, f->early[v], f->late[v] - part);
  double late = tweed_fds_force(f, v, f->early[v] + part, f->late[v]);
  s->work += 2 + f->g->in_begin[v + 1] - f->g->in_begin[v] + f->g->out_begin[v + 1] - f->g->out_begin[v];
  return (choice){fabs(early - late), v, late < early};
}

static void narrow_first(search *s, int64_t count, double share) {
  tweed_fds *f = &s->f;
  for (int64_t k = 0; k < count; k++) {
    int32_t v = s->choices[k].op;
    int64_t part = part_of(f, v, share);
    if (f->early[v] == f->late[v])
      continue; /* a neighbour saw to it */
    int64_t early = f->early[v] + (s->choices[k].later ? part : 0);
    int64_t late = f->late[v] - (s->choices[k].later ? 0 : part);
    s->work += (double)tweed_fds_narrow(f, v, early, late);
  }
}

/* Narrows frames until each has one step. False if a limit came first. */
static bool reduce(search *s, const setting *how, const struct level *level) {
  tweed_fds *f = &s->f;
  int64_t count = 0, most = f->g->n / level->divisor + 1;
  double end = s->most_work * MOST_OVERRUN;
  tweed_fds_reset(f, how->end, how->stress, how->lean);
  for (int32_t v = 0; v < f->g->n; v++)
    if (f->early[v] < f->late[v])
      s->choices[count++].op = v;
  while (count > 0) {
    int64_t left = 0;
    if (tweed_stopped(s->job->stop) || s->work > end)
      return false;
    tweed_job_progress(s->job, "fds", 0);
    tweed_fds_refresh(f);
    s->work += (double)f->room * f->nlayers / 8;
    for (int64_t k = 0; k < count; k++)
      if (f->early[s->choices[k].op] < f->late[s->choices[k].op])
        s->choices[left++] = choose(s, s->choices[k].op, level->share);
    count = left;
    select_first(s->choices, count, most);
    narrow_first(s, most < count ? most : count, level->share);
  }
  return true;
}

/* ---- units of which there are only so many ------------------------------------------------------------------------
 */

static int by_start(const void *a, const void *b) {
  const choice *x = a, *y = b;
  return before(x, y) ? -1 : before(y, x);
}

/* Starts in the order of the frames' first steps, each there or at the next step with free units. False: some op found
 * no place before the end. */
static tweed_status place(search *s) {
  const tweed_fds *f = &s->f;
  const tweed_graph *g = f->g;
  tweed_mrt_reset(&s->table, 0, NULL);
  for (int32_t k = 0; k < g->n; k++)
    s->choices[k] = (choice){-(double)f->early[g->order[k]], k, false};
  qsort(s->choices, (size_t)g->n, sizeof *s->choices, by_start);
  for (int32_t k = 0; k < g->n; k++) {
    int32_t v = g->order[s->choices[k].op];
    int64_t from = f->early[v], last = f->steps - tweed_class_of(f->problem, v)->latency;
    for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++)
      if (s->start[g->in[e].other] + g->in[e].latency > from)
        from = s->start[g->in[e].other] + g->in[e].latency;
    if (from > last || !tweed_mrt_find(&s->table, g->shape[v], from, last - from + 1, &s->start[v]))
      return TWEED_UNKNOWN;
    if (!tweed_mrt_change(&s->table, g->shape[v], s->start[v], 1))
      return TWEED_NO_MEMORY;
  }
  return TWEED_OK;
}

/* ---- all passes ---------------------------------------------------------------------------------------------------
 */

/* One pass; keeps what it finds if it is the best so far. A pass that a limit ends counts only where nothing else is
 * there: the first steps of all frames are a schedule too. */
static tweed_status try(search *s, setting *how, const struct level *level) {
  how->cost = INFINITY;
  if (!reduce(s, how, level) && s->best_cost < INFINITY)
    return TWEED_OK;
  tweed_status status = place(s);
  if (status != TWEED_OK)
    return status == TWEED_UNKNOWN ? TWEED_OK : status;
  if (!tweed_cost_of_starts(s->f.problem, s->start, &how->cost))
    return TWEED_NO_MEMORY;
  if (how->cost < s->best_cost) {
    s->best_cost = how->cost;
    s->plan->ii = 0;
    memcpy(s->plan->start, s->start, (size_t)s->f.g->n * sizeof *s->start);
  }
  return TWEED_OK;
}

/* The longest path, after a reset. */
static int64_t least_end(const tweed_fds *f) {
  int64_t end = 1;
  for (int32_t v = 0; v < f->g->n; v++)
    if (f->early[v] + tweed_class_of(f->problem, v)->latency > end)
      end = f->early[v] + tweed_class_of(f->problem, v)->latency;
  return end;
}

/* A peak that is reached in one step alone costs its price there; one of all steps, a part of it in each. Values live
 * shorter under a short deadline; units are better balanced under a long one. */
static int make_settings(tweed_fds *f, setting *list) {
  const tweed_problem *p = f->problem;
  tweed_objective w = p->has_objective ? p->objective : (tweed_objective){1, 0, 0};
  double steps = (double)f->steps;
  const double stress[] = {1, cbrt(steps), cbrt(steps * steps), steps};
  const double lean[] = {0, 2 / steps, 16 / steps, 1};
  int nstress = w.communication > 0 && (w.resource > 0 || w.memory > 0) ? 4 : 1, nlean = w.memory > 0 ? 4 : 1;
  tweed_fds_reset(f, f->steps, 1, 0);
  const int64_t end[] = {f->steps, least_end(f)};
  int nends = (w.communication > 0 || w.memory > 0) && end[1] < end[0] ? 2 : 1, count = 0;
  for (int e = 0; e < nends; e++)
    for (int i = 0; i < nstress; i++)
      for (int k = 0; k < nlean; k++)
        list[count++] = (setting){end[e], stress[i], lean[k], INFINITY};
  return count;
}

static void sort_settings(setting *list, int count) {
  for (int i = 1; i < count; i++)
    for (int k = i; k > 0 && list[k].cost < list[k - 1].cost; k--) {
      setting swap = list[k];
      list[k] = list[k - 1];
      list[k - 1] = swap;
    }
}

/* How much more a level takes than the one before: rounds grow with the divisor and with smaller parts. */
static double growth(int level) {
  return levels[level].divisor == INT32_MAX ? 16 : 2.0 * levels[level].divisor / levels[level - 1].divisor;
}

/* The settings one level after the other, the better half going on where all would take long. */
static tweed_status search_all(search *s) {
  setting list[MOST_SETTINGS];
  int count = make_settings(&s->f, list);
  double last = 0;
  for (int level = 0; level < LEVELS; level++) {
    for (int i = 0; i < count; i++) {
      double began = s->work;
      bool first = level == 0 && i == 0;
      if (!first && (tweed_stopped(s->job->stop) || s->work + last * (i == 0 ? growth(level) : 1) > s->most_work))
        return TWEED_OK;
      tweed_status status = try(s, &list[i], &levels[level]);
      if (status != TWEED_OK)
        return status;
      last = s->work - began;
    }
    sort_settings(list, count);
    if (level + 1 < LEVELS && s->work + count * last * growth(level + 1) > s->most_work / 8)
      count = (count + 1) / 2;
  }
  return TWEED_OK;
}

tweed_status tweed_run_fds(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  search s = {.job = job, .plan = plan, .best_cost = INFINITY, .most_work = WORK_IN_AUTO * job->effort};
  if (job->effort >= 1)
    s.most_work = job->options->time_limit > 0 ? INFINITY : WORK_ALONE;
  tweed_status status = tweed_fds_new(job, job->arena, &s.f, error);
  if (status != TWEED_OK)
    return status;
  s.choices = tweed_arena_array(job->arena, (size_t)job->graph->n + 1, sizeof *s.choices);
  s.start = tweed_arena_array(job->arena, (size_t)job->graph->n + 1, sizeof *s.start);
  status = tweed_mrt_init(&s.table, job->graph) && s.choices && s.start ? search_all(&s) : TWEED_NO_MEMORY;
  tweed_mrt_free(&s.table);
  if (status == TWEED_NO_MEMORY)
    return tweed_no_memory(error);
  if (status == TWEED_OK && plan->ii < 0)
    return tweed_fail(error, TWEED_UNKNOWN, "force-directed scheduling found no place for some op before step %lld",
                      (long long)job->problem->length);
  return status;
}
