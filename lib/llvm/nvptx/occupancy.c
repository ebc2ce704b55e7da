/* occupancy.c: the rules by which an SM takes blocks. Registers are given out to warps, of the sub-partition that a
 * warp lives in, so each sub-partition rounds down for itself; shared memory is given out to blocks. */
#include "llvm/nvptx/occupancy.h"

static int64_t round_up(int64_t n, int64_t unit) {
  return (n + unit - 1) / unit * unit;
}

static int32_t warps_of(int32_t threads) {
  return threads / TW_WARP + (threads % TW_WARP != 0);
}

/* Warps for which there are registers. */
static int64_t warps_by_registers(const tweed_sm *sm, int32_t registers) {
  int64_t warp = round_up((int64_t)(registers > 1 ? registers : 1) * TW_WARP, sm->register_unit);
  return sm->registers / sm->partitions / warp * sm->partitions;
}

static bool launchable(const tweed_sm *sm, const tw_footprint *kernel) {
  return kernel->threads >= 1 && kernel->threads <= sm->threads_block && kernel->registers <= sm->registers_thread &&
         kernel->shared >= 0 && kernel->shared <= sm->shared_block;
}

tw_occupancy tw_occupancy_of(const tweed_sm *sm, const tw_footprint *kernel) {
  tw_occupancy o = {.limit = TW_LIMIT_THREADS};
  int32_t warps = warps_of(kernel->threads);
  if (!launchable(sm, kernel)) {
    o.limit = kernel->registers > sm->registers_thread ? TW_LIMIT_REGISTERS
              : kernel->shared > sm->shared_block      ? TW_LIMIT_SHARED
                                                       : TW_LIMIT_THREADS;
    return o;
  }
  int64_t block_bytes = round_up(kernel->shared + sm->shared_reserved, sm->shared_unit);
  const int64_t most[] = {
      [TW_LIMIT_THREADS] = sm->threads / TW_WARP / warps,
      [TW_LIMIT_BLOCKS] = sm->blocks,
      [TW_LIMIT_REGISTERS] = warps_by_registers(sm, kernel->registers) / warps,
      [TW_LIMIT_SHARED] = block_bytes > 0 ? sm->shared / block_bytes : sm->blocks,
  };
  int64_t least = most[0];
  for (int k = 1; k < (int)(sizeof most / sizeof *most); k++)
    if (most[k] < least) {
      least = most[k];
      o.limit = (tw_limit)k;
    }
  o.blocks = (int32_t)least;
  o.warps = o.blocks * warps;
  return o;
}

int32_t tw_occupancy_registers(const tweed_sm *sm, int32_t threads, int32_t blocks) {
  if (threads < 1 || blocks < 1)
    return 0;
  int64_t warps = round_up((int64_t)warps_of(threads) * blocks, sm->partitions);
  int64_t warp = sm->registers / warps / sm->register_unit * sm->register_unit;
  int64_t registers = warp / TW_WARP;
  return (int32_t)(registers < sm->registers_thread ? registers : sm->registers_thread);
}

int64_t tw_occupancy_shared(const tweed_sm *sm, int32_t blocks) {
  if (blocks < 1)
    return -1;
  int64_t bytes = sm->shared / blocks / sm->shared_unit * sm->shared_unit - sm->shared_reserved;
  if (bytes < 0)
    return -1;
  return bytes < sm->shared_block ? bytes : sm->shared_block;
}

const char *tw_limit_name(tw_limit limit) {
  static const char *const names[] = {[TW_LIMIT_THREADS] = "threads",
                                      [TW_LIMIT_BLOCKS] = "blocks",
                                      [TW_LIMIT_REGISTERS] = "registers",
                                      [TW_LIMIT_SHARED] = "shared memory"};
  return names[limit];
}
