/* tensor.h: tensor cores for the kernels of this folder, on top of cuda.h: one PTX instruction each. */
#ifndef TWEED_TEST_TENSOR_H
#define TWEED_TEST_TENSOR_H

#include "cuda.h"

/* Four 8 x 8 matrices of 16 bits; lane 8 j + r gives the address of row r of matrix j. */
INLINE void load_matrices(u32 (&to)[4], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}
INLINE void load_matrices_transposed(u32 (&to)[4], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(shared_address(row))
               : "memory");
}
INLINE void store_matrices(void *row, const u32 (&from)[4]) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(shared_address(row)),
               "r"(from[0]), "r"(from[1]), "r"(from[2]), "r"(from[3])
               : "memory");
}

/* d += a b, 16 x 8 x 16, f16 in, f32 out. */
INLINE void multiply_16x8x16(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/* Two halves in a register, the first one low. */
INLINE u32 pack(float low, float high) {
  half both[2] = {(half)low, (half)high};
  return __builtin_bit_cast(u32, both);
}

/* Warpgroups. */
enum { GROUP = 128 };
INLINE void group_fence() {
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
INLINE void group_commit() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
template <int n> INLINE void group_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(n) : "memory");
}

/* A matrix in shared memory: swizzled by 128 bytes, its eight-line atoms `stride` bytes apart. */
INLINE u64 matrix_128(const void *p, u32 stride) {
  return (u64)(shared_address(p) >> 4 & 0x3FFF) | (u64)1 << 16 | (u64)(stride >> 4) << 32 | (u64)1 << 62;
}
/* The same where lines run along M or N: atoms that follow each other that way are `along` bytes apart. */
INLINE u64 matrix_128(const void *p, u32 along, u32 stride) {
  return (u64)(shared_address(p) >> 4 & 0x3FFF) | (u64)(along >> 4) << 16 | (u64)(stride >> 4) << 32 | (u64)1 << 62;
}
/* Not swizzled: 8 x 16 bytes lie together; `along` bytes further is the next along K, `across` along M or N. */
INLINE u64 matrix_plain(const void *p, u32 along, u32 across) {
  return (u64)(shared_address(p) >> 4 & 0x3FFF) | (u64)(along >> 4) << 16 | (u64)(across >> 4) << 32;
}
/* Byte of column `byte` of line `line` in a tile with lines of 128 bytes whose start is a multiple of 1024. */
INLINE u32 swizzle_128(u32 line, u32 byte) {
  return line * 128 + (byte ^ (line & 7) << 4);
}

#define TWEED_EIGHT(d, i)                                                                                              \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]),          \
      "+f"(d[i + 7])
#define TWEED_D32                                                                                                      \
  "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, "    \
  "%24, %25, %26, %27, %28, %29, %30, %31}"

/* d = a b + (accumulate ? d : 0), 64 x 64 x 16, f16 in, f32 out, both in shared memory and along K. */
INLINE void multiply_group(float (&d)[32], u64 a, u64 b, int accumulate) {
  asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %34, 0;\n\t"
               "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 " TWEED_D32 ", %32, %33, p, 1, 1, 0, 0;\n\t}"
               : TWEED_EIGHT(d, 0), TWEED_EIGHT(d, 8), TWEED_EIGHT(d, 16), TWEED_EIGHT(d, 24)
               : "l"(a), "l"(b), "r"(accumulate)
               : "memory");
}
/* The same with A in registers and B along N. */
INLINE void multiply_group_from(float (&d)[32], const u32 (&a)[4], u64 b, int accumulate) {
  asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %37, 0;\n\t"
               "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 " TWEED_D32
               ", {%32, %33, %34, %35}, %36, p, 1, 1, 1;\n\t}"
               : TWEED_EIGHT(d, 0), TWEED_EIGHT(d, 8), TWEED_EIGHT(d, 16), TWEED_EIGHT(d, 24)
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(accumulate)
               : "memory");
}

#define TWEED_D64                                                                                                      \
  "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                                            \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "                                   \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "                                   \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}"

/* d = a b + d, 64 x 128 x 16: A along K, B along N, both in shared memory. */
INLINE void multiply_group_wide(float (&d)[64], u64 a, u64 b) {
  asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %66, 0;\n\t"
               "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 " TWEED_D64 ", %64, %65, p, 1, 1, 0, 1;\n\t}"
               : TWEED_EIGHT(d, 0), TWEED_EIGHT(d, 8), TWEED_EIGHT(d, 16), TWEED_EIGHT(d, 24), TWEED_EIGHT(d, 32),
                 TWEED_EIGHT(d, 40), TWEED_EIGHT(d, 48), TWEED_EIGHT(d, 56)
               : "l"(a), "l"(b), "n"(1)
               : "memory");
}

#endif
