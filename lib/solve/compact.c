/* compact.c: sweeps over a modulo schedule that shorten register lifetimes at a given II.
 *
 * An op moves within its slack to the free row where the values that it makes and reads live the shortest; a set of ops
 * that is closed under tight dependences moves by a whole II, which changes no row (stage scheduling, Eichenberger &
 * Davidson 1995). Sweeps go backwards preferring late rows, then forwards preferring early ones, so that chains of
 * equal cost slide together. */
#include "solve/compact.h"
#include <math.h>
#include <stdlib.h>

enum { SWEEPS = 12, ROWS = 1 << 22 };
#define WORK ((int64_t)10000000)

bool tweed_compactor_init(tweed_compactor *c, const tweed_graph *g) {
  size_t n = (size_t)g->n + 1;
  *c = (tweed_compactor){.g = g, .work = WORK, .length = INT64_MAX};
  bool ok = tweed_mrt_init(&c->table, g);
  c->start = calloc(3 * n, sizeof *c->start);
  c->reads = calloc(n, sizeof *c->reads);
  c->members = calloc(2 * n, sizeof *c->members);
  if (!ok || !c->start || !c->reads || !c->members)
    return false;
  c->saved = c->start + n, c->end = c->start + 2 * n;
  c->mark = c->members + n;
  return true;
}

void tweed_compactor_free(tweed_compactor *c) {
  tweed_mrt_free(&c->table);
  free(c->start);
  free(c->reads);
  free(c->members);
  free(c->rows);
  *c = (tweed_compactor){0};
}

static double regs_of(const tweed_graph *g, int32_t v) {
  return (double)g->problem->ops[v].regs;
}

/* When the last other op that reads v starts, those `without` left out; INT64_MIN if there is none. */
static int64_t last_reader(const tweed_graph *g, const int64_t *start, int64_t ii, int32_t v, int32_t without) {
  int64_t end = INT64_MIN;
  for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++) {
    const tweed_arc *a = &g->out[e];
    int64_t use = start[a->other] + a->distance * ii;
    if (a->flow && a->other != without && use > end)
      end = use;
  }
  return end;
}

/* How long the value of v lives if v starts at t and its last reader, but for itself, at `end`. */
static int64_t life_of(const tweed_graph *g, int64_t ii, int32_t v, int64_t t, int64_t end) {
  int64_t own = g->self_distance[v] * ii;
  return end != INT64_MIN && end - t > own ? end - t : own;
}

/* What a life costs: its length, and for each copy beyond the first one II more. */
static double life_cost(int64_t life, double regs, int64_t ii) {
  int64_t copies = life > ii ? (life - 1) / ii : 0;
  return regs * (double)(life + copies * ii);
}

/* The last start of v that the stages and the length allow. */
static int64_t last_start(const tweed_compactor *c, int32_t v) {
  int64_t last = c->length == INT64_MAX ? INT64_MAX : c->length - tweed_class_of(c->g->problem, v)->latency;
  return last < c->latest ? last : c->latest;
}

/* What the values that v reads cost if v starts at t; it never falls as t grows. */
static double reads_cost(const tweed_compactor *c, int64_t t) {
  double cost = 0;
  for (const tweed_read *r = c->reads, *end = r + c->nreads; r < end; r++)
    cost += life_cost((t + r->offset > r->least ? t + r->offset : r->least) - r->start, r->regs, c->ii);
  return cost;
}

/* What its own value costs; it never grows with t. */
static double own_cost(const tweed_compactor *c, int32_t v, int64_t t) {
  return life_cost(life_of(c->g, c->ii, v, t, c->end[v]), regs_of(c->g, v), c->ii);
}

static void add_read(tweed_compactor *c, const tweed_arc *a, int32_t v) {
  const tweed_graph *g = c->g;
  int64_t offset = a->distance * c->ii, start = c->start[a->other];
  for (int32_t k = 0; k < c->nreads; k++)
    if (c->reads[k].op == a->other) {
      c->reads[k].offset = offset > c->reads[k].offset ? offset : c->reads[k].offset;
      return;
    }
  int64_t others = last_reader(g, c->start, c->ii, a->other, v);
  int64_t least = start + life_of(g, c->ii, a->other, start, others);
  c->reads[c->nreads++] = (tweed_read){a->other, start, offset, least, regs_of(g, a->other)};
  c->work -= g->out_begin[a->other + 1] - g->out_begin[a->other];
}

/* Fills end[v] and reads[]. */
static void find_lives(tweed_compactor *c, int32_t v) {
  c->nreads = 0;
  c->end[v] = last_reader(c->g, c->start, c->ii, v, -1);
  for (int32_t e = c->g->in_begin[v]; e < c->g->in_begin[v + 1]; e++)
    if (c->g->in[e].flow)
      add_read(c, &c->g->in[e], v);
}

typedef struct choice {
  int64_t start;
  double cost;
  bool late;
} choice;

/* Looks at the free rows of [low, high], upwards, until what v reads alone costs more than the best. */
static void look(tweed_compactor *c, int32_t v, int64_t low, int64_t high, choice *best) {
  int32_t shape = c->g->shape[v];
  for (int64_t t = low; t <= high && c->work > 0; t++) {
    if (!tweed_mrt_find(&c->table, shape, t, high - t + 1, &t))
      return;
    double cost = reads_cost(c, t);
    c->work--;
    if (cost > best->cost)
      return;
    cost += own_cost(c, v, t);
    if (cost < best->cost || (cost <= best->cost && (best->late ? t > best->start : t < best->start)))
      *best = (choice){t, cost, best->late};
  }
}

/* The last free row of [low, high], which is the best where v reads nothing. */
static void look_down(tweed_compactor *c, int32_t v, int64_t low, int64_t high, choice *best) {
  int32_t shape = c->g->shape[v];
  for (int64_t t = high; t > best->start && t >= low; t--)
    if (tweed_mrt_conflict(&c->table, shape, tweed_mrt_row(&c->table, t)) == 0) {
      best->start = t;
      return;
    }
}

/* The best free row for v, whose cost is bounded by growing and falling parts. */
static void choose(tweed_compactor *c, int32_t v, int64_t low, int64_t high, choice *best) {
  int64_t old = best->start, reach = 2 * c->ii + 2, found;
  bool own = c->end[v] != INT64_MIN && c->g->problem->ops[v].regs > 0;
  if (c->nreads == 0 && (own || best->late)) {
    look_down(c, v, low, high, best);
  } else if (!own && !best->late) {
    if (tweed_mrt_find(&c->table, c->g->shape[v], low, high - low + 1, &found))
      best->start = found;
  } else if (high - low <= 3 * reach) {
    look(c, v, low, high, best);
  } else {
    look(c, v, low, low + reach, best);
    look(c, v, old - reach / 2 > low ? old - reach / 2 : low, old + reach / 2 < high ? old + reach / 2 : high, best);
    look(c, v, high - reach, high, best);
  }
}

/* Moves one op to its best row. */
static void move_op(tweed_compactor *c, int32_t v, bool late) {
  int64_t low = 0, high = last_start(c, v), old = c->start[v];
  int32_t shape = c->g->shape[v];
  tweed_graph_slack(c->g, c->ii, c->start, v, &low, &high);
  if (low >= high)
    return;
  find_lives(c, v);
  tweed_mrt_change(&c->table, shape, old, -1);
  choice best = {old, reads_cost(c, old) + own_cost(c, v, old), late};
  choose(c, v, low, high, &best);
  c->start[v] = best.start;
  tweed_mrt_change(&c->table, shape, best.start, 1);
}

static void sweep(tweed_compactor *c, bool late, tweed_stop *stop) {
  for (int32_t k = 0; k < c->g->n && c->work > 0; k++) {
    if ((k & 63) == 63 && tweed_stopped(stop))
      return;
    move_op(c, c->g->order[late ? c->g->n - 1 - k : k], late);
  }
}

/* Collects v and all that must move along if it moves by one II, later or earlier; 0 if some would leave the range. */
static int32_t closure(tweed_compactor *c, int32_t v, bool late) {
  const tweed_graph *g = c->g;
  const int32_t *begin = late ? g->out_begin : g->in_begin;
  const tweed_arc *arcs = late ? g->out : g->in;
  int32_t count = 0;
  c->round++;
  c->members[count++] = v;
  c->mark[v] = c->round;
  for (int32_t k = 0; k < count; k++) {
    int32_t u = c->members[k];
    if (late ? c->start[u] + c->ii > last_start(c, u) : c->start[u] < c->ii)
      return 0;
    for (int32_t e = begin[u]; e < begin[u + 1]; e++) {
      int32_t w = arcs[e].other;
      int64_t slack = late ? c->start[w] - c->start[u] : c->start[u] - c->start[w];
      if (c->mark[w] != c->round && slack - tweed_arc_weight(&arcs[e], c->ii) < c->ii) {
        c->mark[w] = c->round;
        c->members[count++] = w;
      }
    }
    c->work -= begin[u + 1] - begin[u] + 1;
  }
  return count;
}

static double value_cost(const tweed_compactor *c, int32_t v) {
  int64_t end = last_reader(c->g, c->start, c->ii, v, -1);
  return life_cost(life_of(c->g, c->ii, v, c->start[v], end), regs_of(c->g, v), c->ii);
}

/* The cost of all values that a shift of the members changes. */
static double members_cost(tweed_compactor *c, int32_t count) {
  const tweed_graph *g = c->g;
  double cost = 0;
  int32_t seen = ++c->round;
  for (int32_t k = 0; k < count; k++)
    c->mark[c->members[k]] = seen;
  for (int32_t k = 0; k < count; k++) {
    int32_t v = c->members[k];
    cost += value_cost(c, v);
    c->work -= g->out_begin[v + 1] - g->out_begin[v];
    for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
      int32_t u = g->in[e].other;
      if (!g->in[e].flow || c->mark[u] == seen)
        continue;
      c->mark[u] = seen;
      cost += value_cost(c, u);
      c->work -= g->out_begin[u + 1] - g->out_begin[u];
    }
  }
  return cost;
}

/* Could the move of v by one II shorten a life? Only its own value's, or, moving earlier, one that it reads. */
static bool may_gain(const tweed_compactor *c, int32_t v, bool late) {
  const tweed_graph *g = c->g;
  if (late)
    return last_reader(g, c->start, c->ii, v, -1) > c->start[v] + c->ii;
  for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
    const tweed_arc *a = &g->in[e];
    if (a->flow && c->start[v] + a->distance * c->ii > c->start[a->other] + c->ii)
      return true;
  }
  return false;
}

/* Moves closed sets by one II where that pays. */
static void shift_stages(tweed_compactor *c, bool late, tweed_stop *stop) {
  for (int32_t k = 0; k < c->g->n && c->work > 0; k++) {
    int32_t v = c->g->order[late ? k : c->g->n - 1 - k];
    if ((k & 63) == 63 && tweed_stopped(stop))
      return;
    int32_t count = may_gain(c, v, late) ? closure(c, v, late) : 0;
    if (count == 0 || count == c->g->n)
      continue;
    double before = members_cost(c, count);
    int64_t by = late ? c->ii : -c->ii;
    for (int32_t i = 0; i < count; i++)
      c->start[c->members[i]] += by;
    if (members_cost(c, count) < before)
      continue;
    for (int32_t i = 0; i < count; i++)
      c->start[c->members[i]] -= by;
  }
}

static double total_cost(const tweed_compactor *c) {
  double cost = 0;
  for (int32_t v = 0; v < c->g->n; v++)
    cost += value_cost(c, v);
  return cost;
}

/* Lets the first op start at 0. The table keeps its old rows; it is filled anew before it is used again. */
static void normalise(const tweed_graph *g, int64_t *start) {
  int64_t first = INT64_MAX;
  for (int32_t v = 0; v < g->n; v++)
    first = start[v] < first ? start[v] : first;
  for (int32_t v = 0; v < g->n; v++)
    start[v] -= first;
}

static bool fill_table(tweed_compactor *c, int64_t ii) {
  if (c->ii == ii && c->table.ii == ii)
    tweed_mrt_clear(&c->table);
  else if (tweed_mrt_reset(&c->table, ii, NULL) != TWEED_FIT_YES)
    return false;
  c->ii = ii;
  c->latest = 0;
  for (int32_t v = 0; v < c->g->n; v++) {
    tweed_mrt_change(&c->table, c->g->shape[v], c->start[v], 1);
    c->latest = c->start[v] > c->latest ? c->start[v] : c->latest;
  }
  return true;
}

bool tweed_compactor_run(tweed_compactor *c, int64_t ii, int64_t max_start, int32_t extra, int64_t *start,
                         tweed_stop *stop) {
  tweed_quality best, now;
  const int32_t n = c->g->n;
  normalise(c->g, start);
  for (int32_t v = 0; v < n; v++)
    c->start[v] = start[v] + extra * ii;
  if (!fill_table(c, ii))
    return false;
  /* The last stage may be used to its end: that costs no stage and leaves room. */
  c->latest = (c->latest / ii + 1 + extra) * ii - 1;
  c->latest = extra == 0 && c->latest > max_start ? max_start : c->latest;
  tweed_compactor_measure(c, ii, start, &best);
  double last_cost = INFINITY;
  for (int turn = 0, idle = 0; turn < SWEEPS && idle < 2 && c->work > 0 && !tweed_stopped(stop); turn++) {
    bool late = turn % 2 == 0;
    sweep(c, late, stop);
    shift_stages(c, late, stop);
    double cost = total_cost(c);
    idle = cost < last_cost ? 0 : idle + 1;
    last_cost = cost < last_cost ? cost : last_cost;
    for (int32_t v = 0; v < n; v++)
      c->saved[v] = c->start[v];
    normalise(c->g, c->saved);
    tweed_compactor_measure(c, ii, c->saved, &now);
    if (now.last > (double)max_start || !tweed_quality_better(&now, &best))
      continue;
    best = now;
    for (int32_t v = 0; v < n; v++)
      start[v] = c->saved[v];
  }
  return true;
}

/* Room for II rows; without it (too large) MaxLive is estimated by its average. */
static void prepare_rows(tweed_compactor *c, int64_t ii) {
  if (ii <= c->row_capacity || ii > ROWS)
    return;
  free(c->rows);
  c->rows = calloc((size_t)ii, sizeof *c->rows);
  c->row_capacity = c->rows ? ii : 0;
}

/* Registers of a file (-1 = all) in the fullest row; end[] holds lives. */
static double fullest(tweed_compactor *c, int64_t ii, const int64_t *start, int32_t file) {
  const tweed_graph *g = c->g;
  double always = 0, level = 0, most = 0, average = 0;
  bool rows = ii <= c->row_capacity;
  for (int64_t r = 0; r < ii && rows; r++)
    c->rows[r] = 0;
  for (int32_t v = 0; v < g->n; v++) {
    double regs = regs_of(g, v);
    int64_t row = start[v] % ii, rest = c->end[v] % ii;
    if (c->end[v] <= 0 || regs <= 0 || (file >= 0 && tweed_class_of(g->problem, v)->file != file))
      continue;
    always += regs * (double)(c->end[v] / ii);
    average += regs * (double)rest / (double)ii;
    if (!rows || rest == 0)
      continue;
    c->rows[row] += regs;
    if (row + rest > ii)
      c->rows[0] += regs;
    if (row + rest != ii)
      c->rows[(row + rest) % ii] -= regs;
  }
  for (int64_t r = 0; r < ii && rows; r++) {
    level += c->rows[r];
    most = level > most ? level : most;
  }
  return always + (rows ? most : ceil(average));
}

void tweed_compactor_measure(tweed_compactor *c, int64_t ii, const int64_t *start, tweed_quality *out) {
  const tweed_graph *g = c->g;
  const tweed_machine *m = g->problem->machine;
  *out = (tweed_quality){0};
  prepare_rows(c, ii);
  for (int32_t v = 0; v < g->n; v++) {
    int64_t life = life_of(g, ii, v, start[v], last_reader(g, start, ii, v, -1));
    c->end[v] = life;
    out->last = (double)start[v] > out->last ? (double)start[v] : out->last;
    out->lifetime += regs_of(g, v) * (double)life;
    out->copies += life > ii ? regs_of(g, v) * (double)((life - 1) / ii) : 0;
  }
  out->stages = floor(out->last / (double)ii) + 1;
  out->max_live = fullest(c, ii, start, -1);
  for (int32_t f = 0; f < m->nfiles; f++) {
    double live = m->files[f].count > 0 ? fullest(c, ii, start, f) - m->files[f].count : 0;
    out->excess += live > 0 ? live : 0;
  }
  /* Registers that do not exist cost loads and stores in every iteration, copies a move in every iteration; a stage
   * only costs code outside the loop. */
  out->cost = 64 * out->excess + 4 * out->copies + 2 * out->stages + out->max_live;
}

bool tweed_quality_better(const tweed_quality *a, const tweed_quality *b) {
  if (a->cost < b->cost || a->cost > b->cost)
    return a->cost < b->cost;
  if (a->lifetime < b->lifetime || a->lifetime > b->lifetime)
    return a->lifetime < b->lifetime;
  return a->last < b->last;
}
