; The loop is left exactly as it was, and the remark LoopShape says why and what to do.
; RUN: %tweed_opt -passes='tweed-pipeline' -pass-remarks-missed=tweed -pass-remarks-output=%t.yaml -S %s -o %t.ll 2>&1 | FileCheck %s
; RUN: FileCheck --check-prefix=NAME --input-file=%t.yaml %s
; RUN: opt-19 -passes=verify -S %s -o %t.same.ll
; RUN: diff %t.ll %t.same.ll
; CHECK: remark: {{.*}}loop not pipelined: the loop has no single latch that is also its exit
; NAME: --- !Missed
; NAME-NEXT: Pass: {{ *}}tweed
; NAME-NEXT: Name: {{ *}}LoopShape
define void @f(ptr noalias %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %exit
body:
  %p = getelementptr inbounds i32, ptr %x, i64 %i
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 3
  store i32 %w, ptr %p, align 4
  %i.next = add nuw nsw i64 %i, 1
  br label %loop
exit:
  ret void
}
