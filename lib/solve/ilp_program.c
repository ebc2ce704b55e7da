/* ilp_program.c: integer programs for blocks: three forms, one table of units. */
#include "solve/ilp.h"
#include <stdlib.h>

/* Beyond these lp_solve does not get far. */
enum { MOST_VARS = 20000, MOST_TERMS = 1000000 };

/* Invariants: the variables of block b begin at base[b]. While a row is put together, touched has the marked variables,
 * the only ones whose factor may not be 0. */
typedef struct program {
  const tweed_ilp *m;
  tweed_ilp_form form;
  tweed_lpp l;
  int32_t *base;
  int64_t *factor;
  bool *marked;
  int32_t *touched, ntouched;
} program;

static int64_t floor_divide(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static int64_t modulo(int64_t a, int64_t b) {
  return a - floor_divide(a, b) * b;
}

/* Free blocks have a variable per row that counts copies, whatever the form. */
static bool by_order(const program *q, const tweed_ilp_block *b) {
  return q->form == TWEED_ILP_ORDER && !b->free;
}

static bool by_row(const program *q, const tweed_ilp_block *b) {
  return q->form == TWEED_ILP_ROW || b->free;
}

static bool small_enough(const tweed_ilp *m, tweed_ilp_form form) {
  int64_t vars = 0, terms = 0;
  for (int32_t i = 0; i < m->nblocks; i++) {
    const tweed_ilp_block *b = &m->blocks[i];
    int64_t width = b->free || form == TWEED_ILP_ROW ? m->ii : b->high - b->low + 1;
    vars += width;
    for (int32_t k = b->hold_begin; k < b->hold_end; k++)
      terms += form == TWEED_ILP_ORDER && !b->free ? 2 * (width + m->ii) : width * m->holds[k].length;
    if (vars > MOST_VARS || terms > MOST_TERMS)
      return false;
  }
  for (int32_t k = 0; k < m->nedges; k++) {
    const tweed_ilp_block *u = &m->blocks[m->edges[k].from], *v = &m->blocks[m->edges[k].to];
    terms += form == TWEED_ILP_ROW ? m->ii * m->ii : 2 * (u->high - u->low + v->high - v->low + 2);
  }
  return terms <= MOST_TERMS;
}

/* Any solution will do, but blocks on circuits are asked to start early: without an objective the simplex algorithm
 * wanders between solutions of the same worth. */
static void add_vars(program *q) {
  const tweed_ilp *m = q->m;
  for (int32_t i = 0; i < m->nblocks; i++) {
    const tweed_ilp_block *b = &m->blocks[i];
    q->base[i] = q->l.nvars;
    if (by_row(q, b)) {
      for (int64_t r = 0; r < m->ii; r++)
        tweed_lpp_add_var(&q->l, NULL, b->fixed && r == 0, b->copies, b->free ? 0 : r, true);
      if (!b->free) /* the stage */
        tweed_lpp_add_var(&q->l, NULL, floor_divide(b->low, m->ii), floor_divide(b->high, m->ii), m->ii, true);
    } else {
      for (int64_t t = b->low + by_order(q, b); t <= b->high; t++)
        tweed_lpp_add_var(&q->l, NULL, 0, 1, by_order(q, b) ? 1 : t - b->low, true);
    }
  }
}

/* "Starts at t or later", in the order form: a variable, or 1 before the window, or 0 behind it. */
typedef struct literal {
  int32_t var; /* -1: the constant */
  bool constant;
} literal;

static literal from_on(const program *q, int32_t i, int64_t t) {
  const tweed_ilp_block *b = &q->m->blocks[i];
  if (t <= b->low || t > b->high)
    return (literal){-1, t <= b->low};
  return (literal){q->base[i] + (int32_t)(t - b->low - 1), false};
}

/* A row says that each block starts once. */
static void add_uniqueness(program *q) {
  const tweed_ilp *m = q->m;
  for (int32_t i = 0; i < m->nblocks; i++) {
    const tweed_ilp_block *b = &m->blocks[i];
    int64_t width = by_row(q, b) ? m->ii : b->high - b->low + 1;
    if (!by_order(q, b)) {
      tweed_lpp_add_row(&q->l, "once", TWEED_LPP_EQUAL, b->copies);
      for (int64_t k = 0; k < width; k++)
        tweed_lpp_add_term(&q->l, q->base[i] + (int32_t)k, 1);
    }
    for (int64_t t = b->low + 1; by_order(q, b) && t < b->high; t++) {
      tweed_lpp_add_row(&q->l, "once", TWEED_LPP_AT_LEAST, 0);
      tweed_lpp_add_term(&q->l, from_on(q, i, t).var, 1);
      tweed_lpp_add_term(&q->l, from_on(q, i, t + 1).var, -1);
    }
  }
}

/* If u starts at t or later, v starts at t + weight or later. */
static void add_order_edge(program *q, const tweed_ilp_edge *e) {
  const tweed_ilp_block *u = &q->m->blocks[e->from];
  for (int64_t t = u->low; t <= u->high; t++) {
    literal a = from_on(q, e->from, t), b = from_on(q, e->to, t + e->weight);
    if ((b.var < 0 && b.constant) || (a.var < 0 && !a.constant))
      continue;
    tweed_lpp_add_row(&q->l, "dependence", TWEED_LPP_AT_LEAST, a.var < 0 ? 1 : 0);
    if (b.var >= 0)
      tweed_lpp_add_term(&q->l, b.var, 1);
    if (a.var >= 0)
      tweed_lpp_add_term(&q->l, a.var, -1);
  }
}

static void add_time_edge(program *q, const tweed_ilp_edge *e) {
  const tweed_ilp_block *u = &q->m->blocks[e->from], *v = &q->m->blocks[e->to];
  tweed_lpp_add_row(&q->l, "dependence", TWEED_LPP_AT_LEAST, e->weight - v->low + u->low);
  for (int64_t t = 1; t <= v->high - v->low; t++)
    tweed_lpp_add_term(&q->l, q->base[e->to] + (int32_t)t, t);
  for (int64_t t = 1; t <= u->high - u->low; t++)
    tweed_lpp_add_term(&q->l, q->base[e->from] + (int32_t)t, -t);
}

/* For each row r: if u starts in row r or behind it and v before row r + weight, that costs v a stage. */
static void add_row_edge(program *q, const tweed_ilp_edge *e) {
  int64_t ii = q->m->ii;
  int32_t u = q->base[e->from], v = q->base[e->to];
  for (int64_t r = 0; r < ii; r++) {
    int64_t last = r + e->weight - 1;
    tweed_lpp_add_row(&q->l, "dependence", TWEED_LPP_AT_MOST, 1 - floor_divide(last, ii));
    for (int64_t x = r; x < ii; x++)
      tweed_lpp_add_term(&q->l, u + (int32_t)x, 1);
    for (int64_t x = 0; x <= modulo(last, ii); x++)
      tweed_lpp_add_term(&q->l, v + (int32_t)x, 1);
    tweed_lpp_add_term(&q->l, u + (int32_t)ii, 1);
    tweed_lpp_add_term(&q->l, v + (int32_t)ii, -1);
  }
}

/* The window of a block in stages and rows. */
static void add_row_window(program *q, int32_t i) {
  const tweed_ilp_block *b = &q->m->blocks[i];
  int64_t ii = q->m->ii;
  for (int side = 0; side < 2; side++) {
    tweed_lpp_add_row(&q->l, "window", side ? TWEED_LPP_AT_MOST : TWEED_LPP_AT_LEAST, side ? b->high : b->low);
    tweed_lpp_add_term(&q->l, q->base[i] + (int32_t)ii, ii);
    for (int64_t r = 1; r < ii; r++)
      tweed_lpp_add_term(&q->l, q->base[i] + (int32_t)r, r);
  }
}

static void add_dependences(program *q) {
  for (int32_t k = 0; k < q->m->nedges; k++) {
    const tweed_ilp_edge *e = &q->m->edges[k];
    if (q->form == TWEED_ILP_ORDER)
      add_order_edge(q, e);
    else if (q->form == TWEED_ILP_TIME)
      add_time_edge(q, e);
    else
      add_row_edge(q, e);
  }
  for (int32_t i = 0; i < q->m->nblocks && q->form == TWEED_ILP_ROW; i++)
    if (!q->m->blocks[i].free)
      add_row_window(q, i);
}

/* Adds to the row that is put together. */
static void add_factor(program *q, int32_t var, int64_t factor) {
  if (!q->marked[var])
    q->touched[q->ntouched++] = var;
  q->marked[var] = true;
  q->factor[var] += factor;
}

/* Block i holds `held` where it starts within [first, last]; returns what it holds in any case. */
static int64_t add_range(program *q, int32_t i, int64_t first, int64_t last, int64_t held) {
  const tweed_ilp_block *b = &q->m->blocks[i];
  first = first < b->low ? b->low : first;
  last = last > b->high ? b->high : last;
  if (first > last)
    return 0;
  if (!by_order(q, b)) {
    for (int64_t t = first; t <= last; t++)
      add_factor(q, q->base[i] + (int32_t)(t - b->low), held);
    return 0;
  }
  literal from = from_on(q, i, first), behind = from_on(q, i, last + 1);
  if (from.var >= 0)
    add_factor(q, from.var, held);
  if (behind.var >= 0)
    add_factor(q, behind.var, -held);
  return from.var < 0 ? held : 0;
}

/* Adds what a hold takes of its unit in the row, as `held`; returns what it takes in any case. */
static int64_t add_hold(program *q, int32_t i, const tweed_ilp_hold *h, int64_t row, int64_t held) {
  const tweed_ilp_block *b = &q->m->blocks[i];
  int64_t ii = q->m->ii, last = modulo(row - h->offset, ii), sum = 0;
  if (by_row(q, b)) {
    for (int64_t c = 0; c < h->length; c++)
      add_factor(q, q->base[i] + (int32_t)modulo(last - c, ii), held);
    return 0;
  }
  for (int64_t t = last + floor_divide(b->low - last, ii) * ii; t - h->length + 1 <= b->high; t += ii)
    sum += add_range(q, i, t - h->length + 1, t, held);
  return sum;
}

/* A row of the table of one unit, with what ops hold and the count divided by `divisor` and rounded down. */
static void add_unit_row(program *q, int32_t unit, int64_t row, int64_t divisor) {
  const tweed_ilp *m = q->m;
  int64_t room = m->g->count[unit] / divisor, most = 0;
  q->ntouched = 0;
  for (int32_t i = 0; i < m->nblocks; i++)
    for (int32_t k = m->blocks[i].hold_begin; k < m->blocks[i].hold_end; k++) {
      int64_t held = m->holds[k].held / divisor;
      if (m->holds[k].unit != unit || held == 0)
        continue;
      most += held * m->blocks[i].copies;
      room -= add_hold(q, i, &m->holds[k], row, held);
    }
  bool needed = most > m->g->count[unit] / divisor;
  if (needed)
    tweed_lpp_add_row(&q->l, "unit", TWEED_LPP_AT_MOST, room);
  for (int32_t k = 0; k < q->ntouched; k++) {
    int32_t v = q->touched[k];
    if (needed)
      tweed_lpp_add_term(&q->l, v, q->factor[v]);
    q->factor[v] = 0;
    q->marked[v] = false;
  }
}

/* The table itself, and, where ops hold several of a unit, the rows that follow by dividing: of a unit of three, ops
 * that hold two cannot share a row. */
static void add_units(program *q) {
  const tweed_ilp *m = q->m;
  for (int32_t u = 0; u < m->g->nunits; u++) {
    for (int64_t row = 0; row < m->ii; row++)
      add_unit_row(q, u, row, 1);
    for (int32_t k = 0, done = 1; k < m->nholds; k++) {
      if (m->holds[k].unit != u || m->holds[k].held <= done)
        continue;
      done = m->holds[k].held; /* the rising ones do; all of them would not pay */
      for (int64_t row = 0; row < m->ii; row++)
        add_unit_row(q, u, row, done);
    }
  }
}

static bool build(program *q) {
  const tweed_ilp *m = q->m;
  tweed_lpp_init(&q->l, m->arena);
  q->base = tweed_arena_array(m->arena, (size_t)m->nblocks + 1, sizeof *q->base);
  if (!q->base)
    return false;
  add_vars(q);
  q->factor = tweed_arena_array(m->arena, (size_t)q->l.nvars + 1, sizeof *q->factor);
  q->touched = tweed_arena_array(m->arena, (size_t)q->l.nvars + 1, sizeof *q->touched);
  q->marked = tweed_arena_array(m->arena, (size_t)q->l.nvars + 1, sizeof *q->marked);
  if (!q->factor || !q->marked || !q->touched || q->l.failed)
    return false;
  add_uniqueness(q);
  add_dependences(q);
  add_units(q);
  return !q->l.failed;
}

/* The starts of blocks from the values of variables. */
static void read_times(const program *q, const int64_t *value, int64_t *times) {
  const tweed_ilp *m = q->m;
  for (int32_t i = 0, k = 0; i < m->nblocks; i++) {
    const tweed_ilp_block *b = &m->blocks[i];
    const int64_t *x = value + q->base[i];
    int64_t t = by_row(q, b) && !b->free ? x[m->ii] * m->ii : b->low;
    if (by_order(q, b)) {
      for (int64_t j = 0; j < b->high - b->low; j++)
        t += x[j];
      times[k++] = t;
      continue;
    }
    int64_t width = by_row(q, b) ? m->ii : b->high - b->low + 1;
    for (int64_t r = 0; r < width; r++)
      for (int64_t copy = 0; copy < x[r]; copy++)
        times[k++] = t + r;
  }
}

tweed_status tweed_ilp_solve(const tweed_ilp *m, tweed_ilp_form form, int64_t work, tweed_stop *stop, int64_t *times,
                             tweed_ilp_work *used) {
  program q = {.m = m, .form = form};
  tweed_lpp_result result;
  if (used)
    *used = (tweed_ilp_work){0};
  if (!small_enough(m, form))
    return TWEED_BAD_INPUT;
  if (!build(&q))
    return TWEED_NO_MEMORY;
  tweed_lpp_limits limits = {.first = true, .steps = work > 0 ? work / (q.l.nrows + q.l.nvars + 1) + 1 : 0};
  tweed_lpp_answer answer = tweed_lpp_solve(&q.l, &limits, stop, &result);
  if (used)
    *used = (tweed_ilp_work){result.steps, result.nodes, q.l.nvars, q.l.nrows, q.l.nterms};
  if (answer == TWEED_LPP_OPTIMAL || answer == TWEED_LPP_FEASIBLE)
    read_times(&q, result.value, times);
  return answer == TWEED_LPP_NO_MEMORY    ? TWEED_NO_MEMORY
         : answer == TWEED_LPP_INFEASIBLE ? TWEED_INFEASIBLE
         : answer == TWEED_LPP_UNKNOWN    ? TWEED_UNKNOWN
                                          : TWEED_OK;
}
