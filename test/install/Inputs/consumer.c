/* The shortest useful program with libtweed: read a problem, solve it, say what came out. */
#include <stdio.h>
#include <string.h>
#include <tweed/solve.h>

static const char text[] = "problem: dot\n"
                           "machine:\n"
                           "  machine: toy\n"
                           "  units: {ALU: 1}\n"
                           "  classes:\n"
                           "    load: {latency: 3, uses: {ALU: [1]}}\n"
                           "    fma: {latency: 4, uses: {ALU: [1]}}\n"
                           "ops:\n"
                           "  - {name: x, class: load}\n"
                           "  - {name: s, class: fma}\n"
                           "deps:\n"
                           "  - {from: x, to: s}\n"
                           "  - {from: s, to: s, distance: 1}\n";

int main(void) {
  tweed_error error;
  tweed_problem *problem = NULL;
  tweed_schedule *schedule = NULL;
  char message[1024];
  if (tweed_problem_parse(text, strlen(text), "dot", &problem, &error) != TWEED_OK ||
      tweed_solve(problem, NULL, &schedule, &error) != TWEED_OK) {
    fprintf(stderr, "%s\n", tweed_error_format(&error, message, sizeof message));
    return 1;
  }
  printf("Tweed %s: II %d\n", tweed_version(), tweed_schedule_ii(schedule));
  tweed_schedule_free(schedule);
  tweed_problem_free(problem);
  return 0;
}
