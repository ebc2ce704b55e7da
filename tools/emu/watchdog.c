/* watchdog.c: a thread that waits beside a run. A loop that calls nothing can be ended from outside alone. */
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void bite(const watchdog *w) {
  char what[128], text[2048];
  snprintf(what, sizeof what, "no progress after this: %g s are over", w->limit);
  fflush(stdout);
  fprintf(stderr, "%s\ntweed: no progress, seed %llu\n", tweed_emu_whereabouts(w->launch, what, text, sizeof text),
          (unsigned long long)w->seed);
  _exit(1); /* whatever runs at exit would wait for the kernel */
}

static void *watch(void *argument) {
  watchdog *w = argument;
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += (time_t)w->limit;
  until.tv_nsec += (long)((w->limit - (double)(time_t)w->limit) * 1e9);
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_mutex_lock(&w->mutex);
  int timed_out = 0;
  while (!w->done && !timed_out)
    timed_out = pthread_cond_timedwait(&w->over, &w->mutex, &until);
  if (!w->done)
    bite(w);
  pthread_mutex_unlock(&w->mutex);
  return NULL;
}

void watchdog_start(watchdog *w, const tweed_emu_launch *launch, uint64_t seed, double limit) {
  *w = (watchdog){.launch = launch, .seed = seed, .limit = limit};
  if (limit <= 0)
    return;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&w->over, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&w->mutex, NULL);
  if (pthread_create(&w->thread, NULL, watch, w) != 0) {
    fputs("tweed: no watchdog could be started: the time limit does not hold\n", stderr);
    w->limit = 0;
  }
}

void watchdog_stop(watchdog *w) {
  if (w->limit <= 0)
    return;
  pthread_mutex_lock(&w->mutex);
  w->done = true;
  pthread_cond_signal(&w->over);
  pthread_mutex_unlock(&w->mutex);
  pthread_join(w->thread, NULL);
  pthread_cond_destroy(&w->over);
  pthread_mutex_destroy(&w->mutex);
}
