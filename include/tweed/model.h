/* tweed/model.h: machines, problems, schedules, their files, and the verifier.
 *
 * A machine says which units there are and what each class of operation holds of them in each cycle. A problem is a set
 * of ops of that machine with dependences between them. A schedule gives each op a start time. Everything that solvers
 * do, they do to these three; tweed_verify() is the only judge of a schedule and shares no code with any solver.
 *
 * Machines and problems are built by a builder (tweed_*_new, _add_*, _finish) or read from YAML or JSON. After _finish
 * they never change and may be read from several threads. Times are cycles (or the file's own unit), distances
 * iterations. */
#ifndef TWEED_MODEL_H
#define TWEED_MODEL_H

#include <stdio.h>
#include <tweed/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tweed_machine tweed_machine; /* reference counted */
typedef struct tweed_problem tweed_problem;
typedef struct tweed_schedule tweed_schedule;

/* Largest latency, occupancy, start time bound and so on that a file may contain. */
#define TWEED_MAX_NUMBER 1000000000

/* ---- machines ------------------------------------------------------------------------------------------------------
 */

/* How the space of a memory is given out: a ring of slots per value, or shared between values that are not alive at the
 * same time (docs/joint.md, 6). */
typedef enum tweed_alloc { TWEED_ALLOC_RING, TWEED_ALLOC_LIVE } tweed_alloc;

/* Warp groups (docs/joint.md). Invariant in a machine: sizes has at least one element and rises. */
typedef struct tweed_warps {
  bool present;         /* set by tweed_machine_set_warps */
  int32_t groups;       /* at most so many, >= 1 */
  int32_t nsizes;       /* 0 on input = groups of one warp only */
  const int32_t *sizes; /* warps that a group may have, rising */
  int32_t total;        /* warps of all groups together, 0 = no limit */
  int32_t registers;    /* per thread, 0 = no limit */
  int32_t staging;      /* memory that values cross groups in, -1 = the first; -1 in a machine without memories */
  int32_t handoff_fixed, handoff_per_kb; /* cycles to hand over a value in registers */
  int32_t handoff_async;                 /* what is in memory already: a barrier only */
} tweed_warps;

/* One streaming multiprocessor, of machines whose classes are instructions of one warp: what limits the blocks that are
 * resident at a time. Registers are those of 32 bits. Invariant in a machine: all but shared_reserved are >= 1. */
typedef struct tweed_sm {
  bool present;                 /* set by tweed_machine_set_sm */
  int32_t partitions;           /* sub-partitions: a warp lives in one and has a share of each unit of that count */
  int32_t registers;            /* of the SM */
  int32_t registers_thread;     /* at most */
  int32_t register_unit;        /* a warp gets a multiple of so many */
  int32_t threads, blocks;      /* resident at most */
  int32_t threads_block;        /* at most */
  int64_t shared, shared_block; /* bytes of the SM; at most for one block, what it asks for at launch included */
  int64_t shared_static;        /* at most that is not asked for at launch */
  int64_t shared_reserved;      /* that each block takes besides its own */
  int64_t shared_unit;          /* a block gets a multiple of so many */
} tweed_sm;

TWEED_API tweed_status tweed_machine_new(const char *name, TWEED_GIVE tweed_machine **out, tweed_error *error);
/* count 0 = unlimited. On success *index (may be NULL) is the unit's number. */
TWEED_API tweed_status tweed_machine_add_unit(TWEED_KEEP tweed_machine *m, const char *name, int32_t count,
                                              int32_t *index, tweed_error *error);
/* Ops started per cycle over all units; 0 = no limit. */
TWEED_API tweed_status tweed_machine_set_issue(TWEED_KEEP tweed_machine *m, int32_t ops_per_cycle, tweed_error *error);
/* Instructions that the hardware looks ahead by itself (reorder buffer); 0 = in order. */
TWEED_API tweed_status tweed_machine_set_window(TWEED_KEEP tweed_machine *m, int32_t instructions, tweed_error *error);
/* A register file that results of classes may live in. */
TWEED_API tweed_status tweed_machine_add_registers(TWEED_KEEP tweed_machine *m, const char *file, int32_t count,
                                                   int32_t *index, tweed_error *error);
/* A class of operations: cycles until its result may be used, and how many issue slots it takes (1 for an ordinary one,
 * 0 for one that costs nothing). file: register file of its result, or -1. */
TWEED_API tweed_status tweed_machine_add_class(TWEED_KEEP tweed_machine *m, const char *name, int32_t latency,
                                               int32_t issue, int32_t file, int32_t *index, tweed_error *error);
/* The class holds held[c] of the unit's count in cycle c after its start, 0 <= c < cycles (copied). */
TWEED_API tweed_status tweed_machine_add_use(TWEED_KEEP tweed_machine *m, int32_t class_index, int32_t unit,
                                             int32_t cycles, const int32_t *held, tweed_error *error);
/* async: its completion is waited for explicitly, it holds its warp group for its issue only. variable: its latency
 * varies (docs/joint.md, 2). */
TWEED_API tweed_status tweed_machine_set_flags(TWEED_KEEP tweed_machine *m, int32_t class_index, bool async,
                                               bool variable, tweed_error *error);
/* hold: cycles for which an op occupies its warp group, 0 = default (1 for an async class, else its longest
 * reservation). warps: least size of its group, 0 = 1. */
TWEED_API tweed_status tweed_machine_set_group(TWEED_KEEP tweed_machine *m, int32_t class_index, int32_t hold,
                                               int32_t warps, tweed_error *error);
TWEED_API tweed_status tweed_machine_add_memory(TWEED_KEEP tweed_machine *m, const char *name, int64_t bytes,
                                                tweed_alloc alloc, int32_t *index, tweed_error *error);
/* Makes it a machine with warp groups; the sizes are copied. */
TWEED_API tweed_status tweed_machine_set_warps(TWEED_KEEP tweed_machine *m, const tweed_warps *warps,
                                               tweed_error *error);
/* Makes it an SM. */
TWEED_API tweed_status tweed_machine_set_sm(TWEED_KEEP tweed_machine *m, const tweed_sm *sm, tweed_error *error);
/* An entry of `match:` (see tweed_machine_match), after those that are there; type NULL = any. */
TWEED_API tweed_status tweed_machine_add_match(TWEED_KEEP tweed_machine *m, const char *llvm, const char *type,
                                               int32_t class_index, tweed_error *error);
/* Checks the whole and freezes it. */
TWEED_API tweed_status tweed_machine_finish(TWEED_KEEP tweed_machine *m, tweed_error *error);
/* Reads YAML or JSON; FILE may be gzipped. */
TWEED_API tweed_status tweed_machine_read(const char *path, TWEED_GIVE tweed_machine **out, tweed_error *error);
/* A shipped machine by name, compiled into the library ("generic", "cortex-a55", …). TWEED_BAD_INPUT lists the names.
 */
TWEED_API tweed_status tweed_machine_shipped(const char *name, TWEED_GIVE tweed_machine **out, tweed_error *error);
/* Name and YAML text of the i-th shipped machine, NULL past the end; *text may be NULL. */
TWEED_API const char *tweed_machine_shipped_name(size_t i, const char **text);
/* The shipped machine whose `cpus:` patterns match an LLVM target triple and CPU name, else "generic". Never NULL. */
TWEED_API const char *tweed_machine_for_cpu(const char *triple, const char *cpu);
TWEED_API TWEED_GIVE tweed_machine *tweed_machine_retain(TWEED_KEEP tweed_machine *m);
TWEED_API void tweed_machine_free(TWEED_TAKE tweed_machine *m);
TWEED_API const char *tweed_machine_name(TWEED_KEEP const tweed_machine *m);
TWEED_API int32_t tweed_machine_window(TWEED_KEEP const tweed_machine *m);
TWEED_API int32_t tweed_machine_class(TWEED_KEEP const tweed_machine *m, const char *name); /* index or -1 */
TWEED_API int32_t tweed_machine_unit(TWEED_KEEP const tweed_machine *m, const char *name);
TWEED_API int32_t tweed_machine_memory(TWEED_KEEP const tweed_machine *m, const char *name);
/* The machine's SM, or NULL. */
TWEED_API TWEED_KEEP const tweed_sm *tweed_machine_sm(TWEED_KEEP const tweed_machine *m);
/* The i-th unit's name, NULL past the end; *count (may be NULL): how many there are, 0 = unlimited. The issue slots are
 * the unit "issue". */
TWEED_API const char *tweed_machine_unit_name(TWEED_KEEP const tweed_machine *m, int32_t i, int32_t *count);
/* The i-th class's name, NULL past the end; *latency may be NULL. */
TWEED_API const char *tweed_machine_class_name(TWEED_KEEP const tweed_machine *m, int32_t i, int32_t *latency);
/* Unit-cycles that one op of the class takes: n of them keep the unit busy for n * work / count cycles. */
TWEED_API int64_t tweed_machine_class_work(TWEED_KEEP const tweed_machine *m, int32_t class_index, int32_t unit);
/* The class of an IR operation: the first `match:` entry whose anchored regular expressions (POSIX extended) fit the
 * opcode text (docs/formats.md lists the texts) and the type; -1 if none does. */
TWEED_API int32_t tweed_machine_match(TWEED_KEEP const tweed_machine *m, const char *opcode, const char *type);

/* ---- problems ------------------------------------------------------------------------------------------------------
 */

typedef enum tweed_dep_kind {
  TWEED_DEP_FLOW = 0, /* a value: the only kind that occupies registers */
  TWEED_DEP_ANTI,
  TWEED_DEP_OUTPUT,
  TWEED_DEP_MEMORY,
  TWEED_DEP_CONTROL,
  TWEED_DEP_ASYNC,
} tweed_dep_kind;

/* A dependence: start[to] >= start[from] + latency - distance * II. */
typedef struct tweed_dep {
  int32_t from, to;
  int32_t latency;  /* >= 0 */
  int32_t distance; /* iterations, >= 0 */
  tweed_dep_kind kind;
  bool blocking; /* the consumer's group waits for it (warp specialization) */
  int64_t bytes; /* size of what is handed over, 0 = unknown */
} tweed_dep;

typedef struct tweed_objective {
  double resource, communication, memory; /* weights on input, values on output */
} tweed_objective;

TWEED_API tweed_status tweed_problem_new(const char *name, TWEED_KEEP tweed_machine *machine /* retained */,
                                         TWEED_GIVE tweed_problem **out, tweed_error *error);
/* regs: registers that the result occupies while it is live; -1 = default (1 if any flow dependence leaves the op, else
 * 0). */
TWEED_API tweed_status tweed_problem_add_op(TWEED_KEEP tweed_problem *p, const char *name, int32_t class_index,
                                            int32_t regs, int32_t *index, tweed_error *error);
TWEED_API tweed_status tweed_problem_set_amount(TWEED_KEEP tweed_problem *p, int32_t op, int32_t amount,
                                                tweed_error *error);
/* Bytes of a memory of the machine that the op's value occupies. */
TWEED_API tweed_status tweed_problem_set_bytes(TWEED_KEEP tweed_problem *p, int32_t op, int32_t memory, int64_t bytes,
                                               tweed_error *error);
/* Bytes of a memory that are taken all the time. */
TWEED_API tweed_status tweed_problem_set_reserved(TWEED_KEEP tweed_problem *p, int32_t memory, int64_t bytes,
                                                  tweed_error *error);
/* Makes it an acyclic problem: every op ends by then, and no dependence has a distance. */
TWEED_API tweed_status tweed_problem_set_length(TWEED_KEEP tweed_problem *p, int64_t length, tweed_error *error);
TWEED_API tweed_status tweed_problem_set_objective(TWEED_KEEP tweed_problem *p, const tweed_objective *weights,
                                                   tweed_error *error);
/* Where the op comes from (text such as "axpy.c:7:12"), for messages and pictures. */
TWEED_API tweed_status tweed_problem_set_where(TWEED_KEEP tweed_problem *p, int32_t op, const char *where,
                                               tweed_error *error);
/* dep->latency -1 = latency of the class of `from`. */
TWEED_API tweed_status tweed_problem_add_dep(TWEED_KEEP tweed_problem *p, const tweed_dep *dep, tweed_error *error);
/* Checks the whole (names unique, no cycle of distance 0, classes within the machine, …) and freezes it. */
TWEED_API tweed_status tweed_problem_finish(TWEED_KEEP tweed_problem *p, tweed_error *error);
/* Reads YAML, JSON or CIRCT's SSP text (*.ssp.mlir), gzipped or not. "-" reads standard input. */
TWEED_API tweed_status tweed_problem_read(const char *path, TWEED_GIVE tweed_problem **out, tweed_error *error);
/* The same from memory; `name` stands for the file in messages. */
TWEED_API tweed_status tweed_problem_parse(const char *text, size_t size, const char *name,
                                           TWEED_GIVE tweed_problem **out, tweed_error *error);
/* Writes YAML that tweed_problem_read reads back to an equal problem; the machine in line unless it is a shipped one.
 */
TWEED_API tweed_status tweed_problem_write(TWEED_KEEP const tweed_problem *p, FILE *file, tweed_error *error);
/* The same into a string, to be freed with free(). */
TWEED_API tweed_status tweed_problem_print(TWEED_KEEP const tweed_problem *p, TWEED_GIVE char **out,
                                           tweed_error *error);
TWEED_API void tweed_problem_free(TWEED_TAKE tweed_problem *p);
TWEED_API int32_t tweed_problem_ops(TWEED_KEEP const tweed_problem *p);
TWEED_API int32_t tweed_problem_deps(TWEED_KEEP const tweed_problem *p);
TWEED_API const char *tweed_problem_name(TWEED_KEEP const tweed_problem *p);
/* The op of that name, or -1. */
TWEED_API int32_t tweed_problem_op(TWEED_KEEP const tweed_problem *p, const char *name);
TWEED_API const char *tweed_problem_op_name(TWEED_KEEP const tweed_problem *p, int32_t op);
TWEED_API const tweed_dep *tweed_problem_dep(TWEED_KEEP const tweed_problem *p, int32_t dep);
TWEED_API TWEED_KEEP tweed_machine *tweed_problem_machine(TWEED_KEEP const tweed_problem *p);

/* The kernel library: problems of GPU kernels ("fmha-fwd-hopper", …; docs/kernels.md). TWEED_BAD_INPUT lists the names.
 */
TWEED_API tweed_status tweed_kernel(const char *name, TWEED_GIVE tweed_problem **out, tweed_error *error);
/* Name and YAML text of the i-th kernel, NULL past the end; *text may be NULL. */
TWEED_API const char *tweed_kernel_name(size_t i, const char **text);

/* A random problem with a known MII: a circuit of `ops_on_circuit` ops is planted, then only edges and resource uses
 * that keep MII are added. The same options give the same problem everywhere. */
typedef struct tweed_random_options {
  int32_t ops; /* >= 1 */
  int32_t mii; /* >= 1 */
  int32_t
      circuit; /* ops on the planted circuit, 1 <= circuit <= ops; 0 = no recurrence: the bound is planted as ResMII */
  int32_t distance;  /* of the planted circuit, >= 1 */
  double edges;      /* dependences per op */
  int32_t occupancy; /* longest reservation in cycles, 1 = all units fully pipelined */
  uint64_t seed;
} tweed_random_options;
TWEED_API void tweed_random_options_default(tweed_random_options *options);
TWEED_API tweed_status tweed_problem_random(const tweed_random_options *options, TWEED_GIVE tweed_problem **out,
                                            tweed_error *error);

/* ---- schedules -----------------------------------------------------------------------------------------------------
 */

typedef enum tweed_answer {
  TWEED_ANSWER_OPTIMAL,
  TWEED_ANSWER_FEASIBLE,
  TWEED_ANSWER_INFEASIBLE,
  TWEED_ANSWER_UNKNOWN
} tweed_answer;
typedef enum tweed_proof {
  TWEED_PROOF_NONE,
  TWEED_PROOF_MII,
  TWEED_PROOF_SAT,
  TWEED_PROOF_ILP,
  TWEED_PROOF_SMT
} tweed_proof;

/* A schedule with every start 0 and every role 0, ii as given (0 for an acyclic problem). */
TWEED_API tweed_status tweed_schedule_new(TWEED_KEEP const tweed_problem *p, int32_t ii,
                                          TWEED_GIVE tweed_schedule **out, tweed_error *error);
/* Reads the JSON that tweed_schedule_write writes, against its problem. */
TWEED_API tweed_status tweed_schedule_read(TWEED_KEEP const tweed_problem *p, const char *path,
                                           TWEED_GIVE tweed_schedule **out, tweed_error *error);
TWEED_API tweed_status tweed_schedule_parse(TWEED_KEEP const tweed_problem *p, const char *text, size_t size,
                                            const char *name, TWEED_GIVE tweed_schedule **out, tweed_error *error);
TWEED_API tweed_status tweed_schedule_write(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                            FILE *file, tweed_error *error);
TWEED_API void tweed_schedule_free(TWEED_TAKE tweed_schedule *s);
TWEED_API int32_t tweed_schedule_ii(TWEED_KEEP const tweed_schedule *s);
TWEED_API int32_t tweed_schedule_mii(TWEED_KEEP const tweed_schedule *s);
TWEED_API int32_t tweed_schedule_lower_bound(TWEED_KEEP const tweed_schedule *s);
TWEED_API tweed_proof tweed_schedule_proof(TWEED_KEEP const tweed_schedule *s);
/* Proved: no schedule at this II is shorter than that; 0 = not known. */
TWEED_API int64_t tweed_schedule_length_bound(TWEED_KEEP const tweed_schedule *s);
/* The i-th line on why there is no schedule ("II=3 needs: unit TC (4 of 3 cycles)"), NULL past the end. */
TWEED_API const char *tweed_schedule_why(TWEED_KEEP const tweed_schedule *s, int32_t i);
/* The i-th step of the search for a joint schedule: "ii", "length", "groups", "handoffs", "rings", in the order of the
 * objectives; the value reached, a proved lower bound on it given the ones before, and seconds. False past the end.
 * Pointers may be NULL. */
TWEED_API bool tweed_schedule_phase(TWEED_KEEP const tweed_schedule *s, int32_t i, const char **name, int64_t *value,
                                    int64_t *bound, double *seconds);
/* The i-th line on what went wrong on the way to this answer: solvers that failed or gave up; NULL past the end. */
TWEED_API const char *tweed_schedule_note(TWEED_KEEP const tweed_schedule *s, int32_t i);
/* The op's warp group in a joint schedule, else 0. */
TWEED_API int32_t tweed_schedule_role(TWEED_KEEP const tweed_schedule *s, int32_t op);
TWEED_API void tweed_schedule_set_role(TWEED_KEEP tweed_schedule *s, int32_t op, int32_t role);
/* Roles are warp groups: the rules of docs/joint.md apply. */
TWEED_API bool tweed_schedule_joint(TWEED_KEEP const tweed_schedule *s);
/* Makes the schedule joint with the starts and roles that are set, and fills in its channels. TWEED_BAD_INPUT where the
 * machine has no warp groups, the schedule has no II, or a role is none. */
TWEED_API tweed_status tweed_schedule_set_joint(TWEED_KEEP const tweed_problem *p, TWEED_KEEP tweed_schedule *s,
                                                tweed_error *error);
/* The channels: i counts from 0; false past the end. Pointers may be NULL. */
TWEED_API bool tweed_schedule_channel(TWEED_KEEP const tweed_schedule *s, int32_t i, int32_t *from, int32_t *to,
                                      int32_t *depth, int64_t *bytes);
/* Roles in use, 1 + the largest. */
TWEED_API int32_t tweed_schedule_roles(TWEED_KEEP const tweed_schedule *s);
/* Of a joint schedule: warps and the most registers per thread of a role, and the most bytes of a memory that are taken
 * at a time, reserved ones and barriers among them. -1 where memory runs out, INT64_MAX for what is beyond all bounds.
 */
TWEED_API int32_t tweed_schedule_role_warps(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                            int32_t role);
TWEED_API int64_t tweed_schedule_role_registers(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                                int32_t role);
TWEED_API int64_t tweed_schedule_memory(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                        int32_t memory);
TWEED_API tweed_answer tweed_schedule_answer(TWEED_KEEP const tweed_schedule *s);
TWEED_API const char *tweed_schedule_solver(TWEED_KEEP const tweed_schedule *s);
TWEED_API const char *tweed_proof_name(tweed_proof proof);
TWEED_API const char *tweed_answer_name(tweed_answer answer);
TWEED_API int64_t tweed_schedule_start(TWEED_KEEP const tweed_schedule *s, int32_t op);
TWEED_API void tweed_schedule_set_start(TWEED_KEEP tweed_schedule *s, int32_t op, int64_t start);
TWEED_API int64_t tweed_schedule_length(TWEED_KEEP const tweed_problem *p,
                                        TWEED_KEEP const tweed_schedule *s); /* max start + latency */
/* What the schedule comes to in the three terms of an objective, unweighted. False, with zeroes, where nothing measured
 * it: tweed_solve does so for acyclic problems. */
TWEED_API bool tweed_schedule_objective(TWEED_KEEP const tweed_schedule *s, tweed_objective *out);
TWEED_API int32_t tweed_schedule_stages(TWEED_KEEP const tweed_schedule *s); /* 1 + largest stage */
/* Most registers of a file (index; -1 = all files together) that are live in any row of the steady state. A value is
 * live from its op's start until the last start of a flow consumer (plus distance * II). */
TWEED_API int64_t tweed_schedule_max_live(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                          int32_t file);

/* THE VERIFIER. TWEED_OK if every start is >= 0, every dependence holds, no unit and no issue slot is oversubscribed in
 * any row (modulo II) or step, the claimed bounds are consistent, and a joint schedule keeps the rules of
 * docs/joint.md; TWEED_ILLEGAL with the first broken rule named otherwise. */
TWEED_API tweed_status tweed_verify(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                    tweed_error *error);

/* ---- fronts --------------------------------------------------------------------------------------------------------
 *
 * Schedules of one problem none of which is at least as good as another in all three of: length, resource and memory
 * (the terms of an objective) of acyclic problems; II, length and registers that are live at most of modulo problems.
 */
typedef struct tweed_front tweed_front;

/* An empty front. It does not keep the problem. */
TWEED_API tweed_status tweed_front_new(TWEED_KEEP const tweed_problem *p, TWEED_GIVE tweed_front **out,
                                       tweed_error *error);
/* Takes a schedule of the problem, which replaces those that it is at least as good as; *kept (may be NULL) is false if
 * another one was as good. TWEED_ILLEGAL if the verifier rejects it; it is freed then, as after every failure. */
TWEED_API tweed_status tweed_front_offer(TWEED_KEEP tweed_front *f, TWEED_KEEP const tweed_problem *p,
                                         TWEED_TAKE tweed_schedule *s, bool *kept, tweed_error *error);
TWEED_API int32_t tweed_front_size(TWEED_KEEP const tweed_front *f);
/* The name of an axis, 0 to 2: "length", "resource", "memory", or "II", "length", "MaxLive"; NULL for others. */
TWEED_API const char *tweed_front_axis(TWEED_KEEP const tweed_front *f, int axis);
/* Of the i-th point, by rising value of the first axis, then the second: its value on an axis; its schedule, which
 * stays the front's. i and axis in range. */
TWEED_API double tweed_front_value(TWEED_KEEP const tweed_front *f, int32_t i, int axis);
TWEED_API TWEED_KEEP const tweed_schedule *tweed_front_schedule(TWEED_KEEP const tweed_front *f, int32_t i);
/* How often tweed_solve_front has solved the problem, of how often it meant to: less after a limit. Both 0 in a front
 * made by hand. planned may be NULL. */
TWEED_API int32_t tweed_front_solves(TWEED_KEEP const tweed_front *f, int32_t *planned);
TWEED_API void tweed_front_free(TWEED_TAKE tweed_front *f);

#ifdef __cplusplus
}
#endif
#endif
