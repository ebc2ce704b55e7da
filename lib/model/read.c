/* read.c: reading machines and problems from files and memory; the shipped machines. */
#include "model/read.h"
#include "model/shipped.h"

#include <stdlib.h>
#include <string.h>

tweed_status tweed_reader_init(tweed_reader *r, const char *file) {
  *r = (tweed_reader){.file = file, .arena = tweed_arena_new()};
  return r->arena ? TWEED_OK : tweed_no_memory(&r->error);
}

tweed_status tweed_reader_end(tweed_reader *r, tweed_status status, tweed_error *error) {
  tweed_arena_free(r->arena);
  if (status && error)
    *error = r->error;
  return status;
}

static tweed_status parse_machine(const char *text, size_t size, const char *name, tweed_machine **out,
                                  tweed_error *error) {
  *out = NULL;
  tweed_reader r;
  tweed_node *root = NULL;
  tweed_status status = tweed_reader_init(&r, name);
  if (!status)
    status = tweed_node_parse(&r, text, size, &root);
  if (!status)
    status = tweed_decode_machine(&r, root, out);
  return tweed_reader_end(&r, status, error);
}

static tweed_status read_machine(const char *path, bool only_regular, tweed_machine **out, tweed_error *error) {
  *out = NULL;
  char *text;
  size_t size;
  tweed_status status = tweed_input_read(path, only_regular, &text, &size, error);
  if (status)
    return status;
  status = parse_machine(text, size, tweed_input_name(path), out, error);
  free(text);
  return status;
}

tweed_status tweed_machine_read(const char *path, tweed_machine **out, tweed_error *error) {
  return read_machine(path, false, out, error);
}

tweed_status tweed_machine_read_regular(const char *path, tweed_machine **out, tweed_error *error) {
  return read_machine(path, true, out, error);
}

const char *tweed_machine_shipped_name(size_t i, const char **text) {
  if (i >= tweed_shipped_machines_count)
    return NULL;
  if (text)
    *text = tweed_shipped_machines[i].text;
  return tweed_shipped_machines[i].name;
}

static tweed_status no_such_machine(const char *name, tweed_error *error) {
  char list[384] = "";
  for (size_t i = 0, used = 0; i < tweed_shipped_machines_count; i++) {
    int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", tweed_shipped_machines[i].name);
    used = n > 0 && (size_t)n < sizeof list - used ? used + (size_t)n : used;
  }
  return tweed_fail(error, TWEED_BAD_INPUT, "no machine is named \"%s\"; shipped are %s", name, list);
}

/* A machine that shares what it can with its image. */
static tweed_status from_image(const tweed_machine *image, tweed_machine **out, tweed_error *error) {
  tweed_arena *arena = tweed_arena_new();
  tweed_machine *m = arena ? tweed_arena_alloc(arena, sizeof *m) : NULL;
  if (!m) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  *m = *image;
  m->arena = arena;
  m->references = 1;
  m->npatterns = 0;
  tweed_status status = tweed_machine_compile_numbered(m, error);
  if (status)
    tweed_machine_free(m);
  else
    *out = m;
  return status;
}

static const tweed_machine *image_of(const char *name) {
  for (size_t i = 0; tweed_shipped_images[i]; i++)
    if (strcmp(tweed_shipped_images[i]->name, name) == 0)
      return tweed_shipped_images[i];
  return NULL;
}

tweed_status tweed_machine_shipped(const char *name, tweed_machine **out, tweed_error *error) {
  *out = NULL;
  const struct tweed_shipped *found = NULL;
  for (size_t i = 0; i < tweed_shipped_machines_count; i++)
    if (strcmp(tweed_shipped_machines[i].name, name) == 0)
      found = &tweed_shipped_machines[i];
  if (!found)
    return no_such_machine(name, error);
  const tweed_machine *image = image_of(name);
  if (image)
    return from_image(image, out, error);
  tweed_status status = parse_machine(found->text, strlen(found->text), found->name, out, error);
  if (!status)
    (*out)->shipped = strcmp((*out)->name, found->name) == 0;
  return status;
}

const char *tweed_kernel_name(size_t i, const char **text) {
  if (i >= tweed_shipped_kernels_count)
    return NULL;
  if (text)
    *text = tweed_shipped_kernels[i].text;
  return tweed_shipped_kernels[i].name;
}

tweed_status tweed_kernel(const char *name, tweed_problem **out, tweed_error *error) {
  *out = NULL;
  char list[512] = "";
  for (size_t i = 0, used = 0; i < tweed_shipped_kernels_count; i++) {
    const struct tweed_shipped *kernel = &tweed_shipped_kernels[i];
    if (strcmp(kernel->name, name) == 0)
      return tweed_problem_parse(kernel->text, strlen(kernel->text), kernel->name, out, error);
    int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", kernel->name);
    used = n > 0 && (size_t)n < sizeof list - used ? used + (size_t)n : used;
  }
  return tweed_fail(error, TWEED_BAD_INPUT, "no kernel is named \"%s\"; shipped are %s", name, list);
}

static bool starts_with(const char *at, const char *end, const char *word) {
  size_t length = strlen(word);
  return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* Behind blanks and // comments. */
static const char *first_word(const char *at, const char *end) {
  bool comment = false;
  for (; at < end; at++) {
    comment = comment ? *at != '\n' : starts_with(at, end, "//");
    if (!comment && *at != ' ' && *at != '\t' && *at != '\r' && *at != '\n')
      break;
  }
  return at;
}

/* Does the name or the text look like MLIR rather than YAML? */
static bool is_ssp(const char *text, size_t size, const char *name) {
  size_t length = strlen(name);
  if (length > 3 && strcmp(name + length - 3, ".gz") == 0)
    length -= 3;
  if (length >= 5 && strncmp(name + length - 5, ".mlir", 5) == 0)
    return true;
  const char *end = text + size, *word = first_word(text, end);
  return starts_with(word, end, "ssp.instance") || starts_with(word, end, "module {");
}

tweed_status tweed_problem_parse(const char *text, size_t size, const char *name, tweed_problem **out,
                                 tweed_error *error) {
  *out = NULL;
  if (is_ssp(text, size, name))
    return tweed_ssp_parse(text, size, name, out, error);
  tweed_reader r;
  tweed_node *root = NULL;
  tweed_status status = tweed_reader_init(&r, name);
  if (!status)
    status = tweed_node_parse(&r, text, size, &root);
  if (!status)
    status = tweed_decode_problem(&r, root, out);
  if (!status && !((*out)->file = tweed_arena_strdup((*out)->arena, name))) {
    tweed_problem_free(*out);
    *out = NULL;
    status = tweed_no_memory(&r.error);
  }
  return tweed_reader_end(&r, status, error);
}

tweed_status tweed_problem_read(const char *path, tweed_problem **out, tweed_error *error) {
  *out = NULL;
  char *text;
  size_t size;
  tweed_status status = tweed_input_read(path, false, &text, &size, error);
  if (status)
    return status;
  status = tweed_problem_parse(text, size, tweed_input_name(path), out, error);
  free(text);
  return status;
}
