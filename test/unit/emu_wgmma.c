/* Warpgroup-wide products against plain loops: every N, all types, A in registers and in memory, both directions, all
 * swizzles. Shared memory is filled atom by atom, as the PTX ISA draws a "swizzle atom" (eight lines of 16, 32, 64 or
 * 128 bytes, chunk c of line r standing at c ^ r, c ^ r/2 or c ^ r/4), atoms being as far apart as the two strides say.
 */
#include "emu/wgmma.h"

#include <assert.h>
#include <base/base.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHARED = 1 << 18, STEPS = 4, K_MOST = STEPS * 32 };

static uint8_t shared[SHARED], fetched[SHARED / 16];
static double a[64][K_MOST], b[256][K_MOST], c[64][256];

/* An operand in shared memory: a tile of `lines` rows (or columns) by `k`, as atoms. */
typedef struct tile {
  emu_type type;
  bool trans;
  uint32_t start, swizzle, leading, stride;
  int lines, k;
} tile;

/* Where an element lies: its atom, and in it the line, the chunk and the byte. */
static uint32_t address_of(const tile *t, int mn, int k) {
  uint32_t bytes = (uint32_t)emu_bits(t->type) / 8, width = t->swizzle ? t->swizzle : 16;
  uint32_t along = (uint32_t)(t->trans ? mn : k) * bytes, across = (uint32_t)(t->trans ? k : mn);
  uint32_t atom_along = along / width, atom_across = across / 8, r = across % 8, chunk = along % width / 16;
  uint32_t permuted = t->swizzle == 128  ? chunk ^ r
                      : t->swizzle == 64 ? chunk ^ r / 2
                      : t->swizzle == 32 ? chunk ^ r / 4
                                         : chunk;
  uint32_t apart_along = t->leading, apart_across = t->stride;
  if (t->trans && !t->swizzle) /* the ISA swaps the two here */
    apart_along = t->stride, apart_across = t->leading;
  return t->start + atom_along * apart_along + atom_across * apart_across + r * width + permuted * 16 + along % 16;
}

static void store(const tile *t, double (*rows)[K_MOST]) {
  for (int mn = 0; mn < t->lines; mn++)
    for (int k = 0; k < t->k; k++) {
      uint64_t pattern = emu_encode(t->type, rows[mn][k]);
      uint32_t at = address_of(t, mn, k);
      assert(at + 4 <= SHARED);
      memcpy(shared + at, &pattern, (size_t)emu_bits(t->type) / 8);
    }
}

/* Step s of the products along K starts further on: along the line by 32 bytes, or at the next atoms. */
static uint64_t descriptor_of(const tile *t, int step, int k) {
  uint32_t start = t->start, mode = t->swizzle == 128 ? 1 : t->swizzle == 64 ? 2 : t->swizzle == 32 ? 3 : 0;
  uint32_t base = t->swizzle ? t->start >> 7 & (t->swizzle / 16 - 1) : 0;
  if (!t->trans) {
    uint32_t bytes = (uint32_t)step * 32, width = t->swizzle ? t->swizzle : 16;
    start += bytes / width * t->leading + bytes % width;
  } else {
    start += (uint32_t)(step * k / 8) * (t->swizzle ? t->stride : t->leading);
  }
  return (uint64_t)(start >> 4) | (uint64_t)(t->leading >> 4) << 16 | (uint64_t)(t->stride >> 4) << 32 |
         (uint64_t)base << 49 | (uint64_t)mode << 62;
}

static bool fetch(void *context, uint32_t address, uint32_t size, void *into) {
  int *count = context;
  assert(size == 16 && address % 16 == 0);
  if (address + size > SHARED || *count == 0)
    return false;
  --*count;
  fetched[address / 16]++;
  memcpy(into, shared + address, size);
  return true;
}

/* A tile after address `from`: atoms as close as they can be, or `pad` bytes further apart. */
static tile lay_out(emu_type type, bool trans, uint32_t swizzle, int lines, int k, uint32_t from, uint32_t pad) {
  uint32_t width = swizzle ? swizzle : 16, atom = width * 8 + pad, bytes = (uint32_t)emu_bits(type) / 8;
  uint32_t along = ((uint32_t)(trans ? lines : k) * bytes + width - 1) / width;
  tile t = {.type = type, .trans = trans, .swizzle = swizzle, .lines = lines, .k = k, .start = from};
  uint32_t near = atom, far = atom * along;
  t.leading = near, t.stride = far;
  if (trans && !swizzle)
    t.leading = far, t.stride = near;
  return t;
}

static int value(tweed_random *r, emu_type type) {
  if (type == EMU_U8)
    return (int)tweed_random_below(r, 256);
  return type == EMU_S8 ? (int)tweed_random_below(r, 256) - 128 : (int)tweed_random_below(r, 5) - 2;
}

/* Accumulators: PTX ISA, "Register Fragments", d_i of thread t. */
static int row_of(int thread, int i) {
  return 16 * (thread / 32) + thread % 32 / 4 + (i % 4 >= 2 ? 8 : 0);
}
static int col_of(int thread, int i) {
  return 8 * (i / 4) + 2 * (thread % 4) + i % 2;
}

static void check_read(const emu_wgmma *w, const tile *t, int step, const double (*want)[K_MOST], double *whole) {
  int count = t->lines * 2;
  memset(fetched, 0, sizeof fetched);
  int part = t->lines == 64 ? 16 : t->lines; /* of A each warp takes its own rows */
  for (int first = 0; first < t->lines; first += part)
    assert(emu_wgmma_read(w, t->type, descriptor_of(t, step, w->k), t->trans, first, part, fetch, &count,
                          whole + first * w->k));
  for (int i = 0; i < SHARED / 16; i++)
    assert(fetched[i] <= 1);
  assert(count == 0);
  for (int i = 0; i < t->lines; i++)
    for (int x = 0; x < w->k; x++)
      assert(whole[i * w->k + x] == want[i][step * w->k + x]);
}

static void fill(tweed_random *r, const emu_wgmma *w) {
  for (int x = 0; x < STEPS * w->k; x++) {
    for (int i = 0; i < 64; i++)
      a[i][x] = value(r, w->a);
    for (int j = 0; j < w->n; j++)
      b[j][x] = value(r, w->b);
  }
  for (int i = 0; i < 64; i++)
    for (int j = 0; j < w->n; j++)
      c[i][j] = (int)tweed_random_below(r, 9) - 4;
}

/* Four registers of A: each warp's sixteen rows as mma.m16n8k16 and the like have them. */
static void registers_of_a(const emu_wgmma *w, int thread, int step, uint32_t words[4]) {
  int each = 32 / emu_bits(w->a), g = thread % 32 / 4, t = thread % 4;
  for (int reg = 0; reg < 4; reg++)
    for (int e = 0; e < each; e++) {
      int row = 16 * (thread / 32) + g + (reg == 1 || reg == 3 ? 8 : 0), col = t * each + e + (reg >= 2 ? 4 * each : 0);
      emu_set(w->a, words, reg * each + e, emu_encode(w->a, a[row][step * w->k + col]));
    }
}

static void check_product(const emu_wgmma *w, const emu_wgmma_flags *f, int step, const double *whole_a,
                          const double *whole_b) {
  int sign = (f->negate_a ? -1 : 1) * (f->negate_b ? -1 : 1);
  for (int thread = 0; thread < 128; thread++) {
    uint32_t d[EMU_WGMMA_WORDS];
    assert(emu_wgmma_words(w) <= EMU_WGMMA_WORDS);
    memset(d, 0xFF, sizeof d);
    for (int i = 0; i < w->n / 2; i++)
      if (f->accumulate)
        emu_set(w->d, d, i, emu_encode(w->d, c[row_of(thread, i)][col_of(thread, i)]));
    emu_wgmma_multiply(w, f, thread, whole_a, whole_b, d);
    for (int i = 0; i < w->n / 2; i++) {
      int row = row_of(thread, i), col = col_of(thread, i);
      double want = f->accumulate ? c[row][col] : 0;
      for (int x = step * w->k; x < (step + 1) * w->k; x++)
        want += sign * a[row][x] * b[col][x];
      assert(emu_decode(w->d, emu_get(w->d, d, i)) == want);
    }
  }
}

static void check(tweed_random *r, const char *name, uint32_t swizzle, bool trans_a, bool trans_b, uint32_t pad,
                  uint32_t base) {
  static double whole_a[64 * 32], whole_b[256 * 32];
  emu_wgmma w;
  tweed_error error = {0};
  if (emu_wgmma_parse(name, &w, &error) != TWEED_OK)
    fprintf(stderr, "%s\n", error.message);
  assert(error.status == TWEED_OK);
  w = emu_wgmma_unpacked(emu_wgmma_pack(&w));
  fill(r, &w);
  memset(shared, 0x7F, sizeof shared);
  tile ta = lay_out(w.a, trans_a, swizzle, 64, STEPS * w.k, 4096 + base, pad);
  tile tb = lay_out(w.b, trans_b, swizzle, w.n, STEPS * w.k, 65536 + base, pad);
  store(&ta, a);
  store(&tb, b);
  for (int step = 0; step < STEPS; step++) {
    emu_wgmma_flags f = {step % 2 == 0, step == 1, step >= 1, trans_a, trans_b};
    check_read(&w, &ta, step, (const double(*)[K_MOST])a, whole_a);
    check_read(&w, &tb, step, (const double(*)[K_MOST])b, whole_b);
    if (step < 2)
      check_product(&w, &f, step, whole_a, whole_b);
    memset(whole_a, 0, sizeof whole_a);
    for (int thread = 0; thread < 128; thread++) {
      uint32_t words[4] = {0};
      registers_of_a(&w, thread, step, words);
      emu_wgmma_unpack_a(&w, thread, words, whole_a);
    }
    if (step >= 2)
      check_product(&w, &f, step, whole_a, whole_b);
  }
  int few = w.n * 2 - 1;
  assert(!emu_wgmma_read(&w, w.b, descriptor_of(&tb, 0, w.k), trans_b, 0, w.n, fetch, &few, whole_b));
}

static int check_layouts(tweed_random *r) {
  static const char *const types[] = {"k16.f32.f16.f16",   "k16.f32.bf16.bf16", "k16.f16.f16.f16",   "k8.f32.tf32.tf32",
                                      "k32.f32.e4m3.e5m2", "k32.s32.s8.u8",     "k32.f16.e5m2.e5m2", "k32.s32.u8.u8"};
  static const int columns[] = {8, 64, 96};
  int count = 0;
  for (int t = 0; t < 8; t++)
    for (uint32_t swizzle = 16; swizzle <= 128; swizzle *= 2)
      for (int trans = 0; trans < (t < 3 ? 4 : 1); trans++)
        for (int n = 0; n < 3; n++, count++) {
          char name[96];
          uint32_t lines = swizzle == 16 ? 0 : swizzle, atom = swizzle * 8;
          bool whole = !(trans & 2) || (uint32_t)columns[n] * 2 % swizzle == 0; /* N along the lines fills atoms */
          snprintf(name, sizeof name, "wgmma.mma_async.sync.aligned.m64n%d%s", whole ? columns[n] : 64, types[t]);
          check(r, name, lines, trans & 1, trans & 2, n == 1 ? atom : 0,
                n == 2 && lines ? 128 * (swizzle / 16 - 1) : 0);
        }
  return count;
}

/* Each field alone at its largest value. */
static void check_descriptor(void) {
  emu_descriptor d = emu_descriptor_decode(0x3FFF);
  assert(d.start == 0x3FFF0 && d.leading == 0 && d.stride == 0 && d.swizzle == 0 && d.base == 0);
  d = emu_descriptor_decode((uint64_t)0x3FFF << 16);
  assert(d.start == 0 && d.leading == 0x3FFF0 && d.stride == 0 && d.swizzle == 0 && d.base == 0);
  d = emu_descriptor_decode((uint64_t)0x3FFF << 32);
  assert(d.start == 0 && d.leading == 0 && d.stride == 0x3FFF0 && d.swizzle == 0 && d.base == 0);
  d = emu_descriptor_decode((uint64_t)7 << 49);
  assert(d.start == 0 && d.leading == 0 && d.stride == 0 && d.swizzle == 0 && d.base == 7);
  const uint32_t swizzles[] = {0, 128, 64, 32};
  for (uint64_t mode = 0; mode < 4; mode++)
    assert(emu_descriptor_decode(mode << 62).swizzle == swizzles[mode]);
}

static void check_names(tweed_random *r) {
  static const char *const refused[] = {"wgmma.mma_async.sync.aligned.m64n12k16.f32.f16.f16",
                                        "wgmma.mma_async.sync.aligned.m64n264k16.f32.f16.f16",
                                        "wgmma.mma_async.sync.aligned.m64n8k8.f32.f16.f16",
                                        "wgmma.mma_async.sync.aligned.m64n8k16.f16.bf16.bf16",
                                        "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.bf16",
                                        "wgmma.mma_async.sync.aligned.m64n40k32.s32.s8.s8",
                                        "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16",
                                        "wgmma.mma_async.sp.sync.aligned.m64n8k32.f32.f16.f16",
                                        "wgmma.mma_async.sync.aligned.m128n8k16.f32.f16.f16",
                                        "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16.f32",
                                        "wgmma.mma_async.sync.aligned.m64n8k16.satfinite.f32.f16.f16"};
  emu_wgmma w;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    assert(emu_wgmma_parse(refused[i], &w, NULL) == TWEED_BAD_INPUT);
  assert(emu_wgmma_parse("wgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8.satfinite", &w, NULL) == TWEED_OK);
  w = emu_wgmma_unpacked(emu_wgmma_pack(&w));
  assert(w.satfinite && w.n == 256 && w.k == 32 && w.a == EMU_S8);
  for (int n = 8; n <= 256; n += 8) {
    char name[64];
    snprintf(name, sizeof name, "wgmma.mma_async.sync.aligned.m64n%dk16.f32.f16.f16", n);
    check(r, name, 128, false, false, 0, 0);
  }
}

int main(void) {
  tweed_random r;
  tweed_random_seed(&r, 3);
  check_descriptor();
  int count = check_layouts(&r);
  check_names(&r);
  printf("wgmma: %d layouts\n", count);
  return 0;
}
