/* verify.c: tweed verify PROBLEM SCHEDULE */
#include "command.h"

#include <getopt.h>
#include <string.h>
#include <tweed/model.h>

static const char help[] =
    "usage: tweed verify [OPTIONS] PROBLEM SCHEDULE.json\n\n"
    "Checks every rule of the problem: dependences, units in every row, issue slots, the rules of\n"
    "warp groups where the schedule has them, and what the schedule claims of itself.\n"
    "One of the two may be \"-\" for standard input.\n\n"
    "  --format FORMAT  write the schedule, instead of a line that says that it is right;\n"
    "                   a wrong one, too, where the format can show it\n"
    "  -o FILE          write there instead of to stdout\n\n"
    "Formats:\n";

typedef struct request {
  const char *problem, *schedule, *format, *to;
} request;

static int say_verified(const request *r, const tweed_problem *p, const tweed_schedule *s) {
  output out;
  int status = output_begin(&out, r->to);
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

static int say_wrong(const request *r, const tweed_problem *p, const tweed_schedule *s, const tweed_error *error) {
  char text[1024];
  fprintf(stderr, "tweed: not verified: %s\n", tweed_error_format(error, text, sizeof text));
  int status = r->format && !format_needs_starts(r->format) ? write_formatted(p, s, r->format, r->to) : EXIT_SOLVED;
  return status ? status : EXIT_NOT_SOLVED;
}

static int verify(const request *r) {
  tweed_problem *p;
  tweed_schedule *s;
  tweed_error error;
  if (tweed_problem_read(r->problem, &p, &error))
    return library_error(&error);
  if (tweed_schedule_read(p, r->schedule, &s, &error)) {
    tweed_problem_free(p);
    return library_error(&error);
  }
  tweed_status status = tweed_verify(p, s, &error);
  int result;
  if (status == TWEED_ILLEGAL)
    result = say_wrong(r, p, s, &error);
  else if (status)
    result = library_error(&error);
  else
    result = r->format ? write_formatted(p, s, r->format, r->to) : say_verified(r, p, s);
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return result;
}

static int print_verify_help(void) {
  output out;
  int status = output_begin(&out, NULL);
  if (status)
    return status;
  fputs(help, out.file);
  print_formats(out.file);
  return output_commit(&out);
}

int command_verify(int argc, char **argv) {
  static const struct option options[] = {
      {"format", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  request r = {.format = NULL};
  for (int option; (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1;) {
    if (option == 'h')
      return print_verify_help();
    if (option == 'o') {
      r.to = optarg;
      continue;
    }
    if (option != 'f')
      return bad_option("verify", argc, argv, option);
    r.format = optarg;
    int status = check_format("verify", optarg);
    if (status)
      return status;
  }
  if (argc - optind != 2)
    return usage_error("verify", "needs a problem and a schedule");
  if (strcmp(argv[optind], "-") == 0 && strcmp(argv[optind + 1], "-") == 0)
    return usage_error("verify", "only one of the two can be standard input");
  r.problem = argv[optind];
  r.schedule = argv[optind + 1];
  return verify(&r);
}
