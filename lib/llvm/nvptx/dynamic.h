/* dynamic.h: dynamic shared memory of which the size is known, as an ordinary shared variable for a while. */
#ifndef TWEED_LLVM_NVPTX_DYNAMIC_H
#define TWEED_LLVM_NVPTX_DYNAMIC_H

#include "llvm/bridge.h"

/* used: the function has dynamic memory. variable: the external array without a size; NULL: there is none, or several,
 * which lie in one place. stand_in: a variable of the launch's size, in its place in the whole module; NULL: nothing
 * was done. */
typedef struct tw_dynamic {
  bool used;
  LLVMValueRef variable, stand_in;
  int64_t bytes;
} tw_dynamic;

/* bytes: of the launches; 0 = not known, then nothing is put anywhere. What the bridge has computed is dead afterwards,
 * here and below. */
void tw_dynamic_begin(tw_bridge *b, int64_t bytes, tw_dynamic *out);
/* The variable is where it was, but for what a rewrite has put in its place. */
void tw_dynamic_end(tw_bridge *b, tw_dynamic *d);

#endif
