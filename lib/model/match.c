/* match.c: the regular expressions of a machine: which class an IR operation is of, which machine a CPU is. */
#define _POSIX_C_SOURCE 200809L
#include "model/build.h"
#include "model/shipped.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PATTERN = 1024 };

/* Counted repeats can need memory, back references time, exponential in their length, and nobody needs them here. */
static tweed_status check_pattern(const char *pattern, size_t length, tweed_error *error) {
  if (length > MAX_PATTERN)
    return tweed_fail(error, TWEED_BAD_INPUT, "a regular expression is longer than %d", (int)MAX_PATTERN);
  for (size_t i = 0; i + 1 < length; i++) {
    bool digit = pattern[i + 1] >= '0' && pattern[i + 1] <= '9';
    if (digit && (pattern[i] == '{' || pattern[i] == '\\'))
      return tweed_fail(error, TWEED_BAD_INPUT,
                        "\"%.*s\" has a counted repeat or a back reference, which are not supported", (int)length,
                        pattern);
  }
  return TWEED_OK;
}

/* Compiles the first `length` bytes of a pattern so that it must fit the whole of a text. */
static tweed_status compile(const char *pattern, size_t length, regex_t *out, tweed_error *error) {
  tweed_status status = check_pattern(pattern, length, error);
  if (status)
    return status;
  char anchored[MAX_PATTERN + 8] = "^(";
  memcpy(anchored + 2, pattern, length);
  memcpy(anchored + 2 + length, ")$", 3);
  int code = regcomp(out, anchored, REG_EXTENDED | REG_NOSUB);
  if (code == 0)
    return TWEED_OK;
  if (code == REG_ESPACE)
    return tweed_no_memory(error);
  char why[128];
  regerror(code, out, why, sizeof why);
  return tweed_fail(error, TWEED_BAD_INPUT, "\"%.*s\" is not a regular expression: %s", (int)length, pattern, why);
}

/* ---- patterns ---- */

/* Is the pattern a list of words without anything special, such as "fadd|call llvm\\.fma"? */
static bool is_words(const char *pattern) {
  for (const char *c = pattern; *c; c++) {
    if (*c == '\\' && c[1] == '.')
      c++;
    else if (strchr("\\.[]()*+?{}^$", *c))
      return false;
  }
  return true;
}

static bool is_one_of(const char *words, const char *text) {
  for (const char *w = words;; w++) {
    const char *t = text;
    for (; *w && *w != '|'; w++) {
      if (*w == '\\')
        w++;
      if (t && *t == *w)
        t++;
      else
        t = NULL;
    }
    if (t && !*t)
      return true;
    if (!*w)
      return false;
  }
}

static tweed_status add_pattern(tweed_machine *m, const char *text, tweed_error *error) {
  tweed_pattern *new = tweed_arena_alloc(m->arena, sizeof *new);
  if (!new || !tweed_arena_grow(m->arena, (void **)&m->patterns, &m->cap_patterns, (size_t)m->npatterns + 1,
                                sizeof *m->patterns))
    return tweed_no_memory(error);
  new->text = text;
  new->words = strlen(text) <= MAX_PATTERN &&is_words(text);
  tweed_status status = new->words ? TWEED_OK : compile(text, strlen(text), &new->re, error);
  if (!status)
    m->patterns[m->npatterns++] = new;
  return status;
}

/* The number of the pattern, compiled now if no match has had it so far. */
static tweed_status pattern_of(tweed_machine *m, const char *text, int32_t *out, tweed_error *error) {
  for (*out = 0; *out < m->npatterns; ++*out)
    if (strcmp(m->patterns[*out]->text, text) == 0)
      return TWEED_OK;
  return add_pattern(m, text, error);
}

static tweed_status compile_match(tweed_machine *m, tweed_match *match, tweed_error *error) {
  tweed_status status = pattern_of(m, match->llvm, &match->llvm_pattern, error);
  match->type_pattern = -1;
  if (!status && match->type)
    status = pattern_of(m, match->type, &match->type_pattern, error);
  return status;
}

tweed_status tweed_machine_compile(tweed_machine *m, tweed_error *error) {
  while (m->ncompiled < m->nmatches) {
    tweed_status status = compile_match(m, &m->matches[m->ncompiled], error);
    if (status)
      return status;
    m->ncompiled++;
  }
  return TWEED_OK;
}

tweed_status tweed_machine_compile_numbered(tweed_machine *m, tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (int32_t i = 0; i < m->nmatches && !status; i++) {
    const tweed_match *match = &m->matches[i];
    if (match->llvm_pattern == m->npatterns)
      status = add_pattern(m, match->llvm, error);
    if (!status && match->type_pattern == m->npatterns)
      status = add_pattern(m, match->type, error);
  }
  m->ncompiled = m->nmatches;
  return status;
}

static tweed_status try_pattern(const char *pattern, size_t length, tweed_error *error) {
  regex_t re;
  tweed_status status = compile(pattern, length, &re, error);
  if (!status)
    regfree(&re);
  return status;
}

tweed_status tweed_check_cpu(const char *pattern, tweed_error *error) {
  const char *space = strchr(pattern, ' ');
  if (!space || space == pattern || !space[1] || strchr(space + 1, ' '))
    return tweed_fail(error, TWEED_BAD_INPUT, "\"%s\" is not two regular expressions with a space between them",
                      pattern);
  tweed_status status = try_pattern(pattern, (size_t)(space - pattern), error);
  return status ? status : try_pattern(space + 1, strlen(space + 1), error);
}

void tweed_machine_forget(tweed_machine *m) {
  for (int32_t i = 0; i < m->npatterns; i++)
    if (!m->patterns[i]->words)
      regfree(&m->patterns[i]->re);
  m->npatterns = m->ncompiled = 0;
}

/* ---- classes ---- */

enum { REMEMBERED = 512 };

/* One question to tweed_machine_match: what is known of the patterns so far, 0 = nothing, 1 = fits, -1 = does not. */
typedef struct question {
  const tweed_machine *machine;
  signed char opcode[REMEMBERED], type[REMEMBERED];
} question;

static bool fits_pattern(const question *q, signed char *known, int32_t pattern, const char *text) {
  const tweed_pattern *p = q->machine->patterns[pattern];
  if (pattern < REMEMBERED && known[pattern])
    return known[pattern] > 0;
  bool result = p->words ? is_one_of(p->text, text) : regexec(&p->re, text, 0, NULL, 0) == 0;
  if (pattern < REMEMBERED)
    known[pattern] = result ? 1 : -1;
  return result;
}

int32_t tweed_machine_match(const tweed_machine *m, const char *opcode, const char *type) {
  question q = {.machine = m};
  for (int32_t i = 0; i < m->ncompiled; i++) {
    const tweed_match *match = &m->matches[i];
    if (!fits_pattern(&q, q.opcode, match->llvm_pattern, opcode))
      continue;
    if (match->type_pattern < 0 || fits_pattern(&q, q.type, match->type_pattern, type))
      return match->class_index;
  }
  return -1;
}

/* ---- CPUs ---- */

static bool fits(const char *pattern, size_t length, const char *text) {
  regex_t re;
  if (compile(pattern, length, &re, NULL))
    return false;
  bool result = regexec(&re, text, 0, NULL, 0) == 0;
  regfree(&re);
  return result;
}

/* The next pattern of a shipped file's `cpus:`, which stand quoted one on a line ("  - '…'"), so that choosing a
 * machine need not read them all; NULL behind the last. *at moves on. */
static const char *next_cpu(const char **at, size_t *length) {
  static const char item[] = "\n  - '";
  if (strncmp(*at, item, sizeof item - 1) != 0)
    return NULL;
  const char *start = *at + sizeof item - 1;
  const char *end = strchr(start, '\'');
  if (!end)
    return NULL;
  *length = (size_t)(end - start);
  *at = end + 1;
  return start;
}

static bool machine_fits(const char *yaml, const char *triple, const char *cpu) {
  static const char key[] = "\ncpus:";
  const char *at = strstr(yaml, key), *pattern;
  size_t length;
  if (!at)
    return false;
  at += sizeof key - 1;
  while ((pattern = next_cpu(&at, &length))) {
    const char *space = memchr(pattern, ' ', length);
    if (space && fits(pattern, (size_t)(space - pattern), triple) &&
        fits(space + 1, length - (size_t)(space + 1 - pattern), cpu))
      return true;
  }
  return false;
}

const char *tweed_machine_for_cpu(const char *triple, const char *cpu) {
  for (size_t i = 0; i < tweed_shipped_machines_count; i++)
    if (machine_fits(tweed_shipped_machines[i].text, triple ? triple : "", cpu ? cpu : ""))
      return tweed_shipped_machines[i].name;
  return "generic";
}
