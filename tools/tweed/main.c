/* main.c: the command `tweed`: finds the subcommand and runs it. */
#include "command.h"

#include <string.h>

static const struct command {
  const char *name, *summary;
  command_entry entry;
} commands[] = {
    {"solve", "find a schedule", command_solve},
    {"verify", "check a schedule against its problem", command_verify},
    {"bounds", "lower bounds on the initiation interval", command_bounds},
    {"machine", "list the shipped machines, or print one", command_machine},
    {"kernel", "list the shipped kernels, or print one", command_kernel},
    {"emulate", "run a GPU kernel on the CPU and report races, deadlocks and misuse", command_emulate},
    {"random", "make a random problem with a known MII", command_random},
    {"version", "print the version", command_version},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *file) {
  fputs("usage: tweed COMMAND [OPTIONS]\n\n", file);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(file, "  %-9s %s\n", commands[i].name, commands[i].summary);
  fputs("  help      say more about a command\n\n"
        "Exit status: 0 solved or verified, 1 infeasible, unknown or not verified, 2 bad input or usage, 3 internal "
        "error.\n",
        file);
}

static const struct command *find(const char *name) {
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static int help(const char *name) {
  if (!name) {
    print_usage(stdout);
    return fflush(stdout) ? EXIT_USAGE : EXIT_SOLVED;
  }
  const struct command *command = find(name);
  if (!command)
    return usage_error("", "there is no command \"%s\"", name);
  char option[] = "--help", *arguments[] = {(char *)name, option, NULL};
  return command->entry(2, arguments);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    print_usage(stderr);
    return EXIT_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    return help(argc > 2 ? argv[2] : NULL);
  if (strcmp(name, "--version") == 0)
    return command_version(1, argv + 1);
  const struct command *command = find(name);
  if (!command)
    return usage_error("", "there is no command \"%s\"", name);
  return command->entry(argc - 1, argv + 1);
}
