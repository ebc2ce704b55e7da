/* problem.c: building problems and asking them. order.c checks the dependence graph. */
#include "model/build.h"

#include <string.h>

enum { MAX_ITEMS = 1 << 28 };

const char *const tweed_dep_kind_names[] = {"flow", "anti", "output", "memory", "control", "async"};

static tweed_status check_open(const tweed_problem *p, tweed_error *error) {
  return p->finished ? tweed_fail(error, TWEED_BAD_INPUT, "problem \"%s\" is finished and cannot change", p->name)
                     : TWEED_OK;
}

static tweed_status check_op(const tweed_problem *p, int32_t op, tweed_error *error) {
  tweed_status status = check_open(p, error);
  return status ? status : tweed_check_range("op number", op, 0, (int64_t)p->nops - 1, error);
}

tweed_status tweed_problem_new(const char *name, tweed_machine *machine, tweed_problem **out, tweed_error *error) {
  *out = NULL;
  tweed_status status = tweed_check_name("problem's name", name, error);
  if (status)
    return status;
  if (!machine->finished)
    return tweed_fail(error, TWEED_BAD_INPUT, "machine \"%s\" is not finished", machine->name);
  tweed_arena *arena = tweed_arena_new();
  tweed_problem *p = arena ? tweed_arena_alloc(arena, sizeof *p) : NULL;
  if (p)
    p->name = tweed_arena_strdup(arena, name);
  if (p && p->name)
    p->names = tweed_names_new();
  if (!p || !p->names) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  p->arena = arena;
  p->machine = tweed_machine_retain(machine);
  *out = p;
  return TWEED_OK;
}

void tweed_problem_free(tweed_problem *p) {
  if (!p)
    return;
  tweed_names_free(p->names);
  tweed_machine_free(p->machine);
  tweed_arena_free(p->arena);
}

tweed_status tweed_problem_add_op(tweed_problem *p, const char *name, int32_t class_index, int32_t regs, int32_t *index,
                                  tweed_error *error) {
  tweed_status status = check_open(p, error);
  if (!status)
    status = tweed_check_name("op's name", name, error);
  if (!status)
    status = tweed_check_range("class number", class_index, 0, (int64_t)p->machine->nclasses - 1, error);
  if (!status)
    status = tweed_check_range("regs", regs, -1, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("number of ops", p->nops, 0, MAX_ITEMS, error);
  if (status)
    return status;
  char *copy = tweed_arena_strdup(p->arena, name);
  if (!copy || !tweed_arena_grow(p->arena, (void **)&p->ops, &p->cap_ops, (size_t)p->nops + 1, sizeof *p->ops))
    return tweed_no_memory(error);
  status = tweed_names_add(p->names, copy, strlen(copy), p->nops, error);
  if (status == TWEED_BAD_INPUT)
    return tweed_fail(error, TWEED_BAD_INPUT, "op \"%s\" is there twice", name);
  if (status)
    return status;
  if (index)
    *index = p->nops;
  p->ops[p->nops++] = (tweed_op){.name = copy, .class_index = class_index, .amount = 1, .regs = regs};
  return TWEED_OK;
}

int32_t tweed_problem_op(const tweed_problem *p, const char *name) {
  return tweed_names_find(p->names, name, strlen(name));
}

tweed_status tweed_problem_set_amount(tweed_problem *p, int32_t op, int32_t amount, tweed_error *error) {
  tweed_status status = check_op(p, op, error);
  if (!status)
    status = tweed_check_range("amount", amount, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    p->ops[op].amount = amount;
  return status;
}

tweed_status tweed_problem_set_where(tweed_problem *p, int32_t op, const char *where, tweed_error *error) {
  tweed_status status = check_op(p, op, error);
  if (!status)
    status = tweed_check_name("place", where, error);
  if (status)
    return status;
  p->ops[op].where = tweed_arena_strdup(p->arena, where);
  return p->ops[op].where ? TWEED_OK : tweed_no_memory(error);
}

tweed_status tweed_problem_set_bytes(tweed_problem *p, int32_t op, int32_t memory, int64_t bytes, tweed_error *error) {
  tweed_status status = check_op(p, op, error);
  if (!status)
    status = tweed_check_range("memory number", memory, 0, (int64_t)p->machine->nmemories - 1, error);
  if (!status)
    status = tweed_check_range("bytes", bytes, 0, TWEED_MAX_BYTES, error);
  if (status)
    return status;
  if (!p->ops[op].bytes)
    p->ops[op].bytes = tweed_arena_array(p->arena, (size_t)p->machine->nmemories, sizeof *p->ops[op].bytes);
  if (!p->ops[op].bytes)
    return tweed_no_memory(error);
  p->ops[op].bytes[memory] = bytes;
  return TWEED_OK;
}

tweed_status tweed_problem_set_reserved(tweed_problem *p, int32_t memory, int64_t bytes, tweed_error *error) {
  tweed_status status = check_open(p, error);
  if (!status)
    status = tweed_check_range("memory number", memory, 0, (int64_t)p->machine->nmemories - 1, error);
  if (!status)
    status = tweed_check_range("bytes", bytes, 0, TWEED_MAX_BYTES, error);
  if (!status && !p->reserved)
    p->reserved = tweed_arena_array(p->arena, (size_t)p->machine->nmemories, sizeof *p->reserved);
  if (!status && !p->reserved)
    status = tweed_no_memory(error);
  if (!status)
    p->reserved[memory] = bytes;
  return status;
}

tweed_status tweed_problem_add_dep(tweed_problem *p, const tweed_dep *dep, tweed_error *error) {
  tweed_dep new = *dep;
  tweed_status status = check_op(p, new.from, error);
  if (!status)
    status = check_op(p, new.to, error);
  if (!status)
    status = tweed_check_range("latency", new.latency, -1, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("distance", new.distance, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("bytes", new.bytes, 0, TWEED_MAX_BYTES, error);
  if (!status)
    status = tweed_check_range("kind", (int64_t)new.kind, TWEED_DEP_FLOW, TWEED_DEP_ASYNC, error);
  if (!status)
    status = tweed_check_range("number of dependences", p->ndeps, 0, MAX_ITEMS, error);
  if (status)
    return status;
  if (new.latency < 0)
    new.latency = p->machine->classes[p->ops[new.from].class_index].latency;
  if (!tweed_arena_grow(p->arena, (void **)&p->deps, &p->cap_deps, (size_t)p->ndeps + 1, sizeof *p->deps))
    return tweed_no_memory(error);
  p->deps[p->ndeps++] = new;
  return TWEED_OK;
}

tweed_status tweed_problem_set_length(tweed_problem *p, int64_t length, tweed_error *error) {
  tweed_status status = check_open(p, error);
  if (!status)
    status = tweed_check_range("length", length, 1, TWEED_MAX_NUMBER, error);
  if (!status)
    p->length = length;
  return status;
}

tweed_status tweed_check_objective(const tweed_objective *weights, tweed_error *error) {
  const double values[] = {weights->resource, weights->communication, weights->memory};
  for (int i = 0; i < 3; i++)
    if (!(values[i] >= 0 && values[i] <= TWEED_MAX_NUMBER))
      return tweed_fail(error, TWEED_BAD_INPUT, "weight %g is out of range (0 to %d)", values[i], TWEED_MAX_NUMBER);
  return TWEED_OK;
}

tweed_problem tweed_problem_view(const tweed_problem *p, int64_t length, const tweed_objective *weights) {
  tweed_problem view = *p;
  view.length = length;
  view.has_objective |= weights != NULL;
  view.objective = weights ? *weights : p->objective;
  return view;
}

tweed_status tweed_problem_set_objective(tweed_problem *p, const tweed_objective *weights, tweed_error *error) {
  tweed_status status = check_open(p, error);
  if (!status)
    status = tweed_check_objective(weights, error);
  if (status)
    return status;
  p->objective = *weights;
  p->has_objective = true;
  return TWEED_OK;
}

/* The lists of dependences that leave and enter each op, by counting. */
static tweed_status make_lists(tweed_problem *p, tweed_error *error) {
  size_t ops = (size_t)p->nops, deps = (size_t)p->ndeps;
  p->out_begin = tweed_arena_array(p->arena, ops + 2, sizeof *p->out_begin);
  p->in_begin = tweed_arena_array(p->arena, ops + 2, sizeof *p->in_begin);
  p->out = tweed_arena_array(p->arena, deps, sizeof *p->out);
  p->in = tweed_arena_array(p->arena, deps, sizeof *p->in);
  if (!p->out_begin || !p->in_begin || !p->out || !p->in)
    return tweed_no_memory(error);
  /* begin[i + 2] counts op i; the second pass then moves begin[i + 1] from the start of i's list to its end. */
  for (size_t d = 0; d < deps; d++) {
    p->out_begin[p->deps[d].from + 2]++;
    p->in_begin[p->deps[d].to + 2]++;
  }
  for (size_t i = 2; i <= ops; i++) {
    p->out_begin[i] += p->out_begin[i - 1];
    p->in_begin[i] += p->in_begin[i - 1];
  }
  for (size_t d = 0; d < deps; d++) {
    p->out[p->out_begin[p->deps[d].from + 1]++] = (int32_t)d;
    p->in[p->in_begin[p->deps[d].to + 1]++] = (int32_t)d;
  }
  return TWEED_OK;
}

/* What the op holds, its amount counted, must fit the units. */
static tweed_status check_amount(const tweed_problem *p, int32_t op, tweed_error *error) {
  const tweed_class *class = tweed_class_of(p, op);
  for (int32_t u = 0; u < class->nuses && p->ops[op].amount > 1; u++) {
    const tweed_use *use = &class->uses[u];
    const tweed_unit *unit = &p->machine->units[use->unit];
    for (int32_t c = 0; c < use->cycles && unit->count; c++)
      if (tweed_held(p, op, use, c) > unit->count)
        return tweed_fail(error, TWEED_BAD_INPUT, "op \"%s\" holds %lld of unit \"%s\", which has %d", p->ops[op].name,
                          (long long)tweed_held(p, op, use, c), unit->name, (int)unit->count);
  }
  return TWEED_OK;
}

static void default_registers(tweed_problem *p, int32_t op) {
  if (p->ops[op].regs >= 0)
    return;
  p->ops[op].regs = 0;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++)
    if (p->deps[p->out[i]].kind == TWEED_DEP_FLOW)
      p->ops[op].regs = 1;
}

tweed_status tweed_problem_check(tweed_problem *p, tweed_culprit *culprit, tweed_error *error) {
  *culprit = (tweed_culprit){-1, -1};
  tweed_status status = check_open(p, error);
  if (status)
    return status;
  if (p->nops == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "problem \"%s\" has no ops", p->name);
  for (int32_t i = 0; i < p->nops; i++) {
    status = check_amount(p, i, error);
    culprit->op = i;
    if (status)
      return status;
  }
  culprit->op = -1;
  for (int32_t d = 0; d < p->ndeps && p->length > 0; d++)
    if (p->deps[d].distance > 0) {
      culprit->dep = d;
      return tweed_fail(error, TWEED_BAD_INPUT, "a problem with a length cannot have a dependence of distance %d",
                        (int)p->deps[d].distance);
    }
  status = make_lists(p, error);
  if (!status)
    status = tweed_problem_order(p, culprit, error);
  if (status)
    return status;
  for (int32_t i = 0; i < p->nops; i++)
    default_registers(p, i);
  p->finished = true;
  return TWEED_OK;
}

tweed_status tweed_problem_finish(tweed_problem *p, tweed_error *error) {
  tweed_culprit culprit;
  return tweed_problem_check(p, &culprit, error);
}

int32_t tweed_problem_ops(const tweed_problem *p) {
  return p->nops;
}

int32_t tweed_problem_deps(const tweed_problem *p) {
  return p->ndeps;
}

const char *tweed_problem_name(const tweed_problem *p) {
  return p->name;
}

const char *tweed_problem_op_name(const tweed_problem *p, int32_t op) {
  return p->ops[op].name;
}

const tweed_dep *tweed_problem_dep(const tweed_problem *p, int32_t dep) {
  return &p->deps[dep];
}

tweed_machine *tweed_problem_machine(const tweed_problem *p) {
  return p->machine;
}
