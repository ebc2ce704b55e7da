/* grid.c: coroutines of grid.h; and what cuda/gaus_block.h asks of the host. ucontext starts them, setjmp switches,
 * which spares two system calls a switch. */
#undef _FORTIFY_SOURCE /* it takes a jump to another stack for a mistake */
#include "grid.h"
#include <setjmp.h>
#include <stdlib.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define GRID_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRID_ASAN 1
#endif
#endif
#if defined(GRID_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

int32_t gaus_thread(void);
int32_t gaus_threads(void);
int32_t gaus_block(void);
int32_t gaus_block_y(void);
void gaus_barrier(void);

enum { STACK = 1 << 16 };

/* A thread of a block. `fake` is the sanitizer's. */
typedef struct fiber {
  ucontext_t context; /* where it starts */
  jmp_buf at;         /* where it goes on */
  char *stack;
  void *fake;
  int32_t barriers; /* passed or waited at */
  bool started, ended;
} fiber;

/* The block that runs. Invariant: `current` is the fiber whose stack we are on, or -1 on the scheduler's. */
typedef struct block {
  const grid_launch *launch;
  fiber *fibers;
  int32_t *order;
  int32_t current, x, y;
  jmp_buf scheduler;
  void *fake;
  const void *bottom; /* of the scheduler's stack */
  size_t size;
  uint64_t state;
} block;

static _Thread_local block *here;

int32_t gaus_thread(void) {
  return here->current;
}
int32_t gaus_threads(void) {
  return here->launch->threads;
}
int32_t gaus_block(void) {
  return here->x;
}
int32_t gaus_block_y(void) {
  return here->y;
}

/* ---- switching, as the sanitizer wants to hear of it ---- */

static void enter_fiber(block *b, fiber *f) {
#if defined(GRID_ASAN)
  __sanitizer_start_switch_fiber(&b->fake, f->stack, STACK);
#endif
  if (_setjmp(b->scheduler) == 0) {
    if (f->started)
      _longjmp(f->at, 1);
    f->started = true;
    setcontext(&f->context);
  }
#if defined(GRID_ASAN)
  __sanitizer_finish_switch_fiber(b->fake, NULL, NULL);
#endif
}

static void fiber_resumed(block *b, fiber *f) {
  (void)b, (void)f;
#if defined(GRID_ASAN)
  __sanitizer_finish_switch_fiber(f->fake, &b->bottom, &b->size);
#endif
}

static void leave_fiber(block *b, fiber *f) {
#if defined(GRID_ASAN)
  __sanitizer_start_switch_fiber(f->ended ? NULL : &f->fake, b->bottom, b->size);
#endif
  if (_setjmp(f->at) == 0)
    _longjmp(b->scheduler, 1);
  fiber_resumed(b, f);
}

void gaus_barrier(void) {
  block *b = here;
  fiber *f = &b->fibers[b->current];
  if (++f->barriers != b->launch->skip)
    leave_fiber(b, f);
}

static void run_fiber(void) {
  block *b = here;
  fiber *f = &b->fibers[b->current];
  fiber_resumed(b, f);
  b->launch->body(b->launch->arguments);
  f->ended = true;
  leave_fiber(b, f);
}

/* ---- blocks ---- */

static uint32_t below(block *b, uint32_t bound) {
  b->state = b->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((b->state >> 33) % bound);
}

static void shuffle(block *b) {
  for (int32_t k = b->launch->threads - 1; b->launch->seed != 0 && k > 0; k--) {
    int32_t other = (int32_t)below(b, (uint32_t)k + 1), t = b->order[k];
    b->order[k] = b->order[other];
    b->order[other] = t;
  }
}

/* All threads up to their next barrier. Returns how many have ended. */
static int32_t run_round(block *b) {
  int32_t ended = 0;
  shuffle(b);
  for (int32_t k = 0; k < b->launch->threads; k++) {
    b->current = b->order[k];
    enter_fiber(b, &b->fibers[b->current]);
    ended += b->fibers[b->current].ended;
  }
  b->current = -1;
  return ended;
}

static void make_fiber(fiber *f) {
  f->started = f->ended = false, f->barriers = 0;
  getcontext(&f->context);
  f->context.uc_stack.ss_sp = f->stack;
  f->context.uc_stack.ss_size = STACK;
  f->context.uc_link = NULL;
  makecontext(&f->context, run_fiber, 0);
}

static const char *run_block(block *b) {
  for (int32_t k = 0; k < b->launch->threads; k++)
    make_fiber(&b->fibers[k]);
  int32_t ended = 0;
  while (ended == 0)
    ended = run_round(b);
  return ended == b->launch->threads ? NULL : "some threads wait at a barrier that others never reach";
}

static bool allocate(block *b) {
  size_t n = (size_t)b->launch->threads;
  b->fibers = calloc(n, sizeof *b->fibers);
  b->order = calloc(n, sizeof *b->order);
  for (size_t k = 0; b->fibers && b->order && k < n; k++) {
    b->order[k] = (int32_t)k;
    if (!(b->fibers[k].stack = malloc(STACK)))
      return false;
  }
  return b->fibers && b->order;
}

const char *grid_run(const grid_launch *launch) {
  block b = {.launch = launch, .current = -1, .state = launch->seed}, *outer = here;
  const char *wrong = allocate(&b) ? NULL : "out of memory";
  here = &b;
  for (b.y = 0; !wrong && b.y < launch->blocks_y; b.y++)
    for (b.x = 0; !wrong && b.x < launch->blocks; b.x++)
      wrong = run_block(&b);
  here = outer;
  for (int32_t k = 0; b.fibers && k < launch->threads; k++)
    free(b.fibers[k].stack);
  free(b.fibers);
  free(b.order);
  return wrong;
}
