; Alias scopes declared in the loop hold within one iteration only: here the load reads what the iteration before stored,
; though LLVM's DependenceInfo says `none!`. It is what inlining a function with restrict arguments into a loop leaves.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s
; CHECK: problem: scopes:loop
; CHECK: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory

declare void @llvm.experimental.noalias.scope.decl(metadata)

define void @scopes(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 1, %entry ], [ %next, %loop ]
  call void @llvm.experimental.noalias.scope.decl(metadata !2)
  %before = getelementptr i8, ptr %a, i64 -4
  %p = getelementptr i32, ptr %before, i64 %i
  %q = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4, !alias.scope !2
  %w = add i32 %v, 1
  store i32 %w, ptr %q, align 4, !noalias !2
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

!0 = distinct !{!0}
!1 = distinct !{!1, !0}
!2 = !{!1}
