/* lpp.c: builds linear programs and checks solutions of them. */
#include "solve/lpp.h"
#include <stdlib.h>

void tweed_lpp_init(tweed_lpp *l, tweed_arena *arena) {
  *l = (tweed_lpp){.arena = arena};
}

static bool grow(tweed_lpp *l, void **items, size_t *capacity, int32_t count, size_t size) {
  if (l->failed || count == INT32_MAX || !tweed_arena_grow(l->arena, items, capacity, (size_t)count + 1, size))
    l->failed = true;
  return !l->failed;
}

int32_t tweed_lpp_add_var(tweed_lpp *l, const char *name, int64_t low, int64_t high, int64_t cost, bool integer) {
  void *items = l->vars;
  if (!grow(l, &items, &l->cap_vars, l->nvars, sizeof *l->vars))
    return -1;
  l->vars = items;
  l->vars[l->nvars] = (tweed_lpp_var){name, low, high, cost, integer};
  return l->nvars++;
}

int32_t tweed_lpp_add_row(tweed_lpp *l, const char *name, tweed_lpp_sense sense, int64_t right) {
  void *items = l->rows;
  if (!grow(l, &items, &l->cap_rows, l->nrows, sizeof *l->rows))
    return -1;
  l->rows = items;
  l->rows[l->nrows] = (tweed_lpp_row){name, sense, right, l->nterms};
  return l->nrows++;
}

void tweed_lpp_add_term(tweed_lpp *l, int32_t var, int64_t factor) {
  void *items = l->terms;
  if (factor == 0 || !grow(l, &items, &l->cap_terms, l->nterms, sizeof *l->terms))
    return;
  l->terms = items;
  l->terms[l->nterms++] = (tweed_lpp_term){var, factor};
}

/* sum += a * b; false if that does not fit. */
static bool add_product(int64_t *sum, int64_t a, int64_t b) {
  int64_t product;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(*sum, product, sum);
}

static bool row_holds(const tweed_lpp *l, int32_t r, const int64_t *value) {
  const tweed_lpp_row *row = &l->rows[r];
  int32_t end = r + 1 < l->nrows ? l->rows[r + 1].begin : l->nterms;
  int64_t sum = 0;
  for (int32_t k = row->begin; k < end; k++)
    if (!add_product(&sum, l->terms[k].factor, value[l->terms[k].var]))
      return false;
  return row->sense == TWEED_LPP_AT_MOST    ? sum <= row->right
         : row->sense == TWEED_LPP_AT_LEAST ? sum >= row->right
                                            : sum == row->right;
}

bool tweed_lpp_holds(const tweed_lpp *l, const int64_t *value, int64_t *objective) {
  int64_t cost = 0;
  for (int32_t v = 0; v < l->nvars; v++)
    if (value[v] < l->vars[v].low || value[v] > l->vars[v].high || !add_product(&cost, l->vars[v].cost, value[v]))
      return false;
  for (int32_t r = 0; r < l->nrows; r++)
    if (!row_holds(l, r, value))
      return false;
  if (objective)
    *objective = cost;
  return true;
}
