/* schedule.c: schedules and what can be asked of them. */
#include "model/build.h"

tweed_status tweed_schedule_new(const tweed_problem *p, int32_t ii, tweed_schedule **out, tweed_error *error) {
  *out = NULL;
  tweed_status status = tweed_check_range("ii", ii, 0, TWEED_MAX_NUMBER, error);
  if (status)
    return status;
  tweed_arena *arena = tweed_arena_new();
  tweed_schedule *s = arena ? tweed_arena_alloc(arena, sizeof *s) : NULL;
  if (s) {
    s->start = tweed_arena_array(arena, (size_t)p->nops, sizeof *s->start);
    s->role = tweed_arena_array(arena, (size_t)p->nops, sizeof *s->role);
  }
  if (!s || !s->start || !s->role) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  s->arena = arena;
  s->nops = p->nops;
  s->ii = ii;
  s->answer = TWEED_ANSWER_FEASIBLE;
  s->solver = "";
  *out = s;
  return TWEED_OK;
}

void tweed_schedule_free(tweed_schedule *s) {
  if (s)
    tweed_arena_free(s->arena);
}

int32_t tweed_schedule_ii(const tweed_schedule *s) {
  return s->ii;
}

int32_t tweed_schedule_mii(const tweed_schedule *s) {
  return s->mii;
}

int32_t tweed_schedule_lower_bound(const tweed_schedule *s) {
  return s->lower_bound;
}

tweed_proof tweed_schedule_proof(const tweed_schedule *s) {
  return s->proof;
}

int64_t tweed_schedule_length_bound(const tweed_schedule *s) {
  return s->length_bound;
}

const char *tweed_schedule_why(const tweed_schedule *s, int32_t i) {
  return i >= 0 && i < s->nwhy ? s->why[i] : NULL;
}

bool tweed_schedule_phase(const tweed_schedule *s, int32_t i, const char **name, int64_t *value, int64_t *bound,
                          double *seconds) {
  if (i < 0 || i >= s->nphases)
    return false;
  const tweed_phase *phase = &s->phases[i];
  if (name)
    *name = phase->name;
  if (value)
    *value = phase->value;
  if (bound)
    *bound = phase->bound;
  if (seconds)
    *seconds = phase->seconds;
  return true;
}

const char *tweed_schedule_note(const tweed_schedule *s, int32_t i) {
  return i >= 0 && i < s->nnotes ? s->notes[i] : NULL;
}

int32_t tweed_schedule_role(const tweed_schedule *s, int32_t op) {
  return s->role[op];
}

void tweed_schedule_set_role(tweed_schedule *s, int32_t op, int32_t role) {
  s->role[op] = role;
}

bool tweed_schedule_joint(const tweed_schedule *s) {
  return s->joint;
}

tweed_answer tweed_schedule_answer(const tweed_schedule *s) {
  return s->answer;
}

const char *tweed_schedule_solver(const tweed_schedule *s) {
  return s->solver;
}

const char *tweed_proof_name(tweed_proof proof) {
  static const char *const names[] = {"none", "mii", "sat", "ilp", "smt"};
  return proof >= TWEED_PROOF_NONE && proof <= TWEED_PROOF_SMT ? names[proof] : "?";
}

const char *tweed_answer_name(tweed_answer answer) {
  static const char *const names[] = {"optimal", "feasible", "infeasible", "unknown"};
  return answer >= TWEED_ANSWER_OPTIMAL && answer <= TWEED_ANSWER_UNKNOWN ? names[answer] : "?";
}

int64_t tweed_schedule_start(const tweed_schedule *s, int32_t op) {
  return s->start[op];
}

void tweed_schedule_set_start(tweed_schedule *s, int32_t op, int64_t start) {
  s->start[op] = start;
}

bool tweed_schedule_objective(const tweed_schedule *s, tweed_objective *out) {
  *out = s->has_objective ? s->objective : (tweed_objective){0, 0, 0};
  return s->has_objective;
}

int64_t tweed_schedule_length(const tweed_problem *p, const tweed_schedule *s) {
  int64_t length = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    int64_t end = s->start[i] + tweed_class_of(p, i)->latency;
    if (end > length)
      length = end;
  }
  return length;
}

int32_t tweed_schedule_roles(const tweed_schedule *s) {
  int32_t last = 0;
  for (int32_t i = 0; i < s->nops; i++)
    if (s->role[i] > last)
      last = s->role[i];
  return last + 1;
}

bool tweed_schedule_channel(const tweed_schedule *s, int32_t i, int32_t *from, int32_t *to, int32_t *depth,
                            int64_t *bytes) {
  if (i < 0 || i >= s->nchannels)
    return false;
  if (from)
    *from = s->channels[i].from;
  if (to)
    *to = s->channels[i].to;
  if (depth)
    *depth = s->channels[i].depth;
  if (bytes)
    *bytes = s->channels[i].bytes;
  return true;
}

int32_t tweed_schedule_stages(const tweed_schedule *s) {
  int64_t last = 0;
  for (int32_t i = 0; i < s->nops; i++)
    if (s->start[i] > last)
      last = s->start[i];
  int64_t stages = s->ii > 0 ? last / s->ii + 1 : 1;
  return stages < TWEED_MAX_NUMBER ? (int32_t)stages : TWEED_MAX_NUMBER;
}
