/* gaus_cpu_phases.c: the phases of GauS over a range of elements. Compiled more than once, for plain and for wide
 * vectors (TWEED_GAUS_AVX2). */
#include "solve/gaus_cpu_phases.h"
#include "../cuda/gaus_phases.h"

static gaus_view view_of(const tweed_gaus_seat *seat) {
  gaus_view v = gaus_view_of(seat->problem, seat->state, seat->replica, seat->thread);
  v.q = seat->params;
  v.s.nsums = seat->nsums;
  return v;
}

static void edges(const tweed_gaus_seat *seat, int32_t begin, int32_t end) {
  gaus_view v = view_of(seat);
  for (int32_t e = begin; e < end; e++)
    gaus_edge(&v, e);
}

static void deposits(const tweed_gaus_seat *seat, int32_t begin, int32_t end) {
  gaus_view v = view_of(seat);
  for (int32_t i = begin; i < end; i++)
    gaus_op_whole(&v, i);
}

/* From sums, of all threads, to prices, by one lane. */
static void profiles(const tweed_gaus_seat *seat, int32_t begin, int32_t end) {
  tweed_gaus_seat first = *seat;
  first.thread = 0;
  gaus_view v = view_of(&first);
  for (int32_t k = begin; k < end; k++) {
    gaus_rows_sum(&v, k, 0, 1);
    gaus_rows_load(&v, k, 0, 1);
    float most = gaus_rows_most(&v, k, 0, 1);
    gaus_rows_peak(&v, k, 0, 1, most, gaus_rows_weight(&v, k, 0, 1, most));
    if (v.p->capacity[k] >= 0.0f)
      gaus_rows_overflow(&v, k, 0, 1);
  }
}

static void value_slopes(const tweed_gaus_seat *seat, int32_t begin, int32_t end) {
  gaus_view v = view_of(seat);
  for (int32_t k = begin; k < end; k++)
    gaus_value_slope(&v, k);
}

static void steps(const tweed_gaus_seat *seat, int32_t begin, int32_t end) {
  gaus_view v = view_of(seat);
  for (int32_t i = begin; i < end; i++)
    gaus_step(&v, i);
}

#ifdef TWEED_GAUS_AVX2
#define NAME tweed_gaus_phases_avx2
#else
#define NAME tweed_gaus_phases_plain
#endif
const tweed_gaus_phases NAME = {edges, deposits, profiles, value_slopes, steps};
