/* body.h: a loop body as straight-line code, the form between the IR and the dependence graph.
 *
 * Extraction (body.c, predicate.c) reads the IR without changing it; memory.c adds the memory dependences; graph.c
 * turns the body into a problem; expand.c writes the pipelined loop from a body and a schedule. */
#ifndef TWEED_LLVM_BODY_H
#define TWEED_LLVM_BODY_H

#include "base/base.h"
#include "llvm/bridge.h"
#include "llvm/reason.h"
#include <tweed/llvm.h>

/* An operand: a value from outside the loop, an op of the same iteration, a header phi of the same iteration, or the
 * address of the scratch slot that conditional accesses use when their condition is false. */
typedef enum tw_ref_kind { TW_REF_VALUE, TW_REF_OP, TW_REF_PHI, TW_REF_SLOT } tw_ref_kind;
typedef struct tw_ref {
  tw_ref_kind kind;
  int32_t index;      /* of the op or phi */
  LLVMValueRef value; /* TW_REF_VALUE */
} tw_ref;

/* TW_OP_INSTRUCTION: a copy of `inst` with operand k replaced by refs[k]. TW_OP_SELECT: refs[0] ? refs[1] : refs[2], of
 * the type of refs[1]. TW_OP_NOT: refs[0] xor true. TW_OP_EQUAL: refs[0] == refs[1]. The last three come from
 * if-conversion. */
typedef enum tw_op_kind { TW_OP_INSTRUCTION, TW_OP_SELECT, TW_OP_NOT, TW_OP_EQUAL } tw_op_kind;

/* Invariants: refs name only ops of lower index (program order), so the body can be emitted in index order. `affine`:
 * an integer or pointer computed only from affine phis, affine ops and invariants; it has no place of its own in the
 * rewritten loop but is computed anew for whoever needs it. `access` >= 0 iff the op touches memory. */
typedef struct tw_op {
  tw_op_kind kind;
  LLVMValueRef inst; /* the original; for a select the phi that it replaces, or the guarded instruction */
  LLVMTypeRef type;  /* of the result; void for a store */
  int32_t nrefs;
  tw_ref *refs;
  bool conditional; /* executed speculatively: facts that hold only under its condition are dropped from the copy */
  bool live;        /* needed by a store, a live-out or a recurrence */
  bool affine;
  bool address;    /* affine, and used only in addresses, induction and the exit test */
  bool live_out;   /* used behind the loop */
  int32_t access;  /* index into accesses, or -1 */
  int32_t problem; /* index of the op in the problem, or -1 */
} tw_op;

/* A header phi. affine: {init,+,step}; step_value NULL: the constant `step`, else the invariant, negated if `negative`.
 */
typedef struct tw_phi {
  LLVMValueRef phi, init;
  tw_ref next;
  bool affine, negative, nsw, nuw, live_out;
  int64_t step;
  LLVMValueRef step_value;
} tw_phi;

/* A memory access in program order. pointer NULL: anything (a call). */
typedef struct tw_access {
  int32_t op;
  bool reads, writes;
  LLVMValueRef pointer;
  uint64_t size;
  bool affine; /* with the constant `step` */
  int64_t step;
  uint64_t step_id; /* not 0: affine with a step that is not constant; equal for equal steps */
  uint64_t base;    /* id of the pointer's base, 0 = none */
  int32_t group;    /* accesses at constant distances of each other, for runtime checks; -1 = none */
} tw_access;

/* A memory dependence between accesses: `to`, `distance` iterations later, must stay behind `from`. */
typedef struct tw_memdep {
  int32_t from, to, distance;
  tweed_dep_kind kind; /* MEMORY (store -> load), ANTI (load -> store), OUTPUT */
} tw_memdep;

/* Accesses at constant distances from the pointer of access `leader`: together they touch the bytes [low, high) from
 * it. */
typedef struct tw_group {
  int32_t leader;
  int64_t low, high;
} tw_group;

/* Two groups of accesses that are taken to be disjoint because a check before the loop makes sure. a == b: accesses of
 * the group in different iterations, since the step, which is not constant, is at least the group's extent. */
typedef struct tw_check {
  int32_t a, b; /* groups */
} tw_check;

typedef struct tw_body {
  tweed_arena *arena;
  tw_bridge *bridge;
  tw_loop *loop;
  LLVMBasicBlockRef header, latch;
  tw_trips trips;
  tw_hints hints;
  int32_t nops, nphis, naccesses, nmemdeps, nchecks, ngroups;
  tw_op *ops;
  tw_phi *phis;
  tw_access *accesses;
  tw_memdep *memdeps;
  tw_check *checks;
  tw_group *groups;
  bool needs_slot;
  int32_t instructions; /* of the loop, with its control */
  uint64_t slot_size;
  size_t cap_ops, cap_phis, cap_accesses, cap_memdeps, cap_checks, cap_groups;
  struct tw_value_map *map; /* loop instruction -> ref, while extracting and expanding */
  char detail[160];         /* of a refusal: what and where */
} tw_body;

/* Reads the loop. TW_REASON_NONE: *out is its body, owned by the arena. Never changes the IR. TW_REASON_INTERNAL out of
 * memory. */
tw_reason tw_body_extract(tw_bridge *b, tw_loop *l, tweed_arena *arena, tw_body **out, char *detail,
                          size_t detail_size);
void tw_body_free_map(tw_body *body);

/* The ref of a value as an operand in the loop. */
tw_ref tw_body_ref(const tw_body *body, LLVMValueRef value);
/* Adds an op and returns its index, -1 if out of memory. */
int32_t tw_body_add(tw_body *body, tw_op_kind kind, LLVMValueRef inst, LLVMTypeRef type, int32_t nrefs,
                    const tw_ref *refs);
bool tw_body_bind(tw_body *body, LLVMValueRef value, tw_ref ref);

/* predicate.c: conditions of blocks. */
typedef struct tw_predicates tw_predicates;
tw_predicates *tw_predicates_new(tw_body *body, size_t nblocks, const LLVMBasicBlockRef *blocks);
/* Computes the condition of block i from its predecessors (all before it in order); false: control flow it can't
 * express. */
bool tw_predicates_enter(tw_predicates *p, size_t i);
bool tw_predicates_always(const tw_predicates *p, size_t i);
/* Adds ops that compute the condition of block i and returns it as a ref; the block must not be always executed. */
bool tw_predicates_condition(tw_predicates *p, size_t i, tw_ref *out);
/* Adds selects for the phi of block i and returns the merged value. */
bool tw_predicates_merge(tw_predicates *p, size_t i, LLVMValueRef phi, tw_ref *out);

/* memory.c: fills accesses, memdeps, checks, groups. False: out of memory. */
bool tw_body_memory(tw_body *body);

#endif
