/* gaus_gpu.c: see gaus_gpu.h. The arrays of problem and state lie in one piece of the GPU's memory each; kernels get
 * the two structs with pointers into it as arguments.
 *
 * Few ops, or replicas enough to keep all processors busy: one launch in which a block does all iterations of a
 * replica. Else a graph of the launches of some iterations, captured once, since its arguments never change. */
#include "gaus_gpu.h"
#include "gaus_layout.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 256, BLOCK = 128, MOST_BLOCK = 256, LANE_ROWS = 4 };
enum { GRAPH_ITERATIONS = 10, BLOCK_ITERATIONS = 128, BLOCK_OPS = 1024, MOST_REPLICAS = 65535 };

typedef struct gpu_engine {
  tweed_gaus_engine base;
  tweed_cuda_device *device;
  const gaus_problem *host_problem;
  gaus_state *host_state;
  gaus_problem problem; /* pointers into the GPU's memory */
  gaus_state state;
  int32_t replicas;
  bool blocks;
  CUdeviceptr problem_memory, state_memory;
  size_t state_bytes;
  CUstream stream;
  CUgraphExec graph; /* of GRAPH_ITERATIONS */
} gpu_engine;

static tweed_status check(const gpu_engine *e, CUresult result, const char *what, tweed_error *error) {
  return tweed_cuda_check(&e->device->driver, result, what, error);
}

/* ---- memory ---- */

static size_t aligned(size_t bytes) {
  return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Allocates all arrays in one piece and sets the pointers of `structure`. */
static tweed_status place(gpu_engine *e, void *structure, const gaus_array *arrays, int32_t count, CUdeviceptr *memory,
                          size_t *bytes, tweed_error *error) {
  *bytes = ALIGN;
  for (int32_t k = 0; k < count; k++)
    *bytes += aligned(arrays[k].bytes);
  CUresult r = e->device->driver.MemAlloc(memory, *bytes);
  if (r != CUDA_SUCCESS) {
    *memory = 0;
    return check(e, r, "allocating memory", error);
  }
  CUdeviceptr at = *memory;
  for (int32_t k = 0; k < count; k++) {
    *gaus_array_of(structure, &arrays[k]) = (void *)(uintptr_t)at;
    at += aligned(arrays[k].bytes);
  }
  return TWEED_OK;
}

/* Copies arrays of the given use to the GPU, or back. */
static tweed_status copy(gpu_engine *e, void *host, void *gpu, const gaus_array *arrays, int32_t count, int use,
                         bool back, tweed_error *error) {
  const tweed_cuda_driver *d = &e->device->driver;
  for (int32_t k = 0; k < count; k++) {
    void *here = *gaus_array_of(host, &arrays[k]);
    CUdeviceptr there = (CUdeviceptr)(uintptr_t)*gaus_array_of(gpu, &arrays[k]);
    if ((arrays[k].use & use) == 0 || arrays[k].bytes == 0)
      continue;
    CUresult r = back ? d->MemcpyDtoHAsync(here, there, arrays[k].bytes, e->stream)
                      : d->MemcpyHtoDAsync(there, here, arrays[k].bytes, e->stream);
    tweed_status status = check(e, r, back ? "copying from the GPU" : "copying to the GPU", error);
    if (status != TWEED_OK)
      return status;
  }
  return check(e, d->StreamSynchronize(e->stream), back ? "copying from the GPU" : "copying to the GPU", error);
}

static tweed_status place_problem(gpu_engine *e, tweed_error *error) {
  gaus_array arrays[GAUS_MOST_ARRAYS];
  gaus_problem host = *e->host_problem;
  size_t bytes;
  int32_t count = gaus_problem_arrays(&host, arrays);
  e->problem = host;
  tweed_status status = place(e, &e->problem, arrays, count, &e->problem_memory, &bytes, error);
  return status != TWEED_OK ? status : copy(e, &host, &e->problem, arrays, count, GAUS_PUSH, false, error);
}

static tweed_status place_state(gpu_engine *e, tweed_error *error) {
  gaus_array arrays[GAUS_MOST_ARRAYS];
  int32_t count = gaus_state_arrays(e->host_problem, e->host_state, e->replicas, arrays);
  e->state = *e->host_state;
  e->state.nsums = 1;
  return place(e, &e->state, arrays, count, &e->state_memory, &e->state_bytes, error);
}

/* ---- launches ---- */

static CUresult launch(gpu_engine *e, int kernel, int32_t grid_x, int32_t grid_y, int32_t block, int32_t iterations,
                       int32_t lanes) {
  void *arguments[] = {&e->problem, &e->state, &iterations, &lanes};
  if (grid_x == 0)
    return CUDA_SUCCESS;
  return e->device->driver.LaunchKernel(e->device->kernels[kernel], (unsigned)grid_x, (unsigned)grid_y, 1,
                                        (unsigned)block, 1, 1, 0, e->stream, arguments, NULL);
}

static int32_t blocks_of(int64_t threads) {
  return (int32_t)((threads + BLOCK - 1) / BLOCK);
}

/* Threads that scan a profile alone: enough that each has few rows. */
static int32_t scan_block(const gpu_engine *e) {
  int32_t block = 32;
  while (block < MOST_BLOCK && block * LANE_ROWS < e->state.row_stride)
    block *= 2;
  return block;
}

/* A kernel of those that make an iteration. */
static CUresult step(gpu_engine *e, int kernel) {
  const gaus_problem *p = &e->problem;
  const int64_t threads[] = {[TWEED_CUDA_DEPOSIT] = (int64_t)p->nops + p->nedges,
                             [TWEED_CUDA_VALUES] = p->nvalues,
                             [TWEED_CUDA_STEPS] = p->nops};
  if (kernel == TWEED_CUDA_ROWS)
    return launch(e, kernel, p->nprofiles, e->replicas, scan_block(e), 0, 0);
  return launch(e, kernel, blocks_of(threads[kernel]), e->replicas, BLOCK, 0, 0);
}

static CUresult iterate(gpu_engine *e) {
  CUresult r = CUDA_SUCCESS;
  for (int kernel = TWEED_CUDA_DEPOSIT; kernel <= TWEED_CUDA_STEPS && r == CUDA_SUCCESS; kernel++)
    r = step(e, kernel);
  return r;
}

/* Captures some iterations. The capture is ended whatever happens, or the stream could not be used again. */
static tweed_status capture(gpu_engine *e, tweed_error *error) {
  const tweed_cuda_driver *d = &e->device->driver;
  CUgraph graph = NULL;
  CUresult r = d->StreamBeginCapture(e->stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
  if (r != CUDA_SUCCESS)
    return check(e, r, "capturing a graph", error);
  for (int k = 0; k < GRAPH_ITERATIONS && r == CUDA_SUCCESS; k++)
    r = iterate(e);
  CUresult end = d->StreamEndCapture(e->stream, &graph);
  r = r ? r : end;
  if (r == CUDA_SUCCESS && (r = d->GraphInstantiate(&e->graph, graph, 0)) != CUDA_SUCCESS)
    e->graph = NULL;
  if (end == CUDA_SUCCESS && graph)
    d->GraphDestroy(graph);
  return check(e, r, "capturing a graph", error);
}

/* Threads that scan a profile where a block has several: a power of two that lets as many profiles as there are go side
 * by side. */
static int32_t lanes_of(const gpu_engine *e) {
  int32_t lanes = 4;
  while (lanes < MOST_BLOCK && lanes * LANE_ROWS < e->state.row_stride &&
         lanes * 2 * e->problem.nprofiles <= MOST_BLOCK)
    lanes *= 2;
  return lanes;
}

/* Small problems take small blocks, of which a processor holds more. */
static int32_t solve_block(const gpu_engine *e, int32_t lanes) {
  int32_t block = 32;
  while (block < MOST_BLOCK && (block < e->problem.nops || block < lanes))
    block *= 2;
  return block;
}

/* A launch takes some iterations only, so that it ends soon where the GPU also draws the screen. */
static CUresult run_blocks(gpu_engine *e, int32_t iterations) {
  int32_t lanes = lanes_of(e), block = solve_block(e, lanes);
  CUresult r = CUDA_SUCCESS;
  for (int32_t left = iterations; left > 0 && r == CUDA_SUCCESS; left -= BLOCK_ITERATIONS)
    r = launch(e, TWEED_CUDA_SOLVE, e->replicas, 1, block, left < BLOCK_ITERATIONS ? left : BLOCK_ITERATIONS, lanes);
  return r;
}

static CUresult run_graph(gpu_engine *e, int32_t iterations) {
  CUresult r = CUDA_SUCCESS;
  int32_t left = iterations;
  for (; left >= GRAPH_ITERATIONS && r == CUDA_SUCCESS; left -= GRAPH_ITERATIONS)
    r = e->device->driver.GraphLaunch(e->graph, e->stream);
  for (; left > 0 && r == CUDA_SUCCESS; left--)
    r = iterate(e);
  return r;
}

/* ---- the engine ---- */

static tweed_status push_inside(gpu_engine *e, tweed_error *error) {
  gaus_array arrays[GAUS_MOST_ARRAYS];
  int32_t count = gaus_state_arrays(e->host_problem, e->host_state, e->replicas, arrays);
  CUresult r = e->device->driver.MemsetD8Async(e->state_memory, 0, e->state_bytes, e->stream);
  tweed_status status = check(e, r, "clearing memory", error);
  return status != TWEED_OK ? status : copy(e, e->host_state, &e->state, arrays, count, GAUS_PUSH, false, error);
}

static tweed_status run_inside(gpu_engine *e, int32_t iterations, tweed_error *error) {
  const tweed_cuda_driver *d = &e->device->driver;
  size_t bytes = (size_t)e->replicas * sizeof *e->state.params;
  CUresult r = d->MemcpyHtoDAsync((CUdeviceptr)(uintptr_t)e->state.params, e->host_state->params, bytes, e->stream);
  tweed_status status = check(e, r, "copying to the GPU", error);
  if (status == TWEED_OK)
    status = check(e, e->blocks ? run_blocks(e, iterations) : run_graph(e, iterations), "starting kernels", error);
  tweed_status end = check(e, d->StreamSynchronize(e->stream), "running kernels", status == TWEED_OK ? error : NULL);
  return status != TWEED_OK ? status : end;
}

static tweed_status pull_inside(gpu_engine *e, tweed_error *error) {
  gaus_array arrays[GAUS_MOST_ARRAYS];
  int32_t count = gaus_state_arrays(e->host_problem, e->host_state, e->replicas, arrays);
  return copy(e, e->host_state, &e->state, arrays, count, GAUS_PULL, true, error);
}

static tweed_status push(tweed_gaus_engine *engine, tweed_error *error) {
  gpu_engine *e = (gpu_engine *)engine;
  tweed_status status = tweed_cuda_enter(e->device, error);
  if (status == TWEED_OK) {
    status = push_inside(e, error);
    tweed_cuda_leave(e->device);
  }
  return status;
}

static tweed_status run(tweed_gaus_engine *engine, int32_t iterations, tweed_error *error) {
  gpu_engine *e = (gpu_engine *)engine;
  tweed_status status = tweed_cuda_enter(e->device, error);
  if (status == TWEED_OK) {
    status = run_inside(e, iterations, error);
    tweed_cuda_leave(e->device);
  }
  for (int32_t r = 0; status == TWEED_OK && r < e->replicas; r++)
    e->host_state->params[r].iteration += iterations;
  return status;
}

static tweed_status pull(tweed_gaus_engine *engine, tweed_error *error) {
  gpu_engine *e = (gpu_engine *)engine;
  tweed_status status = tweed_cuda_enter(e->device, error);
  if (status == TWEED_OK) {
    status = pull_inside(e, error);
    tweed_cuda_leave(e->device);
  }
  return status;
}

static void destroy(tweed_gaus_engine *engine) {
  gpu_engine *e = (gpu_engine *)engine;
  const tweed_cuda_driver *d = &e->device->driver;
  if (tweed_cuda_enter(e->device, NULL) == TWEED_OK) {
    if (e->graph)
      d->GraphExecDestroy(e->graph);
    if (e->state_memory)
      d->MemFree(e->state_memory);
    if (e->problem_memory)
      d->MemFree(e->problem_memory);
    if (e->stream)
      d->StreamDestroy(e->stream);
    tweed_cuda_leave(e->device);
  }
  free(e);
}

static tweed_status prepare(gpu_engine *e, tweed_error *error) {
  CUresult r = e->device->driver.StreamCreate(&e->stream, CU_STREAM_NON_BLOCKING);
  if (r != CUDA_SUCCESS) {
    e->stream = NULL;
    return check(e, r, "making a stream", error);
  }
  tweed_status status = place_problem(e, error);
  if (status == TWEED_OK)
    status = place_state(e, error);
  return status != TWEED_OK || e->blocks ? status : capture(e, error);
}

tweed_status tweed_gaus_gpu_engine(tweed_cuda_device *device, const gaus_problem *problem, gaus_state *state,
                                   int32_t replicas, tweed_gaus_form form, tweed_gaus_engine **out,
                                   tweed_error *error) {
  gpu_engine *e = calloc(1, sizeof *e);
  if (!e)
    return tweed_no_memory(error);
  e->base = (tweed_gaus_engine){"cuda", push, run, pull, destroy};
  e->device = device, e->host_problem = problem, e->host_state = state, e->replicas = replicas;
  bool fits = problem->nops <= BLOCK_OPS || replicas >= device->processors;
  e->blocks = form == TWEED_GAUS_BLOCKS || replicas > MOST_REPLICAS || (form == TWEED_GAUS_BY_SIZE && fits);
  tweed_status status = tweed_cuda_enter(device, error);
  if (status == TWEED_OK) {
    status = prepare(e, error);
    tweed_cuda_leave(device);
  }
  if (status != TWEED_OK) {
    destroy(&e->base);
    return status;
  }
  *out = &e->base;
  return TWEED_OK;
}

/* ---- measurements ---- */

static tweed_status time_kernel(gpu_engine *e, int kernel, int32_t times, double *seconds, tweed_error *error) {
  const tweed_cuda_driver *d = &e->device->driver;
  CUresult r = step(e, kernel);
  r = r ? r : d->StreamSynchronize(e->stream);
  double before = tweed_clock();
  for (int32_t k = 0; k < times && r == CUDA_SUCCESS; k++)
    r = step(e, kernel);
  r = r ? r : d->StreamSynchronize(e->stream);
  *seconds = (tweed_clock() - before) / times;
  return check(e, r, "running kernels", error);
}

tweed_status tweed_gaus_gpu_time(tweed_gaus_engine *engine, int32_t times, double *seconds, tweed_error *error) {
  gpu_engine *e = (gpu_engine *)engine;
  tweed_status status = tweed_cuda_enter(e->device, error);
  if (status != TWEED_OK)
    return status;
  for (int kernel = TWEED_CUDA_DEPOSIT; kernel <= TWEED_CUDA_STEPS && status == TWEED_OK; kernel++)
    status = time_kernel(e, kernel, times, &seconds[kernel], error);
  tweed_cuda_leave(e->device);
  return status;
}
