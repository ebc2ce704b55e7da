; Steps that are known only at run time: zero, negative, smaller and larger than what an iteration touches, and ranges that
; overlap. Where accesses of different iterations may meet, the check before the loop must send it to the original.
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s --check-prefix=GRAPH
; RUN: %tweed_opt -passes='tweed-pipeline<machine=cortex-a55>,verify' -S %s -o %t.ll
; RUN: FileCheck %s < %t.ll
; RUN: lli %s > %t.plain
; RUN: lli %t.ll | diff %t.plain -
; RUN: count 36 < %t.plain

; a[i * s] += b[i * s], both of one step. Nothing is ordered but the load and the store of one iteration.
; GRAPH-LABEL: problem: add:loop
; GRAPH-NOT: kind: memory
; GRAPH: from: load.1, to: store.2, latency: 0, kind: anti
; GRAPH-NOT: kind: {{memory|anti}}
; GRAPH-DAG: # checked: load.1 store.2
; GRAPH-DAG: # checked: load.0 store.2
; CHECK-LABEL: define void @add(
; CHECK: shl i64 %s, 2
; CHECK: icmp uge i64 %{{.*}}, 7
; CHECK: tweed.kernel
define void @add(ptr %a, ptr %b, i64 %s, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = mul nsw i64 %i, %s
  %p = getelementptr inbounds i32, ptr %b, i64 %at
  %v = load i32, ptr %p, align 4
  %q = getelementptr inbounds i32, ptr %a, i64 %at
  %w = load i32, ptr %q, align 4
  %sum = add i32 %v, %w
  store i32 %sum, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; a[i * s] = 3 * a[i * s + 1]: two elements of each iteration, so a step of one element makes them meet.
; CHECK-LABEL: define void @pair(
; CHECK: icmp uge i64 %{{.*}}, 15
; CHECK: tweed.kernel
define void @pair(ptr %a, i64 %s, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = mul nsw i64 %i, %s
  %q = getelementptr inbounds i32, ptr %a, i64 %at
  %p = getelementptr inbounds i8, ptr %q, i64 4
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 3
  store i32 %w, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; for (i = from; i < n; i += s) a[i] += b[i]: the count divides by the step.
; CHECK-LABEL: define void @stride(
; CHECK: %[[D:.*]] = call i32 @llvm.umax.i32(i32 %s, i32 1)
; CHECK: udiv i32 %{{.*}}, %[[D]]
; CHECK: tweed.kernel
define void @stride(ptr %a, ptr %b, i32 %from, i32 %s, i32 %n) mustprogress nosync nofree willreturn {
entry:
  %some = icmp slt i32 %from, %n
  br i1 %some, label %loop, label %exit

loop:
  %i = phi i32 [ %from, %entry ], [ %next, %loop ]
  %at = sext i32 %i to i64
  %p = getelementptr inbounds i32, ptr %b, i64 %at
  %v = load i32, ptr %p, align 4
  %q = getelementptr inbounds i32, ptr %a, i64 %at
  %w = load i32, ptr %q, align 4
  %x = mul i32 %v, 5
  %sum = add i32 %x, %w
  store i32 %sum, ptr %q, align 4
  %next = add nsw i32 %i, %s
  %more = icmp slt i32 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

@memory = global [1024 x i32] zeroinitializer
@format = constant [4 x i8] c"%u\0A\00"
declare i32 @printf(ptr, ...)

define void @fill() {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x = phi i32 [ 12345, %entry ], [ %y, %loop ]
  %m = mul i32 %x, 1103515245
  %y = add i32 %m, 12345
  %p = getelementptr i32, ptr @memory, i64 %i
  store volatile i32 %y, ptr %p
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 1024
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @print() {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %h = phi i32 [ 0, %entry ], [ %g, %loop ]
  %p = getelementptr i32, ptr @memory, i64 %i
  %v = load volatile i32, ptr %p
  %m = mul i32 %h, 31
  %g = add i32 %m, %v
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 1024
  br i1 %more, label %loop, label %exit

exit:
  call i32 (ptr, ...) @printf(ptr @format, i32 %g)
  ret void
}

; Steps -3 to 3, lengths 1, 9 and 60, in memory that a and b share: b is 0 to 2 elements above a.
define i32 @main() noinline optnone {
entry:
  br label %steps

steps:
  %s = phi i64 [ -3, %entry ], [ %s.next, %steps.next ]
  br label %lengths

lengths:
  %n = phi i64 [ 1, %steps ], [ %n.next, %lengths ]
  %s32 = trunc i64 %s to i32
  %n32 = trunc i64 %n to i32
  %up = srem i64 %n, 3
  %b = getelementptr i32, ptr getelementptr (i8, ptr @memory, i64 2048), i64 %up
  call void @fill()
  call void @add(ptr getelementptr (i8, ptr @memory, i64 2048), ptr %b, i64 %s, i64 %n)
  call void @pair(ptr getelementptr (i8, ptr @memory, i64 2048), i64 %s, i64 %n)
  %positive = icmp sgt i32 %s32, 0
  %step = select i1 %positive, i32 %s32, i32 7
  call void @stride(ptr getelementptr (i8, ptr @memory, i64 2048), ptr %b, i32 -20, i32 %step, i32 %n32)
  call void @print()
  %n8 = mul i64 %n, 8
  %n.next = add i64 %n8, 1
  %longer = icmp sle i64 %n.next, 80
  br i1 %longer, label %lengths, label %far

far:
  %far.b = getelementptr i32, ptr @memory, i64 0
  call void @fill()
  call void @add(ptr getelementptr (i8, ptr @memory, i64 2048), ptr %far.b, i64 %s, i64 50)
  call void @stride(ptr getelementptr (i8, ptr @memory, i64 2048), ptr %far.b, i32 1, i32 3, i32 90)
  call void @print()
  br label %steps.next

steps.next:
  %s.next = add i64 %s, 1
  %again = icmp sle i64 %s.next, 5
  br i1 %again, label %steps, label %exit

exit:
  ret i32 0
}
