/* lanes.h: where the bars of a picture go: as many lanes for each unit and role as it has bars at a time. */
#ifndef TWEED_LIB_LANES_H
#define TWEED_LIB_LANES_H

#include "report/view.h"

/* A stretch of time for which an op of iteration 0 holds something. */
typedef struct report_piece {
  int32_t op, lane, band; /* lane -1 = left out */
  int64_t begin, end;
} report_piece;

typedef enum report_band_kind {
  BAND_UNIT,
  BAND_NONE,   /* ops that hold no unit */
  BAND_BUSY,   /* what the warps of a role are busy with */
  BAND_FLIGHT, /* its async ops, until they are done */
} report_band_kind;

/* Lanes are numbered through. */
typedef struct report_band {
  report_band_kind kind;
  int32_t of; /* the unit or role */
  int32_t first, lanes;
  int32_t left_out; /* pieces that have no lane */
} report_band;

typedef struct report_lanes {
  int32_t nbands, nlanes;
  report_band *bands;
  size_t npieces;
  report_piece *pieces; /* by band, then row */
  int64_t left_out;     /* pieces beyond the limits */
} report_lanes;

/* In the view's arena. False when out of memory. */
bool report_lanes_of(const report_view *v, report_lanes *out);

#endif
