; Pointers of 32 bits: a step of 2^29 bytes comes back after eight iterations, so distances are not to be trusted.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s
target datalayout = "e-p:32:32-i64:64-n32-S128"

; CHECK-LABEL: problem: large:loop
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @large(ptr %a, i32 %n) {
entry:
  br label %loop

loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %j = shl i32 %i, 29
  %p = getelementptr i8, ptr %a, i32 %j
  %v = load i32, ptr %p, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %p, align 4
  %next = add nuw nsw i32 %i, 1
  %more = icmp ult i32 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; An ordinary step is exact here too.
; CHECK-LABEL: problem: small:loop
; CHECK: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 2, kind: memory
define void @small(ptr %a, i32 %n) {
entry:
  br label %loop

loop:
  %i = phi i32 [ 2, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i32 %i
  %q = getelementptr i8, ptr %p, i32 -8
  %v = load i32, ptr %q, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %p, align 4
  %next = add nuw nsw i32 %i, 1
  %more = icmp ult i32 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
