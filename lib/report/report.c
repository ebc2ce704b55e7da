/* report.c: the table of formats. */
#include "report/formats.h"

#include <string.h>

tweed_status tweed_report(const tweed_problem *p, const tweed_schedule *s, const char *format, FILE *file,
                          tweed_error *error) {
  static const struct {
    const char *name;
    tweed_status (*write)(const tweed_problem *, const tweed_schedule *, FILE *, tweed_error *);
  } formats[] = {{"text", tweed_report_text}, {"dot", tweed_report_dot}};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(format, formats[i].name) == 0)
      return formats[i].write(p, s, file, error);
  return tweed_fail(error, TWEED_BAD_INPUT, "there is no format \"%s\"; there are text and dot", format);
}
