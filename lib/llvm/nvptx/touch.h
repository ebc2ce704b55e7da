/* touch.h: what an instruction of a GPU kernel does to memory and to other threads. */
#ifndef TWEED_LLVM_NVPTX_TOUCH_H
#define TWEED_LLVM_NVPTX_TOUCH_H

#include "llvm/nvptx/flow.h"

typedef enum tw_space {
  TW_SPACE_NONE,   /* of a number that has to do with no address */
  TW_SPACE_GLOBAL, /* kernels' pointer arguments point there */
  TW_SPACE_SHARED,
  TW_SPACE_PRIVATE, /* the thread's own: stack, parameters */
  TW_SPACE_ANY      /* not known */
} tw_space;

/* What an address points into. object: an argument, a global variable, an alloca; NULL where it is not known, or where
 * it may be one of several. */
typedef struct tw_origin {
  tw_space space;
  LLVMValueRef object;
} tw_origin;
tw_origin tw_origin_of(LLVMValueRef address);
/* Memory with these origins never overlaps, at whatever times it is accessed. A pointer argument is told from another
 * one only by noalias (`__restrict__`). */
bool tw_origins_apart(tw_origin a, tw_origin b);

typedef enum tw_act {
  TW_ACT_NONE,    /* computes, branches, or is nothing */
  TW_ACT_ACCESS,  /* memory, by `touches` */
  TW_ACT_BARRIER, /* __syncthreads() */
  TW_ACT_WARP,    /* values of other lanes, or work of a whole warp, but no memory: shfl, mma */
  TW_ACT_ASYNC,   /* asynchronous copies and their waits: pipelined by hand */
  TW_ACT_OTHER    /* anything else, such as a call, a fence, a named barrier */
} tw_act;

/* An access. operand: which of the instruction's is the address. bytes: of one thread; 0 = not known. */
typedef struct tw_touch {
  bool reads, writes, ordered /* atomic or volatile */;
  unsigned operand, align;
  uint64_t bytes;
  tw_origin origin;
} tw_touch;

enum { TW_MAX_TOUCHES = 2 };
/* touches: TW_MAX_TOUCHES of them; *count is 0 but for TW_ACT_ACCESS. */
tw_act tw_act_of(tw_bridge *b, LLVMValueRef inst, tw_touch *touches, int32_t *count);

/* Which of the special registers a call reads: "tid.x", "ntid.x", "ctaid.y", …, or NULL. */
const char *tw_register_of(LLVMValueRef inst, char *buffer, size_t size);

/* The value may differ from block to block of the grid: it is computed from a block's number, or from memory. */
bool tw_differs_by_block(LLVMValueRef value);

/* Inline PTX with this text in it. */
bool tw_ptx_names(LLVMValueRef inst, const char *text);

/* The first instruction of inline PTX, without braces and declarations, up to the first space; "" for what is none. */
const char *tw_ptx_mnemonic(LLVMValueRef call, char *buffer, size_t size);

#endif
