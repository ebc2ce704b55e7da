// points.cu: loops over tiles for the tests of this folder; points.py reads the launches.
#include "cuda.h"
#define IN *__restrict__

enum { T = 64 };

// launch: one<<<2,64>>>(i32[4096]=random, out i32[128], N) N=0,1,2,9,20
KERNEL __launch_bounds__(T) one(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[((int)blockIdx.x * 20 + i) * T + t];
    __syncthreads();
    sum = sum * 3 + tile[(t + 1) % T] + tile[(t + 33) % T];
    __syncthreads();
  }
  out[(int)blockIdx.x * T + t] = sum;
}

// Floats go by asynchronous copies, halves by stores.
// launch: both<<<1,64>>>(f32[1280]=random, f16[1280]=random, out f32[64], N) N=0,1,2,9,20
KERNEL __launch_bounds__(T) both(const float IN a, const half IN b, float IN out, int n) {
  __shared__ float as[T];
  __shared__ half bs[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int i = 0; i < n; i++) {
    as[t] = a[i * T + t];
    bs[t] = b[i * T + t];
    __syncthreads();
    sum = sum * 0.5f + as[T - 1 - t] * (float)bs[(t + 7) % T];
    __syncthreads();
  }
  out[t] = sum;
}

// The second tile is filled while the first one is read.
// launch: two<<<1,64>>>(i32[1280]=random, i32[1280]=random, out i32[64], N) N=0,1,2,9,20
KERNEL __launch_bounds__(T) two(const int IN a, const int IN b, int IN out, int n) {
  __shared__ int as[T], bs[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    as[t] = a[i * T + t];
    __syncthreads();
    sum = sum * 3 + as[(t + 1) % T];
    bs[t] = b[i * T + t];
    __syncthreads();
    sum = sum * 5 + bs[(t + 40) % T];
    __syncthreads();
  }
  out[t] = sum;
}

// Several outputs for each block: the loop is gone through again and again.
// launch: persistent<<<2,64>>>(i32[2048]=random, out i32[448], 7, N) N=0,1,2,5
KERNEL __launch_bounds__(T) persistent(const int IN in, int IN out, int jobs, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x;
  for (int job = (int)blockIdx.x; job < jobs; job += (int)gridDim.x) {
    int sum = job;
    for (int i = 0; i < n; i++) {
      tile[t] = in[(job + i) * T + t];
      __syncthreads();
      sum = sum * 3 + tile[(t + 1) % T];
      __syncthreads();
    }
    out[job * T + t] = sum;
  }
}

// Barriers of the threads that compute: in the loop and behind it.
// launch: meeting<<<1,64>>>(i32[1280]=random, out i32[64], N) N=0,1,2,9,20
KERNEL __launch_bounds__(T) meeting(const int IN in, int IN out, int n) {
  __shared__ int tile[T], sums[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sums[t] = sum + tile[(t + 1) % T];
    __syncthreads();
    sum = sum * 3 + sums[(t + 50) % T];
  }
  __syncthreads();
  sums[t] = sum;
  __syncthreads();
  out[t] = sum + sums[T - 1 - t];
}

// Sixteen bytes for each thread, without gaps: rows.
// launch: rows<<<1,64>>>(f32[5120]=random, out f32[64], N) N=0,1,2,9,20
typedef float quad __attribute__((ext_vector_type(4)));
KERNEL __launch_bounds__(T) rows(const quad IN in, float IN out, int n) {
  __shared__ quad tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 0.5f + tile[(t + 1) % T].x + tile[(t + 9) % T].w;
    __syncthreads();
  }
  out[t] = sum;
}

// What is stored may be what the next iterations load, as far as anybody knows.
// launch: aliased<<<1,64>>>(i32[1024]=random, out i32[1024], N) N=1,3
KERNEL __launch_bounds__(T) aliased(const int *in, int *out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    out[i * T + t] = tile[T - 1 - t];
    __syncthreads();
  }
}

// The tile is used behind the loop, too.
// launch: kept<<<1,64>>>(i32[1024]=random, out i32[64], N) N=1,3
KERNEL __launch_bounds__(T) kept(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum + tile[(t + 1) % T];
}

// An iteration fills the tile with what the one before has computed.
// launch: carried<<<1,64>>>(i32[1024]=random, out i32[64], N) N=1,3
KERNEL __launch_bounds__(T) carried(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t] + sum;
    __syncthreads();
    sum = sum * 3 + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// What the copies read was written by the block before the loop.
// launch: written<<<1,64>>>(inout i32[1024]=random, out i32[64], N) N=1,3
KERNEL __launch_bounds__(T) written(int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  in[T - 1 - t] = 5 * t;
  __syncthreads();
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + tile[(t + 1) % T];
    __syncthreads();
  }
  out[t] = sum;
}

// How many trips there are stands in memory.
// launch: counted<<<1,64>>>(i32[1024]=random, i32[1]=range, out i32[64]) N=1
KERNEL __launch_bounds__(T) counted(const int IN in, const int IN count, int IN out) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < *count; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + tile[(t + 1) % T];
    __syncthreads();
  }
  out[t] = sum;
}

// Copies that are asynchronous already.
// launch: by_hand<<<1,64>>>(f32[1024]=random, out f32[64], N) N=1,3
KERNEL __launch_bounds__(T) by_hand(const quad IN in, float IN out, int n) {
  __shared__ quad tile[T];
  int t = (int)threadIdx.x;
  float sum = 0;
  for (int i = 0; i < n; i++) {
    copy_async_16(&tile[t], &in[i * T + t]);
    copy_commit();
    copy_wait<0>();
    __syncthreads();
    sum += tile[T - 1 - t].x;
    __syncthreads();
  }
  out[t] = sum;
}

// Blocks of a warp and a half.
// launch: odd<<<1,48>>>(i32[1024]=random, out i32[48], N) N=1,3
KERNEL __launch_bounds__(48) odd(const int IN in, int IN out, int n) {
  __shared__ int tile[48];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * 48 + t];
    __syncthreads();
    sum = sum * 3 + tile[47 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// Of dynamic shared memory nobody knows the size.
// launch: dynamic<<<1,64,256>>>(i32[1024]=random, out i32[64], N) N=1,3
KERNEL __launch_bounds__(T) dynamic(const int IN in, int IN out, int n) {
  extern __shared__ int any[];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    any[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + any[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// The lane's number comes from PTX, where another thread that does the copy has its own.
// launch: lanes<<<1,64>>>(i32[1024]=random, out i32[64], N) N=1,3
KERNEL __launch_bounds__(T) lanes(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0, number;
  asm("mov.u32 %0, %%laneid;" : "=r"(number));
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t] + number;
    __syncthreads();
    sum = sum * 3 + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// Those who compute may have it.
// launch: lanes_behind<<<1,64>>>(i32[1280]=random, out i32[64], N) N=0,1,3,20
KERNEL __launch_bounds__(T) lanes_behind(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0, number;
  asm("mov.u32 %0, %%laneid;" : "=r"(number));
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + tile[T - 1 - number];
    __syncthreads();
  }
  out[t] = sum;
}

// But not the size of the block, which is another one then.
// launch: sized<<<1,64>>>(i32[1280]=random, out i32[64], N) N=0,1,3,20
KERNEL __launch_bounds__(T) sized(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0, size;
  asm("mov.u32 %0, %%ntid.x;" : "=r"(size));
  for (int i = 0; i < n; i++) {
    tile[t] = in[i * T + t];
    __syncthreads();
    sum = sum * 3 + tile[size - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// Each iteration stores what the one before has loaded, the first one zeroes.
// launch: delayed<<<1,64>>>(i32[1280]=random, out i32[64], N) N=0,1,3,20
KERNEL __launch_bounds__(T) delayed(const int IN in, int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0, next = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = next;
    __syncthreads();
    next = in[i * T + t];
    sum = sum * 3 + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}

// cp.async reads no constant memory.
// launch: fixed<<<1,64>>>(out i32[64], N) N=0,1,3,20
__constant__ int table[T] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3, 3, 8, 3, 2, 7};
KERNEL __launch_bounds__(T) fixed(int IN out, int n) {
  __shared__ int tile[T];
  int t = (int)threadIdx.x, sum = 0;
  for (int i = 0; i < n; i++) {
    tile[t] = table[(i * 5 + t) % T];
    __syncthreads();
    sum = sum * 3 + tile[T - 1 - t];
    __syncthreads();
  }
  out[t] = sum;
}
