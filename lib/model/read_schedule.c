/* read_schedule.c: schedule files, against their problem. */
#include "model/read.h"

#include <stdlib.h>
#include <string.h>

static const char *const schedule_keys[] = {"problem",   "machine",     "solver", "status", "ii",
                                            "mii",       "lower_bound", "proof",  "length", "length_bound",
                                            "joint",     "why",         "notes",  "ops",    "channels",
                                            "objective", "seconds",     "phases", NULL};
static const char *const phase_keys[] = {"name", "value", "bound", "seconds", NULL};
static const char *const op_keys[] = {"name", "start", "stage", "row", "role", NULL};
static const char *const channel_keys[] = {"from", "to", "depth", "bytes", NULL};
static const char *const objective_keys[] = {"resource", "communication", "memory", NULL};

enum { LATEST_BITS = 60 };

/* The schedule says whose it is: nobody should verify one against another problem by mistake. */
static tweed_status check_owner(tweed_reader *r, const tweed_node *root, const char *key, const char *owner) {
  const char *name = NULL;
  tweed_status status = tweed_node_get_string(r, root, key, &name);
  if (status || !name || strcmp(name, owner) == 0)
    return status;
  return tweed_node_bad(r, tweed_node_get(root, key), key, "the schedule is for \"%s\", not for \"%s\"", name, owner);
}

static tweed_status decode_answer(tweed_reader *r, const tweed_node *root, tweed_answer *out) {
  const char *text = NULL;
  tweed_status status = tweed_node_get_string(r, root, "status", &text);
  if (status || !text)
    return status;
  for (int i = TWEED_ANSWER_OPTIMAL; i <= TWEED_ANSWER_UNKNOWN; i++)
    if (strcmp(text, tweed_answer_name((tweed_answer)i)) == 0) {
      *out = (tweed_answer)i;
      return TWEED_OK;
    }
  return tweed_node_bad(r, tweed_node_get(root, "status"), "status",
                        "\"%s\" is none of optimal, feasible, infeasible, unknown", text);
}

static tweed_status decode_proof(tweed_reader *r, const tweed_node *root, tweed_proof *out) {
  const char *text = NULL;
  tweed_status status = tweed_node_get_string(r, root, "proof", &text);
  if (status || !text)
    return status;
  for (int i = TWEED_PROOF_NONE; i <= TWEED_PROOF_SMT; i++)
    if (strcmp(text, tweed_proof_name((tweed_proof)i)) == 0) {
      *out = (tweed_proof)i;
      return TWEED_OK;
    }
  return tweed_node_bad(r, tweed_node_get(root, "proof"), "proof", "\"%s\" is none of none, mii, sat, ilp, smt", text);
}

static tweed_status find_op(tweed_reader *r, const tweed_problem *p, const tweed_node *map, const char *key,
                            int32_t *op) {
  const tweed_node *node = NULL;
  const char *name = NULL;
  tweed_status status = tweed_node_required(r, map, key, &node);
  if (!status)
    status = tweed_node_string(r, node, key, &name);
  if (status)
    return status;
  *op = tweed_problem_op(p, name);
  return *op >= 0 ? TWEED_OK : tweed_node_bad(r, node, key, "the problem has no op \"%s\"", name);
}

/* Stage and row repeat what the start time says; where they are given they must agree with it. */
static tweed_status check_derived(tweed_reader *r, const tweed_node *node, const tweed_schedule *s, int64_t start) {
  int64_t right_stage = s->ii ? start / s->ii : 0, right_row = s->ii ? start % s->ii : start;
  int64_t stage = right_stage, row = right_row, limit = (int64_t)1 << LATEST_BITS;
  tweed_status status = tweed_node_get_int(r, node, "stage", -limit, limit, &stage);
  if (!status)
    status = tweed_node_get_int(r, node, "row", -limit, limit, &row);
  if (status || start < 0)
    return status;
  if (stage != right_stage)
    return tweed_node_bad(r, node, "stage", "is %lld, but start %lld means stage %lld", (long long)stage,
                          (long long)start, (long long)right_stage);
  if (row != right_row)
    return tweed_node_bad(r, node, "row", "is %lld, but start %lld means row %lld", (long long)row, (long long)start,
                          (long long)right_row);
  return TWEED_OK;
}

static tweed_status decode_op(tweed_reader *r, const tweed_problem *p, const tweed_node *node, tweed_schedule *s,
                              bool *seen) {
  const tweed_node *start_node = NULL;
  int32_t op = -1;
  int64_t start = 0, limit = (int64_t)1 << LATEST_BITS;
  tweed_status status = tweed_node_check_map(r, node, "ops", op_keys);
  if (!status)
    status = find_op(r, p, node, "name", &op);
  if (!status)
    status = tweed_node_required(r, node, "start", &start_node);
  if (!status)
    status = tweed_node_int(r, start_node, "start", -limit, limit, &start);
  if (status)
    return status;
  if (seen[op])
    return tweed_node_bad(r, node, "name", "op \"%s\" is there twice", p->ops[op].name);
  seen[op] = true;
  s->start[op] = start;
  status = tweed_node_get_int32(r, node, "role", 0, 1024, &s->role[op]);
  return status ? status : check_derived(r, node, s, start);
}

static tweed_status decode_ops(tweed_reader *r, const tweed_problem *p, const tweed_node *root, tweed_schedule *s) {
  const tweed_node *list = tweed_node_get(root, "ops");
  bool has_starts = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  if (!list && !has_starts)
    return TWEED_OK;
  if (!list)
    return tweed_node_bad(r, root, "ops", "the key is missing");
  bool *seen = calloc((size_t)p->nops, sizeof *seen);
  if (!seen)
    return tweed_no_memory(&r->error);
  tweed_status status = tweed_node_check_list(r, list, "ops");
  for (const tweed_node *op = status ? NULL : list->first; op && !status; op = op->next)
    status = decode_op(r, p, op, s, seen);
  for (int32_t i = 0; i < p->nops && !status && has_starts; i++)
    if (!seen[i])
      status = tweed_node_bad(r, list, "ops", "op \"%s\" is missing", p->ops[i].name);
  free(seen);
  return status;
}

static tweed_status decode_channel(tweed_reader *r, const tweed_problem *p, const tweed_node *node,
                                   tweed_channel *out) {
  tweed_status status = tweed_node_check_map(r, node, "channels", channel_keys);
  *out = (tweed_channel){.depth = 1};
  if (!status)
    status = find_op(r, p, node, "from", &out->from);
  if (!status)
    status = find_op(r, p, node, "to", &out->to);
  if (!status)
    status = tweed_node_get_int32(r, node, "depth", 1, TWEED_MAX_NUMBER, &out->depth);
  if (!status)
    status = tweed_node_get_int(r, node, "bytes", 0, TWEED_MAX_BYTES, &out->bytes);
  return status;
}

static tweed_status decode_channels(tweed_reader *r, const tweed_problem *p, const tweed_node *root,
                                    tweed_schedule *s) {
  const tweed_node *list = tweed_node_get(root, "channels");
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, "channels");
  if (status)
    return status;
  s->channels = tweed_arena_array(s->arena, (size_t)list->count, sizeof *s->channels);
  if (!s->channels)
    return tweed_no_memory(&r->error);
  for (const tweed_node *node = list->first; node && !status; node = node->next)
    status = decode_channel(r, p, node, &s->channels[s->nchannels++]);
  return status;
}

static tweed_status decode_objective(tweed_reader *r, const tweed_node *root, tweed_schedule *s) {
  const tweed_node *node = tweed_node_get(root, "objective");
  if (!node)
    return TWEED_OK;
  double most = 1e300;
  tweed_status status = tweed_node_check_map(r, node, "objective", objective_keys);
  if (!status)
    status = tweed_node_get_real(r, node, "resource", 0, most, &s->objective.resource);
  if (!status)
    status = tweed_node_get_real(r, node, "communication", -most, most, &s->objective.communication);
  if (!status)
    status = tweed_node_get_real(r, node, "memory", 0, most, &s->objective.memory);
  s->has_objective = true;
  return status;
}

/* A list of texts: why there is no schedule, or notes. */
static tweed_status decode_lines(tweed_reader *r, const tweed_node *root, const char *key, tweed_schedule *s,
                                 const char ***lines, int32_t *count) {
  const tweed_node *list = tweed_node_get(root, key);
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, key);
  if (status)
    return status;
  *lines = tweed_arena_array(s->arena, (size_t)list->count, sizeof **lines);
  if (!*lines)
    return tweed_no_memory(&r->error);
  for (const tweed_node *line = list->first; line; line = line->next) {
    const char *text = NULL;
    status = tweed_node_string(r, line, key, &text);
    if (status)
      return status;
    (*lines)[*count] = tweed_arena_strdup(s->arena, text);
    if (!(*lines)[(*count)++])
      return tweed_no_memory(&r->error);
  }
  return TWEED_OK;
}

static tweed_status decode_phase(tweed_reader *r, const tweed_node *map, tweed_schedule *s) {
  const int64_t most = (int64_t)1 << LATEST_BITS;
  tweed_phase phase = {0};
  const tweed_node *node = NULL;
  tweed_status status = tweed_node_check_map(r, map, "phases", phase_keys);
  if (!status)
    status = tweed_node_required(r, map, "name", &node);
  if (!status)
    status = tweed_node_string(r, node, "name", &phase.name);
  if (!status)
    status = tweed_node_required(r, map, "value", &node);
  if (!status)
    status = tweed_node_int(r, node, "value", 0, most, &phase.value);
  if (!status)
    status = tweed_node_required(r, map, "bound", &node);
  if (!status)
    status = tweed_node_int(r, node, "bound", 0, most, &phase.bound);
  if (!status)
    status = tweed_node_get_real(r, map, "seconds", 0, 1e9, &phase.seconds);
  if (status)
    return status;
  phase.name = tweed_arena_strdup(s->arena, phase.name);
  s->phases[s->nphases++] = phase;
  return phase.name ? TWEED_OK : tweed_no_memory(&r->error);
}

static tweed_status decode_phases(tweed_reader *r, const tweed_node *root, tweed_schedule *s) {
  const tweed_node *list = tweed_node_get(root, "phases");
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, "phases");
  if (status)
    return status;
  s->phases = tweed_arena_array(s->arena, (size_t)list->count, sizeof *s->phases);
  if (!s->phases)
    return tweed_no_memory(&r->error);
  for (const tweed_node *map = list->first; map && !status; map = map->next)
    status = decode_phase(r, map, s);
  return status;
}

/* A joint schedule that says nothing of channels gets those that it needs. */
static tweed_status decode_joint(tweed_reader *r, const tweed_problem *p, const tweed_node *root, tweed_schedule *s) {
  bool joint = false;
  const tweed_node *node = tweed_node_get(root, "joint");
  tweed_status status = tweed_node_get_bool(r, root, "joint", &joint);
  if (status || !joint)
    return status;
  if (!p->machine->warps.present)
    return tweed_node_bad(r, node, "joint", "machine \"%s\" has no warp groups", p->machine->name);
  bool has_starts = s->answer == TWEED_ANSWER_OPTIMAL || s->answer == TWEED_ANSWER_FEASIBLE;
  if (has_starts && (p->length > 0 || s->ii == 0))
    return tweed_node_bad(r, node, "joint", "a joint schedule needs an ii");
  s->joint = true;
  if (!has_starts || tweed_node_get(root, "channels"))
    return TWEED_OK;
  return tweed_node_place(r, node, "joint", tweed_schedule_fill_channels(p, s, &r->error));
}

/* The length, too, repeats the start times. */
static tweed_status check_length(tweed_reader *r, const tweed_problem *p, const tweed_node *root,
                                 const tweed_schedule *s) {
  const tweed_node *node = tweed_node_get(root, "length"), *ops = tweed_node_get(root, "ops");
  int64_t length = 0, right = tweed_schedule_length(p, s);
  if (!node)
    return TWEED_OK;
  tweed_status status = tweed_node_int(r, node, "length", 0, ((int64_t)1 << LATEST_BITS) + TWEED_MAX_NUMBER, &length);
  if (!status && ops && ops->count > 0 && length != right)
    return tweed_node_bad(r, node, "length", "is %lld, but the start times mean %lld", (long long)length,
                          (long long)right);
  return status;
}

static tweed_status decode_head(tweed_reader *r, const tweed_problem *p, const tweed_node *root, tweed_schedule *s) {
  const char *solver = NULL;
  tweed_status status = check_owner(r, root, "problem", p->name);
  if (!status)
    status = check_owner(r, root, "machine", p->machine->name);
  if (!status)
    status = decode_answer(r, root, &s->answer);
  if (!status)
    status = decode_proof(r, root, &s->proof);
  if (!status)
    status = tweed_node_get_int32(r, root, "ii", 0, TWEED_MAX_NUMBER, &s->ii);
  if (!status)
    status = tweed_node_get_int32(r, root, "mii", 0, TWEED_MAX_NUMBER, &s->mii);
  if (!status)
    status = tweed_node_get_int32(r, root, "lower_bound", 0, TWEED_MAX_NUMBER, &s->lower_bound);
  if (!status)
    status = tweed_node_get_int(r, root, "length_bound", 0, (int64_t)1 << LATEST_BITS, &s->length_bound);
  if (!status)
    status = tweed_node_get_real(r, root, "seconds", 0, 1e12, &s->seconds);
  if (!status)
    status = tweed_node_get_string(r, root, "solver", &solver);
  if (!status && solver)
    s->solver = tweed_arena_strdup(s->arena, solver);
  return status || s->solver ? status : tweed_no_memory(&r->error);
}

static tweed_status decode(tweed_reader *r, const tweed_problem *p, const tweed_node *root, tweed_schedule *s) {
  const tweed_node *ii = NULL;
  tweed_status status = tweed_node_check_map(r, root, "schedule", schedule_keys);
  if (!status && p->length == 0)
    status = tweed_node_required(r, root, "ii", &ii);
  if (!status)
    status = decode_head(r, p, root, s);
  if (!status)
    status = decode_ops(r, p, root, s);
  if (!status)
    status = decode_channels(r, p, root, s);
  if (!status)
    status = decode_joint(r, p, root, s);
  if (!status)
    status = decode_lines(r, root, "why", s, &s->why, &s->nwhy);
  if (!status)
    status = decode_lines(r, root, "notes", s, &s->notes, &s->nnotes);
  if (!status)
    status = decode_phases(r, root, s);
  if (!status)
    status = decode_objective(r, root, s);
  return status ? status : check_length(r, p, root, s);
}

tweed_status tweed_schedule_parse(const tweed_problem *p, const char *text, size_t size, const char *name,
                                  tweed_schedule **out, tweed_error *error) {
  *out = NULL;
  tweed_reader r;
  tweed_node *root = NULL;
  tweed_schedule *s = NULL;
  tweed_status status = tweed_reader_init(&r, name);
  if (!status)
    status = tweed_node_parse(&r, text, size, &root);
  if (!status)
    status = tweed_schedule_new(p, 0, &s, &r.error);
  if (!status)
    status = decode(&r, p, root, s);
  if (status)
    tweed_schedule_free(s);
  else
    *out = s;
  return tweed_reader_end(&r, status, error);
}

tweed_status tweed_schedule_read(const tweed_problem *p, const char *path, tweed_schedule **out, tweed_error *error) {
  *out = NULL;
  char *text;
  size_t size;
  tweed_status status = tweed_input_read(path, false, &text, &size, error);
  if (status)
    return status;
  status = tweed_schedule_parse(p, text, size, tweed_input_name(path), out, error);
  free(text);
  return status;
}
