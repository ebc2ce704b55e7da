; Pointers that may overlap: the check before the loop sends what does overlap to the original loop. Run with every
; distance between the two arrays, forwards, backwards, with different steps, and with an address that is poison in a
; condition that never holds.
; RUN: %tweed_opt -passes='tweed-pipeline<machine=cortex-a55>,verify' -S %s -o %t.ll
; RUN: FileCheck %s < %t.ll
; RUN: opt -O2 -S %t.ll -o %t.o2.ll
; RUN: lli %s > %t.plain
; RUN: lli %t.ll | diff %t.plain -
; RUN: lli %t.o2.ll | diff %t.plain -
; RUN: count 246 < %t.plain

; CHECK-LABEL: define {{.*}}@up(
; CHECK: %tweed.apart
; CHECK: tweed.kernel:
; CHECK-LABEL: define {{.*}}@down(
; CHECK: %tweed.apart
; CHECK: tweed.kernel:
; CHECK-LABEL: define {{.*}}@mixed(
; CHECK: %tweed.apart
; CHECK: tweed.kernel:
; CHECK-LABEL: define {{.*}}@never(
; CHECK: freeze

@a = global [512 x i32] zeroinitializer
@format = constant [4 x i8] c"%u\0A\00"
declare i32 @printf(ptr, ...)

define void @up(ptr %a, ptr %b, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 3
  %x = add i32 %w, 1
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %x, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @down(ptr %a, ptr %b, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ %n, %entry ], [ %next, %loop ]
  %next = add nsw i64 %i, -1
  %p = getelementptr i32, ptr %a, i64 %next
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 5
  %x = add i32 %w, 1
  %q = getelementptr i32, ptr %b, i64 %next
  store i32 %x, ptr %q, align 4
  %more = icmp ugt i64 %next, 0
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @mixed(ptr %a, ptr %b, i64 %n) noinline {
entry:
  %end = getelementptr i32, ptr %b, i64 %n
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %q = phi ptr [ %end, %entry ], [ %q1, %loop ]
  %j = shl nuw nsw i64 %i, 1
  %p = getelementptr i32, ptr %a, i64 %j
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 7
  %x = add i32 %w, 1
  %q1 = getelementptr i8, ptr %q, i64 -4
  store i32 %x, ptr %q1, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

; %where is poison, but no iteration stores there.
define void @never(ptr %a, ptr %b, i64 %n, i64 %far) noinline {
entry:
  %where = add nsw i64 %far, 1
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %w = mul i32 %v, 9
  %c = icmp ugt i64 %i, 100000
  br i1 %c, label %then, label %latch

then:
  %base = getelementptr i32, ptr %b, i64 %where
  %r = getelementptr i32, ptr %base, i64 %i
  store i32 %w, ptr %r, align 4
  br label %latch

latch:
  %q = getelementptr i32, ptr %b, i64 %i
  store i32 %w, ptr %q, align 4
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @fill(i64 %seed) noinline {
entry:
  %s = trunc i64 %seed to i32
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %x = phi i32 [ %s, %entry ], [ %y, %loop ]
  %m = mul i32 %x, 1103515245
  %y = add i32 %m, 12345
  %p = getelementptr i32, ptr @a, i64 %i
  store i32 %y, ptr %p
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 512
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @print() noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi i32 [ 1, %entry ], [ %s1, %loop ]
  %p = getelementptr i32, ptr @a, i64 %i
  %v = load i32, ptr %p
  %s0 = mul i32 %s, 31
  %s1 = xor i32 %s0, %v
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 512
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 (ptr, ...) @printf(ptr @format, i32 %s1)
  ret void
}

define i32 @main() {
entry:
  br label %loop

loop:
  %d = phi i64 [ -40, %entry ], [ %next, %loop ]
  call void @fill(i64 %d)
  %a = getelementptr i32, ptr @a, i64 100
  %b = getelementptr i32, ptr %a, i64 %d
  call void @up(ptr %a, ptr %b, i64 33)
  call void @print()
  call void @down(ptr %a, ptr %b, i64 33)
  call void @never(ptr %a, ptr %b, i64 33, i64 9223372036854775807)
  call void @print()
  call void @mixed(ptr %a, ptr %b, i64 33)
  call void @print()
  %next = add nsw i64 %d, 1
  %more = icmp sle i64 %next, 41
  br i1 %more, label %loop, label %exit

exit:
  ret i32 0
}
