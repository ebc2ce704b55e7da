/* launch.c: kernels by name, arguments, and runs of a whole grid. */
#include "emu/emu.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Whether `plain` is the name of a kernel or, for a mangled one (_Z5sgemmPfS_i), the name in it. */
static bool named(const tweed_emu_kernel *kernel, const char *plain) {
  const char *name = kernel->name;
  if (strcmp(name, plain) == 0)
    return true;
  if (strncmp(name, "_Z", 2) != 0 || !isdigit((unsigned char)name[2]))
    return false;
  char *end;
  unsigned long length = strtoul(name + 2, &end, 10);
  return length == strlen(plain) && strncmp(end, plain, length) == 0;
}

static void list_kernels(const tweed_emu_module *module, char *text, size_t size) {
  size_t used = 0;
  text[0] = 0;
  for (uint32_t i = 0; i < module->kernel_count && used < size; i++) {
    size_t n = strlen(module->kernels[i].name);
    if (used + n + 3 > size)
      return;
    if (i > 0) {
      memcpy(text + used, ", ", 2);
      used += 2;
    }
    memcpy(text + used, module->kernels[i].name, n + 1);
    used += n;
  }
}

static tweed_status find(const tweed_emu_module *module, const char *name, const tweed_emu_kernel **out,
                         tweed_error *error) {
  char all[400];
  list_kernels(module, all, sizeof all);
  *out = NULL;
  uint32_t found = 0;
  for (uint32_t i = 0; i < module->kernel_count; i++) {
    const tweed_emu_kernel *k = &module->kernels[i];
    if (name && strcmp(k->name, name) == 0) {
      *out = k;
      return TWEED_OK;
    }
    if (!name || named(k, name)) {
      *out = k;
      found++;
    }
  }
  if (found == 1)
    return TWEED_OK;
  if (module->kernel_count == 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "the module has no kernel");
  return tweed_fail(error, TWEED_BAD_INPUT, "%s kernel '%.80s' (there are: %s)",
                    found ? "more than one" : "there is no", name ? name : "", all);
}

tweed_status tweed_emu_launch_new(const tweed_emu_module *module, const char *kernel, tweed_emu_launch **out,
                                  tweed_error *error) {
  *out = NULL;
  if (!module || module->abi != TWEED_EMU_ABI)
    return tweed_fail(error, TWEED_BAD_INPUT, "the module was made by another version of tweed-emulate");
  const tweed_emu_kernel *found;
  tweed_status status = find(module, kernel, &found, error);
  if (status != TWEED_OK)
    return status;
  tweed_arena *arena = tweed_arena_new();
  tweed_emu_launch *launch = arena ? tweed_arena_alloc(arena, sizeof *launch) : NULL;
  if (!launch) {
    tweed_arena_free(arena);
    return tweed_no_memory(error);
  }
  launch->arena = arena;
  launch->module = module;
  launch->kernel = found;
  for (int i = 0; i < 3; i++)
    launch->grid[i] = launch->block[i] = 1;
  *out = launch;
  return TWEED_OK;
}

void tweed_emu_launch_free(tweed_emu_launch *launch) {
  if (!launch)
    return;
  emu_machine_free(launch->machine);
  tweed_arena_free(launch->arena);
}

const tweed_emu_kernel *tweed_emu_launch_kernel(const tweed_emu_launch *launch) {
  return launch->kernel;
}

static void set(uint32_t to[3], uint32_t x, uint32_t y, uint32_t z) {
  to[0] = x;
  to[1] = y;
  to[2] = z;
}

void tweed_emu_launch_grid(tweed_emu_launch *launch, uint32_t x, uint32_t y, uint32_t z) {
  set(launch->grid, x, y, z);
}

void tweed_emu_launch_block(tweed_emu_launch *launch, uint32_t x, uint32_t y, uint32_t z) {
  set(launch->block, x, y, z);
}

void tweed_emu_launch_shared(tweed_emu_launch *launch, uint32_t bytes) {
  launch->shared = bytes;
}

/* ---- arguments ---- */

tweed_status tweed_emu_launch_value(tweed_emu_launch *launch, const void *value, size_t size, tweed_error *error) {
  uint32_t i = launch->argument_count;
  if (i >= launch->kernel->param_count || i >= EMU_MAX_ARGUMENTS)
    return tweed_fail(error, TWEED_BAD_INPUT, "kernel %.80s has only %u parameters", launch->kernel->name,
                      launch->kernel->param_count);
  if (size != launch->kernel->params[i].size)
    return tweed_fail(error, TWEED_BAD_INPUT, "argument %u of kernel %.80s has %zu bytes instead of %u", i + 1,
                      launch->kernel->name, size, launch->kernel->params[i].size);
  size_t align = launch->kernel->params[i].align; /* the arena aligns to 16, tensor maps want 64 */
  unsigned char *copy = tweed_arena_alloc(launch->arena, size + align);
  if (!copy)
    return tweed_no_memory(error);
  if (align > 1)
    copy += (align - (uintptr_t)copy % align) % align;
  memcpy(copy, value, size);
  launch->arguments[i] = copy;
  launch->argument_count++;
  return TWEED_OK;
}

tweed_status tweed_emu_launch_buffer(tweed_emu_launch *launch, void *data, size_t size, tweed_error *error) {
  tweed_status status = tweed_emu_launch_value(launch, &data, sizeof data, error);
  if (status == TWEED_OK)
    launch->buffers[launch->buffer_count++] =
        (emu_buffer){.data = data, .size = size, .argument = launch->argument_count - 1};
  return status;
}

/* ---- runs ---- */

void emu_machine_free(emu_machine *m) {
  if (!m)
    return;
  emu_contexts_free(m->contexts);
  for (emu_agent *a = m->agents; a; a = a->next)
    emu_tsan_fiber_end(a->fiber, emu_tsan_fiber_current());
  emu_async_free(m->block ? m->block->async : NULL);
  emu_cores_free(m->block ? m->block->cores : NULL);
  emu_window_free(m);
  free(m->block);
  free(m->text);
  free(m);
}

static emu_machine *new_machine(tweed_emu_launch *launch, const tweed_emu_options *options) {
  emu_machine *m = calloc(1, sizeof *m);
  if (!m)
    return NULL;
  m->launch = launch;
  m->options = *options;
  size_t stack = options->stack_size ? options->stack_size : 256 * 1024;
  m->contexts = emu_contexts_new(EMU_MAX_THREADS, stack, options->os_threads);
  m->block = calloc(1, sizeof *m->block);
  if (m->contexts && m->block && emu_window_new(m))
    return m;
  emu_machine_free(m);
  return NULL;
}

/* The machine of the run before, with its threads, if it ended well. */
static emu_machine *get_machine(tweed_emu_launch *launch, const tweed_emu_options *options) {
  emu_machine *m = launch->machine;
  if (m && (m->verdict.fault != TWEED_EMU_CLEAN || m->options.os_threads != options->os_threads ||
            m->options.stack_size != options->stack_size)) {
    emu_machine_free(m);
    m = NULL;
  }
  if (!m)
    m = new_machine(launch, options);
  launch->machine = m;
  if (!m)
    return NULL;
  m->options = *options;
  m->verdict = (tweed_emu_verdict){.text = ""};
  m->ticks = 0;
  tweed_random_seed(&m->random, options->seed);
  return m;
}

static tweed_status check(const tweed_emu_launch *l, tweed_error *error) {
  const char *name = l->kernel->name;
  if (l->argument_count != l->kernel->param_count)
    return tweed_fail(error, TWEED_BAD_INPUT, "kernel %.80s has %u parameters, but %u arguments are given", name,
                      l->kernel->param_count, l->argument_count);
  uint64_t threads = 1, most = l->kernel->max_threads ? l->kernel->max_threads : EMU_MAX_THREADS;
  for (int i = 0; i < 3; i++) {
    if (l->grid[i] == 0 || l->block[i] == 0 || l->block[i] > EMU_MAX_THREADS || l->grid[i] > INT32_MAX)
      return tweed_fail(error, TWEED_BAD_INPUT,
                        "grid and block need 1 to 1024 threads and at least one block each way");
    threads *= l->block[i];
  }
  if (threads > most)
    return tweed_fail(error, TWEED_BAD_INPUT, "a block of %llu threads is too large for kernel %.80s (at most %llu)",
                      (unsigned long long)threads, name, (unsigned long long)most);
  uint64_t bytes = (uint64_t)l->kernel->shared_size + l->shared;
  if (bytes > EMU_SHARED_MAX)
    return tweed_fail(error, TWEED_BAD_INPUT, "kernel %.80s needs %llu bytes of shared memory, a block has at most %d",
                      name, (unsigned long long)bytes, EMU_SHARED_MAX);
  return TWEED_OK;
}

enum { DYNAMIC_ALIGN = 16 }; /* what CUDA promises; the pass rounds shared_size up where variables want more */

static void start_thread(emu_block *b, uint32_t i) {
  emu_thread *t = &b->threads[i];
  *t = (emu_thread){.machine = b->machine, .block = b, .index = i, .lane = i % EMU_WARP};
  t->warp = &b->warps[i / EMU_WARP];
  t->warp->threads[t->lane] = t;
  t->warp->lanes |= 1u << t->lane;
  t->id[0] = i % b->size[0];
  t->id[1] = i / b->size[0] % b->size[1];
  t->id[2] = i / b->size[0] / b->size[1];
}

static void start_block(emu_machine *m, const uint32_t id[3]) {
  const tweed_emu_launch *l = m->launch;
  emu_block *b = m->block;
  b->machine = m;
  memcpy(b->id, id, sizeof b->id);
  memcpy(b->size, l->block, sizeof b->size);
  b->thread_count = b->live = l->block[0] * l->block[1] * l->block[2];
  b->warp_count = (b->thread_count + EMU_WARP - 1) / EMU_WARP;
  uint32_t fixed = (l->kernel->shared_size + DYNAMIC_ALIGN - 1) / DYNAMIC_ALIGN * DYNAMIC_ALIGN;
  b->dynamic_at = EMU_SHARED_RESERVED + fixed;
  b->shared_size = fixed + l->shared;
  memset(b->warps, 0, sizeof b->warps);
  for (uint32_t w = 0; w < b->warp_count; w++)
    b->warps[w].index = w;
  for (uint32_t i = 0; i < b->thread_count; i++)
    start_thread(b, i);
  emu_barriers_start(b);
  emu_cores_start(b);
  emu_window_clear(m);
}

/* Runs one block. False: out of memory or threads. */
static bool run_block(emu_machine *m, const uint32_t id[3]) {
  start_block(m, id);
  bool started = emu_async_start(m->block) && emu_schedule_block(m);
  if (started && m->verdict.fault == TWEED_EMU_CLEAN)
    emu_barriers_end(m->block);
  if (started && m->verdict.fault == TWEED_EMU_CLEAN)
    emu_async_end(m->block);
  if (started && m->verdict.fault == TWEED_EMU_CLEAN)
    emu_cores_end(m->block);
  return started;
}

tweed_status tweed_emu_run(tweed_emu_launch *launch, const tweed_emu_options *options, tweed_emu_verdict *verdict,
                           tweed_error *error) {
  static const tweed_emu_options defaults;
  tweed_status status = check(launch, error);
  emu_machine *m = status == TWEED_OK ? get_machine(launch, options ? options : &defaults) : NULL;
  if (!m)
    return status == TWEED_OK ? tweed_no_memory(error) : status;
  m->reports = emu_tsan_reports();
  emu_release(&m->before);
  uint32_t id[3];
  for (id[2] = 0; id[2] < launch->grid[2]; id[2]++)
    for (id[1] = 0; id[1] < launch->grid[1]; id[1]++)
      for (id[0] = 0; id[0] < launch->grid[0]; id[0]++)
        if (m->verdict.fault == TWEED_EMU_CLEAN && !run_block(m, id))
          return tweed_fail(error, TWEED_NO_MEMORY, "no memory for the stacks of the threads");
  emu_acquire(&m->after);
  if (m->verdict.fault == TWEED_EMU_CLEAN && emu_tsan_reports() != m->reports)
    emu_report(m, NULL, TWEED_EMU_RACE, NULL, "data race, see ThreadSanitizer's report");
  if (m->verdict.fault != TWEED_EMU_CLEAN) {
    emu_contexts_free(m->contexts); /* threads that were in the middle of something */
    m->contexts = NULL;
  }
  *verdict = m->verdict;
  return TWEED_OK;
}
