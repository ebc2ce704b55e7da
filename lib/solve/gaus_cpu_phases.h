/* gaus_cpu_phases.h: the phases of GauS over a range of elements, compiled once for each instruction set. */
#ifndef TWEED_SOLVE_GAUS_CPU_PHASES_H
#define TWEED_SOLVE_GAUS_CPU_PHASES_H

#include "../cuda/gaus_data.h"

/* One replica, as one thread of `nsums` sees it. The same bits whichever instruction set. */
typedef struct tweed_gaus_seat {
  const gaus_problem *problem;
  const gaus_state *state;
  const gaus_params *params;
  int32_t replica, thread, nsums;
} tweed_gaus_seat;

typedef void (*tweed_gaus_phase)(const tweed_gaus_seat *seat, int32_t begin, int32_t end);
typedef struct tweed_gaus_phases {
  tweed_gaus_phase edges, deposits, profiles, value_slopes, steps;
} tweed_gaus_phases;

extern const tweed_gaus_phases tweed_gaus_phases_plain, tweed_gaus_phases_avx2;

#endif
