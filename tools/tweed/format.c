/* format.c: schedules in the formats that --format names. */
#include "command.h"

#include <string.h>
#include <tweed/report.h>

int check_format(const char *command, const char *format) {
  char list[160] = "json";
  const char *name;
  if (strcmp(format, "json") == 0)
    return EXIT_SOLVED;
  for (size_t i = 0; (name = tweed_report_format(i, NULL)); i++) {
    if (strcmp(format, name) == 0)
      return EXIT_SOLVED;
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, ", %s", name);
  }
  return usage_error(command, "--format \"%s\" is none of %s", format, list);
}

void print_formats(FILE *file) {
  const char *name, *description;
  for (size_t i = 0; (name = tweed_report_format(i, &description)); i++)
    fprintf(file, "  %-12s %s\n", name, description);
  fprintf(file, "  %-12s %s\n", "json", "what tweed verify reads");
}

bool format_needs_starts(const char *format) {
  return strcmp(format, "pseudo") == 0 || strcmp(format, "cuda") == 0;
}

int write_formatted(const struct tweed_problem *p, const struct tweed_schedule *s, const char *format,
                    const char *path) {
  output out;
  tweed_error error;
  int status = output_begin(&out, path);
  if (status)
    return status;
  if (strcmp(format, "json") == 0 ? tweed_schedule_write(p, s, out.file, &error)
                                  : tweed_report(p, s, format, out.file, &error)) {
    output_abandon(&out);
    return library_error(&error);
  }
  return output_commit(&out);
}
