/* text.c: a schedule as a table: one line per row (or step), one column per unit, `op[stage]` in the cells. */
#include "report/formats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 40 };

/* One op in one row. unit nunits means "no unit". */
typedef struct cell {
  int64_t row;
  int32_t unit, op, order;
  bool first; /* the op starts here; else it holds the unit still */
} cell;

typedef struct table {
  const tweed_problem *p;
  const tweed_schedule *s;
  cell *cells;
  size_t count;
  int *width; /* of each column */
} table;

/* Characters on the screen, taking each code point as one. */
static int width_of(const char *text) {
  int width = 0;
  for (; *text; text++)
    width += ((unsigned char)*text & 0xc0) != 0x80;
  return width;
}

static int compare(const void *a, const void *b) {
  const cell *x = a, *y = b;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  if (x->unit != y->unit)
    return x->unit < y->unit ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* The rows in which an op holds a unit, each once. */
static int64_t rows_held(const table *t, const tweed_use *use) {
  return t->s->ii > 0 && use->cycles > t->s->ii ? t->s->ii : use->cycles;
}

/* How many cells an op has: one per row and unit it holds, or one if it holds nothing. */
static size_t cells_of(const table *t, int32_t op) {
  const tweed_class *class = tweed_class_of(t->p, op);
  size_t count = 1;
  for (int32_t u = 0; u < class->nuses; u++)
    count += (size_t)rows_held(t, &class->uses[u]);
  return count;
}

static int64_t row_of(const table *t, int64_t time) {
  return t->s->ii > 0 ? time % t->s->ii : time;
}

static void add_cells(table *t, int32_t op) {
  const tweed_machine *m = t->p->machine;
  const tweed_class *class = tweed_class_of(t->p, op);
  size_t before = t->count;
  for (int32_t u = 0; u < class->nuses; u++) {
    const tweed_use *use = &class->uses[u];
    for (int32_t c = 0; c < rows_held(t, use) && use->unit != m->issue_unit; c++)
      if (use->held[c] > 0)
        t->cells[t->count++] = (cell){row_of(t, t->s->start[op] + c), use->unit, op, op, c == 0};
  }
  if (t->count == before)
    t->cells[t->count++] = (cell){row_of(t, t->s->start[op]), m->nunits, op, op, true};
}

static bool fill(table *t) {
  size_t most = 0;
  for (int32_t i = 0; i < t->p->nops; i++)
    most += cells_of(t, i);
  t->cells = calloc(most, sizeof *t->cells);
  t->width = calloc((size_t)t->p->machine->nunits + 1, sizeof *t->width);
  if (!t->cells || !t->width)
    return false;
  for (int32_t i = 0; i < t->p->nops; i++)
    add_cells(t, i);
  qsort(t->cells, t->count, sizeof *t->cells, compare);
  return true;
}

/* `op[stage]`, or `|` where the op only holds the unit still. */
static int cell_text(const table *t, const cell *c, char *text, size_t size) {
  if (t->s->ii > 0)
    snprintf(text, size, "%s%s[%lld]", c->first ? "" : "|", t->p->ops[c->op].name,
             (long long)(t->s->start[c->op] / t->s->ii));
  else
    snprintf(text, size, "%s%s", c->first ? "" : "|", t->p->ops[c->op].name);
  return width_of(text);
}

/* The text of all cells of one unit in one row, with spaces between. Returns the index behind them. */
static size_t group(const table *t, size_t from, char *text, size_t size) {
  size_t used = 0, i = from;
  text[0] = 0;
  for (; i < t->count && t->cells[i].row == t->cells[from].row && t->cells[i].unit == t->cells[from].unit; i++) {
    char one[160];
    cell_text(t, &t->cells[i], one, sizeof one);
    int n = snprintf(text + used, size - used, "%s%s", used ? " " : "", one);
    used = n > 0 && (size_t)n < size - used ? used + (size_t)n : used;
  }
  return i;
}

static const char *unit_name(const table *t, int32_t unit) {
  return unit < t->p->machine->nunits ? t->p->machine->units[unit].name : "no unit";
}

/* Columns are as wide as their widest cell; one that is empty throughout has width 0 and is left out. */
static void measure(table *t) {
  char text[1024];
  for (size_t i = 0; i < t->count;) {
    int32_t unit = t->cells[i].unit;
    i = group(t, i, text, sizeof text);
    int width = width_of(text);
    width = width > WIDEST ? WIDEST : width;
    int name = width_of(unit_name(t, unit));
    width = width > name ? width : name;
    t->width[unit] = width > t->width[unit] ? width : t->width[unit];
  }
}

static void pad(FILE *file, const char *text, int width) {
  fprintf(file, "%s%*s", text, width > width_of(text) ? width - width_of(text) : 0, "");
}

static int last_column(const table *t) {
  int last = -1;
  for (int32_t u = 0; u <= t->p->machine->nunits; u++)
    last = t->width[u] > 0 ? u : last;
  return last;
}

static void put_head(const table *t, FILE *file) {
  pad(file, t->s->ii > 0 ? "row" : "step", 5);
  int last = last_column(t);
  for (int32_t u = 0; u <= last; u++)
    if (t->width[u] > 0) {
      fputs("  ", file);
      pad(file, unit_name(t, u), u == last ? 0 : t->width[u]);
    }
  fputc('\n', file);
}

static size_t put_row(const table *t, size_t from, FILE *file) {
  char text[1024];
  size_t i = from;
  int pending = 0;
  snprintf(text, sizeof text, "%lld", (long long)t->cells[from].row);
  pad(file, text, 5);
  for (int32_t u = 0; u <= t->p->machine->nunits; u++) {
    if (t->width[u] == 0)
      continue;
    pending += 2;
    if (i < t->count && t->cells[i].row == t->cells[from].row && t->cells[i].unit == u) {
      i = group(t, i, text, sizeof text);
      fprintf(file, "%*s%s", pending, "", text);
      pending = t->width[u] > width_of(text) ? t->width[u] - width_of(text) : 0;
    } else {
      pending += t->width[u];
    }
  }
  fputc('\n', file);
  return i;
}

/* Rows without ops: named if they are few. */
static void put_gap(int64_t from, int64_t to, FILE *file) {
  if (to - from > 3)
    fputs("…\n", file);
  else
    for (int64_t row = from; row < to; row++)
      fprintf(file, "%lld\n", (long long)row);
}

static void put_table(table *t, FILE *file) {
  measure(t);
  put_head(t, file);
  int64_t next = 0;
  for (size_t i = 0; i < t->count;) {
    put_gap(next, t->cells[i].row, file);
    next = t->cells[i].row + 1;
    i = put_row(t, i, file);
  }
  put_gap(next, t->s->ii, file);
}

static void put_summary(const tweed_problem *p, const tweed_schedule *s, bool placed, FILE *file) {
  fprintf(file, "%s on %s: %s", p->name, p->machine->name, tweed_answer_name(s->answer));
  if (s->ii > 0)
    fprintf(file, ", II %d", (int)s->ii);
  if (p->length == 0)
    fprintf(file, ", MII %d, bound %d, proof %s", (int)s->mii, (int)s->lower_bound, tweed_proof_name(s->proof));
  if (*s->solver)
    fprintf(file, ", solver %s", s->solver);
  if (placed && s->ii > 0)
    fprintf(file, ", %d stage%s", (int)tweed_schedule_stages(s), tweed_schedule_stages(s) == 1 ? "" : "s");
  if (placed)
    fprintf(file, ", length %lld, MaxLive %lld", (long long)tweed_schedule_length(p, s),
            (long long)tweed_schedule_max_live(p, s, -1));
  fputc('\n', file);
}

tweed_status tweed_report_text(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  bool placed = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  put_summary(p, s, placed, file);
  table t = {.p = p, .s = s};
  tweed_status status = TWEED_OK;
  if (placed && fill(&t))
    put_table(&t, file);
  else if (placed)
    status = tweed_no_memory(error);
  free(t.cells);
  free(t.width);
  if (!status && ferror(file))
    status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  return status;
}
