/* graph.c: draws a dependence graph: layers by longest path, the order in them by the mean place of neighbours
 * (Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical system structures, 1981). */
#include "report/figure.h"
#include "report/page.h"
#include "report/words.h"
#include <stdlib.h>

#define MARGIN 12.0
#define GAP 20.0
#define BOX 30.0
#define PITCH 84.0
#define LETTER 6.4
enum { MOST_NAME = 30, SWEEPS = 4 };

typedef struct node {
  int32_t layer, op;
  double place, x, width; /* place: where it would like to be */
} node;

/* nodes: by op. order: ops by layer, then from left to right; first: of each layer. */
typedef struct drawing {
  const report_view *v;
  int32_t layers;
  node *nodes;
  int32_t *order, *first;
  double width;
  FILE *file;
} drawing;

static void find_layers(drawing *d) {
  const tweed_problem *p = d->v->p;
  for (bool again = true; again;) {
    again = false;
    for (int32_t k = 0; k < p->ndeps; k++) {
      const tweed_dep *e = &p->deps[k];
      if (e->distance == 0 && d->nodes[e->to].layer <= d->nodes[e->from].layer) {
        d->nodes[e->to].layer = d->nodes[e->from].layer + 1;
        again = true;
      }
    }
  }
  for (int32_t i = 0; i < p->nops; i++)
    if (d->nodes[i].layer >= d->layers)
      d->layers = d->nodes[i].layer + 1;
}

static void fill_layers(drawing *d) {
  int32_t n = 0;
  for (int32_t l = 0; l < d->layers; l++) {
    d->first[l] = n;
    for (int32_t i = 0; i < d->v->p->nops; i++)
      if (d->nodes[i].layer == l)
        d->order[n++] = i;
  }
  d->first[d->layers] = n;
}

/* From left to right, and the layer as a whole in the middle. */
static void set_places(drawing *d, int32_t layer) {
  double x = MARGIN;
  for (int32_t k = d->first[layer]; k < d->first[layer + 1]; k++) {
    node *n = &d->nodes[d->order[k]];
    n->x = x;
    x += n->width + GAP;
  }
  double more = d->width - (x - GAP + MARGIN);
  for (int32_t k = d->first[layer]; k < d->first[layer + 1]; k++)
    d->nodes[d->order[k]].x += more / 2;
}

static double layer_width(const drawing *d, int32_t layer) {
  double width = 2 * MARGIN - GAP;
  for (int32_t k = d->first[layer]; k < d->first[layer + 1]; k++)
    width += d->nodes[d->order[k]].width + GAP;
  return width;
}

static double middle(const node *n) {
  return n->x + n->width / 2;
}

/* Mean middle of what it depends on, or of what depends on it. */
static void wish(drawing *d, int32_t op, bool down) {
  const tweed_problem *p = d->v->p;
  double sum = 0;
  int32_t n = 0;
  for (int32_t k = 0; k < p->ndeps; k++) {
    const tweed_dep *e = &p->deps[k];
    if (e->distance == 0 && (down ? e->to : e->from) == op) {
      sum += middle(&d->nodes[down ? e->from : e->to]);
      n++;
    }
  }
  d->nodes[op].place = n > 0 ? sum / n : middle(&d->nodes[op]);
}

/* By insertion: what wants the same place keeps its order. */
static void sort_layer(drawing *d, int32_t layer) {
  for (int32_t k = d->first[layer] + 1; k < d->first[layer + 1]; k++)
    for (int32_t j = k; j > d->first[layer] && d->nodes[d->order[j - 1]].place > d->nodes[d->order[j]].place; j--) {
      int32_t op = d->order[j];
      d->order[j] = d->order[j - 1];
      d->order[j - 1] = op;
    }
}

static void sweep(drawing *d, bool down) {
  for (int32_t k = 0; k < d->layers; k++) {
    int32_t layer = down ? k : d->layers - 1 - k;
    for (int32_t i = d->first[layer]; i < d->first[layer + 1]; i++)
      wish(d, d->order[i], down);
    sort_layer(d, layer);
    set_places(d, layer);
  }
}

static void place_all(drawing *d) {
  for (int32_t l = 0; l < d->layers; l++)
    if (layer_width(d, l) > d->width)
      d->width = layer_width(d, l);
  for (int32_t l = 0; l < d->layers; l++)
    set_places(d, l);
  for (int k = 0; k < SWEEPS; k++)
    sweep(d, k % 2 == 0);
}

/* ---- drawing ---- */

static void put_point(const drawing *d, const char *before, double x, double y) {
  fputs(before, d->file);
  report_put_real(d->file, x);
  fputc(' ', d->file);
  report_put_real(d->file, y);
}

static double top(const node *n) {
  return MARGIN + n->layer * PITCH;
}

static void put_head(const drawing *d, double x, double y) {
  put_point(d, "<path fill=\"var(--quiet)\" d=\"M", x - 3, y - 6);
  put_point(d, "L", x, y);
  put_point(d, "L", x + 3, y - 6);
  fputs("Z\"/>", d->file);
}

/* Carried ones leave at the right of the lower end and come back beside the boxes. */
static void put_path(const drawing *d, const tweed_dep *e) {
  const node *a = &d->nodes[e->from], *b = &d->nodes[e->to];
  double x = middle(a), y = top(a) + BOX, u = middle(b), w = top(b);
  if (e->distance == 0) {
    put_point(d, "M", x, y);
    put_point(d, "C", x, y + PITCH / 2);
    put_point(d, ",", u, w - PITCH / 2);
    put_point(d, ",", u, w);
    return;
  }
  double right = (a->x + a->width > b->x + b->width ? a->x + a->width : b->x + b->width) + GAP;
  x += a->width / 4;
  u += b->width / 4;
  put_point(d, "M", x, y);
  put_point(d, "C", x, y + 22);
  put_point(d, ",", right, y + 22);
  put_point(d, ",", right, (y + w) / 2);
  put_point(d, "C", right, w - 22);
  put_point(d, ",", u, w - 22);
  put_point(d, ",", u, w);
}

static void put_edge(const drawing *d, const tweed_dep *e) {
  const tweed_problem *p = d->v->p;
  const node *b = &d->nodes[e->to];
  fputs("<g><path fill=\"none\" stroke=\"var(--quiet)\"", d->file);
  fputs(e->distance > 0 ? " stroke-dasharray=\"4 3\" d=\"" : " d=\"", d->file);
  put_path(d, e);
  fputs("\"/>", d->file);
  put_head(d, middle(b) + (e->distance > 0 ? b->width / 4 : 0), top(b));
  fputs("<title>", d->file);
  report_put_xml_cut(d->file, p->ops[e->from].name, 60);
  fputs(" → ", d->file);
  report_put_xml_cut(d->file, p->ops[e->to].name, 60);
  fprintf(d->file, ", latency %d", (int)e->latency);
  if (e->distance > 0)
    fprintf(d->file, ", distance %d", (int)e->distance);
  fputs("</title></g>\n", d->file);
}

static void put_node(const drawing *d, int32_t op) {
  const report_view *v = d->v;
  const node *n = &d->nodes[op];
  bool staged = v->placed && v->s->ii > 0;
  int color = staged ? (int)(v->s->start[op] / v->s->ii % FIGURE_COLORS) : 0;
  fprintf(d->file, "<g class=\"b c%d\" data-o=\"%d\"><rect rx=\"3\" x=\"", color, (int)op);
  report_put_real(d->file, n->x);
  fputs("\" y=\"", d->file);
  report_put_real(d->file, top(n));
  fputs("\" width=\"", d->file);
  report_put_real(d->file, n->width);
  fprintf(d->file, "\" height=\"%d\"/><text class=\"m l\" x=\"", (int)BOX);
  report_put_real(d->file, middle(n));
  fputs("\" y=\"", d->file);
  report_put_real(d->file, top(n) + BOX / 2 + 4);
  fputs("\">", d->file);
  report_put_xml_cut(d->file, v->p->ops[op].name, MOST_NAME);
  fputs("</text><title>", d->file);
  report_put_xml_cut(d->file, v->p->ops[op].name, 80);
  if (v->p->ops[op].where) {
    fputs(", ", d->file);
    report_put_xml_cut(d->file, v->p->ops[op].where, 120);
  }
  fputs("</title></g>\n", d->file);
}

bool report_put_graph(const report_view *v, FILE *file) {
  int32_t n = v->p->nops;
  drawing d = {.v = v, .file = file};
  d.nodes = tweed_arena_array(v->arena, (size_t)n, sizeof *d.nodes);
  d.order = tweed_arena_array(v->arena, (size_t)n, sizeof *d.order);
  d.first = tweed_arena_array(v->arena, (size_t)n + 2, sizeof *d.first);
  if (!d.nodes || !d.order || !d.first)
    return false;
  for (int32_t i = 0; i < n; i++) {
    int width = report_width(v->p->ops[i].name);
    d.nodes[i] = (node){.op = i, .width = LETTER * (width < MOST_NAME ? width : MOST_NAME) + 16};
  }
  find_layers(&d);
  fill_layers(&d);
  place_all(&d);
  double height = 2 * MARGIN + (d.layers - 1) * PITCH + BOX + 22, width = d.width + 2 * GAP;
  fputs("<svg class=\"tweed\" xmlns=\"http://www.w3.org/2000/svg\" width=\"", file);
  report_put_real(file, width);
  fputs("\" height=\"", file);
  report_put_real(file, height);
  fputs("\" role=\"img\">\n", file);
  for (int32_t k = 0; k < v->p->ndeps; k++)
    put_edge(&d, &v->p->deps[k]);
  for (int32_t i = 0; i < n; i++)
    put_node(&d, i);
  fputs("</svg>\n", file);
  return true;
}
