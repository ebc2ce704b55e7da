/* verify_joint.c: the verifier's rules for joint schedules, 1 to 7 of docs/joint.md. It stands alone like verify.c:
 * what it needs it works out itself, and nothing of joint.c or of any solver is called. */
#include "model/verify.h"

#include <stdlib.h>
#include <string.h>

/* Numbers are cut here, far above all limits, so that sums of two of them cannot overflow. */
#define MOST ((int64_t)1 << 61)

static int64_t add(int64_t a, int64_t b) {
  return a > MOST - b ? MOST : a + b;
}

static int64_t times(int64_t a, int64_t b) {
  return a > 0 && b > MOST / a ? MOST : a * b;
}

static const tweed_class *class_of(const tweed_problem *p, int32_t op) {
  return &p->machine->classes[p->ops[op].class_index];
}

static int64_t hold_of(const tweed_problem *p, int32_t op) {
  const tweed_class *class = class_of(p, op);
  if (class->hold)
    return class->hold;
  if (class->async)
    return 1;
  int64_t hold = 1;
  for (int32_t u = 0; u < class->nuses; u++)
    hold = class->uses[u].cycles > hold ? class->uses[u].cycles : hold;
  return hold;
}

/* When the op has finished, counted from its start. */
static int64_t done_of(const tweed_problem *p, int32_t op) {
  const tweed_class *class = class_of(p, op);
  return class->async ? class->latency : hold_of(p, op);
}

/* What the dependence costs beyond its latency if it crosses. */
static int64_t handoff_of(const tweed_problem *p, const tweed_dep *dep) {
  const tweed_warps *w = &p->machine->warps;
  bool in_registers = dep->kind == TWEED_DEP_FLOW && p->ops[dep->from].regs > 0;
  if (!in_registers)
    return w->handoff_async;
  int64_t whole = times(w->handoff_per_kb, dep->bytes / 1024), rest = w->handoff_per_kb * (dep->bytes % 1024);
  return add(w->handoff_fixed, add(whole, rest / 1024 + (rest % 1024 != 0)));
}

static bool crosses(const tweed_schedule *s, const tweed_dep *dep) {
  return s->role[dep->from] != s->role[dep->to];
}

/* When the consumer of this iteration's value starts. */
static int64_t read_at(const tweed_schedule *s, const tweed_dep *dep) {
  return s->start[dep->to] + (int64_t)dep->distance * s->ii;
}

/* ---- 1, 2: groups --------------------------------------------------------------------------------------------------
 */

static int32_t role_count(const tweed_problem *p, const tweed_schedule *s) {
  int32_t count = 0;
  for (int32_t i = 0; i < p->nops; i++)
    count = s->role[i] >= count ? s->role[i] + 1 : count;
  return count;
}

static tweed_status check_size(const tweed_problem *p, const tweed_schedule *s, int32_t role, int64_t *sum,
                               tweed_error *error) {
  const tweed_warps *w = &p->machine->warps;
  int32_t needed = 0, widest = -1, size = -1;
  for (int32_t i = 0; i < p->nops; i++) {
    int32_t warps = class_of(p, i)->warps > 1 ? class_of(p, i)->warps : 1;
    if (s->role[i] == role && warps > needed) {
      needed = warps;
      widest = i;
    }
  }
  if (widest < 0)
    return tweed_illegal(error, "role", "no op has role %d, but some have larger ones", (int)role);
  for (int32_t i = 0; i < w->nsizes; i++)
    if (w->sizes[i] >= needed && (size < 0 || w->sizes[i] < size))
      size = w->sizes[i];
  if (size < 0)
    return tweed_illegal(error, p->ops[widest].name, "needs %d warps, but no group has as many", (int)needed);
  *sum += size;
  return TWEED_OK;
}

static tweed_status check_groups(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  const tweed_warps *w = &p->machine->warps;
  int64_t sum = 0;
  for (int32_t i = 0; i < p->nops; i++)
    if (s->role[i] >= w->groups)
      return tweed_illegal(error, p->ops[i].name, "has role %d, but there are %d warp groups", (int)s->role[i],
                           (int)w->groups);
  for (int32_t role = 0; role < role_count(p, s); role++) {
    tweed_status status = check_size(p, s, role, &sum, error);
    if (status)
      return status;
  }
  if (w->total > 0 && sum > w->total)
    return tweed_illegal(error, "warps", "the %d groups have %lld warps together, but there are %d",
                         (int)role_count(p, s), (long long)sum, (int)w->total);
  return TWEED_OK;
}

static tweed_status check_variable(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  int32_t first = -1;
  for (int32_t i = 0; i < p->nops && first < 0; i++)
    first = class_of(p, i)->variable ? i : -1;
  for (int32_t i = 0; i < p->nops && first >= 0; i++) {
    bool same = s->role[i] == s->role[first];
    if (class_of(p, i)->variable && !same)
      return tweed_illegal(
          error, p->ops[i].name,
          "is of variable latency and in role %d, but \"%s\" is in role %d: all such ops share a group",
          (int)s->role[i], p->ops[first].name, (int)s->role[first]);
    if (!class_of(p, i)->variable && same)
      return tweed_illegal(error, p->ops[i].name,
                           "is in role %d with \"%s\", whose latency varies: such ops have a group of their own",
                           (int)s->role[i], p->ops[first].name);
  }
  return TWEED_OK;
}

/* ---- 3, 4: waiting -------------------------------------------------------------------------------------------------
 */

static tweed_status check_handoffs(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t d = 0; d < p->ndeps; d++) {
    const tweed_dep *dep = &p->deps[d];
    int64_t latest = read_at(s, dep), ready = s->start[dep->from] + dep->latency + handoff_of(p, dep);
    if (crosses(s, dep) && latest < ready)
      return tweed_illegal(error, p->ops[dep->to].name,
                           "starts at %lld in role %d, but the value of \"%s\" (role %d, start %lld, latency %d, "
                           "hand-off %lld, distance %d, ii %d) is not there before %lld",
                           (long long)s->start[dep->to], (int)s->role[dep->to], p->ops[dep->from].name,
                           (int)s->role[dep->from], (long long)s->start[dep->from], (int)dep->latency,
                           (long long)handoff_of(p, dep), (int)dep->distance, (int)s->ii,
                           (long long)(ready - (int64_t)dep->distance * s->ii));
  }
  return TWEED_OK;
}

/* Op `waiting` waits for `dep` when it starts: nobody else of its group may be in progress. */
static tweed_status check_wait(const tweed_problem *p, const tweed_schedule *s, const tweed_dep *dep,
                               tweed_error *error) {
  int32_t waiting = dep->to;
  for (int32_t o = 0; o < p->nops; o++) {
    if (o == waiting || s->role[o] != s->role[waiting])
      continue;
    int64_t since = (s->start[waiting] - s->start[o]) % s->ii;
    since += since < 0 ? s->ii : 0;
    if (since < hold_of(p, o))
      return tweed_illegal(
          error, p->ops[waiting].name,
          "waits for \"%s\" in row %lld, while \"%s\" of the same group (role %d, row %lld, hold %lld) "
          "is in progress",
          p->ops[dep->from].name, (long long)(s->start[waiting] % s->ii), p->ops[o].name, (int)s->role[o],
          (long long)(s->start[o] % s->ii), (long long)hold_of(p, o));
  }
  return TWEED_OK;
}

static tweed_status check_blocking(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t i = 0; i < p->nops; i++)
    for (int32_t k = p->in_begin[i]; k < p->in_begin[i + 1]; k++) {
      const tweed_dep *dep = &p->deps[p->in[k]];
      if (!dep->blocking && !crosses(s, dep))
        continue;
      tweed_status status = check_wait(p, s, dep, error);
      if (status)
        return status;
      break; /* it waits when it starts, whatever for */
    }
  return TWEED_OK;
}

/* ---- what is alive in which row ------------------------------------------------------------------------------------
 */

/* The value of an op takes `amount` over the times begin … end - 1. */
typedef struct interval {
  int32_t op;
  int64_t begin, end, amount;
} interval;

typedef struct intervals {
  interval *items; /* room for one per op and memory, and one more per op */
  int32_t count;
} intervals;

typedef struct step {
  int64_t row, by;
} step;

/* Changes down before those up, so that no sum of a row is passed that isn't there. */
static int compare(const void *a, const void *b) {
  const step *x = a, *y = b;
  if (x->row != y->row)
    return x->row < y->row ? -1 : 1;
  return x->by < y->by ? -1 : x->by > y->by;
}

/* Copies of the interval that are alive in a row. */
static int64_t copies(const interval *x, int64_t row, int64_t ii) {
  int64_t shift = (row - x->begin) % ii, length = x->end - x->begin;
  shift += shift < 0 ? ii : 0;
  return length > shift ? (length - shift - 1) / ii + 1 : 0;
}

/* Adds what lies beyond whole laps to steps[*count …], and returns what is there in every row. */
static int64_t put_steps(const interval *x, int64_t ii, step *steps, size_t *count) {
  int64_t length = x->end - x->begin;
  if (length <= 0 || x->amount == 0)
    return 0;
  int64_t row = x->begin % ii, end = row + length % ii;
  if (length % ii > 0) {
    steps[(*count)++] = (step){row, x->amount};
    if (end < ii) {
      steps[(*count)++] = (step){end, -x->amount};
    } else if (end > ii) {
      steps[(*count)++] = (step){0, x->amount};
      steps[(*count)++] = (step){end - ii, -x->amount};
    }
  }
  return times(length / ii, x->amount);
}

/* The first row in which more than `limit` is taken, -1 if there is none; `always` is taken in every row. False when
 * out of memory. */
static bool first_above(const intervals *list, int64_t ii, int64_t always, int64_t limit, int64_t *row,
                        int64_t *taken) {
  step *steps = malloc(((size_t)list->count * 3 + 1) * sizeof *steps);
  size_t count = 0;
  *row = -1;
  *taken = always;
  if (!steps)
    return false;
  for (int32_t i = 0; i < list->count; i++)
    *taken = add(*taken, put_steps(&list->items[i], ii, steps, &count));
  if (count > 0)
    qsort(steps, count, sizeof *steps, compare);
  if (*taken > limit)
    *row = 0;
  for (size_t i = 0; i < count && (*row < 0 || steps[i].row == *row); i++) {
    *taken = add(*taken, steps[i].by);
    if (*taken > limit && *row < 0)
      *row = steps[i].row;
  }
  free(steps);
  return true;
}

static void put_names(const tweed_problem *p, const intervals *list, int64_t ii, int64_t row, tweed_name_list *names) {
  for (int32_t i = 0; i < list->count; i++) {
    int64_t n = copies(&list->items[i], row, ii);
    if (n == 1)
      tweed_name_list_add(names, "%s %lld", p->ops[list->items[i].op].name, (long long)list->items[i].amount);
    else if (n > 1)
      tweed_name_list_add(names, "%s %lld x %lld", p->ops[list->items[i].op].name, (long long)n,
                          (long long)list->items[i].amount);
  }
}

/* ---- 5: registers --------------------------------------------------------------------------------------------------
 */

/* When the value of `op` is in registers of its own group. */
static interval in_own_group(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  interval x = {op, s->start[op], s->start[op], p->ops[op].regs};
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (dep->kind != TWEED_DEP_FLOW)
      continue;
    int64_t until = crosses(s, dep) ? s->start[op] + dep->latency + handoff_of(p, dep) : read_at(s, dep);
    x.end = until > x.end ? until : x.end;
  }
  return x;
}

/* When it is in those of another group; empty if nobody there reads it. */
static interval in_other_group(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t role) {
  interval x = {op, 0, 0, p->ops[op].regs};
  bool read = false;
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (dep->kind != TWEED_DEP_FLOW || s->role[dep->to] != role)
      continue;
    int64_t at = read_at(s, dep);
    x.begin = read && x.begin < at ? x.begin : at;
    x.end = read && x.end > at ? x.end : at;
    read = true;
  }
  if (read && x.end == x.begin)
    x.end++;
  return x;
}

static tweed_status check_registers_of(const tweed_problem *p, const tweed_schedule *s, int32_t role, intervals *list,
                                       tweed_error *error) {
  int64_t row, taken, limit = p->machine->warps.registers;
  list->count = 0;
  for (int32_t i = 0; i < p->nops; i++)
    if (p->ops[i].regs > 0)
      list->items[list->count++] = s->role[i] == role ? in_own_group(p, s, i) : in_other_group(p, s, i, role);
  if (!first_above(list, s->ii, 0, limit, &row, &taken))
    return tweed_no_memory(error);
  if (row < 0)
    return TWEED_OK;
  tweed_name_list names = {.used = 0};
  put_names(p, list, s->ii, row, &names);
  return tweed_illegal(error, "registers", "%lld of %lld are taken in role %d, row %lld: %s", (long long)taken,
                       (long long)limit, (int)role, (long long)row, names.text);
}

static tweed_status check_registers(const tweed_problem *p, const tweed_schedule *s, intervals *list,
                                    tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (int32_t role = 0; role < role_count(p, s) && p->machine->warps.registers > 0 && !status; role++)
    status = check_registers_of(p, s, role, list, error);
  return status;
}

/* ---- 6, 7: memories and channels -----------------------------------------------------------------------------------
 */

/* Bytes of the value of `op` that are staged in memory on the way to other groups. */
static int64_t staged_bytes(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  int64_t bytes = 0;
  if (p->ops[op].regs == 0 || p->machine->warps.staging < 0)
    return 0;
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (dep->kind == TWEED_DEP_FLOW && crosses(s, dep) && dep->bytes > bytes)
      bytes = dep->bytes;
  }
  return bytes;
}

static int64_t footprint(const tweed_problem *p, int32_t op, int32_t memory) {
  return p->ops[op].bytes ? p->ops[op].bytes[memory] : 0;
}

static bool is_live(const tweed_problem *p, int32_t memory) {
  return p->machine->memories[memory].alloc == TWEED_ALLOC_LIVE;
}

/* The life of a footprint. */
static interval life_of_footprint(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t memory) {
  interval x = {op, s->start[op], s->start[op], footprint(p, op, memory)};
  bool live = is_live(p, memory);
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (dep->kind != TWEED_DEP_FLOW || (dep->to == op && !live))
      continue;
    int64_t until = read_at(s, dep) + (live ? 0 : done_of(p, dep->to));
    x.end = until > x.end ? until : x.end;
  }
  if (!live && x.end == x.begin)
    x.end++;
  return x;
}

/* The life of a staged value. */
static interval life_of_staged(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  interval x = {op, 0, 0, staged_bytes(p, s, op)};
  bool live = is_live(p, p->machine->warps.staging), found = false;
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    if (dep->kind != TWEED_DEP_FLOW || !crosses(s, dep))
      continue;
    int64_t from = s->start[op] + dep->latency, until = read_at(s, dep) + (live ? 0 : done_of(p, dep->to));
    x.begin = found && x.begin < from ? x.begin : from;
    x.end = found && x.end > until ? x.end : until;
    found = true;
  }
  if (!live && x.end <= x.begin)
    x.end = x.begin + 1;
  return x;
}

static int64_t depth_of(const interval *x, int64_t ii) {
  int64_t length = x->end - x->begin;
  return length > ii ? length / ii + (length % ii > 0) : 1;
}

/* Slots that the value of an op needs. */
static int64_t depth_needed(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  int64_t depth = 1;
  for (int32_t m = 0; m < p->machine->nmemories; m++)
    if (footprint(p, op, m) > 0) {
      interval x = life_of_footprint(p, s, op, m);
      depth = depth_of(&x, s->ii) > depth ? depth_of(&x, s->ii) : depth;
    }
  if (staged_bytes(p, s, op) > 0) {
    interval x = life_of_staged(p, s, op);
    depth = depth_of(&x, s->ii) > depth ? depth_of(&x, s->ii) : depth;
  }
  return depth;
}

static bool carries(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW || dep->kind == TWEED_DEP_ASYNC;
}

/* The channel of `op` to `role`, whose last consumer there is `to`: that it is there, once, with the right end, size
 * and depth. */
static tweed_status check_channel(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t role, int32_t to,
                                  tweed_error *error) {
  int64_t bytes = staged_bytes(p, s, op), depth = depth_needed(p, s, op);
  const tweed_channel *found = NULL;
  const char *name = p->ops[op].name;
  for (int32_t m = 0; m < p->machine->nmemories; m++)
    bytes += footprint(p, op, m);
  for (int32_t i = 0; i < s->nchannels; i++) {
    const tweed_channel *c = &s->channels[i];
    if (c->from != op || s->role[c->to] != role)
      continue;
    if (found)
      return tweed_illegal(error, "channels", "there are two from \"%s\" to role %d", name, (int)role);
    found = c;
  }
  if (!found)
    return tweed_illegal(error, "channels", "none leads from \"%s\" (role %d) to role %d, where \"%s\" waits for it",
                         name, (int)s->role[op], (int)role, p->ops[to].name);
  if (found->to != to)
    return tweed_illegal(error, "channels",
                         "that from \"%s\" to role %d ends at \"%s\", but its last consumer is \"%s\"", name, (int)role,
                         p->ops[found->to].name, p->ops[to].name);
  if (found->bytes != bytes)
    return tweed_illegal(error, "channels",
                         "that from \"%s\" to \"%s\" has slots of %lld bytes, but the value has %lld", name,
                         p->ops[to].name, (long long)found->bytes, (long long)bytes);
  if (found->depth < depth)
    return tweed_illegal(error, "channels", "that from \"%s\" to \"%s\" has depth %d, but the value's life needs %lld",
                         name, p->ops[to].name, (int)found->depth, (long long)depth);
  return TWEED_OK;
}

/* Is there an earlier dependence of the same op to the same other group? */
static bool repeated(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t k) {
  int32_t role = s->role[p->deps[p->out[k]].to];
  for (int32_t j = p->out_begin[op]; j < k; j++) {
    const tweed_dep *dep = &p->deps[p->out[j]];
    if (carries(dep) && s->role[dep->to] == role)
      return true;
  }
  return false;
}

/* The consumer in `role` that starts last. */
static int32_t last_consumer(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t role) {
  int32_t last = -1;
  int64_t when = 0;
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1]; k++) {
    const tweed_dep *dep = &p->deps[p->out[k]];
    int64_t at = read_at(s, dep);
    if (!carries(dep) || s->role[dep->to] != role)
      continue;
    if (last < 0 || at > when || (at == when && dep->to < last)) {
      last = dep->to;
      when = at;
    }
  }
  return last;
}

static tweed_status check_channels(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  int32_t expected = 0;
  for (int32_t i = 0; i < p->nops; i++)
    for (int32_t k = p->out_begin[i]; k < p->out_begin[i + 1]; k++) {
      const tweed_dep *dep = &p->deps[p->out[k]];
      if (!carries(dep) || !crosses(s, dep) || repeated(p, s, i, k))
        continue;
      int32_t role = s->role[dep->to];
      tweed_status status = check_channel(p, s, i, role, last_consumer(p, s, i, role), error);
      if (status)
        return status;
      expected++;
    }
  for (int32_t i = 0; i < s->nchannels && expected < s->nchannels; i++) {
    const tweed_channel *c = &s->channels[i];
    if (s->role[c->from] == s->role[c->to] || last_consumer(p, s, c->from, s->role[c->to]) < 0)
      return tweed_illegal(error, "channels", "that from \"%s\" to \"%s\" carries nothing between two groups",
                           p->ops[c->from].name, p->ops[c->to].name);
  }
  return TWEED_OK;
}

/* Slots beyond those that the value needs, because a channel has them. */
static int64_t extra_slots(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  int64_t deepest = 0, needed = depth_needed(p, s, op);
  for (int32_t i = 0; i < s->nchannels; i++)
    if (s->channels[i].from == op && s->channels[i].depth > deepest)
      deepest = s->channels[i].depth;
  return deepest > needed ? deepest - needed : 0;
}

/* What is taken of one memory. `live`: what is not taken all the time. */
typedef struct tally {
  int32_t memory;
  int64_t always, barriers;
  intervals *live;
  tweed_name_list names;
} tally;

/* Adds the space `x` of a value in some memory: the space itself if it is in this one, its barriers if they are. */
static void put_space(const tweed_problem *p, const tweed_schedule *s, const interval *x, int32_t memory, bool crossing,
                      tally *t) {
  bool ring = !is_live(p, memory);
  int64_t extra = extra_slots(p, s, x->op), slots = ring ? add(depth_of(x, s->ii), extra) : extra;
  if (ring && crossing && t->memory == p->machine->warps.staging)
    t->barriers = add(t->barriers, times(slots, TWEED_BARRIER_BYTES));
  if (memory != t->memory)
    return;
  t->always = add(t->always, times(slots, x->amount));
  if (slots > 0)
    tweed_name_list_add(&t->names, "%s %lld x %lld", p->ops[x->op].name, (long long)slots, (long long)x->amount);
  if (!ring)
    t->live->items[t->live->count++] = *x;
}

static void put_value(const tweed_problem *p, const tweed_schedule *s, int32_t op, tally *t) {
  bool crossing = false;
  for (int32_t k = p->out_begin[op]; k < p->out_begin[op + 1] && !crossing; k++)
    crossing = carries(&p->deps[p->out[k]]) && crosses(s, &p->deps[p->out[k]]);
  for (int32_t m = 0; m < p->machine->nmemories; m++)
    if (footprint(p, op, m) > 0) {
      interval x = life_of_footprint(p, s, op, m);
      put_space(p, s, &x, m, crossing, t);
    }
  if (staged_bytes(p, s, op) > 0) {
    interval x = life_of_staged(p, s, op);
    put_space(p, s, &x, p->machine->warps.staging, crossing, t);
  }
}

static tweed_status check_memory(const tweed_problem *p, const tweed_schedule *s, int32_t memory, intervals *live,
                                 tweed_error *error) {
  const tweed_memory *of = &p->machine->memories[memory];
  int64_t reserved = p->reserved ? p->reserved[memory] : 0, row, taken;
  tally t = {.memory = memory, .always = reserved, .live = live};
  live->count = 0;
  for (int32_t i = 0; i < p->nops; i++)
    put_value(p, s, i, &t);
  if (!first_above(live, s->ii, add(t.always, t.barriers), of->bytes, &row, &taken))
    return tweed_no_memory(error);
  if (row < 0)
    return TWEED_OK;
  put_names(p, live, s->ii, row, &t.names);
  if (t.barriers > 0)
    tweed_name_list_add(&t.names, "%lld for barriers", (long long)t.barriers);
  if (reserved > 0)
    tweed_name_list_add(&t.names, "%lld reserved", (long long)reserved);
  return tweed_illegal(error, of->name, "%lld of %lld bytes are taken in row %lld: %s", (long long)taken,
                       (long long)of->bytes, (long long)row, t.names.text);
}

static tweed_status check_memories(const tweed_problem *p, const tweed_schedule *s, intervals *list,
                                   tweed_error *error) {
  tweed_status status = TWEED_OK;
  for (int32_t m = 0; m < p->machine->nmemories && !status; m++)
    status = check_memory(p, s, m, list, error);
  return status;
}

tweed_status tweed_verify_joint(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  if (!p->machine->warps.present)
    return tweed_illegal(error, "joint", "machine \"%s\" has no warp groups", p->machine->name);
  if (s->ii < 1)
    return tweed_illegal(error, "joint", "a joint schedule needs an ii");
  intervals list = {calloc((size_t)p->nops * ((size_t)p->machine->nmemories + 1), sizeof *list.items), 0};
  if (!list.items)
    return tweed_no_memory(error);
  tweed_status status = check_groups(p, s, error);
  if (!status)
    status = check_variable(p, s, error);
  if (!status)
    status = check_handoffs(p, s, error);
  if (!status)
    status = check_blocking(p, s, error);
  if (!status)
    status = check_registers(p, s, &list, error);
  if (!status)
    status = check_channels(p, s, error);
  if (!status)
    status = check_memories(p, s, &list, error);
  free(list.items);
  return status;
}
