; The loop is left exactly as it was, and the remark MayTrap says why and what to do.
; RUN: %tweed_opt -passes='tweed-pipeline' -pass-remarks-missed=tweed -pass-remarks-output=%t.yaml -S %s -o %t.ll 2>&1 | FileCheck %s
; RUN: FileCheck --check-prefix=NAME --input-file=%t.yaml %s
; RUN: opt-19 -passes=verify -S %s -o %t.same.ll
; RUN: diff %t.ll %t.same.ll
; CHECK: remark: {{.*}}loop not pipelined: a conditional operation may trap
; NAME: --- !Missed
; NAME-NEXT: Pass: {{ *}}tweed
; NAME-NEXT: Name: {{ *}}MayTrap
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
  %c = icmp sgt i32 %v, 0
  br i1 %c, label %then, label %latch
then:
  %r = call i32 @g(i32 %v)
  store i32 %r, ptr %q, align 4
  br label %latch
latch:
  %i.next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %i.next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
declare i32 @g(i32) nounwind willreturn memory(read)
