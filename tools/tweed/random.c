/* random.c: tweed random */
#include "command.h"

#include <getopt.h>
#include <tweed/model.h>

static const char help[] =
    "usage: tweed random [--ops N] [--mii N] [--circuit N] [--distance N] [--edges X] [--occupancy N] [--seed N] [-o "
    "FILE]\n\n"
    "Writes a random problem whose smallest initiation interval is known.\n\n"
    "  --ops N        number of ops\n"
    "  --mii N        the MII that is planted; a schedule at this II exists\n"
    "  --circuit N    ops on the planted recurrence; 0: the units are the bound, not a recurrence\n"
    "  --distance N   distance of the planted recurrence\n"
    "  --edges X      dependences per op\n"
    "  --occupancy N  longest that an op holds a unit, in cycles\n"
    "  --seed N       another problem for another number\n"
    "  -o FILE        write there instead of to stdout\n";

static int write_random(const tweed_random_options *wanted, const char *to) {
  tweed_problem *p;
  tweed_error error;
  if (tweed_problem_random(wanted, &p, &error))
    return library_error(&error);
  output out;
  int status = output_begin(&out, to);
  if (!status && tweed_problem_write(p, out.file, &error)) {
    output_abandon(&out);
    status = library_error(&error);
  } else if (!status) {
    status = output_commit(&out);
  }
  tweed_problem_free(p);
  return status;
}

static bool parse_int32(const char *option, int64_t low, int64_t high, int32_t *out) {
  int64_t value;
  if (!parse_int("random", option, optarg, low, high, &value))
    return false;
  *out = (int32_t)value;
  return true;
}

int command_random(int argc, char **argv) {
  static const struct option options[] = {{"ops", required_argument, NULL, 'n'},
                                          {"mii", required_argument, NULL, 'm'},
                                          {"circuit", required_argument, NULL, 'c'},
                                          {"distance", required_argument, NULL, 'd'},
                                          {"edges", required_argument, NULL, 'e'},
                                          {"occupancy", required_argument, NULL, 'u'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  tweed_random_options wanted;
  tweed_random_options_default(&wanted);
  const char *to = NULL;
  int64_t seed;
  for (int option; (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1;) {
    bool good = true;
    if (option == 'h')
      return print_help(help);
    if (option == 'o')
      to = optarg;
    else if (option == 'n')
      good = parse_int32("--ops", 1, 10000000, &wanted.ops);
    else if (option == 'm')
      good = parse_int32("--mii", 1, 1000000, &wanted.mii);
    else if (option == 'c')
      good = parse_int32("--circuit", 0, 10000000, &wanted.circuit);
    else if (option == 'd')
      good = parse_int32("--distance", 1, 1000, &wanted.distance);
    else if (option == 'u')
      good = parse_int32("--occupancy", 1, 1000, &wanted.occupancy);
    else if (option == 'e')
      good = parse_real("random", "--edges", optarg, 0, 100, &wanted.edges);
    else if (option == 's' && (good = parse_int("random", "--seed", optarg, 0, INT64_MAX, &seed)))
      wanted.seed = (uint64_t)seed;
    else if (option != 's')
      return bad_option("random", argc, argv, option);
    if (!good)
      return EXIT_USAGE;
  }
  return optind < argc ? usage_error("random", "takes no file") : write_random(&wanted, to);
}
