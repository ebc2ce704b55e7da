/* names.c: sets of names, over uthash; and the checks of names and numbers that builders share. */
#include "model/build.h"

#include <stdlib.h>
#include <string.h>

/* An allocation that fails leaves the element out instead of ending the program. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->added = false)
#include <uthash.h>

typedef struct entry {
  const char *name;
  int32_t number;
  bool added;
  UT_hash_handle hh;
} entry;

struct tweed_names {
  tweed_arena *arena;
  entry *head;
};

tweed_names *tweed_names_new(void) {
  tweed_names *names = calloc(1, sizeof *names);
  if (!names)
    return NULL;
  names->arena = tweed_arena_new();
  if (!names->arena) {
    free(names);
    return NULL;
  }
  return names;
}

void tweed_names_free(tweed_names *names) {
  if (!names)
    return;
  HASH_CLEAR(hh, names->head);
  tweed_arena_free(names->arena);
  free(names);
}

int32_t tweed_names_find(const tweed_names *names, const char *name, size_t length) {
  entry *found = NULL;
  HASH_FIND(hh, names->head, name, length, found);
  return found ? found->number : -1;
}

tweed_status tweed_names_add(tweed_names *names, const char *name, size_t length, int32_t number, tweed_error *error) {
  if (tweed_names_find(names, name, length) >= 0)
    return TWEED_BAD_INPUT;
  entry *new = tweed_arena_alloc(names->arena, sizeof *new);
  if (!new)
    return tweed_no_memory(error);
  new->name = name;
  new->number = number;
  new->added = true;
  HASH_ADD_KEYPTR(hh, names->head, new->name, length, new);
  return new->added ? TWEED_OK : tweed_no_memory(error);
}

/* Length of the UTF-8 sequence at s, 0 if it is none. */
static int sequence(const unsigned char *s) {
  if (s[0] < 0x80)
    return s[0] >= 0x20 && s[0] != 0x7f;
  int length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
  if (s[0] < 0xc2 || s[0] > 0xf4)
    return 0;
  uint32_t code = s[0] & (0xffu >> (length + 1));
  for (int i = 1; i < length; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (s[i] & 0x3fu);
  }
  bool short_enough = length == 2 || code >= (length == 3 ? 0x800u : 0x10000u);
  bool special = (code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xe000) || code == 0x2028 ||
                 code == 0x2029 || code == 0xfeff || (code & 0xfffe) == 0xfffe || code > 0x10ffff;
  return short_enough && !special ? length : 0;
}

tweed_status tweed_check_name(const char *what, const char *name, tweed_error *error) {
  if (!name || !*name)
    return tweed_fail(error, TWEED_BAD_INPUT, "the %s is empty", what);
  for (const unsigned char *s = (const unsigned char *)name; *s;) {
    int length = sequence(s);
    if (!length)
      return tweed_fail(error, TWEED_BAD_INPUT, "the %s has control characters or is not UTF-8", what);
    s += length;
  }
  return TWEED_OK;
}

tweed_status tweed_check_range(const char *what, int64_t value, int64_t low, int64_t high, tweed_error *error) {
  if (value >= low && value <= high)
    return TWEED_OK;
  return tweed_fail(error, TWEED_BAD_INPUT, "%s %lld is out of range (%lld to %lld)", what, (long long)value,
                    (long long)low, (long long)high);
}
