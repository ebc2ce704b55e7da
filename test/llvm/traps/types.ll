; Types that never share memory: a scatter of doubles does not change the indices that it reads. Without the metadata, or
; with a type that may be anything, it may.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s

; CHECK-LABEL: problem: typed:loop
; CHECK-NOT: load.0{{.*}}kind
; CHECK-DAG: from: store.2, to: load.1, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-NOT: load.0{{.*}}kind
; CHECK-LABEL: problem: untyped:loop
define void @typed(ptr %y, ptr %index, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %index, i64 %i
  %k = load i32, ptr %p, align 4, !tbaa !1
  %x = sext i32 %k to i64
  %q = getelementptr double, ptr %y, i64 %x
  %v = load double, ptr %q, align 8, !tbaa !2
  %w = fadd double %v, 1.0
  store double %w, ptr %q, align 8, !tbaa !2
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; CHECK-DAG: from: store.2, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-DAG: from: store.2, to: load.1, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @untyped(ptr %y, ptr %index, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %index, i64 %i
  %k = load i32, ptr %p, align 4, !tbaa !3
  %x = sext i32 %k to i64
  %q = getelementptr double, ptr %y, i64 %x
  %v = load double, ptr %q, align 8, !tbaa !2
  %w = fadd double %v, 1.0
  store double %w, ptr %q, align 8, !tbaa !2
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

!1 = !{!4, !4, i64 0}
!2 = !{!5, !5, i64 0}
!3 = !{!6, !6, i64 0}
!4 = !{!"int", !6}
!5 = !{!"double", !6}
!6 = !{!"omnipotent char", !7}
!7 = !{!"C"}
