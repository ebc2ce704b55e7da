/* llvm_occupancy.c: blocks and warps per SM of kernels whose occupancy is known, and the inverse: the most registers
 * and shared memory at a given number of blocks, by trying all. */
#include "llvm/nvptx/occupancy.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

typedef struct known {
  const char *machine;
  tw_footprint kernel;
  tw_occupancy wanted;
} known;
/* By NVIDIA's rules: 65,536 registers in units of 256 for each warp, a quarter of them in each sub-partition; 64 warps
 * and 32 blocks; shared memory in units of 128 bytes (256 on sm_70), and 1 KB more for each block from sm_80 on. */
static const known table[] = {
    {"sm_80", {256, 64, 0}, {4, 32, TW_LIMIT_REGISTERS}},
    {"sm_80", {256, 32, 0}, {8, 64, TW_LIMIT_THREADS}},
    {"sm_80", {256, 33, 0}, {6, 48, TW_LIMIT_REGISTERS}}, /* 40 each: 1280 a warp, 12 in each sub-partition */
    {"sm_80", {256, 128, 0}, {2, 16, TW_LIMIT_REGISTERS}},
    {"sm_80", {256, 255, 0}, {1, 8, TW_LIMIT_REGISTERS}},
    {"sm_80", {512, 168, 0}, {0, 0, TW_LIMIT_REGISTERS}}, /* 12 warps fit, 16 are needed */
    {"sm_80", {384, 168, 0}, {1, 12, TW_LIMIT_REGISTERS}},
    {"sm_80", {1024, 64, 0}, {1, 32, TW_LIMIT_REGISTERS}},
    {"sm_80", {1024, 32, 0}, {2, 64, TW_LIMIT_THREADS}},
    {"sm_80", {1024, 65, 0}, {0, 0, TW_LIMIT_REGISTERS}},
    {"sm_80", {32, 16, 0}, {32, 32, TW_LIMIT_BLOCKS}},
    {"sm_80", {33, 16, 0}, {32, 64, TW_LIMIT_THREADS}},
    {"sm_80", {128, 32, 40960}, {4, 16, TW_LIMIT_SHARED}}, /* 41 KB of 164 */
    {"sm_80", {128, 32, 40961}, {3, 12, TW_LIMIT_SHARED}},
    {"sm_80", {128, 32, 81920}, {2, 8, TW_LIMIT_SHARED}},
    {"sm_80", {128, 32, 166912}, {1, 4, TW_LIMIT_SHARED}},
    {"sm_80", {128, 32, 166913}, {0, 0, TW_LIMIT_SHARED}},
    {"sm_80", {1025, 16, 0}, {0, 0, TW_LIMIT_THREADS}},
    {"sm_80", {32, 256, 0}, {0, 0, TW_LIMIT_REGISTERS}},
    {"sm_90", {128, 32, 232448}, {1, 4, TW_LIMIT_SHARED}},
    {"sm_90", {128, 32, 115712}, {2, 8, TW_LIMIT_SHARED}}, /* 2 * (113 + 1) KB = 228 KB */
    {"sm_90", {384, 168, 200000}, {1, 12, TW_LIMIT_REGISTERS}},
    {"sm_70", {256, 64, 0}, {4, 32, TW_LIMIT_REGISTERS}},
    {"sm_70", {128, 32, 49152}, {2, 8, TW_LIMIT_SHARED}},
    {"sm_70", {128, 32, 24576}, {4, 16, TW_LIMIT_SHARED}},
};

static tweed_machine *shipped(const char *name) {
  tweed_machine *m = NULL;
  assert(tweed_machine_shipped(name, &m, NULL) == TWEED_OK);
  assert(tweed_machine_sm(m));
  return m;
}

static void known_values(void) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    tweed_machine *m = shipped(table[i].machine);
    tw_occupancy o = tw_occupancy_of(tweed_machine_sm(m), &table[i].kernel), w = table[i].wanted;
    if (o.blocks != w.blocks || o.warps != w.warps || o.limit != w.limit)
      fprintf(stderr, "%s, %d threads, %d registers, %lld bytes: %d blocks, %d warps, by %s\n", table[i].machine,
              table[i].kernel.threads, table[i].kernel.registers, (long long)table[i].kernel.shared, o.blocks, o.warps,
              tw_limit_name(o.limit));
    assert(o.blocks == w.blocks && o.warps == w.warps && o.limit == w.limit);
    tweed_machine_free(m);
  }
}

/* The most registers by trying: of a kernel without shared memory, where neither threads nor blocks limit. */
static void inverse(const char *machine) {
  tweed_machine *m = shipped(machine);
  const tweed_sm *sm = tweed_machine_sm(m);
  for (int32_t threads = 32; threads <= 1024; threads += 96)
    for (int32_t blocks = 1; blocks <= sm->blocks && blocks * ((threads + 31) / 32) <= sm->threads / 32; blocks++) {
      int32_t most = 0;
      for (int32_t r = 1; r <= 255; r++)
        if (tw_occupancy_of(sm, &(tw_footprint){threads, r, 0}).blocks >= blocks)
          most = r;
      if (tw_occupancy_registers(sm, threads, blocks) != most)
        fprintf(stderr, "%s, %d blocks of %d: %d, not %d\n", machine, blocks, threads,
                tw_occupancy_registers(sm, threads, blocks), most);
      assert(tw_occupancy_registers(sm, threads, blocks) == most);
    }
  for (int32_t blocks = 1; blocks <= sm->blocks; blocks++) {
    int64_t most = -1;
    for (int64_t bytes = 0; bytes <= sm->shared; bytes += 64)
      if (tw_occupancy_of(sm, &(tw_footprint){32, 16, bytes}).blocks >= blocks)
        most = bytes;
    assert(tw_occupancy_shared(sm, blocks) == most);
  }
  assert(tw_occupancy_registers(sm, 0, 1) == 0 && tw_occupancy_registers(sm, 32, 0) == 0);
  assert(tw_occupancy_shared(sm, 0) == -1);
  assert(tw_occupancy_shared(sm, 1000) == (sm->shared_reserved ? -1 : 0));
  tweed_machine_free(m);
}

int main(void) {
  known_values();
  inverse("sm_70");
  inverse("sm_80");
  inverse("sm_90");
  assert(strcmp(tw_limit_name(TW_LIMIT_SHARED), "shared memory") == 0);
  return 0;
}
