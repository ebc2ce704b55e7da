/* verify.c: tweed verify PROBLEM SCHEDULE */
#include "command.h"

#include <getopt.h>
#include <string.h>
#include <tweed/model.h>

static const char help[] =
    "usage: tweed verify PROBLEM SCHEDULE.json\n\n"
    "Checks every rule of the problem: dependences, units in every row, issue slots, and what the\n"
    "schedule claims of itself. One of the two may be \"-\" for standard input.\n";

static int say_verified(const tweed_problem *p, const tweed_schedule *s) {
  output out;
  int status = output_begin(&out, NULL);
  if (status)
    return status;
  fprintf(out.file, "verified: %s, %d ops, %d dependences", tweed_problem_name(p), (int)tweed_problem_ops(p),
          (int)tweed_problem_deps(p));
  if (tweed_schedule_ii(s) > 0)
    fprintf(out.file, ", II %d, %d stage%s", (int)tweed_schedule_ii(s), (int)tweed_schedule_stages(s),
            tweed_schedule_stages(s) == 1 ? "" : "s");
  fprintf(out.file, ", length %lld\n", (long long)tweed_schedule_length(p, s));
  return output_commit(&out);
}

static int verify(const char *problem_path, const char *schedule_path) {
  tweed_problem *p;
  tweed_schedule *s;
  tweed_error error;
  if (tweed_problem_read(problem_path, &p, &error))
    return library_error(&error);
  if (tweed_schedule_read(p, schedule_path, &s, &error)) {
    tweed_problem_free(p);
    return library_error(&error);
  }
  tweed_status status = tweed_verify(p, s, &error);
  int result;
  if (status == TWEED_ILLEGAL) {
    char text[1024];
    fprintf(stderr, "tweed: not verified: %s\n", tweed_error_format(&error, text, sizeof text));
    result = EXIT_NOT_SOLVED;
  } else {
    result = status ? library_error(&error) : say_verified(p, s);
  }
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return result;
}

int command_verify(int argc, char **argv) {
  static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  int option = getopt_long(argc, argv, ":h", options, NULL);
  if (option == 'h')
    return print_help(help);
  if (option != -1)
    return bad_option("verify", argc, argv, option);
  if (argc - optind != 2)
    return usage_error("verify", "needs a problem and a schedule");
  if (strcmp(argv[optind], "-") == 0 && strcmp(argv[optind + 1], "-") == 0)
    return usage_error("verify", "only one of the two can be standard input");
  return verify(argv[optind], argv[optind + 1]);
}
