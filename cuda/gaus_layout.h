/* gaus_layout.h: which arrays a problem and a state have and how long they are, for whoever copies or compares them. */
#ifndef TWEED_CUDA_GAUS_LAYOUT_H
#define TWEED_CUDA_GAUS_LAYOUT_H

#include "gaus_data.h"
#include <stddef.h>

enum {
  GAUS_PUSH = 1, /* the host writes it; all other arrays of a state start as 0 */
  GAUS_PULL = 2, /* the host reads it */
};

typedef struct gaus_array {
  const char *name;
  size_t field; /* offset of the pointer in its struct */
  size_t bytes; /* of the array, for all replicas; sums: of one copy */
  int use;
} gaus_array;

enum { GAUS_MOST_ARRAYS = 40 };

/* Each fills out[] (room for GAUS_MOST_ARRAYS) and returns the number of arrays. */
int32_t gaus_problem_arrays(const gaus_problem *p, gaus_array *out);
int32_t gaus_state_arrays(const gaus_problem *p, const gaus_state *s, int32_t replicas, gaus_array *out);

/* The array that the field of a struct points at. */
void **gaus_array_of(void *structure, const gaus_array *array);

#endif
