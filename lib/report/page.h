/* page.h: the pieces that HTML pages are made of. */
#ifndef TWEED_LIB_PAGE_H
#define TWEED_LIB_PAGE_H

#include "report/view.h"
#include <stdio.h>

/* Up to <body>. */
void report_put_page_head(const char *title, FILE *file);
/* What is known of a schedule, and its pictures and tables. titled: with its own heading. */
tweed_status report_put_pictures(const report_view *v, bool titled, FILE *file, tweed_error *error);

/* The dependence graph as an <svg> element: ops in layers, each below all that it depends on in the same iteration.
 * Nothing for more than REPORT_GRAPH_OPS ops. False: out of memory. */
enum { REPORT_GRAPH_OPS = 200 };
bool report_put_graph(const report_view *v, FILE *file);

#endif
