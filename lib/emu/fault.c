/* fault.c: the verdict of a run. */
#include "emu/emu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *tweed_emu_fault_name(tweed_emu_fault fault) {
  static const char *const names[] = {"clean",      "race",   "deadlock",      "misuse",
                                      "divergence", "bounds", "uninitialized", "trap"};
  return (size_t)fault < sizeof names / sizeof *names ? names[fault] : "unknown";
}

char *emu_place_text(const tweed_emu_place *place, char *buffer, size_t size) {
  if (!place)
    snprintf(buffer, size, "an unknown place");
  else if (place->file && place->line)
    snprintf(buffer, size, "%s:%u:%u (%s)", place->file, place->line, place->column, place->what);
  else
    snprintf(buffer, size, "%s (in %s, no debug information)", place->what, place->function);
  return buffer;
}

/* Without memory the verdict keeps what it has: the fault itself is no matter of memory. */
static void append(emu_machine *m, const char *text) {
  size_t old = m->text ? strlen(m->text) : 0, more = strlen(text);
  if (old + more + 1 > m->text_size) {
    char *bigger = realloc(m->text, 2 * (old + more) + 256);
    if (!bigger)
      return;
    m->text = bigger;
    m->text_size = 2 * (old + more) + 256;
  }
  memcpy(m->text + old, text, more + 1);
  m->verdict.text = m->text;
}

static void report(emu_machine *m, emu_thread *thread, tweed_emu_fault fault, const tweed_emu_place *place,
                   const char *format, va_list arguments) {
  if (m->verdict.fault != TWEED_EMU_CLEAN)
    return;
  char what[1024], where[512], text[2048];
  vsnprintf(what, sizeof what, format, arguments);
  const uint32_t *b = m->block->id;
  m->verdict.fault = fault;
  m->verdict.place = place;
  memcpy(m->verdict.block, b, sizeof m->verdict.block);
  if (thread)
    memcpy(m->verdict.thread, thread->id, sizeof m->verdict.thread);
  int n = snprintf(text, sizeof text, "%s: error: %s [kernel %s, block (%u,%u,%u)",
                   emu_place_text(place, where, sizeof where), what, m->launch->kernel->name, b[0], b[1], b[2]);
  if (thread && n > 0 && (size_t)n < sizeof text)
    n +=
        snprintf(text + n, sizeof text - (size_t)n, ", thread (%u,%u,%u)", thread->id[0], thread->id[1], thread->id[2]);
  if (n > 0 && (size_t)n < sizeof text)
    snprintf(text + n, sizeof text - (size_t)n, "]");
  if (m->text)
    m->text[0] = 0;
  append(m, text);
}

void emu_report(emu_machine *machine, emu_thread *thread, tweed_emu_fault fault, const tweed_emu_place *place,
                const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report(machine, thread, fault, place, format, arguments);
  va_end(arguments);
}

void emu_report_line(emu_machine *machine, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  append(machine, "\n  ");
  append(machine, line);
}

_Noreturn void emu_fault(emu_thread *self, tweed_emu_fault fault, const tweed_emu_place *place, const char *format,
                         ...) {
  va_list arguments;
  va_start(arguments, format);
  report(self->machine, self, fault, place, format, arguments);
  va_end(arguments);
  for (;;) /* the root never picks this thread again */
    emu_context_switch(self->context, emu_contexts_root(self->machine->contexts));
}

char *tweed_emu_whereabouts(const tweed_emu_launch *launch, const char *what, char *buffer, size_t size) {
  static const uint32_t nowhere[3];
  const emu_machine *m = launch->machine;
  const emu_thread *t = m && m->block ? m->running : NULL;
  const tweed_emu_place *place = !t ? NULL : t->accessed ? t->accessed : t->place;
  const uint32_t *b = m && m->block ? m->block->id : nowhere, *i = t ? t->id : nowhere;
  char where[512];
  snprintf(buffer, size, "%s: error: %s [kernel %s, block (%u,%u,%u), thread (%u,%u,%u)]",
           emu_place_text(place, where, sizeof where), what, launch->kernel->name, b[0], b[1], b[2], i[0], i[1], i[2]);
  return buffer;
}

bool tweed_emu_stack_is_full(const tweed_emu_launch *launch, const void *address) {
  const emu_machine *m = launch->machine;
  return m && m->running && emu_context_overflows(m->running->context, address);
}

void emu_stop_at_race(emu_thread *self) {
  if (emu_tsan_reports() != self->machine->reports)
    emu_fault(self, TWEED_EMU_RACE, self->accessed, "data race, see ThreadSanitizer's report");
}
