/* solve_random.h: small random machines and problems, and brute force to compare solvers with. */
#ifndef SOLVE_RANDOM_H
#define SOLVE_RANDOM_H

#include "base/base.h"
#include "model/model.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/solve.h>

/* Sanitizers slow the engines down by twenty: there tests of them take a quarter of their problems. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SLOW_BUILD 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SLOW_BUILD 1
#endif
#ifdef SLOW_BUILD
enum { SHARE = 4 };
#else
enum { SHARE = 1 };
#endif

typedef struct shape_options {
  int ops, classes, units, most_count, most_cycles, most_latency;
  bool gaps, issue, amounts, wide; /* wide: more than one of a unit in a cycle */
  int back;                        /* carried dependences; -1: none at all, not even by chance */
} shape_options;

static inline int pick(tweed_random *r, int low, int high) {
  return low + (int)tweed_random_below(r, (uint32_t)(high - low + 1));
}

static inline void random_class(tweed_random *r, const shape_options *o, tweed_machine *m, const int *count,
                                int index) {
  char name[16];
  int32_t class;
  snprintf(name, sizeof name, "c%d", index);
  assert(tweed_machine_add_class(m, name, pick(r, 0, o->most_latency), pick(r, 0, 3) > 0, -1, &class, NULL) ==
         TWEED_OK);
  for (int u = 0; u < o->units; u++) {
    int32_t held[64];
    int cycles = pick(r, 1, o->most_cycles), half = (count[u] + 1) / 2;
    if (pick(r, 0, 1))
      continue;
    for (int c = 0; c < cycles; c++)
      held[c] = o->gaps && c + 1 < cycles && pick(r, 0, 1) ? 0 : pick(r, 1, o->wide ? half : 1);
    assert(tweed_machine_add_use(m, class, u, cycles, held, NULL) == TWEED_OK);
  }
}

static inline tweed_machine *random_machine(tweed_random *r, const shape_options *o) {
  tweed_machine *m;
  int count[8];
  assert(tweed_machine_new("random", &m, NULL) == TWEED_OK);
  for (int u = 0; u < o->units; u++) {
    char name[16];
    snprintf(name, sizeof name, "u%d", u);
    count[u] = pick(r, 1, o->most_count);
    assert(tweed_machine_add_unit(m, name, count[u], NULL, NULL) == TWEED_OK);
  }
  if (o->issue)
    assert(tweed_machine_set_issue(m, pick(r, 1, 3), NULL) == TWEED_OK);
  for (int c = 0; c < o->classes; c++)
    random_class(r, o, m, count, c);
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  return m;
}

/* Does an op of the class fit all counts with this amount? */
static inline bool amount_fits(const tweed_machine *m, int class, int amount) {
  const tweed_class *c = &m->classes[class];
  for (int32_t u = 0; u < c->nuses; u++)
    for (int32_t k = 0; k < c->uses[u].cycles; k++)
      if (c->uses[u].unit != m->issue_unit && c->uses[u].held[k] * amount > m->units[c->uses[u].unit].count)
        return false;
  return true;
}

static inline tweed_problem *random_problem(tweed_random *r, const shape_options *o) {
  tweed_machine *m = random_machine(r, o);
  tweed_problem *p;
  assert(tweed_problem_new("random", m, &p, NULL) == TWEED_OK);
  for (int i = 0; i < o->ops; i++) {
    char name[16];
    int class = pick(r, 0, o->classes - 1), amount = o->amounts ? pick(r, 0, 2) : 1;
    snprintf(name, sizeof name, "o%d", i);
    assert(tweed_problem_add_op(p, name, class, -1, NULL, NULL) == TWEED_OK);
    if (amount_fits(m, class, amount))
      assert(tweed_problem_set_amount(p, i, amount, NULL) == TWEED_OK);
  }
  for (int i = 0; i < o->ops + o->back; i++) {
    int a = pick(r, 0, o->ops - 1), b = pick(r, 0, o->ops - 1), back = i < o->back;
    tweed_dep dep = {
        .from = a, .to = b, .latency = pick(r, -1, o->most_latency), .kind = (tweed_dep_kind)pick(r, 0, 3)};
    dep.distance = back || a >= b ? pick(r, 1, 3) : 0;
    if (!back && (a == b || (a > b && o->back < 0)))
      continue;
    assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
  }
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

/* ---- brute force ---------------------------------------------------------------------------------------------------
 */

enum { MOST_OPS = 10, MOST_II = 64, MOST_UNITS = 8 };

typedef struct brute {
  const tweed_problem *p;
  int ii;
  bool deps;
  int row[MOST_OPS];
  int64_t used[MOST_UNITS][MOST_II];
} brute;

static inline bool brute_change(brute *b, int op, int sign) {
  const tweed_machine *m = b->p->machine;
  const tweed_class *c = tweed_class_of(b->p, op);
  bool legal = true;
  for (int32_t u = 0; u < c->nuses; u++)
    for (int32_t k = 0; k < c->uses[u].cycles; k++) {
      int32_t unit = c->uses[u].unit;
      int64_t *cell = &b->used[unit][(b->row[op] + k) % b->ii];
      *cell += sign * tweed_held(b->p, op, &c->uses[u], k);
      if (m->units[unit].count > 0 && *cell > m->units[unit].count)
        legal = false;
    }
  return legal;
}

/* With rows fixed, a dependence asks for whole turns between two ops; that can be met iff no circuit asks for more than
 * 0. */
static inline bool brute_turns(const brute *b) {
  int n = b->p->nops;
  int64_t need[MOST_OPS][MOST_OPS];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      need[i][j] = -1000000;
  for (int d = 0; d < b->p->ndeps; d++) {
    const tweed_dep *dep = &b->p->deps[d];
    int64_t gap = dep->latency - (int64_t)dep->distance * b->ii + b->row[dep->from] - b->row[dep->to];
    int64_t turns = gap >= 0 ? (gap + b->ii - 1) / b->ii : -(-gap / b->ii);
    if (turns > need[dep->from][dep->to])
      need[dep->from][dep->to] = turns;
  }
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        if (need[i][k] + need[k][j] > need[i][j])
          need[i][j] = need[i][k] + need[k][j];
  for (int i = 0; i < n; i++)
    if (need[i][i] > 0)
      return false;
  return true;
}

static inline bool brute_from(brute *b, int op) {
  if (op == b->p->nops)
    return !b->deps || brute_turns(b);
  for (int r = 0; r < (op == 0 ? 1 : b->ii); r++) {
    b->row[op] = r;
    bool found = brute_change(b, op, 1) && brute_from(b, op + 1);
    brute_change(b, op, -1);
    if (found)
      return true;
  }
  return false;
}

/* Is there a schedule at this II? With `deps` false: can the tables be packed? */
static inline bool brute_feasible(const tweed_problem *p, int ii, bool deps) {
  brute b = {.p = p, .ii = ii, .deps = deps};
  assert(p->nops <= MOST_OPS && ii <= MOST_II && p->machine->nunits <= MOST_UNITS);
  return brute_from(&b, 0);
}

/* The least feasible II. */
static inline int brute_optimum(const tweed_problem *p, bool deps) {
  int ii = 1;
  while (!brute_feasible(p, ii, deps))
    ii++;
  return ii;
}

typedef struct walk {
  const tweed_problem *p;
  int first, best;
  bool on[MOST_OPS];
} walk;

static inline void walk_from(walk *w, int op, int64_t latency, int64_t distance) {
  for (int d = 0; d < w->p->ndeps; d++) {
    const tweed_dep *dep = &w->p->deps[d];
    int64_t l = latency + dep->latency, s = distance + dep->distance;
    if (dep->from != op || dep->to < w->first)
      continue;
    if (dep->to == w->first) {
      if ((l + s - 1) / s > w->best)
        w->best = (int)((l + s - 1) / s);
    } else if (!w->on[dep->to]) {
      w->on[dep->to] = true;
      walk_from(w, dep->to, l, s);
      w->on[dep->to] = false;
    }
  }
}

/* RecMII by walking every simple circuit, each from its lowest op. */
static inline int brute_recurrence(const tweed_problem *p) {
  walk w = {.p = p};
  for (w.first = 0; w.first < p->nops; w.first++)
    walk_from(&w, w.first, 0, 0);
  return w.best;
}

static inline shape_options random_options(tweed_random *r, int ops) {
  return (shape_options){.ops = ops,
                         .classes = pick(r, 1, 4),
                         .units = pick(r, 1, 3),
                         .most_count = pick(r, 1, 4),
                         .most_cycles = pick(r, 1, 4),
                         .most_latency = pick(r, 1, 5),
                         .gaps = pick(r, 0, 1),
                         .issue = pick(r, 0, 1),
                         .amounts = pick(r, 0, 1),
                         .wide = pick(r, 0, 1),
                         .back = pick(r, 0, ops)};
}

#endif
