/* gaus_device.h: the engine of GauS that a job's options ask for. */
#ifndef TWEED_SOLVE_GAUS_DEVICE_H
#define TWEED_SOLVE_GAUS_DEVICE_H

#include "solve/gaus_engine.h"
#include "solve/solver.h"

/* The GPU's, unless the options say CPU, or there is no GPU that works; then, and when the GPU fails later on, the
 * CPU's. Notes of the job say which it was and why. A GPU that fails in the midst of iterations is replaced by the CPU
 * from the last pull or push on. Keeps job, problem and state, which must outlive the engine; called by the main thread
 * only. */
tweed_status tweed_gaus_engine_of(TWEED_KEEP tweed_job *job, const gaus_problem *problem, gaus_state *state,
                                  int32_t replicas, int32_t threads, TWEED_GIVE tweed_gaus_engine **out,
                                  tweed_error *error);

#endif
