/* emit.c: intrinsics and inline PTX. Whatever synchronises is convergent and never merged with its like in another
 * role; PTX that touches memory says so, since LLVM doesn't read it. */
#include "llvm/nvptx/emit.h"
#include <stdio.h>
#include <string.h>

bool tw_emit_begin(tw_emit *e, tw_bridge *bridge, int32_t sm) {
  LLVMModuleRef module = LLVMGetGlobalParent(tw_function(bridge));
  *e = (tw_emit){.module = module, .context = LLVMGetModuleContext(module), .bridge = bridge, .try_wait = sm >= 90};
  e->builder = LLVMCreateBuilderInContext(e->context);
  return e->builder != NULL;
}

void tw_emit_end(tw_emit *e) {
  if (e->builder)
    LLVMDisposeBuilder(e->builder);
  e->builder = NULL;
}

void tw_emit_behind_phis(const tw_emit *e, LLVMBasicBlockRef block) {
  LLVMValueRef i = LLVMGetFirstInstruction(block);
  while (LLVMIsAPHINode(i))
    i = LLVMGetNextInstruction(i);
  LLVMPositionBuilderBefore(e->builder, i);
}

LLVMBasicBlockRef tw_emit_open(const tw_emit *e, LLVMValueRef inst) {
  LLVMBasicBlockRef first = LLVMGetInstructionParent(inst), rest = tw_split_before(e->bridge, inst);
  LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(first));
  LLVMPositionBuilderAtEnd(e->builder, first);
  return rest;
}

LLVMTypeRef tw_emit_i32(const tw_emit *e) {
  return LLVMInt32TypeInContext(e->context);
}

LLVMTypeRef tw_emit_i64(const tw_emit *e) {
  return LLVMInt64TypeInContext(e->context);
}

LLVMValueRef tw_emit_u32(const tw_emit *e, uint32_t value) {
  return LLVMConstInt(tw_emit_i32(e), value, false);
}

static void add_attribute(const tw_emit *e, LLVMValueRef call, const char *name) {
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                           LLVMCreateEnumAttribute(e->context, kind, 0));
}

static LLVMValueRef synchronizing(const tw_emit *e, LLVMValueRef call) {
  add_attribute(e, call, "convergent");
  add_attribute(e, call, "nomerge");
  return call;
}

LLVMValueRef tw_emit_intrinsic(const tw_emit *e, const char *name, LLVMValueRef *args, unsigned n) {
  unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
  LLVMValueRef callee = LLVMGetIntrinsicDeclaration(e->module, id, NULL, 0);
  return LLVMBuildCall2(e->builder, LLVMGlobalGetValueType(callee), callee, args, n, "");
}

static LLVMValueRef assembly(const tw_emit *e, const char *text, const char *constraints, LLVMTypeRef result,
                             LLVMValueRef *args, unsigned n) {
  LLVMTypeRef types[4];
  for (unsigned i = 0; i < n; i++)
    types[i] = LLVMTypeOf(args[i]);
  LLVMTypeRef type = LLVMFunctionType(result, types, n, false);
  LLVMValueRef code = LLVMGetInlineAsm(type, text, strlen(text), constraints, strlen(constraints), true, false,
                                       LLVMInlineAsmDialectATT, false);
  LLVMValueRef call = LLVMBuildCall2(e->builder, type, code, args, n, "");
  add_attribute(e, call, "nounwind");
  return synchronizing(e, call);
}

LLVMValueRef tw_emit_offset(const tw_emit *e, LLVMValueRef pointer, LLVMValueRef bytes) {
  return LLVMBuildInBoundsGEP2(e->builder, LLVMInt8TypeInContext(e->context), pointer, &bytes, 1, "");
}

/* The pointer in another address space. */
static LLVMValueRef in_space(const tw_emit *e, LLVMValueRef pointer, unsigned space) {
  if (LLVMGetPointerAddressSpace(LLVMTypeOf(pointer)) == space)
    return pointer;
  return LLVMBuildAddrSpaceCast(e->builder, pointer, LLVMPointerTypeInContext(e->context, space), "");
}

/* PTX takes addresses of shared memory in 32 bits. */
static LLVMValueRef shared_address(const tw_emit *e, LLVMValueRef pointer) {
  return LLVMBuildPtrToInt(e->builder, in_space(e, pointer, 3), tw_emit_i32(e), "");
}

/* ---- copies ---- */

void tw_emit_copy(const tw_emit *e, LLVMValueRef shared, LLVMValueRef global, uint32_t bytes, LLVMValueRef size) {
  char name[64];
  LLVMValueRef args[3] = {in_space(e, shared, 3), in_space(e, global, 1), size};
  snprintf(name, sizeof name, "llvm.nvvm.cp.async.%s.shared.global.%u%s", bytes == 16 ? "cg" : "ca", bytes,
           size ? ".s" : "");
  tw_emit_intrinsic(e, name, args, size ? 3 : 2);
}

void tw_emit_copy_commit(const tw_emit *e) {
  tw_emit_intrinsic(e, "llvm.nvvm.cp.async.commit.group", NULL, 0);
}

void tw_emit_copy_wait(const tw_emit *e, uint32_t groups_left) {
  LLVMValueRef n = tw_emit_u32(e, groups_left);
  tw_emit_intrinsic(e, "llvm.nvvm.cp.async.wait.group", &n, 1);
}

/* ---- barriers ---- */

void tw_emit_block_barrier(const tw_emit *e) {
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.barrier0", NULL, 0));
}

void tw_emit_barrier_at(const tw_emit *e, LLVMValueRef id, uint32_t threads) {
  LLVMValueRef args[2] = {id, tw_emit_u32(e, threads)};
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.barrier", args, 2));
}

void tw_emit_named_barrier(const tw_emit *e, uint32_t id, uint32_t threads) {
  tw_emit_barrier_at(e, tw_emit_u32(e, id), threads);
}

void tw_emit_arrive_at(const tw_emit *e, LLVMValueRef id, uint32_t threads) {
  LLVMValueRef args[2] = {id, tw_emit_u32(e, threads)};
  assembly(e, "bar.arrive $0, $1;", "r,r,~{memory}", LLVMVoidTypeInContext(e->context), args, 2);
}

void tw_emit_warp_barrier(const tw_emit *e) {
  LLVMValueRef all = tw_emit_u32(e, 0xffffffff);
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.bar.warp.sync", &all, 1));
}

void tw_emit_mbarrier_init(const tw_emit *e, LLVMValueRef barrier, uint32_t count) {
  LLVMValueRef args[2] = {barrier, tw_emit_u32(e, count)};
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.mbarrier.init.shared", args, 2));
}

void tw_emit_mbarrier_arrive(const tw_emit *e, LLVMValueRef barrier) {
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.mbarrier.arrive.shared", &barrier, 1));
}

void tw_emit_mbarrier_arrive_copies(const tw_emit *e, LLVMValueRef barrier) {
  synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.cp.async.mbarrier.arrive.noinc.shared", &barrier, 1));
}

/* LLVM 19 has no intrinsic that takes a parity. */
LLVMValueRef tw_emit_mbarrier_test(const tw_emit *e, LLVMValueRef barrier, LLVMValueRef parity) {
  static const char test[] = "{\n\t.reg .pred p;\n\tmbarrier.test_wait.parity.shared.b64 p, [$1], $2;\n\t"
                             "selp.b32 $0, 1, 0, p;\n\t}";
  static const char sleep[] = "{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared.b64 p, [$1], $2;\n\t"
                              "selp.b32 $0, 1, 0, p;\n\t}";
  LLVMValueRef args[2] = {shared_address(e, barrier), parity};
  LLVMValueRef done = assembly(e, e->try_wait ? sleep : test, "=r,r,r,~{memory}", tw_emit_i32(e), args, 2);
  return LLVMBuildICmp(e->builder, LLVMIntNE, done, tw_emit_u32(e, 0), "");
}

/* ---- bulk copies ---- */

void tw_emit_mbarrier_expect(const tw_emit *e, LLVMValueRef barrier, LLVMValueRef bytes) {
  LLVMValueRef args[2] = {shared_address(e, barrier), bytes};
  assembly(e, "mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [$0], $1;", "r,r,~{memory}",
           LLVMVoidTypeInContext(e->context), args, 2);
}

void tw_emit_bulk_copy(const tw_emit *e, LLVMValueRef shared, LLVMValueRef global, LLVMValueRef bytes,
                       LLVMValueRef barrier) {
  LLVMValueRef args[4] = {shared_address(e, shared), in_space(e, global, 1), bytes, shared_address(e, barrier)};
  assembly(e, "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1], $2, [$3];",
           "r,l,r,r,~{memory}", LLVMVoidTypeInContext(e->context), args, 4);
}

void tw_emit_proxy_fence(const tw_emit *e) {
  assembly(e, "fence.proxy.async.shared::cta;", "~{memory}", LLVMVoidTypeInContext(e->context), NULL, 0);
}

void tw_emit_mbarrier_fence(const tw_emit *e) {
  assembly(e, "fence.mbarrier_init.release.cluster;", "~{memory}", LLVMVoidTypeInContext(e->context), NULL, 0);
}

/* ---- warps ---- */

LLVMValueRef tw_emit_first_lane(const tw_emit *e, LLVMValueRef value) {
  LLVMValueRef args[4] = {tw_emit_u32(e, 0xffffffff), value, tw_emit_u32(e, 0), tw_emit_u32(e, 31)};
  return synchronizing(e, tw_emit_intrinsic(e, "llvm.nvvm.shfl.sync.idx.i32", args, 4));
}

LLVMValueRef tw_emit_dynamic_size(const tw_emit *e) {
  return assembly(e, "mov.u32 $0, %dynamic_smem_size;", "=r", tw_emit_i32(e), NULL, 0);
}

void tw_emit_registers(const tw_emit *e, bool more, uint32_t count) {
  LLVMValueRef n = tw_emit_u32(e, count);
  synchronizing(e, tw_emit_intrinsic(e,
                                     more ? "llvm.nvvm.setmaxnreg.inc.sync.aligned.u32"
                                          : "llvm.nvvm.setmaxnreg.dec.sync.aligned.u32",
                                     &n, 1));
}
