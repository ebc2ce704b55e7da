/* read_machine.c: machine files. */
#include "model/read.h"

#include <stdlib.h>
#include <string.h>

static const char *const machine_keys[] = {"machine",  "units", "issue", "window", "registers", "classes",
                                           "memories", "warps", "sm",    "match",  "cpus",      NULL};
static const char *const class_keys[] = {"latency",  "issue", "file",  "uses", "async",
                                         "variable", "hold",  "warps", NULL};
static const char *const memory_keys[] = {"bytes", "alloc", NULL};
static const char *const match_keys[] = {"llvm", "type", "class", NULL};
static const char *const warps_keys[] = {"groups", "sizes", "total", "registers", "staging", "handoff", NULL};
static const char *const sm_keys[] = {
    "partitions", "registers", "registers_thread", "register_unit", "threads",         "threads_block",
    "blocks",     "shared",    "shared_block",     "shared_static", "shared_reserved", "shared_unit",
    NULL};
static const char *const handoff_keys[] = {"fixed", "per_kb", "async", NULL};

/* Calls `add` for each entry of an optional map of names to something. */
typedef tweed_status (*add_entry)(tweed_reader *r, tweed_machine *m, const tweed_node *name, const tweed_node *value);

static tweed_status for_each(tweed_reader *r, tweed_machine *m, const tweed_node *root, const char *key,
                             add_entry add) {
  const tweed_node *map = tweed_node_get(root, key);
  if (!map)
    return TWEED_OK;
  tweed_status status = tweed_node_check_map(r, map, key, NULL);
  for (const tweed_node *name = map->first; name && !status; name = name->next->next)
    status = add(r, m, name, name->next);
  return status;
}

static tweed_status add_unit(tweed_reader *r, tweed_machine *m, const tweed_node *name, const tweed_node *value) {
  int64_t count = 0;
  tweed_status status = tweed_node_int(r, value, name->text, 0, TWEED_MAX_NUMBER, &count);
  if (!status)
    status = tweed_machine_add_unit(m, name->text, (int32_t)count, NULL, &r->error);
  return tweed_node_place(r, name, name->text, status);
}

static tweed_status add_registers(tweed_reader *r, tweed_machine *m, const tweed_node *name, const tweed_node *value) {
  int64_t count = 0;
  tweed_status status = tweed_node_int(r, value, name->text, 0, TWEED_MAX_NUMBER, &count);
  if (!status)
    status = tweed_machine_add_registers(m, name->text, (int32_t)count, NULL, &r->error);
  return tweed_node_place(r, name, name->text, status);
}

/* `smem: 232448` or `tmem: {bytes: 262144, alloc: live}` */
static tweed_status memory_map(tweed_reader *r, const tweed_node *name, const tweed_node *map, int64_t *bytes,
                               tweed_alloc *alloc) {
  const tweed_node *node = NULL;
  const char *word = NULL;
  tweed_status status = tweed_node_check_map(r, map, name->text, memory_keys);
  if (!status)
    status = tweed_node_required(r, map, "bytes", &node);
  if (!status)
    status = tweed_node_int(r, node, "bytes", 0, TWEED_MAX_BYTES, bytes);
  if (!status)
    status = tweed_node_get_string(r, map, "alloc", &word);
  if (status || !word)
    return status;
  if (strcmp(word, "ring") != 0 && strcmp(word, "live") != 0)
    return tweed_node_bad(r, tweed_node_get(map, "alloc"), "alloc", "\"%s\" is neither ring nor live", word);
  *alloc = strcmp(word, "live") == 0 ? TWEED_ALLOC_LIVE : TWEED_ALLOC_RING;
  return TWEED_OK;
}

static tweed_status add_memory(tweed_reader *r, tweed_machine *m, const tweed_node *name, const tweed_node *value) {
  int64_t bytes = 0;
  tweed_alloc alloc = TWEED_ALLOC_RING;
  tweed_status status = value->kind == TWEED_MAP ? memory_map(r, name, value, &bytes, &alloc)
                                                 : tweed_node_int(r, value, name->text, 0, TWEED_MAX_BYTES, &bytes);
  if (!status)
    status = tweed_machine_add_memory(m, name->text, bytes, alloc, NULL, &r->error);
  return tweed_node_place(r, name, name->text, status);
}

/* `TC: [1, 0, 1]` */
static tweed_status add_use_list(tweed_reader *r, tweed_machine *m, const tweed_node *unit, int32_t index,
                                 const tweed_node *list) {
  if (list->count == 0 || list->count > TWEED_MAX_CYCLES)
    return tweed_node_bad(r, list, unit->text, "%d cycles are out of range (1 to %d)", (int)list->count,
                          TWEED_MAX_CYCLES);
  int32_t *held = calloc((size_t)list->count, sizeof *held);
  if (!held)
    return tweed_no_memory(&r->error);
  tweed_status status = TWEED_OK;
  int32_t cycles = 0;
  for (const tweed_node *item = list->first; item && !status; item = item->next) {
    int64_t value = 0;
    status = tweed_node_int(r, item, unit->text, 0, TWEED_MAX_NUMBER, &value);
    held[cycles++] = (int32_t)value;
  }
  if (!status)
    status = tweed_machine_add_use(m, m->nclasses - 1, index, cycles, held, &r->error);
  free(held);
  return status;
}

static tweed_status add_use(tweed_reader *r, tweed_machine *m, const tweed_node *unit, const tweed_node *value) {
  int32_t index = tweed_machine_unit(m, unit->text);
  if (index < 0)
    return tweed_node_bad(r, unit, unit->text, "the machine has no such unit");
  if (value->kind == TWEED_LIST)
    return tweed_node_place(r, unit, unit->text, add_use_list(r, m, unit, index, value));
  int64_t cycles = 0;
  tweed_status status = tweed_node_int(r, value, unit->text, 1, TWEED_MAX_CYCLES, &cycles);
  if (!status)
    status = tweed_machine_add_use_ones(m, m->nclasses - 1, index, (int32_t)cycles, &r->error);
  return tweed_node_place(r, unit, unit->text, status);
}

static tweed_status class_file(tweed_reader *r, const tweed_machine *m, const tweed_node *class, int32_t *file) {
  const char *name = NULL;
  *file = -1;
  tweed_status status = tweed_node_get_string(r, class, "file", &name);
  if (status || !name)
    return status;
  *file = tweed_machine_file(m, name);
  return *file >= 0
             ? TWEED_OK
             : tweed_node_bad(r, tweed_node_get(class, "file"), "file", "no register file is named \"%s\"", name);
}

static tweed_status add_class(tweed_reader *r, tweed_machine *m, const tweed_node *name, const tweed_node *class) {
  tweed_status status = tweed_node_check_map(r, class, name->text, class_keys);
  const tweed_node *latency = NULL;
  int64_t cycles = 0, issue = 1;
  int32_t file = -1;
  int32_t hold = 0, warps = 0;
  bool async = false, variable = false;
  if (!status)
    status = tweed_node_required(r, class, "latency", &latency);
  if (!status)
    status = tweed_node_int(r, latency, "latency", 0, TWEED_MAX_NUMBER, &cycles);
  if (!status)
    status = tweed_node_get_int(r, class, "issue", 0, TWEED_MAX_ISSUE, &issue);
  if (!status)
    status = class_file(r, m, class, &file);
  if (!status)
    status = tweed_node_get_bool(r, class, "async", &async);
  if (!status)
    status = tweed_node_get_bool(r, class, "variable", &variable);
  if (!status)
    status = tweed_node_get_int32(r, class, "hold", 0, TWEED_MAX_CYCLES, &hold);
  if (!status)
    status = tweed_node_get_int32(r, class, "warps", 0, TWEED_MAX_WARPS, &warps);
  int32_t index = -1;
  if (!status)
    status = tweed_machine_add_class(m, name->text, (int32_t)cycles, (int32_t)issue, file, &index, &r->error);
  if (!status)
    status = tweed_machine_set_flags(m, index, async, variable, &r->error);
  if (!status)
    status = tweed_machine_set_group(m, index, hold, warps, &r->error);
  if (!status)
    status = for_each(r, m, class, "uses", add_use);
  return tweed_node_place(r, name, name->text, status);
}

static tweed_status add_match(tweed_reader *r, tweed_machine *m, const tweed_node *match) {
  tweed_status status = tweed_node_check_map(r, match, "match", match_keys);
  const tweed_node *node = NULL;
  const char *llvm = NULL, *type = NULL, *class = NULL;
  if (!status)
    status = tweed_node_required(r, match, "class", &node);
  if (!status)
    status = tweed_node_string(r, node, "class", &class);
  if (status)
    return status;
  int32_t index = tweed_machine_class(m, class);
  if (index < 0)
    return tweed_node_bad(r, node, "class", "the machine has no class \"%s\"", class);
  status = tweed_node_required(r, match, "llvm", &node);
  if (!status)
    status = tweed_node_string(r, node, "llvm", &llvm);
  if (!status)
    status = tweed_node_get_string(r, match, "type", &type);
  if (!status)
    status = tweed_machine_add_match(m, llvm, type, index, &r->error);
  if (!status)
    status = tweed_machine_compile(m, &r->error);
  return tweed_node_place(r, node, "match", status);
}

static tweed_status add_matches(tweed_reader *r, tweed_machine *m, const tweed_node *root) {
  const tweed_node *list = tweed_node_get(root, "match");
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, "match");
  for (const tweed_node *match = list->first; match && !status; match = match->next)
    status = add_match(r, m, match);
  return status;
}

static tweed_status add_cpus(tweed_reader *r, tweed_machine *m, const tweed_node *root) {
  const tweed_node *list = tweed_node_get(root, "cpus");
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, "cpus");
  for (const tweed_node *cpu = list->first; cpu && !status; cpu = cpu->next) {
    const char *pattern = NULL;
    status = tweed_node_string(r, cpu, "cpus", &pattern);
    if (!status)
      status = tweed_node_place(r, cpu, "cpus", tweed_machine_add_cpu(m, pattern, &r->error));
  }
  return status;
}

static tweed_status warp_sizes(tweed_reader *r, const tweed_machine *m, const tweed_node *warps, tweed_warps *out) {
  const tweed_node *list = tweed_node_get(warps, "sizes");
  if (!list)
    return TWEED_OK;
  tweed_status status = tweed_node_check_list(r, list, "sizes");
  if (!status && list->count == 0)
    status = tweed_node_bad(r, list, "sizes", "must have at least one size");
  if (status)
    return status;
  int32_t *sizes = tweed_arena_array(m->arena, (size_t)list->count, sizeof *sizes);
  if (!sizes)
    return tweed_no_memory(&r->error);
  for (const tweed_node *item = list->first; item && !status; item = item->next) {
    int64_t size = 0;
    status = tweed_node_int(r, item, "sizes", 1, TWEED_MAX_WARPS, &size);
    sizes[out->nsizes++] = (int32_t)size;
  }
  out->sizes = sizes;
  return status;
}

static tweed_status warp_staging(tweed_reader *r, const tweed_machine *m, const tweed_node *warps, int32_t *out) {
  const char *name = NULL;
  tweed_status status = tweed_node_get_string(r, warps, "staging", &name);
  if (status || !name)
    return status;
  *out = tweed_machine_memory(m, name);
  return *out >= 0
             ? TWEED_OK
             : tweed_node_bad(r, tweed_node_get(warps, "staging"), "staging", "the machine has no memory \"%s\"", name);
}

/* What handing a value over costs; `async` without a word is as dear as `fixed`. */
static tweed_status warp_handoff(tweed_reader *r, const tweed_node *warps, tweed_warps *out) {
  const tweed_node *handoff = tweed_node_get(warps, "handoff");
  if (!handoff)
    return TWEED_OK;
  tweed_status status = tweed_node_check_map(r, handoff, "handoff", handoff_keys);
  if (!status)
    status = tweed_node_get_int32(r, handoff, "fixed", 0, TWEED_MAX_NUMBER, &out->handoff_fixed);
  if (!status)
    status = tweed_node_get_int32(r, handoff, "per_kb", 0, TWEED_MAX_NUMBER, &out->handoff_per_kb);
  out->handoff_async = out->handoff_fixed;
  return status ? status : tweed_node_get_int32(r, handoff, "async", 0, TWEED_MAX_NUMBER, &out->handoff_async);
}

static tweed_status add_warps(tweed_reader *r, tweed_machine *m, const tweed_node *root) {
  const tweed_node *node = tweed_node_get(root, "warps");
  if (!node)
    return TWEED_OK;
  tweed_warps warps = {.present = true, .groups = 1, .staging = m->nmemories > 0 ? 0 : -1};
  tweed_status status = tweed_node_check_map(r, node, "warps", warps_keys);
  if (!status)
    status = tweed_node_get_int32(r, node, "groups", 1, TWEED_MAX_WARPS, &warps.groups);
  if (!status)
    status = tweed_node_get_int32(r, node, "registers", 0, TWEED_MAX_NUMBER, &warps.registers);
  if (!status)
    status = tweed_node_get_int32(r, node, "total", 0, TWEED_MAX_NUMBER, &warps.total);
  if (!status)
    status = warp_staging(r, m, node, &warps.staging);
  if (!status)
    status = warp_sizes(r, m, node, &warps);
  if (!status)
    status = warp_handoff(r, node, &warps);
  return status ? status : tweed_node_place(r, node, "warps", tweed_machine_set_warps(m, &warps, &r->error));
}

/* The limits without which there is no occupancy. */
static tweed_status sm_required(tweed_reader *r, const tweed_node *node) {
  static const char *const keys[] = {"registers", "threads", "blocks", "shared"};
  const tweed_node *ignored = NULL;
  tweed_status status = TWEED_OK;
  for (size_t i = 0; i < sizeof keys / sizeof *keys && !status; i++)
    status = tweed_node_required(r, node, keys[i], &ignored);
  return status;
}

static tweed_status sm_shared(tweed_reader *r, const tweed_node *node, tweed_sm *sm) {
  tweed_status status = tweed_node_get_int(r, node, "shared", 1, TWEED_MAX_BYTES, &sm->shared);
  sm->shared_block = sm->shared;
  if (!status)
    status = tweed_node_get_int(r, node, "shared_block", 1, TWEED_MAX_BYTES, &sm->shared_block);
  sm->shared_static = sm->shared_block;
  if (!status)
    status = tweed_node_get_int(r, node, "shared_static", 1, TWEED_MAX_BYTES, &sm->shared_static);
  if (!status)
    status = tweed_node_get_int(r, node, "shared_reserved", 0, TWEED_MAX_BYTES, &sm->shared_reserved);
  return status ? status : tweed_node_get_int(r, node, "shared_unit", 1, TWEED_MAX_NUMBER, &sm->shared_unit);
}

static tweed_status add_sm(tweed_reader *r, tweed_machine *m, const tweed_node *root) {
  const tweed_node *node = tweed_node_get(root, "sm");
  if (!node)
    return TWEED_OK;
  tweed_sm sm = {.partitions = 1, .registers_thread = 255, .register_unit = 1, .threads_block = 1024, .shared_unit = 1};
  const struct {
    const char *key;
    int32_t *value;
  } numbers[] = {
      {"partitions", &sm.partitions},
      {"registers", &sm.registers},
      {"registers_thread", &sm.registers_thread},
      {"register_unit", &sm.register_unit},
      {"threads", &sm.threads},
      {"threads_block", &sm.threads_block},
      {"blocks", &sm.blocks},
  };
  tweed_status status = tweed_node_check_map(r, node, "sm", sm_keys);
  if (!status)
    status = sm_required(r, node);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !status; i++)
    status = tweed_node_get_int32(r, node, numbers[i].key, 1, TWEED_MAX_NUMBER, numbers[i].value);
  if (!status)
    status = sm_shared(r, node, &sm);
  return status ? status : tweed_node_place(r, node, "sm", tweed_machine_set_sm(m, &sm, &r->error));
}

static tweed_status fill_machine(tweed_reader *r, const tweed_node *root, tweed_machine *m) {
  int32_t issue = 0, window = 0;
  tweed_status status = tweed_node_get_int32(r, root, "issue", 0, TWEED_MAX_NUMBER, &issue);
  if (!status)
    status = tweed_machine_set_issue(m, issue, &r->error);
  if (!status)
    status = tweed_node_get_int32(r, root, "window", 0, TWEED_MAX_NUMBER, &window);
  if (!status)
    status = tweed_machine_set_window(m, window, &r->error);
  if (!status)
    status = for_each(r, m, root, "units", add_unit);
  if (!status)
    status = for_each(r, m, root, "registers", add_registers);
  if (!status)
    status = for_each(r, m, root, "memories", add_memory);
  const tweed_node *classes = NULL;
  if (!status)
    status = tweed_node_required(r, root, "classes", &classes);
  if (!status)
    status = for_each(r, m, root, "classes", add_class);
  if (!status)
    status = add_matches(r, m, root);
  if (!status)
    status = add_cpus(r, m, root);
  if (!status)
    status = add_warps(r, m, root);
  if (!status)
    status = add_sm(r, m, root);
  if (!status)
    status = tweed_node_place(r, classes, "classes", tweed_machine_finish(m, &r->error));
  return status;
}

tweed_status tweed_decode_machine(tweed_reader *r, const tweed_node *root, tweed_machine **out) {
  *out = NULL;
  const tweed_node *node = NULL;
  const char *name = NULL;
  tweed_status status = tweed_node_check_map(r, root, "machine", machine_keys);
  if (!status)
    status = tweed_node_required(r, root, "machine", &node);
  if (!status)
    status = tweed_node_string(r, node, "machine", &name);
  tweed_machine *m = NULL;
  if (!status)
    status = tweed_node_place(r, node, "machine", tweed_machine_new(name, &m, &r->error));
  if (!status)
    status = fill_machine(r, root, m);
  if (status)
    tweed_machine_free(m);
  else
    *out = m;
  return status;
}
