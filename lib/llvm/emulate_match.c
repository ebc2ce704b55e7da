/* emulate_match.c: patterns of names, see emulate.h. */
#include "llvm/emulate.h"

#include <ctype.h>
#include <string.h>

typedef struct word {
  const char *text;
  size_t length;
} word;

static word next_word(const char **at) {
  word w = {*at, strcspn(*at, ".")};
  *at += w.length;
  if (**at == '.')
    (*at)++;
  return w;
}

/* One alternative, which may hold an @. */
static bool fits(word pattern, word w, uint32_t *number, bool *has_number) {
  *has_number = false;
  size_t i = 0, j = 0;
  while (i < pattern.length) {
    if (pattern.text[i] == '@') {
      if (j >= w.length || !isdigit((unsigned char)w.text[j]))
        return false;
      *number = 0;
      for (; j < w.length && isdigit((unsigned char)w.text[j]); j++)
        *number = *number * 10 + (uint32_t)(w.text[j] - '0');
      *has_number = true;
      i++;
    } else if (j >= w.length || pattern.text[i++] != w.text[j++]) {
      return false;
    }
  }
  return j == w.length;
}

typedef struct passing {
  uint32_t *numbers, count;
} passing;

static void pass(passing *p, uint32_t number) {
  if (p->count < TW_MAX_PASSED)
    p->numbers[p->count++] = number;
}

/* The word of the pattern against a word of the name: whether it took it. */
static bool take(word pattern, word w, bool indexed, bool optional, passing *p) {
  uint32_t index = 0;
  while (pattern.length > 0) {
    word one = {pattern.text, 0};
    while (one.length < pattern.length && one.text[one.length] != '|')
      one.length++;
    uint32_t number = 0;
    bool has_number;
    if (w.length > 0 && fits(one, w, &number, &has_number)) {
      if (indexed)
        pass(p, index + (optional ? 1 : 0));
      if (has_number)
        pass(p, number);
      return true;
    }
    index++;
    size_t skip = one.length + (one.length < pattern.length);
    pattern.text += skip;
    pattern.length -= skip;
  }
  return false;
}

bool tw_match(const char *pattern, const char *name, uint32_t passed[TW_MAX_PASSED], uint32_t *count) {
  passing p = {passed, 0};
  while (*pattern) {
    word wanted = next_word(&pattern);
    if (wanted.length == 2 && strncmp(wanted.text, "**", 2) == 0) {
      *count = p.count;
      return true;
    }
    bool indexed = wanted.length > 0 && wanted.text[0] == '#';
    wanted.text += indexed;
    wanted.length -= indexed;
    bool optional = wanted.length > 0 && wanted.text[0] == '?';
    wanted.text += optional;
    wanted.length -= optional;
    const char *ahead = name;
    word w = next_word(&ahead);
    if (take(wanted, w, indexed, optional, &p)) {
      name = ahead;
      continue;
    }
    if (!optional)
      return false;
    if (indexed)
      pass(&p, 0);
  }
  *count = p.count;
  return *name == 0;
}
