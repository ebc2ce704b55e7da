/* gpu_source.h: the source lines of a tile loop, each with the groups that it became, where debug information says
 * where they come from and the files can be read. */
#ifndef TWEED_LLVM_NVPTX_GPU_SOURCE_H
#define TWEED_LLVM_NVPTX_GPU_SOURCE_H

#include "llvm/nvptx/groups.h"
#include <tweed/report.h>

/* One listing per file, from the kernel's arena. False: out of memory. */
bool tw_gpu_source(const tw_groups *g, tweed_report_listing **out, size_t *count);

#endif
