/* gaus.cu: the kernels around the phases of gaus_phases.h, in two forms.
 *
 * Large problems: four kernels per iteration, with a thread per op or edge, per value, per op, and a block per profile
 * for the scan over rows; blocks have a second coordinate, the replica. Small problems: one block per replica does all
 * phases of many iterations in one launch. Both count params.iteration on in device memory, before the steps that read
 * it, and leave the same bits behind as the phases called one after the other in C. */
#include "gaus_block.h"
#include "gaus_phases.h"

/* Most threads of a block that scans; scratch has room for two numbers of each. */
enum { TWEED_GAUS_THREADS = 256 };

/* ---- phases of one thread ---- */

/* The scan over a profile by `lanes` threads, a power of two. All threads of the block come here together, those
 * without a profile too, for the barriers. `most` and `total` are the group's parts of shared memory. */
GAUS_FN void gaus_scan(const gaus_view *v, int32_t profile, int32_t lane, int32_t lanes, float *most, double *total) {
  int32_t live = profile < v->p->nprofiles;
  if (live)
    gaus_rows_sum(v, profile, lane, lanes);
  gaus_barrier();
  if (live)
    gaus_rows_load(v, profile, lane, lanes);
  most[lane] = live ? gaus_rows_most(v, profile, lane, lanes) : 0.0f;
  for (int32_t half = lanes / 2; half > 0; half /= 2) {
    gaus_barrier();
    if (lane < half)
      most[lane] = gaus_max(most[lane], most[lane + half]);
  }
  gaus_barrier();
  total[lane] = live ? gaus_rows_weight(v, profile, lane, lanes, most[0]) : 0.0;
  for (int32_t half = lanes / 2; half > 0; half /= 2) {
    gaus_barrier();
    if (lane < half)
      total[lane] += total[lane + half];
  }
  gaus_barrier();
  if (!live)
    return;
  gaus_rows_peak(v, profile, lane, lanes, most[0], total[0]);
  if (v->p->capacity[profile] >= 0.0f)
    gaus_rows_overflow(v, profile, lane, lanes);
}

/* The arrays of a replica. *q is a copy of its parameters. */
GAUS_FN gaus_view gaus_here(const gaus_problem *p, const gaus_state *s, int32_t replica, gaus_params *q) {
  gaus_view v = gaus_view_of(p, s, replica, 0);
  *q = s->params[replica];
  v.q = q;
  return v;
}

/* ---- large problems: launched one after the other ---- */

/* Threads: ops, then edges. */
GAUS_KERNEL void tweed_gaus_deposit(GAUS_BY_VALUE const gaus_problem p, GAUS_BY_VALUE const gaus_state s) {
  int32_t x = gaus_block() * gaus_threads() + gaus_thread();
  gaus_params q;
  gaus_view v = gaus_here(&p, &s, gaus_block_y(), &q);
  if (x == 0) /* read by nobody in this kernel */
    v.s.params[gaus_block_y()].iteration++;
  if (x < p.nops)
    gaus_op_whole(&v, x);
  else if (x - p.nops < p.nedges)
    gaus_edge(&v, x - p.nops);
}

/* A block per profile; its threads are a power of two, at most TWEED_GAUS_THREADS. */
GAUS_KERNEL GAUS_BOUNDS(TWEED_GAUS_THREADS, 1) void tweed_gaus_rows(GAUS_BY_VALUE const gaus_problem p,
                                                                    GAUS_BY_VALUE const gaus_state s) {
  GAUS_SHARED float most[TWEED_GAUS_THREADS];
  GAUS_SHARED double total[TWEED_GAUS_THREADS];
  gaus_params q;
  gaus_view v = gaus_here(&p, &s, gaus_block_y(), &q);
  gaus_scan(&v, gaus_block(), gaus_thread(), gaus_threads(), most, total);
}

/* A thread per value. */
GAUS_KERNEL void tweed_gaus_values(GAUS_BY_VALUE const gaus_problem p, GAUS_BY_VALUE const gaus_state s) {
  int32_t x = gaus_block() * gaus_threads() + gaus_thread();
  gaus_params q;
  gaus_view v = gaus_here(&p, &s, gaus_block_y(), &q);
  if (x < p.nvalues)
    gaus_value_slope(&v, x);
}

/* A thread per op. */
GAUS_KERNEL void tweed_gaus_steps(GAUS_BY_VALUE const gaus_problem p, GAUS_BY_VALUE const gaus_state s) {
  int32_t x = gaus_block() * gaus_threads() + gaus_thread();
  gaus_params q;
  gaus_view v = gaus_here(&p, &s, gaus_block_y(), &q);
  if (x < p.nops)
    gaus_step(&v, x);
}

/* ---- small problems: a block per replica ---- */

/* The phases of the block, each with its own view: one for all of them would keep sixty registers busy. */
GAUS_FN void gaus_block_deposit(const gaus_problem *p, const gaus_state *s, int32_t replica) {
  gaus_params q;
  gaus_view v = gaus_here(p, s, replica, &q);
  for (int32_t e = gaus_thread(); e < p->nedges; e += gaus_threads())
    gaus_edge(&v, e);
  for (int32_t i = gaus_thread(); i < p->nops; i += gaus_threads())
    gaus_op_whole(&v, i);
}

/* Groups of `lanes` threads scan a profile each. */
GAUS_FN void gaus_block_rows(const gaus_problem *p, const gaus_state *s, int32_t replica, int32_t lanes) {
  GAUS_SHARED float most[TWEED_GAUS_THREADS];
  GAUS_SHARED double total[TWEED_GAUS_THREADS];
  int32_t group = gaus_thread() / lanes, groups = gaus_threads() / lanes, at = group * lanes;
  gaus_params q;
  gaus_view v = gaus_here(p, s, replica, &q);
  for (int32_t first = 0; first < p->nprofiles; first += groups)
    gaus_scan(&v, first + group, gaus_thread() - at, lanes, most + at, total + at);
}

GAUS_FN void gaus_block_values(const gaus_problem *p, const gaus_state *s, int32_t replica) {
  gaus_params q;
  gaus_view v = gaus_here(p, s, replica, &q);
  for (int32_t k = gaus_thread(); k < p->nvalues; k += gaus_threads())
    gaus_value_slope(&v, k);
}

GAUS_FN void gaus_block_steps(const gaus_problem *p, const gaus_state *s, int32_t replica) {
  gaus_params q;
  gaus_view v = gaus_here(p, s, replica, &q);
  for (int32_t i = gaus_thread(); i < p->nops; i += gaus_threads())
    gaus_step(&v, i);
}

/* `iterations` of replica gaus_block(). The block's threads are a multiple of `lanes`, at most TWEED_GAUS_THREADS. The
 * replica is read from shared memory after each barrier, so that the compiler can't keep what follows from it. */
GAUS_KERNEL GAUS_BOUNDS(TWEED_GAUS_THREADS, 2) void tweed_gaus_solve(GAUS_BY_VALUE const gaus_problem p,
                                                                     GAUS_BY_VALUE const gaus_state s,
                                                                     int32_t iterations, int32_t lanes) {
  GAUS_SHARED int32_t replica;
  if (gaus_thread() == 0)
    replica = gaus_block();
  for (int32_t n = 0; n < iterations; n++) {
    gaus_barrier();
    gaus_block_deposit(&p, &s, replica);
    if (gaus_thread() == 0) /* read by nobody before the steps */
      s.params[replica].iteration++;
    gaus_barrier();
    gaus_block_rows(&p, &s, replica, lanes);
    gaus_barrier();
    gaus_block_values(&p, &s, replica);
    gaus_barrier();
    gaus_block_steps(&p, &s, replica);
  }
}
