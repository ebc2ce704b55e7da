/* Matrix instructions on the emulator, called as a module made by tweed-emulate calls them: kernels in C, run over many
 * seeds, clean ones against plain loops, wrong ones against the fault that they must end in. */
#include "emu/device.h"
#include "emu/mma.h"
#include "emu/tile.h"
#include "emu/wgmma.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { N = 32, K = 16, LANES = 32, GROUP = 128 };
static const tweed_emu_place fence_at = {"k.cu", "k", "wgmma.fence", 1, 1},
                             mma_at = {"k.cu", "k", "wgmma.mma_async", 2, 1},
                             proxy_at = {"k.cu", "k", "fence.proxy", 9, 1},
                             other_at = {"k.cu", "k", "wgmma.mma_async", 3, 1},
                             commit_at = {"k.cu", "k", "commit", 4, 1}, wait_at = {"k.cu", "k", "wait", 5, 1},
                             use_at = {"k.cu", "k", "use", 6, 1}, sync_at = {"k.cu", "k", "bar.sync", 7, 1},
                             warp_at = {"k.cu", "k", "mma", 8, 1};

static const tweed_emu_place places[] = {
    {"k.cu", "k", "ldmatrix", 11, 1},  {"k.cu", "k", "ldmatrix.trans", 12, 1}, {"k.cu", "k", "mma", 13, 1},
    {"k.cu", "k", "stmatrix", 14, 1},  {"k.cu", "k", "ldmatrix", 15, 1},       {"k.cu", "k", "wmma.load", 16, 1},
    {"k.cu", "k", "wmma.load", 17, 1}, {"k.cu", "k", "wmma.mma", 18, 1},       {"k.cu", "k", "wmma.store", 19, 1}};

static uint32_t tid(void) {
  return tweed_emu_sreg(TWEED_EMU_TID);
}
static void sync(void) {
  tweed_emu_bar_sync(&sync_at, 1, 0, 0);
}
static double element_a(uint32_t row, uint32_t k) {
  return (double)((row * 7 + k * 3) % 5) - 2;
}
static double element_b(uint32_t k, uint32_t col) {
  return (double)((k * 5 + col * 11) % 7) - 3;
}
static double product(uint32_t row, uint32_t col, uint32_t from, uint32_t to) {
  double sum = 0;
  for (uint32_t k = from; k < to; k++)
    sum += element_a(row, k) * element_b(k, col);
  return sum;
}

static void store_half(uint32_t offset, double value) {
  uint16_t pattern = (uint16_t)emu_encode(EMU_F16, value);
  char *to = tweed_emu_shared(offset);
  tweed_emu_check_store(&use_at, to, sizeof pattern, sizeof pattern);
  memcpy(to, &pattern, sizeof pattern);
}

static uint32_t address(uint32_t offset) {
  return (uint32_t)(uintptr_t)tweed_emu_shared(offset);
}

/* ---- warps ---- */

static uint64_t mma_code(const char *name) {
  emu_mma mma;
  assert(emu_mma_parse(name, &mma, NULL) == TWEED_OK);
  return emu_mma_pack(&mma);
}

/* A by rows of 16 at 0, B by rows of 8 at 512; ldmatrix, mma and stmatrix of D in f16 to 1024. */
static void warp_kernel(void *const *arguments) {
  uint32_t lane = tid() % LANES, words[4 + 2 + 2], d[2], matrices[4], *failures = *(uint32_t **)arguments[0];
  for (uint32_t i = tid(); i < 256; i += LANES)
    store_half(2 * i, element_a(i / 16, i % 16));
  for (uint32_t i = tid(); i < 128; i += LANES)
    store_half(512 + 2 * i, element_b(i / 8, i % 8));
  tweed_emu_bar_warp_sync(&sync_at, UINT32_MAX);
  const emu_ldmatrix x4 = {false, false, 4}, x2 = {false, true, 2}, st = {true, false, 2};
  tweed_emu_ldmatrix(&places[0], emu_ldmatrix_pack(&x4), words, tweed_emu_shared(lane % 16 * 32 + lane / 16 * 16));
  tweed_emu_ldmatrix(&places[1], emu_ldmatrix_pack(&x2), words + 4, tweed_emu_shared(512 + lane % 16 * 16));
  words[6] = words[7] = 0x3C003C00; /* ones */
  tweed_emu_mma(&places[2], mma_code("mma.m16n8k16.row.col.f16.f16"), d, words, words + 4, words + 6);
  tweed_emu_stmatrix(&places[3], emu_ldmatrix_pack(&st), tweed_emu_shared(1024 + lane % 16 * 16), d);
  tweed_emu_bar_warp_sync(&sync_at, UINT32_MAX);
  const emu_ldmatrix back = {false, false, 2};
  tweed_emu_ldmatrix(&places[4], emu_ldmatrix_pack(&back), matrices, tweed_emu_shared(1024 + lane % 16 * 16));
  for (uint32_t i = 0; i < 4; i++) {
    uint32_t row = lane / 4 + i / 2 * 8, col = lane % 4 * 2 + i % 2;
    double got = emu_decode(EMU_F16, emu_get(EMU_F16, matrices, (int)i));
    *failures += got != product(row, col, 0, 16) + 1;
  }
}

/* Loads by wmma from shared memory with a stride, multiplies, stores to global memory by columns. */
static void wmma_kernel(void *const *arguments) {
  float *out = *(float **)arguments[0];
  uint32_t words[8 + 8 + 8] = {0}, d[8];
  for (uint32_t i = tid(); i < 256; i += LANES) {
    store_half(i / 16 * 48 + i % 16 * 2, element_a(i / 16, i % 16));
    store_half(1024 + i / 16 * 32 + i % 16 * 2, element_b(i % 16, i / 16));
  }
  tweed_emu_bar_warp_sync(&sync_at, UINT32_MAX);
  emu_wmma a, b, c;
  assert(emu_wmma_parse("wmma.m16n16k16.load.a.row.stride.f16", &a, NULL) == TWEED_OK);
  assert(emu_wmma_parse("wmma.m16n16k16.load.b.col.f16", &b, NULL) == TWEED_OK);
  assert(emu_wmma_parse("wmma.m16n16k16.store.d.col.stride.f32", &c, NULL) == TWEED_OK);
  tweed_emu_wmma_load(&places[5], emu_wmma_pack(&a), words, tweed_emu_shared(0), 24);
  tweed_emu_wmma_load(&places[6], emu_wmma_pack(&b), words + 8, tweed_emu_shared(1024), 0);
  tweed_emu_mma(&places[7], mma_code("wmma.m16n16k16.mma.row.col.f32.f32"), d, words, words + 8, words + 16);
  tweed_emu_wmma_store(&places[8], emu_wmma_pack(&c), out, d, 20);
}

static void divergent_kernel(void *const *arguments) {
  uint32_t words[8] = {0}, d[2];
  (void)arguments;
  if (tid() % LANES == 7)
    tweed_emu_bar_warp_sync(&sync_at, UINT32_MAX);
  else
    tweed_emu_mma(&warp_at, mma_code("mma.m16n8k16.row.col.f16.f16"), d, words, words + 4, words + 6);
}

static void misaligned_kernel(void *const *arguments) {
  uint32_t words[4];
  const emu_ldmatrix x1 = {false, false, 1};
  (void)arguments;
  tweed_emu_ldmatrix(&warp_at, emu_ldmatrix_pack(&x1), words, tweed_emu_shared(tid() % LANES == 3 ? 8 : 0));
}

static void unwritten_kernel(void *const *arguments) {
  uint32_t words[4];
  const emu_ldmatrix x1 = {false, false, 1};
  (void)arguments;
  tweed_emu_ldmatrix(&warp_at, emu_ldmatrix_pack(&x1), words, tweed_emu_shared(0));
}

static void strides_kernel(void *const *arguments) {
  uint32_t words[8];
  emu_wmma a;
  (void)arguments;
  assert(emu_wmma_parse("wmma.m16n16k16.load.a.row.stride.f16", &a, NULL) == TWEED_OK);
  tweed_emu_wmma_load(&warp_at, emu_wmma_pack(&a), words, tweed_emu_shared(0), tid() % LANES == 9 ? 24 : 16);
}

/* ---- warpgroups ---- */

enum { A_AT = 0, B_AT = 8192, WORDS = N / 2 };

/* 64 x 32 of A, and 32 x 32 of B by columns, without swizzle: 8 x 16 bytes lie together, along K next to each other. */
static void fill_tiles(void) {
  for (uint32_t i = tid(); i < 64 * 2 * K; i += GROUP) {
    uint32_t row = i / (2 * K), k = i % (2 * K);
    store_half(A_AT + row / 8 * 512 + k / 8 * 128 + row % 8 * 16 + k % 8 * 2, element_a(row, k));
  }
  for (uint32_t i = tid(); i < N * 2 * K; i += GROUP) {
    uint32_t col = i / (2 * K), k = i % (2 * K);
    store_half(B_AT + col / 8 * 512 + k / 8 * 128 + col % 8 * 16 + k % 8 * 2, element_b(k, col));
  }
}

static uint64_t tile(uint32_t offset, uint32_t step) {
  return (uint64_t)(address(offset + step * 256) >> 4 & 0x3FFF) | (uint64_t)(128 >> 4) << 16 |
         (uint64_t)(512 >> 4) << 32;
}

static uint64_t code(const char *name) {
  emu_wgmma w;
  assert(emu_wgmma_parse(name, &w, NULL) == TWEED_OK);
  return emu_wgmma_pack(&w);
}

#define F32 "m64n32k16.f32.f16.f16"

static void start(uint64_t tokens[WORDS], uint64_t value) {
  fill_tiles();
  tweed_emu_fence_proxy_async(&proxy_at);
  sync();
  for (int i = 0; i < WORDS; i++)
    tokens[i] = value;
}

static uint32_t wrong(const uint64_t tokens[WORDS], uint32_t from, uint32_t to) {
  uint32_t failures = 0;
  for (uint32_t i = 0; i < WORDS; i++) {
    uint32_t row = tid() % GROUP / 32 * 16 + tid() % 32 / 4 + i / 2 % 2 * 8, col = i / 4 * 8 + tid() % 4 * 2 + i % 2;
    double got = emu_decode(EMU_F32, tweed_emu_wgmma_register(&use_at, tokens[i]));
    failures += got != product(row, col, from, to);
  }
  return failures;
}

/* A chain of two, the first one without the (undefined) accumulators. */
static void chain_kernel(void *const *arguments) {
  uint64_t t[WORDS];
  start(t, UINT64_MAX);
  tweed_emu_wgmma_fence(&fence_at);
  tweed_emu_wgmma(&mma_at, code(F32), 0, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
  tweed_emu_wgmma(&other_at, code(F32), 1, tile(A_AT, 1), NULL, tile(B_AT, 1), t);
  tweed_emu_wgmma_commit(&commit_at);
  tweed_emu_wgmma_wait(&wait_at, 0);
  **(uint32_t **)arguments[0] += wrong(t, 0, 2 * K);
}

/* Two groups; the first one is used while the second may still run. A of the second one comes from registers. */
static void groups_kernel(void *const *arguments) {
  uint64_t t[WORDS], u[WORDS];
  uint32_t a[4] = {0};
  start(t, 0);
  memcpy(u, t, sizeof u);
  for (int i = 0; i < 8; i++) {
    emu_wgmma w = emu_wgmma_unpacked(code(F32));
    emu_spot s = emu_wgmma_place_a(&w, (int)tid(), i);
    emu_set(EMU_F16, a, i, emu_encode(EMU_F16, element_a((uint32_t)s.row, (uint32_t)s.col + K)));
  }
  tweed_emu_wgmma_fence(&fence_at);
  tweed_emu_wgmma(&mma_at, code(F32), 1, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
  tweed_emu_wgmma_commit(&commit_at);
  tweed_emu_wgmma(&other_at, code(F32), 1, 0, a, tile(B_AT, 1), u);
  tweed_emu_wgmma_commit(&commit_at);
  tweed_emu_wgmma_wait(&wait_at, 1);
  **(uint32_t **)arguments[0] += wrong(t, 0, K);
  tweed_emu_wgmma_wait(&wait_at, 0);
  **(uint32_t **)arguments[0] += wrong(u, K, 2 * K);
}

/* B is overwritten before the wait: which B was read depends on the seed, and here only that both happen matters. */
static void overwrite_kernel(void *const *arguments) {
  uint64_t t[WORDS];
  start(t, 0);
  tweed_emu_wgmma_fence(&fence_at);
  tweed_emu_wgmma(&mma_at, code(F32), 1, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
  tweed_emu_wgmma_commit(&commit_at);
  for (uint32_t i = tid(); i < 1024; i += GROUP)
    store_half(B_AT + 2 * i, 0);
  tweed_emu_fence_proxy_async(&proxy_at);
  sync();
  tweed_emu_wgmma_wait(&wait_at, 0);
  **(uint32_t **)arguments[0] += wrong(t, 0, K) > 0;
}

typedef enum bug {
  NO_FENCE,
  NO_COMMIT,
  NO_WAIT,
  WAIT_TOO_FEW,
  IN_FLIGHT,
  OTHER_SHAPE,
  TOUCHED,
  SCALE,
  DESCRIPTOR,
  ONE_WARP,
  ORDER,
  BOUNDS,
  UNWRITTEN,
  NO_PROXY_FENCE,
  BUGS
} bug;

static void wrong_kernel(void *const *arguments) {
  bug b = (bug) * *(uint32_t **)arguments[1];
  uint64_t t[WORDS], more = b == DESCRIPTOR && tid() / 32 == 2 ? 8 : b == BOUNDS ? 0x2000 : b == UNWRITTEN ? 0x180 : 0;
  uint32_t warp = tid() / 32;
  if (b == NO_PROXY_FENCE) {
    fill_tiles();
    sync();
    memset(t, 0, sizeof t);
  } else {
    start(t, 0);
  }
  if (b != NO_FENCE)
    tweed_emu_wgmma_fence(&fence_at);
  if (b == ORDER && warp == 1)
    tweed_emu_wgmma(&other_at, code(F32), 1, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
  if (b != ONE_WARP || warp != 3)
    tweed_emu_wgmma(&mma_at, code(F32), b != SCALE || tid() != 40, tile(A_AT, 0), NULL, tile(B_AT, 0) + more, t);
  if (b != NO_COMMIT)
    tweed_emu_wgmma_commit(&commit_at);
  if (b == OTHER_SHAPE)
    tweed_emu_wgmma(&other_at, code("m64n16k16.f32.f16.f16"), 1, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
  if (b == IN_FLIGHT)
    return;
  if (b != NO_WAIT)
    tweed_emu_wgmma_wait(&wait_at, b == WAIT_TOO_FEW ? 1 : 0);
  (void)wrong(t, 0, K);
  if (b == TOUCHED) {
    tweed_emu_wgmma(&other_at, code(F32), 1, tile(A_AT, 0), NULL, tile(B_AT, 0), t);
    tweed_emu_wgmma_commit(&commit_at);
    tweed_emu_wgmma_wait(&wait_at, 0);
  }
}

/* ---- runs ---- */

static const tweed_emu_param params[2] = {{TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_POINTER, 8, 8}};

static tweed_emu_launch *launch(void (*entry)(void *const *), uint32_t threads, void *data, size_t size,
                                uint32_t *which) {
  static tweed_emu_kernel kernel;
  static tweed_emu_module module = {.abi = TWEED_EMU_ABI, .kernel_count = 1, .kernels = &kernel};
  tweed_emu_launch *l;
  kernel = (tweed_emu_kernel){.name = "k", .entry = entry, .params = params, .param_count = 2, .shared_size = 16384};
  assert(tweed_emu_launch_new(&module, NULL, &l, NULL) == TWEED_OK);
  tweed_emu_launch_block(l, threads, 1, 1);
  assert(tweed_emu_launch_buffer(l, data, size, NULL) == TWEED_OK);
  assert(tweed_emu_launch_buffer(l, which, sizeof *which, NULL) == TWEED_OK);
  return l;
}

static void check_clean(void (*entry)(void *const *), uint32_t threads) {
  uint32_t failures = 0, none = 0;
  tweed_emu_launch *l = launch(entry, threads, &failures, sizeof failures, &none);
  for (uint64_t seed = 0; seed < 20; seed++) {
    tweed_emu_verdict v;
    tweed_emu_options o = {.seed = seed};
    assert(tweed_emu_run(l, &o, &v, NULL) == TWEED_OK);
    if (v.fault != TWEED_EMU_CLEAN)
      fprintf(stderr, "seed %d: %s\n", (int)seed, v.text);
    assert(v.fault == TWEED_EMU_CLEAN && failures == 0);
  }
  tweed_emu_launch_free(l);
}

static void check_fault(void (*entry)(void *const *), uint32_t threads, uint32_t which, tweed_emu_fault fault,
                        const char *says) {
  uint32_t data = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    tweed_emu_launch *l = launch(entry, threads, &data, sizeof data, &which);
    tweed_emu_verdict v;
    tweed_emu_options o = {.seed = seed};
    assert(tweed_emu_run(l, &o, &v, NULL) == TWEED_OK);
    if (v.fault != fault || !strstr(v.text, says))
      fprintf(stderr, "bug %u, seed %d: %s: %s\n", which, (int)seed, tweed_emu_fault_name(v.fault), v.text);
    assert(v.fault == fault && strstr(v.text, says) && v.place);
    tweed_emu_launch_free(l);
  }
}

static void check_wmma(void) {
  float out[16 * 20];
  uint32_t none = 0;
  for (int i = 0; i < 16 * 20; i++)
    out[i] = -1;
  tweed_emu_launch *l = launch(wmma_kernel, LANES, out, sizeof out, &none);
  tweed_emu_verdict v;
  assert(tweed_emu_run(l, NULL, &v, NULL) == TWEED_OK);
  if (v.fault != TWEED_EMU_CLEAN)
    fprintf(stderr, "%s\n", v.text);
  assert(v.fault == TWEED_EMU_CLEAN);
  for (uint32_t row = 0; row < 16; row++)
    for (uint32_t col = 0; col < 16; col++)
      assert(out[col * 20 + row] == product(row, col, 0, 16));
  assert(out[16] == -1 && out[19] == -1);
  tweed_emu_launch_free(l);
}

/* Between the stores and the fence the product may find bytes that no fence covers yet, which is told. */
static void check_late_reads(void) {
  uint32_t overwritten = 0, none = 0, early = 0, late = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    tweed_emu_launch *l = launch(overwrite_kernel, GROUP, &overwritten, sizeof overwritten, &none);
    tweed_emu_verdict v;
    tweed_emu_options o = {.seed = seed};
    overwritten = 0;
    assert(tweed_emu_run(l, &o, &v, NULL) == TWEED_OK);
    assert(v.fault == TWEED_EMU_CLEAN || strstr(v.text, "no fence.proxy.async"));
    early += v.fault == TWEED_EMU_CLEAN && overwritten == 0;
    late += v.fault == TWEED_EMU_CLEAN && overwritten > 0;
    assert(seed > 0 || early == 1);
    tweed_emu_launch_free(l);
  }
  assert(early > 2 && late > 2);
}

int main(void) {
  static const struct {
    bug which;
    tweed_emu_fault fault;
    const char *says;
  } bugs[] = {
      {NO_FENCE, TWEED_EMU_MISUSE, "no wgmma.fence"},
      {NO_COMMIT, TWEED_EMU_MISUSE, "wgmma.commit_group"},
      {NO_WAIT, TWEED_EMU_MISUSE, "no wgmma.wait_group covers its group"},
      {WAIT_TOO_FEW, TWEED_EMU_MISUSE, "no wgmma.wait_group covers its group"},
      {IN_FLIGHT, TWEED_EMU_MISUSE, "ends while this wgmma may still run"},
      {OTHER_SHAPE, TWEED_EMU_MISUSE, "another shape"},
      {TOUCHED, TWEED_EMU_MISUSE, "no wgmma.fence between an access to accumulators"},
      {SCALE, TWEED_EMU_MISUSE, "scale-d"},
      {DESCRIPTOR, TWEED_EMU_MISUSE, "different descriptors"},
      {ONE_WARP, TWEED_EMU_DIVERGENCE, "of a warpgroup ran"},
      {ORDER, TWEED_EMU_DIVERGENCE, "of the same warpgroup runs the one at k.cu:"},
      {BOUNDS, TWEED_EMU_BOUNDS, "for B"},
      {UNWRITTEN, TWEED_EMU_UNINITIALIZED, "for B"},
      {NO_PROXY_FENCE, TWEED_EMU_MISUSE, "no fence.proxy.async"},
  };
  check_clean(warp_kernel, LANES);
  check_wmma();
  check_fault(divergent_kernel, LANES, 0, TWEED_EMU_DIVERGENCE, "must run the same");
  check_fault(misaligned_kernel, LANES, 0, TWEED_EMU_MISUSE, "row 3 of matrix 0");
  check_fault(unwritten_kernel, LANES, 0, TWEED_EMU_UNINITIALIZED, "nobody wrote");
  check_fault(strides_kernel, LANES, 0, TWEED_EMU_MISUSE, "different addresses or strides");
  check_fault(divergent_kernel, 16, 0, TWEED_EMU_DIVERGENCE, "");
  check_clean(chain_kernel, GROUP);
  check_clean(groups_kernel, GROUP);
  check_clean(chain_kernel, 2 * GROUP);
  check_fault(chain_kernel, GROUP - 32, 0, TWEED_EMU_DIVERGENCE, "in no warpgroup");
  check_late_reads();
  for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++)
    check_fault(wrong_kernel, GROUP, bugs[i].which, bugs[i].fault, bugs[i].says);
  puts("cores: ok");
  return 0;
}
