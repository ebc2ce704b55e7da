/* driver.h: NVIDIA's driver, found at run time. Declares the few entry points that are used, so that neither headers
 * nor libraries of CUDA are needed to build. The names of types, values and functions are the driver's. */
#ifndef TWEED_CUDA_DRIVER_H
#define TWEED_CUDA_DRIVER_H

#include "base/base.h"

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphExec_st *CUgraphExec;

enum {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_INVALID_PTX = 218,
  CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE = 36,       /* kHz */
  CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH = 37, /* bits */
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_JIT_ERROR_LOG_BUFFER = 5,
  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
  CU_STREAM_NON_BLOCKING = 1,
  CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1,
};

/* X(name in the table, symbol, parameters) */
#define TWEED_CUDA_FUNCTIONS(X)                                                                                        \
  X(Init, "cuInit", (unsigned flags))                                                                                  \
  X(DriverGetVersion, "cuDriverGetVersion", (int *version))                                                            \
  X(GetErrorString, "cuGetErrorString", (CUresult result, const char **text))                                          \
  X(DeviceGetCount, "cuDeviceGetCount", (int *count))                                                                  \
  X(DeviceGet, "cuDeviceGet", (CUdevice * device, int ordinal))                                                        \
  X(DeviceGetName, "cuDeviceGetName", (char *name, int length, CUdevice device))                                       \
  X(DeviceGetAttribute, "cuDeviceGetAttribute", (int *value, int attribute, CUdevice device))                          \
  X(DevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (CUcontext * context, CUdevice device))                        \
  X(DevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CUdevice device))                                        \
  X(CtxPushCurrent, "cuCtxPushCurrent_v2", (CUcontext context))                                                        \
  X(CtxPopCurrent, "cuCtxPopCurrent_v2", (CUcontext * context))                                                        \
  X(ModuleLoadDataEx, "cuModuleLoadDataEx",                                                                            \
    (CUmodule * module, const void *image, unsigned count, int *options, void **values))                               \
  X(ModuleUnload, "cuModuleUnload", (CUmodule module))                                                                 \
  X(ModuleGetFunction, "cuModuleGetFunction", (CUfunction * function, CUmodule module, const char *name))              \
  X(MemAlloc, "cuMemAlloc_v2", (CUdeviceptr * at, size_t bytes))                                                       \
  X(MemFree, "cuMemFree_v2", (CUdeviceptr at))                                                                         \
  X(MemsetD8Async, "cuMemsetD8Async", (CUdeviceptr at, unsigned char byte, size_t bytes, CUstream stream))             \
  X(MemcpyHtoDAsync, "cuMemcpyHtoDAsync_v2", (CUdeviceptr to, const void *from, size_t bytes, CUstream stream))        \
  X(MemcpyDtoHAsync, "cuMemcpyDtoHAsync_v2", (void *to, CUdeviceptr from, size_t bytes, CUstream stream))              \
  X(StreamCreate, "cuStreamCreate", (CUstream * stream, unsigned flags))                                               \
  X(StreamDestroy, "cuStreamDestroy_v2", (CUstream stream))                                                            \
  X(StreamSynchronize, "cuStreamSynchronize", (CUstream stream))                                                       \
  X(StreamBeginCapture, "cuStreamBeginCapture_v2", (CUstream stream, int mode))                                        \
  X(StreamEndCapture, "cuStreamEndCapture", (CUstream stream, CUgraph * graph))                                        \
  X(GraphInstantiate, "cuGraphInstantiateWithFlags", (CUgraphExec * exec, CUgraph graph, unsigned long long flags))    \
  X(GraphDestroy, "cuGraphDestroy", (CUgraph graph))                                                                   \
  X(GraphExecDestroy, "cuGraphExecDestroy", (CUgraphExec exec))                                                        \
  X(GraphLaunch, "cuGraphLaunch", (CUgraphExec exec, CUstream stream))                                                 \
  X(LaunchKernel, "cuLaunchKernel",                                                                                    \
    (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,       \
     unsigned block_z, unsigned shared, CUstream stream, void **arguments, void **extra))

typedef struct tweed_cuda_driver {
  void *library;
#define TWEED_CUDA_MEMBER(name, symbol, parameters) CUresult(*name) parameters;
  TWEED_CUDA_FUNCTIONS(TWEED_CUDA_MEMBER)
#undef TWEED_CUDA_MEMBER
} tweed_cuda_driver;

/* Loads the driver (`path` NULL: the system's) and starts it. TWEED_IO: there is none, it does not start, or it is too
 * old; the message says which, and what would help. A driver that has started stays loaded until the process ends, as
 * unloading it is not safe. */
tweed_status tweed_cuda_driver_load(const char *path, tweed_cuda_driver *out, tweed_error *error);

/* TWEED_OK, or a failure of `what` in the driver's words: TWEED_NO_MEMORY when the GPU's memory is used up, else
 * TWEED_IO. */
tweed_status tweed_cuda_check(const tweed_cuda_driver *d, CUresult result, const char *what, tweed_error *error);

#endif
