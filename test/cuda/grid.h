/* grid.h: plays the grid of a kernel launch on the host: block by block, every thread of a block a coroutine that stops
 * at barriers. Which thread goes on next is drawn anew after each barrier, so that a barrier that is missing shows. */
#ifndef TWEED_TEST_CUDA_GRID_H
#define TWEED_TEST_CUDA_GRID_H

#include <stdbool.h>
#include <stdint.h>

typedef struct grid_launch {
  int32_t blocks, blocks_y, threads;
  uint64_t seed;        /* of the order of threads; 0: as they are numbered */
  int32_t skip;         /* the barrier that all threads pass without waiting, counted from 1; 0 = none */
  void (*body)(void *); /* the kernel, as one thread runs it */
  void *arguments;
} grid_launch;

/* NULL, or what went wrong: no memory; threads of a block that wait at a barrier for others that have ended. */
const char *grid_run(const grid_launch *launch);

#endif
