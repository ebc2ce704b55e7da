/* driver.c: a libcuda.so.1 whose GPU is the emulator: what tools/gpu/run.py calls, with the checks that a driver makes.
 * Linked with one to three emulated modules; the first that is loaded is tweed_emu_module_first. The image must be PTX
 * for sm_90a that declares the module's kernels with the same parameters. PLAYED_FAIL=NAME: that function fails.
 * PLAYED_HANG=1: launches never end. */
#include "emu/emu.h"
#include "emu/entry.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define FUNCTION(NAME, ...)                                                                                            \
  EXPORT int NAME(__VA_ARGS__);                                                                                        \
  int NAME(__VA_ARGS__)

enum { INVALID_VALUE = 1, NO_CONTEXT = 201, INVALID_PTX = 218, NOT_FOUND = 500, LAUNCH_FAILED = 719, UNKNOWN = 999 };
enum { MOST_PIECES = 64, MAX_DYNAMIC_SHARED = 8, SHARED_WITHOUT_ASKING = 48 * 1024, NOISE = 0xa5, JIT_LOG = 5 };

extern const tweed_emu_module tweed_emu_module_first;
extern const tweed_emu_module tweed_emu_module_second __attribute__((weak));
extern const tweed_emu_module tweed_emu_module_third __attribute__((weak));

typedef struct module {
  const tweed_emu_module *emulated;
  char *image;
} module;

typedef struct function {
  const tweed_emu_module *emulated;
  const tweed_emu_kernel *kernel;
  uint32_t most_shared;
} function;

static struct {
  struct {
    unsigned char *at;
    size_t size;
  } pieces[MOST_PIECES];
  module modules[3];
  function functions[8];
  int module_count, function_count, result; /* result: of launches so far */
  bool current;
} gpu;

static bool fails(const char *name) {
  const char *wanted = getenv("PLAYED_FAIL");
  return wanted && strcmp(wanted, name) == 0;
}

#define INSIDE                                                                                                         \
  if (!gpu.current)                                                                                                    \
    return NO_CONTEXT;                                                                                                 \
  if (fails(__func__))                                                                                                 \
  return UNKNOWN

FUNCTION(cuInit, unsigned flags) {
  return flags ? INVALID_VALUE : fails(__func__) ? UNKNOWN : 0;
}
FUNCTION(cuDeviceGet, int *device, int ordinal) {
  *device = ordinal;
  return ordinal ? INVALID_VALUE : 0;
}
FUNCTION(cuDevicePrimaryCtxRetain, void **context, int device) {
  *context = &gpu;
  return device ? INVALID_VALUE : 0;
}
FUNCTION(cuCtxSetCurrent, void *context) {
  gpu.current = context == &gpu;
  return gpu.current ? 0 : INVALID_VALUE;
}
FUNCTION(cuGetErrorString, int result, const char **text) {
  *text = result == INVALID_PTX     ? "a PTX JIT compilation failed"
          : result == LAUNCH_FAILED ? "unspecified launch failure"
          : result == NOT_FOUND     ? "named symbol not found"
          : result == INVALID_VALUE ? "invalid argument"
                                    : "unknown error";
  return 0;
}

/* ---- memory ---- */

/* Whether all bytes are in one piece or in one variable. */
static bool is_memory(uint64_t at, size_t size) {
  unsigned char *p = (unsigned char *)(uintptr_t)at;
  for (int k = 0; k < MOST_PIECES; k++)
    if (gpu.pieces[k].at && p >= gpu.pieces[k].at && p + size <= gpu.pieces[k].at + gpu.pieces[k].size)
      return true;
  for (int m = 0; m < gpu.module_count; m++)
    for (uint32_t g = 0; g < gpu.modules[m].emulated->global_count; g++) {
      const tweed_emu_global *v = &gpu.modules[m].emulated->globals[g];
      if (p >= (unsigned char *)v->address && p + size <= (unsigned char *)v->address + v->size)
        return true;
    }
  return false;
}

FUNCTION(cuMemAlloc_v2, uint64_t *at, size_t size) {
  INSIDE;
  for (int k = 0; k < MOST_PIECES; k++)
    if (!gpu.pieces[k].at) {
      if (size == 0 || !(gpu.pieces[k].at = aligned_alloc(256, (size + 511) / 256 * 256)))
        return INVALID_VALUE;
      memset(gpu.pieces[k].at, NOISE, size);
      gpu.pieces[k].size = size;
      *at = (uint64_t)(uintptr_t)gpu.pieces[k].at;
      return 0;
    }
  return 2;
}
FUNCTION(cuMemcpyHtoD_v2, uint64_t to, const void *from, size_t size) {
  INSIDE;
  if (!is_memory(to, size))
    return INVALID_VALUE;
  memcpy((void *)(uintptr_t)to, from, size);
  return gpu.result;
}
FUNCTION(cuMemcpyDtoD_v2, uint64_t to, uint64_t from, size_t size) {
  INSIDE;
  if (!is_memory(to, size) || !is_memory(from, size))
    return INVALID_VALUE;
  memcpy((void *)(uintptr_t)to, (const void *)(uintptr_t)from, size);
  return gpu.result;
}
FUNCTION(cuMemsetD8_v2, uint64_t at, unsigned char byte, size_t size) {
  INSIDE;
  if (!is_memory(at, size))
    return INVALID_VALUE;
  memset((void *)(uintptr_t)at, byte, size);
  return gpu.result;
}
FUNCTION(cuMemcpyDtoH_v2, void *to, uint64_t from, size_t size) {
  INSIDE;
  if (!is_memory(from, size))
    return INVALID_VALUE;
  memcpy(to, (const void *)(uintptr_t)from, size);
  return gpu.result;
}

/* ---- modules ---- */

static bool same_parameters(const tweed_emu_kernel *a, const tweed_emu_kernel *b) {
  bool same = a->param_count == b->param_count;
  for (uint32_t i = 0; same && i < a->param_count; i++)
    same = a->params[i].size == b->params[i].size;
  return same;
}

/* Whether the PTX declares every kernel of the module. */
static bool declares(const char *image, const tweed_emu_module *m) {
  tweed_error error;
  tweed_arena *arena = tweed_arena_new();
  tweed_emu_module ptx;
  bool all = arena && emu_entries_read(image, arena, &ptx, &error) == TWEED_OK && strstr(image, ".target sm_90a");
  for (uint32_t k = 0; all && k < m->kernel_count; k++) {
    bool found = false;
    for (uint32_t i = 0; i < ptx.kernel_count; i++)
      found |= strcmp(ptx.kernels[i].name, m->kernels[k].name) == 0 && same_parameters(&ptx.kernels[i], &m->kernels[k]);
    all = found;
  }
  tweed_arena_free(arena);
  return all;
}

FUNCTION(cuModuleLoadDataEx, void **out, const void *image, unsigned count, const int *options, void **values) {
  INSIDE;
  const tweed_emu_module *const linked[] = {&tweed_emu_module_first, &tweed_emu_module_second, &tweed_emu_module_third};
  const tweed_emu_module *m = gpu.module_count < 3 ? linked[gpu.module_count] : NULL;
  if (!m || !declares(image, m)) {
    for (unsigned i = 0; i < count; i++)
      if (options[i] == JIT_LOG)
        strcpy(values[i], "ptxas fatal   : this is not the module");
    return INVALID_PTX;
  }
  module *loaded = &gpu.modules[gpu.module_count++];
  *loaded = (module){m, strdup(image)};
  *out = loaded;
  return 0;
}
FUNCTION(cuModuleGetGlobal_v2, uint64_t *at, size_t *size, const module *m, const char *name) {
  INSIDE;
  for (uint32_t g = 0; g < m->emulated->global_count && strstr(m->image, name); g++)
    if (strcmp(m->emulated->globals[g].name, name) == 0) {
      *at = (uint64_t)(uintptr_t)m->emulated->globals[g].address;
      *size = m->emulated->globals[g].size;
      return 0;
    }
  return NOT_FOUND;
}
FUNCTION(cuModuleGetFunction, function **out, const module *m, const char *name) {
  INSIDE;
  for (uint32_t k = 0; k < m->emulated->kernel_count; k++)
    if (strcmp(m->emulated->kernels[k].name, name) == 0) {
      *out = &gpu.functions[gpu.function_count++];
      **out = (function){m->emulated, &m->emulated->kernels[k], SHARED_WITHOUT_ASKING};
      return 0;
    }
  return NOT_FOUND;
}
FUNCTION(cuFuncSetAttribute, function *f, int attribute, int value) {
  INSIDE;
  if (attribute != MAX_DYNAMIC_SHARED || value < 0 || value + (int)f->kernel->shared_size > EMU_SHARED_MAX)
    return INVALID_VALUE;
  f->most_shared = (uint32_t)value;
  return 0;
}
FUNCTION(cuTensorMapEncodeTiled, void *map, int type, uint32_t rank, void *address, const uint64_t *size,
         const uint64_t *stride, const uint32_t *box, const uint32_t *steps, int interleave, int swizzle, int promotion,
         int fill) {
  static const int types[] = {
      TWEED_EMU_I8,  TWEED_EMU_I16, -1, TWEED_EMU_I32, -1, TWEED_EMU_I64, TWEED_EMU_F16, TWEED_EMU_F32,
      TWEED_EMU_F64, TWEED_EMU_BF16};
  static const uint32_t swizzles[] = {0, 32, 64, 128};
  if (fails(__func__) || (uintptr_t)map % 64 || type < 0 || type > 9 || types[type] < 0 || rank < 1 || rank > 5 ||
      interleave || swizzle < 0 || swizzle > 3 || promotion || fill)
    return INVALID_VALUE;
  tweed_emu_tensor t = {.address = address, .type = (tweed_emu_type)types[type], .rank = rank};
  t.swizzle = swizzles[swizzle];
  for (uint32_t d = 0; d < rank; d++) {
    t.size[d] = size[d];
    t.box[d] = box[d];
    t.stride[d] = d ? stride[d - 1] : 0;
    if (steps[d] != 1)
      return INVALID_VALUE;
  }
  tweed_error error;
  return tweed_emu_tensor_map_encode(&t, map, &error) == TWEED_OK ? 0 : INVALID_VALUE;
}

/* ---- launches ---- */

/* Runs on the emulator; 0 or the error of the GPU. */
static int emulate(const function *f, const uint32_t grid[3], const uint32_t block[3], uint32_t shared, void **values) {
  tweed_emu_launch *l = NULL;
  tweed_error error;
  tweed_status status = tweed_emu_launch_new(f->emulated, f->kernel->name, &l, &error);
  for (uint32_t i = 0; status == TWEED_OK && i < f->kernel->param_count; i++)
    status = tweed_emu_launch_value(l, values[i], f->kernel->params[i].size, &error);
  tweed_emu_verdict verdict = {.fault = TWEED_EMU_TRAP, .text = "it could not be launched"};
  if (status == TWEED_OK) {
    tweed_emu_launch_grid(l, grid[0], grid[1], grid[2]);
    tweed_emu_launch_block(l, block[0], block[1], block[2]);
    tweed_emu_launch_shared(l, shared);
    for (int k = 0; k < MOST_PIECES; k++)
      if (gpu.pieces[k].at)
        l->buffers[l->buffer_count++] = (emu_buffer){.data = gpu.pieces[k].at, .size = gpu.pieces[k].size};
    status = tweed_emu_run(l, NULL, &verdict, &error);
  }
  if (status != TWEED_OK)
    fprintf(stderr, "played driver: %s\n", error.message);
  else if (verdict.fault != TWEED_EMU_CLEAN)
    fprintf(stderr, "played driver: %s\n", verdict.text);
  tweed_emu_launch_free(l);
  return status != TWEED_OK ? INVALID_VALUE : verdict.fault == TWEED_EMU_CLEAN ? 0 : LAUNCH_FAILED;
}

FUNCTION(cuLaunchKernel, function *f, uint32_t grid_x, uint32_t grid_y, uint32_t grid_z, uint32_t block_x,
         uint32_t block_y, uint32_t block_z, uint32_t shared, void *stream, void **values, void **extra) {
  INSIDE;
  if (stream || extra || shared > f->most_shared)
    return INVALID_VALUE;
  fprintf(stderr, "played driver: %s<<<(%u,%u,%u),(%u,%u,%u),%u>>>\n", f->kernel->name, grid_x, grid_y, grid_z, block_x,
          block_y, block_z, shared);
  int result =
      emulate(f, (uint32_t[]){grid_x, grid_y, grid_z}, (uint32_t[]){block_x, block_y, block_z}, shared, values);
  if (result == LAUNCH_FAILED)
    gpu.result = result; /* is found out later */
  return result == LAUNCH_FAILED ? 0 : result;
}
FUNCTION(cuCtxSynchronize, void) {
  INSIDE;
  while (getenv("PLAYED_HANG"))
    pause();
  return gpu.result;
}

/* An event is the time at which it was recorded. */
FUNCTION(cuEventCreate, double **event, unsigned flags) {
  *event = calloc(1, sizeof **event);
  return flags || !*event ? INVALID_VALUE : 0;
}
FUNCTION(cuEventRecord, double *event, void *stream) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  *event = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
  return stream ? INVALID_VALUE : 0;
}
FUNCTION(cuEventElapsedTime, float *milliseconds, const double *start, const double *end) {
  *milliseconds = (float)(*end - *start);
  return *start > 0 && *end > 0 ? 0 : INVALID_VALUE;
}
