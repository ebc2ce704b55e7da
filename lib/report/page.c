/* page.c: a page of several parts, each with its schedule and what else is known. */
#include "report/page.h"
#include "report/words.h"
#include <errno.h>
#include <string.h>
#include <tweed/report.h>

static void put_tagged(const char *before, const char *text, const char *after, FILE *file) {
  fputs(before, file);
  report_put_xml(file, text);
  fputs(after, file);
}

static void put_facts(const tweed_report_part *part, FILE *file) {
  if (part->nfacts == 0)
    return;
  fputs("<dl>\n", file);
  for (size_t i = 0; i < part->nfacts; i++) {
    put_tagged("<div><dt>", part->facts[i].name, "</dt>", file);
    put_tagged("<dd>", part->facts[i].value, "</dd></div>\n", file);
  }
  fputs("</dl>\n", file);
}

static void put_meter(const tweed_report_meter *m, FILE *file) {
  char value[40];
  double part = m->most > 0 ? 100 * (double)m->value / (double)m->most : 0;
  put_tagged("<tr><td class=\"k\">", m->name, "</td>", file);
  fprintf(file,
          "<td class=\"n\">%s</td><td class=\"k\"><span class=\"meter\"><i style=\"width:%.0f%%\"></i></span> %.0f "
          "%%</td></tr>\n",
          report_number(m->value, value, sizeof value), part < 100 ? part : 100, part);
}

static void put_meters(const tweed_report_part *part, FILE *file) {
  if (part->nmeters == 0)
    return;
  put_tagged("<h2>", part->meters_title, "</h2>\n", file);
  put_tagged("<p class=\"caption\">", part->meters_caption, "</p>\n<table>\n", file);
  for (size_t i = 0; i < part->nmeters; i++)
    put_meter(&part->meters[i], file);
  fputs("</table>\n", file);
}

static void put_listings(const tweed_report_part *part, FILE *file) {
  for (size_t i = 0; i < part->nlistings; i++) {
    put_tagged("<h2>", part->listings[i].title, "</h2>\n", file);
    put_tagged("<p class=\"caption\">", part->listings[i].caption, "</p>\n", file);
    put_tagged("<pre>", part->listings[i].text, "</pre>\n", file);
  }
}

static tweed_status put_graph(const report_view *v, FILE *file, tweed_error *error) {
  if (v->p->nops > REPORT_GRAPH_OPS)
    return TWEED_OK;
  fputs("<h2>Graph</h2>\n<p class=\"caption\">What waits for what. Each op is below those that it depends on; dashed "
        "arrows lead to the next iterations. The colour is the stage.</p>\n<figure>\n",
        file);
  bool drawn = report_put_graph(v, file);
  fputs("</figure>\n", file);
  return drawn ? TWEED_OK : tweed_no_memory(error);
}

static tweed_status put_schedule(const tweed_report_part *part, FILE *file, tweed_error *error) {
  report_view v;
  tweed_status s = report_view_new(part->problem, part->schedule, &v, error);
  if (s != TWEED_OK)
    return s;
  s = put_graph(&v, file, error);
  if (s == TWEED_OK) {
    put_tagged("<h2>Schedule of ", part->problem->name, "", file);
    put_tagged(" on ", part->problem->machine->name, "</h2>\n", file);
    s = report_put_pictures(&v, false, file, error);
  }
  report_view_free(&v);
  return s;
}

/* The script of the pictures looks for them in the element that it stands in. */
static tweed_status put_part(const tweed_report_part *part, FILE *file, tweed_error *error) {
  put_tagged("<section>\n<h2 style=\"font-size:1.35rem\">", part->title, "</h2>\n", file);
  if (part->lead)
    put_tagged("<p>", part->lead, "</p>\n", file);
  put_facts(part, file);
  put_meters(part, file);
  put_listings(part, file);
  tweed_status s = part->problem && part->schedule ? put_schedule(part, file, error) : TWEED_OK;
  fputs("</section>\n", file);
  return s;
}

tweed_status tweed_report_page(const char *title, const tweed_report_part *parts, size_t count, FILE *file,
                               tweed_error *error) {
  tweed_status s = TWEED_OK;
  report_put_page_head(title, file);
  put_tagged("<h1>", title, "</h1>\n", file);
  for (size_t i = 0; i < count && s == TWEED_OK; i++)
    s = put_part(&parts[i], file, error);
  fputs("</body>\n</html>\n", file);
  return s == TWEED_OK && ferror(file) ? tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno)) : s;
}
