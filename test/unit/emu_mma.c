/* Warp-wide products of all shapes and types against plain loops over whole matrices. Fragments of mma are filled by
 * the formulas of the PTX ISA, shape by shape as they stand there; those of wmma by loads from memory in each layout.
 */
#include "emu/mma.h"
#include "emu/tile.h"

#include <assert.h>
#include <base/base.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef emu_spot place;
enum { MOST = 64 };

/* Rows and columns of element i of lane L: PTX ISA, "Matrix Fragments for mma.…"; g = groupID, t = threadID_in_group.
 */
#define G (L >> 2)
#define T (L % 4)
static place a_16x16_16bit(int L, int i) {
  return (place){(i < 2 || (i >= 4 && i < 6)) ? G : G + 8, i < 4 ? T * 2 + (i & 1) : T * 2 + (i & 1) + 8};
}
static place b_16x8_16bit(int L, int i) {
  return (place){i < 2 ? T * 2 + (i & 1) : T * 2 + (i & 1) + 8, G};
}
static place c_16x8(int L, int i) {
  return (place){i < 2 ? G : G + 8, T * 2 + (i & 1)};
}
static place a_16x8_16bit(int L, int i) {
  return (place){i < 2 ? G : G + 8, T * 2 + (i & 1)};
}
static place b_8x8_16bit(int L, int i) {
  return (place){T * 2 + i, G};
}
static place a_16x8_32bit(int L, int i) {
  return (place){i == 0 || i == 2 ? G : G + 8, i < 2 ? T : T + 4};
}
static place b_8x8_32bit(int L, int i) {
  return (place){i == 0 ? T : T + 4, G};
}
static place a_16x4(int L, int i) {
  return (place){i == 0 ? G : G + 8, T};
}
static place b_4x8(int L, int i) {
  return i == 0 ? (place){T, G} : (place){-1, -1};
}
static place a_8x4(int L, int i) {
  return i == 0 ? (place){G, T} : (place){-1, -1};
}
static place c_8x8(int L, int i) {
  return (place){G, T * 2 + i};
}
static place a_16x32_8bit(int L, int i) {
  return (place){i < 4 || (i >= 8 && i < 12) ? G : G + 8, i < 8 ? T * 4 + (i & 3) : T * 4 + (i & 3) + 16};
}
static place b_32x8_8bit(int L, int i) {
  return (place){i < 4 ? T * 4 + (i & 3) : T * 4 + (i & 3) + 16, G};
}
static place a_16x16_8bit(int L, int i) {
  return (place){i < 4 ? G : G + 8, T * 4 + (i & 3)};
}
static place b_16x8_8bit(int L, int i) {
  return (place){T * 4 + i, G};
}
static place a_8x16_8bit(int L, int i) {
  return (place){G, T * 4 + i};
}
static place a_8x32_4bit(int L, int i) {
  return (place){G, T * 8 + i};
}
static place b_32x8_4bit(int L, int i) {
  return (place){T * 8 + i, G};
}
static place a_16x32_4bit(int L, int i) {
  return (place){i < 8 ? G : G + 8, T * 8 + (i & 7)};
}
static place a_16x64_4bit(int L, int i) {
  return (place){i < 8 || (i >= 16 && i < 24) ? G : G + 8, i < 16 ? T * 8 + (i & 7) : T * 8 + (i & 7) + 32};
}
static place b_64x8_4bit(int L, int i) {
  return (place){i < 8 ? T * 8 + (i & 7) : T * 8 + (i & 7) + 32, G};
}
static place a_8x128_bit(int L, int i) {
  return (place){G, T * 32 + i};
}
static place b_128x8_bit(int L, int i) {
  return (place){T * 32 + i, G};
}
static place a_16x128_bit(int L, int i) {
  return (place){i < 32 ? G : G + 8, T * 32 + (i & 31)};
}
static place a_16x256_bit(int L, int i) {
  return (place){i < 32 || (i >= 64 && i < 96) ? G : G + 8, i < 64 ? T * 32 + (i & 31) : T * 32 + (i & 31) + 128};
}
static place b_256x8_bit(int L, int i) {
  return (place){i < 32 ? T * 32 + (i & 31) : T * 32 + (i & 31) + 128, G};
}
static place a_f64_16x8(int L, int i) {
  return (place){i == 0 || i == 2 ? G : G + 8, i < 2 ? T : T + 4};
}
static place a_f64_16x16(int L, int i) {
  return (place){i % 2 == 0 ? G : G + 8, i % 2 == 0 ? i * 2 + T : i * 2 - 2 + T};
}
static place b_f64_16x8(int L, int i) {
  return (place){T + i * 4, G};
}

/* m8n8k4 of f16, for product q of four: by row and by column. */
#define Q (L % 16 / 4)
#define OWN (L < 16 ? L % 4 : L % 4 + 4)
static place a_quad_row(int L, int i) {
  return (place){8 * Q + OWN, i};
}
static place a_quad_col(int L, int i) {
  return (place){8 * Q + (L < 16 ? i % 4 : i % 4 + 4), L % 4};
}
static place b_quad_row(int L, int i) {
  return (place){L % 4, 8 * Q + (L < 16 ? i : i + 4)};
}
static place b_quad_col(int L, int i) {
  return (place){i, 8 * Q + OWN};
}
static place c_quad_f16(int L, int i) {
  return (place){8 * Q + OWN, 8 * Q + i};
}
static place c_quad_f32(int L, int i) {
  int x = (L & 1) + (i & 2);
  return (place){8 * Q + (L < 16 ? x : x + 4), 8 * Q + (i & 4) + (L & 2) + (i & 1)};
}

typedef place layout(int lane, int index);
static const struct {
  const char *shape, *types; /* types: those of A, or of accumulators where the name has these */
  layout *a, *b, *c, *d;
  int count_a, count_b, count_c;
} rows[] = {
    {"m16n8k16.row.col", "f32.f16.f16.f32 f16.f16.f16.f16 f32.f32 f16.f16 f32.f16 f16.f32 bf16 f32.bf16.bf16.f32",
     a_16x16_16bit, b_16x8_16bit, c_16x8, c_16x8, 8, 4, 4},
    {"m16n8k8.row.col", "f32.f16.f16.f32 f16.f16 bf16", a_16x8_16bit, b_8x8_16bit, c_16x8, c_16x8, 4, 2, 4},
    {"m16n8k8.row.col", "tf32 f32.tf32.tf32.f32", a_16x8_32bit, b_8x8_32bit, c_16x8, c_16x8, 4, 2, 4},
    {"m16n8k4.row.col", "tf32", a_16x4, b_4x8, c_16x8, c_16x8, 2, 1, 4},
    {"m16n8k32.row.col", "s8 u8 s8.u8 u8.s8 s32.s8.u8.s32 f32.e4m3.e5m2.f32 f32.e5m2.e5m2.f32 f16.e4m3.e4m3.f16",
     a_16x32_8bit, b_32x8_8bit, c_16x8, c_16x8, 16, 8, 4},
    {"m16n8k16.row.col", "s8 u8.s8 satfinite.s8 f32.e4m3.e4m3.f32", a_16x16_8bit, b_16x8_8bit, c_16x8, c_16x8, 8, 4, 4},
    {"m8n8k16.row.col", "s8 u8 s8.u8", a_8x16_8bit, b_16x8_8bit, c_8x8, c_8x8, 4, 4, 2},
    {"m8n8k32.row.col", "s4 u4 s4.u4", a_8x32_4bit, b_32x8_4bit, c_8x8, c_8x8, 8, 8, 2},
    {"m16n8k32.row.col", "s4 u4.s4", a_16x32_4bit, b_32x8_4bit, c_16x8, c_16x8, 16, 8, 4},
    {"m16n8k64.row.col", "s4 u4 s4.u4", a_16x64_4bit, b_64x8_4bit, c_16x8, c_16x8, 32, 16, 4},
    {"xor.popc.m8n8k128.row.col", "b1", a_8x128_bit, b_128x8_bit, c_8x8, c_8x8, 32, 32, 2},
    {"and.popc.m16n8k128.row.col", "b1", a_16x128_bit, b_128x8_bit, c_16x8, c_16x8, 64, 32, 4},
    {"m16n8k256.row.col", "s32.b1.b1.s32.xor.popc s32.b1.b1.s32.and.popc", a_16x256_bit, b_256x8_bit, c_16x8, c_16x8,
     128, 64, 4},
    {"m8n8k4.row.col", "f64 f64.f64.f64.f64", a_8x4, b_4x8, c_8x8, c_8x8, 1, 1, 2},
    {"m16n8k4.row.col", "f64", a_16x4, b_4x8, c_16x8, c_16x8, 2, 1, 4},
    {"m16n8k8.row.col", "f64", a_f64_16x8, b_f64_16x8, c_16x8, c_16x8, 4, 2, 4},
    {"m16n8k16.row.col", "f64.f64.f64.f64", a_f64_16x16, b_f64_16x8, c_16x8, c_16x8, 8, 4, 4},
    {"m8n8k4.row.row", "f16.f16", a_quad_row, b_quad_row, c_quad_f16, c_quad_f16, 4, 4, 8},
    {"m8n8k4.row.col", "f32.f32", a_quad_row, b_quad_col, c_quad_f32, c_quad_f32, 4, 4, 8},
    {"m8n8k4.col.row", "f32.f16 f32.f16.f16.f16", a_quad_col, b_quad_row, c_quad_f16, c_quad_f32, 4, 4, 8},
    {"m8n8k4.col.col", "f32.f16.f16.f32", a_quad_col, b_quad_col, c_quad_f32, c_quad_f32, 4, 4, 8},
};

/* Whole matrices of one product and its parameters. */
static struct {
  double a[32][256], b[256][32], c[32][32], d[32][32];
  int m, n, k;
} w;

/* Values whose products and sums are exact in every format: the result must be equal to the last bit. */
static double exact(tweed_random *r, emu_type type) {
  int lowest = type == EMU_U4 || type == EMU_U8 || type == EMU_B1 ? 0 : -2;
  int highest = type == EMU_B1 ? 1 : 2;
  if (type == EMU_U8 || type == EMU_S8)
    lowest *= 64, highest = type == EMU_S8 ? 127 : 255;
  if (type == EMU_S4 || type == EMU_U4)
    lowest *= 4, highest = type == EMU_S4 ? 7 : 15;
  return lowest + (int)tweed_random_below(r, (uint32_t)(highest - lowest + 1));
}

static void fill(tweed_random *r, const emu_mma *mma, bool big) {
  for (int i = 0; i < w.m; i++)
    for (int j = 0; j < w.k; j++)
      w.a[i][j] = exact(r, mma->a);
  for (int i = 0; i < w.k; i++)
    for (int j = 0; j < w.n; j++)
      w.b[i][j] = exact(r, mma->b);
  for (int i = 0; i < w.m; i++)
    for (int j = 0; j < w.n; j++)
      w.c[i][j] = big ? 2147483647.0 - tweed_random_below(r, 3) : (int)tweed_random_below(r, 64) - 32;
}

static void multiply(const emu_mma *mma) {
  for (int i = 0; i < w.m; i++)
    for (int j = 0; j < w.n; j++) {
      double sum = 0;
      for (int x = 0; x < w.k; x++) {
        int p = (int)w.a[i][x], q = (int)w.b[x][j];
        sum += mma->a != EMU_B1 ? p * q : mma->bit_op == EMU_BITS_XOR ? (p ^ q) : (p & q);
      }
      w.d[i][j] = w.c[i][j] + sum;
      if (mma->d == EMU_S32)
        w.d[i][j] = mma->satfinite ? fmin(fmax(w.d[i][j], -2147483648.0), 2147483647.0) : (int32_t)(int64_t)w.d[i][j];
    }
}

static void check_row(tweed_random *r, size_t row, const char *types, bool big) {
  char name[128];
  emu_mma mma;
  tweed_error error = {0};
  static uint32_t a[32][MOST], b[32][MOST], c[32][MOST];
  static double all_a[EMU_MMA_ELEMENTS], all_b[EMU_MMA_ELEMENTS], all_c[EMU_MMA_ELEMENTS];
  snprintf(name, sizeof name, "mma.%s.%s", rows[row].shape, types);
  if (emu_mma_parse(name, &mma, &error) != TWEED_OK)
    fprintf(stderr, "%s\n", error.message);
  assert(error.status == TWEED_OK);
  mma = emu_mma_unpacked(emu_mma_pack(&mma));
  bool quad = rows[row].count_c == 8;
  w.m = quad ? 32 : mma.m, w.n = quad ? 32 : mma.n, w.k = mma.k;
  fill(r, &mma, big && mma.d == EMU_S32);
  multiply(&mma);
  assert(emu_mma_elements(&mma, EMU_OPERAND_A) == rows[row].count_a);
  assert(emu_mma_elements(&mma, EMU_OPERAND_B) == rows[row].count_b);
  assert(emu_mma_elements(&mma, EMU_OPERAND_C) == rows[row].count_c);
  for (int lane = 0; lane < 32; lane++) {
    for (int i = 0; i < rows[row].count_a; i++) {
      place p = rows[row].a(lane, i);
      emu_set(mma.a, a[lane], i, emu_encode(mma.a, w.a[p.row][p.col]));
    }
    for (int i = 0; i < rows[row].count_b; i++) {
      place p = rows[row].b(lane, i);
      emu_set(mma.b, b[lane], i, emu_encode(mma.b, w.b[p.row][p.col]));
    }
    for (int i = 0; i < rows[row].count_c; i++) {
      place p = rows[row].c(lane, i);
      emu_set(mma.c, c[lane], i, emu_encode(mma.c, w.c[p.row][p.col]));
    }
    emu_mma_unpack(&mma, EMU_OPERAND_A, lane, a[lane], all_a);
    emu_mma_unpack(&mma, EMU_OPERAND_B, lane, b[lane], all_b);
    emu_mma_unpack(&mma, EMU_OPERAND_C, lane, c[lane], all_c);
  }
  for (int lane = 0; lane < 32; lane++) {
    uint32_t d[EMU_MMA_WORDS];
    emu_mma_multiply(&mma, lane, all_a, all_b, all_c, d);
    for (int i = 0; i < rows[row].count_c; i++) {
      place p = rows[row].d(lane, i);
      assert(emu_decode(mma.d, emu_get(mma.d, d, i)) == w.d[p.row][p.col]);
    }
  }
}

static int check_mma(tweed_random *r) {
  int count = 0;
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    char types[256], *save = NULL;
    snprintf(types, sizeof types, "%s", rows[row].types);
    for (char *type = strtok_r(types, " ", &save); type; type = strtok_r(NULL, " ", &save), count++) {
      check_row(r, row, type, false);
      check_row(r, row, type, true);
    }
  }
  return count;
}

/* A matrix in memory by rows or columns, loaded into fragments. */
static void load(const char *operand, bool col, const emu_mma *mma, emu_type type, int pad, double (*value)(int, int),
                 uint32_t words[32][MOST]) {
  emu_wmma access;
  tweed_error error = {0};
  static uint32_t memory[8192];
  char name[96];
  snprintf(name, sizeof name, "llvm.nvvm.wmma.m%dn%dk%d.load.%s.%s.stride.%s.p3", mma->m, mma->n, mma->k, operand,
           col ? "col" : "row", emu_type_name(type));
  assert(emu_wmma_parse(name, &access, &error) == TWEED_OK && access.strided && !access.store);
  access = emu_wmma_unpacked(emu_wmma_pack(&access));
  int rows_of = access.operand == EMU_OPERAND_B ? mma->k : mma->m,
      cols_of = access.operand == EMU_OPERAND_A ? mma->k : mma->n;
  assert(emu_wmma_stride(&access) == (col ? rows_of : cols_of));
  int stride = (col ? rows_of : cols_of) + pad;
  memset(memory, 0x5A, sizeof memory);
  for (int i = 0; i < rows_of; i++)
    for (int j = 0; j < cols_of; j++)
      emu_set(type, memory, col ? j * stride + i : i * stride + j, emu_encode(type, value(i, j)));
  for (int lane = 0; lane < 32; lane++)
    for (int i = 0; i < emu_mma_elements(&access.mma, access.operand); i++)
      emu_set(type, words[lane], i, emu_get(type, memory, (int)emu_wmma_offset(&access, stride, lane, i)));
}

static double value_a(int i, int j) {
  return w.a[i][j];
}
static double value_b(int i, int j) {
  return w.b[i][j];
}
static double value_c(int i, int j) {
  return w.c[i][j];
}

static void check_wmma(tweed_random *r, const char *shape, const char *types, bool a_col, bool b_col, bool c_col,
                       int pad) {
  char name[128];
  emu_mma mma;
  tweed_error error = {0};
  static uint32_t a[32][MOST], b[32][MOST], c[32][MOST];
  static double all_a[EMU_MMA_ELEMENTS], all_b[EMU_MMA_ELEMENTS], all_c[EMU_MMA_ELEMENTS];
  snprintf(name, sizeof name, "llvm.nvvm.wmma.%s.mma.%s.%s.%s", shape, a_col ? "col" : "row", b_col ? "col" : "row",
           types);
  if (emu_mma_parse(name, &mma, &error) != TWEED_OK)
    fprintf(stderr, "%s\n", error.message);
  assert(error.status == TWEED_OK);
  w.m = mma.m, w.n = mma.n, w.k = mma.k;
  fill(r, &mma, false);
  multiply(&mma);
  load("a", a_col, &mma, mma.a, pad, value_a, a);
  load("b", b_col, &mma, mma.b, pad, value_b, b);
  load("c", c_col, &mma, mma.c, pad, value_c, c);
  for (int lane = 0; lane < 32; lane++) {
    emu_mma_unpack(&mma, EMU_OPERAND_A, lane, a[lane], all_a);
    emu_mma_unpack(&mma, EMU_OPERAND_B, lane, b[lane], all_b);
    emu_mma_unpack(&mma, EMU_OPERAND_C, lane, c[lane], all_c);
  }
  emu_wmma store;
  snprintf(name, sizeof name, "wmma.store.d.sync.aligned.%s.%s.global.%s", c_col ? "col" : "row", shape,
           emu_type_name(mma.d));
  assert(emu_wmma_parse(name, &store, &error) == TWEED_OK && store.store);
  store = emu_wmma_unpacked(emu_wmma_pack(&store));
  assert(store.store && !store.strided);
  static double memory[64 * 64];
  int stride = emu_wmma_stride(&store) + pad;
  for (int i = 0; i < 64 * 64; i++)
    memory[i] = NAN;
  for (int lane = 0; lane < 32; lane++) {
    uint32_t d[EMU_MMA_WORDS];
    emu_mma_multiply(&mma, lane, all_a, all_b, all_c, d);
    for (int i = 0; i < emu_mma_elements(&store.mma, EMU_OPERAND_C); i++)
      memory[emu_wmma_offset(&store, stride, lane, i)] = emu_decode(mma.d, emu_get(mma.d, d, i));
  }
  for (int i = 0; i < w.m; i++)
    for (int j = 0; j < w.n; j++)
      assert(memory[c_col ? j * stride + i : i * stride + j] == w.d[i][j]);
}

static void check_wmma_all(tweed_random *r) {
  static const char *const shapes[] = {"m16n16k16", "m8n32k16", "m32n8k16"};
  static const char *const types[] = {"f32.f32", "f16.f16", "f32.f16", "f16.f32", "bf16", "s8", "u8"};
  for (int layouts = 0; layouts < 16; layouts++) {
    bool a = layouts & 1, b = layouts & 2, c = layouts & 4;
    int pad = layouts & 8;
    for (int s = 0; s < 3; s++)
      for (int t = 0; t < 7; t++)
        check_wmma(r, shapes[s], types[t], a, b, c, pad);
    check_wmma(r, "m16n16k8", "tf32", a, b, c, pad);
    check_wmma(r, "m8n8k4", "rn.f64", a, b, c, pad);
    check_wmma(r, "m8n8k32", "s4", false, true, c, 4 * pad);
    check_wmma(r, "m8n8k128", "b1", false, true, c, 4 * pad);
  }
}

/* Numbers: rounding once, order of k, canonical NaN, saturation. */
static void check_numbers(void) {
  double a[16] = {0}, b[16] = {0};
  a[0] = 1, b[0] = 1, a[1] = ldexp(1, -24), b[1] = 1, a[2] = ldexp(1, -30), b[2] = 1;
  float sum;
  uint32_t pattern = (uint32_t)emu_dot(EMU_F32, 3, a, b, 0, false);
  memcpy(&sum, &pattern, sizeof sum);
  assert(sum == nextafterf(1, 2));
  assert(emu_dot(EMU_F32, 2, a, b, NAN, false) == 0x7FFFFFFF);
  a[0] = 65504, b[0] = 2;
  assert(emu_dot(EMU_F16, 1, a, b, 0, false) == 0x7C00 && emu_dot(EMU_F16, 1, a, b, 0, true) == 0x7BFF);
  a[0] = 1 + ldexp(1, -52), b[0] = 1 - ldexp(1, -52);
  assert(emu_decode(EMU_F64, emu_dot(EMU_F64, 1, a, b, -1, false)) == -ldexp(1, -104));
  a[0] = 1e308, b[0] = 10, a[1] = -1e308, b[1] = 10;
  assert(emu_decode(EMU_F64, emu_dot(EMU_F64, 2, a, b, 0, false)) == INFINITY); /* fused */
}

/* 1 + 2^-60 and -1 + 2^-60 in all modes. */
static void check_rounding(void) {
  static const char *const names[] = {"rn", "rz", "rm", "rp"};
  const double up = 1 + ldexp(1, -52), in = -1 + ldexp(1, -53);
  const double want[4][2] = {{1, -1}, {1, in}, {1, -1}, {up, in}};
  for (int mode = 0; mode < 4; mode++) {
    double a[32] = {1}, b[32] = {ldexp(1, -60), 0, 0, 0, ldexp(1, -60)}, c[64] = {1, -1};
    char name[64];
    emu_mma mma;
    uint32_t d[4];
    snprintf(name, sizeof name, "wmma.m8n8k4.mma.row.col.%s.f64", names[mode]);
    assert(emu_mma_parse(name, &mma, NULL) == TWEED_OK);
    mma = emu_mma_unpacked(emu_mma_pack(&mma));
    emu_mma_multiply(&mma, 0, a, b, c, d);
    for (int i = 0; i < 2; i++)
      assert(emu_decode(EMU_F64, emu_get(EMU_F64, d, i)) == want[mode][i]);
    volatile double third = 3;
    assert(1 / third == 0x1.5555555555555p-2); /* the mode is as before */
  }
}

static void check_ldmatrix(void) {
  emu_ldmatrix m;
  assert(emu_ldmatrix_parse("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", &m, NULL) == TWEED_OK);
  m = emu_ldmatrix_unpacked(emu_ldmatrix_pack(&m));
  assert(m.count == 4 && m.trans && !m.store);
  assert(emu_ldmatrix_parse("llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16.p3", &m, NULL) == TWEED_OK);
  assert(m.count == 1 && !m.trans);
  assert(emu_ldmatrix_parse("stmatrix.sync.aligned.m8n8.x2.shared::cta.b16", &m, NULL) == TWEED_OK);
  m = emu_ldmatrix_unpacked(emu_ldmatrix_pack(&m));
  assert(m.count == 2 && m.store && !m.trans);
  assert(emu_ldmatrix_parse("ldmatrix.sync.aligned.m8n8.x3.shared.b16", &m, NULL) == TWEED_BAD_INPUT);
  assert(emu_ldmatrix_parse("ldmatrix.sync.aligned.m16n16.x1.shared.b8", &m, NULL) == TWEED_BAD_INPUT);
  assert(emu_ldmatrix_parse("ldmatrix.sync.aligned.m8n8.shared.b16", &m, NULL) == TWEED_BAD_INPUT);
  /* ldmatrix feeds mma: without .trans the four matrices of x4 are the registers of A of m16n8k16, with it those of B.
   */
  for (int lane = 0; lane < 32; lane++)
    for (int half = 0; half < 2; half++) {
      place p = emu_ldmatrix_place(false, lane, half), a = a_16x16_16bit(lane, half);
      place q = emu_ldmatrix_place(true, lane, half), b = b_16x8_16bit(lane, half);
      assert(p.row == a.row && p.col == a.col && q.row == b.row && q.col == b.col);
    }
}

static void check_refused(void) {
  static const char *const mma[] = {"mma.m16n8k16.row.row.f32.f32",
                                    "mma.m16n8k16.row.col.f32.bf16.f16.f32",
                                    "mma.m16n8k32.row.col.f32.f32",
                                    "mma.m16n8k16.row.col",
                                    "mma.m16n8k16.row.f32.f32",
                                    "mma.row.col.f32.f32",
                                    "mma.m16n8k16.row.col.f16",
                                    "mma.m16n8k16.row.col.f16.bf16.bf16.f16",
                                    "mma.sp.m16n8k16.row.col.f32.f32",
                                    "mma.m16n8k16.row.col.s8.s4",
                                    "wmma.m16n16k16.mma.row.col.rz.f32.f32",
                                    "mma.m8n8k4.row.col.rx.f64",
                                    "mma.m16n16k16.row.col.f32.f32",
                                    "mma.m16n8k16.row.col.row.f32.f32"};
  static const char *const wmma[] = {
      "wmma.load.d.sync.aligned.row.m16n16k16.f32",  "wmma.store.a.sync.aligned.row.m16n16k16.f16",
      "wmma.load.a.sync.aligned.row.m16n16k8.f16",   "wmma.load.a.sync.aligned.m16n16k16.f16",
      "wmma.load.c.sync.aligned.row.m16n16k16.bf16", "wmma.load.a.sync.aligned.row.m16n16k16"};
  emu_mma m;
  emu_wmma access;
  for (size_t i = 0; i < sizeof mma / sizeof mma[0]; i++)
    assert(emu_mma_parse(mma[i], &m, NULL) == TWEED_BAD_INPUT);
  for (size_t i = 0; i < sizeof wmma / sizeof wmma[0]; i++)
    assert(emu_wmma_parse(wmma[i], &access, NULL) == TWEED_BAD_INPUT);
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 1);
  int count = check_mma(&r);
  check_wmma_all(&r);
  check_numbers();
  check_rounding();
  check_ldmatrix();
  check_refused();
  printf("mma: %d shapes and types\n", count);
  return 0;
}
