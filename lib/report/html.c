/* html.c: a schedule as one page that needs nothing else: pictures, roles, channels, memories, the list of ops. */
#include "report/figure.h"
#include "report/formats.h"
#include "report/page.h"
#include "report/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 500, MOST_CHIPS = 120, MOST_PROGRAM = 200000 };

static const char style[] =
    "html{background:var(--ground);color:var(--ink)}\n"
    "body{font:15px/1.5 system-ui,\"Segoe UI\",\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif;max-width:1180px;"
    "margin:2.5rem auto 4rem;padding:0 1.5rem;font-variant-numeric:tabular-nums;text-rendering:optimizeLegibility}\n"
    "h1{font-size:1.75rem;font-weight:600;letter-spacing:-.01em;margin:0;line-height:1.2;overflow-wrap:anywhere}\n"
    "h1 small{font-size:1rem;font-weight:400;color:var(--quiet);letter-spacing:0}\n"
    "h2{font-size:1.1rem;font-weight:600;margin:2.75rem 0 .25rem}\n"
    "p{max-width:46rem;margin:.3rem 0 .9rem;overflow-wrap:anywhere}\n"
    "p.caption,figcaption{color:var(--quiet);font-size:13px;max-width:52rem;margin:0 0 .8rem}\n"
    "dl{display:flex;flex-wrap:wrap;gap:.9rem 2.2rem;margin:1.4rem 0 0}\n"
    "dt{font-size:12px;color:var(--quiet)}\n"
    "dd{margin:0;font-size:1.05rem}\n"
    "figure{margin:0;overflow-x:auto}\n"
    "figure svg{display:block;max-width:none}\n"
    "table{border-collapse:collapse;font-size:13px;margin:.6rem 0}\n"
    "th{font-weight:400;color:var(--quiet);text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap}\n"
    "th,td{padding:.3rem 1.4rem .3rem 0;vertical-align:baseline}\n"
    "td{border-bottom:1px solid var(--lane);overflow-wrap:anywhere}\n"
    ".n{text-align:right;white-space:nowrap}\n"
    ".k{white-space:nowrap}\n"
    ".chip{display:inline-block;padding:0 .45em;margin:1px 2px 1px 0;border-radius:3px;white-space:nowrap;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".meter{display:inline-block;width:12rem;height:.6rem;background:var(--lane);vertical-align:baseline;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".meter i{display:block;height:100%;background:var(--c0);print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}\n"
    "summary{cursor:default;color:var(--quiet);font-size:13px;margin-top:.6rem}\n"
    ".tweed.dim .b{opacity:.25}\n.tweed.dim .b.here{opacity:1}\n.tweed.dim .b.near{opacity:.7}\n"
    "pre{font:12px/1.45 ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;overflow-x:auto;margin:.6rem 0}\n"
    "ul{padding-left:1.1rem;margin:.4rem 0}\n"
    "@page{size:landscape;margin:12mm}\n"
    "@media print{body{max-width:none;margin:0;padding:0;font-size:10pt}figure{overflow:visible}\n"
    "figure svg{width:100%;height:auto}h2{break-after:avoid}figure,tr{break-inside:avoid}details{display:none}"
    "p.caption{max-width:none}}\n";

/* An op that is pointed at, its inputs and its users stand out in all pictures. */
static const char script[] =
    "(function(){\"use strict\";var near={};deps.forEach(function(d){(near[d[0]]=near[d[0]]||{})[d[1]]=1;"
    "(near[d[1]]=near[d[1]]||{})[d[0]]=1});\n"
    "var figures=document.currentScript.parentNode.querySelectorAll(\"svg.tweed\");\n"
    "function show(op){figures.forEach(function(f){f.classList.toggle(\"dim\",op!==null);"
    "f.querySelectorAll(\".b\").forEach(function(b){var o=b.getAttribute(\"data-o\");"
    "b.classList.toggle(\"here\",o===op);b.classList.toggle(\"near\",op!==null&&!!(near[op]&&near[op][o]))})})}\n"
    "figures.forEach(function(f){f.addEventListener(\"mouseover\",function(e){var b=e.target.closest(\".b\");"
    "show(b?b.getAttribute(\"data-o\"):null)});f.addEventListener(\"mouseleave\",function(){show(null)})})})();\n";

typedef struct page {
  const report_view *v;
  const report_figures *f;
  FILE *file;
} page;

static void put_fact(const page *g, const char *name, int64_t value) {
  char number[40];
  fprintf(g->file, "<div><dt>%s</dt><dd>%s</dd></div>\n", name,
          value > 0 ? report_number(value, number, sizeof number) : "–");
}

static void put_word(const page *g, const char *name, const char *value) {
  fprintf(g->file, "<div><dt>%s</dt><dd>", name);
  report_put_xml(g->file, value);
  fputs("</dd></div>\n", g->file);
}

static void put_facts(const page *g) {
  const tweed_problem *p = g->v->p;
  const tweed_schedule *s = g->v->s;
  fputs("<dl>\n", g->file);
  put_word(g, "answer", tweed_answer_name(s->answer));
  if (s->ii > 0)
    put_fact(g, "II", s->ii);
  if (p->length == 0) {
    put_fact(g, "MII", s->mii);
    put_fact(g, "lower bound", s->lower_bound);
    put_word(g, "proof", tweed_proof_name(s->proof));
  }
  if (g->v->placed) {
    if (s->ii > 0)
      put_fact(g, "stages", tweed_schedule_stages(s));
    put_fact(g, "length", tweed_schedule_length(p, s));
    if (s->length_bound > 0)
      put_fact(g, "least length", s->length_bound);
    put_fact(g, "MaxLive", tweed_schedule_max_live(p, s, -1));
  }
  put_fact(g, "ops", p->nops);
  put_fact(g, "dependences", p->ndeps);
  if (*s->solver)
    put_word(g, "solver", s->solver);
  fputs("</dl>\n", g->file);
}

void report_put_page_head(const char *title, FILE *file) {
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>",
        file);
  report_put_xml(file, title);
  fputs("</title>\n<style>\n", file);
  report_put_figure_style(file);
  fputs(style, file);
  fputs("</style>\n</head>\n<body>\n", file);
}

static void put_why(const page *g) {
  const tweed_schedule *s = g->v->s;
  if (s->nwhy) {
    fputs("<h2>Why not</h2>\n<ul>\n", g->file);
    for (int32_t i = 0; i < s->nwhy; i++) {
      fputs("<li>", g->file);
      report_put_xml(g->file, s->why[i]);
      fputs("</li>\n", g->file);
    }
    fputs("</ul>\n", g->file);
  }
}

static void put_title(const page *g) {
  fputs("<h1>", g->file);
  report_put_xml(g->file, g->v->p->name);
  fputs(" <small>on ", g->file);
  report_put_xml(g->file, g->v->p->machine->name);
  fputs("</small></h1>\n", g->file);
}

static void put_figure(const page *g, const char *title, const char *caption,
                       void (*put)(const report_figures *, double, double, FILE *)) {
  fprintf(g->file, "<h2>%s</h2>\n<p class=\"caption\">%s</p>\n<figure>\n", title, caption);
  put(g->f, 0, 0, g->file);
  fputs("</figure>\n", g->file);
}

static int color_of(const page *g, int32_t op) {
  return g->v->s->ii > 0 ? (int)(g->v->s->start[op] / g->v->s->ii % FIGURE_COLORS) : 0;
}

static void put_roles(const page *g) {
  const report_view *v = g->v;
  fputs("<h2>Roles</h2>\n<p class=\"caption\">What each warp group runs, in order; the colour is the stage, as in the "
        "round above. "
        "Registers are the most, per thread, that its values need at a time.</p>\n"
        "<table>\n<tr><th>role</th><th class=\"n\">warps</th><th class=\"n\">registers</th><th>ops</th></tr>\n",
        g->file);
  for (int32_t r = 0; r < v->nroles; r++) {
    const report_role *role = &v->roles[r];
    fprintf(g->file, "<tr><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%lld</td><td>", (int)r,
            (int)role->warps, (long long)role->regs);
    for (int32_t i = 0; i < role->nops && i < MOST_CHIPS; i++) {
      int32_t op = role->ops[i];
      fprintf(g->file, "<span class=\"chip\" style=\"background:var(--c%d)\">", color_of(g, op));
      report_put_xml_cut(g->file, v->p->ops[op].name, 40);
      fputs("</span> ", g->file);
    }
    if (role->nops > MOST_CHIPS)
      fprintf(g->file, "and %d more", (int)(role->nops - MOST_CHIPS));
    fputs("</td></tr>\n", g->file);
  }
  fputs("</table>\n", g->file);
}

static void put_ring(const page *g, const report_ring *ring) {
  const report_view *v = g->v;
  char text[64];
  fputs("<tr><td>", g->file);
  report_put_xml_cut(g->file, v->p->ops[ring->op].name, 60);
  fprintf(g->file, "</td><td class=\"k\">%d", (int)report_role_of(v, ring->op));
  for (int32_t i = 0; i < ring->nreaders; i++)
    fprintf(g->file, "%s%d", i ? ", " : " → ", (int)ring->readers[i]);
  fprintf(g->file, "</td><td class=\"n\">%d</td><td class=\"n\">%s</td><td>", (int)ring->depth,
          ring->bytes > 0 ? report_bytes(ring->bytes, text, sizeof text) : "–");
  if (ring->memory >= 0)
    report_put_xml_cut(g->file, v->p->machine->memories[ring->memory].name, 40);
  fprintf(g->file, "</td><td>%s</td></tr>\n",
          !ring->data          ? "order only"
          : ring->staged       ? "staged from registers"
          : ring->nreaders > 0 ? "handed over in place"
                               : "within the role");
}

static void put_rings(const page *g) {
  fputs("<table>\n<tr><th>value</th><th>roles</th><th class=\"n\">depth</th><th class=\"n\">slot</th><th>memory</th>"
        "<th></th></tr>\n",
        g->file);
  for (int32_t i = 0; i < g->v->nrings && i < MOST_ROWS; i++)
    put_ring(g, &g->v->rings[i]);
  fputs("</table>\n", g->file);
  if (g->v->nrings > MOST_ROWS)
    fprintf(g->file, "<p class=\"caption\">%d more are left out.</p>\n", (int)(g->v->nrings - MOST_ROWS));
}

static void put_memories(const page *g) {
  const report_view *v = g->v;
  char a[64], b[64];
  if (v->p->machine->nmemories == 0)
    return;
  fputs("<h2>Memory</h2>\n<p class=\"caption\">The most that is taken at a time: slots of rings with their barriers, "
        "and what is "
        "reserved.</p>\n<table>\n"
        "<tr><th>memory</th><th class=\"n\">taken</th><th class=\"n\">there is</th><th></th></tr>\n",
        g->file);
  for (int32_t m = 0; m < v->p->machine->nmemories; m++) {
    int64_t size = v->p->machine->memories[m].bytes, taken = v->joint.memories[m];
    double part = size > 0 ? 100 * (double)taken / (double)size : 0;
    fputs("<tr><td>", g->file);
    report_put_xml_cut(g->file, v->p->machine->memories[m].name, 40);
    fprintf(g->file,
            "</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"k\"><span class=\"meter\"><i "
            "style=\"width:%.0f%%\">"
            "</i></span> %.0f %%</td></tr>\n",
            report_bytes(taken, a, sizeof a), report_bytes(size, b, sizeof b), part < 100 ? part : 100, part);
  }
  fprintf(g->file, "</table>\n<p class=\"caption\">Hand-offs cost %s cycles per iteration, rings take %s.</p>\n",
          report_number(v->joint.handoffs, a, sizeof a), report_bytes(v->joint.ring_bytes, b, sizeof b));
}

static void put_op(const page *g, int32_t op) {
  const report_view *v = g->v;
  const tweed_class *class = tweed_class_of(v->p, op);
  int64_t start = v->s->start[op];
  char a[40], b[40], c[40];
  fputs("<tr><td>", g->file);
  report_put_xml_cut(g->file, v->p->ops[op].name, 60);
  fputs("</td><td>", g->file);
  report_put_xml_cut(g->file, class->name, 40);
  fprintf(g->file, "</td><td class=\"n\">%s</td>", report_number(start, a, sizeof a));
  if (v->s->ii > 0)
    fprintf(g->file, "<td class=\"n\">%s</td><td class=\"n\">%s</td>", report_number(start / v->s->ii, b, sizeof b),
            report_number(start % v->s->ii, c, sizeof c));
  fprintf(g->file, "<td class=\"n\">%s</td>", report_number(class->latency, a, sizeof a));
  if (v->s->joint)
    fprintf(g->file, "<td class=\"n\">%d</td>", (int)v->s->role[op]);
  fputs("<td>", g->file);
  if (v->p->ops[op].where)
    report_put_xml_cut(g->file, v->p->ops[op].where, 80);
  fputs("</td></tr>\n", g->file);
}

static void put_ops(const page *g) {
  const report_view *v = g->v;
  int32_t left = MOST_ROWS;
  fprintf(g->file,
          "<details><summary>All ops, by %s</summary>\n<table>\n<tr><th>op</th><th>class</th><th "
          "class=\"n\">start</th>%s<th class=\"n\">latency</th>%s<th>where</th></tr>\n",
          v->s->joint ? "role and start" : "start",
          v->s->ii > 0 ? "<th class=\"n\">stage</th><th class=\"n\">row</th>" : "",
          v->s->joint ? "<th class=\"n\">role</th>" : "");
  for (int32_t r = 0; r < v->nroles; r++)
    for (int32_t i = 0; i < v->roles[r].nops && left > 0; i++, left--)
      put_op(g, v->roles[r].ops[i]);
  fputs("</table>\n", g->file);
  if (v->p->nops > MOST_ROWS)
    fprintf(g->file, "<p class=\"caption\">%d more are left out.</p>\n", (int)(v->p->nops - MOST_ROWS));
  fputs("</details>\n", g->file);
}

/* What --format pseudo writes, for schedules that have programs of a legible size. */
static tweed_status put_programs(const page *g, tweed_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  tweed_status status = file ? tweed_report_pseudo(g->v->p, g->v->s, file, error) : tweed_no_memory(error);
  bool written = !file || fclose(file) == 0;
  if (!status && (!written || !text))
    status = tweed_no_memory(error);
  if (!status && size < MOST_PROGRAM) {
    fprintf(g->file, "<details><summary>%s</summary>\n<pre>",
            g->v->s->joint ? "The programs of the roles" : "The loop as a program");
    report_put_xml(g->file, text);
    fputs("</pre></details>\n", g->file);
  }
  free(text);
  return status == TWEED_ILLEGAL || status == TWEED_BAD_INPUT ? TWEED_OK : status;
}

static void put_script(const page *g) {
  const tweed_problem *p = g->v->p;
  bool few = p->ndeps <= 10 * MOST_ROWS;
  fputs("<script>\nvar deps=[", g->file);
  for (int32_t d = 0; d < p->ndeps && few; d++)
    fprintf(g->file, "%s[%d,%d]", d ? "," : "", (int)p->deps[d].from, (int)p->deps[d].to);
  fputs("];\n//<![CDATA[\n", g->file);
  fputs(script, g->file);
  fputs("//]]>\n</script>\n", g->file);
}

static tweed_status put_schedule(const page *g, tweed_error *error) {
  char text[320];
  put_figure(g, "Timeline", report_timeline_caption(g->f), report_put_timeline);
  report_left_out(g->f, text, sizeof text);
  if (*text)
    fprintf(g->file, "<p class=\"caption\">%s</p>\n", text);
  if (g->v->s->ii > 0)
    put_figure(g, "One round", report_round_caption(g->f), report_put_round);
  if (g->v->s->joint && g->v->nrings) {
    put_figure(g, "Channels", report_rings_caption(g->f), report_put_rings);
    put_rings(g);
  }
  if (g->v->s->joint) {
    put_roles(g);
    put_memories(g);
  }
  put_ops(g);
  tweed_status status = put_programs(g, error);
  put_script(g);
  return status;
}

tweed_status report_put_pictures(const report_view *v, bool titled, FILE *file, tweed_error *error) {
  report_figures f;
  tweed_status status = report_figures_new(v, &f, error);
  if (status)
    return status;
  page g = {v, &f, file};
  if (titled)
    put_title(&g);
  put_facts(&g);
  put_why(&g);
  return v->placed ? put_schedule(&g, error) : TWEED_OK;
}

tweed_status tweed_report_html(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  tweed_status status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  report_put_page_head(p->name, file);
  status = report_put_pictures(&v, true, file, error);
  fputs("</body>\n</html>\n", file);
  if (!status && ferror(file))
    status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  report_view_free(&v);
  return status;
}
