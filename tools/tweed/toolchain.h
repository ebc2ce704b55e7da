/* toolchain.h: running LLVM's tools, in a temporary folder that goes away. Private to tools/tweed. */
#ifndef TWEED_TOOLS_TOOLCHAIN_H
#define TWEED_TOOLS_TOOLCHAIN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct toolchain {
  char folder[256]; /* temporary */
  char opt[1024], clang[1024], plugin[1024], runtime[1024], runner[1024];
} toolchain;

/* Finds the tools and makes the folder. False, with a message on stderr. Signals that would end the command end what it
 * runs, so that toolchain_end is reached. */
bool toolchain_begin(toolchain *t);
void toolchain_end(toolchain *t);

/* Runs a program to its end; its output is the command's own. Returns its exit status; 128 and the signal where one
 * ended it; -1, with a message, where it could not be started. */
int toolchain_run(const char *const *arguments);

#endif
