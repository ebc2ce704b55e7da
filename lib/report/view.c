/* view.c: roles, program order and rings of a schedule. */
#include "report/view.h"

#include <stdlib.h>

enum { FAR = 64 };

static bool has_footprint(const tweed_problem *p, int32_t op) {
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[op].bytes; m++)
    if (p->ops[op].bytes[m] > 0)
      return true;
  return false;
}

bool report_signals(const report_view *v, int32_t op) {
  return tweed_class_of(v->p, op)->async && v->p->ops[op].regs == 0 && has_footprint(v->p, op);
}

bool report_by_one_thread(const report_view *v, int32_t op) {
  return tweed_class_of(v->p, op)->async && v->p->ops[op].regs == 0;
}

bool report_commits(const report_view *v, int32_t op) {
  return report_signals(v, op) && !tweed_class_of(v->p, op)->variable;
}

bool report_by_value(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW || dep->kind == TWEED_DEP_ASYNC;
}

/* ---- program order -------------------------------------------------------------------------------------------------
 */

typedef struct place {
  int64_t key, rank;
  int32_t op;
} place;

static int compare(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return x->op < y->op ? -1 : x->op > y->op;
}

/* `to` may start at the very moment at which `from` does, but comes after it. */
static bool tight(const tweed_schedule *s, const tweed_dep *dep) {
  return dep->from != dep->to && s->start[dep->to] + (int64_t)dep->distance * s->ii == s->start[dep->from];
}

/* A topological order of the tight dependences. They form no cycle: around one, distances would add up to 0. */
static bool rank_ops(report_view *v) {
  const tweed_problem *p = v->p;
  int32_t *waiting = tweed_arena_array(v->arena, (size_t)p->nops, sizeof *waiting);
  int32_t *queue = tweed_arena_array(v->arena, (size_t)p->nops, sizeof *queue);
  int32_t first = 0, last = 0;
  v->rank = tweed_arena_array(v->arena, (size_t)p->nops, sizeof *v->rank);
  if (!waiting || !queue || !v->rank)
    return false;
  for (int32_t d = 0; d < p->ndeps; d++)
    waiting[p->deps[d].to] += tight(v->s, &p->deps[d]);
  for (int32_t i = 0; i < p->nops; i++)
    if (waiting[i] == 0)
      queue[last++] = i;
  for (; first < last; first++) {
    int32_t op = queue[first];
    v->rank[op] = first;
    for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
      const tweed_dep *dep = &p->deps[p->out[i]];
      if (tight(v->s, dep) && --waiting[dep->to] == 0)
        queue[last++] = dep->to;
    }
  }
  return true;
}

static bool sort_role(report_view *v, int32_t index) {
  report_role *role = &v->roles[index];
  place *places = tweed_arena_array(v->arena, (size_t)role->nops, sizeof *places);
  if (!places)
    return false;
  for (int32_t i = 0; i < role->nops; i++) {
    int32_t op = role->ops[i];
    places[i] = (place){v->s->start[op], v->rank[op], op};
    if (i == 0 || places[i].key < role->base)
      role->base = places[i].key;
  }
  qsort(places, (size_t)role->nops, sizeof *places, compare);
  for (int32_t i = 0; i < role->nops; i++)
    role->ops[i] = places[i].op;
  role->warps = v->s->joint ? v->joint.roles[index].warps : 1;
  role->regs = v->s->joint ? v->joint.roles[index].registers : 0;
  return true;
}

static bool make_roles(report_view *v) {
  const tweed_problem *p = v->p;
  v->nroles = 1;
  for (int32_t i = 0; i < p->nops; i++)
    if (report_role_of(v, i) >= v->nroles)
      v->nroles = report_role_of(v, i) + 1;
  v->roles = tweed_arena_array(v->arena, (size_t)v->nroles, sizeof *v->roles);
  if (!v->roles)
    return false;
  for (int32_t i = 0; i < p->nops; i++)
    v->roles[report_role_of(v, i)].nops++;
  for (int32_t r = 0; r < v->nroles; r++) {
    v->roles[r].ops = tweed_arena_array(v->arena, (size_t)v->roles[r].nops + 1, sizeof(int32_t));
    if (!v->roles[r].ops)
      return false;
    v->roles[r].nops = 0;
  }
  for (int32_t i = 0; i < p->nops; i++) {
    report_role *role = &v->roles[report_role_of(v, i)];
    role->ops[role->nops++] = i;
  }
  for (int32_t r = 0; r < v->nroles; r++)
    if (v->roles[r].nops && !sort_role(v, r))
      return false;
  return true;
}

/* ---- rings ---------------------------------------------------------------------------------------------------------
 */

static bool crosses(const report_view *v, const tweed_dep *dep) {
  return report_role_of(v, dep->from) != report_role_of(v, dep->to);
}

/* As soon as it is there, or as the first of the dependences across roles says. */
int64_t report_publish(const report_view *v, int32_t op, bool data) {
  const tweed_problem *p = v->p;
  int64_t at = tweed_class_of(p, op)->latency;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    bool counts = data ? crosses(v, dep) && report_by_value(dep) : report_needs_order(v, dep);
    if (counts && dep->latency < at)
      at = dep->latency;
  }
  return at;
}

bool report_needs_order(const report_view *v, const tweed_dep *dep) {
  const tweed_problem *p = v->p;
  if (!crosses(v, dep) || report_by_value(dep))
    return false;
  for (int32_t i = p->out_begin[dep->from]; i < p->out_begin[dep->from + 1]; i++) {
    const tweed_dep *other = &p->deps[p->out[i]];
    int64_t at = v->s->start[other->to] + (int64_t)other->distance * v->s->ii;
    int64_t mine = v->s->start[dep->to] + (int64_t)dep->distance * v->s->ii;
    if (report_by_value(other) && report_role_of(v, other->to) == report_role_of(v, dep->to) &&
        other->distance <= dep->distance &&
        (other->to == dep->to || at < mine || (at == mine && v->rank[other->to] < v->rank[dep->to])))
      return false;
  }
  return true;
}

/* Adds the role to the ascending list of readers. */
static void add_reader(report_ring *ring, int32_t role) {
  int32_t at = ring->nreaders;
  for (int32_t i = 0; i < ring->nreaders; i++)
    if (ring->readers[i] == role)
      return;
  for (; at > 0 && ring->readers[at - 1] > role; at--)
    ring->readers[at] = ring->readers[at - 1];
  ring->readers[at] = role;
  ring->nreaders++;
}

static int64_t slots(const report_view *v, int64_t life) {
  int64_t ii = v->s->ii > 0 ? v->s->ii : life;
  life = life > 1 ? life : 1;
  return ii > 0 ? (life + ii - 1) / ii : 1;
}

/* How long a slot is taken, over the readers of it. An async reader is taken to be done a cycle after its start at the
 * soonest, so that nothing is given back at the moment at which it starts. */
static int64_t life_of(const report_view *v, const report_ring *ring) {
  const tweed_problem *p = v->p;
  int64_t life = 1, from = v->s->start[ring->op];
  if (ring->staged)
    from += report_publish(v, ring->op, true);
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    bool reads = ring->data ? report_by_value(dep) && dep->to != dep->from && (crosses(v, dep) || !ring->staged)
                            : report_needs_order(v, dep);
    int64_t done = tweed_done(p, dep->to), end;
    end = v->s->start[dep->to] + (int64_t)dep->distance * v->s->ii + (done > 1 ? done : 1);
    if (reads && end - from > life)
      life = end - from;
  }
  return life;
}

/* A ring that keeps the order costs next to nothing: with a slot for each iteration that a reader is behind, each slot
 * has a reader, also in the last iterations, and the program is simpler. */
static int64_t longest_distance(const report_view *v, const report_ring *ring) {
  int64_t most = 1;
  for (int32_t i = v->p->out_begin[ring->op]; i < v->p->out_begin[ring->op + 1]; i++) {
    const tweed_dep *dep = &v->p->deps[v->p->out[i]];
    if (report_needs_order(v, dep) && dep->distance > most && dep->distance <= FAR)
      most = dep->distance;
  }
  return most;
}

static void set_depth(const report_view *v, report_ring *ring) {
  int64_t depth = slots(v, life_of(v, ring)), least = ring->data ? 1 : longest_distance(v, ring);
  depth = depth > least ? depth : least;
  for (int32_t i = 0; i < v->joint.nspaces && ring->data; i++)
    if (v->joint.spaces[i].op == ring->op && v->joint.spaces[i].depth > depth)
      depth = v->joint.spaces[i].depth;
  ring->depth = depth < TWEED_MAX_NUMBER ? (int32_t)depth : TWEED_MAX_NUMBER;
}

/* The memory and the size of a slot: the value's own footprint, else what it takes to hand registers over. */
static void set_place(const report_view *v, report_ring *ring) {
  const tweed_problem *p = v->p;
  ring->memory = -1;
  if (!ring->data)
    return;
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[ring->op].bytes; m++)
    if (p->ops[ring->op].bytes[m] > ring->bytes) {
      ring->bytes = p->ops[ring->op].bytes[m];
      ring->memory = m;
    }
  ring->staged = ring->nreaders > 0 && ring->memory < 0 && p->ops[ring->op].regs > 0;
  for (int32_t i = p->out_begin[ring->op]; i < p->out_begin[ring->op + 1] && ring->staged; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (crosses(v, dep) && report_by_value(dep) && dep->bytes > ring->bytes)
      ring->bytes = dep->bytes;
  }
  if (ring->staged && ring->bytes > 0)
    ring->memory = p->machine->warps.staging;
}

static int32_t count_out(const tweed_problem *p, int32_t op) {
  return p->out_begin[op + 1] - p->out_begin[op];
}

/* The ring of the value (data) or of the order behind op, if it needs one. */
static bool add_ring(report_view *v, int32_t op, bool data, int32_t *index) {
  const tweed_problem *p = v->p;
  report_ring ring = {.op = op, .data = data};
  ring.readers = tweed_arena_array(v->arena, (size_t)count_out(p, op) + 1, sizeof *ring.readers);
  if (!ring.readers)
    return false;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (data ? crosses(v, dep) && report_by_value(dep) : report_needs_order(v, dep))
      add_reader(&ring, report_role_of(v, dep->to));
  }
  if (ring.nreaders == 0 && !(data && has_footprint(p, op)))
    return true;
  set_place(v, &ring);
  set_depth(v, &ring);
  *index = v->nrings;
  v->rings[v->nrings++] = ring;
  return true;
}

static bool make_rings(report_view *v) {
  size_t nops = (size_t)v->p->nops;
  v->data_ring = tweed_arena_array(v->arena, nops, sizeof *v->data_ring);
  v->order_ring = tweed_arena_array(v->arena, nops, sizeof *v->order_ring);
  v->rings = tweed_arena_array(v->arena, v->s->joint ? 2 * nops : 1, sizeof *v->rings);
  if (!v->data_ring || !v->order_ring || !v->rings)
    return false;
  for (int32_t i = 0; i < v->p->nops; i++) {
    v->data_ring[i] = v->order_ring[i] = -1;
    if (v->s->joint && (!add_ring(v, i, true, &v->data_ring[i]) || !add_ring(v, i, false, &v->order_ring[i])))
      return false;
  }
  return true;
}

tweed_status report_view_new(const tweed_problem *p, const tweed_schedule *s, report_view *out, tweed_error *error) {
  *out = (report_view){.p = p, .s = s};
  out->placed = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  out->arena = tweed_arena_new();
  tweed_status status = TWEED_OK;
  if (out->arena && s->joint)
    status = tweed_joint_derive(p, s, out->arena, &out->joint, error);
  if (!status && out->arena && rank_ops(out) && make_roles(out) && make_rings(out))
    return TWEED_OK;
  report_view_free(out);
  return status ? status : tweed_no_memory(error);
}

void report_view_free(report_view *v) {
  tweed_arena_free(v->arena);
  v->arena = NULL;
}
