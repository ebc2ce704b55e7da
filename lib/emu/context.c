/* context.c: coroutines on ucontext, or OS threads that hand a turn to each other over futexes. */
#define _GNU_SOURCE
#include "emu/context.h"

#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Bytes below a stack that nobody may touch: more than the local memory of a GPU thread, so that no frame reaches over
 * it. */
enum { GUARD = 1024 * 1024 };

/* Raw futexes, not pthread conditions: ThreadSanitizer would take those for order between the kernel's threads. */
struct emu_context {
  emu_contexts *owner;
  emu_entry entry;
  void *argument;
  void *fiber; /* ThreadSanitizer's */
  void *stack; /* with the guard below */
  ucontext_t registers;
  bool has_thread, quit;
  bool left;    /* the coroutine was left in the middle: ThreadSanitizer has its frames still */
  jmp_buf base; /* where the OS thread waits for work */
  pthread_t thread;
  atomic_uint ready; /* 1: the OS thread has begun */
  atomic_uint turn;  /* 1: this context runs */
};

struct emu_contexts {
  uint32_t count;
  size_t stack_size, guard;
  bool os_threads;
  emu_context root;
  emu_context all[];
};

emu_contexts *emu_contexts_new(uint32_t count, size_t stack_size, bool os_threads) {
  emu_contexts *c = calloc(1, sizeof *c + count * sizeof *c->all);
  if (!c)
    return NULL;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  c->guard = GUARD;
  c->count = count;
  c->stack_size = (stack_size + page - 1) / page * page;
  c->os_threads = os_threads;
  c->root.owner = c;
  c->root.fiber = emu_tsan_fiber_current();
  for (uint32_t i = 0; i < count; i++)
    c->all[i].owner = c;
  return c;
}

static void futex(atomic_uint *word, int operation, unsigned value) {
  syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void wake(emu_context *context) {
  atomic_store(&context->turn, 1);
  futex(&context->turn, FUTEX_WAKE_PRIVATE, 1);
}

static void await_turn(emu_context *context) {
  while (atomic_load(&context->turn) == 0)
    futex(&context->turn, FUTEX_WAIT_PRIVATE, 0);
  atomic_store(&context->turn, 0);
}

void emu_contexts_free(emu_contexts *contexts) {
  if (!contexts)
    return;
  for (uint32_t i = 0; i < contexts->count; i++) {
    emu_context *c = &contexts->all[i];
    if (c->has_thread) {
      c->quit = true;
      wake(c);
      pthread_join(c->thread, NULL);
    } else if (c->fiber) {
      emu_tsan_fiber_end(c->fiber, contexts->root.fiber);
    }
    if (c->stack)
      munmap(c->stack, contexts->stack_size + contexts->guard);
  }
  free(contexts);
}

emu_context *emu_contexts_root(emu_contexts *contexts) {
  return &contexts->root;
}

emu_context *emu_contexts_get(emu_contexts *contexts, uint32_t index) {
  return &contexts->all[index];
}

static bool make_stack(emu_context *c) {
  if (c->stack)
    return true;
  size_t size = c->owner->stack_size + c->owner->guard;
  char *stack = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED)
    return false;
  c->stack = stack;
  return mprotect(stack + c->owner->guard, c->owner->stack_size, PROT_READ | PROT_WRITE) == 0;
}

bool emu_context_overflows(const emu_context *context, const void *address) {
  return context->stack && (uintptr_t)address - (uintptr_t)context->stack < context->owner->guard;
}

void emu_context_stack(const emu_context *context, const void **low, size_t *size) {
  *low = context->stack ? (const char *)context->stack + context->owner->guard : NULL;
  *size = context->stack ? context->owner->stack_size : 0;
}

/* ---- coroutines ---- */

/* makecontext passes nothing but ints. */
static void run_coroutine(unsigned high, unsigned low) {
  emu_context *c = (emu_context *)((uintptr_t)high << 32 | low); // NOLINT
  emu_context *next = c->entry(c->argument);
  emu_context_switch(c, next);
}

static bool start_coroutine(emu_context *c) {
  if (getcontext(&c->registers) != 0)
    return false;
  c->registers.uc_stack.ss_sp = (char *)c->stack + c->owner->guard;
  c->registers.uc_stack.ss_size = c->owner->stack_size;
  c->registers.uc_link = NULL;
  uintptr_t self = (uintptr_t)c;
  makecontext(&c->registers, (void (*)(void))run_coroutine, 2, (unsigned)(self >> 32), (unsigned)self);
  if (c->left)
    emu_tsan_fiber_end(c->fiber, c->owner->root.fiber);
  if (!c->fiber || c->left)
    c->fiber = emu_tsan_fiber_new();
  c->left = false;
  return true;
}

/* ---- OS threads ---- */

static void *run_thread(void *argument) {
  emu_context *c = argument;
  c->fiber = emu_tsan_fiber_current();
  atomic_store(&c->ready, 1);
  futex(&c->ready, FUTEX_WAKE_PRIVATE, 1);
  setjmp(c->base);
  for (;;) {
    await_turn(c);
    if (c->quit)
      return NULL;
    wake(c->entry(c->argument));
  }
}

static bool start_thread(emu_context *c) {
  if (c->has_thread)
    return true; /* it waits for work */
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  atomic_store(&c->ready, 0);
  c->has_thread = pthread_attr_setstack(&attributes, (char *)c->stack + c->owner->guard, c->owner->stack_size) == 0 &&
                  pthread_create(&c->thread, &attributes, run_thread, c) == 0;
  pthread_attr_destroy(&attributes);
  while (c->has_thread && atomic_load(&c->ready) == 0) /* its fiber is known */
    futex(&c->ready, FUTEX_WAIT_PRIVATE, 0);
  return c->has_thread;
}

/* ---- both ---- */

bool emu_context_start(emu_contexts *contexts, uint32_t index, const char *name, emu_entry entry, void *argument) {
  emu_context *c = &contexts->all[index];
  c->entry = entry;
  c->argument = argument;
  if (!make_stack(c))
    return false;
  if (!(contexts->os_threads ? start_thread(c) : start_coroutine(c)))
    return false;
  emu_tsan_fiber_name(c->fiber, name);
  return true;
}

void emu_context_switch(emu_context *from, emu_context *to) {
  if (!from->owner->os_threads) {
    emu_tsan_fiber_switch(to->fiber);
    swapcontext(&from->registers, &to->registers);
    return;
  }
  wake(to);
  await_turn(from);
  if (from->quit)
    pthread_exit(NULL);
}

void emu_context_leave(emu_context *from, emu_context *to) {
  from->left = true;
  if (from->owner->os_threads) {
    wake(to);
    longjmp(from->base, 1);
  }
  for (;;)
    emu_context_switch(from, to);
}
