/* Asynchronous instructions, called as a module made by tweed-emulate calls them: rings of bulk copies, cp.async
 * groups, tile copies and stores, register loans. Sound kernels are clean and right whatever the seed; each fault that
 * a kernel may have is found by some seed, by name. */
#include "emu/device.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 64, BLOCKS = 6, FLOATS = 256, SLOTS = 2, SEEDS = 20 };

/* A place for each line. */
static tweed_emu_place places[400];
#define PLACE (&places[__LINE__])

/* What is wrong with the kernel. */
typedef enum bug {
  NONE,
  NO_EMPTY_WAIT,
  NO_FULL_WAIT,
  EXPECT_LESS,
  EXPECT_MORE,
  PARITY,
  COUNT,
  REINIT,
  NO_INIT,
  NO_INIT_FENCE,
  OVERWRITE,
  NO_FENCE,
  NO_COMMIT,
  NO_WAIT,
  NO_READ_WAIT,
  BOUNDS,
  ALIGN,
  REGISTERS,
  ONE_WARP,
  TWICE,
} bug;
static bug planted;

static uint32_t thread(void) {
  return tweed_emu_sreg(TWEED_EMU_TID);
}

static float load(const float *p) {
  tweed_emu_check_load(PLACE, p, sizeof *p, sizeof *p);
  return *p;
}

static void store(float *p, float x) {
  tweed_emu_check_store(PLACE, p, sizeof *p, sizeof *p);
  *p = x;
}

static void barrier_wait(uint64_t barrier, uint32_t parity) {
  while (!tweed_emu_mbarrier_wait_parity(PLACE, 1, barrier, parity, 0))
    ;
}

static void arrive(uint64_t barrier, uint32_t bytes) {
  if (bytes)
    tweed_emu_mbarrier_arrive_expect(PLACE, 0, barrier, bytes);
  else
    tweed_emu_mbarrier_arrive(PLACE, 0, barrier);
}

static void sync(void) {
  tweed_emu_bar_sync(PLACE, 1, 0, 0);
}

static void init(uint64_t full, uint64_t empty) {
  if (thread() == 0) {
    for (uint32_t i = 0; i < SLOTS; i++) {
      if (planted != NO_INIT)
        tweed_emu_mbarrier_init(PLACE, full + 8 * i, 1);
      tweed_emu_mbarrier_init(PLACE, empty + 8 * i, planted == COUNT ? 33 : 32);
    }
    if (planted == REINIT)
      tweed_emu_mbarrier_init(PLACE, empty, 32);
    if (planted != NO_INIT_FENCE)
      tweed_emu_fence_proxy_async(PLACE);
  }
  sync();
}

/* Shared memory: slots, then full barriers, then empty ones. */
static void ring(void *const *arguments) {
  const float *in;
  float *out, *slots = tweed_emu_shared(0);
  memcpy(&in, arguments[0], sizeof in);
  memcpy(&out, arguments[1], sizeof out);
  uint64_t full = (uint64_t)(uintptr_t)(slots + SLOTS * FLOATS), empty = full + 8 * SLOTS;
  init(full, empty);
  for (uint32_t n = 0; n < BLOCKS; n++) {
    uint32_t slot = n % SLOTS, parity = n / SLOTS & 1;
    float *tile = slots + slot * FLOATS;
    if (thread() == 0) {
      if (planted != NO_EMPTY_WAIT)
        barrier_wait(empty + 8 * slot, parity ^ 1);
      uint32_t bytes = sizeof(float) * FLOATS;
      arrive(full + 8 * slot, planted == EXPECT_LESS ? bytes - 64 : planted == EXPECT_MORE ? bytes + 64 : bytes);
      tweed_emu_bulk_load(PLACE, (uint64_t)(uintptr_t)tile, (uint64_t)(uintptr_t)(in + n * FLOATS),
                          bytes - (planted == ALIGN ? 8 : 0), full + 8 * slot, 1, 0);
    } else if (thread() >= 32) {
      if (planted != NO_FULL_WAIT)
        barrier_wait(full + 8 * slot, planted == PARITY ? 0 : parity);
      for (uint32_t i = thread() - 32; i < FLOATS; i += 32)
        store(out + n * FLOATS + i, 2 * load(tile + i + (planted == BOUNDS && n == 5 ? 1024 : 0)));
      if (planted == OVERWRITE && n == 2 && thread() == 40)
        store((float *)(uintptr_t)(empty + 8), 1);
      arrive(empty + 8 * slot, 0);
    }
  }
}

/* Each thread copies its own elements with cp.async, two groups deep, and sends a block on by a bulk store. */
static void groups(void *const *arguments) {
  const float *in;
  float *out, *buffer = tweed_emu_shared(0), *result = buffer + 2 * THREADS * 4;
  memcpy(&in, arguments[0], sizeof in);
  memcpy(&out, arguments[1], sizeof out);
  uint32_t t = thread();
  for (uint32_t n = 0; n <= BLOCKS; n++) {
    if (n < BLOCKS)
      tweed_emu_cp_async_fill(PLACE, 16, (uint64_t)(uintptr_t)(buffer + (n % 2 * THREADS + t) * 4),
                              (uint64_t)(uintptr_t)(in + (n * THREADS + t) * 4), n == 3 ? 8 : 16);
    if (planted != NO_COMMIT)
      tweed_emu_cp_async_commit(PLACE);
    if (n == 0)
      continue;
    if (planted != NO_WAIT)
      tweed_emu_cp_async_wait_group(PLACE, 1);
    for (uint32_t i = 0; i < 4; i++)
      store(result + t * 4 + i, 2 * load(buffer + ((n - 1) % 2 * THREADS + t) * 4 + i));
    if (planted != NO_FENCE)
      tweed_emu_fence_proxy_async(PLACE);
    sync();
    if (t == 0) {
      tweed_emu_bulk_store(PLACE, (uint64_t)(uintptr_t)(out + (n - 1) * THREADS * 4), (uint64_t)(uintptr_t)result,
                           16 * THREADS, 0);
      tweed_emu_bulk_commit(PLACE);
      if (planted != NO_READ_WAIT)
        tweed_emu_bulk_wait(PLACE, 1, 0);
    }
    sync();
  }
}

/* Three warp groups: one gives registers, two take them. */
static void registers(void *const *arguments) {
  (void)arguments;
  uint32_t group = thread() / 128;
  if (planted == ONE_WARP && thread() >= 352)
    return;
  if (group == 0)
    tweed_emu_setmaxnreg(PLACE, planted != TWICE, planted == TWICE ? 300 : 40);
  else
    tweed_emu_setmaxnreg(PLACE, 0, planted == REGISTERS ? 240 : 232);
}

static const tweed_emu_param pointers[] = {{TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_POINTER, 8, 8}};
static const tweed_emu_kernel kernels[] = {
    {"ring", ring, pointers, 2, SLOTS *FLOATS * 4 + 32, 0, 0, NULL, 0},
    {"groups", groups, pointers, 2, 3 * THREADS * 16, 0, 0, NULL, 0},
    {"registers", registers, NULL, 0, 0, 0, 0, NULL, 0},
};
static const tweed_emu_module module = {TWEED_EMU_ABI, 3, 0, kernels, NULL};

static _Alignas(16) float input[BLOCKS * FLOATS], output[BLOCKS * FLOATS];

static float expected(const char *kernel, uint32_t i) {
  bool filled = strcmp(kernel, "groups") == 0 && i / (THREADS * 4) == 3 && i % 4 >= 2;
  return filled ? 0 : 2 * input[i];
}

static tweed_emu_launch *launch(const char *kernel) {
  tweed_emu_launch *l;
  tweed_error error;
  assert(tweed_emu_launch_new(&module, kernel, &l, &error) == TWEED_OK);
  bool copies = strcmp(kernel, "registers") != 0;
  tweed_emu_launch_block(l, copies ? THREADS : 384, 1, 1);
  for (uint32_t i = 0; i < BLOCKS * FLOATS; i++)
    input[i] = (float)i + 1;
  if (copies) {
    assert(tweed_emu_launch_buffer(l, input, sizeof input, &error) == TWEED_OK);
    assert(tweed_emu_launch_buffer(l, output, sizeof output, &error) == TWEED_OK);
  }
  return l;
}

static void clean(const char *kernel) {
  tweed_emu_launch *l = launch(kernel);
  planted = NONE;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    tweed_emu_verdict verdict;
    memset(output, 0, sizeof output);
    assert(tweed_emu_run(l, &(tweed_emu_options){.seed = seed}, &verdict, NULL) == TWEED_OK);
    if (verdict.fault != TWEED_EMU_CLEAN)
      fprintf(stderr, "%s, seed %d: %s\n", kernel, (int)seed, verdict.text);
    assert(verdict.fault == TWEED_EMU_CLEAN);
    for (uint32_t i = 0; i < BLOCKS * FLOATS && strcmp(kernel, "registers") != 0; i++)
      assert(output[i] == expected(kernel, i));
  }
  tweed_emu_launch_free(l);
}

/* Some seed finds it, and says it in these words. TWEED_EMU_CLEAN: some seed shows a wrong result, which is all that
 * there is of a race without ThreadSanitizer. */
static void caught(const char *kernel, bug b, tweed_emu_fault fault, const char *words) {
  tweed_emu_launch *l = launch(kernel);
  planted = b;
  bool found = false;
  for (uint64_t seed = 0; seed < SEEDS && !found; seed++) {
    tweed_emu_verdict verdict;
    memset(output, 0, sizeof output);
    assert(tweed_emu_run(l, &(tweed_emu_options){.seed = seed}, &verdict, NULL) == TWEED_OK);
    found = fault != TWEED_EMU_CLEAN && verdict.fault == fault && (!words || strstr(verdict.text, words));
    for (uint32_t i = 0; fault == TWEED_EMU_CLEAN && !found && i < BLOCKS * FLOATS; i++)
      found = output[i] != expected(kernel, i);
  }
  if (!found)
    fprintf(stderr, "%s: bug %d is not found\n", kernel, b);
  assert(found);
  tweed_emu_launch_free(l);
}

int main(void) {
  for (uint32_t line = 0; line < sizeof places / sizeof *places; line++)
    places[line] = (tweed_emu_place){"kernel.cu", "kernel", "instruction", line, 1};
  clean("ring");
  clean("groups");
  clean("registers");
  caught("ring", NO_EMPTY_WAIT, TWEED_EMU_MISUSE, "a phase behind");
  caught("ring", NO_FULL_WAIT, TWEED_EMU_UNINITIALIZED, "nobody wrote");
  caught("ring", EXPECT_LESS, TWEED_EMU_MISUSE, "more bytes came than were announced");
  caught("ring", EXPECT_MORE, TWEED_EMU_DEADLOCK, "64 bytes outstanding");
  caught("ring", PARITY, TWEED_EMU_DEADLOCK, "the phase of parity 0");
  caught("ring", COUNT, TWEED_EMU_DEADLOCK, "1 of 33 arrivals pending");
  caught("ring", REINIT, TWEED_EMU_MISUSE, "is in use");
  caught("ring", NO_INIT, TWEED_EMU_MISUSE, "never initialised");
  caught("ring", NO_INIT_FENCE, TWEED_EMU_MISUSE, "no fence.mbarrier_init");
  caught("ring", OVERWRITE, TWEED_EMU_MISUSE, "written over");
  caught("ring", BOUNDS, TWEED_EMU_BOUNDS, "shared memory");
  caught("ring", ALIGN, TWEED_EMU_MISUSE, "multiple of 16");
  caught("groups", NO_FENCE, TWEED_EMU_MISUSE, "no fence.proxy.async");
  caught("groups", NO_COMMIT, TWEED_EMU_MISUSE, "ends with copies in flight");
  caught("groups", NO_WAIT, TWEED_EMU_UNINITIALIZED, "nobody wrote");
  caught("groups", NO_READ_WAIT, TWEED_EMU_CLEAN, NULL);
  caught("registers", REGISTERS, TWEED_EMU_MISUSE, "waits for ever");
  caught("registers", ONE_WARP, TWEED_EMU_MISUSE, "one warp group");
  caught("registers", TWICE, TWEED_EMU_MISUSE, "multiple of 8");
  return 0;
}
