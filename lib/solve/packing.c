/* packing.c: can all reservation tables be packed at an II when dependences are left out? */
#include "solve/bounds.h"
#include <stdlib.h>

/* Depth-first search. Invariants: items[0 … depth) are placed at row[…]; equal shapes are neighbours in items and
 * placed in rows that do not fall, the first item in row 0, since tables can be rotated and equal ops exchanged. */
typedef struct packer {
  tweed_mrt *table;
  int32_t count, depth;
  int32_t *items; /* shapes, the largest first */
  int64_t *row;
} packer;

static int64_t area(const tweed_mrt *t, int32_t shape) {
  int64_t sum = 0;
  const tweed_shape *s = &t->shapes[shape];
  for (int32_t k = s->begin; k < s->begin + s->count; k++)
    sum += (int64_t)t->segments[k].length * t->segments[k].held;
  return sum;
}

typedef struct sized {
  int64_t area;
  int32_t shape, pieces;
} sized;

static int by_size(const void *a, const void *b) {
  const sized *x = a, *y = b;
  if (x->pieces != y->pieces)
    return x->pieces > y->pieces ? -1 : 1;
  if (x->area != y->area)
    return x->area > y->area ? -1 : 1;
  return x->shape < y->shape ? -1 : x->shape > y->shape;
}

static bool sort_items(packer *p) {
  const tweed_graph *g = p->table->g;
  sized *shapes = calloc((size_t)g->nshapes + 1, sizeof *shapes);
  int32_t used = 0;
  p->items = calloc((size_t)g->n + 1, sizeof *p->items);
  p->row = calloc((size_t)g->n + 1, sizeof *p->row);
  if (!shapes || !p->items || !p->row) {
    free(shapes);
    return false;
  }
  for (int32_t s = 0; s < g->nshapes; s++)
    if (p->table->shapes[s].count > 0)
      shapes[used++] = (sized){area(p->table, s), s, p->table->shapes[s].count};
  qsort(shapes, (size_t)used, sizeof *shapes, by_size);
  for (int32_t s = 0; s < used; s++)
    for (int32_t k = 0; k < g->shapes[shapes[s].shape].members; k++)
      p->items[p->count++] = shapes[s].shape;
  free(shapes);
  return true;
}

/* The next row for the item at the current depth, from the given row on. */
static bool place(packer *p, int64_t from) {
  int32_t shape = p->items[p->depth];
  int64_t end = p->depth == 0 ? 1 : p->table->ii, start;
  if (from >= end || !tweed_mrt_find(p->table, shape, from, end - from, &start))
    return false;
  tweed_mrt_change(p->table, shape, start, 1);
  p->row[p->depth++] = start;
  return true;
}

/* The least row that the item at the current depth may take. */
static int64_t first_row(const packer *p) {
  bool same = p->depth > 0 && p->items[p->depth] == p->items[p->depth - 1];
  return same ? p->row[p->depth - 1] : 0;
}

tweed_packing tweed_pack(tweed_mrt *t, int32_t nodes) {
  packer p = {.table = t};
  tweed_packing result = TWEED_PACKING_NO_MEMORY;
  if (sort_items(&p)) {
    int64_t left = (int64_t)nodes + p.count, from = 0;
    result = p.count == 0 ? TWEED_PACKED : TWEED_PACKING_OPEN;
    while (result == TWEED_PACKING_OPEN && left-- > 0) {
      if (place(&p, from)) {
        if (p.depth == p.count)
          result = TWEED_PACKED;
        else
          from = first_row(&p);
      } else if (p.depth == 0) {
        result = TWEED_NOT_PACKABLE;
      } else {
        p.depth--;
        tweed_mrt_change(t, p.items[p.depth], p.row[p.depth], -1);
        from = p.row[p.depth] + 1;
      }
    }
  }
  tweed_mrt_clear(t);
  free(p.items);
  free(p.row);
  return result;
}
