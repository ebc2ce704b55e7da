/* machine.c: building machines and asking them. */
#define _POSIX_C_SOURCE 200809L
#include "model/build.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_UNITS = 4096, MAX_CLASSES = 4096, MAX_FILES = 64, MAX_MEMORIES = 64, MAX_PATTERNS = 65536 };

static tweed_status check_open(const tweed_machine *m, tweed_error *error) {
  return m->finished ? tweed_fail(error, TWEED_BAD_INPUT, "machine \"%s\" is finished and cannot change", m->name)
                     : TWEED_OK;
}

/* Makes room for one more element; `count` is how many there are. */
static tweed_status room(tweed_machine *m, void **items, size_t *capacity, int32_t count, int32_t limit, size_t size,
                         const char *what, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (status)
    return status;
  if (count >= limit)
    return tweed_fail(error, TWEED_BAD_INPUT, "more than %d %s", (int)limit, what);
  return tweed_arena_grow(m->arena, items, capacity, (size_t)count + 1, size) ? TWEED_OK : tweed_no_memory(error);
}

static tweed_status copy_name(tweed_machine *m, const char *what, const char *name, const char **out,
                              tweed_error *error) {
  tweed_status status = tweed_check_name(what, name, error);
  if (status)
    return status;
  *out = tweed_arena_strdup(m->arena, name);
  return *out ? TWEED_OK : tweed_no_memory(error);
}

static tweed_status twice(const char *what, const char *name, tweed_error *error) {
  return tweed_fail(error, TWEED_BAD_INPUT, "%s \"%s\" is there twice", what, name);
}

tweed_status tweed_machine_new(const char *name, tweed_machine **out, tweed_error *error) {
  *out = NULL;
  tweed_arena *arena = tweed_arena_new();
  tweed_machine *m = arena ? tweed_arena_alloc(arena, sizeof *m) : NULL;
  if (!m) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  m->arena = arena;
  m->references = 1;
  m->issue_unit = -1;
  tweed_status status = copy_name(m, "machine's name", name, &m->name, error);
  if (status)
    tweed_machine_free(m);
  else
    *out = m;
  return status;
}

int32_t tweed_machine_unit(const tweed_machine *m, const char *name) {
  for (int32_t i = 0; i < m->nunits; i++)
    if (strcmp(m->units[i].name, name) == 0)
      return i;
  return -1;
}

int32_t tweed_machine_class(const tweed_machine *m, const char *name) {
  for (int32_t i = 0; i < m->nclasses; i++)
    if (strcmp(m->classes[i].name, name) == 0)
      return i;
  return -1;
}

int32_t tweed_machine_file(const tweed_machine *m, const char *name) {
  for (int32_t i = 0; i < m->nfiles; i++)
    if (strcmp(m->files[i].name, name) == 0)
      return i;
  return -1;
}

int32_t tweed_machine_memory(const tweed_machine *m, const char *name) {
  for (int32_t i = 0; i < m->nmemories; i++)
    if (strcmp(m->memories[i].name, name) == 0)
      return i;
  return -1;
}

tweed_status tweed_machine_add_unit(tweed_machine *m, const char *name, int32_t count, int32_t *index,
                                    tweed_error *error) {
  tweed_status status =
      room(m, (void **)&m->units, &m->cap_units, m->nunits, MAX_UNITS, sizeof *m->units, "units", error);
  if (!status)
    status = tweed_check_range("count", count, 0, TWEED_MAX_NUMBER, error);
  tweed_unit unit = {NULL, count};
  if (!status)
    status = copy_name(m, "unit's name", name, &unit.name, error);
  if (status)
    return status;
  if (strcmp(name, "issue") == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "\"issue\" is reserved for the issue slots; name the unit otherwise");
  if (tweed_machine_unit(m, name) >= 0)
    return twice("unit", name, error);
  if (index)
    *index = m->nunits;
  m->units[m->nunits++] = unit;
  return TWEED_OK;
}

tweed_status tweed_machine_set_issue(tweed_machine *m, int32_t ops_per_cycle, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (!status)
    status = tweed_check_range("issue", ops_per_cycle, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    m->issue = ops_per_cycle;
  return status;
}

tweed_status tweed_machine_set_window(tweed_machine *m, int32_t instructions, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (!status)
    status = tweed_check_range("window", instructions, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    m->window = instructions;
  return status;
}

tweed_status tweed_machine_add_registers(tweed_machine *m, const char *file, int32_t count, int32_t *index,
                                         tweed_error *error) {
  tweed_status status =
      room(m, (void **)&m->files, &m->cap_files, m->nfiles, MAX_FILES, sizeof *m->files, "register files", error);
  if (!status)
    status = tweed_check_range("count", count, 0, TWEED_MAX_NUMBER, error);
  tweed_register_file new = {NULL, count};
  if (!status)
    status = copy_name(m, "register file's name", file, &new.name, error);
  if (status)
    return status;
  if (tweed_machine_file(m, file) >= 0)
    return twice("register file", file, error);
  if (index)
    *index = m->nfiles;
  m->files[m->nfiles++] = new;
  return TWEED_OK;
}

tweed_status tweed_machine_add_memory(tweed_machine *m, const char *name, int64_t bytes, tweed_alloc alloc,
                                      int32_t *index, tweed_error *error) {
  tweed_status status = room(m, (void **)&m->memories, &m->cap_memories, m->nmemories, MAX_MEMORIES,
                             sizeof *m->memories, "memories", error);
  if (!status)
    status = tweed_check_range("size", bytes, 0, TWEED_MAX_BYTES, error);
  if (!status)
    status = tweed_check_range("alloc", (int64_t)alloc, TWEED_ALLOC_RING, TWEED_ALLOC_LIVE, error);
  tweed_memory new = {NULL, bytes, alloc};
  if (!status)
    status = copy_name(m, "memory's name", name, &new.name, error);
  if (status)
    return status;
  if (tweed_machine_memory(m, name) >= 0)
    return twice("memory", name, error);
  if (index)
    *index = m->nmemories;
  m->memories[m->nmemories++] = new;
  return TWEED_OK;
}

tweed_status tweed_machine_add_class(tweed_machine *m, const char *name, int32_t latency, int32_t issue, int32_t file,
                                     int32_t *index, tweed_error *error) {
  tweed_status status =
      room(m, (void **)&m->classes, &m->cap_classes, m->nclasses, MAX_CLASSES, sizeof *m->classes, "classes", error);
  if (!status)
    status = tweed_check_range("latency", latency, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("issue", issue, 0, TWEED_MAX_ISSUE, error);
  if (!status)
    status = tweed_check_range("register file", file, -1, (int64_t)m->nfiles - 1, error);
  tweed_class new = {.latency = latency, .issue = issue, .file = file};
  if (!status)
    status = copy_name(m, "class's name", name, &new.name, error);
  if (status)
    return status;
  if (tweed_machine_class(m, name) >= 0)
    return twice("class", name, error);
  if (index)
    *index = m->nclasses;
  m->classes[m->nclasses++] = new;
  return TWEED_OK;
}

static tweed_status check_class(const tweed_machine *m, int32_t class_index, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (!status)
    status = tweed_check_range("class number", class_index, 0, (int64_t)m->nclasses - 1, error);
  return status;
}

tweed_status tweed_machine_set_flags(tweed_machine *m, int32_t class_index, bool async, bool variable,
                                     tweed_error *error) {
  tweed_status status = check_class(m, class_index, error);
  if (status)
    return status;
  m->classes[class_index].async = async;
  m->classes[class_index].variable = variable;
  return TWEED_OK;
}

tweed_status tweed_machine_set_group(tweed_machine *m, int32_t class_index, int32_t hold, int32_t warps,
                                     tweed_error *error) {
  tweed_status status = check_class(m, class_index, error);
  if (!status)
    status = tweed_check_range("hold", hold, 0, TWEED_MAX_CYCLES, error);
  if (!status)
    status = tweed_check_range("warps", warps, 0, TWEED_MAX_WARPS, error);
  if (status)
    return status;
  m->classes[class_index].hold = hold;
  m->classes[class_index].warps = warps;
  return TWEED_OK;
}

/* Appends to a class's uses. Their array doubles whenever it is full, which it is at 0, 1, 2, 4, … elements. */
static tweed_status append_use(tweed_machine *m, tweed_class *class, const tweed_use *use, tweed_error *error) {
  size_t count = (size_t)class->nuses;
  if ((count & (count - 1)) == 0) {
    tweed_use *bigger = tweed_arena_array(m->arena, count ? 2 * count : 1, sizeof *bigger);
    if (!bigger)
      return tweed_no_memory(error);
    if (count)
      memcpy(bigger, class->uses, count * sizeof *bigger);
    class->uses = bigger;
  }
  class->uses[class->nuses++] = *use;
  return TWEED_OK;
}

static tweed_status check_use(const tweed_machine *m, int32_t class_index, int32_t unit, int32_t cycles,
                              tweed_error *error) {
  tweed_status status = check_class(m, class_index, error);
  if (!status)
    status = tweed_check_range("unit number", unit, 0, (int64_t)m->nunits - 1, error);
  if (!status)
    status = tweed_check_range("occupancy", cycles, 1, TWEED_MAX_CYCLES, error);
  if (status)
    return status;
  const tweed_class *class = &m->classes[class_index];
  for (int32_t i = 0; i < class->nuses; i++)
    if (class->uses[i].unit == unit)
      return tweed_fail(error, TWEED_BAD_INPUT, "class \"%s\" uses unit \"%s\" twice", class->name,
                        m->units[unit].name);
  return TWEED_OK;
}

static tweed_status above_count(const tweed_machine *m, int32_t class_index, int32_t unit, int64_t held,
                                tweed_error *error) {
  return tweed_fail(error, TWEED_BAD_INPUT, "class \"%s\" holds %lld of unit \"%s\", which has %d",
                    m->classes[class_index].name, (long long)held, m->units[unit].name, (int)m->units[unit].count);
}

tweed_status tweed_machine_add_use(tweed_machine *m, int32_t class_index, int32_t unit, int32_t cycles,
                                   const int32_t *held, tweed_error *error) {
  tweed_status status = check_use(m, class_index, unit, cycles, error);
  if (status)
    return status;
  int32_t count = m->units[unit].count;
  for (int32_t c = 0; c < cycles; c++) {
    status = tweed_check_range("occupancy", held[c], 0, TWEED_MAX_NUMBER, error);
    if (status)
      return status;
    if (count && held[c] > count)
      return above_count(m, class_index, unit, held[c], error);
  }
  while (cycles > 0 && held[cycles - 1] == 0)
    cycles--;
  if (cycles == 0)
    return TWEED_OK;
  int32_t *copy = tweed_arena_array(m->arena, (size_t)cycles, sizeof *copy);
  if (!copy)
    return tweed_no_memory(error);
  memcpy(copy, held, (size_t)cycles * sizeof *copy);
  return append_use(m, &m->classes[class_index], &(tweed_use){unit, cycles, copy}, error);
}

/* All such uses share one array of ones, so that a short file cannot ask for much memory. */
static const int32_t *ones(tweed_machine *m, int32_t cycles) {
  size_t needed = (size_t)cycles, had = m->cap_ones;
  if (!tweed_arena_grow(m->arena, (void **)&m->ones, &m->cap_ones, needed, sizeof *m->ones))
    return NULL;
  for (size_t i = had; i < m->cap_ones; i++)
    m->ones[i] = 1;
  return m->ones;
}

tweed_status tweed_machine_add_use_ones(tweed_machine *m, int32_t class_index, int32_t unit, int32_t cycles,
                                        tweed_error *error) {
  tweed_status status = check_use(m, class_index, unit, cycles, error);
  if (status)
    return status;
  const int32_t *held = ones(m, cycles);
  return held ? append_use(m, &m->classes[class_index], &(tweed_use){unit, cycles, held}, error)
              : tweed_no_memory(error);
}

tweed_status tweed_machine_add_match(tweed_machine *m, const char *llvm, const char *type, int32_t class_index,
                                     tweed_error *error) {
  tweed_status status = room(m, (void **)&m->matches, &m->cap_matches, m->nmatches, MAX_PATTERNS, sizeof *m->matches,
                             "match entries", error);
  if (!status)
    status = check_class(m, class_index, error);
  tweed_match new = {.class_index = class_index};
  if (!status)
    status = copy_name(m, "pattern", llvm, &new.llvm, error);
  if (!status && type)
    status = copy_name(m, "pattern", type, &new.type, error);
  if (!status)
    m->matches[m->nmatches++] = new;
  return status;
}

tweed_status tweed_machine_add_cpu(tweed_machine *m, const char *pattern, tweed_error *error) {
  tweed_status status =
      room(m, (void **)&m->cpus, &m->cap_cpus, m->ncpus, MAX_PATTERNS, sizeof *m->cpus, "cpus", error);
  const char *copy = NULL;
  if (!status)
    status = copy_name(m, "cpu pattern", pattern, &copy, error);
  if (!status)
    status = tweed_check_cpu(copy, error);
  if (!status)
    m->cpus[m->ncpus++] = copy;
  return status;
}

static tweed_status check_warps(const tweed_machine *m, const tweed_warps *warps, tweed_error *error) {
  tweed_status status = tweed_check_range("groups", warps->groups, 1, TWEED_MAX_WARPS, error);
  if (!status)
    status = tweed_check_range("total", warps->total, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("registers", warps->registers, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("staging", warps->staging, -1, (int64_t)m->nmemories - 1, error);
  if (!status)
    status = tweed_check_range("handoff's fixed", warps->handoff_fixed, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("handoff's per_kb", warps->handoff_per_kb, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("handoff's async", warps->handoff_async, 0, TWEED_MAX_NUMBER, error);
  if (!status)
    status = tweed_check_range("number of sizes", warps->nsizes, 0, TWEED_MAX_WARPS, error);
  for (int32_t i = 0; i < warps->nsizes && !status; i++) {
    status = tweed_check_range("size", warps->sizes[i], 1, TWEED_MAX_WARPS, error);
    if (!status && i > 0 && warps->sizes[i] <= warps->sizes[i - 1])
      status = tweed_fail(error, TWEED_BAD_INPUT, "sizes must rise, but %d follows %d", (int)warps->sizes[i],
                          (int)warps->sizes[i - 1]);
  }
  return status;
}

tweed_status tweed_machine_set_warps(tweed_machine *m, const tweed_warps *warps, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (!status)
    status = check_warps(m, warps, error);
  if (status)
    return status;
  int32_t count = warps->nsizes > 0 ? warps->nsizes : 1;
  int32_t *sizes = tweed_arena_array(m->arena, (size_t)count, sizeof *sizes);
  if (!sizes)
    return tweed_no_memory(error);
  sizes[0] = 1;
  if (warps->nsizes > 0)
    memcpy(sizes, warps->sizes, (size_t)count * sizeof *sizes);
  m->warps = *warps;
  m->warps.present = true;
  m->warps.nsizes = count;
  m->warps.sizes = sizes;
  return TWEED_OK;
}

tweed_status tweed_machine_set_sm(tweed_machine *m, const tweed_sm *sm, tweed_error *error) {
  const struct {
    const char *name;
    int64_t value, most;
  } wanted[] = {
      {"partitions", sm->partitions, TWEED_MAX_NUMBER},
      {"registers", sm->registers, TWEED_MAX_NUMBER},
      {"registers_thread", sm->registers_thread, TWEED_MAX_NUMBER},
      {"register_unit", sm->register_unit, TWEED_MAX_NUMBER},
      {"threads", sm->threads, TWEED_MAX_NUMBER},
      {"blocks", sm->blocks, TWEED_MAX_NUMBER},
      {"threads_block", sm->threads_block, TWEED_MAX_NUMBER},
      {"shared", sm->shared, TWEED_MAX_BYTES},
      {"shared_block", sm->shared_block, sm->shared},
      {"shared_static", sm->shared_static, sm->shared_block},
      {"shared_unit", sm->shared_unit, TWEED_MAX_NUMBER},
  };
  tweed_status status = check_open(m, error);
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++)
    status = tweed_check_range(wanted[i].name, wanted[i].value, 1, wanted[i].most, error);
  if (!status)
    status = tweed_check_range("shared_reserved", sm->shared_reserved, 0, sm->shared, error);
  if (status)
    return status;
  m->sm = *sm;
  m->sm.present = true;
  return TWEED_OK;
}

/* There is a size of group for each class. */
static tweed_status check_sizes(const tweed_machine *m, tweed_error *error) {
  for (int32_t i = 0; i < m->nclasses && m->warps.present; i++) {
    int32_t most = m->warps.sizes[m->warps.nsizes - 1];
    if (m->classes[i].warps > most)
      return tweed_fail(error, TWEED_BAD_INPUT, "class \"%s\" needs %d warps, but the largest group has %d",
                        m->classes[i].name, (int)m->classes[i].warps, (int)most);
  }
  return TWEED_OK;
}

/* A class that issues more than the machine can in a cycle takes all slots of as many cycles as it needs. */
static tweed_status add_issue_use(tweed_machine *m, int32_t class_index, tweed_error *error) {
  int32_t issue = m->classes[class_index].issue;
  int32_t cycles = (issue + m->issue - 1) / m->issue;
  int32_t *held = tweed_arena_alloc(m->arena, (size_t)cycles * sizeof *held);
  if (!held)
    return tweed_no_memory(error);
  for (int32_t c = 0; c < cycles; c++, issue -= m->issue)
    held[c] = issue < m->issue ? issue : m->issue;
  return tweed_machine_add_use(m, class_index, m->issue_unit, cycles, held, error);
}

static bool uses_unit(const tweed_class *class, int32_t unit) {
  for (int32_t i = 0; i < class->nuses; i++)
    if (class->uses[i].unit == unit)
      return true;
  return false;
}

/* Makes the issue width a unit like any other. After a failure it may be called again: it does what is still to do. */
static tweed_status add_issue_unit(tweed_machine *m, tweed_error *error) {
  if (m->issue == 0)
    return TWEED_OK;
  if (m->issue_unit < 0) {
    if (!tweed_arena_grow(m->arena, (void **)&m->units, &m->cap_units, (size_t)m->nunits + 1, sizeof *m->units))
      return tweed_no_memory(error);
    m->issue_unit = m->nunits;
    m->units[m->nunits++] = (tweed_unit){"issue", m->issue};
  }
  for (int32_t i = 0; i < m->nclasses; i++) {
    if (m->classes[i].issue == 0 || uses_unit(&m->classes[i], m->issue_unit))
      continue;
    tweed_status status = add_issue_use(m, i, error);
    if (status)
      return status;
  }
  return TWEED_OK;
}

tweed_status tweed_machine_finish(tweed_machine *m, tweed_error *error) {
  tweed_status status = check_open(m, error);
  if (status)
    return status;
  if (m->nclasses == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "machine \"%s\" has no classes", m->name);
  status = check_sizes(m, error);
  if (!status)
    status = add_issue_unit(m, error);
  if (!status)
    status = tweed_machine_compile(m, error);
  if (!status && m->warps.present && m->warps.staging < 0 && m->nmemories > 0)
    m->warps.staging = 0;
  if (!status)
    m->finished = true;
  return status;
}

tweed_machine *tweed_machine_retain(tweed_machine *m) {
  __atomic_add_fetch(&m->references, 1, __ATOMIC_RELAXED);
  return m;
}

void tweed_machine_free(tweed_machine *m) {
  if (!m || __atomic_sub_fetch(&m->references, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  tweed_machine_forget(m);
  tweed_arena_free(m->arena);
}

const char *tweed_machine_name(const tweed_machine *m) {
  return m->name;
}

int32_t tweed_machine_window(const tweed_machine *m) {
  return m->window;
}

const tweed_sm *tweed_machine_sm(const tweed_machine *m) {
  return m->sm.present ? &m->sm : NULL;
}

const char *tweed_machine_unit_name(const tweed_machine *m, int32_t i, int32_t *count) {
  if (i < 0 || i >= m->nunits)
    return NULL;
  if (count)
    *count = m->units[i].count;
  return m->units[i].name;
}

const char *tweed_machine_class_name(const tweed_machine *m, int32_t i, int32_t *latency) {
  if (i < 0 || i >= m->nclasses)
    return NULL;
  if (latency)
    *latency = m->classes[i].latency;
  return m->classes[i].name;
}

int64_t tweed_machine_class_work(const tweed_machine *m, int32_t class_index, int32_t unit) {
  int64_t work = 0;
  for (int32_t u = 0; class_index >= 0 && class_index < m->nclasses && u < m->classes[class_index].nuses; u++) {
    const tweed_use *use = &m->classes[class_index].uses[u];
    for (int32_t c = 0; use->unit == unit && c < use->cycles; c++)
      work += use->held[c];
  }
  return work;
}
