/* table.c: one line per row (or step), `op[stage]` in the cells, `|op[stage]` where an op only holds what it got
 * before. */
#include "report/table.h"
#include "report/words.h"

#include <stdlib.h>
#include <string.h>

/* Widest column; most cells of a table, beyond which only starts are shown. */
enum { WIDEST = 54, MOST_CELLS = 1 << 20 };

/* One op in one row. The last column is for those without a unit. */
typedef struct cell {
  int64_t row;
  int32_t column, op;
  bool first; /* the op starts here */
} cell;

typedef struct table {
  const report_view *v;
  report_columns columns;
  bool compressed, starts_only;
  int32_t ncolumns;
  int64_t *marks; /* the rows of a compressed table, rising */
  size_t nmarks;
  cell *cells;
  size_t count, capacity;
  bool failed;
  int *width; /* of each column, 0 = empty throughout */
  int row_width;
} table;

/* ---- cells ---------------------------------------------------------------------------------------------------------
 */

static int compare(const void *a, const void *b) {
  const cell *x = a, *y = b;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  if (x->column != y->column)
    return x->column < y->column ? -1 : 1;
  return x->op < y->op ? -1 : x->op > y->op;
}

static int compare_rows(const void *a, const void *b) {
  const int64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static int64_t row_of(const table *t, int64_t time) {
  return t->v->s->ii > 0 ? time % t->v->s->ii : time;
}

static void add(table *t, int64_t row, int32_t column, int32_t op, bool first) {
  if (t->count == t->capacity) {
    size_t capacity = t->capacity ? 2 * t->capacity : 256;
    cell *cells = realloc(t->cells, capacity * sizeof *cells);
    t->failed = t->failed || !cells;
    if (!cells)
      return;
    t->cells = cells;
    t->capacity = capacity;
  }
  t->cells[t->count++] = (cell){row, column, op, first};
}

/* The first mark at or behind the row. */
static size_t find_mark(const table *t, int64_t row) {
  size_t low = 0, high = t->nmarks;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (t->marks[middle] < row)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The op in the column from `time` on for so many cycles: in each of those rows once, or in the marked ones. */
static void add_run(table *t, int32_t op, int32_t column, int64_t time, int64_t cycles, bool first) {
  int64_t ii = t->v->s->ii, row = row_of(t, time);
  cycles = ii > 0 && cycles > ii ? ii : cycles;
  add(t, row, column, op, first);
  if (t->starts_only)
    return;
  if (!t->compressed) {
    for (int64_t c = 1; c < cycles && !t->failed; c++)
      add(t, row_of(t, time + c), column, op, false);
    return;
  }
  for (size_t m = find_mark(t, row + 1); m < t->nmarks && t->marks[m] < row + cycles; m++)
    add(t, t->marks[m], column, op, false);
  for (size_t m = 0; ii > 0 && m < t->nmarks && t->marks[m] < row + cycles - ii && t->marks[m] < row; m++)
    add(t, t->marks[m], column, op, false);
}

/* Calls `with` for each run of cycles in which the op holds something. */
typedef void each_run(table *t, int32_t op, int32_t column, int64_t time, int64_t cycles, bool first);

static void runs_of_use(table *t, int32_t op, const tweed_use *use, each_run *with) {
  int64_t start = t->v->s->start[op], ii = t->v->s->ii;
  int32_t cycles = ii > 0 && use->cycles > ii ? (int32_t)ii : use->cycles;
  for (int32_t c = 0, end; c < cycles; c = end) {
    for (end = c + 1; end < cycles && (use->held[end] > 0) == (use->held[c] > 0); end++) {
    }
    if (use->held[c] > 0)
      with(t, op, use->unit, start + c, end - c, c == 0);
  }
}

static void runs_of(table *t, int32_t op, each_run *with) {
  const tweed_machine *m = t->v->p->machine;
  const tweed_class *class = tweed_class_of(t->v->p, op);
  if (t->columns == COLUMNS_ROLES) {
    with(t, op, t->v->s->role[op], t->v->s->start[op], tweed_hold(t->v->p, op), true);
    return;
  }
  bool any = false;
  for (int32_t u = 0; u < class->nuses; u++)
    if (class->uses[u].unit != m->issue_unit) {
      runs_of_use(t, op, &class->uses[u], with);
      any = true;
    }
  if (!any)
    with(t, op, m->nunits, t->v->s->start[op], 1, true);
}

static void mark_run(table *t, int32_t op, int32_t column, int64_t time, int64_t cycles, bool first) {
  (void)op, (void)column, (void)first;
  if (t->nmarks + 2 > t->capacity) {
    size_t capacity = t->capacity ? 2 * t->capacity : 256;
    int64_t *marks = realloc(t->marks, capacity * sizeof *marks);
    t->failed = t->failed || !marks;
    if (!marks)
      return;
    t->marks = marks;
    t->capacity = capacity;
  }
  t->marks[t->nmarks++] = row_of(t, time);
  if (cycles > 1 || t->columns == COLUMNS_UNITS) /* the issue of an async op has no end worth a line */
    t->marks[t->nmarks++] = row_of(t, time + cycles);
}

/* The rows in which something starts or ends, each once. */
static void mark_rows(table *t) {
  size_t kept = 0;
  for (int32_t i = 0; i < t->v->p->nops; i++)
    runs_of(t, i, mark_run);
  t->capacity = 0; /* of the cells from here on */
  if (t->nmarks)
    qsort(t->marks, t->nmarks, sizeof *t->marks, compare_rows);
  for (size_t i = 0; i < t->nmarks; i++)
    if (i == 0 || t->marks[i] != t->marks[i - 1])
      t->marks[kept++] = t->marks[i];
  t->nmarks = kept;
}

/* How many cells there would be, at most. */
static int64_t most_cells(const table *t) {
  int64_t sum = 0;
  for (int32_t i = 0; i < t->v->p->nops; i++) {
    const tweed_class *class = tweed_class_of(t->v->p, i);
    for (int32_t u = 0; u < class->nuses; u++) {
      int64_t rows = class->uses[u].cycles;
      int64_t shown = t->compressed ? (int64_t)t->nmarks : t->v->s->ii > 0 ? t->v->s->ii : rows;
      sum += rows < shown ? rows : shown;
    }
  }
  return sum;
}

static bool fill(table *t) {
  t->ncolumns = t->columns == COLUMNS_ROLES ? t->v->nroles : t->v->p->machine->nunits + 1;
  t->width = calloc((size_t)t->ncolumns, sizeof *t->width);
  if (t->compressed)
    mark_rows(t);
  if (!t->width || t->failed)
    return false;
  t->starts_only = most_cells(t) > MOST_CELLS;
  for (int32_t i = 0; i < t->v->p->nops; i++)
    runs_of(t, i, add_run);
  if (t->count && !t->failed)
    qsort(t->cells, t->count, sizeof *t->cells, compare);
  return !t->failed;
}

/* ---- text ----------------------------------------------------------------------------------------------------------
 */

static void column_name(const table *t, int32_t column, report_line *line) {
  const tweed_machine *m = t->v->p->machine;
  report_line_clear(line);
  if (t->columns == COLUMNS_ROLES)
    report_line_add(line, "role %d", (int)column);
  else
    report_line_name(line, column < m->nunits ? m->units[column].name : "no unit", WIDEST);
}

/* The text of all cells of one column in one row, with spaces between. Returns the index behind them. */
static size_t cell_text(const table *t, size_t from, report_line *line) {
  const tweed_schedule *s = t->v->s;
  report_line whole;
  size_t i = from;
  report_line_clear(&whole);
  for (; i < t->count && t->cells[i].row == t->cells[from].row && t->cells[i].column == t->cells[from].column; i++) {
    const cell *c = &t->cells[i];
    report_line_add(&whole, "%s%s", i > from ? " " : "", c->first ? "" : "|");
    report_line_name(&whole, t->v->p->ops[c->op].name, WIDEST - 8);
    if (s->ii > 0)
      report_line_add(&whole, "[%lld]", (long long)(s->start[c->op] / s->ii));
  }
  report_line_clear(line);
  report_line_name(line, whole.text, WIDEST);
  return i;
}

/* Columns are as wide as their widest cell; one that is empty throughout is left out. */
static void measure(table *t) {
  report_line line;
  int64_t last = t->count ? t->cells[t->count - 1].row : 0;
  t->row_width = 5;
  for (int64_t ten = 100000; last >= ten && t->row_width < 19; ten *= 10)
    t->row_width++;
  for (size_t i = 0; i < t->count;) {
    int32_t column = t->cells[i].column;
    i = cell_text(t, i, &line);
    int width = report_width(line.text);
    t->width[column] = width > t->width[column] ? width : t->width[column];
  }
  for (int32_t c = 0; c < t->ncolumns; c++) {
    column_name(t, c, &line);
    if (t->width[c] > 0 && report_width(line.text) > t->width[c])
      t->width[c] = report_width(line.text);
  }
}

/* The columns from `begin` on that fit on a line: the index behind them. */
static int32_t block_end(const table *t, int32_t begin) {
  int width = t->row_width;
  for (int32_t c = begin; c < t->ncolumns; c++) {
    width += t->width[c] > 0 ? t->width[c] + 2 : 0;
    if (width > REPORT_WIDTH && c > begin)
      return c;
  }
  return t->ncolumns;
}

static void put_head(const table *t, int32_t begin, int32_t end, FILE *file) {
  report_line line, name;
  int column = t->row_width;
  report_line_clear(&line);
  report_line_add(&line, t->v->s->ii > 0 ? "row" : "step");
  for (int32_t c = begin; c < end; c++) {
    if (t->width[c] == 0)
      continue;
    report_line_pad(&line, column + 2);
    column_name(t, c, &name);
    report_line_add(&line, "%s", name.text);
    column += t->width[c] + 2;
  }
  report_line_put(&line, file);
}

/* Where a table comes in parts, a part has only the rows with something in it. */
static size_t put_row(const table *t, size_t from, int32_t begin, int32_t end, FILE *file) {
  report_line line, text;
  size_t i = from;
  bool empty = true;
  int column = t->row_width;
  report_line_clear(&line);
  report_line_add(&line, "%lld", (long long)t->cells[from].row);
  for (int32_t c = 0; c < t->ncolumns; c++) {
    bool here = i < t->count && t->cells[i].row == t->cells[from].row && t->cells[i].column == c;
    bool shown = c >= begin && c < end && t->width[c] > 0;
    if (here)
      i = cell_text(t, i, &text);
    if (here && shown) {
      report_line_pad(&line, column + 2);
      report_line_add(&line, "%s", text.text);
      empty = false;
    }
    column += shown ? t->width[c] + 2 : 0;
  }
  if (!empty || !t->starts_only)
    report_line_put(&line, file);
  return i;
}

/* Rows without ops: named if they are few. */
static void put_gap(const table *t, int64_t from, int64_t to, FILE *file) {
  if (t->compressed)
    return;
  if (to - from > 3)
    fputs("…\n", file);
  else
    for (int64_t row = from; row < to; row++)
      fprintf(file, "%lld\n", (long long)row);
}

/* In a compressed table, an empty row says that what was there has ended. */
static void put_ends(const table *t, size_t *mark, int64_t until, FILE *file) {
  for (; t->compressed && !t->starts_only && *mark < t->nmarks && t->marks[*mark] < until; (*mark)++)
    fprintf(file, "%lld\n", (long long)t->marks[*mark]);
  while (*mark < t->nmarks && t->marks[*mark] <= until)
    (*mark)++;
}

static void put_block(const table *t, int32_t begin, int32_t end, FILE *file) {
  int64_t next = 0;
  size_t mark = 0;
  put_head(t, begin, end, file);
  for (size_t i = 0; i < t->count;) {
    int64_t row = t->cells[i].row;
    put_gap(t, next, row, file);
    put_ends(t, &mark, row, file);
    next = row + 1;
    i = put_row(t, i, begin, end, file);
  }
  put_gap(t, next, t->v->s->ii, file);
  put_ends(t, &mark, INT64_MAX, file);
}

tweed_status report_table(const report_view *v, report_columns columns, bool compressed, FILE *file,
                          tweed_error *error) {
  table t = {.v = v, .columns = columns, .compressed = compressed};
  bool good = fill(&t);
  if (good) {
    measure(&t);
    for (int32_t begin = 0, end; begin < t.ncolumns; begin = end) {
      end = block_end(&t, begin);
      if (begin > 0)
        fputc('\n', file);
      put_block(&t, begin, end, file);
    }
    if (t.starts_only)
      fputs("(the table is too large: only starts are shown, not how long ops hold their units)\n", file);
  }
  free(t.cells);
  free(t.marks);
  free(t.width);
  return good ? TWEED_OK : tweed_no_memory(error);
}
