/* machine.c: tweed machine [NAME] */
#include "command.h"

#include <getopt.h>
#include <string.h>
#include <tweed/model.h>

static const char help[] = "usage: tweed machine [NAME]\n\n"
                           "Lists the names of the shipped machines, or prints the file of one.\n";

static int list_machines(void) {
  output out;
  int status = output_begin(&out, NULL);
  if (status)
    return status;
  const char *name;
  for (size_t i = 0; (name = tweed_machine_shipped_name(i, NULL)); i++)
    fprintf(out.file, "%s\n", name);
  return output_commit(&out);
}

static int print_machine(const char *wanted) {
  const char *name, *text;
  for (size_t i = 0; (name = tweed_machine_shipped_name(i, &text)); i++)
    if (strcmp(name, wanted) == 0)
      return print_help(text);
  tweed_machine *m;
  tweed_error error;
  return tweed_machine_shipped(wanted, &m, &error) ? library_error(&error) : EXIT_INTERNAL;
}

int command_machine(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option = getopt_long(argc, argv, ":h", options, NULL);
  if (option == 'h')
    return print_help(help);
  if (option != -1)
    return bad_option("machine", argc, argv, option);
  if (argc - optind > 1)
    return usage_error("machine", "takes one name");
  return optind < argc ? print_machine(argv[optind]) : list_machines();
}
