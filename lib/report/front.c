/* front.c: fronts as a table and as JSON. */
#include "report/formats.h"
#include "report/words.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_WIDTH = 20 };

/* Right-aligned in a column that ends at `end`. */
static void add_number(report_line *line, double value, int end) {
  char text[32], plain[32];
  if (value < 9e15)
    report_number((int64_t)value, text, sizeof text);
  else
    snprintf(text, sizeof text, "%.6g", value);
  snprintf(plain, sizeof plain, "%s", text);
  report_line_pad(line, end - report_width(plain));
  report_line_add(line, "%s", plain);
}

static void add_head(report_line *line, const char *text, int end) {
  report_line_pad(line, end - report_width(text));
  report_line_add(line, "%s", text);
}

void report_front_text(const tweed_problem *p, const tweed_front *f, FILE *file) {
  report_line line;
  report_line_clear(&line);
  report_line_name(&line, p->name, 60);
  report_line_add(&line, " on ");
  report_line_name(&line, p->machine->name, 60);
  report_line_add(&line, ": %d schedule%s, none better than another in all of %s, %s and %s", (int)f->count,
                  f->count == 1 ? "" : "s", tweed_front_axis(f, 0), tweed_front_axis(f, 1), tweed_front_axis(f, 2));
  if (f->solves < f->planned)
    report_line_add(&line, "; stopped after %d of %d solves", (int)f->solves, (int)f->planned);
  report_line_put(&line, file);
  report_line_clear(&line);
  for (int k = 0; k < 3; k++)
    add_head(&line, tweed_front_axis(f, k), (k + 1) * NUMBER_WIDTH);
  report_line_add(&line, "  solver");
  report_line_put(&line, file);
  for (int32_t i = 0; i < f->count; i++) {
    report_line_clear(&line);
    for (int k = 0; k < 3; k++)
      add_number(&line, f->points[i].value[k], (k + 1) * NUMBER_WIDTH);
    report_line_add(&line, "  %s", f->points[i].schedule->solver);
    report_line_put(&line, file);
  }
}

static json_t *point_json(const tweed_problem *p, const tweed_front *f, const tweed_front_point *point) {
  json_t *object = json_object(), *starts = json_array();
  int failed = 0;
  for (int k = 0; k < 3; k++)
    failed |= json_object_set_new(object, tweed_front_axis(f, k), json_real(point->value[k]));
  failed |= json_object_set_new(object, "solver", json_string(point->schedule->solver));
  for (int32_t v = 0; v < p->nops; v++)
    failed |= json_array_append_new(starts, json_integer(point->schedule->start[v]));
  failed |= json_object_set_new(object, "starts", starts);
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

/* A value on a line of its own. Takes it. */
static bool put_json(FILE *file, const char *before, json_t *value, const char *after) {
  char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
  bool good = text != NULL;
  if (good)
    fprintf(file, "%s%s%s\n", before, text, after);
  free(text);
  json_decref(value);
  return good;
}

tweed_status report_front_json(const tweed_problem *p, const tweed_front *f, FILE *file, tweed_error *error) {
  json_t *axes = json_array();
  for (int k = 0; k < 3; k++)
    json_array_append_new(axes, json_string(tweed_front_axis(f, k)));
  fputs("{\n", file);
  bool good = put_json(file, "  \"problem\": ", json_string(p->name), ",");
  good = good && put_json(file, "  \"machine\": ", json_string(p->machine->name), ",");
  good = put_json(file, "  \"axes\": ", axes, ",") && good;
  fprintf(file, "  \"solves\": %d,\n  \"planned\": %d,\n  \"points\": [\n", (int)f->solves, (int)f->planned);
  for (int32_t i = 0; i < f->count && good; i++)
    good = put_json(file, "    ", point_json(p, f, &f->points[i]), i + 1 < f->count ? "," : "");
  fputs("  ]\n}\n", file);
  return good ? TWEED_OK : tweed_no_memory(error);
}

tweed_status tweed_report_front(const tweed_problem *p, const tweed_front *f, const char *format, FILE *file,
                                tweed_error *error) {
  tweed_status status = TWEED_OK;
  if (strcmp(format, "text") == 0)
    report_front_text(p, f, file);
  else if (strcmp(format, "json") == 0)
    status = report_front_json(p, f, file, error);
  else if (strcmp(format, "svg") == 0)
    report_front_svg(p, f, file);
  else
    return tweed_fail(error, TWEED_BAD_INPUT, "fronts have no format \"%s\"; there are text, json, svg", format);
  if (!status && ferror(file))
    status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  return status;
}
