/* driver.c: finds libcuda and its entry points. */
#include "driver.h"
#include <dlfcn.h>
#include <string.h>

/* CUDA 11.4: the first whose driver has all of TWEED_CUDA_FUNCTIONS. */
enum { OLDEST = 11040 };

typedef struct symbol {
  size_t member;
  const char *name;
} symbol;

static const symbol symbols[] = {
#define ROW(member, name, parameters) {offsetof(tweed_cuda_driver, member), name},
    TWEED_CUDA_FUNCTIONS(ROW)
#undef ROW
};

/* The first name that the library lacks, or NULL. */
static const char *resolve(tweed_cuda_driver *d) {
  for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++) {
    void *address = dlsym(d->library, symbols[k].name);
    if (!address)
      return symbols[k].name;
    memcpy((char *)d + symbols[k].member, &address, sizeof address); /* POSIX: a function's address fits */
  }
  return NULL;
}

tweed_status tweed_cuda_check(const tweed_cuda_driver *d, CUresult result, const char *what, tweed_error *error) {
  const char *text = NULL;
  if (result == CUDA_SUCCESS)
    return TWEED_OK;
  if (d->GetErrorString(result, &text) != CUDA_SUCCESS || !text)
    text = "unknown error";
  return tweed_fail(error, result == CUDA_ERROR_OUT_OF_MEMORY ? TWEED_NO_MEMORY : TWEED_IO,
                    "GPU: %s: %s (CUDA error %d)", what, text, result);
}

static tweed_status start(tweed_cuda_driver *d, tweed_error *error) {
  int version = 0;
  const char *missing = resolve(d);
  if (d->DriverGetVersion && d->DriverGetVersion(&version) == CUDA_SUCCESS && version < OLDEST)
    return tweed_fail(error, TWEED_IO, "GPU: the driver knows CUDA %d.%d, and 11.4 or later is needed: update it",
                      version / 1000, version % 1000 / 10);
  if (missing)
    return tweed_fail(error, TWEED_IO, "GPU: the driver has no %s: update it", missing);
  CUresult result = d->Init(0);
  if (result == CUDA_ERROR_NO_DEVICE)
    return tweed_fail(error, TWEED_IO, "GPU: there is a driver, but no device");
  return tweed_cuda_check(d, result, "the driver does not start", error);
}

tweed_status tweed_cuda_driver_load(const char *path, tweed_cuda_driver *out, tweed_error *error) {
  memset(out, 0, sizeof *out);
  out->library = dlopen(path ? path : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!out->library)
    return tweed_fail(error, TWEED_IO, "GPU: no NVIDIA driver (%s)", dlerror());
  tweed_status status = start(out, error);
  if (status != TWEED_OK) {
    dlclose(out->library);
    out->library = NULL;
  }
  return status;
}
