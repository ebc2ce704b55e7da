/* clock.c: monotonic time. */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"

#include <time.h>

double tweed_clock(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
    return 0;
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
