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

static tweed_status compile_match(tweed_match *match, tweed_error *error) {
  tweed_status status = compile(match->llvm, strlen(match->llvm), &match->llvm_re, error);
  if (status || !match->type)
    return status;
  status = compile(match->type, strlen(match->type), &match->type_re, error);
  if (status)
    regfree(&match->llvm_re);
  return status;
}

tweed_status tweed_machine_compile(tweed_machine *m, tweed_error *error) {
  while (m->ncompiled < m->nmatches) {
    tweed_status status = compile_match(&m->matches[m->ncompiled], error);
    if (status)
      return status;
    m->ncompiled++;
  }
  return TWEED_OK;
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
  for (int32_t i = 0; i < m->ncompiled; i++) {
    regfree(&m->matches[i].llvm_re);
    if (m->matches[i].type)
      regfree(&m->matches[i].type_re);
  }
  m->ncompiled = 0;
}

int32_t tweed_machine_match(const tweed_machine *m, const char *opcode, const char *type) {
  for (int32_t i = 0; i < m->ncompiled; i++) {
    const tweed_match *match = &m->matches[i];
    if (regexec(&match->llvm_re, opcode, 0, NULL, 0) != 0)
      continue;
    if (!match->type || regexec(&match->type_re, type, 0, NULL, 0) == 0)
      return match->class_index;
  }
  return -1;
}

static bool fits(const char *pattern, size_t length, const char *text) {
  regex_t re;
  if (compile(pattern, length, &re, NULL))
    return false;
  bool result = regexec(&re, text, 0, NULL, 0) == 0;
  regfree(&re);
  return result;
}

static bool machine_fits(const tweed_machine *m, const char *triple, const char *cpu) {
  for (int32_t i = 0; i < m->ncpus; i++) {
    const char *space = strchr(m->cpus[i], ' ');
    if (fits(m->cpus[i], (size_t)(space - m->cpus[i]), triple) && fits(space + 1, strlen(space + 1), cpu))
      return true;
  }
  return false;
}

const char *tweed_machine_for_cpu(const char *triple, const char *cpu) {
  for (size_t i = 0; i < tweed_shipped_machines_count; i++) {
    tweed_machine *m;
    if (tweed_machine_shipped(tweed_shipped_machines[i].name, &m, NULL))
      continue;
    bool found = machine_fits(m, triple ? triple : "", cpu ? cpu : "");
    tweed_machine_free(m);
    if (found)
      return tweed_shipped_machines[i].name;
  }
  return "generic";
}
