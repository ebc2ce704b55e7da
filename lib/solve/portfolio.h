/* portfolio.h: running rows and judging what they hand back; what is proved once the II is settled. */
#ifndef TWEED_SOLVE_PORTFOLIO_H
#define TWEED_SOLVE_PORTFOLIO_H

#include "solve/solver.h"

/* What has been found so far. Invariant: schedule is NULL or verified; cost is what is compared: the II, or the
 * objective of an acyclic problem. */
typedef struct tweed_best {
  tweed_schedule *schedule;
  double cost;
  bool garbage;        /* some row handed back an illegal schedule */
  tweed_notes gave_up; /* of rows that could have proved something; of interest if nothing is proved in the end */
} tweed_best;

/* What a row may write to, from the job's arena; start NULL when out of memory. */
tweed_plan tweed_plan_new(tweed_job *job);

/* A verified schedule of the plan, compacted where the row's plans are worth it; TWEED_ILLEGAL if the plan is not
 * legal. The name of the row goes into it. */
tweed_status tweed_judge(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_schedule **out,
                         tweed_error *error);

/* Judges the plan, if there is one, and keeps the better of it and the best. */
tweed_status tweed_take_plan(tweed_job *job, const tweed_solver *row, tweed_plan *plan, tweed_best *best,
                             tweed_error *error);

/* With less than the usual effort one engine that proves is enough: others take longer to start than they may work. */
bool tweed_spared(const tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *row);
/* The row for these problems that comes after `last` in rank (equal ranks: in table order), or NULL. */
const tweed_solver *tweed_next_row(const tweed_solve_seam *seam, int kind, const tweed_solver *last);

/* Where lower IIs were refuted without a proof and the best is at that bound: has rows that prove refute them again. */
tweed_status tweed_certify(tweed_job *job, const tweed_solve_seam *seam, tweed_best *best, tweed_error *error);

/* The least length at the II of the best, proved as far as rows get; `only` (or NULL): no other row than this. */
tweed_status tweed_shorten(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *only, tweed_best *best,
                           tweed_error *error);

/* Fewer registers, or a better objective, at the II of the best; no longer where lengths are asked for. */
tweed_status tweed_improve(tweed_job *job, const tweed_solve_seam *seam, tweed_best *best, tweed_error *error);

/* A shorter plan at the same II, if IMS finds one; not below the bound. */
tweed_status tweed_shorten_by_ims(tweed_job *job, tweed_plan *plan, int64_t bound, tweed_error *error);

/* Is a claim of a row that all IIs are refuted borne out? It must have raised first_ii past them. */
static inline bool tweed_all_refuted(const tweed_job *job) {
  return job->problem->length > 0 || job->options->joint || job->first_ii > job->last_ii;
}

#endif
