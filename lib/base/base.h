/* base.h: arena, error helpers, random numbers, clock. Private to the library. */
#ifndef TWEED_LIB_BASE_H
#define TWEED_LIB_BASE_H

#include <stdarg.h>
#include <tweed/base.h>

/* An arena owns everything allocated from it; it is freed as a whole. Allocation returns zeroed memory or NULL. */
typedef struct tweed_arena tweed_arena;
tweed_arena *tweed_arena_new(void);
void tweed_arena_free(tweed_arena *arena);
void *tweed_arena_alloc(tweed_arena *arena, size_t size);
/* count * size without overflow. */
void *tweed_arena_array(tweed_arena *arena, size_t count, size_t size);
char *tweed_arena_strdup(tweed_arena *arena, const char *text);
/* Grows an array inside an arena: *items holds *capacity elements of `size`; makes room for at least `needed`. */
bool tweed_arena_grow(tweed_arena *arena, void **items, size_t *capacity, size_t needed, size_t size);

/* Fills *error (may be NULL) and returns status, so that `return tweed_fail(error, …)` reads well. */
tweed_status tweed_fail(tweed_error *error, tweed_status status, const char *format, ...) TWEED_PRINTF(3, 4);
tweed_status tweed_fail_at(tweed_error *error, tweed_status status, const char *file, int line, int column,
                           const char *key, const char *format, ...) TWEED_PRINTF(7, 8);
tweed_status tweed_no_memory(tweed_error *error);

/* xoshiro256** (Blackman, Vigna), seeded by splitmix64: the same stream everywhere. */
typedef struct tweed_random {
  uint64_t s[4];
} tweed_random;
void tweed_random_seed(tweed_random *r, uint64_t seed);
uint64_t tweed_random_next(tweed_random *r);
uint32_t tweed_random_below(tweed_random *r, uint32_t bound); /* uniform in [0, bound), bound > 0 */
double tweed_random_unit(tweed_random *r);                    /* uniform in [0, 1) */

double tweed_clock(void); /* monotonic seconds */

#endif
