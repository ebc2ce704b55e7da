/* kernel.c: tweed kernel [NAME] */
#include "command.h"

#include <getopt.h>
#include <string.h>
#include <tweed/model.h>

static const char help[] = "usage: tweed kernel [NAME]\n\n"
                           "Lists the shipped kernels, or prints the problem of one.\n"
                           "  tweed kernel fmha-fwd-hopper | tweed solve --joint -\n";

/* The first line of a kernel's file is a comment that says what it is. */
static int list_kernels(void) {
  output out;
  int status = output_begin(&out, NULL);
  if (status)
    return status;
  const char *name, *text;
  for (size_t i = 0; (name = tweed_kernel_name(i, &text)); i++) {
    size_t line = strcspn(text, "\n");
    fprintf(out.file, "%-22s%.*s\n", name, line > 1 ? (int)line - 1 : 0, text + (line > 1));
  }
  return output_commit(&out);
}

static int print_kernel(const char *wanted) {
  const char *name, *text;
  for (size_t i = 0; (name = tweed_kernel_name(i, &text)); i++)
    if (strcmp(name, wanted) == 0)
      return print_help(text);
  tweed_problem *p;
  tweed_error error;
  return tweed_kernel(wanted, &p, &error) ? library_error(&error) : EXIT_INTERNAL;
}

int command_kernel(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option = getopt_long(argc, argv, ":h", options, NULL);
  if (option == 'h')
    return print_help(help);
  if (option != -1)
    return bad_option("kernel", argc, argv, option);
  if (argc - optind > 1)
    return usage_error("kernel", "takes one name");
  return optind < argc ? print_kernel(argv[optind]) : list_kernels();
}
