; The loop is left exactly as it was, and the remark Lifetime says why and what to do.
; RUN: %tweed_opt -passes='tweed-pipeline' -pass-remarks-missed=tweed -pass-remarks-output=%t.yaml -S %s -o %t.ll 2>&1 | FileCheck %s
; RUN: FileCheck --check-prefix=NAME --input-file=%t.yaml %s
; RUN: opt-19 -passes=verify -S %s -o %t.same.ll
; RUN: diff %t.ll %t.same.ll
; CHECK: remark: {{.*}}loop not pipelined: a stack object lives for one iteration only
; NAME: --- !Missed
; NAME-NEXT: Pass: {{ *}}tweed
; NAME-NEXT: Name: {{ *}}Lifetime
define void @f(ptr noalias %x, ptr noalias %y, i64 %n) {
entry:
  %s = alloca i32, align 4
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
  call void @llvm.lifetime.start.p0(i64 4, ptr %s)
  store i32 %w, ptr %s, align 4
  %l = load i32, ptr %s, align 4
  store i32 %l, ptr %q, align 4
  call void @llvm.lifetime.end.p0(i64 4, ptr %s)
  br label %latch
latch:
  %i.next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %i.next, %n
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.lifetime.end.p0(i64, ptr)
