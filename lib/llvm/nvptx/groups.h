/* groups.h: an iteration of a tile loop as groups of instructions: the ops of its dependence graph.
 *
 * Instructions that do the same kind of thing, on the same shared object, between the same barriers, and that do not
 * wait for each other by way of another group, are one group. What is between two groups: the edge of the dependence
 * that comes last. Loops inside the iteration are a group each. Copies into a channel are a group with all that they
 * need, as they will be executed by the warps that copy: what they share with the rest is counted in both. */
#ifndef TWEED_LLVM_NVPTX_GROUPS_H
#define TWEED_LLVM_NVPTX_GROUPS_H

#include "llvm/nvptx/cost.h"
#include "llvm/nvptx/tile.h"

typedef enum tw_group_kind {
  TW_GROUP_COPY,     /* global to shared memory, of a channel */
  TW_GROUP_LOAD,     /* shared memory to registers */
  TW_GROUP_FETCH,    /* global memory to registers */
  TW_GROUP_TENSOR,   /* mma, wmma */
  TW_GROUP_FLOAT,    /* arithmetic of floats, comparison and conversion among them */
  TW_GROUP_SPECIAL,  /* exponentials and the like */
  TW_GROUP_EXCHANGE, /* between lanes */
  TW_GROUP_INTEGER,  /* all other arithmetic */
  TW_GROUP_WRITE,    /* registers to shared memory */
  TW_GROUP_STORE,    /* registers to global memory, atomics */
  TW_GROUP_LOOP,     /* a loop inside, whatever it does */
  TW_GROUP_BARRIER,  /* one that stays */
} tw_group_kind;

/* Costs are of one warp. A guess: how often a loop inside runs is not known, and taken as TW_GUESSED_TRIPS. */
enum { TW_GUESSED_TRIPS = 8, TW_UNKNOWN_THREADS = 256 };
typedef struct tw_group {
  tw_group_kind kind;
  int32_t segment, channel /* -1 = none */, phase;
  LLVMValueRef object; /* of loads and stores, NULL = none or not known */
  tw_loop *loop;       /* TW_GROUP_LOOP */
  int32_t first;       /* instruction */
  int32_t count;       /* of instructions that are executed */
  int64_t *work;       /* by unit: unit-cycles */
  int64_t alone;       /* cycles for which a warp that has its sub-partition for itself is busy */
  int64_t path;        /* longest chain of latencies in it */
  int32_t registers;   /* that its values take */
  bool guessed, async /* all by cp.async */;
} tw_group;

/* start[to] >= start[from] + latency - distance * II, in cycles of the SM with one block. */
typedef struct tw_link {
  int32_t from, to, distance;
  tweed_dep_kind kind;
  bool waits; /* for a copy */
  int64_t latency;
} tw_link;

/* Invariants: links of distance 0 lead to groups of higher phase. */
typedef struct tw_groups {
  tw_kernel *kernel;
  tw_tile *tile;
  const tw_costs *costs;
  int32_t threads, warps; /* of a block */
  int32_t ngroups, nlinks;
  tw_group *groups;
  tw_link *links;
  int32_t *of;  /* by instruction: its group, that of the copy for what fills a channel; -1 = none */
  int64_t path; /* longest chain of latencies through an iteration without its copies */
} tw_groups;

/* async: copies by cp.async where it can be done. apart: by other warps than those that compute. TWEED_BAD_INPUT: the
 * machine has no class for an instruction. */
tweed_status tw_groups_of(tw_kernel *k, tw_tile *t, const tw_costs *costs, bool async, bool apart, tw_groups **out,
                          tweed_error *error);

/* Cycles for which the group keeps the busiest of its units, of all warps of the block. */
int64_t tw_group_cycles(const tw_groups *g, int32_t group);
/* "copy.as.bs", "tensor", "load.as", …, made unique by a number; as text it fits in 96 bytes. */
const char *tw_group_name(const tw_groups *g, int32_t group, char *buffer, size_t size);

#endif
