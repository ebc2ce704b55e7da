/* cnf_model.c: an exact model as CNF, order encoded: a variable for each "starts at t or earlier". */
#include "solve/cnf.h"
#include <stdlib.h>

int32_t tweed_cnf_starts_by(const tweed_cnf_model *m, int32_t item, int64_t t) {
  const tweed_exact *e = m->e;
  if (t < e->low[item])
    return TWEED_CNF_FALSE;
  return t >= e->high[item] ? TWEED_CNF_TRUE : m->first[item] + (int32_t)(t - e->low[item]);
}

/* start[to] >= start[from] + weight: who starts by t + weight needs the other by t. */
static void add_arc(tweed_cnf_model *m, int32_t from, int32_t to, int64_t weight) {
  const tweed_exact *e = m->e;
  int64_t t = e->low[to] - weight > e->low[from] - 1 ? e->low[to] - weight : e->low[from] - 1;
  for (; t < e->high[from] && !m->cnf.full && !m->cnf.failed; t++)
    tweed_cnf_add(&m->cnf, 2, (int32_t[]){-tweed_cnf_starts_by(m, to, t + weight), tweed_cnf_starts_by(m, from, t)});
}

static void add_order(tweed_cnf_model *m, int32_t item) {
  for (int64_t t = m->e->low[item]; t + 1 < m->e->high[item] && !m->cnf.full && !m->cnf.failed; t++)
    tweed_cnf_add(&m->cnf, 2, (int32_t[]){-tweed_cnf_starts_by(m, item, t), tweed_cnf_starts_by(m, item, t + 1)});
}

/* What may be held of a unit in a row. */
typedef struct use {
  int64_t row;
  tweed_cnf_term term;
} use;

/* The uses of one unit, and for the item at hand the literal that says "it holds so much in the row", 0 = none yet. */
typedef struct table {
  tweed_cnf_model *m;
  int32_t unit;
  use *uses;
  size_t count, capacity;
  int32_t *row_literal;
  tweed_cnf_term *terms;
} table;

static bool add_use(table *t, int64_t row, int32_t literal, int32_t weight) {
  if (t->count == t->capacity) {
    size_t capacity = t->capacity ? 2 * t->capacity : 256;
    use *grown = realloc(t->uses, capacity * sizeof *grown);
    if (!grown)
      return false;
    t->uses = grown;
    t->capacity = capacity;
  }
  t->uses[t->count++] = (use){row, {literal, weight}};
  return true;
}

/* The item holds the segment's rows: it is in (time - offset - length, time - offset], for each time. */
static bool add_segment(table *t, int32_t item, const tweed_segment *s) {
  tweed_cnf_model *m = t->m;
  const tweed_exact *e = m->e;
  int32_t weight = s->held / e->divisor[s->unit];
  for (int64_t time = e->low[item] + s->offset; time < e->high[item] + s->offset + s->length; time++) {
    int64_t row = time % e->ii;
    if (m->cnf.full || m->cnf.failed)
      return true;
    if (t->row_literal[row] == 0) {
      t->row_literal[row] = s->length == e->ii ? TWEED_CNF_TRUE : tweed_cnf_variables(&m->cnf, 1);
      if (!add_use(t, row, t->row_literal[row], weight))
        return false;
    }
    tweed_cnf_add(&m->cnf, 3,
                  (int32_t[]){-tweed_cnf_starts_by(m, item, time - s->offset),
                              tweed_cnf_starts_by(m, item, time - s->offset - s->length), t->row_literal[row]});
  }
  return true;
}

static void forget_rows(table *t, int32_t item, const tweed_segment *s) {
  const tweed_exact *e = t->m->e;
  int64_t width = e->high[item] - e->low[item] + s->length;
  for (int64_t k = 0; k < width && k < e->ii; k++)
    t->row_literal[(e->low[item] + s->offset + k) % e->ii] = 0;
}

/* All segments of the item on the unit; those that hold the same share their literals. */
static bool add_item(table *t, int32_t item) {
  const tweed_exact *e = t->m->e;
  const tweed_shape *shape = &e->table.shapes[e->g->shape[e->op[item]]];
  if (shape->count == 0)
    return true;
  const tweed_segment *segments = e->table.segments + shape->begin;
  bool ok = true;
  for (int32_t k = 0; k < shape->count && ok; k++) {
    bool seen = segments[k].unit != t->unit;
    for (int32_t j = 0; j < k && !seen; j++)
      seen = segments[j].unit == t->unit && segments[j].held == segments[k].held;
    for (int32_t j = k; j < shape->count && ok && !seen; j++)
      if (segments[j].unit == t->unit && segments[j].held == segments[k].held)
        ok = add_segment(t, item, &segments[j]);
    for (int32_t j = k; j < shape->count && !seen; j++)
      if (segments[j].unit == t->unit && segments[j].held == segments[k].held)
        forget_rows(t, item, &segments[j]);
  }
  return ok;
}

/* By row; within one by variable, which is the order of items. */
static int by_row(const void *a, const void *b) {
  const use *x = a, *y = b;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  return x->term.literal < y->term.literal ? -1 : x->term.literal > y->term.literal;
}

static bool limit_rows(table *t) {
  const tweed_exact *e = t->m->e;
  if (t->count > 0)
    qsort(t->uses, t->count, sizeof *t->uses, by_row);
  t->terms = calloc(t->count + 1, sizeof *t->terms);
  for (size_t k = 0, end; k < t->count && t->terms; k = end) {
    int32_t count = 0;
    for (end = k; end < t->count && t->uses[end].row == t->uses[k].row; end++)
      t->terms[count++] = t->uses[end].term;
    tweed_cnf_at_most(&t->m->cnf, t->terms, count, e->g->count[t->unit] / e->divisor[t->unit]);
  }
  bool ok = t->terms != NULL;
  free(t->terms);
  return ok;
}

static bool add_unit(tweed_cnf_model *m, int32_t unit) {
  table t = {.m = m, .unit = unit};
  t.row_literal = calloc((size_t)m->e->ii, sizeof *t.row_literal);
  bool ok = t.row_literal != NULL;
  for (int32_t i = 0; i < m->e->count && ok && !m->cnf.full; i++)
    ok = add_item(&t, i);
  ok = ok && (m->cnf.full || limit_rows(&t));
  free(t.row_literal);
  free(t.uses);
  return ok;
}

static bool encode(tweed_cnf_model *m) {
  const tweed_exact *e = m->e;
  for (int32_t i = 0; i < e->count && !m->cnf.full; i++)
    m->first[i] = tweed_cnf_variables(&m->cnf, e->high[i] - e->low[i]);
  for (int32_t i = 0; i < e->count && !m->cnf.full; i++)
    add_order(m, i);
  for (int32_t k = 0; k < e->narcs && !m->cnf.full; k++)
    add_arc(m, e->arcs[k].from, e->arcs[k].to, e->arcs[k].weight);
  for (int32_t i = 0; i + 1 < e->count && !m->cnf.full; i++)
    if (tweed_exact_alike(e, i, i + 1))
      add_arc(m, i, i + 1, 0);
  for (int32_t u = 0; u < e->g->nunits; u++)
    if (m->cnf.full || !add_unit(m, u))
      return m->cnf.full;
  return true;
}

tweed_status tweed_cnf_model_init(tweed_cnf_model *m, const tweed_exact *e, size_t most, tweed_error *error) {
  *m = (tweed_cnf_model){.e = e};
  tweed_cnf_init(&m->cnf, most);
  m->first = calloc((size_t)e->count + 1, sizeof *m->first);
  if (!m->first || !encode(m) || m->cnf.failed)
    return tweed_no_memory(error);
  if (m->cnf.full)
    return tweed_fail(error, TWEED_UNKNOWN, "the CNF at II %lld would have more than %zu literals", (long long)e->ii,
                      most);
  return TWEED_OK;
}

void tweed_cnf_model_free(tweed_cnf_model *m) {
  tweed_cnf_free(&m->cnf);
  free(m->first);
  m->first = NULL;
}
