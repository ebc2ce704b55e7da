/* print.c: printf of kernels: vprintf with arguments packed one behind the other, each aligned to its size. */
#define _GNU_SOURCE
#include "emu/device.h"
#include "emu/emu.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct printer {
  char text[1024];
  size_t used;
  const unsigned char *arguments;
  size_t at;
} printer;

static uint64_t take(printer *p, size_t size) {
  uint64_t bits = 0;
  p->at = (p->at + size - 1) / size * size;
  memcpy(&bits, p->arguments + p->at, size);
  p->at += size;
  return bits;
}

static void add(printer *p, const char *text, size_t length) {
  if (length > sizeof p->text - 1 - p->used)
    length = sizeof p->text - 1 - p->used;
  memcpy(p->text + p->used, text, length);
  p->used += length;
}

/* One conversion: flags, width and precision as they stand, without the size, which is known otherwise. */
static void convert(printer *p, const char *flags, int flag_count, bool is_long, char letter) {
  char format[32], out[512];
  int n = 0;
  double real;
  uint64_t bits = strchr("eEfFgGaAps", letter) || is_long ? take(p, 8) : take(p, 4);
  if (strchr("eEfFgGaA", letter)) {
    memcpy(&real, &bits, sizeof real);
    snprintf(format, sizeof format, "%%%.*s%c", flag_count, flags, letter);
    n = snprintf(out, sizeof out, format, real);
  } else if (letter == 's') {
    snprintf(format, sizeof format, "%%%.*ss", flag_count, flags);
    n = snprintf(out, sizeof out, format, (const char *)(uintptr_t)bits);
  } else if (letter == 'c') {
    n = snprintf(out, sizeof out, "%c", (int)bits);
  } else if (letter == 'p') {
    n = snprintf(out, sizeof out, "%p", (void *)(uintptr_t)bits);
  } else {
    snprintf(format, sizeof format, "%%%.*sll%c", flag_count, flags, letter);
    bool is_signed = letter == 'd' || letter == 'i';
    long long whole = is_long || !is_signed ? (long long)bits : (int32_t)bits;
    n = snprintf(out, sizeof out, format, whole);
  }
  if (n > 0)
    add(p, out, (size_t)n < sizeof out ? (size_t)n : sizeof out - 1);
}

static void print(printer *p, const char *format) {
  while (*format) {
    size_t plain = strcspn(format, "%");
    add(p, format, plain);
    format += plain;
    if (*format != '%')
      return;
    const char *flags = ++format;
    format += strspn(format, "-+ #0123456789.");
    int flag_count = (int)(format - flags);
    size_t sizes = strspn(format, "hlzjt");
    bool is_long = sizes > 0 && *format != 'h';
    format += sizes;
    if (*format == '%')
      add(p, "%", 1);
    else if (*format && flag_count < 20)
      convert(p, flags, flag_count, is_long, *format);
    format += *format != 0;
  }
}

/* Straight to the file: standard output's lock would look like order between threads. */
uint32_t tweed_emu_vprintf(const tweed_emu_place *place, const char *format, const void *arguments) {
  emu_turn(emu_self(), place);
  printer p = {.arguments = arguments};
  print(&p, format);
  syscall(SYS_write, STDOUT_FILENO, p.text, p.used);
  return (uint32_t)p.used;
}
