/* cnf.c: clauses and counters over them. */
#include "solve/cnf.h"
#include <stdlib.h>

/* Up to so many terms that exclude each other get a clause per pair. */
enum { PAIRS = 6 };

void tweed_cnf_init(tweed_cnf *f, size_t most) {
  *f = (tweed_cnf){.most = most};
}

void tweed_cnf_free(tweed_cnf *f) {
  free(f->literals);
  *f = (tweed_cnf){0};
}

int32_t tweed_cnf_variables(tweed_cnf *f, int64_t count) {
  if (count > (int64_t)f->most || f->variables + count > INT32_MAX / 2) {
    f->full = true;
    return 1;
  }
  f->variables += (int32_t)count;
  return f->variables - (int32_t)count + 1;
}

static void push(tweed_cnf *f, int32_t literal) {
  if (f->failed || f->full)
    return;
  if (f->count == f->capacity) {
    size_t capacity = f->capacity ? 2 * f->capacity : 1024;
    int32_t *grown = realloc(f->literals, capacity * sizeof *grown);
    if (!grown) {
      f->failed = true;
      return;
    }
    f->literals = grown;
    f->capacity = capacity;
  }
  f->literals[f->count++] = literal;
}

void tweed_cnf_add(tweed_cnf *f, int count, const int32_t *literals) {
  for (int k = 0; k < count; k++)
    if (literals[k] == TWEED_CNF_TRUE)
      return;
  if (f->count + (size_t)count + 1 > f->most || f->clauses == INT32_MAX)
    f->full = true;
  for (int k = 0; k < count; k++)
    if (literals[k] != TWEED_CNF_FALSE)
      push(f, literals[k]);
  push(f, 0);
  f->clauses++;
}

static void exclude(tweed_cnf *f, const tweed_cnf_term *terms, int32_t count) {
  for (int32_t a = 0; a < count; a++)
    for (int32_t b = a + 1; b < count; b++)
      tweed_cnf_add(f, 2, (int32_t[]){-terms[a].literal, -terms[b].literal});
}

/* Sum variables: at_least[j] after term k says that terms 0 … k weigh j + 1 or more. */
static void count_up(tweed_cnf *f, const tweed_cnf_term *terms, int32_t count, int64_t limit) {
  int32_t before = 0;
  for (int32_t k = 0; k < count && !f->full && !f->failed; k++) {
    int32_t literal = terms[k].literal, weight = terms[k].weight;
    int32_t now = k + 1 < count ? tweed_cnf_variables(f, limit) : 0;
    if (k > 0) /* what is there leaves no room for this term */
      tweed_cnf_add(f, 2, (int32_t[]){-literal, -(before + (int32_t)limit - weight)});
    for (int64_t j = 0; j < limit && now; j++) {
      if (j < weight)
        tweed_cnf_add(f, 2, (int32_t[]){-literal, now + (int32_t)j});
      if (k > 0)
        tweed_cnf_add(f, 2, (int32_t[]){-(before + (int32_t)j), now + (int32_t)j});
      if (k > 0 && j >= weight)
        tweed_cnf_add(f, 3, (int32_t[]){-literal, -(before + (int32_t)(j - weight)), now + (int32_t)j});
    }
    before = now;
  }
}

void tweed_cnf_at_most(tweed_cnf *f, tweed_cnf_term *terms, int32_t count, int64_t limit) {
  int32_t used = 0;
  int64_t sum = 0, two = INT64_MAX, least = INT64_MAX;
  for (int32_t k = 0; k < count; k++) {
    limit -= terms[k].literal == TWEED_CNF_TRUE ? terms[k].weight : 0;
    if (terms[k].literal != TWEED_CNF_TRUE && terms[k].literal != TWEED_CNF_FALSE)
      terms[used++] = terms[k];
  }
  count = used;
  used = 0;
  for (int32_t k = 0; k < count; k++) {
    if (terms[k].weight > limit) { /* too much by itself */
      tweed_cnf_add(f, 1, (int32_t[]){-terms[k].literal});
      continue;
    }
    sum += terms[k].weight;
    two = least < INT64_MAX && least + terms[k].weight < two ? least + terms[k].weight : two;
    if (terms[k].weight < least)
      least = terms[k].weight;
    terms[used++] = terms[k];
  }
  if (limit < 0)
    tweed_cnf_add(f, 0, NULL);
  else if (sum > limit && two > limit && used <= PAIRS)
    exclude(f, terms, used);
  else if (sum > limit)
    count_up(f, terms, used, two > limit ? 1 : limit);
}
