/* fds_frames.c: time frames, distribution graphs and forces of force-directed scheduling.
 *
 * The expected number of live values in step d is the sum over values of P(start <= d) - P(last use <= d), whatever the
 * two have to do with each other, because a value's last use never comes before its start. So a value is two ramps, and
 * live bytes are a layer like those of units: there an op holds h for `length` cycles, here b from its start to the
 * end, less b from the last use to the end. */
#include "solve/fds.h"
#include <math.h>
#include <string.h>

/* Most cells of all layers together. */
#define MOST_CELLS ((int64_t)1 << 25)

static void find_pulls(tweed_fds *f, double lean) {
  const tweed_problem *p = f->problem;
  double weight = p->has_objective ? p->objective.communication + lean * p->objective.memory : 0;
  memset(f->pull, 0, (size_t)f->g->n * sizeof *f->pull);
  for (int32_t d = 0; d < p->ndeps; d++) {
    f->pull[p->deps[d].to] += weight * (double)p->deps[d].bytes;
    f->pull[p->deps[d].from] -= weight * (double)p->deps[d].bytes;
  }
}

static bool allocate(tweed_fds *f, tweed_arena *arena) {
  size_t n = (size_t)f->g->n + 1, room = (size_t)f->room;
  f->early = tweed_arena_array(arena, 2 * n, sizeof *f->early);
  f->pull = tweed_arena_array(arena, 2 * n, sizeof *f->pull);
  f->use = tweed_arena_array(arena, n, sizeof *f->use);
  f->queue = tweed_arena_array(arena, n, sizeof *f->queue);
  f->queued = tweed_arena_array(arena, n, sizeof *f->queued);
  f->layers = tweed_arena_array(arena, (size_t)f->nlayers, sizeof *f->layers);
  double *cells = tweed_arena_array(arena, 3 * room * (size_t)f->nlayers, sizeof *cells);
  if (!f->early || !f->pull || !f->use || !f->queue || !f->queued || !f->layers || !cells)
    return false;
  f->late = f->early + n;
  f->bytes = f->pull + n;
  for (int32_t k = 0; k < f->nlayers; k++) {
    tweed_fds_layer *l = &f->layers[k];
    l->change = cells + 3 * room * (size_t)k;
    l->sum = l->change + room;
    l->sum2 = l->sum + room;
  }
  return true;
}

tweed_status tweed_fds_new(tweed_job *job, tweed_arena *arena, tweed_fds *f, tweed_error *error) {
  const tweed_graph *g = job->graph;
  const tweed_problem *p = job->problem;
  int64_t extent = 0;
  for (int32_t s = 0; s < g->nshapes; s++)
    extent = g->shapes[s].extent > extent ? g->shapes[s].extent : extent;
  *f = (tweed_fds){.problem = p, .g = g, .steps = p->length, .nlayers = g->nunits + 1};
  f->room = f->steps + extent + 4;
  if (f->room > MOST_CELLS / f->nlayers)
    return tweed_fail(error, TWEED_UNKNOWN, "a length of %lld is too much for force-directed scheduling",
                      (long long)p->length);
  if (!allocate(f, arena) || !tweed_values_of(p, arena, &f->values))
    return tweed_no_memory(error);
  bool memory = p->has_objective && p->objective.memory > 0;
  for (int32_t v = 0; v < g->n; v++)
    f->bytes[v] = memory ? f->values.bytes[v] : 0;
  return TWEED_OK;
}

/* ---- distribution graphs ------------------------------------------------------------------------------------------
 */

/* `by` of a layer from the start on, the start anywhere in [early, late]. */
static void add_ramp(tweed_fds_layer *l, int64_t early, int64_t late, double by) {
  double step = by / (double)(late - early + 1);
  l->change[early] += step;
  l->change[late + 1] -= step;
}

/* What v's reservations and its value's start add. */
static void add_op(tweed_fds *f, int32_t v, double sign) {
  const tweed_shape *shape = &f->g->shapes[f->g->shape[v]];
  int64_t early = f->early[v], late = f->late[v];
  for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
    const tweed_segment *s = &f->g->segments[k];
    add_ramp(&f->layers[s->unit], early + s->offset, late + s->offset, sign * s->held);
    add_ramp(&f->layers[s->unit], early + s->offset + s->length, late + s->offset + s->length, -sign * s->held);
  }
  if (f->bytes[v] > 0)
    add_ramp(&f->layers[f->nlayers - 1], early, late, sign * f->bytes[v]);
}

static void add_last_use(tweed_fds *f, int32_t v, double sign) {
  if (f->bytes[v] > 0)
    add_ramp(&f->layers[f->nlayers - 1], f->use[v].early, f->use[v].late, -sign * f->bytes[v]);
}

static tweed_fds_use find_use(const tweed_fds *f, int32_t v) {
  const tweed_problem *p = f->problem;
  tweed_fds_use use = {-1, -1, -1, -1};
  for (int32_t k = p->out_begin[v]; k < p->out_begin[v + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (!tweed_hands_over(dep))
      continue;
    use.early = f->early[dep->to] > use.early ? f->early[dep->to] : use.early;
    if (f->late[dep->to] > use.late) {
      use.second = use.last_op == dep->to ? use.second : use.late;
      use.late = f->late[dep->to];
      use.last_op = dep->to;
    } else if (dep->to != use.last_op && f->late[dep->to] > use.second) {
      use.second = f->late[dep->to];
    }
  }
  return use;
}

void tweed_fds_refresh(tweed_fds *f) {
  for (int32_t k = 0; k < f->nlayers; k++) {
    tweed_fds_layer *l = &f->layers[k];
    double slope = 0, level = 0, sum = 0, sum2 = 0, square = 0;
    if (l->price == 0)
      continue;
    for (int64_t d = 0; d < f->room; d++) {
      l->sum[d] = sum;
      l->sum2[d] = sum2;
      slope += l->change[d];
      level += slope;
      square += level * level;
      sum2 += sum;
      sum += level;
    }
    l->weight = square > 1e-9 ? /* more than rounding */ l->price / sqrt(square * (double)f->steps) : 0;
  }
}

void tweed_fds_reset(tweed_fds *f, int64_t end, double stress, double lean) {
  const tweed_graph *g = f->g;
  const tweed_problem *p = f->problem;
  find_pulls(f, lean);
  tweed_graph_earliest(g, 0, f->early);
  for (int32_t k = g->n - 1; k >= 0; k--) {
    int32_t v = g->order[k];
    f->late[v] = end - tweed_class_of(p, v)->latency;
    for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++)
      if (f->late[g->out[e].other] - g->out[e].latency < f->late[v])
        f->late[v] = f->late[g->out[e].other] - g->out[e].latency;
  }
  for (int32_t k = 0; k < f->nlayers; k++) {
    double weight = !p->has_objective    ? k + 1 < f->nlayers
                    : k + 1 < f->nlayers ? p->objective.resource
                                         : p->objective.memory;
    bool binding = k < g->nunits && g->count[k] != INT32_MAX;
    f->layers[k].price = stress * (binding && weight == 0 ? 1 : weight);
    memset(f->layers[k].change, 0, (size_t)f->room * sizeof *f->layers[k].change);
  }
  for (int32_t v = 0; v < g->n; v++) {
    f->use[v] = find_use(f, v);
    add_op(f, v, 1);
    add_last_use(f, v, 1);
  }
}

/* ---- forces -------------------------------------------------------------------------------------------------------
 */

/* The average of the layer's sum over [early, late]. */
static double mean_sum(const tweed_fds_layer *l, int64_t early, int64_t late) {
  return (l->sum2[late + 1] - l->sum2[early]) / (double)(late - early + 1);
}

/* What v itself is expected to cost in a frame. */
static double cost_in(const tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  const tweed_shape *shape = &f->g->shapes[f->g->shape[v]];
  double cost = f->pull[v] * (double)(early + late) / 2;
  for (int32_t k = shape->begin; k < shape->begin + shape->count; k++) {
    const tweed_segment *s = &f->g->segments[k];
    const tweed_fds_layer *l = &f->layers[s->unit];
    int64_t from = early + s->offset, to = late + s->offset;
    cost += l->weight * s->held * (mean_sum(l, from + s->length, to + s->length) - mean_sum(l, from, to));
  }
  if (f->bytes[v] > 0) {
    const tweed_fds_layer *l = &f->layers[f->nlayers - 1];
    cost -= l->weight * f->bytes[v] * mean_sum(l, early, late);
  }
  return cost;
}

/* The change where the last use of v's value moves to [early, late]. */
static double use_force(const tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  const tweed_fds_layer *l = &f->layers[f->nlayers - 1];
  const tweed_fds_use *use = &f->use[v];
  if (f->bytes[v] <= 0 || (early == use->early && late == use->late))
    return 0;
  return l->weight * f->bytes[v] * (mean_sum(l, early, late) - mean_sum(l, use->early, use->late));
}

static double force_of_uses(const tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  const tweed_problem *p = f->problem;
  const tweed_fds_use *own = &f->use[v];
  double force = 0;
  if (f->bytes[v] > 0) {
    int64_t first = own->early;
    for (int32_t k = p->out_begin[v]; k < p->out_begin[v + 1]; k++) {
      const tweed_dep *dep = &p->deps[p->out[k]];
      if (tweed_hands_over(dep) && early + dep->latency > first)
        first = early + dep->latency;
    }
    force += use_force(f, v, first, own->late);
  }
  for (int32_t k = f->values.giver_begin[v]; k < f->values.giver_begin[v + 1]; k++) {
    const tweed_fds_use *use = &f->use[f->values.giver[k]];
    int64_t last = use->last_op == v ? (use->second > late ? use->second : late) : use->late;
    force += use_force(f, f->values.giver[k], early > use->early ? early : use->early, last);
  }
  return force;
}

double tweed_fds_force(const tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  const tweed_graph *g = f->g;
  double force = cost_in(f, v, early, late) - cost_in(f, v, f->early[v], f->late[v]);
  for (int32_t e = g->in_begin[v]; e < g->in_begin[v + 1]; e++) {
    int32_t u = g->in[e].other;
    int64_t last = late - g->in[e].latency;
    if (last < f->late[u])
      force += cost_in(f, u, f->early[u], last) - cost_in(f, u, f->early[u], f->late[u]);
  }
  for (int32_t e = g->out_begin[v]; e < g->out_begin[v + 1]; e++) {
    int32_t w = g->out[e].other;
    int64_t first = early + g->out[e].latency;
    if (first > f->early[w])
      force += cost_in(f, w, first, f->late[w]) - cost_in(f, w, f->early[w], f->late[w]);
  }
  return f->layers[f->nlayers - 1].price > 0 ? force + force_of_uses(f, v, early, late) : force;
}

/* ---- narrowing ----------------------------------------------------------------------------------------------------
 */

static void set_frame(tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  int64_t was = f->late[v];
  add_op(f, v, -1);
  f->early[v] = early;
  f->late[v] = late;
  add_op(f, v, 1);
  if (f->layers[f->nlayers - 1].price == 0)
    return;
  for (int32_t k = f->values.giver_begin[v]; k < f->values.giver_begin[v + 1]; k++) {
    int32_t u = f->values.giver[k];
    if (early <= f->use[u].early && (late == was || was < f->use[u].second))
      continue;
    add_last_use(f, u, -1);
    f->use[u] = find_use(f, u);
    add_last_use(f, u, 1);
  }
}

int64_t tweed_fds_narrow(tweed_fds *f, int32_t v, int64_t early, int64_t late) {
  const tweed_graph *g = f->g;
  int32_t size = g->n + 1, head = 0, tail = 0;
  int64_t changes = 1;
  set_frame(f, v, early, late);
  f->queue[tail++] = v;
  f->queued[v] = true;
  while (head != tail) {
    v = f->queue[head];
    head = head + 1 == size ? 0 : head + 1;
    f->queued[v] = false;
    for (int32_t e = g->in_begin[v], end = g->in_begin[v + 1]; e < end + g->out_begin[v + 1] - g->out_begin[v]; e++) {
      const tweed_arc *a = e < end ? &g->in[e] : &g->out[e - end + g->out_begin[v]];
      int32_t w = a->other;
      int64_t first = e < end ? f->early[w] : f->early[v] + a->latency;
      int64_t last = e < end ? f->late[v] - a->latency : f->late[w];
      if (first <= f->early[w] && last >= f->late[w])
        continue;
      set_frame(f, w, first > f->early[w] ? first : f->early[w], last < f->late[w] ? last : f->late[w]);
      changes++;
      if (f->queued[w])
        continue;
      f->queue[tail] = w;
      tail = tail + 1 == size ? 0 : tail + 1;
      f->queued[w] = true;
    }
  }
  return changes;
}
