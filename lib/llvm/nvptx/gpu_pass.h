/* gpu_pass.h: tile loops of GPU kernels: the part of the passes that comes before ordinary loops. */
#ifndef TWEED_LLVM_NVPTX_GPU_PASS_H
#define TWEED_LLVM_NVPTX_GPU_PASS_H

#include "base/base.h"
#include "llvm/bridge.h"
#include <tweed/llvm.h>

/* Runs options->mode on the tile loops of the bridge's function, a kernel for NVPTX. *taken: headers of the loops that
 * it has dealt with, and of those inside, which are not to be looked at again; from the arena. After a change to the IR
 * the bridge's analyses are anew. */
tweed_status tw_gpu_pass_run(tw_bridge *b, const tweed_llvm_options *options, tweed_machine *machine,
                             tweed_arena *arena, LLVMBasicBlockRef **taken, size_t *ntaken, bool *changed,
                             tweed_error *error);

#endif
