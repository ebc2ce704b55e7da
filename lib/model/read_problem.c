/* read_problem.c: problem files. */
#define _POSIX_C_SOURCE 200809L
#include "model/read.h"

#include <stdlib.h>
#include <string.h>

static const char *const problem_keys[] = {"problem", "machine",   "ops",      "deps",
                                           "length",  "objective", "reserved", NULL};
static const char *const op_keys[] = {"name", "class", "regs", "amount", "bytes", "where", NULL};
static const char *const dep_keys[] = {"from", "to", "latency", "distance", "kind", "blocking", "bytes", NULL};
static const char *const objective_keys[] = {"resource", "communication", "memory", NULL};

/* A machine is a file where its text looks like a path: `machines/mine.yaml`, relative to the problem's file. */
static bool is_path(const char *text) {
  return strchr(text, '/') || strstr(text, ".yaml") || strstr(text, ".yml") || strstr(text, ".json");
}

static tweed_status read_machine_file(tweed_reader *r, const char *path, tweed_machine **out) {
  const char *slash = path[0] == '/' ? NULL : strrchr(r->file, '/');
  size_t directory = slash ? (size_t)(slash - r->file) + 1 : 0;
  char *full = tweed_arena_alloc(r->arena, directory + strlen(path) + 1);
  if (!full)
    return tweed_no_memory(&r->error);
  memcpy(full, r->file, directory);
  memcpy(full + directory, path, strlen(path) + 1);
  return tweed_machine_read_regular(full, out, &r->error);
}

static tweed_status decode_machine_of(tweed_reader *r, const tweed_node *root, tweed_machine **out) {
  const tweed_node *node = NULL;
  tweed_status status = tweed_node_required(r, root, "machine", &node);
  if (status)
    return status;
  if (node->kind == TWEED_MAP)
    return tweed_decode_machine(r, node, out);
  const char *text = NULL;
  status = tweed_node_string(r, node, "machine", &text);
  if (status)
    return status;
  status = is_path(text) ? read_machine_file(r, text, out) : tweed_machine_shipped(text, out, &r->error);
  if (status == TWEED_BAD_INPUT && !r->error.line && r->error.file[0])
    return tweed_node_bad(r, node, "machine", "%s: %s", text, r->error.message);
  return tweed_node_place(r, node, "machine", status);
}

/* `KEY: {smem: 1024}`: bytes of memories, of an op, or (op < 0) of the whole problem. */
static tweed_status decode_bytes(tweed_reader *r, tweed_problem *p, const tweed_node *parent, const char *key,
                                 int32_t op) {
  const tweed_node *map = tweed_node_get(parent, key);
  if (!map)
    return TWEED_OK;
  tweed_status status = tweed_node_check_map(r, map, key, NULL);
  for (const tweed_node *name = map->first; name && !status; name = name->next->next) {
    int32_t memory = tweed_machine_memory(p->machine, name->text);
    if (memory < 0)
      return tweed_node_bad(r, name, name->text, "the machine has no such memory");
    int64_t bytes = 0;
    status = tweed_node_int(r, name->next, name->text, 0, TWEED_MAX_BYTES, &bytes);
    if (!status)
      status = op < 0 ? tweed_problem_set_reserved(p, memory, bytes, &r->error)
                      : tweed_problem_set_bytes(p, op, memory, bytes, &r->error);
  }
  return status;
}

static tweed_status decode_op(tweed_reader *r, tweed_problem *p, const tweed_node *op) {
  const tweed_node *name_node = NULL, *class_node = NULL;
  const char *name = NULL, *class = NULL, *where = NULL;
  int32_t regs = -1, amount = 1, index = -1;
  tweed_status status = tweed_node_check_map(r, op, "ops", op_keys);
  if (!status)
    status = tweed_node_required(r, op, "name", &name_node);
  if (!status)
    status = tweed_node_string(r, name_node, "name", &name);
  if (!status)
    status = tweed_node_required(r, op, "class", &class_node);
  if (!status)
    status = tweed_node_string(r, class_node, "class", &class);
  if (!status)
    status = tweed_node_get_int32(r, op, "regs", 0, TWEED_MAX_NUMBER, &regs);
  if (!status)
    status = tweed_node_get_int32(r, op, "amount", 0, TWEED_MAX_NUMBER, &amount);
  if (!status)
    status = tweed_node_get_string(r, op, "where", &where);
  if (status)
    return status;
  int32_t class_index = tweed_machine_class(p->machine, class);
  if (class_index < 0)
    return tweed_node_bad(r, class_node, "class", "machine \"%s\" has no class \"%s\"", p->machine->name, class);
  status = tweed_problem_add_op(p, name, class_index, regs, &index, &r->error);
  if (!status)
    status = tweed_problem_set_amount(p, index, amount, &r->error);
  if (status)
    return tweed_node_place(r, name_node, "name", status);
  if (where)
    status = tweed_node_place(r, op, "where", tweed_problem_set_where(p, index, where, &r->error));
  return status ? status : decode_bytes(r, p, op, "bytes", p->nops - 1);
}

static tweed_status decode_end(tweed_reader *r, const tweed_problem *p, const tweed_node *dep, const char *key,
                               int32_t *op) {
  const tweed_node *node = NULL;
  const char *name = NULL;
  tweed_status status = tweed_node_required(r, dep, key, &node);
  if (!status)
    status = tweed_node_string(r, node, key, &name);
  if (status)
    return status;
  *op = tweed_problem_op(p, name);
  return *op >= 0 ? TWEED_OK : tweed_node_bad(r, node, key, "no op is named \"%s\"", name);
}

static tweed_status decode_kind(tweed_reader *r, const tweed_node *dep, tweed_dep_kind *out) {
  const char *text = NULL;
  tweed_status status = tweed_node_get_string(r, dep, "kind", &text);
  if (status || !text)
    return status;
  for (size_t i = 0; i <= TWEED_DEP_ASYNC; i++)
    if (strcmp(text, tweed_dep_kind_names[i]) == 0) {
      *out = (tweed_dep_kind)i;
      return TWEED_OK;
    }
  return tweed_node_bad(r, tweed_node_get(dep, "kind"), "kind",
                        "\"%s\" is none of flow, anti, output, memory, control, async", text);
}

static tweed_status decode_dep(tweed_reader *r, tweed_problem *p, const tweed_node *node) {
  tweed_dep dep = {.latency = -1};
  tweed_status status = tweed_node_check_map(r, node, "deps", dep_keys);
  if (!status)
    status = decode_end(r, p, node, "from", &dep.from);
  if (!status)
    status = decode_end(r, p, node, "to", &dep.to);
  if (!status)
    status = tweed_node_get_int32(r, node, "latency", 0, TWEED_MAX_NUMBER, &dep.latency);
  if (!status)
    status = tweed_node_get_int32(r, node, "distance", 0, TWEED_MAX_NUMBER, &dep.distance);
  if (!status)
    status = decode_kind(r, node, &dep.kind);
  if (!status)
    status = tweed_node_get_bool(r, node, "blocking", &dep.blocking);
  if (!status)
    status = tweed_node_get_int(r, node, "bytes", 0, TWEED_MAX_BYTES, &dep.bytes);
  return status ? status : tweed_node_place(r, node, "deps", tweed_problem_add_dep(p, &dep, &r->error));
}

static tweed_status decode_objective(tweed_reader *r, tweed_problem *p, const tweed_node *root) {
  const tweed_node *node = tweed_node_get(root, "objective");
  if (!node)
    return TWEED_OK;
  tweed_objective weights = {0, 0, 0};
  tweed_status status = tweed_node_check_map(r, node, "objective", objective_keys);
  if (!status)
    status = tweed_node_get_real(r, node, "resource", 0, TWEED_MAX_NUMBER, &weights.resource);
  if (!status)
    status = tweed_node_get_real(r, node, "communication", 0, TWEED_MAX_NUMBER, &weights.communication);
  if (!status)
    status = tweed_node_get_real(r, node, "memory", 0, TWEED_MAX_NUMBER, &weights.memory);
  return status ? status : tweed_problem_set_objective(p, &weights, &r->error);
}

static const tweed_node *item(const tweed_node *list, int32_t index) {
  const tweed_node *node = list->first;
  while (index-- > 0)
    node = node->next;
  return node;
}

/* Finishes the problem; what is wrong with the whole is put at the op or dependence that it is about. */
static tweed_status finish(tweed_reader *r, tweed_problem *p, const tweed_node *ops, const tweed_node *deps) {
  tweed_culprit culprit;
  tweed_status status = tweed_problem_check(p, &culprit, &r->error);
  if (!status)
    return status;
  if (culprit.op >= 0)
    return tweed_node_place(r, item(ops, culprit.op), "ops", status);
  if (culprit.dep >= 0)
    return tweed_node_place(r, item(deps, culprit.dep), "deps", status);
  return tweed_node_place(r, ops, "ops", status);
}

static tweed_status fill_problem(tweed_reader *r, const tweed_node *root, tweed_problem *p) {
  const tweed_node *ops = NULL, *deps = tweed_node_get(root, "deps"), *length = tweed_node_get(root, "length");
  tweed_status status = tweed_node_required(r, root, "ops", &ops);
  if (!status)
    status = tweed_node_check_list(r, ops, "ops");
  for (const tweed_node *op = status ? NULL : ops->first; op && !status; op = op->next)
    status = decode_op(r, p, op);
  if (!status && deps)
    status = tweed_node_check_list(r, deps, "deps");
  for (const tweed_node *dep = status || !deps ? NULL : deps->first; dep && !status; dep = dep->next)
    status = decode_dep(r, p, dep);
  int64_t steps = 0;
  if (!status && length)
    status = tweed_node_int(r, length, "length", 1, TWEED_MAX_NUMBER, &steps);
  if (!status && length)
    status = tweed_problem_set_length(p, steps, &r->error);
  if (!status)
    status = decode_bytes(r, p, root, "reserved", -1);
  if (!status)
    status = decode_objective(r, p, root);
  return status ? status : finish(r, p, ops, deps);
}

tweed_status tweed_decode_problem(tweed_reader *r, const tweed_node *root, tweed_problem **out) {
  *out = NULL;
  const tweed_node *node = NULL;
  const char *name = NULL;
  tweed_machine *machine = NULL;
  tweed_problem *p = NULL;
  tweed_status status = tweed_node_check_map(r, root, "problem", problem_keys);
  if (!status)
    status = tweed_node_required(r, root, "problem", &node);
  if (!status)
    status = tweed_node_string(r, node, "problem", &name);
  if (!status)
    status = decode_machine_of(r, root, &machine);
  if (!status)
    status = tweed_node_place(r, node, "problem", tweed_problem_new(name, machine, &p, &r->error));
  tweed_machine_free(machine);
  if (!status)
    status = fill_problem(r, root, p);
  if (status)
    tweed_problem_free(p);
  else
    *out = p;
  return status;
}
