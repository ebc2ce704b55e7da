/* dot.c: a problem and its schedule for Graphviz: one row of the drawing per row of the schedule, an op coloured by its
 * stage, dependences of distance > 0 dashed. */
#include "report/formats.h"

#include <errno.h>
#include <string.h>

static void put_quoted(FILE *file, const char *text) {
  fputc('"', file);
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      fputc('\\', file);
    fputc(*text, file);
  }
  fputc('"', file);
}

/* Names are quoted and the label comes in two parts, so that no name can end the string. */
static void put_op(const tweed_problem *p, const tweed_schedule *s, int32_t op, bool placed, FILE *file) {
  fprintf(file, "  %d [label=", (int)op);
  put_quoted(file, p->ops[op].name);
  fputs(" + \"\\n\" + ", file);
  put_quoted(file, tweed_class_of(p, op)->name);
  if (placed && s->ii > 0)
    fprintf(file, " + \"\\n@%lld [%lld]\", fillcolor=%lld", (long long)s->start[op], (long long)(s->start[op] / s->ii),
            (long long)(s->start[op] / s->ii % 8 + 1));
  else if (placed)
    fprintf(file, " + \"\\n@%lld\", fillcolor=1", (long long)s->start[op]);
  fputs("];\n", file);
}

static void put_dep(const tweed_dep *dep, FILE *file) {
  static const char *const colors[] = {"black", "gray40", "gray40", "blue", "darkgreen", "purple"};
  fprintf(file, "  %d -> %d [color=%s, label=\"%d", (int)dep->from, (int)dep->to, colors[dep->kind], (int)dep->latency);
  if (dep->distance > 0)
    fprintf(file, ",%d\", style=dashed, constraint=false", (int)dep->distance);
  else
    fputc('"', file);
  fputs("];\n", file);
}

tweed_status tweed_report_dot(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  bool placed = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  fputs("digraph ", file);
  put_quoted(file, p->name);
  fputs(" {\n  node [shape=box, style=filled, colorscheme=set38, fillcolor=white];\n", file);
  for (int32_t i = 0; i < p->nops; i++)
    put_op(p, s, i, placed, file);
  for (int32_t d = 0; d < p->ndeps; d++)
    put_dep(&p->deps[d], file);
  fputs("}\n", file);
  return ferror(file) ? tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno)) : TWEED_OK;
}
