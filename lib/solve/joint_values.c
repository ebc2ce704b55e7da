/* joint_values.c: registers and memories (docs/joint.md, 5 and 6) in difference form.
 *
 * A sum over what is alive is greatest where some life begins, so it is only counted there: a probe is a moment after
 * the start of an op. For each value and each lap k one literal says that the copy of k iterations ago is alive at the
 * probe; clauses make it true where it must be. */
#include "solve/joint.h"

#include <stdlib.h>

/* start of op + offset + laps * II */
typedef struct moment {
  int32_t op;
  int64_t offset, laps;
} moment;

/* A reader of the value: over dependence `dep`, at the moment `at` (in the producer's iteration). */
typedef struct reader {
  int32_t dep;
  moment at;
  int64_t begin; /* of its staged copy, after the start of the producer */
  tweed_lit crosses;
} reader;

/* Invariant: readers are the flow dependences of the value at hand, self for those from an op to itself. */
typedef struct values {
  tweed_joint_model *m;
  const tweed_problem *p;
  reader *readers;
  size_t nreaders, cap_readers;
} values;

static bool read_by(values *s, int32_t u) {
  const tweed_problem *p = s->p;
  s->nreaders = 0;
  for (int32_t i = p->out_begin[u]; i < p->out_begin[u + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (dep->kind != TWEED_DEP_FLOW)
      continue;
    if (!tweed_arena_grow(s->m->arena, (void **)&s->readers, &s->cap_readers, s->nreaders + 1, sizeof *s->readers))
      return false;
    s->readers[s->nreaders++] =
        (reader){p->out[i], {dep->to, 0, dep->distance}, dep->latency, -tweed_joint_same(s->m, u, dep->to)};
  }
  return true;
}

/* Moment a is not after b, for a clause; and its opposite. */
static tweed_lit reached(values *s, moment a, moment b) {
  return tweed_diff_at_least(&s->m->d, a.op, b.op, a.offset - b.offset, a.laps - b.laps);
}
static tweed_lit ahead(values *s, moment a, moment b) {
  return tweed_diff_below(&s->m->d, a.op, b.op, a.offset - b.offset, a.laps - b.laps);
}

static moment later(moment at, int64_t laps) {
  at.laps += laps;
  return at;
}

static moment after(moment at, int64_t cycles) {
  at.offset += cycles;
  return at;
}

static moment start_of(int32_t op) {
  return (moment){op, 0, 0};
}

/* Laps k, added to first … last, for which a life from a to b can hold the moment `at` k laps later. */
static void laps(const values *s, moment a, moment b, moment at, int64_t *first, int64_t *last) {
  const tweed_diff *d = &s->m->d;
  int64_t low = a.laps - tweed_diff_most_laps(d, a.op, at.op, a.offset - at.offset) - at.laps;
  int64_t high = b.laps + tweed_diff_most_laps(d, at.op, b.op, at.offset - b.offset + 1) - at.laps;
  *first = low < *first ? low : *first;
  *last = high > *last ? high : *last;
}

/* ---- registers ----------------------------------------------------------------------------------------------------
 */

/* The clauses that make `alive` true in the producer's own group. */
static void own_side(values *s, int32_t u, moment at, tweed_lit alive) {
  tweed_lit same = tweed_joint_same(s->m, u, at.op);
  if (same == TWEED_FALSE)
    return;
  for (size_t i = 0; i < s->nreaders; i++) {
    const reader *r = &s->readers[i];
    tweed_lit clause[5] = {alive, -same, ahead(s, start_of(u), at), r->crosses, reached(s, r->at, at)};
    tweed_smt_clause(s->m->smt, 5, clause);
    if (r->crosses == TWEED_FALSE)
      continue;
    clause[3] = -r->crosses;
    clause[4] = reached(s, after(start_of(u), r->begin + tweed_handoff(s->p, &s->p->deps[r->dep])), at);
    tweed_smt_clause(s->m->smt, 5, clause);
  }
}

/* Implies that reader q is in the group of reader r and before it. */
static tweed_lit earlier(values *s, const reader *q, const reader *r) {
  tweed_lit *at = &s->m->earlier[(size_t)q->dep * (size_t)s->p->ndeps + (size_t)r->dep];
  if (*at)
    return *at;
  tweed_lit here = tweed_joint_same(s->m, q->at.op, r->at.op);
  tweed_lit before = here == TWEED_FALSE ? TWEED_FALSE : reached(s, after(q->at, 1), r->at);
  if (here == TWEED_FALSE || before == TWEED_FALSE)
    return *at = TWEED_FALSE;
  *at = tweed_smt_bool(s->m->smt);
  tweed_smt_clause(s->m->smt, 2, (tweed_lit[]){-*at, here});
  tweed_smt_clause(s->m->smt, 2, (tweed_lit[]){-*at, before});
  return *at;
}

/* In the cycle of a reader in another group, if it is the first there. */
static bool first_cycle(values *s, const reader *r, moment at, tweed_lit alive, tweed_lit same) {
  tweed_lit here = tweed_joint_same(s->m, r->at.op, at.op);
  tweed_lit *clause = tweed_arena_array(s->m->arena, s->nreaders + 5, sizeof *clause);
  size_t count = 0;
  if (!clause || here == TWEED_FALSE)
    return clause != NULL;
  clause[count++] = alive;
  clause[count++] = same;
  clause[count++] = -here;
  clause[count++] = ahead(s, r->at, at);
  clause[count++] = reached(s, after(r->at, 1), at);
  if (clause[3] == TWEED_TRUE || clause[4] == TWEED_TRUE)
    return true;
  for (size_t i = 0; i < s->nreaders; i++)
    if (&s->readers[i] != r)
      clause[count++] = earlier(s, &s->readers[i], r);
  tweed_smt_clause(s->m->smt, count, clause);
  return true;
}

/* The same in another group: between any two readers there, and in the cycle of the first. */
static bool other_side(values *s, int32_t u, moment at, tweed_lit alive) {
  tweed_lit same = tweed_joint_same(s->m, u, at.op);
  for (size_t i = 0; i < s->nreaders && same != TWEED_TRUE; i++) {
    const reader *r = &s->readers[i];
    tweed_lit here = tweed_joint_same(s->m, r->at.op, at.op);
    if (!first_cycle(s, r, at, alive, same))
      return false;
    for (size_t j = 0; j < s->nreaders; j++) {
      const reader *q = &s->readers[j];
      if (i == j)
        continue;
      tweed_lit there = tweed_joint_same(s->m, q->at.op, at.op);
      tweed_lit clause[6] = {alive, same, -here, -there, ahead(s, r->at, at), reached(s, q->at, at)};
      tweed_smt_clause(s->m->smt, 6, clause);
    }
  }
  return true;
}

static bool add_registers(values *s, int32_t u, moment at, tweed_terms *sum) {
  int64_t first = INT64_MAX, last = INT64_MIN;
  if (!read_by(s, u))
    return false;
  for (size_t i = 0; i < s->nreaders; i++) {
    const reader *r = &s->readers[i];
    laps(s, start_of(u), r->at, at, &first, &last);
    laps(s, r->at, after(r->at, 1), at, &first, &last);
    for (size_t j = 0; j < s->nreaders; j++)
      laps(s, r->at, s->readers[j].at, at, &first, &last);
    if (r->crosses != TWEED_FALSE)
      laps(s, start_of(u), after(start_of(u), r->begin + tweed_handoff(s->p, &s->p->deps[r->dep])), at, &first, &last);
  }
  for (int64_t k = first; k <= last && !tweed_smt_failed(s->m->smt); k++) {
    tweed_lit alive = tweed_smt_bool(s->m->smt);
    own_side(s, u, later(at, k), alive);
    if (!other_side(s, u, later(at, k), alive) || !tweed_terms_add(sum, s->m->arena, alive, s->p->ops[u].regs))
      return false;
  }
  return true;
}

/* Registers are counted where a value is made, and where one may arrive from another group. */
static bool counts_registers(values *s, int32_t v) {
  bool counts = s->p->ops[v].regs > 0;
  for (int32_t i = s->p->in_begin[v]; i < s->p->in_begin[v + 1] && !counts; i++) {
    const tweed_dep *dep = &s->p->deps[s->p->in[i]];
    counts = dep->kind == TWEED_DEP_FLOW && s->p->ops[dep->from].regs > 0 &&
             tweed_joint_same(s->m, dep->from, v) != TWEED_TRUE;
  }
  return counts;
}

bool tweed_joint_registers(tweed_joint_model *m) {
  values s = {.m = m, .p = m->q->problem};
  tweed_terms sum = {0};
  for (int32_t v = 0; v < m->n && m->q->limits.registers > 0; v++) {
    sum.count = 0;
    if (!counts_registers(&s, v))
      continue;
    for (int32_t u = 0; u < m->n; u++)
      if (s.p->ops[u].regs > 0 && !add_registers(&s, u, start_of(v), &sum))
        return false;
    tweed_smt_at_most(m->smt, tweed_joint_guard(m, TWEED_REASON_REGISTERS, v), sum.count, sum.literals, sum.weights,
                      m->q->limits.registers);
  }
  return !tweed_smt_failed(m->smt);
}

/* ---- memories -----------------------------------------------------------------------------------------------------
 */

static int64_t footprint(const tweed_problem *p, int32_t u, int32_t memory) {
  return p->ops[u].bytes ? p->ops[u].bytes[memory] : 0;
}

/* Space of one value in one memory: its footprint, or what is staged of it. The slot of a staged value is as large as
 * the largest dependence that crosses: `step` more bytes if one of at least so many does. */
typedef struct space {
  int32_t op, memory;
  bool staged, live;
  int64_t bytes, step; /* step: bytes less the next smaller size */
} space;

/* A literal that is true if the literals on the right all hold. */
static tweed_lit both(values *s, tweed_lit a, tweed_lit b) {
  if (a == TWEED_FALSE || b == TWEED_FALSE)
    return TWEED_FALSE;
  if (a == TWEED_TRUE || b == TWEED_TRUE)
    return a == TWEED_TRUE ? b : a;
  tweed_lit result = tweed_smt_bool(s->m->smt);
  tweed_smt_clause(s->m->smt, 3, (tweed_lit[]){-a, -b, result});
  return result;
}

/* True if some flow dependence of at least so many bytes crosses (of_flow), or any flow or async one. */
static tweed_lit crossing(values *s, int32_t u, bool of_flow, int64_t bytes) {
  tweed_lit result = TWEED_FALSE;
  for (int32_t i = s->p->out_begin[u]; i < s->p->out_begin[u + 1]; i++) {
    const tweed_dep *dep = &s->p->deps[s->p->out[i]];
    if (of_flow ? dep->kind != TWEED_DEP_FLOW || dep->bytes < bytes
                : dep->kind != TWEED_DEP_FLOW && dep->kind != TWEED_DEP_ASYNC)
      continue;
    tweed_lit same = tweed_joint_same(s->m, u, dep->to);
    if (same == TWEED_FALSE)
      return TWEED_TRUE;
    if (same == TWEED_TRUE)
      continue;
    result = result == TWEED_FALSE ? tweed_smt_bool(s->m->smt) : result;
    tweed_smt_clause(s->m->smt, 2, (tweed_lit[]){same, result});
  }
  return result;
}

/* A ring is deeper than q where a life is longer than q * II: literals for q = 0, 1, … as far as that can be. Life is
 * at least 1, so that q = 0 is true for a footprint, and for a staged value if a dependence crosses. */
static bool add_ring(values *s, const space *x, tweed_terms *sum, tweed_terms *barriers) {
  tweed_smt *smt = s->m->smt;
  tweed_diff *d = &s->m->d;
  int64_t most = 1;
  if (!read_by(s, x->op))
    return false;
  tweed_lit any = x->staged ? crossing(s, x->op, true, 0) : TWEED_TRUE;
  tweed_lit large = x->staged ? crossing(s, x->op, true, x->bytes) : TWEED_TRUE;
  tweed_lit barrier = x->staged ? any : crossing(s, x->op, false, 0);
  if (any == TWEED_FALSE || large == TWEED_FALSE)
    return true;
  for (size_t i = 0; i < s->nreaders; i++)
    for (size_t j = 0; j < (x->staged ? s->nreaders : 1); j++) {
      const reader *r = &s->readers[i];
      int64_t begin = x->staged ? s->readers[j].begin : 0;
      /* depth > q if start of r - start of op > begin - done + (q - laps) * II */
      int64_t deepest =
          r->at.laps + 1 + tweed_diff_most_laps(d, x->op, r->at.op, begin - tweed_done(s->p, r->at.op) + 1);
      most = r->at.op != x->op && deepest > most ? deepest : most;
    }
  for (int64_t q = 0; q < most && !tweed_smt_failed(smt); q++) {
    tweed_lit deeper = q == 0 ? any : tweed_smt_bool(smt);
    for (size_t i = 0; q > 0 && i < s->nreaders; i++)
      for (size_t j = 0; j < (x->staged ? s->nreaders : 1); j++) {
        const reader *r = &s->readers[i], *b = &s->readers[j];
        if (r->at.op == x->op)
          continue;
        int64_t past = (x->staged ? b->begin : 0) - tweed_done(s->p, r->at.op) + 1;
        tweed_lit clause[4] = {deeper, x->staged ? -r->crosses : 0, x->staged ? -b->crosses : 0,
                               tweed_diff_below(d, x->op, r->at.op, past, q - r->at.laps)};
        tweed_smt_clause(smt, 4, clause);
      }
    if (!tweed_terms_add(sum, s->m->arena, both(s, deeper, large), x->step) ||
        (barriers &&
         !tweed_terms_add(barriers, s->m->arena, both(s, both(s, deeper, large), barrier), TWEED_BARRIER_BYTES)))
      return false;
  }
  return true;
}

/* What is alive of the space at the probe. */
static bool add_live(values *s, const space *x, moment at, tweed_terms *sum) {
  int64_t first = INT64_MAX, last = INT64_MIN;
  if (!read_by(s, x->op))
    return false;
  tweed_lit large = x->staged ? crossing(s, x->op, true, x->bytes) : TWEED_TRUE;
  for (size_t i = 0; i < s->nreaders; i++)
    for (size_t j = 0; j < (x->staged ? s->nreaders : 1); j++)
      laps(s, after(start_of(x->op), x->staged ? s->readers[j].begin : 0), s->readers[i].at, at, &first, &last);
  for (int64_t k = first; k <= last && large != TWEED_FALSE && !tweed_smt_failed(s->m->smt); k++) {
    tweed_lit alive = tweed_smt_bool(s->m->smt);
    for (size_t i = 0; i < s->nreaders; i++)
      for (size_t j = 0; j < (x->staged ? s->nreaders : 1); j++) {
        const reader *r = &s->readers[i], *b = &s->readers[j];
        tweed_lit clause[5] = {alive, x->staged ? -r->crosses : 0, x->staged ? -b->crosses : 0,
                               ahead(s, after(start_of(x->op), x->staged ? b->begin : 0), later(at, k)),
                               reached(s, r->at, later(at, k))};
        tweed_smt_clause(s->m->smt, 5, clause);
      }
    if (!tweed_terms_add(sum, s->m->arena, both(s, alive, large), x->step))
      return false;
  }
  return true;
}

typedef struct spaces {
  space *items;
  size_t count, capacity;
} spaces;

static bool add_space(values *s, spaces *all, int32_t op, int32_t memory, bool staged, int64_t bytes, int64_t step) {
  if (bytes <= 0)
    return true;
  if (!tweed_arena_grow(s->m->arena, (void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items))
    return false;
  bool live = s->p->machine->memories[memory].alloc == TWEED_ALLOC_LIVE;
  all->items[all->count++] = (space){op, memory, staged, live, bytes, step};
  return true;
}

/* One space per size that a staged value may have, each worth what it is larger than the one before. */
static bool add_staged(values *s, spaces *all, int32_t u) {
  int32_t staging = s->p->machine->warps.staging;
  if (s->p->ops[u].regs <= 0 || staging < 0)
    return true;
  for (int64_t size = 0, next = 0; next < INT64_MAX; size = next) {
    next = INT64_MAX;
    for (int32_t i = s->p->out_begin[u]; i < s->p->out_begin[u + 1]; i++) {
      const tweed_dep *dep = &s->p->deps[s->p->out[i]];
      if (dep->kind == TWEED_DEP_FLOW && dep->bytes > size && dep->bytes < next &&
          tweed_joint_same(s->m, u, dep->to) != TWEED_TRUE)
        next = dep->bytes;
    }
    if (next < INT64_MAX && !add_space(s, all, u, staging, true, next, next - size))
      return false;
  }
  return true;
}

static bool collect_spaces(values *s, spaces *all) {
  for (int32_t u = 0; u < s->m->n; u++) {
    for (int32_t k = 0; k < s->p->machine->nmemories; k++) {
      int64_t bytes = footprint(s->p, u, k);
      if (!add_space(s, all, u, k, false, bytes, bytes))
        return false;
    }
    if (!add_staged(s, all, u))
      return false;
  }
  return true;
}

/* Barriers are counted once per value and memory: with the smallest size of a staged value, which every other one has
 * too. */
static bool first_size(const space *x) {
  return x->bytes == x->step;
}

static bool sum_rings(values *s, const spaces *all, int32_t memory, tweed_terms *sum, tweed_terms *barriers) {
  for (size_t i = 0; i < all->count; i++)
    if (all->items[i].memory == memory && !all->items[i].live &&
        !add_ring(s, &all->items[i], sum, first_size(&all->items[i]) ? barriers : NULL))
      return false;
  return true;
}

static bool append(values *s, tweed_terms *to, const tweed_terms *from) {
  for (size_t i = 0; i < from->count; i++)
    if (!tweed_terms_add(to, s->m->arena, from->literals[i], from->weights[i]))
      return false;
  return true;
}

static void limit(values *s, int32_t memory, const tweed_terms *sum) {
  tweed_smt_at_most(s->m->smt, tweed_joint_guard(s->m, TWEED_REASON_MEMORY, memory), sum->count, sum->literals,
                    sum->weights, s->m->q->limits.memory[memory]);
}

/* Each moment at which a life in the memory may begin. */
static bool limit_live(values *s, const spaces *all, const tweed_terms *barriers, int32_t memory) {
  tweed_terms sum = {0};
  for (size_t i = 0; i < all->count; i++) {
    const space *x = &all->items[i];
    if (x->memory != memory || !first_size(x))
      continue;
    size_t moments = 1;
    if (x->staged) {
      if (!read_by(s, x->op))
        return false;
      moments = s->nreaders;
    }
    for (size_t k = 0; k < moments; k++) {
      if (x->staged && !read_by(s, x->op))
        return false;
      moment at = after(start_of(x->op), x->staged ? s->readers[k].begin : 0);
      sum.count = 0;
      for (size_t j = 0; j < all->count; j++)
        if (all->items[j].memory == memory && !add_live(s, &all->items[j], at, &sum))
          return false;
      if (barriers && !append(s, &sum, barriers))
        return false;
      limit(s, memory, &sum);
    }
  }
  return true;
}

bool tweed_joint_memories(tweed_joint_model *m) {
  values s = {.m = m, .p = m->q->problem};
  spaces all = {0};
  tweed_terms barriers = {0};
  const tweed_machine *machine = s.p->machine;
  int32_t staging = machine->warps.staging;
  tweed_terms *sums = tweed_arena_array(m->arena, (size_t)machine->nmemories + 1, sizeof *sums);
  if (!sums || !collect_spaces(&s, &all))
    return false;
  for (int32_t k = 0; k < machine->nmemories; k++)
    if (!sum_rings(&s, &all, k, &sums[k], staging >= 0 ? &barriers : NULL) || !append(&s, &m->rings, &sums[k]))
      return false;
  if (!append(&s, &m->rings, &barriers) || (staging >= 0 && !append(&s, &sums[staging], &barriers)))
    return false;
  for (int32_t k = 0; k < machine->nmemories; k++) {
    limit(&s, k, &sums[k]); /* of a live memory, only barriers */
    if (machine->memories[k].alloc == TWEED_ALLOC_LIVE && !limit_live(&s, &all, k == staging ? &barriers : NULL, k))
      return false;
  }
  return !tweed_smt_failed(m->smt);
}
