/* threads.cu: loops of single threads: strides of the grid, up and down, recurrences, gathers, conditions, and loops
 * that must be left alone. */
#include "cuda.h"

INLINE int first() {
  return (int)(blockIdx.x * blockDim.x + threadIdx.x);
}
INLINE int stride() {
  return (int)(gridDim.x * blockDim.x);
}

/* Downwards, in place and into another buffer. */
KERNEL downwards(const float *x, float *y, float *z, int n) {
  for (int i = n - 1 - (int)threadIdx.x; i >= 0; i -= 64) {
    y[i] = y[i] * 0.5f + x[i];
    z[i] = y[i] - 1;
  }
}

/* A sum in doubles for each thread: no stores, a recurrence of the fp64 pipe. */
KERNEL dot(const float *__restrict__ a, const float *__restrict__ b, double *__restrict__ sums, int n) {
  double sum = 0;
  for (int i = first(); i < n; i += stride())
    sum += (double)a[i] * (double)b[i];
  sums[first()] = sum;
}

/* The address of one load is the value of another one. */
KERNEL gather(const int *__restrict__ at, const float *__restrict__ x, float *__restrict__ y, int n) {
  for (int i = first(); i < n; i += stride())
    y[i] = x[at[i] & 255] * 2;
}

/* The store, and a load before it, run for some elements only. */
KERNEL masked(const int *mask, const float *x, float *y, int n) {
  for (int i = first(); i < n; i += stride())
    if (mask[i] & 1)
      y[i] = x[i] + 1;
}

/* Each element needs the one before it. */
KERNEL recurrence(const float *x, float *y, int n) {
  float last = 0;
  for (int i = 0; i < n; i++) {
    last = last * 0.5f + x[i * WARP + (int)threadIdx.x];
    y[i * WARP + (int)threadIdx.x] = last;
  }
}

/* What is stored is read two iterations later. */
KERNEL chained(float *y, int n, int step) {
  y += threadIdx.x;
  for (int i = 2; i < n; i++)
    y[i * WARP] = y[(i - 2) * WARP] + (float)step;
}

/* The pointers may be the same, or overlap: a check decides. */
KERNEL shifted(const float *x, float *y, int n, int by) {
  for (int i = (int)threadIdx.x; i < n; i += WARP)
    y[i] = x[i] + x[i + by];
}
KERNEL itself(float *y, int n, int by) {
  const float *x = y + by;
  y += threadIdx.x;
  x += threadIdx.x;
  for (int i = 0; i < n; i++)
    y[i * WARP] = x[i * WARP] * 3;
}

/* 48 KB of shared memory leave room for few blocks, so nobody hides a load: what tweed pipelines by itself. */
enum { CODES = 12288 };
KERNEL __launch_bounds__(128)
    codebook(const u16 *__restrict__ codes, const float *__restrict__ book, float *__restrict__ y, int n) {
  __shared__ float values[CODES];
  for (int i = (int)threadIdx.x; i < CODES; i += 128)
    values[i] = book[i & 1023];
  __syncthreads();
  for (int i = first(); i < n; i += stride())
    y[i] = values[codes[i] % CODES];
}

/* Twelve iterations: too few for as many stages as latency asks for. */
KERNEL __launch_bounds__(32)
    few(const float *__restrict__ x, const float *__restrict__ f, float *__restrict__ y, int n) {
  __shared__ float kept[CODES];
  float sum = 0;
  kept[n + (int)threadIdx.x] = 1;
  x += (int)blockIdx.x * 12 * WARP + (int)threadIdx.x;
#pragma unroll 1
  for (int i = 0; i < 12; i++)
    sum += x[i * WARP] * f[i];
  __syncthreads();
  y[first()] = sum + kept[n + (int)(threadIdx.x ^ 1)];
}

/* Values of other lanes: every lane must be in the same iteration. */
KERNEL voted(const float *x, float *y, int n) {
  x += threadIdx.x, y += threadIdx.x;
  for (int i = 0; i < n; i++)
    y[i * WARP] = x[i * WARP] + shuffle_xor(x[i * WARP], 1);
}

/* Inline PTX that only computes: two bytes of each 32 bits, and a power of two. */
KERNEL inlined(const u32 *__restrict__ x, float *__restrict__ y, int n) {
  x += threadIdx.x, y += threadIdx.x;
  for (int i = 0; i < n; i++) {
    u32 low, high;
    float power;
    asm("prmt.b32 %0, %1, 0, 0x4441;" : "=r"(low) : "r"(x[i * WARP]));
    asm("prmt.b32 %0, %1, 0, 0x4443;" : "=r"(high) : "r"(x[i * WARP]));
    asm("ex2.approx.f32 %0, %1;" : "=f"(power) : "f"((float)low * 0.01f));
    y[i * WARP] = power + (float)high;
  }
}

/* Inline PTX that does more than that. */
KERNEL counted(const float *__restrict__ x, float *__restrict__ y, u32 *__restrict__ sum, int n) {
  for (int i = (int)threadIdx.x; i < n; i += WARP) {
    y[i] = x[i] * 2;
    asm volatile("red.global.add.u32 [%0], 1;" ::"l"(sum) : "memory");
  }
}

/* Two accesses of one step in bytes that is known at run time only. */
KERNEL wide(const double *x, double *y, int n, long by) {
  for (long i = threadIdx.x; i < n; i += by)
    y[i] = x[i] * 3;
}
