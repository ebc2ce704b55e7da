/* usual.cu: tile loops in other shapes that programs have. */
#include "cuda.h"

typedef float quad __attribute__((ext_vector_type(4)));

INLINE void attract(const quad &me, const quad &other, float (&force)[3]) {
  float x = other.x - me.x, y = other.y - me.y, z = other.z - me.z;
  float root = reciprocal_root(x * x + y * y + z * z + 0.01f), scale = other.w * root * root * root;
  force[0] += x * scale;
  force[1] += y * scale;
  force[2] += z * scale;
}

/* All pairs of bodies (x, y, z, mass), a tile of them at a time. n is a multiple of 256. */
KERNEL __launch_bounds__(256) bodies(const quad *__restrict__ body, quad *__restrict__ out, int n) {
  __shared__ quad tile[256];
  int t = (int)threadIdx.x, i = (int)blockIdx.x * 256 + t;
  quad me = body[i];
  float force[3] = {};
  for (int at = 0; at < n; at += 256) {
    tile[t] = body[at + t];
    __syncthreads();
#pragma unroll 8
    for (int j = 0; j < 256; j++)
      attract(me, tile[j], force);
    __syncthreads();
  }
  out[i] = (quad){force[0], force[1], force[2], 0};
}

INLINE int dot(int a, int b, int c) {
  asm("dp4a.s32.s32 %0, %1, %2, %0;" : "+r"(c) : "r"(a), "r"(b));
  return c;
}

/* C = A Bᵗ of bytes, four to a word, k words in a row; the barrier stands in front of the copies. m and n are multiples
 * of 32, k of 8. */
KERNEL __launch_bounds__(256)
    igemm(const int *__restrict__ a, const int *__restrict__ b, int *__restrict__ c, int n, int k) {
  __shared__ int as[32][9], bs[32][9];
  int t = (int)threadIdx.x, x = t % 16, y = t / 16, row = (int)blockIdx.y * 32, column = (int)blockIdx.x * 32;
  int sum[2][2] = {};
  for (int at = 0; at < k; at += 8) {
    __syncthreads();
    as[t / 8][t % 8] = a[(row + t / 8) * k + at + t % 8];
    bs[t / 8][t % 8] = b[(column + t / 8) * k + at + t % 8];
    __syncthreads();
#pragma unroll
    for (int step = 0; step < 8; step++)
#pragma unroll
      for (int i = 0; i < 4; i++)
        sum[i / 2][i % 2] = dot(as[y + 16 * (i / 2)][step], bs[x + 16 * (i % 2)][step], sum[i / 2][i % 2]);
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
    c[(row + y + 16 * (i / 2)) * n + column + x + 16 * (i % 2)] = sum[i / 2][i % 2];
}

/* C = A B by pointers that walk, up to one that is the end. The sums stay in local memory, cleared by memset, since the
 * last loops are not unrolled. m and n are multiples of 64, k of 8. */
KERNEL __launch_bounds__(256)
    walking(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n, int k) {
  __shared__ float as[64 * 8], bs[8 * 64];
  int t = (int)threadIdx.x, x = t % 16, y = t / 16;
  a += (int)blockIdx.y * 64 * k;
  b += blockIdx.x * 64;
  c += (int)blockIdx.y * 64 * n + (int)blockIdx.x * 64;
  float sum[16] = {};
  for (const float *end = a + k; a != end; a += 8, b += 8 * n) {
    for (int i = 0; i < 64; i += 32)
      as[(t / 8 + i) * 8 + t % 8] = a[(t / 8 + i) * k + t % 8];
    for (int i = 0; i < 8; i += 4)
      bs[(t / 64 + i) * 64 + t % 64] = b[(t / 64 + i) * n + t % 64];
    __syncthreads();
    for (int step = 0; step < 8; step++)
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
          sum[i * 4 + j] += as[(y * 4 + i) * 8 + step] * bs[step * 64 + x * 4 + j];
    __syncthreads();
  }
#pragma clang loop unroll(disable)
  for (int i = 0; i < 16; i++)
    c[(y * 4 + i / 4) * n + x * 4 + i % 4] = sum[i];
}

extern __shared__ float carved[];

/* C = A B by 64 x 64 x 16, the tiles carved out of 8 KB of dynamic shared memory. m and n are multiples of 64, k of 16.
 */
KERNEL __launch_bounds__(256)
    sgemm_carved(const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int n, int k) {
  float *as = carved, *bs = carved + 64 * 16;
  int t = (int)threadIdx.x, x = t % 16, y = t / 16, row = (int)blockIdx.y * 64, column = (int)blockIdx.x * 64;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += 16) {
    *(quad *)&as[t * 4] = *(const quad *)&a[(row + t / 4) * k + at + t % 4 * 4];
    *(quad *)&bs[t * 4] = *(const quad *)&b[(at + y) * n + column + 4 * x];
    __syncthreads();
#pragma unroll
    for (int step = 0; step < 16; step++)
#pragma unroll
      for (int i = 0; i < 16; i++)
        sum[i / 4][i % 4] += as[(4 * y + i / 4) * 16 + step] * bs[step * 64 + 4 * x + i % 4];
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 16; i++)
    c[(row + 4 * y + i / 4) * n + column + 4 * x + i % 4] = sum[i / 4][i % 4];
}
