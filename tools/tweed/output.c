/* output.c: answers that are written as a whole or not at all. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *what, const char *path) {
  fprintf(stderr, "tweed: %s: %s: %s\n", path, what, strerror(errno));
  return EXIT_USAGE;
}

/* Devices and pipes are written to directly: renaming a file over them would replace them. */
static int open_special(output *out) {
  out->file = fopen(out->path, "w");
  return out->file ? EXIT_SOLVED : failed("cannot write", out->path);
}

static int open_temporary(output *out) {
  size_t size = strlen(out->path) + sizeof ".XXXXXX";
  out->temporary = malloc(size);
  if (!out->temporary) {
    fputs("tweed: out of memory\n", stderr);
    return EXIT_INTERNAL;
  }
  snprintf(out->temporary, size, "%s.XXXXXX", out->path);
  int fd = mkstemp(out->temporary);
  if (fd < 0) {
    free(out->temporary);
    out->temporary = NULL;
    return failed("cannot write", out->path);
  }
  mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  out->file = fdopen(fd, "w");
  if (out->file)
    return EXIT_SOLVED;
  close(fd);
  int status = failed("cannot write", out->path);
  output_abandon(out);
  return status;
}

int output_begin(output *out, const char *path) {
  *out = (output){.path = path};
  if (!path || strcmp(path, "-") == 0) {
    out->path = "<stdout>";
    out->file = open_memstream(&out->text, &out->size);
    if (out->file)
      return EXIT_SOLVED;
    fputs("tweed: out of memory\n", stderr);
    return EXIT_INTERNAL;
  }
  struct stat info;
  return stat(path, &info) == 0 && !S_ISREG(info.st_mode) ? open_special(out) : open_temporary(out);
}

void output_abandon(output *out) {
  if (out->file)
    fclose(out->file);
  if (out->temporary)
    unlink(out->temporary);
  free(out->temporary);
  free(out->text);
  *out = (output){.path = NULL};
}

int output_commit(output *out) {
  bool bad = ferror(out->file) != 0;
  bad = fclose(out->file) != 0 || bad;
  out->file = NULL;
  if (!bad && out->text)
    bad = fwrite(out->text, 1, out->size, stdout) != out->size || fflush(stdout) != 0;
  if (!bad && out->temporary) {
    bad = rename(out->temporary, out->path) != 0;
    if (!bad) {
      free(out->temporary);
      out->temporary = NULL;
    }
  }
  int status = bad ? failed("cannot write", out->path) : EXIT_SOLVED;
  output_abandon(out);
  return status;
}
