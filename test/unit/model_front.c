/* Fronts keep exactly the schedules that no other one dominates, in order, whatever the order they come in; what the
 * verifier rejects stays outside. */
#include "model/model.h"
#include <assert.h>
#include <string.h>

/* Three pairs; peaks and live bytes depend on which of them overlap. */
enum { OPS = 6, STEPS = 4, ALL = 4096 };
static const char text[] =
    "problem: p\nlength: 4\n"
    "machine: {machine: m, units: {u: 0}, classes: {c: {latency: 1, uses: {u: 1}}}}\n"
    "ops: [{name: a, class: c}, {name: b, class: c, amount: 2}, {name: c, class: c}, "
    "{name: x, class: c}, {name: y, class: c}, {name: z, class: c}]\n"
    "deps: [{from: a, to: x, bytes: 5}, {from: b, to: y, bytes: 3}, {from: c, to: z, bytes: 2}]\n";

typedef struct point {
  double value[3];
} point;

static tweed_schedule *at(const tweed_problem *p, int code) {
  tweed_schedule *s;
  assert(tweed_schedule_new(p, 0, &s, NULL) == TWEED_OK);
  for (int v = 0; v < OPS; v++, code /= STEPS)
    tweed_schedule_set_start(s, v, code % STEPS);
  return s;
}

static bool dominates(const point *a, const point *b) {
  return a->value[0] <= b->value[0] && a->value[1] <= b->value[1] && a->value[2] <= b->value[2];
}

static bool contains(const tweed_front *f, const point *x) {
  for (int32_t i = 0; i < tweed_front_size(f); i++)
    if (tweed_front_value(f, i, 0) == x->value[0] && tweed_front_value(f, i, 1) == x->value[1] &&
        tweed_front_value(f, i, 2) == x->value[2])
      return true;
  return false;
}

/* All legal schedules in an order that `turn` shuffles; returns their number and fills points. */
static int offer_all(const tweed_problem *p, tweed_front *f, int turn, point *points) {
  int count = 0;
  for (int k = 0; k < ALL; k++) {
    tweed_schedule *s = at(p, (k * 1365 + turn) % ALL);
    tweed_objective terms;
    tweed_error error;
    bool kept, legal = tweed_verify(p, s, NULL) == TWEED_OK;
    assert(tweed_schedule_measure(p, s, &terms));
    point x = {{(double)tweed_schedule_length(p, s), terms.resource, terms.memory}};
    bool beaten = false;
    for (int32_t i = 0; i < count; i++)
      beaten |= dominates(&points[i], &x);
    tweed_status status = tweed_front_offer(f, p, s, &kept, &error);
    assert(status == (legal ? TWEED_OK : TWEED_ILLEGAL));
    assert(kept == (legal && !beaten));
    if (legal)
      points[count++] = x;
  }
  return count;
}

static void check_front(const tweed_front *f, const point *points, int count) {
  for (int i = 0; i < count; i++) {
    bool beaten = false;
    for (int k = 0; k < count; k++)
      beaten |= dominates(&points[k], &points[i]) && !dominates(&points[i], &points[k]);
    assert(contains(f, &points[i]) == !beaten);
  }
  for (int32_t i = 1; i < tweed_front_size(f); i++) {
    double first = tweed_front_value(f, i, 0) - tweed_front_value(f, i - 1, 0);
    assert(first > 0 || (first == 0 && tweed_front_value(f, i, 1) > tweed_front_value(f, i - 1, 1)));
  }
}

int main(void) {
  tweed_problem *p;
  assert(tweed_problem_parse(text, strlen(text), "p", &p, NULL) == TWEED_OK);
  for (int turn = 0; turn < ALL; turn += 999) {
    tweed_front *f;
    static point points[ALL];
    int32_t planned;
    assert(tweed_front_new(p, &f, NULL) == TWEED_OK && tweed_front_size(f) == 0);
    int count = offer_all(p, f, turn, points);
    assert(count > 200 && count < ALL && tweed_front_size(f) > 2 && tweed_front_size(f) < 20);
    check_front(f, points, count);
    assert(strcmp(tweed_front_axis(f, 1), "resource") == 0 && !tweed_front_axis(f, 3));
    assert(tweed_front_solves(f, &planned) == 0 && planned == 0);
    assert(tweed_verify(p, tweed_front_schedule(f, 0), NULL) == TWEED_OK);
    tweed_front_free(f);
  }
  tweed_front_free(NULL);
  tweed_problem_free(p);
  return 0;
}
