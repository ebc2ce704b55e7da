/* rows.cu: softmax and layer norm of the rows of a matrix, one block of 128 threads for each row. */
#include "cuda.h"

/* What f makes of the four warps' values; every thread gets it. */
template <typename F> INLINE float over_block(float x, float *slots, F f) {
  __syncthreads();
  if (lane() == 0)
    slots[warp()] = x;
  __syncthreads();
  return f(f(slots[0], slots[1]), f(slots[2], slots[3]));
}

KERNEL __launch_bounds__(128) softmax(const float *__restrict__ in, float *__restrict__ out, int columns) {
  __shared__ float slots[4];
  const float *row = in + blockIdx.x * (u32)columns;
  float top = -__builtin_huge_valf(), sum = 0;
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    top = __builtin_fmaxf(top, row[i]);
  top = over_block(warp_max(top), slots, [](float a, float b) { return __builtin_fmaxf(a, b); });
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    sum += exponential(row[i] - top);
  sum = over_block(warp_sum(sum), slots, [](float a, float b) { return a + b; });
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    out[blockIdx.x * (u32)columns + (u32)i] = exponential(row[i] - top) / sum;
}

KERNEL __launch_bounds__(128) layernorm(const float *__restrict__ in, const float *__restrict__ gain,
                                        const float *__restrict__ bias, float *__restrict__ out, int columns) {
  __shared__ float slots[4];
  const float *row = in + blockIdx.x * (u32)columns;
  float sum = 0, squares = 0;
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    sum += row[i];
  float mean = over_block(warp_sum(sum), slots, [](float a, float b) { return a + b; }) / (float)columns;
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    squares += (row[i] - mean) * (row[i] - mean);
  squares = over_block(warp_sum(squares), slots, [](float a, float b) { return a + b; });
  float scale = reciprocal_root(squares / (float)columns + 1e-5f);
  for (int i = (int)threadIdx.x; i < columns; i += 128)
    out[blockIdx.x * (u32)columns + (u32)i] = (row[i] - mean) * scale * gain[i] + bias[i];
}
