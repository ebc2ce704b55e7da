/* kernels.c: the kernels of cuda/gaus.cu as C. One op after the other, as a GPU's threads do. */
#define GAUS_LANES 1
#include "../../cuda/gaus.cu"

#include "kernels.h"
#include <string.h>

static void deposit(void *x) {
  void **a = x;
  tweed_gaus_deposit(*(gaus_problem *)a[0], *(gaus_state *)a[1]);
}
static void rows(void *x) {
  void **a = x;
  tweed_gaus_rows(*(gaus_problem *)a[0], *(gaus_state *)a[1]);
}
static void values(void *x) {
  void **a = x;
  tweed_gaus_values(*(gaus_problem *)a[0], *(gaus_state *)a[1]);
}
static void steps(void *x) {
  void **a = x;
  tweed_gaus_steps(*(gaus_problem *)a[0], *(gaus_state *)a[1]);
}
static void solve(void *x) {
  void **a = x;
  tweed_gaus_solve(*(gaus_problem *)a[0], *(gaus_state *)a[1], *(int32_t *)a[2], *(int32_t *)a[3]);
}

static const struct {
  const char *name;
  void (*body)(void *);
  int32_t arguments;
} table[] = {{"tweed_gaus_deposit", deposit, 2},
             {"tweed_gaus_rows", rows, 2},
             {"tweed_gaus_values", values, 2},
             {"tweed_gaus_steps", steps, 2},
             {"tweed_gaus_solve", solve, 4}};

const char *kernels_run(const char *name, grid_launch launch, void **arguments) {
  for (size_t k = 0; k < sizeof table / sizeof *table; k++)
    if (strcmp(name, table[k].name) == 0) {
      launch.body = table[k].body;
      launch.arguments = arguments;
      return grid_run(&launch);
    }
  return "no such kernel";
}

int32_t kernels_arguments(const char *name, size_t sizes[4]) {
  static const size_t all[] = {sizeof(gaus_problem), sizeof(gaus_state), sizeof(int32_t), sizeof(int32_t)};
  for (size_t k = 0; k < sizeof table / sizeof *table; k++)
    if (strcmp(name, table[k].name) == 0) {
      memcpy(sizes, all, sizeof all);
      return table[k].arguments;
    }
  return 0;
}
