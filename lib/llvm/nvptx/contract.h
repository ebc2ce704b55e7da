/* contract.h: what a launch of a rewritten kernel has to give it beyond what the original asked for. It stands in the
 * module as a constant, __tweed_launch_KERNEL, which the driver API can read (cuModuleGetGlobal): eight u32. */
#ifndef TWEED_LLVM_NVPTX_CONTRACT_H
#define TWEED_LLVM_NVPTX_CONTRACT_H

#include "base/base.h"
#include <llvm-c/Core.h>
#include <stdio.h>

enum { TW_CONTRACT_VERSION = 1, TW_CONTRACT_SPECIALIZED = 1 /* a flag */ };

typedef struct tw_contract {
  uint32_t threads;        /* of a block of the original; 0 = any, where none are extra */
  uint32_t extra_threads;  /* to be added to it */
  uint32_t static_shared;  /* bytes, for information */
  uint32_t dynamic_shared; /* bytes to be added to the dynamic shared memory of the launch */
  uint32_t flags;
  uint32_t width, height; /* of the original's block, x and y, where it has more than one dimension, else 0. The new one
                             has one dimension */
} tw_contract;

/* Adds the constant to the function's module. False: out of memory, nothing was changed. */
bool tw_contract_publish(LLVMValueRef function, const tw_contract *contract, tweed_arena *arena);
/* The same as JSON: {"kernel": …, "threads": …, "extra_threads": …, "static_shared": …, "dynamic_shared": …,
 * "specialized": …}, and "block": [X, Y, Z] where the original's has more than one dimension. */
tweed_status tw_contract_write(const tw_contract *contract, const char *kernel, FILE *file, tweed_error *error);

#endif
