/* messages.c: errors for people, and numbers on the command line. */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int usage_error(const char *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "tweed%s%s: ", *command ? " " : "", command);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\nTry \"tweed help%s%s\".\n", *command ? " " : "", command);
  return EXIT_USAGE;
}

int status_exit(tweed_status status) {
  switch (status) {
  case TWEED_OK:
    return EXIT_SOLVED;
  case TWEED_INFEASIBLE:
  case TWEED_UNKNOWN:
  case TWEED_ILLEGAL:
    return EXIT_NOT_SOLVED;
  case TWEED_BAD_INPUT:
  case TWEED_IO:
    return EXIT_USAGE;
  case TWEED_NO_MEMORY:
  case TWEED_INTERNAL:
    break;
  }
  return EXIT_INTERNAL;
}

int library_error(const tweed_error *error) {
  char text[1024];
  fprintf(stderr, "tweed: %s\n", tweed_error_format(error, text, sizeof text));
  return status_exit(error->status);
}

int print_help(const char *text) {
  if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
    fprintf(stderr, "tweed: cannot write: %s\n", strerror(errno));
    return EXIT_USAGE;
  }
  return EXIT_SOLVED;
}

int bad_option(const char *command, int argc, char **argv, int result) {
  const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
  if (result == ':')
    return usage_error(command, "%s needs an argument", word);
  if (optopt && optopt < 128 && strncmp(word, "--", 2) != 0)
    return usage_error(command, "there is no option -%c", optopt);
  return usage_error(command, "there is no option %s, or it takes no argument", word);
}

bool parse_int(const char *command, const char *option, const char *text, int64_t low, int64_t high, int64_t *out) {
  char *end;
  errno = 0;
  bool digits = strspn(text, "-0123456789") == strlen(text);
  long long value = digits ? strtoll(text, &end, 10) : 0;
  if (!digits || !*text || *end || errno || value < low || value > high) {
    usage_error(command, "%s \"%s\" is not a whole number from %lld to %lld", option, text, (long long)low,
                (long long)high);
    return false;
  }
  *out = value;
  return true;
}

/* The program never leaves the C locale, so that strtod is safe. */
bool parse_real(const char *command, const char *option, const char *text, double low, double high, double *out) {
  char *end = NULL;
  bool plain = *text && strspn(text, "-+.0123456789eE") == strlen(text);
  double value = plain ? strtod(text, &end) : 0;
  if (!plain || *end || !(value >= low && value <= high)) {
    usage_error(command, "%s \"%s\" is not a number from %g to %g", option, text, low, high);
    return false;
  }
  *out = value;
  return true;
}
