; Steps of every kind: negative, zero, larger than the access, smaller than the access, and so large that addresses wrap.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s

; for (i = n; i > 0; i--) a[i] = a[i + 2]: the load reads what was stored two iterations before.
; CHECK-LABEL: problem: negative:loop
; CHECK-NOT: kind: anti
; CHECK: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 2, kind: memory
; CHECK-NOT: kind: anti
; CHECK-LABEL: problem: pointer:loop
define void @negative(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ %n, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %up = getelementptr i8, ptr %p, i64 8
  %v = load i32, ptr %up, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %p, align 4
  %next = add i64 %i, -1
  %more = icmp ne i64 %next, 0
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; *p = p[3], p a pointer that moves: an anti dependence of distance 3, nothing else.
; CHECK-NOT: kind: memory
; CHECK: from: load.0, to: store.1, latency: 0, distance: 3, kind: anti
; CHECK-NOT: kind: memory
; CHECK-LABEL: problem: zero:loop
define void @pointer(ptr %a, ptr %end) {
entry:
  br label %loop

loop:
  %p = phi ptr [ %a, %entry ], [ %next, %loop ]
  %up = getelementptr i8, ptr %p, i64 12
  %v = load i32, ptr %up, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %p, align 4
  %next = getelementptr inbounds i8, ptr %p, i64 4
  %more = icmp ne ptr %next, %end
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; *s = *s + 1: every iteration at the same address. (An op is never reordered with itself: no dependence says so.)
; CHECK-DAG: from: load.0, to: store.1, latency: 0, kind: anti
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-LABEL: problem: overlap:loop
define void @zero(ptr %s, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %v = load i32, ptr %s, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %s, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; Eight bytes stored every four: the store reaches into what the load reads one element up, not two.
; CHECK-DAG: from: load.0, to: store.1, latency: 0, distance: 1, kind: anti
; CHECK-LABEL: problem: sparse:loop
define void @overlap(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %up = getelementptr i8, ptr %p, i64 8
  %v = load i32, ptr %up, align 4
  %w = zext i32 %v to i64
  store i64 %w, ptr %p, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; Even and odd elements never meet.
; CHECK-NOT: kind: {{memory|anti|output}}
; CHECK-LABEL: problem: huge:loop
define void @sparse(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %j = shl i64 %i, 1
  %p = getelementptr i32, ptr %a, i64 %j
  %q = getelementptr i8, ptr %p, i64 -4
  %v = load i32, ptr %p, align 4
  store i32 %v, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; A step of 2^62 bytes: the same address every four iterations.
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @huge(ptr %a, ptr %b, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %j = shl i64 %i, 62
  %p = getelementptr i8, ptr %a, i64 %j
  %v = load i32, ptr %p, align 4
  %w = add i32 %v, 1
  store i32 %w, ptr %p, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
