/* problem.h: random problems and states as the kernels of GauS take them, made without any other part of Tweed. */
#ifndef TWEED_TEST_CUDA_PROBLEM_H
#define TWEED_TEST_CUDA_PROBLEM_H

#include "gaus_data.h"
#include "gaus_layout.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct random_shape {
  int32_t ops, profiles, replicas, length; /* length: steps between the first op and the last, without slack */
  int32_t slack;                           /* most of an op, and about the widest distribution */
  int32_t ii;                              /* 0 = acyclic; replica r gets ii + r % 3 */
  int32_t sums;                            /* of threads; 0 = 1 */
  uint64_t seed;
} random_shape;

/* Owns all arrays. */
typedef struct random_problem {
  gaus_problem p;
  gaus_state s;
  int32_t replicas;
  void *arrays[2 * GAUS_MOST_ARRAYS];
  int32_t narrays;
} random_problem;

/* False: out of memory; free it all the same. */
bool random_problem_make(const random_shape *shape, random_problem *out);
void random_problem_free(random_problem *x);

/* A state of its own with the same contents, to be freed with random_state_free(). */
bool random_state_copy(const random_problem *x, gaus_state *out);
void random_state_free(const random_problem *x, gaus_state *s);

/* Plain C, one thread, phase by phase: what all others are compared with. */
void random_problem_iterate(const gaus_problem *p, gaus_state *s, int32_t replicas, int32_t iterations);

/* The name of the first array of the given uses (0: all but scratch) that differs in a bit, or NULL. */
const char *random_state_differs(const random_problem *x, const gaus_state *a, const gaus_state *b, int use);

#endif
