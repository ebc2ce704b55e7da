/* bounds.c: tweed bounds FILE */
#include "command.h"

#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/solve.h>

static const char help[] =
    "usage: tweed bounds [--format text|json] [-o FILE] PROBLEM\n\n"
    "Lower bounds on the initiation interval: ResMII with the unit, RecMII with the circuit that gives\n"
    "it, and MII, the larger of the two. PROBLEM may be \"-\" for standard input.\n";

static int write_text(FILE *file, const tweed_problem *p, const tweed_bounds *b) {
  fprintf(file, "%s: %d ops, %d dependences\n", tweed_problem_name(p), (int)tweed_problem_ops(p),
          (int)tweed_problem_deps(p));
  fprintf(file, "ResMII %d%s%s\n", (int)b->res_mii, *b->unit ? "  unit " : "", b->unit);
  fprintf(file, "RecMII %d%s%s\n", (int)b->rec_mii, *b->circuit ? "  circuit " : "", b->circuit);
  fprintf(file, "MII    %d\n", (int)b->mii);
  return EXIT_SOLVED;
}

static int write_json(FILE *file, const tweed_problem *p, const tweed_bounds *b) {
  json_t *root =
      json_pack("{s:s, s:i, s:i, s:i, s:s, s:s}", "problem", tweed_problem_name(p), "res_mii", (int)b->res_mii,
                "rec_mii", (int)b->rec_mii, "mii", (int)b->mii, "unit", b->unit, "circuit", b->circuit);
  char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
  json_decref(root);
  if (!text) {
    fputs("tweed: out of memory\n", stderr);
    return EXIT_INTERNAL;
  }
  fprintf(file, "%s\n", text);
  free(text);
  return EXIT_SOLVED;
}

static int bounds(const char *path, bool json, const char *to) {
  tweed_problem *p;
  tweed_bounds found;
  tweed_error error;
  if (tweed_problem_read(path, &p, &error))
    return library_error(&error);
  output out;
  int status = tweed_bounds_of(p, &found, &error) ? library_error(&error) : output_begin(&out, to);
  if (!status) {
    status = json ? write_json(out.file, p, &found) : write_text(out.file, p, &found);
    if (status)
      output_abandon(&out);
    else
      status = output_commit(&out);
  }
  tweed_problem_free(p);
  return status;
}

int command_bounds(int argc, char **argv) {
  static const struct option options[] = {
      {"format", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  const char *to = NULL;
  bool json = false;
  for (int option; (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1;) {
    if (option == 'h')
      return print_help(help);
    if (option == 'o')
      to = optarg;
    else if (option == 'f' && (strcmp(optarg, "text") == 0 || strcmp(optarg, "json") == 0))
      json = optarg[0] == 'j';
    else if (option == 'f')
      return usage_error("bounds", "--format \"%s\" is neither text nor json", optarg);
    else
      return bad_option("bounds", argc, argv, option);
  }
  if (argc - optind != 1)
    return usage_error("bounds", "needs one problem");
  return bounds(argv[optind], json, to);
}
