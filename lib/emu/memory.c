/* memory.c: the window of shared memory, and the checks of accesses. */
#define _GNU_SOURCE
#include "emu/async.h"
#include "emu/device.h"
#include "emu/emu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- the window ---- */

enum { PAGE_BITS = 32 };

/* The low half of an address in the window is the shared address that PTX has, so the window starts where that half is
 * zero, and all addresses with its upper half are reserved: the first such place below a fresh mapping that is free. */
#define SPAN ((size_t)1 << PAGE_BITS)

static unsigned char *map_window(void) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *near = mmap(NULL, EMU_WINDOW_SIZE, PROT_NONE, flags, -1, 0);
  if (near == MAP_FAILED)
    return NULL;
  munmap(near, EMU_WINDOW_SIZE);
  uintptr_t at = (uintptr_t)near >> PAGE_BITS << PAGE_BITS;
  for (int tries = 0; tries < 64 && at; tries++, at -= SPAN) {
    void *got = mmap((void *)at, SPAN, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0); // NOLINT
    if (got == (void *)at && mprotect(got, EMU_WINDOW_SIZE, PROT_READ | PROT_WRITE) == 0)
      return got;
    if (got != MAP_FAILED)
      munmap(got, SPAN);
  }
  return NULL;
}

bool emu_window_new(emu_machine *machine) {
  machine->window = map_window();
  machine->shadow = malloc(EMU_WINDOW_SIZE);
  return machine->window && machine->shadow;
}

void emu_window_free(emu_machine *machine) {
  if (machine->window)
    munmap(machine->window, SPAN);
  free(machine->shadow);
}

/* Which bytes belong to variables: those of the kernel's ranges, and all dynamic shared memory. */
static void own_variables(emu_machine *m) {
  const tweed_emu_kernel *k = m->launch->kernel;
  const emu_block *b = m->block;
  unsigned char *first = m->shadow + EMU_SHARED_RESERVED;
  for (uint32_t i = 0; i < k->range_count; i++)
    memset(first + k->ranges[i].offset, EMU_BYTE_OWNED, k->ranges[i].size);
  if (k->range_count == 0)
    memset(first, EMU_BYTE_OWNED, b->shared_size);
  memset(m->shadow + b->dynamic_at, EMU_BYTE_OWNED, EMU_SHARED_RESERVED + b->shared_size - b->dynamic_at);
}

/* What nobody wrote reads as a pattern that shows, wherever it is not checked. */
void emu_window_clear(emu_machine *machine) {
  emu_tsan_forget(machine->window, EMU_WINDOW_SIZE);
  memset(machine->window, 0xcb, EMU_WINDOW_SIZE);
  memset(machine->shadow, 0, EMU_WINDOW_SIZE);
  own_variables(machine);
}

/* Other memory of the process may share the upper half of the window's addresses. */
static bool in_window(const emu_machine *machine, uintptr_t address) {
  return address - (uintptr_t)machine->window < EMU_WINDOW_SIZE;
}

bool emu_is_shared(const emu_machine *machine, uint64_t address) {
  return address >> PAGE_BITS == 0 || in_window(machine, (uintptr_t)address);
}

void *emu_pointer(const emu_machine *machine, uint64_t address) {
  if (address >> PAGE_BITS == 0)
    return machine->window + address;
  return (void *)(uintptr_t)address; // NOLINT
}

uint32_t emu_shared_offset(const emu_machine *machine, const void *pointer) {
  (void)machine;
  return (uint32_t)(uintptr_t)pointer;
}

void *tweed_emu_shared(uint32_t offset) {
  return emu_self()->machine->window + EMU_SHARED_RESERVED + offset;
}

void *tweed_emu_shared_dynamic(void) {
  emu_thread *self = emu_self();
  return self->machine->window + self->block->dynamic_at;
}

void *tweed_emu_address(uint64_t address) {
  return emu_pointer(emu_self()->machine, address);
}

/* ---- checks ---- */

static bool is_local(const emu_thread *self, const void *pointer) {
  const void *low;
  size_t size;
  emu_context_stack(self->context, &low, &size);
  return (uintptr_t)pointer - (uintptr_t)low < size;
}

/* The bytes from pointer to the end of the object that it is in; 0: no object. */
static size_t room(const emu_machine *m, const void *pointer) {
  const tweed_emu_launch *launch = m->launch;
  for (uint32_t i = 0; i < launch->buffer_count; i++) {
    uintptr_t at = (uintptr_t)pointer - (uintptr_t)launch->buffers[i].data;
    if (at < launch->buffers[i].size)
      return launch->buffers[i].size - at;
  }
  for (uint32_t i = 0; i < launch->module->global_count; i++) {
    const tweed_emu_global *g = &launch->module->globals[i];
    uintptr_t at = (uintptr_t)pointer - (uintptr_t)g->address;
    if (at < g->size)
      return g->size - at;
  }
  return 0;
}

static void check_shared_bounds(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size,
                                bool write) {
  emu_machine *m = self->machine;
  uint32_t at = emu_shared_offset(m, pointer), end = EMU_SHARED_RESERVED + self->block->shared_size;
  const char *verb = write ? "write" : "read";
  if (at < EMU_SHARED_RESERVED || at > end || size > end - at)
    emu_fault(self, TWEED_EMU_BOUNDS, place,
              "%s of %zu bytes at shared address %u (%d from the start), but the block has %u bytes of shared memory",
              verb, size, at, (int)at - EMU_SHARED_RESERVED, self->block->shared_size);
  for (size_t i = 0; i < size; i++)
    if (!(self->machine->shadow[at + i] & EMU_BYTE_OWNED))
      emu_fault(self, TWEED_EMU_BOUNDS, place,
                "%s of %zu bytes at %d in shared memory, of which byte %zu is in no variable", verb, size,
                (int)at - EMU_SHARED_RESERVED, i);
}

_Noreturn static void unwritten(emu_thread *self, const tweed_emu_place *place, uint32_t at, size_t size, size_t i) {
  emu_fault(self, TWEED_EMU_UNINITIALIZED, place, "read of shared memory that nobody wrote: byte %zu of %zu at %d", i,
            size, (int)at - EMU_SHARED_RESERVED);
}

static void check_shared(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write) {
  emu_machine *m = self->machine;
  uint32_t at = emu_shared_offset(m, pointer);
  check_shared_bounds(self, place, pointer, size, write);
  if (write) {
    memset(m->shadow + at, EMU_BYTE_OWNED | EMU_BYTE_WRITTEN, size);
    emu_proxy_wrote(self, at, size);
    return;
  }
  for (size_t i = 0; i < size; i++)
    if (!(m->shadow[at + i] & EMU_BYTE_WRITTEN))
      unwritten(self, place, at, size, i);
}

enum { PADDED = 16 }; /* the largest alignment of members, and so more than there is padding */

/* Whether something in the same 16 bytes of a copy was written. */
static bool is_padding(const emu_machine *m, uint32_t at, size_t size, size_t i) {
  size_t first = (at + i) / PADDED * PADDED, last = first + PADDED;
  for (size_t k = first < at ? at : first; k < last && k < at + size; k++)
    if (m->shadow[k] & EMU_BYTE_WRITTEN)
      return true;
  return false;
}

static void check_copied(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size) {
  const emu_machine *m = self->machine;
  uint32_t at = emu_shared_offset(m, pointer);
  check_shared_bounds(self, place, pointer, size, false);
  for (size_t i = 0; i < size; i++)
    if (!(m->shadow[at + i] & EMU_BYTE_WRITTEN) && !is_padding(m, at, size, i))
      unwritten(self, place, at, size, i);
}

static void check_other(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write) {
  emu_machine *m = self->machine;
  if (is_local(self, pointer) || room(m, pointer) >= size)
    return;
  size_t left = room(m, pointer);
  emu_fault(self, TWEED_EMU_BOUNDS, place, "%s of %zu bytes at %p, %s", write ? "write" : "read", size, pointer,
            left ? "which runs over the end of its buffer" : "which is in no buffer, variable or stack");
}

void emu_check(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write) {
  emu_stop_at_race(self);
  self->accessed = place;
  if (in_window(self->machine, (uintptr_t)pointer))
    check_shared(self, place, pointer, size, write);
  else
    check_other(self, place, pointer, size, write);
}

void emu_check_bounds(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write) {
  if (in_window(self->machine, (uintptr_t)pointer))
    check_shared_bounds(self, place, pointer, size, write);
  else
    check_other(self, place, pointer, size, write);
}

static void check_access(const tweed_emu_place *place, const void *pointer, uint64_t size, uint32_t align, bool write) {
  emu_thread *self = emu_self();
  if (align > 1 && (uintptr_t)pointer % align != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s of %llu bytes at an address that is no multiple of %u",
              write ? "write" : "read", (unsigned long long)size, align);
  emu_check(self, place, pointer, (size_t)size, write);
}

void tweed_emu_check_load(const tweed_emu_place *place, const void *pointer, uint64_t size, uint32_t align) {
  check_access(place, pointer, size, align, false);
}

void tweed_emu_check_store(const tweed_emu_place *place, const void *pointer, uint64_t size, uint32_t align) {
  check_access(place, pointer, size, align, true);
}

void tweed_emu_check_copy(const tweed_emu_place *place, const void *pointer, uint64_t size) {
  emu_thread *self = emu_self();
  emu_stop_at_race(self);
  self->accessed = place;
  if (in_window(self->machine, (uintptr_t)pointer))
    check_copied(self, place, pointer, (size_t)size);
  else
    check_other(self, place, pointer, (size_t)size, false);
}

uint32_t tweed_emu_isspacep(const tweed_emu_place *place, uint32_t space, const void *pointer) {
  (void)place;
  emu_thread *self = emu_self();
  bool shared = in_window(self->machine, (uintptr_t)pointer);
  bool local = is_local(self, pointer);
  return space == 0 ? !shared && !local : space == 1 ? shared : space == 2 ? local : 0;
}

/* ---- accesses of the emulator itself ---- */

static void *access(emu_thread *self, const tweed_emu_place *place, uint64_t address, size_t size, size_t align,
                    bool write) {
  void *p = emu_pointer(self->machine, address);
  if (align > 1 && address % align != 0)
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s of %zu bytes at an address that is no multiple of %zu",
              write ? "write" : "read", size, align);
  emu_check(self, place, p, size, write);
  return p;
}

void emu_read(emu_thread *self, const tweed_emu_place *place, void *to, uint64_t address, size_t size, size_t align,
              const void *pc) {
  const void *from = access(self, place, address, size, align, false);
  emu_tsan_access(from, size, false, pc);
  memcpy(to, from, size);
}

void emu_write(emu_thread *self, const tweed_emu_place *place, uint64_t address, const void *from, size_t size,
               size_t align, const void *pc) {
  void *to = access(self, place, address, size, align, true);
  emu_tsan_access(to, size, true, pc);
  memcpy(to, from, size);
}

/* ---- order ---- */

void emu_release(const void *object) {
  emu_tsan_release(object);
}

void emu_acquire(const void *object) {
  emu_tsan_acquire(object);
}
