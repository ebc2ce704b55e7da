/* tweed/solve.h: bounds and schedulers. Knows the model only. */
#ifndef TWEED_SOLVE_H
#define TWEED_SOLVE_H

#include <tweed/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lower bounds on II. */
typedef struct tweed_bounds {
  int32_t
      res_mii; /* exact: the most loaded unit, whole reservation tables counted, and no table longer than it can wrap */
  int32_t rec_mii;   /* maximum cycle ratio, rounded up; 0 without a recurrence */
  int32_t mii;       /* max(1, both), raised to the next II at which every op's table stands its own copies */
  char unit[64];     /* the unit that gives res_mii */
  char circuit[256]; /* op names of a critical circuit, " -> " between them, shortened with "…" */
} tweed_bounds;
TWEED_API tweed_status tweed_bounds_of(TWEED_KEEP const tweed_problem *p, tweed_bounds *out, tweed_error *error);

/* How far a search is. */
typedef struct tweed_progress_report {
  const char *solver;
  int32_t trying_ii, best_ii; /* 0 = none */
  double seconds;             /* since the start */
  bool has_objective;         /* the rest is known */
  double objective;           /* of what was looked at last; INFINITY where it led to no legal schedule */
  double best;                /* of the best legal schedule; INFINITY = none */
  double violation;           /* largest of a dependence, in cycles, before it was made legal */
} tweed_progress_report;

/* Called from time to time, at most ten times a second, never from two threads at once. */
typedef void (*tweed_progress)(void *user, const tweed_progress_report *report);

/* Where solvers that can use a GPU (gaus) run. The answer is the same; a note in it says where, and why not on a GPU.
 */
typedef enum tweed_device {
  TWEED_DEVICE_AUTO = 0, /* a GPU where there is one; in "auto", for large problems only */
  TWEED_DEVICE_CPU,
  TWEED_DEVICE_GPU, /* likewise; without one, the CPU */
} tweed_device;

typedef struct tweed_solve_options {
  const char *solver; /* a name of the solver table; NULL = "auto" */
  int32_t ii;         /* exactly this II; 0 = search from MII upwards */
  int32_t max_ii;     /* 0 = up to the length of a list schedule, which always works */
  int32_t max_stages; /* 0 = no limit */
  double time_limit; /* seconds; 0 = none, work is limited instead, so that the answer does not depend on the machine */
  double effort;     /* share of their usual work that exact engines may do, in "auto" and for joint schedules; 0 = 1 */
  uint64_t seed;
  int32_t threads;  /* 0 = all; never changes the answer when time_limit is 0 */
  int32_t restarts; /* 0 = default */
  tweed_device device;
  bool joint;        /* roles too: software pipelining and warp specialization (docs/joint.md) */
  int32_t normalize; /* > 0: solve with costs that add up to at most so much, then on the raw ones; see below */
  const tweed_objective *objective; /* weights in place of the problem's, each 0 to TWEED_MAX_NUMBER; NULL = those */
  bool prove_length;                /* after II: prove or improve the length too, with an exact solver */
  /* A file for the DRAT proof that lower_bound - 1 (with `ii`: that II, where it is) is infeasible; its CNF goes to the
   * same name with ".cnf"; may be NULL. A note in the schedule says why none was written, where a bound is proof
   * enough.
   */
  const char *proof;
  const volatile int *interrupt; /* set to non-zero by a signal handler: stop and return the best so far; may be NULL */
  tweed_progress progress;
  void *progress_user;
} tweed_solve_options;
TWEED_API void tweed_solve_options_default(tweed_solve_options *options);

/* Finds a schedule. TWEED_OK: *out is a verified schedule with bound and proof. TWEED_INFEASIBLE or TWEED_UNKNOWN: *out
 * is a schedule without start times that carries the answer and the bounds, or NULL. An infeasible one says what binds
 * at that II and what would lift it: tweed_schedule_why(). With options.joint, tweed_schedule_role() and
 * tweed_schedule_channel() are filled in, and tweed_schedule_phase() says what is proved of each objective. */
TWEED_API tweed_status tweed_solve(TWEED_KEEP const tweed_problem *p, const tweed_solve_options *options,
                                   TWEED_GIVE tweed_schedule **out, tweed_error *error);

/* The front of a problem: solves it again and again with the solver of the options and keeps what is not dominated.
 * Acyclic problems: for deadlines from the longest path to the length, each with several weights of units and live
 * bytes (options->objective is not looked at). Modulo problems: for IIs from the least found upwards, each with fewer
 * stages too. A time limit is for all of it. TWEED_OK: at least one point, *out to be freed with tweed_front_free();
 * else as tweed_solve, *out NULL. */
TWEED_API tweed_status tweed_solve_front(TWEED_KEEP const tweed_problem *p, const tweed_solve_options *options,
                                         TWEED_GIVE tweed_front **out, tweed_error *error);

/* ---- cost normalization -------------------------------------------------------------------------------------------
 *
 * Programs grow with the costs. Small whole numbers that keep their ratios as well as can be make them small: with
 * costs C, find C' that minimise F where -F <= C[i] * C'[j] - C[j] * C'[i] <= F for all i, j and the sum of C' is at
 * least 1 and at most `limit`; among those, with the largest sum. (Twill, arXiv 2512.18134, section 5.2; the second
 * objective, the floor and equal results for equal costs are ours.) */
typedef struct tweed_normalization {
  int64_t spread; /* F of the result */
  bool optimal;   /* proved (by floating-point code); else the best that was found within a limit on work */
} tweed_normalization;

/* Costs are 0 … TWEED_MAX_NUMBER; equal ones become equal. Without `literal`, what is not 0 stays at least 1, and
 * TWEED_INFEASIBLE says that the limit is below the number of such costs. With it, small costs may become 0: the
 * formulation as published. about may be NULL. */
TWEED_API tweed_status tweed_normalize(const int64_t *costs, int32_t count, int32_t limit, bool literal, int64_t *out,
                                       tweed_normalization *about, tweed_error *error);

/* The problem with normalized latencies and occupancies, of all ops and dependences together. Reservation tables are
 * rounded up. *scale (may be NULL) is such that a schedule of it, with II and all starts times scale, is one of p. */
TWEED_API tweed_status tweed_problem_normalize(TWEED_KEEP const tweed_problem *p, int32_t limit,
                                               TWEED_GIVE tweed_problem **out, int64_t *scale, tweed_error *error);

/* The solver table: name and one line on what it does and can prove, NULL past the end. */
TWEED_API const char *tweed_solver_name(size_t i, const char **description);

#ifdef __cplusplus
}
#endif
#endif
