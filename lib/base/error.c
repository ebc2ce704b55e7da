/* error.c: status names, and filling and printing a tweed_error. */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

const char *tweed_status_name(tweed_status status) {
  switch (status) {
  case TWEED_OK:
    return "ok";
  case TWEED_INFEASIBLE:
    return "infeasible";
  case TWEED_UNKNOWN:
    return "unknown";
  case TWEED_ILLEGAL:
    return "illegal";
  case TWEED_BAD_INPUT:
    return "bad input";
  case TWEED_NO_MEMORY:
    return "out of memory";
  case TWEED_IO:
    return "i/o error";
  case TWEED_INTERNAL:
    return "internal error";
  }
  return "unknown status";
}

/* Messages quote what files contain: keep control characters off the terminal, and cut no UTF-8 sequence in half. */
static void clean(char *text, size_t size) {
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
      text[i] = '?';
  if (length + 1 < size)
    return;
  while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
    length--;
  if (length > 0 && (unsigned char)text[length - 1] >= 0xc0)
    text[length - 1] = 0;
}

static void copy_clean(char *to, size_t size, const char *from) {
  snprintf(to, size, "%s", from ? from : "");
  clean(to, size);
}

static void fill(tweed_error *error, tweed_status status, const char *format, va_list arguments) {
  error->status = status;
  if (vsnprintf(error->message, sizeof error->message, format, arguments) < 0)
    snprintf(error->message, sizeof error->message, "%s", tweed_status_name(status));
  clean(error->message, sizeof error->message);
}

tweed_status tweed_fail(tweed_error *error, tweed_status status, const char *format, ...) {
  if (error) {
    memset(error, 0, sizeof *error);
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, format, arguments);
    va_end(arguments);
  }
  return status;
}

tweed_status tweed_fail_at(tweed_error *error, tweed_status status, const char *file, int line, int column,
                           const char *key, const char *format, ...) {
  if (error) {
    memset(error, 0, sizeof *error);
    copy_clean(error->file, sizeof error->file, file);
    copy_clean(error->key, sizeof error->key, key);
    error->line = line;
    error->column = column;
    va_list arguments;
    va_start(arguments, format);
    fill(error, status, format, arguments);
    va_end(arguments);
  }
  return status;
}

tweed_status tweed_no_memory(tweed_error *error) {
  return tweed_fail(error, TWEED_NO_MEMORY, "out of memory");
}

/* Appends to a buffer of `size` bytes that holds `used`; returns the new length, at most size - 1. */
static size_t append(char *buffer, size_t size, size_t used, const char *format, ...) TWEED_PRINTF(4, 5);

static size_t append(char *buffer, size_t size, size_t used, const char *format, ...) {
  if (used + 1 >= size)
    return used;
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(buffer + used, size - used, format, arguments);
  va_end(arguments);
  if (n < 0)
    return used;
  return (size_t)n < size - used ? used + (size_t)n : size - 1;
}

char *tweed_error_format(const tweed_error *error, char *buffer, size_t size) {
  if (size == 0)
    return buffer;
  buffer[0] = 0;
  size_t used = 0;
  if (error->file[0]) {
    used = append(buffer, size, used, "%s:", error->file);
    if (error->line > 0)
      used = append(buffer, size, used, "%d:", error->line);
    if (error->line > 0 && error->column > 0)
      used = append(buffer, size, used, "%d:", error->column);
    used = append(buffer, size, used, " ");
  }
  if (error->key[0])
    used = append(buffer, size, used, "%s: ", error->key);
  append(buffer, size, used, "%s", error->message[0] ? error->message : tweed_status_name(error->status));
  return buffer;
}

const char *tweed_version(void) {
  return TWEED_VERSION;
}
