/* The GPU's host side on a driver that plays a GPU (test/cuda/fakecuda.c): the engine gives the CPU's bits in both
 * forms; every way to fail ends with a reason and nothing left behind. */
#include "../cuda/problem.h"
#include "cuda/gaus_gpu.h"
#include "cuda/ptx.h"
#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAKECUDA
#error "FAKECUDA names the library"
#endif

static long (*live)(void), (*calls)(void);

static void find_fake(void) {
  void *library = dlopen(FAKECUDA, RTLD_NOW | RTLD_LOCAL);
  assert(library);
  *(void **)&live = dlsym(library, "fakecuda_live");
  *(void **)&calls = dlsym(library, "fakecuda_calls");
  assert(live && calls);
}

static void set(const char *name, long value) {
  char text[32];
  snprintf(text, sizeof text, "%ld", value);
  assert(value == 0 ? unsetenv(name) == 0 : setenv(name, text, 1) == 0);
}

/* All of what a solver does with an engine. The first failure ends it. */
static tweed_status session(random_problem *x, gaus_state *s, tweed_gaus_form form, tweed_error *error) {
  tweed_cuda_device *device;
  tweed_gaus_engine *engine;
  tweed_status status = tweed_cuda_open(FAKECUDA, NULL, &device, error);
  if (status != TWEED_OK)
    return status;
  status = tweed_gaus_gpu_engine(device, &x->p, s, x->replicas, form, &engine, error);
  if (status == TWEED_OK) {
    assert(strcmp(engine->name, "cuda") == 0);
    status = engine->push(engine, error);
    status = status == TWEED_OK ? engine->run(engine, 19, error) : status;
    for (int32_t r = 0; status == TWEED_OK && r < x->replicas; r++)
      s->params[r].rho *= 1.5f, s->params[r].temperature *= 0.9f;
    status = status == TWEED_OK ? engine->run(engine, 2, error) : status;
    status = status == TWEED_OK ? engine->pull(engine, error) : status;
    engine->destroy(engine);
  }
  tweed_cuda_close(device);
  return status;
}

static void reference(random_problem *x, gaus_state *s) {
  random_problem_iterate(&x->p, s, x->replicas, 19);
  for (int32_t r = 0; r < x->replicas; r++)
    s->params[r].rho *= 1.5f, s->params[r].temperature *= 0.9f;
  random_problem_iterate(&x->p, s, x->replicas, 2);
}

static void must_work(random_problem *x, tweed_gaus_form form) {
  gaus_state expected, s;
  tweed_error error;
  assert(random_state_copy(x, &expected) && random_state_copy(x, &s));
  reference(x, &expected);
  tweed_status status = session(x, &s, form, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s\n", error.message);
  assert(status == TWEED_OK && live() == 0);
  assert(!random_state_differs(x, &expected, &s, GAUS_PULL));
  assert(memcmp(expected.params, s.params, (size_t)x->replicas * sizeof *s.params) == 0);
  random_state_free(x, &expected);
  random_state_free(x, &s);
}

/* The engine of the CPU, which solvers use where there is no GPU, gives these bits too. */
static void must_agree_with_cpu(random_problem *x) {
  gaus_state expected, s;
  tweed_gaus_engine *engine;
  assert(random_state_copy(x, &expected) && random_state_copy(x, &s));
  reference(x, &expected);
  assert(tweed_gaus_cpu_engine(&x->p, &s, x->replicas, 1, &engine, NULL) == TWEED_OK);
  assert(engine->push(engine, NULL) == TWEED_OK && engine->run(engine, 19, NULL) == TWEED_OK);
  for (int32_t r = 0; r < x->replicas; r++)
    s.params[r].rho *= 1.5f, s.params[r].temperature *= 0.9f;
  assert(engine->run(engine, 2, NULL) == TWEED_OK && engine->pull(engine, NULL) == TWEED_OK);
  engine->destroy(engine);
  assert(!random_state_differs(x, &expected, &s, GAUS_PULL));
  random_state_free(x, &expected);
  random_state_free(x, &s);
}

static void must_fail(random_problem *x, tweed_status expected, const char *reason) {
  gaus_state s;
  tweed_error error = {0};
  assert(random_state_copy(x, &s));
  tweed_status status = session(x, &s, TWEED_GAUS_BY_SIZE, &error);
  if (status != expected || !strstr(error.message, reason))
    fprintf(stderr, "%s, not: %s\n", error.message, reason);
  assert(status == expected && strstr(error.message, reason) && live() == 0);
  random_state_free(x, &s);
}

/* Whatever the k-th call is: an error with a message, nothing left behind. */
static void fail_everywhere(random_problem *x, tweed_gaus_form form) {
  gaus_state s;
  tweed_error error;
  assert(random_state_copy(x, &s) && session(x, &s, form, &error) == TWEED_OK);
  random_state_free(x, &s);
  long count = calls();
  assert(count > 20);
  for (long k = 1; k <= count; k++) {
    set("FAKECUDA_FAIL", k);
    memset(&error, 0, sizeof error);
    assert(random_state_copy(x, &s));
    tweed_status status = session(x, &s, form, &error);
    if (status == TWEED_OK) /* giving back says nothing */
      assert(k > count - 2);
    else
      assert((status == TWEED_IO || status == TWEED_NO_MEMORY) && strncmp(error.message, "GPU: ", 5) == 0);
    assert(live() == 0);
    random_state_free(x, &s);
  }
  set("FAKECUDA_FAIL", 0);
}

static void fail_in_turn(random_problem *x) {
  tweed_cuda_device *device;
  tweed_error error;
  assert(tweed_cuda_open("/nonexistent/libcuda.so.1", NULL, &device, &error) == TWEED_IO);
  assert(strstr(error.message, "no NVIDIA driver"));
  assert(tweed_cuda_open(FAKECUDA, "not PTX", &device, &error) == TWEED_IO && live() == 0);
  assert(strstr(error.message, "does not compile the kernels: ptxas fatal: Unsupported .version: a PTX JIT"));
  set("FAKECUDA_VERSION", 11020);
  must_fail(x, TWEED_IO, "knows CUDA 11.2, and 11.4 or later is needed");
  set("FAKECUDA_VERSION", 0);
  set("FAKECUDA_DEVICES", -1);
  must_fail(x, TWEED_IO, "no device");
  set("FAKECUDA_DEVICES", 0);
  set("FAKECUDA_CAPABILITY", 61);
  must_fail(x, TWEED_IO, "Fake GPU, compute capability 6.1, and 7.0 or higher is needed");
  set("FAKECUDA_CAPABILITY", 0);
  set("FAKECUDA_JIT", 1);
  must_fail(x, TWEED_IO, "does not compile the kernels: ptxas fatal");
  set("FAKECUDA_JIT", 0);
  set("FAKECUDA_MEMORY", 1000);
  must_fail(x, TWEED_NO_MEMORY, "allocating memory: out of memory");
  set("FAKECUDA_MEMORY", 0);
}

int main(void) {
  static const random_shape shapes[] = {
      {.ops = 50, .profiles = 3, .replicas = 3, .length = 60, .slack = 20, .ii = 9, .seed = 1},
      {.ops = 1300, .profiles = 2, .replicas = 2, .length = 300, .slack = 20, .ii = 0, .seed = 2},
      {.ops = 1, .profiles = 0, .replicas = 1, .length = 1, .slack = 5, .ii = 0, .seed = 3},
  };
  find_fake();
  if (!tweed_gaus_ptx) { /* a build without kernels says so, and that is all */
    tweed_cuda_device *device;
    tweed_error error;
    assert(tweed_cuda_open(FAKECUDA, NULL, &device, &error) == TWEED_IO && live() == 0);
    assert(strstr(error.message, "this build has no kernels; clang-19 or nvcc compiles them"));
    return 0;
  }
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
    random_problem x;
    assert(random_problem_make(&shapes[k], &x));
    must_agree_with_cpu(&x);
    for (int form = TWEED_GAUS_BY_SIZE; form <= TWEED_GAUS_GRAPH; form++)
      must_work(&x, (tweed_gaus_form)form);
    if (k == 0)
      fail_in_turn(&x);
    if (k == 2) {
      fail_everywhere(&x, TWEED_GAUS_BLOCKS);
      fail_everywhere(&x, TWEED_GAUS_GRAPH);
    }
    random_problem_free(&x);
  }
  return 0;
}
