; Pointers that change places: within one iteration the two never overlap, but the load reads what the iteration before
; stored. LLVM's DependenceInfo, LoopAccessAnalysis and BasicAA all say that they are independent.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s
; CHECK: problem: swap:loop
; CHECK-DAG: from: load.0, to: store.1,
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory

define void @swap(ptr noalias %p0, ptr noalias %p1, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x0 = phi ptr [ %p0, %entry ], [ %x1, %loop ]
  %x1 = phi ptr [ %p1, %entry ], [ %x0, %loop ]
  %v = load i32, ptr %x0, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %x1, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
