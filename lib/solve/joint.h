/* joint.h: joint software pipelining and warp specialization (docs/joint.md) in difference form. */
#ifndef TWEED_SOLVE_JOINT_H
#define TWEED_SOLVE_JOINT_H

#include "solve/diff.h"

/* What a search may use; the problem's own limits, or relaxed ones to see what would help. */
typedef struct tweed_joint_limits {
  int32_t groups;    /* of warps */
  int32_t total;     /* warps of all groups, 0 = no limit */
  int32_t registers; /* per thread, 0 = no limit */
  int64_t *memory;   /* bytes of each memory that are not reserved; may be negative */
  int64_t stages;    /* 0 = no limit */
} tweed_joint_limits;

/* Named groups of constraints. */
typedef enum tweed_reason_kind {
  TWEED_REASON_UNIT,      /* index: of the graph */
  TWEED_REASON_DEP,       /* index: of the problem */
  TWEED_REASON_HANDOFF,   /* index: dependence */
  TWEED_REASON_WAIT,      /* index: dependence */
  TWEED_REASON_REGISTERS, /* index: op at whose start they are counted */
  TWEED_REASON_MEMORY,    /* index: memory */
  TWEED_REASON_GROUPS,
  TWEED_REASON_WARPS,
  TWEED_REASON_STAGES,
  TWEED_REASON_KINDS
} tweed_reason_kind;

typedef struct tweed_reason {
  tweed_reason_kind kind;
  int32_t index;
  tweed_lit literal;
} tweed_reason;

/* What to put to the SMT solver. */
typedef struct tweed_joint_query {
  const tweed_problem *problem;
  const tweed_graph *graph;
  tweed_stop *stop;
  tweed_joint_limits limits;
  tweed_range ii;
  int64_t length;  /* starts + latencies are within it, under the assumption `window` */
  bool follow;     /* see tweed_diff */
  bool plain;      /* an ordinary problem: no groups, waits, registers, memories */
  bool explain;    /* constraints hold under assumptions, one per reason */
  bool loose_deps; /* with explain: dependences too */
} tweed_joint_query;

/* Invariants: group 0 is that of variable ops if `apart`; role[v * ngroups + g] says that op v is in group g, and is
 * TWEED_FALSE where that cannot be; the other groups are numbered in the order of their first op in `order`. same[a * n
 * + b] is 0 where nobody has asked yet. */
typedef struct tweed_joint_model {
  const tweed_joint_query *q;
  tweed_arena *arena;
  tweed_smt *smt;
  tweed_diff d;
  int32_t n, ngroups;
  bool apart;
  int32_t *order;
  tweed_lit *role, *same, *waits;
  tweed_lit *earlier; /* by two flow dependences of one value, 0 as for same */
  tweed_lit *used;    /* per group */
  tweed_reason *reasons;
  size_t nreasons, cap_reasons;
  tweed_terms handoffs, rings; /* the sums to be made small */
} tweed_joint_model;

/* The longest path of dependences, with the hand-offs that no choice of groups avoids: no schedule is shorter at any II
 * of the range. TWEED_INFEASIBLE if a circuit does not fit the II. */
tweed_status tweed_joint_least_length(const tweed_joint_query *q, int64_t *out, tweed_error *error);
/* The parts of a problem that no dependence connects: part[v] of each op, numbered from 0. Returns their number. Parts
 * may be shifted against each other by multiples of II. */
int32_t tweed_joint_parts(const tweed_problem *p, int32_t *part);
/* All constraints. TWEED_INFEASIBLE if dependences alone do not fit the II or the length, TWEED_UNKNOWN if the problem
 * is beyond this form. Free the model in any case. */
tweed_status tweed_joint_build(tweed_joint_model *m, const tweed_joint_query *q, tweed_error *error);
void tweed_joint_free(tweed_joint_model *m);

/* The literal under which a group of constraints holds: TWEED_TRUE unless explaining. */
tweed_lit tweed_joint_guard(tweed_joint_model *m, tweed_reason_kind kind, int32_t index);
tweed_lit tweed_joint_same(tweed_joint_model *m, int32_t a, int32_t b);
/* Registers, and memories. False when out of memory. */
bool tweed_joint_registers(tweed_joint_model *m);
bool tweed_joint_memories(tweed_joint_model *m);

/* ---- the search (joint.c), what comes after II (joint_improve.c), why not (joint_why.c) ---- */

/* Z3's work per question: whether an II works, and for each step of a later objective; options.effort is the share of
 * it that may be done. */
enum { TWEED_JOINT_WORK = 60000000, TWEED_JOINT_STEP = 5000000 };

typedef enum tweed_joint_verdict {
  TWEED_JOINT_WORKS,   /* of one II: the plan is filled; of a range: `works` is one that may; of all: not refuted */
  TWEED_JOINT_REFUTED, /* whatever the options */
  TWEED_JOINT_LIMITED, /* refuted within the limit on stages */
  TWEED_JOINT_OPEN,    /* a limit ended the search */
  TWEED_JOINT_BROKEN   /* an error */
} tweed_joint_verdict;

/* Invariant: plan is a solution of query's II where `found`, with these values of the objectives. */
typedef struct tweed_joint_search {
  tweed_job *job;
  const tweed_problem *p;
  tweed_plan *plan;
  tweed_joint_query q;
  bool found;
  uint32_t work, step; /* of Z3, per question, and per step of a later objective */
  int64_t works;       /* the II that a range of them named */
  int64_t length, groups, handoffs, rings;
} tweed_joint_search;

/* A search with the limits of the job's problem. False when out of memory. */
bool tweed_joint_begin(tweed_joint_search *s, tweed_job *job, tweed_plan *plan);
/* One II, or a range of them, by itself. */
tweed_joint_verdict tweed_joint_try(tweed_joint_search *s, tweed_range ii, tweed_error *error);
/* An II from which on each that works makes the one below work. */
int64_t tweed_joint_greatest_ii(const tweed_problem *p);
/* Makes the model's answer the plan, every op as early as the answer's choices allow. */
tweed_status tweed_joint_take(tweed_joint_search *s, const tweed_joint_model *m, tweed_error *error);
/* A phase of the search, for the report. */
tweed_status tweed_joint_phase(tweed_joint_search *s, const char *name, int64_t value, int64_t bound, double began,
                               tweed_error *error);
/* Length, groups, hand-offs, rings, in this order. least: a proved bound on the length. */
tweed_status tweed_joint_improve(tweed_joint_search *s, int64_t least, tweed_error *error);

#endif
