/* command.h: what the subcommands of `tweed` share. */
#ifndef TWEED_TOOLS_COMMAND_H
#define TWEED_TOOLS_COMMAND_H

#include <stdio.h>
#include <tweed/base.h>

enum exit_status { EXIT_SOLVED = 0, EXIT_NOT_SOLVED = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 3 };

/* A subcommand gets the arguments from its own name on, and returns the exit status. */
typedef int (*command_entry)(int argc, char **argv);

int command_solve(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_bounds(int argc, char **argv);
int command_machine(int argc, char **argv);
int command_kernel(int argc, char **argv);
int command_emulate(int argc, char **argv);
int command_random(int argc, char **argv);
int command_version(int argc, char **argv);

/* A wrong command line: the message and a hint on stderr; returns EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...) TWEED_PRINTF(2, 3);
/* A failure of the library on stderr; returns the exit status that belongs to it. */
int library_error(const tweed_error *error);
int status_exit(tweed_status status);
/* Help on stdout; returns EXIT_SOLVED. */
int print_help(const char *text);
/* getopt_long has just returned '?' or ':'. */
int bad_option(const char *command, int argc, char **argv, int result);

/* The argument of an option as a number. False, with a message on stderr, where it is none or out of range. */
bool parse_int(const char *command, const char *option, const char *text, int64_t low, int64_t high, int64_t *out);
bool parse_real(const char *command, const char *option, const char *text, double low, double high, double *out);

/* An answer on its way to a file or to stdout (path NULL or "-"). It is complete or it is not there: a file appears
 * under its name when it is whole, stdout gets nothing before output_commit. */
typedef struct output {
  const char *path;
  char *temporary; /* name of the file being written, NULL where there is none */
  char *text;      /* what stdout will get */
  size_t size;
  FILE *file;
} output;

/* Both print what is wrong on stderr and return an exit status, 0 for success. */
int output_begin(output *out, const char *path);
int output_commit(output *out);
/* Throws away what has been written. */
void output_abandon(output *out);

/* Schedules in the formats of --format. check_format: 0, or the exit status for a format that there is none of;
 * format_needs_starts: whether a format has nothing to show where there is no schedule. */
struct tweed_problem;
struct tweed_schedule;
int check_format(const char *command, const char *format);
bool format_needs_starts(const char *format);
void print_formats(FILE *file);
int write_formatted(const struct tweed_problem *p, const struct tweed_schedule *s, const char *format,
                    const char *path);

#endif
