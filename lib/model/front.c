/* front.c: schedules none of which is better than another in every way. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

tweed_status tweed_front_new(const tweed_problem *p, tweed_front **out, tweed_error *error) {
  *out = calloc(1, sizeof **out);
  if (!*out)
    return tweed_no_memory(error);
  (*out)->modulo = p->length == 0;
  return TWEED_OK;
}

void tweed_front_free(tweed_front *f) {
  for (int32_t i = 0; f && i < f->count; i++)
    tweed_schedule_free(f->points[i].schedule);
  if (f)
    free(f->points);
  free(f);
}

static bool at_least_as_good(const tweed_front_point *a, const tweed_front_point *b) {
  return a->value[0] <= b->value[0] && a->value[1] <= b->value[1] && a->value[2] <= b->value[2];
}

static bool comes_before(const tweed_front_point *a, const tweed_front_point *b) {
  for (int k = 0; k < 3; k++)
    if (a->value[k] != b->value[k])
      return a->value[k] < b->value[k];
  return false;
}

static tweed_status evaluate(const tweed_front *f, const tweed_problem *p, tweed_front_point *point,
                             tweed_error *error) {
  const tweed_schedule *s = point->schedule;
  tweed_objective terms;
  tweed_status status = tweed_verify(p, s, error);
  if (status)
    return status;
  double length = (double)tweed_schedule_length(p, s);
  if (f->modulo) {
    int64_t live = tweed_schedule_max_live(p, s, -1);
    memcpy(point->value, (double[]){s->ii, length, (double)live}, sizeof point->value);
    return live < 0 ? tweed_no_memory(error) : TWEED_OK;
  }
  if (!tweed_schedule_measure(p, s, &terms))
    return tweed_no_memory(error);
  memcpy(point->value, (double[]){length, terms.resource, terms.memory}, sizeof point->value);
  return TWEED_OK;
}

static bool make_room(tweed_front *f) {
  if (f->count < f->capacity)
    return true;
  int32_t capacity = f->capacity ? 2 * f->capacity : 16;
  tweed_front_point *grown = realloc(f->points, (size_t)capacity * sizeof *grown);
  if (!grown)
    return false;
  f->points = grown;
  f->capacity = capacity;
  return true;
}

/* Drops what the point dominates and puts it in its place. */
static void insert(tweed_front *f, const tweed_front_point *point) {
  int32_t left = 0;
  for (int32_t i = 0; i < f->count; i++) {
    if (at_least_as_good(point, &f->points[i]))
      tweed_schedule_free(f->points[i].schedule);
    else
      f->points[left++] = f->points[i];
  }
  int32_t at = left;
  for (; at > 0 && comes_before(point, &f->points[at - 1]); at--)
    f->points[at] = f->points[at - 1];
  f->points[at] = *point;
  f->count = left + 1;
}

tweed_status tweed_front_offer(tweed_front *f, const tweed_problem *p, tweed_schedule *s, bool *kept,
                               tweed_error *error) {
  tweed_front_point point = {.schedule = s};
  tweed_status status = evaluate(f, p, &point, error);
  bool wanted = !status;
  for (int32_t i = 0; i < f->count && wanted; i++)
    wanted = !at_least_as_good(&f->points[i], &point);
  if (wanted && !make_room(f)) {
    status = tweed_no_memory(error);
    wanted = false;
  }
  if (wanted)
    insert(f, &point);
  else
    tweed_schedule_free(s);
  if (kept)
    *kept = wanted;
  return status;
}

int32_t tweed_front_size(const tweed_front *f) {
  return f->count;
}

const char *tweed_front_axis(const tweed_front *f, int axis) {
  static const char *const names[2][3] = {{"length", "resource", "memory"}, {"II", "length", "MaxLive"}};
  return axis < 0 || axis > 2 ? NULL : names[f->modulo][axis];
}

double tweed_front_value(const tweed_front *f, int32_t i, int axis) {
  return f->points[i].value[axis];
}

const tweed_schedule *tweed_front_schedule(const tweed_front *f, int32_t i) {
  return f->points[i].schedule;
}

int32_t tweed_front_solves(const tweed_front *f, int32_t *planned) {
  if (planned)
    *planned = f->planned;
  return f->solves;
}
