/* version.c: tweed version */
#include "command.h"

int command_version(int argc, char **argv) {
  if (argc > 1 && argv[1][0] != '-')
    return usage_error("version", "takes no arguments");
  return print_help("tweed " TWEED_VERSION "\n");
}
