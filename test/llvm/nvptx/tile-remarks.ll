; Remarks on loops over tiles, and reasons for leaving them alone.
; RUN: sed 's/@BOUND/128/; s/@ARCH/sm_90/' %s > %t.ll
; RUN: %tweed_opt -passes=tweed-warp-specialize -pass-remarks=tweed -pass-remarks-missed=tweed -S %t.ll 2> %t.err | FileCheck %s --check-prefix=IR
; RUN: FileCheck %s --check-prefix=SPECIAL < %t.err
; SPECIAL: warp-specialized loop with initiation interval [[II:[0-9]+]] (MII {{[0-9]+}}: unit {{[A-Z0-9]+}}; proof mii), {{[0-9]+}} stages, {{[2-8]}} slots, 4 warps compute and {{[124]}} copy, threads of a block 128 -> {{160|192|256}}, shared memory 512 -> {{[0-9]+}} bytes of a block, blocks on an SM {{[0-9]+}} -> {{[0-9]+}}, solver {{[a-z]+}}, estimated cycles of an SM per iteration {{[0-9]+}} -> {{[0-9]+}}
; IR: @__tweed_launch_sums
; IR: mbarrier

; The same once more changes nothing, and says nothing.
; RUN: %tweed_opt -passes=tweed-warp-specialize -S %t.ll | sed 1d > %t.once
; RUN: %tweed_opt -passes='tweed-warp-specialize,tweed,tweed-pipeline' -pass-remarks=tweed -S %t.once 2> %t.err | sed 1d | diff %t.once -
; RUN: count 0 < %t.err

; RUN: %tweed_opt -passes=tweed-pipeline -pass-remarks=tweed -pass-remarks-missed=tweed -S %t.ll 2>&1 | FileCheck %s --check-prefix=PIPELINE
; PIPELINE: pipelined loop over tiles with initiation interval {{.*}} slots, the block's own threads copy ahead, shared memory 512 ->
; PIPELINE: cp.async

; Where there is no room for a second slot.
; RUN: sed 's/128 x float/40000 x float/' %t.ll | %tweed_opt -passes='tweed<force>' -pass-remarks-missed=tweed -disable-output 2>&1 | FileCheck %s --check-prefix=ROOM
; ROOM: loop not pipelined: the machine model says that pipelining does not pay here; {{.*}} (there is no room in shared memory for a second slot)

; RUN: sed 's/@BOUND/100/; s/@ARCH/sm_90/' %s > %t.odd.ll
; RUN: %tweed_opt -passes=tweed-warp-specialize -pass-remarks-missed=tweed -disable-output %t.odd.ll 2>&1 | FileCheck %s --check-prefix=BLOCK
; BLOCK: loop not pipelined: warps can't be added to the block;
; RUN: sed 's/@BOUND/128/; s/@ARCH/sm_70/' %s > %t.old.ll
; RUN: %tweed_opt -passes=tweed-warp-specialize -pass-remarks-missed=tweed -disable-output %t.old.ll 2>&1 | FileCheck %s --check-prefix=TARGET
; TARGET: loop not pipelined: the GPU or the PTX version lacks asynchronous copies
; RUN: %tweed_opt -passes='tweed-warp-specialize<machine=generic>' -pass-remarks-missed=tweed -disable-output %t.ll 2>&1 | FileCheck %s --check-prefix=MACHINE
; MACHINE: loop not pipelined: the machine description {{.*}}(machine 'generic' says nothing of an SM ('sm'))
; RUN: sed 's/icmp slt i32 %next, %n/icmp slt i32 %next, 1/' %t.ll | %tweed_opt -passes=tweed-warp-specialize -pass-remarks-missed=tweed -disable-output 2>&1 | FileCheck %s --check-prefix=SHORT
; SHORT: loop not pipelined: the constant trip count is smaller than the pipelined loop needs
; Four iterations need no more than four slots.
; RUN: sed 's/icmp slt i32 %next, %n/icmp slt i32 %next, 4/' %t.ll | %tweed_opt -passes=tweed-warp-specialize -pass-remarks=tweed -disable-output 2>&1 | FileCheck %s --check-prefix=FOUR
; FOUR: stages, 4 slots, 4 warps compute
; RUN: sed 's/!llvm.loop !9/!llvm.loop !5/' %t.ll | %tweed_opt -passes=tweed-warp-specialize -pass-remarks-missed=tweed -disable-output 2>&1 | FileCheck %s --check-prefix=DISABLED
; DISABLED: loop not pipelined: pipelining is disabled by
; RUN: sed 's/#0 {/#0 optnone noinline {/' %t.ll | %tweed_opt -passes=tweed-warp-specialize -pass-remarks-missed=tweed -disable-output 2>&1 | FileCheck %s --check-prefix=OPTNONE --allow-empty
; OPTNONE-NOT: warp-specialized

target triple = "nvptx64-nvidia-cuda"

@tile = internal addrspace(3) global [128 x float] undef, align 16

declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare void @llvm.nvvm.barrier0() #1

; sums[t] = sum over tiles of the neighbour's element
define void @sums(ptr noalias nocapture readonly %in, ptr noalias nocapture writeonly %out, i32 %n) #0 {
entry:
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %other = xor i32 %t, 1
  %mine = getelementptr inbounds [128 x float], ptr addrspace(3) @tile, i32 0, i32 %t
  %theirs = getelementptr inbounds [128 x float], ptr addrspace(3) @tile, i32 0, i32 %other
  %any = icmp sgt i32 %n, 0
  br i1 %any, label %before, label %done

before:
  br label %loop

loop:
  %i = phi i32 [ 0, %before ], [ %next, %loop ]
  %sum = phi float [ 0.0, %before ], [ %added, %loop ]
  %first = shl nuw nsw i32 %i, 7
  %at = add nuw nsw i32 %first, %t
  %from = getelementptr inbounds float, ptr %in, i32 %at
  %value = load float, ptr %from, align 4
  store float %value, ptr addrspace(3) %mine, align 4
  call void @llvm.nvvm.barrier0()
  %read = load float, ptr addrspace(3) %theirs, align 4
  %added = fadd float %sum, %read
  call void @llvm.nvvm.barrier0()
  %next = add nuw nsw i32 %i, 1
  %more = icmp slt i32 %next, %n
  br i1 %more, label %loop, label %done, !llvm.loop !9

done:
  %all = phi float [ 0.0, %entry ], [ %added, %loop ]
  %to = getelementptr inbounds float, ptr %out, i32 %t
  store float %all, ptr %to, align 4
  ret void
}

attributes #0 = { "target-cpu"="@ARCH" "target-features"="+ptx80" }
attributes #1 = { convergent nounwind }

!nvvm.annotations = !{!0, !1}
!0 = !{ptr @sums, !"kernel", i32 1}
!1 = !{ptr @sums, !"maxntidx", i32 @BOUND}
!5 = distinct !{!5, !6}
!6 = !{!"llvm.loop.pipeline.disable", i1 true}
!9 = distinct !{!9, !10}
!10 = !{!"llvm.loop.mustprogress"}
