/* pressure.h: an estimate of the registers that a kernel takes, from the values that are alive in its IR. */
#ifndef TWEED_LLVM_NVPTX_PRESSURE_H
#define TWEED_LLVM_NVPTX_PRESSURE_H

#include "llvm/nvptx/flow.h"

/* Registers of 32 bits of a thread. `block`: the most that are alive at a time in each block, by number. `kernel`: what
 * the kernel takes. Parameters and constants take none. */
typedef struct tw_pressure {
  int32_t kernel;
  int32_t *block;
} tw_pressure;

/* False: out of memory. */
bool tw_pressure_of(const tw_flow *f, tweed_arena *arena, tw_pressure *out);

/* Registers of a value of the type; predicates (i1) have their own and count 0. */
int32_t tw_registers_of(LLVMTypeRef type);

/* What a kernel takes for `alive` registers that hold its values. */
int32_t tw_registers_of_kernel(int32_t alive);

#endif
