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

/* Called from time to time with the best so far (best_ii 0 = none). */
typedef void (*tweed_progress)(void *user, const char *solver, int32_t trying_ii, int32_t best_ii, double seconds);

typedef struct tweed_solve_options {
  const char *solver; /* a name of the solver table; NULL = "auto" */
  int32_t ii;         /* exactly this II; 0 = search from MII upwards */
  int32_t max_ii;     /* 0 = up to the length of a list schedule, which always works */
  int32_t max_stages; /* 0 = no limit */
  double time_limit; /* seconds; 0 = none, work is limited instead, so that the answer does not depend on the machine */
  uint64_t seed;
  int32_t threads;               /* 0 = all; never changes the answer when time_limit is 0 */
  int32_t restarts;              /* 0 = default */
  bool joint;                    /* roles too: software pipelining and warp specialization (docs/joint.md) */
  bool prove_length;             /* after II: prove or improve the length too, with an exact solver */
  const char *proof;             /* write the SAT proof that lower_bound - 1 is infeasible there (DRAT); may be NULL */
  const volatile int *interrupt; /* set to non-zero by a signal handler: stop and return the best so far; may be NULL */
  tweed_progress progress;
  void *progress_user;
} tweed_solve_options;
TWEED_API void tweed_solve_options_default(tweed_solve_options *options);

/* Finds a schedule. TWEED_OK: *out is a verified schedule with bound and proof. TWEED_INFEASIBLE or TWEED_UNKNOWN: *out
 * is a schedule without start times that carries the answer and the bounds, or NULL. */
TWEED_API tweed_status tweed_solve(TWEED_KEEP const tweed_problem *p, const tweed_solve_options *options,
                                   TWEED_GIVE tweed_schedule **out, tweed_error *error);

/* The solver table: name and one line on what it does and can prove, NULL past the end. */
TWEED_API const char *tweed_solver_name(size_t i, const char **description);

#ifdef __cplusplus
}
#endif
#endif
