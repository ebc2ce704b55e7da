/* device.c: opens a GPU, with reasons where that does not work. */
#include "device.h"
#include "ptx.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_MAJOR = 7, OLDEST_MINOR = 0 }; /* compute capability that the kernels are compiled for */

static const char *const kernel_names[TWEED_CUDA_KERNELS] = {
    "tweed_gaus_deposit", "tweed_gaus_rows", "tweed_gaus_values", "tweed_gaus_steps", "tweed_gaus_solve"};

static tweed_status choose(tweed_cuda_device *d, tweed_error *error) {
  const tweed_cuda_driver *f = &d->driver;
  int count = 0, major = 0, minor = 0;
  char name[80] = "";
  tweed_status status = tweed_cuda_check(f, f->DeviceGetCount(&count), "counting devices", error);
  if (status != TWEED_OK)
    return status;
  if (count == 0)
    return tweed_fail(error, TWEED_IO, "GPU: there is a driver, but no device");
  CUresult r = f->DeviceGet(&d->device, 0);
  r = r ? r : f->DeviceGetName(name, sizeof name, d->device);
  r = r ? r : f->DeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, d->device);
  r = r ? r : f->DeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, d->device);
  r = r ? r : f->DeviceGetAttribute(&d->processors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, d->device);
  status = tweed_cuda_check(f, r, "asking for the device", error);
  if (status != TWEED_OK)
    return status;
  name[sizeof name - 1] = 0;
  snprintf(d->name, sizeof d->name, "%s, compute capability %d.%d", name, major, minor);
  if (major * 10 + minor < OLDEST_MAJOR * 10 + OLDEST_MINOR)
    return tweed_fail(error, TWEED_IO, "GPU: %s, and %d.%d or higher is needed", d->name, OLDEST_MAJOR, OLDEST_MINOR);
  return TWEED_OK;
}

static tweed_status find_kernels(tweed_cuda_device *d, tweed_error *error) {
  for (int k = 0; k < TWEED_CUDA_KERNELS; k++) {
    CUresult r = d->driver.ModuleGetFunction(&d->kernels[k], d->module, kernel_names[k]);
    tweed_status status = tweed_cuda_check(&d->driver, r, kernel_names[k], error);
    if (status != TWEED_OK)
      return status;
  }
  return TWEED_OK;
}

/* Has the driver compile the kernels; the context is current. */
static tweed_status compile(tweed_cuda_device *d, const char *ptx, tweed_error *error) {
  char log[400] = "";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, (void *)(uintptr_t)(sizeof log - 1)};
  CUresult r = d->driver.ModuleLoadDataEx(&d->module, ptx, 2, options, values);
  if (r == CUDA_SUCCESS)
    return find_kernels(d, error);
  d->module = NULL;
  log[strcspn(log, "\n")] = 0;
  char what[480];
  snprintf(what, sizeof what, "the driver does not compile the kernels%s%s", log[0] ? ": " : "", log);
  return tweed_cuda_check(&d->driver, r, what, error);
}

tweed_status tweed_cuda_enter(tweed_cuda_device *d, tweed_error *error) {
  return tweed_cuda_check(&d->driver, d->driver.CtxPushCurrent(d->context), "making the context current", error);
}

void tweed_cuda_leave(tweed_cuda_device *d) {
  CUcontext old;
  d->driver.CtxPopCurrent(&old);
}

static tweed_status prepare(tweed_cuda_device *d, const char *ptx, tweed_error *error) {
  tweed_status status = choose(d, error);
  if (status != TWEED_OK)
    return status;
  CUresult r = d->driver.DevicePrimaryCtxRetain(&d->context, d->device);
  if (r != CUDA_SUCCESS) {
    d->context = NULL;
    return tweed_cuda_check(&d->driver, r, "making a context", error);
  }
  status = tweed_cuda_enter(d, error);
  if (status != TWEED_OK)
    return status;
  status = compile(d, ptx, error);
  tweed_cuda_leave(d);
  return status;
}

tweed_status tweed_cuda_open(const char *library, const char *ptx, tweed_cuda_device **out, tweed_error *error) {
  ptx = ptx ? ptx : tweed_gaus_ptx;
  if (!ptx)
    return tweed_fail(error, TWEED_IO, "GPU: this build has no kernels; clang-19 or nvcc compiles them");
  tweed_cuda_device *d = calloc(1, sizeof *d);
  if (!d)
    return tweed_no_memory(error);
  tweed_status status = tweed_cuda_driver_load(library, &d->driver, error);
  if (status == TWEED_OK)
    status = prepare(d, ptx, error);
  if (status != TWEED_OK) {
    tweed_cuda_close(d);
    return status;
  }
  *out = d;
  return TWEED_OK;
}

void tweed_cuda_close(tweed_cuda_device *d) {
  if (d && d->module && tweed_cuda_enter(d, NULL) == TWEED_OK) {
    d->driver.ModuleUnload(d->module);
    tweed_cuda_leave(d);
  }
  if (d && d->context)
    d->driver.DevicePrimaryCtxRelease(d->device);
  free(d);
}
