/* emu.h: the emulator's own structures: launch, machine, block, warp, thread, and what every instruction is written
 * with. Private to lib/emu.
 *
 * How it runs. One block at a time. Each GPU thread is a context (context.h: a coroutine, or an OS thread) and exactly
 * one context runs at any moment, so nothing here needs a lock. Threads give way only in emu_wait, emu_yield and
 * emu_exit; who goes on is drawn from the seed. To ThreadSanitizer every GPU thread, and every agent of asynchronous
 * work, is a thread, and the emulator's own switching makes no order between them: order is what instructions say by
 * emu_release and emu_acquire.
 *
 * How an instruction is written. A function `tweed_emu_NAME(const tweed_emu_place *place, …)` in device.h, a row in the
 * table of the pass (lib/llvm/emulate_table.c) that maps the intrinsic or the PTX to it, and here:
 *   - emu_self() is the thread that runs it;
 *   - memory of the kernel is read and written by emu_read and emu_write alone (bounds, uninitialized bytes, races);
 *   - waiting: emu_wait(queue, …) in a loop that checks the condition; who makes the
 *     condition true calls emu_wake_all(queue);
 *   - instructions of a whole warp: emu_gather collects the operands of all lanes, the last lane computes for all and
 * calls emu_scatter;
 *   - order between threads: emu_release(object) by who came before, emu_acquire(object) by who goes on;
 *   - what is wrong: emu_fault, which does not return;
 *   - work that goes on by itself: emu_agent. */
#ifndef TWEED_LIB_EMU_EMU_H
#define TWEED_LIB_EMU_EMU_H

#include "base/base.h"
#include "emu/context.h"
#include <tweed/emu.h>

enum {
  EMU_WARP = 32,
  EMU_MAX_THREADS = 1024,
  EMU_BARRIERS = 16,
  EMU_SHARED_RESERVED = 1024,   /* shared address 0 belongs to nobody, as on sm_90 */
  EMU_SHARED_MAX = 227 * 1024,  /* static and dynamic, one block */
  EMU_WINDOW_SIZE = 256 * 1024, /* 18 bits: what a matrix descriptor can say */
};

typedef struct emu_thread emu_thread;
typedef struct emu_warp emu_warp;
typedef struct emu_block emu_block;
typedef struct emu_machine emu_machine;

/* Threads that wait for one thing, in the order in which they came. */
typedef struct emu_queue {
  emu_thread *first, *last;
} emu_queue;

typedef enum emu_state { EMU_READY, EMU_WAITING, EMU_DONE } emu_state; /* the running thread is EMU_READY */

/* What a waiting thread waits for, for the verdict on a deadlock: writes one line such as "barrier 1: 96 of 128 threads
 * arrived" for an object of its kind. */
typedef void (*emu_describe)(const void *object, char *text, size_t size);

struct emu_thread {
  emu_context *context;
  emu_machine *machine;
  emu_block *block;
  emu_warp *warp;
  uint32_t index, lane; /* in the block, in the warp */
  uint32_t id[3];       /* threadIdx */
  emu_state state;
  emu_thread *next; /* in the queue that it waits in */

  const tweed_emu_place *place;    /* of the instruction that it is in */
  const tweed_emu_place *accessed; /* of its last load or store */
  const void *waits_for;
  emu_describe describe;

  bool met;        /* the meeting that it waits in is over */
  uint32_t active; /* answer of activemask */

  bool fenced;            /* a fence came before: its atomic writes release */
  const void *watched[8]; /* addresses of its last atomic reads, which a fence turns into acquires */
  uint32_t watched_next;
  const tweed_emu_place *atomic; /* of the last atomic instruction: the same again is a spin loop */

  void *async; /* of the asynchronous instructions: copies in flight and the like (async.c) */
};

/* One instruction that several lanes of a warp run together: open from the first arrival to the last. */
typedef struct emu_meeting {
  uint32_t mask, arrived; /* mask 0: not open */
  const char *name;       /* of the instruction */
  const tweed_emu_place *place;
  const void *operands[EMU_WARP]; /* of each lane; they live on its stack while it waits */
  void *results[EMU_WARP];
  emu_queue queue;
  uint32_t phase;
  uint64_t sync[2]; /* addresses that order is made over, by phase */
} emu_meeting;

struct emu_warp {
  uint32_t index;
  uint32_t lanes; /* mask of those that haven't exited */
  emu_thread *threads[EMU_WARP];
  emu_meeting meetings[EMU_WARP];
  emu_queue active; /* lanes in activemask, which wait for the others to come or to wait elsewhere */
};

/* A named barrier. Warps arrive, 32 threads at a time. Invariant: expected is 0 while nobody has arrived. */
typedef struct emu_barrier {
  emu_block *block;
  uint32_t id, arrived, expected, phase;
  bool all;                     /* expected is every warp that hasn't exited */
  const tweed_emu_place *place; /* of the first arrival */
  uint32_t count, every, some;  /* bar.red: of this phase */
  uint32_t result[3];           /* of the phase before */
  emu_queue queue;
  uint64_t sync[2]; /* addresses that order is made over, by phase */
} emu_barrier;

struct emu_block {
  emu_machine *machine;
  uint32_t id[3];
  uint32_t size[3]; /* blockDim */
  uint32_t thread_count, warp_count, live;
  emu_thread threads[EMU_MAX_THREADS];
  emu_warp warps[EMU_MAX_THREADS / EMU_WARP];
  emu_barrier barriers[EMU_BARRIERS];
  uint32_t shared_size;    /* static + dynamic */
  uint32_t dynamic_at;     /* where dynamic shared memory starts, from the window's */
  void *async;             /* of the asynchronous instructions, for the block (async.c) */
  struct emu_cores *cores; /* tensor cores; NULL before their first use */
};

/* Something that works on its own: a copy engine, the tensor cores. step does one thing that it may do now and returns
 * true, or returns false where nothing is pending. The machine calls it at moments drawn from the seed, and whenever no
 * thread can go on. It runs as a thread of its own to ThreadSanitizer. */
typedef struct emu_agent {
  bool (*step)(struct emu_agent *agent, emu_machine *machine);
  void *fiber; /* ThreadSanitizer's */
  struct emu_agent *next;
} emu_agent;

/* What is known of each byte of shared memory. */
enum { EMU_BYTE_WRITTEN = 1, EMU_BYTE_OWNED = 2 };

struct emu_machine {
  tweed_emu_launch *launch;
  tweed_emu_options options;
  tweed_random random;
  emu_contexts *contexts;
  emu_block *block;
  emu_thread *running;
  emu_thread *ready[EMU_MAX_THREADS]; /* a ring */
  uint32_t ready_first, ready_count;
  uint32_t turn_rate; /* emu_turn gives way once in so many times */
  uint32_t order;     /* how the next thread is picked: enum in schedule.c */
  uint32_t priority[EMU_MAX_THREADS / EMU_WARP];
  emu_queue pollers;    /* threads that found nothing to do */
  uint32_t idle_rounds; /* in which all pollers looked and nothing changed */
  emu_agent *agents;
  bool stuck;             /* no thread is ready: agents are asked because of that */
  unsigned char *window;  /* shared memory; its address has 32 low bits of zero */
  unsigned char *shadow;  /* EMU_BYTE_… of each byte of the window */
  unsigned long reports;  /* ThreadSanitizer's, before the run */
  uint64_t ticks;         /* of the clock registers */
  uint64_t before, after; /* addresses that order is made over: host before threads, threads before host */
  tweed_emu_verdict verdict;
  char *text;
  size_t text_size;
};

/* ---- threads ---- */

emu_thread *emu_self(void);
/* The running thread waits in queue until it is woken. */
void emu_wait(emu_queue *queue, const tweed_emu_place *place, const void *object, emu_describe describe);
void emu_wake_all(emu_machine *machine, emu_queue *queue);
/* A moment at which another thread may go on, and agents may step: before every instruction that others can see. */
void emu_turn(emu_thread *self, const tweed_emu_place *place);
/* For an instruction that found nothing to do (test_wait that failed, a load in a spin loop): others go on first. */
void emu_poll(emu_thread *self, const tweed_emu_place *place, const void *object, emu_describe describe);
/* Something changed that pollers may look for. */
void emu_changed(emu_machine *machine);
/* True with a chance of one in n, always false for seed 0. */
bool emu_chance(emu_machine *machine, uint32_t n);

/* ---- faults ---- */

/* The first fault of a run; the run ends, the call does not return. place may be NULL. */
_Noreturn void emu_fault(emu_thread *self, tweed_emu_fault fault, const tweed_emu_place *place, const char *format, ...)
    TWEED_PRINTF(4, 5);
/* The same from an agent, or from where no thread runs: the run ends when this returns. thread may be NULL. */
void emu_report(emu_machine *machine, emu_thread *thread, tweed_emu_fault fault, const tweed_emu_place *place,
                const char *format, ...) TWEED_PRINTF(5, 6);
/* Faults if ThreadSanitizer has found a race. */
void emu_stop_at_race(emu_thread *self);
/* One more line of the verdict. */
void emu_report_line(emu_machine *machine, const char *format, ...) TWEED_PRINTF(2, 3);
/* "FILE:LINE:COLUMN: WHAT" or what of it is known. Returns buffer. */
char *emu_place_text(const tweed_emu_place *place, char *buffer, size_t size);

/* ---- memory ---- */

/* Whether an address lies in the window of shared memory. A 32-bit shared address counts as one. */
bool emu_is_shared(const emu_machine *machine, uint64_t address);
/* An address of the kernel's as the host's: 32-bit shared addresses get the window's upper half. */
void *emu_pointer(const emu_machine *machine, uint64_t address);
/* Offset of a shared address in the window. */
uint32_t emu_shared_offset(const emu_machine *machine, const void *pointer);

/* Copies out of and into the kernel's memory: faults where the access is out of bounds, misaligned (align; 1 = any) or
 * reads shared bytes that nobody wrote; shows the access to ThreadSanitizer as one of the line at pc: EMU_PC in the
 * function that the kernel called, NULL in an agent. */
void emu_read(emu_thread *self, const tweed_emu_place *place, void *to, uint64_t address, size_t size, size_t align,
              const void *pc);
void emu_write(emu_thread *self, const tweed_emu_place *place, uint64_t address, const void *from, size_t size,
               size_t align, const void *pc);
#define EMU_PC __builtin_return_address(0)
/* The checks of emu_read and emu_write alone. */
void emu_check(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write);

/* Bounds only, for accesses that happen later or by another proxy. */
void emu_check_bounds(emu_thread *self, const tweed_emu_place *place, const void *pointer, size_t size, bool write);

/* What an atomic operation (TWEED_EMU_ADD, …) on a type (tweed_emu_type) leaves behind; bits above the type's are not
 * looked at, and mean nothing in the result. wanted: of CAS. */
uint64_t emu_atomic_compute(uint32_t operation, uint32_t type, uint64_t old, uint64_t operand, uint64_t wanted);

/* ---- order, for ThreadSanitizer ---- */

void emu_release(const void *object);
void emu_acquire(const void *object);

/* ---- warps ---- */

/* The lanes of mask that haven't exited meet, each with operands and room for results. Returns the meeting to the last
 * one, who computes the results of all lanes and calls emu_scatter; NULL to all others, when that has been done.
 * aligned: all lanes must be at the same place. name: the instruction. No order is made. */
emu_meeting *emu_gather(emu_thread *self, const tweed_emu_place *place, const char *name, uint32_t mask, bool aligned,
                        const void *operands, void *results);
void emu_scatter(emu_thread *self, emu_meeting *meeting);

/* ---- what a thread's end and a new block mean to each kind of instruction ---- */

void emu_warp_lane_stops(emu_thread *thread); /* it waits or has exited */
void emu_barriers_start(emu_block *block);
void emu_barriers_warp_exits(emu_block *block);
/* At the end of a block: reports barriers that are left half full. */
void emu_barriers_end(emu_block *block);

/* Copies in flight, mbarriers, proxies, registers: async.h. False: out of memory. */
bool emu_async_start(emu_block *block);
void emu_async_thread_exits(emu_thread *self);
/* At the end of a block: completes what is in flight, and reports what nobody waited for. */
void emu_async_end(emu_block *block);
struct emu_async;
void emu_async_free(struct emu_async *async);

/* Tensor cores: cores.h. A block begins, a thread ends, all threads have ended. */
struct emu_cores;
void emu_cores_start(emu_block *block);
void emu_cores_thread_exits(emu_thread *self);
void emu_cores_end(emu_block *block);
void emu_cores_free(struct emu_cores *cores);

/* ---- runs ---- */

void emu_machine_free(emu_machine *machine);
/* The threads of machine->block run to their end, or to the first fault. False: out of memory or threads. */
bool emu_schedule_block(emu_machine *machine);
bool emu_window_new(emu_machine *machine);
void emu_window_free(emu_machine *machine);
void emu_window_clear(emu_machine *machine);

typedef struct emu_buffer {
  unsigned char *data;
  size_t size;
  unsigned char *first; /* values to go back to, or NULL: the caller's own buffer */
  uint32_t argument;
  tweed_emu_type type;
  bool is_output;
  const tweed_emu_tensor *tensor; /* the map over it, or NULL */
} emu_buffer;

/* Bytes of an element, 0 for TWEED_EMU_BYTES; a number as an element. fill.c */
size_t emu_type_size(tweed_emu_type type);
void emu_from_double(tweed_emu_type type, double value, int64_t whole, void *element);
double emu_to_double(tweed_emu_type type, const void *element);
void emu_fill_random(tweed_emu_type type, uint64_t seed, uint32_t argument, size_t count, void *data);
void emu_fill_range(tweed_emu_type type, size_t count, void *data);

enum { EMU_MAX_ARGUMENTS = 256 };

struct tweed_emu_launch {
  const tweed_emu_module *module;
  const tweed_emu_kernel *kernel;
  tweed_arena *arena;
  uint32_t grid[3], block[3], shared;
  uint32_t line_block[3], line_shared; /* before the launch contract; of launches that came from text */
  uint32_t argument_count, buffer_count;
  void *arguments[EMU_MAX_ARGUMENTS];
  emu_buffer buffers[2 * EMU_MAX_ARGUMENTS]; /* tensors have two: elements and map */
  unsigned char **first_globals;             /* values of the module's variables at first, or NULL */
  emu_machine *machine;                      /* of the last run, with its contexts; or NULL */
};

#endif
