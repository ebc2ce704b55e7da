/* fp8.c: conversions to and from pairs of e4m3 and e5m2. PTX ISA, cvt: to nearest even, what is beyond the largest
 * value becomes the largest value, NaN the canonical one; .relu makes zero of what is negative. */
#include "emu/device.h"
#include "emu/number.h"

static emu_type format_of(uint32_t format) {
  return format == TWEED_EMU_E5M2 ? EMU_E5M2 : EMU_E4M3;
}

static double relu_of(double value, uint32_t relu) {
  return relu && value <= 0 ? 0 : value;
}

static uint32_t pair(uint32_t format, uint32_t relu, double high, double low) {
  emu_type type = format_of(format);
  return (uint32_t)(emu_encode_finite(type, relu_of(high, relu)) << 8 | emu_encode_finite(type, relu_of(low, relu)));
}

uint32_t tweed_emu_fp8_of_f32(const tweed_emu_place *place, uint32_t format, uint32_t relu, float high, float low) {
  (void)place;
  return pair(format, relu, (double)high, (double)low);
}

uint32_t tweed_emu_fp8_of_f16(const tweed_emu_place *place, uint32_t format, uint32_t relu, uint32_t halves) {
  (void)place;
  return pair(format, relu, emu_decode(EMU_F16, halves >> 16), emu_decode(EMU_F16, halves));
}

uint32_t tweed_emu_f16_of_fp8(const tweed_emu_place *place, uint32_t format, uint32_t relu, uint32_t bytes) {
  (void)place;
  double high = relu_of(emu_decode(format_of(format), bytes >> 8), relu),
         low = relu_of(emu_decode(format_of(format), bytes), relu);
  return (uint32_t)(emu_encode(EMU_F16, high) << 16 | emu_encode(EMU_F16, low));
}
