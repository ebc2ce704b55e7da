/* model_lifetime.c: MaxLive and the objective's values against the definition, counted out row by row. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/model.h>

#include "model/build.h"

/* A value is live in the steady state's row r once for every time t with t mod ii = r in [start, last use). */
static int64_t max_live(const tweed_problem *p, const tweed_schedule *s, int32_t file) {
  int64_t rows = s->ii ? s->ii : 1000, most = 0;
  int64_t *live = calloc((size_t)rows, sizeof *live);
  assert(live);
  for (int32_t i = 0; i < p->nops; i++) {
    int64_t end = s->start[i];
    for (int32_t d = 0; d < p->ndeps; d++)
      if (p->deps[d].from == i && p->deps[d].kind == TWEED_DEP_FLOW) {
        int64_t use = s->start[p->deps[d].to] + (int64_t)p->deps[d].distance * s->ii;
        end = use > end ? use : end;
      }
    for (int64_t t = s->start[i]; t < end; t++)
      if (file == -1 || tweed_class_of(p, i)->file == file)
        live[t % rows] += p->ops[i].regs;
  }
  for (int64_t r = 0; r < rows; r++)
    most = live[r] > most ? live[r] : most;
  free(live);
  return most;
}

/* x and y on unlimited units, 4 bytes from x to y over 5 cycles, 16 from y to x over an iteration. */
static void check_objective(void) {
  static const char text[] =
      "problem: p\nobjective: {resource: 1}\n"
      "machine: {machine: m, units: {A: 0, B: 3}, classes: {a: {latency: 1, uses: {A: [2, 1], B: 7}}}}\n"
      "ops: [{name: x, class: a, amount: 2}, {name: y, class: a}]\n"
      "deps: [{from: x, to: y, bytes: 4}, {from: y, to: x, distance: 2, bytes: 16}]\n";
  tweed_problem *p;
  tweed_schedule *s;
  tweed_error error;
  assert(tweed_problem_parse(text, strlen(text), "text", &p, &error) == TWEED_OK);
  assert(tweed_schedule_new(p, 4, &s, &error) == TWEED_OK);
  tweed_schedule_set_start(s, 1, 5);
  tweed_objective values;
  assert(tweed_schedule_measure(p, s, &values));
  /* A: row 0 holds x's 4, row 1 x's 2 and y's 2, row 2 y's 1. B: x holds 2 in 7 cycles (rows 0-2 twice), y 1 (rows
   * 1-3). */
  assert(values.resource == 4 + 6);
  assert(values.communication == 4 * 5 + 16 * 3);
  /* x's 4 bytes live 0 … 4, y's 16 bytes 5 … 7: rows 0 4 + 4, 1 4 + 16, 2 4 + 16, 3 4 + 16. */
  assert(values.memory == 20);
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

int main(void) {
  check_objective();
  for (uint64_t seed = 0; seed < 500; seed++) {
    tweed_random_options options;
    tweed_random_options_default(&options);
    options.seed = seed;
    options.ops = 1 + (int32_t)(seed % 40);
    options.circuit = 1;
    options.mii = 1 + (int32_t)(seed % 11);
    tweed_problem *p;
    tweed_schedule *s;
    tweed_random r;
    assert(tweed_problem_random(&options, &p, NULL) == TWEED_OK);
    assert(tweed_schedule_new(p, options.mii, &s, NULL) == TWEED_OK);
    tweed_random_seed(&r, seed);
    for (int32_t i = 0; i < p->nops; i++)
      tweed_schedule_set_start(s, i, (int64_t)tweed_random_below(&r, 60));
    assert(tweed_schedule_max_live(p, s, -1) == max_live(p, s, -1));
    assert(tweed_schedule_max_live(p, s, 0) == 0);
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  return 0;
}
