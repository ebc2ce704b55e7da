/* async.h: what goes on by itself: copies in flight, the mbarriers that they signal, proxies, registers on loan.
 * Private to lib/emu; the instructions are in copy.c, mbarrier_device.c, proxy.c and registers.c, the engine that
 * completes copies in async.c.
 *
 * A copy is issued, then reads its source, then writes its destination in up to four parts in any order, then is over.
 * When each of these happens is drawn from the seed: a copy is eager (all at issue), lazy (nothing before somebody
 * waits for it or no thread can go on), or anything between. To ThreadSanitizer a copy is a thread of its own, which
 * knows what its issuer knew at the issue, and of which nobody knows anything but through the barrier or the group that
 * it signals. */
#ifndef TWEED_LIB_EMU_ASYNC_H
#define TWEED_LIB_EMU_ASYNC_H

#include "emu/emu.h"
#include "emu/mbarrier.h"
#include "emu/tensor.h"

enum {
  EMU_FIBERS = 64, /* threads that copies are to ThreadSanitizer; with more copies in flight some share one */
  EMU_GROUPS = 8,  /* groups that are told apart when order is made */
  EMU_MOST_PARTS = 4,
  EMU_GROUP_WARPS = 4, /* of a warp group */
};

typedef struct emu_async emu_async;
typedef struct emu_copier emu_copier;

/* An mbarrier of the block. Invariant: while live, the eight bytes at `offset` of the window are
 * emu_mbarrier_bits(state). */
typedef struct emu_mbarrier_object emu_mbarrier_object;
struct emu_mbarrier_object {
  emu_mbarrier state;
  emu_mbarrier_object *next;
  uint32_t offset;
  bool live;
  const tweed_emu_place *init; /* where it was initialised */
  uint32_t initialiser;        /* thread */
  uint64_t initialised;        /* by the clock of proxies */
  uint64_t observed;           /* that many phases somebody has waited for */
  const tweed_emu_place *copy; /* the last copy that signals it, or NULL */
  uint64_t signalled;          /* the phase in which a copy did last, plus one */
  emu_queue queue;
  uint64_t sync[2]; /* addresses that order is made over, by parity */
  struct emu_mbarrier_view {
    const emu_mbarrier_object *object;
    uint32_t parity;
  } views[2]; /* what a thread waits for */
  emu_mbarrier_wait waits[EMU_MAX_THREADS];
};

typedef enum emu_copy_kind {
  EMU_COPY_ELEMENT, /* cp.async */
  EMU_COPY_LOAD,    /* bulk, global to shared, signals a barrier */
  EMU_COPY_STORE,   /* bulk, shared to global, in a group */
  EMU_COPY_ARRIVE,  /* cp.async.mbarrier.arrive: when all earlier cp.async of the thread are over */
} emu_copy_kind;

/* Sums and the like that a bulk store does instead of writing; what[] in copy.c. */
typedef struct emu_copy {
  struct emu_copy *next; /* of the same thread, later */
  uint32_t index;        /* in async->flying */
  emu_copy_kind kind;
  emu_copier *copier;
  const tweed_emu_place *place;
  const void *pc;
  uint64_t group;
  uint32_t shared;              /* offset in the window */
  uint64_t global;              /* address */
  uint32_t bytes, source_bytes; /* of the destination; fewer in the source: the rest is zero */
  bool reduces;                 /* into global memory, by an atomic operation for each element */
  uint32_t operation, type;
  bool tensor;
  emu_tensor_map map;
  int32_t at[TWEED_EMU_TENSOR_RANK];
  emu_mbarrier_object *barrier;
  uint64_t fence;          /* the issuer's last, by the clock of proxies */
  bool read;               /* the source has been read, into data */
  uint32_t parts, written; /* how many; which, as bits */
  unsigned char *data;
  uint32_t fiber;
} emu_copy;

/* The groups of one kind that a thread commits and waits for. */
typedef struct emu_groups {
  uint64_t open;                /* number of the one that is not committed yet */
  uint64_t waited;              /* all below have been waited for */
  uint64_t last;                /* one above the group of the last copy */
  const tweed_emu_place *place; /* of the last copy */
  uint64_t sync[EMU_GROUPS], sync_read[EMU_GROUPS];
} emu_groups;

/* A thread's. */
struct emu_copier {
  emu_thread *thread;
  emu_copy *first, *last; /* in flight, in order of issue */
  emu_groups elements, stores;
  uint64_t fence, init_fence; /* the last of proxies, and of barrier initialisations, by the clock of proxies */
  emu_queue queue;
  bool in_cluster_barrier;
  uint64_t cluster_phase; /* that it arrived in */
};

/* Who wrote a byte of shared memory last, by the generic proxy. */
typedef struct emu_writer {
  uint32_t clock; /* 0: nobody */
  uint32_t thread;
} emu_writer;

struct emu_async {
  emu_agent agent; /* the first member */
  emu_machine *machine;
  emu_copy **flying;
  uint32_t flying_count, flying_room;
  uint32_t pace;
  uint32_t timeouts, idle; /* try_wait gave up so often; since anything changed */
  void *fibers[EMU_FIBERS];
  uint64_t fiber_sync[EMU_FIBERS];
  uint32_t fiber_users[EMU_FIBERS];
  emu_mbarrier_object *barriers;
  emu_mbarrier_object **barrier_at; /* by offset / 8 */
  emu_writer *writers;              /* by offset */
  uint32_t clock;
  emu_copier copiers[EMU_MAX_THREADS];
  struct {
    uint32_t total, free;                        /* registers of the block */
    uint32_t held[EMU_MAX_THREADS / EMU_WARP];   /* by each thread of a warp */
    uint32_t wanted[EMU_MAX_THREADS / EMU_WARP]; /* 0: nothing */
    uint32_t calls[EMU_MAX_THREADS / EMU_WARP];
    const tweed_emu_place *place;
    emu_queue queue;
  } registers;
  struct {
    uint32_t arrived;
    uint64_t phase, sync[2];
    emu_queue queue;
  } cluster; /* its barrier */
};

emu_async *emu_async_of(const emu_thread *thread);
emu_copier *emu_copier_of(const emu_thread *thread);

/* ---- engine (async.c) ---- */

/* A new copy of the running thread, not yet in flight. Does not return where there is no memory. */
emu_copy *emu_copy_new(emu_thread *self, const tweed_emu_place *place, emu_copy_kind kind, const void *pc);
/* It goes: eager ones are over when this returns. */
void emu_copy_launch(emu_copy *copy);
/* Waits until no copy of the thread's of this kind in a group below `limit` is in flight (reading: is still to read).
 */
void emu_copies_wait(emu_thread *self, const tweed_emu_place *place, emu_copy_kind kind, uint64_t limit, bool reading);
/* Does what a copy does next. Defined in copy.c; runs as the copy's own fiber. True: it is over. */
bool emu_copy_step(emu_async *async, emu_copy *copy);
/* A fault in what the running thread set off ends its run here. */
void emu_async_stop_if_faulty(emu_thread *self);

/* ---- mbarriers (mbarrier_device.c) ---- */

/* The live barrier at a shared address; a fault where there is none. */
emu_mbarrier_object *emu_mbarrier_find(emu_thread *self, const tweed_emu_place *place, const char *name,
                                       uint64_t address);
/* A copy signals: bytes, or with bytes = 0 an arrival. Reports faults. */
void emu_mbarrier_signal(emu_async *async, const emu_copy *copy, uint32_t bytes);
/* One more arrival is pending. */
void emu_mbarrier_increase(emu_thread *self, const tweed_emu_place *place, emu_mbarrier_object *object);
/* Threads in try_wait look again, and give up. */
void emu_mbarrier_time_out(emu_async *async);
/* At a block's end: false and a report where a phase that copies signal was never waited for. */
bool emu_mbarriers_end(emu_async *async);
void emu_mbarriers_forget(emu_async *async);

/* ---- proxies (proxy.c) ---- */

/* What was written to shared memory by the thread; the async proxy does not see it before a fence. */
void emu_proxy_wrote(emu_thread *self, uint32_t offset, size_t size);
/* The async proxy wrote. */
void emu_proxy_wrote_async(emu_async *async, uint32_t offset, size_t size);
/* The writer of the first byte that the async proxy would read stale, for lack of a fence; NULL: none. fence: the
 * reader's last one, by the clock of proxies. */
const emu_writer *emu_proxy_stale(const emu_async *async, uint64_t fence, uint32_t offset, size_t size);
/* Whether the barrier's initialisation has been made known to the copies that the thread issues. */
bool emu_proxy_knows_barrier(const emu_copier *issuer, const emu_mbarrier_object *object);

/* ---- clusters (cluster.c) ---- */

void emu_cluster_thread_exits(emu_thread *self);

/* ---- registers (registers.c) ---- */

void emu_registers_start(emu_async *async);
/* Reports a wait for registers that never come, or warps of a group that did not all ask; false where it did. */
bool emu_registers_check(emu_async *async, bool end);

#endif
