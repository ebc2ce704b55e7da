/* report_text.c: PROBLEM SCHEDULE FORMAT: writes the schedule in the format. Without arguments, a test of its own: the
 * formats take what the random generator makes. */
#include <assert.h>
#include <stdio.h>
#include <tweed/report.h>

static int show(const char *problem, const char *schedule, const char *format) {
  tweed_problem *p;
  tweed_schedule *s;
  tweed_error error;
  char text[1024];
  int result = 0;
  if (tweed_problem_read(problem, &p, &error)) {
    fprintf(stderr, "%s\n", tweed_error_format(&error, text, sizeof text));
    return 2;
  }
  if (tweed_schedule_read(p, schedule, &s, &error) || tweed_report(p, s, format, stdout, &error)) {
    fprintf(stderr, "%s\n", tweed_error_format(&error, text, sizeof text));
    result = 2;
  }
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return result;
}

int main(int argc, char **argv) {
  if (argc == 4)
    return show(argv[1], argv[2], argv[3]);
  for (uint64_t seed = 0; seed < 50; seed++) {
    tweed_random_options options;
    tweed_random_options_default(&options);
    options.seed = seed;
    options.occupancy = 1 + (int32_t)(seed % 20);
    tweed_problem *p;
    tweed_schedule *s;
    FILE *file = tmpfile();
    assert(file && tweed_problem_random(&options, &p, NULL) == TWEED_OK);
    assert(tweed_schedule_new(p, 1 + (int32_t)(seed % 5), &s, NULL) == TWEED_OK);
    for (int32_t i = 0; i < tweed_problem_ops(p); i++)
      tweed_schedule_set_start(s, i, i * 37 % 100);
    assert(tweed_report(p, s, "text", file, NULL) == TWEED_OK);
    assert(tweed_report(p, s, "dot", file, NULL) == TWEED_OK);
    assert(ftell(file) > 1000);
    fclose(file);
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  return 0;
}
