/* kernel.h: what a GPU kernel does, instruction by instruction: accesses, barriers, what differs between threads. */
#ifndef TWEED_LLVM_NVPTX_KERNEL_H
#define TWEED_LLVM_NVPTX_KERNEL_H

#include "llvm/nvptx/touch.h"

/* One access to memory. */
typedef struct tw_site {
  int32_t inst;
  tw_touch touch;
} tw_site;

/* Arrays are by number of instruction. */
typedef struct tw_kernel {
  tw_flow *flow;
  tweed_arena *arena;
  uint8_t *acts;   /* tw_act */
  bool *divergent; /* a value that may differ between threads of a block; a branch on one */
  int32_t nsites;
  tw_site *sites;
  int32_t threads;    /* of a block: launch bounds, taken as its size; 0 = none given */
  int32_t sm;         /* 80 for sm_80; 0 = not known */
  int32_t ptx;        /* 80 for +ptx80; 0 = not said */
  bool arch_specific; /* sm_90a: wgmma, setmaxnreg */
  bool flat;          /* only the first dimension of blocks is looked at */
  bool unknown;       /* an instruction that may do anything, or asynchronous copies made by hand */
  bool hidden;        /* an access to shared memory whose object is not known */
} tw_kernel;

/* Is the function a kernel for NVPTX? */
bool tw_is_kernel(tw_bridge *b);
/* NULL: out of memory. To be followed by tw_flow_free_map(k->flow). */
tw_kernel *tw_kernel_of(tw_bridge *b, tweed_arena *arena);
/* The first access of an instruction, NULL = none. */
const tw_site *tw_kernel_site(const tw_kernel *k, int32_t inst);

#endif
