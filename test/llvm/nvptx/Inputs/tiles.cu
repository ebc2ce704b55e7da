/* tiles.cu: loops over tiles in shared memory in the forms that copies, barriers and counters come in. Each is there
 * for what stands above it. */
#include "cuda.h"

typedef float quad __attribute__((vector_size(16)));
enum { T = 64 };

/* Blocks of two dimensions, edges with zeroes, the product in a loop of its own. C = A B, m x k, k x n. */
KERNEL square(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int m, int n, int k) {
  __shared__ float as[8][8], bs[8][8];
  int x = (int)threadIdx.x, y = (int)threadIdx.y, row = (int)blockIdx.y * 8 + y, column = (int)blockIdx.x * 8 + x;
  float sum = 0;
  for (int at = 0; at < k; at += 8) {
    as[y][x] = row < m && at + x < k ? a[row * k + at + x] : 0;
    bs[y][x] = at + y < k && column < n ? b[(at + y) * n + column] : 0;
    __syncthreads();
#pragma clang loop unroll(disable)
    for (int i = 0; i < 8; i++)
      sum += as[y][i] * bs[i][x];
    __syncthreads();
  }
  if (row < m && column < n)
    c[row * n + column] = sum;
}

/* 16 bytes at a time, or none. n counts vectors. */
KERNEL __launch_bounds__(T) wide(const quad *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ __attribute__((aligned(16))) quad tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    tile[t] = at + t < n ? in[at + t] : (quad){};
    __syncthreads();
    quad other = tile[T - 1 - t];
    sum = sum * 0.5f + other[0] + other[3];
    __syncthreads();
  }
  out[t] = sum;
}

/* One barrier in front of the copies and one behind them. */
KERNEL __launch_bounds__(T) before(const float *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    __syncthreads();
    tile[t] = at + t < n ? in[at + t] : 0;
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t];
  }
  out[t] = sum;
}

/* Two tiles, filled one after the other, each between barriers of its own. */
KERNEL __launch_bounds__(T)
    turns(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, int n) {
  __shared__ float as[T], bs[2 * T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    as[t] = at + t < n ? a[at + t] : 0;
    __syncthreads();
    float x = as[(t + 1) % T];
    __syncthreads();
    bs[t] = at + t < n ? b[at + t] : 0;
    bs[t + T] = at + t < n ? b[at + t + n] : 0;
    __syncthreads();
    sum = sum * 0.5f + x * bs[2 * T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* Halves become floats on the way, times a factor of the tile. */
KERNEL __launch_bounds__(T)
    converted(const half *__restrict__ in, const float *__restrict__ factors, float *__restrict__ out, int n) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    tile[t] = (at + t < n ? (float)in[at + t] : 0.0f) * factors[at / T];
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* Four bytes are loaded at once and stored as four floats. n is a multiple of 4. */
KERNEL __launch_bounds__(T) unpacked(const u32 *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float tile[4 * T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n / 4; at += T) {
    u32 four = at + t < n / 4 ? in[at + t] : 0;
#pragma unroll
    for (int i = 0; i < 4; i++)
      tile[4 * t + i] = (float)(signed char)(four >> 8 * i & 255) * 0.125f;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 4; i++)
      sum = sum * 0.5f + tile[(4 * t + 5 + i) % (4 * T)];
    __syncthreads();
  }
  out[t] = sum;
}

/* Some threads copy this, some that, and some nothing; in elements of two bytes. */
KERNEL __launch_bounds__(2 * T)
    shared_out(const half *__restrict__ a, const half *__restrict__ b, float *__restrict__ out, int n) {
  __shared__ half as[T], bs[T / 2];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    if (t < T)
      as[t] = at + t < n ? a[at + t] : (half)0;
    else if (t < T + T / 2)
      bs[t - T] = b[at / 2 + t - T];
    __syncthreads();
    sum = sum * 0.5f + (float)as[(t + 3) % T] * (float)bs[t % (T / 2)];
    __syncthreads();
  }
  out[t] = sum;
}

/* Floats and halves in the same loop: some copies can be asynchronous, some can't. */
KERNEL __launch_bounds__(T)
    mixed(const float *__restrict__ a, const half *__restrict__ b, float *__restrict__ out, int n) {
  __shared__ float as[T];
  __shared__ half bs[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    as[t] = at + t < n ? a[at + t] : 0;
    bs[t] = at + t < n ? b[at + t] : (half)1;
    __syncthreads();
    sum = sum * 0.5f + as[T - 1 - t] * (float)bs[(t + 7) % T];
    __syncthreads();
  }
  out[t] = sum;
}

/* A loop of copies of two bytes: they don't fit into registers. n is a multiple of 128. */
KERNEL __launch_bounds__(32) looped(const half *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ half tile[128];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += 128) {
#pragma clang loop unroll(disable)
    for (int i = t; i < 128; i += 32)
      tile[i] = in[at + i];
    __syncthreads();
    for (int i = 0; i < 128; i += 32)
      sum = sum * 0.5f + (float)tile[127 - i - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* The next tile is what a list in memory says: what runs ahead loads. */
KERNEL __launch_bounds__(T)
    listed(const float *__restrict__ in, const int *__restrict__ next, float *__restrict__ out, int tiles) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < tiles; at = next[at] + 1) {
    tile[t] = in[at * T + t];
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* What the loop reads is written between its runs, and only the loop's own barrier stands between. One block. */
KERNEL __launch_bounds__(T) rewritten(float *x, int n, int times) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  for (int i = 0; i < times; i++) {
    float sum = 0;
    for (int at = 0; at < n; at += T) {
      __syncthreads();
      tile[t] = x[at + t];
      __syncthreads();
      sum = sum * 0.5f + tile[T - 1 - t];
    }
    __syncthreads();
    x[(t + 1) % T] = sum;
  }
}

/* A loop that is run again: its slots may still be read by slower threads. */
KERNEL __launch_bounds__(T) repeated(const float *__restrict__ in, float *__restrict__ out, int rows, int n) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  for (int row = (int)blockIdx.x; row < rows; row += (int)gridDim.x) {
    float sum = 0;
    for (int at = 0; at < n; at += T) {
      tile[t] = at + t < n ? in[row * n + at + t] : 0;
      __syncthreads();
      sum = sum * 0.5f + tile[T - 1 - t];
      __syncthreads();
    }
    out[row * T + t] = sum;
  }
}

/* Two loops, one behind the other, the second with what the first has found. */
KERNEL __launch_bounds__(T)
    two(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ out, int n) {
  __shared__ float as[T], bs[T];
  int t = (int)threadIdx.x;
  float sum = 0, most = 0;
  for (int at = 0; at < n; at += T) {
    as[t] = at + t < n ? a[at + t] : 0;
    __syncthreads();
    most = __builtin_fmaxf(most, as[T - 1 - t]);
    __syncthreads();
  }
  for (int at = 0; at < 2 * n; at += T) {
    bs[t] = at + t < 2 * n ? b[at + t] : 0;
    __syncthreads();
    sum = sum * most + bs[(t + 1) % T];
    __syncthreads();
  }
  out[t] = sum;
}

/* Tiles so large that a ring of them is more than static memory may be; two dimensions. */
KERNEL large(const float *__restrict__ in, float *__restrict__ out, int n) {
  enum { EACH = 20 };
  __shared__ float tile[256 * EACH];
  int t = (int)(threadIdx.y * blockDim.x + threadIdx.x);
  float sum = 0;
  for (int at = 0; at < n; at += 256 * EACH) {
#pragma unroll
    for (int i = 0; i < EACH; i++)
      tile[i * 256 + t] = at + i * 256 + t < n ? in[at + i * 256 + t] : 0;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < EACH; i++)
      sum = sum * 0.5f + tile[i * 256 + 255 - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* Downwards, by pointers, and as far as the block's number says. */
KERNEL __launch_bounds__(T) downwards(const float *__restrict__ in, float *__restrict__ out, int tiles) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  const float *first = in + (long)blockIdx.x * T;
  for (const float *p = in + (long)tiles * T; p > first; p -= T) {
    tile[t] = p[t - T];
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t];
    __syncthreads();
  }
  out[blockIdx.x * T + threadIdx.x] = sum;
}

/* At least one iteration; the counter has 64 bits, and its step is only known at run time. */
KERNEL __launch_bounds__(T) strided(const float *__restrict__ in, float *__restrict__ out, long n, long step) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  long at = 0;
  do {
    tile[t] = in[at + t];
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t] + (float)at;
    __syncthreads();
    at += step;
  } while (at + T <= n);
  out[t] = sum;
}

/* Barriers that order something else too: in each iteration the block agrees on a sum. */
KERNEL __launch_bounds__(T) agreed(const float *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float tile[T], parts[T / WARP];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    tile[t] = at + t < n ? in[at + t] : 0;
    __syncthreads();
    float part = warp_sum(tile[(5 * t) % T]);
    if (lane() == 0)
      parts[warp()] = part;
    __syncthreads();
    sum = sum * 0.5f + parts[0] * parts[1] + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

/* What is copied is used in the iteration, too, and behind the loop. */
KERNEL __launch_bounds__(T) kept(const float *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x, last = -1;
  float sum = 0, x = 0;
  for (int at = 0; at < n; at += T) {
    x = at + t < n ? in[at + t] : 0;
    tile[t] = x;
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t] * x;
    __syncthreads();
    last = at;
  }
  out[t] = sum + x + (float)last;
}

/* Three that must be left alone. A function that is called knows the tile, */
static __shared__ float known[T];
__device__ __attribute__((noinline)) float last_of_known(int t) {
  return known[T - 1 - t];
}
KERNEL __launch_bounds__(T) called(const float *__restrict__ in, float *__restrict__ out, int n) {
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    known[t] = in[at + t];
    __syncthreads();
    sum = sum * 0.5f + known[T - 1 - t];
    __syncthreads();
  }
  out[t] = n > 0 ? sum + last_of_known(t) : 0;
}

/* is told of it. */
__device__ __attribute__((noinline)) float last_of(const float *tile, int t) {
  return tile[T - 1 - t];
}
KERNEL __launch_bounds__(T) told(const float *__restrict__ in, float *__restrict__ out, int n) {
  __shared__ float tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    tile[t] = in[at + t];
    __syncthreads();
    sum = sum * 0.5f + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = n > 0 ? sum + last_of(tile, t) : 0;
}

/* In dynamic memory, the size of which the passes are told. */
extern __shared__ float sized_later[];
KERNEL __launch_bounds__(T) dynamic(const float *__restrict__ in, float *__restrict__ out, int n) {
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int at = 0; at < n; at += T) {
    sized_later[t] = in[at + t];
    __syncthreads();
    sum = sum * 0.5f + sized_later[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}
