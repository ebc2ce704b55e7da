/* gaus_data.h: what the kernels of GauS read and write: plain arrays, the same on CPU and GPU.
 *
 * An op starts at base + X, X normal with mean mu and deviation exp(log_sigma), clipped to [low, high]. A profile is a
 * quantity over the rows (steps, or rows modulo II): what ops hold of a unit, what values take of a memory or of the
 * registers. Several replicas (II, restart) of one problem are solved side by side. */
#ifndef TWEED_CUDA_GAUS_DATA_H
#define TWEED_CUDA_GAUS_DATA_H

#include "gaus_target.h"

/* The op holds `amount` of the profile in the `length` rows from its start + offset on. */
typedef struct gaus_segment {
  int32_t profile, offset, length;
  float amount;
} gaus_segment;

/* Takes `amount` of the profile from its op's start until the last of its users' starts. Users are indices u of
 * user_edge, an edge each; those of value v are value_user[v] … value_user[v + 1] - 1. */
typedef struct gaus_value {
  int32_t op, profile;
  float amount;
} gaus_value;

/* Shared by all replicas. Lists `x_begin` have one entry more than there are x. Amounts are scaled so that an average
 * row of a profile holds about 1, pulls so that their mean absolute value is about 1. */
typedef struct gaus_problem {
  int32_t nops, nedges, nsegments, nvalues, nusers, nprofiles;
  const int32_t *edge_from, *edge_to, *edge_latency, *edge_distance;
  const int32_t *edge_user; /* per edge: the user that it is, -1 = none */
  const int32_t *out_begin, *out_edge, *in_begin, *in_edge;
  const float *pull;   /* of the objective's linear part on each op: derivative by its start */
  const float *degree; /* edges at the op, those with itself left out */
  const int32_t *segment_begin;
  const gaus_segment *segments;
  const int32_t *op_value_begin; /* values are in the order of their ops */
  const gaus_value *values;
  const int32_t *value_user, *user_edge, *user_value;
  const float *capacity; /* of each profile, scaled like its amounts; < 0: none, its peak is part of the objective */
  const float *weight;   /* of each profile's peak */
  /* by profile: which segments and values lie in it */
  const int32_t *profile_segment_begin, *profile_segment, *profile_value_begin, *profile_value;
} gaus_problem;

/* Of one replica; the host sets them anew from time to time. */
typedef struct gaus_params {
  int32_t ii;   /* 0 = acyclic */
  int32_t rows; /* of each profile: II, or the deadline and what reaches beyond it */
  int32_t adam; /* 0: steps by curvature, 1: Adam (Kingma & Ba 2015) */
  int32_t iteration;
  float rho, eta;                   /* penalty on dependences, share of it that multipliers learn */
  float capacity_rho, capacity_eta; /* likewise of rows above their capacity */
  float pull, peak;                 /* weights of the linear part and of the peaks */
  float average;                    /* 0 … 1: share of a profile's average in its part of the objective, rest: peak */
  float temperature;                /* of the smooth maximum over rows, as a share of the maximum */
  float last_temperature;           /* of the smooth maximum over users, in deviations */
  float sigma_floor, sigma_ceiling, sigma_rate;
  float step;  /* share of the step by curvature, or Adam's rate */
  float clip;  /* largest step, in steps of time per iteration */
  float drift; /* added to the curvature */
} gaus_params;

/* Of all replicas: replica r's part of an array over ops begins at r * nops, and so on; rows at
 * r * nprofiles * row_stride. `load`s of the host's threads follow each other at load_stride. */
typedef struct gaus_state {
  gaus_params *params;
  int32_t *base, *low, *high;           /* per op; low <= mu <= high, whole numbers relative to base */
  float *mu, *log_sigma, *sigma;        /* per op */
  float *moment, *moment2;              /* per op, Adam's for mu; sigma_moment2 for log_sigma */
  float *sigma_moment, *sigma_moment2;  /* per op */
  float *lambda, *force, *spread;       /* per edge: multiplier, derivatives by m and by s over s */
  float *share;                         /* per user: of the last use */
  float *last, *last_sigma;             /* per value: of its last use, relative to its op's base */
  float *last_force, *last_spread;      /* per value: derivatives by these */
  double *segment_laps, *value_laps;    /* amounts times whole turns of the table; see gaus_base_load() */
  double *sum, *variance;               /* per row: differences of the load, variance of the load */
  float *load, *price, *variance_price; /* per row */
  float *row_lambda;                    /* per row: multiplier of its capacity */
  double *scratch; /* per profile GAUS_SCRATCH: partial results of the lanes of a scan, at most half as many */
  int32_t row_stride, nsums; /* nsums: copies of sum and variance, one per thread of the host */
  int64_t sum_stride;
} gaus_state;

enum { GAUS_SCRATCH = 1024 };

#endif
