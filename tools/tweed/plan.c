/* plan.c: `tweed emulate --plan` of a kernel in PTX. */
#include "plan.h"
#include "command.h"
#include "emu/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int plan_folder(const char *folder) {
  if (mkdir(folder, 0777) == 0 || errno == EEXIST)
    return EXIT_SOLVED;
  fprintf(stderr, "tweed emulate: cannot make the folder %s: %s\n", folder, strerror(errno));
  return EXIT_USAGE;
}

bool plan_is_ptx(const char *path) {
  size_t n = strlen(path);
  return n > 4 && strcmp(path + n - 4, ".ptx") == 0;
}

/* The whole file, ended by 0, in the arena; NULL and the error. */
static char *read_text(const char *path, tweed_arena *arena, tweed_error *error) {
  FILE *file = fopen(path, "rb");
  struct stat info;
  if (!file || fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)) {
    tweed_fail_at(error, TWEED_IO, path, 0, 0, "", "cannot read: %s", file ? "no file" : strerror(errno));
    if (file)
      fclose(file);
    return NULL;
  }
  size_t size = (size_t)info.st_size;
  char *text = tweed_arena_alloc(arena, size + 1);
  if (!text)
    tweed_no_memory(error);
  else if (fread(text, 1, size, file) != size) {
    tweed_fail_at(error, TWEED_IO, path, 0, 0, "", "cannot read");
    text = NULL;
  }
  fclose(file);
  return text;
}

int plan_of_ptx(const char *path, const char *line, uint64_t data_seed, const char *folder) {
  tweed_error error = {.status = TWEED_NO_MEMORY, .message = "out of memory"};
  tweed_arena *arena = tweed_arena_new();
  const char *text = arena ? read_text(path, arena, &error) : NULL;
  tweed_emu_module module;
  tweed_emu_launch *launch = NULL;
  tweed_status status = text ? emu_entries_read(text, arena, &module, &error) : error.status;
  if (status != TWEED_OK && text)
    snprintf(error.file, sizeof error.file, "%s", path);
  if (status == TWEED_OK)
    status = tweed_emu_launch_parse(&module, line, data_seed, &launch, &error);
  if (status == TWEED_OK)
    status = tweed_emu_launch_plan(launch, folder, &error);
  tweed_emu_launch_free(launch);
  tweed_arena_free(arena);
  return status == TWEED_OK ? EXIT_SOLVED : library_error(&error);
}
