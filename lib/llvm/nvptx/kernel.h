/* kernel.h: what a GPU kernel does, instruction by instruction: accesses, barriers, what differs between threads. */
#ifndef TWEED_LLVM_NVPTX_KERNEL_H
#define TWEED_LLVM_NVPTX_KERNEL_H

#include "llvm/nvptx/block.h"
#include "llvm/nvptx/dynamic.h"
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
  tw_block block;     /* launch bounds, taken as its size */
  tw_dynamic dynamic; /* its memory; entered by whoever has begun that */
  int32_t sm;         /* 80 for sm_80; 0 = not known */
  int32_t ptx;        /* 80 for +ptx80; 0 = not said */
  bool arch_specific; /* sm_90a: wgmma, setmaxnreg */
  uint64_t lent;      /* bytes of shared variables that stand for others only (lives.h) */
  bool flat;          /* only the first dimension of blocks is looked at */
  bool asks_ptx;      /* inline PTX reads the thread's coordinates */
  bool unknown;       /* an instruction that may do anything, or asynchronous copies made by hand */
  bool hidden;        /* an access to shared memory whose object is not known */
} tw_kernel;

/* Is the function a kernel for NVPTX? */
bool tw_is_kernel(tw_bridge *b);
/* block: what the user says of its size, see tw_block_of. NULL: out of memory. To be followed by
 * tw_flow_free_map(k->flow). */
tw_kernel *tw_kernel_of(tw_bridge *b, const int32_t block[3], tweed_arena *arena);
/* Why so many threads can't be added to the kernel's blocks, which may have `most`; NULL: they can. */
const char *tw_kernel_against_warps(const tw_kernel *k, int32_t threads, int32_t most);
/* The first access of an instruction, NULL = none. */
const tw_site *tw_kernel_site(const tw_kernel *k, int32_t inst);

#endif
