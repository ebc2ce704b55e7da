/* model_verify.c: the verifier against the definition, counted out cycle by cycle, on random small problems and start
 * times. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tweed/model.h>

#include "base/base.h"
#include "model/build.h"

enum { ROWS = 64, ROUNDS = 40000 };

static int32_t pick(tweed_random *r, int32_t low, int32_t high) {
  return low + (int32_t)tweed_random_below(r, (uint32_t)(high - low + 1));
}

static tweed_machine *random_machine(tweed_random *r) {
  tweed_machine *m;
  assert(tweed_machine_new("m", &m, NULL) == TWEED_OK);
  int32_t units = pick(r, 1, 3), classes = pick(r, 1, 3), counts[3];
  for (int32_t u = 0; u < units; u++) {
    char name[16];
    snprintf(name, sizeof name, "U%d", (int)u);
    counts[u] = pick(r, 0, 6);
    assert(tweed_machine_add_unit(m, name, counts[u], NULL, NULL) == TWEED_OK);
  }
  assert(tweed_machine_set_issue(m, pick(r, 0, 2) ? 0 : pick(r, 1, 3), NULL) == TWEED_OK);
  for (int32_t c = 0; c < classes; c++) {
    char name[16];
    snprintf(name, sizeof name, "c%d", (int)c);
    assert(tweed_machine_add_class(m, name, pick(r, 0, 4), pick(r, 0, 4), -1, NULL, NULL) == TWEED_OK);
    for (int32_t u = 0; u < units; u++) {
      int32_t held[12], cycles = pick(r, 1, pick(r, 0, 3) ? 6 : 12);
      for (int32_t i = 0; i < cycles; i++)
        held[i] = i > 0 && pick(r, 0, cycles > 6 ? 7 : 1) ? held[i - 1]
                  : pick(r, 0, 2)                         ? 0
                                                          : pick(r, 0, counts[u] ? counts[u] : 2);
      assert(tweed_machine_add_use(m, c, u, cycles, held, NULL) == TWEED_OK);
    }
  }
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  return m;
}

static tweed_problem *random_problem(tweed_random *r) {
  tweed_machine *m = random_machine(r);
  tweed_problem *p;
  assert(tweed_problem_new("p", m, &p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  int32_t ops = pick(r, 1, 5), deps = pick(r, 0, 5);
  bool acyclic = pick(r, 0, 3) == 0;
  for (int32_t i = 0; i < ops; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", (int)i);
    assert(tweed_problem_add_op(p, name, pick(r, 0, m->nclasses - 1), -1, NULL, NULL) == TWEED_OK);
    assert(tweed_problem_set_amount(p, i, pick(r, 0, 5) ? 1 : 0, NULL) == TWEED_OK);
  }
  for (int32_t d = 0; d < deps; d++) {
    tweed_dep dep = {.from = pick(r, 0, ops - 1), .to = pick(r, 0, ops - 1), .latency = pick(r, -1, 5)};
    dep.distance = acyclic ? 0 : dep.from < dep.to ? pick(r, 0, 2) : pick(r, 1, 3);
    if (dep.from < dep.to || !acyclic)
      assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
  }
  if (acyclic)
    assert(tweed_problem_set_length(p, pick(r, 4, 20), NULL) == TWEED_OK);
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  return p;
}

static bool units_fit(const tweed_problem *p, const tweed_schedule *s) {
  const tweed_machine *m = p->machine;
  for (int32_t u = 0; u < m->nunits; u++) {
    int32_t held[ROWS] = {0};
    for (int32_t i = 0; i < p->nops; i++) {
      const tweed_class *class = tweed_class_of(p, i);
      for (int32_t k = 0; k < class->nuses; k++)
        for (int32_t c = 0; class->uses[k].unit == u && c < class->uses[k].cycles; c++) {
          int64_t time = s->start[i] + c;
          held[s->ii ? time % s->ii : time] += class->uses[k].held[c] * (u == m->issue_unit ? 1 : p->ops[i].amount);
        }
    }
    for (int row = 0; row < ROWS; row++)
      if (m->units[u].count && held[row] > m->units[u].count)
        return false;
  }
  return true;
}

static bool legal(const tweed_problem *p, const tweed_schedule *s) {
  for (int32_t i = 0; i < p->nops; i++)
    if (s->start[i] < 0 || (p->length && s->start[i] + tweed_class_of(p, i)->latency > p->length))
      return false;
  for (int32_t d = 0; d < p->ndeps; d++)
    if (s->start[p->deps[d].to] < s->start[p->deps[d].from] + p->deps[d].latency - p->deps[d].distance * s->ii)
      return false;
  return units_fit(p, s);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 42);
  int accepted = 0, rejected = 0;
  for (int round = 0; round < ROUNDS; round++) {
    tweed_problem *p = random_problem(&r);
    tweed_schedule *s;
    tweed_error error;
    assert(tweed_schedule_new(p, p->length ? 0 : pick(&r, 1, 7), &s, NULL) == TWEED_OK);
    for (int32_t i = 0; i < p->nops; i++)
      tweed_schedule_set_start(s, i, i * 3 + pick(&r, i == 0 ? -1 : 0, 9));
    tweed_status status = tweed_verify(p, s, &error);
    assert(status == TWEED_OK || (status == TWEED_ILLEGAL && error.message[0]));
    assert((status == TWEED_OK) == legal(p, s));
    accepted += status == TWEED_OK;
    rejected += status != TWEED_OK;
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  printf("%d accepted, %d rejected\n", accepted, rejected);
  assert(accepted > ROUNDS / 20 && rejected > ROUNDS / 20);
  return 0;
}
