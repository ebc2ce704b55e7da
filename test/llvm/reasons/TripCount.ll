; The loop is left exactly as it was, and the remark TripCount says why and what to do.
; RUN: %tweed_opt -passes='tweed-pipeline' -pass-remarks-missed=tweed -pass-remarks-output=%t.yaml -S %s -o %t.ll 2>&1 | FileCheck %s
; RUN: FileCheck --check-prefix=NAME --input-file=%t.yaml %s
; RUN: opt-19 -passes=verify -S %s -o %t.same.ll
; RUN: diff %t.ll %t.same.ll
; CHECK: remark: {{.*}}loop not pipelined: the trip count can't be computed
; NAME: --- !Missed
; NAME-NEXT: Pass: {{ *}}tweed
; NAME-NEXT: Name: {{ *}}TripCount
define void @f(ptr noalias %x, ptr noalias %y, i64 %n) {
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %preheader, label %exit
preheader:
  br label %loop
loop:
  %i = phi i64 [ 0, %preheader ], [ %i.next, %latch ]
  %p = getelementptr inbounds i32, ptr %x, i64 %i
  %q = getelementptr inbounds i32, ptr %y, i64 %i
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 3
  %k = zext i32 %v to i64
  store i32 %w, ptr %q, align 4
  br label %latch
latch:
  %i.next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %i.next, %k
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
