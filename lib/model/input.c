/* input.c: whole files into memory, gzipped or not. */
#define _POSIX_C_SOURCE 200809L
#include "model/node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* After decompression: a small gzip file can hold a very large one. */
enum { MAX_FILE = 1 << 27, CHUNK = 1 << 16 };

const char *tweed_input_name(const char *path) {
  return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

static tweed_status fail(tweed_error *error, tweed_status status, const char *path, const char *why) {
  return tweed_fail_at(error, status, tweed_input_name(path), 0, 0, "", "%s", why);
}

static tweed_status open_file(const char *path, bool only_regular, int *out, tweed_error *error) {
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | (only_regular ? O_NONBLOCK : 0));
  if (fd < 0)
    return fail(error, TWEED_BAD_INPUT, path, strerror(errno));
  struct stat info;
  if (fstat(fd, &info) == 0 && (S_ISDIR(info.st_mode) || (only_regular && !S_ISREG(info.st_mode)))) {
    close(fd);
    return fail(error, TWEED_BAD_INPUT, path, "is not a file");
  }
  *out = fd;
  return TWEED_OK;
}

/* zlib's message, without the descriptor's number in front of it. */
static const char *zlib_message(gzFile file, int *code) {
  const char *text = gzerror(file, code), *behind = strstr(text, ">: ");
  return behind ? behind + 3 : text;
}

/* Reads all of it. zlib passes through what is not compressed. */
static tweed_status read_all(gzFile file, const char *path, char **text, size_t *size, tweed_error *error) {
  size_t capacity = CHUNK, used = 0;
  char *buffer = malloc(capacity);
  tweed_status status = buffer ? TWEED_OK : tweed_no_memory(error);
  while (!status) {
    int n = gzread(file, buffer + used, (unsigned)(capacity - used - 1));
    int code = Z_OK;
    if (n < 0) {
      const char *why = zlib_message(file, &code);
      status = code == Z_MEM_ERROR ? tweed_no_memory(error)
               : code == Z_ERRNO   ? fail(error, TWEED_IO, path, strerror(errno))
                                   : fail(error, TWEED_BAD_INPUT, path, why);
      break;
    }
    if (n == 0)
      break;
    used += (size_t)n;
    if (used > MAX_FILE)
      status = fail(error, TWEED_BAD_INPUT, path, "is larger than 128 MiB");
    if (!status && capacity - used < CHUNK) {
      char *bigger = realloc(buffer, capacity * 2);
      status = bigger ? TWEED_OK : tweed_no_memory(error);
      buffer = bigger ? bigger : buffer;
      capacity *= 2;
    }
  }
  if (status) {
    free(buffer);
    return status;
  }
  buffer[used] = 0;
  *text = buffer;
  *size = used;
  return TWEED_OK;
}

tweed_status tweed_input_read(const char *path, bool only_regular, char **text, size_t *size, tweed_error *error) {
  int fd = -1;
  tweed_status status = open_file(path, only_regular, &fd, error);
  if (status)
    return status;
  gzFile file = gzdopen(fd, "rb");
  if (!file) {
    close(fd);
    return tweed_no_memory(error);
  }
  status = read_all(file, path, text, size, error);
  int code = gzclose(file);
  if (!status && code == Z_BUF_ERROR) {
    free(*text);
    status = fail(error, TWEED_BAD_INPUT, path, "the compressed file ends too early");
  }
  return status;
}
