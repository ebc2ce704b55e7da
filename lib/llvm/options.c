/* options.c: the parameters of the passes, as text and as a struct. */
#include "base/base.h"
#include "llvm/pass.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/llvm.h>

enum { MAX_BLOCK = 1024 };

static const char known[] = "machine, solver, time-limit, max-stages, max-ii, seed, force, launch, registers, "
                            "block, dynamic, report";

void tweed_llvm_options_default(tweed_llvm_options *options) {
  *options = (tweed_llvm_options){.mode = TWEED_LLVM_AUTO};
}

tweed_status tweed_llvm_check_solver(const char *solver, tweed_error *error) {
  char there[256];
  size_t used = 0;
  const char *name;
  for (size_t i = 0; (name = tweed_solver_name(i, NULL)); i++) {
    if (!solver || strcmp(name, solver) == 0)
      return TWEED_OK;
    if (used < sizeof there)
      used += (size_t)snprintf(there + used, sizeof there - used, "%s%s", i > 0 ? ", " : "", name);
  }
  return tweed_fail_at(error, TWEED_BAD_INPUT, "", 0, 0, "solver", "there is no solver '%.80s' (known: %s)", solver,
                       there);
}

/* One "name=value" or "name"; value NULL: there is no '='. */
typedef struct parameter {
  char *name, *value;
} parameter;

static tweed_status bad_value(const parameter *p, const char *want, tweed_error *error) {
  return tweed_fail_at(error, TWEED_BAD_INPUT, "", 0, 0, p->name, "parameter '%.40s' needs %s%s%.80s%s", p->name, want,
                       p->value ? ", not '" : "", p->value ? p->value : "", p->value ? "'" : "");
}

static tweed_status read_number(const parameter *p, uint64_t most, const char *want, uint64_t *out,
                                tweed_error *error) {
  if (!p->value || p->value[0] < '0' || p->value[0] > '9')
    return bad_value(p, want, error);
  char *end;
  errno = 0;
  unsigned long long n = strtoull(p->value, &end, 10);
  if (errno || *end || n > most)
    return bad_value(p, want, error);
  *out = n;
  return TWEED_OK;
}

static tweed_status read_int32(const parameter *p, int32_t *out, tweed_error *error) {
  uint64_t n = 0;
  tweed_status s = read_number(p, INT32_MAX, "a number from 0 to 2147483647", &n, error);
  if (s == TWEED_OK)
    *out = (int32_t)n;
  return s;
}

static tweed_status read_text(const parameter *p, const char **out, tweed_error *error) {
  if (!p->value || !p->value[0])
    return bad_value(p, "a value", error);
  *out = strcmp(p->value, "auto") == 0 ? NULL : p->value;
  return TWEED_OK;
}

/* X, XxY or XxYxZ. */
static tweed_status read_block(const parameter *p, int32_t out[3], tweed_error *error) {
  static const char want[] = "the threads of a block: X, XxY or XxYxZ, 1024 at most";
  const char *at = p->value ? p->value : "";
  int64_t threads = 1;
  bool more = true;
  for (int d = 0; d < 3; d++) {
    out[d] = 1;
    if (!more)
      continue;
    if (*at < '1' || *at > '9')
      return bad_value(p, want, error);
    char *end;
    long n = strtol(at, &end, 10);
    if (n > MAX_BLOCK)
      return bad_value(p, want, error);
    out[d] = (int32_t)n;
    threads *= n;
    more = *end == 'x' && d < 2;
    at = more ? end + 1 : end;
  }
  return *at || threads > MAX_BLOCK ? bad_value(p, want, error) : TWEED_OK;
}

static tweed_status apply(const parameter *p, tweed_llvm_options *options, tweed_error *error) {
  if (strcmp(p->name, "machine") == 0)
    return read_text(p, &options->machine, error);
  if (strcmp(p->name, "solver") == 0) {
    tweed_status s = read_text(p, &options->solver, error);
    return s == TWEED_OK ? tweed_llvm_check_solver(options->solver, error) : s;
  }
  if (strcmp(p->name, "time-limit") == 0)
    return read_int32(p, &options->time_limit_ms, error);
  if (strcmp(p->name, "max-stages") == 0)
    return read_int32(p, &options->max_stages, error);
  if (strcmp(p->name, "max-ii") == 0)
    return read_int32(p, &options->max_ii, error);
  if (strcmp(p->name, "seed") == 0)
    return read_number(p, UINT64_MAX, "a number", &options->seed, error);
  if (strcmp(p->name, "report") == 0) {
    options->report = p->value;
    return p->value && p->value[0] ? TWEED_OK : bad_value(p, "a folder", error);
  }
  if (strcmp(p->name, "launch") == 0) {
    bool same = p->value && strcmp(p->value, "same") == 0;
    options->keep_launch = same;
    return same || (p->value && strcmp(p->value, "new") == 0) ? TWEED_OK : bad_value(p, "same or new", error);
  }
  if (strcmp(p->name, "dynamic") == 0)
    return read_int32(p, &options->dynamic, error);
  if (strcmp(p->name, "block") == 0)
    return read_block(p, options->block, error);
  if (strcmp(p->name, "force") == 0 && !p->value) {
    options->force = true;
    return TWEED_OK;
  }
  if (strcmp(p->name, "registers") == 0 && !p->value) {
    options->registers = true;
    return TWEED_OK;
  }
  if (strcmp(p->name, "force") == 0)
    return tweed_fail_at(error, TWEED_BAD_INPUT, "", 0, 0, "force", "parameter 'force' takes no value");
  return tweed_fail_at(error, TWEED_BAD_INPUT, "", 0, 0, p->name, "unknown parameter '%.80s' (known: %s)", p->name,
                       known);
}

tweed_status tweed_llvm_options_parse(const char *text, char *buffer, size_t size, tweed_llvm_options *options,
                                      tweed_error *error) {
  size_t length = strlen(text);
  if (length >= size)
    return tweed_fail(error, TWEED_BAD_INPUT, "the parameters are longer than %zu characters", size ? size - 1 : 0);
  memcpy(buffer, text, length + 1);
  for (char *at = buffer; at && *at;) {
    parameter p = {at, NULL};
    char *next = strchr(at, ';');
    if (next)
      *next++ = 0;
    p.value = strchr(at, '=');
    if (p.value)
      *p.value++ = 0;
    tweed_status s = apply(&p, options, error);
    if (s != TWEED_OK)
      return s;
    at = next;
  }
  return TWEED_OK;
}
