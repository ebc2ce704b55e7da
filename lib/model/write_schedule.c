/* write_schedule.c: schedules as JSON, by jansson. */
#include "model/build.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson's setters take NULL for a value that could not be made and then fail themselves, so one check at the end is
 * enough. */
static json_t *op_json(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  int64_t start = s->start[op];
  json_t *object = json_object();
  int failed = json_object_set_new(object, "name", json_string(p->ops[op].name));
  failed |= json_object_set_new(object, "start", json_integer(start));
  failed |= json_object_set_new(object, "stage", json_integer(s->ii ? start / s->ii : 0));
  failed |= json_object_set_new(object, "row", json_integer(s->ii ? start % s->ii : start));
  failed |= json_object_set_new(object, "role", json_integer(s->role[op]));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

static json_t *ops_json(const tweed_problem *p, const tweed_schedule *s) {
  json_t *list = json_array();
  bool has_starts = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  for (int32_t i = 0; i < p->nops && has_starts; i++)
    if (json_array_append_new(list, op_json(p, s, i))) {
      json_decref(list);
      return NULL;
    }
  return list;
}

static json_t *channels_json(const tweed_problem *p, const tweed_schedule *s) {
  json_t *list = json_array();
  int failed = 0;
  for (int32_t i = 0; i < s->nchannels && !failed; i++) {
    const tweed_channel *channel = &s->channels[i];
    json_t *object = json_object();
    failed |= json_object_set_new(object, "from", json_string(p->ops[channel->from].name));
    failed |= json_object_set_new(object, "to", json_string(p->ops[channel->to].name));
    failed |= json_object_set_new(object, "depth", json_integer(channel->depth));
    failed |= json_object_set_new(object, "bytes", json_integer(channel->bytes));
    failed |= json_array_append_new(list, object);
  }
  if (!failed)
    return list;
  json_decref(list);
  return NULL;
}

static json_t *phases_json(const tweed_schedule *s) {
  json_t *list = json_array();
  for (int32_t i = 0; i < s->nphases; i++) {
    const tweed_phase *phase = &s->phases[i];
    json_t *one = json_pack("{s:s, s:I, s:I, s:f}", "name", phase->name, "value", (json_int_t)phase->value, "bound",
                            (json_int_t)phase->bound, "seconds", (double)(int64_t)(phase->seconds * 1e6 + 0.5) / 1e6);
    if (json_array_append_new(list, one)) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

static json_t *lines_json(const char *const *lines, int32_t count) {
  json_t *list = json_array();
  for (int32_t i = 0; i < count; i++)
    if (json_array_append_new(list, json_string(lines[i]))) {
      json_decref(list);
      return NULL;
    }
  return list;
}

/* What the schedule says, else what its problem's objective comes to. */
static json_t *objective_json(const tweed_problem *p, const tweed_schedule *s) {
  tweed_objective values = s->objective;
  if (!s->has_objective && p->has_objective && !tweed_schedule_measure(p, s, &values))
    return NULL;
  json_t *object = json_object();
  int failed = json_object_set_new(object, "resource", json_real(values.resource));
  failed |= json_object_set_new(object, "communication", json_real(values.communication));
  failed |= json_object_set_new(object, "memory", json_real(values.memory));
  if (!failed)
    return object;
  json_decref(object);
  return NULL;
}

static json_t *schedule_json(const tweed_problem *p, const tweed_schedule *s) {
  json_t *root = json_object();
  int failed = json_object_set_new(root, "problem", json_string(p->name));
  failed |= json_object_set_new(root, "machine", json_string(p->machine->name));
  if (*s->solver)
    failed |= json_object_set_new(root, "solver", json_string(s->solver));
  failed |= json_object_set_new(root, "status", json_string(tweed_answer_name(s->answer)));
  failed |= json_object_set_new(root, "ii", json_integer(s->ii));
  failed |= json_object_set_new(root, "mii", json_integer(s->mii));
  failed |= json_object_set_new(root, "lower_bound", json_integer(s->lower_bound));
  failed |= json_object_set_new(root, "proof", json_string(tweed_proof_name(s->proof)));
  failed |= json_object_set_new(root, "length", json_integer(tweed_schedule_length(p, s)));
  if (s->length_bound)
    failed |= json_object_set_new(root, "length_bound", json_integer(s->length_bound));
  if (s->joint)
    failed |= json_object_set_new(root, "joint", json_true());
  if (s->nwhy)
    failed |= json_object_set_new(root, "why", lines_json(s->why, s->nwhy));
  if (s->nnotes)
    failed |= json_object_set_new(root, "notes", lines_json(s->notes, s->nnotes));
  if (s->nphases)
    failed |= json_object_set_new(root, "phases", phases_json(s));
  failed |= json_object_set_new(root, "ops", ops_json(p, s));
  failed |= json_object_set_new(root, "channels", channels_json(p, s));
  if (s->has_objective || p->has_objective)
    failed |= json_object_set_new(root, "objective", objective_json(p, s));
  failed |= json_object_set_new(root, "seconds", json_real((double)(int64_t)(s->seconds * 1e6 + 0.5) / 1e6));
  if (!failed)
    return root;
  json_decref(root);
  return NULL;
}

tweed_status tweed_schedule_write(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  json_t *root = schedule_json(p, s);
  char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
  json_decref(root);
  if (!text)
    return tweed_no_memory(error);
  bool failed = fputs(text, file) < 0 || fputc('\n', file) < 0;
  free(text);
  return failed ? tweed_fail(error, TWEED_IO, "cannot write the schedule: %s", strerror(errno)) : TWEED_OK;
}
