/* preheader.h: preheaders for loops with barriers. Those of loops inside others are often folded away where all that
 * the inner loop needs is computed outside the outer one, as in persistent kernels. */
#ifndef TWEED_LLVM_NVPTX_PREHEADER_H
#define TWEED_LLVM_NVPTX_PREHEADER_H

#include "base/base.h"
#include "llvm/bridge.h"

/* Made, and empty. position: see tw_join_edge. */
typedef struct tw_new_preheader {
  LLVMBasicBlockRef block;
  size_t position;
} tw_new_preheader;

typedef struct tw_preheaders {
  tw_new_preheader *made;
  size_t n, room;
} tw_preheaders;
/* Gives one to each loop with a barrier that has none and is entered from one place. What the bridge has computed is
 * dead afterwards. False: out of memory. */
bool tw_preheaders_make(tw_bridge *b, tweed_arena *arena, tw_preheaders *out);
/* The function is as it was before they were made, if nothing else has changed it. */
void tw_preheaders_undo(tw_bridge *b, tw_preheaders *made);

#endif
