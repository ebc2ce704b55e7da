/* shapes.cu: one product of each kind of number that gemm kernels here don't use: C = A B + C (D = A B for wgmma), A by
 * rows, B by columns, C by rows, all in global memory; fragments are loaded as the PTX ISA lays them out, element by
 * element. */
#include "tensor.h"

enum { G = 4 }; /* lanes in a group */

/* f64, 8 x 8 x 4. */
INLINE void product_f64(const double *a, const double *b, double *c) {
  int g = (int)lane() / G, t = (int)lane() % G;
  double *d = c + g * 8 + t * 2;
  asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0, %1}, {%2}, {%3}, {%0, %1};"
               : "+d"(d[0]), "+d"(d[1])
               : "d"(a[g * 4 + t]), "d"(b[g * 4 + t]));
}

/* tf32, 16 x 8 x 8. */
INLINE void product_tf32(const float *a, const float *b, float *c) {
  int g = (int)lane() / G, t = (int)lane() % G;
  float *d = c + g * 8 + t * 2;
  auto bits = [](float x) { return __builtin_bit_cast(u32, x); };
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[64]), "+f"(d[65])
               : "r"(bits(a[g * 8 + t])), "r"(bits(a[(g + 8) * 8 + t])), "r"(bits(a[g * 8 + t + 4])),
                 "r"(bits(a[(g + 8) * 8 + t + 4])), "r"(bits(b[g * 8 + t])), "r"(bits(b[g * 8 + t + 4])));
}

/* Four bytes in a register, the first one low. */
INLINE u32 four(const signed char *p) {
  return (u32)(u8)p[0] | (u32)(u8)p[1] << 8 | (u32)(u8)p[2] << 16 | (u32)(u8)p[3] << 24;
}

/* s8, 16 x 8 x 32, saturated. */
INLINE void product_s8(const signed char *a, const signed char *b, int *c) {
  int g = (int)lane() / G, t = (int)lane() % G * 4;
  int *d = c + g * 8 + t / 2;
  const signed char *high = a + g * 32 + t, *low = high + 8 * 32, *right = b + g * 32 + t;
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.satfinite.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[64]), "+r"(d[65])
      : "r"(four(high)), "r"(four(low)), "r"(four(high + 16)), "r"(four(low + 16)), "r"(four(right)),
        "r"(four(right + 16)));
}

/* f16 with sums in f16, 16 x 8 x 8. */
INLINE void product_f16(const half *a, const half *b, half *c) {
  int g = (int)lane() / G, t = (int)lane() % G * 2;
  auto two = [](const half *p) { return pack((float)p[0], (float)p[1]); };
  u32 high = two(c + g * 8 + t), low = two(c + (g + 8) * 8 + t);
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16 {%0, %1}, {%2, %3}, {%4}, {%0, %1};"
               : "+r"(high), "+r"(low)
               : "r"(two(a + g * 8 + t)), "r"(two(a + (g + 8) * 8 + t)), "r"(two(b + g * 8 + t)));
  *(u32 *)(c + g * 8 + t) = high;
  *(u32 *)(c + (g + 8) * 8 + t) = low;
}

/* A and B into shared memory without swizzle: 8 lines of 16 bytes lie together, the next 16 bytes of a line 128 bytes
 * on. */
INLINE void store_lines(char *to, const char *from, int lines) {
  for (int i = (int)threadIdx.x; i < lines * 32; i += GROUP)
    to[i / 32 / 8 * 256 + i % 32 / 16 * 128 + i / 32 % 8 * 16 + i % 16] = from[i];
}

/* s8 by wgmma, 64 x 8 x 32. */
INLINE void product_group_s8(const signed char *a, const signed char *b, int *c) {
  __shared__ __attribute__((aligned(128))) char as[64 * 32], bs[8 * 32];
  int d[4], row = (int)warp() * 16 + (int)lane() / G, column = (int)lane() % G * 2;
  store_lines(as, (const char *)a, 64);
  store_lines(bs, (const char *)b, 8);
  fence_proxy_async();
  __syncthreads();
  group_fence();
  asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %6, 0;\n\t"
               "wgmma.mma_async.sync.aligned.m64n8k32.s32.s8.s8 {%0, %1, %2, %3}, %4, %5, p;\n\t}"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "l"(matrix_plain(as, 128, 256)), "l"(matrix_plain(bs, 128, 256)), "r"(0)
               : "memory");
  group_commit();
  group_wait<0>();
  for (int i = 0; i < 4; i++)
    c[(row + i / 2 * 8) * 8 + column + i % 2] = d[i];
}

/* f16 with sums in f16 by wgmma, 64 x 8 x 16, A negated. */
INLINE void product_group_f16(const half *a, const half *b, half *c) {
  __shared__ __attribute__((aligned(128))) char as[64 * 32], bs[8 * 32];
  u32 d[2];
  int row = (int)warp() * 16 + (int)lane() / G, column = (int)lane() % G * 2;
  store_lines(as, (const char *)a, 64);
  store_lines(bs, (const char *)b, 8);
  fence_proxy_async();
  __syncthreads();
  group_fence();
  asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %4, 0;\n\t"
               "wgmma.mma_async.sync.aligned.m64n8k16.f16.f16.f16 {%0, %1}, %2, %3, p, -1, 1, 0, 0;\n\t}"
               : "=r"(d[0]), "=r"(d[1])
               : "l"(matrix_plain(as, 128, 256)), "l"(matrix_plain(bs, 128, 256)), "r"(0)
               : "memory");
  group_commit();
  group_wait<0>();
  *(u32 *)(c + row * 8 + column) = d[0];
  *(u32 *)(c + (row + 8) * 8 + column) = d[1];
}

/* A launch for a warp, a launch for a warpgroup. */
KERNEL products(const double *a0, const double *b0, double *c0, const float *a1, const float *b1, float *c1,
                const signed char *a2, const signed char *b2, int *c2, const half *a3, const half *b3, half *c3) {
  product_f64(a0, b0, c0);
  product_tf32(a1, b1, c1);
  product_s8(a2, b2, c2);
  product_f16(a3, b3, c3);
}
KERNEL products_group(const signed char *a0, const signed char *b0, int *c0, const half *a1, const half *b1, half *c1) {
  product_group_s8(a0, b0, c0);
  product_group_f16(a1, b1, c1);
}
