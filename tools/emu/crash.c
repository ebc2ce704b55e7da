/* crash.c: signals of the processor, as faults of the kernel. */
#include "crash.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A handler gets no argument of ours. */
static struct {
  const tweed_emu_launch *launch;
  uint64_t seed;
} run;

static const char *reason(int number, const siginfo_t *info) {
  if (number == SIGFPE)
    return "after this: integer division by zero, or of the smallest number by -1";
  if (number == SIGILL)
    return "after this: no instruction of the processor";
  if (tweed_emu_stack_is_full(run.launch, info->si_addr))
    return "after this: the thread's stack is full (--stack KIB makes larger ones)";
  return "after this: a crash that no check saw coming, such as a call through a wrong pointer";
}

static void handle(int number, siginfo_t *info, void *context) {
  char text[2048];
  (void)context;
  if (!run.launch) {
    signal(number, SIG_DFL);
    raise(number);
    return;
  }
  fprintf(stderr, "%s\ntweed: crash, seed %llu\n",
          tweed_emu_whereabouts(run.launch, reason(number, info), text, sizeof text), (unsigned long long)run.seed);
  fflush(stdout);
  _exit(1);
}

void crash_catch(void) {
  static char stack[64 * 1024]; /* the thread's own may be what is full */
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
  action.sa_sigaction = handle;
  sigemptyset(&action.sa_mask);
  sigaltstack(&other, NULL);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    sigaction(numbers[i], &action, NULL);
}

void crash_expect(const tweed_emu_launch *launch, uint64_t seed) {
  run.launch = launch;
  run.seed = seed;
}
