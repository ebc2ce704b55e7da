/* gpu_report.h: a page on what is made of a kernel's tile loops (the parameter `report`). */
#ifndef TWEED_LLVM_NVPTX_GPU_REPORT_H
#define TWEED_LLVM_NVPTX_GPU_REPORT_H

#include "llvm/nvptx/contract.h"
#include "llvm/nvptx/tile_plan.h"

/* Writes FOLDER/KERNEL.html, before the rewrite, and, where there is to be one, the launch contract (may be NULL) as
 * FOLDER/KERNEL.json; makes the folder where it isn't there. plans: by tile; `chosen` (may be NULL) says which of them
 * are carried out. TWEED_IO: it can't be written. */
tweed_status tw_gpu_report(tw_kernel *k, const tw_tile *tiles, const tw_tile_plan *plans, const bool *chosen,
                           int32_t count, const tw_contract *contract, const char *folder, tweed_error *error);

#endif
