/* ptx.h: the kernels of gaus.cu in PTX, made by the build. */
#ifndef TWEED_CUDA_PTX_H
#define TWEED_CUDA_PTX_H

/* NULL: this build has none. */
extern const char *const tweed_gaus_ptx;

#endif
