/* figure.h: the pictures of a schedule as SVG, each an <svg> element of its own, for the SVG and the HTML writer. */
#ifndef TWEED_LIB_FIGURE_H
#define TWEED_LIB_FIGURE_H

#include <stdio.h>

#include "report/lanes.h"

#define FIGURE_WIDTH 1160.0
enum { FIGURE_COLORS = 8 };

typedef struct report_size {
  double width, height;
} report_size;

/* What all figures of a schedule share: iterations shown, and the time axis of the timeline and of the rings. */
typedef struct report_figures {
  const report_view *v;
  report_lanes lanes;
  double *band_y;             /* of each band, from the top of all lanes */
  int32_t iterations, wanted; /* shown; what would show every phase */
  int64_t time;               /* the end of the time axis */
  double scale, width;        /* pixels per cycle; of the timeline */
} report_figures;

tweed_status report_figures_new(const report_view *v, report_figures *out, tweed_error *error);

report_size report_timeline_size(const report_figures *f);
report_size report_round_size(const report_figures *f);
report_size report_rings_size(const report_figures *f);
/* x, y: of the <svg> element, for one that is part of another one. */
void report_put_timeline(const report_figures *f, double x, double y, FILE *file);
void report_put_round(const report_figures *f, double x, double y, FILE *file);
void report_put_rings(const report_figures *f, double x, double y, FILE *file);
/* The style of what is in them. In a page of its own, with the colours of dark screens and of paper. */
void report_put_figure_style(FILE *file);

/* What each picture shows, in a sentence or two; and what was left out of it, "" if nothing. */
const char *report_timeline_caption(const report_figures *f);
const char *report_round_caption(const report_figures *f);
const char *report_rings_caption(const report_figures *f);
void report_left_out(const report_figures *f, char *text, size_t size);

/* A number with at most one decimal, whatever the locale. */
void report_put_real(FILE *file, double value);

#endif
