/* model_verify_joint.c: the verifier's rules for joint schedules against their meaning, played out: iterations one
 * after the other, cycle by cycle, on random small problems and schedules and on mutations of legal ones. What joint.c
 * derives is held against the same. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tweed/model.h>

#include "base/base.h"
#include "model/build.h"

enum { ROUNDS = 50000, MUTATIONS = 4, LATEST = 400, ROLES = 4 };
enum { FINE, GROUPS, VARIABLE, HANDOFF, BLOCKING, REGISTERS, CHANNELS, MEMORIES, ORDINARY, RULES };

static int32_t pick(tweed_random *r, int32_t low, int32_t high) {
  return low + (int32_t)tweed_random_below(r, (uint32_t)(high - low + 1));
}

/* ---- problems ---- */

static tweed_machine *random_machine(tweed_random *r) {
  tweed_machine *m;
  assert(tweed_machine_new("m", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "A", pick(r, 0, 2), NULL, NULL) == TWEED_OK);
  int32_t memories = pick(r, 0, 2);
  assert(memories < 1 ||
         !tweed_machine_add_memory(m, "s", pick(r, 20, 300), (tweed_alloc)(pick(r, 0, 3) == 0), NULL, NULL));
  assert(memories < 2 || !tweed_machine_add_memory(m, "t", pick(r, 20, 200), (tweed_alloc)pick(r, 0, 1), NULL, NULL));
  for (int32_t c = 0; c < 4; c++) {
    char name[16];
    snprintf(name, sizeof name, "c%d", (int)c);
    assert(tweed_machine_add_class(m, name, pick(r, 0, 6), 1, -1, NULL, NULL) == TWEED_OK);
    assert(tweed_machine_set_flags(m, c, pick(r, 0, 1), c == 3 && pick(r, 0, 1), NULL) == TWEED_OK);
    assert(tweed_machine_set_group(m, c, pick(r, 0, 2) ? 0 : pick(r, 1, 5), pick(r, 0, 1) ? 0 : pick(r, 1, 4), NULL) ==
           TWEED_OK);
    int32_t held[] = {1, 1, 1};
    if (pick(r, 0, 1))
      assert(tweed_machine_add_use(m, c, 0, pick(r, 1, 3), held, NULL) == TWEED_OK);
  }
  static const int32_t sizes[] = {1, 2, 4};
  tweed_warps warps = {.groups = pick(r, 2, ROLES),
                       .nsizes = 3,
                       .sizes = sizes,
                       .total = pick(r, 0, 1) ? 0 : pick(r, 4, 9),
                       .registers = pick(r, 0, 3) ? pick(r, 6, 30) : 0,
                       .staging = memories ? pick(r, -1, memories - 1) : -1,
                       .handoff_fixed = pick(r, 0, 3),
                       .handoff_per_kb = pick(r, 0, 40),
                       .handoff_async = pick(r, 0, 2)};
  assert(tweed_machine_set_warps(m, &warps, NULL) == TWEED_OK);
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  return m;
}

static void random_dep(tweed_random *r, tweed_problem *p, int32_t ops) {
  tweed_dep d = {.from = pick(r, 0, ops - 1), .to = pick(r, 0, ops - 1), .latency = pick(r, 0, 2) ? -1 : pick(r, 0, 6)};
  d.distance = d.from < d.to ? pick(r, 0, 3) / 3 : pick(r, 1, 2);
  d.kind = pick(r, 0, 4) ? TWEED_DEP_FLOW : (tweed_dep_kind)pick(r, TWEED_DEP_FLOW, TWEED_DEP_ASYNC);
  d.blocking = pick(r, 0, 5) == 0;
  d.bytes = pick(r, 0, 1) ? 0 : pick(r, 1, 60);
  assert(tweed_problem_add_dep(p, &d, NULL) == TWEED_OK);
}

static tweed_problem *random_problem(tweed_random *r) {
  tweed_machine *m = random_machine(r);
  tweed_problem *p;
  assert(tweed_problem_new("p", m, &p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  int32_t ops = pick(r, 2, 5), deps = pick(r, 1, 6);
  for (int32_t i = 0; i < ops; i++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", (int)i);
    assert(tweed_problem_add_op(p, name, pick(r, 0, 3), pick(r, -1, 6), NULL, NULL) == TWEED_OK);
    for (int32_t k = 0; k < m->nmemories; k++)
      if (pick(r, 0, 2) == 0)
        assert(tweed_problem_set_bytes(p, i, k, pick(r, 0, 40), NULL) == TWEED_OK);
  }
  for (int32_t d = 0; d < deps; d++)
    random_dep(r, p, ops);
  if (m->nmemories && pick(r, 0, 3) == 0)
    assert(tweed_problem_set_reserved(p, 0, pick(r, 0, 50), NULL) == TWEED_OK);
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  return p;
}

/* Starts that mostly respect the dependences of distance 0, with hand-offs. */
static tweed_schedule *random_schedule(tweed_random *r, const tweed_problem *p) {
  tweed_schedule *s;
  assert(tweed_schedule_new(p, pick(r, 1, pick(r, 0, 1) ? 20 : 8), &s, NULL) == TWEED_OK);
  int32_t roles = pick(r, 1, p->machine->warps.groups);
  for (int32_t i = 0; i < p->nops; i++)
    s->role[i] = pick(r, 0, roles - 1);
  for (int32_t round = 0; round < 3; round++)
    for (int32_t k = 0; k < p->nops; k++) {
      int32_t i = p->topo[k];
      s->start[i] = round == 0 ? pick(r, 0, 3) * pick(r, 0, 3) : s->start[i];
      for (int32_t e = p->in_begin[i]; e < p->in_begin[i + 1]; e++) {
        const tweed_dep *d = &p->deps[p->in[e]];
        int64_t ready = s->start[d->from] + d->latency - (int64_t)d->distance * s->ii;
        if (s->role[d->from] != s->role[i])
          ready += tweed_handoff(p, d) - (pick(r, 0, 30) == 0);
        if (s->start[i] < ready && s->start[d->from] < LATEST / 4)
          s->start[i] = ready;
      }
    }
  return s;
}

/* ---- the meaning, played out ---- */

typedef struct play {
  const tweed_problem *p;
  const tweed_schedule *s;
  int32_t around; /* iterations before and after that can matter to cycles 0 … ii - 1 */
} play;

static int64_t at(const play *x, int32_t op, int32_t iteration) {
  return x->s->start[op] + (int64_t)iteration * x->s->ii;
}

static int32_t hold(const tweed_problem *p, int32_t op) {
  const tweed_class *c = tweed_class_of(p, op);
  int32_t longest = 1;
  for (int32_t u = 0; u < c->nuses; u++)
    longest = c->uses[u].cycles > longest ? c->uses[u].cycles : longest;
  return c->hold ? c->hold : c->async ? 1 : longest;
}

static int32_t done(const tweed_problem *p, int32_t op) {
  return tweed_class_of(p, op)->async ? tweed_class_of(p, op)->latency : hold(p, op);
}

static int64_t handoff(const tweed_problem *p, const tweed_dep *d) {
  const tweed_warps *w = &p->machine->warps;
  if (d->kind != TWEED_DEP_FLOW || p->ops[d->from].regs == 0)
    return w->handoff_async;
  int64_t cycles = w->handoff_fixed;
  for (int64_t left = w->handoff_per_kb * d->bytes; left > 0; left -= 1024)
    cycles++;
  return cycles;
}

static bool crosses(const play *x, const tweed_dep *d) {
  return x->s->role[d->from] != x->s->role[d->to];
}

static bool groups_fit(const play *x) {
  const tweed_warps *w = &x->p->machine->warps;
  int32_t total = 0, last = 0;
  for (int32_t i = 0; i < x->p->nops; i++)
    last = x->s->role[i] > last ? x->s->role[i] : last;
  for (int32_t g = 0; g <= last; g++) {
    int32_t needs = 0;
    for (int32_t i = 0; i < x->p->nops; i++)
      if (x->s->role[i] == g) {
        int32_t warps = tweed_class_of(x->p, i)->warps;
        needs = needs < 1 ? 1 : needs;
        needs = needs < warps ? warps : needs;
      }
    if (needs == 0)
      return false;
    total += needs == 3 ? 4 : needs; /* sizes are 1, 2, 4 */
  }
  return last < w->groups && (!w->total || total <= w->total);
}

static bool variable_apart(const play *x) {
  for (int32_t a = 0; a < x->p->nops; a++)
    for (int32_t b = 0; b < x->p->nops; b++) {
      bool first = tweed_class_of(x->p, a)->variable, second = tweed_class_of(x->p, b)->variable;
      if (first && second != (x->s->role[a] == x->s->role[b]))
        return false;
    }
  return true;
}

static bool handed_over(const play *x) {
  for (int32_t d = 0; d < x->p->ndeps; d++) {
    const tweed_dep *dep = &x->p->deps[d];
    if (crosses(x, dep) && at(x, dep->to, dep->distance) < at(x, dep->from, 0) + dep->latency + handoff(x->p, dep))
      return false;
  }
  return true;
}

/* Nobody of a group is at work when one of the group waits. */
static bool waits_alone(const play *x) {
  for (int32_t d = 0; d < x->p->ndeps; d++) {
    const tweed_dep *dep = &x->p->deps[d];
    int32_t v = dep->to;
    if (!dep->blocking && !crosses(x, dep))
      continue;
    for (int32_t o = 0; o < x->p->nops; o++)
      for (int32_t i = -x->around; i <= x->around; i++)
        if (o != v && x->s->role[o] == x->s->role[v] && at(x, o, i) <= at(x, v, 0) &&
            at(x, v, 0) < at(x, o, i) + hold(x->p, o))
          return false;
  }
  return true;
}

/* Is the value that iteration i of op u makes in registers of group g in cycle t? */
static bool in_registers(const play *x, int32_t u, int32_t i, int32_t g, int64_t t) {
  int64_t first = INT64_MAX;
  bool needed_later = false;
  for (int32_t d = 0; d < x->p->ndeps; d++) {
    const tweed_dep *dep = &x->p->deps[d];
    if (dep->from != u || dep->kind != TWEED_DEP_FLOW)
      continue;
    int64_t use = at(x, dep->to, i + dep->distance);
    if (x->s->role[dep->to] == g) {
      needed_later = needed_later || use > t;
      first = use < first ? use : first;
    } else if (x->s->role[u] == g) {
      needed_later = needed_later || at(x, u, i) + dep->latency + handoff(x->p, dep) > t;
    }
  }
  if (x->s->role[u] == g)
    return at(x, u, i) <= t && needed_later;
  return first == t || (first < t && needed_later);
}

static int64_t most_registers(const play *x, int32_t g) {
  int64_t most = 0;
  for (int64_t t = 0; t < x->s->ii; t++) {
    int64_t sum = 0;
    for (int32_t u = 0; u < x->p->nops; u++)
      for (int32_t i = -x->around; i <= x->around && x->p->ops[u].regs > 0; i++)
        sum += in_registers(x, u, i, g, t) ? x->p->ops[u].regs : 0;
    most = sum > most ? sum : most;
  }
  return most;
}

static bool registers_fit(const play *x) {
  for (int32_t g = 0; g < ROLES && x->p->machine->warps.registers; g++)
    if (most_registers(x, g) > x->p->machine->warps.registers)
      return false;
  return true;
}

/* Life of the space that op u's value takes: of its footprint, or staged. False if it takes none. */
static bool life(const play *x, int32_t u, int32_t memory, bool staged, int64_t *bytes, int64_t *begin, int64_t *end) {
  bool live = x->p->machine->memories[memory].alloc == TWEED_ALLOC_LIVE, any = false;
  *bytes = staged || !x->p->ops[u].bytes ? 0 : x->p->ops[u].bytes[memory];
  *begin = *end = at(x, u, 0);
  for (int32_t d = 0; d < x->p->ndeps; d++) {
    const tweed_dep *dep = &x->p->deps[d];
    if (dep->from != u || dep->kind != TWEED_DEP_FLOW || (staged && (!crosses(x, dep) || x->p->ops[u].regs == 0)))
      continue;
    int64_t last = at(x, dep->to, dep->distance) + (live ? 0 : done(x->p, dep->to)), from = at(x, u, 0) + dep->latency;
    if (staged && dep->bytes > *bytes)
      *bytes = dep->bytes;
    if (dep->to == u && !live)
      continue;
    if (staged && (!any || from < *begin))
      *begin = from;
    *end = last > *end || (staged && !any) ? last : *end;
    any = true;
  }
  if (!live && *end <= *begin)
    *end = *begin + 1;
  return *bytes > 0;
}

/* The least number of slots such that a slot is free again when it's the turn of the next iteration that gets it. */
static int64_t slots(const play *x, int64_t begin, int64_t end) {
  int64_t n = 1;
  while (begin + n * x->s->ii < end)
    n++;
  return n;
}

static int64_t slots_of(const play *x, int32_t u) {
  const tweed_machine *m = x->p->machine;
  int64_t most = 1, bytes, begin, end;
  for (int32_t k = 0; k < m->nmemories; k++)
    for (int staged = 0; staged < 2; staged++)
      if ((!staged || k == m->warps.staging) && life(x, u, k, staged, &bytes, &begin, &end) &&
          slots(x, begin, end) > most)
        most = slots(x, begin, end);
  return most;
}

static bool carries(const tweed_dep *d) {
  return d->kind == TWEED_DEP_FLOW || d->kind == TWEED_DEP_ASYNC;
}

static int64_t most_bytes(const play *x, int32_t memory) {
  const tweed_machine *m = x->p->machine;
  int64_t most = 0, bytes, begin, end;
  for (int64_t t = 0; t < x->s->ii; t++) {
    int64_t sum = x->p->reserved ? x->p->reserved[memory] : 0;
    for (int32_t u = 0; u < x->p->nops; u++) {
      int64_t extra = 0;
      bool crossing = false;
      for (int32_t c = 0; c < x->s->nchannels; c++)
        if (x->s->channels[c].from == u && x->s->channels[c].depth - slots_of(x, u) > extra)
          extra = x->s->channels[c].depth - slots_of(x, u);
      for (int32_t d = 0; d < x->p->ndeps; d++)
        crossing = crossing || (x->p->deps[d].from == u && carries(&x->p->deps[d]) && crosses(x, &x->p->deps[d]));
      for (int32_t k = 0; k < m->nmemories; k++)
        for (int staged = 0; staged < 2; staged++) {
          bool live = m->memories[k].alloc == TWEED_ALLOC_LIVE;
          if ((staged && k != m->warps.staging) || !life(x, u, k, staged, &bytes, &begin, &end))
            continue;
          int64_t n = live ? 0 : slots(x, begin, end);
          for (int32_t i = -x->around; i <= x->around && live; i++)
            n += begin + (int64_t)i * x->s->ii <= t && t < end + (int64_t)i * x->s->ii;
          sum += k == memory ? bytes * (n + extra) : 0;
          sum += !live && crossing && memory == m->warps.staging ? TWEED_BARRIER_BYTES * (n + extra) : 0;
        }
    }
    most = sum > most ? sum : most;
  }
  return most;
}

static bool memories_fit(const play *x) {
  for (int32_t k = 0; k < x->p->machine->nmemories; k++)
    if (most_bytes(x, k) > x->p->machine->memories[k].bytes)
      return false;
  return true;
}

/* Each channel that must be there is there once, and none else. */
static bool channels_right(const play *x) {
  int32_t needed = 0;
  for (int32_t u = 0; u < x->p->nops; u++)
    for (int32_t g = 0; g < ROLES; g++) {
      int32_t last = -1, matches = 0;
      int64_t bytes = 0, sum = 0, begin, end;
      for (int32_t v = 0; v < x->p->nops; v++)
        for (int32_t d = 0; d < x->p->ndeps; d++) {
          const tweed_dep *dep = &x->p->deps[d];
          if (dep->from != u || dep->to != v || !carries(dep) || !crosses(x, dep) || x->s->role[v] != g)
            continue;
          if (last < 0 || at(x, v, dep->distance) > begin) {
            last = v;
            begin = at(x, v, dep->distance);
          }
        }
      if (last < 0)
        continue;
      needed++;
      for (int32_t k = 0; k < x->p->machine->nmemories; k++)
        for (int staged = 0; staged < 2; staged++)
          if ((!staged || k == x->p->machine->warps.staging) && life(x, u, k, staged, &bytes, &begin, &end))
            sum += bytes;
      for (int32_t c = 0; c < x->s->nchannels; c++) {
        const tweed_channel *of = &x->s->channels[c];
        matches += of->from == u && of->to == last && of->bytes == sum && of->depth >= slots_of(x, u);
      }
      if (matches != 1)
        return false;
    }
  return needed == x->s->nchannels;
}

static int broken_rule(const tweed_problem *p, const tweed_schedule *s) {
  play x = {p, s, 2 * LATEST / s->ii + 3};
  return !groups_fit(&x)       ? GROUPS
         : !variable_apart(&x) ? VARIABLE
         : !handed_over(&x)    ? HANDOFF
         : !waits_alone(&x)    ? BLOCKING
         : !registers_fit(&x)  ? REGISTERS
         : !channels_right(&x) ? CHANNELS
         : !memories_fit(&x)   ? MEMORIES
                               : FINE;
}

/* ---- the comparison ---- */

static void dump(const tweed_problem *p, const tweed_schedule *s, const char *message, int rule) {
  tweed_problem_write(p, stderr, NULL);
  tweed_schedule_write(p, s, stderr, NULL);
  fprintf(stderr, "verifier: %s; played out: rule %d\n", message, rule);
  assert(0);
}

/* The rule that is broken, on which both must agree. */
static int compare(const tweed_problem *p, tweed_schedule *s) {
  tweed_error error = {.status = TWEED_OK};
  s->joint = false;
  if (tweed_verify(p, s, &error) != TWEED_OK)
    return ORDINARY;
  s->joint = true;
  for (int32_t i = 0; i < p->nops; i++)
    if (s->start[i] > LATEST)
      return ORDINARY;
  int rule = broken_rule(p, s);
  tweed_status status = tweed_verify(p, s, &error);
  if ((status == TWEED_OK) != (rule == FINE) || (status != TWEED_OK && status != TWEED_ILLEGAL))
    dump(p, s, status ? error.message : "fine", rule);
  return rule;
}

static void compare_derived(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena) {
  play x = {p, s, 2 * LATEST / s->ii + 3};
  tweed_joint joint;
  assert(tweed_joint_derive(p, s, arena, &joint, NULL) == TWEED_OK);
  for (int32_t g = 0; g < joint.nroles; g++)
    assert(joint.roles[g].registers == most_registers(&x, g));
  for (int32_t m = 0; m < p->machine->nmemories; m++)
    assert(joint.memories[m] == most_bytes(&x, m));
  for (int32_t i = 0; i < joint.nspaces; i++)
    assert(joint.spaces[i].depth <= slots_of(&x, joint.spaces[i].op) + joint.spaces[i].extra);
  for (int32_t d = 0; d < p->ndeps; d++)
    assert(tweed_handoff(p, &p->deps[d]) == handoff(p, &p->deps[d]));
  for (int32_t i = 0; i < p->nops; i++)
    assert(tweed_hold(p, i) == hold(p, i) && tweed_done(p, i) == done(p, i));
}

static void add_channel(tweed_random *r, const tweed_problem *p, tweed_schedule *s) {
  tweed_channel *more = tweed_arena_array(s->arena, (size_t)s->nchannels + 1, sizeof *more);
  assert(more);
  for (int32_t i = 0; i < s->nchannels; i++)
    more[i] = s->channels[i];
  s->channels = more;
  s->channels[s->nchannels++] = (tweed_channel){pick(r, 0, p->nops - 1), pick(r, 0, p->nops - 1), pick(r, 1, 3), 0};
}

static void mutate(tweed_random *r, const tweed_problem *p, tweed_schedule *s) {
  int32_t i = pick(r, 0, p->nops - 1);
  switch (s->nchannels ? pick(r, 0, 9) : pick(r, 0, 4)) {
  case 0:
    s->start[i] = s->start[i] > 3 ? s->start[i] + pick(r, -3, 3) : pick(r, 0, 6);
    return;
  case 1:
    s->start[i] += s->ii;
    return;
  case 2:
    s->role[i] = pick(r, 0, ROLES - 1);
    break;
  case 3:
    s->start[i] += pick(r, 1, 3);
    break;
  case 4:
    add_channel(r, p, s);
    return;
  case 9:
    s->nchannels--;
    return;
  case 5:
    s->channels[0].depth += pick(r, 1, 2) * (s->channels[0].depth > 1 && pick(r, 0, 1) ? -1 : 1);
    return;
  case 6:
    s->channels[s->nchannels - 1].bytes += pick(r, 1, 3);
    return;
  case 7:
    s->channels[0].to = i;
    return;
  default:
    s->channels[s->nchannels - 1].from = i;
    return;
  }
  assert(tweed_schedule_fill_channels(p, s, NULL) == TWEED_OK);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 20);
  int64_t fresh[RULES] = {0}, mutated[RULES] = {0};
  for (int round = 0; round < ROUNDS; round++) {
    tweed_problem *p = random_problem(&r);
    tweed_schedule *s = random_schedule(&r, p);
    tweed_arena *arena = tweed_arena_new();
    assert(arena && tweed_schedule_set_joint(p, s, NULL) == TWEED_OK);
    int rule = compare(p, s);
    fresh[rule]++;
    if (rule == FINE)
      compare_derived(p, s, arena);
    for (int i = 0; i < MUTATIONS && rule == FINE; i++) {
      mutate(&r, p, s);
      mutated[compare(p, s)]++;
    }
    tweed_arena_free(arena);
    tweed_schedule_free(s);
    tweed_problem_free(p);
  }
  printf("fine, then by rule:");
  for (int i = 0; i < RULES; i++)
    printf(" %lld+%lld", (long long)fresh[i], (long long)mutated[i]);
  printf("\n");
  for (int i = 0; i < RULES; i++) /* nothing is tested that never happens */
    assert(mutated[i] > 100 && (i == CHANNELS || fresh[i] > 100));
  return 0;
}
