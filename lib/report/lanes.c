/* lanes.c: packs what units and roles are busy with into lanes, modulo II, first fit in the order of rows. */
#include "report/lanes.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PIECES = 4000, MOST_LANES = 40, MOST_COPIES = 8 };

/* What lies on a lane so far: pieces linked from the last to the first. */
typedef struct packing {
  const report_view *v;
  report_lanes *out;
  int32_t *next;            /* per piece: another one of its lane, or -1 */
  int32_t last[MOST_LANES]; /* per lane of the band being packed */
  report_band *band;
} packing;

static int64_t modulo(int64_t a, int64_t ii) {
  return ii > 0 ? a % ii : a;
}

/* Whether two pieces meet, in any iterations. */
static bool meet(const report_view *v, const report_piece *a, const report_piece *b) {
  int64_t ii = v->s->ii, x = modulo(a->begin, ii), y = modulo(b->begin, ii);
  int64_t long_x = a->end - a->begin, long_y = b->end - b->begin;
  if (ii == 0)
    return x < y + long_y && y < x + long_x;
  int64_t from_x = modulo(y - x + ii, ii), from_y = modulo(x - y + ii, ii);
  return from_x < long_x || from_y < long_y;
}

static bool fits(const packing *k, int32_t lane, const report_piece *piece) {
  for (int32_t i = k->last[lane]; i >= 0; i = k->next[i])
    if (meet(k->v, &k->out->pieces[i], piece))
      return false;
  return true;
}

static void place(packing *k, int32_t index) {
  report_piece *piece = &k->out->pieces[index];
  for (int32_t lane = 0; lane < MOST_LANES; lane++) {
    if (lane < k->band->lanes && !fits(k, lane, piece))
      continue;
    if (lane >= k->band->lanes) {
      k->band->lanes = lane + 1;
      k->last[lane] = -1;
    }
    k->next[index] = k->last[lane];
    k->last[lane] = index;
    piece->lane = k->band->first + lane;
    return;
  }
  piece->lane = -1;
  k->band->left_out++;
  k->out->left_out++;
}

typedef struct request {
  report_piece piece;
  int64_t row;
  int32_t band;
} request;

static int compare(const void *a, const void *b) {
  const request *x = a, *y = b;
  if (x->band != y->band)
    return x->band < y->band ? -1 : 1;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  if (x->piece.begin != y->piece.begin)
    return x->piece.begin < y->piece.begin ? -1 : 1;
  return x->piece.op < y->piece.op ? -1 : x->piece.op > y->piece.op;
}

typedef struct gathering {
  const report_view *v;
  request *requests;
  size_t count, capacity;
  int64_t left_out;
} gathering;

static void ask(gathering *g, int32_t band, int32_t op, int64_t begin, int64_t end, int64_t copies) {
  for (int64_t i = 0; i < copies && i < MOST_COPIES; i++) {
    if (g->count == g->capacity) {
      g->left_out++;
      return;
    }
    g->requests[g->count++] = (request){{op, -1, -1, begin, end}, modulo(begin, g->v->s->ii), band};
  }
}

static void ask_units(gathering *g, int32_t op) {
  const tweed_problem *p = g->v->p;
  const tweed_class *class = tweed_class_of(p, op);
  int64_t start = g->v->s->start[op];
  bool any = false;
  for (int32_t u = 0; u < class->nuses; u++) {
    const tweed_use *use = &class->uses[u];
    if (use->unit == p->machine->issue_unit)
      continue;
    for (int32_t c = 0, end; c < use->cycles; c = end) {
      for (end = c + 1; end < use->cycles && use->held[end] == use->held[c]; end++) {
      }
      if (use->held[c] > 0)
        ask(g, use->unit, op, start + c, start + end, tweed_held(p, op, use, c));
    }
    any = true;
  }
  if (!any)
    ask(g, p->machine->nunits, op, start, start + 1, 1);
}

/* Bands are numbered: units, one for ops without, two for each role. */
static report_band band_of(const report_view *v, int32_t number, int32_t first) {
  int32_t units = v->p->machine->nunits, role = (number - units - 1) / 2;
  report_band band = {.kind = BAND_UNIT, .of = number, .first = first};
  if (number == units)
    band.kind = BAND_NONE;
  if (number > units) {
    band.kind = (number - units - 1) % 2 ? BAND_FLIGHT : BAND_BUSY;
    band.of = role;
  }
  return band;
}

static void ask_role(gathering *g, int32_t op) {
  int32_t number = g->v->p->machine->nunits + 1 + 2 * g->v->s->role[op];
  int64_t start = g->v->s->start[op], latency = tweed_class_of(g->v->p, op)->latency;
  ask(g, number, op, start, start + tweed_hold(g->v->p, op), 1);
  if (tweed_class_of(g->v->p, op)->async && latency > 0)
    ask(g, number + 1, op, start, start + latency, 1);
}

static void pack(packing *k, const request *requests, size_t count) {
  report_lanes *out = k->out;
  for (size_t i = 0; i < count; i++)
    out->pieces[i] = requests[i].piece;
  out->npieces = count;
  for (size_t i = 0; i < count;) {
    int32_t number = requests[i].band;
    k->band = &out->bands[out->nbands];
    *k->band = band_of(k->v, number, out->nlanes);
    for (; i < count && requests[i].band == number; i++) {
      out->pieces[i].band = out->nbands;
      place(k, (int32_t)i);
    }
    out->nlanes += k->band->lanes;
    out->nbands++;
  }
}

bool report_lanes_of(const report_view *v, report_lanes *out) {
  const tweed_problem *p = v->p;
  size_t room = MOST_PIECES;
  gathering g = {.v = v, .capacity = room};
  *out = (report_lanes){.nbands = 0};
  g.requests = tweed_arena_array(v->arena, room, sizeof *g.requests);
  out->pieces = tweed_arena_array(v->arena, room, sizeof *out->pieces);
  out->bands = tweed_arena_array(v->arena, (size_t)p->machine->nunits + 1 + 2 * (size_t)v->nroles, sizeof *out->bands);
  packing k = {.v = v, .out = out, .next = tweed_arena_array(v->arena, room, sizeof *k.next)};
  if (!g.requests || !out->pieces || !out->bands || !k.next)
    return false;
  for (int32_t i = 0; i < p->nops; i++) {
    ask_units(&g, i);
    if (v->s->joint)
      ask_role(&g, i);
  }
  out->left_out = g.left_out;
  if (g.count)
    qsort(g.requests, g.count, sizeof *g.requests, compare);
  pack(&k, g.requests, g.count);
  return true;
}
