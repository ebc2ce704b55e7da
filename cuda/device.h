/* device.h: a GPU with the kernels of gaus.cu on it. */
#ifndef TWEED_CUDA_DEVICE_H
#define TWEED_CUDA_DEVICE_H

#include "driver.h"

enum { TWEED_CUDA_DEPOSIT, TWEED_CUDA_ROWS, TWEED_CUDA_VALUES, TWEED_CUDA_STEPS, TWEED_CUDA_SOLVE, TWEED_CUDA_KERNELS };

/* Invariant: what is 0 or NULL does not have to be given back. The context is current only between enter and leave, so
 * that a program's own use of CUDA is not disturbed. */
typedef struct tweed_cuda_device {
  tweed_cuda_driver driver;
  CUdevice device;
  CUcontext context;
  CUmodule module;
  CUfunction kernels[TWEED_CUDA_KERNELS];
  int processors;
  char name[128]; /* "NVIDIA H100 …, compute capability 9.0" */
} tweed_cuda_device;

/* Opens the first GPU and compiles the kernels for it. `library` NULL: the system's driver; `ptx` NULL: this build's
 * kernels. Fails with TWEED_IO or TWEED_NO_MEMORY and a line that says why there is no GPU to use. */
tweed_status tweed_cuda_open(const char *library, const char *ptx, TWEED_GIVE tweed_cuda_device **out,
                             tweed_error *error);
void tweed_cuda_close(TWEED_TAKE tweed_cuda_device *device);

/* Each true enter() needs a leave(). */
tweed_status tweed_cuda_enter(tweed_cuda_device *device, tweed_error *error);
void tweed_cuda_leave(tweed_cuda_device *device);

#endif
