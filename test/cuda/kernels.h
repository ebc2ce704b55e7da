/* kernels.h: the kernels of cuda/gaus.cu, compiled as C and run by grid.h. */
#ifndef TWEED_TEST_CUDA_KERNELS_H
#define TWEED_TEST_CUDA_KERNELS_H

#include "gaus_data.h"
#include "grid.h"
#include <stddef.h>

/* Runs the kernel of that name with its arguments as a driver gets them: pointers to each. `launch` is given without
 * body and arguments. NULL, or what went wrong. */
const char *kernels_run(const char *name, grid_launch launch, void **arguments);

/* How many arguments the kernel takes and the size of each; 0 = there is none of that name. */
int32_t kernels_arguments(const char *name, size_t sizes[4]);

#endif
