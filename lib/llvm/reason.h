/* reason.h: why a loop is left as it is. Every reason has a name for tools and a sentence that tells the user what to
 * do. */
#ifndef TWEED_LLVM_REASON_H
#define TWEED_LLVM_REASON_H

#include <stddef.h>

typedef enum tw_reason {
  TW_REASON_NONE = 0,
  TW_REASON_DISABLED,   /* #pragma clang loop pipeline(disable) */
  TW_REASON_DONE,       /* made by Tweed already */
  TW_REASON_OPTNONE,    /* optnone or minsize */
  TW_REASON_SHAPE,      /* several latches, exit not at the latch, no preheader to be had */
  TW_REASON_EARLY_EXIT, /* more than one way out */
  TW_REASON_TRIP_COUNT, /* not computable */
  TW_REASON_SHORT_TRIP, /* constant and below the stages */
  TW_REASON_CONTROL,    /* a terminator that can't be turned into selects */
  TW_REASON_TRAP,       /* a conditional operation that may trap or can't be made harmless */
  TW_REASON_CALL,       /* a call that may throw, not return, or have unknown effects */
  TW_REASON_VOLATILE,
  TW_REASON_ATOMIC,
  TW_REASON_CONVERGENT,
  TW_REASON_ASM,
  TW_REASON_LIFETIME,       /* stack object with a lifetime of one iteration */
  TW_REASON_TYPE,           /* a value that can't be carried over a loop (token, scalable vector, …) */
  TW_REASON_SIZE,           /* too many operations */
  TW_REASON_NO_OVERLAP,     /* the schedule has one stage: iterations can't overlap */
  TW_REASON_NO_SCHEDULE,    /* none within the limits */
  TW_REASON_REGISTERS,      /* the pipelined loop would spill */
  TW_REASON_NOT_PROFITABLE, /* the machine model says that it does not pay */
  TW_REASON_MACHINE,        /* the machine has no class for an operation */
  TW_REASON_BY_HAND,        /* asynchronous copies are there already */
  TW_REASON_MEMORY,         /* shared memory that can't have several slots */
  TW_REASON_BLOCK,          /* number of threads not known, not a multiple of a warp, no room for more */
  TW_REASON_DIVERGENT,      /* a copy or the way to it depends on more than the number of the thread */
  TW_REASON_TARGET,         /* the GPU lacks what is needed */
  TW_REASON_LAUNCH,         /* the kernel would have to be launched otherwise */
  TW_REASON_INTERNAL,       /* a bug, caught before any change */
  TW_REASON_COUNT
} tw_reason;

const char *tw_reason_name(tw_reason reason);   /* remark name, such as "EarlyExit" */
const char *tw_reason_advice(tw_reason reason); /* a sentence: what is in the way and what to do about it */
/* The advice, followed by " (detail)" unless that is empty. Returns buffer. */
const char *tw_reason_text(tw_reason reason, const char *detail, char *buffer, size_t size);

#endif
