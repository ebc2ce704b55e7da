/* protocol.c: runs a protocol step by step. */
#include "llvm/nvptx/protocol.h"
#include <stdio.h>
#include <string.h>

typedef struct step {
  tw_step_kind kind;
  int32_t of, count;
} step;

typedef struct steps {
  int32_t n;
  step *list;
  size_t room;
} steps;

typedef struct barrier {
  int32_t slots, arrivals;
  bool free;
} barrier;

struct tw_protocol {
  tweed_arena *arena;
  int32_t nroles, nloops, nbarriers, nrings;
  barrier *barriers;
  int32_t *rings; /* slots */
  size_t barrier_room, ring_room;
  steps *program; /* by loop, role, when */
};

static steps *steps_of(const tw_protocol *p, int32_t loop, int32_t role, int32_t when) {
  return &p->program[(loop * p->nroles + role) * TW_WHENS + when];
}

tw_protocol *tw_protocol_new(tweed_arena *arena, int32_t roles, int32_t loops) {
  tw_protocol *p = tweed_arena_alloc(arena, sizeof *p);
  if (!p)
    return NULL;
  *p = (tw_protocol){.arena = arena, .nroles = roles, .nloops = loops};
  p->program = tweed_arena_array(arena, (size_t)(roles * loops) * TW_WHENS, sizeof *p->program);
  return p->program ? p : NULL;
}

int32_t tw_protocol_barrier(tw_protocol *p, int32_t slots, int32_t arrivals, bool free) {
  size_t n = (size_t)p->nbarriers + 1;
  if (!tweed_arena_grow(p->arena, (void **)&p->barriers, &p->barrier_room, n, sizeof *p->barriers))
    return -1;
  p->barriers[p->nbarriers] = (barrier){slots, arrivals, free};
  return p->nbarriers++;
}

int32_t tw_protocol_ring(tw_protocol *p, int32_t slots) {
  if (!tweed_arena_grow(p->arena, (void **)&p->rings, &p->ring_room, (size_t)p->nrings + 1, sizeof *p->rings))
    return -1;
  p->rings[p->nrings] = slots;
  return p->nrings++;
}

bool tw_protocol_step(tw_protocol *p, int32_t loop, int32_t role, tw_when when, tw_step_kind kind, int32_t of,
                      int32_t count) {
  steps *s = steps_of(p, loop, role, (int32_t)when);
  if (of < 0 || !tweed_arena_grow(p->arena, (void **)&s->list, &s->room, (size_t)s->n + 1, sizeof *s->list))
    return false;
  s->list[s->n++] = (step){kind, of, count};
  return true;
}

/* ---- a run ---- */

/* Where a role is: the step that it takes next. done: it has come to the end. time: of its own steps, from 1 on. */
typedef struct place {
  int32_t round, loop, when, trip, step;
  bool done;
  int32_t time;
} place;

/* One phase of a slot of a barrier. over: clocks of those who have arrived, by role. */
typedef struct phase {
  int32_t arrived, *over;
} phase;

/* Uses of a ring's slots, and phases of a barrier, are numbered through: use n is of slot n modulo slots. All arrays of
 * uses have `uses` places. Times are those of the role, 0 = never. */
typedef struct run {
  const tw_protocol *p;
  int32_t rounds, trips, uses;
  place *places;
  int32_t *clocks;          /* by role, role: what the one knows of the other */
  int32_t *waits, *arrives; /* by role, barrier: how many */
  int32_t *iterations;      /* by role, loop: how many are over */
  phase *phases;            /* by barrier, use */
  int32_t *waited;          /* by barrier, use, role: when it has waited for that use */
  int32_t *filled, *read;   /* by ring, use, role: when last */
  int32_t *fills, *reads;   /* by ring, role: in each iteration */
  int32_t *done_reads;      /* by ring, use, role: how many */
  char *detail;
  size_t size;
} run;

static bool fail(const run *r, const char *what, int32_t role, const char *kind, int32_t of, int32_t use) {
  snprintf(r->detail, r->size, "role %d %s, %s %d, use %d (%d rounds of %d trips)", (int)role, what, kind, (int)of,
           (int)use, (int)r->rounds, (int)r->trips);
  return false;
}

static int32_t *clock_of(const run *r, int32_t role) {
  return &r->clocks[role * r->p->nroles];
}

/* The role knows of all that stands in the other clock. */
static bool knows(const run *r, int32_t role, const int32_t *other) {
  for (int32_t i = 0; i < r->p->nroles; i++)
    if (clock_of(r, role)[i] < other[i])
      return false;
  return true;
}

static void learn(const run *r, int32_t *clock, const int32_t *other) {
  for (int32_t i = 0; i < r->p->nroles; i++)
    clock[i] = clock[i] > other[i] ? clock[i] : other[i];
}

static phase *phase_of(const run *r, int32_t of, int32_t use) {
  return &r->phases[of * r->uses + use];
}

static bool is_over(const run *r, int32_t of, int32_t use) {
  return phase_of(r, of, use)->arrived == r->p->barriers[of].arrivals;
}

static int32_t ring_index(const run *r, int32_t of, int32_t use, int32_t role) {
  return (of * r->uses + use) * r->p->nroles + role;
}

/* Steps of a kind at a barrier or ring in all that a role does, those of iterations taken `trips` times. */
static int32_t count_steps(const tw_protocol *p, int32_t role, tw_step_kind kind, int32_t of, int32_t trips) {
  int32_t n = 0;
  for (int32_t loop = 0; loop < p->nloops; loop++)
    for (int32_t when = 0; when < TW_WHENS; when++) {
      const steps *s = steps_of(p, loop, role, when);
      for (int32_t i = 0; i < s->n; i++)
        if (s->list[i].kind == kind && s->list[i].of == of)
          n += when == TW_EACH ? trips : 1;
    }
  return n;
}

/* The phase is over now: nobody may still have to look for the one before it in the same slot. */
static bool check_lag(const run *r, int32_t of, int32_t use) {
  const barrier *b = &r->p->barriers[of];
  int32_t before = b->free ? use : use - b->slots; /* number of the wait */
  for (int32_t role = 0; before >= 0 && role < r->p->nroles; role++) {
    int32_t when = r->waited[ring_index(r, of, before, role)];
    if (count_steps(r->p, role, TW_STEP_WAIT, of, 1) > 0 && (when == 0 || phase_of(r, of, use)->over[role] < when))
      return fail(r, "may wait for a phase when the next one is over", role, "barrier", of, before);
  }
  return true;
}

static bool arrive(run *r, int32_t role, const step *s) {
  const barrier *b = &r->p->barriers[s->of];
  int32_t use = r->arrives[role * r->p->nbarriers + s->of]++;
  if (use >= r->uses)
    return fail(r, "arrives too often", role, "barrier", s->of, use);
  if (use >= b->slots &&
      !(is_over(r, s->of, use - b->slots) && knows(r, role, phase_of(r, s->of, use - b->slots)->over)))
    return fail(r, "arrives before the phase before is over", role, "barrier", s->of, use);
  phase *f = phase_of(r, s->of, use);
  f->arrived += s->count;
  if (f->arrived > b->arrivals)
    return fail(r, "is one arrival too many", role, "barrier", s->of, use);
  learn(r, f->over, clock_of(r, role));
  return f->arrived < b->arrivals || check_lag(r, s->of, use);
}

/* *stuck: not yet. */
static bool await(run *r, int32_t role, const step *s, bool *stuck) {
  const barrier *b = &r->p->barriers[s->of];
  int32_t n = r->waits[role * r->p->nbarriers + s->of], use = b->free ? n - b->slots : n;
  if (n >= r->uses)
    return fail(r, "waits too often", role, "barrier", s->of, n);
  if (use >= 0 && !is_over(r, s->of, use)) {
    *stuck = true;
    return true;
  }
  r->waits[role * r->p->nbarriers + s->of]++;
  if (use >= 0)
    learn(r, clock_of(r, role), phase_of(r, s->of, use)->over);
  r->waited[ring_index(r, s->of, n, role)] = r->places[role].time;
  return true;
}

static bool fill(run *r, int32_t role, const step *s, int32_t use) {
  int32_t before = use - r->p->rings[s->of];
  for (int32_t other = 0; before >= 0 && other < r->p->nroles; other++) {
    int32_t i = ring_index(r, s->of, before, other), most = r->reads[s->of * r->p->nroles + other];
    if (most > 0 && (r->done_reads[i] < most || clock_of(r, role)[other] < r->read[i]))
      return fail(r, "fills a slot that may still be read", role, "ring", s->of, use);
  }
  r->filled[ring_index(r, s->of, use, role)] = r->places[role].time;
  return true;
}

static bool read_slot(run *r, int32_t role, const step *s, int32_t use) {
  for (int32_t other = 0; other < r->p->nroles; other++) {
    int32_t when = r->filled[ring_index(r, s->of, use, other)];
    if (r->fills[s->of * r->p->nroles + other] > 0 && (when == 0 || clock_of(r, role)[other] < when))
      return fail(r, "reads a slot that may not be filled", role, "ring", s->of, use);
  }
  int32_t i = ring_index(r, s->of, use, role);
  r->read[i] = r->places[role].time;
  r->done_reads[i]++;
  return true;
}

static bool take_step(run *r, int32_t role, const step *s, bool *stuck) {
  place *at = &r->places[role];
  int32_t use = r->iterations[role * r->p->nloops + at->loop];
  clock_of(r, role)[role] = ++at->time;
  switch (s->kind) {
  case TW_STEP_ARRIVE:
    return arrive(r, role, s);
  case TW_STEP_WAIT:
    return await(r, role, s, stuck);
  case TW_STEP_FILL:
    return fill(r, role, s, use);
  case TW_STEP_READ:
    return read_slot(r, role, s, use);
  }
  return false;
}

/* On to the next part of the program. */
static void turn_page(run *r, int32_t role) {
  place *at = &r->places[role];
  at->step = 0;
  if (at->when == TW_EACH) {
    r->iterations[role * r->p->nloops + at->loop]++;
    if (++at->trip < r->trips)
      return;
  }
  at->trip = 0;
  if (++at->when < TW_WHENS)
    return;
  at->when = TW_BEFORE;
  if (++at->loop < r->p->nloops)
    return;
  at->loop = 0;
  at->done = ++at->round == r->rounds;
}

/* Lets the role go on until it has to wait. *moved: it has taken a step. */
static bool go_on(run *r, int32_t role, bool *moved) {
  place *at = &r->places[role];
  while (!at->done) {
    const steps *s = steps_of(r->p, at->loop, role, at->when);
    if (at->step == s->n) {
      turn_page(r, role);
      *moved = true;
      continue;
    }
    bool stuck = false;
    if (!take_step(r, role, &s->list[at->step], &stuck))
      return false;
    if (stuck)
      return true;
    at->step++;
    *moved = true;
  }
  return true;
}

static bool check_end(const run *r) {
  for (int32_t role = 0; role < r->p->nroles; role++) {
    const place *at = &r->places[role];
    if (at->done)
      continue;
    int32_t of = steps_of(r->p, at->loop, role, at->when)->list[at->step].of;
    return fail(r, "waits for ever", role, "barrier", of, r->waits[role * r->p->nbarriers + of]);
  }
  for (int32_t b = 0; b < r->p->nbarriers; b++)
    for (int32_t use = 0; use < r->uses; use++)
      if (phase_of(r, b, use)->arrived > 0 && !is_over(r, b, use))
        return fail(r, "and others leave a phase half done", 0, "barrier", b, use);
  return true;
}

static bool allocate(run *r) {
  const tw_protocol *p = r->p;
  tweed_arena *a = p->arena;
  size_t roles = (size_t)p->nroles, uses = (size_t)r->uses, barriers = (size_t)p->nbarriers, rings = (size_t)p->nrings;
  r->places = tweed_arena_array(a, roles, sizeof *r->places);
  r->clocks = tweed_arena_array(a, roles * roles, sizeof(int32_t));
  r->waits = tweed_arena_array(a, roles * barriers, sizeof(int32_t));
  r->arrives = tweed_arena_array(a, roles * barriers, sizeof(int32_t));
  r->iterations = tweed_arena_array(a, roles * (size_t)p->nloops, sizeof(int32_t));
  r->phases = tweed_arena_array(a, barriers * uses, sizeof *r->phases);
  r->waited = tweed_arena_array(a, barriers * uses * roles, sizeof(int32_t));
  r->filled = tweed_arena_array(a, rings * uses * roles, sizeof(int32_t));
  r->read = tweed_arena_array(a, rings * uses * roles, sizeof(int32_t));
  r->done_reads = tweed_arena_array(a, rings * uses * roles, sizeof(int32_t));
  r->fills = tweed_arena_array(a, rings * roles, sizeof(int32_t));
  r->reads = tweed_arena_array(a, rings * roles, sizeof(int32_t));
  int32_t *over = tweed_arena_array(a, barriers * uses * roles, sizeof *over);
  if (!r->places || !r->clocks || !r->waits || !r->arrives || !r->iterations || !r->phases || !r->waited ||
      !r->filled || !r->read || !r->done_reads || !r->fills || !r->reads || !over)
    return false;
  for (size_t i = 0; i < barriers * uses; i++)
    r->phases[i].over = &over[i * roles];
  return true;
}

/* So many uses there can be at most of one barrier or ring. */
static int32_t most_uses(const tw_protocol *p, int32_t rounds, int32_t trips) {
  int32_t most = trips;
  for (int32_t role = 0; role < p->nroles; role++)
    for (int32_t b = 0; b < p->nbarriers; b++) {
      int32_t arrives = count_steps(p, role, TW_STEP_ARRIVE, b, trips);
      int32_t waits = count_steps(p, role, TW_STEP_WAIT, b, trips);
      most = most > arrives ? most : arrives;
      most = most > waits ? most : waits;
    }
  return rounds * most;
}

static void count_accesses(run *r) {
  for (int32_t ring = 0; ring < r->p->nrings; ring++)
    for (int32_t role = 0; role < r->p->nroles; role++) {
      r->fills[ring * r->p->nroles + role] = count_steps(r->p, role, TW_STEP_FILL, ring, 1);
      r->reads[ring * r->p->nroles + role] = count_steps(r->p, role, TW_STEP_READ, ring, 1);
    }
}

static bool run_once(const tw_protocol *p, int32_t rounds, int32_t trips, char *detail, size_t size) {
  run r = {.p = p, .rounds = rounds, .trips = trips, .detail = detail, .size = size};
  r.uses = most_uses(p, rounds, trips);
  if (!allocate(&r)) {
    snprintf(detail, size, "out of memory");
    return false;
  }
  count_accesses(&r);
  for (bool moved = true; moved;) {
    moved = false;
    for (int32_t role = 0; role < p->nroles; role++)
      if (!go_on(&r, role, &moved))
        return false;
  }
  return check_end(&r);
}

bool tw_protocol_check(const tw_protocol *p, char *detail, size_t size) {
  int32_t slots = 1;
  for (int32_t b = 0; b < p->nbarriers; b++)
    slots = slots > p->barriers[b].slots ? slots : p->barriers[b].slots;
  for (int32_t c = 0; c < p->nrings; c++)
    slots = slots > p->rings[c] ? slots : p->rings[c];
  /* More than two wraps in one loop; fewer trips than slots, again and again. */
  return run_once(p, 1, 2 * slots + 2, detail, size) && run_once(p, 2 * slots + 2, 1, detail, size) &&
         run_once(p, 3, slots + 1, detail, size);
}
