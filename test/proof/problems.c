/* problems DIR COUNT: writes COUNT small random problems that have no schedule at MII to DIR/N.yaml: units of several
 * kinds, amounts, long and broken tables. Brute force says that they are what they should be. */
#include "solve_random.h"

static bool write_to(const char *folder, int number, const tweed_problem *p) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%d.yaml", folder, number);
  FILE *file = fopen(path, "w");
  bool good = file && tweed_problem_write(p, file, NULL) == TWEED_OK;
  return file && fclose(file) == 0 && good;
}

int main(int argc, char **argv) {
  tweed_random r;
  int count = argc == 3 ? atoi(argv[2]) : 0, written = 0;
  tweed_random_seed(&r, 77);
  while (written < count) {
    shape_options o = random_options(&r, pick(&r, 4, 6));
    o.back = pick(&r, 2, 6);
    tweed_problem *p = random_problem(&r, &o);
    tweed_bounds b;
    assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
    if (!brute_feasible(p, b.mii, true))
      assert(write_to(argv[1], written++, p));
    tweed_problem_free(p);
  }
  return argc == 3 && count > 0 ? 0 : 2;
}
