/* joint_model.c: groups, hand-offs and waiting (docs/joint.md, 1 to 4) in difference form. */
#include "solve/joint.h"

#include <stdlib.h>
#include <string.h>

tweed_lit tweed_joint_guard(tweed_joint_model *m, tweed_reason_kind kind, int32_t index) {
  if (!m->q->explain || (kind == TWEED_REASON_DEP && !m->q->loose_deps))
    return TWEED_TRUE;
  for (size_t i = 0; i < m->nreasons; i++)
    if (m->reasons[i].kind == kind && m->reasons[i].index == index)
      return m->reasons[i].literal;
  if (!tweed_arena_grow(m->arena, (void **)&m->reasons, &m->cap_reasons, m->nreasons + 1, sizeof *m->reasons)) {
    tweed_smt_fail(m->smt);
    return TWEED_TRUE;
  }
  m->reasons[m->nreasons] = (tweed_reason){kind, index, tweed_smt_bool(m->smt)};
  return m->reasons[m->nreasons++].literal;
}

/* ---- groups -------------------------------------------------------------------------------------------------------
 */

static bool is_variable(const tweed_joint_model *m, int32_t v) {
  return tweed_class_of(m->q->problem, v)->variable;
}

static tweed_lit *role_of(tweed_joint_model *m, int32_t v, int32_t group) {
  return &m->role[(size_t)v * (size_t)m->ngroups + (size_t)group];
}

tweed_lit tweed_joint_same(tweed_joint_model *m, int32_t a, int32_t b) {
  tweed_lit *at = &m->same[(size_t)a * (size_t)m->n + (size_t)b];
  if (*at)
    return *at;
  tweed_lit same;
  if (a == b || (m->apart && is_variable(m, a) && is_variable(m, b)))
    same = TWEED_TRUE;
  else if (m->apart && is_variable(m, a) != is_variable(m, b))
    same = TWEED_FALSE;
  else if (m->ngroups - m->apart == 1)
    same = TWEED_TRUE;
  else {
    same = tweed_smt_bool(m->smt);
    for (int32_t g = m->apart; g < m->ngroups; g++) {
      tweed_lit x = *role_of(m, a, g), y = *role_of(m, b, g);
      tweed_smt_clause(m->smt, 3, (tweed_lit[]){-x, -y, same});
      tweed_smt_clause(m->smt, 3, (tweed_lit[]){-x, y, -same});
      tweed_smt_clause(m->smt, 3, (tweed_lit[]){x, -y, -same});
    }
  }
  *at = m->same[(size_t)b * (size_t)m->n + (size_t)a] = same;
  return same;
}

/* Variable ops are in group 0; the i-th of the others, in one of the first i groups behind, and in a new one only if
 * the one before is in use. */
static bool make_roles(tweed_joint_model *m) {
  int32_t first = m->apart, turn = 0;
  for (size_t i = 0; i < (size_t)m->n * (size_t)m->ngroups; i++)
    m->role[i] = TWEED_FALSE;
  for (int32_t i = 0; i < m->n; i++) {
    int32_t v = m->order[i];
    if (m->apart && is_variable(m, v)) {
      *role_of(m, v, 0) = TWEED_TRUE;
      continue;
    }
    int32_t last = first + turn < m->ngroups ? first + turn : m->ngroups - 1;
    tweed_lit any[64];
    for (int32_t g = first; g <= last; g++)
      any[g - first] = *role_of(m, v, g) = last == first ? TWEED_TRUE : tweed_smt_bool(m->smt);
    tweed_smt_clause(m->smt, (size_t)(last - first + 1), any);
    for (int32_t g = first; g <= last; g++)
      for (int32_t h = g + 1; h <= last; h++)
        tweed_smt_clause(m->smt, 2, (tweed_lit[]){-*role_of(m, v, g), -*role_of(m, v, h)});
    for (int32_t g = first + 1; g <= last; g++) {
      tweed_lit *earlier = tweed_arena_array(m->arena, (size_t)i + 1, sizeof *earlier);
      if (!earlier)
        return false;
      for (int32_t k = 0; k < i; k++)
        earlier[k] = *role_of(m, m->order[k], g - 1);
      earlier[i] = -*role_of(m, v, g);
      tweed_smt_clause(m->smt, (size_t)i + 1, earlier);
    }
    turn++;
  }
  return turn == 0 || first < m->ngroups;
}

static void make_used(tweed_joint_model *m) {
  for (int32_t g = 0; g < m->ngroups; g++) {
    m->used[g] = tweed_smt_bool(m->smt);
    for (int32_t v = 0; v < m->n; v++)
      tweed_smt_clause(m->smt, 2, (tweed_lit[]){-*role_of(m, v, g), m->used[g]});
  }
  for (int32_t g = m->apart + 1; g < m->ngroups; g++)
    tweed_smt_clause(m->smt, 2, (tweed_lit[]){-m->used[g], m->used[g - 1]});
  if (m->q->explain && m->ngroups > m->q->limits.groups)
    tweed_smt_clause(m->smt, 2,
                     (tweed_lit[]){-tweed_joint_guard(m, TWEED_REASON_GROUPS, 0), -m->used[m->q->limits.groups]});
}

static int64_t warps_of(const tweed_problem *p, int32_t v) {
  int32_t warps = tweed_class_of(p, v)->warps;
  return warps > 1 ? warps : 1;
}

/* Least size of a group with at least so many warps, 0 = none. */
static int64_t size_for(const tweed_problem *p, int64_t warps) {
  const tweed_warps *w = &p->machine->warps;
  int64_t best = 0;
  for (int32_t i = 0; i < w->nsizes; i++)
    if (w->sizes[i] >= warps && (best == 0 || w->sizes[i] < best))
      best = w->sizes[i];
  return w->nsizes > 0 ? best : warps;
}

/* The size of a group rises in steps: one literal per group and size that some op asks for. */
static bool limit_warps(tweed_joint_model *m) {
  const tweed_problem *p = m->q->problem;
  tweed_terms sum = {0};
  if (m->q->limits.total == 0)
    return true;
  for (int32_t g = 0; g < m->ngroups; g++)
    for (int64_t size = 0, next; size < INT32_MAX; size = next) {
      next = INT32_MAX;
      for (int32_t v = 0; v < m->n; v++) {
        int64_t own = size_for(p, warps_of(p, v));
        next = own > size && own < next ? own : next;
      }
      if (next == INT32_MAX)
        break;
      tweed_lit reached = tweed_smt_bool(m->smt);
      for (int32_t v = 0; v < m->n; v++)
        if (size_for(p, warps_of(p, v)) >= next)
          tweed_smt_clause(m->smt, 2, (tweed_lit[]){-*role_of(m, v, g), reached});
      if (!tweed_terms_add(&sum, m->arena, reached, next - size))
        return false;
    }
  tweed_smt_at_most(m->smt, tweed_joint_guard(m, TWEED_REASON_WARPS, 0), sum.count, sum.literals, sum.weights,
                    m->q->limits.total);
  return true;
}

/* ---- dependences --------------------------------------------------------------------------------------------------
 */

/* What the paths know: dependences, and the hand-off where the ends can only be in different groups. */
static tweed_edge *static_edges(const tweed_joint_model *m, size_t *count) {
  const tweed_problem *p = m->q->problem;
  tweed_edge *edges = tweed_arena_array(m->arena, (size_t)p->ndeps + 1, sizeof *edges);
  *count = 0;
  for (int32_t e = 0; e < p->ndeps && edges; e++) {
    const tweed_dep *dep = &p->deps[e];
    bool apart = m->apart && is_variable(m, dep->from) != is_variable(m, dep->to);
    int64_t handoff = apart ? tweed_handoff(p, dep) : 0;
    edges[(*count)++] = (tweed_edge){dep->from, dep->to, dep->latency + handoff, dep->distance};
  }
  return edges;
}

/* Dependences that do not hold in any case, and what they cost across groups. */
static bool hand_over(tweed_joint_model *m) {
  const tweed_problem *p = m->q->problem;
  for (int32_t e = 0; e < p->ndeps; e++) {
    const tweed_dep *dep = &p->deps[e];
    int64_t handoff = tweed_handoff(p, dep);
    if (m->q->loose_deps)
      tweed_smt_clause(m->smt, 2,
                       (tweed_lit[]){-tweed_joint_guard(m, TWEED_REASON_DEP, e),
                                     tweed_diff_at_least(&m->d, dep->from, dep->to, dep->latency, -dep->distance)});
    tweed_lit same = tweed_joint_same(m, dep->from, dep->to);
    if (same == TWEED_TRUE || dep->from == dep->to)
      continue;
    if (!tweed_terms_add(&m->handoffs, m->arena, -same, handoff))
      return false;
    if (handoff > 0)
      tweed_smt_clause(
          m->smt, 3,
          (tweed_lit[]){-tweed_joint_guard(m, TWEED_REASON_HANDOFF, e), same,
                        tweed_diff_at_least(&m->d, dep->from, dep->to, dep->latency + handoff, -dep->distance)});
  }
  return true;
}

/* waits[v]: a dependence that blocks or crosses groups enters v. */
static void make_waits(tweed_joint_model *m) {
  const tweed_problem *p = m->q->problem;
  for (int32_t v = 0; v < m->n; v++) {
    tweed_lit waits = TWEED_FALSE;
    for (int32_t i = p->in_begin[v]; i < p->in_begin[v + 1]; i++) {
      const tweed_dep *dep = &p->deps[p->in[i]];
      tweed_lit same = dep->blocking ? TWEED_FALSE : tweed_joint_same(m, dep->from, v);
      tweed_lit guard = same == TWEED_TRUE ? 0 : tweed_joint_guard(m, TWEED_REASON_WAIT, p->in[i]);
      if (guard == 0 || waits == TWEED_TRUE)
        continue;
      if (guard == TWEED_TRUE && same == TWEED_FALSE) {
        waits = TWEED_TRUE;
        continue;
      }
      waits = waits == TWEED_FALSE ? tweed_smt_bool(m->smt) : waits;
      tweed_smt_clause(m->smt, 3, (tweed_lit[]){-guard, same, waits});
    }
    m->waits[v] = waits;
  }
}

/* No op of its group is in progress when an op that waits starts. */
static void stall(tweed_joint_model *m) {
  for (int32_t v = 0; v < m->n; v++)
    for (int32_t o = 0; o < m->n && m->waits[v] != TWEED_FALSE; o++) {
      if (o == v)
        continue;
      tweed_lit conditions[2] = {m->waits[v], tweed_joint_same(m, o, v)};
      int64_t hold = tweed_hold(m->q->problem, o);
      if (conditions[1] == TWEED_FALSE)
        continue;
      if (hold >= m->q->ii.last)
        tweed_smt_clause(m->smt, 2, (tweed_lit[]){-conditions[0], -conditions[1]});
      else
        tweed_diff_forbid(&m->d, o, v, 0, hold, 2, conditions);
    }
}

int32_t tweed_joint_parts(const tweed_problem *p, int32_t *part) {
  int32_t count = 0;
  for (int32_t v = 0; v < p->nops; v++)
    part[v] = v;
  for (bool moved = true; moved;) { /* the least number spreads along the dependences */
    moved = false;
    for (int32_t e = 0; e < p->ndeps; e++) {
      int32_t *a = &part[p->deps[e].from], *b = &part[p->deps[e].to], least = *a < *b ? *a : *b;
      moved = moved || *a != *b;
      *a = *b = least;
    }
  }
  for (int32_t v = 0; v < p->nops; v++)
    part[v] = part[v] == v ? count++ : part[part[v]];
  return count;
}

/* Each part starts in the first II cycles. */
static bool anchor_parts(tweed_joint_model *m) {
  size_t n = (size_t)m->n;
  int32_t *part = tweed_arena_array(m->arena, n + 1, sizeof *part);
  tweed_lit *any = tweed_arena_array(m->arena, n + 1, sizeof *any);
  if (!part || !any)
    return false;
  int32_t count = tweed_joint_parts(m->q->problem, part);
  for (int32_t k = 0; k < count && m->q->ii.first == m->q->ii.last; k++) {
    size_t used = 0;
    for (int32_t v = 0; v < m->n; v++)
      if (part[v] == k)
        any[used++] = tweed_smt_difference(m->smt, v, -1, 1 - m->q->ii.first);
    tweed_smt_clause(m->smt, used, any);
  }
  return true;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------
 */

/* From the longest path to an op to the length minus the longest path behind it. False if one does not fit. */
static bool make_windows(const tweed_joint_model *m, const int64_t *path, int64_t *low, int64_t *high) {
  size_t n = (size_t)m->n;
  bool fits = true;
  for (size_t v = 0; v < n; v++) {
    low[v] = 0;
    high[v] = INT64_MAX;
    for (size_t w = 0; w < n; w++) {
      int64_t end = m->q->length - tweed_class_of(m->q->problem, (int32_t)w)->latency;
      low[v] = path[w * n + v] > low[v] ? path[w * n + v] : low[v];
      if (path[v * n + w] > -TWEED_FAR && end - path[v * n + w] < high[v])
        high[v] = end - path[v * n + w];
    }
    if (m->q->limits.stages > 0 && m->q->ii.last < TWEED_FAR && m->q->limits.stages * m->q->ii.last - 1 < high[v])
      high[v] = m->q->limits.stages * m->q->ii.last - 1;
    fits = fits && low[v] <= high[v];
  }
  return fits;
}

tweed_status tweed_joint_least_length(const tweed_joint_query *q, int64_t *out, tweed_error *error) {
  tweed_joint_model m = {.q = q, .n = q->problem->nops, .arena = tweed_arena_new()};
  size_t nedges, n = (size_t)m.n;
  int64_t *path;
  *out = 0;
  if (!m.arena)
    return tweed_no_memory(error);
  for (int32_t v = 0; v < m.n; v++)
    m.apart = !q->plain && (m.apart || is_variable(&m, v));
  tweed_edge *edges = static_edges(&m, &nedges);
  tweed_status status =
      edges ? tweed_diff_paths(m.arena, m.n, q->ii, nedges, edges, &path, error) : tweed_no_memory(error);
  for (size_t v = 0; v < n && status == TWEED_OK; v++)
    for (size_t w = 0; w < n; w++) {
      int64_t end = path[v * n + w] + tweed_class_of(q->problem, (int32_t)w)->latency;
      *out = end > *out ? end : *out;
    }
  tweed_arena_free(m.arena);
  return status;
}

static bool allocate(tweed_joint_model *m) {
  const tweed_joint_query *q = m->q;
  size_t n = (size_t)m->n, deps = (size_t)q->problem->ndeps, groups;
  int32_t most = q->limits.groups + (q->explain ? 1 : 0);
  most = q->plain ? 1 : most;
  for (int32_t v = 0; v < m->n; v++)
    m->apart = !q->plain && (m->apart || is_variable(m, v));
  m->ngroups = most < m->n + m->apart ? most : m->n + m->apart;
  m->ngroups = m->ngroups > 32 ? 32 : m->ngroups;
  groups = (size_t)m->ngroups + 1;
  m->order = q->problem->topo;
  m->role = tweed_arena_array(m->arena, n * groups, sizeof *m->role);
  m->same = tweed_arena_array(m->arena, n * n + 1, sizeof *m->same);
  m->waits = tweed_arena_array(m->arena, n + 1, sizeof *m->waits);
  m->used = tweed_arena_array(m->arena, groups, sizeof *m->used);
  m->earlier = tweed_arena_array(m->arena, deps * deps + 1, sizeof *m->earlier);
  return m->earlier && m->role && m->same && m->waits && m->used;
}

static bool put_all(tweed_joint_model *m, size_t nedges, const tweed_edge *edges) {
  const tweed_graph *g = m->q->graph;
  tweed_lit *guards = tweed_arena_array(m->arena, (size_t)g->nunits + 1, sizeof *guards);
  if (!guards)
    return false;
  m->d.follow = m->q->follow;
  if (!anchor_parts(m))
    return false;
  if (!m->q->loose_deps)
    tweed_diff_edges(&m->d, nedges, edges);
  for (int32_t u = 0; u < g->nunits; u++)
    guards[u] = tweed_joint_guard(m, TWEED_REASON_UNIT, u);
  if (!tweed_diff_units(&m->d, g, guards))
    return false;
  if (m->q->plain)
    return hand_over(m);
  if (!make_roles(m)) {
    tweed_smt_clause(m->smt, 0, NULL);
    return true;
  }
  make_used(m);
  if (!limit_warps(m) || !hand_over(m))
    return false;
  make_waits(m);
  stall(m);
  return tweed_joint_registers(m) && tweed_joint_memories(m);
}

tweed_status tweed_joint_build(tweed_joint_model *m, const tweed_joint_query *q, tweed_error *error) {
  size_t nedges, n = (size_t)q->problem->nops;
  int64_t *path;
  *m = (tweed_joint_model){.q = q, .n = q->problem->nops};
  m->arena = tweed_arena_new();
  if (!m->arena || !allocate(m))
    return tweed_no_memory(error);
  int64_t *low = tweed_arena_array(m->arena, n + 1, sizeof *low),
          *high = tweed_arena_array(m->arena, n + 1, sizeof *high);
  tweed_edge *edges = static_edges(m, &nedges);
  if (!low || !high || !edges)
    return tweed_no_memory(error);
  tweed_status status = tweed_diff_paths(m->arena, m->n, q->ii, q->loose_deps ? 0 : nedges, edges, &path, error);
  if (status != TWEED_OK)
    return status;
  if (!make_windows(m, path, low, high))
    return tweed_fail(error, TWEED_INFEASIBLE, "no schedule is as short as %lld", (long long)q->length);
  m->smt =
      tweed_smt_new(q->stop, q->ii.first < q->ii.last && q->ii.last < TWEED_FAR ? TWEED_SMT_LINEAR : TWEED_SMT_DENSE);
  if (!m->smt)
    return tweed_no_memory(error);
  tweed_lit window = tweed_smt_bool(m->smt);
  if (!tweed_diff_begin(&m->d, m->smt, m->arena, m->n, q->ii, path, low, high, window) || !put_all(m, nedges, edges) ||
      tweed_smt_failed(m->smt))
    return tweed_fail(error, TWEED_UNKNOWN, "the problem is too large for the smt solver");
  return TWEED_OK;
}

void tweed_joint_free(tweed_joint_model *m) {
  tweed_smt_free(m->smt);
  tweed_arena_free(m->arena);
}
