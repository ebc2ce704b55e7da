/* heap.c: memory that ThreadSanitizer does not watch. */
#include "emu/heap.h"
#include "emu/context.h"

#include <stdlib.h>

void *emu_allocate(size_t count, size_t size) {
  emu_tsan_ignore(true);
  void *memory = calloc(count, size);
  emu_tsan_ignore(false);
  return memory;
}

void *emu_reallocate(void *old, size_t count, size_t size) {
  if (count > SIZE_MAX / size)
    return NULL;
  emu_tsan_ignore(true);
  void *memory = realloc(old, count * size);
  emu_tsan_ignore(false);
  return memory;
}

void emu_free(void *memory) {
  emu_tsan_ignore(true);
  free(memory);
  emu_tsan_ignore(false);
}
