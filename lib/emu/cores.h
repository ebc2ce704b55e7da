/* cores.h: the tensor cores of a block: products of warpgroups (wgmma) in flight, and room for those of warps. Private
 * to lib/emu.
 *
 * A wgmma is issued by each of its four warps, reads shared memory and forms the warp's sixteen rows of D some time
 * later, and is over for the warp when a wait_group covers its group. When it runs is drawn from the seed: at issue, at
 * the wait, or between. Those of one warp run in order. To ThreadSanitizer each warp's tensor core is a thread of its
 * own, which knows what the warp's lanes knew at the issue, and of which they know nothing but through the wait.
 *
 * Registers in flight. The values of D don't exist when the instruction is over, so what it returns for each register
 * is a token: 64 bits that name the product and the register. Tokens go from product to product; whoever else needs the
 * value asks for it, which is an error before the wait. A token whose upper half is 0 is an ordinary value. */
#ifndef TWEED_LIB_EMU_CORES_H
#define TWEED_LIB_EMU_CORES_H

#include "emu/async.h"
#include "emu/mma.h"
#include "emu/wgmma.h"

#define EMU_TOKEN_NONE UINT64_MAX /* of a register that nobody has written */

enum { EMU_CORE_GROUPS = 8 }; /* groups that are told apart when order is made */

/* One wgmma of one warp. */
typedef struct emu_product {
  const tweed_emu_place *place;
  const void *pc;
  emu_wgmma wgmma;
  emu_wgmma_flags flags;
  uint64_t bits;     /* flags as the instruction gave them */
  bool in_registers; /* A */
  bool over;         /* d is there */
  uint64_t a, b;     /* descriptors */
  uint64_t group;
  uint64_t fence;   /* of proxies: the last one that a lane of the warp had made at the issue */
  uint64_t touched; /* fences of the warp when a lane last asked for a register, plus one; 0: none did */
  uint32_t a_words[EMU_WARP][4];
  uint64_t *tokens; /* of the accumulators, [lane][register]; until it is over */
  uint32_t *d;      /* [lane][register] */
} emu_product;

/* A warp's tensor core. Invariant: products below `run` are over, and run in this order. */
typedef struct emu_core {
  emu_warp *warp;
  emu_product **products; /* number n at n - 1 */
  uint32_t count, run, room;
  uint64_t open;                  /* group that isn't committed yet */
  uint64_t waited;                /* groups below have been waited for */
  uint64_t fences;                /* so many wgmma.fence */
  uint64_t fenced;                /* as many at the last wait */
  uint64_t issued;                /* address that order is made over */
  uint64_t done[EMU_CORE_GROUPS]; /* the same, by group */
  void *fiber;
} emu_core;

typedef struct emu_cores {
  emu_agent agent; /* the first member */
  emu_machine *machine;
  uint32_t pace;
  emu_core cores[EMU_MAX_THREADS / EMU_WARP];
  /* Whole matrices at work. */
  double a[EMU_MMA_ELEMENTS], b[EMU_WGMMA_MOST_N * EMU_WGMMA_MOST_K], c[EMU_MMA_ELEMENTS];
} emu_cores;

/* The tensor cores of the thread's block, which are there from their first use on. Does not return without memory. */
emu_cores *emu_cores_of(emu_thread *self, const tweed_emu_place *place);
/* Whether the next product runs at once. */
bool emu_cores_eager(const emu_cores *cores);

/* Runs the next product of a core; reports what is wrong with its operands. */
void emu_core_run(emu_cores *cores, emu_core *core);

#endif
