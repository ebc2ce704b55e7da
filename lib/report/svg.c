/* svg.c: all pictures of a schedule on one sheet. */
#include "report/figure.h"
#include "report/formats.h"
#include "report/words.h"

#include <errno.h>
#include <string.h>

#define MARGIN 24.0
#define LINE 15.0
enum { COLUMNS = 168, MOST_TEXT = 40 };

typedef struct sheet {
  const report_figures *f;
  FILE *file; /* NULL: only measures */
  double y, width;
} sheet;

static void put_line(sheet *s, const char *class, const char *text, size_t size) {
  if (s->file) {
    char copy[512];
    size = size < sizeof copy - 1 ? size : sizeof copy - 1;
    memcpy(copy, text, size);
    copy[size] = 0;
    fprintf(s->file, "<text class=\"%s\" x=\"%d\" y=\"", class, (int)MARGIN);
    report_put_real(s->file, s->y);
    fputs("\">", s->file);
    report_put_xml(s->file, copy);
    fputs("</text>\n", s->file);
  }
  s->y += LINE;
}

/* Breaks between words. */
static void put_paragraph(sheet *s, const char *text) {
  while (*text) {
    const char *at = text, *space = NULL;
    int width = 0;
    while (*at && width < COLUMNS) {
      if (*at == ' ')
        space = at;
      report_code_point(&at);
      width++;
    }
    const char *end = *at && space ? space : at;
    put_line(s, "q", text, (size_t)(end - text));
    text = end;
    while (*text == ' ')
      text++;
  }
}

static void put_figure(sheet *s, const char *title, const char *caption, report_size size,
                       void (*put)(const report_figures *, double, double, FILE *)) {
  s->y += 26;
  put_line(s, "h", title, strlen(title));
  s->y += 2;
  put_paragraph(s, caption);
  if (s->file)
    put(s->f, MARGIN, s->y, s->file);
  s->y += size.height;
  s->width = size.width > s->width ? size.width : s->width;
}

/* What is known of the schedule, in a line. */
static void summary(const report_view *v, report_line *line) {
  const tweed_schedule *s = v->s;
  report_line_add(line, "%s", tweed_answer_name(s->answer));
  if (s->ii > 0)
    report_line_add(line, ", II %d", (int)s->ii);
  if (v->p->length == 0)
    report_line_add(line, ", MII %d, lower bound %d, proof %s", (int)s->mii, (int)s->lower_bound,
                    tweed_proof_name(s->proof));
  if (v->placed && s->ii > 0)
    report_line_add(line, ", %d stages", (int)tweed_schedule_stages(s));
  if (v->placed)
    report_line_add(line, ", length %lld, MaxLive %lld", (long long)tweed_schedule_length(v->p, s),
                    (long long)tweed_schedule_max_live(v->p, s, -1));
  if (*s->solver)
    report_line_add(line, ", solver %s", s->solver);
}

static void put_facts(sheet *s) {
  const report_view *v = s->f->v;
  report_line line;
  report_line_clear(&line);
  summary(v, &line);
  put_paragraph(s, line.text);
  for (int32_t i = 0; i < v->s->nwhy && i < MOST_TEXT; i++)
    put_paragraph(s, v->s->why[i]);
}

static void put_roles(sheet *s) {
  const report_view *v = s->f->v;
  s->y += 26;
  put_line(s, "h", "Roles", 5);
  for (int32_t r = 0; r < v->nroles && r < MOST_TEXT; r++) {
    report_line line;
    report_line_clear(&line);
    report_line_add(&line, "role %d: %d warp%s, %lld registers per thread: ", (int)r, (int)v->roles[r].warps,
                    v->roles[r].warps == 1 ? "" : "s", (long long)v->roles[r].regs);
    for (int32_t i = 0; i < v->roles[r].nops && i < MOST_TEXT; i++) {
      report_line_add(&line, i ? ", " : "");
      report_line_name(&line, v->p->ops[v->roles[r].ops[i]].name, 24);
    }
    put_paragraph(s, line.text);
  }
}

static void put_sheet(sheet *s) {
  const report_view *v = s->f->v;
  char text[320];
  s->y = MARGIN + 14;
  s->width = FIGURE_WIDTH;
  snprintf(text, sizeof text, "%.120s on %.80s", v->p->name, v->p->machine->name);
  put_line(s, "t", text, strlen(text));
  s->y += 6;
  put_facts(s);
  if (v->placed) {
    put_figure(s, "Timeline", report_timeline_caption(s->f), report_timeline_size(s->f), report_put_timeline);
    if (v->s->ii > 0)
      put_figure(s, "One round", report_round_caption(s->f), report_round_size(s->f), report_put_round);
    if (v->s->joint && v->nrings)
      put_figure(s, "Channels", report_rings_caption(s->f), report_rings_size(s->f), report_put_rings);
    if (v->s->joint)
      put_roles(s);
    report_left_out(s->f, text, sizeof text);
    put_paragraph(s, text);
  }
  s->y += MARGIN - LINE;
}

tweed_status tweed_report_svg(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  report_figures f;
  tweed_status status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  status = report_figures_new(&v, &f, error);
  if (!status) {
    sheet measured = {.f = &f}, drawn = {.f = &f, .file = file};
    put_sheet(&measured);
    double width = measured.width + 2 * MARGIN, height = measured.y;
    fprintf(
        file,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tweed\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
        "<style>\n",
        (int)width, (int)height, (int)width, (int)height);
    report_put_figure_style(file);
    fputs(".tweed .t{font-size:20px}\n.tweed .h{font-size:14px;font-weight:600}\n.tweed .paper{fill:var(--ground)}\n"
          "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
          file);
    put_sheet(&drawn);
    fputs("</svg>\n", file);
    if (ferror(file))
      status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  }
  report_view_free(&v);
  return status;
}
