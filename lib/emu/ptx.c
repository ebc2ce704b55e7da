/* ptx.c: plain instructions of inline PTX: arithmetic on bits, loads and stores. Source: PTX ISA 8.0. */
#include "emu/device.h"
#include "emu/emu.h"
#include "emu/math.h"
#include "emu/number.h"

#include <math.h>
#include <string.h>

/* ---- types ---- */

static const uint8_t sizes[] = {1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 2, 2, 4, 8, 4, 4, 4, 1};

static bool is_float(uint32_t type) {
  return type >= TWEED_EMU_PTX_F16 && type <= TWEED_EMU_PTX_TF32;
}

static bool is_pair(uint32_t type) {
  return type == TWEED_EMU_PTX_F16X2 || type == TWEED_EMU_PTX_BF16X2;
}

static bool is_signed(uint32_t type) {
  return type < TWEED_EMU_PTX_F16 && type % 3 == TWEED_EMU_PTX_S8;
}

static emu_type format(uint32_t type) {
  switch (type) {
  case TWEED_EMU_PTX_F16:
  case TWEED_EMU_PTX_F16X2:
    return EMU_F16;
  case TWEED_EMU_PTX_BF16:
  case TWEED_EMU_PTX_BF16X2:
    return EMU_BF16;
  case TWEED_EMU_PTX_TF32:
    return EMU_TF32;
  case TWEED_EMU_PTX_F32:
    return EMU_F32;
  default:
    return EMU_F64;
  }
}

static unsigned width(uint32_t type) {
  return type == TWEED_EMU_PTX_PRED ? 1 : 8u * sizes[type];
}

static uint64_t cut(uint32_t type, uint64_t bits) {
  return width(type) == 64 ? bits : bits & (((uint64_t)1 << width(type)) - 1);
}

static int64_t extend(uint32_t type, uint64_t bits) {
  unsigned by = 64 - width(type);
  return is_signed(type) ? (int64_t)(bits << by) >> by : (int64_t)cut(type, bits);
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
  a = cut(type, a);
  switch (operation) {
  case NOT:
    return ~a;
  case NEG:
    return -a;
  case ABS:
    return extend(type, a) < 0 ? -a : a;
  case POPC:
    return (uint64_t)__builtin_popcountll(a);
  case CLZ:
    return a ? (uint64_t)__builtin_clzll(a) - (64 - width(type)) : width(type);
  default:
    return reverse(a, width(type));
  }
}

uint64_t tweed_emu_ptx_one(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a) {
  if (is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_one(place, half, operation, a & 0xffff) |
           tweed_emu_ptx_one(place, half, operation, a >> 16 & 0xffff) << 16;
  }
  if (is_float(type) && operation != NOT)
    return emu_encode(format(type), one_float(operation, emu_decode(format(type), a), type == TWEED_EMU_PTX_F32));
  return cut(operation == POPC || operation == CLZ ? (uint32_t)TWEED_EMU_PTX_U32 : type,
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
  wide product =
      is_signed(type) ? (wide)extend(type, a) * extend(type, b) : (wide)((unsigned_wide)cut(type, a) * cut(type, b));
  return (uint64_t)(product >> width(type));
}

static uint64_t divide(uint32_t operation, uint32_t type, uint64_t a, uint64_t b) {
  b = cut(type, b);
  if (b == 0)
    return operation == DIV ? UINT64_MAX : a;
  if (is_signed(type)) {
    int64_t x = extend(type, a), y = extend(type, b);
    if (y == -1)
      return operation == DIV ? -(uint64_t)x : 0;
    return (uint64_t)(operation == DIV ? x / y : x % y);
  }
  return operation == DIV ? cut(type, a) / b : cut(type, a) % b;
}

static uint64_t shift(uint32_t operation, uint32_t type, uint64_t a, uint64_t by) {
  by &= UINT32_MAX;
  unsigned most = width(type);
  if (operation == SHL)
    return by >= most ? 0 : a << by;
  if (is_signed(type))
    return (uint64_t)(extend(type, a) >> (by >= most ? most - 1 : by));
  return by >= most ? 0 : cut(type, a) >> by;
}

static uint64_t two_integer(uint32_t operation, uint32_t type, uint64_t a, uint64_t b) {
  bool less = is_signed(type) ? extend(type, a) < extend(type, b) : cut(type, a) < cut(type, b);
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
    return (uint64_t)extend(type, a) * (uint64_t)extend(type, b);
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
  if (is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_two(place, half, operation, a & 0xffff, b & 0xffff) |
           tweed_emu_ptx_two(place, half, operation, a >> 16 & 0xffff, b >> 16 & 0xffff) << 16;
  }
  if (is_float(type) && operation < AND) { /* sums and products of f32 in double round as if done in f32 */
    emu_type f = format(type);
    return emu_encode(f, two_float(operation, emu_decode(f, a), emu_decode(f, b)));
  }
  uint64_t result = two_integer(operation, type, a, b);
  return operation == MUL_WIDE ? result : cut(type, result);
}

enum { MAD, MAD_WIDE, MAD_HI, BFE, SAD };

/* What lies beyond the top is the sign, for signed types, else 0. */
static uint64_t extract(uint32_t type, uint64_t a, uint64_t at, uint64_t length) {
  unsigned most = width(type);
  at &= 0xff;
  length &= 0xff;
  if (length == 0)
    return 0;
  uint64_t there = at >= most ? 0 : length < most - at ? length : most - at;
  uint64_t mask = there == 64 ? UINT64_MAX : ((uint64_t)1 << there) - 1;
  uint64_t field = at >= most ? 0 : a >> at & mask;
  uint64_t top = at + length - 1 < most ? at + length - 1 : most - 1;
  return is_signed(type) && a >> top & 1 ? field | ~mask : field;
}

static uint64_t fused(uint32_t type, uint64_t a, uint64_t b, uint64_t c) {
  if (type == TWEED_EMU_PTX_F32) {
    float x = (float)emu_decode(EMU_F32, a), y = (float)emu_decode(EMU_F32, b), z = (float)emu_decode(EMU_F32, c);
    return emu_encode(EMU_F32, (double)fmaf(x, y, z));
  }
  emu_type f = format(type); /* products of 16 bits are exact in double, sums nearly so */
  return emu_encode(f, fma(emu_decode(f, a), emu_decode(f, b), emu_decode(f, c)));
}

uint64_t tweed_emu_ptx_three(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a, uint64_t b,
                             uint64_t c) {
  if (is_pair(type)) {
    uint32_t half = type == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
    return tweed_emu_ptx_three(place, half, operation, a & 0xffff, b & 0xffff, c & 0xffff) |
           tweed_emu_ptx_three(place, half, operation, a >> 16 & 0xffff, b >> 16 & 0xffff, c >> 16 & 0xffff) << 16;
  }
  if (is_float(type))
    return fused(type, a, b, c);
  switch (operation) {
  case MAD:
    return cut(type, a * b + c);
  case MAD_WIDE:
    return (uint64_t)extend(type, a) * (uint64_t)extend(type, b) + c;
  case MAD_HI:
    return cut(type, high(type, a, b) + c);
  case BFE:
    return cut(type, extract(type, a, b, c));
  default: {
    bool less = is_signed(type) ? extend(type, a) < extend(type, b) : cut(type, a) < cut(type, b);
    return cut(type, (less ? b - a : a - b) + c);
  }
  }
}

uint64_t tweed_emu_ptx_select(const tweed_emu_place *place, uint32_t type, uint64_t a, uint64_t b, uint32_t predicate) {
  (void)place;
  return cut(type, predicate ? a : b);
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
  if (is_float(type))
    return compare_float(comparison, emu_decode(format(type), a), emu_decode(format(type), b));
  bool less = is_signed(type) ? extend(type, a) < extend(type, b) : cut(type, a) < cut(type, b);
  return compare_order(comparison, less, cut(type, a) == cut(type, b));
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

/* ---- conversions ---- */

enum { NO_ROUNDING, RN, RZ, RM, RP, RNA, RNI, RZI, RMI, RPI };

static double round_whole(uint32_t rounding, double value) {
  switch (rounding) {
  case RZI:
  case RZ:
    return trunc(value);
  case RMI:
  case RM:
    return floor(value);
  case RPI:
  case RP:
    return ceil(value);
  default:
    return rint(value);
  }
}

/* Out of range: the nearest there is; NaN: 0. */
static uint64_t to_integer(uint32_t type, double value) {
  unsigned bits = width(type);
  double most = is_signed(type) ? ldexp(1, (int)bits - 1) : ldexp(1, (int)bits), least = is_signed(type) ? -most : 0;
  if (isnan(value))
    return 0;
  if (value >= most)
    return is_signed(type) ? ((uint64_t)1 << (bits - 1)) - 1 : cut(type, UINT64_MAX);
  if (value < least)
    return is_signed(type) ? (uint64_t)1 << (bits - 1) : 0;
  return is_signed(type) ? cut(type, (uint64_t)(int64_t)value) : (uint64_t)value;
}

/* Rounding other than to nearest, for f16, bf16 and f32: the neighbour on the wanted side. */
static uint64_t round_to(emu_type to, uint32_t rounding, double value) {
  uint64_t bits = emu_encode(to, value);
  double got = emu_decode(to, bits);
  if (rounding == NO_ROUNDING || rounding == RN || isnan(value) || got == value)
    return bits;
  bool too_large = rounding == RZ ? fabs(got) > fabs(value) : rounding == RM && got > value;
  bool too_small = rounding == RP && got < value;
  bool negative = got < 0 || (got == 0 && value < 0);
  if (rounding == RM && too_large)
    return got == 0 ? emu_encode(to, -0.0) + 1 : negative ? bits + 1 : bits - 1;
  if (too_small)
    return got == 0 ? 1 : negative ? bits - 1 : bits + 1;
  return too_large ? bits - 1 : bits;
}

static double to_value(uint32_t type, uint64_t bits) {
  if (is_float(type))
    return emu_decode(format(type), bits);
  return is_signed(type) ? (double)extend(type, bits) : (double)cut(type, bits);
}

static uint64_t from_float(uint32_t rounding, uint32_t saturate, uint32_t to, double value) {
  if (!is_float(to))
    return to_integer(to, round_whole(rounding, value));
  if (rounding >= RNI)
    value = round_whole(rounding, value);
  if (saturate == 1)
    value = isnan(value) || value < 0 ? 0 : value > 1 ? 1 : value;
  if (to == TWEED_EMU_PTX_TF32)
    return emu_tf32_away((uint32_t)emu_encode(EMU_F32, value));
  return saturate == 2 ? emu_encode_finite(format(to), value) : round_to(format(to), rounding, value);
}

uint64_t tweed_emu_ptx_convert(const tweed_emu_place *place, uint32_t rounding, uint32_t relu, uint32_t saturate,
                               uint32_t to, uint32_t from, uint64_t a) {
  (void)place;
  if (!is_float(to) && !is_float(from)) {
    if (!saturate)
      return cut(to, (uint64_t)extend(from, a));
    return to_integer(to, to_value(from, a));
  }
  if (!is_float(from) && (to == TWEED_EMU_PTX_F32 || to == TWEED_EMU_PTX_F64)) /* 64 bits are too many for a double */
    return emu_from_integer(rounding ? rounding - 1 : 0, to == TWEED_EMU_PTX_F64, is_signed(from),
                            (uint64_t)extend(from, a));
  double value = to_value(from, a);
  if (relu && !(value > 0) && !isnan(value))
    value = 0;
  return from_float(rounding, saturate, to, value);
}

uint64_t tweed_emu_ptx_convert_pair(const tweed_emu_place *place, uint32_t rounding, uint32_t relu, uint32_t saturate,
                                    uint32_t to, uint32_t from, uint64_t high_half, uint64_t low_half) {
  uint32_t half = to == TWEED_EMU_PTX_F16X2 ? TWEED_EMU_PTX_F16 : TWEED_EMU_PTX_BF16;
  uint64_t high_bits = tweed_emu_ptx_convert(place, rounding, relu, saturate ? 2 : 0, half, from, high_half);
  return high_bits << 16 | tweed_emu_ptx_convert(place, rounding, relu, saturate ? 2 : 0, half, from, low_half);
}

/* ---- memory ---- */

enum { WEAK = 1, RELAXED, ACQUIRE, RELEASE, ACQ_REL, VOLATILE };

static uint32_t order_of(uint32_t order) {
  return order == ACQUIRE   ? TWEED_EMU_ACQUIRE
         : order == RELEASE ? TWEED_EMU_RELEASE
         : order == ACQ_REL ? TWEED_EMU_ACQ_REL
                            : TWEED_EMU_RELAXED;
}

static uint32_t memory_type(uint32_t type) {
  switch (type) {
  case TWEED_EMU_PTX_F16:
    return TWEED_EMU_F16;
  case TWEED_EMU_PTX_BF16:
    return TWEED_EMU_BF16;
  case TWEED_EMU_PTX_F32:
    return TWEED_EMU_F32;
  case TWEED_EMU_PTX_F64:
    return TWEED_EMU_F64;
  default:
    return sizes[type] == 1   ? TWEED_EMU_I8
           : sizes[type] == 2 ? TWEED_EMU_I16
           : sizes[type] == 4 ? TWEED_EMU_I32
                              : TWEED_EMU_I64;
  }
}

void tweed_emu_ptx_load(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type, void *words,
                        const void *pointer) {
  uint32_t count = vector == 0 ? 1 : vector == 1 ? 2 : 4, size = sizes[type];
  unsigned char bytes[32];
  bool atomical = order >= RELAXED;
  if (!atomical)
    emu_read(emu_self(), place, bytes, (uintptr_t)pointer, (size_t)size * count, (size_t)size * count, EMU_PC);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    if (atomical)
      bits = tweed_emu_atomic(place, TWEED_EMU_LOAD, memory_type(type), order_of(order),
                              (unsigned char *)(uintptr_t)pointer + (size_t)i * size, 0, 0);
    else
      memcpy(&bits, bytes + (size_t)i * size, size);
    bits = size < 4 ? (uint64_t)extend(type, bits) : bits;
    memcpy((unsigned char *)words + (size_t)i * (size == 8 ? 8 : 4), &bits, size == 8 ? 8 : 4);
  }
}

void tweed_emu_ptx_store(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type, void *pointer,
                         const void *words) {
  uint32_t count = vector == 0 ? 1 : vector == 1 ? 2 : 4, size = sizes[type];
  unsigned char bytes[32];
  for (uint32_t i = 0; i < count; i++) {
    uint64_t bits = 0;
    memcpy(&bits, (const unsigned char *)words + (size_t)i * (size == 8 ? 8 : 4), size == 8 ? 8 : 4);
    memcpy(bytes + (size_t)i * size, &bits, size);
    if (order >= RELAXED)
      tweed_emu_atomic(place, TWEED_EMU_STORE, memory_type(type), order_of(order),
                       (unsigned char *)pointer + (size_t)i * size, bits, 0);
  }
  if (order < RELAXED)
    emu_write(emu_self(), place, (uintptr_t)pointer, bytes, (size_t)size * count, (size_t)size * count, EMU_PC);
}

uint64_t tweed_emu_ptx_atomic(const tweed_emu_place *place, uint32_t order, uint32_t operation, uint32_t type,
                              void *pointer, uint64_t operand, uint64_t other) {
  static const uint8_t operations[] = {TWEED_EMU_XCHG, TWEED_EMU_ADD, TWEED_EMU_SUB, TWEED_EMU_AND,
                                       TWEED_EMU_OR,   TWEED_EMU_XOR, TWEED_EMU_MIN, TWEED_EMU_MAX,
                                       TWEED_EMU_INC,  TWEED_EMU_DEC, TWEED_EMU_CAS};
  uint32_t op = operations[operation];
  if (!is_signed(type) && !is_float(type))
    op = op == TWEED_EMU_MIN ? TWEED_EMU_UMIN : op == TWEED_EMU_MAX ? TWEED_EMU_UMAX : op;
  bool cas = op == TWEED_EMU_CAS; /* PTX names what is compared first */
  return tweed_emu_atomic(place, op, memory_type(type), order_of(order), pointer, cas ? other : operand,
                          cas ? operand : 0);
}

uint64_t tweed_emu_ptx_same(const tweed_emu_place *place, uint64_t value) {
  (void)place;
  return value;
}

void tweed_emu_ptx_nothing(const tweed_emu_place *place) {
  (void)place;
}

void tweed_emu_ptx_hint(const tweed_emu_place *place, const void *pointer) {
  (void)place;
  (void)pointer;
}
