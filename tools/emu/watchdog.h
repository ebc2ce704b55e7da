/* watchdog.h: ends the program when a run takes too long. Private to tools/emu. */
#ifndef TWEED_TOOLS_EMU_WATCHDOG_H
#define TWEED_TOOLS_EMU_WATCHDOG_H

#include <pthread.h>
#include <tweed/emu.h>

typedef struct watchdog {
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t over;
  const tweed_emu_launch *launch;
  uint64_t seed;
  double limit; /* seconds; 0: none, and nothing is started */
  bool done;
} watchdog;

/* Around a run. What the run did not end by itself within the limit ends the program: "no progress" and where it is, on
 * stderr, exit status 1. */
void watchdog_start(watchdog *w, const tweed_emu_launch *launch, uint64_t seed, double limit);
void watchdog_stop(watchdog *w);

#endif
