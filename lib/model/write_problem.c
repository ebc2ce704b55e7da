/* write_problem.c: problems and machines as YAML, by libyaml. */
#include "model/build.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Text being written. After a failure everything else is skipped. */
typedef struct writer {
  yaml_emitter_t emitter;
  bool failed;
  char *text;
  size_t used, capacity;
} writer;

static int collect(void *user, unsigned char *bytes, size_t size) {
  writer *w = user;
  if (size > SIZE_MAX / 4 - w->used)
    return 0;
  if (w->capacity - w->used <= size) {
    size_t capacity = 2 * (w->used + size) + 1024;
    char *bigger = realloc(w->text, capacity);
    if (!bigger)
      return 0;
    w->text = bigger;
    w->capacity = capacity;
  }
  memcpy(w->text + w->used, bytes, size);
  w->used += size;
  w->text[w->used] = 0;
  return 1;
}

/* Emits an event that has been made (made = 0: it could not be). */
static void emit(writer *w, yaml_event_t *event, int made) {
  if (!made)
    w->failed = true;
  else if (w->failed)
    yaml_event_delete(event);
  else if (!yaml_emitter_emit(&w->emitter, event))
    w->failed = true;
}

static void put(writer *w, const char *text) {
  yaml_event_t event;
  if (w->failed)
    return;
  emit(w, &event,
       yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
                                    YAML_ANY_SCALAR_STYLE));
}

static void put_quoted(writer *w, const char *text) {
  yaml_event_t event;
  if (w->failed)
    return;
  emit(w, &event,
       yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 0, 1,
                                    YAML_DOUBLE_QUOTED_SCALAR_STYLE));
}

static void put_int(writer *w, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  put(w, text);
}

static void begin_map(writer *w, bool flow) {
  yaml_event_t event;
  if (!w->failed)
    emit(w, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
                                             flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE));
}

static void end_map(writer *w) {
  yaml_event_t event;
  if (!w->failed)
    emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

static void begin_list(writer *w, bool flow) {
  yaml_event_t event;
  if (!w->failed)
    emit(w, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                              flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE));
}

static void end_list(writer *w) {
  yaml_event_t event;
  if (!w->failed)
    emit(w, &event, yaml_sequence_end_event_initialize(&event));
}

static void put_entry(writer *w, const char *key, int64_t value) {
  put(w, key);
  put_int(w, value);
}

static void put_real(writer *w, const char *key, double value) {
  json_t *number = json_real(value);
  char *text = number ? json_dumps(number, JSON_ENCODE_ANY) : NULL;
  json_decref(number);
  put(w, key);
  if (text)
    put(w, text);
  else
    w->failed = true;
  free(text);
}

/* `TC: 512` where it is one for more than four cycles, else `TC: [1, 0, 2]`. */
static void put_use(writer *w, const tweed_machine *m, const tweed_use *use) {
  bool ones = true;
  for (int32_t c = 0; c < use->cycles; c++)
    ones = ones && use->held[c] == 1;
  put(w, m->units[use->unit].name);
  if (ones && use->cycles > 4) {
    put_int(w, use->cycles);
    return;
  }
  begin_list(w, true);
  for (int32_t c = 0; c < use->cycles; c++)
    put_int(w, use->held[c]);
  end_list(w);
}

static void put_class(writer *w, const tweed_machine *m, const tweed_class *class) {
  put(w, class->name);
  begin_map(w, true);
  put_entry(w, "latency", class->latency);
  if (class->issue != 1)
    put_entry(w, "issue", class->issue);
  if (class->file >= 0) {
    put(w, "file");
    put(w, m->files[class->file].name);
  }
  int32_t uses = 0;
  for (int32_t i = 0; i < class->nuses; i++)
    uses += class->uses[i].unit != m->issue_unit;
  if (uses > 0) {
    put(w, "uses");
    begin_map(w, true);
    for (int32_t i = 0; i < class->nuses; i++)
      if (class->uses[i].unit != m->issue_unit)
        put_use(w, m, &class->uses[i]);
    end_map(w);
  }
  if (class->async)
    put(w, "async"), put(w, "true");
  if (class->variable)
    put(w, "variable"), put(w, "true");
  if (class->hold)
    put_entry(w, "hold", class->hold);
  if (class->warps)
    put_entry(w, "warps", class->warps);
  end_map(w);
}

static void put_memory(writer *w, const tweed_memory *memory) {
  put(w, memory->name);
  if (memory->alloc == TWEED_ALLOC_RING) {
    put_int(w, memory->bytes);
    return;
  }
  begin_map(w, true);
  put_entry(w, "bytes", memory->bytes);
  put(w, "alloc"), put(w, "live");
  end_map(w);
}

static void put_warps(writer *w, const tweed_machine *m, const tweed_warps *warps) {
  put(w, "warps");
  begin_map(w, true);
  put_entry(w, "groups", warps->groups);
  if (warps->nsizes > 0) {
    put(w, "sizes");
    begin_list(w, true);
    for (int32_t i = 0; i < warps->nsizes; i++)
      put_int(w, warps->sizes[i]);
    end_list(w);
  }
  if (warps->total)
    put_entry(w, "total", warps->total);
  put_entry(w, "registers", warps->registers);
  if (warps->staging > 0)
    put(w, "staging"), put(w, m->memories[warps->staging].name);
  put(w, "handoff");
  begin_map(w, true);
  put_entry(w, "fixed", warps->handoff_fixed);
  put_entry(w, "per_kb", warps->handoff_per_kb);
  if (warps->handoff_async != warps->handoff_fixed)
    put_entry(w, "async", warps->handoff_async);
  end_map(w);
  end_map(w);
}

static void put_sm(writer *w, const tweed_sm *sm) {
  put(w, "sm");
  begin_map(w, true);
  put_entry(w, "partitions", sm->partitions);
  put_entry(w, "registers", sm->registers);
  put_entry(w, "registers_thread", sm->registers_thread);
  put_entry(w, "register_unit", sm->register_unit);
  put_entry(w, "threads", sm->threads);
  put_entry(w, "threads_block", sm->threads_block);
  put_entry(w, "blocks", sm->blocks);
  put_entry(w, "shared", sm->shared);
  put_entry(w, "shared_block", sm->shared_block);
  put_entry(w, "shared_static", sm->shared_static);
  put_entry(w, "shared_reserved", sm->shared_reserved);
  put_entry(w, "shared_unit", sm->shared_unit);
  end_map(w);
}

static void put_matches(writer *w, const tweed_machine *m) {
  if (m->nmatches > 0) {
    put(w, "match");
    begin_list(w, false);
    for (int32_t i = 0; i < m->nmatches; i++) {
      begin_map(w, true);
      put(w, "llvm"), put_quoted(w, m->matches[i].llvm);
      if (m->matches[i].type)
        put(w, "type"), put_quoted(w, m->matches[i].type);
      put(w, "class"), put(w, m->classes[m->matches[i].class_index].name);
      end_map(w);
    }
    end_list(w);
  }
  if (m->ncpus > 0) {
    put(w, "cpus");
    begin_list(w, false);
    for (int32_t i = 0; i < m->ncpus; i++)
      put_quoted(w, m->cpus[i]);
    end_list(w);
  }
}

static void put_machine(writer *w, const tweed_machine *m) {
  int32_t units = m->nunits - (m->issue_unit >= 0);
  begin_map(w, false);
  put(w, "machine"), put(w, m->name);
  if (units > 0) {
    put(w, "units");
    begin_map(w, true);
    for (int32_t i = 0; i < units; i++)
      put_entry(w, m->units[i].name, m->units[i].count);
    end_map(w);
  }
  if (m->issue)
    put_entry(w, "issue", m->issue);
  if (m->window)
    put_entry(w, "window", m->window);
  if (m->nfiles > 0) {
    put(w, "registers");
    begin_map(w, true);
    for (int32_t i = 0; i < m->nfiles; i++)
      put_entry(w, m->files[i].name, m->files[i].count);
    end_map(w);
  }
  put(w, "classes");
  begin_map(w, false);
  for (int32_t i = 0; i < m->nclasses; i++)
    put_class(w, m, &m->classes[i]);
  end_map(w);
  if (m->nmemories > 0) {
    put(w, "memories");
    begin_map(w, true);
    for (int32_t i = 0; i < m->nmemories; i++)
      put_memory(w, &m->memories[i]);
    end_map(w);
  }
  if (m->warps.present)
    put_warps(w, m, &m->warps);
  if (m->sm.present)
    put_sm(w, &m->sm);
  put_matches(w, m);
  end_map(w);
}

/* Whether any flow dependence leaves the op: then `regs: 1` goes without saying, else `regs: 0`. */
static int32_t usual_registers(const tweed_problem *p, int32_t op) {
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++)
    if (p->deps[p->out[i]].kind == TWEED_DEP_FLOW)
      return 1;
  return 0;
}

/* Zeros go without saying, unless there is nothing else: an op that says it has no bytes differs from one that says
 * nothing. */
static void put_bytes(writer *w, const char *key, const tweed_machine *m, const int64_t *bytes) {
  int64_t sum = 0;
  put(w, key);
  begin_map(w, true);
  for (int32_t i = 0; i < m->nmemories; i++) {
    sum += bytes[i] != 0;
    if (bytes[i])
      put_entry(w, m->memories[i].name, bytes[i]);
  }
  if (sum == 0)
    put_entry(w, m->memories[0].name, 0);
  end_map(w);
}

static void put_op(writer *w, const tweed_problem *p, int32_t i) {
  const tweed_op *op = &p->ops[i];
  begin_map(w, true);
  put(w, "name"), put(w, op->name);
  put(w, "class"), put(w, tweed_class_of(p, i)->name);
  if (op->regs != usual_registers(p, i))
    put_entry(w, "regs", op->regs);
  if (op->amount != 1)
    put_entry(w, "amount", op->amount);
  if (op->bytes)
    put_bytes(w, "bytes", p->machine, op->bytes);
  if (op->where)
    put(w, "where"), put_quoted(w, op->where);
  end_map(w);
}

static void put_dep(writer *w, const tweed_problem *p, const tweed_dep *dep) {
  begin_map(w, true);
  put(w, "from"), put(w, p->ops[dep->from].name);
  put(w, "to"), put(w, p->ops[dep->to].name);
  if (dep->latency != tweed_class_of(p, dep->from)->latency)
    put_entry(w, "latency", dep->latency);
  if (dep->distance)
    put_entry(w, "distance", dep->distance);
  if (dep->kind != TWEED_DEP_FLOW)
    put(w, "kind"), put(w, tweed_dep_kind_names[dep->kind]);
  if (dep->blocking)
    put(w, "blocking"), put(w, "true");
  if (dep->bytes)
    put_entry(w, "bytes", dep->bytes);
  end_map(w);
}

static void put_problem(writer *w, const tweed_problem *p) {
  begin_map(w, false);
  put(w, "problem"), put(w, p->name);
  if (p->length)
    put_entry(w, "length", p->length);
  if (p->has_objective) {
    put(w, "objective");
    begin_map(w, true);
    put_real(w, "resource", p->objective.resource);
    put_real(w, "communication", p->objective.communication);
    put_real(w, "memory", p->objective.memory);
    end_map(w);
  }
  if (p->reserved)
    put_bytes(w, "reserved", p->machine, p->reserved);
  put(w, "machine");
  if (p->machine->shipped)
    put(w, p->machine->name);
  else
    put_machine(w, p->machine);
  put(w, "ops");
  begin_list(w, false);
  for (int32_t i = 0; i < p->nops; i++)
    put_op(w, p, i);
  end_list(w);
  if (p->ndeps > 0) {
    put(w, "deps");
    begin_list(w, false);
    for (int32_t i = 0; i < p->ndeps; i++)
      put_dep(w, p, &p->deps[i]);
    end_list(w);
  }
  end_map(w);
}

static void begin_file(writer *w) {
  yaml_event_t event;
  yaml_emitter_set_output(&w->emitter, collect, w);
  yaml_emitter_set_unicode(&w->emitter, 1);
  yaml_emitter_set_width(&w->emitter, -1);
  emit(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
  if (!w->failed)
    emit(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
}

static void end_file(writer *w) {
  yaml_event_t event;
  if (!w->failed)
    emit(w, &event, yaml_document_end_event_initialize(&event, 1));
  if (!w->failed)
    emit(w, &event, yaml_stream_end_event_initialize(&event));
  if (!w->failed)
    w->failed = !yaml_emitter_flush(&w->emitter);
}

/* All names are valid UTF-8 and all events are in order, so that memory is the only thing that can be missing. */
tweed_status tweed_problem_print(const tweed_problem *p, char **out, tweed_error *error) {
  *out = NULL;
  writer w = {.failed = false};
  if (!yaml_emitter_initialize(&w.emitter))
    return tweed_no_memory(error);
  begin_file(&w);
  put_problem(&w, p);
  end_file(&w);
  yaml_emitter_delete(&w.emitter);
  if (w.failed || !w.text) {
    free(w.text);
    return tweed_no_memory(error);
  }
  *out = w.text;
  return TWEED_OK;
}

tweed_status tweed_problem_write(const tweed_problem *p, FILE *file, tweed_error *error) {
  char *text;
  tweed_status status = tweed_problem_print(p, &text, error);
  if (status)
    return status;
  bool failed = fputs(text, file) < 0;
  free(text);
  return failed ? tweed_fail(error, TWEED_IO, "cannot write the problem: %s", strerror(errno)) : TWEED_OK;
}
