/* tsan.c: what ThreadSanitizer is told, if it is linked in: order, accesses, and who is running. */
#define _GNU_SOURCE
#include "emu/context.h"

#include <stdatomic.h>
#include <sys/mman.h>

#define WEAK __attribute__((weak))
extern WEAK void __tsan_acquire(void *);
extern WEAK void __tsan_release(void *);
extern WEAK void __tsan_read_range(void *, unsigned long);
extern WEAK void __tsan_write_range(void *, unsigned long);
extern WEAK void __tsan_func_entry(void *);
extern WEAK void __tsan_func_exit(void);
extern WEAK void *__tsan_get_current_fiber(void);
extern WEAK void *__tsan_create_fiber(unsigned);
extern WEAK void __tsan_destroy_fiber(void *);
extern WEAK void __tsan_switch_to_fiber(void *, unsigned);
extern WEAK void __tsan_set_fiber_name(void *, const char *);
extern WEAK void AnnotateIgnoreWritesBegin(const char *, int);
extern WEAK void AnnotateIgnoreWritesEnd(const char *, int);
extern WEAK void AnnotateIgnoreReadsBegin(const char *, int);
extern WEAK void AnnotateIgnoreReadsEnd(const char *, int);

enum { NO_SYNC = 1 };

/* ThreadSanitizer calls this for each report; it has nothing to pass on to tell launches apart. */
static atomic_ulong reports;
void __tsan_on_report(void *report);
void __tsan_on_report(void *report) {
  (void)report;
  atomic_fetch_add(&reports, 1);
}

unsigned long emu_tsan_reports(void) {
  return atomic_load(&reports);
}

bool emu_tsan(void) {
  return __tsan_acquire != NULL;
}

void emu_tsan_release(const void *object) {
  if (__tsan_release)
    __tsan_release((void *)object);
}

void emu_tsan_acquire(const void *object) {
  if (__tsan_acquire)
    __tsan_acquire((void *)object);
}

/* The frame that is entered here is the line of the kernel in a report. */
void emu_tsan_access(const void *pointer, size_t size, bool write, const void *pc) {
  if (!__tsan_read_range)
    return;
  if (pc)
    __tsan_func_entry((void *)pc);
  if (write)
    __tsan_write_range((void *)pointer, size);
  else
    __tsan_read_range((void *)pointer, size);
  if (pc)
    __tsan_func_exit();
}

void *emu_tsan_fiber_new(void) {
  return __tsan_create_fiber ? __tsan_create_fiber(0) : NULL;
}

void emu_tsan_fiber_name(void *fiber, const char *name) {
  if (__tsan_set_fiber_name && fiber)
    __tsan_set_fiber_name(fiber, name);
}

void emu_tsan_fiber_end(void *fiber, void *to) {
  if (!__tsan_switch_to_fiber || !fiber)
    return;
  __tsan_switch_to_fiber(fiber, 0);
  __tsan_switch_to_fiber(to, 0); /* this direction makes the order */
  __tsan_destroy_fiber(fiber);
}

void *emu_tsan_fiber_current(void) {
  return __tsan_get_current_fiber ? __tsan_get_current_fiber() : NULL;
}

void emu_tsan_fiber_switch(void *fiber) {
  if (__tsan_switch_to_fiber && fiber)
    __tsan_switch_to_fiber(fiber, NO_SYNC);
}

void emu_tsan_ignore(bool on) {
  if (!__tsan_acquire)
    return;
  if (on) {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  } else {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
}

/* Mapping anew is what ThreadSanitizer forgets at; with writes ignored it records none of its own. */
void emu_tsan_forget(void *pointer, size_t size) {
  if (!__tsan_acquire)
    return;
  emu_tsan_ignore(true);
  mmap(pointer, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  emu_tsan_ignore(false);
}

#define ATOMICS(BITS, TYPE)                                                                                            \
  extern WEAK TYPE __tsan_atomic##BITS##_load(const volatile TYPE *, int);                                             \
  extern WEAK TYPE __tsan_atomic##BITS##_fetch_add(volatile TYPE *, TYPE, int);
ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)

/* An access that is atomic and makes no order. Adding nothing counts as a write. */
static void touch(void *pointer, size_t size, bool write) {
  switch (size) {
  case 1:
    (void)(write ? __tsan_atomic8_fetch_add(pointer, 0, 0) : __tsan_atomic8_load(pointer, 0));
    break;
  case 2:
    (void)(write ? __tsan_atomic16_fetch_add(pointer, 0, 0) : __tsan_atomic16_load(pointer, 0));
    break;
  case 4:
    (void)(write ? __tsan_atomic32_fetch_add(pointer, 0, 0) : __tsan_atomic32_load(pointer, 0));
    break;
  default:
    (void)(write ? __tsan_atomic64_fetch_add(pointer, 0, 0) : __tsan_atomic64_load(pointer, 0));
  }
}

void emu_tsan_atomic(void *pointer, size_t size, bool write, const void *pc) {
  if (!__tsan_atomic8_load)
    return;
  __tsan_func_entry((void *)pc);
  touch(pointer, size, write);
  __tsan_func_exit();
}
