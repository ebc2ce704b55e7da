/* arena.c: memory that is freed as a whole. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 20 };

/* Blocks are linked newest first; only the newest has room left. */
typedef struct block {
  struct block *next;
  size_t used, size; /* bytes behind the header */
} block;

/* The bytes of a block start at the first aligned address behind its header. */
enum { HEADER = (sizeof(block) + ALIGN - 1) / ALIGN * ALIGN };

struct tweed_arena {
  block *blocks;
  size_t next_size;
};

tweed_arena *tweed_arena_new(void) {
  tweed_arena *arena = calloc(1, sizeof *arena);
  if (arena)
    arena->next_size = FIRST_BLOCK;
  return arena;
}

void tweed_arena_free(tweed_arena *arena) {
  if (!arena)
    return;
  for (block *b = arena->blocks; b;) {
    block *next = b->next;
    free(b);
    b = next;
  }
  free(arena);
}

/* A block with room for size bytes, in front of the list; a large one goes behind the first so that its room stays in
 * use. */
static block *new_block(tweed_arena *arena, size_t size) {
  bool large = size > arena->next_size / 4;
  size_t room = large ? size : arena->next_size;
  if (room > SIZE_MAX - HEADER)
    return NULL;
  block *b = calloc(1, HEADER + room);
  if (!b)
    return NULL;
  b->size = room;
  if (large && arena->blocks) {
    b->next = arena->blocks->next;
    arena->blocks->next = b;
  } else {
    b->next = arena->blocks;
    arena->blocks = b;
  }
  if (!large && arena->next_size < LAST_BLOCK)
    arena->next_size *= 2;
  return b;
}

void *tweed_arena_alloc(tweed_arena *arena, size_t size) {
  if (size > SIZE_MAX - ALIGN)
    return NULL;
  size = (size + ALIGN - 1) / ALIGN * ALIGN;
  if (size == 0)
    size = ALIGN;
  block *b = arena->blocks;
  if (!b || b->size - b->used < size) {
    b = new_block(arena, size);
    if (!b)
      return NULL;
  }
  void *result = (char *)b + HEADER + b->used;
  b->used += size;
  return result;
}

void *tweed_arena_array(tweed_arena *arena, size_t count, size_t size) {
  if (size && count > SIZE_MAX / size)
    return NULL;
  return tweed_arena_alloc(arena, count * size);
}

char *tweed_arena_strdup(tweed_arena *arena, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = tweed_arena_alloc(arena, size);
  if (copy)
    memcpy(copy, text, size);
  return copy;
}

bool tweed_arena_grow(tweed_arena *arena, void **items, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity)
    return true;
  size_t room = *capacity ? *capacity : 8;
  while (room < needed) {
    if (room > SIZE_MAX / 2)
      return false;
    room *= 2;
  }
  void *bigger = tweed_arena_array(arena, room, size);
  if (!bigger)
    return false;
  if (*capacity)
    memcpy(bigger, *items, *capacity * size);
  *items = bigger;
  *capacity = room;
  return true;
}
