/* emulated.c: the kernels as clang compiles them for a GPU, on the emulator: the bits of plain C, and no fault. The
 * arrays of a problem are told to the emulator as variables of the module, so that accesses elsewhere are faults. */
#include "problem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/emu.h>

extern const tweed_emu_module tweed_emu_module_gaus;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

typedef struct machine {
  tweed_emu_module module;
  tweed_emu_global globals[2 * GAUS_MOST_ARRAYS];
  random_problem x;
  gaus_state state;
  uint64_t seed;
} machine;

static void add_arrays(machine *m, void *structure, const gaus_array *arrays, int32_t count) {
  for (int32_t k = 0; k < count; k++)
    if (arrays[k].bytes > 0)
      m->globals[m->module.global_count++] =
          (tweed_emu_global){arrays[k].name, *gaus_array_of(structure, &arrays[k]), arrays[k].bytes};
}

static void make(machine *m, const random_shape *shape, uint64_t seed) {
  gaus_array arrays[GAUS_MOST_ARRAYS];
  if (!random_problem_make(shape, &m->x) || !random_state_copy(&m->x, &m->state))
    fail("making a problem", "out of memory");
  m->module = tweed_emu_module_gaus;
  m->module.globals = m->globals;
  m->module.global_count = 0;
  m->seed = seed;
  add_arrays(m, &m->x.p, arrays, gaus_problem_arrays(&m->x.p, arrays));
  add_arrays(m, &m->state, arrays, gaus_state_arrays(&m->x.p, &m->state, m->x.replicas, arrays));
}

static void launch(machine *m, const char *kernel, int32_t grid_x, int32_t grid_y, int32_t threads, int32_t iterations,
                   int32_t lanes) {
  tweed_emu_launch *l;
  tweed_error error = {0};
  tweed_emu_verdict verdict = {0};
  tweed_emu_options options = {.seed = m->seed, .stack_size = 1 << 16};
  if (tweed_emu_launch_new(&m->module, kernel, &l, &error) != TWEED_OK)
    fail(kernel, error.message);
  tweed_emu_launch_grid(l, (uint32_t)grid_x, (uint32_t)grid_y, 1);
  tweed_emu_launch_block(l, (uint32_t)threads, 1, 1);
  tweed_status status = tweed_emu_launch_value(l, &m->x.p, sizeof m->x.p, &error);
  status = status == TWEED_OK ? tweed_emu_launch_value(l, &m->state, sizeof m->state, &error) : status;
  if (iterations > 0 && status == TWEED_OK)
    status = tweed_emu_launch_value(l, &iterations, sizeof iterations, &error);
  if (iterations > 0 && status == TWEED_OK)
    status = tweed_emu_launch_value(l, &lanes, sizeof lanes, &error);
  if (status != TWEED_OK || tweed_emu_run(l, &options, &verdict, &error) != TWEED_OK)
    fail(kernel, error.message);
  if (verdict.fault != TWEED_EMU_CLEAN)
    fail(tweed_emu_fault_name(verdict.fault), verdict.text);
  tweed_emu_launch_free(l);
}

static void compare(machine *m, int32_t iterations, const char *form) {
  gaus_state expected;
  if (!random_state_copy(&m->x, &expected))
    fail("making a problem", "out of memory");
  random_problem_iterate(&m->x.p, &expected, m->x.replicas, iterations);
  const char *array = random_state_differs(&m->x, &expected, &m->state, 0);
  if (array)
    fail(form, array);
  printf("%s: %d ops, II %d, seed %d: the bits of plain C\n", form, (int)m->x.p.nops, (int)expected.params->ii,
         (int)m->seed);
  random_state_free(&m->x, &expected);
  random_state_free(&m->x, &m->state);
  random_problem_free(&m->x);
}

static void large(const random_shape *shape, uint64_t seed, int32_t iterations) {
  machine m;
  make(&m, shape, seed);
  const gaus_problem *p = &m.x.p;
  for (int32_t n = 0; n < iterations; n++) {
    launch(&m, "tweed_gaus_deposit", (p->nops + p->nedges + 63) / 64, m.x.replicas, 64, 0, 0);
    launch(&m, "tweed_gaus_rows", p->nprofiles, m.x.replicas, 32, 0, 0);
    launch(&m, "tweed_gaus_values", (p->nvalues + 63) / 64, m.x.replicas, 64, 0, 0);
    launch(&m, "tweed_gaus_steps", (p->nops + 63) / 64, m.x.replicas, 64, 0, 0);
  }
  compare(&m, iterations, "a graph's launches");
}

static void small(const random_shape *shape, uint64_t seed, int32_t iterations) {
  machine m;
  make(&m, shape, seed);
  launch(&m, "tweed_gaus_solve", m.x.replicas, 1, 64, iterations, 16);
  compare(&m, iterations, "a block per replica");
}

int main(int argc, char **argv) {
  const random_shape modulo = {.ops = 70, .profiles = 5, .replicas = 2, .length = 60, .slack = 20, .ii = 11, .seed = 1};
  const random_shape acyclic = {.ops = 90, .profiles = 3, .replicas = 2, .length = 80, .slack = 15, .ii = 0, .seed = 2};
  uint64_t seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
  for (uint64_t seed = 0; seed < seeds; seed++) {
    large(&modulo, seed, 3);
    large(&acyclic, seed, 3);
    small(&modulo, seed, 3);
    small(&acyclic, seed, 3);
  }
  return 0;
}
