/* bridge.h: what lib/llvm needs of LLVM and no C API gives: loops, scalar evolution, aliasing, remarks, cloning with
 * debug info.
 *
 * Implemented in C++ by passes/llvm/bridge.cpp, and in nothing else of C++. A tw_bridge stands for one function and the
 * analyses of it. Unless a comment says "changes the IR", a function only asks. tw_invalidate must follow any change
 * before the next question. All handles die with the bridge or with tw_invalidate. */
#ifndef TWEED_LLVM_BRIDGE_H
#define TWEED_LLVM_BRIDGE_H

#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tw_bridge tw_bridge;
typedef struct tw_loop tw_loop; /* an llvm::Loop */

LLVMValueRef tw_function(tw_bridge *b);
const char *tw_triple(tw_bridge *b);
const char *tw_cpu(tw_bridge *b); /* function attribute target-cpu, or "" */
bool tw_function_has_attribute(
    tw_bridge *b, const char *name); /* enum attributes: optnone, minsize, optsize, naked, presplitcoroutine */

/* ---- loops ---- */
size_t tw_innermost_loops(tw_bridge *b, tw_loop **out,
                          size_t capacity);                        /* in program order; returns how many there are */
size_t tw_all_loops(tw_bridge *b, tw_loop **out, size_t capacity); /* the same, outer ones before those inside */
tw_loop *tw_parent_loop(tw_loop *l);                               /* NULL: it is in none */
tw_loop *tw_loop_of(tw_bridge *b, LLVMBasicBlockRef block);        /* the innermost one around it, or NULL */
LLVMBasicBlockRef tw_header(tw_loop *l);
LLVMBasicBlockRef tw_latch(tw_loop *l);     /* the only one, or NULL */
LLVMBasicBlockRef tw_preheader(tw_loop *l); /* or NULL */
LLVMBasicBlockRef tw_exiting(tw_loop *l);   /* the only one, or NULL */
LLVMBasicBlockRef tw_exit(tw_loop *l);      /* the only exit block, or NULL */
size_t tw_blocks(tw_bridge *b, tw_loop *l, LLVMBasicBlockRef *out,
                 size_t capacity); /* reverse post order, header first */
size_t tw_reachable_blocks(tw_bridge *b, LLVMBasicBlockRef *out, size_t capacity); /* the same, of the function */
/* The nearest block that every way from this one to the end of the function passes, NULL = none. */
LLVMBasicBlockRef tw_post_dominator(tw_bridge *b, LLVMBasicBlockRef block);
bool tw_dominates(tw_bridge *b, LLVMBasicBlockRef above, LLVMBasicBlockRef below); /* every block dominates itself */
bool tw_in_loop(tw_loop *l, LLVMValueRef instruction);
bool tw_block_in_loop(tw_loop *l, LLVMBasicBlockRef block);
const char *tw_loop_name(tw_bridge *b, tw_loop *l, char *buffer,
                         size_t size); /* "function:header" or, with debug info, "function:line" */

typedef struct tw_hints {
  bool disabled; /* llvm.loop.pipeline.disable */
  int32_t ii;    /* llvm.loop.pipeline.initiationinterval, 0 = none */
  bool done;     /* tweed.done: made by Tweed, not to be touched again */
} tw_hints;
tw_hints tw_loop_hints(tw_loop *l);

/* ---- trip counts ---- */
typedef struct tw_trips {
  bool known; /* the backedge-taken count is computable and may be expanded in the preheader */
  bool constant;
  uint64_t backedges;     /* if constant */
  uint64_t max_backedges; /* constant bound, UINT64_MAX = none known */
} tw_trips;
tw_trips tw_trip_count(tw_bridge *b, tw_loop *l);
/* Changes the IR: computes the backedge-taken count before `where` (in the preheader) as i64 (zero extended). */
LLVMValueRef tw_expand_backedges(tw_bridge *b, tw_loop *l, LLVMValueRef where);

/* ---- scalar evolution ---- */
bool tw_invariant(tw_bridge *b, tw_loop *l, LLVMValueRef v); /* not defined in the loop */
/* v is {start,+,step}<loop> with constant step (bytes for pointers, as the type's own integer otherwise; sign
 * extended). */
bool tw_affine(tw_bridge *b, tw_loop *l, LLVMValueRef v, int64_t *step);
/* v is {start,+,step}<loop> with any loop-invariant step. */
bool tw_affine_any(tw_bridge *b, tw_loop *l, LLVMValueRef v);
/* An opaque number: not 0 iff the pointer is {start,+,step}<loop> with a step that is invariant but not constant; equal
 * for two pointers iff their steps are the same. */
uint64_t tw_step_id(tw_bridge *b, tw_loop *l, LLVMValueRef pointer);
/* Both pointers are invariant or affine with equal steps, and start(q) - start(p) is this constant number of bytes. */
bool tw_start_difference(tw_bridge *b, tw_loop *l, LLVMValueRef p, LLVMValueRef q, int64_t *bytes);
/* An opaque number: equal for two pointers iff their scalar evolutions have the same base (tw_pointer_base). 0 = no
 * usable base. */
uint64_t tw_pointer_base_id(tw_bridge *b, tw_loop *l, LLVMValueRef pointer);

/* ---- memory ---- */
/* Size in bytes of what an access of this type may touch. */
uint64_t tw_store_size(tw_bridge *b, LLVMTypeRef type);
/* The two pointers, in ANY two iterations of the loop, are derived from different objects: distinct identified objects,
 * noalias arguments, allocas that are not captured, globals …; alias scopes are ignored (research: they hold within one
 * iteration only). Both bases must be loop invariant for a true answer. */
bool tw_disjoint_objects(tw_bridge *b, tw_loop *l, LLVMValueRef p, LLVMValueRef q);
/* The accesses of the two instructions have types that never share memory (type-based alias metadata, which holds for
 * any two moments, other than alias scopes). */
bool tw_disjoint_types(tw_bridge *b, LLVMValueRef x, LLVMValueRef y);
/* The range [low, high) that the access covers over all iterations can be computed in the preheader (affine or
 * invariant address, expandable). */
bool tw_range_computable(tw_bridge *b, tw_loop *l, LLVMValueRef pointer);
/* Changes the IR: computes that range before `where` as two i64 (or pointer-sized) integers; size = bytes per access.
 * The caller has already made sure that backedges < 2^40 on this path. *ok (i1) is true iff low <= high without wrap
 * and, where the step is not constant, it and the backedges are small enough for that to be known.
 */
void tw_expand_range(tw_bridge *b, tw_loop *l, LLVMValueRef pointer, uint64_t size, LLVMValueRef where,
                     LLVMValueRef *low, LLVMValueRef *high, LLVMValueRef *ok);
/* Changes the IR: computes before `where` whether the step of such a pointer with a step that is not constant is at
 * least `span` bytes, up or down (i1). */
LLVMValueRef tw_expand_step_check(tw_bridge *b, tw_loop *l, LLVMValueRef pointer, uint64_t span, LLVMValueRef where);
/* The access can't trap wherever in the function it is executed before `context` (known dereferenceable and aligned).
 */
bool tw_dereferenceable(tw_bridge *b, LLVMValueRef load, LLVMValueRef context);
/* The memory that a pointer points to can't be written in the loop or at all (constant global, readonly noalias
 * argument). */
bool tw_constant_memory(tw_bridge *b, LLVMValueRef pointer);

/* ---- instructions ---- */
typedef struct tw_effects {
  bool reads, writes;     /* memory */
  bool volatile_, atomic; /* volatile or atomic (stronger than unordered included, unordered too) */
  bool convergent;
  bool may_throw, may_not_return;
  bool speculatable;    /* no trap and no effect wherever it runs, operands free of poison concerns aside */
  bool argument_memory; /* only memory pointed to by arguments */
  bool inline_asm;
  bool no_duplicate;
} tw_effects;
tw_effects tw_effects_of(tw_bridge *b, LLVMValueRef instruction);
/* Intrinsic's base name without type suffixes ("llvm.fmuladd"), or the callee's name, or "" for an indirect call. */
const char *tw_callee_name(LLVMValueRef call, char *buffer, size_t size);
bool tw_is_assume_like(LLVMValueRef call); /* llvm.assume, llvm.lifetime.*, llvm.experimental.noalias.scope.decl, pseudo
                                              probes: may be dropped in copies */
const char *tw_type_text(LLVMTypeRef type, char *buffer, size_t size);
/* "file.c:7:12" or "". */
const char *tw_location(LLVMValueRef instruction, char *buffer, size_t size);

/* ---- changing the IR ---- */
/* Makes sure of a preheader, dedicated exits and LCSSA form. False if the loop can't be brought into that form;
 * analyses stay valid. */
bool tw_canonicalize(tw_bridge *b, tw_loop *l);
/* Splits a block before its terminator and returns the new second half; phis of the successors follow. */
LLVMBasicBlockRef tw_split_before_terminator(tw_bridge *b, LLVMBasicBlockRef block);
/* A copy with flags, metadata and debug location, without name or place; drop_facts: without the metadata and flags
 * that would be undefined behaviour or poison in an iteration that did not execute it (range, nonnull, noundef, nsw …).
 */
LLVMValueRef tw_clone(LLVMValueRef instruction, bool drop_facts);
/* After `copy` of `original` was inserted: copies the debug records (dbg.value) attached before `original`, with
 * operands mapped by `map` (NULL result: the location is killed). */
void tw_clone_debug(LLVMValueRef original, LLVMValueRef copy, LLVMValueRef (*map)(void *user, LLVMValueRef value),
                    void *user);
/* Removes the metadata that holds within one iteration only: !alias.scope, !noalias, !llvm.access.group, parallel
 * accesses. */
void tw_drop_iteration_scopes(LLVMValueRef instruction);
/* Sets loop metadata on a latch branch: a distinct id that keeps what `original` (a latch branch, may be NULL) has
 * (mustprogress, source range) and adds tweed.done, llvm.loop.pipeline.disable, llvm.loop.unroll.disable,
 * llvm.loop.vectorize.enable=false. */
void tw_mark_loop(LLVMValueRef latch_branch, LLVMValueRef original);
/* Branch weights on a conditional branch. */
void tw_set_weights(LLVMValueRef branch, uint32_t if_true, uint32_t if_false);
/* Splits a block before an instruction that is no phi; it and all behind it are in the new block, which is returned. */
LLVMBasicBlockRef tw_split_before(tw_bridge *b, LLVMValueRef instruction);
/* A new block on the way from a terminator to one of its successors, to which no other way of it leads. */
LLVMBasicBlockRef tw_split_edge(LLVMValueRef terminator, LLVMBasicBlockRef to);
/* What a constant expression computes as an instruction, in no block yet. */
LLVMValueRef tw_constant_as_instruction(LLVMValueRef constant);
/* Which of the block's uses is the user's first one. The order of uses is that of predecessors. */
size_t tw_use_position(LLVMBasicBlockRef block, LLVMValueRef user);
/* Takes away the block that tw_split_edge made; position: what tw_use_position said before of its successor and the
 * terminator. */
void tw_join_edge(LLVMBasicBlockRef block, size_t position);
void tw_remove_unreachable(tw_bridge *b); /* blocks */
/* Lets a constant take a global's place in one function, inside other constants too. */
void tw_replace_in(LLVMValueRef function, LLVMValueRef global, LLVMValueRef with);
/* Sets an integer entry of the kernel in nvvm.annotations. */
void tw_set_annotation(LLVMValueRef function, const char *key, int64_t value);
/* Stack slots that are only loaded and stored become values with phis. */
void tw_promote(tw_bridge *b, LLVMValueRef *allocas, size_t n);
/* Dominators, loops and scalar evolution are computed anew at the next question. */
void tw_invalidate(tw_bridge *b);

/* ---- remarks ---- */
typedef enum tw_remark { TW_REMARK_PASSED, TW_REMARK_MISSED, TW_REMARK_ANALYSIS } tw_remark;
typedef struct tw_argument {
  const char *key;
  const char *text;
} tw_argument; /* key NULL: plain text */
/* Pass name "tweed". The remark's message is the arguments' texts in a row. */
void tw_emit_remark(tw_bridge *b, tw_loop *l, tw_remark kind, const char *name, const tw_argument *arguments, size_t n);

#ifdef __cplusplus
}
#endif
#endif
