; A pointer that goes on by an index of 16 bits, in steps of which a few are more than that; a block whose size is required.
; REQUIRES: llvm, clang
; RUN: opt -S -load-pass-plugin=%plugin '-passes=tweed-warp-specialize<force>' %s -o %t.ll
; RUN: FileCheck %s < %t.ll
; RUN: %emulate %s --compare %t.ll --seeds 4 --launch 'strides<<<1,64>>>(i32[200000]=random, out i32[64], 7)'
; CHECK: mul i64 %{{[0-9]+}}, 12000
; CHECK: !{ptr @strides, !"reqntidx", i32 {{96|128}}}
target datalayout = "e-i64:64-i128:128-v16:16-v32:32-n16:32:64"
target triple = "nvptx64-nvidia-cuda"

@tile = internal addrspace(3) global [64 x i32] undef, align 16

declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
declare void @llvm.nvvm.barrier0() #1

define void @strides(ptr noalias readonly %in, ptr noalias %out, i32 %n) #0 {
entry:
  %t = call i32 @llvm.nvvm.read.ptx.sreg.tid.x()
  %mine = getelementptr inbounds [64 x i32], ptr addrspace(3) @tile, i32 0, i32 %t
  %from = sub i32 63, %t
  %other = getelementptr inbounds [64 x i32], ptr addrspace(3) @tile, i32 0, i32 %from
  %begin = getelementptr inbounds i32, ptr %in, i32 %t
  br label %loop

loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %p = phi ptr [ %begin, %entry ], [ %further, %loop ]
  %sum = phi i32 [ 0, %entry ], [ %more, %loop ]
  %x = load i32, ptr %p, align 4
  store i32 %x, ptr addrspace(3) %mine, align 4
  call void @llvm.nvvm.barrier0()
  %y = load i32, ptr addrspace(3) %other, align 4
  %three = mul i32 %sum, 3
  %more = add i32 %three, %y
  call void @llvm.nvvm.barrier0()
  %further = getelementptr inbounds i32, ptr %p, i16 12000
  %next = add nuw nsw i32 %i, 1
  %again = icmp slt i32 %next, %n
  br i1 %again, label %loop, label %end

end:
  %place = getelementptr inbounds i32, ptr %out, i32 %t
  store i32 %more, ptr %place, align 4
  ret void
}

attributes #0 = { "target-cpu"="sm_90a" "target-features"="+ptx80,+sm_90a" }
attributes #1 = { convergent nounwind }

!nvvm.annotations = !{!0, !1}
!0 = !{ptr @strides, !"kernel", i32 1}
!1 = !{ptr @strides, !"reqntidx", i32 64}
