/* gaus_layout.c: the tables of gaus_layout.h. */
#include "gaus_layout.h"
#include <string.h>

#define PROBLEM(field, count) {#field, offsetof(gaus_problem, field), (size_t)(count) * sizeof *p->field, GAUS_PUSH}

int32_t gaus_problem_arrays(const gaus_problem *p, gaus_array *out) {
  const gaus_array arrays[] = {
      PROBLEM(edge_from, p->nedges),
      PROBLEM(edge_to, p->nedges),
      PROBLEM(edge_latency, p->nedges),
      PROBLEM(edge_distance, p->nedges),
      PROBLEM(edge_user, p->nedges),
      PROBLEM(out_begin, p->nops + 1),
      PROBLEM(out_edge, p->out_begin[p->nops]),
      PROBLEM(in_begin, p->nops + 1),
      PROBLEM(in_edge, p->in_begin[p->nops]),
      PROBLEM(pull, p->nops),
      PROBLEM(degree, p->nops),
      PROBLEM(segment_begin, p->nops + 1),
      PROBLEM(segments, p->nsegments),
      PROBLEM(op_value_begin, p->nops + 1),
      PROBLEM(values, p->nvalues),
      PROBLEM(value_user, p->nvalues + 1),
      PROBLEM(user_edge, p->nusers),
      PROBLEM(user_value, p->nusers),
      PROBLEM(capacity, p->nprofiles),
      PROBLEM(weight, p->nprofiles),
      PROBLEM(profile_segment_begin, p->nprofiles + 1),
      PROBLEM(profile_segment, p->nsegments),
      PROBLEM(profile_value_begin, p->nprofiles + 1),
      PROBLEM(profile_value, p->nvalues),
  };
  memcpy(out, arrays, sizeof arrays);
  return sizeof arrays / sizeof *arrays;
}

#define STATE(field, count, use) {#field, offsetof(gaus_state, field), (size_t)(count) * r * sizeof *s->field, use}

int32_t gaus_state_arrays(const gaus_problem *p, const gaus_state *s, int32_t replicas, gaus_array *out) {
  size_t r = (size_t)replicas, rows = (size_t)p->nprofiles * (size_t)s->row_stride;
  const gaus_array arrays[] = {
      STATE(params, 1, GAUS_PUSH),
      STATE(base, p->nops, GAUS_PUSH),
      STATE(low, p->nops, GAUS_PUSH),
      STATE(high, p->nops, GAUS_PUSH),
      STATE(mu, p->nops, GAUS_PUSH | GAUS_PULL),
      STATE(log_sigma, p->nops, GAUS_PUSH | GAUS_PULL),
      STATE(sigma, p->nops, GAUS_PUSH | GAUS_PULL),
      STATE(moment, p->nops, GAUS_PUSH),
      STATE(moment2, p->nops, GAUS_PUSH),
      STATE(sigma_moment, p->nops, GAUS_PUSH),
      STATE(sigma_moment2, p->nops, GAUS_PUSH),
      STATE(lambda, p->nedges, GAUS_PUSH | GAUS_PULL),
      STATE(force, p->nedges, 0),
      STATE(spread, p->nedges, 0),
      STATE(share, p->nusers, 0),
      STATE(last, p->nvalues, 0),
      STATE(last_sigma, p->nvalues, 0),
      STATE(last_force, p->nvalues, 0),
      STATE(last_spread, p->nvalues, 0),
      STATE(segment_laps, p->nsegments, 0),
      STATE(value_laps, p->nvalues, 0),
      STATE(sum, rows, 0),
      STATE(variance, rows, 0),
      STATE(load, rows, 0),
      STATE(price, rows, 0),
      STATE(variance_price, rows, 0),
      STATE(row_lambda, rows, GAUS_PUSH | GAUS_PULL),
      STATE(scratch, (size_t)p->nprofiles * GAUS_SCRATCH, 0),
  };
  memcpy(out, arrays, sizeof arrays);
  return sizeof arrays / sizeof *arrays;
}

void **gaus_array_of(void *structure, const gaus_array *array) {
  return (void **)((char *)structure + array->field);
}
