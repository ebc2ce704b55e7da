; What MLIR 19 makes of nvvm operations: assembly without a memory clobber, pointers to shared memory as operands, a tensor map
; by value, a loop of labels around try_wait.
target triple = "nvptx64-nvidia-cuda"
target datalayout = "e-i64:64-i128:128-v16:16-v32:32-n16:32:64"

@bar = internal addrspace(3) global [1 x i64] undef, align 8
@buf = internal addrspace(3) global [512 x float] undef, align 1024

declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare void @llvm.nvvm.barrier0()
declare void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3), i32)
declare void @llvm.nvvm.cp.async.bulk.commit.group()
declare void @llvm.nvvm.cp.async.bulk.wait.group(i32)

define void @k(ptr byval([128 x i8]) align 64 %map, ptr byval([128 x i8]) align 64 %to, ptr %out) {
  %tid = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %init, label %wait
init:
  call void @llvm.nvvm.mbarrier.init.shared(ptr addrspace(3) @bar, i32 1)
  call void asm sideeffect "fence.mbarrier_init.release.cluster;", ""()
  call void asm sideeffect "prefetch.tensormap [$0];", "l"(ptr %map)
  call void asm sideeffect "mbarrier.arrive.expect_tx.shared.b64 _, [$0], $1;", "r,r"(ptr addrspace(3) @bar, i32 2048)
  call void asm sideeffect "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [$0], [$1, {$3,$4} ], [$2];", "r,l,r,r,r"(ptr addrspace(3) @buf, ptr %map, ptr addrspace(3) @bar, i32 0, i32 0)
  br label %wait
wait:
  call void @llvm.nvvm.barrier0()
  call void asm sideeffect "{\0A\09.reg .pred       P1; \0A\09LAB_WAIT: \0A\09mbarrier.try_wait.parity.shared.b64 P1, [$0], $1, $2; \0A\09@P1 bra.uni DONE; \0A\09bra.uni     LAB_WAIT; \0A\09DONE: \0A\09}", "r,r,r"(ptr addrspace(3) @bar, i32 0, i32 1000000)
  %p = getelementptr float, ptr addrspace(3) @buf, i32 %tid
  %v = load float, ptr addrspace(3) %p
  %q = getelementptr float, ptr %out, i32 %tid
  store float %v, ptr %q
  call void @llvm.nvvm.barrier0()
  %e = call i32 asm sideeffect "{                                  \0A.reg .pred P1;                     \0Aelect.sync _|P1, 0xffffffff;       \0Aselp.b32 $0, 1, 0, P1;             \0A}", "=r"()
  %elected = icmp ne i32 %e, 0
  br i1 %elected, label %send, label %end
send:
  call void asm sideeffect "fence.proxy.async.shared::cta;", ""()
  call void asm sideeffect "cp.async.bulk.tensor.2d.global.shared::cta.bulk_group [$0, {$2, $3}], [$1];", "l,r,r,r"(ptr %to, ptr addrspace(3) @buf, i32 0, i32 0)
  call void @llvm.nvvm.cp.async.bulk.commit.group()
  call void @llvm.nvvm.cp.async.bulk.wait.group(i32 0)
  br label %end
end:
  ret void
}

!nvvm.annotations = !{!0}
!0 = !{ptr @k, !"kernel", i32 1}
