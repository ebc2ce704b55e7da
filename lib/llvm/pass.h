/* pass.h: the one entry of lib/llvm for the doors in passes/: run a mode over the function of a bridge. */
#ifndef TWEED_LLVM_PASS_H
#define TWEED_LLVM_PASS_H

#include "llvm/bridge.h"
#include <tweed/llvm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a pass keeps from one function to the next: the machine that it read last, and which one the last target asked
 * for. Zeroed, it is empty. */
typedef struct tweed_pass_cache {
  char name[256];
  tweed_machine *machine;
  char target[256];   /* triple and CPU */
  const char *chosen; /* a shipped name */
} tweed_pass_cache;
void tweed_pass_cache_clear(tweed_pass_cache *cache);

/* Runs options->mode on every innermost loop of the bridge's function. Sets *changed if the IR was changed. */
tweed_status tweed_pass_run(tw_bridge *b, const tweed_llvm_options *options, tweed_pass_cache *cache, bool *changed,
                            tweed_error *error);

/* TWEED_BAD_INPUT lists the solvers that there are. NULL is "auto". */
tweed_status tweed_llvm_check_solver(const char *solver, tweed_error *error);

#ifdef __cplusplus
}
#endif
#endif
