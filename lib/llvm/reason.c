/* reason.c: names and advice of the reasons for leaving a loop alone. */
#include "llvm/reason.h"
#include <stdbool.h>
#include <stdio.h>

typedef struct reason_text {
  const char *name, *advice;
} reason_text;

static const reason_text texts[TW_REASON_COUNT] = {
    [TW_REASON_NONE] = {"None", "nothing is in the way"},
    [TW_REASON_DISABLED] =
        {"Disabled", "pipelining is disabled by '#pragma clang loop pipeline(disable)'; remove the pragma to allow it"},
    [TW_REASON_DONE] = {"AlreadyPipelined", "the loop was made by Tweed and is not pipelined again"},
    [TW_REASON_OPTNONE] = {"NotOptimized", "the function is marked optnone or minsize; pipelining makes code larger"},
    [TW_REASON_SHAPE] =
        {"LoopShape",
         "the loop has no single latch that is also its exit; run loop-simplify and loop-rotate before Tweed"},
    [TW_REASON_EARLY_EXIT] = {"EarlyExit",
                              "the loop has more than one exit (break, return, or a failing check); split the search "
                              "from the work, or make the exit condition part of the trip count"},
    [TW_REASON_TRIP_COUNT] = {"TripCount", "the trip count can't be computed before the loop; count with an induction "
                                           "variable against a loop-invariant bound"},
    [TW_REASON_SHORT_TRIP] = {"ShortTripCount", "the constant trip count is smaller than the pipelined loop needs; "
                                                "lower max-stages or let the unroller take the loop"},
    [TW_REASON_CONTROL] =
        {"ControlFlow",
         "the control flow inside the loop can't be turned into selects (indirect branch, invoke, or too many paths)"},
    [TW_REASON_TRAP] = {"MayTrap", "a conditional operation may trap or has effects when it is executed "
                                   "unconditionally; move it out of the condition"},
    [TW_REASON_CALL] = {"Call", "a call may throw, may not return, or has effects that are unknown; inline it, or "
                                "declare it const/pure and nothrow"},
    [TW_REASON_VOLATILE] = {"Volatile", "volatile accesses are never reordered"},
    [TW_REASON_ATOMIC] = {"Atomic", "atomic accesses and fences are never reordered"},
    [TW_REASON_CONVERGENT] = {"Convergent",
                              "a convergent operation (barrier, shuffle) can't be moved to another iteration"},
    [TW_REASON_ASM] = {"InlineAsm", "inline assembly can't be scheduled; use intrinsics or plain C"},
    [TW_REASON_LIFETIME] = {"Lifetime",
                            "a stack object lives for one iteration only (llvm.lifetime); declare it outside the loop"},
    [TW_REASON_TYPE] = {"Type", "a value of this type can't be carried from one iteration to another"},
    [TW_REASON_SIZE] = {"TooLarge", "the loop body has too many operations; split the loop"},
    [TW_REASON_NO_OVERLAP] = {"NoOverlap", "iterations can't overlap: a recurrence is as long as the loop body; "
                                           "shorten the recurrence, for example with several accumulators"},
    [TW_REASON_NO_SCHEDULE] = {"NoSchedule",
                               "no schedule was found within the limits; raise max-stages, max-ii or time-limit"},
    [TW_REASON_REGISTERS] = {"Registers", "the pipelined loop needs more registers than the machine has; lower "
                                          "max-stages, raise the initiation interval, or split the loop"},
    [TW_REASON_NOT_PROFITABLE] =
        {"NotProfitable", "the machine model says that pipelining does not pay here; use tweed<force> to do it anyway"},
    [TW_REASON_MACHINE] = {"Machine",
                           "the machine description has no class for an operation of the loop; end its 'match' "
                           "list with an entry that fits everything"},
    [TW_REASON_BY_HAND] = {"PipelinedByHand",
                           "the loop has asynchronous copies or barriers of its own; write it plainly "
                           "(copy, __syncthreads, compute, __syncthreads) to have it pipelined"},
    [TW_REASON_MEMORY] = {"SharedMemory",
                          "no shared object of the loop can have several slots; fill each tile by plain "
                          "stores to the same places in each iteration, with __syncthreads between "
                          "stores and loads, and use it in this loop only"},
    [TW_REASON_BLOCK] = {"Block", "warps can't be added to the block; say its size, a multiple of 32 threads, by "
                                  "__launch_bounds__, or by block=XxY where it has more than one dimension"},
    [TW_REASON_DIVERGENT] = {"Divergent",
                             "a copy, or the way to the loop, depends on more than the number of the thread "
                             "and what is the same for all threads; another warp can't do it"},
    [TW_REASON_TARGET] = {"Target",
                          "the GPU or the PTX version lacks asynchronous copies or barriers in memory; compile "
                          "for sm_80 or newer, with +ptx71 or newer"},
    [TW_REASON_LAUNCH] = {"Launch", "the kernel would have to be launched with more threads or more dynamic shared "
                                    "memory, which whoever launches it does not know of; allow it by launch=new"},
    [TW_REASON_INTERNAL] = {"InternalError",
                            "an internal check of Tweed failed and the loop was left as it was; please report this"},
};

const char *tw_reason_name(tw_reason reason) {
  return texts[reason < TW_REASON_COUNT ? reason : TW_REASON_INTERNAL].name;
}

const char *tw_reason_advice(tw_reason reason) {
  return texts[reason < TW_REASON_COUNT ? reason : TW_REASON_INTERNAL].advice;
}

const char *tw_reason_text(tw_reason reason, const char *detail, char *buffer, size_t size) {
  bool more = detail[0] != '\0';
  snprintf(buffer, size, "%s%s%s%s", tw_reason_advice(reason), more ? " (" : "", detail, more ? ")" : "");
  return buffer;
}
