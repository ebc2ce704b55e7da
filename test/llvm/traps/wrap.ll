; Induction variables narrower than an address. Where they may wrap, the address is no longer {start,+,step}, and the two
; accesses must be ordered in both directions; where they are known not to, distances are exact.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s

; a[(uint8_t)(k + 1)] = a[k], k of 8 bits: comes back after 256 iterations.
; CHECK-LABEL: problem: zext8:loop
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @zext8(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i8 [ 0, %entry ], [ %k1, %loop ]
  %x = zext i8 %k to i64
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p, align 4
  %k1 = add i8 %k, 3
  %y = zext i8 %k1 to i64
  %q = getelementptr i32, ptr %a, i64 %y
  store i32 %v, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; The store goes two elements up, so the load never sees it unless k wraps.
; CHECK-LABEL: problem: sext32:loop
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @sext32(ptr %a, i32 %start, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i32 [ %start, %entry ], [ %k1, %loop ]
  %x = sext i32 %k to i64
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p, align 4
  %down = add i32 %k, -2
  %y = sext i32 %down to i64
  %q = getelementptr i32, ptr %a, i64 %y
  store i32 %v, ptr %q, align 4
  %k1 = add i32 %k, 1
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; The same with nsw: exact.
; CHECK-LABEL: problem: nsw32:loop
; CHECK: from: load.0, to: store.1, latency: 0, distance: 2, kind: anti
; CHECK-NOT: kind: memory
; CHECK-LABEL: problem: trunc:loop
define void @nsw32(ptr %a, i32 %start, i32 %n) {
entry:
  br label %loop

loop:
  %k = phi i32 [ %start, %entry ], [ %k1, %loop ]
  %x = sext i32 %k to i64
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p, align 4
  %down = add nsw i32 %k, -2
  %y = sext i32 %down to i64
  %q = getelementptr i32, ptr %a, i64 %y
  store i32 %v, ptr %q, align 4
  %k1 = add nsw i32 %k, 1
  %more = icmp slt i32 %k1, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; A 64-bit variable cut to 32 bits: wraps after 2^32 iterations.
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @trunc(ptr %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = trunc i64 %i to i32
  %x = zext i32 %k to i64
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p, align 4
  %down = add i32 %k, -2
  %y = zext i32 %down to i64
  %q = getelementptr i32, ptr %a, i64 %y
  store i32 %v, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
