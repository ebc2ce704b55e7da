/* The kernels of cuda/gaus.cu, run thread by thread on the host in random order, leave the same bits behind as the
 * phases in plain C: both forms, many sizes of blocks. Without any one of its barriers the kernel does not. */
#include "../cuda/kernels.h"
#include "../cuda/problem.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void launch(const char *kernel, int32_t blocks, int32_t blocks_y, int32_t threads, void **arguments) {
  static uint64_t seed;
  grid_launch g = {.blocks = blocks, .blocks_y = blocks_y, .threads = threads, .seed = ++seed};
  const char *wrong = kernels_run(kernel, g, arguments);
  if (wrong)
    fprintf(stderr, "%s, %d threads: %s\n", kernel, threads, wrong);
  assert(!wrong);
}

static int32_t blocks_of(int32_t count, int32_t threads) {
  return (count + threads - 1) / threads;
}

/* One iteration by the kernels of large problems. */
static void iterate_large(random_problem *x, gaus_state *s, int32_t threads, int32_t lanes) {
  void *arguments[] = {&x->p, s};
  launch("tweed_gaus_deposit", blocks_of(x->p.nops + x->p.nedges, threads), x->replicas, threads, arguments);
  if (x->p.nprofiles > 0)
    launch("tweed_gaus_rows", x->p.nprofiles, x->replicas, lanes, arguments);
  if (x->p.nvalues > 0)
    launch("tweed_gaus_values", blocks_of(x->p.nvalues, threads), x->replicas, threads, arguments);
  launch("tweed_gaus_steps", blocks_of(x->p.nops, threads), x->replicas, threads, arguments);
}

static void must_equal(const random_problem *x, const gaus_state *a, const gaus_state *b, const char *form) {
  const char *array = random_state_differs(x, a, b, 0);
  if (array)
    fprintf(stderr, "%s: %s differs\n", form, array);
  assert(!array);
}

/* The numbers must be ones: two arrays of NaN are the same, too. And something must have moved. */
static void must_be_sound(const random_problem *x, const gaus_state *s) {
  int64_t n = (int64_t)x->replicas * x->p.nops, moved = 0;
  for (int64_t i = 0; i < n; i++) {
    assert(isfinite(s->mu[i]) && isfinite(s->log_sigma[i]));
    moved += s->mu[i] != x->s.mu[i];
  }
  assert(moved > n / 4);
}

static void check(const random_shape *shape, int32_t iterations, int32_t threads, int32_t lanes) {
  random_problem x;
  gaus_state expected, large, small;
  assert(random_problem_make(shape, &x));
  assert(random_state_copy(&x, &expected) && random_state_copy(&x, &large) && random_state_copy(&x, &small));
  random_problem_iterate(&x.p, &expected, x.replicas, iterations);
  must_be_sound(&x, &expected);
  for (int32_t n = 0; n < iterations; n++)
    iterate_large(&x, &large, threads, lanes);
  must_equal(&x, &expected, &large, "kernels of large problems");
  int32_t group = lanes < threads ? lanes : threads;
  void *arguments[] = {&x.p, &small, &iterations, &group};
  launch("tweed_gaus_solve", x.replicas, 1, threads, arguments);
  must_equal(&x, &expected, &small, "kernel of small problems");
  random_state_free(&x, &expected);
  random_state_free(&x, &large);
  random_state_free(&x, &small);
  random_problem_free(&x);
}

/* Barriers that thread 0 of the kernel of small problems meets in an iteration: one before each of four phases, and in
 * the scan of each round of profiles one, and those of two sums over lanes. */
static int32_t barriers(const random_problem *x, int32_t threads, int32_t lanes) {
  int32_t steps = 0, groups = threads / lanes;
  for (int32_t k = lanes / 2; k > 0; k /= 2)
    steps++;
  return 4 + (x->p.nprofiles + groups - 1) / groups * (1 + 2 * (steps + 1));
}

enum { THREADS = 32, LANES = 8 };

/* True if the result is wrong for some order of the threads when they pass that barrier. */
static bool differs_without(random_problem *x, const gaus_state *expected, int32_t skip) {
  int32_t iterations = 2, lanes = LANES;
  bool differs = false;
  for (uint64_t seed = 1; seed <= 5 && !differs; seed++) {
    gaus_state s;
    assert(random_state_copy(x, &s));
    void *arguments[] = {&x->p, &s, &iterations, &lanes};
    grid_launch g = {.blocks = x->replicas, .blocks_y = 1, .threads = THREADS, .seed = seed, .skip = skip};
    assert(!kernels_run("tweed_gaus_solve", g, arguments));
    differs = random_state_differs(x, &s, expected, 0) != NULL;
    random_state_free(x, &s);
  }
  return differs;
}

/* Marks the barriers of the second iteration without which the problem comes out wrong; the first iteration has nothing
 * before it. Returns how many there are. */
static int32_t mark_barriers(uint64_t seed, bool *needed) {
  const random_shape shape = {
      .ops = 120, .profiles = 3, .replicas = 1, .length = 90, .slack = 30, .ii = 40, .seed = seed};
  random_problem x;
  gaus_state expected;
  assert(random_problem_make(&shape, &x) && random_state_copy(&x, &expected));
  random_problem_iterate(&x.p, &expected, x.replicas, 2);
  int32_t count = barriers(&x, THREADS, LANES);
  assert(!differs_without(&x, &expected, 0));
  for (int32_t k = 0; k < count; k++)
    needed[k] = needed[k] || differs_without(&x, &expected, count + 1 + k);
  random_state_free(&x, &expected);
  random_problem_free(&x);
  return count;
}

static void check_barriers(void) {
  bool needed[32] = {false};
  int32_t count = 1, found = 0;
  for (uint64_t seed = 1; seed <= 40 && found < count; seed++) {
    count = mark_barriers(seed, needed);
    found = 0;
    for (int32_t k = 0; k < count; k++)
      found += needed[k];
  }
  for (int32_t k = 0; k < count; k++)
    if (!needed[k])
      fprintf(stderr, "nothing changes without barrier %d of %d\n", k + 1, count);
  assert(found == count);
}

/* A block whose threads do not all reach a barrier is found. */
static void uneven(void *unused) {
  (void)unused;
  void gaus_barrier(void);
  int32_t gaus_thread(void);
  if (gaus_thread() != 3)
    gaus_barrier();
}

int main(void) {
  static const int32_t blocks[][2] = {{1, 1}, {32, 1}, {32, 32}, {64, 16}, {128, 128}, {256, 64}, {256, 256}};
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) {
    random_shape modulo = {.ops = 60, .profiles = 5, .replicas = 3, .length = 80, .slack = 25, .ii = 11, .seed = k + 1};
    random_shape acyclic = {.ops = 70, .profiles = 4, .replicas = 2, .length = 60, .slack = 20, .ii = 0, .seed = k + 9};
    check(&modulo, 4, blocks[k][0], blocks[k][1]);
    check(&acyclic, 4, blocks[k][0], blocks[k][1]);
  }
  check(&(random_shape){.ops = 1, .profiles = 1, .replicas = 1, .length = 1, .slack = 9, .seed = 3}, 3, 32, 32);
  check(&(random_shape){.ops = 40, .profiles = 0, .replicas = 2, .length = 30, .slack = 9, .seed = 3}, 5, 64, 32);
  check(&(random_shape){.ops = 1500, .profiles = 6, .replicas = 2, .length = 700, .slack = 90, .seed = 7}, 4, 128, 256);
  check(&(random_shape){.ops = 900, .profiles = 3, .replicas = 4, .length = 500, .slack = 60, .ii = 97, .seed = 8}, 4,
        256, 128);
  check_barriers();
  const char *wrong = grid_run(&(grid_launch){.blocks = 1, .blocks_y = 1, .threads = 8, .body = uneven});
  assert(wrong && strstr(wrong, "never reach"));
  return 0;
}
