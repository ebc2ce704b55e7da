/* program.h: what each role does, step by step: its ops in order, and what it waits for and signals between them. */
#ifndef TWEED_LIB_PROGRAM_H
#define TWEED_LIB_PROGRAM_H

#include "report/view.h"

typedef enum report_step_kind {
  STEP_WAIT_EMPTY, /* for a free slot of a ring */
  STEP_WAIT_FULL,  /* for a value of another role, or for its being done */
  STEP_WAIT_DONE,  /* for an async op of this role */
  STEP_GROUP_SYNC, /* all warps of the role are here: what they wrote is complete */
  STEP_OP,
  STEP_STAGE,     /* write a value in registers to its slot */
  STEP_FULL,      /* signal that the slot is full */
  STEP_EMPTY,     /* signal that this role needs the slot no more */
  STEP_WHEN_FULL, /* the same two, by the hardware, once `op` and the async ops before it are done */
  STEP_WHEN_EMPTY,
} report_step_kind;

/* A step is done once in each iteration j of the loop, 0 <= j < n, and touches iteration j - lag of its op or ring (of
 * which it does nothing where that is no iteration). It runs `stage` rounds after the first step of iteration j. */
typedef struct report_step {
  report_step_kind kind;
  int32_t op;   /* the one that runs, or is waited for, or ends what is signalled */
  int32_t ring; /* or -1 */
  int32_t lag;
  int32_t stage;
  int32_t pending; /* WAIT_DONE: younger ops of its queue that may be in flight still, in the steady state */
  int64_t at;      /* time in iteration 0, as in the schedule */
  int64_t row, rank, sequence;
} report_step;

/* Round t runs the steps in order, each for iteration t - stage. With S rounds in flight, the rounds 0 … S-2 are the
 * prologue, S-1 … n-1 the steady state, n … n+S-2 the epilogue. */
typedef struct report_program {
  int32_t nsteps, rounds;
  report_step *steps;
} report_program;

/* The arrivals that complete a phase of a ring's barriers. */
typedef struct report_arrivals {
  int64_t full, empty;
} report_arrivals;

/* One program per role, in the view's arena, and one count of arrivals per ring. */
tweed_status report_programs(report_view *v, report_program **programs, report_arrivals **arrivals, tweed_error *error);

/* ---- writing programs out ------------------------------------------------------------------------------------------
 */

typedef enum report_phase { PHASE_PROLOGUE, PHASE_STEADY, PHASE_EPILOGUE, PHASE_ROLLED } report_phase;

/* An iteration: a number, or relative to a variable of the program: i (the round of the steady state), n (iterations in
 * all), t (the round of a rolled program). */
typedef struct report_index {
  char of; /* 0, 'i', 'n' or 't' */
  int64_t plus;
} report_index;

/* Where a step happens only for some n or rounds: low <= variable, variable <= n - below. */
typedef struct report_guard {
  char of;       /* 'n', 'i' or 't' */
  int64_t low;   /* 0 = always */
  bool has_high; /* 'i' and 't' only */
  int64_t below;
} report_guard;

typedef struct report_instance {
  report_index iteration; /* of the step */
  report_index target;    /* iteration - lag */
  report_guard guard;
} report_instance;

/* The step in round t of the prologue, in the steady state, in round n + t of the epilogue, or in any round (rolled).
 * False where it doesn't happen. The rounds of an epilogue are there only for n >= rounds - 1 - t. */
bool report_instance_of(const report_program *program, const report_step *step, report_phase phase, int64_t t,
                        report_instance *out);
/* "3", "i", "i - 2" */
void report_index_text(const report_index *index, char *text, size_t size);
bool report_guard_same(const report_guard *a, const report_guard *b);
/* Steps that a program takes when prologue and epilogue are written out. */
int64_t report_program_size(const report_program *program);

#endif
