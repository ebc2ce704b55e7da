/* report.c: the table of formats. */
#include "report/formats.h"

#include <string.h>

static const struct {
  const char *name, *description;
  tweed_status (*write)(const tweed_problem *, const tweed_schedule *, FILE *, tweed_error *);
} formats[] = {
    {"text", "the table of a round, roles, rings, memory", tweed_report_text},
    {"dot", "the graph, for Graphviz", tweed_report_dot},
    {"svg", "pictures: timeline, one round, rings", tweed_report_svg},
    {"html", "the pictures on a page, with roles, channels, memories", tweed_report_html},
    {"pseudo", "what each role does, as pseudocode", tweed_report_pseudo},
    {"cuda", "a skeleton of the kernel in CUDA C++ (joint schedules)", tweed_report_cuda},
};
enum { FORMATS = sizeof formats / sizeof *formats };

const char *tweed_report_format(size_t i, const char **description) {
  if (i >= FORMATS)
    return NULL;
  if (description)
    *description = formats[i].description;
  return formats[i].name;
}

tweed_status report_check_placed(const tweed_problem *p, const tweed_schedule *s, const char *format,
                                 tweed_error *error) {
  if (s->answer != TWEED_ANSWER_OPTIMAL && s->answer != TWEED_ANSWER_FEASIBLE)
    return tweed_fail(error, TWEED_BAD_INPUT, "there is nothing to write as %s: the problem is %s", format,
                      tweed_answer_name(s->answer));
  return tweed_verify(p, s, error);
}

/* No picture has a place for what starts before time 0. */
static tweed_status check_starts(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t i = 0; i < p->nops; i++)
    if (s->start[i] < 0)
      return tweed_fail(error, TWEED_BAD_INPUT, "op \"%s\" starts at %lld, before 0", p->ops[i].name,
                        (long long)s->start[i]);
  return TWEED_OK;
}

tweed_status tweed_report(const tweed_problem *p, const tweed_schedule *s, const char *format, FILE *file,
                          tweed_error *error) {
  tweed_status status = check_starts(p, s, error);
  if (status)
    return status;
  for (size_t i = 0; i < FORMATS; i++)
    if (strcmp(format, formats[i].name) == 0)
      return formats[i].write(p, s, file, error);
  char list[160] = "";
  for (size_t i = 0, used = 0; i < FORMATS; i++)
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", formats[i].name);
  return tweed_fail(error, TWEED_BAD_INPUT, "there is no format \"%s\"; there are %s", format, list);
}
