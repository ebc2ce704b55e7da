/* verify.c: THE VERIFIER (verify_joint.c: the rules of joint schedules). It is the only judge of a schedule, so it
 * stands alone: it calls no solver, no lifetime code and nothing else that has ever computed a schedule, and it reads
 * the machine's reservation tables itself. */
#include "model/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Start times above this could overflow the sums below, and no schedule needs them. */
#define LATEST ((int64_t)1 << 60)

tweed_status tweed_illegal(tweed_error *error, const char *key, const char *format, ...) {
  char message[448];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(message, sizeof message, format, arguments) < 0)
    message[0] = 0;
  va_end(arguments);
  return tweed_fail_at(error, TWEED_ILLEGAL, "", 0, 0, key, "%s", message);
}

void tweed_name_list_add(tweed_name_list *list, const char *format, ...) {
  char *at = list->text + list->used;
  size_t left = sizeof list->text - list->used, comma = list->used ? 2 : 0;
  if (list->full)
    return;
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(at + comma, left - comma, format, arguments);
  va_end(arguments);
  list->full = n < 0 || (size_t)n + comma >= left - 8;
  if (list->full)
    memcpy(at, comma ? ", …" : "…", comma ? sizeof ", …" : sizeof "…");
  else if (comma)
    memcpy(at, ", ", 2);
  list->used += list->full ? 0 : (size_t)n + comma;
}

/* What the schedule says of itself must not contradict itself. */
static tweed_status check_claims(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  if (s->nops != p->nops)
    return tweed_illegal(error, "ops", "the schedule has %d ops, the problem has %d", (int)s->nops, (int)p->nops);
  if (s->answer != TWEED_ANSWER_OPTIMAL && s->answer != TWEED_ANSWER_FEASIBLE)
    return tweed_illegal(error, "status", "the answer is \"%s\": there is no schedule to verify",
                         tweed_answer_name(s->answer));
  if (p->length > 0)
    return s->ii == 0
               ? TWEED_OK
               : tweed_illegal(error, "ii", "a problem with a length has no ii, but the schedule says %d", (int)s->ii);
  if (s->ii < 1)
    return tweed_illegal(error, "ii", "ii is %d, but must be at least 1", (int)s->ii);
  if (s->mii > s->ii)
    return tweed_illegal(error, "mii", "the schedule claims MII %d, which its own ii %d is below", (int)s->mii,
                         (int)s->ii);
  if (s->lower_bound > s->ii)
    return tweed_illegal(error, "lower_bound", "the schedule claims lower bound %d, which its own ii %d is below",
                         (int)s->lower_bound, (int)s->ii);
  if (s->answer == TWEED_ANSWER_OPTIMAL && s->lower_bound < s->ii)
    return tweed_illegal(error, "status",
                         "the schedule claims to be optimal, but its lower bound %d is below its ii %d",
                         (int)s->lower_bound, (int)s->ii);
  if (s->proof == TWEED_PROOF_MII && s->mii != s->ii)
    return tweed_illegal(error, "proof", "the schedule claims proof by MII, but its MII %d is not its ii %d",
                         (int)s->mii, (int)s->ii);
  if (s->answer == TWEED_ANSWER_OPTIMAL && s->proof == TWEED_PROOF_NONE)
    return tweed_illegal(error, "proof", "the schedule claims to be optimal without a proof");
  return TWEED_OK;
}

static tweed_status check_times(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t i = 0; i < p->nops; i++) {
    const char *name = p->ops[i].name;
    int64_t start = s->start[i], latency = p->machine->classes[p->ops[i].class_index].latency;
    if (start < 0)
      return tweed_illegal(error, name, "starts at %lld, before 0", (long long)start);
    if (start > LATEST)
      return tweed_illegal(error, name, "starts at %lld, later than any schedule may", (long long)start);
    if (p->length > 0 && start + latency > p->length)
      return tweed_illegal(error, name, "ends at %lld, after the length %lld", (long long)(start + latency),
                           (long long)p->length);
    if (s->role[i] < 0)
      return tweed_illegal(error, name, "role %d is negative", (int)s->role[i]);
  }
  return TWEED_OK;
}

/* The length, too, may not be below what the schedule says is proved. */
static tweed_status check_length(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  int64_t length = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    int64_t end = s->start[i] + p->machine->classes[p->ops[i].class_index].latency;
    length = end > length ? end : length;
  }
  if (s->length_bound > length)
    return tweed_illegal(error, "length_bound",
                         "the schedule claims length bound %lld, which its own length %lld is below",
                         (long long)s->length_bound, (long long)length);
  return TWEED_OK;
}

/* start[to] >= start[from] + latency - distance * II. */
static tweed_status check_deps(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t d = 0; d < p->ndeps; d++) {
    const tweed_dep *dep = &p->deps[d];
    int64_t earliest = s->start[dep->from] + dep->latency - (int64_t)dep->distance * s->ii;
    if (s->start[dep->to] < earliest)
      return tweed_illegal(
          error, p->ops[dep->to].name,
          "starts at %lld, but the dependence on \"%s\" (start %lld, latency %d, distance %d, ii %d) allows no "
          "start before %lld",
          (long long)s->start[dep->to], p->ops[dep->from].name, (long long)s->start[dep->from], (int)dep->latency,
          (int)dep->distance, (int)s->ii, (long long)earliest);
  }
  return TWEED_OK;
}

/* From `row` on, `by` more of `unit` are held. */
typedef struct event {
  int32_t unit;
  int64_t row, by;
} event;

typedef struct events {
  event *items;
  size_t count, capacity;
} events;

static bool add_event(events *e, int32_t unit, int64_t row, int64_t by) {
  if (e->count == e->capacity) {
    size_t capacity = e->capacity ? 2 * e->capacity : 256;
    event *bigger = capacity > SIZE_MAX / sizeof *bigger ? NULL : realloc(e->items, capacity * sizeof *bigger);
    if (!bigger)
      return false;
    e->items = bigger;
    e->capacity = capacity;
  }
  e->items[e->count++] = (event){unit, row, by};
  return true;
}

/* `by` of the unit are held over the times begin … end - 1, that is, in the rows they fall on, once per lap. Numbers
 * too large for any unit are cut, so that their sums cannot overflow. */
static bool hold(events *e, int64_t ii, int32_t unit, int64_t begin, int64_t end, int64_t by) {
  if (ii == 0)
    return add_event(e, unit, begin, by) && add_event(e, unit, end, -by);
  int64_t laps = (end - begin) / ii, rest = (end - begin) % ii, row = begin % ii;
  int64_t most = (int64_t)2 * TWEED_MAX_NUMBER;
  if (laps > 0 && !add_event(e, unit, 0, laps * by < most ? laps * by : most))
    return false;
  if (rest == 0)
    return true;
  if (row + rest <= ii)
    return add_event(e, unit, row, by) && add_event(e, unit, row + rest, -by);
  return add_event(e, unit, row, by) && add_event(e, unit, 0, by) && add_event(e, unit, row + rest - ii, -by);
}

/* The events of one op: cycles in which it holds the same are one interval. Unlimited units need no check. */
static bool hold_op(const tweed_problem *p, const tweed_schedule *s, int32_t op, events *e) {
  const tweed_machine *m = p->machine;
  const tweed_class *class = &m->classes[p->ops[op].class_index];
  for (int32_t u = 0; u < class->nuses; u++) {
    const tweed_use *use = &class->uses[u];
    int64_t amount = use->unit == m->issue_unit ? 1 : p->ops[op].amount;
    if (m->units[use->unit].count == 0)
      continue;
    for (int32_t c = 0; c < use->cycles;) {
      int32_t end = c + 1;
      while (end < use->cycles && use->held[end] == use->held[c])
        end++;
      int64_t by = use->held[c] * amount;
      if (by > 0 && !hold(e, s->ii, use->unit, s->start[op] + c, s->start[op] + end, by))
        return false;
      c = end;
    }
  }
  return true;
}

static int compare(const void *a, const void *b) {
  const event *x = a, *y = b;
  if (x->unit != y->unit)
    return x->unit < y->unit ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Does the op hold some of the unit in the row? */
static bool holds(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t unit, int64_t row) {
  const tweed_class *class = &p->machine->classes[p->ops[op].class_index];
  for (int32_t u = 0; u < class->nuses; u++)
    for (int32_t c = 0; class->uses[u].unit == unit && c < class->uses[u].cycles; c++) {
      int64_t time = s->start[op] + c;
      if (class->uses[u].held[c] > 0 && (s->ii ? time % s->ii : time) == row)
        return true;
    }
  return false;
}

static tweed_status too_many(const tweed_problem *p, const tweed_schedule *s, int32_t unit, int64_t row, int64_t held,
                             tweed_error *error) {
  tweed_name_list names = {.used = 0};
  for (int32_t i = 0; i < p->nops; i++)
    if (holds(p, s, i, unit, row))
      tweed_name_list_add(&names, "%s", p->ops[i].name);
  const tweed_unit *of = &p->machine->units[unit];
  if (unit == p->machine->issue_unit)
    return tweed_illegal(error, of->name, "%lld of %d issue slots are taken in %s %lld: %s", (long long)held,
                         (int)of->count, s->ii ? "row" : "step", (long long)row, names.text);
  return tweed_illegal(error, of->name, "%lld of %d are held in %s %lld: %s", (long long)held, (int)of->count,
                       s->ii ? "row" : "step", (long long)row, names.text);
}

static tweed_status sweep(const tweed_problem *p, const tweed_schedule *s, const events *e, tweed_error *error) {
  for (size_t i = 0; i < e->count;) {
    int32_t unit = e->items[i].unit;
    int64_t held = 0;
    while (i < e->count && e->items[i].unit == unit) {
      int64_t row = e->items[i].row;
      for (; i < e->count && e->items[i].unit == unit && e->items[i].row == row; i++)
        held += e->items[i].by;
      if (held > p->machine->units[unit].count)
        return too_many(p, s, unit, row, held, error);
    }
  }
  return TWEED_OK;
}

static tweed_status check_units(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  events e = {NULL, 0, 0};
  for (int32_t i = 0; i < p->nops; i++)
    if (!hold_op(p, s, i, &e)) {
      free(e.items);
      return tweed_no_memory(error);
    }
  if (e.count)
    qsort(e.items, e.count, sizeof *e.items, compare);
  tweed_status status = sweep(p, s, &e, error);
  free(e.items);
  return status;
}

static tweed_status check_channels(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  for (int32_t i = 0; i < s->nchannels; i++) {
    const tweed_channel *channel = &s->channels[i];
    if (channel->from < 0 || channel->from >= p->nops || channel->to < 0 || channel->to >= p->nops)
      return tweed_illegal(error, "channels", "channel %d joins an op that does not exist", (int)i);
    if (channel->depth < 1 || channel->bytes < 0)
      return tweed_illegal(error, "channels", "the channel from \"%s\" to \"%s\" has depth %d and %lld bytes",
                           p->ops[channel->from].name, p->ops[channel->to].name, (int)channel->depth,
                           (long long)channel->bytes);
  }
  return TWEED_OK;
}

tweed_status tweed_verify(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  tweed_status status = check_claims(p, s, error);
  if (!status)
    status = check_times(p, s, error);
  if (!status)
    status = check_length(p, s, error);
  if (!status)
    status = check_deps(p, s, error);
  if (!status)
    status = check_units(p, s, error);
  if (!status)
    status = check_channels(p, s, error);
  if (!status && s->joint)
    status = tweed_verify_joint(p, s, error);
  return status;
}
