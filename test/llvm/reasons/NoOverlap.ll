; The loop is left exactly as it was, and the remark NoOverlap says why and what to do.
; RUN: %tweed_opt -passes='tweed-pipeline' -pass-remarks-missed=tweed -pass-remarks-output=%t.yaml -S %s -o %t.ll 2>&1 | FileCheck %s
; RUN: FileCheck --check-prefix=NAME --input-file=%t.yaml %s
; RUN: opt-19 -passes=verify -S %s -o %t.same.ll
; RUN: diff %t.ll %t.same.ll
; CHECK: remark: {{.*}}loop not pipelined: iterations can't overlap
; NAME: --- !Missed
; NAME-NEXT: Pass: {{ *}}tweed
; NAME-NEXT: Name: {{ *}}NoOverlap
define i32 @f(i32 %a, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %h = phi i32 [ %a, %entry ], [ %next, %loop ]
  %next = mul i32 %h, 1664525
  %i.next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %i.next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret i32 %next
}
