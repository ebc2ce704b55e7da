/* solver.h: the table of solvers and what a row gets and gives.
 *
 * A solver is a row: a name, an entry, what it can prove. An entry gets a job and fills a plan; it never judges itself:
 * whatever it hands back passes through tweed_verify() in solve.c before anybody sees it. */
#ifndef TWEED_SOLVE_SOLVER_H
#define TWEED_SOLVE_SOLVER_H

#include "solve/bounds.h"
#include <stdatomic.h>

/* Says when to end early. Invariant: once `stopped` is set it stays set; the clock is only read if there is a deadline.
 */
typedef struct tweed_stop {
  const volatile int *interrupt;
  double deadline; /* by tweed_clock(), 0 = none */
  atomic_bool stopped;
} tweed_stop;
bool tweed_stopped(tweed_stop *stop);

/* Start times found by a solver. ii 0 = acyclic, -1 = nothing found. */
typedef struct tweed_plan {
  int64_t ii;
  int64_t *start; /* one per op, allocated by whoever makes the plan */
  int32_t *role;  /* one per op; filled by rows that take TWEED_JOINT problems, else all 0 */
  int32_t nphases;
  tweed_phase phases[8]; /* of a joint search */
} tweed_plan;

/* One call of tweed_solve. Read by rows; only the main thread calls tweed_job_progress(). */
typedef struct tweed_job {
  const tweed_problem *problem;
  const tweed_solve_options *options;
  tweed_arena *arena;
  const tweed_graph *graph;
  tweed_bounds bounds;
  /* The IIs to try, both included; 0 for acyclic problems. Rows raise first_ii past IIs that they refute. */
  int64_t first_ii, last_ii;
  int64_t lower_bound;      /* every lower II is refuted, whatever the options; at least bounds.mii */
  tweed_proof lower_proof;  /* what proves lower_bound, where it is above bounds.mii */
  int64_t best_ii;          /* found before this row ran, 0 = nothing */
  const int64_t *incumbent; /* in `auto`: starts of the best schedule before this row, or NULL */
  bool packed;              /* bounds include tweed_pack() */
  int64_t unproved;     /* IIs from bounds.mii to below this one were refuted by rows that prove nothing; 0 = none */
  int64_t length_limit; /* of plans at the II that was found, once it is settled; -1 = none */
  double effort;        /* 1: the row was asked for by name; less: that share of its usual limits on work */
  struct tweed_notes *notes;
  double began, last_progress;
  tweed_stop *stop;
  /* Why the answer is infeasible, a line each, from the arena. */
  int32_t nwhy;
  const char **why;
  size_t cap_why;
} tweed_job;

/* Adds lines on why the II of an infeasible job (the largest allowed; joint ones: any) does not work, and what would
 * help. Leaves it at that where limits are reached. */
tweed_status tweed_explain(tweed_job *job, tweed_error *error);
/* Adds a line to job->why. */
tweed_status tweed_job_why(tweed_job *job, tweed_error *error, const char *format, ...) TWEED_PRINTF(3, 4);

/* What did not go as it should, one line each, for the answer; from the job's arena. */
typedef struct tweed_notes {
  const char **lines;
  int32_t count;
  size_t capacity;
} tweed_notes;
/* Adds one, unless memory runs out. */
void tweed_job_note(tweed_job *job, const char *format, ...) TWEED_PRINTF(2, 3);

/* How many threads the options allow, at most TWEED_MOST_THREADS. */
enum { TWEED_MOST_THREADS = 64 };
int32_t tweed_job_threads(const tweed_job *job);
/* What the problem's objective makes of the three values. */
double tweed_objective_cost(const tweed_problem *p, const tweed_objective *values);

/* Largest start time within the limit on stages; INT64_MAX = no limit. */
int64_t tweed_job_max_start(const tweed_job *job, int64_t ii);
/* At most ten calls a second reach the user. */
void tweed_job_progress(tweed_job *job, const char *solver, int64_t trying_ii);
/* The same with what is known of the objective; seconds and best_ii are filled in. */
void tweed_job_report(tweed_job *job, tweed_progress_report report);

enum { TWEED_MODULO = 1, TWEED_ACYCLIC = 2, TWEED_JOINT = 4 };
enum { TWEED_PROVES_NOTHING = 0, TWEED_PROVES_MII = 1 << TWEED_PROOF_MII };

/* Rows of `auto` run in order of their rank; modulo rows of this rank and above only if nothing was found before. For
 * acyclic problems all run, and the best by the problem's objective wins. */
enum { TWEED_RANK_NONE = 0, TWEED_RANK_FALLBACK = 100 };

/* What a row proves beyond MII: IIs that it refutes may raise lower_bound with that proof. */
enum { TWEED_PROVES_MORE = 1 << TWEED_PROOF_SAT | 1 << TWEED_PROOF_ILP | 1 << TWEED_PROOF_SMT };

/* run: TWEED_OK with a filled plan, TWEED_INFEASIBLE (only if proved for all IIs of the job), TWEED_UNKNOWN (a limit;
 * the plan may still hold the best so far), or an error. A row
 * without `run` is known but not available. A row that refutes II raises job->first_ii if it was II; and
 * job->lower_bound if that was II and the refutation holds whatever the options (stages, …), with job->lower_proof set
 * to its kind of proof.
 *
 * shorten (may be NULL; problems that are not joint): gets a legal plan and makes it as short (largest start + latency)
 * as can be at plan->ii, within the limit on stages; the plan stays legal. *bound, on entry a proved lower bound on the
 * length at that II, is raised to what is proved. TWEED_OK: *bound is the length of the plan, which is the least.
 * TWEED_UNKNOWN: too large, or a limit; plan and *bound are as good as they got. Limits count work, as in run. Rows are
 * asked in order of rank until one answers TWEED_OK. */
/* improve (may be NULL; modulo problems): gets a legal plan and lowers its registers, or the problem's objective, at
 * its II, within job->length_limit; in `auto` only, when all else is settled. The plan stays legal. TWEED_UNKNOWN:
 * nothing better was found, or the problem is not worth it. */
typedef struct tweed_solver {
  const char *name, *description;
  int kinds;       /* problems it takes: TWEED_MODULO, TWEED_ACYCLIC */
  unsigned proves; /* bits 1 << tweed_proof */
  int portfolio;   /* rank */
  int acyclic;     /* rank for acyclic problems, where it is another one; 0 = the same */
  bool compact;    /* its plans are worth tweed_compact() */
  tweed_status (*run)(tweed_job *job, tweed_plan *plan, tweed_error *error);
  tweed_status (*shorten)(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error);
  tweed_status (*improve)(tweed_job *job, tweed_plan *plan, tweed_error *error);
} tweed_solver;

extern const tweed_solver tweed_solvers[];
extern const size_t tweed_solver_count;

tweed_status tweed_run_asap(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_alap(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_list(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_fds(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_ims(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_backtrack(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_ilp(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_restarts(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_smt(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_smt_shorten(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error);
tweed_status tweed_run_gaus(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_gaus_improve(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_run_joint(tweed_job *job, tweed_plan *plan, tweed_error *error);

/* The kind of the job's problem. */
int tweed_kind_of(const tweed_problem *p, const tweed_solve_options *options);
tweed_status tweed_run_sat(tweed_job *job, tweed_plan *plan, tweed_error *error);
tweed_status tweed_sat_shorten(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error);

/* What runs where options->normalize is set: the solver of the options on normalized costs. Not in the table. */
extern const tweed_solver tweed_normalized;
/* A plan by way of costs that add up to at most `limit`. TWEED_INFEASIBLE: the limit is below the number of costs. */
tweed_status tweed_plan_normalized(tweed_job *job, int32_t limit, const char *solver, tweed_plan *plan,
                                   tweed_error *error);

/* What tests put in place of the real table. */
typedef struct tweed_solve_seam {
  const tweed_solver *table;
  size_t count;
} tweed_solve_seam;
tweed_status tweed_solve_with(const tweed_problem *p, const tweed_solve_options *options, const tweed_solve_seam *seam,
                              tweed_schedule **out, tweed_error *error);

/* What is to be made small in an acyclic problem: the weighted terms of its objective, else its length. start is not
 * changed. False when out of memory. */
bool tweed_cost_of_starts(const tweed_problem *p, int64_t *start, double *cost);

/* Runs one row (or, `only` NULL, the portfolio) on a job whose bounds and range of IIs are set; *out is verified.
 * Raises job->bounds where a search left a gap. TWEED_UNKNOWN and TWEED_INFEASIBLE leave *out NULL. */
tweed_status tweed_run_rows(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *only,
                            tweed_schedule **out, tweed_error *error);

/* Starts that overlap no iterations, in priority order (a list schedule), and the least II >= at_least at which they
 * are legal; they are then legal at every larger II too. TWEED_UNKNOWN if that II is beyond TWEED_MAX_NUMBER. */
tweed_status tweed_list_starts(const tweed_graph *g, int64_t at_least, tweed_stop *stop, int64_t *start, int64_t *ii,
                               tweed_error *error);

/* Makes the lifetimes of the plan shorter and its stages fewer, at its II, and its length no longer than
 * job->length_limit. */
tweed_status tweed_compact(tweed_job *job, tweed_plan *plan, tweed_error *error);

#endif
