; v = A[i]; A[i-3] = v; A[i-1] = A[i-4]: LLVM's MachinePipeliner makes wrong code of it on ppc64le.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s
; CHECK: problem: three:loop
; CHECK-DAG: from: load.0, to: store.1, latency: 0, distance: 3, kind: anti
; CHECK-DAG: from: load.0, to: store.3, latency: 0, distance: 1, kind: anti
; CHECK-DAG: from: store.1, to: load.2, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-DAG: from: store.3, to: store.1, {{(latency: [0-9]+, )?}}distance: 2, kind: output
; CHECK-DAG: from: store.3, to: load.2, {{(latency: [0-9]+, )?}}distance: 3, kind: memory

define void @three(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 8, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %m3 = getelementptr i8, ptr %p, i64 -12
  store i32 %v, ptr %m3, align 4
  %m4 = getelementptr i8, ptr %p, i64 -16
  %w = load i32, ptr %m4, align 4
  %m1 = getelementptr i8, ptr %p, i64 -4
  store i32 %w, ptr %m1, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
