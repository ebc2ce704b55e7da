/* figure.c: the timeline of a few iterations, one round of the steady state, and the rings over time, as SVG. */
#include "report/figure.h"
#include "report/words.h"

#include <string.h>

/* Pixels. */
#define LEFT 150.0
#define RIGHT 14.0
#define TOP 40.0
#define BOTTOM 22.0
#define LANE 17.0
#define GAP 3.0
#define BAND_GAP 9.0
#define CHARACTER 6.1
#define MOST_WIDTH 3600.0

enum {
  MOST_BARS = 6000,
  MOST_ITERATIONS = 32,
  MOST_RING_LANES = 64,
  MOST_SLOTS = 12,
  MOST_ROUNDS = 200,
};

void report_put_real(FILE *file, double value) {
  int64_t tenths = (int64_t)(value * 10 + (value < 0 ? -0.5 : 0.5));
  const char *sign = tenths < 0 ? "-" : "";
  tenths = tenths < 0 ? -tenths : tenths;
  fprintf(file, "%s%lld", sign, (long long)(tenths / 10));
  if (tenths % 10)
    fprintf(file, ".%d", (int)(tenths % 10));
}

static void attribute(FILE *file, const char *name, double value) {
  fprintf(file, " %s=\"", name);
  report_put_real(file, value);
  fputc('"', file);
}

static void rectangle(FILE *file, const char *class, double x, double y, double width, double height) {
  fputs("<rect", file);
  if (class)
    fprintf(file, " class=\"%s\"", class);
  attribute(file, "x", x);
  attribute(file, "y", y);
  attribute(file, "width", width > 0.5 ? width : 0.5);
  attribute(file, "height", height);
  fputs("/>", file);
}

static void line(FILE *file, const char *class, double x1, double y1, double x2, double y2) {
  fprintf(file, "<line class=\"%s\"", class);
  attribute(file, "x1", x1);
  attribute(file, "y1", y1);
  attribute(file, "x2", x2);
  attribute(file, "y2", y2);
  fputs("/>", file);
}

static void text_at(FILE *file, const char *class, double x, double y) {
  fprintf(file, "<text class=\"%s\"", class);
  attribute(file, "x", x);
  attribute(file, "y", y);
  fputc('>', file);
}

static void open_svg(FILE *file, double x, double y, report_size size, const char *label) {
  fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tweed\" role=\"img\"", file);
  if (x > 0 || y > 0) {
    attribute(file, "x", x);
    attribute(file, "y", y);
  }
  attribute(file, "width", size.width);
  attribute(file, "height", size.height);
  fputs(" viewBox=\"0 0 ", file);
  report_put_real(file, size.width);
  fputc(' ', file);
  report_put_real(file, size.height);
  fprintf(file, "\" aria-label=\"%s\">\n", label);
}

/* ---- bars ----------------------------------------------------------------------------------------------------------
 */

typedef struct bar {
  int32_t op, color;
  int64_t iteration; /* -1 = of any */
  double x, y, width, height;
  const char *extra; /* class */
  bool label, stage;
} bar;

static void put_title(const report_view *v, const bar *b, FILE *file) {
  const tweed_op *op = &v->p->ops[b->op];
  const tweed_class *class = tweed_class_of(v->p, b->op);
  int64_t start = v->s->start[b->op], ii = v->s->ii;
  char number[40];
  fputs("<title>", file);
  report_put_xml(file, op->name);
  fputs(" (", file);
  report_put_xml(file, class->name);
  fputs(")", file);
  if (b->iteration >= 0 && ii > 0)
    fprintf(file, "\niteration %lld, at %s", (long long)b->iteration,
            report_number(start + b->iteration * ii, number, sizeof number));
  fprintf(file, "\nstart %s", report_number(start, number, sizeof number));
  if (ii > 0)
    fprintf(file, ", stage %lld, row %s", (long long)(start / ii), report_number(start % ii, number, sizeof number));
  fprintf(file, "\nlatency %s%s%s", report_number(class->latency, number, sizeof number), class->async ? ", async" : "",
          class->variable ? ", variable" : "");
  if (v->s->joint)
    fprintf(file, "\nrole %d", (int)v->s->role[b->op]);
  if (op->where) {
    fputc('\n', file);
    report_put_xml(file, op->where);
  }
  fputs("</title>", file);
}

static void put_bar(const report_view *v, const bar *b, FILE *file) {
  fprintf(file, "<g class=\"b c%d%s\" data-o=\"%d\">", (int)(b->color % FIGURE_COLORS), b->extra ? b->extra : "",
          (int)b->op);
  put_title(v, b, file);
  rectangle(file, NULL, b->x, b->y, b->width, b->height);
  int room = (int)((b->width - 5) / CHARACTER);
  const char *name = v->p->ops[b->op].name;
  int stage_room = b->stage ? 4 : 0;
  if (b->label && (room >= report_width(name) || room >= 6)) {
    text_at(file, "l", b->x + 4, b->y + b->height / 2 + 4);
    report_put_xml_cut(file, name, room);
    if (b->stage && room >= report_width(name) + stage_room)
      fprintf(file, "<tspan class=\"q\"> [%lld]</tspan>", (long long)(v->s->start[b->op] / v->s->ii));
    fputs("</text>", file);
  }
  fputs("</g>\n", file);
}

/* ---- axes ----------------------------------------------------------------------------------------------------------
 */

/* 1, 2 or 5 times a power of ten, for at most so many steps. */
static int64_t nice_step(int64_t span, int64_t most) {
  int64_t step = 1;
  for (int64_t ten = 1; ten <= INT64_MAX / 100; ten *= 10)
    for (int k = 0; k < 3; k++) {
      step = ten * (k == 0 ? 1 : k == 1 ? 2 : 5);
      if (span / step <= most)
        return step;
    }
  return step;
}

static void put_ticks(FILE *file, int64_t span, double scale, double y, double bottom, int64_t most) {
  char number[40];
  int64_t step = nice_step(span, most);
  for (int64_t t = 0; t <= span; t += step) {
    double x = LEFT + (double)t * scale;
    line(file, "tick", x, y, x, bottom);
    text_at(file, "axis m", x, bottom + 14);
    fprintf(file, "%s</text>\n", report_number(t, number, sizeof number));
  }
}

/* Lanes of what is in flight are lower, and follow those of their role closely. */
static double lane_height(const report_band *band) {
  return band->kind == BAND_FLIGHT ? LANE - 4 : LANE;
}

static double band_gap(const report_figures *f, int32_t index) {
  bool close = index + 1 < f->lanes.nbands && f->lanes.bands[index + 1].kind == BAND_FLIGHT;
  return close ? GAP : BAND_GAP;
}

static double band_height(const report_figures *f, int32_t index) {
  const report_band *band = &f->lanes.bands[index];
  return (double)band->lanes * (lane_height(band) + GAP) - GAP + band_gap(f, index);
}

static double lanes_height(const report_figures *f) {
  double height = 0;
  for (int32_t i = 0; i < f->lanes.nbands; i++)
    height += band_height(f, i);
  return height;
}

static void put_band_name(const report_figures *f, const report_band *band, double y, FILE *file) {
  const tweed_machine *m = f->v->p->machine;
  const report_role *role = &f->v->roles[band->kind >= BAND_BUSY ? band->of : 0];
  text_at(file, "name e", LEFT - 12, y + lane_height(band) / 2 + 4);
  switch (band->kind) {
  case BAND_UNIT:
    report_put_xml_cut(file, m->units[band->of].name, 18);
    if (band->lanes > 1)
      fprintf(file, " <tspan class=\"q\">%d</tspan>", (int)band->lanes);
    break;
  case BAND_NONE:
    fputs("<tspan class=\"q\">no unit</tspan>", file);
    break;
  case BAND_BUSY:
    fprintf(file, "role %d <tspan class=\"q\">%d warp%s</tspan>", (int)band->of, (int)role->warps,
            role->warps == 1 ? "" : "s");
    break;
  case BAND_FLIGHT:
    fputs("<tspan class=\"q\">in flight</tspan>", file);
    break;
  }
  fputs("</text>\n", file);
}

/* Names, and a ground for each lane. */
static void put_bands(const report_figures *f, double y, double width, FILE *file) {
  for (int32_t i = 0; i < f->lanes.nbands; i++) {
    const report_band *band = &f->lanes.bands[i];
    bool first_role = i > 0 && band->kind == BAND_BUSY && f->lanes.bands[i - 1].kind < BAND_BUSY;
    if (first_role)
      line(file, "rule", 0, y - BAND_GAP / 2, LEFT + width, y - BAND_GAP / 2);
    put_band_name(f, band, y, file);
    for (int32_t l = 0; l < band->lanes; l++)
      rectangle(file, "lane", LEFT, y + l * (lane_height(band) + GAP), width, lane_height(band));
    fputc('\n', file);
    y += band_height(f, i);
  }
}

/* Where a piece is, from the top of all lanes. */
static double piece_y(const report_figures *f, const report_piece *piece) {
  const report_band *band = &f->lanes.bands[piece->band];
  return f->band_y[piece->band] + (piece->lane - band->first) * (lane_height(band) + GAP);
}

/* ---- timeline ------------------------------------------------------------------------------------------------------
 */

report_size report_timeline_size(const report_figures *f) {
  return (report_size){LEFT + f->width + RIGHT, TOP + lanes_height(f) + BOTTOM};
}

/* The phases of the loop as a line above the lanes. */
static void put_phase(FILE *file, const char *name, double from, double to, double bottom, bool steady) {
  if (to - from < 1)
    return;
  if (steady)
    rectangle(file, "steady", from, 20, to - from, bottom - 20);
  line(file, "phase", from + 1.5, 20, to - 1.5, 20);
  if (to - from > CHARACTER * (double)strlen(name)) {
    text_at(file, "axis m", (from + to) / 2, 13);
    fprintf(file, "%s</text>\n", name);
  }
}

/* A dashed line at the begin of each round, where they are not too many to be told apart. */
static void put_rounds(const report_figures *f, double top, double bottom, FILE *file) {
  int64_t ii = f->v->s->ii;
  if (ii == 0 || f->time / ii > MOST_ROUNDS)
    return;
  for (int64_t k = 0; k * ii <= f->time; k++)
    line(file, "round", LEFT + (double)(k * ii) * f->scale, top, LEFT + (double)(k * ii) * f->scale, bottom);
  fputc('\n', file);
}

static void put_phases(const report_figures *f, double bottom, FILE *file) {
  int64_t ii = f->v->s->ii, stages = tweed_schedule_stages(f->v->s);
  if (ii == 0)
    return;
  double fill = LEFT + (double)((stages - 1) * ii) * f->scale;
  double drain = LEFT + (double)(f->iterations * ii) * f->scale, end = LEFT + f->width;
  fill = fill < end ? fill : end;
  if (drain > fill) {
    put_phase(file, "prologue", LEFT, fill, bottom, false);
    put_phase(file, "steady state", fill, drain, bottom, true);
    put_phase(file, "epilogue", drain, end, bottom, false);
  }
  put_rounds(f, 24, bottom, file);
}

/* The bar of a piece; its x and width are still to be set. */
static bar bar_of(const report_figures *f, const report_piece *piece, double top) {
  const report_band *band = &f->lanes.bands[piece->band];
  bar b = {.op = piece->op, .iteration = -1, .y = top + piece_y(f, piece), .height = lane_height(band), .label = true};
  b.extra = band->kind == BAND_FLIGHT ? " w" : NULL;
  return b;
}

void report_put_timeline(const report_figures *f, double x, double y, FILE *file) {
  report_size size = report_timeline_size(f);
  double bottom = size.height - BOTTOM;
  open_svg(file, x, y, size, "Timeline");
  put_bands(f, TOP, f->width, file);
  put_phases(f, bottom - BAND_GAP / 2, file);
  put_ticks(file, f->time, f->scale, TOP - 6, bottom, 12);
  for (int64_t i = 0; i < f->iterations; i++)
    for (size_t k = 0; k < f->lanes.npieces; k++) {
      const report_piece *piece = &f->lanes.pieces[k];
      if (piece->lane < 0)
        continue;
      bar b = bar_of(f, piece, TOP);
      b.color = (int32_t)(i % FIGURE_COLORS);
      b.iteration = i;
      b.x = LEFT + (double)(piece->begin + i * f->v->s->ii) * f->scale;
      b.width = (double)(piece->end - piece->begin) * f->scale - 0.8;
      b.width = b.width > 2 ? b.width : 2;
      put_bar(f->v, &b, file);
    }
  fputs("</svg>\n", file);
}

/* ---- one round -----------------------------------------------------------------------------------------------------
 */

static double round_scale(const report_figures *f) {
  double scale = (FIGURE_WIDTH - LEFT - RIGHT) / (double)(f->v->s->ii > 0 ? f->v->s->ii : 1);
  return scale < 120 ? scale : 120;
}

report_size report_round_size(const report_figures *f) {
  return (report_size){LEFT + round_scale(f) * (double)f->v->s->ii + RIGHT, 10 + lanes_height(f) + BOTTOM};
}

/* A stretch of rows; what leaves on the right goes on on the left. */
static void put_wrapped(const report_figures *f, bar b, int64_t begin, int64_t cycles, FILE *file) {
  int64_t ii = f->v->s->ii, row = begin % ii;
  double scale = round_scale(f);
  cycles = cycles < ii ? cycles : ii;
  int64_t here = row + cycles <= ii ? cycles : ii - row;
  b.x = LEFT + (double)row * scale;
  b.width = (double)here * scale - 0.8;
  b.width = b.width > 2 ? b.width : 2;
  put_bar(f->v, &b, file);
  if (here == cycles)
    return;
  b.x = LEFT;
  b.width = (double)(cycles - here) * scale - 0.8;
  put_bar(f->v, &b, file);
}

void report_put_round(const report_figures *f, double x, double y, FILE *file) {
  const report_view *v = f->v;
  report_size size = report_round_size(f);
  int64_t ii = v->s->ii;
  double scale = round_scale(f), bottom = size.height - BOTTOM;
  open_svg(file, x, y, size, "Reservation table of one round");
  put_bands(f, 10, scale * (double)ii, file);
  put_ticks(file, ii, scale, 4, bottom, 16);
  for (size_t k = 0; k < f->lanes.npieces; k++) {
    const report_piece *piece = &f->lanes.pieces[k];
    if (piece->lane < 0)
      continue;
    bar b = bar_of(f, piece, 10);
    b.color = (int32_t)(v->s->start[piece->op] / ii % FIGURE_COLORS);
    b.stage = true;
    put_wrapped(f, b, piece->begin, piece->end - piece->begin, file);
  }
  fputs("</svg>\n", file);
}

/* ---- rings ---------------------------------------------------------------------------------------------------------
 */

static int32_t ring_lanes(const report_ring *ring) {
  return ring->depth < MOST_SLOTS ? ring->depth : MOST_SLOTS;
}

/* Rings of bytes or between roles, as many as the picture holds: the index behind the last one. */
static int32_t rings_shown(const report_figures *f) {
  int32_t lanes = 0, i = 0;
  for (; i < f->v->nrings; i++) {
    lanes += ring_lanes(&f->v->rings[i]);
    if (lanes > MOST_RING_LANES)
      break;
  }
  return i;
}

report_size report_rings_size(const report_figures *f) {
  double height = 10 + BOTTOM;
  for (int32_t i = 0; i < rings_shown(f); i++)
    height += ring_lanes(&f->v->rings[i]) * (LANE + GAP) - GAP + BAND_GAP;
  return (report_size){LEFT + f->width + RIGHT, height};
}

/* The end of the last reader of the value of iteration 0, as the ring counts it. */
static int64_t read_end(const report_view *v, const report_ring *ring) {
  int64_t end = v->s->start[ring->op] + 1;
  for (int32_t i = v->p->out_begin[ring->op]; i < v->p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &v->p->deps[v->p->out[i]];
    bool crosses = report_role_of(v, dep->from) != report_role_of(v, dep->to);
    bool reads = ring->data ? report_by_value(dep) && dep->to != dep->from && (crosses || !ring->staged)
                            : report_needs_order(v, dep);
    int64_t at =
        v->s->start[dep->to] + (int64_t)dep->distance * v->s->ii + (ring->data ? tweed_done(v->p, dep->to) : 0);
    if (reads && at > end)
      end = at;
  }
  return end;
}

static void put_ring_name(const report_view *v, const report_ring *ring, double y, FILE *file) {
  char bytes[64];
  text_at(file, "name e", LEFT - 12, y + LANE - 4.5);
  report_put_xml_cut(file, v->p->ops[ring->op].name, 12);
  if (ring->bytes > 0)
    fprintf(file, " <tspan class=\"q\">%d × %s</tspan>", (int)ring->depth,
            report_bytes(ring->bytes, bytes, sizeof bytes));
  else
    fprintf(file, " <tspan class=\"q\">%d, %s</tspan>", (int)ring->depth, ring->data ? "no bytes" : "order");
  fputs("</text>\n", file);
}

static void put_ring(const report_figures *f, const report_ring *ring, double y, FILE *file) {
  const report_view *v = f->v;
  int64_t begin = v->s->start[ring->op], full = begin + tweed_class_of(v->p, ring->op)->latency;
  int64_t end = read_end(v, ring);
  begin = ring->staged ? begin + report_publish(v, ring->op, true) : begin;
  full = full < end ? full : end;
  put_ring_name(v, ring, y, file);
  for (int32_t l = 0; l < ring_lanes(ring); l++)
    rectangle(file, "lane", LEFT, y + l * (LANE + GAP), f->width, LANE);
  fputc('\n', file);
  for (int64_t i = 0; i < f->iterations; i++) {
    int64_t slot = i % ring->depth, at = i * v->s->ii;
    bar b = {.op = ring->op, .color = (int32_t)(i % FIGURE_COLORS), .iteration = i, .height = LANE, .extra = " w"};
    if (slot >= ring_lanes(ring))
      continue;
    b.y = y + (double)slot * (LANE + GAP);
    b.x = LEFT + (double)(begin + at) * f->scale;
    b.width = (double)(full - begin) * f->scale;
    if (full > begin)
      put_bar(v, &b, file);
    b.extra = NULL;
    b.label = true;
    b.x = LEFT + (double)(full + at) * f->scale;
    b.width = (double)(end - full) * f->scale - 0.8;
    put_bar(v, &b, file);
  }
}

void report_put_rings(const report_figures *f, double x, double y, FILE *file) {
  report_size size = report_rings_size(f);
  double at = 10, bottom = size.height - BOTTOM;
  open_svg(file, x, y, size, "Rings over time");
  put_rounds(f, 4, bottom - BAND_GAP / 2, file);
  put_ticks(file, f->time, f->scale, 4, bottom, 12);
  for (int32_t i = 0; i < rings_shown(f); i++) {
    put_ring(f, &f->v->rings[i], at, file);
    at += ring_lanes(&f->v->rings[i]) * (LANE + GAP) - GAP + BAND_GAP;
  }
  fputs("</svg>\n", file);
}

/* ---- what is shown -------------------------------------------------------------------------------------------------
 */

static int64_t longest_end(const report_figures *f) {
  const report_view *v = f->v;
  int64_t end = tweed_schedule_length(v->p, v->s);
  for (size_t i = 0; i < f->lanes.npieces; i++)
    if (f->lanes.pieces[i].end > end)
      end = f->lanes.pieces[i].end;
  for (int32_t i = 0; i < rings_shown(f); i++)
    if (read_end(v, &v->rings[i]) > end)
      end = read_end(v, &v->rings[i]);
  return end > 0 ? end : 1;
}

tweed_status report_figures_new(const report_view *v, report_figures *out, tweed_error *error) {
  *out = (report_figures){.v = v, .iterations = 1, .wanted = 1};
  if (!report_lanes_of(v, &out->lanes))
    return tweed_no_memory(error);
  out->band_y = tweed_arena_array(v->arena, (size_t)out->lanes.nbands + 1, sizeof *out->band_y);
  if (!out->band_y)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < out->lanes.nbands; i++)
    out->band_y[i + 1] = out->band_y[i] + band_height(out, i);
  if (v->s->ii > 0) {
    size_t bars = out->lanes.npieces;
    int32_t room = (int32_t)(MOST_BARS / (bars ? bars : 1)), stages = tweed_schedule_stages(v->s);
    out->wanted = stages > MOST_ITERATIONS ? stages : stages + 2;
    out->iterations = out->wanted < MOST_ITERATIONS ? out->wanted : MOST_ITERATIONS;
    out->iterations = out->iterations < room ? out->iterations : room;
    out->iterations = out->iterations > 1 ? out->iterations : 1;
  }
  out->time = longest_end(out) + (int64_t)(out->iterations - 1) * v->s->ii;
  out->width = FIGURE_WIDTH - LEFT - RIGHT;
  double least = out->iterations * 60.0, fine = (double)out->time * 12;
  fine = fine < 2 * FIGURE_WIDTH ? fine : 0;
  least = least > fine ? least : fine;
  out->width = out->width > least ? out->width : least;
  out->width = out->width < MOST_WIDTH ? out->width : MOST_WIDTH;
  out->scale = out->width / (double)out->time;
  return TWEED_OK;
}

const char *report_timeline_caption(const report_figures *f) {
  if (f->v->s->ii == 0)
    return "Time runs from left to right. A bar is the time for which an op holds a unit.";
  if (!f->v->s->joint)
    return "Time runs from left to right, in cycles; the dashed lines are II cycles apart. Each iteration has a colour "
           "of its "
           "own. A bar is the time for which an op holds a unit. While the pipeline fills there are fewer iterations "
           "at once "
           "(prologue), then every round is the same (steady state), then it drains (epilogue).";
  return "Time runs from left to right, in cycles; the dashed lines are II cycles apart. Each iteration has a colour "
         "of its own. "
         "Above, by unit: the time for which an op holds it. Below, by role: what its warps are busy with, and under "
         "it, pale, "
         "the asynchronous ops that it has in flight. While the pipeline fills there are fewer iterations at once "
         "(prologue), "
         "then every round is the same (steady state), then it drains (epilogue).";
}

const char *report_round_caption(const report_figures *f) {
  (void)f;
  return "One round of the steady state: every op once, in the row where it starts modulo II. The colour and the "
         "number in "
         "brackets are its stage: how many rounds ago its iteration began. A bar that leaves on the right goes on on "
         "the left.";
}

const char *report_rings_caption(const report_figures *f) {
  (void)f;
  return "The slots of each ring, over the same time as above: pale while the value is being made, full while somebody "
         "still "
         "reads it. A ring is deep enough when no slot is needed twice at a time. A value that is handed to another "
         "role has a "
         "full and an empty barrier per slot.";
}

void report_left_out(const report_figures *f, char *text, size_t size) {
  char a[40];
  size_t used = 0;
  text[0] = 0;
  if (f->lanes.left_out > 0)
    used += (size_t)snprintf(text, size, "Left out: %s bars; the picture would not be legible with them. ",
                             report_number(f->lanes.left_out, a, sizeof a));
  if (f->iterations < f->wanted && used < size)
    used += (size_t)snprintf(text + used, size - used,
                             "Only %d of the %d iterations that would show every phase are drawn. ", (int)f->iterations,
                             (int)f->wanted);
  if (rings_shown(f) < f->v->nrings && used < size)
    snprintf(text + used, size - used, "Only the first %d of %d rings are drawn. ", (int)rings_shown(f),
             (int)f->v->nrings);
}
