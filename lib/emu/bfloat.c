/* bfloat.c: what compilers call to make a bfloat, which the libraries of older ones lack. */
#include "emu/number.h"

#include <string.h>
#include <tweed/base.h>

/* A register that returns as one of bfloat does. */
__extension__ typedef _Float16 half_register;

TWEED_API half_register __truncsfbf2(float value);
TWEED_API half_register __truncdfbf2(double value);

half_register __truncdfbf2(double value) {
  uint16_t bits = (uint16_t)emu_encode(EMU_BF16, value);
  half_register result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

half_register __truncsfbf2(float value) {
  return __truncdfbf2((double)value);
}
