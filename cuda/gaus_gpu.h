/* gaus_gpu.h: the engine of GauS on a GPU. */
#ifndef TWEED_CUDA_GAUS_GPU_H
#define TWEED_CUDA_GAUS_GPU_H

#include "device.h"
#include "solve/gaus_engine.h"

/* Which kernels: by size; a block per replica; a graph of launches. */
typedef enum tweed_gaus_form { TWEED_GAUS_BY_SIZE, TWEED_GAUS_BLOCKS, TWEED_GAUS_GRAPH } tweed_gaus_form;

/* Keeps device, problem and state, which must outlive the engine. All memory of the GPU that it needs is allocated
 * here. After a failure of push, run or pull the engine is of no more use. */
tweed_status tweed_gaus_gpu_engine(TWEED_KEEP tweed_cuda_device *device, TWEED_KEEP const gaus_problem *problem,
                                   TWEED_KEEP gaus_state *state, int32_t replicas, tweed_gaus_form form,
                                   TWEED_GIVE tweed_gaus_engine **out, tweed_error *error);

/* For measurements: seconds[TWEED_CUDA_DEPOSIT … TWEED_CUDA_STEPS] that each kernel of a graph takes, launched so many
 * times by itself. The state on the GPU is of no use after it. */
tweed_status tweed_gaus_gpu_time(TWEED_KEEP tweed_gaus_engine *engine, int32_t times, double *seconds,
                                 tweed_error *error);

#endif
