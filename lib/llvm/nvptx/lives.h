/* lives.h: a shared object that is filled anew within an iteration, as several objects.
 *
 * A tile loop may fill an object, read it, fill it again with something else and read that: the object has several
 * LIVES in an iteration. Each but the first gets a variable of its own, if
 *
 * - the loop alone touches the object, by accesses that are known, and barriers part its loads and stores;
 * - every life begins with stores that every iteration makes, to the very places of the first life's. What a life does
 *   not write, nobody writes: no load depends on what an earlier life has left behind.
 *
 * It is then as for any objects whether they can be renamed (tile.h). */
#ifndef TWEED_LLVM_NVPTX_LIVES_H
#define TWEED_LLVM_NVPTX_LIVES_H

#include "llvm/nvptx/tile.h"

/* An operand that pointed into the object, and what it was. */
typedef struct tw_life_use {
  LLVMValueRef inst, before;
  unsigned operand;
} tw_life_use;

/* variables: of later lives; addresses: in them, in the order in which they were made. */
typedef struct tw_lives {
  tweed_arena *arena;
  tw_life_use *uses;
  LLVMValueRef *variables, *addresses;
  size_t nuses, nvariables, naddresses, rooms[3];
  uint64_t bytes; /* of the variables */
} tw_lives;

/* Gives lives their variables. What was known of the kernel is dead if there are any. False: out of memory; what was
 * done has to be undone. */
bool tw_lives_part(const tw_kernel *k, const tw_tile *tiles, int32_t count, tw_lives *out);
/* Undoes it. Not after anything else has changed the kernel: where one of its loops was rewritten, objects of others
 * stay parted, which is as good. */
void tw_lives_join(const tw_lives *l);

#endif
