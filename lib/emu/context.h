/* context.h: flows of control that hand over to each other: coroutines, or OS threads of which one runs at a time.
 *
 * Switching makes no order in the eyes of ThreadSanitizer, which knows each context as a thread. */
#ifndef TWEED_LIB_EMU_CONTEXT_H
#define TWEED_LIB_EMU_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct emu_context emu_context;
typedef struct emu_contexts emu_contexts;

/* Room for `count` contexts, kept over many runs; NULL: out of memory. The caller's own flow of control is the root. */
emu_contexts *emu_contexts_new(uint32_t count, size_t stack_size, bool os_threads);
/* Contexts that aren't over end where they are; what they did comes before what the root does next. */
void emu_contexts_free(emu_contexts *contexts);
emu_context *emu_contexts_root(emu_contexts *contexts);
emu_context *emu_contexts_get(emu_contexts *contexts, uint32_t index);

/* A flow of control: returns the context that goes on when it is over. */
typedef emu_context *(*emu_entry)(void *argument);

/* Context `index`, which is new or over, will run entry(argument) when next switched to. name: for ThreadSanitizer and
 * debuggers; copied. False: out of memory or threads. */
bool emu_context_start(emu_contexts *contexts, uint32_t index, const char *name, emu_entry entry, void *argument);
void emu_context_switch(emu_context *from, emu_context *to);
/* `from`, which runs, is over in the middle of its entry; `to` goes on. */
_Noreturn void emu_context_leave(emu_context *from, emu_context *to);
/* Lowest address and size of the stack of a context. */
void emu_context_stack(const emu_context *context, const void **low, size_t *size);

/* Whether an address that could not be accessed lies just below the stack of a context: it is full. */
bool emu_context_overflows(const emu_context *context, const void *address);

/* ---- what ThreadSanitizer is told; nothing where it isn't there ---- */
bool emu_tsan(void);
void emu_tsan_release(const void *object);
void emu_tsan_acquire(const void *object);
void emu_tsan_access(const void *pointer, size_t size, bool write, const void *pc);
/* The same of 1, 2, 4 or 8 bytes, atomic and relaxed. */
void emu_tsan_atomic(void *pointer, size_t size, bool write, const void *pc);
void *emu_tsan_fiber_new(void);
void emu_tsan_fiber_name(void *fiber, const char *name);
/* The fiber is over: what it did comes before what `to`, which runs, does next. */
void emu_tsan_fiber_end(void *fiber, void *to);
void *emu_tsan_fiber_current(void);
void emu_tsan_fiber_switch(void *fiber);
/* Races reported so far in this process. */
unsigned long emu_tsan_reports(void);
/* Accesses of the running context are not looked at. */
void emu_tsan_ignore(bool on);
/* Forgets all accesses to a range. */
void emu_tsan_forget(void *pointer, size_t size);

#endif
