/* buffers.cu: what bench.py needs of its own on a GPU: buffers filled with the values of `=random` in launch lines, and
 * the largest difference of two. Any grid of blocks of 256 threads. */
#include "cuda.h"

/* f(i) for every i < n, with the stride of the grid. */
template <typename F> INLINE void each(u64 n, F f) {
  for (u64 i = blockIdx.x * 256 + threadIdx.x; i < n; i += (u64)gridDim.x * 256)
    f(i);
}

/* Element i of a buffer; `start` is made of seed and argument (tweed/emu.h). */
INLINE int value(u64 start, u64 i) {
  u64 z = start + i;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (int)((z ^ z >> 31) >> 56) - 128;
}

KERNEL __launch_bounds__(256) fill_i8(signed char *to, u64 n, u64 start) {
  each(n, [&](u64 i) { to[i] = (signed char)value(start, i); });
}
KERNEL __launch_bounds__(256) fill_f16(half *to, u64 n, u64 start) {
  each(n, [&](u64 i) { to[i] = (half)((float)value(start, i) / 128); });
}
KERNEL __launch_bounds__(256) fill_f32(float *to, u64 n, u64 start) {
  each(n, [&](u64 i) { to[i] = (float)value(start, i) / 128; });
}

/* The bits of a number that is not negative grow with it. What is no number counts as infinite. */
template <typename T> INLINE void difference(const T *a, const T *b, u64 n, u32 *most) {
  u32 highest = 0;
  each(n, [&](u64 i) {
    float by = __builtin_fabsf((float)a[i] - (float)b[i]);
    u32 bits = by >= 0 ? __builtin_bit_cast(u32, by) : 0x7f800000;
    highest = bits > highest ? bits : highest;
  });
  if (highest > 0)
    __nvvm_atom_max_gen_ui(most, highest);
}
KERNEL __launch_bounds__(256) difference_f16(const half *a, const half *b, u64 n, u32 *most) {
  difference(a, b, n, most);
}
KERNEL __launch_bounds__(256) difference_f32(const float *a, const float *b, u64 n, u32 *most) {
  difference(a, b, n, most);
}
