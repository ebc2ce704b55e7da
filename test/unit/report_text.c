/* report_text.c: PROBLEM SCHEDULE FORMAT: writes the schedule in the format. Without arguments, a test of its own: the
 * formats take what the random generator makes. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tweed/report.h>

#include "report/words.h"

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

/* Every format takes every schedule, or says why not: the starts are no legal ones. */
static void write_all(const tweed_problem *p, const tweed_schedule *s, FILE *file) {
  const char *format, *description;
  for (size_t i = 0; (format = tweed_report_format(i, &description)); i++) {
    tweed_error error = {.message = ""};
    tweed_status status = tweed_report(p, s, format, file, &error);
    bool program = strcmp(format, "pseudo") == 0 || strcmp(format, "cuda") == 0;
    assert(*description);
    assert(status == TWEED_OK || (program && (status == TWEED_ILLEGAL || status == TWEED_BAD_INPUT)));
    assert(status == TWEED_OK || *error.message);
  }
}

/* Starts, roles, latencies and distances at the ends of what there may be. */
static const char extreme[] =
    "problem: p\n"
    "machine: {machine: m, units: {A: 1, B: 0}, memories: {s: 1000}, warps: {groups: 9, sizes: [1, 4]}, classes: {\n"
    "  a: {latency: 1000000000, uses: {A: [1, 0, 1]}, async: true, variable: true},\n"
    "  b: {latency: 0, uses: {B: 1000000}}, c: {latency: 1000000000, async: true}}}\n"
    "ops: [{name: x, class: a, regs: 0, bytes: {s: 1000000000}}, {name: y, class: b, amount: 1000000000},\n"
    "  {name: z, class: c, regs: 7}]\n"
    "deps: [{from: x, to: y, bytes: 8}, {from: y, to: z, kind: control}, {from: z, to: x, distance: 1000000000}]\n";

static void test_extremes(void) {
  static const int32_t iis[] = {1, 2, 1000, TWEED_MAX_NUMBER};
  static const int64_t starts[] = {0, 1, 999999999, 1LL << 59};
  tweed_problem *p;
  tweed_schedule *s;
  assert(tweed_problem_parse(extreme, strlen(extreme), "extreme", &p, NULL) == TWEED_OK);
  for (int i = 0; i < 4 * 4 * 4; i++) {
    FILE *file = tmpfile();
    assert(file && tweed_schedule_new(p, iis[i / 16], &s, NULL) == TWEED_OK);
    for (int32_t op = 0; op < 3; op++) {
      tweed_schedule_set_start(s, op, starts[(i + op * (i / 4)) % 4]);
      tweed_schedule_set_role(s, op, i % 4 == 0 ? 0 : op);
    }
    write_all(p, s, file);
    assert(tweed_schedule_set_joint(p, s, NULL) == TWEED_OK);
    write_all(p, s, file);
    assert(ftell(file) < 20000000);
    fclose(file);
    tweed_schedule_free(s);
  }
  tweed_problem_free(p);
}

static void test_words(void) {
  report_line line;
  char text[64];
  report_line_clear(&line);
  report_line_name(&line, "a\tb\x01\x7f\xc2\x85\xe2\x80\xa8", 20);
  assert(strcmp(line.text, "a?b????") == 0);
  report_line_clear(&line);
  report_line_name(&line, "\xff\xc3 \xe6\xbc\xa2\xe5\xad\x97", 20); /* not UTF-8, then UTF-8 */
  assert(strcmp(line.text, "\xef\xbf\xbd\xef\xbf\xbd \xe6\xbc\xa2\xe5\xad\x97") == 0);
  report_line_clear(&line);
  report_line_name(&line, "abcdef", 4);
  assert(strcmp(line.text, "abc\xe2\x80\xa6") == 0 && report_width(line.text) == 4);
  report_line_clear(&line);
  for (int i = 0; i < 2000; i++) /* never ends within a code point */
    report_line_add(&line, "x\xe6\xbc\xa2");
  assert(strlen(line.text) > 2000 && strlen(line.text) < sizeof line.text);
  for (const char *at = line.text; *at;)
    assert(report_code_point(&at) != 0xfffd);
  assert(strcmp(report_number(-1234567, text, sizeof text), "-1,234,567") == 0);
  assert(strcmp(report_number(123, text, sizeof text), "123") == 0);
  assert(strcmp(report_bytes(232448, text, sizeof text), "227 KB") == 0);
  assert(strcmp(report_bytes(100, text, sizeof text), "100 B") == 0);
}

int main(int argc, char **argv) {
  if (argc == 4)
    return show(argv[1], argv[2], argv[3]);
  test_words();
  test_extremes();
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
    write_all(p, s, file);
    assert(ftell(file) > 1000);
    fclose(file);
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  return 0;
}
