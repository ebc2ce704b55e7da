/* gemv.cu: y = W x with weights of few bits, m x k row by row, and x and y in float: a warp for each row, four to a
 * block. */
#include "cuda.h"

typedef signed char bytes __attribute__((vector_size(16)));
typedef u32 words __attribute__((vector_size(16)));
typedef float quad __attribute__((vector_size(16)));

/* Bytes, with a scale for each row. k is a multiple of 16. */
KERNEL __launch_bounds__(128) gemv_int8(const signed char *__restrict__ w, const float *__restrict__ scales,
                                        const float *__restrict__ x, float *__restrict__ y, int m, int k) {
  int row = (int)(blockIdx.x * 4 + warp());
  if (row >= m)
    return;
  float sum = 0;
  for (int i = (int)lane() * 16; i < k; i += WARP * 16) {
    bytes b = *(const bytes *)&w[row * k + i];
#pragma unroll
    for (int j = 0; j < 16; j += 4) {
      quad f = *(const quad *)&x[i + j];
#pragma unroll
      for (int e = 0; e < 4; e++)
        sum += (float)b[j + e] * f[e];
    }
  }
  sum = warp_sum(sum);
  if (lane() == 0)
    y[row] = sum * scales[row];
}

/* Four bits less 8, two to a byte, the first one low, with a scale for every 32 of a row. k is a multiple of 32. */
KERNEL __launch_bounds__(128) gemv_int4(const u8 *__restrict__ w, const float *__restrict__ scales,
                                        const float *__restrict__ x, float *__restrict__ y, int m, int k) {
  int row = (int)(blockIdx.x * 4 + warp());
  if (row >= m)
    return;
  float sum = 0;
  for (int i = (int)lane() * 32; i < k; i += WARP * 32) {
    words b = *(const words *)&w[(row * k + i) / 2];
    float part = 0;
#pragma unroll
    for (int j = 0; j < 32; j += 4) {
      quad f = *(const quad *)&x[i + j];
#pragma unroll
      for (int e = 0; e < 4; e++)
        part += (float)((int)(b[j / 8] >> (j % 8 + e) * 4 & 15) - 8) * f[e];
    }
    sum += part * scales[(row * k + i) / 32];
  }
  sum = warp_sum(sum);
  if (lane() == 0)
    y[row] = sum;
}
