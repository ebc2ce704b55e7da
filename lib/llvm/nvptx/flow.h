/* flow.h: a function as numbered blocks and instructions, with what controls what: the ground that the rewriters of
 * GPU kernels stand on.
 *
 * Two questions are asked of it. Which values depend on something (the thread, the iteration): tw_flow_taint. What is
 * needed for something (a copy, a branch): tw_flow_slice. Both follow data and control (Ferrante, Ottenstein, Warren:
 * The program dependence graph, 1987; Weiser: Program slicing, 1984), neither looks into memory: a load is what its
 * caller says it is. Never changes the IR; dead after the function is changed. */
#ifndef TWEED_LLVM_NVPTX_FLOW_H
#define TWEED_LLVM_NVPTX_FLOW_H

#include "base/base.h"
#include "llvm/bridge.h"

/* Invariants: blocks are those that can be reached, in reverse post order, the entry first. Instructions of block b
 * have the numbers first[b] … first[b + 1] - 1, its terminator the last. Block b runs only if one of the branches that
 * end controllers[b][…] goes the right way; those that do not control it are passed whatever they decide. */
typedef struct tw_flow {
  tweed_arena *arena;
  tw_bridge *bridge;
  LLVMValueRef function;
  int32_t nblocks, ninsts;
  LLVMBasicBlockRef *blocks;
  int32_t *first;
  LLVMValueRef *insts;
  int32_t *block_of; /* of an instruction */
  int32_t *postdom;  /* the nearest block that is passed after this one in any case, -1 = only the end */
  int32_t *ncontrollers, **controllers;
  struct tw_flow_entry *map; /* hash of values and blocks */
} tw_flow;

/* NULL: out of memory. */
tw_flow *tw_flow_of(tw_bridge *b, tweed_arena *arena);
void tw_flow_free_map(tw_flow *f);
/* Number of an instruction, -1 for what is none or can't be reached. */
int32_t tw_flow_inst(const tw_flow *f, LLVMValueRef value);
int32_t tw_flow_block(const tw_flow *f, LLVMBasicBlockRef block);
/* The number of the block's terminator. */
int32_t tw_flow_end(const tw_flow *f, int32_t block);
/* "what, file:line:column" of an instruction; just what, where inst is negative or has no place. Returns buffer. */
const char *tw_flow_where(const tw_flow *f, int32_t inst, const char *what, char *buffer, size_t size);
/* What a phi is on the way from a block, NULL: that way doesn't lead to it. */
LLVMValueRef tw_flow_incoming(const tw_flow *f, LLVMValueRef phi, int32_t block);
/* Branch or switch with more than one way to go. */
bool tw_flow_decides(const tw_flow *f, int32_t inst);

/* `within` below: by block, those that are looked at; NULL means all. */

/* Marks every instruction that depends, by data or by control, on one that is marked already. Instructions outside
 * `within` are not touched. Conservative: a phi that is reached by ways between which a marked branch decides is
 * marked, and so is every phi that such a branch controls. The branch that ends block `passed` (-1 = none) decides
 * nothing in this: the latch of a loop, where one iteration is looked at. */
void tw_flow_taint(const tw_flow *f, const bool *within, int32_t passed, bool *marked);

/* How far a slice goes: true keeps an instruction out of it (it is an input). May be NULL. */
typedef bool (*tw_flow_stop)(void *user, int32_t inst);

/* Marks everything that the marked instructions need: operands, the branches that decide whether they run, and for a
 * phi the branches that decide between its ways. Only inside `within`. */
bool tw_flow_slice(const tw_flow *f, const bool *within, tw_flow_stop stop, void *user, bool *live);

#endif
