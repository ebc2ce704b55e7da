/* reference.c: the phases in plain C, in the order of the elements. */
#include "gaus_phases.h"
#include "problem.h"

static void iterate(const gaus_view *v) {
  const gaus_problem *p = v->p;
  for (int32_t e = 0; e < p->nedges; e++)
    gaus_edge(v, e);
  for (int32_t i = 0; i < p->nops; i++)
    gaus_op(v, i);
  for (int32_t k = 0; k < p->nvalues; k++)
    gaus_end_value(v, k);
  for (int32_t f = 0; f < p->nprofiles; f++) {
    gaus_rows_sum(v, f, 0, 1);
    gaus_rows_load(v, f, 0, 1);
    float most = gaus_rows_most(v, f, 0, 1);
    gaus_rows_peak(v, f, 0, 1, most, gaus_rows_weight(v, f, 0, 1, most));
    if (p->capacity[f] >= 0.0f)
      gaus_rows_overflow(v, f, 0, 1);
  }
  for (int32_t k = 0; k < p->nvalues; k++)
    gaus_value_slope(v, k);
  for (int32_t i = 0; i < p->nops; i++)
    gaus_step(v, i);
}

void random_problem_iterate(const gaus_problem *p, gaus_state *s, int32_t replicas, int32_t iterations) {
  for (int32_t r = 0; r < replicas; r++)
    for (int32_t n = 0; n < iterations; n++) {
      gaus_view v = gaus_view_of(p, s, r, 0);
      s->params[r].iteration++;
      iterate(&v);
    }
}
