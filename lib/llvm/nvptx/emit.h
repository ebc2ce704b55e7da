/* emit.h: the instructions of NVPTX that rewritten kernels are made of. Builders stand where they are to go. */
#ifndef TWEED_LLVM_NVPTX_EMIT_H
#define TWEED_LLVM_NVPTX_EMIT_H

#include "llvm/bridge.h"

typedef struct tw_emit {
  LLVMBuilderRef builder;
  LLVMModuleRef module;
  LLVMContextRef context;
  tw_bridge *bridge;
  bool try_wait; /* sm_90 has a test of mbarriers that sleeps */
} tw_emit;

/* For the bridge's function; sm: 80 for sm_80. False: out of memory. Either way tw_emit_end follows. */
bool tw_emit_begin(tw_emit *e, tw_bridge *bridge, int32_t sm);
void tw_emit_end(tw_emit *e);

/* Puts the builder behind the phis of a block. */
void tw_emit_behind_phis(const tw_emit *e, LLVMBasicBlockRef block);
/* Splits a block before an instruction, and puts the builder at the end of the first half, which has no terminator any
 * more. Returns the second half. */
LLVMBasicBlockRef tw_emit_open(const tw_emit *e, LLVMValueRef inst);

LLVMTypeRef tw_emit_i32(const tw_emit *e);
LLVMTypeRef tw_emit_i64(const tw_emit *e);
LLVMValueRef tw_emit_u32(const tw_emit *e, uint32_t value);

/* A call of an intrinsic without overloads; its operands' types are those of args. */
LLVMValueRef tw_emit_intrinsic(const tw_emit *e, const char *name, LLVMValueRef *args, unsigned n);
/* A pointer of any space, so many bytes (i32) further on. */
LLVMValueRef tw_emit_offset(const tw_emit *e, LLVMValueRef pointer, LLVMValueRef bytes);

/* cp.async of 4, 8 or 16 bytes; size: bytes that are read, zeroes after them; NULL = all. */
void tw_emit_copy(const tw_emit *e, LLVMValueRef shared, LLVMValueRef global, uint32_t bytes, LLVMValueRef size);
void tw_emit_copy_commit(const tw_emit *e);
void tw_emit_copy_wait(const tw_emit *e, uint32_t groups_left);

/* All threads of the block, or of so many threads of it under a number of its own. */
void tw_emit_block_barrier(const tw_emit *e);
void tw_emit_named_barrier(const tw_emit *e, uint32_t id, uint32_t threads);
/* The same with a number that is a value (i32, the same for all lanes), and without waiting. */
void tw_emit_barrier_at(const tw_emit *e, LLVMValueRef id, uint32_t threads);
void tw_emit_arrive_at(const tw_emit *e, LLVMValueRef id, uint32_t threads);
void tw_emit_warp_barrier(const tw_emit *e);

/* mbarriers, by pointers to shared memory. */
void tw_emit_mbarrier_init(const tw_emit *e, LLVMValueRef barrier, uint32_t count);
void tw_emit_mbarrier_arrive(const tw_emit *e, LLVMValueRef barrier);
/* Arrives when the thread's asynchronous copies of before are done; the barrier's count includes it. */
void tw_emit_mbarrier_arrive_copies(const tw_emit *e, LLVMValueRef barrier);
/* An i1: the phase of this parity (i32) is over. */
LLVMValueRef tw_emit_mbarrier_test(const tw_emit *e, LLVMValueRef barrier, LLVMValueRef parity);

/* The phase also waits for so many bytes (i32) of bulk copies. */
void tw_emit_mbarrier_expect(const tw_emit *e, LLVMValueRef barrier, LLVMValueRef bytes);
/* A bulk copy of so many bytes (i32, a multiple of 16), which tells the barrier. */
void tw_emit_bulk_copy(const tw_emit *e, LLVMValueRef shared, LLVMValueRef global, LLVMValueRef bytes,
                       LLVMValueRef barrier);
/* What the thread did to shared memory so far comes before what asynchronous copies will do. */
void tw_emit_proxy_fence(const tw_emit *e);
/* Initialised mbarriers can be seen by asynchronous copies. */
void tw_emit_mbarrier_fence(const tw_emit *e);

/* The value of lane 0, which the compiler then knows to be the same in all lanes. */
LLVMValueRef tw_emit_first_lane(const tw_emit *e, LLVMValueRef value);

/* Bytes of the launch's dynamic shared memory (i32). */
LLVMValueRef tw_emit_dynamic_size(const tw_emit *e);

void tw_emit_registers(const tw_emit *e, bool more, uint32_t count);

#endif
