/* bench.c: GauS on a GPU beside the CPU, as tables in Markdown. Needs nothing but the driver.
 *
 *   bench check        the same bits as the CPU, both forms of the kernels, many shapes
 *   bench small        likewise, small ones only
 *   bench speed [S]    iterations per second, S seconds a cell
 *   bench kernels [N]  time of each kernel over N launches, what it moves and computes: the roofline
 *
 * TWEED_CUDA_LIBRARY names a driver other than the system's. */
#include "gaus_gpu.h"
#include "problem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const tweed_error *error) {
  fprintf(stderr, "bench: %s\n", error->message);
  return 1;
}

static int32_t processors(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 64 ? 64 : n < 1 ? 1 : (int32_t)n;
}

/* ---- check ---- */

static bool same_bits(tweed_cuda_device *device, const random_shape *shape, tweed_gaus_form form, int32_t iterations,
                      const char **what, tweed_error *error) {
  random_problem x;
  gaus_state expected = {0}, s = {0};
  tweed_gaus_engine *engine;
  bool ok = random_problem_make(shape, &x) && random_state_copy(&x, &expected) && random_state_copy(&x, &s);
  if (ok)
    random_problem_iterate(&x.p, &expected, x.replicas, iterations);
  snprintf(error->message, sizeof error->message, "out of memory");
  ok = ok && tweed_gaus_gpu_engine(device, &x.p, &s, x.replicas, form, &engine, error) == TWEED_OK;
  if (ok) {
    ok = engine->push(engine, error) == TWEED_OK && engine->run(engine, iterations / 2, error) == TWEED_OK &&
         engine->run(engine, iterations - iterations / 2, error) == TWEED_OK && engine->pull(engine, error) == TWEED_OK;
    engine->destroy(engine);
  }
  *what = ok ? random_state_differs(&x, &expected, &s, GAUS_PULL) : error->message;
  random_state_free(&x, &expected);
  random_state_free(&x, &s);
  random_problem_free(&x);
  return ok && !*what;
}

static int check(tweed_cuda_device *device, int32_t most_ops) {
  static const random_shape shapes[] = {
      /* by size */
      {.ops = 1, .profiles = 1, .replicas = 1, .length = 1, .slack = 9, .seed = 1},
      {.ops = 60, .profiles = 5, .replicas = 9, .length = 80, .slack = 25, .ii = 11, .seed = 2},
      {.ops = 300, .profiles = 0, .replicas = 3, .length = 80, .slack = 25, .ii = 11, .seed = 3},
      {.ops = 300, .profiles = 3, .replicas = 2, .length = 200, .slack = 40, .seed = 8},
      {.ops = 900, .profiles = 3, .replicas = 140, .length = 500, .slack = 60, .ii = 97, .seed = 4},
      {.ops = 1500, .profiles = 6, .replicas = 5, .length = 700, .slack = 90, .seed = 5},
      {.ops = 20000, .profiles = 4, .replicas = 1, .length = 4000, .slack = 120, .seed = 6},
      {.ops = 20000, .profiles = 4, .replicas = 2, .length = 4000, .slack = 120, .ii = 1500, .seed = 7},
  };
  static const char *const forms[] = {"", "block per replica", "graph of launches"};
  int wrong = 0;
  printf("| ops | replicas | II | kernels | after 60 iterations |\n|---|---|---|---|---|\n");
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes && shapes[k].ops <= most_ops; k++)
    for (int form = TWEED_GAUS_BLOCKS; form <= TWEED_GAUS_GRAPH; form++) {
      const random_shape *s = &shapes[k];
      const char *what;
      tweed_error error = {0};
      bool same = same_bits(device, s, (tweed_gaus_form)form, 60, &what, &error);
      printf("| %d | %d | %d | %s | %s%s |\n", (int)s->ops, (int)s->replicas, (int)s->ii, forms[form],
             same ? "the CPU's bits" : "**not** the CPU's: ", same ? "" : what);
      fflush(stdout);
      wrong += !same;
    }
  return wrong > 0;
}

/* ---- speed ---- */

/* Iterations per second of an engine, in bursts as the solver does them. */
static double speed_of(tweed_gaus_engine *engine, double seconds, tweed_error *error) {
  int64_t done = 0;
  tweed_status status = engine->push(engine, error);
  status = status == TWEED_OK ? engine->run(engine, 20, error) : status;
  double began = tweed_clock(), now = began;
  for (; status == TWEED_OK && now - began < seconds; now = tweed_clock(), done += 20)
    status = engine->run(engine, 20, error);
  return status == TWEED_OK ? (double)done / (now - began) : NAN;
}

/* The shape of a large problem, or of many replicas of a small one. */
static random_shape sized(int32_t ops, int32_t replicas, int32_t ii) {
  random_shape s = {.ops = ops, .profiles = 2, .replicas = replicas, .length = ops / 10 + 20, .slack = 40, .ii = ii};
  s.sums = processors(), s.seed = (uint64_t)ops;
  return s;
}

static int speed_row(tweed_cuda_device *device, const random_shape *shape, double seconds) {
  random_problem x;
  gaus_state for_gpu;
  tweed_gaus_engine *engine;
  tweed_error error = {0};
  if (!random_problem_make(shape, &x) || !random_state_copy(&x, &for_gpu))
    return fail(&(tweed_error){.message = "out of memory"});
  double cpu = NAN, gpu = NAN;
  if (tweed_gaus_cpu_engine(&x.p, &x.s, x.replicas, processors(), &engine, &error) == TWEED_OK) {
    cpu = speed_of(engine, seconds, &error);
    engine->destroy(engine);
  }
  if (tweed_gaus_gpu_engine(device, &x.p, &for_gpu, x.replicas, TWEED_GAUS_BY_SIZE, &engine, &error) == TWEED_OK) {
    gpu = speed_of(engine, seconds, &error);
    engine->destroy(engine);
  }
  printf("| %d | %d | %d | %d | %.1f | %.1f | %.1f |\n", (int)shape->ops, (int)x.p.nedges, (int)shape->replicas,
         (int)shape->ii, cpu, gpu, gpu / cpu);
  fflush(stdout);
  random_state_free(&x, &for_gpu);
  random_problem_free(&x);
  return isfinite(cpu) && isfinite(gpu) ? 0 : fail(&error);
}

static int speed(tweed_cuda_device *device, double seconds) {
  const random_shape shapes[] = {sized(1000, 1, 0),    sized(10000, 1, 0),   sized(57375, 1, 0),
                                 sized(10000, 1, 400), sized(100, 1000, 16), sized(1000, 200, 64)};
  int wrong = 0;
  printf("| ops | dependences | replicas | II | CPU, %d threads: iterations/s | GPU: iterations/s | ratio |\n"
         "|---|---|---|---|---|---|---|\n",
         (int)processors());
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
    wrong |= speed_row(device, &shapes[k], seconds);
  return wrong;
}

/* ---- kernels ---- */

/* What a launch has to do. Bytes: each element of each array that it needs once, as if caches were perfect; gathers of
 * neighbours' numbers are not counted twice. Steps: looks at the distribution, about 45 operations each; additions: to
 * sums, atomic. */
typedef struct demand {
  double bytes, steps, additions;
} demand;

static double window(float mu, float sigma, int32_t low, int32_t high) {
  double first = fmax(low, floor((double)mu - 4.0 * (double)sigma + 0.5)),
         last = fmin(high - 1, floor((double)mu + 4.0 * (double)sigma - 0.5));
  return last < first ? 0 : last - first + 1;
}

static void demands(const random_problem *x, demand *out) {
  const gaus_problem *p = &x->p;
  double n = p->nops, e = p->nedges, g = p->nsegments, v = p->nvalues, u = p->nusers;
  double rows = (double)p->nprofiles * x->s.params[0].rows, in_segments = 0, in_values = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    double w = window(x->s.mu[i], x->s.sigma[i], x->s.low[i], x->s.high[i]) + 1;
    in_segments += w * (p->segment_begin[i + 1] - p->segment_begin[i]);
    in_values += w * (p->op_value_begin[i + 1] - p->op_value_begin[i]);
  }
  double ops = n * 5 * 4, lists = n * 2 * 4;
  out[TWEED_CUDA_DEPOSIT] = (demand){ops + lists + g * (16 + 8) + v * (12 + 4 + 2 * 8 + 2 * 4) + u * (4 + 4) +
                                         e * (4 * 4 + 2 * 4 + 2 * 4) + rows * 16,
                                     in_segments + 2 * in_values, 2 * in_segments + 2 * in_values};
  out[TWEED_CUDA_ROWS] =
      (demand){rows * (2 * 8 + 2 * 8 + 4 + 2 * 4 + 4 + 2 * 4) + g * (16 + 8 + 4) + v * (8 + 4), 0, 0};
  out[TWEED_CUDA_VALUES] = (demand){v * (12 + 2 * 4 + 2 * 4) + n * 2 * 4 + rows * 4, in_values, 0};
  out[TWEED_CUDA_STEPS] = (demand){ops + lists + n * (2 * 4 + 2 * 5 * 4 + 2 * 4) + e * (2 * 4 + 2 * 4 + 4) +
                                       u * (4 + 4) + v * (12 + 2 * 4) + g * 16 + rows * 8,
                                   in_segments + in_values, 0};
}

static double bandwidth(const tweed_cuda_device *d) {
  int clock = 0, bits = 0;
  d->driver.DeviceGetAttribute(&clock, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, d->device);
  d->driver.DeviceGetAttribute(&bits, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, d->device);
  return 2.0 * clock * 1e3 * bits / 8; /* two transfers a clock */
}

static void print_kernels(const random_problem *x, const double *seconds, double peak) {
  static const char *const names[] = {"deposit", "rows", "values", "steps"};
  demand need[TWEED_CUDA_KERNELS];
  demands(x, need);
  for (int k = TWEED_CUDA_DEPOSIT; k <= TWEED_CUDA_STEPS; k++) {
    double t = seconds[k];
    printf("| %d | %s | %.1f | %.2f | %.1f | %.1f %% | %.2f | %.2f |\n", (int)x->p.nops, names[k], t * 1e6,
           need[k].bytes / 1e6, need[k].bytes / t / 1e9, peak > 0 ? 100 * need[k].bytes / t / peak : NAN,
           need[k].steps / t / 1e9, need[k].additions / t / 1e9);
  }
}

static int kernels_of(tweed_cuda_device *device, int32_t ops, int32_t times) {
  random_shape shape = sized(ops, 1, 0);
  random_problem x;
  tweed_gaus_engine *engine;
  tweed_error error = {0};
  double seconds[TWEED_CUDA_KERNELS];
  if (!random_problem_make(&shape, &x))
    return fail(&(tweed_error){.message = "out of memory"});
  tweed_status status = tweed_gaus_gpu_engine(device, &x.p, &x.s, 1, TWEED_GAUS_GRAPH, &engine, &error);
  if (status == TWEED_OK) {
    status = engine->push(engine, &error);
    status = status == TWEED_OK ? tweed_gaus_gpu_time(engine, times, seconds, &error) : status;
    engine->destroy(engine);
  }
  if (status == TWEED_OK)
    print_kernels(&x, seconds, bandwidth(device));
  random_problem_free(&x);
  return status == TWEED_OK ? 0 : fail(&error);
}

static int kernels(tweed_cuda_device *device, int32_t times) {
  printf("Bandwidth by the driver's clock and bus width: %.0f GB/s\n\n", bandwidth(device) / 1e9);
  printf(
      "| ops | kernel | us | MB, each array once | GB/s | of the bandwidth | 10^9 steps/s | 10^9 atomic additions/s |\n"
      "|---|---|---|---|---|---|---|---|\n");
  return kernels_of(device, 10000, times) | kernels_of(device, 57375, times) | kernels_of(device, 500000, times);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  double number = argc > 2 ? strtod(argv[2], NULL) : *what == 's' ? 2 : 200;
  tweed_cuda_device *device;
  tweed_error error = {0};
  if (strcmp(what, "check") != 0 && strcmp(what, "small") != 0 && strcmp(what, "speed") != 0 &&
      strcmp(what, "kernels") != 0) {
    fprintf(stderr, "usage: bench check | small | speed [SECONDS] | kernels [TIMES]\n");
    return 2;
  }
  if (tweed_cuda_open(getenv("TWEED_CUDA_LIBRARY"), NULL, &device, &error) != TWEED_OK)
    return fail(&error);
  printf("%s\n\n", device->name);
  int status = *what == 'c'     ? check(device, INT32_MAX)
               : what[1] == 'm' ? check(device, 300)
               : *what == 's'   ? speed(device, number)
                                : kernels(device, (int32_t)number);
  tweed_cuda_close(device);
  return status;
}
