/* ptx.c: arithmetic of inline PTX, on bits. Source: PTX ISA 8.0. */
#include "emu/ptx.h"
#include "emu/device.h"

#include <math.h>

static uint64_t flush(uint64_t bits, uint64_t exponent, uint64_t sign) {
  return bits & exponent ? bits : bits & sign;
}

uint64_t tweed_emu_ptx_flush(const tweed_emu_place *place, uint32_t type, uint64_t value) {
  (void)place;
  if (type == TWEED_EMU_PTX_F32)
    return flush(value & UINT32_MAX, 0x7f800000, 0x80000000);
  if (type == TWEED_EMU_PTX_F16)
    return flush(value & 0xffff, 0x7c00, 0x8000);
  if (type == TWEED_EMU_PTX_F16X2)
    return flush(value & 0xffff, 0x7c00, 0x8000) | flush(value >> 16 & 0xffff, 0x7c00, 0x8000) << 16;
  return value;
}

/* ---- one operand ---- */

enum { NOT, NEG, ABS, POPC, CLZ, BREV, EX2, LG2, RCP, RSQRT, SQRT, SIN, COS, TANH };

static double one_float(uint32_t operation, double a, bool single) {
  switch (operation) {
  case NEG:
    return -a;
  case ABS:
    return fabs(a);
  case EX2:
    return exp2(a);
  case LG2:
    return log2(a);
  case RCP:
    return 1 / a;
  case RSQRT:
    return 1 / sqrt(a);
  case SQRT:
    return single ? (double)sqrtf((float)a) : sqrt(a);
  case SIN:
    return sin(a);
  case COS:
    return cos(a);
  default:
    return tanh(a);
  }
}

static uint64_t reverse(uint64_t bits, unsigned count) {
  uint64_t result = 0;
  for (unsigned i = 0; i < count; i++)
    result |= (bits >> i & 1) << (count - 1 - i);
  return result;
}

static uint64_t one_integer(uint32_t operation, uint32_t type, uint64_t a) {
  a = ptx_cut(type, a);
  switch (operation) {
  case NOT:
    return ~a;
  case NEG:
    return -a;
  case ABS:
    return ptx_extend(type, a) < 0 ? -a : a;
  case POPC:
    return (uint64_t)__builtin_popcountll(a);
  case CLZ:
    return a ? (uint64_t)__builtin_clzll(a) - (64 - ptx_width(type)) : ptx_width(type);
  default:
    return reverse(a, ptx_width(type));
  }
}

uint64_t tweed_emu_ptx_one(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a) {
  if (ptx_is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_one(place, half, operation, a & 0xffff) |
           tweed_emu_ptx_one(place, half, operation, a >> 16 & 0xffff) << 16;
  }
  if (ptx_is_float(type) && operation != NOT)
    return emu_encode(ptx_format(type),
                      one_float(operation, emu_decode(ptx_format(type), a), type == TWEED_EMU_PTX_F32));
  return ptx_cut(operation == POPC || operation == CLZ ? (uint32_t)TWEED_EMU_PTX_U32 : type,
                 one_integer(operation, type, a));
}

/* ---- two and three operands ---- */

enum { ADD, SUB, MUL, MUL_HI, MUL_WIDE, DIV, REM, MIN, MAX, AND, OR, XOR, SHL, SHR };

static double two_float(uint32_t operation, double a, double b) {
  switch (operation) {
  case ADD:
    return a + b;
  case SUB:
    return a - b;
  case MUL:
    return a * b;
  case DIV:
    return a / b;
  case MIN:
    return fmin(a, b);
  default:
    return fmax(a, b);
  }
}

/* 128 bits in C are an extension. */
__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static uint64_t high(uint32_t type, uint64_t a, uint64_t b) {
  wide product = ptx_is_signed(type) ? (wide)ptx_extend(type, a) * ptx_extend(type, b)
                                     : (wide)((unsigned_wide)ptx_cut(type, a) * ptx_cut(type, b));
  return (uint64_t)(product >> ptx_width(type));
}

static uint64_t divide(uint32_t operation, uint32_t type, uint64_t a, uint64_t b) {
  b = ptx_cut(type, b);
  if (b == 0)
    return operation == DIV ? UINT64_MAX : a;
  if (ptx_is_signed(type)) {
    int64_t x = ptx_extend(type, a), y = ptx_extend(type, b);
    if (y == -1)
      return operation == DIV ? -(uint64_t)x : 0;
    return (uint64_t)(operation == DIV ? x / y : x % y);
  }
  return operation == DIV ? ptx_cut(type, a) / b : ptx_cut(type, a) % b;
}

static uint64_t shift(uint32_t operation, uint32_t type, uint64_t a, uint64_t by) {
  by &= UINT32_MAX;
  unsigned most = ptx_width(type);
  if (operation == SHL)
    return by >= most ? 0 : a << by;
  if (ptx_is_signed(type))
    return (uint64_t)(ptx_extend(type, a) >> (by >= most ? most - 1 : by));
  return by >= most ? 0 : ptx_cut(type, a) >> by;
}

static uint64_t two_integer(uint32_t operation, uint32_t type, uint64_t a, uint64_t b) {
  bool less = ptx_is_signed(type) ? ptx_extend(type, a) < ptx_extend(type, b) : ptx_cut(type, a) < ptx_cut(type, b);
  switch (operation) {
  case ADD:
    return a + b;
  case SUB:
    return a - b;
  case MUL:
    return a * b;
  case MUL_HI:
    return high(type, a, b);
  case MUL_WIDE:
    return (uint64_t)ptx_extend(type, a) * (uint64_t)ptx_extend(type, b);
  case DIV:
  case REM:
    return divide(operation, type, a, b);
  case MIN:
    return less ? a : b;
  case MAX:
    return less ? b : a;
  case AND:
    return a & b;
  case OR:
    return a | b;
  case XOR:
    return a ^ b;
  default:
    return shift(operation, type, a, b);
  }
}

uint64_t tweed_emu_ptx_two(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a, uint64_t b) {
  if (ptx_is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_two(place, half, operation, a & 0xffff, b & 0xffff) |
           tweed_emu_ptx_two(place, half, operation, a >> 16 & 0xffff, b >> 16 & 0xffff) << 16;
  }
  if (ptx_is_float(type) && operation < AND) { /* sums and products of f32 in double round as if done in f32 */
    emu_type f = ptx_format(type);
    return emu_encode(f, two_float(operation, emu_decode(f, a), emu_decode(f, b)));
  }
  uint64_t result = two_integer(operation, type, a, b);
  return operation == MUL_WIDE ? result : ptx_cut(type, result);
}

enum { MAD, MAD_WIDE, MAD_HI, BFE, SAD };

/* What lies beyond the top is the sign, for signed types, else 0. */
static uint64_t extract(uint32_t type, uint64_t a, uint64_t at, uint64_t length) {
  unsigned most = ptx_width(type);
  at &= 0xff;
  length &= 0xff;
  if (length == 0)
    return 0;
  uint64_t there = at >= most ? 0 : length < most - at ? length : most - at;
  uint64_t mask = there == 64 ? UINT64_MAX : ((uint64_t)1 << there) - 1;
  uint64_t field = at >= most ? 0 : a >> at & mask;
  uint64_t top = at + length - 1 < most ? at + length - 1 : most - 1;
  return ptx_is_signed(type) && a >> top & 1 ? field | ~mask : field;
}

static uint64_t fused(uint32_t type, uint64_t a, uint64_t b, uint64_t c) {
  if (type == TWEED_EMU_PTX_F32) {
    float x = (float)emu_decode(EMU_F32, a), y = (float)emu_decode(EMU_F32, b), z = (float)emu_decode(EMU_F32, c);
    return emu_encode(EMU_F32, (double)fmaf(x, y, z));
  }
  emu_type f = ptx_format(type); /* products of 16 bits are exact in double, sums nearly so */
  return emu_encode(f, fma(emu_decode(f, a), emu_decode(f, b), emu_decode(f, c)));
}

uint64_t tweed_emu_ptx_three(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a, uint64_t b,
                             uint64_t c) {
  if (ptx_is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_three(place, half, operation, a & 0xffff, b & 0xffff, c & 0xffff) |
           tweed_emu_ptx_three(place, half, operation, a >> 16 & 0xffff, b >> 16 & 0xffff, c >> 16 & 0xffff) << 16;
  }
  if (ptx_is_float(type))
    return fused(type, a, b, c);
  switch (operation) {
  case MAD:
    return ptx_cut(type, a * b + c);
  case MAD_WIDE:
    return (uint64_t)ptx_extend(type, a) * (uint64_t)ptx_extend(type, b) + c;
  case MAD_HI:
    return ptx_cut(type, high(type, a, b) + c);
  case BFE:
    return ptx_cut(type, extract(type, a, b, c));
  default: {
    bool less = ptx_is_signed(type) ? ptx_extend(type, a) < ptx_extend(type, b) : ptx_cut(type, a) < ptx_cut(type, b);
    return ptx_cut(type, (less ? b - a : a - b) + c);
  }
  }
}

uint64_t tweed_emu_ptx_select(const tweed_emu_place *place, uint32_t type, uint64_t a, uint64_t b, uint32_t predicate) {
  (void)place;
  return ptx_cut(type, predicate ? a : b);
}

/* ---- comparisons ---- */

enum { EQ, NE, LT, LE, GT, GE, LO, LS, HI, HS, EQU, NEU, LTU, LEU, GTU, GEU, NUM, NOT_A_NUMBER };

static bool compare_order(uint32_t comparison, bool less, bool equal) {
  switch (comparison) {
  case EQ:
    return equal;
  case NE:
    return !equal;
  case LT:
  case LO:
    return less;
  case LE:
  case LS:
    return less || equal;
  case GT:
  case HI:
    return !less && !equal;
  default:
    return !less;
  }
}

static bool compare_float(uint32_t comparison, double a, double b) {
  bool unordered = isnan(a) || isnan(b);
  if (comparison == NUM || comparison == NOT_A_NUMBER)
    return unordered == (comparison == NOT_A_NUMBER);
  if (unordered)
    return comparison >= EQU;
  return compare_order(comparison >= EQU ? comparison - EQU : comparison, a < b, a == b);
}

uint32_t tweed_emu_ptx_compare(const tweed_emu_place *place, uint32_t comparison, uint32_t type, uint64_t a,
                               uint64_t b) {
  (void)place;
  if (ptx_is_float(type))
    return compare_float(comparison, emu_decode(ptx_format(type), a), emu_decode(ptx_format(type), b));
  bool less = ptx_is_signed(type) ? ptx_extend(type, a) < ptx_extend(type, b) : ptx_cut(type, a) < ptx_cut(type, b);
  return compare_order(comparison, less, ptx_cut(type, a) == ptx_cut(type, b));
}

/* ---- bits ---- */

uint32_t tweed_emu_ptx_lop3(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  (void)place;
  uint32_t result = 0;
  for (unsigned i = 0; i < 32; i++)
    result |= (table >> ((a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1)) & 1) << i;
  return result;
}

uint32_t tweed_emu_ptx_prmt(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t selector) {
  (void)place;
  uint64_t bytes = a | (uint64_t)b << 32;
  uint32_t result = 0;
  for (unsigned i = 0; i < 4; i++) {
    uint32_t pick = selector >> 4 * i & 15, byte = (uint32_t)(bytes >> 8 * (pick & 7)) & 0xff;
    if (pick & 8)
      byte = byte & 0x80 ? 0xff : 0;
    result |= byte << 8 * i;
  }
  return result;
}

uint32_t tweed_emu_ptx_bfi(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t at, uint32_t length) {
  (void)place;
  at &= 0xff;
  length &= 0xff;
  uint64_t mask = (length >= 32 ? UINT32_MAX : ((uint64_t)1 << length) - 1) << (at > 32 ? 32 : at);
  return (uint32_t)((b & ~mask) | ((uint64_t)a << (at > 32 ? 32 : at) & mask));
}

uint32_t tweed_emu_ptx_shf(const tweed_emu_place *place, uint32_t right, uint32_t clamp, uint32_t a, uint32_t b,
                           uint32_t by) {
  (void)place;
  by = clamp ? (by > 32 ? 32 : by) : by & 31;
  uint64_t both = a | (uint64_t)b << 32;
  return (uint32_t)(right ? both >> by : both << by >> 32);
}

/* Position of the highest bit that is not a copy of the sign, or how far it would have to be shifted to be on top. */
uint32_t tweed_emu_ptx_bfind(const tweed_emu_place *place, uint32_t type, uint32_t shift_amount, uint64_t a) {
  (void)place;
  bool negative = ptx_is_signed(type) && ptx_extend(type, a) < 0;
  uint64_t bits = ptx_cut(type, negative ? ~a : a);
  if (!bits)
    return UINT32_MAX;
  uint32_t at = 63 - (uint32_t)__builtin_clzll(bits);
  return shift_amount ? ptx_width(type) - 1 - at : at;
}

uint64_t tweed_emu_ptx_copysign(const tweed_emu_place *place, uint32_t type, uint64_t sign, uint64_t a) {
  (void)place;
  uint64_t top = (uint64_t)1 << (ptx_width(type) - 1);
  return (sign & top) | (ptx_cut(type, a) & (top - 1));
}

/* ---- products of parts of 32 bits ---- */

static int64_t part(uint32_t type, uint32_t word, unsigned bits, unsigned index) {
  uint32_t value = word >> bits * index & (((uint32_t)1 << bits) - 1), sign = (uint32_t)1 << (bits - 1);
  return ptx_is_signed(type) ? (int64_t)(value ^ sign) - sign : (int64_t)value;
}

uint32_t tweed_emu_ptx_dp4a(const tweed_emu_place *place, uint32_t type_a, uint32_t type_b, uint32_t a, uint32_t b,
                            uint32_t c) {
  (void)place;
  int64_t sum = 0;
  for (unsigned i = 0; i < 4; i++)
    sum += part(type_a, a, 8, i) * part(type_b, b, 8, i);
  return (uint32_t)((uint64_t)sum + c);
}

uint32_t tweed_emu_ptx_dp2a(const tweed_emu_place *place, uint32_t high, uint32_t type_a, uint32_t type_b, uint32_t a,
                            uint32_t b, uint32_t c) {
  (void)place;
  int64_t sum = 0;
  for (unsigned i = 0; i < 2; i++)
    sum += part(type_a, a, 16, i) * part(type_b, b, 8, 2 * high + i);
  return (uint32_t)((uint64_t)sum + c);
}

/* Of the 48 bits of the product the lower 32, or the upper ones. */
uint32_t tweed_emu_ptx_mad24(const tweed_emu_place *place, uint32_t high, uint32_t type, uint32_t a, uint32_t b,
                             uint32_t c) {
  (void)place;
  uint64_t product = (uint64_t)(part(type, a, 24, 0) * part(type, b, 24, 0));
  return (uint32_t)(product >> (high ? 16 : 0)) + c;
}
