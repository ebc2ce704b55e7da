/* heap.h: memory that ThreadSanitizer does not watch: one GPU thread allocates it, another one frees it, and neither is
 * the kernel's doing. */
#ifndef TWEED_LIB_EMU_HEAP_H
#define TWEED_LIB_EMU_HEAP_H

#include <stddef.h>

/* As calloc, realloc of an array, free. */
void *emu_allocate(size_t count, size_t size);
void *emu_reallocate(void *old, size_t count, size_t size);
void emu_free(void *memory);

#endif
