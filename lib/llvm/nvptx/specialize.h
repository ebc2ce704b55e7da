/* specialize.h: warp specialization: warps of their own copy tiles ahead through rings in shared memory, and the
 * kernel's original warps compute.
 *
 * The kernel gets more threads (contract.h). Those of the original number, the consumers, run the kernel as it was,
 * without the copies: where it waited for the barrier behind the copies, they wait for the slot's full barrier, and
 * where they passed the barrier in front of the next copies, each warp arrives at the slot's empty barrier. The others,
 * the producers, run what is left of the kernel when only the copies are needed: the loops and conditions around them,
 * which are the same for all threads, and in each iteration the copies of all original threads, whose number is a loop
 * variable there. Barriers of the block become barriers of the consumers.
 *
 * The n-th use of a channel is of slot n mod depth, in the whole kernel: it waits for the full barrier with parity
 * n / depth mod 2, and for the empty one with the other parity, so that the first round finds all slots free. */
#ifndef TWEED_LLVM_NVPTX_SPECIALIZE_H
#define TWEED_LLVM_NVPTX_SPECIALIZE_H

#include "llvm/nvptx/contract.h"
#include "llvm/nvptx/tile.h"

/* A tile loop that is to be specialised, with the number of slots of each of its channels. */
typedef struct tw_special_tile {
  tw_tile *tile;
  const int32_t *depth;
} tw_special_tile;

typedef struct tw_special tw_special;

/* Decides whether it can be done, changing nothing. producers: threads to add, a multiple of 32. NULL with *reason and
 * detail: it can't. */
tw_special *tw_special_prepare(tw_kernel *k, const tw_special_tile *tiles, int32_t count, int32_t producers,
                               tw_reason *reason, char *detail, size_t size);
/* Lets the producers give registers to the consumers (setmaxnreg), if the target can, both roles are whole warp groups,
 * and the consumers, who need so many registers, would have less otherwise. False: it is not to be. */
bool tw_special_balance(tw_special *s, int32_t registers);
/* Lets two halves of the consumers take turns at the tensor cores in loop number `loop`, ping-pong, where each
 * iteration has at least two runs of products with other work between them, and each half has warps in all parts of an
 * SM. False: it is not to be. */
bool tw_special_turns(tw_special *s, int32_t loop);
/* What the launch of the rewritten kernel has to know. */
const tw_contract *tw_special_contract(const tw_special *s);
/* Rewrites. Kernel, tiles, and whatever the bridge has computed are dead afterwards. TWEED_NO_MEMORY: the function is
 * half rewritten. */
tweed_status tw_special_write(tw_special *s, tweed_error *error);

#endif
