/* throughput.h: how often an SM finishes an iteration of a tile loop, with several blocks resident.
 *
 * Blocks (or warps, where nothing but tiles ties them together) are customers that take turns at the busiest unit:
 * each holds it for `service` cycles per iteration, and is away for `think` cycles: latencies, barriers, whatever else
 * it waits for. Mean value analysis of a closed network (Reiser and Lavenberg, 1980) says how much of the waiting of
 * one is hidden behind the work of the others. */
#ifndef TWEED_LLVM_NVPTX_THROUGHPUT_H
#define TWEED_LLVM_NVPTX_THROUGHPUT_H

#include <stdint.h>

/* Cycles between two iterations of any of the customers. */
double tw_interval(int32_t customers, double service, double think);

#endif
