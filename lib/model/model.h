/* model.h: the structs behind the opaque handles of tweed/model.h, for the rooms that read them in bulk (solve,
 * report). Only lib/model writes them; everybody else reads, and only after _finish. */
#ifndef TWEED_LIB_MODEL_H
#define TWEED_LIB_MODEL_H

#include "base/base.h"
#include <regex.h>
#include <tweed/model.h>

/* Largest number of bytes that a dependence hands over or an op holds. */
#define TWEED_MAX_BYTES ((int64_t)1 << 50)

typedef struct tweed_unit {
  const char *name;
  int32_t count; /* 0 = unlimited */
} tweed_unit;

/* held[c] of the unit in cycle c after the op's start. Invariants: cycles >= 1, held[c] >= 0, held[cycles-1] > 0, and
 * held[c] <= count of the unit where that is not 0. At most one use per (class, unit). */
typedef struct tweed_use {
  int32_t unit;
  int32_t cycles;
  const int32_t *held;
} tweed_use;

typedef struct tweed_class {
  const char *name;
  int32_t latency;
  int32_t issue; /* issue slots, 0 = costs none */
  int32_t file;  /* register file of the result, -1 = none */
  bool async, variable;
  int32_t hold;  /* cycles for which it occupies its warp group; 0 = default, see tweed_hold() */
  int32_t warps; /* least size of its warp group, 0 = 1 */
  int32_t nuses;
  tweed_use *uses;
} tweed_class;

typedef struct tweed_register_file {
  const char *name;
  int32_t count;
} tweed_register_file;

typedef struct tweed_memory {
  const char *name;
  int64_t bytes;
  tweed_alloc alloc;
} tweed_memory;

/* A regular expression that several matches may share. Words with | between them need no compiling. */
typedef struct tweed_pattern {
  const char *text;
  bool words;
  regex_t re; /* unless words */
} tweed_pattern;

typedef struct tweed_match {
  const char *llvm, *type; /* anchored POSIX extended expressions; type NULL = any */
  int32_t class_index;
  int32_t llvm_pattern, type_pattern; /* set by finish; -1 = any */
} tweed_match;

/* A full and an empty mbarrier per slot of a ring. */
enum { TWEED_BARRIER_BYTES = 16 };

/* Invariant after finish: if issue > 0, units[nunits - 1] is the unit "issue" of that count (issue_unit is its index,
 * else -1), and every class with issue slots has a use of it, so that solvers need no special case; writers leave it
 * out. */
struct tweed_machine {
  tweed_arena *arena;
  int references; /* atomic */
  bool finished;
  bool shipped; /* name alone identifies it */
  const char *name;
  int32_t issue, issue_unit, window;
  int32_t nunits, nclasses, nfiles, nmemories, nmatches, ncpus;
  tweed_unit *units;
  tweed_class *classes;
  tweed_register_file *files;
  tweed_memory *memories;
  tweed_match *matches;
  const char **cpus; /* patterns "TRIPLE-REGEX CPU-REGEX" for machine=auto */
  tweed_warps warps;
  tweed_sm sm;
  size_t cap_units, cap_classes, cap_files, cap_memories, cap_matches, cap_cpus;
  int32_t ncompiled; /* matches whose patterns are compiled */
  int32_t npatterns;
  tweed_pattern **patterns; /* different from each other */
  size_t cap_patterns;
  int32_t *ones; /* shared by the uses that hold one of a unit for many cycles */
  size_t cap_ones;
};

typedef struct tweed_op {
  const char *name;
  const char *where; /* or NULL */
  int32_t class_index;
  int32_t amount; /* >= 0, multiplies what the class uses (issue slots excepted) */
  int32_t regs;   /* -1 resolved to the default by finish */
  int64_t *bytes; /* per memory of the machine, or NULL */
} tweed_op;

/* Invariants after finish: names are unique and not empty; indices are in range; no cycle of distance 0; the
 * dependences that leave op i are deps[out[out_begin[i]]] … deps[out[out_begin[i+1]-1]], those that enter it likewise
 * by in/in_begin; topo lists the ops in an order that respects all dependences of distance 0. */
struct tweed_problem {
  tweed_arena *arena;
  bool finished;
  const char *name;
  const char *file;          /* for messages, or NULL */
  struct tweed_names *names; /* op name -> number */
  tweed_machine *machine;
  int32_t nops, ndeps;
  tweed_op *ops;
  tweed_dep *deps;
  int32_t *out_begin, *out, *in_begin, *in, *topo;
  int64_t length;    /* acyclic deadline, 0 = modulo problem */
  int64_t *reserved; /* bytes per memory of the machine that are taken all the time, or NULL */
  bool has_objective;
  tweed_objective objective;
  size_t cap_ops, cap_deps;
};

typedef struct tweed_channel {
  int32_t from, to, depth;
  int64_t bytes;
} tweed_channel;

/* A step of the search: what it made small, the value reached, what is proved of it, and how long it took. */
typedef struct tweed_phase {
  const char *name;
  int64_t value, bound;
  double seconds;
} tweed_phase;

struct tweed_schedule {
  tweed_arena *arena;
  int32_t nops;
  int64_t *start; /* >= 0 */
  int32_t *role;
  int32_t ii; /* 0 = acyclic */
  bool joint; /* roles are warp groups: the rules of docs/joint.md apply */
  int32_t mii, lower_bound;
  int64_t length_bound; /* proved: no schedule at this II is shorter; 0 = not known */
  int32_t nwhy;
  const char **why; /* answer infeasible: what binds and what would lift it, a line each */
  int32_t nphases;
  tweed_phase *phases;
  int32_t nnotes;
  const char **notes; /* solvers that failed or gave up on the way, a line each */
  tweed_proof proof;
  tweed_answer answer;
  const char *solver; /* static or arena string */
  int32_t nchannels;
  tweed_channel *channels;
  bool has_objective;
  tweed_objective objective;
  double seconds;
};

/* Units held by op i on a use, in cycle c: held[c] * amount (amount does not apply to the issue unit). */
static inline int64_t tweed_held(const tweed_problem *p, int32_t op, const tweed_use *use, int32_t c) {
  int64_t amount = use->unit == p->machine->issue_unit ? 1 : p->ops[op].amount;
  return (int64_t)use->held[c] * amount;
}

static inline const tweed_class *tweed_class_of(const tweed_problem *p, int32_t op) {
  return &p->machine->classes[p->ops[op].class_index];
}

/* ---- joint.c: what docs/joint.md derives. The verifier has its own and uses none of this. ---- */

/* Cycles for which the op occupies its warp group, and after which it has finished. */
int64_t tweed_hold(const tweed_problem *p, int32_t op);
int64_t tweed_done(const tweed_problem *p, int32_t op);
/* Cycles that the dependence costs beyond its latency where its ends are in different groups. */
int64_t tweed_handoff(const tweed_problem *p, const tweed_dep *dep);

/* Space that the value of an op takes in a memory. */
typedef struct tweed_space {
  int32_t op, memory;
  bool staged;        /* the value is in registers and crosses groups here; else a footprint of its own */
  bool live;          /* of a memory with alloc live: no ring, depth for channels only */
  bool barriers;      /* a ring with a dependence that crosses groups */
  int64_t bytes;      /* of a slot, > 0 */
  int64_t begin, end; /* life of one copy */
  int64_t depth;      /* >= 1, what the value's channel adds included */
  int64_t extra;      /* how much that is */
} tweed_space;

typedef struct tweed_role {
  int32_t ops, warps;
  int64_t registers; /* per thread, the most in any row */
} tweed_role;

/* What follows from the starts, roles and channels of a joint schedule, in an arena of the caller. Roles out of range
 * are an error; other broken rules are not looked for. */
typedef struct tweed_joint {
  int32_t nroles, nspaces;
  tweed_role *roles;
  tweed_space *spaces; /* by op, its memories in order, footprint before staging */
  int64_t *memories;   /* most bytes taken at a time, per memory of the machine */
  int64_t handoffs;    /* sum of tweed_handoff over the dependences that cross */
  int64_t ring_bytes;  /* bytes * depth of all rings, with their barriers */
} tweed_joint;
tweed_status tweed_joint_derive(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena, tweed_joint *out,
                                tweed_error *error);
/* Fills s->channels from starts and roles, in place of those that are there. */
tweed_status tweed_schedule_fill_channels(const tweed_problem *p, tweed_schedule *s, tweed_error *error);

/* Invariant: points rise by value[0], then [1], then [2], and none dominates another. */
typedef struct tweed_front_point {
  double value[3];
  tweed_schedule *schedule;
} tweed_front_point;

struct tweed_front {
  bool modulo;
  int32_t count, capacity, solves, planned;
  tweed_front_point *points;
};

/* Are all weights within 0 … TWEED_MAX_NUMBER? */
tweed_status tweed_check_objective(const tweed_objective *weights, tweed_error *error);
/* The same ops and dependences with another length and, unless weights is NULL, another objective. It borrows
 * everything from p and is never freed. */
tweed_problem tweed_problem_view(const tweed_problem *p, int64_t length, const tweed_objective *weights);

/* Is the value of `from` alive until `to` starts, as the memory term of an objective counts it? */
static inline bool tweed_hands_over(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW || dep->bytes > 0;
}

/* The bytes that an op's value takes there: those it says, else the most that a dependence hands over. */
double tweed_live_bytes(const tweed_problem *p, int32_t op);

/* The objective's three values for a schedule: sum over units of their peak use; sum over dependences of
 * bytes * (start[to] - start[from] + distance * II); largest sum of live bytes. False when out of memory. */
bool tweed_schedule_measure(const tweed_problem *p, const tweed_schedule *s, tweed_objective *out);

#endif
