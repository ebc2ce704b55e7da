/* report_text.c: PROBLEM SCHEDULE FORMAT: writes the schedule in the format. PROBLEM: writes the problem as JSON, as
 * the Python programs of test/report read it. Without arguments, a test of its own: the formats take what the random
 * generator makes. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tweed/report.h>

#include "model/model.h"
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

static void put_class(const tweed_machine *m, int32_t i) {
  const tweed_class *class = &m->classes[i];
  printf("%s\"%s\": {\"latency\": %d, \"async\": %s, \"variable\": %s, \"uses\": {", i ? ", " : "", class->name,
         (int)class->latency, class->async ? "true" : "false", class->variable ? "true" : "false");
  for (int32_t u = 0, first = 1; u < class->nuses; u++)
    if (class->uses[u].unit != m->issue_unit) {
      printf("%s\"%s\": %d", first ? "" : ", ", m->units[class->uses[u].unit].name, (int)class->uses[u].cycles);
      first = 0;
    }
  printf("}}");
}

static void put_op(const tweed_problem *p, int32_t i) {
  printf("%s\n{\"name\": \"%s\", \"class\": \"%s\", \"regs\": %d, \"bytes\": {", i ? "," : "", p->ops[i].name,
         tweed_class_of(p, i)->name, (int)p->ops[i].regs);
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[i].bytes; m++)
    printf("%s\"%s\": %lld", m ? ", " : "", p->machine->memories[m].name, (long long)p->ops[i].bytes[m]);
  printf("}}");
}

/* Names that need no escaping only. */
static int show_problem(const char *problem) {
  static const char *const kinds[] = {"flow", "anti", "output", "memory", "control", "async"};
  tweed_problem *p;
  tweed_error error;
  char text[1024];
  if (tweed_problem_read(problem, &p, &error)) {
    fprintf(stderr, "%s\n", tweed_error_format(&error, text, sizeof text));
    return 2;
  }
  printf("{\"problem\": \"%s\", \"machine\": {\"classes\": {", p->name);
  for (int32_t i = 0; i < p->machine->nclasses; i++)
    put_class(p->machine, i);
  printf("}},\n\"ops\": [");
  for (int32_t i = 0; i < p->nops; i++)
    put_op(p, i);
  printf("],\n\"deps\": [");
  for (int32_t d = 0; d < p->ndeps; d++)
    printf("%s\n{\"from\": \"%s\", \"to\": \"%s\", \"latency\": %d, \"distance\": %d, \"kind\": \"%s\"}", d ? "," : "",
           p->ops[p->deps[d].from].name, p->ops[p->deps[d].to].name, (int)p->deps[d].latency, (int)p->deps[d].distance,
           kinds[p->deps[d].kind]);
  printf("]}\n");
  tweed_problem_free(p);
  return 0;
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
  if (argc == 2)
    return show_problem(argv[1]);
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
