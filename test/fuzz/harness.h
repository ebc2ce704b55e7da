/* harness.h: what a generated file of loops tells the harness. */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include <stdint.h>

enum { FUZZ_ARRAYS = 8, FUZZ_BYTES = 4096, FUZZ_OUTS = 24 };

/* What one call of a loop gets and leaves. */
typedef struct fuzz_context {
  void *array[FUZZ_ARRAYS]; /* each points at its element 0; negative indices are valid where the table says so */
  uint64_t p[4];            /* loop-invariant integers */
  double q[2];              /* loop-invariant numbers */
  long stride;              /* -2 .. 3, never 0 */
  uint64_t out[FUZZ_OUTS];  /* live-outs */
  double fout[FUZZ_OUTS];
} fuzz_context;

/* An array is accessed at stride * i + [low, high] for every iteration i (stride 0: at these indices); `variable`: the
 * stride is that of the context. */
typedef struct fuzz_access {
  int array, stride, low, high, variable;
} fuzz_access;

typedef struct fuzz_loop {
  const char *name;
  void (*run)(fuzz_context *c, long n);
  int arrays;
  int size[FUZZ_ARRAYS];     /* bytes per element */
  int floating[FUZZ_ARRAYS]; /* elements are float or double */
  char *global[FUZZ_ARRAYS]; /* FUZZ_BYTES bytes if it is a global of the file, else NULL */
  int origin[FUZZ_ARRAYS];   /* of a global: the index of element 0 */
  int overlap[FUZZ_ARRAYS];  /* 0: restrict or global; arrays of the same number > 0 may overlap */
  const fuzz_access *access; /* ends with array < 0 */
} fuzz_loop;

extern const fuzz_loop fuzz_loops[];
extern const int fuzz_loops_count;

#endif
