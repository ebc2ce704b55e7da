/* fp8.cu: conversions of pairs of e4m3 and e5m2 by their instructions, and (PLAIN) by their definition: sign, exponent
 * e with a bias, mantissa m of w bits; the nearest of all values, which are tried one by one. */
#include "cuda.h"

template <int five> INLINE float value_of(u32 byte) {
  const int w = five ? 2 : 3, bias = five ? 15 : 7;
  int e = (int)(byte & 127) >> w, m = (int)byte & ((1 << w) - 1);
  float unit = 1.0f, size = e == 0 ? (float)m / (1 << w) : 1 + (float)m / (1 << w);
  for (int i = e == 0 ? 1 : e; i < bias; i++)
    unit /= 2;
  for (int i = bias; i < e; i++)
    unit *= 2;
  return byte & 128 ? -size * unit : size * unit;
}

/* Finite bytes of one sign are ordered as their values are; of two that are as near the even one counts. */
template <int five> INLINE u32 nearest(float x, bool relu) {
  const u32 most = five ? 0x7B : 0x7E, sign = x < 0 ? 128 : 0;
  u32 best = 0;
  if (relu && x < 0)
    return 0;
  for (u32 i = 1; i <= most; i++) {
    float old = __builtin_fabsf(value_of<five>(best | sign) - x), now = __builtin_fabsf(value_of<five>(i | sign) - x);
    if (now < old || (now == old && i % 2 == 0))
      best = i;
  }
  return best | sign;
}

#define CONVERT(NAME, FIVE, FORMAT)                                                                                    \
  KERNEL to_##NAME(const float *in, u16 *out, float scale, int n) {                                                    \
    int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);                                                              \
    if (2 * i + 1 >= n)                                                                                                \
      return;                                                                                                          \
    float low = in[2 * i] * scale, high = in[2 * i + 1] * scale;                                                       \
    TO(FIVE, FORMAT, out[2 * i], "", false, high, low);                                                                \
    TO(FIVE, FORMAT, out[2 * i + 1], ".relu", true, high, low);                                                        \
  }                                                                                                                    \
  KERNEL from_##NAME(const u8 *in, half *out, int n) {                                                                 \
    int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);                                                              \
    u16 both = (u16)(in[i % n] | (in[(i + 1) % n] | 128) << 8);                                                        \
    if (i < n)                                                                                                         \
      FROM(FIVE, FORMAT, out + 2 * i, both);                                                                           \
  }

#if defined(PLAIN)
#define TO(FIVE, FORMAT, OUT, RELU, IS_RELU, HIGH, LOW)                                                                \
  OUT = (u16)(nearest<FIVE>(HIGH, IS_RELU) << 8 | nearest<FIVE>(LOW, IS_RELU))
#define FROM(FIVE, FORMAT, OUT, BOTH)                                                                                  \
  do {                                                                                                                 \
    (OUT)[0] = (half)value_of<FIVE>(BOTH & 255);                                                                       \
    (OUT)[1] = (half)value_of<FIVE>(BOTH >> 8);                                                                        \
  } while (0)
#else
#define TO(FIVE, FORMAT, OUT, RELU, IS_RELU, HIGH, LOW)                                                                \
  asm("cvt.rn.satfinite" RELU "." FORMAT ".f32 %0, %1, %2;" : "=h"(OUT) : "f"(HIGH), "f"(LOW))
#define FROM(FIVE, FORMAT, OUT, BOTH)                                                                                  \
  do {                                                                                                                 \
    u32 halves;                                                                                                        \
    asm("cvt.rn.f16x2." FORMAT " %0, %1;" : "=r"(halves) : "h"(BOTH));                                                 \
    *(u32 *)(OUT) = halves;                                                                                            \
  } while (0)
#endif

CONVERT(e4m3, 0, "e4m3x2")
CONVERT(e5m2, 1, "e5m2x2")
