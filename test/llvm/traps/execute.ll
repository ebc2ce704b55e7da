; The traps again, run: the pipelined program must print what the original prints.
; RUN: %tweed_opt -passes='tweed-pipeline<machine=cortex-a55>,verify' -S %s -o %t.ll -pass-remarks=tweed \
; RUN:   -pass-remarks-missed=tweed 2> %t.remarks
; RUN: FileCheck %s < %t.ll
; RUN: lli %s > %t.plain
; RUN: lli %t.ll | diff %t.plain -
; RUN: FileCheck %s --check-prefix=OUT < %t.plain
; RUN: count 20 < %t.plain

; CHECK-LABEL: define {{.*}}@scopes(
; CHECK: tweed.kernel
; CHECK-LABEL: define {{.*}}@entries(
; CHECK: tweed.kernel
; CHECK: ret
; OUT: {{^[1-9][0-9]*$}}

@a = global [512 x i32] zeroinitializer
@b = global [512 x i32] zeroinitializer
@format = constant [4 x i8] c"%u\0A\00"
declare i32 @printf(ptr, ...)
declare void @llvm.experimental.noalias.scope.decl(metadata)

define void @fill() {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x = phi i32 [ 12345, %entry ], [ %y, %loop ]
  %m = mul i32 %x, 1103515245
  %y = add i32 %m, 12345
  %p = getelementptr i32, ptr @a, i64 %i
  %q = getelementptr i32, ptr @b, i64 %i
  %h = lshr i32 %y, 8
  store i32 %y, ptr %p
  store i32 %h, ptr %q
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 512
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @print() {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi i32 [ 1, %entry ], [ %s3, %loop ]
  %p = getelementptr i32, ptr @a, i64 %i
  %q = getelementptr i32, ptr @b, i64 %i
  %v = load i32, ptr %p
  %w = load i32, ptr %q
  %s0 = mul i32 %s, 31
  %s1 = xor i32 %s0, %v
  %s2 = mul i32 %s1, 37
  %s3 = add i32 %s2, %w
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 512
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 (ptr, ...) @printf(ptr @format, i32 %s3)
  ret void
}

define void @scopes(ptr %a, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 1, %entry ], [ %next, %loop ]
  call void @llvm.experimental.noalias.scope.decl(metadata !2)
  %before = getelementptr i8, ptr %a, i64 -4
  %p = getelementptr i32, ptr %before, i64 %i
  %q = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4, !alias.scope !2
  %w = mul i32 %v, 3
  store i32 %w, ptr %q, align 4, !noalias !2
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @swap(ptr noalias %p0, ptr noalias %p1, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x0 = phi ptr [ %p0, %entry ], [ %x1, %loop ]
  %x1 = phi ptr [ %p1, %entry ], [ %x0, %loop ]
  %v = load i32, ptr %x0, align 4
  %w = mul i32 %v, 3
  store i32 %w, ptr %x1, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @three(ptr %a, i64 %n) noinline {
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

define void @wrap8(ptr %a, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i8 [ -5, %entry ], [ %k1, %loop ]
  %x = zext i8 %k to i64
  %p = getelementptr i32, ptr %a, i64 %x
  %v = load i32, ptr %p, align 4
  %k1 = add i8 %k, 3
  %y = zext i8 %k1 to i64
  %q = getelementptr i32, ptr %a, i64 %y
  %w = mul i32 %v, 5
  store i32 %w, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @down(ptr %a, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ %n, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %up = getelementptr i8, ptr %p, i64 8
  %v = load i32, ptr %up, align 4
  %w = mul i32 %v, 7
  store i32 %w, ptr %p, align 4
  %next = add i64 %i, -1
  %more = icmp ne i64 %next, 0
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @wide(ptr %a, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %up = getelementptr i8, ptr %p, i64 4
  %v = load i32, ptr %up, align 4
  %m = mul i32 %v, 11
  %w = zext i32 %m to i64
  store i64 %w, ptr %p, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; A loop that is entered from two blocks has no preheader yet, and its initial values lie in none.
define void @entries(ptr %a, ptr %b, i64 %n, i1 %c) noinline {
entry:
  br i1 %c, label %left, label %right

left:
  %x = load i32, ptr %b, align 4
  br label %loop

right:
  br label %loop

loop:
  %i = phi i64 [ 0, %left ], [ 0, %right ], [ %next, %loop ]
  %s = phi i32 [ %x, %left ], [ 7, %right ], [ %t, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %m = mul i32 %v, %v
  %t = add i32 %s, %m
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  store i32 %t, ptr %b, align 4
  ret void
}

define void @each(i64 %n, i1 %c) noinline {
  call void @fill()
  call void @scopes(ptr @a, i64 %n)
  call void @print()
  call void @swap(ptr @a, ptr @b, i64 %n)
  call void @print()
  call void @three(ptr @a, i64 %n)
  call void @print()
  call void @wrap8(ptr @a, i64 %n)
  call void @down(ptr @b, i64 %n)
  call void @print()
  call void @wide(ptr @a, i64 %n)
  call void @entries(ptr @a, ptr @b, i64 %n, i1 %c)
  call void @print()
  ret void
}

define i32 @main() {
  call void @each(i64 9, i1 true)
  call void @each(i64 12, i1 false)
  call void @each(i64 100, i1 true)
  call void @each(i64 321, i1 false)
  ret i32 0
}

!0 = distinct !{!0}
!1 = distinct !{!1, !0}
!2 = !{!1}
