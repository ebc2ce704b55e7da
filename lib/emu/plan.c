/* plan.c: launches for other programs: plan.json and the bytes of buffers, see docs/gpu.md. */
#include "emu/emu.h"

#include <errno.h>
#include <string.h>

static tweed_status failed(tweed_error *error, const char *path) {
  return tweed_fail_at(error, TWEED_IO, path, 0, 0, "", "cannot write: %s", strerror(errno));
}

static tweed_status write_bytes(const char *path, const void *data, size_t size, tweed_error *error) {
  FILE *file = fopen(path, "wb");
  if (!file)
    return failed(error, path);
  bool good = fwrite(data, 1, size, file) == size;
  return fclose(file) == 0 && good ? TWEED_OK : failed(error, path);
}

static bool is_zero(const unsigned char *data, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (data[i])
      return false;
  return true;
}

static void write_three(FILE *file, const char *key, const uint32_t n[3]) {
  fprintf(file, "  \"%s\": [%u, %u, %u],\n", key, n[0], n[1], n[2]);
}

static void write_map(FILE *file, const tweed_emu_tensor *t, bool by_pointer) {
  uint64_t stride = emu_type_size(t->type);
  fprintf(file, ", \"map\": {\"pointer\": %s, \"size\": [", by_pointer ? "true" : "false");
  for (uint32_t d = 0; d < t->rank; d++)
    fprintf(file, "%s%llu", d ? ", " : "", (unsigned long long)t->size[d]);
  fputs("], \"stride\": [", file); /* as cuTensorMapEncodeTiled has them: bytes, from the second dimension on */
  for (uint32_t d = 1; d < t->rank; d++) {
    stride = t->stride[d] ? t->stride[d] : stride * t->size[d - 1];
    fprintf(file, "%s%llu", d > 1 ? ", " : "", (unsigned long long)stride);
  }
  fputs("], \"box\": [", file);
  for (uint32_t d = 0; d < t->rank; d++)
    fprintf(file, "%s%u", d ? ", " : "", t->box[d]);
  fprintf(file, "], \"swizzle\": %u}", t->swizzle);
}

static void write_buffer(FILE *file, const tweed_emu_launch *l, const emu_buffer *b) {
  fprintf(file, "{\"type\": \"%s\", \"count\": %zu, \"bytes\": %zu, \"output\": %s", tweed_emu_type_name(b->type),
          b->size / emu_type_size(b->type), b->size, b->is_output ? "true" : "false");
  if (!is_zero(b->first, b->size))
    fprintf(file, ", \"file\": \"argument.%u\"", b->argument + 1);
  if (b->tensor)
    write_map(file, b->tensor, l->kernel->params[b->argument].type == TWEED_EMU_POINTER);
  fputs("}", file);
}

static const emu_buffer *buffer_of(const tweed_emu_launch *l, uint32_t argument) {
  for (uint32_t i = 0; i < l->buffer_count; i++)
    if (l->buffers[i].argument == argument && l->buffers[i].first)
      return &l->buffers[i];
  return NULL;
}

static void write_argument(FILE *file, const tweed_emu_launch *l, uint32_t i) {
  const emu_buffer *b = buffer_of(l, i);
  const unsigned char *bytes = l->arguments[i];
  if (b) {
    write_buffer(file, l, b);
    return;
  }
  fputs("{\"value\": \"", file);
  for (uint32_t k = 0; k < l->kernel->params[i].size; k++)
    fprintf(file, "%02x", bytes[k]);
  fputs("\"}", file);
}

static tweed_status write_plan(const char *path, const tweed_emu_launch *l, tweed_error *error) {
  FILE *file = fopen(path, "w");
  if (!file)
    return failed(error, path);
  fprintf(file, "{\n  \"version\": 1,\n  \"kernel\": \"%s\",\n", l->kernel->name);
  write_three(file, "grid", l->grid);
  write_three(file, "block", l->line_block);
  fprintf(file, "  \"shared\": %u,\n  \"arguments\": [", l->line_shared);
  for (uint32_t i = 0; i < l->argument_count; i++) {
    fputs(i ? ",\n    " : "\n    ", file);
    write_argument(file, l, i);
  }
  fputs("\n  ]\n}\n", file);
  bool good = !ferror(file);
  return fclose(file) == 0 && good ? TWEED_OK : failed(error, path);
}

/* What a launch of a program's own has, its buffers' sizes and types, nobody has said. */
static tweed_status check(const tweed_emu_launch *l, tweed_error *error) {
  if (l->line_block[0] == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "only launches that came from text can be written");
  if (l->argument_count != l->kernel->param_count)
    return tweed_fail(error, TWEED_BAD_INPUT, "kernel %.80s has %u parameters, but %u arguments are given",
                      l->kernel->name, l->kernel->param_count, l->argument_count);
  return TWEED_OK;
}

tweed_status tweed_emu_launch_plan(const tweed_emu_launch *l, const char *folder, tweed_error *error) {
  char path[1100];
  tweed_status status = check(l, error);
  for (uint32_t i = 0; i < l->buffer_count && status == TWEED_OK; i++) {
    const emu_buffer *b = &l->buffers[i];
    snprintf(path, sizeof path, "%.1000s/argument.%u", folder, b->argument + 1);
    if (b->first && !is_zero(b->first, b->size))
      status = write_bytes(path, b->first, b->size, error);
  }
  snprintf(path, sizeof path, "%.1000s/plan.json", folder);
  return status == TWEED_OK ? write_plan(path, l, error) : status;
}
