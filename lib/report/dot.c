/* dot.c: a problem and its schedule for Graphviz: an op is coloured by its stage, dependences of distance > 0 are
 * dashed; in a joint schedule, a box around each role and the ring beside what crosses between them. */
#include "report/formats.h"
#include "report/view.h"
#include "report/words.h"

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
static void put_op(const report_view *v, int32_t op, const char *indent, FILE *file) {
  const tweed_problem *p = v->p;
  const tweed_schedule *s = v->s;
  fprintf(file, "%s%d [label=", indent, (int)op);
  put_quoted(file, p->ops[op].name);
  fputs(" + \"\\n\" + ", file);
  put_quoted(file, tweed_class_of(p, op)->name);
  if (v->placed && s->ii > 0)
    fprintf(file, " + \"\\n@%lld [%lld]\", fillcolor=%lld", (long long)s->start[op], (long long)(s->start[op] / s->ii),
            (long long)(s->start[op] / s->ii % 8 + 1));
  else if (v->placed)
    fprintf(file, " + \"\\n@%lld\", fillcolor=1", (long long)s->start[op]);
  fputs("];\n", file);
}

static void put_ops(const report_view *v, FILE *file) {
  if (!v->placed || !v->s->joint) {
    for (int32_t i = 0; i < v->p->nops; i++)
      put_op(v, i, "  ", file);
    return;
  }
  for (int32_t r = 0; r < v->nroles; r++) {
    const report_role *role = &v->roles[r];
    fprintf(file, "  subgraph cluster_%d {\n    label=\"role %d: %d warp%s, %lld registers\";\n    style=rounded;\n",
            (int)r, (int)r, (int)role->warps, role->warps == 1 ? "" : "s", (long long)role->regs);
    for (int32_t i = 0; i < role->nops; i++)
      put_op(v, role->ops[i], "    ", file);
    fputs("  }\n", file);
  }
}

/* The ring of a dependence that crosses roles. */
static void put_ring(const report_view *v, const tweed_dep *dep, FILE *file) {
  int32_t index = report_by_value(dep) ? v->data_ring[dep->from] : v->order_ring[dep->from];
  char bytes[64];
  if (!v->placed || !v->s->joint || index < 0 || v->s->role[dep->from] == v->s->role[dep->to])
    return;
  fprintf(file, "\\n%d slot%s", (int)v->rings[index].depth, v->rings[index].depth == 1 ? "" : "s");
  if (v->rings[index].bytes > 0)
    fprintf(file, " × %s", report_bytes(v->rings[index].bytes, bytes, sizeof bytes));
}

static void put_dep(const report_view *v, const tweed_dep *dep, FILE *file) {
  static const char *const colors[] = {"black", "gray40", "gray40", "blue", "darkgreen", "purple"};
  bool crosses = v->placed && v->s->joint && v->s->role[dep->from] != v->s->role[dep->to];
  fprintf(file, "  %d -> %d [color=%s, label=\"%d", (int)dep->from, (int)dep->to, colors[dep->kind], (int)dep->latency);
  if (dep->distance > 0)
    fprintf(file, ",%d", (int)dep->distance);
  put_ring(v, dep, file);
  fputc('"', file);
  if (dep->distance > 0)
    fputs(", style=dashed, constraint=false", file);
  fputs(crosses ? ", penwidth=2];\n" : "];\n", file);
}

tweed_status tweed_report_dot(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  tweed_status status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  fputs("digraph ", file);
  put_quoted(file, p->name);
  fputs(" {\n  node [shape=box, style=filled, colorscheme=set38, fillcolor=white];\n", file);
  put_ops(&v, file);
  for (int32_t d = 0; d < p->ndeps; d++)
    put_dep(&v, &p->deps[d], file);
  fputs("}\n", file);
  report_view_free(&v);
  return ferror(file) ? tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno)) : TWEED_OK;
}
