/* fakecuda.c: a driver that plays a GPU: memory is the host's, kernels run on grid.h. What the environment says decides
 * how it fails: FAKECUDA_DEVICES=N      how many devices there are (1) FAKECUDA_VERSION=N      CUDA version, as in
 * cuDriverGetVersion (12040) FAKECUDA_CAPABILITY=N   compute capability times ten (80) FAKECUDA_PROCESSORS=N   (4)
 *   FAKECUDA_MEMORY=BYTES   what can be allocated at once
 *   FAKECUDA_FAIL=K         the K-th call that can fail does, with CUDA_ERROR_UNKNOWN; memory: OUT_OF_MEMORY
 *   FAKECUDA_JIT=1          the kernels do not compile
 * fakecuda_live() says how much of what was made has not been given back (with the context all is), fakecuda_calls()
 * how many calls could have failed. Freed memory and memory that has just been allocated is filled with noise. */
#include "cuda/driver.h"
#include "kernels.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { CUDA_ERROR_INVALID_VALUE = 1, CUDA_ERROR_INVALID_CONTEXT = 201, CUDA_ERROR_NOT_FOUND = 500 };
enum { CUDA_ERROR_LAUNCH_FAILED = 719, CUDA_ERROR_UNKNOWN = 999 };
enum { MOST_BLOCKS = 256, MOST_NODES = 4096, NOISE = 0xa5 };

typedef struct piece {
  char *at;
  size_t bytes;
} piece;

/* A launch as it was recorded: arguments are copied then, as a driver does. */
typedef struct node {
  struct CUfunc_st *function;
  grid_launch grid;
  void *arguments[4];
} node;

struct CUgraph_st {
  node nodes[MOST_NODES];
  int count;
};
struct CUgraphExec_st {
  struct CUgraph_st graph; /* the first member: freed as one */
};
struct CUstream_st {
  struct CUgraph_st *capturing;
};
struct CUfunc_st {
  char name[64];
  size_t sizes[4];
  int32_t arguments;
};
struct CUmod_st {
  struct CUfunc_st functions[16];
  int count;
  char *image;
};
struct CUctx_st {
  int retained;
};

/* What has been made and not been given back. It goes with the context, as on a GPU. */
typedef struct owned {
  void *object;
  void (*destroy)(void *object);
} owned;

static struct {
  struct CUctx_st context;
  int started, entered;
  long calls, used;
  piece pieces[MOST_BLOCKS];
  owned objects[MOST_BLOCKS];
} fake;

static void own(void *object, void (*destroy)(void *object)) {
  for (int k = 0; k < MOST_BLOCKS && object; k++)
    if (!fake.objects[k].object) {
      fake.objects[k] = (owned){object, destroy};
      return;
    }
}

static CUresult give_back(void *object) {
  for (int k = 0; k < MOST_BLOCKS && object; k++)
    if (fake.objects[k].object == object) {
      fake.objects[k].object = NULL;
      fake.objects[k].destroy(object);
      return CUDA_SUCCESS;
    }
  return CUDA_ERROR_INVALID_VALUE;
}

EXPORT long fakecuda_live(void);
EXPORT long fakecuda_calls(void);
long fakecuda_live(void) {
  long count = fake.entered + fake.context.retained;
  for (int k = 0; k < MOST_BLOCKS; k++)
    count += fake.objects[k].object != NULL;
  return count;
}
long fakecuda_calls(void) {
  return fake.calls;
}

static long setting(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : otherwise;
}

/* True if this call is the one to fail. */
static bool fails(void) {
  return ++fake.calls == setting("FAKECUDA_FAIL", 0);
}

#define FUNCTION(name, parameters)                                                                                     \
  EXPORT CUresult name parameters;                                                                                     \
  CUresult name parameters
/* Calls that need a context. */
#define INSIDE                                                                                                         \
  if (fake.entered == 0)                                                                                               \
    return CUDA_ERROR_INVALID_CONTEXT;                                                                                 \
  if (fails())                                                                                                         \
  return CUDA_ERROR_UNKNOWN

FUNCTION(cuInit, (unsigned flags)) {
  (void)flags;
  fake.calls = 0;
  fake.started = 1;
  return fails() ? CUDA_ERROR_UNKNOWN : setting("FAKECUDA_DEVICES", 1) > 0 ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}
FUNCTION(cuDriverGetVersion, (int *version)) {
  *version = (int)setting("FAKECUDA_VERSION", 12040);
  return CUDA_SUCCESS;
}
FUNCTION(cuGetErrorString, (CUresult result, const char **text)) {
  *text = result == CUDA_ERROR_OUT_OF_MEMORY       ? "out of memory"
          : result == CUDA_ERROR_INVALID_PTX       ? "a PTX JIT compilation failed"
          : result == CUDA_ERROR_NO_BINARY_FOR_GPU ? "no kernel image is available for execution on the device"
          : result == CUDA_ERROR_LAUNCH_FAILED     ? "unspecified launch failure"
          : result == CUDA_ERROR_INVALID_CONTEXT   ? "invalid device context"
          : result == CUDA_ERROR_UNKNOWN           ? "unknown error"
                                                   : NULL;
  return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
FUNCTION(cuDeviceGetCount, (int *count)) {
  *count = (int)setting("FAKECUDA_DEVICES", 1);
  return fails() ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}
FUNCTION(cuDeviceGet, (CUdevice * device, int ordinal)) {
  *device = ordinal;
  return fails() || ordinal != 0 ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
FUNCTION(cuDeviceGetName, (char *name, int length, CUdevice device)) {
  (void)device;
  snprintf(name, (size_t)length, "Fake GPU");
  return fails() ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}
FUNCTION(cuDeviceGetAttribute, (int *value, int attribute, CUdevice device)) {
  int capability = (int)setting("FAKECUDA_CAPABILITY", 80);
  (void)device;
  *value = attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR   ? capability / 10
           : attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR ? capability % 10
                                                                       : (int)setting("FAKECUDA_PROCESSORS", 4);
  return fails() ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
}
FUNCTION(cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device)) {
  if (fails() || device != 0 || !fake.started)
    return CUDA_ERROR_UNKNOWN;
  fake.context.retained++;
  *context = &fake.context;
  return CUDA_SUCCESS;
}
FUNCTION(cuDevicePrimaryCtxRelease_v2, (CUdevice device)) {
  if (device != 0 || --fake.context.retained < 0)
    return CUDA_ERROR_INVALID_CONTEXT;
  for (int k = 0; k < MOST_BLOCKS && fake.context.retained == 0; k++)
    give_back(fake.objects[k].object);
  return CUDA_SUCCESS;
}
FUNCTION(cuCtxPushCurrent_v2, (CUcontext context)) {
  if (context != &fake.context || context->retained == 0)
    return CUDA_ERROR_INVALID_CONTEXT;
  if (fails())
    return CUDA_ERROR_UNKNOWN;
  fake.entered++;
  return CUDA_SUCCESS;
}
FUNCTION(cuCtxPopCurrent_v2, (CUcontext * context)) {
  *context = &fake.context;
  return --fake.entered < 0 ? CUDA_ERROR_INVALID_CONTEXT : CUDA_SUCCESS;
}

/* ---- modules: the image must really be PTX with such kernels ---- */

static void free_module(void *object) {
  CUmodule module = object;
  free(module->image);
  free(module);
}
FUNCTION(cuModuleLoadDataEx, (CUmodule * module, const void *image, unsigned count, int *options, void **values)) {
  INSIDE;
  if (setting("FAKECUDA_JIT", 0) || !strstr(image, ".version") || !strstr(image, ".target sm_")) {
    for (unsigned k = 0; k < count; k++)
      if (options[k] == CU_JIT_ERROR_LOG_BUFFER)
        strcpy(values[k], "ptxas fatal: Unsupported .version\nsecond line");
    return CUDA_ERROR_INVALID_PTX;
  }
  *module = calloc(1, sizeof **module);
  if (!*module || !((*module)->image = strdup(image)))
    return CUDA_ERROR_OUT_OF_MEMORY;
  own(*module, free_module);
  return CUDA_SUCCESS;
}
FUNCTION(cuModuleUnload, (CUmodule module)) {
  return give_back(module);
}

/* The bytes of the kernel's k-th parameter in the PTX: `.param .align 8 .b8 NAME_param_K[BYTES]` or `.param .u32 …`; 0
 * = it has none. */
static size_t parameter_bytes(const char *image, const char *kernel, int32_t k) {
  char name[96];
  snprintf(name, sizeof name, " %s_param_%d", kernel, (int)k);
  const char *at = strstr(image, name);
  if (!at)
    return 0;
  at += strlen(name);
  return *at == '[' ? strtoul(at + 1, NULL, 10) : sizeof(int32_t);
}

FUNCTION(cuModuleGetFunction, (CUfunction * function, CUmodule module, const char *name)) {
  INSIDE;
  char entry[96];
  struct CUfunc_st *f = &module->functions[module->count++];
  snprintf(entry, sizeof entry, ".entry %s(", name);
  snprintf(f->name, sizeof f->name, "%s", name);
  f->arguments = kernels_arguments(name, f->sizes);
  bool same = f->arguments > 0 && strstr(module->image, entry) && !parameter_bytes(module->image, name, f->arguments);
  for (int32_t k = 0; k < f->arguments; k++)
    same &= parameter_bytes(module->image, name, k) == f->sizes[k];
  *function = f;
  return same ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

/* ---- memory ---- */

static piece *piece_at(CUdeviceptr at, size_t bytes) {
  char *p = (char *)(uintptr_t)at;
  for (int k = 0; k < MOST_BLOCKS; k++)
    if (fake.pieces[k].at && p >= fake.pieces[k].at && p + bytes <= fake.pieces[k].at + fake.pieces[k].bytes)
      return &fake.pieces[k];
  return NULL;
}

static void free_piece(void *object) {
  piece *p = piece_at((CUdeviceptr)(uintptr_t)object, 0);
  fake.used -= (long)p->bytes;
  p->at = NULL;
  free(object);
}
FUNCTION(cuMemAlloc_v2, (CUdeviceptr * at, size_t bytes)) {
  if (fake.entered == 0)
    return CUDA_ERROR_INVALID_CONTEXT;
  if (fails() || fake.used + (long)bytes > setting("FAKECUDA_MEMORY", 1L << 40))
    return CUDA_ERROR_OUT_OF_MEMORY;
  for (int k = 0; k < MOST_BLOCKS; k++)
    if (!fake.pieces[k].at) {
      if (bytes == 0 || !(fake.pieces[k].at = malloc(bytes)))
        return CUDA_ERROR_OUT_OF_MEMORY;
      memset(fake.pieces[k].at, NOISE, bytes);
      fake.pieces[k].bytes = bytes;
      fake.used += (long)bytes;
      own(fake.pieces[k].at, free_piece);
      *at = (CUdeviceptr)(uintptr_t)fake.pieces[k].at;
      return CUDA_SUCCESS;
    }
  return CUDA_ERROR_OUT_OF_MEMORY;
}
FUNCTION(cuMemFree_v2, (CUdeviceptr at)) {
  return give_back((void *)(uintptr_t)at);
}
FUNCTION(cuMemsetD8Async, (CUdeviceptr at, unsigned char byte, size_t bytes, CUstream stream)) {
  INSIDE;
  if (!piece_at(at, bytes) || !stream)
    return CUDA_ERROR_INVALID_VALUE;
  memset((void *)(uintptr_t)at, byte, bytes);
  return CUDA_SUCCESS;
}
FUNCTION(cuMemcpyHtoDAsync_v2, (CUdeviceptr to, const void *from, size_t bytes, CUstream stream)) {
  INSIDE;
  if (!piece_at(to, bytes) || !stream)
    return CUDA_ERROR_INVALID_VALUE;
  memcpy((void *)(uintptr_t)to, from, bytes);
  return CUDA_SUCCESS;
}
FUNCTION(cuMemcpyDtoHAsync_v2, (void *to, CUdeviceptr from, size_t bytes, CUstream stream)) {
  INSIDE;
  if (!piece_at(from, bytes) || !stream)
    return CUDA_ERROR_INVALID_VALUE;
  memcpy(to, (void *)(uintptr_t)from, bytes);
  return CUDA_SUCCESS;
}

/* ---- launches and graphs ---- */

static CUresult run_node(const node *n) {
  void *arguments[4];
  memcpy(arguments, n->arguments, sizeof arguments);
  const char *wrong = kernels_run(n->function->name, n->grid, arguments);
  if (wrong)
    fprintf(stderr, "fakecuda: %s: %s\n", n->function->name, wrong);
  return wrong ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

static void free_node(node *n) {
  for (int32_t k = 0; k < 4; k++)
    free(n->arguments[k]);
}

static bool copy_arguments(node *n, void *const *arguments) {
  for (int32_t k = 0; k < n->function->arguments; k++) {
    if (!(n->arguments[k] = malloc(n->function->sizes[k])))
      return false;
    memcpy(n->arguments[k], arguments[k], n->function->sizes[k]);
  }
  return true;
}

FUNCTION(cuLaunchKernel,
         (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
          unsigned block_z, unsigned shared, CUstream stream, void **arguments, void **extra)) {
  static uint64_t seed;
  INSIDE;
  if (grid_x == 0 || grid_y == 0 || grid_y > 65535 || grid_z != 1 || block_x == 0 || block_x > 1024 || block_y != 1 ||
      block_z != 1 || shared != 0 || extra || !stream)
    return CUDA_ERROR_INVALID_VALUE;
  node n = {.function = function,
            .grid = {.blocks = (int32_t)grid_x, .blocks_y = (int32_t)grid_y, .threads = (int32_t)block_x}};
  n.grid.seed = ++seed;
  CUresult result = copy_arguments(&n, arguments) ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
  struct CUgraph_st *graph = stream->capturing;
  if (result == CUDA_SUCCESS && graph && graph->count < MOST_NODES) {
    graph->nodes[graph->count++] = n;
    return CUDA_SUCCESS;
  }
  result = result == CUDA_SUCCESS ? run_node(&n) : result;
  free_node(&n);
  return result;
}

static void free_graph(void *object) {
  CUgraph graph = object;
  for (int k = 0; k < graph->count; k++)
    free_node(&graph->nodes[k]);
  free(graph);
}
static void free_stream(void *object) {
  CUstream stream = object;
  if (stream->capturing)
    free_graph(stream->capturing);
  free(stream);
}
FUNCTION(cuStreamCreate, (CUstream * stream, unsigned flags)) {
  INSIDE;
  if (flags != CU_STREAM_NON_BLOCKING)
    return CUDA_ERROR_INVALID_VALUE;
  *stream = calloc(1, sizeof **stream);
  own(*stream, free_stream);
  return *stream ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
FUNCTION(cuStreamDestroy_v2, (CUstream stream)) {
  return give_back(stream);
}
FUNCTION(cuGraphDestroy, (CUgraph graph)) {
  return give_back(graph);
}
FUNCTION(cuStreamSynchronize, (CUstream stream)) {
  INSIDE;
  return stream->capturing ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
FUNCTION(cuStreamBeginCapture_v2, (CUstream stream, int mode)) {
  INSIDE;
  if (stream->capturing || mode != CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)
    return CUDA_ERROR_INVALID_VALUE;
  stream->capturing = calloc(1, sizeof *stream->capturing);
  return stream->capturing ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
FUNCTION(cuStreamEndCapture, (CUstream stream, CUgraph *graph)) {
  INSIDE;
  *graph = stream->capturing;
  own(*graph, free_graph);
  stream->capturing = NULL;
  return *graph ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
FUNCTION(cuGraphInstantiateWithFlags, (CUgraphExec * exec, CUgraph graph, unsigned long long flags)) {
  INSIDE;
  *exec = calloc(1, sizeof **exec);
  if (!*exec || flags != 0)
    return CUDA_ERROR_OUT_OF_MEMORY;
  for (int k = 0; k < graph->count; k++) {
    node n = graph->nodes[k];
    memset(n.arguments, 0, sizeof n.arguments);
    copy_arguments(&n, graph->nodes[k].arguments);
    (*exec)->graph.nodes[(*exec)->graph.count++] = n;
  }
  own(*exec, free_graph);
  return CUDA_SUCCESS;
}
FUNCTION(cuGraphExecDestroy, (CUgraphExec exec)) {
  return give_back(exec);
}
FUNCTION(cuGraphLaunch, (CUgraphExec exec, CUstream stream)) {
  INSIDE;
  CUresult result = stream->capturing ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
  for (int k = 0; k < exec->graph.count && result == CUDA_SUCCESS; k++)
    result = run_node(&exec->graph.nodes[k]);
  return result;
}
