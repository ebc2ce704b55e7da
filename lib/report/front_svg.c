/* front_svg.c: a front as a picture: one panel per pair of axes, all points in each. */
#include "report/figure.h"
#include "report/formats.h"
#include "report/words.h"

#include <math.h>

/* Pixels. */
#define MARGIN 24.0
#define HEAD 88.0
#define LEFT 58.0
#define BOTTOM 44.0
#define PLOT_WIDTH 300.0
#define PLOT_HEIGHT 250.0
#define GAP 32.0
#define TICKS 4
#define PANELS 3

/* A range of values on a panel's edge: from the tick below the least to the one above the most. */
typedef struct scale {
  double low, high, step;
} scale;

static scale scale_of(const tweed_front *f, int axis) {
  double low = INFINITY, high = -INFINITY;
  for (int32_t i = 0; i < f->count; i++) {
    low = fmin(low, f->points[i].value[axis]);
    high = fmax(high, f->points[i].value[axis]);
  }
  if (f->count == 0)
    low = high = 0;
  double raw = fmax((high - low) / TICKS, fmax(high, 1) * 1e-6), power = pow(10, floor(log10(raw))), part = raw / power;
  double step = power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
  step = step < 1 ? 1 : step; /* all values are whole */
  scale s = {floor(low / step) * step, ceil(high / step) * step, step};
  if (s.high <= s.low)
    s.high = s.low + step;
  return s;
}

static double place(const scale *s, double value, double size) {
  return (value - s->low) / (s->high - s->low) * size;
}

/* 1,500 as 1.5k, with as many digits as tell ticks apart. */
static const char *short_number(double value, double step, char *text, size_t size) {
  static const struct {
    double unit;
    const char *name;
  } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
  int k = 0;
  while (k < 4 && value < units[k].unit * (k == 3 ? 10 : 1))
    k++;
  int digits = 0;
  for (double s = step / units[k].unit; s < 0.999 && digits < 6; s *= 10)
    digits++;
  snprintf(text, size, "%.*f%s", digits, value / units[k].unit, units[k].name);
  return text;
}

static void put_text(FILE *file, const char *class, double x, double y, const char *text) {
  fprintf(file, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
  report_put_xml(file, text);
  fputs("</text>\n", file);
}

static void put_line(FILE *file, const char *class, double x1, double y1, double x2, double y2) {
  fprintf(file, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

static void put_ticks(FILE *file, const scale *x, const scale *y) {
  char text[48];
  for (double v = x->low; v <= x->high + x->step / 2; v += x->step) {
    double at = place(x, v, PLOT_WIDTH);
    put_line(file, "tick", at, 0, at, PLOT_HEIGHT);
    put_text(file, "axis m", at, PLOT_HEIGHT + 15, short_number(v, x->step, text, sizeof text));
  }
  for (double v = y->low; v <= y->high + y->step / 2; v += y->step) {
    double at = PLOT_HEIGHT - place(y, v, PLOT_HEIGHT);
    put_line(file, "tick", 0, at, PLOT_WIDTH, at);
    put_text(file, "axis e", -6, at + 3.5, short_number(v, y->step, text, sizeof text));
  }
}

/* Is no other point at least as good on both axes, or equal and before it? */
static bool leads(const tweed_front *f, int32_t i, int a, int b) {
  const double *mine = f->points[i].value;
  for (int32_t k = 0; k < f->count; k++) {
    const double *other = f->points[k].value;
    bool equal = other[a] == mine[a] && other[b] == mine[b];
    if (k != i && other[a] <= mine[a] && other[b] <= mine[b] && (!equal || k < i))
      return false;
  }
  return true;
}

/* What can be had: a stair through the points that lead, from left to right. */
static void put_stair(FILE *file, const tweed_front *f, int a, int b, const scale *x, const scale *y) {
  double last = -INFINITY;
  bool begun = false;
  fputs("<path class=\"stair\" d=\"", file);
  for (int32_t drawn = 0; drawn < f->count; drawn++) {
    int32_t next = -1;
    for (int32_t i = 0; i < f->count; i++)
      if (leads(f, i, a, b) && f->points[i].value[a] > last &&
          (next < 0 || f->points[i].value[a] < f->points[next].value[a]))
        next = i;
    if (next < 0)
      break;
    last = f->points[next].value[a];
    double px = place(x, last, PLOT_WIDTH), py = PLOT_HEIGHT - place(y, f->points[next].value[b], PLOT_HEIGHT);
    if (begun)
      fprintf(file, "H%.1fV%.1f", px, py);
    else
      fprintf(file, "M%.1f %.1f", px, py);
    begun = true;
  }
  fputs(begun ? "\"/>\n" : "M0 0\"/>\n", file);
}

static void put_points(FILE *file, const tweed_front *f, int a, int b, const scale *x, const scale *y) {
  for (int pass = 0; pass < 2; pass++)
    for (int32_t i = 0; i < f->count; i++) {
      const double *value = f->points[i].value;
      bool first = leads(f, i, a, b);
      if (first != (pass == 1))
        continue;
      fprintf(file, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>", first ? "lead" : "rest",
              place(x, value[a], PLOT_WIDTH), PLOT_HEIGHT - place(y, value[b], PLOT_HEIGHT), first ? "4" : "3");
      for (int k = 0; k < 3; k++)
        fprintf(file, "%s%s %.0f", k ? ", " : "", tweed_front_axis(f, k), value[k]);
      fputs("</title></circle>\n", file);
    }
}

static void put_panel(FILE *file, const tweed_front *f, int a, int b, double left) {
  scale x = scale_of(f, a), y = scale_of(f, b);
  fprintf(file, "<g transform=\"translate(%.1f %.1f)\">\n", left, HEAD + MARGIN);
  put_text(file, "h", -LEFT + 8, -14, tweed_front_axis(f, b));
  put_text(file, "q e", PLOT_WIDTH, PLOT_HEIGHT + 34, tweed_front_axis(f, a));
  put_ticks(file, &x, &y);
  put_line(file, "rule", 0, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
  put_line(file, "rule", 0, 0, 0, PLOT_HEIGHT);
  put_stair(file, f, a, b, &x, &y);
  put_points(file, f, a, b, &x, &y);
  fputs("</g>\n", file);
}

static void put_head(FILE *file, const tweed_problem *p, const tweed_front *f) {
  report_line line;
  report_line_clear(&line);
  report_line_name(&line, p->name, 60);
  report_line_add(&line, " on ");
  report_line_name(&line, p->machine->name, 40);
  put_text(file, "t", MARGIN, MARGIN + 14, line.text);
  report_line_clear(&line);
  report_line_add(&line, "%d schedule%s, none better than another in all of %s, %s and %s", (int)f->count,
                  f->count == 1 ? "" : "s", tweed_front_axis(f, 0), tweed_front_axis(f, 1), tweed_front_axis(f, 2));
  if (f->solves < f->planned)
    report_line_add(&line, "; stopped after %d of %d solves", (int)f->solves, (int)f->planned);
  put_text(file, "q", MARGIN, MARGIN + 35, line.text);
  put_text(file, "q", MARGIN, MARGIN + 50,
           "Line and large points: the best for the two axes of a panel. Small points are better on the third.");
}

void report_front_svg(const tweed_problem *p, const tweed_front *f, FILE *file) {
  static const int axes[PANELS][2] = {{0, 1}, {0, 2}, {1, 2}};
  int width = (int)(2 * MARGIN + PANELS * (LEFT + PLOT_WIDTH) + (PANELS - 1) * GAP);
  int height = (int)(2 * MARGIN + HEAD + PLOT_HEIGHT + BOTTOM);
  fprintf(
      file,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tweed\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
      "<style>\n",
      width, height, width, height);
  report_put_figure_style(file);
  fputs(".tweed .t{font-size:20px}\n.tweed .h{font-size:12px;font-weight:600}\n.tweed .paper{fill:var(--ground)}\n"
        ".tweed .stair{fill:none;stroke:var(--quiet);stroke-width:1.5}\n"
        ".tweed .lead{fill:var(--c0);stroke:var(--ink)}\n.tweed "
        ".rest{fill:var(--c1);stroke:var(--quiet);stroke-width:.7}\n"
        "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
        file);
  put_head(file, p, f);
  for (int k = 0; k < PANELS; k++)
    put_panel(file, f, axes[k][0], axes[k][1], MARGIN + LEFT + k * (LEFT + PLOT_WIDTH + GAP));
  fputs("</svg>\n", file);
}
