/* gaus_engine.h: where the iterations of GauS run: on threads of the CPU, or on a GPU.
 *
 * The host owns a gaus_state with all arrays for a number of replicas and fills base, low, high, mu, log_sigma, lambda,
 * row_lambda and the parameters; everything else starts as 0. */
#ifndef TWEED_SOLVE_GAUS_ENGINE_H
#define TWEED_SOLVE_GAUS_ENGINE_H

#include "../cuda/gaus_data.h"
#include "base/base.h"

typedef struct tweed_gaus_engine {
  const char *name; /* "cpu", "cuda" */
  /* The host has written all arrays: multipliers, moments and sums included. */
  tweed_status (*push)(struct tweed_gaus_engine *engine, tweed_error *error);
  /* The given number of iterations of every replica, with the parameters as they are in the host's state now. The
   * engine counts params.iteration on. */
  tweed_status (*run)(struct tweed_gaus_engine *engine, int32_t iterations, tweed_error *error);
  /* mu, log_sigma, sigma, lambda and row_lambda of all replicas are in the host's state when it returns. */
  tweed_status (*pull)(struct tweed_gaus_engine *engine, tweed_error *error);
  void (*destroy)(struct tweed_gaus_engine *engine);
} tweed_gaus_engine;

/* Keeps problem and state, which must outlive the engine. nsums of the state is the number of threads at most. */
tweed_status tweed_gaus_cpu_engine(const gaus_problem *problem, gaus_state *state, int32_t replicas, int32_t threads,
                                   tweed_gaus_engine **out, tweed_error *error);

#endif
