; Which pairs of pointers are different objects in every pair of iterations. Each loop loads through one and stores
; through the other; a dependence from the store to the load means "maybe the same", a check means "same until proved
; otherwise before the loop", nothing means "different".
; RUN: %tweed_opt -passes='print<tweed-graph;machine=generic>' -disable-output %s 2>&1 | FileCheck %s

@global = internal global [64 x i32] zeroinitializer
@other = internal global [64 x i32] zeroinitializer
@shared = global [64 x i32] zeroinitializer
@weak = weak alias [64 x i32], ptr @shared
@strong = alias [64 x i32], ptr @shared
@constants = internal constant [64 x i32] zeroinitializer
declare noalias ptr @malloc(i64)
declare ptr @find(i64) nounwind willreturn memory(none)
declare void @take(ptr)

; CHECK-LABEL: problem: noalias_arguments:loop
; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: one_noalias:loop
define void @noalias_arguments(ptr noalias %a, ptr noalias %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: arguments:loop
define void @one_noalias(ptr noalias %a, ptr %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK: # checked: load.0 store.1
; CHECK-LABEL: problem: loaded:loop
define void @arguments(ptr %a, ptr %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; A loaded pointer can't be that of an argument which nobody else knows.
; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: captured:loop
define void @loaded(ptr noalias %a, ptr %where, i64 %n) {
entry:
  %b = load ptr, ptr %where
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; But it can once the argument was given away.
; CHECK: # checked: load.0 store.1
; CHECK-LABEL: problem: in_loop:loop
define void @captured(ptr noalias %a, ptr %where, i64 %n) {
entry:
  call void @take(ptr %a)
  %b = load ptr, ptr %where
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; A pointer that is loaded anew in each iteration is not one object.
; CHECK-DAG: from: load.1, to: store.2
; CHECK-DAG: from: store.2, to: load.1, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-DAG: from: store.2, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-LABEL: problem: gather:loop
define void @in_loop(ptr noalias %a, ptr %where, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %w = getelementptr ptr, ptr %where, i64 %i
  %b = load ptr, ptr %w
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  store i32 %v, ptr %b
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; A gather from one array and a store to another: unknown addresses, known objects.
; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: scatter:loop
define void @gather(ptr noalias %a, ptr noalias %b, ptr noalias %index, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %w = getelementptr i64, ptr %index, i64 %i
  %x = load i64, ptr %w
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; The same array on both sides: in program order.
; CHECK-DAG: from: load.1, to: store.2
; CHECK-DAG: from: store.2, to: load.1, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-LABEL: problem: globals:loop
define void @scatter(ptr noalias %a, ptr noalias %index, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %w = getelementptr i64, ptr %index, i64 %i
  %x = load i64, ptr %w
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p
  %v1 = add i32 %v, 1
  store i32 %v1, ptr %p
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: weak_alias:loop
define void @globals(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr @global, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr @other, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; An alias that may be replaced at link time is not an object.
; CHECK: # checked: load.0 store.1
; CHECK-LABEL: problem: strong_alias:loop
define void @weak_alias(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr @weak, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr @shared, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; One that may not is the object that it names.
; CHECK: {{# checked: load.0 store.1|kind: memory}}
; CHECK-LABEL: problem: fresh:loop
define void @strong_alias(i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr @strong, i64 %i
  %v = load i32, ptr %p
  %q = getelementptr i32, ptr @shared, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; Memory from malloc against an argument and through a pointer that moves.
; CHECK-NOT: {{kind|checked}}
; CHECK-LABEL: problem: choice:loop
define ptr @fresh(ptr %a, i64 %n) {
entry:
  %m = call noalias ptr @malloc(i64 256)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %q = phi ptr [ %m, %entry ], [ %q1, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  store i32 %v, ptr %q
  %q1 = getelementptr i8, ptr %q, i64 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret ptr %m
}

; A choice of two objects is different from a third, and not from one of the two.
; CHECK-DAG: from: load.0, to: store.2
; CHECK-DAG: from: store.2, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
; CHECK-NOT: load.1{{.*}}kind
; CHECK-LABEL: problem: table:loop
define void @choice(ptr noalias %a, ptr noalias %b, ptr noalias %c, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %r = getelementptr i32, ptr %c, i64 %i
  %w = load i32, ptr %r
  %odd = trunc i32 %w to i1
  %x = select i1 %odd, ptr %a, ptr %b
  %q = getelementptr i32, ptr %x, i64 %i
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; Constant memory has no dependences, whatever the index and whatever is stored.
; CHECK-NOT: {{load.1.*kind|checked}}
; CHECK-LABEL: problem: result:loop
define void @table(ptr %a, ptr %b, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %x = and i32 %v, 63
  %y = zext i32 %x to i64
  %t = getelementptr i32, ptr @constants, i64 %y
  %w = load i32, ptr %t
  store i32 %w, ptr %p
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}

; What an unknown function returns may point anywhere.
; CHECK-DAG: from: load.0, to: store.1
; CHECK-DAG: from: store.1, to: load.0, {{(latency: [0-9]+, )?}}distance: 1, kind: memory
define void @result(ptr %a, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %q = call ptr @find(i64 %i)
  store i32 %v, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
