/* occupancy.h: how many blocks of a kernel are resident on an SM at a time, and what limits them. */
#ifndef TWEED_LLVM_NVPTX_OCCUPANCY_H
#define TWEED_LLVM_NVPTX_OCCUPANCY_H

#include <tweed/model.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TW_WARP = 32 };

typedef enum tw_limit {
  TW_LIMIT_THREADS,
  TW_LIMIT_BLOCKS,
  TW_LIMIT_REGISTERS,
  TW_LIMIT_SHARED,
} tw_limit;

/* What a block of the kernel needs. */
typedef struct tw_footprint {
  int32_t threads;   /* of a block, >= 1 */
  int32_t registers; /* of a thread, of 32 bits */
  int64_t shared;    /* bytes of a block, static and dynamic */
} tw_footprint;

typedef struct tw_occupancy {
  int32_t blocks, warps; /* resident; 0: the kernel can't be launched */
  tw_limit limit;        /* what keeps out one more block */
} tw_occupancy;

tw_occupancy tw_occupancy_of(const tweed_sm *sm, const tw_footprint *kernel);

/* The most registers of a thread with which `blocks` blocks are resident, as far as registers go; 0 = none. */
int32_t tw_occupancy_registers(const tweed_sm *sm, int32_t threads, int32_t blocks);

/* The most bytes of a block with which `blocks` blocks are resident, as far as shared memory goes; -1 = not even
 * without any. */
int64_t tw_occupancy_shared(const tweed_sm *sm, int32_t blocks);

/* "threads", "blocks", "registers", "shared memory". */
const char *tw_limit_name(tw_limit limit);

#ifdef __cplusplus
}
#endif
#endif
