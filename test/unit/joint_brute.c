/* Joint schedules against exhaustive enumeration: hundreds of small random problems, every start and every role tried
 * against the rules of docs/joint.md as they are written there, in code that shares nothing with the solver or the
 * verifier. The II, the length and every later objective must agree, and so must "infeasible". */
#include "solve_random.h"

enum { MOST = 5, LATEST = 24 };

/* A problem as plain numbers. */
typedef struct toy {
  int n, nclasses, ngroups, nsizes, sizes[2], total, registers, handoff_fixed, handoff_kb, handoff_async;
  int smem, tmem; /* ring and live, 0 = not there */
  bool in_tmem;   /* values are staged in tmem, else in smem */
  int class_of[MOST], regs[MOST], ring[MOST], live[MOST];
  struct {
    int latency, unit, cycles, async, variable, hold, warps;
  } classes[3];
  int ndeps;
  struct {
    int from, to, latency, distance, kind, blocking, bytes;
  } deps[8];
} toy;

static toy random_toy(tweed_random *r) {
  toy t = {.n = pick(r, 2, 4), .nclasses = pick(r, 1, 3), .ngroups = pick(r, 1, 3)};
  t.nsizes = pick(r, 1, 2);
  t.sizes[0] = 1, t.sizes[1] = 4;
  t.total = pick(r, 0, 2) ? 0 : pick(r, 1, 6);
  t.registers = pick(r, 0, 1) ? 0 : pick(r, 2, 6);
  t.handoff_fixed = pick(r, 0, 2), t.handoff_kb = pick(r, 0, 1), t.handoff_async = pick(r, 0, 1);
  t.smem = pick(r, 0, 1) ? pick(r, 20, 120) : 0;
  t.tmem = pick(r, 0, 2) ? 0 : pick(r, 2, 6);
  t.in_tmem = t.tmem && (!t.smem || pick(r, 0, 1));
  t.tmem += t.in_tmem ? pick(r, 0, 80) : 0;
  for (int c = 0; c < t.nclasses; c++) {
    t.classes[c].latency = pick(r, 0, 3);
    t.classes[c].unit = pick(r, 0, 2); /* 2 = none */
    t.classes[c].cycles = pick(r, 1, 3);
    t.classes[c].async = pick(r, 0, 3) == 0;
    t.classes[c].variable = c == 2 && pick(r, 0, 1);
    t.classes[c].hold = pick(r, 0, 3) ? 0 : pick(r, 1, 3);
    t.classes[c].warps = t.nsizes == 2 && pick(r, 0, 2) == 0 ? 3 : 0;
  }
  for (int v = 0; v < t.n; v++) {
    t.class_of[v] = pick(r, 0, t.nclasses - 1);
    t.regs[v] = pick(r, 0, 3);
    t.ring[v] = t.smem && pick(r, 0, 1) ? pick(r, 1, 30) : 0;
    t.live[v] = t.tmem && pick(r, 0, 1) ? pick(r, 1, 3) : 0;
  }
  t.ndeps = pick(r, t.n - 1, t.n + 2);
  for (int e = 0; e < t.ndeps; e++) {
    int from = pick(r, 0, t.n - 1), to = pick(r, 0, t.n - 1);
    t.deps[e].from = from, t.deps[e].to = to;
    t.deps[e].distance = from >= to ? pick(r, 1, 2) : pick(r, 0, 3) == 0;
    t.deps[e].latency = pick(r, 0, 2) ? t.classes[t.class_of[from]].latency : pick(r, 0, 2);
    t.deps[e].kind = pick(r, 0, 3) ? TWEED_DEP_FLOW : pick(r, 0, 1) ? TWEED_DEP_ASYNC : TWEED_DEP_ANTI;
    t.deps[e].blocking = pick(r, 0, 3) == 0;
    t.deps[e].bytes = pick(r, 0, 1) ? 0 : pick(r, 1, 2) * 512;
    if (t.smem && t.deps[e].bytes)
      t.deps[e].bytes = pick(r, 1, 30);
  }
  return t;
}

static tweed_problem *build(const toy *t) {
  tweed_machine *m;
  tweed_problem *p;
  assert(tweed_machine_new("toy", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "A", 1, NULL, NULL) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "B", 2, NULL, NULL) == TWEED_OK);
  if (t->smem)
    assert(tweed_machine_add_memory(m, "smem", t->smem, TWEED_ALLOC_RING, NULL, NULL) == TWEED_OK);
  if (t->tmem)
    assert(tweed_machine_add_memory(m, "tmem", t->tmem, TWEED_ALLOC_LIVE, NULL, NULL) == TWEED_OK);
  for (int c = 0; c < t->nclasses; c++) {
    char name[16];
    int32_t index, ones[3] = {1, 1, 1};
    snprintf(name, sizeof name, "c%d", c);
    assert(tweed_machine_add_class(m, name, t->classes[c].latency, 0, -1, &index, NULL) == TWEED_OK);
    if (t->classes[c].unit < 2)
      assert(tweed_machine_add_use(m, index, t->classes[c].unit, t->classes[c].cycles, ones, NULL) == TWEED_OK);
    assert(tweed_machine_set_flags(m, index, t->classes[c].async, t->classes[c].variable, NULL) == TWEED_OK);
    assert(tweed_machine_set_group(m, index, t->classes[c].hold, t->classes[c].warps, NULL) == TWEED_OK);
  }
  tweed_warps warps = {.groups = t->ngroups,
                       .nsizes = t->nsizes,
                       .sizes = (int32_t[]){t->sizes[0], t->sizes[1]},
                       .total = t->total,
                       .registers = t->registers,
                       .staging = t->smem && t->in_tmem ? 1
                                  : t->smem || t->tmem  ? 0
                                                        : -1,
                       .handoff_fixed = t->handoff_fixed,
                       .handoff_per_kb = t->handoff_kb,
                       .handoff_async = t->handoff_async};
  assert(tweed_machine_set_warps(m, &warps, NULL) == TWEED_OK);
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  assert(tweed_problem_new("toy", m, &p, NULL) == TWEED_OK);
  for (int v = 0; v < t->n; v++) {
    char name[16];
    snprintf(name, sizeof name, "o%d", v);
    assert(tweed_problem_add_op(p, name, t->class_of[v], t->regs[v], NULL, NULL) == TWEED_OK);
    if (t->ring[v])
      assert(tweed_problem_set_bytes(p, v, 0, t->ring[v], NULL) == TWEED_OK);
    if (t->live[v])
      assert(tweed_problem_set_bytes(p, v, t->smem ? 1 : 0, t->live[v], NULL) == TWEED_OK);
  }
  for (int e = 0; e < t->ndeps; e++) {
    tweed_dep dep = {.from = t->deps[e].from,
                     .to = t->deps[e].to,
                     .latency = t->deps[e].latency,
                     .distance = t->deps[e].distance,
                     .kind = (tweed_dep_kind)t->deps[e].kind,
                     .blocking = t->deps[e].blocking,
                     .bytes = t->deps[e].bytes};
    assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
  }
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  tweed_machine_free(m);
  return p;
}

/* ---- the rules, one after the other ---- */

typedef struct trial {
  int ii, s[MOST], g[MOST], length, groups, handoffs, rings;
} trial;

static int mod(int a, int b) {
  return (a % b + b) % b;
}

static int hold_of(const toy *t, int v) {
  int c = t->class_of[v];
  return t->classes[c].hold       ? t->classes[c].hold
         : t->classes[c].async    ? 1
         : t->classes[c].unit < 2 ? t->classes[c].cycles
                                  : 1;
}

static int done_of(const toy *t, int v) {
  return t->classes[t->class_of[v]].async ? t->classes[t->class_of[v]].latency : hold_of(t, v);
}

static int handoff_of(const toy *t, int e) {
  if (t->deps[e].kind == TWEED_DEP_FLOW && t->regs[t->deps[e].from] > 0)
    return t->handoff_fixed + (t->handoff_kb * t->deps[e].bytes + 1023) / 1024;
  return t->handoff_async;
}

static bool units_fit(const toy *t, const trial *x) {
  for (int u = 0; u < 2; u++)
    for (int row = 0; row < x->ii; row++) {
      int held = 0;
      for (int v = 0; v < t->n; v++)
        for (int c = 0; t->classes[t->class_of[v]].unit == u && c < t->classes[t->class_of[v]].cycles; c++)
          held += (x->s[v] + c) % x->ii == row;
      if (held > (u ? 2 : 1))
        return false;
    }
  return true;
}

static bool groups_fit(const toy *t, const trial *x) {
  int sum = 0;
  for (int g = 0; g < x->groups; g++) {
    int need = 0, variable = 0, ordinary = 0, size = 0;
    for (int v = 0; v < t->n; v++)
      if (x->g[v] == g) {
        int warps = t->classes[t->class_of[v]].warps;
        need = warps > need ? warps : need > 1 ? need : 1;
        *(t->classes[t->class_of[v]].variable ? &variable : &ordinary) += 1;
      }
    if (variable && ordinary)
      return false;
    for (int k = t->nsizes - 1; k >= 0; k--)
      size = t->sizes[k] >= need ? t->sizes[k] : size;
    if (size == 0)
      return false;
    sum += size;
  }
  for (int v = 0; v < t->n; v++)
    for (int w = 0; w < t->n; w++)
      if (t->classes[t->class_of[v]].variable && t->classes[t->class_of[w]].variable && x->g[v] != x->g[w])
        return false;
  return t->total == 0 || sum <= t->total;
}

static bool deps_hold(const toy *t, const trial *x) {
  for (int e = 0; e < t->ndeps; e++) {
    int u = t->deps[e].from, v = t->deps[e].to, cross = x->g[u] != x->g[v];
    if (x->s[v] < x->s[u] + t->deps[e].latency + (cross ? handoff_of(t, e) : 0) - t->deps[e].distance * x->ii)
      return false;
    for (int o = 0; (cross || t->deps[e].blocking) && o < t->n; o++)
      if (o != v && x->g[o] == x->g[v] && mod(x->s[v] - x->s[o], x->ii) < hold_of(t, o))
        return false;
  }
  return true;
}

/* How many laps of [begin, end) are on the row. */
static int covers(const trial *x, int begin, int end, int row) {
  int count = 0;
  for (int time = begin; time < end; time++)
    count += mod(time, x->ii) == row;
  return count;
}

static int larger(int a, int b) {
  return a > b ? a : b;
}

static bool registers_fit(const toy *t, const trial *x) {
  for (int g = 0; t->registers && g < x->groups; g++)
    for (int row = 0; row < x->ii; row++) {
      int sum = 0;
      for (int u = 0; u < t->n; u++) {
        int begin = 1 << 20, end = x->g[u] == g ? x->s[u] : -1;
        for (int e = 0; e < t->ndeps; e++) {
          if (t->deps[e].from != u || t->deps[e].kind != TWEED_DEP_FLOW)
            continue;
          int use = x->s[t->deps[e].to] + t->deps[e].distance * x->ii, here = x->g[t->deps[e].to] == g;
          if (x->g[u] == g)
            end = larger(end, here ? use : x->s[u] + t->deps[e].latency + handoff_of(t, e));
          else if (here) {
            begin = use < begin ? use : begin;
            end = larger(end, larger(use, begin + 1));
          }
        }
        if (x->g[u] == g)
          begin = x->s[u];
        sum += t->regs[u] * covers(x, begin, end < begin + 1 && x->g[u] != g && end >= 0 ? begin + 1 : end, row);
      }
      if (sum > t->registers)
        return false;
    }
  return true;
}

/* The staged value of u: 0 where nothing crosses; its begin in *begin. */
static int staged(const toy *t, const trial *x, int u, int *begin) {
  int bytes = 0, crosses = 0, least = 1 << 20;
  for (int e = 0; e < t->ndeps; e++)
    if (t->deps[e].from == u && t->deps[e].kind == TWEED_DEP_FLOW && x->g[t->deps[e].to] != x->g[u]) {
      crosses = 1;
      bytes = larger(bytes, t->deps[e].bytes);
      least = t->deps[e].latency < least ? t->deps[e].latency : least;
    }
  *begin = x->s[u] + least;
  return crosses && t->regs[u] > 0 && (t->smem || t->tmem) ? bytes : 0;
}

static int depth_of(const toy *t, const trial *x, int u, int begin, bool only_crossing) {
  int end = begin + 1;
  for (int e = 0; e < t->ndeps; e++) {
    int v = t->deps[e].to;
    if (t->deps[e].from == u && v != u && t->deps[e].kind == TWEED_DEP_FLOW && (!only_crossing || x->g[v] != x->g[u]))
      end = larger(end, x->s[v] + t->deps[e].distance * x->ii + done_of(t, v));
  }
  return (end - begin + x->ii - 1) / x->ii;
}

static bool memories_fit(const toy *t, trial *x) {
  int sum = 0, barriers = 0; /* barriers: in the staging memory */
  x->rings = 0;
  for (int u = 0; u < t->n; u++) {
    int begin, crosses = 0, bytes = staged(t, x, u, &begin);
    for (int e = 0; e < t->ndeps; e++)
      crosses |= t->deps[e].from == u && x->g[t->deps[e].to] != x->g[u] &&
                 (t->deps[e].kind == TWEED_DEP_FLOW || t->deps[e].kind == TWEED_DEP_ASYNC);
    if (t->ring[u]) {
      sum += t->ring[u] * depth_of(t, x, u, x->s[u], false);
      barriers += (crosses ? 16 : 0) * depth_of(t, x, u, x->s[u], false);
    }
    if (bytes && !t->in_tmem) {
      sum += bytes * depth_of(t, x, u, begin, true);
      barriers += 16 * depth_of(t, x, u, begin, true);
    }
  }
  x->rings = sum + barriers;
  if (t->smem && sum + (t->in_tmem ? 0 : barriers) > t->smem)
    return false;
  for (int row = 0; t->tmem && row < x->ii; row++) {
    int alive = t->in_tmem ? barriers : 0;
    for (int u = 0; u < t->n; u++) {
      int end = x->s[u];
      for (int e = 0; e < t->ndeps; e++)
        if (t->deps[e].from == u && t->deps[e].kind == TWEED_DEP_FLOW)
          end = larger(end, x->s[t->deps[e].to] + t->deps[e].distance * x->ii);
      alive += t->live[u] * covers(x, x->s[u], end, row);
      int begin, bytes = staged(t, x, u, &begin);
      for (int e = end = 0; e < t->ndeps; e++)
        if (t->deps[e].from == u && t->deps[e].kind == TWEED_DEP_FLOW && x->g[t->deps[e].to] != x->g[u])
          end = larger(end, x->s[t->deps[e].to] + t->deps[e].distance * x->ii);
      alive += t->in_tmem ? bytes * covers(x, begin, end, row) : 0;
    }
    if (alive > t->tmem)
      return false;
  }
  return true;
}

static bool legal(const toy *t, trial *x) {
  x->length = x->handoffs = x->groups = 0;
  for (int v = 0; v < t->n; v++) {
    x->length = larger(x->length, x->s[v] + t->classes[t->class_of[v]].latency);
    x->groups = larger(x->groups, x->g[v] + 1);
  }
  for (int e = 0; e < t->ndeps; e++)
    x->handoffs += x->g[t->deps[e].from] != x->g[t->deps[e].to] ? handoff_of(t, e) : 0;
  return units_fit(t, x) && groups_fit(t, x) && deps_hold(t, x) && registers_fit(t, x) && memories_fit(t, x);
}

static bool better(const trial *a, const trial *b) {
  if (a->length != b->length)
    return a->length < b->length;
  if (a->groups != b->groups)
    return a->groups < b->groups;
  if (a->handoffs != b->handoffs)
    return a->handoffs < b->handoffs;
  return a->rings < b->rings;
}

static long tried;

/* Roles by first use in the order of the ops; variable ops need no special treatment. */
static void roles_from(const toy *t, trial *x, int v, int used, trial *best) {
  if (v == t->n) {
    tried++;
    if (legal(t, x) && (best->length < 0 || better(x, best)))
      *best = *x;
    return;
  }
  for (int g = 0; g <= used && g < t->ngroups; g++) {
    x->g[v] = g;
    roles_from(t, x, v + 1, larger(used, g + 1), best);
  }
}

static bool partly(const toy *t, const trial *x, int v) {
  for (int e = 0; e < t->ndeps; e++)
    if (t->deps[e].from <= v && t->deps[e].to <= v &&
        x->s[t->deps[e].to] < x->s[t->deps[e].from] + t->deps[e].latency - t->deps[e].distance * x->ii)
      return false;
  return true;
}

static void starts_from(const toy *t, trial *x, int v, int latest, trial *best) {
  if (v == t->n) {
    if (units_fit(t, x))
      roles_from(t, x, 0, 0, best);
    return;
  }
  for (x->s[v] = 0; x->s[v] + t->classes[t->class_of[v]].latency <= latest; x->s[v]++)
    if (partly(t, x, v))
      starts_from(t, x, v + 1, latest, best);
}

/* The best at the II: for lengths up to `latest`. */
static trial best_at(const toy *t, int ii, int latest) {
  trial x = {.ii = ii}, best = {.length = -1};
  for (int length = 0; length <= latest && best.length < 0; length++)
    starts_from(t, &x, 0, length, &best);
  return best;
}

static int64_t phase(const tweed_schedule *s, int which) {
  int64_t value = -1, bound = -2;
  assert(tweed_schedule_phase(s, which, NULL, &value, &bound, NULL));
  if (value != bound)
    fprintf(stderr, "phase %d: value %d, bound %d\n", which, (int)value, (int)bound);
  assert(value == bound);
  return value;
}

/* What the enumeration finds, the verifier accepts. */
static void verify_best(const toy *t, const tweed_problem *p, const trial *x) {
  tweed_schedule *s;
  tweed_error error = {0};
  assert(tweed_schedule_new(p, x->ii, &s, NULL) == TWEED_OK);
  for (int v = 0; v < t->n; v++) {
    tweed_schedule_set_start(s, v, x->s[v]);
    tweed_schedule_set_role(s, v, x->g[v]);
  }
  assert(tweed_schedule_set_joint(p, s, &error) == TWEED_OK);
  if (tweed_verify(p, s, &error) != TWEED_OK) {
    fprintf(stderr, "ii %d: the verifier refuses what brute force found: %s %s\n", x->ii, error.key, error.message);
    for (int v = 0; v < t->n; v++)
      fprintf(stderr, "  o%d start %d role %d\n", v, x->s[v], x->g[v]);
    tweed_problem_write(p, stderr, NULL);
    abort();
  }
  tweed_schedule_free(s);
}

/* At an II: agreement on feasibility, and on every objective. */
static bool compare(const toy *t, const tweed_problem *p, int ii, int number) {
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.joint = true;
  o.ii = ii;
  int latest = t->n <= 3 ? 16 : 11;
  trial best = best_at(t, ii, latest);
  if (best.length >= 0)
    verify_best(t, p, &best);
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status != TWEED_OK && status != TWEED_INFEASIBLE)
    fprintf(stderr, "%d: ii %d: %s: %s\n", number, ii, tweed_status_name(status), error.message);
  assert(status == TWEED_OK || status == TWEED_INFEASIBLE);
  if (status == TWEED_OK) {
    bool beyond = tweed_schedule_length(p, s) > latest;
    if (!beyond && (best.length != phase(s, 1) || best.groups != phase(s, 2) || best.handoffs != phase(s, 3) ||
                    best.rings != phase(s, 4))) {
      fprintf(stderr, "%d: ii %d: brute force %d %d %d %d, solver %d %d %d %d\n", number, ii, best.length, best.groups,
              best.handoffs, best.rings, (int)phase(s, 1), (int)phase(s, 2), (int)phase(s, 3), (int)phase(s, 4));
      tweed_problem_write(p, stderr, NULL);
      for (int v = 0; v < t->n; v++)
        fprintf(stderr, "  o%d: start %d role %d, solver %d %d\n", v, best.s[v], best.g[v],
                (int)tweed_schedule_start(s, v), (int)tweed_schedule_role(s, v));
      abort();
    }
    assert(beyond ? best.length < 0 : best.length >= 0);
    assert(tweed_verify(p, s, &error) == TWEED_OK);
  } else if (best.length >= 0) {
    fprintf(stderr, "%d: ii %d: brute force finds a schedule of length %d, the solver none: %s\n", number, ii,
            best.length, error.message);
    tweed_problem_write(p, stderr, NULL);
    abort();
  }
  tweed_schedule_free(s);
  return status == TWEED_OK;
}

/* The least II: proved, and no lower one has a schedule; or none at all, then none of the first few has. */
static bool compare_search(const toy *t, const tweed_problem *p, int mii) {
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.joint = true;
  tweed_status status = tweed_solve(p, &o, &s, &error);
  if (status != TWEED_OK && status != TWEED_INFEASIBLE) {
    fprintf(stderr, "%s: %s\n", tweed_status_name(status), error.message);
    tweed_problem_write(p, stderr, NULL);
  }
  assert(status == TWEED_OK || status == TWEED_INFEASIBLE);
  int end = status == TWEED_OK ? tweed_schedule_ii(s) : mii + 3;
  for (int ii = mii; ii < end && ii < mii + 4; ii++)
    if (best_at(t, ii, t->n <= 3 ? 14 : 9).length >= 0) {
      trial x = best_at(t, ii, 14);
      verify_best(t, p, &x);
      for (int v = 0; v < t->n; v++)
        fprintf(stderr, "o%d: start %d role %d\n", v, x.s[v], x.g[v]);
      fprintf(stderr, "the solver says %s, II %d, but II %d works\n", tweed_status_name(status), end, ii);
      tweed_problem_write(p, stderr, NULL);
      abort();
    }
  if (status == TWEED_OK)
    assert(tweed_schedule_answer(s) == TWEED_ANSWER_OPTIMAL && tweed_schedule_lower_bound(s) == end &&
           tweed_verify(p, s, NULL) == TWEED_OK);
  tweed_schedule_free(s);
  return status == TWEED_OK;
}

int main(int argc, char **argv) {
  tweed_random r;
  int works = 0, refused = 0, never = 0, problems = argc > 1 ? atoi(argv[1]) : 120;
  tweed_random_seed(&r, argc > 2 ? (uint64_t)atoi(argv[2]) : 7);
  for (int i = 0; i < problems; i++) {
    toy t = random_toy(&r);
    tweed_problem *p = build(&t);
    tweed_bounds bounds;
    if (tweed_bounds_of(p, &bounds, NULL) == TWEED_OK && bounds.mii <= 6) {
      never += !compare_search(&t, p, bounds.mii);
      for (int ii = bounds.mii; ii < bounds.mii + 2; ii++)
        *(compare(&t, p, ii, i) ? &works : &refused) += 1;
    }
    tweed_problem_free(p);
  }
  if (problems >= 120)
    assert(works > 90 && refused > 60 && never > 25);
  printf("%d feasible, %d infeasible, %d at every II, %ld tried\n", works, refused, never, tried);
  return 0;
}
